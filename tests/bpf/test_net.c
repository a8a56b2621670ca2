// SPDX-License-Identifier: Apache-2.0

/*
 * Where packets go, as the programs report it.  Each deed has a network namespace of
 * its own with nothing but loopback.  Root.
 */
#include "watch.h"

#include <arpa/inet.h>
#include <net/ethernet.h>
#include <net/if.h>
#include <netinet/ip.h>
#include <netinet/ip_icmp.h>
#include <netinet/tcp.h>
#include <netinet/udp.h>
#include <netpacket/packet.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/socket.h>

#ifndef IPPROTO_MPTCP
#define IPPROTO_MPTCP 262
#endif

#define N_MESSAGES    64
#define PORT          5353
#define PROTOCOL_TEST 253 /* RFC 3692 */
#define ETHER_TEST    0x88b5 /* IEEE 802 local experimental */

static int enter_net(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) || close(fd) ? -1 : 0;
}

union address {
	struct sockaddr any;
	struct sockaddr_in v4;
	struct sockaddr_in6 v6;
	struct sockaddr_ll ll;
};

static socklen_t fill_address(union address *out, const char *text, uint16_t port)
{
	memset(out, 0, sizeof(*out));
	if (strchr(text, ':')) {
		out->v6.sin6_family = AF_INET6;
		out->v6.sin6_port = htons(port);
		return inet_pton(AF_INET6, text, &out->v6.sin6_addr) == 1 ? sizeof(out->v6) : 0;
	}
	out->v4.sin_family = AF_INET;
	out->v4.sin_port = htons(port);
	return inet_pton(AF_INET, text, &out->v4.sin_addr) == 1 ? sizeof(out->v4) : 0;
}

static void assert_addr(const struct bw_addr *addr, const char *text, uint16_t port)
{
	char buf[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(addr->family, addr->addr, buf, sizeof(buf)));
	assert_string_equal(buf, text);
	assert_int_equal(addr->port, port);
}

/* The `nth` record of `call`. */
static const struct bw_syscall *call_record(const struct watch *w, uint16_t call, size_t nth)
{
	const struct bw_syscall *rec;

	for (size_t i = 0; (rec = watch_find(w, BW_EVENT_CALL, i)); i++) {
		if (rec->hdr.call == call && nth-- == 0)
			return rec;
	}
	return NULL;
}

static size_t count_calls(const struct watch *w, uint16_t call)
{
	size_t n = 0;

	while (call_record(w, call, n))
		n++;
	return n;
}

struct sending {
	const char *to;
	const char *remote; /* as told */
	bool connected;
	bool message; /* sendmsg */
};

