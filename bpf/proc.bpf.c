// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Birth, end and working directory of processes.  sched_process_fork fires in
 * the creator when the child exists and has not run; sched_process_exit in each
 * thread that ends.
 */
#include "call.bpf.h"
#include "file.bpf.h"
#include "remember.bpf.h"

#include <linux/sched.h>

enum { SIGNAL_GROUP_EXIT_BIT = 4 }; /* include/linux/sched/signal.h */

/* Name the call by which the current task creates another, and tell its flags. */
static __always_inline void fork_call(struct bw_fork *rec)
{
	struct call call;

	if (!call_current(&call) || call.call < BW_CALL_FORK || call.call > BW_CALL_CLONE3)
		return;
	rec->hdr.call = call.call;
	rec->hdr.abi = call.abi;
	switch (call.call) {
	case BW_CALL_CLONE:
		rec->clone_flags = (__u32)call_register(&call, 0); /* all that clone(2) takes */
		break;
	case BW_CALL_CLONE3: /* the first member of struct clone_args */
		if (bpf_probe_read_user(&rec->clone_flags, sizeof(rec->clone_flags),
					(void *)call_register(&call, 0)))
			str_failed(&rec->hdr);
		break;
	case BW_CALL_VFORK:
		rec->clone_flags = CLONE_VM | CLONE_VFORK;
		break;
	default:
		break;
	}
}

SEC("tp_btf/sched_process_fork")
int BPF_PROG(on_fork, struct task_struct *creator, struct task_struct *child)
{
	struct build b;
	struct bw_fork *rec;

	if (tell_unexplained)
		cred_check(0);
	remember(child, BW_CALL_NONE, BW_ABI_NATIVE);
	if (BPF_CORE_READ(child, pid) != BPF_CORE_READ(child, tgid))
		return 0; /* a thread */
	if (!record_begin(&b, BW_EVENT_FORK, rec, child))
		return 0;
	rec->creator_tgid = BPF_CORE_READ(creator, tgid);
	rec->creator_tid = BPF_CORE_READ(creator, pid);
	rec->creator_start_ns = BPF_CORE_READ(creator, group_leader, start_boottime);
	rec->hdr.ret = rec->hdr.tgid;
	fork_call(rec);
	record_send(&b, BW_LANE_LIFE);
	return 0;
}

/*
 * Whether the thread that ends is its process's last.  Where
 * the tracepoint does not tell (6.18 does), two threads that end at once may
 * both find nobody alive, and the process ends twice.
 */
static __always_inline bool is_last_thread(const __u64 *ctx, struct signal_struct *signal)
{
	if (exit_tells_last)
		return (bool)ctx[1];
	return BPF_CORE_READ(signal, live.counter) == 0;
}

SEC("tp_btf/sched_process_exit")
int BPF_PROG(on_exit, struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct build b;
	struct bw_exit *rec;

	forget(BPF_CORE_READ(task, pid));
	if (!is_last_thread((const __u64 *)ctx, signal))
		return 0; /* others go on */
	if (!record_begin(&b, BW_EVENT_EXIT, rec, task))
		return 0;
	if (BPF_CORE_READ(signal, flags) & SIGNAL_GROUP_EXIT_BIT)
		rec->code = BPF_CORE_READ(signal, group_exit_code);
	else
		rec->code = BPF_CORE_READ(task, group_leader, exit_code);
	rec->hdr.call = BW_CALL_EXIT;
	record_send(&b, BW_LANE_LIFE);
	return 0;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_chdir, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;
	struct bw_chdir *rec;

	if (!call_begin(&call, regs, ret) || call.ret < 0)
		return 0;
	if (!record_begin(&b, BW_EVENT_CHDIR, rec, call.task))
		return 0;
	call_to_header(&call, &rec->hdr);
	record_add_cwd(&b, &rec->cwd, call.task);
	record_send(&b, BW_LANE_ACTIVITY);
	return 0;
}
