/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CLOCK_H
#define BASE_CLOCK_H

/* The two clocks the agent reads; the engine reads none. */
#include <stdint.h>

/* CLOCK_BOOTTIME, the clock of records. */
uint64_t clock_boot_ns(void);

/* What to add to boot time to get nanoseconds since the epoch, now. */
uint64_t clock_epoch_offset_ns(void);

#endif /* BASE_CLOCK_H */