static int send_datagram(const void *arg)
{
	const struct sending *s = arg;
	union address to;
	socklen_t len = fill_address(&to, s->to, PORT);
	static char hello[] = "hello";
	struct iovec iov = { .iov_base = hello, .iov_len = 5 };
	struct msghdr msg = {
		.msg_name = s->connected ? NULL : &to,
		.msg_namelen = s->connected ? 0 : len,
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	int fd;

	if (enter_net())
		return 1;
	fd = socket(to.any.sa_family, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	if (s->connected && connect(fd, &to.any, len))
		return 2;
	if (s->message)
		return sendmsg(fd, &msg, 0) != 5;
	return sendto(fd, "hello", 5, 0, msg.msg_name, msg.msg_namelen) != 5;
}

static void datagram_tells_where_it_went(void **state)
{
	static const struct sending rows[] = {
		{ "127.0.0.1", "127.0.0.1", false, false },
		{ "127.0.0.2", "127.0.0.2", true, false },
		{ "127.0.0.3", "127.0.0.3", false, true },
		{ "127.0.0.4", "127.0.0.4", true, true },
		{ "::1", "::1", false, false },
		{ "::1", "::1", true, true },
		{ "::ffff:127.0.0.5", "::ffff:127.0.0.5", false, true },
		/* To nobody is to ourselves. */
		{ "0.0.0.0", "127.0.0.1", false, false },
	};
	struct watch *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		uint16_t call = rows[i].message ? BW_CALL_SENDMSG : BW_CALL_SENDTO;
		const struct bw_syscall *rec;

		assert_int_equal(watch_deed(w, send_datagram, &rows[i]), 0);
		assert_int_equal(count_calls(w, call), 1);
		rec = call_record(w, call, 0);
		assert_int_equal(rec->hdr.ret, 5);
		assert_int_equal(rec->hdr.flags, 0);
		assert_addr(&rec->fd.remote, rows[i].remote, PORT);
		assert_true(rec->fd.local.port != 0);
		assert_int_equal(rec->fd.protocol, IPPROTO_UDP);
		assert_string_equal(watch_str(rec, rec->text[1]), "hello");
		assert_int_equal(!(rec->fd.flags & BW_FD_CHANGED), rows[i].connected);
	}
}

static int send_too_much(const void *arg)
{
	static char big[70000];
	union address to;
	socklen_t len = fill_address(&to, "127.0.0.7", PORT);
	int fd;

	(void)arg;
	big[0] = 'x'; /* a page that nobody has touched cannot be read */
	if (enter_net())
		return 1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return sendto(fd, big, sizeof(big), 0, &to.any, len) != -1 || errno != EMSGSIZE;
}

static void what_was_not_sent_is_a_claim(void **state)
{
	struct watch *w = *state;
	const struct bw_syscall *rec;

	assert_int_equal(watch_deed(w, send_too_much, NULL), 0);
	rec = call_record(w, BW_CALL_SENDTO, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.ret, -EMSGSIZE);
	assert_int_equal(rec->hdr.flags, BW_F_CLAIM);
	assert_addr(&rec->fd.remote, "127.0.0.7", PORT);
}

static int send_three(const void *arg)
{
	static const char *const to[] = { "127.0.0.1", "127.0.0.1", "127.0.0.2" };
	union address addr;
	int fd;

	(void)arg;
	if (enter_net())
		return 1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	for (size_t i = 0; i < sizeof(to) / sizeof(*to); i++) {
		socklen_t len = fill_address(&addr, to[i], PORT);

		if (sendto(fd, "x", 1, 0, &addr.any, len) != 1)
			return 2;
	}
	return 0;
}

static void another_peer_than_before_is_marked(void **state)
{
	static const bool changed[] = { true, false, true };
	struct watch *w = *state;

	assert_int_equal(watch_deed(w, send_three, NULL), 0);
	assert_int_equal(count_calls(w, BW_CALL_SENDTO), 3);
	for (size_t i = 0; i < sizeof(changed) / sizeof(*changed); i++)
		assert_int_equal(!!(call_record(w, BW_CALL_SENDTO, i)->fd.flags & BW_FD_CHANGED),
				 changed[i]);
}

static int send_many(const void *arg)
{
	static struct mmsghdr messages[N_MESSAGES];
	static struct iovec iov[N_MESSAGES];
	static char usual_text[] = "usual ";
	static char secret[] = "secret";
	union address usual;
	union address last;
	socklen_t len = fill_address(&usual, "127.0.0.1", PORT);
	int fd;

	(void)arg;
	(void)fill_address(&last, "127.0.0.99", PORT + 1);
	for (size_t i = 0; i < N_MESSAGES; i++) {
		bool is_last = i == N_MESSAGES - 1;

		iov[i].iov_base = is_last ? secret : usual_text;
		iov[i].iov_len = 6;
		messages[i].msg_hdr.msg_iov = &iov[i];
		messages[i].msg_hdr.msg_iovlen = 1;
		messages[i].msg_hdr.msg_name = is_last ? &last : &usual;
		messages[i].msg_hdr.msg_namelen = len;
	}
	if (enter_net())
		return 1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return sendmmsg(fd, messages, N_MESSAGES, 0) != N_MESSAGES;
}

static void each_destination_of_many_messages_is_told(void **state)
{
	struct watch *w = *state;
	const struct bw_syscall *rec;

	assert_int_equal(watch_deed(w, send_many, NULL), 0);
	assert_int_equal(count_calls(w, BW_CALL_SENDMMSG), 2);
	rec = call_record(w, BW_CALL_SENDMMSG, 0);
	assert_addr(&rec->fd.remote, "127.0.0.99", PORT + 1);
	assert_int_equal(rec->hdr.flags, 0);
	assert_int_equal(rec->hdr.ret, 6);
	assert_int_equal(rec->args[2], N_MESSAGES);
	assert_string_equal(watch_str(rec, rec->text[1]), "secret");
	assert_true(rec->fd.flags & BW_FD_CHANGED);
	assert_int_equal(rec->fd.protocol, IPPROTO_UDP);
	rec = call_record(w, BW_CALL_SENDMMSG, 1);
	assert_addr(&rec->fd.remote, "127.0.0.1", PORT);
	assert_int_equal(rec->hdr.flags, 0);
	assert_int_equal(rec->hdr.ret, N_MESSAGES);
	assert_string_equal(watch_str(rec, rec->text[1]), "usual ");
}

struct raw {
	int family;
	int protocol;
	const char *to;
};

static int send_raw(const void *arg)
{
	const struct raw *raw = arg;
	const struct icmphdr echo = { .type = ICMP_ECHO };
	union address to;
	socklen_t len = fill_address(&to, raw->to, 0);
	int fd;

	if (enter_net())
		return 1;
	fd = socket(raw->family, SOCK_RAW | SOCK_CLOEXEC, raw->protocol);
	if (fd < 0)
		return 2;
	return sendto(fd, &echo, sizeof(echo), 0, &to.any, len) != sizeof(echo);
}

static void raw_packet_tells_where_it_went(void **state)
{
	static const struct raw rows[] = {
		{ AF_INET, PROTOCOL_TEST, "127.0.0.9" },
		{ AF_INET, IPPROTO_ICMP, "127.0.0.10" },
		{ AF_INET6, IPPROTO_ICMPV6, "::1" },
	};
	struct watch *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_syscall *rec;

		assert_int_equal(watch_deed(w, send_raw, &rows[i]), 0);
		assert_int_equal(count_calls(w, BW_CALL_SENDTO), 1);
		rec = call_record(w, BW_CALL_SENDTO, 0);
		assert_int_equal(rec->hdr.flags, 0);
		assert_int_equal(rec->fd.sock_type, SOCK_RAW);
		assert_int_equal(rec->fd.protocol, rows[i].protocol);
		assert_addr(&rec->fd.remote, rows[i].to, 0);
	}
}

