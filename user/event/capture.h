/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_CAPTURE_H
#define EVENT_CAPTURE_H

/*
 * Capture files: what the rings delivered, and what a replay needs of the host.
 * docs/capture-format.md describes the bytes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"

#define CAPTURE_HOSTNAME_MAX 256
#define CAPTURE_RELEASE_MAX  65
#define CAPTURE_MACHINE_MAX  65
#define CAPTURE_VERSION_MAX  32
#define CAPTURE_ACCOUNTS_MAX (1U << 20) /* bytes of passwd, and of group */

/* The host as far as alerts show it or decoding depends on it. */
struct capture_host {
	char hostname[CAPTURE_HOSTNAME_MAX];
	char release[CAPTURE_RELEASE_MAX]; /* uname -r */
	char machine[CAPTURE_MACHINE_MAX]; /* uname -m: system call ABI of the records */
	char agent_version[CAPTURE_VERSION_MAX];
	uint64_t epoch_offset_ns; /* add to a record's time to get nanoseconds since the epoch */
	uint32_t n_cpus;
	uint32_t cgroup_v1_hierarchy; /* number of the v1 hierarchy in records; 0: none */
	char *passwd; /* text of /etc/passwd and /etc/group; owned, may be NULL */
	char *group;
	uint64_t text_time_ns; /* text form: time of the line before; 0: none. Not stored */
};

/* Frees what the struct owns, not the struct. */
void capture_host_done(struct capture_host *host);

struct capture_writer;
struct capture_reader;

/*
 * Create `path` (truncated if it exists; "-" is standard output) and write the
 * header.  *out is owned by the caller.  Returns 0, -EFBIG if passwd or group is
 * longer than CAPTURE_ACCOUNTS_MAX, or -errno.
 */
int capture_create(const char *path, const struct capture_host *host, struct capture_writer **out);

/*
 * Append one raw record.  After an error every later call fails with it too; the
 * file is then cut back to its last whole record as far as it can be.
 */
int capture_write(struct capture_writer *writer, const void *data, size_t len);

/* Flush what is buffered, so that a kill loses little.  Returns 0 or -errno. */
int capture_flush(struct capture_writer *writer);

/*
 * Write the end mark with the count of records, sync, free.  NULL is allowed.
 * Returns 0 or the first -errno of the writer's life: then the file is incomplete.
 */
int capture_close(struct capture_writer *writer);

/*
 * Open a capture, a regular file, and check it whole: magic, version, header,
 * length and CRC of each record, end mark.  A file that lacks only its end (the
 * recorder was killed between two records) is accepted; capture_is_complete()
 * tells.
 *
 * Returns 0; -EBADMSG with file, offset and reason in diag for a damaged file or
 * one of another version or byte order; or -errno without a text in diag
 * (-ESPIPE: not a regular file).
 */
int capture_open(const char *path, struct diag *diag, struct capture_reader **out);
void capture_reader_free(struct capture_reader *reader);

const struct capture_host *capture_host(const struct capture_reader *reader);
bool capture_is_complete(const struct capture_reader *reader);

/*
 * The next raw record, 8-byte aligned, borrowed until the next call.
 * Returns 1, 0 at the end, or -errno.
 */
int capture_next(struct capture_reader *reader, const void **data, size_t *ret_len);

#endif /* EVENT_CAPTURE_H */
