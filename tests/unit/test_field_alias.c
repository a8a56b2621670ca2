// SPDX-License-Identifier: Apache-2.0
/* The other names of a file: what the caller gave, and what every system calls it. */
#include "event_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/openat2.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

struct opened {
	const char *path; /* NULL: refused */
	const char *given;
	const char *alias; /* NULL: it has one name */
	int32_t dirfd;
	uint32_t resolve;
};

/* The shell, pid 12 in its container, is in /var/www. */
static const struct opened opens[] = {
	{ "/etc/passwd", "/etc/passwd", NULL, AT_FDCWD, 0 },
	{ "/etc/passwd", "//etc/./x/../passwd", NULL, AT_FDCWD, 0 },
	{ "/etc/shadow", "/tmp/link", "(/tmp/link)", AT_FDCWD, 0 },
	{ "/etc/shadow", "/tmp//a/../link", "(/tmp/link)", AT_FDCWD, 0 },
	{ "/etc/shadow", "link", "(/var/www/link)", AT_FDCWD, 0 },
	{ "/etc/shadow", "../link", "(/var/link)", AT_FDCWD, 0 },
	{ "/var/www/x", "x", NULL, AT_FDCWD, 0 },
	/* A directory that is not in the record. */
	{ "/etc/shadow", "link", NULL, 5, 0 },
	{ "/etc/shadow", "/tmp/link", "(/tmp/link)", 5, 0 },
	/* "/" is then the directory 5. */
	{ "/srv/jail/etc/shadow", "/etc/shadow", NULL, 5, RESOLVE_IN_ROOT },
	{ "/etc/shadow", "", NULL, AT_FDCWD, 0 },
	{ "", "", NULL, AT_FDCWD, 0 },

	{ "/usr/bin/x", "/usr/bin/x", "(/bin/x)", AT_FDCWD, 0 },
	{ "/usr/bin/x", "/bin/x", "(/bin/x)", AT_FDCWD, 0 },
	{ "/usr/bin/x", "/tmp/y", "(/tmp/y,/bin/x)", AT_FDCWD, 0 },
	{ "/bin/x", "/bin/x", "(/usr/bin/x)", AT_FDCWD, 0 },
	{ "/usr/bin", "/usr/bin", "(/bin)", AT_FDCWD, 0 },
	{ "/usr/sbin/x", "/usr/sbin/x", "(/sbin/x)", AT_FDCWD, 0 },
	{ "/usr/lib/x", "/usr/lib/x", "(/lib/x)", AT_FDCWD, 0 },
	{ "/usr/lib64/x", "/usr/lib64/x", "(/lib64/x)", AT_FDCWD, 0 },
	{ "/lib32/x", "/lib32/x", "(/usr/lib32/x)", AT_FDCWD, 0 },
	{ "/libx32/x", "/libx32/x", "(/usr/libx32/x)", AT_FDCWD, 0 },
	{ "/usr/binary", "/usr/binary", NULL, AT_FDCWD, 0 },
	{ "/usr/local/bin/x", "/usr/local/bin/x", NULL, AT_FDCWD, 0 },

	{ "/run/x.sock", "/run/x.sock", "(/var/run/x.sock)", AT_FDCWD, 0 },
	{ "/run/lock/x", "/var/lock/x", "(/var/lock/x,/var/run/lock/x)", AT_FDCWD, 0 },
	{ "/runner/x", "/runner/x", NULL, AT_FDCWD, 0 },

	{ "/usr/bin/x", "/proc/self/exe",
	  "(/proc/self/exe,/bin/x,/proc/12/exe,/proc/thread-self/exe)", AT_FDCWD, 0 },
	{ "/proc/12/environ", "/proc/12/environ", "(/proc/self/environ,/proc/thread-self/environ)",
	  AT_FDCWD, 0 },
	{ "/proc/12/task/13/mem", "/proc/thread-self/mem",
	  "(/proc/thread-self/mem,/proc/12/mem,/proc/self/task/13/mem,/proc/self/mem)", AT_FDCWD,
	  0 },
	{ "/proc/1/task/1/environ", "/proc/1/task/1/environ", "(/proc/1/environ)", AT_FDCWD, 0 },
	{ "/proc/1/task/1", "/proc/1/task/1", NULL, AT_FDCWD, 0 },
	{ "/proc/1/task/x/y", "/proc/1/task/x/y", NULL, AT_FDCWD, 0 },
	{ "/proc/1/task/", "/proc/1/task/", NULL, AT_FDCWD, 0 },
	{ "/proc/123/maps", "/proc/123/maps", NULL, AT_FDCWD, 0 },
	{ "/proc/cpuinfo", "/proc/cpuinfo", NULL, AT_FDCWD, 0 },
	{ "memfd:x", "/proc/self/fd/3", "(/proc/self/fd/3,/proc/12/fd/3,/proc/thread-self/fd/3)",
	  AT_FDCWD, 0 },

	/* Refused: what was given is the name. */
	{ NULL, "/tmp/link", NULL, AT_FDCWD, 0 },
	{ NULL, "/bin/x", "(/usr/bin/x)", AT_FDCWD, 0 },
	{ NULL, "x", NULL, AT_FDCWD, 0 },
};

