/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_BUF_H
#define BASE_BUF_H

/* A growing byte string, always NUL-terminated behind its length. */
#include <stdbool.h>
#include <stddef.h>

/*
 * Embedded by callers.  `failed` stays set once memory or `max_bytes` ran out:
 * build first, ask once.  What was added before stays readable.
 */
struct buf {
	char *data; /* never NULL after buf_init(): an empty string to begin with */
	size_t len;
	size_t size; /* 0: data is not ours yet */
	size_t max_bytes;
	bool failed;
};

void buf_init(struct buf *buf, size_t max_bytes);

/* Frees the memory; the buffer may be used again. */
void buf_done(struct buf *buf);

/* Empty it, keep its memory, clear `failed`. */
void buf_reset(struct buf *buf);

void buf_add(struct buf *buf, const void *data, size_t len);
void buf_add_str(struct buf *buf, const char *s);
void buf_add_char(struct buf *buf, char c);
void buf_printf(struct buf *buf, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Cut to `len` bytes, which is at most the present length. */
void buf_truncate(struct buf *buf, size_t len);

/* The string is the caller's to free(); NULL when failed.  The buffer is empty again. */
char *buf_steal(struct buf *buf);

#endif /* BASE_BUF_H */
