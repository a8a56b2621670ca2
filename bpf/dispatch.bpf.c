// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Every system call at its exit: success and failure, those that seccomp
 * refused (they have no enter), and 32-bit ones (they fire no tracepoint of
 * their own).  Most are not ours and leave at once.
 *
 * The kernel runs a program on a processor once at a time.  Since 7.0 a task can be
 * preempted in it, and then the program is skipped for all others who come by there.  When
 * that was seen to happen, user space loads this and the programs behind it a second time
 * (sensor_second.c), to take the calls that the first was skipped for.  Not the same
 * programs: each has but one stack on a processor (since 6.13).
 */
#include "call.bpf.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	__u64 self = bpf_get_current_pid_tgid();
	__u32 key = 0;
	struct call call;
	__u64 *turn;

	if (!call_lookup(&call, regs) || call.slot == BW_SLOT_NONE)
		return 0;
	if (call.flags & BW_CALL_F_FAILURES && ret >= 0)
		return 0;
	turn = bpf_map_lookup_elem(&bw_turn, &key);
	if (!turn)
		return 0;
	if (!is_second) {
		*turn = self;
	} else if (*turn == self) {
		*turn = 0;
		return 0; /* the first was here */
	}
	/* If a task was preempted between the two, a call is told twice: better than never. */
	bpf_tail_call(ctx, &bw_programs, call.slot);
	return 0;
}
