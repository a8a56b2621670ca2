// SPDX-License-Identifier: Apache-2.0

/* Changes of credentials, as the programs report them.  Root. */
#include "watch.h"

#include <grp.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sys/fsuid.h>
#include <sys/syscall.h>

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

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(change_tells_before_after_and_arguments),
		cmocka_unit_test(every_call_of_the_family_is_told),
		cmocka_unit_test(capset_tells_capabilities),
		cmocka_unit_test(thread_that_changes_alone_is_told_as_itself),
	};

	return cmocka_run_group_tests(tests, watch_setup, watch_teardown);
}
