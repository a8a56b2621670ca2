// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Every system call at its exit: success and failure, those that seccomp
 * refused (they have no enter), and 32-bit ones (they fire no tracepoint of
 * their own).  Most are not ours and leave at once.
 *
 * The kernel runs a program on a processor once at a time.  Since 7.0 a task can be
 * preempted in it, and then the program is skipped for all others who come by there.  So
 * there are two: the second takes the calls that the first was skipped for.  It
 * is attached when that was seen to happen; see sensor_guard_back_up().
 */
#include "call.bpf.h"

static __always_inline bool is_watched(struct call *call, struct pt_regs *regs, long ret)
{
	if (!call_lookup(call, regs) || call->slot == BW_SLOT_NONE)
		return false;
	return !(call->flags & BW_CALL_F_FAILURES && ret >= 0);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	__u32 key = 0;
	struct call call;
	__u64 *turn;

	if (!is_watched(&call, regs, ret))
		return 0;
	turn = bpf_map_lookup_elem(&bw_turn, &key);
	if (turn)
		*turn = bpf_get_current_pid_tgid();
	bpf_tail_call(ctx, &bw_programs, call.slot);
	return 0;
}

/*
 * Attached later, so it comes behind the first.  If another task was preempted between the
 * two, a call is told twice: better than never.
 */
SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit_again, struct pt_regs *regs, long ret)
{
	__u32 key = 0;
	struct call call;
	__u64 *turn;

	if (!is_watched(&call, regs, ret))
		return 0;
	turn = bpf_map_lookup_elem(&bw_turn, &key);
	if (!turn)
		return 0;
	if (*turn == bpf_get_current_pid_tgid()) {
		*turn = 0;
		return 0;
	}
	bpf_tail_call(ctx, &bw_programs, call.slot);
	return 0;
}
