// SPDX-License-Identifier: Apache-2.0

/* Connections over loopback, as the programs report them.  Root. */
#include "watch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/netlink.h>
#include <sched.h>
#include <sys/socket.h>
#include <sys/un.h>

#include <linux/vm_sockets.h>

static char dir[] = "/tmp/bw-conn.XXXXXX";

/* Where to connect, and how. */
struct target {
	int type;
	int flags; /* of socket(2), or'ed to its type */
	union {
		struct sockaddr any;
		struct sockaddr_in v4;
		struct sockaddr_in6 v6;
		struct sockaddr_un un;
	} addr;
	socklen_t len;
};

static struct target inet_target(int type, const char *address, uint16_t port)
{
	struct target t = { .type = type };

	if (strchr(address, ':')) {
		t.addr.v6.sin6_family = AF_INET6;
		t.addr.v6.sin6_port = htons(port);
		assert_int_equal(inet_pton(AF_INET6, address, &t.addr.v6.sin6_addr), 1);
		t.len = sizeof(t.addr.v6);
	} else {
		t.addr.v4.sin_family = AF_INET;
		t.addr.v4.sin_port = htons(port);
		assert_int_equal(inet_pton(AF_INET, address, &t.addr.v4.sin_addr), 1);
		t.len = sizeof(t.addr.v4);
	}
	return t;
}

/* `name` as a path, or with a leading @ as an abstract name. */
static struct target unix_target(const char *name)
{
	struct target t = { .type = SOCK_STREAM };
	size_t len = strlen(name);

	t.addr.un.sun_family = AF_UNIX;
	assert_true(len < sizeof(t.addr.un.sun_path));
	memcpy(t.addr.un.sun_path, name, len + 1);
	t.len = sizeof(t.addr.un);
	if (name[0] == '@') {
		t.addr.un.sun_path[0] = '\0';
		t.len = (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len);
	}
	return t;
}

/* A listener for `t`; a port of 0 becomes the one it got. */
static int listen_at(struct target *t)
{
	int fd = socket(t->addr.any.sa_family, t->type | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	assert_int_equal(bind(fd, &t->addr.any, t->len), 0);
	if (t->type == SOCK_STREAM)
		assert_int_equal(listen(fd, 1), 0);
	if (t->addr.any.sa_family != AF_UNIX)
		assert_int_equal(getsockname(fd, &t->addr.any, &t->len), 0);
	return fd;
}

static uint16_t port_of(const struct target *t)
{
	return ntohs(t->addr.any.sa_family == AF_INET ? t->addr.v4.sin_port : t->addr.v6.sin6_port);
}

static int connect_to(const void *arg)
{
	const struct target *t = arg;
	int fd = socket(t->addr.any.sa_family, t->type | t->flags, 0);

	if (fd < 0)
		return 200;
	return connect(fd, &t->addr.any, t->len) ? errno : 0;
}

/* The record of a connect whose errno has to be `error`. */
static const struct bw_connect *connected(struct watch *w, const struct target *t, int error)
{
	int status = watch_deed(w, connect_to, t);
	const struct bw_connect *rec = watch_find(w, BW_EVENT_CONNECT, 0);

	assert_int_equal(WEXITSTATUS(status), error);
	assert_non_null(rec);
	assert_int_equal(watch_count(w, BW_EVENT_CONNECT), 1);
	assert_int_equal(rec->hdr.ret, -error);
	assert_int_equal(rec->hdr.call, BW_CALL_CONNECT);
	return rec;
}

static void assert_addr(const struct bw_addr *addr, const char *text, uint16_t port)
{
	char buf[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(addr->family, addr->addr, buf, sizeof(buf)));
	assert_string_equal(buf, text);
	if (port)
		assert_int_equal(addr->port, port);
	else
		assert_true(addr->port != 0);
}

static void both_ends_come_from_the_socket(void **state)
{
	static const struct {
		const char *address;
		const char *local;
		int type;
		int protocol;
	} rows[] = {
		{ "127.0.0.1", "127.0.0.1", SOCK_STREAM, IPPROTO_TCP },
		{ "127.0.0.1", "127.0.0.1", SOCK_DGRAM, IPPROTO_UDP },
		{ "::1", "::1", SOCK_STREAM, IPPROTO_TCP },
		{ "::1", "::1", SOCK_DGRAM, IPPROTO_UDP },
	};

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct target t = inet_target(rows[i].type, rows[i].address, 0);
		int listener = listen_at(&t);
		const struct bw_connect *rec = connected(*state, &t, 0);

		assert_int_equal(rec->family, t.addr.any.sa_family);
		assert_int_equal(rec->sock_type, rows[i].type);
		assert_int_equal(rec->protocol, rows[i].protocol);
		assert_int_equal(rec->hdr.flags, 0);
		assert_addr(&rec->remote, rows[i].address, port_of(&t));
		assert_addr(&rec->local, rows[i].local, 0);
		assert_int_equal(close(listener), 0);
	}
}

