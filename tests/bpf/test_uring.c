// SPDX-License-Identifier: Apache-2.0

/* io_uring operations, as the programs report them.  Root. */
#include "ring.h"
#include "watch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/openat2.h>
#include <net/if.h>
#include <sched.h>
#include <sys/ioctl.h>
#include <sys/resource.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#define PORT       4711
#define N_ENTRIES  8
#define N_MANY     1400 /* more than are kept at the same time */
#define N_KEPT     1280 /* RING_SHORT_MAX + RING_LONG_MAX of bpf/uring.bpf.h */
#define NO_RING    77 /* exit code of a deed */
#define NO_OP      78
#define FIXED_SLOT 2

enum { OP_BIND = 56, OP_LISTEN = 57, OP_FTRUNCATE = 55 }; /* newer than some headers */

static char dir[] = "/tmp/bw-ring.XXXXXX";

/* Whether the programs see how an operation ends. */
static bool ends_are_seen(void)
{
	enum sensor_hook_state state[SENSOR_HOOK_MAX];

	assert_int_equal(sensor_hooks(state), 0);
	if (state[SENSOR_HOOK_URING] == SENSOR_HOOK_LIVE)
		return true;
	watch_skip(sensor_hook_note(SENSOR_HOOK_URING, state[SENSOR_HOOK_URING]));
	return false;
}

/* The `nth` record of `type` that came through io_uring. */
static void *ring_record(const struct watch *w, uint16_t type, size_t nth)
{
	struct bw_hdr *hdr;

	for (size_t i = 0; (hdr = watch_find(w, type, i)); i++) {
		if (hdr->abi == BW_ABI_IO_URING && nth-- == 0)
			return hdr;
	}
	return NULL;
}

static size_t ring_count(const struct watch *w, uint16_t type)
{
	size_t n = 0;

	while (ring_record(w, type, n))
		n++;
	return n;
}

/* Returns false, having said so, if this kernel does not let us. */
static bool ring_deed(struct watch *w, deed_fn *deed, const void *arg)
{
	int status = watch_deed(w, deed, arg);

	if (WIFEXITED(status) && WEXITSTATUS(status) == NO_RING)
		watch_skip("no io_uring");
	else if (WIFEXITED(status) && WEXITSTATUS(status) == NO_OP)
		watch_skip("no such operation");
	else
		assert_int_equal(status, 0);
	return status == 0;
}

static void in_dir(char out[PATH_MAX], const char *name)
{
	(void)snprintf(out, PATH_MAX, "%s/%s", dir, name);
}

/* A name of almost PATH_MAX through the link, which does not fit a short record. */
static char long_name[PATH_MAX - 1];

struct opening {
	const char *name; /* below `dir`, which the deed has open */
	unsigned int setup;
	uint8_t sqe_flags;
	bool fixed;
	bool how; /* openat2 */
	bool as_nobody;
	int32_t error;
};

static int open_by_ring(const void *arg)
{
	static const struct open_how how = { .flags = O_RDONLY | O_CLOEXEC,
					     .resolve = RESOLVE_NO_MAGICLINKS };
	const struct opening *o = arg;
	int slots[4] = { -1, -1, -1, -1 };
	struct io_uring_sqe *sqe;
	struct ring ring;
	int at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	int32_t res;

	if (ring_open(&ring, N_ENTRIES, o->setup))
		return NO_RING;
	if (o->fixed && syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, slots, 4))
		return 2;
	if (o->as_nobody && (setgid(65534) || setuid(65534)))
		return 3;
	sqe = ring_sqe(&ring, o->how ? IORING_OP_OPENAT2 : IORING_OP_OPENAT, at, o->name, 0);
	sqe->flags = o->sqe_flags;
	sqe->open_flags = O_RDONLY | O_CLOEXEC;
	if (o->how) {
		sqe->open_flags = 0;
		sqe->len = sizeof(how);
		sqe->off = (uintptr_t)&how;
	}
	if (o->fixed) {
		sqe->open_flags = O_RDONLY; /* a slot is never inherited */
		sqe->file_index = FIXED_SLOT + 1;
	}
	if (o->sqe_flags & IOSQE_CQE_SKIP_SUCCESS) {
		/* Something to wait for: it is done after the first. */
		sqe->flags |= IOSQE_IO_LINK;
		(void)ring_sqe(&ring, IORING_OP_NOP, -1, NULL, 0);
		return ring_do(&ring) != 0;
	}
	res = ring_do(&ring);
	if (o->error)
		return res != -o->error;
	return o->fixed ? res != 0 : res < 0;
}

