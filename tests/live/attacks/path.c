// SPDX-License-Identifier: Apache-2.0

/*
 * Names that lead elsewhere: the file that is opened is not the one that the string says.
 * Each case opens argv[1], an absolute path, for reading unless it says otherwise.
 */
#include "attacks.h"

#include <fcntl.h>
#include <linux/openat2.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_BYTES   4096
#define HANDLE_BYTES 128
#define DEEP_LEVELS  20
#define DEEP_NAME    250

static int open_creat(int argc, char **argv)
{
	(void)argc;
#ifdef SYS_creat
	return is_file((int)syscall(SYS_creat, argv[1], 0644), argv[1]);
#else
	(void)argv;
	return skip("no creat in this ABI");
#endif
}

static int open_legacy(int argc, char **argv)
{
	(void)argc;
#ifdef SYS_open
	return is_file((int)syscall(SYS_open, argv[1], O_RDONLY), argv[1]);
#else
	(void)argv;
	return skip("no open in this ABI");
#endif
}

static int open_openat(int argc, char **argv)
{
	(void)argc;
	return open_plain(argv[1]);
}

static int open_write(int argc, char **argv)
{
	(void)argc;
	return is_file((int)syscall(SYS_openat, AT_FDCWD, argv[1], O_WRONLY | O_CREAT, 0644),
		       argv[1]);
}

static int open_openat2(int argc, char **argv)
{
	struct open_how how = { .flags = O_RDONLY };

	(void)argc;
	return is_file((int)syscall(SYS_openat2, AT_FDCWD, argv[1], &how, sizeof(how)), argv[1]);
}

/* The root of the walk is the directory descriptor: an absolute path is not. */
static int open_in_root(int argc, char **argv)
{
	struct open_how how = { .flags = O_RDONLY, .resolve = RESOLVE_IN_ROOT };
	char dir[PATH_BYTES];
	char *name = strrchr(argv[1], '/');
	int fd;

	(void)argc;
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(name - argv[1]), argv[1]);
	fd = open(dir, O_PATH | O_DIRECTORY);
	return fd < 0 ? -errno :
			is_file((int)syscall(SYS_openat2, fd, name, &how, sizeof(how)), argv[1]);
}

/* open_by_handle MARK FILE [w] */
static int open_by_handle(int argc, char **argv)
{
	union {
		struct file_handle head;
		char room[sizeof(struct file_handle) + HANDLE_BYTES];
	} handle = { .head.handle_bytes = HANDLE_BYTES };
	int mount_id;
	int dir;
	int fd;

	if (name_to_handle_at(AT_FDCWD, argv[1], &handle.head, &mount_id, 0))
		return failure();
	dir = open(argv[1], O_RDONLY);
	if (dir < 0)
		return -errno;
	fd = open_by_handle_at(dir, &handle.head, argc > 2 ? O_WRONLY : O_RDONLY);
	if (fd < 0 && errno == EPERM)
		return skip("open_by_handle_at is not allowed");
	return is_file(fd, argv[1]);
}

/* Below the scratch directory a link to /etc, and `..` behind it. */
static int path_symlink_dotdot(int argc, char **argv)
{
	char link[PATH_BYTES];
	char path[PATH_BYTES * 2];
	int err;

	(void)argc;
	(void)snprintf(link, sizeof(link), "%s-link", argv[0]);
	(void)snprintf(path, sizeof(path), "%s/..%s", link, argv[1]);
	if (symlink("/etc", link))
		return -errno;
	err = open_plain(path);
	(void)unlink(link);
	return err;
}

static int path_symlink(int argc, char **argv)
{
	char link[PATH_BYTES];
	int err;

	(void)argc;
	(void)snprintf(link, sizeof(link), "%s-link", argv[0]);
	if (symlink(argv[1], link))
		return -errno;
	err = open_plain(link);
	(void)unlink(link);
	return err;
}

static int path_proc_root(int argc, char **argv)
{
	char path[PATH_BYTES];

	(void)argc;
	(void)snprintf(path, sizeof(path), "/proc/self/root%s", argv[1]);
	return open_plain(path);
}

/* Splits argv[1] into its directory, where it goes, and the name. */
static const char *go_to_dir(const char *path)
{
	char dir[PATH_BYTES];
	const char *name = strrchr(path, '/');

	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(name - path), path);
	return chdir(name == path ? "/" : dir) ? NULL : name + 1;
}

