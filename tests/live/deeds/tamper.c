// SPDX-License-Identifier: Apache-2.0

/*
 * What root does to a monitor: "tamper DEED PID", where the process has to be the caller's to
 * harm.  Only objects that this process holds are touched, told by its own fdinfo.
 *
 *   ring PID MS       each ring's reader is moved to where the writers are, again and again
 *   empty PID         every entry of its maps is deleted or overwritten; fails if any was
 *   unhook PID NAME   it is made to close its links to the raw tracepoint NAME
 *   hidden PID        its maps are taken, by a command that has more in its register than the kernel takes
 *   signal|queue|pidfd|procfd|trace|read|write|mem|getfd PID
 *                     a harmless SIGCONT, by the first four; a look at the process, by the others
 *   traceme PID       a call that does not look at the number
 */
#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <sys/user.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#ifndef SYS_pidfd_getfd
#define SYS_pidfd_getfd 438
#endif

#define SYSCALL_INSN 0x050f /* x86-64 */
#define TEXT_MAX     4096
#define KEY_MAX      4096
#define VALUE_MAX    (8U << 20) /* more than the largest value of any map */

/* Of a descriptor that stands for a BPF object. */
struct object {
	int fd; /* in that process */
	unsigned int map_id;
	unsigned int map_type;
	char tracepoint[64]; /* of a link */
};

typedef int object_fn(const struct object *object, void *arg);

static int failed(const char *what)
{
	fprintf(stderr, "tamper: %s: %s\n", what, strerror(errno));
	return 1;
}

static void read_object(int pid, int fd, struct object *out)
{
	char path[64];
	char line[TEXT_MAX];
	FILE *file;

	memset(out, 0, sizeof(*out));
	out->fd = fd;
	snprintf(path, sizeof(path), "/proc/%d/fdinfo/%d", pid, fd);
	file = fopen(path, "r");
	if (!file)
		return;
	while (fgets(line, sizeof(line), file)) {
		(void)sscanf(line, "map_id: %u", &out->map_id);
		(void)sscanf(line, "map_type: %u", &out->map_type);
		(void)sscanf(line, "tp_name: %63s", out->tracepoint);
	}
	fclose(file);
}

/* Each BPF object that the process holds. */
static int each_object(int pid, object_fn *visit, void *arg)
{
	struct dirent *item;
	char path[64];
	int status = 0;
	DIR *dir;

	snprintf(path, sizeof(path), "/proc/%d/fd", pid);
	dir = opendir(path);
	if (!dir)
		return failed(path);
	while ((item = readdir(dir))) {
		struct object object;

		if (item->d_name[0] == '.')
			continue;
		read_object(pid, atoi(item->d_name), &object);
		status |= visit(&object, arg);
	}
	closedir(dir);
	return status;
}

static long bpf(int command, union bpf_attr *attr)
{
	return syscall(SYS_bpf, command, attr, sizeof(*attr));
}

static int open_map(unsigned int id)
{
	union bpf_attr attr;

	memset(&attr, 0, sizeof(attr));
	attr.map_id = id;
	return (int)bpf(BPF_MAP_GET_FD_BY_ID, &attr);
}

struct rings {
	unsigned long *consumer[8];
	unsigned long *producer[8];
	int n;
};

static int take_ring(const struct object *object, void *arg)
{
	struct rings *rings = arg;
	long page = sysconf(_SC_PAGESIZE);
	int fd;

	if (object->map_type != BPF_MAP_TYPE_RINGBUF || rings->n == 8)
		return 0;
	fd = open_map(object->map_id);
	if (fd < 0)
		return failed("BPF_MAP_GET_FD_BY_ID");
	rings->consumer[rings->n] = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, fd, 0);
	rings->producer[rings->n] = mmap(NULL, page, PROT_READ, MAP_SHARED, fd, page);
	if (rings->consumer[rings->n] == MAP_FAILED || rings->producer[rings->n] == MAP_FAILED)
		return failed("mmap");
	rings->n++;
	return 0;
}