static void file_that_was_opened_is_told(void **state)
{
	static const struct opening rows[] = {
		{ .name = "file" },
		{ .name = "link" },
		{ .name = "link", .how = true },
		{ .name = "link", .sqe_flags = IOSQE_ASYNC },
		{ .name = "link", .setup = IORING_SETUP_SQPOLL },
		{ .name = "link", .setup = IORING_SETUP_SQPOLL, .sqe_flags = IOSQE_ASYNC },
		{ .name = "link", .fixed = true },
		{ .name = "up/./up/link" },
		{ .name = long_name },
	};
	struct watch *w = *state;
	char want[PATH_MAX];

	if (!ends_are_seen())
		return;
	memset(long_name, '/', sizeof(long_name) - 1);
	long_name[0] = 'u';
	long_name[1] = 'p';
	(void)snprintf(long_name + sizeof(long_name) - sizeof("link"), sizeof("link"), "link");
	in_dir(want, "file");
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_open *rec;

		if (!ring_deed(w, open_by_ring, &rows[i]))
			return;
		assert_int_equal(ring_count(w, BW_EVENT_OPEN), 1);
		rec = ring_record(w, BW_EVENT_OPEN, 0);
		assert_string_equal(watch_str(rec, rec->path), want);
		assert_string_equal(watch_str(rec, rec->given), rows[i].name);
		assert_int_equal(rec->hdr.flags, 0);
		assert_int_equal(rec->base.off, 0);
		assert_true(rows[i].fixed ? rec->hdr.ret == 0 : rec->hdr.ret > 2);
		assert_int_equal(rec->hdr.call, rows[i].how ? BW_CALL_OPENAT2 : BW_CALL_OPENAT);
		assert_int_equal(rec->resolve, rows[i].how ? RESOLVE_NO_MAGICLINKS : 0);
		assert_int_equal(rec->flags, rows[i].fixed ? O_RDONLY : O_RDONLY | O_CLOEXEC);
		assert_int_equal(rec->file.mode & S_IFMT, S_IFREG);
		/* Whoever worked on it, it was the owner. */
		assert_int_equal(rec->hdr.tgid, w->pid);
		assert_int_equal(rec->hdr.tid, w->pid);
		assert_string_equal(rec->hdr.comm, "test_uring");
	}
}

static void open_that_failed_tells_its_claim(void **state)
{
	static const struct opening rows[] = {
		{ .name = "missing", .error = ENOENT },
		{ .name = "secret", .as_nobody = true, .error = EACCES },
		{ .name = "missing", .sqe_flags = IOSQE_ASYNC, .error = ENOENT },
	};
	struct watch *w = *state;

	if (!ends_are_seen())
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_open *rec;

		if (!ring_deed(w, open_by_ring, &rows[i]))
			return;
		assert_int_equal(ring_count(w, BW_EVENT_OPEN), 1);
		rec = ring_record(w, BW_EVENT_OPEN, 0);
		assert_int_equal(rec->hdr.ret, -rows[i].error);
		assert_int_equal(rec->hdr.flags, BW_F_CLAIM);
		assert_int_equal(rec->path.off, 0);
		assert_string_equal(watch_str(rec, rec->given), rows[i].name);
		assert_string_equal(watch_str(rec, rec->base), dir);
		assert_int_equal(rec->hdr.uid, rows[i].as_nobody ? 65534 : 0);
	}
}

