// SPDX-License-Identifier: Apache-2.0
/* Files that were made to hurt: refused in words, soon, whatever they hold. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define RULE "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: "

static struct rules *load(const char *text, size_t len)
{
	const struct rules_file file = { "a.yaml", text, len };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = rules_load(&file, 1, &config);

	assert_non_null(rules);
	return rules;
}

static void render_all(const struct rules *rules)
{
	struct buf buf;

	buf_init(&buf, 16 << 20);
	for (size_t i = 0; i < rules_n_problems(rules); i++)
		rules_problem_render(rules_problem_at(rules, i), &buf);
	assert_false(buf.failed);
	buf_done(&buf);
}

static struct rules *load_buf(struct buf *buf)
{
	struct rules *rules;

	assert_false(buf->failed);
	rules = load(buf->data, buf->len);
	render_all(rules);
	buf_done(buf);
	return rules;
}

/* One error, of which the text is part. */
static void assert_refused(struct rules *rules, enum rules_code code, const char *message)
{
	assert_true(rules_n_errors(rules) > 0);
	assert_int_equal(rules_problem_at(rules, 0)->code, code);
	if (!strstr(rules_problem_at(rules, 0)->message, message))
		fail_msg("%s", rules_problem_at(rules, 0)->message);
	rules_free(rules);
}

static struct buf text_buf(void)
{
	struct buf buf;

	buf_init(&buf, (size_t)64 << 20);
	return buf;
}

static void aliases_that_multiply_are_refused(void **state)
{
	struct buf buf = text_buf();

	(void)state;
	buf_add_str(&buf, "- &a0 [x, x, x, x, x, x, x, x, x, x]\n");
	for (int i = 1; i < 30; i++) {
		buf_printf(&buf, "- &a%d [", i);
		for (int k = 0; k < 10; k++)
			buf_printf(&buf, "%s*a%d", k ? ", " : "", i - 1);
		buf_add_str(&buf, "]\n");
	}
	assert_refused(load_buf(&buf), RULES_ERR_YAML_PARSE, "aliases expand to too many nodes");
}

static void deep_nesting_is_refused(void **state)
{
	static const char *const opens[] = { "[", "{a: ", "- " };

	(void)state;
	for (size_t k = 0; k < sizeof(opens) / sizeof(opens[0]); k++) {
		struct buf buf = text_buf();

		for (int i = 0; i < 100000; i++)
			buf_add_str(&buf, opens[k]);
		assert_refused(load_buf(&buf), RULES_ERR_YAML_PARSE, "");
	}
}

static void conditions_nested_too_deeply_are_refused(void **state)
{
	struct buf buf = text_buf();

	(void)state;
	buf_add_str(&buf, RULE);
	for (int i = 0; i < 100000; i++)
		buf_add_char(&buf, '(');
	assert_refused(load_buf(&buf), RULES_ERR_COMPILE_CONDITION, "max depth");
}

static void macros_that_multiply_are_refused(void **state)
{
	struct buf buf = text_buf();

	(void)state;
	buf_add_str(&buf, "- macro: m0\n  condition: proc.pid=1 or proc.pid=2\n");
	for (int i = 1; i < 40; i++)
		buf_printf(&buf, "- macro: m%d\n  condition: m%d or m%d\n", i, i - 1, i - 1);
	buf_add_str(&buf, RULE "evt.type=open and m39\n");
	assert_refused(load_buf(&buf), RULES_ERR_VALIDATE,
		       "condition is too large with its macros put in");
}

static void long_chains_and_rings_of_macros_are_refused(void **state)
{
	struct buf buf = text_buf();

	(void)state;
	for (int pass = 0; pass < 2; pass++)
		for (int i = 0; i < 20000; i++)
			buf_printf(&buf, "- macro: m%d\n  condition: proc.pid=1 or m%d\n", i,
				   (i + 1) % 20000);
	buf_add_str(&buf, RULE "evt.type=open and m0\n");
	assert_refused(load_buf(&buf), RULES_ERR_VALIDATE, "reference loop in macro");
}

