/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_FIELD_H
#define FIELDS_FIELD_H

/*
 * The table of fields: Falco's names, types and flags.  Rules and outputs know
 * fields only by this table and get values only through a struct field_source, so
 * that an event of the kernel and a line of JSON are the same to them.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "fields/value.h"

/* Falco's types, as far as comparison and printing differ. */
enum field_type {
	FIELD_STRING, /* CHARBUF, FSPATH, FSRELPATH */
	FIELD_BYTES,
	FIELD_INT8,
	FIELD_INT16,
	FIELD_INT32,
	FIELD_INT64,
	FIELD_UINT8,
	FIELD_UINT16,
	FIELD_UINT32,
	FIELD_UINT64,
	FIELD_BOOL,
	FIELD_PORT,
	FIELD_RELTIME, /* ns */
	FIELD_ABSTIME, /* ns since the epoch */
	FIELD_IPADDR,
	FIELD_IPNET, /* value is an address; constants are networks */
	FIELD_DOUBLE, /* of fields that are never filled */
	FIELD_TYPE_MAX,
};

/* struct field.flags */
#define FIELD_LIST           (1U << 0)
#define FIELD_ARG_ALLOWED    (1U << 1)
#define FIELD_ARG_REQUIRED   (1U << 2)
#define FIELD_ARG_INDEX      (1U << 3) /* the argument may be an unsigned decimal */
#define FIELD_ARG_KEY        (1U << 4) /* the argument may be a text */
#define FIELD_NO_RHS         (1U << 5)
#define FIELD_NO_TRANSFORMER (1U << 6)
#define FIELD_FILTER_ONLY    (1U << 7) /* renders as <NA> in outputs */
#define FIELD_DEPRECATED     (1U << 8)
#define FIELD_OWN            (1U << 9) /* ours: Falco does not know it */
#define FIELD_UNFILLED       (1U << 10) /* known, but always null here */
#define FIELD_OCTAL          (1U << 11) /* printed in octal, a string in JSON */
#define FIELD_HEX            (1U << 12)
/*
 * Several values come back as a VALUE_LIST though the field is a scalar:
 * MATCH_ANY is true if any of them satisfies the comparison, also for != (names
 * of ancestors); MATCH_ENDS likewise, but != wants both to differ (fd.ip).  An
 * empty list of either satisfies nothing but `exists`.
 */
#define FIELD_MATCH_ANY    (1U << 13)
#define FIELD_MATCH_ENDS   (1U << 14)
#define FIELD_NET_FIRST    (1U << 15) /* `in` compares only the first network (fd.net) */
#define FIELD_ARG_DOT      (1U << 16) /* the argument may also follow a dot: evt.arg.flags */
#define FIELD_ALWAYS_FALSE (1U << 17) /* no event that we deliver is such */
/*
 * The names of one address: they satisfy what any of them satisfies, != what none equals, also
 * where none is known.  Outputs show the first.
 */
#define FIELD_MATCH_NAMES (1U << 18)

struct field_source;
struct field_ref;
struct event_view;

/* Fill *out for the event; false (null) leaves it alone. */
typedef bool field_get_fn(const struct event_view *view, const struct field_ref *ref,
			  struct value *out);

struct field {
	const char *name;
	enum field_type type;
	uint32_t flags;
	const char *description;
	field_get_fn *get; /* NULL with FIELD_UNFILLED */
};

/* A field with its argument, as a rule or an output names it; resolved once, at load. */
struct field_ref {
	const struct field *field;
	const char *arg; /* NULL: none; borrowed from the rule set's arena */
	uint32_t arg_len;
	uint32_t index; /* of an index argument */
	bool has_index;
};

/* A text that the configuration names: the field static.NAME. */
struct field_static {
	const char *name;
	const char *value;
};

/* Is the field one of the given static.NAME, or of another kind? */
bool field_is_known(const struct field_ref *ref, const struct field_static *statics,
		    size_t n_statics);

/* Where values come from. */
struct field_source {
	/* Returns false for null.  Strings may be placed in `scratch`. */
	bool (*get)(const struct field_source *source, const struct field_ref *ref,
		    struct value *out);
	/* Event type by name table index (fields/events.h), for indexing. */
	uint32_t event_type;
	struct arena *scratch;
	const void *ctx;
};

/* By exact name, without argument ("evt.arg", not "evt.arg.flags"); NULL if there is none. */
const struct field *field_lookup(const char *name, size_t len);

/* The i-th field in table order, NULL behind the last. */
const struct field *field_at(size_t i);

/*
 * Resolve name and argument (NULL: none).  `name` may carry the argument behind
 * a dot where the field allows it ("evt.arg.flags").  `name` and `arg` are kept,
 * not copied.  evt.rawarg resolves to a field of the type that the argument has.
 *
 * Returns 0, -ENOENT for an unknown name, -EINVAL for an argument that is not
 * allowed, is missing, or is no index where one is needed, or (evt.arg.X) names
 * no argument of any event; *ret_reason then tells, in Falco's words, and wants
 * a blank and the field as written behind it.
 */
int field_resolve(const char *name, size_t len, const char *arg, size_t arg_len,
		  struct field_ref *out, const char **ret_reason);

/* "CHARBUF", "UINT64" …: the name Falco prints for the type. */
const char *field_type_name(enum field_type type);

/* Of the names of an address outputs show the first, as Falco has it; null if there is none. */
struct value field_shown(const struct field *field, const struct value *value);

/*
 * Append the value as outputs print it: null and filter-only `<NA>`, lists
 * `(a,b)`, booleans true and false, octal and hexadecimal by flag, bytes with
 * unprintable ones as dots.
 */
void field_render(const struct field *field, const struct value *value, struct buf *buf);

#endif /* FIELDS_FIELD_H */
