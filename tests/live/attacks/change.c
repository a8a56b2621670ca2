// SPDX-License-Identifier: Apache-2.0

/*
 * Files changed without opening them for writing, and data written without write(2).
 */
#include "attacks.h"

#include <fcntl.h>
#include <linux/aio_abi.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/sendfile.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/xattr.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define TEXT       "written\n"
#define TEXT_LEN   8

#ifndef RENAME_EXCHANGE
#define RENAME_EXCHANGE (1 << 1)
#endif

/* The source of a rename: a new file beside the marker. */
static int make_source(const char *mark, char *path, size_t size)
{
	(void)snprintf(path, size, "%s-source", mark);
	return write_file(path, TEXT);
}

/* path_rename_over MARK FILE */
static int path_rename_over(int argc, char **argv)
{
	char source[PATH_BYTES];
	int err = make_source(argv[0], source, sizeof(source));

	(void)argc;
	if (err)
		return err;
	if (syscall(SYS_renameat, AT_FDCWD, source, AT_FDCWD, argv[1]))
		return -errno;
	return access(source, F_OK) == 0 ? -EEXIST : 0;
}

static int path_exchange(int argc, char **argv)
{
	char source[PATH_BYTES];
	struct stat before;
	struct stat after;
	int err = make_source(argv[0], source, sizeof(source));

	(void)argc;
	if (err || stat(argv[1], &before))
		return err ? err : -errno;
	if (syscall(SYS_renameat2, AT_FDCWD, source, AT_FDCWD, argv[1], RENAME_EXCHANGE))
		return failure();
	if (stat(source, &after))
		return -errno;
	return after.st_ino == before.st_ino ? 0 : -EBADF;
}

static int path_truncate(int argc, char **argv)
{
	struct stat st;

	(void)argc;
	if (truncate(argv[1], 0))
		return -errno;
	return stat(argv[1], &st) || st.st_size ? -EBADF : 0;
}

/* path_chmod MARK FILE MODE [fd] */
static int path_chmod(int argc, char **argv)
{
	mode_t mode = (mode_t)strtoul(argv[2], NULL, 8);
	struct stat st;
	int fd;

	if (argc > 3) {
		fd = open(argv[1], O_RDONLY);
		if (fd < 0 || fchmod(fd, mode))
			return -errno;
	} else if (chmod(argv[1], mode)) {
		return -errno;
	}
	return stat(argv[1], &st) || (st.st_mode & 07777) != mode ? -EBADF : 0;
}

static int path_chown(int argc, char **argv)
{
	uid_t uid = (uid_t)strtoul(argv[2], NULL, 10);
	struct stat st;

	(void)argc;
	if (fchownat(AT_FDCWD, argv[1], uid, (gid_t)-1, 0))
		return -errno;
	return stat(argv[1], &st) || st.st_uid != uid ? -EBADF : 0;
}

static int path_setxattr(int argc, char **argv)
{
	/* Version 2, effective; CAP_SETUID (bit 7) permitted: little endian, as on disk. */
	static const unsigned char caps[20] = { 1, 0, 0, 2, 0x80 };
	char back[64];

	(void)argc;
	if (setxattr(argv[1], "security.capability", caps, sizeof(caps), 0))
		return failure();
	return getxattr(argv[1], "security.capability", back, sizeof(back)) > 0 ? 0 : -errno;
}

/* path_mknod MARK PATH: a character device, which nobody opens. */
static int path_mknod(int argc, char **argv)
{
	(void)argc;
	if (mknodat(AT_FDCWD, argv[1], S_IFCHR | 0600, 0x103)) /* null */
		return errno == EPERM ? skip("no devices for us") : -errno;
	return access(argv[1], F_OK) ? -errno : 0;
}

static int path_utimens(int argc, char **argv)
{
	struct timespec times[2] = { { 1, 0 }, { 1, 0 } };
	struct stat st;

	(void)argc;
	if (utimensat(AT_FDCWD, argv[1], times, 0))
		return -errno;
	return stat(argv[1], &st) || st.st_mtim.tv_sec != 1 ? -EBADF : 0;
}

static int path_unlink(int argc, char **argv)
{
	(void)argc;
	if (unlinkat(AT_FDCWD, argv[1], 0))
		return -errno;
	return access(argv[1], F_OK) == 0 ? -EEXIST : 0;
}

/* path_mklink MARK TARGET LINK */
static int path_mklink(int argc, char **argv)
{
	char back[PATH_BYTES];

	(void)argc;
	if (symlinkat(argv[1], AT_FDCWD, argv[2]))
		return -errno;
	return readlink(argv[2], back, sizeof(back)) == (ssize_t)strlen(argv[1]) ? 0 : -EBADF;
}

static int path_mkdir(int argc, char **argv)
{
	(void)argc;
	return mkdirat(AT_FDCWD, argv[1], 0755) ? -errno : 0;
}

/* Does the file begin with what was to be written? */
static int holds_text(const char *path)
{
	char text[TEXT_LEN];
	int fd = open(path, O_RDONLY);
	ssize_t len = fd < 0 ? -1 : read(fd, text, sizeof(text));

	(void)close(fd);
	return len == TEXT_LEN && memcmp(text, TEXT, TEXT_LEN) == 0 ? 0 : -EBADF;
}

