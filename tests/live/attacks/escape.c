// SPDX-License-Identifier: Apache-2.0

/*
 * Out of a container: cgroups, namespaces, mounts, and the files by which the kernel is told to
 * run something.  Whatever is mounted or made is so in namespaces of its own and removed again.
 */
#include "attacks.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define PATH_BYTES  4096
#define RMDIR_TRIES 200
#define STAY_US     200000 /* five times what the agent takes */

#ifndef CLONE_INTO_CGROUP
#define CLONE_INTO_CGROUP 0x200000000ULL
#endif

static int own_mounts(void)
{
	if (unshare(CLONE_NEWNS))
		return errno == EPERM ? skip("no mount namespace for us") : -errno;
	return mount(NULL, "/", NULL, MS_REC | MS_PRIVATE, NULL) ? -errno : 0;
}

/* A view of a cgroup hierarchy ("cgroup2", or a controller of version 1) on dir. */
static int mount_cgroups(const char *hierarchy, const char *dir)
{
	int err = own_mounts();
	int failed;

	if (err)
		return err;
	if (mkdir(dir, 0755) && errno != EEXIST)
		return -errno;
	if (strcmp(hierarchy, "cgroup2") == 0)
		failed = mount("cgroup2", dir, "cgroup2", 0, NULL);
	else
		failed = mount("cgroup", dir, "cgroup", 0, hierarchy);
	if (!failed)
		return 0;
	return errno == EPERM || errno == EBUSY || errno == EINVAL || errno == ENODEV ?
		       skip("that hierarchy cannot be mounted") :
		       -errno;
}

/* Its last process has just ended, or is about to. */
static int remove_cgroup(const char *path)
{
	for (int i = 0; i < RMDIR_TRIES; i++) {
		if (rmdir(path) == 0)
			return 0;
		if (errno != EBUSY)
			return -errno;
		(void)usleep(5000);
	}
	return -EBUSY;
}

/* args: cgroup, file. */
static int move_and_open(int argc, char **args)
{
	char procs[PATH_BYTES];
	int err;

	(void)argc;
	(void)snprintf(procs, sizeof(procs), "%s/cgroup.procs", args[0]);
	err = write_file(procs, "0");
	return -(err ? err : open_plain(args[1]));
}

/* Makes the cgroup, lets a child go there and open the file. */
static int visit_cgroup(char *cgroup, char *file, useconds_t stay)
{
	char *args[] = { cgroup, file };
	int err;

	if (mkdir(cgroup, 0755))
		return errno == EROFS || errno == EACCES ? skip("no cgroup of our own") : -errno;
	err = in_child(move_and_open, 2, args);
	(void)usleep(stay);
	if (remove_cgroup(cgroup))
		return -EBUSY;
	return err;
}

/* cg_move_out MARK HIERARCHY DIR FILE: to a cgroup at the top of the hierarchy. */
static int cg_move_out(int argc, char **argv)
{
	char cgroup[PATH_BYTES];
	int err = mount_cgroups(argv[1], argv[2]);

	(void)argc;
	if (err)
		return err;
	(void)snprintf(cgroup, sizeof(cgroup), "%s/%s", argv[2], argv[0]);
	return visit_cgroup(cgroup, argv[3], 0);
}

/* Where this process is in cgroup v2, as the mount shows it. */
static int own_cgroup(char *out, size_t size)
{
	FILE *file = fopen("/proc/self/cgroup", "re");
	int found = 0;

	if (!file)
		return -errno;
	while (!found && fgets(out, (int)size, file))
		found = strncmp(out, "0::/", 4) == 0;
	(void)fclose(file);
	if (!found)
		return skip("no cgroup v2 here");
	out[strcspn(out, "\n")] = '\0';
	memmove(out, out + 4, strlen(out + 4) + 1);
	return 0;
}

/*
 * cg_nested MARK DIR FILE [stay]: below the own cgroup, one that is called like another
 * container.  A monitor that looks when the cgroup is gone cannot be misled by its name, so it
 * can stay for longer than any takes to look.
 */
static int cg_nested(int argc, char **argv)
{
	static const char id[] = "0123456789abcdef0123456789abcdef"
				 "0123456789abcdef0123456789abcdef";
	char own[PATH_BYTES / 2];
	char cgroup[PATH_BYTES];
	int err = mount_cgroups("cgroup2", argv[1]);

	if (!err)
		err = own_cgroup(own, sizeof(own));
	if (err)
		return err;
	(void)snprintf(cgroup, sizeof(cgroup), "%s/%s/docker-%s.scope", argv[1], own, id);
	if (mkdir(cgroup, 0755) && errno == ENOENT) /* a view that begins at the own cgroup */
		(void)snprintf(cgroup, sizeof(cgroup), "%s/docker-%s.scope", argv[1], id);
	else
		(void)rmdir(cgroup);
	return visit_cgroup(cgroup, argv[2], argc > 3 ? STAY_US : 0);
}