static int tamper_ring(int pid, const char *milliseconds)
{
	const struct timespec pause = { .tv_nsec = 200000 };
	struct rings rings = { .n = 0 };
	struct timespec now;
	struct timespec start;

	if (each_object(pid, take_ring, &rings) || rings.n == 0)
		return 1;
	clock_gettime(CLOCK_MONOTONIC, &start);
	do {
		for (int i = 0; i < rings.n; i++)
			*(volatile unsigned long *)rings.consumer[i] =
				*(volatile unsigned long *)rings.producer[i];
		nanosleep(&pause, NULL);
		clock_gettime(CLOCK_MONOTONIC, &now);
	} while ((now.tv_sec - start.tv_sec) * 1000 + (now.tv_nsec - start.tv_nsec) / 1000000 <
		 atol(milliseconds));
	return 0;
}

struct emptied {
	unsigned int n_maps;
	unsigned int n_changed;
};

static int empty_map(const struct object *object, void *arg)
{
	static char value[VALUE_MAX];
	static char key[KEY_MAX];
	struct emptied *emptied = arg;
	union bpf_attr attr;
	int fd;

	if (!object->map_id || object->map_type == BPF_MAP_TYPE_RINGBUF)
		return 0;
	fd = open_map(object->map_id);
	if (fd < 0)
		return failed("BPF_MAP_GET_FD_BY_ID");
	emptied->n_maps++;
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.next_key = (uint64_t)(uintptr_t)key;
	if (bpf(BPF_MAP_GET_NEXT_KEY, &attr)) /* an empty one: key 0 will do */
		memset(key, 0, sizeof(key));
	memset(&attr, 0, sizeof(attr));
	attr.map_fd = fd;
	attr.key = (uint64_t)(uintptr_t)key;
	emptied->n_changed += bpf(BPF_MAP_DELETE_ELEM, &attr) == 0;
	attr.value = (uint64_t)(uintptr_t)value;
	emptied->n_changed += bpf(BPF_MAP_UPDATE_ELEM, &attr) == 0;
	close(fd);
	return 0;
}

static int tamper_empty(int pid)
{
	struct emptied emptied = { 0, 0 };
	int status = each_object(pid, empty_map, &emptied);

	printf("%u maps, %u changes\n", emptied.n_maps, emptied.n_changed);
	return status || emptied.n_maps == 0 || emptied.n_changed > 0;
}

static int take_hidden(const struct object *object, void *arg)
{
	union bpf_attr attr;
	int *n_taken = arg;

	if (!object->map_id)
		return 0;
	memset(&attr, 0, sizeof(attr));
	attr.map_id = object->map_id;
	if (syscall(SYS_bpf, 0x100000000L | BPF_MAP_GET_FD_BY_ID, &attr, sizeof(attr)) < 0)
		return failed("BPF_MAP_GET_FD_BY_ID");
	++*n_taken;
	return 0;
}

static int tamper_hidden(int pid)
{
	int n_taken = 0;

	return each_object(pid, take_hidden, &n_taken) || n_taken == 0;
}

#if defined(__x86_64__)
struct unhook {
	int pid;
	const char *tracepoint;
	struct user_regs_struct regs;
	int n_closed;
};

/* The tracee stands behind a system call instruction: have it make another. */
static int close_link(const struct object *object, void *arg)
{
	struct unhook *unhook = arg;
	struct user_regs_struct regs = unhook->regs;
	int status;

	if (strcmp(object->tracepoint, unhook->tracepoint) != 0)
		return 0;
	regs.rip -= 2;
	regs.rax = SYS_close;
	regs.orig_rax = -1ULL; /* nothing to restart */
	regs.rdi = object->fd;
	if (ptrace(PTRACE_SETREGS, unhook->pid, NULL, &regs) ||
	    ptrace(PTRACE_SINGLESTEP, unhook->pid, NULL, NULL) ||
	    waitpid(unhook->pid, &status, 0) != unhook->pid ||
	    ptrace(PTRACE_GETREGS, unhook->pid, NULL, &regs))
		return failed("ptrace");
	unhook->n_closed += regs.rax == 0;
	return 0;
}

