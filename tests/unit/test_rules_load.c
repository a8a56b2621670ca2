// SPDX-License-Identifier: Apache-2.0
/* What a good rule file means: definitions, appends, lists, exceptions, upstream's files. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define HEAD "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n"
#define RULE HEAD "  condition: evt.type=open\n"

static const struct rules_config config = { .min_priority = PRIORITY_DEBUG };

static void print_problems(const struct rules *rules)
{
	struct buf buf;

	buf_init(&buf, 1 << 20);
	for (size_t i = 0; i < rules_n_problems(rules); i++)
		rules_problem_render(rules_problem_at(rules, i), &buf);
	if (buf.len)
		print_error("%s", buf.data);
	buf_done(&buf);
}

static struct rules *load(const char *yaml)
{
	const struct rules_file file = { "a.yaml", yaml, strlen(yaml) };
	struct rules *rules = rules_load(&file, 1, &config);

	assert_non_null(rules);
	if (rules_n_errors(rules))
		print_problems(rules);
	assert_int_equal(rules_n_errors(rules), 0);
	return rules;
}

/* Condition texts differ in blanks alone: compare without. */
static void assert_same_words(const char *got, const char *want)
{
	const char *a = got;
	const char *b = want;

	for (;;) {
		a += strspn(a, " \n");
		b += strspn(b, " \n");
		if (*a != *b)
			print_error("got  '%s'\nwant '%s'\n", got, want);
		assert_int_equal(*a, *b);
		if (!*a)
			return;
		a++;
		b++;
	}
}

struct text_case {
	const char *yaml;
	const char *condition;
};

