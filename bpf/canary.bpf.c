// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The agent's own call, at its exit: told on both lanes, so that the agent knows that it
 * would be told of others.  Anybody may make the call, only the agent knows the cookie.
 * The agent counts what does not arrive; here is told only which of them met a full ring, since
 * anybody can fill one, which is no blindness.
 */
#include "call.bpf.h"

static __always_inline void sing(const struct bw_canary *rec, enum bw_lane lane)
{
	void *ring = lane == BW_LANE_LIFE ? (void *)&bw_life : (void *)&bw_activity;
	__u32 key = lane;
	__u64 *lost;

	if (!bpf_ringbuf_output(ring, (void *)rec, sizeof(*rec), BPF_RB_NO_WAKEUP))
		return;
	lost = bpf_map_lookup_elem(&bw_canary_lost, &key);
	if (lost)
		*lost = rec->number;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_canary, struct pt_regs *regs, long ret)
{
	struct bw_canary rec = { .hdr = { .size = sizeof(rec), .type = BW_EVENT_CANARY } };
	struct call call;

	if (!call_lookup(&call, regs) || call_register(&call, 0) != canary_cookie)
		return 0;
	rec.number = call_register(&call, 1);
	rec.hdr.time_ns = bpf_ktime_get_boot_ns();
	sing(&rec, BW_LANE_LIFE);
	sing(&rec, BW_LANE_ACTIVITY);
	return 0;
}