static void mapped_address_is_told_as_it_is(void **state)
{
	struct target v4 = inet_target(SOCK_STREAM, "127.0.0.1", 0);
	int listener = listen_at(&v4);
	struct target t = inet_target(SOCK_STREAM, "::ffff:127.0.0.1", port_of(&v4));
	const struct bw_connect *rec = connected(*state, &t, 0);

	assert_int_equal(rec->family, AF_INET6);
	assert_addr(&rec->remote, "::ffff:127.0.0.1", port_of(&v4));
	assert_int_equal(close(listener), 0);
}

/* The kernel has cleared the socket by then, and the caller could have changed its memory. */
static void refused_connection_tells_where_it_went(void **state)
{
	static const char *const addresses[] = { "127.0.0.1", "::1" };

	for (size_t i = 0; i < sizeof(addresses) / sizeof(*addresses); i++) {
		struct target t = inet_target(SOCK_STREAM, addresses[i], 0);
		int listener = listen_at(&t);
		const struct bw_connect *rec;

		assert_int_equal(close(listener), 0);
		rec = connected(*state, &t, ECONNREFUSED);
		assert_int_equal(rec->hdr.flags, 0);
		assert_addr(&rec->remote, addresses[i], port_of(&t));
	}
}

static int connect_broadcast(const void *arg)
{
	const struct target *t = arg;
	int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

	return connect(fd, &t->addr.any, t->len) ? errno : 0;
}

static void connection_that_never_began_is_a_claim(void **state)
{
	/* Broadcast: refused before anything is sent. */
	struct target t = inet_target(SOCK_STREAM, "255.255.255.255", 4321);
	struct watch *w = *state;
	const struct bw_connect *rec;

	assert_int_not_equal(watch_deed(w, connect_broadcast, &t), 0);
	rec = watch_find(w, BW_EVENT_CONNECT, 0);
	assert_non_null(rec);
	assert_true(rec->hdr.ret < 0);
	assert_int_equal(rec->hdr.flags, BW_F_CLAIM);
	assert_addr(&rec->remote, "255.255.255.255", 4321);
}

static int connect_and_dissolve(const void *arg)
{
	const struct target *t = arg;
	const struct sockaddr none = { .sa_family = AF_UNSPEC };
	int fd = socket(t->addr.any.sa_family, t->type | SOCK_CLOEXEC, 0);

	return connect(fd, &t->addr.any, t->len) || connect(fd, &none, sizeof(none));
}

static void dissolved_association_has_no_peer(void **state)
{
	static const struct {
		const char *address;
		int type;
	} rows[] = {
		{ "127.0.0.1", SOCK_DGRAM },
		{ "::1", SOCK_DGRAM },
		{ "127.0.0.1", SOCK_STREAM },
	};
	struct watch *w = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		struct target t = inet_target(rows[i].type, rows[i].address, 0);
		int listener = listen_at(&t);
		const struct bw_connect *rec;

		assert_int_equal(watch_deed(w, connect_and_dissolve, &t), 0);
		assert_int_equal(watch_count(w, BW_EVENT_CONNECT), 2);
		rec = watch_find(w, BW_EVENT_CONNECT, 0);
		assert_addr(&rec->remote, rows[i].address, port_of(&t));
		rec = watch_find(w, BW_EVENT_CONNECT, 1);
		assert_int_equal(rec->hdr.ret, 0);
		assert_int_equal(rec->hdr.flags, 0);
		assert_int_equal(rec->remote.family, 0);
		assert_int_equal(rec->remote.port, 0);
		assert_int_equal(close(listener), 0);
	}
}