static const struct text_case lists[] = {
	{ "- list: l\n  items: [a, b]\n" HEAD "  condition: evt.type=open and proc.name in (l)\n",
	  "evt.type=open and proc.name in ( a, b )" },
	{ "- list: l\n  items: [a, b]\n" HEAD
	  "  condition: evt.type=open and proc.name in (l,l,l)\n",
	  "evt.type=open and proc.name in (a, b,a, b,a, b)" },
	/* Quoted when there is a blank and no quote in front */
	{ "- list: l\n  items: [a b, '\"c d\"', \"'e f'\"]\n" HEAD
	  "  condition: evt.type=open and proc.name in (l)\n",
	  "evt.type=open and proc.name in (\"a b\", \"c d\", 'e f')" },
	/* One item as a scalar; also in a string where blanks surround it */
	{ "- list: l\n  items: [a]\n" HEAD "  condition: evt.type=open and proc.name=l\n",
	  "evt.type=open and proc.name= a" },
	{ "- list: l\n  items: [a]\n" HEAD "  condition: evt.type=open and proc.name='x l y'\n",
	  "evt.type=open and proc.name='x a y'" },
	{ "- list: l\n  items: [a]\n" HEAD "  condition: evt.type=open and proc.name='l'\n",
	  "evt.type=open and proc.name='l'" },
	/* An empty list takes a comma away: the left one, else the right one */
	{ "- list: l\n  items: []\n" HEAD "  condition: evt.type=open and proc.name in (a, l, b)\n",
	  "evt.type=open and proc.name in (a , b)" },
	{ "- list: l\n  items: []\n" HEAD "  condition: evt.type=open and proc.name in (l, b)\n",
	  "evt.type=open and proc.name in ( b)" },
	{ "- list: l\n  items: []\n" HEAD "  condition: evt.type=open and proc.name in (l)\n",
	  "evt.type=open and proc.name in ()" },
	{ "- list: l\n  items: []\n- list: k\n  items: [l]\n" HEAD
	  "  condition: evt.type=open and proc.name in (k, b)\n",
	  "evt.type=open and proc.name in ( b)" },
	/* A list that was there before, one level deep, as it was written */
	{ "- list: a\n  items: [x]\n- list: b\n  items: [a, y]\n" HEAD
	  "  condition: evt.type=open and proc.name in (b)\n",
	  "evt.type=open and proc.name in (x, y)" },
	{ "- list: a\n  items: [x]\n- list: b\n  items: [a, y]\n- list: c\n  items: [b]\n" HEAD
	  "  condition: evt.type=open and proc.name in (c)\n",
	  "evt.type=open and proc.name in (a, y)" },
	/* One that was defined later is reached by its own turn */
	{ "- list: b\n  items: [a, y]\n- list: a\n  items: [x]\n" HEAD
	  "  condition: evt.type=open and proc.name in (b)\n",
	  "evt.type=open and proc.name in (x, y)" },
	{ "- list: c\n  items: [b]\n- list: b\n  items: [a]\n- list: a\n  items: [x]\n" HEAD
	  "  condition: evt.type=open and proc.name in (c)\n",
	  "evt.type=open and proc.name in (x)" },
	/* Its own name stays a word */
	{ "- list: ls\n  items: [ls, cat]\n" HEAD
	  "  condition: evt.type=open and proc.name in (ls)\n",
	  "evt.type=open and proc.name in (ls, cat)" },
	/* Append, replace; a definition anew keeps its place in the order */
	{ "- list: l\n  items: [a]\n- list: l\n  items: [b]\n  append: true\n" HEAD
	  "  condition: evt.type=open and proc.name in (l)\n",
	  "evt.type=open and proc.name in (a, b)" },
	{ "- list: l\n  items: [a]\n- list: l\n  items: [b]\n  override: {items: append}\n" HEAD
	  "  condition: evt.type=open and proc.name in (l)\n",
	  "evt.type=open and proc.name in (a, b)" },
	{ "- list: l\n  items: [b]\n  override: {items: replace}\n" HEAD
	  "  condition: evt.type=open and proc.name in (l)\n",
	  "evt.type=open and proc.name in (b)" },
	{ "- list: l\n  items: [a]\n- list: l\n  items: [b]\n" HEAD
	  "  condition: evt.type=open and proc.name in (l)\n",
	  "evt.type=open and proc.name in (b)" },
	/* Blanks in a quoted string are what Falco leaves there. */
	{ "- list: k\n  items: [l]\n- list: l\n  items: [a]\n" HEAD
	  "  condition: evt.type=open and proc.name='x  k  y'\n",
	  "evt.type=open and proc.name='x a y'" },
	/* A name that holds a delimiter */
	{ "- list: my list\n  items: [a]\n" HEAD
	  "  condition: evt.type=open and proc.name in (my list)\n",
	  "evt.type=open and proc.name in (a)" },
};

static const struct text_case exceptions[] = {
	{ RULE "  exceptions:\n  - {name: e, fields: [proc.name, fd.name]}\n", "(evt.type=open)" },
	{ RULE
	  "  exceptions:\n  - {name: e, fields: [proc.name, fd.name], values: [[a, b], [c, d]]}\n",
	  "(evt.type=open) and not ((proc.name = a and fd.name = b) or "
	  "(proc.name = c and fd.name = d))" },
	{ RULE "  exceptions:\n  - {name: e, fields: proc.name, values: [a, b c]}\n",
	  "(evt.type=open) and not (proc.name in (a, \"b c\"))" },
	{ RULE
	  "  exceptions:\n  - {name: e, fields: proc.name, comps: startswith oneof, values: [a]}\n",
	  "(evt.type=open) and not (proc.name startswith oneof (a))" },
	{ RULE "  exceptions:\n  - {name: e, fields: [proc.name, fd.name], comps: [in, pmatch], "
	       "values: [[[a, b], /x], [(c), (/y)]]}\n",
	  "(evt.type=open) and not ((proc.name in (a, b) and fd.name pmatch (/x)) or "
	  "(proc.name in (c) and fd.name pmatch (/y)))" },
	/* Appended to, with a list's name as value */
	{ "- list: l\n  items: [x, y]\n" RULE "  exceptions:\n  - {name: e, fields: proc.name}\n"
	  "- rule: r\n  exceptions:\n  - {name: e, values: [a]}\n"
	  "  - {name: f, fields: proc.pname, values: [l]}\n  override: {exceptions: append}\n",
	  "(evt.type=open) and not (proc.name in (a)) and not (proc.pname in (x, y))" },
	{ RULE "  exceptions:\n  - {name: e, fields: proc.name, values: [a]}\n"
	       "- rule: r\n  exceptions:\n  - {name: f, fields: proc.pname, values: [b]}\n"
	       "  override: {exceptions: replace}\n",
	  "(evt.type=open) and not (proc.pname in (b))" },
};

