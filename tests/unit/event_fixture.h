/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_EVENT_FIXTURE_H
#define UNIT_EVENT_FIXTURE_H

/* An event with all that its fields are read from, for tests of their values. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "fields/view.h"

#define FIXTURE_TAIL_MAX 1024

/* A record of any type with room for its strings. */
struct fixture_event {
	union {
		struct bw_hdr hdr;
		struct bw_exec exec;
		struct bw_exec_fail exec_fail;
		struct bw_exit exit;
		struct bw_cred_change cred;
		struct bw_chdir chdir;
		struct bw_open open;
		struct bw_connect connect;
		struct bw_fork fork;
		struct bw_syscall syscall;
		char bytes[sizeof(struct bw_exec) + FIXTURE_TAIL_MAX];
	};
	uint16_t used;
};

/*
 * sh, started by nginx, started by containerd-shim, in a container; each test
 * builds the event it needs on top.
 */
struct fixture {
	struct arena *arena;
	struct fixture_event event;
	struct fixture_event shell_exec;
	struct fixture_event nginx_exec;
	struct proc_image shell_image;
	struct proc_image nginx_image;
	struct proc shim;
	struct proc nginx;
	struct proc shell;
	struct container_mount mounts[2];
	struct container_label labels[2];
	struct container container;
	struct capture_host host;
	struct record rec;
	struct event_view view;
};

struct expected {
	const char *field; /* name[argument] */
	const char *text; /* NULL: null */
};

/* Append bytes, or a string, and a NUL to the record. */
struct bw_str fixture_add_bytes(struct fixture_event *sample, const char *s, size_t len);
struct bw_str fixture_add(struct fixture_event *sample, const char *s);

/* Start a record of the shell. */
void fixture_begin(struct fixture_event *sample, uint16_t type, uint16_t call, const char *comm);

/* For cmocka: *state is the struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* The record is ready: make it the view's. */
void fixture_use(struct fixture *fixture, const struct fixture_event *sample);

/* Fail unless the field shows as the text. */
void fixture_check(struct fixture *fixture, const struct expected *expected);

#define CHECK(fixture, ...)                                                            \
	do {                                                                           \
		static const struct expected expected_[] = { __VA_ARGS__ };            \
                                                                                       \
		for (size_t i_ = 0; i_ < sizeof(expected_) / sizeof(*expected_); i_++) \
			fixture_check(fixture, &expected_[i_]);                        \
	} while (0)

#define FIXTURE_TEST(name) cmocka_unit_test_setup_teardown(name, fixture_setup, fixture_teardown)

#endif /* UNIT_EVENT_FIXTURE_H */