struct frame {
	struct ether_header eth;
	struct iphdr ip;
	struct udphdr udp;
} __attribute__((packed));

static struct frame make_frame(uint16_t type)
{
	struct frame frame = {
		.eth = { .ether_dhost = { 2, 0, 0, 0, 0, 7 }, .ether_type = htons(type) },
		.ip = { .version = 4, .ihl = 5, .ttl = 1, .protocol = IPPROTO_UDP },
		.udp = { .source = htons(1000), .dest = htons(53), .len = htons(8) },
	};

	frame.ip.tot_len = htons(sizeof(frame.ip) + sizeof(frame.udp));
	frame.ip.saddr = htonl(0x0a000001);
	frame.ip.daddr = htonl(0x0a010203);
	return frame;
}

struct framing {
	int type; /* SOCK_RAW: with its link header */
	uint16_t ether;
};

static int send_frame(const void *arg)
{
	const struct framing *framing = arg;
	struct frame frame = make_frame(framing->ether);
	size_t skip = framing->type == SOCK_DGRAM ? sizeof(frame.eth) : 0;
	struct sockaddr_ll to = {
		.sll_family = AF_PACKET,
		.sll_protocol = htons(framing->ether),
		.sll_halen = ETH_ALEN,
		.sll_addr = { 2, 0, 0, 0, 0, 7 },
	};
	ssize_t sent;
	int fd;

	if (enter_net())
		return 1;
	to.sll_ifindex = (int)if_nametoindex("lo");
	fd = socket(AF_PACKET, framing->type | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return 2;
	sent = sendto(fd, (const char *)&frame + skip, sizeof(frame) - skip, 0,
		      (const struct sockaddr *)&to, sizeof(to));
	return sent != (ssize_t)(sizeof(frame) - skip);
}

static void frame_tells_the_packet_inside(void **state)
{
	static const struct framing rows[] = {
		{ SOCK_RAW, ETHERTYPE_IP },
		{ SOCK_DGRAM, ETHERTYPE_IP },
	};
	struct watch *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_syscall *rec;

		assert_int_equal(watch_deed(w, send_frame, &rows[i]), 0);
		assert_int_equal(count_calls(w, BW_CALL_SENDTO), 1);
		rec = call_record(w, BW_CALL_SENDTO, 0);
		assert_int_equal(rec->hdr.flags, 0);
		assert_int_equal(rec->fd.family, AF_PACKET);
		assert_addr(&rec->fd.local, "10.0.0.1", 1000);
		assert_addr(&rec->fd.remote, "10.1.2.3", 53);
	}
}

