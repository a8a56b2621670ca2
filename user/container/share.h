/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_SHARE_H
#define CONTAINER_SHARE_H

/* Time that one kind of work may take in each period, so that it holds up nothing else. */
#include <stdint.h>

#define SHARE_PERIOD_NS 2000000000ULL
#define SHARE_WHOLE_NS  (UINT64_MAX / 2) /* as max_ns: without end */

struct share {
	uint64_t max_ns;
	uint64_t since_ns; /* start of the period in which used_ns was spent */
	uint64_t used_ns;
};

/* What is left of it at boot time `now_ns`; 0: nothing. */
uint64_t share_left(struct share *share, uint64_t now_ns);

void share_use(struct share *share, uint64_t ns);

#endif /* CONTAINER_SHARE_H */