static const struct text_case conditions[] = {
	{ RULE "- rule: r\n  condition: and proc.pid=1\n  append: true\n",
	  "evt.type=open and proc.pid=1" },
	{ RULE "- rule: r\n  condition: and proc.pid=1\n  override: {condition: append}\n",
	  "evt.type=open and proc.pid=1" },
	{ RULE "- rule: r\n  condition: evt.type=close\n  override: {condition: replace}\n",
	  "evt.type=close" },
	/* The first of two keys counts. */
	{ HEAD "  condition: evt.type=open\n  condition: evt.type=close\n", "evt.type=open" },
	{ HEAD "  condition: >\n    evt.type=open\n    and proc.pid=1\n",
	  "evt.type=open and proc.pid=1" },
};

static void check_texts(const struct text_case *cases, size_t n)
{
	for (size_t i = 0; i < n; i++) {
		struct rules *rules;

		rules = load(cases[i].yaml);
		assert_int_equal(rules_count(rules), 1);
		assert_same_words(rules_at(rules, 0)->condition, cases[i].condition);
		rules_free(rules);
	}
}

static void lists_are_put_in_as_falco_does(void **state)
{
	(void)state;
	check_texts(lists, sizeof(lists) / sizeof(lists[0]));
}

static void exceptions_become_terms_of_the_condition(void **state)
{
	(void)state;
	check_texts(exceptions, sizeof(exceptions) / sizeof(exceptions[0]));
}

static void conditions_are_appended_and_replaced(void **state)
{
	(void)state;
	check_texts(conditions, sizeof(conditions) / sizeof(conditions[0]));
}

static void a_rule_has_all_that_was_written(void **state)
{
	struct rules *rules = load("- rule: r\n  desc: >\n    about\n    it\n  output: \"  o 1 \"\n"
				   "  priority: informational\n  condition: evt.type=open\n"
				   "  tags: [z, a, z]\n  enabled: No\n  source: syscall\n"
				   "  capture: true\n  capture_duration: 500\n"
				   "  skip-if-unknown-filter: ON\n");
	const struct rule *rule = rules_at(rules, 0);

	(void)state;
	assert_int_equal(rules_n_problems(rules), 0);
	assert_string_equal(rule->name, "r");
	assert_string_equal(rule->desc, "about it\n");
	assert_string_equal(rule->output, "o 1");
	assert_string_equal(rule->source, "syscall");
	assert_int_equal(rule->priority, PRIORITY_INFORMATIONAL);
	assert_int_equal(rule->n_tags, 2);
	assert_string_equal(rule->tags[0], "a");
	assert_string_equal(rule->tags[1], "z");
	assert_false(rule->enabled);
	assert_true(rule->skip_unknown);
	assert_int_equal(rule->place.line, 1);
	assert_int_equal(rule->output_place.line, 5);
	assert_int_equal(rule->output_place.column, 11);
	rules_free(rules);
}