static void frame_without_ip_tells_its_link_address(void **state)
{
	static const struct framing framing = { SOCK_RAW, ETHER_TEST };
	static const uint8_t to[ETH_ALEN] = { 2, 0, 0, 0, 0, 7 };
	struct watch *w = *state;
	const struct bw_syscall *rec;

	assert_int_equal(watch_deed(w, send_frame, &framing), 0);
	rec = call_record(w, BW_CALL_SENDTO, 0);
	assert_non_null(rec);
	assert_int_equal(rec->fd.remote.family, AF_PACKET);
	assert_memory_equal(rec->fd.remote.addr, to, sizeof(to));
	assert_int_equal(rec->fd.remote.port, ETHER_TEST);
	assert_int_equal(rec->fd.remote.scope, 1); /* loopback is the first */
}

/* A listener on a port of its own in a new namespace; returns the descriptor. */
static int listen_new(union address *at, socklen_t *len, int protocol)
{
	int fd;

	*len = fill_address(at, "127.0.0.1", PORT);
	if (enter_net())
		return -1;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, protocol);
	if (fd < 0 || bind(fd, &at->any, *len) || listen(fd, 1))
		return -1;
	return fd;
}

enum fast { FAST_SENDTO, FAST_SENDMSG, FAST_CONNECT };

static int open_fast(const void *arg)
{
	const enum fast *how = arg;
	static const int on = 1;
	union address to;
	socklen_t len;
	static char hello[] = "hello";
	struct iovec iov = { .iov_base = hello, .iov_len = 5 };
	struct msghdr msg = { .msg_name = &to, .msg_iov = &iov, .msg_iovlen = 1 };
	int fd;

	if (listen_new(&to, &len, 0) < 0)
		return 1;
	msg.msg_namelen = len;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (*how == FAST_SENDTO)
		return sendto(fd, "hello", 5, MSG_FASTOPEN, &to.any, len) != 5;
	if (*how == FAST_SENDMSG)
		return sendmsg(fd, &msg, MSG_FASTOPEN) != 5;
	if (setsockopt(fd, IPPROTO_TCP, TCP_FASTOPEN_CONNECT, &on, sizeof(on)))
		return 2;
	return connect(fd, &to.any, len) || write(fd, "hello", 5) != 5;
}