static void lists_that_multiply_are_refused(void **state)
{
	struct buf buf = text_buf();

	(void)state;
	for (int i = 0; i < 40; i++)
		buf_printf(&buf, "- list: l%d\n  items: [l%d, l%d]\n", i, i + 1, i + 1);
	buf_add_str(&buf, "- list: l40\n  items: [a]\n");
	buf_add_str(&buf, RULE "evt.type=open and proc.name in (l0)\n");
	assert_refused(load_buf(&buf), RULES_ERR_VALIDATE, "too large with its lists");

	buf = text_buf();
	for (int i = 0; i < 40; i++)
		buf_printf(&buf, "- list: l%d\n  items: [l%d, l%d]\n", i, i + 1, i + 1);
	buf_add_str(&buf, "- list: l40\n  items: []\n");
	buf_add_str(&buf, RULE "evt.type=open and proc.name in (l0)\n");
	assert_refused(load_buf(&buf), RULES_ERR_VALIDATE, "too large with its lists");
}

static void a_chain_of_many_lists_is_refused(void **state)
{
	struct buf buf = text_buf();

	(void)state;
	for (int i = 0; i < 20000; i++)
		buf_printf(&buf, "- list: l%d\n  items: [l%d]\n", i, i + 1);
	buf_add_str(&buf, RULE "evt.type=open and proc.name in (l0)\n");
	assert_refused(load_buf(&buf), RULES_ERR_VALIDATE, "too large with its lists");
}

static void oversized_files_and_values_are_refused(void **state)
{
	struct buf buf = text_buf();

	(void)state;
	for (int i = 0; i < (16 << 20) / 8 + 1; i++)
		buf_add_str(&buf, "#234567\n");
	assert_refused(load_buf(&buf), RULES_ERR_FILE_READ, "larger than 16 MiB");

	buf = text_buf();
	buf_add_str(&buf, "- macro: '");
	for (int i = 0; i < (2 << 20) / 8; i++)
		buf_add_str(&buf, "01234567");
	buf_add_str(&buf, "'\n");
	assert_refused(load_buf(&buf), RULES_ERR_YAML_PARSE, "larger than 1 MiB");

	buf = text_buf();
	buf_add_char(&buf, '[');
	for (int i = 0; i < 2100000; i++)
		buf_add_str(&buf, "a,");
	assert_refused(load_buf(&buf), RULES_ERR_YAML_PARSE, "too many nodes");
}

static void bytes_that_are_no_text_are_refused_where_they_stand(void **state)
{
	static const struct {
		const char *text;
		size_t len;
		uint32_t line;
		uint32_t column;
	} cases[] = {
		{ "- list: a\n  items: [b\0c]\n", 24, 2, 12 },
		{ "- list: a\n  items: [b\x01]\n", 23, 2, 12 },
		{ "- list: a\n  items: [\xc3]\n", 22, 2, 11 },
		{ "- list: a\n  items: [\xf0\x9f\x98]\n", 24, 2, 11 },
		{ "\xff\xfe-\0", 4, 1, 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct rules_file file = { "a.yaml", cases[i].text, cases[i].len };
		const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
		struct rules *rules = rules_load(&file, 1, &config);
		const struct rules_problem *problem;

		assert_non_null(rules);
		problem = rules_problem_at(rules, 0);
		assert_int_equal(problem->code, RULES_ERR_YAML_PARSE);
		if (problem->place.line != cases[i].line ||
		    problem->place.column != cases[i].column)
			fail_msg("case %zu: %u:%u %s", i, problem->place.line,
				 problem->place.column, problem->message);
		rules_free(rules);
	}
}

/* Looking for each one's column from the start of the line would take minutes. */
static void a_hundred_thousand_rules_in_one_line_load(void **state)
{
	struct buf buf = text_buf();
	struct rules *rules;

	(void)state;
	buf_add_char(&buf, '[');
	for (int i = 0; i < 100000; i++)
		buf_printf(&buf,
			   "{rule: r%d, desc: d, condition: a.b=c, output: o, priority: INFO},", i);
	buf_add_str(&buf, "]\n");
	rules = load_buf(&buf);
	assert_int_equal(rules_n_errors(rules), 100000);
	assert_int_equal(rules_problem_at(rules, 0)->place.line, 1);
	rules_free(rules);
}

static void problems_are_counted_beyond_what_is_told(void **state)
{
	struct buf buf = text_buf();
	struct rules *rules;

	(void)state;
	for (int i = 0; i < 5000; i++)
		buf_add_str(&buf, "- text\n");
	rules = load_buf(&buf);
	assert_int_equal(rules_n_errors(rules), 5000);
	assert_int_equal(rules_n_problems(rules), 1000);
	assert_non_null(strstr(rules_problem_at(rules, 999)->message, "too many problems"));
	rules_free(rules);
}

static void thousands_of_rules_and_lists_load(void **state)
{
	struct buf buf = text_buf();
	struct rules *rules;

	(void)state;
	for (int i = 0; i < 10000; i++)
		buf_printf(&buf, "- list: list_%d\n  items: [cmd_%d, cmd_%d, cmd_%d]\n", i, i,
			   i + 1, i + 2);
	for (int i = 0; i < 1000; i++)
		buf_printf(&buf, "- macro: macro_%d\n  condition: proc.name in (list_%d)\n", i, i);
	for (int i = 0; i < 5000; i++)
		buf_printf(
			&buf,
			"- rule: rule %d\n  desc: about %d\n  output: o %%proc.name\n"
			"  priority: INFO\n  condition: >\n    evt.type = open and (macro_%d or\n"
			"    proc.pname in (list_%d, list_%d)) and not fd.name startswith /a%d\n",
			i, i, i % 1000, i * 2, i * 2 + 1, i);
	rules = load_buf(&buf);
	assert_int_equal(rules_n_problems(rules), 0);
	assert_int_equal(rules_count(rules), 5000);
	rules_free(rules);
}

static char *upstream(size_t *ret_len)
{
	const char *corpus = getenv("BPFWATCH_CORPUS");
	char path[512];
	struct buf buf = text_buf();
	char chunk[4096];
	size_t n;
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/falco-rules/falco_rules.yaml",
		       corpus ? corpus : "../shared/corpus");
	file = fopen(path, "re");
	if (!file)
		return NULL;
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(&buf, chunk, n);
	(void)fclose(file);
	*ret_len = buf.len;
	return buf_steal(&buf);
}

