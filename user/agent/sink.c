// SPDX-License-Identifier: Apache-2.0
#include "agent/sink.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <limits.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "base/log.h"

#define LINE_MAX_BYTES (1024UL * 1024)
#define GRACE_MS       1000
#define FILE_MODE      0600 /* alerts tell what runs here */

void sink_init(struct sink *sink, const struct options *options, bool utc)
{
	bool terminal = isatty(STDOUT_FILENO) == 1;

	memset(sink, 0, sizeof(*sink));
	sink->format = options->output;
	if (sink->format == OUTPUT_AUTO)
		sink->format = terminal ? OUTPUT_TEXT : OUTPUT_JSON;
	sink->text.color = terminal && !getenv("NO_COLOR"); /* https://no-color.org */
	sink->text.utc = utc;
	sink->no_stdout = options->no_stdout;
	sink->file = options->alert_file;
	sink->keep_open = options->alert_file_keep_open;
	sink->fd = -1;
	sink->stop_fd = -1;
	buf_init(&sink->line, LINE_MAX_BYTES);
}

void sink_done(struct sink *sink)
{
	if (sink->fd >= 0)
		(void)close(sink->fd);
	buf_done(&sink->line);
}

/* Wait until standard output takes PIPE_BUF bytes without blocking. */
static int wait_writable(const struct sink *sink)
{
	struct pollfd fds[] = {
		{ .fd = STDOUT_FILENO, .events = POLLOUT },
		{ .fd = sink->stop_fd, .events = POLLIN },
	};

	while (poll(fds, 2, -1) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	if (fds[0].revents)
		return 0;
	return poll(fds, 1, GRACE_MS) > 0 ? 0 : -ETIMEDOUT;
}

/*
 * A blocked write(2) would keep us from seeing SIGTERM, which is blocked and read
 * from stop_fd.  A file never blocks and gets the line at once; so does a pipe, up to
 * PIPE_BUF bytes, beyond which no write to it is atomic anyway.
 */
static int write_line(const struct sink *sink)
{
	const char *p = sink->line.data;
	size_t left = sink->line.len;
	int err = 0;

	if (sink->stop_fd < 0 || lseek(STDOUT_FILENO, 0, SEEK_CUR) >= 0)
		return file_write_all(STDOUT_FILENO, p, left);
	while (left && !err) {
		size_t n = left < PIPE_BUF ? left : PIPE_BUF;

		err = wait_writable(sink);
		if (!err)
			err = file_write_all(STDOUT_FILENO, p, n);
		p += n;
		left -= n;
	}
	return err;
}

/* A file that is not kept open may be moved away between two alerts. */
static void write_file(struct sink *sink)
{
	int err = 0;

	if (sink->fd < 0)
		sink->fd = open(sink->file, O_WRONLY | O_APPEND | O_CREAT | O_CLOEXEC, FILE_MODE);
	if (sink->fd < 0)
		err = -errno;
	else
		err = file_write_all(sink->fd, sink->line.data, sink->line.len);
	if (err && !sink->file_failed)
		log_error("cannot write alerts to '%s': %s; trying again with each", sink->file,
			  strerror(-err));
	sink->file_failed = err != 0;
	if (sink->fd >= 0 && (err || !sink->keep_open)) {
		(void)close(sink->fd);
		sink->fd = -1;
	}
}

void sink_write(struct sink *sink, const struct alert *alert)
{
	if (sink->err)
		return;
	buf_reset(&sink->line);
	if (sink->format == OUTPUT_JSON)
		alert_add_json(alert, &sink->line);
	else if (sink->format == OUTPUT_FALCO)
		alert_add_falco(alert, &sink->line);
	else
		alert_add_text(alert, &sink->text, &sink->line);
	if (sink->line.failed) {
		sink->n_no_memory++;
		return;
	}
	if (sink->file)
		write_file(sink);
	if (!sink->no_stdout)
		sink->err = write_line(sink);
}

int sink_exit_code(const struct sink *sink)
{
	if (sink->n_no_memory)
		log_error("%" PRIu64 " alerts were not written: out of memory", sink->n_no_memory);
	if (sink->err)
		log_error("cannot write alerts to standard output: %s", strerror(-sink->err));
	return sink->err || sink->n_no_memory ? EXIT_NO_OUTPUT : EXIT_FINE;
}
