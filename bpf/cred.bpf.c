// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Calls that change credentials, at their exit, refused ones too.  What was
 * before comes from bw_creds, since the kernel has dropped it.
 */
#include "call.bpf.h"
#include "remember.bpf.h"

/*
 * Only a change belongs to a process's life: anyone can call setuid(getuid()) or
 * be refused a million times a second, which must not cost an exec.
 */
static __always_inline enum bw_lane cred_lane(const struct bw_cred_change *rec)
{
	const __u64 *before = (const __u64 *)&rec->before;
	const __u64 *after = (const __u64 *)&rec->after;

	for (__u32 i = 0; i < sizeof(rec->before) / sizeof(*before); i++) {
		if (before[i] != after[i])
			return BW_LANE_LIFE;
	}
	return BW_LANE_ACTIVITY;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_cred, struct pt_regs *regs, long ret)
{
	struct bw_remembered *old;
	struct task_struct *task;
	struct call call;
	struct build b;
	struct bw_cred_change *rec;

	if (!call_begin(&call, regs, ret))
		return 0;
	task = call.task;
	if (call.flags & BW_CALL_F_QUIET) {
		remember(task, BW_CALL_NONE, BW_ABI_NATIVE);
		return 0;
	}
	if (!record_begin(&b, BW_EVENT_CRED, rec, task))
		return 0;
	call_to_header(&call, &rec->hdr);
	cred_fill(&rec->after, task_read(task, cred));
	old = recall(task, rec->hdr.tid);
	if (old) {
		rec->before = old->cred;
	} else {
		rec->before = rec->after;
		rec->hdr.flags |= BW_F_NO_BEFORE;
	}
	rec->args[0] = id_arg(&call, 0);
	rec->args[1] = id_arg(&call, 1);
	rec->args[2] = id_arg(&call, 2);
	record_send(&b, cred_lane(rec));
	remember(task, BW_CALL_NONE, BW_ABI_NATIVE);
	return 0;
}