static void use_open(struct fixture *fixture, const struct opened *opened)
{
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_OPEN, BW_CALL_OPENAT2, "sh");
	event->open.given = fixture_add(event, opened->given);
	event->open.dirfd = opened->dirfd;
	event->open.resolve = opened->resolve;
	event->hdr.ret = 3;
	if (opened->path) {
		event->open.path = fixture_add(event, opened->path);
		event->open.file.mode = S_IFREG | 0644;
	} else {
		event->hdr.ret = -EACCES;
		event->hdr.flags = BW_F_CLAIM;
	}
	fixture_use(fixture, event);
}

static void an_opened_file_has_the_names_that_lead_to_it(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < sizeof(opens) / sizeof(*opens); i++) {
		use_open(fixture, &opens[i]);
		fixture_check(fixture, &(struct expected){ "fd.name.alias", opens[i].alias });
		/* What was found out for the event is the same again. */
		fixture_check(fixture, &(struct expected){ "fd.name.alias", opens[i].alias });
		fixture_check(fixture, &(struct expected){ "fs.path.name.alias", opens[i].alias });
	}
}

static void directories_and_file_names_follow(void **state)
{
	static const struct opened opened = { "/etc/shadow", "/var/run/x", NULL, AT_FDCWD, 0 };
	static const struct opened same = { "/etc/shadow", "/tmp/shadow", NULL, AT_FDCWD, 0 };
	struct fixture *fixture = *state;

	use_open(fixture, &opened);
	CHECK(fixture, { "fd.directory.alias", "(/var/run,/run)" }, { "fd.filename.alias", "(x)" });
	/* A directory is its own. */
	fixture->event.open.file.mode = S_IFDIR | 0755;
	fixture_use(fixture, &fixture->event);
	CHECK(fixture, { "fd.directory", "/etc/shadow" },
	      { "fd.directory.alias", "(/var/run/x,/run/x)" }, { "fd.filename.alias", NULL });
	/* What has no directory has none by another name. */
	fixture->event.open.file.mode = S_IFIFO | 0644;
	fixture_use(fixture, &fixture->event);
	CHECK(fixture, { "fd.directory.alias", NULL }, { "fd.filename.alias", NULL });
	use_open(fixture, &same);
	CHECK(fixture, { "fd.directory.alias", "(/tmp)" }, { "fd.filename.alias", NULL });
}

/* There the value is the caller's word, and the kernel's path the other name. */
static void arguments_have_the_names_of_their_file(void **state)
{
	static const struct opened opened = { "/etc/shadow", "/tmp/link", NULL, AT_FDCWD, 0 };
	struct fixture *fixture = *state;

	use_open(fixture, &opened);
	CHECK(fixture, { "evt.arg.name", "/tmp/link" }, { "evt.arg.alias.name", "(/etc/shadow)" },
	      { "evt.arg.alias[name]", "(/etc/shadow)" }, { "evt.arg.alias.flags", NULL },
	      { "evt.arg.alias.path", NULL });
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "evt.arg.alias.filename", "(/usr/bin/dash,/usr/bin/sh,/bin/dash)" },
	      { "evt.arg.alias.trusted_exepath", "(/bin/sh,/bin/dash,/usr/bin/sh)" });
}

static void both_paths_of_a_call_have_theirs(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_CALL, BW_CALL_RENAME, "sh");
	event->syscall.fd.num = -1;
	event->syscall.text[0] = fixture_add(event, "/bin/x");
	event->syscall.text[1] = fixture_add(event, "y");
	event->syscall.base[1] = fixture_add(event, "/run");
	fixture_use(fixture, event);
	CHECK(fixture, { "fs.path.source.alias", "(/usr/bin/x)" },
	      { "fs.path.target.alias", "(/var/run/y)" }, { "fs.path.name.alias", NULL },
	      { "evt.arg.alias.oldpath", "(/usr/bin/x)" },
	      { "evt.arg.alias.newpath", "(/var/run/y)" }, { "fd.name.alias", NULL });
	fixture_begin(event, BW_EVENT_CALL, BW_CALL_MKDIR, "sh");
	event->syscall.fd.num = -1;
	event->syscall.text[0] = fixture_add(event, "/lib/x");
	fixture_use(fixture, event);
	CHECK(fixture, { "fs.path.name.alias", "(/usr/lib/x)" },
	      { "evt.arg.alias.path", "(/usr/lib/x)" }, { "fs.path.source.alias", NULL },
	      { "fs.path.target.alias", NULL });
	/* A descriptor has the kernel's path alone. */
	fixture_begin(event, BW_EVENT_CALL, BW_CALL_FCHMOD, "sh");
	event->syscall.fd.num = 3;
	event->syscall.fd.file.mode = S_IFREG | 0644;
	event->syscall.fd.path = fixture_add(event, "/run/lock/x");
	fixture_use(fixture, event);
	CHECK(fixture, { "fd.name.alias", "(/var/run/lock/x,/var/lock/x)" },
	      { "fd.directory.alias", "(/var/run/lock,/var/lock)" }, { "fd.filename.alias", NULL },
	      { "fs.path.name.alias", NULL });
}

