// SPDX-License-Identifier: Apache-2.0
/* The chain of locations of every code: item types, names and marks as Falco's reports have them. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define R_HEAD "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n" /* 4 lines */
#define GOOD_RULE \
	"- rule: good\n  desc: d\n  output: o\n  priority: INFO\n  condition: evt.type=open\n"
#define EX GOOD_RULE "  exceptions:\n"

struct chain {
	const char *yaml;
	enum rules_code code;
	const char *links; /* behind the file's: type 'name' line:column@offset */
};

static const struct chain chains[] = {
	{ "- rule: [a", RULES_ERR_YAML_PARSE, "value for '' 0:10@10" },
	{ "text", RULES_ERR_YAML_VALIDATE, "" },
	{ "- text\n", RULES_ERR_YAML_VALIDATE, "rules content item '' 0:2@2" },
	{ "- list: a\n  items: [b, [c]]\n", RULES_ERR_YAML_VALIDATE,
	  "list 'a' 0:2@2, value for 'items' 1:9@19, list item '' 1:13@23" },
	{ "- list: a\n  items: [b]\n  append: perhaps\n", RULES_ERR_YAML_VALIDATE,
	  "list 'a' 0:2@2, value for 'append' 2:10@33" },
	{ "- required_engine_version: 99\n", RULES_ERR_VALIDATE,
	  "required_engine_version '' 0:2@2" },
	{ "- required_plugin_versions:\n  - {name: a, version: 1.0.0, alternatives: [{name: b}]}\n",
	  RULES_ERR_YAML_VALIDATE,
	  "required plugin versions '' 1:2@30, required plugin versions entry 'a' 1:4@32, required plugin versions alternative 'b' 1:45@73" },
	{ "- required_plugin_versions:\n  - {name: foo, version: abc}\n", RULES_ERR_VALIDATE,
	  "required plugin versions '' 1:2@30, required plugin versions entry 'foo' 1:4@32" },
	{ "- macro: m\n  condition: >\n    evt.type = (\n", RULES_ERR_COMPILE_CONDITION,
	  "macro 'm' 0:2@2, macro condition '' 1:13@24, condition expression '' 2:25@35" },
	{ "- macro: m\n  condition: a and\n    b\n", RULES_ERR_VALIDATE,
	  "macro 'm' 0:2@2, condition expression '' 1:3@2" },
	{ R_HEAD, RULES_ERR_YAML_VALIDATE, "rule 'r' 0:2@2" },
	{ R_HEAD "  condition: evt.type=open\n  tags: x\n", RULES_ERR_YAML_VALIDATE,
	  "rule 'r' 0:2@2, value for 'tags' 5:8@84" },
	{ "- rule: r\n  condition: a.b=c\n  output: o\n  desc: d\n  priority: LOUD\n",
	  RULES_ERR_YAML_VALIDATE, "rule 'r' 0:2@2, rule priority '' 4:12@63" },
	{ GOOD_RULE "- rule: good\n  priority: INFO\n  override:\n    priority: append\n",
	  RULES_ERR_YAML_VALIDATE,
	  "rule 'good' 5:2@81, overrides '' 5:2@81, overrides 'priority' 8:4@125" },
	{ GOOD_RULE "- rule: good\n  enabled: no\n  override: {enabled: maybe}\n",
	  RULES_ERR_YAML_VALIDATE,
	  "rule 'good' 5:2@81, overrides '' 5:2@81, value for 'enabled' 7:22@128" },
	{ GOOD_RULE "- rule: good\n  desc: x\n  output: y\n  override: {desc: append}\n",
	  RULES_ERR_YAML_VALIDATE, "rule 'good' 5:2@81, overrides 'output' 7:10@112" },
	{ GOOD_RULE "  exceptions: 7\n", RULES_ERR_YAML_VALIDATE,
	  "rule 'good' 0:2@2, exceptions '' 5:14@93" },
	{ EX "  - fields: proc.name\n", RULES_ERR_YAML_VALIDATE,
	  "rule 'good' 0:2@2, exceptions '' 6:2@95, exception '' 6:4@97" },
	{ EX "  - name: e\n    fields: [proc.name, '']\n", RULES_ERR_YAML_VALIDATE,
	  "rule 'good' 0:2@2, exception 'e' 6:4@97, value for 'fields' 7:12@117, exception '' 7:24@129, value for '' 7:24@129" },
	{ EX "  - name: e\n    fields: proc.name\n    values: x\n", RULES_ERR_YAML_VALIDATE,
	  "rule 'good' 0:2@2, exception 'e' 6:4@97, exception values '' 8:12@139" },
	{ EX "  - name: e\n    fields: [proc.name]\n    values: [['']]\n", RULES_ERR_YAML_VALIDATE,
	  "rule 'good' 0:2@2, exception 'e' 6:4@97, exception values '' 8:12@141, exception value '' 8:13@142, value for '' 8:13@142, exception '' 8:14@143, value for '' 8:14@143" },
	{ EX "  - name: e\n    fields: []\n", RULES_ERR_VALIDATE,
	  "rule 'good' 0:2@2, exception 'e' 6:4@97" },
	{ EX "  - name: e\n    fields: [proc.name]\n    values: [a]\n", RULES_ERR_VALIDATE,
	  "rule 'good' 0:2@2, exception 'e' 6:4@97" },
	{ "- list: l\n  items: [a, b]\n" R_HEAD
	  "  condition: |\n    evt.type = open and\n    proc.name in (l) and )\n",
	  RULES_ERR_COMPILE_CONDITION,
	  "rule 'r' 2:2@28, rule condition '' 6:13@88, condition expression '' 8:40@134" },
	{ R_HEAD "  condition: evt.type = open and nothing\n", RULES_ERR_VALIDATE,
	  "rule 'r' 0:2@2, condition expression '' 1:23@22" },
	{ R_HEAD "  condition: evt.type in (open, opeen)\n", RULES_ERR_COMPILE_CONDITION,
	  "rule 'r' 0:2@2, rule condition '' 4:13@62, condition expression '' 5:26@74" },
	{ "- macro: m\n  condition: proc.pid=1 and proc.nome = x\n" R_HEAD
	  "  condition: evt.type=open and m\n",
	  RULES_ERR_COMPILE_CONDITION,
	  "rule 'r' 2:2@55, rule condition '' 6:13@115, condition expression '' 7:29@130" },
	{ "\xef\xbb\xbf"
	  "- macro: m\n",
	  RULES_ERR_YAML_VALIDATE, "macro 'm' 0:2@2" },
	{ "- thing: x\n", RULES_WARN_UNKNOWN_ITEM, "rules content item '' 0:2@2" },
	{ GOOD_RULE "  color: red\n", RULES_WARN_UNKNOWN_KEY, "rule 'good' 0:2@2" },
	{ R_HEAD "  condition: ka.x=1\n  source: k8s_audit\n", RULES_WARN_UNKNOWN_SOURCE,
	  "rule 'r' 0:2@2" },
	{ GOOD_RULE "- list: a\n  items: [b]\n", RULES_WARN_UNUSED_LIST, "list 'a' 5:2@81" },
	{ GOOD_RULE "- macro: a\n  condition: proc.pid=1\n", RULES_WARN_UNUSED_MACRO,
	  "macro 'a' 5:2@81" },
	{ GOOD_RULE "- list: 'a b'\n  items: [b]\n", RULES_WARN_INVALID_LIST_NAME,
	  "list 'a b' 5:2@81" },
	{ GOOD_RULE "- macro: a-b\n  condition: proc.pid=1\n", RULES_WARN_INVALID_MACRO_NAME,
	  "macro 'a-b' 5:2@81" },
	{ GOOD_RULE "- rule: good\n  append: true\n  condition: and proc.pid=1\n",
	  RULES_WARN_DEPRECATED_ITEM, "rule 'good' 5:2@81" },
	{ "- rule: r\n  desc: d\n  output: o %evt.dir\n  priority: INFO\n  condition: evt.type=open\n",
	  RULES_WARN_DEPRECATED_ITEM, "rule 'r' 0:2@2, rule output '' 2:10@30" },
	{ R_HEAD "  condition: evt.type=open and evt.dir = <\n", RULES_WARN_DEPRECATED_ITEM,
	  "rule 'r' 0:2@2, rule condition '' 4:13@62" },
	{ GOOD_RULE
	  "- rule: good\n  exceptions:\n  - name: e\n    fields: proc.name\n  override: {exceptions: replace}\n",
	  RULES_WARN_APPEND_NO_VALUES, "rule 'good' 5:2@81, exception 'e' 7:4@110" },
	{ EX "  - name: e\n    fields: [proc.name]\n  - name: e\n    fields: [proc.name]\n",
	  RULES_WARN_EXCEPTION_NAME_NOT_UNIQUE, "rule 'good' 0:2@2, exception 'e' 8:4@133" },
	{ R_HEAD "  condition: proc.name = cat\n", RULES_WARN_NO_EVTTYPE, "rule 'r' 0:2@2" },
	{ R_HEAD "  condition: evt.type=open and proc.nome=x\n  skip-if-unknown-filter: true\n",
	  RULES_WARN_UNKNOWN_FILTER,
	  "rule 'r' 0:2@2, rule condition '' 4:13@62, condition expression '' 5:32@80" },
	{ R_HEAD "  condition: evt.type=open and proc.name in (a, proc.pname)\n",
	  RULES_WARN_COMPILE_CONDITION,
	  "rule 'r' 0:2@2, rule condition '' 4:13@62, condition expression '' 5:45@93" },
	{ R_HEAD "  condition: jevt.value[/x] = \"<NA>\"\n  skip-if-unknown-filter: true\n",
	  RULES_WARN_UNSAFE_NA_CHECK, "rule 'r' 0:2@2, rule condition '' 4:13@62" },
};

