// SPDX-License-Identifier: Apache-2.0
/* What can be wrong or odd in a rule's condition: code, words, and place in the file. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

/* The condition stands behind it, on line 5. */
#define HEAD   "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: "
#define LINE   5
#define COLUMN 14

struct row {
	const char *condition;
	uint32_t offset; /* of the place in it */
	const char *message; /* a part of it */
};

/* LOAD_ERR_COMPILE_CONDITION */
static const struct row errors[] = {
	/* Grammar */
	{ "proc.name", 9, "expected a valid check operator: one of 'exists'" },
	{ "proc.name =", 11, "expected a string value" },
	{ "proc.pid < x", 11, "expected a number value" },
	{ "proc.name in (a,)", 16, "expected a string value" },
	{ "proc.name in ((a),(b))", 14, "expected a string value" },
	{ "proc.name contains\"a\"", 10, "expected a valid check operator" },
	{ "proc.name = a)", 13, "unexpected token after 'a'" },
	{ "(proc.name = a", 14, "expected a ')' token" },
	{ "proc.name = a and", 17, "expected blank or '(' after 'and'" },
	{ "proc.name = a AND proc.pid = 1", 14, "unexpected token after 'a'" },
	{ "proc.name = val(x)", 16, "expected a field within 'val' transformer" },
	{ "proc.name = \"a\\q\"", 14, "unsupported string escape sequence" },
	{ "proc.name = \"a\\x4\"", 14, "truncated hex char escape sequence" },
	{ "proc.name = \"a\\x4g\"", 14, "invalid hex char escape sequence" },
	{ "proc.name = \"a\\\\\"", 12, "expected a string value" },
	/* Fields */
	{ "evt.type=open and proc.nome = a", 18, "filter_check called with nonexistent field" },
	{ "proc.name[1] = a", 0, "nonexistent field proc.name[1]" },
	{ "proc.aname[x] = a", 0, "nonexistent field proc.aname[x]" },
	{ "evt.type=open and fd.nmae in (a)", 18, "nonexistent field fd.nmae" },
	{ "static.site = a", 0, "nonexistent field static.site" },
	{ "evt.arg.nosuch = a", 0, "unknown event argument" },
	{ "evt.arg = a", 0, "requires an argument but none provided: evt.arg" },
	{ "container.mount.dest = a", 0, "requires an argument but none provided" },
	/* Transformers */
	{ "toupper(proc.pid) = A", 0, "transformer" },
	{ "tolower(fd.ip) = a", 0, "cannot be used with a transformer" },
	{ "basename(proc.pid) = a", 0, "transformer" },
	{ "join(\",\", proc.pid) = a", 0, "join" },
	{ "concat(proc.name) = a", 0, "wrong number of arguments for transformer 'concat'" },
	{ "toupper(evt.type) = OPEN", 0,
	  "event code search does not support `evt.type` checks with transformers" },
	{ "evt.type = val(evt.type)", 0, "event code search does not support `evt.type`" },
	/* Operators */
	{ "proc.pid contains 1", 0, "'contains' operator not supported for numeric filters" },
	{ "proc.name bcontains 41", 0, "'bcontains' operator not supported for string filters" },
	{ "evt.buffer icontains a", 0, "'icontains' operator not supported for buffer filters" },
	{ "evt.is_open_read startswith t", 0, "'startswith' operator not supported for bool" },
	{ "fd.sip contains 1", 0, "'contains' operator not supported for ip address filters" },
	{ "fd.snet glob 1", 0, "'glob' operator not supported for ip network filters" },
	{ "fd.types = a", 0, "'=' operator not supported for list filters" },
	{ "fd.sport pmatch (1)", 0, "'pmatch' operator not supported for numeric filters" },
	/* Constants: at the constant */
	{ "proc.pid = abc", 11, "error parsing numeric value 'abc'" },
	{ "proc.pid in (1, x)", 16, "error parsing numeric value 'x'" },
	{ "proc.pid > 0x10", 11, "error parsing numeric value '0x10'" },
	{ "proc.pid > 1.5", 11, "error parsing numeric value '1.5'" },
	{ "user.uid = 4294967296", 11, "numeric value '4294967296' is out of range" },
	{ "evt.is_open_read = TRUE", 19, "unrecognized boolean value 'TRUE'" },
	{ "fd.sport = nosuchservice", 11, "unrecognized protocol 'nosuchservice'" },
	{ "fd.sip = 1.2.3", 9, "unrecognized IP address '1.2.3'" },
	{ "fd.snet = \"10.0.0.0\"", 10, "unrecognized IP network '10.0.0.0'" },
	{ "fd.snet = \"10.0.0.0/33\"", 10, "invalid network mask in '10.0.0.0/33'" },
	{ "evt.buffer bcontains abc", 21, "hex string 'abc' has an odd number of digits" },
	{ "evt.buffer bstartswith zz", 23, "'zz' is no hex string" },
	{ "proc.name = \"a\\x00b\"", 12, "filter value contains a NUL character" },
	{ "evt.type = opeen", 11, "unknown event type opeen" },
	{ "evt.type in (open, opeen)", 19, "unknown event type opeen" },
	{ "proc.name regex \"(\"", 16, "invalid regular expression" },
	/* Field to field */
	{ "proc.name = val(proc.pid)", 12, "does not match that of right-hand 'proc.pid'" },
	{ "proc.name = val(fd.types)", 12, "can't be used as a right-hand side" },
	{ "proc.name = val(proc.aname)", 12, "can't be used as a right-hand side" },
	{ "proc.name regex val(proc.pname)", 16,
	  "'regex' does not support right-hand side field comparisons" },
	{ "proc.name pmatch val(proc.pname)", 17,
	  "'pmatch' does not support right-hand side field comparisons" },
	{ "fd.snet = val(fd.sip)", 10, "IP networks cannot be compared with fields" },
};

