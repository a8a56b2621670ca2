// SPDX-License-Identifier: Apache-2.0

/* Threads that change their names.  Root. */
#include "watch.h"

#include <fcntl.h>
#include <pthread.h>
#include <sys/prctl.h>

static int by_prctl(const void *arg)
{
	return prctl(PR_SET_NAME, arg);
}

static int write_name(const char *path, const char *name)
{
	int fd = open(path, O_WRONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? -1 : write(fd, name, strlen(name));

	return n == (ssize_t)strlen(name) ? 0 : 1;
}

static int by_proc(const void *arg)
{
	return write_name("/proc/self/comm", arg);
}

static void assert_comm(const struct bw_comm *rec, const char *before, const char *after)
{
	char want[BW_COMM_LEN] = "";

	assert_non_null(rec);
	assert_int_equal(rec->hdr.call, BW_CALL_COMM_CHANGE);
	assert_int_equal(rec->hdr.flags, 0);
	assert_string_equal(rec->old, before);
	/* Whole arrays: nothing of a longer old name may be left behind the new one. */
	memcpy(want, after, strlen(after));
	assert_memory_equal(rec->hdr.comm, want, sizeof(want));
}

static void new_name_and_old_one_are_told(void **state)
{
	struct watch *w = *state;

	assert_int_equal(watch_deed(w, by_prctl, "kthreadd"), 0);
	assert_int_equal(watch_count(w, BW_EVENT_COMM), 1);
	assert_comm(watch_find(w, BW_EVENT_COMM, 0), "test_comm", "kthreadd");

	assert_int_equal(watch_deed(w, by_proc, "x"), 0);
	assert_int_equal(watch_count(w, BW_EVENT_COMM), 1);
	assert_comm(watch_find(w, BW_EVENT_COMM, 0), "test_comm", "x");

	/* The kernel keeps 15 bytes. */
	assert_int_equal(watch_deed(w, by_prctl, "abcdefghijklmnopqrst"), 0);
	assert_comm(watch_find(w, BW_EVENT_COMM, 0), "test_comm", "abcdefghijklmno");
}

struct named {
	pthread_barrier_t ready;
	pthread_barrier_t done;
	pid_t tid;
};

static void *wait_for_name(void *arg)
{
	struct named *named = arg;

	named->tid = (pid_t)syscall(SYS_gettid);
	(void)pthread_barrier_wait(&named->ready);
	(void)pthread_barrier_wait(&named->done);
	return NULL;
}

/* The main thread names the other one. */
static int name_thread(const void *arg)
{
	struct named named;
	pthread_t thread;
	char path[64];
	int failed;

	if (pthread_barrier_init(&named.ready, NULL, 2) ||
	    pthread_barrier_init(&named.done, NULL, 2) ||
	    pthread_create(&thread, NULL, wait_for_name, &named))
		return 1;
	(void)pthread_barrier_wait(&named.ready);
	(void)snprintf(path, sizeof(path), "/proc/self/task/%d/comm", named.tid);
	failed = write_name(path, arg);
	(void)pthread_barrier_wait(&named.done);
	return pthread_join(thread, NULL) || failed;
}

static void thread_named_by_another_is_the_one_that_is_told(void **state)
{
	struct watch *w = *state;
	const struct bw_comm *rec;

	assert_int_equal(watch_deed(w, name_thread, "worker"), 0);
	assert_int_equal(watch_count(w, BW_EVENT_COMM), 1);
	rec = watch_find(w, BW_EVENT_COMM, 0);
	assert_comm(rec, "test_comm", "worker");
	assert_int_equal(rec->hdr.tgid, w->pid);
	assert_int_not_equal(rec->hdr.tid, w->pid);
}

static void exec_is_no_renaming(void **state)
{
	static const char *const argv[] = { "/bin/true", NULL };
	struct watch *w = *state;

	assert_int_equal(watch_deed(w, watch_exec, argv), 0);
	assert_int_equal(watch_count(w, BW_EVENT_EXEC), 1);
	assert_int_equal(watch_count(w, BW_EVENT_COMM), 0);
}

static void nobody_asked_and_nothing_is_told(void **state)
{
	const bool calls[BW_CALL_MAX] = { [BW_CALL_CONNECT] = true };
	struct watch *w = watch_open(calls);

	(void)state;
	assert_int_equal(watch_deed(w, by_prctl, "x"), 0);
	assert_int_equal(watch_count(w, BW_EVENT_COMM), 0);
	watch_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(new_name_and_old_one_are_told),
		cmocka_unit_test(thread_named_by_another_is_the_one_that_is_told),
		cmocka_unit_test(exec_is_no_renaming),
	};
	const struct CMUnitTest alone[] = {
		cmocka_unit_test(nobody_asked_and_nothing_is_told),
	};
	int failed = cmocka_run_group_tests_name("alone", alone, NULL, NULL);

	return failed + cmocka_run_group_tests_name("watching", tests, watch_setup, watch_teardown);
}
