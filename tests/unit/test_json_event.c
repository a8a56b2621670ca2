// SPDX-License-Identifier: Apache-2.0
#include "eval/json_event.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "rules/rules.h"

/* The verdict of a condition over one line. */
static bool ask(const char *condition, const char *line)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG,
					     .condition = condition,
					     .any_static = true };
	struct rules *rules = rules_load(NULL, 0, &config);
	struct arena *scratch = arena_new(4096, 1 << 20);
	struct json_event *event = NULL;
	struct field_source source;
	struct diag diag;
	bool verdict;

	diag_init(&diag);
	assert_non_null(rules);
	assert_non_null(scratch);
	if (rules_n_errors(rules))
		fail_msg("%s: %s", condition, rules_problem_at(rules, 0)->message);
	if (json_event_parse(line, strlen(line), &diag, &event))
		fail_msg("%s: %s", line, diag.text);
	source = json_event_source(event, scratch);
	verdict = rules_eval(rules, rules_at(rules, 0), &source);
	json_event_free(event);
	arena_free(scratch);
	rules_free(rules);
	return verdict;
}

struct question {
	const char *condition;
	const char *line;
	bool expected;
};

static void assert_all(const struct question *questions, size_t n)
{
	for (size_t i = 0; i < n; i++)
		if (ask(questions[i].condition, questions[i].line) != questions[i].expected)
			fail_msg("%s over %s is not %s", questions[i].condition, questions[i].line,
				 questions[i].expected ? "true" : "false");
}

#define ASSERT_ALL(questions) assert_all(questions, sizeof(questions) / sizeof((questions)[0]))

static void values_have_the_type_of_their_field(void **state)
{
	static const struct question questions[] = {
		{ "proc.name = cat", "{\"proc.name\":\"cat\"}", true },
		{ "proc.pid = 7", "{\"proc.pid\":7}", true },
		{ "proc.pid = 7", "{\"proc.pid\":\"7\"}", true },
		{ "proc.pid = 7", "{\"proc.pid\":\"7x\"}", false },
		{ "proc.is_exe_writable = true", "{\"proc.is_exe_writable\":true}", true },
		{ "proc.is_exe_writable = true", "{\"proc.is_exe_writable\":\"true\"}", true },
		{ "fd.sip = 10.0.0.1", "{\"fd.sip\":\"10.0.0.1\"}", true },
		{ "fd.sip = 10.0.0.1", "{\"fd.sip\":\"ten\"}", false },
		{ "fd.types intersects (file)", "{\"fd.types\":[\"ipv4\",\"file\"]}", true },
		{ "fd.sport = 443", "{\"fd.sport\":\"https\"}", true },
		{ "proc.name = 5", "{\"proc.name\":5}", true },
	};

	(void)state;
	ASSERT_ALL(questions);
}

static void what_is_absent_or_null_satisfies_nothing(void **state)
{
	static const struct question questions[] = {
		{ "proc.name != cat", "{}", false },
		{ "proc.name != cat", "{\"proc.name\":null}", false },
		{ "not proc.name = cat", "{\"proc.name\":null}", true },
		{ "proc.name exists", "{\"proc.name\":{}}", false },
	};

	(void)state;
	ASSERT_ALL(questions);
}

static void an_alert_serves_by_its_output_fields(void **state)
{
	static const struct question questions[] = {
		{ "proc.name = sh", "{\"rule\":\"x\",\"output_fields\":{\"proc.name\":\"sh\"}}",
		  true },
		{ "proc.name = cat", "{\"proc.name\":\"cat\",\"output_fields\":{}}", false },
	};

	(void)state;
	ASSERT_ALL(questions);
}

static void arguments_are_found_in_either_form(void **state)
{
	static const struct question questions[] = {
		{ "evt.arg.flags contains O_CREAT", "{\"evt.arg.flags\":\"O_CREAT\"}", true },
		{ "evt.arg.flags contains O_CREAT", "{\"evt.arg[flags]\":\"O_CREAT\"}", true },
		{ "evt.arg[flags] contains O_CREAT", "{\"evt.arg.flags\":\"O_CREAT\"}", true },
		{ "proc.aname[2] = sshd", "{\"proc.aname[2]\":\"sshd\"}", true },
		{ "proc.aname[2] = sshd", "{\"proc.aname[1]\":\"sshd\"}", false },
		{ "static.env = prod", "{\"static.env\":\"prod\"}", true },
	};

	(void)state;
	ASSERT_ALL(questions);
}

#define SOCKET \
	"{\"fd.type\":\"ipv4\",\"fd.cip\":\"10.0.0.1\",\"fd.sip\":\"1.2.3.4\",\"fd.sport\":80}"

static void fields_for_filters_alone_are_derived(void **state)
{
	static const struct question questions[] = {
		{ "fd.ip = 1.2.3.4", SOCKET, true },
		{ "fd.ip = 10.0.0.1", SOCKET, true },
		{ "fd.ip != 1.2.3.4", SOCKET, false },
		{ "fd.ip != 9.9.9.9", SOCKET, true },
		{ "fd.net = 1.2.3.0/24", SOCKET, true },
		{ "fd.net = 1.3.3.0/24", SOCKET, false },
		{ "fd.snet = 1.2.3.0/24", SOCKET, true },
		{ "fd.cnet = 1.2.3.0/24", SOCKET, false },
		{ "fd.port = 80", SOCKET, true },
		{ "fd.port = 0", SOCKET, true },
		{ "fd.port = 81", SOCKET, false },
		{ "fd.ip != 1.2.3.4", "{\"fd.type\":\"file\"}", false },
		{ "fd.ip exists", "{}", false },
		{ "proc.aname = sshd", "{\"proc.aname[1]\":\"sh\",\"proc.aname[2]\":\"sshd\"}",
		  true },
		{ "proc.aname = cat", "{\"proc.name\":\"cat\",\"proc.aname[1]\":\"sh\"}", false },
		{ "proc.apid = 4", "{\"proc.apid[3]\":4}", true },
	};

	(void)state;
	ASSERT_ALL(questions);
}

static void what_is_no_object_is_refused_with_its_place(void **state)
{
	static const struct {
		const char *line;
		const char *text;
	} lines[] = {
		{ "{\"a\":", "not JSON at byte" },       { "", "not JSON at byte" },
		{ "[1]", "not a JSON object" },          { "7", "not a JSON object" },
		{ "{} {}", "more than one JSON value" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		struct json_event *event = NULL;
		struct diag diag;

		diag_init(&diag);
		assert_int_equal(json_event_parse(lines[i].line, strlen(lines[i].line), &diag,
						  &event),
				 -EINVAL);
		assert_null(event);
		assert_non_null(strstr(diag.text, lines[i].text));
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(values_have_the_type_of_their_field),
		cmocka_unit_test(what_is_absent_or_null_satisfies_nothing),
		cmocka_unit_test(an_alert_serves_by_its_output_fields),
		cmocka_unit_test(arguments_are_found_in_either_form),
		cmocka_unit_test(fields_for_filters_alone_are_derived),
		cmocka_unit_test(what_is_no_object_is_refused_with_its_place),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