/* Without a completion on any kernel; where none is seen, all are like this. */
static void open_without_an_end_is_told_at_its_start(void **state)
{
	static const struct opening rows[] = {
		{ .name = "file", .sqe_flags = IOSQE_CQE_SKIP_SUCCESS },
		{ .name = "file" },
	};
	enum sensor_hook_state hooks[SENSOR_HOOK_MAX];
	struct watch *w = *state;
	const struct bw_open *rec;
	bool fallback;

	assert_int_equal(sensor_hooks(hooks), 0);
	if (hooks[SENSOR_HOOK_URING] == SENSOR_HOOK_MISSING) {
		watch_skip("not seen at all");
		return;
	}
	fallback = hooks[SENSOR_HOOK_URING] == SENSOR_HOOK_FALLBACK;
	if (!ring_deed(w, open_by_ring, &rows[fallback]))
		return;
	assert_int_equal(ring_count(w, BW_EVENT_OPEN), 1);
	rec = ring_record(w, BW_EVENT_OPEN, 0);
	assert_int_equal(rec->hdr.flags, BW_F_CLAIM | BW_F_PENDING);
	assert_int_equal(rec->hdr.ret, 0);
	assert_string_equal(watch_str(rec, rec->given), "file");
	assert_string_equal(watch_str(rec, rec->base), dir);
}

/* All wait for the first, so that they are under way together. */
static int open_many(const void *arg)
{
	const struct rlimit files = { 2UL * N_MANY, 2UL * N_MANY };
	struct ring ring;
	char byte;
	int wait[2];
	int32_t res;

	if (setrlimit(RLIMIT_NOFILE, &files))
		return 4;
	if (ring_open(&ring, 2048, 0))
		return NO_RING;
	if (pipe2(wait, O_CLOEXEC))
		return 1;
	ring_sqe(&ring, IORING_OP_READ, wait[0], &byte, 1)->flags = IOSQE_IO_LINK;
	for (int i = 0; i < N_MANY; i++) {
		struct io_uring_sqe *sqe = ring_sqe(&ring, IORING_OP_OPENAT, AT_FDCWD, arg, 0);

		sqe->open_flags = O_RDONLY | O_CLOEXEC;
		sqe->flags = i < N_MANY - 1 ? IOSQE_IO_LINK : 0;
	}
	if (ring_submit(&ring, 0) || write(wait[1], "x", 1) != 1 || ring_submit(&ring, N_MANY + 1))
		return 2;
	for (int i = 0; i < N_MANY + 1; i++) {
		if (!ring_next(&ring, &res) || res < 0)
			return 3;
	}
	return 0;
}

static void more_than_can_be_kept_are_told_all_the_same(void **state)
{
	struct watch *w = *state;
	uint64_t before[BW_STAT_MAX];
	uint64_t after[BW_STAT_MAX];
	size_t n_pending = 0;
	size_t n_files = 0;
	const struct bw_open *rec;
	char link[PATH_MAX];
	char want[PATH_MAX];

	if (!ends_are_seen())
		return;
	in_dir(link, "link");
	in_dir(want, "file");
	assert_int_equal(sensor_read_stats(w->sensor, before), 0);
	if (!ring_deed(w, open_many, link))
		return;
	assert_int_equal(sensor_read_stats(w->sensor, after), 0);
	for (size_t i = 0; (rec = ring_record(w, BW_EVENT_OPEN, i)); i++) {
		if (rec->hdr.flags & BW_F_PENDING) {
			assert_string_equal(watch_str(rec, rec->given), link);
			n_pending++;
		} else {
			assert_string_equal(watch_str(rec, rec->path), want);
			n_files++;
		}
	}
	assert_int_equal(n_files, N_MANY);
	/* Others may use io_uring as well. */
	assert_true(n_pending >= N_MANY - N_KEPT);
	assert_true(after[BW_STAT_URING_FULL] - before[BW_STAT_URING_FULL] >= n_pending);
}

static void assert_addr(const struct bw_addr *addr, const char *text, uint16_t port)
{
	char buf[INET6_ADDRSTRLEN];

	assert_non_null(inet_ntop(addr->family, addr->addr, buf, sizeof(buf)));
	assert_string_equal(buf, text);
	assert_int_equal(addr->port, port);
}

