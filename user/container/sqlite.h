/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_SQLITE_H
#define CONTAINER_SQLITE_H

/*
 * Reads single values out of an SQLite database that its owner, who may be hostile, goes on
 * writing: podman's state.  The library gets a copy in memory and never sees the file, so that no
 * lock is taken that its owner would have to wait for, and nothing is rolled back for it.
 */
#include <stddef.h>

#define SQLITE_FILE_MAX ((size_t)32 << 20) /* more is never read */

struct sqlite_query {
	const char *sql; /* a SELECT with one parameter */
	const char *key; /* which is this */
};

/*
 * The first column of the first row that `query` has in a file of at most `max_bytes`.
 *
 * Returns 0 and a NUL-terminated *out owned by the caller; -ENOENT without such a row or file,
 * -EAGAIN while it is being written, -EBADMSG for what is no such database, -EFBIG, -ENOMEM or
 * -errno.
 */
int sqlite_get(int place, const char *path, size_t max_bytes, const struct sqlite_query *query,
	       char **out);

#endif /* CONTAINER_SQLITE_H */
