/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_TEXT_H
#define EVENT_TEXT_H

/*
 * Records as text: one event a line, for fixtures that a reviewer can read in a
 * diff.  docs/capture-format.md describes the syntax.
 */
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"
#include "event/capture.h"
#include "event/record.h"

/*
 * Parse one line (no newline).  Empty lines and comments give *ret_len 0.  A
 * `host` line fills host instead.  The record is built in `out`, of `size` bytes
 * (BW_RECORD_MAX suffices), 8-byte aligned.
 *
 * Returns 0, or -EINVAL with column and reason in diag.
 */
int text_parse_line(const char *line, struct capture_host *host, void *out, size_t size,
		    size_t *ret_len, struct diag *diag);

/* Append the record as such a line, newline included; parsing it gives the same bytes. */
void text_add_record(struct buf *buf, const struct record *rec);

#endif /* EVENT_TEXT_H */
