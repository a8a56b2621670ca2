/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_MAPS_BPF_H
#define BPFWATCH_MAPS_BPF_H

/*
 * Every map and every setting.  Each program file includes them; __weak lets
 * `bpftool gen object` merge the copies into one.
 */
#include "read.bpf.h"

#include "bpfwatch/calls.h"
#include "bpfwatch/event.h"

/* The agent sets the rings' sizes before load; this one serves tests. */
#define RING_BYTES_DEFAULT (256 * 1024)

#define NAME_LEN_MAX 255 /* NAME_MAX of the kernel */
#define CREDS_MAX    32768 /* threads whose credentials are remembered */

/* Room past BW_RECORD_MAX lets the verifier accept a masked offset plus a full string. */
#define RECORD_ROOM (BW_RECORD_MAX + BW_STR_MAX)
/* Likewise for a masked position plus a block of the head, which is longer than a name. */
#define PATH_ROOM (BW_STR_MAX + HEAD_BLOCK)

/*
 * The front of a path whose end has filled walk.path: which names are the first is known
 * at the root only, so two blocks take turns, and the last two filled are kept.
 */
#define HEAD_BLOCK 512 /* bytes, a power of two; any name fits */
#define HEAD_ROOM  (HEAD_BLOCK + NAME_LEN_MAX + 1)

/* A path being built from its end to its front; see path.bpf.c. */
struct walk {
	struct dentry *dentry;
	struct mount *mnt;
	struct dentry *root_dentry;
	struct mount *root_mnt;
	const unsigned char *name; /* of dentry */
	__u32 name_len;
	__u32 pos; /* of the first byte in path[] */
	__u32 edge; /* where the end of a path that is too long will start */
	__u32 flags; /* BW_FILE_* that the walk found */
	__u32 head_now; /* the block being filled */
	__u32 head_pos[2]; /* of the first byte in head[] */
	char head[2][HEAD_ROOM];
	char path[PATH_ROOM];
};

/*
 * Where a record is built.  A plain array indexed by processor, since a value
 * of a per-CPU map may not pass 32 KiB.
 */
struct scratch {
	__u64 owner; /* pid_tgid of the task whose record this is; see record.bpf.h */
	struct walk walk;
	char record[RECORD_ROOM] __attribute__((aligned(8)));
};

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, 1); /* set to what all banks take before load */
	__type(key, __u32);
	__type(value, struct scratch);
} bw_scratch __weak SEC(".maps");

/* The iterator has an entry of its own; then each processor has its banks. */
enum scratch_index { SCRATCH_ITER = 0, SCRATCH_FIRST_CPU = 1 };

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES_DEFAULT);
} bw_life __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_RINGBUF);
	__uint(max_entries, RING_BYTES_DEFAULT);
} bw_activity __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, BW_STAT_MAX);
	__type(key, __u32);
	__type(value, __u64);
} bw_stats __weak SEC(".maps");

/*
 * What follows user space fills before it freezes it.  Not BPF_F_RDONLY_PROG: a frozen map that is
 * read-only for programs as well cannot be shared with the second set (see dispatch.bpf.c),
 * whose verifier takes it for constants and refuses arrays of more than one entry.
 */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BW_NR_MAX);
	__type(key, __u32);
	__type(value, struct bw_number);
} bw_calls __weak SEC(".maps");

/* The calls behind socketcall(2); the key is its first argument. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BW_SOCKETCALLS_MAX);
	__type(key, __u32);
	__type(value, struct bw_call_entry);
} bw_socketcalls __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BW_CALL_MAX);
	__type(key, __u32);
	__type(value, struct bw_decode);
} bw_decodes __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_PROG_ARRAY);
	__uint(max_entries, BW_SLOT_MAX);
	__type(key, __u32);
	__type(value, __u32);
} bw_programs __weak SEC(".maps");

/* By lane, the number of the last canary for which there was no room; see canary.bpf.c. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BW_LANE_MAX);
	__type(key, __u32);
	__type(value, __u64);
} bw_canary_lost __weak SEC(".maps");

/* For whom on_sys_exit ran last on each processor; see dispatch.bpf.c. */
struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, __u64);
} bw_turn __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, CREDS_MAX);
	__type(key, __u32);
	__type(value, struct bw_remembered);
} bw_creds __weak SEC(".maps");

/* Settings, fixed at load. */
const volatile __u32 self_tgid __weak = 0; /* the agent: its activity is not reported */
const volatile __u32 host_ns[BW_NS_MAX] __weak = {}; /* 0: not known */
const volatile __u32 v1_controller __weak = BW_V1_NONE;
const volatile __u32 v1_hierarchy __weak = 0;
const volatile __u32 is_second __weak = 0; /* see dispatch.bpf.c */
const volatile __u32 want_env __weak = 0;
const volatile __u32 creds_followed __weak = 0; /* every change of credentials is seen */
const volatile __u32 tell_unexplained __weak = 0; /* see cred_check.bpf.c */
const volatile __u32 exec_by_rename __weak = 0; /* no sched_prepare_exec: see exec.bpf.c */
const volatile __u32 exit_tells_last __weak = 0; /* sched_process_exit has its second argument */
const volatile __u64 canary_cookie __weak = 0; /* see canary.bpf.c */
const volatile __u32 ring_quarter[BW_LANE_MAX] __weak = {}; /* bytes */

static __always_inline void stat_inc(__u32 which)
{
	__u64 *count = bpf_map_lookup_elem(&bw_stats, &which);

	if (count)
		*count += 1;
}

#endif /* BPFWATCH_MAPS_BPF_H */
