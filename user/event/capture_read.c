// SPDX-License-Identifier: Apache-2.0
#include "event/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "bpfwatch/event.h"
#include "event/capture_format.h"

#define READ_BUFFER_BYTES (256U * 1024) /* longer than any frame */

struct capture_reader {
	int fd;
	bool complete;
	struct capture_host host;
	uint64_t first_record; /* offset in the file */
	uint64_t n_records; /* found by the check */
	uint64_t n_read; /* returned since */
	uint64_t offset; /* in the file, of buffer[pos] */
	size_t pos; /* a multiple of CAPTURE_ALIGN: so are all parts of a file */
	size_t fill;
	_Alignas(CAPTURE_ALIGN) unsigned char buffer[READ_BUFFER_BYTES];
};

/*
 * At least `want` bytes at buffer + pos, at most READ_BUFFER_BYTES, unless the
 * file ends before.  Returns how many there are, or -errno.
 */
static ssize_t read_ahead(struct capture_reader *reader, size_t want)
{
	ssize_t n;

	if (reader->fill - reader->pos < want) {
		memmove(reader->buffer, reader->buffer + reader->pos, reader->fill - reader->pos);
		reader->fill -= reader->pos;
		reader->pos = 0;
	}
	while (reader->fill - reader->pos < want) {
		n = read(reader->fd, reader->buffer + reader->fill,
			 sizeof(reader->buffer) - reader->fill);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		reader->fill += (size_t)n;
	}
	return (ssize_t)(reader->fill - reader->pos);
}

static void skip(struct capture_reader *reader, size_t bytes)
{
	reader->pos += bytes;
	reader->offset += bytes;
}

static int rewind_to(struct capture_reader *reader, uint64_t offset)
{
	if (lseek(reader->fd, (off_t)offset, SEEK_SET) < 0)
		return -errno;
	reader->offset = offset;
	reader->pos = 0;
	reader->fill = 0;
	return 0;
}

static int damaged(struct diag *diag, uint64_t offset, const char *text)
{
	if (diag && !diag->text[0])
		diag->offset = offset;
	diag_set(diag, "offset %" PRIu64 ": %s", offset, text);
	return -EBADMSG;
}

static int damaged_record(const struct capture_reader *reader, struct diag *diag, const char *text)
{
	if (diag && !diag->text[0])
		diag->offset = reader->offset;
	diag_set(diag,
		 "offset %" PRIu64 ": record %" PRIu64 ": %s (cut there, the file is a capture "
		 "of the records before)",
		 reader->offset, reader->n_read + 1, text);
	return -EBADMSG;
}

static int check_head(const struct capture_head *head, struct diag *diag)
{
	if (memcmp(head->magic, CAPTURE_MAGIC, CAPTURE_MAGIC_LEN) != 0)
		return damaged(diag, 0, "not a bpfwatch capture");
	if (head->byte_order == CAPTURE_ORDER_SWAPPED)
		return damaged(diag, offsetof(struct capture_head, byte_order),
			       "made on a machine of the other byte order");
	if (head->byte_order != CAPTURE_BYTE_ORDER)
		return damaged(diag, offsetof(struct capture_head, byte_order),
			       "header is damaged");
	if (head->format_version != CAPTURE_FORMAT_VERSION)
		return damaged(diag, offsetof(struct capture_head, format_version),
			       "another version of the capture format");
	if (head->head_crc != capture_crc(head, offsetof(struct capture_head, head_crc)))
		return damaged(diag, 0, "header: checksum differs");
	if (head->wire_version != BW_WIRE_VERSION)
		return damaged(diag, offsetof(struct capture_head, wire_version),
			       "another version of the records");
	if (head->items_bytes > CAPTURE_ITEMS_MAX || head->items_bytes % CAPTURE_ALIGN)
		return damaged(diag, offsetof(struct capture_head, items_bytes),
			       "length of the header is absurd");
	return 0;
}

/* Items can be longer than the buffer: they are read beside it. */
static int read_items(struct capture_reader *reader, char *items, size_t bytes, struct diag *diag)
{
	size_t done = 0;

	while (done < bytes) {
		size_t want = bytes - done;
		ssize_t n = read_ahead(reader, CAPTURE_ALIGN);

		if (n < 0)
			return (int)n;
		if (n == 0)
			return damaged(diag, reader->offset, "header is cut off");
		if ((size_t)n < want)
			want = (size_t)n;
		memcpy(items + done, reader->buffer + reader->pos, want);
		skip(reader, want);
		done += want;
	}
	return 0;
}

static int read_host(struct capture_reader *reader, const struct capture_head *head,
		     struct diag *diag)
{
	char *items = malloc(head->items_bytes + 1U);
	struct diag inner;
	int err;

	if (!items)
		return -ENOMEM;
	diag_init(&inner);
	err = read_items(reader, items, head->items_bytes, diag);
	if (!err && head->items_crc != capture_crc(items, head->items_bytes))
		err = damaged(diag, sizeof(*head), "header: checksum differs");
	if (!err) {
		err = capture_host_decode(items, head->items_bytes, &reader->host, &inner);
		if (err == -EBADMSG)
			(void)damaged(diag, sizeof(*head) + inner.offset, "header: malformed item");
	}
	free(items);
	return err;
}

