/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_PLACE_H
#define CONTAINER_PLACE_H

/* Reads files below a directory that may be hostile: nothing leads out of it. */
#include <dirent.h>
#include <stddef.h>
#include <stdint.h>

#define PLACE_PATH_MAX 4096

/*
 * Descriptor of the root that paths of process `pid` start from: its own if
 * `pid` is not 0 and it is there, else `root` ("" is /).  Returns it or -errno.
 */
int place_open(const char *root, uint32_t pid);

/* What the last component of a path may be; symbolic links before it are always taken. */
enum place_link { PLACE_NOFOLLOW, PLACE_FOLLOW };

/* Descriptor of the directory `path` below `dirfd`, or -errno. */
int place_open_dir(int dirfd, const char *path, enum place_link link);

/* The same to be listed, closed by the caller; NULL when it cannot be had. */
DIR *place_list(int dirfd, const char *path, enum place_link link);

/*
 * Read the regular file `path` below `dirfd`.  Symbolic links are taken as if `dirfd` were the
 * root.
 *
 * Returns 0 and a NUL-terminated *out owned by the caller; -EFBIG beyond max_bytes,
 * -EINVAL for what is no regular file, else -errno.
 */
int place_read(int dirfd, const char *path, size_t max_bytes, enum place_link link, char **out);

/*
 * Descriptor of the regular file `path` below `dirfd`, as place_read() opens it, or -errno.  What
 * is no regular file is not opened at all: that would be a call of a device's driver.
 */
int place_open_file(int dirfd, const char *path, enum place_link link);

/* Where the symbolic link `path` below `dirfd` points.  Returns 0 or -errno. */
int place_read_link(int dirfd, const char *path, char *out, size_t size);

#endif /* CONTAINER_PLACE_H */