static struct rules *load(const char *yaml)
{
	const struct rules_file file = { "a.yaml", yaml, strlen(yaml) };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = rules_load(&file, 1, &config);

	assert_non_null(rules);
	return rules;
}

static void add_links(const struct rules_problem *problem, struct buf *buf)
{
	for (uint32_t i = 1; i < problem->n_locations; i++) {
		const struct rules_location *at = &problem->locations[i];

		buf_printf(buf, "%s%s '%s' %u:%u@%u", i > 1 ? ", " : "", at->item_type,
			   at->item_name, at->line, at->column, (unsigned int)at->offset);
	}
}

static const struct rules_problem *find(const struct rules *rules, enum rules_code code)
{
	for (size_t i = 0; i < rules_n_problems(rules); i++)
		if (rules_problem_at(rules, i)->code == code)
			return rules_problem_at(rules, i);
	return NULL;
}

static void each_code_leads_from_the_file_to_its_place(void **state)
{
	unsigned int n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(chains) / sizeof(chains[0]); i++) {
		struct rules *rules = load(chains[i].yaml);
		const struct rules_problem *problem = find(rules, chains[i].code);
		struct buf buf;

		assert_non_null(problem);
		assert_string_equal(problem->locations[0].item_type, "rules content");
		assert_string_equal(problem->locations[0].name, "a.yaml");
		assert_int_equal(problem->locations[0].offset, 0);
		buf_init(&buf, 4096);
		add_links(problem, &buf);
		if (strcmp(buf.data, chains[i].links) != 0) {
			print_error("for\n%sthere is\n%s\nbut wanted\n%s\n", chains[i].yaml,
				    buf.data, chains[i].links);
			n_bad++;
		}
		buf_done(&buf);
		rules_free(rules);
	}
	assert_int_equal(n_bad, 0);
}