static int path_proc_cwd(int argc, char **argv)
{
	const char *name = go_to_dir(argv[1]);
	char path[PATH_BYTES];

	(void)argc;
	if (!name)
		return -errno;
	(void)snprintf(path, sizeof(path), "/proc/self/cwd/%s", name);
	return open_plain(path);
}

static int path_relative(int argc, char **argv)
{
	const char *name = go_to_dir(argv[1]);

	(void)argc;
	return name ? open_plain(name) : -errno;
}

static int path_fd_reopen(int argc, char **argv)
{
	int fd = open(argv[1], O_PATH | O_CLOEXEC);
	char path[64];

	(void)argc;
	if (fd < 0)
		return -errno;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	return open_plain(path);
}

static int path_fd_parent(int argc, char **argv)
{
	int fd = open("/proc", O_PATH | O_CLOEXEC);
	char path[PATH_BYTES];

	(void)argc;
	if (fd < 0)
		return -errno;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d/..%s", fd, argv[1]);
	return open_plain(path);
}

/* The directory descriptor becomes another one at once. */
static int path_dirfd(int argc, char **argv)
{
	char dir[PATH_BYTES];
	const char *name = strrchr(argv[1], '/');
	int dir_fd;
	int fd;

	(void)argc;
	(void)snprintf(dir, sizeof(dir), "%.*s", (int)(name - argv[1]), argv[1]);
	dir_fd = open(dir, O_PATH | O_DIRECTORY);
	fd = (int)syscall(SYS_openat, dir_fd, name + 1, O_RDONLY, 0);
	if (dup2(open("/proc", O_PATH | O_DIRECTORY), dir_fd) < 0)
		return -errno;
	return is_file(fd, argv[1]);
}

/* path_hardlink MARK FILE NEW: another name for it. */
static int path_hardlink(int argc, char **argv)
{
	(void)argc;
	if (link(argv[1], argv[2]))
		return errno == EXDEV ? skip("another file system") : -errno;
	return is_file(open(argv[2], O_RDONLY), argv[1]);
}

/* The same by a descriptor: no path leads from the call to the file. */
static int path_hardlink_fd(int argc, char **argv)
{
	int fd = open(argv[1], O_PATH);
	char path[64];

	(void)argc;
	if (fd < 0)
		return -errno;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	if (linkat(fd, "", AT_FDCWD, argv[2], AT_EMPTY_PATH) &&
	    linkat(AT_FDCWD, path, AT_FDCWD, argv[2], AT_SYMLINK_FOLLOW))
		return errno == EXDEV ? skip("another file system") : -errno;
	return is_file(open(argv[2], O_RDONLY), argv[1]);
}

/* Mounts of the following go to a namespace of their own. */
static int own_mounts(void)
{
	if (unshare(CLONE_NEWNS))
		return errno == EPERM ? skip("no mount namespace for us") : -errno;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ? -errno : 0;
}

/* path_bind_mount MARK FILE OVER: the file shows where another was. */
static int path_bind_mount(int argc, char **argv)
{
	int err = own_mounts();

	(void)argc;
	if (err)
		return err;
	if (mount(argv[1], argv[2], NULL, MS_BIND, NULL))
		return -errno;
	return is_file(open(argv[2], O_RDONLY), argv[1]);
}

/* path_chroot MARK DIR NAME */
static int path_chroot(int argc, char **argv)
{
	(void)argc;
	if (chroot(argv[1]) || chdir("/"))
		return errno == EPERM ? skip("no chroot for us") : -errno;
	return open_plain(argv[2]);
}

#ifndef SYS_open_tree
#define SYS_open_tree  428
#define SYS_move_mount 429
#define SYS_fsopen     430
#define SYS_fsconfig   431
#define SYS_fsmount    432
#endif

enum { FSCONFIG_CREATE = 6, MOVE_FROM_EMPTY_PATH = 4 };

/* path_new_mount_api MARK DIR: a tmpfs on it. */
static int path_new_mount_api(int argc, char **argv)
{
	struct stat before;
	struct stat after;
	int err = own_mounts();
	int fs;
	int mnt;

	(void)argc;
	if (err)
		return err;
	if (stat(argv[1], &before))
		return -errno;
	fs = (int)syscall(SYS_fsopen, "tmpfs", 0);
	if (fs < 0)
		return failure();
	if (syscall(SYS_fsconfig, fs, FSCONFIG_CREATE, NULL, NULL, 0))
		return -errno;
	mnt = (int)syscall(SYS_fsmount, fs, 0, 0);
	if (mnt < 0 || syscall(SYS_move_mount, mnt, "", AT_FDCWD, argv[1], MOVE_FROM_EMPTY_PATH))
		return -errno;
	return stat(argv[1], &after) || after.st_dev == before.st_dev ? -EBADF : 0;
}

