// SPDX-License-Identifier: Apache-2.0
#include "event/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/file.h"
#include "bpfwatch/event.h"
#include "event/capture_format.h"

#define WRITE_BUFFER_BYTES (256U * 1024)

struct capture_writer {
	int fd;
	bool is_stdout; /* not ours to close */
	int err; /* first error; sticky */
	uint64_t n_records;
	off_t written; /* bytes of the file so far; ends at a record */
	size_t fill;
	unsigned char buffer[WRITE_BUFFER_BYTES]; /* whole frames only */
};

/*
 * Make the file end where a record did.  Standard output is left alone: there may
 * be something of others in it.  What fails here, the reader will find.
 */
static bool cut_back(const struct capture_writer *writer, off_t size)
{
	return !writer->is_stdout && !ftruncate(writer->fd, size);
}

/*
 * Write whole frames.  On failure part of them may be in the file: cut it back,
 * so that what was written before stays a capture that only lacks its end.
 */
static int write_frames(struct capture_writer *writer, const void *data, size_t len)
{
	int err;

	if (writer->err)
		return writer->err;
	err = file_write_all(writer->fd, data, len);
	if (err) {
		writer->err = err;
		(void)cut_back(writer, writer->written);
		return err;
	}
	writer->written += (off_t)len;
	return 0;
}

int capture_flush(struct capture_writer *writer)
{
	int err = write_frames(writer, writer->buffer, writer->fill);

	writer->fill = 0;
	return err;
}

/* The caller has made room. */
static void add_frame(struct capture_writer *writer, uint32_t tag, const void *data, size_t len)
{
	struct capture_frame frame = { tag, 0 };
	size_t bytes = capture_padded(len);
	unsigned char *content = writer->buffer + writer->fill + sizeof(frame);

	memcpy(content, data, len);
	memset(content + len, 0, bytes - len);
	frame.crc = capture_frame_crc(frame.len, content, bytes);
	memcpy(writer->buffer + writer->fill, &frame, sizeof(frame));
	writer->fill += sizeof(frame) + bytes;
}

int capture_write(struct capture_writer *writer, const void *data, size_t len)
{
	if (writer->err)
		return writer->err;
	if (len < sizeof(struct bw_hdr) || len > BW_RECORD_MAX) {
		writer->err = -EMSGSIZE;
		return writer->err;
	}
	if (sizeof(struct capture_frame) + capture_padded(len) >
	    sizeof(writer->buffer) - writer->fill) {
		int err = capture_flush(writer);

		if (err)
			return err;
	}
	add_frame(writer, (uint32_t)len, data, len);
	writer->n_records++;
	return 0;
}

static int write_head(struct capture_writer *writer, const struct capture_host *host)
{
	struct capture_head head = {
		.magic = CAPTURE_MAGIC,
		.byte_order = CAPTURE_BYTE_ORDER,
		.format_version = CAPTURE_FORMAT_VERSION,
		.wire_version = BW_WIRE_VERSION,
	};
	struct buf bytes;
	int err;

	buf_init(&bytes, sizeof(head) + CAPTURE_ITEMS_MAX + 1);
	buf_add(&bytes, &head, sizeof(head));
	err = capture_host_encode(host, &bytes);
	if (!err) {
		head.items_bytes = (uint32_t)(bytes.len - sizeof(head));
		head.items_crc = capture_crc(bytes.data + sizeof(head), head.items_bytes);
		head.head_crc = capture_crc(&head, offsetof(struct capture_head, head_crc));
		memcpy(bytes.data, &head, sizeof(head));
		err = write_frames(writer, bytes.data, bytes.len);
	}
	buf_done(&bytes);
	return err;
}

static void writer_free(struct capture_writer *writer)
{
	if (writer->fd >= 0 && !writer->is_stdout)
		(void)close(writer->fd); /* synced before, or failed already */
	free(writer);
}

int capture_create(const char *path, const struct capture_host *host, struct capture_writer **out)
{
	struct capture_writer *writer = calloc(1, sizeof(*writer));
	int err = 0;

	if (!writer)
		return -ENOMEM;
	writer->is_stdout = !strcmp(path, "-");
	writer->fd = STDOUT_FILENO;
	/* Arguments and environments are nobody else's to read. */
	if (!writer->is_stdout)
		writer->fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC | O_NOCTTY, 0600);
	if (writer->fd < 0)
		err = -errno;
	else
		err = write_head(writer, host);
	if (err) {
		writer_free(writer);
		return err;
	}
	*out = writer;
	return 0;
}

/* What is no file on a disk cannot be synced; that loses nothing. */
static int sync_file(int fd)
{
	if (!fsync(fd) || errno == EINVAL || errno == EROFS || errno == ENOTSUP)
		return 0;
	return -errno;
}

int capture_close(struct capture_writer *writer)
{
	off_t before_end;
	int err;

	if (!writer)
		return 0;
	if (!capture_flush(writer)) {
		before_end = writer->written;
		add_frame(writer, CAPTURE_END, &writer->n_records, sizeof(writer->n_records));
		if (!capture_flush(writer)) {
			writer->err = sync_file(writer->fd);
			/* An end mark must not vouch for records that the disk refused. */
			if (writer->err)
				(void)cut_back(writer, before_end);
		}
	}
	err = writer->err;
	writer_free(writer);
	return err;
}