static struct sockaddr_in loopback(void)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(PORT) };

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	return addr;
}

static int enter_net(void)
{
	struct ifreq lo = { .ifr_name = "lo", .ifr_flags = IFF_UP };
	int fd;

	if (unshare(CLONE_NEWNET))
		return -1;
	fd = socket(AF_INET, SOCK_DGRAM | SOCK_CLOEXEC, 0);
	return fd < 0 || ioctl(fd, SIOCSIFFLAGS, &lo) || close(fd) ? -1 : 0;
}

struct connecting {
	bool listens;
	unsigned int setup;
	uint8_t sqe_flags;
};

static int connect_by_ring(const void *arg)
{
	const struct connecting *c = arg;
	const struct sockaddr_in to = loopback();
	struct ring ring;
	int listener;
	int fd;

	if (enter_net())
		return 1;
	if (ring_open(&ring, N_ENTRIES, c->setup))
		return NO_RING;
	listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (bind(listener, (const struct sockaddr *)&to, sizeof(to)) || listen(listener, 1))
		return 2;
	if (!c->listens)
		(void)close(listener);
	ring_sqe(&ring, IORING_OP_CONNECT, fd, &to, 0)->off = sizeof(to);
	ring.sqes[0].flags = c->sqe_flags;
	return ring_do(&ring) != (c->listens ? 0 : -ECONNREFUSED);
}

static void connection_tells_both_ends(void **state)
{
	static const struct connecting rows[] = {
		{ true, 0, 0 },
		{ false, 0, 0 },
		{ true, 0, IOSQE_ASYNC },
		{ false, 0, IOSQE_ASYNC },
		{ true, IORING_SETUP_SQPOLL, 0 },
	};
	struct watch *w = *state;

	if (!ends_are_seen())
		return;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_connect *rec;

		if (!ring_deed(w, connect_by_ring, &rows[i]))
			return;
		assert_int_equal(watch_count(w, BW_EVENT_CONNECT), 1);
		rec = ring_record(w, BW_EVENT_CONNECT, 0);
		assert_non_null(rec);
		assert_int_equal(rec->hdr.call, BW_CALL_CONNECT);
		assert_int_equal(rec->hdr.ret, rows[i].listens ? 0 : -ECONNREFUSED);
		assert_int_equal(rec->hdr.flags, 0);
		assert_int_equal(rec->hdr.tid, w->pid);
		assert_int_equal(rec->family, AF_INET);
		assert_int_equal(rec->protocol, IPPROTO_TCP);
		assert_true(rec->fd > 2);
		assert_addr(&rec->remote, "127.0.0.1", PORT);
	}
}

static int connect_unix_by_ring(const void *arg)
{
	struct sockaddr_un at = { .sun_family = AF_UNIX };
	struct sockaddr_un to = { .sun_family = AF_UNIX };
	struct ring ring;
	int listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);

	(void)arg;
	(void)snprintf(at.sun_path, sizeof(at.sun_path), "%s/sock", dir);
	(void)snprintf(to.sun_path, sizeof(to.sun_path), "%s/up/sock", dir);
	if (ring_open(&ring, N_ENTRIES, 0))
		return NO_RING;
	if (bind(listener, (const struct sockaddr *)&at, sizeof(at)) || listen(listener, 1))
		return 1;
	ring_sqe(&ring, IORING_OP_CONNECT, fd, &to, 0)->off = sizeof(to);
	return ring_do(&ring) || unlink(at.sun_path);
}

static void unix_socket_tells_its_canonical_path(void **state)
{
	struct watch *w = *state;
	const struct bw_connect *rec;
	char path[PATH_MAX];
	char given[PATH_MAX];

	if (!ends_are_seen() || !ring_deed(w, connect_unix_by_ring, NULL))
		return;
	in_dir(path, "sock");
	in_dir(given, "up/sock");
	rec = ring_record(w, BW_EVENT_CONNECT, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.flags, 0);
	assert_int_equal(rec->family, AF_UNIX);
	assert_string_equal(watch_str(rec, rec->path), path);
	assert_string_equal(watch_str(rec, rec->given), given);
}