/* cg_clone_into MARK DIR FILE: born there, so nobody moves. */
static int cg_clone_into(int argc, char **argv)
{
	struct clone_args args = { .flags = CLONE_INTO_CGROUP, .exit_signal = SIGCHLD };
	char cgroup[PATH_BYTES];
	int err = mount_cgroups("cgroup2", argv[1]);
	pid_t pid;

	(void)argc;
	if (err)
		return err;
	(void)snprintf(cgroup, sizeof(cgroup), "%s/%s", argv[1], argv[0]);
	if (mkdir(cgroup, 0755))
		return -errno;
	args.cgroup = (uint64_t)open(cgroup, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
	pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));
	if (pid == 0)
		_exit(-open_plain(argv[2]));
	if (pid < 0) {
		err = failure();
	} else {
		err = -wait_status(pid);
	}
	return remove_cgroup(cgroup) ? -EBUSY : err;
}

/* ct_setns MARK NAMESPACE FLAG: to a namespace of that kind that a child has made. */
static int ct_setns(int argc, char **argv)
{
	char path[64];
	char byte;
	int pipes[2];
	pid_t pid;
	int fd;
	int err = 0;

	(void)argc;
	if (pipe(pipes))
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (unshare((int)strtoul(argv[2], NULL, 0)))
			_exit(1);
		(void)!write(pipes[1], "x", 1);
		for (;;)
			(void)pause();
	}
	(void)close(pipes[1]);
	if (read(pipes[0], &byte, 1) != 1)
		return skip("no namespace for us");
	(void)snprintf(path, sizeof(path), "/proc/%d/ns/%s", pid, argv[1]);
	fd = open(path, O_RDONLY | O_CLOEXEC);
	if (fd < 0 || setns(fd, 0))
		err = -errno;
	(void)kill(pid, SIGKILL);
	(void)wait_status(pid);
	return err;
}

/* ct_unshare MARK FLAGS */
static int ct_unshare(int argc, char **argv)
{
	(void)argc;
	if (unshare((int)strtoul(argv[1], NULL, 0)) == 0)
		return 0;
	return errno == EPERM || errno == ENOSPC ? skip("no namespace for us") : -errno;
}

/* ct_clone MARK FLAGS: the same for a child. */
static int ct_clone(int argc, char **argv)
{
	struct clone_args args = { .flags = strtoull(argv[1], NULL, 0), .exit_signal = SIGCHLD };
	pid_t pid = (pid_t)syscall(SYS_clone3, &args, sizeof(args));

	(void)argc;
	if (pid == 0)
		_exit(PAYLOAD_EXIT);
	if (pid < 0)
		return errno == EPERM || errno == ENOSPC ? skip("no namespace for us") : failure();
	return payload_ended(pid);
}

/* ct_mount MARK TYPE DIR */
static int ct_mount(int argc, char **argv)
{
	struct stat before;
	struct stat after;
	int err = own_mounts();

	(void)argc;
	if (err)
		return err;
	if (stat(argv[2], &before))
		return -errno;
	if (mount(argv[1], argv[2], argv[1], 0, NULL))
		return errno == EPERM ? skip("not allowed to mount that") : -errno;
	return stat(argv[2], &after) || after.st_dev == before.st_dev ? -EBADF : 0;
}

/* ct_kernel_file MARK PATH: opened for writing; nothing is written. */
static int ct_kernel_file(int argc, char **argv)
{
	int fd = (int)syscall(SYS_openat, AT_FDCWD, argv[1], O_WRONLY, 0);

	(void)argc;
	if (fd < 0 && (errno == ENOENT || errno == EACCES || errno == EROFS))
		return skip("that file cannot be opened for writing here");
	return is_file(fd, argv[1]);
}

/* Whatever the kernel says to it: a module that is none. */
static int ct_init_module(int argc, char **argv)
{
	static char junk[] = "no module";

	(void)argc;
	(void)argv;
	return syscall(SYS_init_module, junk, sizeof(junk), "") ? 0 : -EINVAL;
}

static int ct_finit_module(int argc, char **argv)
{
	int fd = open(argv[1], O_RDONLY | O_CLOEXEC);

	(void)argc;
	return fd >= 0 && syscall(SYS_finit_module, fd, "", 0) ? 0 : -EINVAL;
}

static int ct_delete_module(int argc, char **argv)
{
	(void)argc;
	return syscall(SYS_delete_module, argv[1], O_NONBLOCK) ? 0 : -EINVAL;
}

/* Flags that no kernel takes. */
static int ct_kexec(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return syscall(SYS_kexec_load, 0, 0, NULL, 0xffff) ? 0 : -EINVAL;
}

const struct attack escape_attacks[] = {
	{ "cg_move_out", 3, cg_move_out },
	{ "cg_nested", 2, cg_nested },
	{ "cg_clone_into", 2, cg_clone_into },
	{ "ct_setns", 2, ct_setns },
	{ "ct_unshare", 1, ct_unshare },
	{ "ct_clone", 1, ct_clone },
	{ "ct_mount", 2, ct_mount },
	{ "ct_kernel_file", 1, ct_kernel_file },
	{ "ct_init_module", 0, ct_init_module },
	{ "ct_finit_module", 1, ct_finit_module },
	{ "ct_delete_module", 1, ct_delete_module },
	{ "ct_kexec", 0, ct_kexec },
	{ NULL, 0, NULL },
};
