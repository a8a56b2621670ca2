// SPDX-License-Identifier: Apache-2.0

/*
 * Whose child is it, and who is it at all; and noise to hide in.
 * Each case opens argv[1] for reading in the process that it is about.
 */
#include "attacks.h"

#include <fcntl.h>
#include <linux/sched.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/syscall.h>
#include <unistd.h>

#define LONG_NAME_BYTES 4000

/* The result of a process that nobody can wait for. */
static int report(int fd, int err)
{
	(void)!write(fd, &err, sizeof(err));
	return err;
}

static int take_report(int fd)
{
	int err;

	return read(fd, &err, sizeof(err)) == sizeof(err) ? err : -EPIPE;
}

/* Opens once its parent has gone. */
static void orphan(int fd, pid_t parent, const char *path)
{
	while (getppid() == parent)
		(void)usleep(500);
	_exit(report(fd, open_plain(path)) ? 1 : 0);
}

static int proc_double_fork(int argc, char **argv)
{
	int pipes[2];
	pid_t pid;

	(void)argc;
	if (pipe(pipes))
		return -errno;
	pid = fork();
	if (pid == 0) {
		pid_t middle = getpid();

		(void)setsid();
		if (fork() == 0)
			orphan(pipes[1], middle, argv[1]);
		_exit(0);
	}
	(void)wait_status(pid);
	(void)close(pipes[1]);
	return take_report(pipes[0]);
}

/* proc_subreaper MARK FILE NAME: the orphan comes to a process with a name that is trusted. */
static int proc_subreaper(int argc, char **argv)
{
	int pipes[2];
	pid_t pid;
	int err;

	(void)argc;
	if (pipe(pipes) || prctl(PR_SET_CHILD_SUBREAPER, 1, 0, 0, 0) ||
	    prctl(PR_SET_NAME, argv[2], 0, 0, 0))
		return -errno;
	pid = fork();
	if (pid == 0) {
		pid_t middle = getpid();

		if (fork() == 0)
			orphan(pipes[1], middle, argv[1]);
		_exit(0);
	}
	(void)wait_status(pid);
	(void)close(pipes[1]);
	err = take_report(pipes[0]);
	(void)wait_status(-1);
	return err;
}

/* The child is the sibling of its creator. */
static int proc_clone_parent(int argc, char **argv)
{
	int pipes[2];
	long pid;

	(void)argc;
	if (pipe(pipes))
		return -errno;
	pid = syscall(SYS_clone, CLONE_PARENT | SIGCHLD, NULL, NULL, NULL, NULL);
	if (pid == 0)
		_exit(report(pipes[1], open_plain(argv[1])) ? 1 : 0);
	if (pid < 0)
		return -errno;
	(void)close(pipes[1]);
	return take_report(pipes[0]);
}

static pid_t fork_as(pid_t wanted)
{
	struct clone_args args = {
		.exit_signal = SIGCHLD,
		.set_tid = wanted ? (uintptr_t)&wanted : 0,
		.set_tid_size = wanted ? 1 : 0,
	};

	return (pid_t)syscall(SYS_clone3, &args, sizeof(args));
}

/* proc_pid_reuse MARK FILE NAME: another process had that id a moment ago, and another name. */
static int proc_pid_reuse(int argc, char **argv)
{
	pid_t pid = fork_as(0);
	pid_t again;

	(void)argc;
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, argv[2], 0, 0, 0);
		_exit(0);
	}
	if (pid < 0)
		return failure();
	(void)wait_status(pid);
	again = fork_as(pid);
	if (again == 0)
		_exit(-open_plain(argv[1]));
	if (again < 0)
		return errno == EPERM || errno == EEXIST ? skip("an id cannot be chosen") : -errno;
	return again == pid ? -wait_status(again) : -EEXIST;
}

/* proc_fake_parent MARK FILE NAME */
static int proc_fake_parent(int argc, char **argv)
{
	pid_t pid;

	(void)argc;
	if (prctl(PR_SET_NAME, argv[2], 0, 0, 0))
		return -errno;
	pid = fork();
	if (pid == 0) {
		(void)prctl(PR_SET_NAME, "attacks", 0, 0, 0);
		_exit(-open_plain(argv[1]));
	}
	return -wait_status(pid);
}

