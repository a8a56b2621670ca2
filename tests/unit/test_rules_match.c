// SPDX-License-Identifier: Apache-2.0
/* Which rules an event reaches, and in which order they answer. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"

#define RULE(name, more)      "- rule: " name "\n  desc: d\n  output: o\n" more
#define INFO(name, condition) RULE(name, "  priority: INFO\n  condition: " condition "\n")

/* Every event is a process named cat. */
static bool get_cat(const struct field_source *source, const struct field_ref *ref,
		    struct value *out)
{
	if (strcmp(ref->field->name, "evt.type") == 0)
		out->str = event_type_name(source->event_type);
	else if (strcmp(ref->field->name, "proc.name") == 0)
		out->str = "cat";
	else
		return false;
	out->kind = VALUE_STR;
	out->len = (uint32_t)strlen(out->str);
	return true;
}

struct seen {
	char names[256];
};

static void note(const struct rule *rule, void *arg)
{
	struct seen *seen = arg;
	size_t len = strlen(seen->names);

	(void)snprintf(seen->names + len, sizeof(seen->names) - len, "%s ", rule->name);
}

static struct rules *load(const char *yaml, bool match_all, enum rule_priority min)
{
	const struct rules_file file = { "a.yaml", yaml, strlen(yaml) };
	const struct rules_config config = { .min_priority = min, .match_all = match_all };
	struct rules *rules = rules_load(&file, 1, &config);

	assert_non_null(rules);
	return rules;
}

static uint32_t type_of(const char *name)
{
	return event_type_lookup(name, strlen(name));
}

static void assert_matches(struct rules *rules, const char *event, const char *names)
{
	struct arena *scratch = arena_new(4096, 1 << 20);
	const struct field_source source = {
		.get = get_cat,
		.event_type = type_of(event),
		.scratch = scratch,
	};
	struct seen seen = { "" };
	unsigned int n;
	unsigned int n_names = 0;

	assert_non_null(scratch);
	n = rules_match(rules, &source, note, &seen);
	assert_string_equal(seen.names, names);
	for (const char *p = names; *p; p++)
		n_names += *p == ' ';
	assert_int_equal(n, n_names);
	arena_free(scratch);
}

/* Deeds by another door, and exemptions that name one door alone. */
static void twins_are_meant_where_one_is_asserted(void **state)
{
	static const char yaml[] = INFO("Open", "evt.type = open and proc.name = cat")
		INFO("But", "not evt.type = open and evt.type in (creat, rmdir)")
			INFO("Kill", "not (not evt.type in (kill, rmdir))");
	struct rules *rules = load(yaml, true, PRIORITY_DEBUG);

	(void)state;
	assert_int_equal(rules_n_errors(rules), 0);
	assert_matches(rules, "open", "Open ");
	assert_matches(rules, "creat", "Open But ");
	assert_matches(rules, "open_by_handle_at", "Open ");
	assert_matches(rules, "rmdir", "But Kill ");
	assert_matches(rules, "tgkill", "Kill ");
	assert_matches(rules, "unlink", "");
	rules_free(rules);
}

static void literal_types_have_no_twins(void **state)
{
	static const char yaml[] = INFO("Open", "evt.type = open and proc.name = cat");
	const struct rules_file file = { "a.yaml", yaml, strlen(yaml) };
	const struct rules_config config = {
		.min_priority = PRIORITY_DEBUG,
		.literal = true,
	};
	struct rules *rules = rules_load(&file, 1, &config);

	(void)state;
	assert_non_null(rules);
	assert_matches(rules, "open", "Open ");
	assert_matches(rules, "creat", "");
	rules_free(rules);
}

/* Who calls a twin must not choose which rule answers. */
static void a_match_by_a_twin_does_not_end_the_search(void **state)
{
	static const char yaml[] = INFO("Open", "evt.type = open and proc.name = cat")
		INFO("Other", "evt.type in (openat, unlink)") INFO("Creat", "evt.type = creat")
			INFO("Late", "evt.type in (open, creat, unlink)")
				INFO("Any", "proc.name = cat");
	struct rules *rules = load(yaml, false, PRIORITY_DEBUG);

	(void)state;
	assert_matches(rules, "creat", "Open Other Creat ");
	assert_matches(rules, "open", "Open ");
	assert_matches(rules, "openat", "Open Other ");
	assert_matches(rules, "unlink", "Other ");
	assert_matches(rules, "open_by_handle_at", "Open Other Late Any ");
	rules_free(rules);
}

static void twins_do_not_change_the_order(void **state)
{
	/* With twins the first is true of every type. */
	static const char yaml[] = INFO("First", "evt.type = open or not evt.type in (open, creat)")
		INFO("Second", "evt.type in (open, close, creat)");
	struct rules *rules = load(yaml, false, PRIORITY_DEBUG);

	(void)state;
	assert_matches(rules, "close", "First ");
	assert_matches(rules, "creat", "First Second ");
	rules_free(rules);
}

#define FOUR                                                         \
	INFO("any", "proc.name=cat")                                 \
	INFO("open1", "evt.type=open and proc.name=dog")             \
	INFO("open2", "evt.type in (open, close) and proc.name=cat") \
	INFO("not_close", "evt.type != close and proc.name=cat")

