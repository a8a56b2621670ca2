/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_FILE_H
#define BASE_FILE_H

/* Whole small files in memory, with a cap. */
#include <stddef.h>

/*
 * Read the regular file (or /proc file) at `path`, relative to `dirfd`
 * (AT_FDCWD), up to `max_bytes`.  *out is NUL-terminated behind *ret_len bytes
 * and owned by the caller (free()).
 *
 * Returns 0, -EFBIG beyond max_bytes, -EISDIR and the like for what is no file,
 * or -errno of open(2), read(2).
 */
int file_read(int dirfd, const char *path, size_t max_bytes, char **out, size_t *ret_len);

/* The same on an open descriptor, which stays the caller's. */
int file_read_fd(int fd, size_t max_bytes, char **out, size_t *ret_len);

/* Write all of it, over short writes, EINTR and EAGAIN.  Returns 0 or -errno. */
int file_write_all(int fd, const void *data, size_t len);

#endif /* BASE_FILE_H */