static void override_changes_only_what_it_names(void **state)
{
	struct rules *rules = load(RULE
				   "  tags: [b]\n"
				   "- rule: r\n  tags: [a]\n  output: more\n  desc: e\n"
				   "  priority: ERROR\n  enabled: false\n"
				   "  override: {tags: append, output: append, desc: replace,\n"
				   "    priority: replace, enabled: replace}\n");
	const struct rule *rule = rules_at(rules, 0);

	(void)state;
	assert_int_equal(rules_count(rules), 1);
	assert_string_equal(rule->output, "o more");
	assert_string_equal(rule->desc, "e");
	assert_int_equal(rule->priority, PRIORITY_ERROR);
	assert_int_equal(rule->n_tags, 2);
	assert_string_equal(rule->tags[0], "a");
	assert_false(rule->enabled);
	assert_string_equal(rule->condition, "evt.type=open");
	rules_free(rules);
}

static void a_scalar_override_counts_as_absent(void **state)
{
	struct rules *rules = load(RULE
				   "  override: yes\n- list: l\n  items: []\n  override: {}\n");

	(void)state;
	assert_int_equal(rules_count(rules), 1);
	rules_free(rules);
}

static void a_rule_defined_again_keeps_its_place(void **state)
{
	struct rules *rules = load(
		RULE
		"- rule: s\n  desc: d\n  output: o\n  priority: INFO\n  condition: evt.type=close\n"
		"- rule: r\n  desc: new\n  output: p\n  priority: INFO\n"
		"  condition: evt.type=connect\n");

	(void)state;
	assert_int_equal(rules_count(rules), 2);
	assert_string_equal(rules_at(rules, 0)->name, "r");
	assert_string_equal(rules_at(rules, 0)->desc, "new");
	assert_int_equal(rules_at(rules, 0)->index, 0);
	rules_free(rules);
}

static void macros_see_what_was_there_at_their_last_change(void **state)
{
	struct rules *rules = load("- macro: a\n  condition: evt.type=open\n"
				   "- macro: b\n  condition: proc.pid=1\n"
				   "- macro: a\n  condition: and b\n  append: true\n" HEAD
				   "  condition: a\n");

	(void)state;
	assert_int_equal(rules_count(rules), 1);
	rules_free(rules);
}

static void documents_nulls_and_aliases_are_read(void **state)
{
	struct rules *rules = load("\xef\xbb\xbf---\n---\n- ~\n- list: l\n  items: &i [a, b]\n"
				   "- list: k\n  items: *i\n---\n" HEAD
				   "  condition: evt.type=open and proc.name in (l, k)\n...\n");

	(void)state;
	assert_int_equal(rules_n_problems(rules), 0);
	assert_same_words(rules_at(rules, 0)->condition,
			  "evt.type=open and proc.name in (a, b, a, b)");
	rules_free(rules);
}

static void versions_that_we_have_are_accepted(void **state)
{
	struct rules *rules = load(
		"- required_engine_version: 57\n- required_engine_version: 0.63.0\n"
		"- required_plugin_versions:\n  - {name: container, version: 0.4.0}\n"
		"  - {name: other, version: 1.0.0, alternatives: [{name: container, "
		"version: 0.2.0}]}\n");

	(void)state;
	assert_int_equal(rules_n_problems(rules), 0);
	rules_free(rules);
}

static void an_unknown_source_is_left_out_with_its_appends(void **state)
{
	struct rules *rules = load(HEAD "  condition: ka.verb=x\n  source: k8s_audit\n"
					"- rule: r\n  condition: and ka.x=y\n  append: true\n");

	(void)state;
	assert_int_equal(rules_count(rules), 0);
	rules_free(rules);
}

static void an_earlier_file_must_be_valid_alone(void **state)
{
	static const char one[] = HEAD "  condition: evt.type=open and m\n";
	static const char two[] = "- macro: m\n  condition: proc.pid=1\n";
	const struct rules_file files[] = { { "1.yaml", one, strlen(one) },
					    { "2.yaml", two, strlen(two) } };
	const struct rules_file swapped[] = { files[1], files[0] };
	struct rules *rules = rules_load(files, 2, &config);

	(void)state;
	assert_int_equal(rules_n_errors(rules), 1);
	assert_string_equal(rules_problem_at(rules, 0)->place.file, "1.yaml");
	rules_free(rules);
	rules = rules_load(swapped, 2, &config);
	assert_int_equal(rules_n_problems(rules), 0);
	rules_free(rules);
}

