/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_BOLT_H
#define CONTAINER_BOLT_H

/*
 * Reads single values out of a bbolt database that its owner goes on writing: containerd's
 * metadata and podman's state.  Pages are copied on write, so a read is right if the transaction
 * is still the latest behind it; no lock is taken.
 */
#include <stddef.h>

#define BOLT_VALUE_MAX ((size_t)4 << 20)

/* A way through nested buckets; the last is the key (bolt_get) or a bucket (bolt_each). */
struct bolt_path {
	const char *const *keys;
	size_t n;
};

/*
 * Returns 0 and a NUL-terminated *out owned by the caller; -ENOENT, -EAGAIN when it was written
 * too fast, -EBADMSG for what is no such file, -ENOMEM or -errno.
 */
int bolt_get(int fd, const struct bolt_path *path, char **out, size_t *ret_len);

/* Called for each key with its value, neither ended by a NUL; buckets are left out. */
typedef void (*bolt_fn)(const char *key, size_t key_len, const char *value, size_t len, void *arg);

/* As bolt_get(); after -EAGAIN `fn` was called for nothing that counts. */
int bolt_each(int fd, const struct bolt_path *path, bolt_fn fn, void *arg);

#endif /* CONTAINER_BOLT_H */
