// SPDX-License-Identifier: Apache-2.0

/*
 * Any bytes as a capture file.  Checksums are mended first, or no input would
 * get past them.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "base/file.h"
#include "event/capture.h"
#include "event/capture_format.h"
#include "event/record.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void mend(unsigned char *data, size_t size)
{
	struct capture_head *head = (struct capture_head *)data;
	struct capture_frame *frame;
	size_t at = sizeof(*head);

	if (size < at)
		return;
	head->items_bytes &= 0xff8;
	if (head->items_bytes > size - at)
		head->items_bytes = (uint32_t)(size - at) / CAPTURE_ALIGN * CAPTURE_ALIGN;
	head->items_crc = capture_crc(data + at, head->items_bytes);
	head->head_crc = capture_crc(head, offsetof(struct capture_head, head_crc));
	at += head->items_bytes;
	while (size - at >= sizeof(*frame)) {
		size_t bytes;

		frame = (struct capture_frame *)(data + at);
		bytes = frame->len == CAPTURE_END ? sizeof(uint64_t) : capture_padded(frame->len);
		if (bytes > size - at - sizeof(*frame))
			return;
		frame->crc = capture_frame_crc(frame->len, frame + 1, bytes);
		at += sizeof(*frame) + bytes;
	}
}

static void read_all(const char *path)
{
	struct capture_reader *reader;
	struct record rec;
	struct diag diag;
	const void *record;
	size_t len;

	diag_init(&diag);
	if (capture_open(path, &diag, &reader)) {
		if (!diag.text[0])
			abort();
		return;
	}
	while (capture_next(reader, &record, &len) == 1)
		(void)record_parse(record, len, &rec); /* either answer will do */
	capture_reader_free(reader);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	unsigned char *copy = malloc(size + 1);
	int fd = memfd_create("capture", MFD_CLOEXEC);
	char path[64];

	if (copy && fd >= 0) {
		memcpy(copy, data, size);
		mend(copy, size);
		(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
		if (!file_write_all(fd, copy, size))
			read_all(path);
	}
	if (fd >= 0)
		(void)close(fd);
	free(copy);
	return 0;
}