static int open_prey(const char *path)
{
	return open(path, O_RDWR | O_CREAT | O_CLOEXEC, 0644);
}

static int write_mmap(int argc, char **argv)
{
	int fd = open_prey(argv[1]);
	char *at;

	(void)argc;
	if (fd < 0 || ftruncate(fd, TEXT_LEN))
		return -errno;
	at = mmap(NULL, TEXT_LEN, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	if (at == MAP_FAILED)
		return -errno;
	memcpy(at, TEXT, TEXT_LEN);
	(void)munmap(at, TEXT_LEN);
	(void)close(fd);
	return holds_text(argv[1]);
}

static int write_splice(int argc, char **argv)
{
	char text[] = TEXT;
	struct iovec vec = { text, TEXT_LEN };
	int fd = open_prey(argv[1]);
	int pipes[2];

	(void)argc;
	if (fd < 0 || pipe(pipes))
		return -errno;
	if (vmsplice(pipes[1], &vec, 1, 0) != TEXT_LEN ||
	    splice(pipes[0], NULL, fd, NULL, TEXT_LEN, 0) != TEXT_LEN)
		return -errno;
	return holds_text(argv[1]);
}

static int write_sendfile(int argc, char **argv)
{
	int fd = open_prey(argv[1]);
	int memory = memfd_create("source", MFD_CLOEXEC);
	off_t offset = 0;

	(void)argc;
	if (fd < 0 || memory < 0 || write(memory, TEXT, TEXT_LEN) != TEXT_LEN)
		return -errno;
	if (sendfile(fd, memory, &offset, TEXT_LEN) != TEXT_LEN)
		return -errno;
	return holds_text(argv[1]);
}

static int io_aio_write(int argc, char **argv)
{
	char text[] = TEXT;
	aio_context_t context = 0;
	struct iocb block = { 0 };
	struct iocb *blocks[] = { &block };
	struct io_event event;

	(void)argc;
	if (syscall(SYS_io_setup, 1, &context))
		return failure();
	block.aio_fildes = (uint32_t)open_prey(argv[1]);
	block.aio_lio_opcode = IOCB_CMD_PWRITE;
	block.aio_buf = (uintptr_t)text;
	block.aio_nbytes = TEXT_LEN;
	if (syscall(SYS_io_submit, context, 1, blocks) != 1 ||
	    syscall(SYS_io_getevents, context, 1, 1, &event, NULL) != 1)
		return -errno;
	(void)syscall(SYS_io_destroy, context);
	return holds_text(argv[1]);
}

union control {
	struct cmsghdr head;
	char room[CMSG_SPACE(sizeof(int))];
};

int send_fd(int to, int fd)
{
	char byte = 0;
	struct iovec vec = { &byte, 1 };
	union control control = { .room = { 0 } };
	struct msghdr msg = { NULL, 0, &vec, 1, &control, sizeof(control), 0 };
	struct cmsghdr *head = CMSG_FIRSTHDR(&msg);

	head->cmsg_level = SOL_SOCKET;
	head->cmsg_type = SCM_RIGHTS;
	head->cmsg_len = CMSG_LEN(sizeof(int));
	memcpy(CMSG_DATA(head), &fd, sizeof(fd));
	return sendmsg(to, &msg, 0) == 1 ? 0 : -errno;
}

int receive_fd(int from)
{
	char byte;
	struct iovec vec = { &byte, 1 };
	union control control = { .room = { 0 } };
	struct msghdr msg = { NULL, 0, &vec, 1, &control, sizeof(control), 0 };
	int fd = -1;

	if (recvmsg(from, &msg, 0) == 1 && CMSG_FIRSTHDR(&msg))
		memcpy(&fd, CMSG_DATA(CMSG_FIRSTHDR(&msg)), sizeof(fd));
	return fd;
}

/* The opener hands the descriptor to another process, which writes. */
static int write_passed_fd(int argc, char **argv)
{
	int pair[2];
	pid_t pid;
	int fd;
	int err;

	(void)argc;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	pid = fork();
	if (pid == 0) {
		int got = receive_fd(pair[1]);

		_exit(got >= 0 && write(got, TEXT, TEXT_LEN) == TEXT_LEN ? 0 : 1);
	}
	fd = open_prey(argv[1]);
	if (fd < 0)
		return -errno;
	err = send_fd(pair[0], fd);
	if (wait_status(pid) || err)
		return err ? err : -ECHILD;
	return holds_text(argv[1]);
}

const struct attack change_attacks[] = {
	{ "path_rename_over", 1, path_rename_over },
	{ "path_exchange", 1, path_exchange },
	{ "path_truncate", 1, path_truncate },
	{ "path_chmod", 2, path_chmod },
	{ "path_chown", 2, path_chown },
	{ "path_setxattr", 1, path_setxattr },
	{ "path_mknod", 1, path_mknod },
	{ "path_utimens", 1, path_utimens },
	{ "path_unlink", 1, path_unlink },
	{ "path_mklink", 2, path_mklink },
	{ "path_mkdir", 1, path_mkdir },
	{ "write_mmap", 1, write_mmap },
	{ "write_splice", 1, write_splice },
	{ "write_sendfile", 1, write_sendfile },
	{ "io_aio_write", 1, io_aio_write },
	{ "write_passed_fd", 1, write_passed_fd },
	{ NULL, 0, NULL },
};
