/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_TEXT_FIELDS_H
#define EVENT_TEXT_FIELDS_H

/* What the text form knows of each record type: keys, places, kinds and defaults. */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "bpfwatch/event.h"

#define TEXT_GROUPS_MAX 12
#define TEXT_FIELDS_MAX 32 /* of a group */

enum text_kind {
	TEXT_UINT,
	TEXT_INT,
	TEXT_OCTAL,
	TEXT_HEX,
	TEXT_NAME, /* a symbol: record_parse() accepts no other value */
	TEXT_ENUM, /* a symbol or a number */
	TEXT_FLAGS, /* symbols and numbers joined by | */
	TEXT_CAPS, /* names of capabilities and numbers joined by |, or all */
	TEXT_RET, /* a number, or an errno's name, which stands for its negative */
	TEXT_TIME, /* nanoseconds, written as seconds */
	TEXT_ADDR, /* struct bw_addr */
	TEXT_COMM, /* char[BW_COMM_LEN] */
	TEXT_STR, /* struct bw_str */
	TEXT_LIST, /* struct bw_str with NULs between the elements */
};

struct text_symbol {
	const char *name; /* NULL ends a table */
	uint64_t value;
	uint64_t mask; /* flags: bits that the symbol decides */
};

struct text_field;

/* The default of a field of the struct at rec + base, from fields that stand before it. */
typedef uint64_t (*text_default_fn)(const void *rec, size_t base);

struct text_field {
	const char *key; /* NULL ends a table */
	enum text_kind kind;
	uint16_t offset;
	uint16_t size;
	const struct text_symbol *symbols;
	uint64_t value; /* default of numbers, unless fn is set */
	text_default_fn fn;
	const char *text; /* default of strings */
	uint16_t same_as; /* or the offset of the string that is their default; 0: none */
};

/* A struct within the record, whose keys share a prefix. */
struct text_group {
	const char *prefix; /* NULL ends the groups */
	uint16_t offset;
	const struct text_field *fields;
};

struct text_type {
	const char *name;
	uint16_t type;
	uint16_t fixed_bytes;
	struct text_group groups[TEXT_GROUPS_MAX];
};

/* A `host` line is parsed as if it were a record of this layout. */
struct text_host {
	struct bw_hdr hdr;
	uint64_t epoch_offset_ns;
	uint32_t n_cpus;
	uint32_t cgroup_v1_hierarchy;
	struct bw_str hostname;
	struct bw_str release;
	struct bw_str machine;
	struct bw_str agent_version;
	struct bw_str passwd;
	struct bw_str group;
};

/* BW_EVENT_NONE is the type of `host`. */
const struct text_type *text_find_type(const char *name, size_t len);

/* All that text_find_type() knows, each after a blank. */
void text_add_type_names(struct buf *buf);
const struct text_type *text_type_of(uint16_t type); /* NULL if unknown */

/* A number of 2, 4 or 8 bytes; INT and RET are sign-extended. */
uint64_t text_load(const void *at, const struct text_field *field);
void text_store(void *at, const struct text_field *field, uint64_t value);

uint64_t text_default(const void *rec, size_t base, const struct text_field *field);

/* The comm that a record has unless it says another: 16 bytes, zero-padded. */
void text_default_comm(const void *rec, char *out);

extern const struct text_symbol text_calls[]; /* by enum bw_call */
extern const struct text_symbol text_abis[];
extern const struct text_symbol text_errnos[];
extern const struct text_symbol text_open_flags[];
extern const struct text_symbol text_file_flags[];
extern const struct text_symbol text_record_flags[];
extern const struct text_symbol text_fd_flags[];
extern const struct text_symbol text_namespaces[];
extern const struct text_symbol text_families[];
extern const struct text_symbol text_sock_types[];
extern const struct text_symbol text_protocols[];
extern const struct text_symbol text_cgroup_ops[];
extern const struct text_symbol text_findings[];

#define TEXT_CAPS_ALL 0x1ffffffffffULL /* up to CAP_CHECKPOINT_RESTORE */

/*
 * One value as a word of the line, `len` bytes.  Return 0 or -EINVAL with a reason
 * in diag.
 */
int text_scan_number(const char *word, size_t len, const struct text_field *field, uint64_t *out,
		     struct diag *diag);
int text_scan_addr(const char *word, size_t len, struct bw_addr *out, struct diag *diag);

void text_add_number(struct buf *buf, const struct text_field *field, uint64_t value);
void text_add_addr(struct buf *buf, const struct bw_addr *addr);

/* A string as a word, quoted if it has to be. */
void text_add_word(struct buf *buf, const char *s, size_t len);

#endif /* EVENT_TEXT_FIELDS_H */
