// SPDX-License-Identifier: Apache-2.0

/*
 * Code and descriptors put into other processes (children of our own), and what is done to a
 * monitor: signals, BPF objects.
 */
#include "attacks.h"

#include <fcntl.h>
#include <linux/audit.h>
#include <linux/bpf.h>
#include <linux/filter.h>
#include <linux/perf_event.h>
#include <linux/seccomp.h>
#include <signal.h>
#include <stddef.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/wait.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

/* A victim waits until this is what it should end with. */
static volatile long injected;

static pid_t make_victim(void)
{
	pid_t pid = fork();

	while (pid == 0) {
		if (injected)
			_exit((int)injected);
		(void)usleep(1000);
	}
	return pid;
}

static int poke(pid_t pid)
{
	return ptrace(PTRACE_POKEDATA, pid, (void *)(uintptr_t)&injected, (void *)PAYLOAD_EXIT) ?
		       -errno :
		       0;
}

/* Ends the victim whatever happened. */
static int victim_ended(pid_t pid, int err)
{
	if (err) {
		(void)kill(pid, SIGKILL);
		(void)wait_status(pid);
		return err;
	}
	return payload_ended(pid);
}

static int inj_ptrace(int argc, char **argv)
{
	pid_t pid = make_victim();
	int err = 0;

	(void)argc;
	(void)argv;
	if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) || waitpid(pid, NULL, 0) != pid)
		err = -errno;
	if (!err)
		err = poke(pid);
	if (!err && ptrace(PTRACE_DETACH, pid, NULL, NULL))
		err = -errno;
	return victim_ended(pid, err);
}

static int inj_ptrace_seize(int argc, char **argv)
{
	pid_t pid = make_victim();
	int err = 0;

	(void)argc;
	(void)argv;
	if (ptrace(PTRACE_SEIZE, pid, NULL, NULL) || ptrace(PTRACE_INTERRUPT, pid, NULL, NULL) ||
	    waitpid(pid, NULL, 0) != pid)
		err = -errno;
	if (!err)
		err = poke(pid);
	if (!err && ptrace(PTRACE_DETACH, pid, NULL, NULL))
		err = -errno;
	return victim_ended(pid, err);
}

static int be_traced(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return ptrace(PTRACE_TRACEME, 0, NULL, NULL) ? errno : 0;
}

static int inj_traceme(int argc, char **argv)
{
	return in_child(be_traced, argc, argv);
}

static int inj_vm_writev(int argc, char **argv)
{
	long value = PAYLOAD_EXIT;
	struct iovec here = { &value, sizeof(value) };
	struct iovec there = { (void *)(uintptr_t)&injected, sizeof(value) };
	pid_t pid = make_victim();
	int err = 0;

	(void)argc;
	(void)argv;
	if (process_vm_writev(pid, &here, 1, &there, 1, 0) != sizeof(value))
		err = -errno;
	return victim_ended(pid, err);
}

/* inj_proc_mem MARK [read] */
static int inj_proc_mem(int argc, char **argv)
{
	long value = PAYLOAD_EXIT;
	pid_t pid = make_victim();
	char path[64];
	int err = 0;
	int fd;

	(void)argv;
	(void)snprintf(path, sizeof(path), "/proc/%d/mem", pid);
	fd = open(path, argc > 1 ? O_RDONLY : O_RDWR | O_CLOEXEC);
	if (fd < 0 || (argc == 1 && pwrite(fd, &value, sizeof(value),
					   (off_t)(uintptr_t)&injected) != sizeof(value)))
		err = -errno;
	if (argc > 1) {
		(void)kill(pid, SIGKILL);
		(void)wait_status(pid);
		return err;
	}
	return victim_ended(pid, err);
}

/* inj_pidfd_getfd MARK FILE: take a descriptor that another process has opened. */
static int inj_pidfd_getfd(int argc, char **argv)
{
	int pipes[2];
	int theirs;
	int pidfd;
	int fd;
	int err;
	pid_t pid;

	(void)argc;
	if (pipe(pipes))
		return -errno;
	pid = fork();
	if (pid == 0) {
		int file = open(argv[1], O_RDONLY);

		(void)!write(pipes[1], &file, sizeof(file));
		for (;;)
			(void)pause();
	}
	if (read(pipes[0], &theirs, sizeof(theirs)) != sizeof(theirs))
		return -EIO;
	pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	fd = (int)syscall(SYS_pidfd_getfd, pidfd, theirs, 0);
	err = fd < 0 ? failure() : is_file(fd, argv[1]);
	(void)kill(pid, SIGKILL);
	(void)wait_status(pid);
	return err;
}