static int connect_netlink(const void *arg)
{
	const struct sockaddr_nl kernel = { .nl_family = AF_NETLINK };
	int fd = socket(AF_NETLINK, SOCK_RAW | SOCK_CLOEXEC, 0);

	(void)arg;
	return connect(fd, (const struct sockaddr *)&kernel, sizeof(kernel));
}

static void family_without_addresses_tells_itself(void **state)
{
	struct watch *w = *state;
	const struct bw_connect *rec;

	assert_int_equal(watch_deed(w, connect_netlink, NULL), 0);
	rec = watch_find(w, BW_EVENT_CONNECT, 0);
	assert_non_null(rec);
	assert_int_equal(rec->family, AF_NETLINK);
	assert_int_equal(rec->remote.family, 0);
	assert_int_equal(rec->hdr.flags, 0);
}

/* To ourselves, where nobody listens; without a transport it is refused before that. */
static int connect_vsock(const void *arg)
{
	const struct sockaddr_vm addr = {
		.svm_family = AF_VSOCK,
		.svm_cid = VMADDR_CID_LOCAL,
		.svm_port = 0x12345,
	};
	int fd = socket(AF_VSOCK, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)arg;
	if (fd < 0)
		return 200;
	return connect(fd, (const struct sockaddr *)&addr, sizeof(addr)) == 0;
}

static void vsock_tells_cid_and_port(void **state)
{
	static const uint8_t cid[4] = { 0, 0, 0, VMADDR_CID_LOCAL };
	struct watch *w = *state;
	const struct bw_connect *rec;
	int status = watch_deed(w, connect_vsock, NULL);

	if (WEXITSTATUS(status) == 200) {
		watch_skip("no vsock");
		return;
	}
	assert_int_equal(status, 0);
	rec = watch_find(w, BW_EVENT_CONNECT, 0);
	assert_non_null(rec);
	assert_int_equal(rec->family, AF_VSOCK);
	assert_true(rec->hdr.ret < 0);
	assert_int_equal(rec->remote.family, AF_VSOCK);
	assert_memory_equal(rec->remote.addr, cid, sizeof(cid));
	assert_int_equal(rec->remote.scope, 0x12345);
}

