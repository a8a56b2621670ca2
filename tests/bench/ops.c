// SPDX-License-Identifier: Apache-2.0

/*
 * usage: ops -- print nanoseconds for each of the operations that the agent
 * watches, one "name ns" line each: the median of BATCHES batches.
 */
#include <arpa/inet.h>
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#define BATCHES 15

static uint64_t now_ns(void)
{
	struct timespec ts;

	clock_gettime(CLOCK_MONOTONIC, &ts);
	return (uint64_t)ts.tv_sec * 1000000000U + (uint64_t)ts.tv_nsec;
}

static void op_null(void)
{
	syscall(SYS_getppid);
}

static void op_open_read(void)
{
	close(open("/etc/hostname", O_RDONLY));
}

static void op_open_write(void)
{
	close(open("/tmp/.bpfwatch-bench", O_WRONLY | O_CREAT, 0600));
}

static void op_exec(void)
{
	pid_t pid = vfork();

	if (pid == 0) {
		execl("/bin/true", "true", NULL);
		_exit(127);
	}
	waitpid(pid, NULL, 0);
}

static void op_fork(void)
{
	pid_t pid = fork();

	if (pid == 0)
		_exit(0);
	waitpid(pid, NULL, 0);
}

static void op_udp_connect(void)
{
	static int fd = -1;
	struct sockaddr_in to = { .sin_family = AF_INET, .sin_port = htons(9) };

	to.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (fd < 0)
		fd = socket(AF_INET, SOCK_DGRAM, 0);
	if (connect(fd, (struct sockaddr *)&to, sizeof(to)))
		abort();
}

static void op_setresuid(void)
{
	if (setresuid(0, 0, 0))
		abort();
}

static int compare(const void *a, const void *b)
{
	const uint64_t *x = a;
	const uint64_t *y = b;

	return (*x > *y) - (*x < *y);
}

int main(void)
{
	static const struct {
		const char *name;
		void (*op)(void);
		unsigned int n;
	} ops[] = {
		{ "null", op_null, 20000 },
		{ "open_read", op_open_read, 3000 },
		{ "open_write", op_open_write, 3000 },
		{ "exec", op_exec, 40 },
		{ "fork", op_fork, 40 },
		{ "udp_connect", op_udp_connect, 3000 },
		{ "setresuid", op_setresuid, 5000 },
	};
	uint64_t batch[BATCHES];
	uint64_t start;

	for (size_t i = 0; i < sizeof(ops) / sizeof(ops[0]); i++) {
		for (int b = 0; b < BATCHES; b++) {
			start = now_ns();
			for (unsigned int n = 0; n < ops[i].n; n++)
				ops[i].op();
			batch[b] = (now_ns() - start) / ops[i].n;
		}
		qsort(batch, BATCHES, sizeof(batch[0]), compare);
		printf("%s %llu\n", ops[i].name, (unsigned long long)batch[BATCHES / 2]);
	}
	unlink("/tmp/.bpfwatch-bench");
	return 0;
}
