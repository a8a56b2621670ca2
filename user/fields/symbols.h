/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_SYMBOLS_H
#define FIELDS_SYMBOLS_H

/* Words for flags and numbers that calls take, in Falco's order.  Private to fields/. */
#include <stdint.h>

#include "base/arena.h"

struct symbol {
	const char *name; /* NULL ends a table */
	uint64_t value; /* the kernel's, or SYMBOL_OTHER */
	uint64_t number; /* Falco's; where the name is NULL, SYMBOLS_KEEP or SYMBOLS_DROP */
};

#define SYMBOL_OTHER UINT64_MAX /* last row of an enum: every value that has none */

/* What has no row: the kernel's number, or nothing, as where Falco translates bit by bit. */
#define SYMBOLS_KEEP 0
#define SYMBOLS_DROP 1

/*
 * All flags that are set, joined by |; for 0 the name of 0, if there is one.  "" for
 * none.  NULL: scratch is full.
 */
const char *symbols_flags(struct arena *scratch, const struct symbol *table, uint64_t value);

/* All names of exactly this value, joined by |. */
const char *symbols_enum(struct arena *scratch, const struct symbol *table, uint64_t value);

/* Falco's number for the same. */
uint64_t symbols_flags_number(const struct symbol *table, uint64_t value);
uint64_t symbols_enum_number(const struct symbol *table, uint64_t value);

extern const struct symbol symbols_families[];
extern const struct symbol symbols_shutdown[];
extern const struct symbol symbols_sockopt_levels[];
extern const struct symbol symbols_sockopts[];
extern const struct symbol symbols_new_fd[]; /* of calls that make a descriptor */
extern const struct symbol symbols_clone[];
extern const struct symbol symbols_ptrace[];
extern const struct symbol symbols_bpf[];
extern const struct symbol symbols_resolve[]; /* of openat2 */
extern const struct symbol symbols_creat_layer[]; /* of bw_file.flags */
extern const struct symbol symbols_mode[];
extern const struct symbol symbols_mknod_mode[];
extern const struct symbol symbols_unlinkat[];
extern const struct symbol symbols_linkat[];
extern const struct symbol symbols_renameat2[];
extern const struct symbol symbols_at[];
extern const struct symbol symbols_prot[];
extern const struct symbol symbols_mmap[];
extern const struct symbol symbols_prctl[];
extern const struct symbol symbols_mount[];
extern const struct symbol symbols_umount[];
extern const struct symbol symbols_fsconfig[];
extern const struct symbol symbols_open_tree[];
extern const struct symbol symbols_move_mount[];
extern const struct symbol symbols_mount_attr[];
extern const struct symbol symbols_xattr[];
extern const struct symbol symbols_memfd[];
extern const struct symbol symbols_finit[];
extern const struct symbol symbols_delete_module[];
extern const struct symbol symbols_fcntl[];
extern const struct symbol symbols_pidfd_open[];
extern const struct symbol symbols_keyctl[];
extern const struct symbol symbols_kexec_file[];
extern const struct symbol symbols_reboot[];
extern const struct symbol symbols_uring_enter[];
extern const struct symbol symbols_uring_register[];
extern const struct symbol symbols_userfaultfd[];

#endif /* FIELDS_SYMBOLS_H */