/* comm_spoof MARK FILE NAME [write] */
static int comm_spoof(int argc, char **argv)
{
	int err = argc > 3 ? write_file("/proc/self/comm", argv[2]) :
			     prctl(PR_SET_NAME, argv[2], 0, 0, 0);
	char back[16];

	if (err || prctl(PR_GET_NAME, back, 0, 0, 0) || strcmp(back, argv[2]) != 0)
		return -EINVAL;
	return open_plain(argv[1]);
}

/* The strings of its command line become others. */
static int proc_argv_overwrite(int argc, char **argv)
{
	char path[4096];
	char *last = argv[argc - 1];

	(void)strncpy(path, argv[1], sizeof(path) - 1);
	path[sizeof(path) - 1] = '\0';
	memset(argv[0], 'z', (size_t)(last + strlen(last) - argv[0]));
	return open_plain(path);
}

static void *open_in_thread(void *path)
{
	return (void *)(intptr_t)open_plain(path);
}

static int proc_thread(int argc, char **argv)
{
	pthread_t thread;
	void *ret;

	(void)argc;
	if (pthread_create(&thread, NULL, open_in_thread, argv[1]) || pthread_join(thread, &ret))
		return -EAGAIN;
	return (int)(intptr_t)ret;
}

/* open_late MARK FILE SECONDS: not before it has lived for so long. */
static int open_late(int argc, char **argv)
{
	(void)argc;
	(void)sleep((unsigned int)atoi(argv[2]));
	return open_plain(argv[1]);
}

/* flood_hide MARK FILE N: N opens of something else before and behind it. */
static int flood_hide(int argc, char **argv)
{
	int n = atoi(argv[2]);
	int err = 0;

	(void)argc;
	for (int i = 0; i < 2 * n && !err; i++) {
		err = open_plain("/dev/null");
		if (!err && i == n)
			err = open_plain(argv[1]);
	}
	return err;
}

/* flood_longstr MARK FILE N: names as long as can be. */
static int flood_longstr(int argc, char **argv)
{
	char name[LONG_NAME_BYTES];
	int n = atoi(argv[2]);
	int err = 0;

	(void)argc;
	for (size_t i = 0; i < sizeof(name) - 1; i++)
		name[i] = i % 64 ? 'n' : '/';
	name[sizeof(name) - 1] = '\0';
	for (int i = 0; i < n && !err; i++) {
		(void)open(name, O_RDONLY);
		if (i == n / 2)
			err = open_plain(argv[1]);
	}
	return err;
}

/* proc_churn MARK FILE N: short lives; one of them does it. */
static int proc_churn(int argc, char **argv)
{
	int n = atoi(argv[2]);
	int err = 0;

	(void)argc;
	for (int i = 0; i < n && !err; i++) {
		pid_t pid = fork();

		if (pid == 0)
			_exit(i == n / 2 ? -open_plain(argv[1]) : 0);
		err = -wait_status(pid);
	}
	return err;
}

/* exec_short_lived MARK N: programs that end at once. */
static int exec_short_lived(int argc, char **argv)
{
	int n = atoi(argv[1]);
	int err = 0;

	(void)argc;
	for (int i = 0; i < n && !err; i++) {
		pid_t pid = fork();

		if (pid == 0) {
			(void)execv(self_path(), payload_argv(argv[0]));
			_exit(1);
		}
		err = payload_ended(pid);
	}
	return err;
}

const struct attack lineage_attacks[] = {
	{ "proc_double_fork", 1, proc_double_fork },
	{ "proc_subreaper", 2, proc_subreaper },
	{ "proc_clone_parent", 1, proc_clone_parent },
	{ "proc_pid_reuse", 2, proc_pid_reuse },
	{ "proc_fake_parent", 2, proc_fake_parent },
	{ "comm_spoof", 2, comm_spoof },
	{ "proc_argv_overwrite", 1, proc_argv_overwrite },
	{ "proc_thread", 1, proc_thread },
	{ "open_late", 2, open_late },
	{ "flood_hide", 2, flood_hide },
	{ "flood_longstr", 2, flood_longstr },
	{ "proc_churn", 2, proc_churn },
	{ "exec_short_lived", 1, exec_short_lived },
	{ NULL, 0, NULL },
};
