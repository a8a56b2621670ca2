/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SINK_H
#define AGENT_SINK_H

/* Alerts to standard output and to a file: one line, one write. */
#include <stdint.h>

#include "agent/options.h"
#include "base/buf.h"
#include "output/alert.h"

struct sink {
	enum output_format format; /* never OUTPUT_AUTO */
	struct alert_text_options text;
	struct buf line;
	bool no_stdout;
	const char *file; /* appended to, also for each alert anew; NULL: none */
	bool keep_open;
	int fd; /* of the file, while it is open; else -1 */
	bool file_failed; /* told once; the next alert tries again */
	int stop_fd; /* once readable, a reader who stalls is not waited for; -1: none */
	uint64_t n_no_memory; /* alerts that could not be rendered */
	int err; /* -errno of the write that failed; nothing is written after it */
};

/* OUTPUT_AUTO: text on a terminal, else JSON. */
void sink_init(struct sink *sink, const struct options *options, bool utc);
void sink_done(struct sink *sink);

/*
 * Write the alert unless an earlier write failed.  Waits for a slow reader, but
 * no longer than a second once stop_fd is readable.
 */
void sink_write(struct sink *sink, const struct alert *alert);

/* EXIT_FINE, or EXIT_NO_OUTPUT after a message when a write failed. */
int sink_exit_code(const struct sink *sink);

#endif /* AGENT_SINK_H */