struct warning {
	struct row row;
	enum rules_code code;
};

static const struct warning warnings[] = {
	{ { "evt.type=open and evt.dir = <", 18, "evt.dir" }, RULES_WARN_DEPRECATED_ITEM },
	{ { "evt.type=open and evt.latency > 1", 18, "'evt.latency'" },
	  RULES_WARN_DEPRECATED_ITEM },
	{ { "evt.type=open and evt.latency.s > 1", 18, "'evt.latency.s'" },
	  RULES_WARN_DEPRECATED_ITEM },
	{ { "evt.type=open and evt.latency.ns > 1", 18, "'evt.latency.ns'" },
	  RULES_WARN_DEPRECATED_ITEM },
	{ { "evt.type=open and evt.latency.human = 1", 18, "'evt.latency.human'" },
	  RULES_WARN_DEPRECATED_ITEM },
	{ { "evt.type=open and evt.wait_latency > 1", 18, "'evt.wait_latency'" },
	  RULES_WARN_DEPRECATED_ITEM },
	{ { "evt.type=open and proc.name regex curl", 34,
	    "regex check with 'curl' may be optimized with simpler operators" },
	  RULES_WARN_COMPILE_CONDITION },
	{ { "evt.type=open and proc.name = proc.pname", 30,
	    "'proc.pname' may be a valid field misused as a const string value" },
	  RULES_WARN_COMPILE_CONDITION },
	{ { "evt.type=open and proc.name = \"toupper(proc.pname)\"", 30,
	    "may be a valid field transformer misused as a const string value" },
	  RULES_WARN_COMPILE_CONDITION },
};

/* Told of the rule, whose item begins at 1:3. */
static const struct warning of_rule[] = {
	{ { "proc.name = a", 2,
	    "Rule matches too many evt.type values. This has a significant performance penalty." },
	  RULES_WARN_NO_EVTTYPE },
	{ { "evt.type != open", 2, "too many evt.type values" }, RULES_WARN_NO_EVTTYPE },
	{ { "not evt.type in (open, openat)", 2, "too many evt.type" }, RULES_WARN_NO_EVTTYPE },
	{ { "evt.type exists", 2, "too many evt.type values" }, RULES_WARN_NO_EVTTYPE },
	{ { "evt.num > 0", 2, "too many evt.type values" }, RULES_WARN_NO_EVTTYPE },
	{ { "evt.type = open or proc.name = a", 2, "too many evt.type" }, RULES_WARN_NO_EVTTYPE },
};

