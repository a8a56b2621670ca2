/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BPF_WATCH_H
#define TESTS_BPF_WATCH_H

/*
 * Runs a deed in a child and keeps the records of that child alone, so that
 * whatever else the machine does cannot disturb a test.
 */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include <cmocka.h>

#include "bpfwatch/event.h"
#include "sensor/sensor.h"

#define WATCH_RECORDS_MAX 32768
#define WATCH_RING_BYTES  ((size_t)4 << 20)
#define WATCH_ROUNDS_MAX  5000
#define WATCH_ROUND_NS    1000000

struct watch {
	struct sensor *sensor;
	uint32_t pid; /* keep the records of this process and of its children */
	bool exited;
	size_t n;
	struct bw_hdr *records[WATCH_RECORDS_MAX];
};

/* What a child does; its result is the exit code. */
typedef int deed_fn(const void *arg);

static inline void watch_on_record(const void *data, size_t len, void *arg)
{
	const struct bw_hdr *hdr = data;
	struct watch *w = arg;

	assert_int_equal(len, hdr->size);
	assert_int_equal((uintptr_t)data % 8, 0);
	if (!w->pid || (hdr->tgid != w->pid && hdr->parent_tgid != w->pid))
		return;
	if (hdr->type == BW_EVENT_EXIT && hdr->tgid == w->pid)
		w->exited = true;
	assert_true(w->n < WATCH_RECORDS_MAX);
	w->records[w->n] = malloc(len);
	assert_non_null(w->records[w->n]);
	memcpy(w->records[w->n++], data, len);
}

static inline void watch_clear(struct watch *w)
{
	for (size_t i = 0; i < w->n; i++)
		free(w->records[i]);
	w->n = 0;
	w->exited = false;
	w->pid = 0;
}

static inline struct watch *watch_open_as(const bool calls[BW_CALL_MAX], size_t ring_bytes,
					  bool leave_writable)
{
	struct watch *w = calloc(1, sizeof(*w));
	struct sensor_config config = {
		.life_ring_bytes = ring_bytes,
		.activity_ring_bytes = ring_bytes,
		.want_env = true,
		.leave_writable = leave_writable,
		.cb = watch_on_record,
		.arg = w,
	};
	struct diag diag;

	assert_non_null(w);
	memcpy(config.calls, calls, sizeof(config.calls));
	diag_init(&diag);
	if (sensor_open(&config, &diag, &w->sensor))
		fail_msg("%s", diag.text);
	return w;
}

static inline struct watch *watch_open(const bool calls[BW_CALL_MAX])
{
	return watch_open_as(calls, WATCH_RING_BYTES, false);
}

/* The test may write the maps. */
static inline struct watch *watch_open_writable(const bool calls[BW_CALL_MAX])
{
	return watch_open_as(calls, WATCH_RING_BYTES, true);
}

static inline void watch_close(struct watch *w)
{
	watch_clear(w);
	sensor_close(w->sensor);
	free(w);
}

/* For cmocka: one sensor that watches everything, for a group of tests. */
static inline int watch_setup(void **state)
{
	bool calls[BW_CALL_MAX];

	memset(calls, true, sizeof(calls));
	*state = watch_open(calls);
	return 0;
}

static inline int watch_teardown(void **state)
{
	watch_close(*state);
	return 0;
}

/* Drain while the child is at work and until its exit has been seen, which comes last of all. */
static inline void watch_until_exit(struct watch *w)
{
	const struct timespec round = { .tv_nsec = WATCH_ROUND_NS };

	for (int i = 0; i < WATCH_ROUNDS_MAX && !w->exited; i++) {
		assert_true(sensor_drain(w->sensor, 1000) >= 0);
		(void)nanosleep(&round, NULL);
	}
	assert_true(w->exited);
}

/* Returns the wait status of a child that did `deed`. */
static inline int watch_deed(struct watch *w, deed_fn *deed, const void *arg)
{
	int status = -1;
	pid_t pid;

	/* What waits concerns others. */
	watch_clear(w);
	assert_true(sensor_drain(w->sensor, UINT32_MAX) >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0) {
		(void)signal(SIGSEGV, SIG_DFL); /* cmocka would go on with the tests */
		_exit(deed(arg));
	}
	w->pid = (uint32_t)pid;
	watch_until_exit(w);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	return status;
}

/* A deed: execute argv, which is what `arg` points to.  execv() would want it without const. */
static inline int watch_exec(const void *arg)
{
	const char *const *argv = arg;

	(void)syscall(SYS_execve, argv[0], argv, environ);
	return 127;
}

/* Say why the rest of a test cannot be done here.  cmocka's own skip() prints "not ok". */
static inline void watch_skip(const char *why)
{
	(void)printf("# SKIP %s\n", why);
}

/* The `nth` record of `type` (from 0), or NULL. */
static inline void *watch_find(const struct watch *w, uint16_t type, size_t nth)
{
	for (size_t i = 0; i < w->n; i++) {
		if (w->records[i]->type == type && nth-- == 0)
			return w->records[i];
	}
	return NULL;
}

static inline size_t watch_count(const struct watch *w, uint16_t type)
{
	size_t count = 0;

	for (size_t i = 0; i < w->n; i++)
		count += w->records[i]->type == type;
	return count;
}

/* A string of a record; also checks that it lies inside and ends with a NUL. */
static inline const char *watch_str(const void *record, struct bw_str str)
{
	const struct bw_hdr *hdr = record;

	if (!str.off)
		return "";
	assert_true((uint32_t)str.off + str.len < hdr->size);
	assert_int_equal(((const char *)record)[str.off + str.len], '\0');
	return (const char *)record + str.off;
}

#endif /* TESTS_BPF_WATCH_H */