/* mkdirat, renameat2, symlinkat, linkat, unlinkat, in this order. */
static int change_names(const void *arg)
{
	int at = open(dir, O_PATH | O_DIRECTORY | O_CLOEXEC);
	struct io_uring_sqe *sqe;
	struct ring ring;

	(void)arg;
	if (ring_open(&ring, N_ENTRIES, 0))
		return NO_RING;
	(void)ring_sqe(&ring, IORING_OP_MKDIRAT, at, "made", 0750);
	if (ring_do(&ring))
		return NO_OP;
	sqe = ring_sqe(&ring, IORING_OP_RENAMEAT, at, "made", (uint32_t)at);
	sqe->off = (uintptr_t) "moved";
	if (ring_do(&ring))
		return 1;
	sqe = ring_sqe(&ring, IORING_OP_SYMLINKAT, at, "/etc/shadow", 0);
	sqe->off = (uintptr_t) "soft";
	if (ring_do(&ring))
		return 2;
	sqe = ring_sqe(&ring, IORING_OP_LINKAT, at, "file", (uint32_t)at);
	sqe->off = (uintptr_t) "hard";
	if (ring_do(&ring))
		return 3;
	ring_sqe(&ring, IORING_OP_UNLINKAT, at, "moved", 0)->unlink_flags = AT_REMOVEDIR;
	if (ring_do(&ring))
		return 4;
	return unlinkat(at, "soft", 0) || unlinkat(at, "hard", 0);
}

static void changed_names_are_told_like_their_calls(void **state)
{
	static const struct {
		const char *text[4];
		const char *base[2];
		uint64_t value;
		int arg;
		uint16_t call;
	} rows[] = {
		{ { NULL, "made" }, { dir }, 0750, 2, BW_CALL_MKDIRAT },
		{ { NULL, "made", NULL, "moved" }, { dir, dir }, 0, 4, BW_CALL_RENAMEAT2 },
		{ { "/etc/shadow", NULL, "soft" }, { dir }, 0, 3, BW_CALL_SYMLINKAT },
		{ { NULL, "file", NULL, "hard" }, { dir, dir }, 0, 4, BW_CALL_LINKAT },
		{ { NULL, "moved" }, { dir }, AT_REMOVEDIR, 2, BW_CALL_UNLINKAT },
	};
	struct watch *w = *state;

	if (!ends_are_seen() || !ring_deed(w, change_names, NULL))
		return;
	assert_int_equal(ring_count(w, BW_EVENT_CALL), sizeof(rows) / sizeof(*rows));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_syscall *rec = ring_record(w, BW_EVENT_CALL, i);

		assert_int_equal(rec->hdr.call, rows[i].call);
		assert_int_equal(rec->hdr.ret, 0);
		assert_int_equal(rec->hdr.flags, BW_F_CLAIM);
		for (int k = 0; k < 4; k++)
			assert_string_equal(watch_str(rec, rec->text[k]),
					    rows[i].text[k] ? rows[i].text[k] : "");
		for (int k = 0; k < 2; k++)
			assert_string_equal(watch_str(rec, rec->base[k]),
					    rows[i].base[k] ? rows[i].base[k] : "");
		assert_int_equal(rec->args[rows[i].arg], rows[i].value);
	}
}

struct message {
	int type;
	int flags;
};

static int send_by_ring(const void *arg)
{
	const struct message *m = arg;
	struct sockaddr_in to = loopback();
	char hello[] = "hello"; /* on the stack: a page that nobody has touched cannot be read */
	struct iovec iov = { .iov_base = hello, .iov_len = 5 };
	struct msghdr msg = {
		.msg_name = &to,
		.msg_namelen = sizeof(to),
		.msg_iov = &iov,
		.msg_iovlen = 1,
	};
	struct ring ring;
	int32_t res;
	int listener;
	int fd;

	if (enter_net())
		return 1;
	if (ring_open(&ring, N_ENTRIES, 0))
		return NO_RING;
	listener = socket(AF_INET, m->type | SOCK_CLOEXEC, 0);
	fd = socket(AF_INET, m->type | SOCK_CLOEXEC, 0);
	if (bind(listener, (struct sockaddr *)&to, sizeof(to)) ||
	    (m->type == SOCK_STREAM && listen(listener, 1)))
		return 2;
	ring_sqe(&ring, IORING_OP_SENDMSG, fd, &msg, 1)->msg_flags = (uint32_t)m->flags;
	res = ring_do(&ring);
	return res != 5 && !(m->flags && res == -EINPROGRESS);
}