static void an_output_stands_in_its_rule(void **state)
{
	struct rules *rules = load(GOOD_RULE);
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	rules_add_problem(rules, RULES_ERR_COMPILE_OUTPUT, rules_at(rules, 0), "bad");
	add_links(find(rules, RULES_ERR_COMPILE_OUTPUT), &buf);
	assert_string_equal(buf.data, "rule 'good' 0:2@2, rule output '' 2:10@33");
	assert_int_equal(rules_n_errors(rules), 1);
	buf_done(&buf);
	rules_free(rules);
}

static void an_output_is_told_before_the_next_rules_condition(void **state)
{
	struct rules *rules = load(GOOD_RULE
				   "- rule: bad\n  desc: d\n  output: o\n  priority: INFO\n"
				   "  condition: a.b=c\n");

	(void)state;
	rules_add_problem(rules, RULES_ERR_COMPILE_OUTPUT, rules_at(rules, 0), "bad");
	assert_int_equal(rules_n_errors(rules), 2);
	assert_int_equal(rules_problem_at(rules, 0)->code, RULES_ERR_COMPILE_OUTPUT);
	assert_int_equal(rules_problem_at(rules, 1)->code, RULES_ERR_COMPILE_CONDITION);
	rules_free(rules);
}

static void an_output_is_told_before_its_own_condition(void **state)
{
	struct rules *rules = load(GOOD_RULE R_HEAD "  condition: a.b=c\n");

	(void)state;
	assert_int_equal(rules_count(rules), 1);
	assert_string_equal(rules_refused_at(rules, 0)->name, "r");
	assert_null(rules_refused_at(rules, 1));
	rules_add_problem(rules, RULES_ERR_COMPILE_OUTPUT, rules_refused_at(rules, 0), "bad");
	assert_int_equal(rules_n_errors(rules), 2);
	assert_int_equal(rules_problem_at(rules, 0)->code, RULES_ERR_COMPILE_OUTPUT);
	assert_int_equal(rules_problem_at(rules, 0)->place.line, 8);
	assert_int_equal(rules_problem_at(rules, 1)->code, RULES_ERR_COMPILE_CONDITION);
	rules_free(rules);
}

