// SPDX-License-Identifier: Apache-2.0
/* Which rules can never fire because of what this build does not see. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define FIELDS "fields that nothing fills: "
#define EVENTS "events that are not delivered: "

/* Loads one rule with the condition; `macros` stand before it. */
static struct rules *load(const char *macros, const char *condition)
{
	char yaml[8192];
	struct rules_file file = { .path = "a.yaml", .text = yaml };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules;

	file.len = (size_t)snprintf(yaml, sizeof(yaml),
				    "%s- rule: r\n  desc: d\n  output: o\n  priority: INFO\n"
				    "  condition: %s\n",
				    macros, condition);
	rules = rules_load(&file, 1, &config);
	assert_non_null(rules);
	if (rules_n_errors(rules))
		fail_msg("%s: %s", condition, rules_problem_at(rules, 0)->message);
	return rules;
}

/* why: NULL for a rule that may fire. */
static void check(const char *macros, const char *condition, const char *why)
{
	struct rules *rules = load(macros, condition);
	struct buf buf;
	bool never;

	buf_init(&buf, 4096);
	never = rules_never_fire(rules, 0, &buf);
	if (never != !!why || (why && strcmp(buf.data, why) != 0))
		fail_msg("%s: %s, not %s", condition, never ? buf.data : "may fire",
			 why ? why : "may fire");
	assert_false(rules_never_fire(rules, 1, &buf));
	buf_done(&buf);
	rules_free(rules);
}

static void rules_that_may_fire_are_left_alone(void **state)
{
	static const char *const conditions[] = {
		"evt.type = execve and proc.name = x",
		"evt.type = open and not fdlist.names = x",
		"evt.type = open and (fdlist.names = x or fd.name = y)",
		"evt.type = open and not (fdlist.names = x and fd.name = y)",
		"not evt.buffer exists and evt.type = open",
		"evt.type in (read, open)",
		"evt.type != read and proc.name = x",
		"evt.type = open and evt.arg.flags contains O_CREAT",
		"evt.type in (open, chdir) and evt.arg.path = /x",
		"evt.type = connect and evt.is_wait = false",
		"evt.type = connect and not evt.is_wait = true",
		"evt.type = connect and evt.is_wait exists",
		"evt.type in (open, sendto) and evt.buffer contains x",
		"evt.type = execve and evt.arg.vm_size = 1",
		/* Never true anywhere: that is meant. */
		"evt.num = 0",
		"evt.type = read and evt.num = 0",
		"evt.type = open and evt.type = connect",
	};

	(void)state;
	for (size_t i = 0; i < sizeof(conditions) / sizeof(conditions[0]); i++)
		check("", conditions[i], NULL);
}

/* Neither would be enough alone. */
static void events_are_named_where_their_fields_are_missing_too(void **state)
{
	(void)state;
	check("", "evt.type = read and evt.buffer bcontains cafe",
	      "events that are not delivered: read");
}