static void message_tells_where_it_went(void **state)
{
	static const struct message datagram = { SOCK_DGRAM, 0 };
	struct watch *w = *state;
	const struct bw_syscall *rec;

	if (!ends_are_seen() || !ring_deed(w, send_by_ring, &datagram))
		return;
	assert_int_equal(ring_count(w, BW_EVENT_CALL), 1);
	rec = ring_record(w, BW_EVENT_CALL, 0);
	assert_int_equal(rec->hdr.call, BW_CALL_SENDMSG);
	assert_int_equal(rec->hdr.ret, 5);
	assert_int_equal(rec->hdr.flags, 0);
	assert_addr(&rec->fd.remote, "127.0.0.1", PORT);
	assert_true(rec->fd.local.port != 0);
	assert_string_equal(watch_str(rec, rec->text[1]), "hello");
	assert_int_equal(rec->data_bytes, 5);
}

static void connection_begun_by_a_message_is_told_once(void **state)
{
	static const struct message fast = { SOCK_STREAM, MSG_FASTOPEN };
	struct watch *w = *state;
	const struct bw_connect *rec;

	if (!ends_are_seen() || !ring_deed(w, send_by_ring, &fast))
		return;
	assert_int_equal(watch_count(w, BW_EVENT_CONNECT), 1);
	rec = ring_record(w, BW_EVENT_CONNECT, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.call, BW_CALL_SENDMSG);
	assert_int_equal(rec->hdr.flags, 0);
	assert_addr(&rec->remote, "127.0.0.1", PORT);
}

/* socket, bind, listen, accept: a server that makes no system call of the network. */
static int serve_by_ring(const void *arg)
{
	struct sockaddr_in at = loopback();
	struct ring ring;
	int32_t server;
	int fd;

	(void)arg;
	if (enter_net())
		return 1;
	if (ring_open(&ring, N_ENTRIES, 0))
		return NO_RING;
	ring_sqe(&ring, IORING_OP_SOCKET, AF_INET, NULL, 0)->off = SOCK_STREAM;
	server = ring_do(&ring);
	if (server < 0)
		return NO_OP;
	ring_sqe(&ring, OP_BIND, server, &at, 0)->off = sizeof(at);
	if (ring_do(&ring))
		return NO_OP;
	(void)ring_sqe(&ring, OP_LISTEN, server, NULL, 3);
	if (ring_do(&ring))
		return 2;
	fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
	if (connect(fd, (struct sockaddr *)&at, sizeof(at)))
		return 3;
	(void)ring_sqe(&ring, IORING_OP_ACCEPT, server, NULL, 0);
	return ring_do(&ring) < 0;
}

static void server_is_seen_at_each_step(void **state)
{
	struct watch *w = *state;
	const struct bw_syscall *rec;

	if (!ends_are_seen() || !ring_deed(w, serve_by_ring, NULL))
		return;
	assert_int_equal(ring_count(w, BW_EVENT_CALL), 4);
	rec = ring_record(w, BW_EVENT_CALL, 0);
	assert_int_equal(rec->hdr.call, BW_CALL_SOCKET);
	assert_int_equal(rec->args[0], AF_INET);
	assert_int_equal(rec->args[1], SOCK_STREAM);
	assert_int_equal(rec->fd.num, rec->hdr.ret);
	assert_int_equal(rec->fd.flags, BW_FD_RESULT | BW_FD_SOCKET);
	rec = ring_record(w, BW_EVENT_CALL, 1);
	assert_int_equal(rec->hdr.call, BW_CALL_BIND);
	assert_addr(&rec->fd.local, "127.0.0.1", PORT);
	rec = ring_record(w, BW_EVENT_CALL, 2);
	assert_int_equal(rec->hdr.call, BW_CALL_LISTEN);
	assert_int_equal(rec->args[1], 3);
	rec = ring_record(w, BW_EVENT_CALL, 3);
	assert_int_equal(rec->hdr.call, BW_CALL_ACCEPT4);
	assert_int_equal(rec->fd.num, rec->hdr.ret);
	assert_addr(&rec->fd.local, "127.0.0.1", PORT);
	assert_true(rec->fd.remote.port != 0);
}

