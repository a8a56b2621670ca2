/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_STAMP_H
#define OUTPUT_STAMP_H

/* Times as alerts print them; all count nanoseconds since the epoch. */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"

enum stamp_zone { STAMP_UTC, STAMP_LOCAL };

/* "16:31:56.746609046" */
void stamp_add_clock(struct buf *buf, uint64_t time_ns, enum stamp_zone zone);

/* "2016-08-04T16:17:57.881782397Z" */
void stamp_add_iso(struct buf *buf, uint64_t time_ns);

/* "2016-08-04T16:17:57.881782397+0000", as Falco prints it with time_format_iso_8601. */
void stamp_add_iso_offset(struct buf *buf, uint64_t time_ns);

#endif /* OUTPUT_STAMP_H */