/* Rules of other files are compiled again when what they use changes. */
static void a_file_must_not_break_an_earlier_one_for_a_later_to_mend(void **state)
{
	static const char good[] = "- macro: m\n  condition: proc.pid=1\n";
	static const char bad[] = "- macro: m\n  condition: proc.nome=1\n";
	static const char uses[] = HEAD "  condition: evt.type=open and m\n";
	const struct rules_file files[] = { { "1.yaml", good, strlen(good) },
					    { "2.yaml", uses, strlen(uses) },
					    { "3.yaml", bad, strlen(bad) },
					    { "4.yaml", good, strlen(good) } };
	struct rules *rules = rules_load(files, 4, &config);

	(void)state;
	assert_int_equal(rules_n_errors(rules), 1);
	assert_int_equal(rules_problem_at(rules, 0)->code, RULES_ERR_COMPILE_CONDITION);
	rules_free(rules);
	rules = rules_load(files, 2, &config);
	assert_int_equal(rules_n_problems(rules), 0);
	assert_int_equal(rules_count(rules), 1);
	rules_free(rules);
}

static void no_files_give_an_empty_set(void **state)
{
	struct rules *rules = rules_load(NULL, 0, &config);

	(void)state;
	assert_non_null(rules);
	assert_int_equal(rules_count(rules), 0);
	assert_int_equal(rules_n_errors(rules), 0);
	rules_free(rules);
}

static void upstream_files_load_without_a_word(void **state)
{
	const char *corpus = getenv("BPFWATCH_CORPUS");
	char stable[512];
	char incubating[512];
	const struct rules_file files[] = { { stable, NULL, 0 }, { incubating, NULL, 0 } };
	const struct {
		size_t first;
		size_t n;
		size_t n_rules;
	} loads[] = { { 0, 1, 25 }, { 1, 1, 31 }, { 0, 2, 56 } };
	FILE *probe;

	(void)state;
	if (!corpus)
		corpus = "../shared/corpus";
	(void)snprintf(stable, sizeof(stable), "%s/falco-rules/falco_rules.yaml", corpus);
	(void)snprintf(incubating, sizeof(incubating), "%s/falco-rules/falco-incubating_rules.yaml",
		       corpus);
	probe = fopen(stable, "re");
	if (!probe) {
		skip();
		return;
	}
	(void)fclose(probe);
	for (size_t i = 0; i < sizeof(loads) / sizeof(loads[0]); i++) {
		struct rules *rules = rules_load(files + loads[i].first, loads[i].n, &config);

		assert_non_null(rules);
		print_problems(rules);
		assert_int_equal(rules_n_problems(rules), 0);
		assert_int_equal(rules_count(rules), loads[i].n_rules);
		rules_free(rules);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(lists_are_put_in_as_falco_does),
		cmocka_unit_test(exceptions_become_terms_of_the_condition),
		cmocka_unit_test(conditions_are_appended_and_replaced),
		cmocka_unit_test(a_rule_has_all_that_was_written),
		cmocka_unit_test(override_changes_only_what_it_names),
		cmocka_unit_test(a_scalar_override_counts_as_absent),
		cmocka_unit_test(a_rule_defined_again_keeps_its_place),
		cmocka_unit_test(macros_see_what_was_there_at_their_last_change),
		cmocka_unit_test(documents_nulls_and_aliases_are_read),
		cmocka_unit_test(versions_that_we_have_are_accepted),
		cmocka_unit_test(an_unknown_source_is_left_out_with_its_appends),
		cmocka_unit_test(an_earlier_file_must_be_valid_alone),
		cmocka_unit_test(a_file_must_not_break_an_earlier_one_for_a_later_to_mend),
		cmocka_unit_test(no_files_give_an_empty_set),
		cmocka_unit_test(upstream_files_load_without_a_word),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
