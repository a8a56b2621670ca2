// SPDX-License-Identifier: Apache-2.0

/*
 * Files reached by what another process has: its descriptors, its root, a name that a directory
 * no longer has.  The string in the call says nothing of the file.
 */
#include "attacks.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_BYTES 4096
#define TEXT       "borrowed\n"

/* A child that has something and waits to be ended. */
struct lender {
	pid_t pid;
	int fd; /* in the child; or -errno */
};

/* What the child does: its descriptor, or -errno. */
typedef int lend_fn(char **argv);

static int start_lender(lend_fn *lend, char **argv, struct lender *out)
{
	int pipes[2];

	if (pipe(pipes))
		return -errno;
	out->pid = fork();
	if (out->pid == 0) {
		out->fd = lend(argv);
		(void)!write(pipes[1], &out->fd, sizeof(out->fd));
		for (;;)
			(void)pause();
	}
	(void)close(pipes[1]);
	if (out->pid < 0 || read(pipes[0], &out->fd, sizeof(out->fd)) != sizeof(out->fd))
		out->fd = -EPIPE;
	(void)close(pipes[0]);
	return out->fd < 0 ? out->fd : 0;
}

static void end_lender(const struct lender *lender)
{
	if (lender->pid <= 0)
		return;
	(void)kill(lender->pid, SIGTERM);
	(void)wait_status(lender->pid);
}

/* The child that opens it only as a place hands that over; it becomes a file here. */
static int open_passed_path(int argc, char **argv)
{
	int pair[2];
	char path[64];
	int fd;
	int err;
	pid_t pid;

	(void)argc;
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair))
		return -errno;
	pid = fork();
	if (pid == 0) {
		fd = open(argv[1], O_PATH | O_CLOEXEC);
		_exit(fd >= 0 && send_fd(pair[1], fd) == 0 ? 0 : 1);
	}
	(void)close(pair[1]);
	fd = receive_fd(pair[0]);
	err = wait_status(pid);
	if (fd < 0 || err)
		return -EBADF;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return is_file((int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0), argv[1]);
}

static int lend_reader(char **argv)
{
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC);

	return fd < 0 ? -errno : fd;
}

static int write_text(int fd)
{
	struct stat st;

	if (fd < 0)
		return -errno;
	if (write(fd, TEXT, strlen(TEXT)) != (ssize_t)strlen(TEXT) || fstat(fd, &st))
		return -errno;
	return st.st_size ? 0 : -EIO;
}

/* write_proc_fd MARK FILE: another process reads it; its descriptor's link opens for writing. */
static int write_proc_fd(int argc, char **argv)
{
	struct lender lender = { 0 };
	int err = start_lender(lend_reader, argv, &lender);
	char path[64];
	int fd;

	(void)argc;
	if (!err) {
		(void)snprintf(path, sizeof(path), "/proc/%d/fd/%d", lender.pid, lender.fd);
		fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDWR, 0);
		err = write_text(fd);
		if (!err)
			err = is_file(fd, argv[1]);
	}
	end_lender(&lender);
	return err;
}

static int lend_root(char **argv)
{
	if (strcmp(argv[1], "/") == 0)
		return 0; /* it is that already */
	return chroot(argv[1]) || chdir("/") ? -errno : 0;
}

/* exec_proc_root MARK ROOT PROGRAM: what another process has below its root. */
static int exec_proc_root(int argc, char **argv)
{
	struct lender lender = { 0 };
	char path[PATH_BYTES];
	pid_t pid;
	int err;

	(void)argc;
	(void)snprintf(path, sizeof(path), "%s%s", argv[1], argv[2]);
	if (mkdir(argv[1], 0755) == 0)
		err = copy_self(path, 0755);
	else
		err = errno == EEXIST ? 0 : -errno;
	if (err)
		return err;
	err = start_lender(lend_root, argv, &lender);
	if (!err) {
		(void)snprintf(path, sizeof(path), "/proc/%d/root%s", lender.pid, argv[2]);
		pid = fork();
		if (pid == 0) {
			(void)execv(path, payload_argv(argv[0]));
			_exit(1);
		}
		err = payload_ended(pid);
	}
	end_lender(&lender);
	return err == -EPERM ? skip("no chroot for us") : err;
}

/* path_dir_renamed MARK OLD NEW: a file made in a directory that was called so when it was opened. */
static int path_dir_renamed(int argc, char **argv)
{
	char path[PATH_BYTES];
	int dir;

	(void)argc;
	if (mkdir(argv[1], 0755))
		return -errno;
	dir = open(argv[1], O_PATH | O_DIRECTORY | O_CLOEXEC);
	if (dir < 0 || syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], 0))
		return -errno;
	(void)snprintf(path, sizeof(path), "%s/file", argv[2]);
	return is_file((int)syscall(SYS_openat, dir, "file", O_WRONLY | O_CREAT, 0644), path);
}

/* path_dir_away MARK DIR AWAY: its file is written under another name, then all is as it was. */
static int path_dir_away(int argc, char **argv)
{
	char path[PATH_BYTES];
	int err;

	(void)argc;
	if (mkdir(argv[1], 0755) || syscall(SYS_renameat2, AT_FDCWD, argv[1], AT_FDCWD, argv[2], 0))
		return -errno;
	(void)snprintf(path, sizeof(path), "%s/file", argv[2]);
	err = write_file(path, TEXT);
	if (!err && syscall(SYS_renameat2, AT_FDCWD, argv[2], AT_FDCWD, argv[1], 0))
		err = -errno;
	(void)snprintf(path, sizeof(path), "%s/file", argv[1]);
	return err ? err : access(path, F_OK) ? -errno : 0;
}

const struct attack borrow_attacks[] = {
	{ "open_passed_path", 1, open_passed_path }, { "write_proc_fd", 1, write_proc_fd },
	{ "exec_proc_root", 2, exec_proc_root },     { "path_dir_renamed", 2, path_dir_renamed },
	{ "path_dir_away", 2, path_dir_away },       { NULL, 0, NULL },
};
