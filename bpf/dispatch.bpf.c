// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Every system call at its exit: success and failure, those that seccomp
 * refused (they have no enter), and 32-bit ones (they fire no tracepoint of
 * their own).  Most are not ours and leave at once.
 */
#include "call.bpf.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(on_sys_exit, struct pt_regs *regs, long ret)
{
	struct call call;

	if (!call_lookup(&call, regs) || call.slot == BW_SLOT_NONE)
		return 0;
	if (call.flags & BW_CALL_F_FAILURES && ret >= 0)
		return 0;
	bpf_tail_call(ctx, &bw_programs, call.slot);
	return 0;
}
