// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fields/events.h"

static uint32_t lookup(const char *name)
{
	return event_type_lookup(name, strlen(name));
}

static void lookup_finds_every_name_at_its_index(void **state)
{
	(void)state;
	assert_int_equal(event_type_count(), 492); /* Falco's 490 and two of ours */
	for (uint32_t i = 0; i < event_type_count(); i++)
		assert_int_equal(lookup(event_type_name(i)), i);
	assert_null(event_type_name((uint32_t)event_type_count()));
}

static void lookup_knows_calls_and_pseudo_events(void **state)
{
	static const char *const known[] = { "execve",    "openat2",     "procexit", "NA",
					     "container", "setresuid32", "writev",   "_llseek" };
	static const char *const unknown[] = { "", "exec", "execvea", "execvee", "OPEN", "zzz" };

	(void)state;
	for (size_t i = 0; i < sizeof(known) / sizeof(known[0]); i++)
		assert_true(lookup(known[i]) != EVENT_TYPE_NONE);
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++)
		assert_true(lookup(unknown[i]) == EVENT_TYPE_NONE);
}

static void lookup_stops_at_the_given_length(void **state)
{
	(void)state;
	assert_int_equal(event_type_lookup("openat2", strlen("open")), lookup("open"));
}

static void type_of_follows_the_call(void **state)
{
	static const struct {
		uint16_t type;
		uint16_t call;
		const char *name; /* NULL: no event */
	} cases[] = {
		{ BW_EVENT_EXEC, BW_CALL_EXECVEAT, "execveat" },
		{ BW_EVENT_EXEC_FAIL, BW_CALL_EXECVE, "execve" },
		{ BW_EVENT_EXEC, BW_CALL_NONE, "execve" },
		{ BW_EVENT_FORK, BW_CALL_CLONE3, "clone3" },
		{ BW_EVENT_FORK, BW_CALL_NONE, "clone" },
		{ BW_EVENT_EXIT, BW_CALL_NONE, "procexit" },
		{ BW_EVENT_OPEN, BW_CALL_CREAT, "creat" },
		{ BW_EVENT_OPEN, BW_CALL_NONE, "openat" },
		{ BW_EVENT_OPEN, BW_CALL_MAX, "openat" },
		{ BW_EVENT_CONNECT, BW_CALL_NONE, "connect" },
		{ BW_EVENT_CRED, BW_CALL_SETFSGID, "setfsgid" },
		{ BW_EVENT_CHDIR, BW_CALL_FCHDIR, "fchdir" },
		{ BW_EVENT_CGROUP, BW_CALL_NONE, NULL },
		{ BW_EVENT_PROC, BW_CALL_EXECVE, NULL },
		{ BW_EVENT_LOSS, BW_CALL_NONE, NULL },
		{ UINT16_MAX, BW_CALL_EXECVE, NULL },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct bw_hdr hdr = { .type = cases[i].type, .call = cases[i].call };
		uint32_t index = event_type_of(&hdr);

		if (cases[i].name)
			assert_string_equal(event_type_name(index), cases[i].name);
		else
			assert_true(index == EVENT_TYPE_NONE);
	}
}

static void every_call_gives_events_of_one_type(void **state)
{
	size_t n[BW_CALL_MAX] = { 0 };

	(void)state;
	for (uint32_t i = 0; i < event_type_count(); i++) {
		bool calls[BW_CALL_MAX] = { false };
		bool any = event_type_calls(i, calls);
		size_t sum = 0;

		for (unsigned int call = 0; call < BW_CALL_MAX; call++) {
			n[call] += calls[call];
			sum += calls[call];
		}
		assert_int_equal(any, sum > 0);
		assert_int_equal(any, event_type_is_delivered(i));
	}
	assert_int_equal(n[BW_CALL_NONE], 0);
	for (unsigned int call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++)
		assert_int_equal(n[call], 1);
}

static void calls_are_added_to_those_there(void **state)
{
	bool calls[BW_CALL_MAX] = { [BW_CALL_OPEN] = true };

	(void)state;
	assert_true(event_type_calls(lookup("connect"), calls));
	assert_true(calls[BW_CALL_OPEN] && calls[BW_CALL_CONNECT]);
	assert_false(event_type_calls(lookup("getpid"), calls));
	assert_false(event_type_calls(EVENT_TYPE_NONE, calls));
}

static void delivered_types_are_those_of_the_calls(void **state)
{
	uint64_t types[EVENT_TYPE_MAX / 64];
	size_t n = 0;

	(void)state;
	event_types_delivered(types);
	for (uint32_t i = 0; i < EVENT_TYPE_MAX; i++) {
		bool is_delivered = types[i / 64] >> (i % 64) & 1;

		assert_int_equal(is_delivered, event_type_is_delivered(i));
		n += is_delivered;
	}
	assert_int_equal(n, BW_CALL_MAX - 1);
	assert_int_equal(event_type_of_call(BW_CALL_EXIT), lookup("procexit"));
	assert_true(event_type_of_call(BW_CALL_NONE) == EVENT_TYPE_NONE);
	assert_true(event_type_of_call(BW_CALL_MAX) == EVENT_TYPE_NONE);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(lookup_finds_every_name_at_its_index),
		cmocka_unit_test(lookup_knows_calls_and_pseudo_events),
		cmocka_unit_test(lookup_stops_at_the_given_length),
		cmocka_unit_test(type_of_follows_the_call),
		cmocka_unit_test(every_call_gives_events_of_one_type),
		cmocka_unit_test(calls_are_added_to_those_there),
		cmocka_unit_test(delivered_types_are_those_of_the_calls),
	};

	return cmocka_run_group_tests_name("fields/events", tests, NULL, NULL);
}
