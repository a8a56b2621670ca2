// SPDX-License-Identifier: Apache-2.0

/* Changes of credentials, as the programs report them.  Root. */
#include "watch.h"

#include <fcntl.h>
#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "bpfwatch/calls.h"
#include "sensor/sensor_impl.h"

#include "bw.skel.h"

#define SOME_UID 1234
#define SOME_GID 4321

static int become_nobody(const void *arg)
{
	(void)arg;
	return syscall(SYS_setresgid, SOME_GID, SOME_GID, -1) ||
	       syscall(SYS_setresuid, SOME_UID, SOME_UID, 0) ||
	       syscall(SYS_setuid, SOME_UID + 1) == 0;
}

static void change_tells_before_after_and_arguments(void **state)
{
	struct watch *w = *state;
	const struct bw_cred_change *rec;

	assert_int_equal(watch_deed(w, become_nobody, NULL), 0);
	rec = watch_find(w, BW_EVENT_CRED, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.call, BW_CALL_SETRESGID);
	assert_int_equal(rec->hdr.ret, 0);
	assert_int_equal(rec->before.egid, 0);
	assert_int_equal(rec->after.egid, SOME_GID);
	assert_int_equal(rec->after.sgid, 0);
	assert_int_equal(rec->args[1], SOME_GID);
	assert_int_equal(rec->args[2], (uint32_t)-1);

	rec = watch_find(w, BW_EVENT_CRED, 1);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.call, BW_CALL_SETRESUID);
	assert_int_equal(rec->before.euid, 0);
	assert_int_equal(rec->before.gid, SOME_GID);
	assert_true(rec->before.cap_effective != 0);
	assert_int_equal(rec->after.euid, SOME_UID);
	assert_int_equal(rec->after.suid, 0);
	assert_int_equal(rec->after.cap_effective, 0);
	assert_int_equal(rec->hdr.uid, SOME_UID);
	assert_int_equal(rec->hdr.flags & BW_F_NO_BEFORE, 0);

	/* Refused: nothing changed, and it is told all the same. */
	rec = watch_find(w, BW_EVENT_CRED, 2);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.call, BW_CALL_SETUID);
	assert_int_equal(rec->hdr.ret, -EPERM);
	assert_int_equal(rec->args[0], SOME_UID + 1);
	assert_memory_equal(&rec->before, &rec->after, sizeof(rec->after));
	assert_int_equal(watch_count(w, BW_EVENT_CRED), 3);
}

static int call_the_family(const void *arg)
{
	const gid_t groups[] = { 1, 2, 3 };

	(void)arg;
	(void)syscall(SYS_setgroups, 3, groups);
	(void)syscall(SYS_setfsgid, SOME_GID);
	(void)syscall(SYS_setfsuid, SOME_UID);
	(void)syscall(SYS_setregid, -1, SOME_GID);
	(void)syscall(SYS_setgid, SOME_GID);
	(void)syscall(SYS_setreuid, -1, SOME_UID);
	(void)syscall(SYS_setuid, SOME_UID);
	return 0;
}

static void every_call_of_the_family_is_told(void **state)
{
	static const uint16_t calls[] = {
		BW_CALL_SETGROUPS, BW_CALL_SETFSGID, BW_CALL_SETFSUID, BW_CALL_SETREGID,
		BW_CALL_SETGID,    BW_CALL_SETREUID, BW_CALL_SETUID,
	};
	struct watch *w = *state;
	bool seen[BW_CALL_MAX] = { false };
	const struct bw_cred_change *rec;

	assert_int_equal(watch_deed(w, call_the_family, NULL), 0);
	/* Those that change nothing travel in the other lane, so order is by time only. */
	for (size_t i = 0; (rec = watch_find(w, BW_EVENT_CRED, i)); i++) {
		seen[rec->hdr.call] = true;
		if (rec->hdr.call == BW_CALL_SETGROUPS)
			assert_int_equal(rec->args[0], 3);
		if (rec->hdr.call == BW_CALL_SETFSUID)
			assert_int_equal(rec->after.fsuid, SOME_UID);
	}
	for (size_t i = 0; i < sizeof(calls) / sizeof(*calls); i++)
		assert_true(seen[calls[i]]);
	assert_int_equal(watch_count(w, BW_EVENT_CRED), sizeof(calls) / sizeof(*calls));
}

