// SPDX-License-Identifier: Apache-2.0
/* Rules chosen from the command line, looked at, and helped by hints. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_source.h"

#define RULE(name, tags, more)                                                             \
	"- rule: " name "\n  desc: d\n  output: o\n  priority: INFO\n  tags: [" tags "]\n" \
	"  condition: evt.type = open\n" more

#define THREE                             \
	RULE("Net one", "network", "")    \
	RULE("Net two", "network, x", "") \
	RULE("Other", "x", "  enabled: false\n")

static struct rules *load(const char *yaml, const struct rules_config *config)
{
	const struct rules_file file = { "a.yaml", yaml, strlen(yaml) };
	struct rules *rules = rules_load(&file, 1, config);

	assert_non_null(rules);
	return rules;
}

static void note(const struct rule *rule, void *arg)
{
	char *names = arg;
	size_t len = strlen(names);

	(void)snprintf(names + len, 256 - len, "%s;", rule->name);
}

static const struct fake_field open_event[] = {
	{ "evt.type", FAKE_STR("open") },
	{ NULL, { .kind = VALUE_NULL } },
};

/* Which rules match an open, in the order asked. */
static void assert_order(const struct rules_selector *selectors, size_t n, const char *expected)
{
	const struct rules_config config = {
		.min_priority = PRIORITY_DEBUG,
		.match_all = true,
		.selectors = selectors,
		.n_selectors = n,
	};
	struct rules *rules = load(THREE, &config);
	struct fake_source fake;
	char names[256] = "";

	assert_int_equal(rules_n_errors(rules), 0);
	fake_source_init(&fake, open_event, 65536);
	fake.source.event_type = event_type_lookup("open", 4);
	rules_match(rules, &fake.source, note, names);
	assert_string_equal(names, expected);
	fake_source_done(&fake);
	rules_free(rules);
}

#define ASSERT_ORDER(expected, ...)                                           \
	assert_order((const struct rules_selector[]){ __VA_ARGS__ },          \
		     sizeof((const struct rules_selector[]){ __VA_ARGS__ }) / \
			     sizeof(struct rules_selector),                   \
		     expected)

static void rules_are_chosen_by_pattern_and_tag_in_order(void **state)
{
	(void)state;
	assert_order(NULL, 0, "Net one;Net two;");
	ASSERT_ORDER("Net one;", { "x", true, false });
	ASSERT_ORDER("Other;", { "network", true, false }, { "Other", false, true });
	ASSERT_ORDER("Net two;", { "*", false, false }, { "*two", false, true });
	ASSERT_ORDER("", { "*", false, true }, { "*", false, false });
	ASSERT_ORDER("Net one;Net two;", { "Net", false, false });
	ASSERT_ORDER("", { "N*t*", false, false });
	ASSERT_ORDER("Net one;Net two;", { "net*", false, false });
}

static void what_is_enabled_again_is_asked_last(void **state)
{
	(void)state;
	ASSERT_ORDER("Net two;Net one;", { "Net one", false, false }, { "Net one", false, true });
	/* What is enabled already stays where it is. */
	ASSERT_ORDER("Net one;Net two;", { "Net one", false, true });
}

static void one_condition_is_a_rule_with_places_of_its_own(void **state)
{
	static const char yaml[] = "- macro: m\n  condition: proc.name in (l)\n"
				   "- list: l\n  items: [cat, dog]\n";
	struct rules_config config = { .min_priority = PRIORITY_EMERGENCY,
				       .condition = "m and\n proc.pid = 7" };
	const struct fake_field fields[] = {
		{ "proc.name", FAKE_STR("dog") },
		{ "proc.pid", FAKE_INT(7) },
		{ NULL, { .kind = VALUE_NULL } },
	};
	struct rules *rules = load(yaml, &config);
	struct fake_source fake;
	struct buf buf;

	(void)state;
	assert_int_equal(rules_n_errors(rules), 0);
	assert_int_equal(rules_count(rules), 1);
	fake_source_init(&fake, fields, 65536);
	assert_true(rules_eval(rules, rules_at(rules, 0), &fake.source));
	buf_init(&buf, 4096);
	rules_explain(rules, rules_at(rules, 0), &fake.source, &buf);
	assert_string_equal(buf.data, "  true   and\n"
				      "  true     m\n"
				      "  true       proc.name in (cat, dog)  [proc.name: \"dog\"]\n"
				      "  true     proc.pid = 7  [proc.pid: 7]\n");
	buf_reset(&buf);
	rules_render_condition(rules, rules_at(rules, 0), &buf);
	assert_string_equal(buf.data, "(proc.name in (cat, dog) and proc.pid = 7)");
	buf_done(&buf);
	fake_source_done(&fake);
	rules_free(rules);

	config.condition = "m and\n proc.pid = x";
	rules = load(yaml, &config);
	assert_int_equal(rules_n_errors(rules), 1);
	assert_string_equal(rules_problem_at(rules, 0)->place.file, RULES_CONDITION_NAME);
	assert_int_equal(rules_problem_at(rules, 0)->place.line, 2);
	rules_free(rules);
}

