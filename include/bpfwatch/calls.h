/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_CALLS_H
#define BPFWATCH_CALLS_H

/*
 * How user space tells the programs which system call numbers mean what.  The
 * numbers stand in tables of user space alone: bpf/ compares none.
 */
#include <linux/types.h>

#include "bpfwatch/event.h"

#define BW_NR_MAX   1024 /* above every number of every ABI we know; x32 has some from 512 on */
#define BW_ABIS_MAX 2 /* BW_ABI_NATIVE, BW_ABI_COMPAT32: those that have numbers */

/* Entries of bw_scratch for each processor, so that tasks preempted there do not meet. */
#define BW_SCRATCH_BANKS 3

/* Index of bw_programs: the program that handles a family of calls at their exit. */
enum bw_slot {
	BW_SLOT_NONE = 0, /* known by name only */
	BW_SLOT_EXEC_FAIL,
	BW_SLOT_CHDIR,
	BW_SLOT_OPEN,
	BW_SLOT_CONNECT,
	BW_SLOT_CRED,
	BW_SLOT_CALL, /* decoded by its table row */
	BW_SLOT_CANARY, /* the agent's own */
	BW_SLOT_MAX,
};

/* bw_call_entry.flags */
#define BW_CALL_F_FAILURES (1U << 0) /* success is reported elsewhere */
#define BW_CALL_F_ID16     (1U << 1) /* ids are 16 bits wide */
#define BW_CALL_F_SOCKET \
	(1U << 2) /* socketcall(2): the number is argument 0, the arguments lie in memory */
#define BW_CALL_F_QUIET (1U << 3) /* nobody asked: follow the credentials, report nothing */
#define BW_CALL_F_MEMORY \
	(1U << 4) /* argument 0 points to all arguments in memory: mmap of old, i386 */
#define BW_CALL_F_WIDE   (1U << 5) /* argument 1 is a pair of 32-bit words */
#define BW_CALL_F_NARROW (1U << 6) /* structures are those of a 32-bit ABI: x32 */
#define BW_CALL_F_SHORT  (1U << 7) /* send, recv: no address, which would be arguments 4 and 5 */

/* What an argument of a call is; struct bw_decode has one for each. */
enum bw_arg_kind {
	BW_ARG_NONE = 0, /* the call has no such argument */
	BW_ARG_VALUE, /* a number, flags, an id, an address */
	BW_ARG_FD, /* a descriptor that the call is about */
	BW_ARG_DIRFD, /* a directory, for the next BW_ARG_PATH */
	BW_ARG_PATH, /* a path, relative to the last BW_ARG_DIRFD or else to the working directory */
	BW_ARG_STR, /* any other string */
	BW_ARG_BUF, /* bytes; how many stands in the next argument, or in the result (BW_DECODE_RET_SIZE) */
	BW_ARG_MSG, /* struct msghdr: address and first buffer */
	BW_ARG_ADDR, /* struct sockaddr of the peer; its size (bind, connect, sendto) or where its size is */
};

/* bw_decode.flags */
#define BW_DECODE_RET_FD   (1U << 0) /* the result is the descriptor that it is about */
#define BW_DECODE_RET_SIZE (1U << 1) /* the buffer holds as many bytes as the result says */
#define BW_DECODE_BITS     (1U << 2) /* the filter asks for any bit of value[0], not for equality */

#define BW_DECODE_NO_FILTER 0xff
#define BW_DECODE_VALUES    2

/* How the generic program reads a call; value of bw_decodes, the key is enum bw_call. */
struct bw_decode {
	__u8 kind[BW_ARGS_MAX]; /* enum bw_arg_kind */
	__u8 flags; /* BW_DECODE_* */
	__u8 filter_arg; /* report only if this argument is one of value[]; or BW_DECODE_NO_FILTER */
	__u32 value[BW_DECODE_VALUES];
};

/* One number in one ABI. */
struct bw_call_entry {
	__u16 call; /* enum bw_call; BW_CALL_NONE: not ours */
	__u8 slot; /* enum bw_slot */
	__u8 flags; /* BW_CALL_F_* */
};

/* What the agent calls to see whether it sees: no enum bw_call, for no record tells of it. */
#define BW_CALL_CANARY 0xffff

/* Value of bw_calls; the key is the number. */
struct bw_number {
	struct bw_call_entry abi[BW_ABIS_MAX];
};

_Static_assert(sizeof(struct bw_number) == 8, "layout of bw_calls");

#define BW_RING_OPS_MAX 256 /* IORING_OP_* have 8 bits; key of bw_ring_ops */
#define BW_SOCKETCALLS_MAX \
	32 /* above every SYS_* of include/uapi/linux/net.h; key of bw_socketcalls */
#define BW_DATA_MAX 256 /* bytes kept of a buffer */

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
