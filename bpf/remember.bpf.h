/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_REMEMBER_BPF_H
#define BPFWATCH_REMEMBER_BPF_H

/*
 * Credentials of each thread as last seen: when a call that changes them
 * returns, the old ones are gone from the kernel.
 */
#include "record.bpf.h"

static __always_inline void remember_if(struct task_struct *task, __u16 call, __u16 abi,
					__u64 flags)
{
	struct bw_remembered now = {
		.start_ns = task_read(task, start_boottime),
		.call = call,
		.abi = abi,
	};
	__u32 tid = task_read(task, pid);

	cred_fill(&now.cred, task_read(task, cred));
	if (bpf_map_update_elem(&bw_creds, &tid, &now, flags) && flags == BPF_ANY)
		stat_inc(BW_STAT_CRED_FULL);
}

static __always_inline void remember(struct task_struct *task, __u16 call, __u16 abi)
{
	remember_if(task, call, abi, BPF_ANY);
}

static __always_inline void forget(__u32 tid)
{
	bpf_map_delete_elem(&bw_creds, &tid);
}

/* What is remembered of `task`, once known as `tid`; NULL: nothing. */
static __always_inline struct bw_remembered *recall(struct task_struct *task, __u32 tid)
{
	struct bw_remembered *old = bpf_map_lookup_elem(&bw_creds, &tid);

	/* An exec by another thread takes the leader's start time with its tid. */
	if (!old || (old->start_ns != task_read(task, start_boottime) &&
		     tid == (__u32)task_read(task, pid)))
		return NULL;
	return old;
}

/* Report that `task` has other credentials than `before`, which no call explains. */
static __always_inline void tell_cred_change(struct task_struct *task, const struct bw_cred *before)
{
	struct build b;
	struct bw_cred_change *rec;

	if (!record_begin(&b, BW_EVENT_CRED, rec, task))
		return;
	rec->hdr.call = BW_CALL_CRED_CHANGE;
	rec->before = *before;
	cred_fill(&rec->after, task_read(task, real_cred));
	record_send(&b, BW_LANE_LIFE);
}

#endif /* BPFWATCH_REMEMBER_BPF_H */