static int drop_capabilities(const void *arg)
{
	struct __user_cap_header_struct header = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[2] = { { 0 }, { 0 } };

	(void)arg;
	data[0].permitted = 1U << CAP_KILL;
	data[0].effective = 1U << CAP_KILL;
	return syscall(SYS_capset, &header, data) != 0;
}

static void capset_tells_capabilities(void **state)
{
	struct watch *w = *state;
	const struct bw_cred_change *rec;

	assert_int_equal(watch_deed(w, drop_capabilities, NULL), 0);
	rec = watch_find(w, BW_EVENT_CRED, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.call, BW_CALL_CAPSET);
	assert_int_equal(rec->after.cap_effective, 1U << CAP_KILL);
	assert_true(rec->before.cap_effective & (1U << CAP_SYS_ADMIN));
}

static void *change_in_thread(void *arg)
{
	(void)syscall(SYS_setresuid, SOME_UID, SOME_UID, SOME_UID);
	return arg;
}

static int run_thread(const void *arg)
{
	pthread_t thread;

	(void)arg;
	if (pthread_create(&thread, NULL, change_in_thread, NULL) || pthread_join(thread, NULL))
		return 1;
	return getuid() != 0;
}

static void thread_that_changes_alone_is_told_as_itself(void **state)
{
	struct watch *w = *state;
	const struct bw_cred_change *rec;

	assert_int_equal(watch_deed(w, run_thread, NULL), 0);
	rec = watch_find(w, BW_EVENT_CRED, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.tgid, w->pid);
	assert_true(rec->hdr.tid != w->pid);
	assert_int_equal(rec->before.euid, 0);
	assert_int_equal(rec->after.euid, SOME_UID);
	assert_int_equal(rec->hdr.flags & BW_F_NO_BEFORE, 0);
}

/* The records of changes that no call explains. */
static size_t n_unexplained(const struct watch *w)
{
	size_t n = 0;

	for (size_t i = 0; i < w->n; i++)
		n += w->records[i]->call == BW_CALL_CRED_CHANGE;
	return n;
}

/* Make the sensor believe that we were somebody else, as we had been before an exploit. */
static int forge_memory(int map)
{
	uint32_t tid = (uint32_t)getpid();
	struct bw_remembered old;

	if (bpf_map_lookup_elem(map, &tid, &old))
		return -1;
	old.cred.uid = SOME_UID;
	old.cred.euid = SOME_UID;
	old.cred.cap_permitted = 0;
	old.cred.cap_effective = 0;
	return bpf_map_update_elem(map, &tid, &old, BPF_ANY);
}

static int forge_and_open(const void *arg)
{
	return forge_memory(*(const int *)arg) || open("/dev/null", O_RDONLY) < 0 ||
	       open("/dev/zero", O_RDONLY) < 0;
}

static int forge_and_exec(const void *arg)
{
	const char *const argv[] = { "/bin/true", NULL };

	return forge_memory(*(const int *)arg) ? 1 : watch_exec(argv);
}

static int forge_and_mkdir(const void *arg)
{
	return forge_memory(*(const int *)arg) || mkdirat(AT_FDCWD, "/", 0) == 0;
}

static void change_without_a_call_is_told_once_before_the_next_event(void **state)
{
	static const struct {
		deed_fn *deed;
		uint16_t next; /* type of the record after it */
	} rows[] = {
		{ forge_and_open, BW_EVENT_OPEN },
		{ forge_and_exec, BW_EVENT_EXEC },
		{ forge_and_mkdir, BW_EVENT_CALL },
	};
	/* Not bpf(2), or the forgery itself would be the next event. */
	bool calls[BW_CALL_MAX] = {
		[BW_CALL_CRED_CHANGE] = true,
		[BW_CALL_OPENAT] = true,
		[BW_CALL_MKDIRAT] = true,
	};
	struct watch *w = watch_open_writable(calls);
	int map = bpf_map__fd(w->sensor->skel->maps.bw_creds);

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct bw_cred_change *rec;
		const struct bw_hdr *next;

		assert_int_equal(watch_deed(w, rows[i].deed, &map), 0);
		assert_int_equal(n_unexplained(w), 1);
		rec = watch_find(w, BW_EVENT_CRED, 0);
		assert_non_null(rec);
		assert_int_equal(rec->hdr.call, BW_CALL_CRED_CHANGE);
		assert_int_equal(rec->hdr.tgid, w->pid);
		assert_int_equal(rec->before.euid, SOME_UID);
		assert_int_equal(rec->before.cap_effective, 0);
		assert_int_equal(rec->after.euid, 0);
		assert_true(rec->after.cap_effective != 0);
		next = watch_find(w, rows[i].next, 0);
		assert_non_null(next);
		assert_true(rec->hdr.time_ns < next->time_ns);
	}
	watch_close(w);
}