/* All calls of openat get this answer. */
static int filter_openat(unsigned int flags, uint32_t answer)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_openat, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, answer),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	struct sock_fprog program = { sizeof(code) / sizeof(code[0]), code };
	long ret;

	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0))
		return -errno;
	ret = syscall(SYS_seccomp, SECCOMP_SET_MODE_FILTER, flags, &program);
	return ret < 0 ? -errno : (int)ret;
}

static int open_denied(int argc, char **argv)
{
	(void)argc;
	if (filter_openat(0, SECCOMP_RET_ERRNO | EPERM) < 0)
		return SKIPPED;
	/* Nobody but us reads the name, and on arm64 no one else can before we have, after a fork. */
	(void)*(volatile const char *)argv[1];
	return syscall(SYS_openat, AT_FDCWD, argv[1], O_RDONLY, 0) < 0 && errno == EPERM ? 0 :
											   EINVAL;
}

/* seccomp_denied MARK FILE: the call never begins, and is refused all the same. */
static int seccomp_denied(int argc, char **argv)
{
	int err = in_child(open_denied, argc, argv);

	return err == SKIPPED ? skip("no seccomp") : err;
}

/* The child: its listener goes to the parent, then it opens a decoy. */
static int supervised(int to, const char *file)
{
	int listener = filter_openat(SECCOMP_FILTER_FLAG_NEW_LISTENER, SECCOMP_RET_USER_NOTIF);

	if (listener < 0)
		return SKIPPED;
	if (write(to, &listener, sizeof(listener)) != sizeof(listener))
		return EIO;
	return -is_file((int)syscall(SYS_openat, AT_FDCWD, "/decoy", O_RDONLY, 0), file);
}

/* inj_seccomp_notify MARK FILE: a supervisor answers the call with a file of its choice. */
static int inj_seccomp_notify(int argc, char **argv)
{
	struct seccomp_notif request;
	struct seccomp_notif_addfd answer = { .flags = SECCOMP_ADDFD_FLAG_SEND };
	int pipes[2];
	int theirs;
	int listener;
	pid_t pid;

	(void)argc;
	if (pipe(pipes))
		return -errno;
	pid = fork();
	if (pid == 0)
		_exit(supervised(pipes[1], argv[1]));
	(void)close(pipes[1]);
	if (read(pipes[0], &theirs, sizeof(theirs)) != sizeof(theirs)) {
		(void)wait_status(pid);
		return skip("no seccomp listener");
	}
	listener = (int)syscall(SYS_pidfd_getfd, syscall(SYS_pidfd_open, pid, 0), theirs, 0);
	memset(&request, 0, sizeof(request));
	if (listener < 0 || ioctl(listener, SECCOMP_IOCTL_NOTIF_RECV, &request))
		return victim_ended(pid, failure());
	answer.id = request.id;
	answer.srcfd = (uint32_t)open(argv[1], O_RDONLY | O_CLOEXEC);
	if (ioctl(listener, SECCOMP_IOCTL_NOTIF_ADDFD, &answer) < 0)
		return victim_ended(pid, errno == EINVAL ? skip("no ADDFD_SEND") : -errno);
	return -wait_status(pid);
}

static int send_signal(const char *how, pid_t pid, int number)
{
	if (strcmp(how, "kill") == 0)
		return kill(pid, number);
	if (strcmp(how, "tgkill") == 0)
		return (int)syscall(SYS_tgkill, pid, pid, number);
	if (strcmp(how, "pidfd") == 0)
		return (int)syscall(SYS_pidfd_send_signal, syscall(SYS_pidfd_open, pid, 0), number,
				    NULL, 0);
	return sigqueue(pid, number, (union sigval){ 0 });
}