static void rules_that_name_the_type_come_first(void **state)
{
	struct rules *rules = load(FOUR, true, PRIORITY_DEBUG);

	(void)state;
	assert_matches(rules, "open", "open2 not_close any ");
	assert_matches(rules, "close", "open2 any ");
	assert_matches(rules, "connect", "not_close any ");
	rules_free(rules);
}

static void only_the_first_match_alerts_by_default(void **state)
{
	struct rules *rules = load(FOUR, false, PRIORITY_DEBUG);

	(void)state;
	assert_matches(rules, "open", "open2 ");
	assert_matches(rules, "connect", "not_close ");
	rules_free(rules);
}

static void a_set_with_an_error_matches_nothing(void **state)
{
	struct rules *rules = load(FOUR "- text\n", true, PRIORITY_DEBUG);

	(void)state;
	assert_int_equal(rules_n_errors(rules), 1);
	assert_matches(rules, "open", "");
	assert_false(rules_want_event(rules, type_of("open")));
	assert_false(rules_use_field(rules, "proc.name"));
	rules_free(rules);
}

static void disabled_and_less_severe_rules_are_compiled_but_silent(void **state)
{
	struct rules *rules = load(RULE("a", "  priority: DEBUG\n  condition: evt.type=open\n")
					   RULE("b", "  priority: INFO\n  enabled: false\n"
						     "  condition: evt.type=close and proc.pid=1\n")
						   INFO("c", "evt.type=connect and proc.name=cat"),
				   true, PRIORITY_INFORMATIONAL);

	(void)state;
	assert_int_equal(rules_n_errors(rules), 0);
	assert_int_equal(rules_count(rules), 3);
	assert_matches(rules, "open", "");
	assert_matches(rules, "close", "");
	assert_matches(rules, "connect", "c ");
	assert_false(rules_want_event(rules, type_of("open")));
	assert_false(rules_want_event(rules, type_of("close")));
	assert_true(rules_want_event(rules, type_of("connect")));
	assert_true(rules_use_field(rules, "proc.name"));
	assert_false(rules_use_field(rules, "proc.pid"));
	rules_free(rules);
}

static void a_dropped_rule_is_silent(void **state)
{
	struct rules *rules = load(FOUR, true, PRIORITY_DEBUG);

	(void)state;
	rules_drop(rules, rules_at(rules, 2));
	assert_matches(rules, "close", "any ");
	rules_drop(rules, rules_at(rules, 0));
	assert_matches(rules, "close", "");
	assert_false(rules_want_event(rules, type_of("close")));
	rules_free(rules);
}

static void an_output_problem_stands_at_the_output(void **state)
{
	struct rules *rules = load(INFO("a", "evt.type=open"), true, PRIORITY_DEBUG);
	const struct rules_problem *problem;

	(void)state;
	rules_add_problem(rules, RULES_ERR_COMPILE_OUTPUT, rules_at(rules, 0), "bad output");
	assert_int_equal(rules_n_errors(rules), 1);
	problem = rules_problem_at(rules, 0);
	assert_int_equal(problem->place.line, 3);
	assert_int_equal(problem->place.column, 11);
	assert_string_equal(problem->item_name, "a");
	assert_string_equal(problem->snippet, "  output: o");
	assert_matches(rules, "open", "");
	rules_free(rules);
}

static void no_event_without_a_type_matches(void **state)
{
	struct rules *rules = load(FOUR, true, PRIORITY_DEBUG);

	(void)state;
	assert_matches(rules, "no such event", "");
	assert_false(rules_want_event(rules, EVENT_TYPE_NONE));
	rules_free(rules);
}

static void priorities_are_read_in_any_case(void **state)
{
	enum rule_priority priority;

	(void)state;
	for (int i = 0; i < PRIORITY_MAX; i++) {
		const char *name = priority_name((enum rule_priority)i);

		assert_true(priority_parse(name, strlen(name), &priority));
		assert_int_equal(priority, i);
	}
	assert_true(priority_parse("iNFO", 4, &priority));
	assert_int_equal(priority, PRIORITY_INFORMATIONAL);
	assert_true(priority_parse("WARNING", 7, &priority));
	assert_false(priority_parse("WARN", 4, &priority));
	assert_false(priority_parse("", 0, &priority));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(twins_are_meant_where_one_is_asserted),
		cmocka_unit_test(literal_types_have_no_twins),
		cmocka_unit_test(a_match_by_a_twin_does_not_end_the_search),
		cmocka_unit_test(twins_do_not_change_the_order),
		cmocka_unit_test(rules_that_name_the_type_come_first),
		cmocka_unit_test(only_the_first_match_alerts_by_default),
		cmocka_unit_test(a_set_with_an_error_matches_nothing),
		cmocka_unit_test(disabled_and_less_severe_rules_are_compiled_but_silent),
		cmocka_unit_test(a_dropped_rule_is_silent),
		cmocka_unit_test(an_output_problem_stands_at_the_output),
		cmocka_unit_test(no_event_without_a_type_matches),
		cmocka_unit_test(priorities_are_read_in_any_case),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