static int enter_user_ns(const void *arg)
{
	(void)arg;
	return unshare(CLONE_NEWUSER) || open("/dev/null", O_RDONLY) < 0;
}

static int clone_into_user_ns(const void *arg)
{
	pid_t pid = (pid_t)syscall(SYS_clone, CLONE_NEWUSER | SIGCHLD, 0, 0, 0, 0);
	int status = 0;

	(void)arg;
	if (pid == 0)
		_exit(open("/dev/null", O_RDONLY) < 0);
	return pid < 0 || waitpid(pid, &status, 0) != pid || status;
}

static int change_what_is_not_looked_at(const void *arg)
{
	(void)arg;
	return prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0) ||
	       prctl(PR_CAPBSET_DROP, CAP_SYS_TIME, 0, 0, 0) || open("/dev/null", O_RDONLY) < 0;
}

static int change_ids_and_open(const void *arg)
{
	return become_nobody(arg) || syscall(SYS_setresuid, -1, 0, -1) ||
	       open("/dev/null", O_RDONLY) < 0;
}

static int exec_after_changes(const void *arg)
{
	const char *const argv[] = { "/bin/true", NULL };

	if (become_nobody(arg))
		return 1;
	return watch_exec(argv);
}

static deed_fn *const innocents[] = {
	enter_user_ns,       clone_into_user_ns, change_what_is_not_looked_at,
	change_ids_and_open, exec_after_changes, run_thread,
	drop_capabilities,
};

static void lawful_changes_are_explained(void **state)
{
	struct watch *w = *state;

	for (size_t i = 0; i < sizeof(innocents) / sizeof(*innocents); i++) {
		int status = watch_deed(w, innocents[i], NULL);

		if (status || n_unexplained(w))
			fail_msg("deed %zu: status %d, %zu findings", i, status, n_unexplained(w));
	}
}

static void lawful_changes_are_explained_when_nobody_wants_their_calls(void **state)
{
	bool calls[BW_CALL_MAX] = { [BW_CALL_CRED_CHANGE] = true, [BW_CALL_OPENAT] = true };
	struct watch *w = watch_open(calls);

	(void)state;
	for (size_t i = 0; i < sizeof(innocents) / sizeof(*innocents); i++) {
		assert_int_equal(watch_deed(w, innocents[i], NULL), 0);
		assert_int_equal(watch_count(w, BW_EVENT_CRED), 0);
		assert_int_equal(watch_count(w, BW_EVENT_CALL), 0);
	}
	watch_close(w);
}

static void change_is_not_told_unless_wanted(void **state)
{
	bool calls[BW_CALL_MAX] = { [BW_CALL_SETUID] = true, [BW_CALL_OPENAT] = true };
	struct watch *w = watch_open_writable(calls);
	int map = bpf_map__fd(w->sensor->skel->maps.bw_creds);

	(void)state;
	assert_int_equal(watch_deed(w, forge_and_open, &map), 0);
	assert_int_equal(watch_count(w, BW_EVENT_OPEN), 2);
	assert_int_equal(watch_count(w, BW_EVENT_CRED), 0);
	watch_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(change_tells_before_after_and_arguments),
		cmocka_unit_test(every_call_of_the_family_is_told),
		cmocka_unit_test(capset_tells_capabilities),
		cmocka_unit_test(thread_that_changes_alone_is_told_as_itself),
		cmocka_unit_test(change_without_a_call_is_told_once_before_the_next_event),
		cmocka_unit_test(lawful_changes_are_explained),
		cmocka_unit_test(lawful_changes_are_explained_when_nobody_wants_their_calls),
		cmocka_unit_test(change_is_not_told_unless_wanted),
	};

	return cmocka_run_group_tests(tests, watch_setup, watch_teardown);
}
