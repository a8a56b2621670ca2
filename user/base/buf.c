// SPDX-License-Identifier: Apache-2.0
#include "base/buf.h"

#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define BUF_MIN_BYTES 256

/* Stands in for the data of a buffer that owns no memory; never written. */
static char empty[1];

void buf_init(struct buf *buf, size_t max_bytes)
{
	memset(buf, 0, sizeof(*buf));
	buf->data = empty;
	buf->max_bytes = max_bytes;
}

void buf_done(struct buf *buf)
{
	if (buf->size)
		free(buf->data);
	buf_init(buf, buf->max_bytes);
}

void buf_reset(struct buf *buf)
{
	buf->len = 0;
	buf->failed = false;
	if (buf->size)
		buf->data[0] = '\0';
}

/* Room for `more` bytes and a NUL. */
static bool buf_reserve(struct buf *buf, size_t more)
{
	size_t need;
	size_t size = buf->size ? buf->size : BUF_MIN_BYTES;
	char *data;

	if (buf->failed)
		return false;
	if (more >= buf->max_bytes || buf->len > buf->max_bytes - more - 1) {
		buf->failed = true;
		return false;
	}
	need = buf->len + more + 1;
	if (need <= buf->size)
		return true;
	while (size < need)
		size *= 2;
	data = realloc(buf->size ? buf->data : NULL, size);
	if (!data) {
		buf->failed = true;
		return false;
	}
	buf->data = data;
	buf->size = size;
	return true;
}

void buf_add(struct buf *buf, const void *data, size_t len)
{
	if (!buf_reserve(buf, len))
		return;
	if (len)
		memcpy(buf->data + buf->len, data, len);
	buf->len += len;
	buf->data[buf->len] = '\0';
}

void buf_add_str(struct buf *buf, const char *s)
{
	buf_add(buf, s, strlen(s));
}

void buf_add_char(struct buf *buf, char c)
{
	buf_add(buf, &c, 1);
}

void buf_printf(struct buf *buf, const char *fmt, ...)
{
	va_list args;
	int len;

	va_start(args, fmt);
	len = vsnprintf(NULL, 0, fmt, args);
	va_end(args);
	if (len < 0) {
		buf->failed = true;
		return;
	}
	if (!buf_reserve(buf, (size_t)len))
		return;
	va_start(args, fmt);
	(void)vsnprintf(buf->data + buf->len, (size_t)len + 1, fmt, args);
	va_end(args);
	buf->len += (size_t)len;
}

void buf_truncate(struct buf *buf, size_t len)
{
	if (len >= buf->len)
		return;
	buf->len = len;
	buf->data[len] = '\0';
}

char *buf_steal(struct buf *buf)
{
	char *data = NULL;

	if (!buf->failed && buf_reserve(buf, 0)) {
		buf->data[buf->len] = '\0';
		data = buf->data;
		buf->size = 0;
	}
	buf_done(buf);
	return data;
}