static void fields_that_nothing_fills_are_named(void **state)
{
	static const struct {
		const char *condition;
		const char *why;
	} cases[] = {
		{ "evt.type = connect and fdlist.names = x", FIELDS "fdlist.names" },
		{ "evt.type = connect and fdlist.names != x", FIELDS "fdlist.names" },
		{ "evt.type = connect and fdlist.names exists", FIELDS "fdlist.names" },
		{ "evt.type = connect and fdlist.names in (x, y)", FIELDS "fdlist.names" },
		{ "evt.type = connect and toupper(k8s.rc.name) = X", FIELDS "k8s.rc.name" },
		{ "evt.type = connect and proc.name = val(k8s.rc.name)", FIELDS "k8s.rc.name" },
		{ "evt.type = connect and fd.types intersects (file)", FIELDS "fd.types" },
		/* One of two that are needed is enough, of two of which one does it takes both. */
		{ "evt.type = connect and fdlist.names = x and k8s.rc.name = y",
		  FIELDS "fdlist.names, k8s.rc.name" },
		{ "evt.type = connect and (fdlist.names = x or k8s.rc.name = y)",
		  FIELDS "fdlist.names, k8s.rc.name" },
		{ "evt.type = connect and k8s.rc.name = x and (proc.name = y or fdlist.names = z)",
		  FIELDS "k8s.rc.name" },
		{ "evt.type = connect and not (proc.name = x or not k8s.rc.name = y)",
		  FIELDS "k8s.rc.name" },
		{ "evt.type = connect and k8s.rc.label[x] = y", FIELDS "k8s.rc.label.x" },
		{ "evt.type = open and evt.arg.target = x", FIELDS "evt.arg.target" },
		{ "evt.type = open and evt.rawarg.newpath = x", FIELDS "evt.rawarg.newpath" },
		{ "evt.type = execve and evt.rawarg.vm_size > 1", FIELDS "evt.rawarg.vm_size" },
		{ "evt.type = open and evt.is_wait = true", FIELDS "evt.is_wait" },
		{ "evt.type = open and evt.is_wait != false", FIELDS "evt.is_wait" },
		{ "evt.type = open and evt.buffer contains x", FIELDS "evt.buffer" },
		{ "evt.type = sendto and evt.buflen.in > 0", FIELDS "evt.buflen.in" },
		{ "evt.type = connect and fdlist.cips = x", FIELDS "fdlist.cips" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check("", cases[i].condition, cases[i].why);
}

static void events_that_are_not_delivered_are_named(void **state)
{
	static const struct {
		const char *condition;
		const char *why;
	} cases[] = {
		{ "evt.type in (read, readv)", EVENTS "read, readv" },
		{ "evt.type = read and evt.arg.path = /x", EVENTS "read" },
		{ "(evt.type = read or evt.type = rmdir) and not evt.type = rmdir", EVENTS "read" },
		{ "evt.type = read or (evt.type = connect and fdlist.names = x)",
		  FIELDS "fdlist.names; " EVENTS "read" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		check("", cases[i].condition, cases[i].why);
}

static void many_events_are_not_all_named(void **state)
{
	(void)state;
	check("", "evt.type in (read, write, close, stat, pipe, poll, brk, lseek, readv, writev)",
	      EVENTS "brk, close, lseek, pipe, poll, read, readv, stat ...");
}

static void macros_are_looked_into(void **state)
{
	(void)state;
	check("- macro: named\n  condition: fdlist.names = x\n",
	      "evt.type = connect and named and proc.name = y", FIELDS "fdlist.names");
	check("- macro: named\n  condition: fdlist.names = x\n", "evt.type = connect and not named",
	      NULL);
}

/* A comparison that another rule has, too, knows its event types as well. */
static void shared_comparisons_keep_their_types(void **state)
{
	const char *other = "- rule: o\n  desc: d\n  output: o\n  priority: INFO\n"
			    "  condition: evt.type = read and proc.name = x\n";
	struct rules *rules;
	struct buf buf;

	(void)state;
	rules = load(other, "evt.type = read and proc.name = y");
	buf_init(&buf, 4096);
	assert_true(rules_never_fire(rules, 0, &buf));
	assert_true(rules_never_fire(rules, 1, &buf));
	buf_done(&buf);
	rules_free(rules);
}

/* Each macro names the one before it three times: 3^10 comparisons, but for what is shared. */
static void macros_in_macros_are_walked_once(void **state)
{
	char macros[8192];
	size_t len;

	(void)state;
	len = (size_t)snprintf(macros, sizeof(macros), "%s",
			       "- macro: m0\n  condition: fdlist.names = x or k8s.rc.name = y\n");
	for (int i = 1; i <= 10; i++)
		len += (size_t)snprintf(macros + len, sizeof(macros) - len,
					"- macro: m%d\n  condition: (m%d or m%d) and m%d\n", i,
					i - 1, i - 1, i - 1);
	check(macros, "evt.type = connect and m10", FIELDS "fdlist.names, k8s.rc.name");
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_that_may_fire_are_left_alone),
		cmocka_unit_test(events_are_named_where_their_fields_are_missing_too),
		cmocka_unit_test(fields_that_nothing_fills_are_named),
		cmocka_unit_test(events_that_are_not_delivered_are_named),
		cmocka_unit_test(many_events_are_not_all_named),
		cmocka_unit_test(macros_are_looked_into),
		cmocka_unit_test(shared_comparisons_keep_their_types),
		cmocka_unit_test(macros_in_macros_are_walked_once),
	};

	return cmocka_run_group_tests_name("rules/reach", tests, NULL, NULL);
}
