// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/cleanup.h"

#include "bw.skel.h"

/* Twice a record, so that a whole one fits behind the remains of the last. */
#define SNAPSHOT_BYTES (2 * BW_RECORD_MAX)

/* The stream of the iterator, cut into records. */
struct snapshot {
	struct sensor *sensor;
	size_t len;
	int n_records;
	_Alignas(8) char stream[SNAPSHOT_BYTES];
	_Alignas(8) char record[BW_RECORD_MAX]; /* the one being completed */
};

/* The program cannot read another task's memory, /proc can.  Returns bytes read. */
static size_t read_cmdline(uint32_t tgid, char *buf, size_t size)
{
	char path[64];
	cleanup_close int fd = -1;
	size_t len = 0;

	(void)snprintf(path, sizeof(path), "/proc/%u/cmdline", tgid);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0; /* gone since */
	while (len < size) {
		ssize_t n = read(fd, buf + len, size - len);

		if (n <= 0)
			break;
		len += (size_t)n;
	}
	return len;
}

/* Append argv, as the kernel would have at exec. */
static void add_argv(struct bw_exec *rec)
{
	size_t off = rec->hdr.size;
	char *dst = (char *)rec + off;
	size_t len;

	if (!rec->arg_bytes || off + BW_STR_MAX > BW_RECORD_MAX)
		return;
	len = read_cmdline(rec->hdr.tgid, dst, BW_STR_MAX - 1);
	if (!len) {
		rec->hdr.flags |= BW_F_READ_FAIL;
		return;
	}
	if (rec->arg_bytes > len && len == BW_STR_MAX - 1)
		rec->hdr.flags |= BW_F_TRUNC;
	dst[len] = '\0';
	rec->argv.off = (uint16_t)off;
	rec->argv.len = (uint16_t)(dst[len - 1] == '\0' ? len - 1 : len);
	rec->hdr.size = (uint32_t)(off + len + 1);
}

/* Hand out each whole record of the stream.  Returns 0 or -EBADMSG. */
static int take_records(struct snapshot *snap)
{
	size_t off = 0;

	while (snap->len - off >= sizeof(struct bw_exec)) {
		struct bw_exec *rec = (struct bw_exec *)snap->record;
		uint32_t size;

		memcpy(&size, snap->stream + off + offsetof(struct bw_hdr, size), sizeof(size));
		if (size < sizeof(*rec) || size > BW_RECORD_MAX)
			return -EBADMSG;
		if (snap->len - off < size)
			break;
		memcpy(rec, snap->stream + off, size);
		off += size;
		add_argv(rec);
		snap->sensor->cb(rec, rec->hdr.size, snap->sensor->arg);
		snap->n_records++;
	}
	memmove(snap->stream, snap->stream + off, snap->len - off);
	snap->len -= off;
	return 0;
}

static int read_all(int fd, struct snapshot *snap)
{
	ssize_t n;

	do {
		n = read(fd, snap->stream + snap->len, sizeof(snap->stream) - snap->len);
		if (n < 0 && (errno == EAGAIN || errno == EINTR))
			continue; /* the iterator only paused */
		if (n < 0)
			return -errno;
		snap->len += (size_t)n;
		if (take_records(snap))
			return -EBADMSG;
	} while (n);
	return snap->len ? -EBADMSG : snap->n_records;
}

int sensor_snapshot(struct sensor *sensor)
{
	struct snapshot *snap = calloc(1, sizeof(*snap));
	struct bpf_link *link;
	int fd;
	int ret;

	if (!snap)
		return -ENOMEM;
	snap->sensor = sensor;
	link = bpf_program__attach_iter(sensor->skel->progs.on_task, NULL);
	if (!link) {
		ret = -errno;
		free(snap);
		return ret;
	}
	fd = bpf_iter_create(bpf_link__fd(link));
	if (fd >= 0) {
		ret = read_all(fd, snap);
		(void)close(fd);
	} else {
		ret = fd;
	}
	(void)bpf_link__destroy(link);
	free(snap);
	return ret;
}