static void an_explanation_shows_nulls_and_cannot_break_its_lines(void **state)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG,
					     .condition = "not proc.name = a or fd.name exists" };
	const struct fake_field fields[] = {
		{ "proc.name", FAKE_STR("a\n\033[1m\"") },
		{ NULL, { .kind = VALUE_NULL } },
	};
	struct rules *rules = rules_load(NULL, 0, &config);
	struct fake_source fake;
	struct buf buf;

	(void)state;
	assert_non_null(rules);
	fake_source_init(&fake, fields, 65536);
	buf_init(&buf, 4096);
	rules_explain(rules, rules_at(rules, 0), &fake.source, &buf);
	assert_string_equal(buf.data,
			    "  true   or\n"
			    "  true     not\n"
			    "  false      proc.name = a  [proc.name: \"a\\x0a\\x1b[1m\\\"\"]\n"
			    "  false    fd.name exists  [fd.name: null]\n");
	buf_done(&buf);
	fake_source_done(&fake);
	rules_free(rules);
}

static void count_item(const struct rules_item *item, void *arg)
{
	char *names = arg;
	size_t len = strlen(names);

	(void)snprintf(names + len, 256 - len, "%s=%s%s;", item->name, item->text,
		       item->used ? "" : "!");
}

static void macros_and_lists_can_be_visited(void **state)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = load("- list: l\n  items: [a, b c]\n"
				   "- macro: m\n  condition: proc.name in (l)\n"
				   "- list: l2\n  items: []\n",
				   &config);
	char names[256] = "";

	(void)state;
	rules_visit_lists(rules, count_item, names);
	assert_string_equal(names, "l=a, \"b c\";l2=!;");
	names[0] = '\0';
	rules_visit_macros(rules, count_item, names);
	assert_string_equal(names, "m=proc.name in ( a, \"b c\" )!;");
	rules_free(rules);
}

/* The hint for the first error, or the last warning; "" for none. */
static void assert_hint(const char *yaml, const char *expected)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = load(yaml, &config);
	struct buf buf;
	size_t at = 0;
	bool found;

	buf_init(&buf, 256);
	assert_true(rules_n_problems(rules) > 0);
	while (at + 1 < rules_n_problems(rules) && !rules_problem_at(rules, at)->is_error)
		at++;
	found = rules_hint(rules, rules_problem_at(rules, at), &buf);
	assert_string_equal(buf.data, expected);
	assert_int_equal(found, *expected != '\0');
	buf_done(&buf);
	rules_free(rules);
}

#define COND(condition)                                      \
	"- macro: spawned\n  condition: evt.type = execve\n" \
	"- rule: Rule\n  desc: d\n  output: o\n  priority: INFO\n  condition: " condition "\n"

static void a_name_that_is_nearly_right_gets_a_hint(void **state)
{
	(void)state;
	assert_hint(COND("spawned and proc.nmae = x"), "proc.name");
	assert_hint(COND("spawned and proc.anmae[2] = x"), "proc.aname");
	assert_hint(COND("evt.type = opnat"), "openat");
	assert_hint(COND("spwaned"), "spawned");
	assert_hint(COND("spawned\n  enbled: true"), "enabled");
	assert_hint(COND("spawned") "- rule: Rul\n  enabled: false\n", "Rule");
	assert_hint(
		"- list: ab\n  items: [x]\n- list: abc\n  items: [y]\n  override: {items: append}\n",
		"ab");
}

static void a_name_like_no_other_gets_none(void **state)
{
	(void)state;
	assert_hint(COND("spawned and something.else = x"), "");
	assert_hint(COND("zz"), "");
	assert_hint(COND("spawned and ("), "");
}

/* The notes as "line:column name;", the name being the one that is proposed. */
static void assert_notes(const char *yaml, const char *expected)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = load(yaml, &config);
	const struct rules_problem *note;
	struct buf buf;

	buf_init(&buf, 1024);
	for (size_t i = 0; (note = rules_note_at(rules, i)) != NULL; i++)
		buf_printf(&buf, "%u:%u %s;", note->place.line, note->place.column,
			   strstr(note->message, "mean ") + strlen("mean "));
	assert_string_equal(buf.data, expected);
	assert_int_equal(rules_n_errors(rules), 0);
	for (size_t i = 0; i < rules_n_problems(rules); i++)
		assert_int_equal(rules_problem_at(rules, i)->code, RULES_WARN_UNUSED_LIST);
	buf_done(&buf);
	rules_free(rules);
}

