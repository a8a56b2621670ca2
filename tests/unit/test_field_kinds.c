// SPDX-License-Identifier: Apache-2.0
/* Fields that only some kinds of events have, and those that Falco made constants. */
#include "event_fixture.h"

#include <errno.h>
#include <fcntl.h>

static void counters_are_null_for_other_kinds_of_events(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_OPEN, BW_CALL_OPENAT, "sh");
	event->hdr.ret = -ENOENT;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count", "1" }, { "evt.count.error", "1" },
	      { "evt.count.error.file", "1" }, { "evt.count.error.net", NULL },
	      { "evt.count.error.other", NULL }, { "evt.count.error.memory", NULL },
	      { "evt.count.exit", "1" }, { "evt.count.procinfo", "0" },
	      { "evt.count.threadinfo", "0" });
	fixture_begin(event, BW_EVENT_CONNECT, BW_CALL_CONNECT, "sh");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count.error", "0" }, { "evt.count.error.net", "0" },
	      { "evt.count.error.file", NULL }, { "evt.count.error.other", NULL });
	fixture_begin(event, BW_EVENT_CHDIR, BW_CALL_FCHDIR, "sh");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count.error.file", "0" }, { "evt.count.error.other", NULL });
	fixture_begin(event, BW_EVENT_EXIT, BW_CALL_EXIT, "sh");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.count.error", NULL }, { "evt.count.error.other", NULL },
	      { "evt.count.exit", NULL }, { "evt.failed", NULL }, { "evt.dir", ">" });
}

static void what_falco_made_constant_is_constant(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "evt.latency", "0" }, { "evt.latency.s", "0" }, { "evt.latency.ns", "0" },
	      { "evt.latency.quantized", "0" }, { "evt.latency.human", "0ns" },
	      { "evt.wait_latency", "0" }, { "evt.dir", "<" }, { "evt.abspath", NULL });
}

static void abspath_is_of_calls_that_take_a_directory(void **state)
{
	static const struct {
		uint16_t call;
		int64_t ret;
		const char *given;
		const char *base;
		const char *path; /* NULL: null */
	} cases[] = {
		{ BW_CALL_OPENAT, 3, "y", "", "/kernel/y" },
		{ BW_CALL_OPENAT2, 3, "/etc/../z", "", "/z" },
		{ BW_CALL_OPENAT, -ENOENT, "../z", "/etc/x", "/etc/z" },
		{ BW_CALL_OPENAT, -ENOENT, "", "/etc", NULL },
		{ BW_CALL_OPEN_BY_HANDLE_AT, 3, "", "", "/kernel/y" },
		{ BW_CALL_OPEN_BY_HANDLE_AT, -ESTALE, "", "", NULL },
		{ BW_CALL_OPEN, 3, "y", "", NULL },
		{ BW_CALL_CREAT, 3, "y", "", NULL },
	};
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		fixture_begin(event, BW_EVENT_OPEN, cases[i].call, "sh");
		event->hdr.ret = cases[i].ret;
		event->open.given = fixture_add(event, cases[i].given);
		event->open.base = fixture_add(event, cases[i].base);
		if (cases[i].ret >= 0)
			event->open.path = fixture_add(event, "/kernel/y");
		fixture_use(fixture, event);
		fixture_check(fixture, &(struct expected){ "evt.abspath", cases[i].path });
		fixture_check(fixture, &(struct expected){ "evt.abspath[dst]", cases[i].path });
	}
}

static void nameless_files_are_created_too(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_OPEN, BW_CALL_OPENAT, "sh");
	event->open.flags = O_TMPFILE | O_RDWR;
	event->hdr.ret = 3;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.is_open_create", "true" });
	event->hdr.ret = -EACCES;
	CHECK(fixture, { "evt.is_open_create", "false" });
	event->hdr.ret = 3;
	event->open.flags = O_DIRECTORY;
	CHECK(fixture, { "evt.is_open_create", "false" });
}

static void types_of_standard_descriptors_are_lists_of_one(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "fd.types[0]", "(ipv4)" }, { "fd.types[1]", "(pipe)" },
	      { "fd.types[2]", NULL }, { "fd.types[3]", NULL }, { "fd.types", NULL },
	      { "thread.nametid", "sh300" });
	fixture->view.proc = &fixture->shim;
	CHECK(fixture, { "fd.types[0]", NULL });
}

static void arguments_that_are_pids_have_names(void **state)
{
	struct fixture *fixture = *state;

	fixture->shell_exec.exec.pgid = 200;
	fixture->shell_exec.exec.vpgid = 7;
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "evt.arg.pgid", "nginx" }, { "evt.arg.vpgid", "7" });
}

static void process_without_arguments_has_falcos_word(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->nginx_exec);
	fixture->view.proc = &fixture->nginx;
	CHECK(fixture, { "evt.arg.args", "NULL" }, { "evt.arg.exe", "nginx" },
	      { "evt.rawarg.args", "" }, { "proc.args", "" });
}

static void the_target_is_told_if_it_is_known(void **state)
{
	struct fixture *fixture = *state;

	fixture_begin(&fixture->event, BW_EVENT_OPEN, BW_CALL_OPENAT, "sh");
	fixture_use(fixture, &fixture->event);
	CHECK(fixture, { "evt.target.pid", NULL }, { "evt.target.ppid", NULL },
	      { "evt.target.name", NULL }, { "evt.target.exepath", NULL },
	      { "evt.target.cmdline", NULL }, { "evt.target.container.id", NULL },
	      { "evt.target.is_agent", NULL });
	fixture->nginx.last.parent_tgid = 100;
	fixture->view.target.proc = &fixture->nginx;
	fixture->view.target.container_id = "host";
	CHECK(fixture, { "evt.target.pid", "200" }, { "evt.target.ppid", "100" },
	      { "evt.target.name", "nginx" }, { "evt.target.exepath", "/usr/sbin/nginx" },
	      { "evt.target.cmdline", "nginx" }, { "evt.target.container.id", "host" },
	      { "evt.target.is_agent", "false" });
	fixture->view.target.is_agent = true;
	CHECK(fixture, { "evt.target.is_agent", "true" });
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FIXTURE_TEST(the_target_is_told_if_it_is_known),
		FIXTURE_TEST(counters_are_null_for_other_kinds_of_events),
		FIXTURE_TEST(what_falco_made_constant_is_constant),
		FIXTURE_TEST(abspath_is_of_calls_that_take_a_directory),
		FIXTURE_TEST(nameless_files_are_created_too),
		FIXTURE_TEST(types_of_standard_descriptors_are_lists_of_one),
		FIXTURE_TEST(arguments_that_are_pids_have_names),
		FIXTURE_TEST(process_without_arguments_has_falcos_word),
	};

	return cmocka_run_group_tests_name("fields/kinds", tests, NULL, NULL);
}
