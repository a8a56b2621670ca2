// SPDX-License-Identifier: Apache-2.0
#include "container/place.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define SELF_FD_MAX 32 /* "/proc/self/fd/" and a number */

/* openat2(2), which glibc 2.36 does not wrap. */
static int open_beneath(int dirfd, const char *path, int flags)
{
	struct open_how how = {
		.flags = (unsigned int)(flags | O_CLOEXEC),
		.resolve = RESOLVE_IN_ROOT | RESOLVE_NO_MAGICLINKS,
	};
	long fd = syscall(SYS_openat2, dirfd, path, &how, sizeof(how));

	return fd < 0 ? -errno : (int)fd;
}

int place_open(const char *root, uint32_t pid)
{
	char path[PLACE_PATH_MAX];
	int fd;

	if (pid) {
		(void)snprintf(path, sizeof(path), "%s/proc/%u/root", root, pid);
		fd = open(path, O_PATH | O_DIRECTORY | O_CLOEXEC);
		if (fd >= 0)
			return fd;
	}
	fd = open(*root ? root : "/", O_PATH | O_DIRECTORY | O_CLOEXEC);
	return fd < 0 ? -errno : fd;
}

static int link_flag(enum place_link link)
{
	return link == PLACE_NOFOLLOW ? O_NOFOLLOW : 0;
}

int place_open_dir(int dirfd, const char *path, enum place_link link)
{
	return open_beneath(dirfd, path, O_RDONLY | O_DIRECTORY | link_flag(link));
}

DIR *place_list(int dirfd, const char *path, enum place_link link)
{
	int fd = place_open_dir(dirfd, path, link);
	DIR *dir;

	if (fd < 0)
		return NULL;
	dir = fdopendir(fd);
	if (!dir)
		(void)close(fd); /* read-only */
	return dir;
}

/* What a descriptor of O_PATH stands for, to be read. */
static int open_again(int fd)
{
	char path[SELF_FD_MAX];
	int again;

	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	/* O_NONBLOCK: nor may the lease of a file make us wait. */
	again = open(path, O_RDONLY | O_NONBLOCK | O_NOCTTY | O_CLOEXEC);
	return again < 0 ? -errno : again;
}

int place_open_file(int dirfd, const char *path, enum place_link link)
{
	cleanup_close int fd = open_beneath(dirfd, path, O_PATH | link_flag(link));
	struct stat st;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	if (S_ISLNK(st.st_mode))
		return -ELOOP;
	return S_ISREG(st.st_mode) ? open_again(fd) : -EINVAL;
}

int place_read(int dirfd, const char *path, size_t max_bytes, enum place_link link, char **out)
{
	cleanup_close int fd = place_open_file(dirfd, path, link);
	struct stat st;
	size_t len;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	if (st.st_size > 0 && (uintmax_t)st.st_size > max_bytes)
		return -EFBIG;
	return file_read_fd(fd, max_bytes, out, &len);
}

int place_read_link(int dirfd, const char *path, char *out, size_t size)
{
	cleanup_close int fd = open_beneath(dirfd, path, O_PATH | O_NOFOLLOW);
	ssize_t len;

	if (fd < 0)
		return fd;
	len = readlinkat(fd, "", out, size - 1);
	if (len < 0)
		return -errno;
	out[len] = '\0';
	return 0;
}
