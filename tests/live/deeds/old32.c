// SPDX-License-Identifier: Apache-2.0

/*
 * usage: old32 connect IPV4 PORT [MARK] | setuid UID [MARK] | setresuid UID UID UID [MARK]
 *
 * Calls that only i386 has: connect by way of socketcall(2), and set*id with ids of 16 bits.
 * Prints nothing; the exit status is the errno, or 100 for bad usage.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <unistd.h>

#define EXIT_USAGE 100

enum { CALL_SOCKET = 1, CALL_CONNECT = 3 }; /* include/uapi/linux/net.h */

static long number(const char *text)
{
	return strtol(text, NULL, 0);
}

static long connect_by_socketcall(const char *ip, const char *port)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_port = htons((uint16_t)number(port)),
	};
	unsigned long socket_args[] = { AF_INET, SOCK_STREAM, 0 };
	unsigned long connect_args[] = { 0, (unsigned long)&address, sizeof(address) };
	long fd;

	if (inet_pton(AF_INET, ip, &address.sin_addr) != 1)
		_exit(EXIT_USAGE);
	fd = syscall(SYS_socketcall, CALL_SOCKET, socket_args);
	if (fd < 0)
		return fd;
	connect_args[0] = (unsigned long)fd;
	return syscall(SYS_socketcall, CALL_CONNECT, connect_args);
}

int main(int argc, char **argv)
{
	long ret;

	if (argc > 3 && strcmp(argv[1], "connect") == 0)
		ret = connect_by_socketcall(argv[2], argv[3]);
	else if (argc > 2 && strcmp(argv[1], "setuid") == 0)
		ret = syscall(SYS_setuid, number(argv[2]));
	else if (argc > 4 && strcmp(argv[1], "setresuid") == 0)
		ret = syscall(SYS_setresuid, number(argv[2]), number(argv[3]), number(argv[4]));
	else
		return EXIT_USAGE;
	return ret < 0 ? errno : 0;
}