static void a_file_cut_anywhere_never_crashes(void **state)
{
	size_t len = 0;
	char *text = upstream(&len);

	(void)state;
	if (!text) {
		skip();
		return;
	}
	for (size_t cut = 1; cut < len; cut += 769) {
		/* Exactly as long as it is, so that a read behind it is seen. */
		char *part = malloc(cut);

		assert_non_null(part);
		memcpy(part, text, cut);
		struct rules *rules = load(part, cut);

		render_all(rules);
		rules_free(rules);
		free(part);
	}
	free(text);
}

static void a_file_with_changed_bytes_never_crashes(void **state)
{
	static const char bytes[] = "()'\"\\[]{}&*!|>-:,#%@`\n\t \xff=~a";
	uint32_t seed = 1;
	size_t len = 0;
	char *text = upstream(&len);
	size_t part = 12000; /* of the file: rounds matter more than length */

	(void)state;
	if (!text) {
		skip();
		return;
	}
	assert_true(len > part);
	for (int round = 0; round < 150; round++) {
		size_t at;
		char old;

		seed = seed * 1664525U + 1013904223U;
		at = seed % part;
		old = text[at];
		text[at] = bytes[(seed >> 16) % (sizeof(bytes) - 1)];
		struct rules *rules = load(text, part);

		render_all(rules);
		rules_free(rules);
		/* Keep some of the changes, so that they meet. */
		if (round % 3)
			text[at] = old;
	}
	free(text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(aliases_that_multiply_are_refused),
		cmocka_unit_test(deep_nesting_is_refused),
		cmocka_unit_test(conditions_nested_too_deeply_are_refused),
		cmocka_unit_test(macros_that_multiply_are_refused),
		cmocka_unit_test(long_chains_and_rings_of_macros_are_refused),
		cmocka_unit_test(lists_that_multiply_are_refused),
		cmocka_unit_test(a_chain_of_many_lists_is_refused),
		cmocka_unit_test(oversized_files_and_values_are_refused),
		cmocka_unit_test(bytes_that_are_no_text_are_refused_where_they_stand),
		cmocka_unit_test(a_hundred_thousand_rules_in_one_line_load),
		cmocka_unit_test(problems_are_counted_beyond_what_is_told),
		cmocka_unit_test(thousands_of_rules_and_lists_load),
		cmocka_unit_test(a_file_cut_anywhere_never_crashes),
		cmocka_unit_test(a_file_with_changed_bytes_never_crashes),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
