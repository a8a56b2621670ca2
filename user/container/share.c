// SPDX-License-Identifier: Apache-2.0
#include "container/share.h"

uint64_t share_left(struct share *share, uint64_t now_ns)
{
	if (now_ns - share->since_ns > SHARE_PERIOD_NS) {
		share->since_ns = now_ns;
		share->used_ns = 0;
	}
	return share->used_ns < share->max_ns ? share->max_ns - share->used_ns : 0;
}

void share_use(struct share *share, uint64_t ns)
{
	share->used_ns += ns;
}
