/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_REMEMBER_BPF_H
#define BPFWATCH_REMEMBER_BPF_H

/*
 * Credentials of each thread as last seen: when a call that changes them
 * returns, the old ones are gone from the kernel.
 */
#include "record.bpf.h"

static __always_inline void remember(struct task_struct *task, __u16 call, __u16 abi)
{
	struct bw_remembered now = {
		.start_ns = task_read(task, start_boottime),
		.call = call,
		.abi = abi,
	};
	__u32 tid = task_read(task, pid);

	cred_fill(&now.cred, task_read(task, cred));
	if (bpf_map_update_elem(&bw_creds, &tid, &now, BPF_ANY))
		stat_inc(BW_STAT_CRED_FULL);
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

#endif /* BPFWATCH_REMEMBER_BPF_H */