/* With skip-if-unknown-filter the rule is dropped, with others it is refused. */
static const struct row skipped[] = {
	{ "evt.type=open and proc.nome = a", 18, "nonexistent field proc.nome" },
	{ "evt.type = opeen", 11, "unknown event type opeen" },
};

static struct rules *load(const char *condition, const char *more)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules_file file = { .path = "a.yaml" };
	struct rules *rules;
	struct buf buf;

	buf_init(&buf, 1 << 20);
	buf_printf(&buf, HEAD "%s\n%s", condition, more);
	file.text = buf.data;
	file.len = buf.len;
	rules = rules_load(&file, 1, &config);
	buf_done(&buf);
	assert_non_null(rules);
	return rules;
}

static const struct rules_problem *find(const struct rules *rules, enum rules_code code)
{
	for (size_t i = 0; i < rules_n_problems(rules); i++)
		if (rules_problem_at(rules, i)->code == code)
			return rules_problem_at(rules, i);
	return NULL;
}

/* Returns 1 and says why when it is not the one that is wanted. */
static unsigned int compare(const struct rules *rules, enum rules_code code, const struct row *row,
			    bool of_condition)
{
	const struct rules_problem *problem = find(rules, code);
	const uint32_t line = of_condition ? LINE : 1;
	const uint32_t column = of_condition ? COLUMN + row->offset : row->offset + 1;
	const uint64_t offset = of_condition ? strlen(HEAD) + row->offset : row->offset;

	if (problem && problem->place.line == line && problem->place.column == column &&
	    problem->place.offset == offset && strstr(problem->message, row->message))
		return 0;
	print_error("'%s': ", row->condition);
	if (problem)
		print_error("%u:%u@%u %s\n", problem->place.line, problem->place.column,
			    (unsigned int)problem->place.offset, problem->message);
	else
		print_error("no %s\n", rules_code_name(code));
	return 1;
}

static void a_wrong_condition_is_told_at_what_is_wrong(void **state)
{
	unsigned int n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct rules *rules = load(errors[i].condition, "");

		n_bad += compare(rules, RULES_ERR_COMPILE_CONDITION, &errors[i], true);
		n_bad += rules_n_errors(rules) != 1;
		rules_free(rules);
	}
	assert_int_equal(n_bad, 0);
}

static void an_odd_condition_is_warned_of_and_loads(void **state)
{
	unsigned int n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		struct rules *rules = load(warnings[i].row.condition, "");

		n_bad += compare(rules, warnings[i].code, &warnings[i].row, true);
		assert_int_equal(rules_n_errors(rules), 0);
		assert_int_equal(rules_count(rules), 1);
		rules_free(rules);
	}
	for (size_t i = 0; i < sizeof(of_rule) / sizeof(of_rule[0]); i++) {
		struct rules *rules = load(of_rule[i].row.condition, "");

		n_bad += compare(rules, of_rule[i].code, &of_rule[i].row, false);
		rules_free(rules);
		rules = load(of_rule[i].row.condition, "  warn_evttypes: false\n");
		assert_int_equal(rules_n_problems(rules), 0);
		rules_free(rules);
	}
	assert_int_equal(n_bad, 0);
}

static void no_event_types_and_few_are_not_warned_of(void **state)
{
	static const char *const fine[] = { "evt.type = open", "evt.num = 0", "not evt.type exists",
					    "evt.type = open and evt.type = close",
					    "evt.type = open and evt.num > 0" };

	(void)state;
	for (size_t i = 0; i < sizeof(fine) / sizeof(fine[0]); i++) {
		struct rules *rules = load(fine[i], "");

		assert_int_equal(rules_n_problems(rules), 0);
		rules_free(rules);
	}
}

