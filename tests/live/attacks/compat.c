// SPDX-License-Identifier: Apache-2.0

/*
 * The 32-bit door: int $0x80 from a 64-bit program, and programs that are 32-bit as a whole.
 * Numbers are i386's; pointers must lie below 4 GiB.
 */
#include "attacks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#if defined(__x86_64__)

enum {
	NR_OPEN = 5,
	NR_CREAT = 8,
	NR_EXECVE = 11,
	NR_GETPID = 20,
	NR_SETUID = 213, /* setuid32 */
	NR_SOCKETCALL = 102,
	NR_OPENAT = 295,
	CALL_SOCKET = 1,
	CALL_CONNECT = 3,
	CALL_SENDTO = 11,
};

#define LOW_BYTES 8192

static long int80(long nr, const void *a, uintptr_t b, uintptr_t c)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c)
			 : "memory", "r8", "r9", "r10", "r11");
	return ret;
}

static int ask_for_pid(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return int80(NR_GETPID, NULL, 0, 0) == getpid() ? 0 : EINVAL;
}

/* A page that int80 can point to; NULL where the kernel has no such door. */
static char *low_page(void)
{
	char *low;

	if (in_child(ask_for_pid, 0, NULL)) {
		(void)skip("the kernel runs no 32-bit calls");
		return NULL;
	}
	low = mmap(NULL, LOW_BYTES, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
		   -1, 0);
	if (low == MAP_FAILED) {
		(void)skip("no memory below 4 GiB");
		return NULL;
	}
	return low;
}

static int result32(long ret)
{
	return ret < 0 ? (int)ret : 0;
}

static int is_file32(long ret, const char *path)
{
	return ret < 0 ? (int)ret : is_file((int)ret, path);
}

static int open_int80(int argc, char **argv)
{
	char *low = low_page();

	(void)argc;
	if (!low)
		return SKIPPED;
	(void)strncpy(low, argv[1], LOW_BYTES - 1);
	return is_file32(int80(NR_OPEN, low, O_RDONLY, 0), argv[1]);
}

static int open_int80_openat(int argc, char **argv)
{
	char *low = low_page();

	(void)argc;
	if (!low)
		return SKIPPED;
	(void)strncpy(low, argv[1], LOW_BYTES - 1);
	return is_file32(int80(NR_OPENAT, (void *)(intptr_t)AT_FDCWD, (uintptr_t)low, O_RDONLY),
			 argv[1]);
}

static int open_int80_creat(int argc, char **argv)
{
	char *low = low_page();

	(void)argc;
	if (!low)
		return SKIPPED;
	(void)strncpy(low, argv[1], LOW_BYTES - 1);
	return is_file32(int80(NR_CREAT, low, 0644, 0), argv[1]);
}

static int exec_int80(int argc, char **argv)
{
	char *low = low_page();
	uint32_t *vector;
	pid_t pid;

	(void)argc;
	if (!low)
		return SKIPPED;
	(void)strcpy(low, self_path());
	(void)strcpy(low + 4096, "payload");
	(void)strncpy(low + 4200, argv[0], 200);
	vector = (uint32_t *)(void *)(low + 5000);
	vector[0] = (uint32_t)(uintptr_t)low;
	vector[1] = (uint32_t)(uintptr_t)(low + 4096);
	vector[2] = (uint32_t)(uintptr_t)(low + 4200);
	pid = fork();
	if (pid == 0) {
		(void)int80(NR_EXECVE, low, (uintptr_t)vector, 0);
		_exit(1);
	}
	return payload_ended(pid);
}

/* An AF_INET socket by socketcall, and the address behind the arguments. */
static long socket32(char *low, int type, char **argv)
{
	uint32_t *args = (uint32_t *)(void *)low;
	struct sockaddr_in *to = (struct sockaddr_in *)(void *)(low + 64);

	args[0] = AF_INET;
	args[1] = (uint32_t)type;
	args[2] = 0;
	to->sin_family = AF_INET;
	to->sin_port = htons((uint16_t)atoi(argv[2]));
	if (inet_pton(AF_INET, argv[1], &to->sin_addr) != 1)
		return -EINVAL;
	return int80(NR_SOCKETCALL, (void *)(uintptr_t)CALL_SOCKET, (uintptr_t)args, 0);
}

static int connect_int80(int argc, char **argv)
{
	char *low = low_page();
	uint32_t *args = (uint32_t *)(void *)low;
	long fd;
	long ret;

	(void)argc;
	if (!low)
		return SKIPPED;
	fd = socket32(low, SOCK_STREAM, argv);
	if (fd < 0)
		return (int)fd;
	args[0] = (uint32_t)fd;
	args[1] = (uint32_t)(uintptr_t)(low + 64);
	args[2] = sizeof(struct sockaddr_in);
	ret = int80(NR_SOCKETCALL, (void *)(uintptr_t)CALL_CONNECT, (uintptr_t)args, 0);
	return ret == -ECONNREFUSED ? 0 : result32(ret);
}

static int sendto_int80(int argc, char **argv)
{
	char *low = low_page();
	uint32_t *args = (uint32_t *)(void *)low;
	long fd;

	(void)argc;
	if (!low)
		return SKIPPED;
	fd = socket32(low, SOCK_DGRAM, argv);
	if (fd < 0)
		return (int)fd;
	args[0] = (uint32_t)fd;
	args[1] = (uint32_t)(uintptr_t)(low + 128);
	args[2] = 4;
	args[3] = 0;
	args[4] = (uint32_t)(uintptr_t)(low + 64);
	args[5] = sizeof(struct sockaddr_in);
	return result32(int80(NR_SOCKETCALL, (void *)(uintptr_t)CALL_SENDTO, (uintptr_t)args, 0));
}

/* As user 1000: it must be refused. */
static int setuid_int80(int argc, char **argv)
{
	long ret;

	(void)argc;
	if (!low_page())
		return SKIPPED;
	if (setresuid(1000, 1000, 1000))
		return -errno;
	ret = int80(NR_SETUID, (void *)(uintptr_t)atoi(argv[1]), 0, 0);
	return ret == (atoi(argv[1]) == 1000 ? 0 : -EPERM) ? 0 : -EINVAL;
}

#else

static int no_door(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return skip("int $0x80 is of x86-64");
}
#define open_int80        no_door
#define open_int80_openat no_door
#define open_int80_creat  no_door
#define exec_int80        no_door
#define connect_int80     no_door
#define sendto_int80      no_door
#define setuid_int80      no_door

#endif

/* run_m32 MARK STATUS PROGRAM ARGS...: a 32-bit program, which ends with that status. */
static int run_m32(int argc, char **argv)
{
	pid_t pid = fork();
	int status;

	(void)argc;
	if (pid == 0) {
		(void)execv(argv[2], argv + 2);
		_exit(errno == ENOEXEC || errno == ENOENT ? SKIPPED : 127);
	}
	status = wait_status(pid);
	if (status == SKIPPED)
		return skip("the machine builds or runs no 32-bit programs");
	return status == atoi(argv[1]) ? 0 : -ECHILD;
}

const struct attack compat_attacks[] = {
	{ "open_int80", 1, open_int80 },
	{ "open_int80_openat", 1, open_int80_openat },
	{ "open_int80_creat", 1, open_int80_creat },
	{ "exec_int80", 0, exec_int80 },
	{ "connect_int80", 2, connect_int80 },
	{ "sendto_int80", 2, sendto_int80 },
	{ "setuid_int80", 1, setuid_int80 },
	{ "run_m32", 2, run_m32 },
	{ NULL, 0, NULL },
};
