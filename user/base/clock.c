// SPDX-License-Identifier: Apache-2.0
#include "base/clock.h"

#include <time.h>

#define NS_PER_S 1000000000ULL

static uint64_t clock_read_ns(clockid_t id)
{
	struct timespec ts;

	if (clock_gettime(id, &ts))
		return 0; /* cannot fail for these two clocks */
	return (uint64_t)ts.tv_sec * NS_PER_S + (uint64_t)ts.tv_nsec;
}

uint64_t clock_boot_ns(void)
{
	return clock_read_ns(CLOCK_BOOTTIME);
}

uint64_t clock_epoch_offset_ns(void)
{
	uint64_t boot = clock_read_ns(CLOCK_BOOTTIME);

	return clock_read_ns(CLOCK_REALTIME) - boot;
}