static int read_head(struct capture_reader *reader, struct diag *diag)
{
	struct capture_head head;
	ssize_t n = read_ahead(reader, sizeof(head));
	int err;

	if (n < 0)
		return (int)n;
	if ((size_t)n < sizeof(head)) {
		if (n < CAPTURE_MAGIC_LEN ||
		    memcmp(reader->buffer, CAPTURE_MAGIC, CAPTURE_MAGIC_LEN) != 0)
			return damaged(diag, 0, "not a bpfwatch capture");
		return damaged(diag, (uint64_t)n, "header is cut off");
	}
	memcpy(&head, reader->buffer + reader->pos, sizeof(head));
	err = check_head(&head, diag);
	if (err)
		return err;
	skip(reader, sizeof(head));
	err = read_host(reader, &head, diag);
	if (err)
		return err;
	reader->first_record = reader->offset;
	return 0;
}

/* What follows the end mark's frame: the count, and then the end of the file. */
static int check_end(struct capture_reader *reader, struct diag *diag)
{
	uint64_t count;
	ssize_t n;

	memcpy(&count, reader->buffer + reader->pos + sizeof(struct capture_frame), sizeof(count));
	if (count != reader->n_read)
		return damaged(diag, reader->offset,
			       "end mark counts other records than there are");
	skip(reader, sizeof(struct capture_frame) + sizeof(count));
	n = read_ahead(reader, 1);
	if (n < 0)
		return (int)n;
	if (n > 0)
		return damaged(diag, reader->offset, "more follows the end mark");
	reader->complete = true;
	return 0;
}

/*
 * Check the frame at the present offset.  Returns 1 with *ret_len for a record,
 * 0 at the end of the file or after a good end mark, or -errno.
 */
static int check_frame(struct capture_reader *reader, struct diag *diag, size_t *ret_len)
{
	struct capture_frame frame;
	size_t bytes = sizeof(uint64_t);
	ssize_t n = read_ahead(reader, sizeof(frame));

	if (n <= 0)
		return (int)n;
	if ((size_t)n < sizeof(frame))
		return damaged_record(reader, diag, "cut off by the end of the file");
	memcpy(&frame, reader->buffer + reader->pos, sizeof(frame));
	if (frame.len != CAPTURE_END) {
		if (frame.len < sizeof(struct bw_hdr) || frame.len > BW_RECORD_MAX)
			return damaged_record(reader, diag, "length is absurd");
		bytes = capture_padded(frame.len);
	}
	n = read_ahead(reader, sizeof(frame) + bytes);
	if (n < 0)
		return (int)n;
	if ((size_t)n < sizeof(frame) + bytes)
		return damaged_record(reader, diag, "cut off by the end of the file");
	if (frame.crc !=
	    capture_frame_crc(frame.len, reader->buffer + reader->pos + sizeof(frame), bytes))
		return damaged_record(reader, diag, "checksum differs");
	if (frame.len == CAPTURE_END)
		return check_end(reader, diag);
	*ret_len = frame.len;
	return 1;
}

static int check_records(struct capture_reader *reader, struct diag *diag)
{
	size_t len;
	int ret;

	while ((ret = check_frame(reader, diag, &len)) > 0) {
		skip(reader, sizeof(struct capture_frame) + capture_padded(len));
		reader->n_read++;
	}
	if (ret < 0)
		return ret;
	reader->n_records = reader->n_read;
	reader->n_read = 0;
	return rewind_to(reader, reader->first_record);
}

static int open_file(const char *path, int *out)
{
	struct stat st;
	int fd;
	int err = 0;

	/* O_NONBLOCK: a FIFO in its place must not hang us. */
	fd = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		err = -ESPIPE; /* it is read twice */
	if (err) {
		(void)close(fd); /* read-only: nothing to lose */
		return err;
	}
	*out = fd;
	return 0;
}

int capture_open(const char *path, struct diag *diag, struct capture_reader **out)
{
	struct capture_reader *reader = calloc(1, sizeof(*reader));
	int err;

	if (!reader)
		return -ENOMEM;
	reader->fd = -1;
	diag_set_place(diag, path, 0, 0);
	err = open_file(path, &reader->fd);
	if (!err)
		err = read_head(reader, diag);
	if (!err)
		err = check_records(reader, diag);
	if (err) {
		capture_reader_free(reader);
		return err;
	}
	*out = reader;
	return 0;
}

void capture_reader_free(struct capture_reader *reader)
{
	if (!reader)
		return;
	if (reader->fd >= 0)
		(void)close(reader->fd); /* read-only: nothing to lose */
	capture_host_done(&reader->host);
	free(reader);
}

const struct capture_host *capture_host(const struct capture_reader *reader)
{
	return &reader->host;
}

bool capture_is_complete(const struct capture_reader *reader)
{
	return reader->complete;
}

int capture_next(struct capture_reader *reader, const void **data, size_t *ret_len)
{
	size_t len = 0;
	int ret;

	/* Not more than was checked: a recorder may still append. */
	if (reader->n_read == reader->n_records)
		return 0;
	ret = check_frame(reader, NULL, &len);
	if (ret <= 0)
		return ret ? ret : -EBADMSG; /* the file changed under us */
	*data = reader->buffer + reader->pos + sizeof(struct capture_frame);
	*ret_len = len;
	skip(reader, sizeof(struct capture_frame) + capture_padded(len));
	reader->n_read++;
	return 1;
}