static void a_condition_is_named_by_its_beginning(void **state)
{
	struct rules *rules = load(R_HEAD
				   "  condition: |\n    evt.type = open and\n    proc.name =\n");
	const struct rules_problem *problem = find(rules, RULES_ERR_COMPILE_CONDITION);

	(void)state;
	assert_non_null(problem);
	assert_string_equal(problem->locations[3].name, "\"evt.type = open a...\"");
	assert_string_equal(problem->report_snippet, "proc.name =\n"
						     "          ^\n");
	rules_free(rules);
	rules = load(R_HEAD "  condition: |\n    a\n    =\n");
	problem = find(rules, RULES_ERR_COMPILE_CONDITION);
	assert_non_null(problem);
	assert_string_equal(problem->locations[3].name, "\"a = \"");
	rules_free(rules);
}

static void a_snippet_is_the_line_with_a_caret_below(void **state)
{
	struct rules *rules = load("- list: a\n  items: b\n");
	const struct rules_problem *problem = find(rules, RULES_ERR_YAML_VALIDATE);

	(void)state;
	assert_string_equal(problem->report_snippet, "  items: b\n"
						     "         ^\n");
	rules_free(rules);
}

static void a_long_line_is_cut_in_a_snippet(void **state)
{
	char yaml[700];
	struct rules *rules;
	const struct rules_problem *problem;

	(void)state;
	(void)snprintf(yaml, sizeof(yaml), "- {list: a, y: %0*d, items: b, z: %0*d}\n", 285, 0, 282,
		       0);
	rules = load(yaml);
	problem = find(rules, RULES_ERR_YAML_VALIDATE);
	assert_non_null(problem);
	assert_memory_equal(problem->report_snippet, "...0", 4);
	assert_memory_equal(problem->report_snippet + 80, "b, z", 4);
	assert_memory_equal(problem->report_snippet + 158, "...\n", 4);
	assert_int_equal(strlen(problem->report_snippet), 162 + 82);
	rules_free(rules);
}

static void a_file_that_cannot_be_read_has_no_snippet(void **state)
{
	const struct rules_file file = { "/nonexistent/a.yaml", NULL, 0 };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = rules_load(&file, 1, &config);
	const struct rules_problem *problem;

	(void)state;
	assert_non_null(rules);
	problem = find(rules, RULES_ERR_FILE_READ);
	assert_non_null(problem);
	assert_int_equal(problem->n_locations, 1);
	assert_string_equal(problem->report_snippet,
			    "<No context for file + /nonexistent/a.yaml>\n");
	rules_free(rules);
}

static void errors_describe_themselves_by_their_title(void **state)
{
	(void)state;
	for (int code = 0; code < RULES_CODE_MAX; code++) {
		const char *text = rules_code_text((enum rules_code)code);
		const char *desc = rules_code_desc((enum rules_code)code);

		if (code <= RULES_ERR_EXTENSION)
			assert_string_equal(desc, text);
		else
			assert_string_not_equal(desc, text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(each_code_leads_from_the_file_to_its_place),
		cmocka_unit_test(an_output_stands_in_its_rule),
		cmocka_unit_test(an_output_is_told_before_the_next_rules_condition),
		cmocka_unit_test(an_output_is_told_before_its_own_condition),
		cmocka_unit_test(a_condition_is_named_by_its_beginning),
		cmocka_unit_test(a_snippet_is_the_line_with_a_caret_below),
		cmocka_unit_test(a_long_line_is_cut_in_a_snippet),
		cmocka_unit_test(a_file_that_cannot_be_read_has_no_snippet),
		cmocka_unit_test(errors_describe_themselves_by_their_title),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
