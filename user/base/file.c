// SPDX-License-Identifier: Apache-2.0
#include "base/file.h"

#include <errno.h>
#include <fcntl.h>
#include <poll.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/stat.h>
#include <unistd.h>

#define READ_CHUNK_BYTES 4096 /* to begin with; doubles */

static int read_to_end(int fd, char **data, size_t *size, size_t max_bytes, size_t *ret_len)
{
	size_t len = 0;
	ssize_t n;
	char *more;

	for (;;) {
		if (len + 1 >= *size) {
			if (len > max_bytes)
				return -EFBIG;
			more = realloc(*data, *size * 2);
			if (!more)
				return -ENOMEM;
			*data = more;
			*size *= 2;
		}
		n = read(fd, *data + len, *size - len - 1);
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			break;
		len += (size_t)n;
	}
	if (len > max_bytes)
		return -EFBIG;
	(*data)[len] = '\0';
	*ret_len = len;
	return 0;
}

int file_read_fd(int fd, size_t max_bytes, char **out, size_t *ret_len)
{
	size_t size = READ_CHUNK_BYTES;
	char *data = malloc(size);
	int err;

	if (!data)
		return -ENOMEM;
	err = read_to_end(fd, &data, &size, max_bytes, ret_len);
	if (err) {
		free(data);
		return err;
	}
	*out = data;
	return 0;
}

int file_read(int dirfd, const char *path, size_t max_bytes, char **out, size_t *ret_len)
{
	struct stat st;
	int fd;
	int err;

	/* O_NONBLOCK: a FIFO in its place must not hang us. */
	fd = openat(dirfd, path, O_RDONLY | O_CLOEXEC | O_NONBLOCK | O_NOCTTY);
	if (fd < 0)
		return -errno;
	if (fstat(fd, &st))
		err = -errno;
	else if (S_ISDIR(st.st_mode))
		err = -EISDIR;
	else if (!S_ISREG(st.st_mode))
		err = -EINVAL;
	else if (st.st_size > 0 && (uintmax_t)st.st_size > max_bytes)
		err = -EFBIG;
	else
		err = file_read_fd(fd, max_bytes, out, ret_len);
	(void)close(fd); /* read-only: nothing to lose */
	return err;
}

int file_write_all(int fd, const void *data, size_t len)
{
	struct pollfd ready = { .fd = fd, .events = POLLOUT };
	const char *p = data;
	ssize_t n;

	while (len) {
		n = write(fd, p, len);
		if (n < 0 && errno == EINTR)
			continue;
		/* Somebody who shares the file made it non-blocking: wait all the same. */
		if (n < 0 && errno == EAGAIN && poll(&ready, 1, -1) >= 0)
			continue;
		if (n < 0)
			return -errno;
		p += n;
		len -= (size_t)n;
	}
	return 0;
}
