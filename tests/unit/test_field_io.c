// SPDX-License-Identifier: Apache-2.0
/* What fields other than the arguments tell of a BW_EVENT_CALL: data, direction, kind. */
#include "event_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sched.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fields/filled.h"

static void fill_call(struct fixture_event *event, uint16_t call, int64_t ret)
{
	fixture_begin(event, BW_EVENT_CALL, call, "sh");
	event->hdr.ret = ret;
	event->syscall.fd.num = -1;
}

static void fill_socket(struct fixture_event *event, uint16_t call, int64_t ret)
{
	struct bw_fd *fd = &event->syscall.fd;

	fill_call(event, call, ret);
	fd->num = 7;
	fd->file.mode = S_IFSOCK;
	fd->flags = BW_FD_SOCKET;
	fd->family = AF_INET;
	fd->sock_type = SOCK_STREAM;
	fd->protocol = IPPROTO_TCP;
	fd->local = (struct bw_addr){ { 10, 0, 0, 2 }, 40000, AF_INET, 0 };
	fd->remote = (struct bw_addr){ { 1, 2, 3, 4 }, 443, AF_INET, 0 };
}

static void fill_file(struct fixture_event *event, uint16_t call, int64_t ret)
{
	fill_call(event, call, ret);
	event->syscall.fd.num = 3;
	event->syscall.fd.file.mode = S_IFREG;
	event->syscall.fd.path = fixture_add(event, "/etc/passwd");
}

static void sends_and_receives_have_a_direction_and_a_length(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_socket(event, BW_CALL_SENDTO, 5);
	event->syscall.text[1] = fixture_add_bytes(event, "he\0\n\xff", 5);
	event->syscall.data_bytes = 4096;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.is_io", "true" }, { "evt.is_io_read", "false" },
	      { "evt.is_io_write", "true" }, { "evt.io_dir", "write" }, { "evt.buflen", "5" },
	      { "evt.buflen.out", "5" }, { "evt.buflen.in", NULL }, { "evt.buflen.net", "5" },
	      { "evt.buflen.net.out", "5" }, { "evt.buflen.net.in", NULL },
	      { "evt.buffer", "he..." }, { "evt.arg.data", "he..." }, { "evt.is_syslog", "false" },
	      { "evt.is_wait", "false" }, { "evt.category", "net" });

	fill_socket(event, BW_CALL_RECVMSG, 3);
	event->syscall.text[1] = fixture_add(event, "GET");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.is_io", "true" }, { "evt.is_io_read", "true" },
	      { "evt.is_io_write", "false" }, { "evt.io_dir", "read" }, { "evt.buflen", "3" },
	      { "evt.buflen.in", "3" }, { "evt.buflen.out", NULL }, { "evt.buflen.net.in", "3" },
	      { "evt.buffer", "GET" });
	event->hdr.ret = -EAGAIN;
	CHECK(fixture, { "evt.is_io_read", "true" }, { "evt.buflen", NULL },
	      { "evt.buflen.in", NULL }, { "evt.buflen.net", NULL });
}

/* Of many messages the first is told of: its data, and how much of it was sent. */
static void many_messages_are_their_first(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_socket(event, BW_CALL_SENDMMSG, 2);
	event->syscall.text[1] = fixture_add(event, "one");
	event->syscall.data_bytes = 3;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.buflen", "3" }, { "evt.buflen.out", "3" }, { "evt.rawres", "2" },
	      { "evt.rawarg.size", "3" });
}

static void syslog_is_a_socket_by_its_name(void **state)
{
	static const struct {
		const char *path;
		uint16_t call;
		const char *is_syslog;
	} cases[] = {
		{ "/dev/log", BW_CALL_SENDTO, "true" },
		{ "/run/systemd/journal/dev-log", BW_CALL_SENDMSG, "true" },
		{ "/run/systemd/journal/dev-log", BW_CALL_RECVMSG, "false" },
		{ "/run/dbus/system_bus_socket", BW_CALL_SENDMSG, "false" },
	};
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill_socket(event, cases[i].call, 9);
		event->syscall.fd.family = AF_UNIX;
		event->syscall.fd.path = fixture_add(event, cases[i].path);
		fixture_use(fixture, event);
		fixture_check(fixture, &(struct expected){ "evt.is_syslog", cases[i].is_syslog });
		CHECK(fixture, { "evt.category", "ipc" }, { "evt.buflen.net", NULL },
		      { "evt.buflen", "9" });
	}
}

static void other_calls_do_no_io(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_file(event, BW_CALL_FCHMOD, 0);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.is_io", "false" }, { "evt.io_dir", NULL }, { "evt.buflen", NULL },
	      { "evt.buffer", NULL }, { "evt.is_syslog", "false" });
	/* It reads its file, but nobody sees what. */
	fill_file(event, BW_CALL_FINIT_MODULE, 0);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.is_io_read", "true" }, { "evt.io_dir", "read" },
	      { "evt.buflen", NULL }, { "evt.buffer", NULL }, { "evt.category", "other" });
	/* What sendto did here is told as a connection. */
	fixture_begin(event, BW_EVENT_CONNECT, BW_CALL_SENDTO, "sh");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.is_io", "false" }, { "evt.buflen", NULL }, { "evt.buffer", NULL });
}

