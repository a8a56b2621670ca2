/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_ALERT_H
#define OUTPUT_ALERT_H

/*
 * An alert as one line: JSON in Falco's shape, or text for people.  Whatever
 * bytes an attacker put into a name, a line stays one line of valid UTF-8 without
 * control characters; output/safe.h tells how to read the bytes back.
 */
#include <stdbool.h>
#include <stdint.h>

#include "base/buf.h"
#include "fields/field.h"
#include "output/extras.h"
#include "output/safe.h"
#include "output/template.h"

/* Longest line, newline included; in it, longest output and longest value, escaped. */
#define ALERT_LINE_MAX   (64U << 10)
#define ALERT_OUTPUT_MAX (24U << 10)
#define ALERT_VALUE_MAX  (16U << 10)

struct alert {
	uint64_t time_ns; /* of the event, since the epoch */
	const char *rule;
	const char *priority; /* "Warning" */
	const char *source; /* "syscall" */
	const char *hostname;
	const char *const *tags;
	uint32_t n_tags;
	const struct template *tmpl; /* for JSON: with the fields that are appended to every output */
	const struct template *brief; /* for text: the rule's own output; NULL: the same as tmpl */
	const struct field_source *fields;
	const struct output_options *options; /* NULL: all as Falco has it by default */
	const struct extras *extras; /* more keys of output_fields; NULL: none */
	const char *ancestry; /* "sh<bash<sshd"; NULL: none */
	const char *container_resolution; /* why metadata is missing; NULL: it is not */
};

/*
 * Append the JSON line, newline included.  Keys are in alphabetical order, those of
 * output_fields too.
 *
 * Unlike Falco's, `output` begins with the time in UTC, so that a replay gives the
 * same bytes in every time zone.  output_fields has numbers as exact integers,
 * null for what the event lacks, arrays for lists.  Longer values are cut with a
 * mark (safe_add_json()), and shorter ones too where the line would grow beyond
 * ALERT_LINE_MAX.
 *
 * An alert is never lost for want of memory: then the line has no output_fields
 * but evt.time, and its output says so.  Only if not even that fits, buf->failed
 * is set and nothing appended.
 */
void alert_add_json(const struct alert *alert, struct buf *buf);

struct alert_text_options {
	bool color;
	bool utc; /* else local time */
};

/*
 * Append the text line, newline included: time, priority, rule, container unless
 * it is the host, output, ancestry.  buf->failed as for alert_add_json().
 */
void alert_add_text(const struct alert *alert, const struct alert_text_options *options,
		    struct buf *buf);

/*
 * Append Falco's text line, newline included: "16:31:56.746609046: Warning OUTPUT",
 * with local time, or as the options want it.  buf->failed as for alert_add_json().
 */
void alert_add_falco(const struct alert *alert, struct buf *buf);

#endif /* OUTPUT_ALERT_H */