#define LISTS \
	"- list: shell_binaries\n  items: [sh]\n- list: shells\n  items: [ash]\n" /* 4 lines */

static void a_list_that_is_nearly_there_gets_a_note(void **state)
{
	(void)state;
	assert_notes(LISTS COND("spawned and proc.name in (shell_binarys)"),
		     "11:40 'shell_binaries'?;");
	assert_notes(LISTS COND("spawned and proc.name in shel_binaries"),
		     "11:39 'shell_binaries'?;");
	assert_notes(LISTS COND("spawned and proc.name in (bash, shell_binarie)"),
		     "11:46 'shell_binaries'?;");
	assert_notes(LISTS COND("spawned and proc.name startswith oneof (shels)"),
		     "11:54 'shells'?;");
	assert_notes(LISTS "- macro: m\n  condition: proc.name in (shels)\n" COND("m and spawned"),
		     "6:28 'shells'?;");
	/* Values, lists that are there, other operators. */
	assert_notes(LISTS COND("spawned and proc.name in (bash, shels)"), "");
	assert_notes(LISTS COND("spawned and proc.name in (shell_binaries, shells)"), "");
	assert_notes(LISTS COND("spawned and proc.name in (something_else)"), "");
	assert_notes(LISTS COND("spawned and proc.name = shels"), "");
}

/* "type name@line:column;" of each place. */
static void assert_chain(const char *yaml, const char *expected)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = load(yaml, &config);
	const struct rules_problem *problem;
	char text[512] = "";
	size_t len = 0;

	assert_true(rules_n_problems(rules) > 0);
	problem = rules_problem_at(rules, 0);
	for (uint32_t k = 0; k < problem->n_locations; k++) {
		const struct rules_location *at = &problem->locations[k];

		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s %s@%s:%u:%u;",
					at->item_type, at->item_name, at->name, at->line,
					at->column);
	}
	assert_string_equal(text, expected);
	rules_free(rules);
}

static void a_problem_is_located_as_falco_does(void **state)
{
	(void)state;
	assert_chain("- rule: Rule\n  desc: d\n  output: o\n  priority: INFO\n"
		     "  condition: evt.type = open and proc.nme = x\n",
		     "rules content @a.yaml:0:0;rule Rule@a.yaml:0:2;"
		     "rule condition @a.yaml:4:13;"
		     "condition expression @\"evt.type = open a...\":5:34;");
	assert_chain(COND("nothing"), "rules content @a.yaml:0:0;rule Rule@a.yaml:2:2;"
				      "condition expression @\"nothing\":3:3;");
	assert_chain("- list: l\n  items: x\n",
		     "rules content @a.yaml:0:0;list l@a.yaml:0:2;value for items@a.yaml:1:9;");
	assert_chain("- macro: m\n", "rules content @a.yaml:0:0;macro m@a.yaml:0:2;");
	assert_chain("- [", "rules content @a.yaml:0:0;value for @a.yaml:0:3;");
	assert_chain("x", "rules content @a.yaml:0:0;");
}

static void count_violation(const char *message, void *arg)
{
	unsigned int *n = arg;

	assert_non_null(strstr(message, "failed for <root>["));
	++*n;
}

static void the_schema_only_warns(void **state)
{
	static const struct {
		const char *yaml;
		int result;
		unsigned int n;
	} cases[] = {
		{ COND("evt.type = open"), 1, 0 },
		{ COND("evt.type = open\n  foo: bar"), 0, 1 },
		{ "- rule: r\n  desc: d\n  output: o\n  priority: Warning\n  condition: a\n", 0,
		  1 },
		{ "- list: l\n  items: x\n", 0, 1 },
		{ "- x\n", 0, 1 },
		{ "- [", -1, 0 },
		{ "", -1, 0 },
	};
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct rules *rules = load(cases[i].yaml, &config);
		unsigned int n = 0;

		assert_int_equal(rules_check_schema(rules, "a.yaml", count_violation, &n),
				 cases[i].result);
		assert_int_equal(n, cases[i].n);
		rules_free(rules);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(rules_are_chosen_by_pattern_and_tag_in_order),
		cmocka_unit_test(what_is_enabled_again_is_asked_last),
		cmocka_unit_test(one_condition_is_a_rule_with_places_of_its_own),
		cmocka_unit_test(an_explanation_shows_nulls_and_cannot_break_its_lines),
		cmocka_unit_test(macros_and_lists_can_be_visited),
		cmocka_unit_test(a_list_that_is_nearly_there_gets_a_note),
		cmocka_unit_test(a_name_that_is_nearly_right_gets_a_hint),
		cmocka_unit_test(a_name_like_no_other_gets_none),
		cmocka_unit_test(a_problem_is_located_as_falco_does),
		cmocka_unit_test(the_schema_only_warns),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