static void a_socket_looks_as_it_does_in_its_name(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_CONNECT, BW_CALL_CONNECT, "sh");
	event->connect.family = AF_UNIX;
	event->connect.path = fixture_add(event, "/run/docker.sock");
	event->connect.given = fixture_add(event, "d.sock");
	fixture_use(fixture, event);
	CHECK(fixture, { "fd.name", "->/run/docker.sock" },
	      { "fd.name.alias", "(->/var/www/d.sock,->/var/run/docker.sock)" },
	      { "evt.arg.alias.addr", "(/var/www/d.sock,/var/run/docker.sock)" });
	event->connect.family = AF_INET;
	event->connect.path = event->connect.given = (struct bw_str){ 0 };
	fixture_use(fixture, event);
	CHECK(fixture, { "fd.name.alias", NULL }, { "evt.arg.alias.addr", NULL });
}

/* An interpreter is called what the script calls it; the script's name is not its own. */
static void executables_have_the_name_they_were_executed_by(void **state)
{
	struct fixture *fixture = *state;
	struct bw_exec *exec = &fixture->shell_exec.exec;

	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "proc.exepath", "/usr/bin/dash" },
	      { "proc.exepath.alias", "(/bin/sh,/bin/dash,/usr/bin/sh)" },
	      { "proc.pexepath.alias", "(/sbin/nginx)" });
	exec->filename = fixture_add(&fixture->shell_exec, "./evil.sh");
	exec->interp = fixture_add(&fixture->shell_exec, "/bin/sh");
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "proc.exepath.alias", "(/bin/sh,/bin/dash,/usr/bin/sh)" },
	      { "evt.arg.alias.filename", NULL },
	      { "evt.arg.alias.trusted_exepath", "(/bin/sh,/bin/dash,/usr/bin/sh)" });
	exec->interp = (struct bw_str){ 0 };
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "proc.exepath.alias", "(/var/www/evil.sh,/bin/dash)" });
	fixture->shell.image = NULL;
	fixture->shell.parent = NULL;
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "proc.exepath.alias", NULL }, { "proc.pexepath.alias", NULL });
}

static void check_names(struct fixture *fixture)
{
	CHECK(fixture, { "fd.name.alias", "(/tmp/y,/bin/x)" },
	      { "fd.directory.alias", "(/tmp,/bin)" }, { "fd.filename.alias", "(y)" },
	      { "fs.path.name.alias", "(/tmp/y,/bin/x)" },
	      { "proc.exepath.alias", "(/bin/sh,/bin/dash,/usr/bin/sh)" },
	      { "evt.arg.alias.name", "(/usr/bin/x,/bin/x)" },
	      { "evt.arg.alias[name]", "(/usr/bin/x,/bin/x)" }, { "evt.arg.alias.flags", NULL });
}

/* However many terms ask: after the first they need no memory. */
static void names_are_found_once_an_event(void **state)
{
	static const struct opened opened = { "/usr/bin/x", "/tmp/y", NULL, AT_FDCWD, 0 };
	struct fixture *fixture = *state;

	use_open(fixture, &opened);
	check_names(fixture);
	for (size_t bytes = 4096; bytes; bytes /= 2)
		while (arena_alloc(fixture->arena, bytes))
			;
	check_names(fixture);
	/* The next event has its own. */
	arena_reset(fixture->arena);
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "evt.arg.alias.name", NULL });
}

/* Without room for a memo each asks anew, without any there are no names. */
static void scratch_may_be_full(void **state)
{
	static const struct opened opened = { "/usr/bin/x", "/tmp/x", NULL, AT_FDCWD, 0 };
	struct fixture *fixture = *state;

	use_open(fixture, &opened);
	fixture->view.aliases = NULL;
	CHECK(fixture, { "fd.name.alias", "(/tmp/x,/bin/x)" },
	      { "fd.directory.alias", "(/tmp,/bin)" });
	arena_free(fixture->arena);
	fixture->arena = arena_new(16, 16);
	assert_non_null(fixture->arena);
	fixture->view.scratch = fixture->arena;
	CHECK(fixture, { "fd.name.alias", NULL }, { "fd.directory.alias", NULL });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(an_opened_file_has_the_names_that_lead_to_it),
		FIXTURE_TEST(directories_and_file_names_follow),
		FIXTURE_TEST(arguments_have_the_names_of_their_file),
		FIXTURE_TEST(both_paths_of_a_call_have_theirs),
		FIXTURE_TEST(a_socket_looks_as_it_does_in_its_name),
		FIXTURE_TEST(executables_have_the_name_they_were_executed_by),
		FIXTURE_TEST(names_are_found_once_an_event),
		FIXTURE_TEST(scratch_may_be_full),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