/* tamper_signal MARK HOW SIGNAL */
static int tamper_signal(int argc, char **argv)
{
	int number = atoi(argv[2]);
	pid_t pid = make_victim();
	int status;

	(void)argc;
	if (send_signal(argv[1], pid, number)) {
		int err = failure();

		(void)victim_ended(pid, -ECHILD);
		return err;
	}
	if (!number)
		(void)kill(pid, SIGTERM);
	return waitpid(pid, &status, 0) == pid && WIFSIGNALED(status) ? 0 : -ECHILD;
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int make_map(const char *name)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_type = BPF_MAP_TYPE_ARRAY;
	attr.key_size = 4;
	attr.value_size = 4;
	attr.max_entries = 1;
	(void)strncpy(attr.map_name, name, sizeof(attr.map_name) - 1);
	return (int)bpf(BPF_MAP_CREATE, &attr);
}

/* tamper_bpf MARK: get at a map by its id, as one would at the monitor's. */
static int tamper_bpf(int argc, char **argv)
{
	struct bpf_map_info info;
	union bpf_attr attr;
	int map = make_map("bw_test");

	(void)argc;
	(void)argv;
	if (map < 0)
		return errno == EPERM ? skip("bpf is not allowed") : failure();
	memset(&info, 0, sizeof(info));
	memset(&attr, 0, sizeof(attr));
	attr.info.bpf_fd = (uint32_t)map;
	attr.info.info_len = sizeof(info);
	attr.info.info = (uintptr_t)&info;
	if (bpf(BPF_OBJ_GET_INFO_BY_FD, &attr))
		return -errno;
	memset(&attr, 0, sizeof(attr));
	attr.map_id = info.id;
	return bpf(BPF_MAP_GET_FD_BY_ID, &attr) < 0 ? -errno : 0;
}

static int bpf_map(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return make_map("bw_test") < 0 ? (errno == EPERM ? skip("bpf is not allowed") : failure()) :
					 0;
}

/* A socket filter that takes all. */
static int bpf_load(int argc, char **argv)
{
	static const struct bpf_insn code[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 1 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	static const char license[] = "GPL";
	union bpf_attr attr;

	(void)argc;
	(void)argv;
	memset(&attr, 0, sizeof(attr));
	attr.prog_type = BPF_PROG_TYPE_SOCKET_FILTER;
	attr.insns = (uintptr_t)code;
	attr.insn_cnt = 2;
	attr.license = (uintptr_t)license;
	return bpf(BPF_PROG_LOAD, &attr) < 0 ?
		       (errno == EPERM ? skip("bpf is not allowed") : failure()) :
		       0;
}

static int perf_open(int argc, char **argv)
{
	struct perf_event_attr attr;

	(void)argc;
	(void)argv;
	memset(&attr, 0, sizeof(attr));
	attr.size = sizeof(attr);
	attr.type = PERF_TYPE_SOFTWARE;
	attr.config = PERF_COUNT_SW_DUMMY;
	attr.exclude_kernel = 1;
	if (syscall(SYS_perf_event_open, &attr, 0, -1, -1, 0) >= 0)
		return 0;
	return errno == EACCES || errno == EPERM ? skip("perf is not allowed") : failure();
}

static int uffd_open(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (syscall(SYS_userfaultfd, O_CLOEXEC) >= 0)
		return 0;
	return errno == EPERM ? skip("userfaultfd is not allowed") : failure();
}

static int key_add(int argc, char **argv)
{
	(void)argc;
	if (syscall(SYS_add_key, "user", argv[0], "secret", 6, -1 /* of the thread */) >= 0)
		return 0;
	return errno == EPERM ? skip("keys are not allowed") : failure();
}

const struct attack inject_attacks[] = {
	{ "inj_ptrace", 0, inj_ptrace },
	{ "inj_ptrace_seize", 0, inj_ptrace_seize },
	{ "inj_traceme", 0, inj_traceme },
	{ "inj_vm_writev", 0, inj_vm_writev },
	{ "inj_proc_mem", 0, inj_proc_mem },
	{ "inj_pidfd_getfd", 1, inj_pidfd_getfd },
	{ "inj_seccomp_notify", 1, inj_seccomp_notify },
	{ "seccomp_denied", 1, seccomp_denied },
	{ "tamper_signal", 2, tamper_signal },
	{ "tamper_bpf", 0, tamper_bpf },
	{ "bpf_map", 0, bpf_map },
	{ "bpf_load", 0, bpf_load },
	{ "perf_open", 0, perf_open },
	{ "uffd_open", 0, uffd_open },
	{ "key_add", 0, key_add },
	{ NULL, 0, NULL },
};
