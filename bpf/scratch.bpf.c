// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Scratch memory belongs to a processor, since a task stays on it while a program runs.  On
 * kernels that preempt tasks there (7.0 and later) several can be under way on one
 * processor; each takes the first bank that is free.  Nothing is atomic in this, so who
 * sends looks whether the bank is still its own.
 */
#include "record.bpf.h"

int scratch_take(__u32 first)
{
	__u64 self = bpf_get_current_pid_tgid();

	for (__u32 bank = 0; bank < BW_SCRATCH_BANKS; bank++) {
		__u32 slot = first + bank;
		const struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);

		if (scratch && (!scratch->owner || scratch->owner == self))
			return slot;
	}
	return first;
}
