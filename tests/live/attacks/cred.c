// SPDX-License-Identifier: Apache-2.0

/*
 * More rights than before: by calls, by the file that is executed, by namespaces.
 */
#include "attacks.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <sched.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>
#include <unistd.h>

#define USER 1000

/* Permitted, effective and inheritable: these of the first 32 capabilities, no others. */
static int set_caps(uint32_t mask)
{
	struct __user_cap_header_struct head = { _LINUX_CAPABILITY_VERSION_3, 0 };
	struct __user_cap_data_struct data[2] = { { mask, mask, mask }, { 0, 0, 0 } };

	return syscall(SYS_capset, &head, data) ? -errno : 0;
}

/* User 1000, with one capability kept. */
static int become_user(uint32_t caps)
{
	if (caps && prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0))
		return -errno;
	if (syscall(SYS_setresuid, USER, USER, USER))
		return -errno;
	return set_caps(caps);
}

static int holds_uid(uid_t uid)
{
	uid_t real;
	uid_t effective;
	uid_t saved;

	if (getresuid(&real, &effective, &saved))
		return -errno;
	return effective == uid ? 0 : -EPERM;
}

static int cred_setresuid(int argc, char **argv)
{
	int uid = atoi(argv[1]);
	int err = become_user(1U << CAP_SETUID);

	(void)argc;
	if (err || syscall(SYS_setresuid, uid, uid, uid))
		return err ? err : -errno;
	return holds_uid((uid_t)uid);
}

static int cred_setreuid(int argc, char **argv)
{
	int uid = atoi(argv[1]);
	int err = become_user(1U << CAP_SETUID);

	(void)argc;
	if (err || syscall(SYS_setreuid, -1, uid))
		return err ? err : -errno;
	return holds_uid((uid_t)uid);
}

static int cred_setuid(int argc, char **argv)
{
	int uid = atoi(argv[1]);
	int err = become_user(1U << CAP_SETUID);

	(void)argc;
	if (err || syscall(SYS_setuid, uid))
		return err ? err : -errno;
	return holds_uid((uid_t)uid);
}

static int cred_setfsuid(int argc, char **argv)
{
	int uid = atoi(argv[1]);
	int err = become_user(1U << CAP_SETUID);

	(void)argc;
	if (err)
		return err;
	(void)syscall(SYS_setfsuid, uid);
	return syscall(SYS_setfsuid, -1) == uid ? 0 : -EPERM;
}

static int cred_refused(int argc, char **argv)
{
	int uid = atoi(argv[1]);
	int err = become_user(0);

	(void)argc;
	if (err)
		return err;
	return syscall(SYS_setuid, uid) && errno == EPERM ? 0 : -EINVAL;
}

static int cred_setgroups(int argc, char **argv)
{
	gid_t group = (gid_t)atoi(argv[1]);
	gid_t back;

	(void)argc;
	if (syscall(SYS_setgroups, 1, &group))
		return -errno;
	return getgroups(1, &back) == 1 && back == group ? 0 : -EPERM;
}

static int cred_setgid(int argc, char **argv)
{
	gid_t group = (gid_t)atoi(argv[1]);
	int err;

	(void)argc;
	if (setresgid(USER, USER, USER))
		return -errno;
	err = become_user(1U << CAP_SETGID);
	if (err || syscall(SYS_setresgid, group, group, group))
		return err ? err : -errno;
	return getegid() == group ? 0 : -EPERM;
}

static int run_as_user(const char *path, const char *mark)
{
	pid_t pid = fork();

	if (pid == 0) {
		if (become_user(0) == 0)
			(void)execv(path, payload_argv(mark));
		_exit(1);
	}
	return payload_ended(pid);
}

/* cred_setuid_exec MARK PATH MODE */
static int cred_setuid_exec(int argc, char **argv)
{
	int err = copy_self(argv[1], (mode_t)strtoul(argv[2], NULL, 8));

	(void)argc;
	if (!err)
		err = run_as_user(argv[1], argv[0]);
	(void)unlink(argv[1]);
	return err;
}

/* cred_filecaps_exec MARK PATH CAP */
static int cred_filecaps_exec(int argc, char **argv)
{
	uint32_t mask = 1U << atoi(argv[2]);
	struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data = { { mask, 0 }, { 0, 0 } },
	};
	int err = copy_self(argv[1], 0755);

	(void)argc;
	if (!err && setxattr(argv[1], "security.capability", &caps, sizeof(caps), 0))
		err = failure();
	if (!err)
		err = run_as_user(argv[1], argv[0]);
	(void)unlink(argv[1]);
	return err;
}

/* cred_ambient MARK CAP: kept over setuid, and over the exec. */
static int cred_ambient(int argc, char **argv)
{
	int cap = atoi(argv[1]);
	pid_t pid = fork();

	(void)argc;
	if (pid == 0) {
		if (become_user(1U << cap) ||
		    prctl(PR_CAP_AMBIENT, PR_CAP_AMBIENT_RAISE, cap, 0, 0))
			_exit(1);
		(void)execv(self_path(), payload_argv(argv[0]));
		_exit(1);
	}
	return payload_ended(pid);
}

static int make_userns(int argc, char **argv)
{
	static const char map[] = "0 1000 1";
	int fd;

	(void)argc;
	(void)argv;
	if (become_user(0) || prctl(PR_SET_DUMPABLE, 1, 0, 0, 0))
		return EPERM;
	if (unshare(CLONE_NEWUSER))
		return errno == EPERM || errno == ENOSPC ? SKIPPED : errno;
	fd = open("/proc/self/uid_map", O_WRONLY);
	if (fd < 0 || write(fd, map, sizeof(map) - 1) < 0)
		return errno;
	return getuid() == 0 ? 0 : EPERM;
}

/* Root, but of a user namespace. */
static int cred_userns_root(int argc, char **argv)
{
	int err = in_child(make_userns, argc, argv);

	return err == SKIPPED ? skip("no user namespace for users") : err;
}

/* The same by clone: there is no call of unshare. */
static int cred_userns_clone(int argc, char **argv)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | 17 /* SIGCHLD */, NULL, NULL, NULL,
				   NULL);

	(void)argc;
	(void)argv;
	if (pid == 0)
		_exit(PAYLOAD_EXIT);
	if (pid < 0)
		return errno == EPERM || errno == ENOSPC ? skip("no user namespace for us") :
							   -errno;
	return payload_ended(pid);
}

/* cred_prctl MARK OPTION VALUE */
static int cred_prctl(int argc, char **argv)
{
	(void)argc;
	return prctl(atoi(argv[1]), strtoul(argv[2], NULL, 0), 0, 0, 0) < 0 ? -errno : 0;
}

const struct attack cred_attacks[] = {
	{ "cred_setresuid", 1, cred_setresuid },
	{ "cred_setreuid", 1, cred_setreuid },
	{ "cred_setuid", 1, cred_setuid },
	{ "cred_setfsuid", 1, cred_setfsuid },
	{ "cred_refused", 1, cred_refused },
	{ "cred_setgroups", 1, cred_setgroups },
	{ "cred_setgid", 1, cred_setgid },
	{ "cred_setuid_exec", 2, cred_setuid_exec },
	{ "cred_filecaps_exec", 2, cred_filecaps_exec },
	{ "cred_ambient", 1, cred_ambient },
	{ "cred_userns_root", 0, cred_userns_root },
	{ "cred_userns_clone", 0, cred_userns_clone },
	{ "cred_prctl", 2, cred_prctl },
	{ NULL, 0, NULL },
};