static void categories_are_falcos(void **state)
{
	static const struct {
		uint16_t call;
		const char *category;
	} cases[] = {
		{ BW_CALL_SOCKET, "net" },
		{ BW_CALL_SOCKETPAIR, "IPC" },
		{ BW_CALL_RENAME, "file" },
		{ BW_CALL_MMAP, "memory" },
		{ BW_CALL_KILL, "signal" },
		{ BW_CALL_PTRACE, "process" },
		{ BW_CALL_FSCONFIG, "system" },
		{ BW_CALL_MKNOD, "other" },
		{ BW_CALL_BPF, "other" },
		{ BW_CALL_PIVOT_ROOT, "other" },
		{ BW_CALL_IO_URING_ENTER, "unknown" },
	};
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fill_call(event, cases[i].call, 0);
		fixture_use(fixture, event);
		fixture_check(fixture, &(struct expected){ "evt.category", cases[i].category });
	}
	fill_file(event, BW_CALL_DUP, 5);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.category", "file" });
}

static void errors_are_counted_by_what_they_are_of(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_file(event, BW_CALL_FCHMOD, -EPERM);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count.error.file", "1" }, { "evt.count.error.net", NULL },
	      { "evt.count.error.memory", NULL }, { "evt.count.error.other", NULL });
	fill_socket(event, BW_CALL_SENDTO, -EPIPE);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count.error.net", "1" }, { "evt.count.error.file", NULL },
	      { "evt.count.error.other", NULL });
	fill_call(event, BW_CALL_ACCEPT4, -EBADF);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count.error.net", "1" }, { "evt.count.error.other", NULL });
	fill_call(event, BW_CALL_MPROTECT, -EACCES);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count.error.memory", "1" }, { "evt.count.error.other", NULL });
	fill_call(event, BW_CALL_PTRACE, 0);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count.error.other", "0" }, { "evt.count.error.memory", NULL });
}

static void abspath_is_of_directories_and_names(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_call(event, BW_CALL_RENAMEAT2, 0);
	event->syscall.args[0] = (uint64_t)AT_FDCWD;
	event->syscall.args[2] = 5;
	event->syscall.text[1] = fixture_add(event, "a");
	event->syscall.text[3] = fixture_add(event, "../b");
	event->syscall.base[0] = fixture_add(event, "/tmp");
	event->syscall.base[1] = fixture_add(event, "/srv/x");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.abspath", "/tmp/a" }, { "evt.abspath.src", "/tmp/a" },
	      { "evt.abspath.dst", "/srv/b" });
	fill_call(event, BW_CALL_UNLINKAT, 0);
	event->syscall.text[1] = fixture_add(event, "/etc/x");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.abspath", "/etc/x" }, { "evt.abspath.dst", "/etc/x" });
	fill_call(event, BW_CALL_RENAME, 0);
	event->syscall.text[0] = fixture_add(event, "/a");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.abspath", NULL });
}

/* evt.rawarg has Falco's numbers, as evt.args before the words. */
static void raw_arguments_have_falcos_numbers(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_call(event, BW_CALL_UNSHARE, 0);
	event->syscall.args[0] = CLONE_NEWUSER | CLONE_NEWNET;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.rawarg.flags", "1048592" }, { "evt.rawarg.res", "0" });
	fill_call(event, BW_CALL_MMAP, -ENOMEM);
	event->syscall.args[2] = PROT_READ | PROT_EXEC;
	event->syscall.args[3] = MAP_PRIVATE | MAP_ANONYMOUS;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.rawarg.prot", "5" }, { "evt.rawarg.flags", "10" },
	      { "evt.rawarg.res", "-12" }, { "evt.arg.res", "ENOMEM" });
	fill_call(event, BW_CALL_PTRACE, 0);
	event->syscall.args[0] = PTRACE_SEIZE;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.rawarg.request", "20" }, { "evt.arg.request", "PTRACE_SEIZE" });
	fill_call(event, BW_CALL_CHOWN, 0);
	event->syscall.args[1] = 33;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.arg.uid", "33" }, { "evt.rawarg.uid", "33" });
	fixture_begin(event, BW_EVENT_FORK, BW_CALL_CLONE, "sh");
	event->fork.clone_flags = CLONE_NEWPID | CLONE_VFORK;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.rawarg.flags", "134217792" },
	      { "evt.arg.flags", "CLONE_NEWPID|CLONE_VFORK" });
}

static bool fills(const char *field, const char *type)
{
	uint64_t types[EVENT_TYPE_MAX / 64];
	uint32_t index = event_type_lookup(type, strlen(type));
	struct field_ref ref;
	const char *reason;

	assert_int_equal(field_resolve(field, strlen(field), NULL, 0, &ref, &reason), 0);
	field_filled_types(&ref, types);
	return types[index / 64] >> (index % 64) & 1;
}

static void fields_of_data_are_filled_by_some_events(void **state)
{
	(void)state;
	assert_true(fills("evt.buffer", "sendto"));
	assert_true(fills("evt.buflen.in", "recvmmsg"));
	assert_true(fills("evt.io_dir", "finit_module"));
	assert_false(fills("evt.buffer", "openat"));
	assert_false(fills("evt.buflen", "finit_module"));
	assert_false(fills("evt.buflen.in", "sendmsg"));
	assert_false(fills("evt.buflen.net.out", "recvfrom"));
	assert_false(fills("evt.io_dir", "connect"));
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FIXTURE_TEST(sends_and_receives_have_a_direction_and_a_length),
		FIXTURE_TEST(many_messages_are_their_first),
		FIXTURE_TEST(syslog_is_a_socket_by_its_name),
		FIXTURE_TEST(other_calls_do_no_io),
		FIXTURE_TEST(categories_are_falcos),
		FIXTURE_TEST(errors_are_counted_by_what_they_are_of),
		FIXTURE_TEST(abspath_is_of_directories_and_names),
		FIXTURE_TEST(raw_arguments_have_falcos_numbers),
		cmocka_unit_test(fields_of_data_are_filled_by_some_events),
	};

	return cmocka_run_group_tests_name("fields/io", tests, NULL, NULL);
}