static int pivot(int argc, char **argv)
{
	char old[PATH_BYTES];
	char path[PATH_BYTES];

	(void)argc;
	if (unshare(CLONE_NEWUSER | CLONE_NEWNS))
		return errno == EPERM || errno == ENOSPC ? SKIPPED : errno;
	(void)snprintf(old, sizeof(old), "%s/old", argv[1]);
	if (write_file("/proc/self/uid_map", "0 0 1") ||
	    write_file("/proc/self/setgroups", "deny") || write_file("/proc/self/gid_map", "0 0 1"))
		return EPERM;
	if (mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ||
	    mount("tmpfs", argv[1], "tmpfs", 0, NULL) || mkdir(old, 0755) ||
	    syscall(SYS_pivot_root, argv[1], old) || chdir("/"))
		return errno;
	(void)snprintf(path, sizeof(path), "/old%s", argv[2]);
	return -open_plain(path);
}

/* path_userns_pivot MARK DIR FILE: in a user namespace, with DIR as the root. */
static int path_userns_pivot(int argc, char **argv)
{
	int err = in_child(pivot, argc, argv);

	return err == SKIPPED ? skip("no user namespace for us") : err;
}

/* path_deep MARK DIR [LEVELS]: a file whose path is longer than any call can take, or nearly so. */
static int path_deep(int argc, char **argv)
{
	char name[DEEP_NAME + 1];
	int levels = argc > 2 ? atoi(argv[2]) : DEEP_LEVELS;
	int fd;

	memset(name, 'd', DEEP_NAME);
	name[DEEP_NAME] = '\0';
	if (chdir(argv[1]))
		return -errno;
	for (int i = 0; i < levels; i++) {
		if ((mkdir(name, 0755) && errno != EEXIST) || chdir(name))
			return -errno;
	}
	fd = open(argv[0], O_WRONLY | O_CREAT, 0644);
	if (fd < 0)
		return -errno;
	(void)close(fd);
	return 0;
}

/* path_badname MARK DIR N: names that could be taken for something else in a log. */
static int path_badname(int argc, char **argv)
{
	static const char *const names[] = {
		"\n{\"rule\":\"forged\",\"output\":\"x\"}\n",
		"\033[2J\033[1;31mred\033[0m\r\b\b",
		"\xff\xfe\xc0\xaf\xed\xa0\x80",
		"\"},\"x\":{\"\\u0000\\",
		"\xe2\x80\xae\xe2\x80\xa8\xc2\x85",
		"%proc.name %evt.type {{}} $(id) `id`",
	};
	char path[PATH_BYTES];
	size_t n = (size_t)(argv[2][0] - '0');

	(void)argc;
	if (n >= sizeof(names) / sizeof(names[0]))
		return -EINVAL;
	(void)snprintf(path, sizeof(path), "%s/%s%s", argv[1], argv[0], names[n]);
	return is_file((int)syscall(SYS_openat, AT_FDCWD, path, O_WRONLY | O_CREAT, 0644), path);
}

const struct attack path_attacks[] = {
	{ "open_creat", 1, open_creat },
	{ "open_legacy", 1, open_legacy },
	{ "open_openat", 1, open_openat },
	{ "open_write", 1, open_write },
	{ "open_openat2", 1, open_openat2 },
	{ "open_in_root", 1, open_in_root },
	{ "open_by_handle", 1, open_by_handle },
	{ "path_symlink_dotdot", 1, path_symlink_dotdot },
	{ "path_symlink", 1, path_symlink },
	{ "path_proc_root", 1, path_proc_root },
	{ "path_proc_cwd", 1, path_proc_cwd },
	{ "path_relative", 1, path_relative },
	{ "path_fd_reopen", 1, path_fd_reopen },
	{ "path_fd_parent", 1, path_fd_parent },
	{ "path_dirfd", 1, path_dirfd },
	{ "path_hardlink", 2, path_hardlink },
	{ "path_hardlink_fd", 2, path_hardlink_fd },
	{ "path_bind_mount", 2, path_bind_mount },
	{ "path_chroot", 2, path_chroot },
	{ "path_new_mount_api", 1, path_new_mount_api },
	{ "path_userns_pivot", 2, path_userns_pivot },
	{ "path_deep", 1, path_deep },
	{ "path_badname", 2, path_badname },
	{ NULL, 0, NULL },
};