/* Stop it where it waits in a system call: it does most of the time. */
static int stop_in_call(struct unhook *unhook)
{
	const struct timespec pause = { .tv_nsec = 1000000 };
	int pid = unhook->pid;

	for (int i = 0; i < 1000; i++) {
		int status;

		if (ptrace(PTRACE_ATTACH, pid, NULL, NULL) || waitpid(pid, &status, 0) != pid ||
		    ptrace(PTRACE_GETREGS, pid, NULL, &unhook->regs))
			return failed("ptrace");
		if ((ptrace(PTRACE_PEEKTEXT, pid, (void *)(unhook->regs.rip - 2), NULL) & 0xffff) ==
		    SYSCALL_INSN)
			return 0;
		if (ptrace(PTRACE_DETACH, pid, NULL, NULL))
			return failed("ptrace");
		nanosleep(&pause, NULL);
	}
	return 1;
}

static int tamper_unhook(int pid, const char *tracepoint)
{
	struct unhook unhook = { .pid = pid, .tracepoint = tracepoint };
	int status;

	if (stop_in_call(&unhook))
		return 1;
	status = each_object(pid, close_link, &unhook);
	if (ptrace(PTRACE_SETREGS, pid, NULL, &unhook.regs) ||
	    ptrace(PTRACE_DETACH, pid, NULL, NULL))
		return failed("ptrace");
	return status || unhook.n_closed == 0;
}
#else
static int tamper_unhook(int pid, const char *tracepoint)
{
	(void)pid;
	(void)tracepoint;
	return 77;
}
#endif

static int look(int pid, const char *how)
{
	struct iovec here = { &pid, 0 };
	struct iovec there = { NULL, 0 };
	char path[64];
	int pidfd = (int)syscall(SYS_pidfd_open, pid, 0);
	siginfo_t info = { .si_code = SI_QUEUE };
	long ret = -1;

	if (!strcmp(how, "signal"))
		ret = kill(pid, SIGCONT);
	else if (!strcmp(how, "queue"))
		ret = syscall(SYS_rt_sigqueueinfo, pid, SIGCONT, &info);
	else if (!strcmp(how, "pidfd"))
		ret = syscall(SYS_pidfd_send_signal, pidfd, SIGCONT, NULL, 0);
	else if (!strcmp(how, "procfd")) {
		snprintf(path, sizeof(path), "/proc/%d", pid);
		ret = syscall(SYS_pidfd_send_signal, open(path, O_RDONLY), SIGCONT, NULL, 0);
	} else if (!strcmp(how, "getfd"))
		ret = syscall(SYS_pidfd_getfd, pidfd, 2, 0);
	else if (!strcmp(how, "trace"))
		ret = ptrace(PTRACE_SEIZE, pid, NULL, NULL);
	else if (!strcmp(how, "traceme"))
		ret = ptrace(PTRACE_TRACEME, pid, NULL, NULL);
	else if (!strcmp(how, "read"))
		ret = process_vm_readv(pid, &here, 1, &there, 1, 0);
	else if (!strcmp(how, "write"))
		ret = process_vm_writev(pid, &here, 1, &there, 1, 0);
	else if (!strcmp(how, "mem")) {
		snprintf(path, sizeof(path), "/proc/%d/mem", pid);
		ret = open(path, O_RDWR);
	}
	return ret < 0 ? failed(how) : 0;
}

int main(int argc, char **argv)
{
	if (argc < 3)
		return 2;
	if (!strcmp(argv[1], "ring") && argc > 3)
		return tamper_ring(atoi(argv[2]), argv[3]);
	if (!strcmp(argv[1], "empty"))
		return tamper_empty(atoi(argv[2]));
	if (!strcmp(argv[1], "hidden"))
		return tamper_hidden(atoi(argv[2]));
	if (!strcmp(argv[1], "unhook") && argc > 3)
		return tamper_unhook(atoi(argv[2]), argv[3]);
	return look(atoi(argv[2]), argv[1]);
}