static void connection_in_progress_is_a_connection(void **state)
{
	struct target t = inet_target(SOCK_STREAM, "::1", 0);
	int listener = listen_at(&t);
	const struct bw_connect *rec;

	/* A backlog of one is filled, so that the handshake has to wait. */
	for (int i = 0; i < 3; i++) {
		int fd = socket(AF_INET6, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

		(void)connect(fd, &t.addr.any, t.len);
	}
	t.flags = SOCK_NONBLOCK;
	rec = connected(*state, &t, EINPROGRESS);
	assert_int_equal(rec->hdr.flags, 0);
	assert_addr(&rec->remote, "::1", port_of(&t));
	assert_int_equal(close(listener), 0);
}

static void unix_socket_tells_its_canonical_path(void **state)
{
	char name[64];
	char link[80];
	char through[128];
	struct target t;
	const struct bw_connect *rec;
	int listener;

	(void)snprintf(name, sizeof(name), "%s/sock", dir);
	(void)snprintf(link, sizeof(link), "%s/link", dir);
	(void)snprintf(through, sizeof(through), "%s/../%s/sock", link, strrchr(dir, '/') + 1);
	assert_int_equal(symlink(dir, link), 0);
	t = unix_target(name);
	listener = listen_at(&t);
	(void)snprintf(through, sizeof(through), "%s/sock", link);
	t = unix_target(through);
	rec = connected(*state, &t, 0);
	assert_int_equal(rec->family, AF_UNIX);
	assert_int_equal(rec->hdr.flags, 0);
	assert_string_equal(watch_str(rec, rec->path), name);
	assert_string_equal(watch_str(rec, rec->given), through);
	assert_int_equal(close(listener), 0);

	/* Nobody listens any more. */
	rec = connected(*state, &t, ECONNREFUSED);
	assert_int_equal(rec->hdr.flags, BW_F_CLAIM);
	assert_int_equal(rec->path.off, 0);
	assert_string_equal(watch_str(rec, rec->given), through);
	assert_int_equal(unlink(name), 0);
	assert_int_equal(unlink(link), 0);
}

static void abstract_name_starts_with_an_at_sign(void **state)
{
	struct target t = unix_target("@bpfwatch-test-name");
	int listener = listen_at(&t);
	const struct bw_connect *rec = connected(*state, &t, 0);

	assert_string_equal(watch_str(rec, rec->given), "@bpfwatch-test-name");
	assert_int_equal(rec->path.off, 0);
	assert_int_equal(close(listener), 0);
}

static int connect_no_socket(const void *arg)
{
	const struct target *t = arg;
	int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	return connect(fd, &t->addr.any, t->len) == 0 || errno != ENOTSOCK;
}

static void file_that_is_no_socket_makes_no_event(void **state)
{
	struct target t = inet_target(SOCK_STREAM, "127.0.0.1", 1);
	struct watch *w = *state;

	assert_int_equal(watch_deed(w, connect_no_socket, &t), 0);
	assert_int_equal(watch_count(w, BW_EVENT_CONNECT), 0);
}

static int exec_on_socket(const void *arg)
{
	const struct target *t = arg;
	const char *const argv[] = { "/bin/true", NULL };
	int fd = socket(t->addr.any.sa_family, t->type, 0);

	if (fd < 0 || connect(fd, &t->addr.any, t->len) || dup2(fd, 0) < 0 || dup2(fd, 1) < 0)
		return 1;
	return watch_exec(argv);
}

static void exec_tells_a_socket_behind_standard_input(void **state)
{
	struct target t = inet_target(SOCK_STREAM, "127.0.0.1", 0);
	int listener = listen_at(&t);
	struct watch *w = *state;
	const struct bw_exec *rec;

	assert_int_equal(watch_deed(w, exec_on_socket, &t), 0);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_int_equal(rec->stdio[0].mode & S_IFMT, S_IFSOCK);
	assert_int_equal(rec->stdio[0].family, AF_INET);
	assert_int_equal(rec->stdio[1].protocol, IPPROTO_TCP);
	assert_int_equal(rec->stdio[2].family, 0);
	assert_addr(&rec->std_remote, "127.0.0.1", port_of(&t));
	assert_addr(&rec->std_local, "127.0.0.1", 0);
	assert_int_equal(close(listener), 0);
}

static int setup(void **state)
{
	return mkdtemp(dir) ? watch_setup(state) : -1;
}

static int teardown(void **state)
{
	(void)rmdir(dir);
	return watch_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(both_ends_come_from_the_socket),
		cmocka_unit_test(mapped_address_is_told_as_it_is),
		cmocka_unit_test(refused_connection_tells_where_it_went),
		cmocka_unit_test(connection_that_never_began_is_a_claim),
		cmocka_unit_test(dissolved_association_has_no_peer),
		cmocka_unit_test(family_without_addresses_tells_itself),
		cmocka_unit_test(vsock_tells_cid_and_port),
		cmocka_unit_test(connection_in_progress_is_a_connection),
		cmocka_unit_test(unix_socket_tells_its_canonical_path),
		cmocka_unit_test(abstract_name_starts_with_an_at_sign),
		cmocka_unit_test(file_that_is_no_socket_makes_no_event),
		cmocka_unit_test(exec_tells_a_socket_behind_standard_input),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