static int truncate_by_ring(const void *arg)
{
	int fd = open(arg, O_RDWR | O_CLOEXEC);
	struct ring ring;

	if (ring_open(&ring, N_ENTRIES, 0))
		return NO_RING;
	ring_sqe(&ring, OP_FTRUNCATE, fd, NULL, 0)->off = 3;
	return ring_do(&ring) ? NO_OP : 0;
}

static void file_of_a_descriptor_is_told(void **state)
{
	struct watch *w = *state;
	const struct bw_syscall *rec;
	char path[PATH_MAX];

	in_dir(path, "file");
	if (!ends_are_seen() || !ring_deed(w, truncate_by_ring, path))
		return;
	rec = ring_record(w, BW_EVENT_CALL, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.call, BW_CALL_FTRUNCATE);
	assert_int_equal(rec->args[1], 3);
	assert_string_equal(watch_str(rec, rec->fd.path), path);
}

static void nobody_asked_and_nothing_is_told(void **state)
{
	static const struct opening opening = { .name = "file" };
	const bool calls[BW_CALL_MAX] = { [BW_CALL_CHDIR] = true, [BW_CALL_OPENAT2] = true };
	struct watch *w = watch_open(calls);

	(void)state;
	if (ring_deed(w, open_by_ring, &opening))
		assert_int_equal(watch_count(w, BW_EVENT_OPEN), 0);
	watch_close(w);
}

static int make_file(const char *name, mode_t mode)
{
	char path[PATH_MAX];
	int fd;

	in_dir(path, name);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, mode);
	return fd < 0 ? -1 : close(fd);
}

static int setup(void **state)
{
	char up[PATH_MAX];
	char link[PATH_MAX];

	(void)state;
	if (!mkdtemp(dir) || chmod(dir, 0755) || make_file("file", 0644) ||
	    make_file("secret", 0600))
		return -1;
	in_dir(up, "up");
	in_dir(link, "link");
	return symlink(".", up) || symlink("up/file", link) ? -1 : 0;
}

static int teardown(void **state)
{
	static const char *const names[] = { "file", "secret", "up", "link" };
	char path[PATH_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		in_dir(path, names[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

static int setup_watching(void **state)
{
	return setup(state) ? -1 : watch_setup(state);
}

static int teardown_watching(void **state)
{
	return watch_teardown(state) || teardown(state) ? -1 : 0;
}

int main(void)
{
	const struct CMUnitTest watching[] = {
		cmocka_unit_test(file_that_was_opened_is_told),
		cmocka_unit_test(open_that_failed_tells_its_claim),
		cmocka_unit_test(open_without_an_end_is_told_at_its_start),
		cmocka_unit_test(more_than_can_be_kept_are_told_all_the_same),
		cmocka_unit_test(connection_tells_both_ends),
		cmocka_unit_test(unix_socket_tells_its_canonical_path),
		cmocka_unit_test(changed_names_are_told_like_their_calls),
		cmocka_unit_test(message_tells_where_it_went),
		cmocka_unit_test(connection_begun_by_a_message_is_told_once),
		cmocka_unit_test(server_is_seen_at_each_step),
		cmocka_unit_test(file_of_a_descriptor_is_told),
		cmocka_unit_test(nobody_asked_and_nothing_is_told),
	};

	return cmocka_run_group_tests(watching, setup_watching, teardown_watching);
}
