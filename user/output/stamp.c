// SPDX-License-Identifier: Apache-2.0
#include "output/stamp.h"

#include <inttypes.h>
#include <string.h>
#include <time.h>

#define NS_PER_S 1000000000U

static void split(uint64_t time_ns, enum stamp_zone zone, struct tm *out)
{
	const time_t seconds = (time_t)(time_ns / NS_PER_S);

	/* 64 bits of nanoseconds end in 2554: neither can fail. */
	memset(out, 0, sizeof(*out));
	if (zone == STAMP_LOCAL)
		(void)localtime_r(&seconds, out);
	else
		(void)gmtime_r(&seconds, out);
}

void stamp_add_clock(struct buf *buf, uint64_t time_ns, enum stamp_zone zone)
{
	struct tm tm;

	split(time_ns, zone, &tm);
	buf_printf(buf, "%02d:%02d:%02d.%09" PRIu64, tm.tm_hour, tm.tm_min, tm.tm_sec,
		   time_ns % NS_PER_S);
}

static void add_iso(struct buf *buf, uint64_t time_ns, const char *zone)
{
	struct tm tm;

	split(time_ns, STAMP_UTC, &tm);
	buf_printf(buf, "%04d-%02d-%02dT%02d:%02d:%02d.%09" PRIu64 "%s", tm.tm_year + 1900,
		   tm.tm_mon + 1, tm.tm_mday, tm.tm_hour, tm.tm_min, tm.tm_sec, time_ns % NS_PER_S,
		   zone);
}

void stamp_add_iso(struct buf *buf, uint64_t time_ns)
{
	add_iso(buf, time_ns, "Z");
}

void stamp_add_iso_offset(struct buf *buf, uint64_t time_ns)
{
	add_iso(buf, time_ns, "+0000");
}
