// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The agent's own call, at its exit: told on both lanes, so that the agent knows that it
 * would be told of others.  Anybody may make the call, only the agent knows the cookie.
 * Nothing is counted: the agent counts what does not arrive.
 */
#include "call.bpf.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(on_canary, struct pt_regs *regs, long ret)
{
	struct bw_canary rec = { .hdr = { .size = sizeof(rec), .type = BW_EVENT_CANARY } };
	struct call call;

	if (!call_lookup(&call, regs) || call_register(&call, 0) != canary_cookie)
		return 0;
	rec.number = call_register(&call, 1);
	rec.hdr.time_ns = bpf_ktime_get_boot_ns();
	bpf_ringbuf_output(&bw_life, &rec, sizeof(rec), BPF_RB_NO_WAKEUP);
	bpf_ringbuf_output(&bw_activity, &rec, sizeof(rec), BPF_RB_NO_WAKEUP);
	return 0;
}
