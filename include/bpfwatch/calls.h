/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_CALLS_H
#define BPFWATCH_CALLS_H

/*
 * How user space tells the programs which system call numbers mean what.  The
 * numbers stand in tables of user space alone: bpf/ compares none.
 */
#include <linux/types.h>

#include "bpfwatch/event.h"

#define BW_NR_MAX   512 /* above every number of every ABI we know */
#define BW_ABIS_MAX 2 /* BW_ABI_NATIVE, BW_ABI_COMPAT32: those that have numbers */

/* Index of bw_programs: the program that handles a family of calls at their exit. */
enum bw_slot {
	BW_SLOT_NONE = 0, /* known by name only */
	BW_SLOT_EXEC_FAIL,
	BW_SLOT_CHDIR,
	BW_SLOT_OPEN,
	BW_SLOT_CONNECT,
	BW_SLOT_CRED,
	BW_SLOT_MAX,
};

/* bw_call_entry.flags */
#define BW_CALL_F_FAILURES (1U << 0) /* success is reported elsewhere */
#define BW_CALL_F_ID16     (1U << 1) /* ids are 16 bits wide */
#define BW_CALL_F_SOCKET   (1U << 2) /* socketcall(2): arguments lie in memory */
#define BW_CALL_F_QUIET    (1U << 3) /* nobody asked: follow the credentials, report nothing */

/* One number in one ABI. */
struct bw_call_entry {
	__u16 call; /* enum bw_call; BW_CALL_NONE: not ours */
	__u8 slot; /* enum bw_slot */
	__u8 flags; /* BW_CALL_F_* */
};

/* Value of bw_calls; the key is the number. */
struct bw_number {
	struct bw_call_entry abi[BW_ABIS_MAX];
};

_Static_assert(sizeof(struct bw_number) == 8, "layout of bw_calls");

/* Controllers by which a v1 hierarchy can be followed, in order of preference. */
enum bw_v1_controller {
	BW_V1_NONE = 0,
	BW_V1_MEMORY,
	BW_V1_PIDS,
	BW_V1_CPUSET,
	BW_V1_CPU,
	BW_V1_MAX,
};

/* Inode numbers of the host's namespaces; index is the bit number of BW_NS_*. */
#define BW_NS_MAX 7

/* Credentials as last seen; value of bw_creds, the key is the tid. */
struct bw_remembered {
	__u64 start_ns; /* of the thread: tids are reused */
	struct bw_cred cred;
	__u16 call; /* BW_CALL_EXECVE(AT) while an exec is under way */
	__u16 abi;
	__u32 pad0;
};

#endif /* BPFWATCH_CALLS_H */