static void what_a_rule_forgives_drops_it(void **state)
{
	unsigned int n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(skipped) / sizeof(skipped[0]); i++) {
		struct rules *rules = load(skipped[i].condition,
					   "  skip-if-unknown-filter: true\n");

		n_bad += compare(rules, RULES_WARN_UNKNOWN_FILTER, &skipped[i], true);
		assert_int_equal(rules_n_errors(rules), 0);
		assert_int_equal(rules_count(rules), 0);
		rules_free(rules);
		rules = load(skipped[i].condition, "");
		n_bad += compare(rules, RULES_ERR_COMPILE_CONDITION, &skipped[i], true);
		rules_free(rules);
	}
	assert_int_equal(n_bad, 0);
}

/* A wrong type is not forgiven. */
static void other_errors_are_not_forgiven(void **state)
{
	static const struct row row = { "proc.pid = abc", 11, "error parsing numeric value" };
	struct rules *rules = load(row.condition, "  skip-if-unknown-filter: true\n");

	(void)state;
	assert_int_equal(compare(rules, RULES_ERR_COMPILE_CONDITION, &row, true), 0);
	rules_free(rules);
}

static void static_fields_are_those_of_the_configuration(void **state)
{
	static const struct field_static statics[] = { { "site", "x" }, { "site2", "y" } };
	static const char yaml[] = HEAD "evt.type=open and static.site = x and proc.name = "
					"val(static.site2)\n";
	const struct rules_file file = { "a.yaml", yaml, sizeof(yaml) - 1 };
	static const struct row row = { "static", 50, "nonexistent field static.site2" };
	struct rules_config config = { .statics = statics, .n_statics = 2 };
	struct rules *rules = rules_load(&file, 1, &config);

	(void)state;
	assert_non_null(rules);
	assert_int_equal(rules_n_problems(rules), 0);
	rules_free(rules);
	config.n_statics = 1;
	rules = rules_load(&file, 1, &config);
	assert_non_null(rules);
	assert_int_equal(compare(rules, RULES_ERR_COMPILE_CONDITION, &row, true), 0);
	rules_free(rules);
	config.any_static = true;
	rules = rules_load(&file, 1, &config);
	assert_non_null(rules);
	assert_int_equal(rules_n_problems(rules), 0);
	rules_free(rules);
}

static void a_constant_of_256_bytes_is_refused_at_its_place(void **state)
{
	static const struct row row = { "256 bytes", 12, "filter value too long: 256 bytes" };
	char condition[300];
	struct rules *rules;

	(void)state;
	(void)snprintf(condition, sizeof(condition), "proc.name = %0256d", 7);
	rules = load(condition, "");
	assert_int_equal(compare(rules, RULES_ERR_COMPILE_CONDITION, &row, true), 0);
	rules_free(rules);
	(void)snprintf(condition, sizeof(condition), "evt.type = open and proc.name = %0255d", 7);
	rules = load(condition, "");
	assert_int_equal(rules_n_problems(rules), 0);
	rules_free(rules);
}

static void two_hundred_parentheses_are_too_deep(void **state)
{
	static const struct row row = { "200 parentheses", 200,
					"exceeded max depth limit of 1000" };
	char condition[2 * 200 + 32];
	struct rules *rules;

	(void)state;
	memset(condition, '(', 200);
	(void)snprintf(condition + 200, sizeof(condition) - 200, "evt.type=open%0200d", 0);
	for (char *p = condition + 200 + strlen("evt.type=open"); *p; p++)
		*p = ')';
	rules = load(condition, "");
	assert_int_equal(compare(rules, RULES_ERR_COMPILE_CONDITION, &row, true), 0);
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_wrong_condition_is_told_at_what_is_wrong),
		cmocka_unit_test(an_odd_condition_is_warned_of_and_loads),
		cmocka_unit_test(no_event_types_and_few_are_not_warned_of),
		cmocka_unit_test(what_a_rule_forgives_drops_it),
		cmocka_unit_test(other_errors_are_not_forgiven),
		cmocka_unit_test(static_fields_are_those_of_the_configuration),
		cmocka_unit_test(a_constant_of_256_bytes_is_refused_at_its_place),
		cmocka_unit_test(two_hundred_parentheses_are_too_deep),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