static void connection_begun_by_sending_is_told_once(void **state)
{
	static const struct {
		enum fast how;
		uint16_t call;
		int64_t ret;
	} rows[] = {
		{ FAST_SENDTO, BW_CALL_SENDTO, -EINPROGRESS },
		{ FAST_SENDMSG, BW_CALL_SENDMSG, -EINPROGRESS },
		{ FAST_CONNECT, BW_CALL_CONNECT, 0 },
	};
	struct watch *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_connect *rec;

		assert_int_equal(watch_deed(w, open_fast, &rows[i].how), 0);
		assert_int_equal(watch_count(w, BW_EVENT_CONNECT), 1);
		rec = watch_find(w, BW_EVENT_CONNECT, 0);
		assert_int_equal(rec->hdr.call, rows[i].call);
		assert_int_equal(rec->hdr.ret, rows[i].ret);
		assert_int_equal(rec->hdr.flags, 0);
		assert_int_equal(rec->sock_type, SOCK_STREAM);
		assert_addr(&rec->remote, "127.0.0.1", PORT);
	}
}

static int connect_multipath(const void *arg)
{
	const bool *listens = arg;
	union address to;
	socklen_t len;
	int listener = listen_new(&to, &len, IPPROTO_MPTCP);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, IPPROTO_MPTCP);

	if (fd < 0)
		return 200;
	if (listener < 0)
		return 1;
	if (!*listens)
		(void)close(listener);
	return (connect(fd, &to.any, len) == 0) != *listens;
}

static void multipath_connection_is_told_once(void **state)
{
	static const bool rows[] = { true, false };
	struct watch *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		int status = watch_deed(w, connect_multipath, &rows[i]);
		const struct bw_connect *rec;

		if (WEXITSTATUS(status) == 200) {
			watch_skip("no MPTCP");
			return;
		}
		assert_int_equal(status, 0);
		assert_int_equal(watch_count(w, BW_EVENT_CONNECT), 1);
		rec = watch_find(w, BW_EVENT_CONNECT, 0);
		assert_int_equal(rec->hdr.call, BW_CALL_CONNECT);
		assert_int_equal(rec->hdr.ret, rows[i] ? 0 : -ECONNREFUSED);
		assert_int_equal(rec->protocol, IPPROTO_MPTCP);
		assert_int_equal(rec->hdr.flags, 0);
		assert_addr(&rec->remote, "127.0.0.1", PORT);
	}
}

static int accept_one(const void *arg)
{
	union address at;
	union address from;
	socklen_t len;
	socklen_t from_len = sizeof(from);
	int listener = listen_new(&at, &len, 0);
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)arg;
	(void)fill_address(&from, "127.0.0.44", 4444);
	if (listener < 0 || bind(fd, &from.any, len) || connect(fd, &at.any, len))
		return 1;
	return accept4(listener, &from.any, &from_len, SOCK_CLOEXEC) < 0;
}

static void accepted_connection_tells_both_ends(void **state)
{
	struct watch *w = *state;
	const struct bw_syscall *rec;

	assert_int_equal(watch_deed(w, accept_one, NULL), 0);
	rec = call_record(w, BW_CALL_ACCEPT4, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.flags, 0);
	assert_addr(&rec->fd.local, "127.0.0.1", PORT);
	assert_addr(&rec->fd.remote, "127.0.0.44", 4444);
	rec = call_record(w, BW_CALL_LISTEN, 0);
	assert_non_null(rec);
	assert_addr(&rec->fd.local, "127.0.0.1", PORT);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(datagram_tells_where_it_went),
		cmocka_unit_test(what_was_not_sent_is_a_claim),
		cmocka_unit_test(another_peer_than_before_is_marked),
		cmocka_unit_test(each_destination_of_many_messages_is_told),
		cmocka_unit_test(raw_packet_tells_where_it_went),
		cmocka_unit_test(frame_tells_the_packet_inside),
		cmocka_unit_test(frame_without_ip_tells_its_link_address),
		cmocka_unit_test(connection_begun_by_sending_is_told_once),
		cmocka_unit_test(multipath_connection_is_told_once),
		cmocka_unit_test(accepted_connection_tells_both_ends),
	};

	return cmocka_run_group_tests(tests, watch_setup, watch_teardown);
}
