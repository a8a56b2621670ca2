// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rules/cond.h"

#define TEXT_MAX ((size_t)16 << 20)

struct world {
	struct arena *arena;
	struct buf buf;
	struct cond_error error;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	w->arena = arena_new(1 << 16, (size_t)1 << 30);
	buf_init(&w->buf, TEXT_MAX);
	*state = w;
	return 0;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	arena_free(w->arena);
	buf_done(&w->buf);
	free(w);
	return 0;
}

static int parse(struct world *w, const char *text, size_t len, struct cond_node **out)
{
	memset(&w->error, 0, sizeof(w->error));
	return cond_parse(w->arena, text, len, &w->error, out);
}

static struct cond_node *must_parse(struct world *w, const char *text)
{
	struct cond_node *node = NULL;

	if (parse(w, text, strlen(text), &node) < 0)
		fail_msg("'%s': %u: %s", text, w->error.offset, w->error.text);
	return node;
}

static const char *render(struct world *w, const struct cond_node *node)
{
	buf_reset(&w->buf);
	cond_render(node, &w->buf);
	assert_false(w->buf.failed);
	return w->buf.data;
}

static void accepted_text_renders_with_every_parenthesis(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "a.b exists", "a.b exists" },
		{ "  a.b   exists  ", "a.b exists" },
		{ "a.b=c", "a.b = c" },
		{ "a.b == c", "a.b = c" },
		{ "a.b!=c and c.d<5", "(a.b != c and c.d < 5)" },
		{ "a.b existsand c.d exists", "(a.b exists and c.d exists)" },
		{ "a.b exists or(c.d exists)", "(a.b exists or c.d exists)" },
		{ "a.b exists and(c.d exists)or e.f exists",
		  "((a.b exists and c.d exists) or e.f exists)" },
		{ "m1 or m2 and m3", "(m1 or (m2 and m3))" },
		{ "not m1 and m2", "(not m1 and m2)" },
		{ "not not m1", "m1" },
		{ "not not not m1", "not m1" },
		{ "not(m1)", "not m1" },
		{ "not not(m1)", "m1" },
		{ "not (m1 or m2)", "not (m1 or m2)" },
		{ "nothing", "nothing" },
		{ "notable and android or orange", "((notable and android) or orange)" },
		{ "((m1))", "m1" },
		{ "( m1 or m2 )and m3", "((m1 or m2) and m3)" },
		{ "a.b in (x)", "a.b in (x)" },
		{ "a.b in(x,y)", "a.b in (x, y)" },
		{ "a.b in ( x , \"y z\" , 'q' )", "a.b in (x, \"y z\", q)" },
		{ "a.b in ()", "a.b in ()" },
		{ "a.b in name", "a.b in (name)" },
		{ "a.b intersects (x)", "a.b intersects (x)" },
		{ "a.b pmatch (/etc, /usr)", "a.b pmatch (/etc, /usr)" },
		{ "a.b startswith oneof (x, y)", "a.b startswith oneof (x, y)" },
		{ "a.b = anyof (x)", "a.b = anyof (x)" },
		{ "a.b != allof name", "a.b != allof (name)" },
		{ "a.b = oneof", "a.b = oneof" },
		{ "a.b = oneof and m", "(a.b = oneof and m)" },
		{ "a.b = oneof or m", "(a.b = oneof or m)" },
		{ "a.b contains anyof", "a.b contains anyof" },
		{ "a.b < 0x1F", "a.b < 0x1F" },
		{ "a.b >= -1.5e+3", "a.b >= -1.5e+3" },
		{ "a.b > 1.", "a.b > 1." },
		{ "a.b = val(c.d)", "a.b = val(c.d)" },
		{ "a.b = val( c.d[x] )", "a.b = val(c.d[x])" },
		{ "a.b < val(c.d)", "a.b < val(c.d)" },
		{ "a.b in val(c.d)", "a.b in val(c.d)" },
		{ "a.b = toupper(c.d)", "a.b = toupper(c.d)" },
		{ "toupper(b64(a.b)) = X", "toupper(b64(a.b)) = X" },
		{ "a.b = toupper", "a.b = toupper" },
		{ "a.b = x.y", "a.b = x.y" },
		{ "a.b[c] = x", "a.b[c] = x" },
		{ "a.b[\"c d\"] = x", "a.b[\"c d\"] = x" },
		{ "a.b = \"\"", "a.b = \"\"" },
		{ "a.b = ''", "a.b = \"\"" },
		{ "a.b = \"it's\"", "a.b = \"it's\"" },
		{ "a.b = 'say \"x\"'", "a.b = \"say \\\"x\\\"\"" },
		{ "a.b = \"\\x41\\x0a\"", "a.b = \"A\\x0a\"" },
		{ "a.b = \"\\b\\f\\n\\r\\t\\/\"", "a.b = \"\\x08\\x0c\\x0a\\x0d\\x09/\"" },
		{ "a.b = \"x\\\\y\"", "a.b = \"x\\x5cy\"" },
		{ "a.b = \"x\\ y\"", "a.b = \"x\\x5cy\"" },
		{ "a.b = \"two\nlines\"", "a.b = \"two\\x0alines\"" },
		{ "a.b = \\x41", "a.b = \"\\x5cx41\"" },
		{ "a.b glob *", "a.b glob *" },
		{ "a.b\t=\tc", "a.b = c" },
		{ "a.b\n=\nc\n", "a.b = c" },
		{ "a.b =c.d", "a.b = c.d" },
		{ "a.b regex ^x$", "a.b regex ^x$" },
		{ "a.b.c1_ exists", "a.b.c1_ exists" },
	};
	struct world *w = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		assert_string_equal(render(w, must_parse(w, cases[i].text)), cases[i].want);
}

static void rendered_text_parses_to_itself(void **state)
{
	static const char *const cases[] = {
		"not (not proc.name = x)",
		"a.b = 'x\\\\y' and not (m or a.b in ('', \"(\", 'q\"q')) or c.d startswith anyof x",
		"a.b = \"\\x5c\" or a.b = '\"' or a.b = \"end\\\\ \"",
		"a.b < 5 or a.b = val(c.d) or len(a.b) > 0x10",
	};
	struct world *w = *state;
	char *first;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		first = strdup(render(w, must_parse(w, cases[i])));
		assert_non_null(first);
		assert_string_equal(render(w, must_parse(w, first)), first);
		free(first);
	}
}

static void malformed_text_is_refused_where_it_goes_wrong(void **state)
{
	static const struct {
		const char *text;
		uint32_t offset;
		const char *reason; /* a part of it */
	} cases[] = {
		{ "", 0, "filter input string is empty" },
		{ " ", 1, "expected a '(' token, a field check, or an identifier" },
		{ "a.b", 3, "expected a valid check operator" },
		{ "a.b foo", 4, "expected a valid check operator" },
		{ "a.b =", 5, "expected a string value" },
		{ "a.b = (x)", 6, "expected a string value" },
		{ "a.b <", 5, "expected a number value" },
		{ "a.b < x", 6, "expected a number value" },
		{ "a.b < \"5\"", 6, "expected a number value" },
		{ "a.b contains\"x\"", 4, "expected a valid check operator" },
		{ "a.b containsx", 4, "expected a valid check operator" },
		{ "a.b in", 6, "expected a list" },
		{ "a.b in (x", 9, "expected a ')' token" },
		{ "a.b in (x,)", 10, "expected a string value" },
		{ "a.b in (,x)", 8, "expected a string value" },
		{ "a.b in (x y)", 10, "expected a ')' token" },
		{ "a.b in ((x),(y))", 8, "expected a string value" },
		{ "a.b in (val(c.d))", 11, "expected a ')' token" },
		{ "a.b in \"x\"", 7, "expected a list" },
		{ "a.b = oneof (x", 14, "expected a ')' token" },
		{ "a.b < oneof (1)", 6, "expected a number value" },
		{ "a.b = \"x", 6, "expected a string value" },
		{ "a.b = \"x\\\"", 6, "expected a string value" },
		{ "a.b = \"a\\\\\"", 6, "expected a string value" },
		{ "a.b = \"\\q\"", 7, "unsupported string escape sequence" },
		{ "a.b = \"\\'\"", 7, "unsupported string escape sequence" },
		{ "a.b = '\\\"'", 7, "unsupported string escape sequence" },
		{ "a.b = \"\\x4\"", 7, "truncated hex char escape sequence" },
		{ "a.b = \"\\x4g\"", 7, "invalid hex char escape sequence" },
		{ "a.b = val(c)", 10, "expected a field within 'val'" },
		{ "a.b = val(toupper(c.d))", 10, "expected a field within 'val'" },
		{ "a.b = val(c.d", 13, "expected a ')' token closing the transformer" },
		{ "a.b = toupper(c", 14, "expected a field" },
		{ "a.b exists x", 11, "unexpected token after 'exists'" },
		{ "a.b = x)", 7, "unexpected token after 'x'" },
		{ "m1 m2", 3, "unexpected token after 'm1'" },
		{ "m1 AND m2", 3, "unexpected token after 'm1'" },
		{ "m1 and", 6, "expected blank or '(' after 'and'" },
		{ "m1 and ", 7, "expected a '(' token, a field check, or an identifier" },
		{ "m1 andm2", 6, "expected blank or '(' after 'and'" },
		{ "m1 orm2", 5, "expected blank or '(' after 'or'" },
		{ "(m1", 3, "expected a ')' token" },
		{ "()", 1, "expected a '(' token, a field check, or an identifier" },
		{ "not (m1 or", 10, "expected blank or '(' after 'or'" },
		{ "a.b[ = x", 4, "expected a valid field argument" },
		{ "a.b[x = y", 5, "expected a ']' token" },
		{ "1.b = x", 0, "expected a '(' token, a field check, or an identifier" },
	};
	struct world *w = *state;
	struct cond_node *node = NULL;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (parse(w, cases[i].text, strlen(cases[i].text), &node) != -EINVAL)
			fail_msg("'%s' was accepted", cases[i].text);
		if (w->error.offset != cases[i].offset || !strstr(w->error.text, cases[i].reason))
			fail_msg("'%s': %u: %s", cases[i].text, w->error.offset, w->error.text);
	}
}

static void words_that_only_look_like_keywords_are_macros(void **state)
{
	struct world *w = *state;

	/* Where a check is due, `or` and `not` are names like others. */
	assert_string_equal(render(w, must_parse(w, "m1 or or")), "(m1 or or)");
	assert_string_equal(render(w, must_parse(w, "not")), "not");
}

static void a_nul_in_the_text_ends_no_token_and_is_refused(void **state)
{
	static const char text[] = "a.b = x\0y";
	struct world *w = *state;
	struct cond_node *node = NULL;

	assert_int_equal(parse(w, text, sizeof(text) - 1, &node), -EINVAL);
	assert_int_equal(w->error.offset, 7);
	assert_null(node);
}

static char *repeat(const char *unit, size_t n, size_t *ret_len)
{
	const size_t len = strlen(unit);
	char *text = malloc(len * n + 1);

	assert_non_null(text);
	for (size_t i = 0; i < n; i++)
		memcpy(text + i * len, unit, len);
	text[len * n] = '\0';
	*ret_len = len * n;
	return text;
}

/* `n` parentheses around a macro. */
static int parse_nested(struct world *w, size_t n)
{
	struct cond_node *node = NULL;
	char *text = malloc(2 * n + 2);
	int ret;

	assert_non_null(text);
	memset(text, '(', n);
	text[n] = 'm';
	memset(text + n + 1, ')', n);
	ret = parse(w, text, 2 * n + 1, &node);
	free(text);
	return ret;
}

static void parentheses_nest_as_deep_as_in_falco(void **state)
{
	struct world *w = *state;

	assert_int_equal(parse_nested(w, 199), 0);
	assert_int_equal(parse_nested(w, 200), -EINVAL);
	assert_string_equal(w->error.text, "exceeded max depth limit of 1000");
	assert_int_equal(parse_nested(w, 100000), -EINVAL);
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void huge_conditions_parse_in_linear_time(void **state)
{
	static const char *const units[] = { "a.b = c or ", "m and ", "not ", "(m) or ",
					     "a.b in (x, y, z) or " };
	struct world *w = *state;
	const double start = seconds();
	struct cond_node *node = NULL;
	size_t len;
	char *text;

	for (size_t i = 0; i < sizeof(units) / sizeof(units[0]); i++) {
		text = repeat(units[i], (1 << 20) / strlen(units[i]), &len);
		text[len - 1] = 'x';
		(void)parse(w, text, len, &node);
		free(text);
	}
	/* Quadratic time would take hours; the bound leaves room for sanitizers. */
	assert_true(seconds() - start < 20);
}

static void a_chain_of_a_megabyte_is_one_flat_node(void **state)
{
	struct world *w = *state;
	struct cond_node *node = NULL;
	size_t len;
	char *text = repeat("m or ", 200000, &len);

	/* Without the last " or ". */
	assert_int_equal(parse(w, text, len - 4, &node), 0);
	assert_int_equal(strlen(render(w, node)), len - 4 + 2);
	free(text);
}

static void the_arena_cap_is_reported_as_out_of_memory(void **state)
{
	struct world *w = *state;
	struct arena *small = arena_new(256, 512);
	struct cond_node *node = NULL;
	const char *text = "a.b = c and d.e = f and g.h = i and j.k = l";

	assert_non_null(small);
	assert_int_equal(cond_parse(small, text, strlen(text), &w->error, &node), -ENOMEM);
	assert_null(node);
	arena_free(small);
}

/* Macros by name, each a parsed tree. */
struct macros {
	const char *names[4];
	const struct cond_node *nodes[4];
};

static const struct cond_node *lookup(const char *name, void *arg)
{
	const struct macros *macros = arg;

	for (size_t i = 0; i < 4; i++)
		if (macros->names[i] && strcmp(macros->names[i], name) == 0)
			return macros->nodes[i];
	return NULL;
}

static void macros_take_the_place_of_their_names(void **state)
{
	struct world *w = *state;
	struct macros macros = { { "m1", "m2" }, { must_parse(w, "a.b = x or a.b = y"), NULL } };
	struct cond_node *node = NULL;

	assert_int_equal(cond_expand(w->arena, must_parse(w, "m1 and c.d exists"), lookup, &macros,
				     &w->error, &node),
			 0);
	assert_string_equal(render(w, node), "((a.b = x or a.b = y) and c.d exists)");
	macros.nodes[1] = node;
	assert_int_equal(cond_expand(w->arena, must_parse(w, "not m2"), lookup, &macros, &w->error,
				     &node),
			 0);
	assert_string_equal(render(w, node), "not ((a.b = x or a.b = y) and c.d exists)");
}

static void an_undefined_macro_is_named_with_its_place(void **state)
{
	struct world *w = *state;
	struct macros macros = { { NULL }, { NULL } };
	struct cond_node *node = NULL;

	assert_int_equal(cond_expand(w->arena, must_parse(w, "a.b exists and (gone)"), lookup,
				     &macros, &w->error, &node),
			 -ENOENT);
	assert_string_equal(w->error.text, "Undefined macro 'gone' used in filter.");
	assert_int_equal(w->error.offset, 16);
	assert_null(node);
}

static void macros_that_double_their_text_stay_small(void **state)
{
	struct world *w = *state;
	struct macros macros = { { "m" }, { must_parse(w, "a.b exists") } };
	const struct cond_node *two = must_parse(w, "m and m");
	struct cond_node *node = NULL;
	struct buf small;
	int ret = 0;

	/* As text it would have 2^64 checks. */
	for (int i = 0; i < 64; i++) {
		assert_int_equal(cond_expand(w->arena, two, lookup, &macros, &w->error, &node), 0);
		macros.nodes[0] = node;
	}
	buf_init(&small, 1000);
	cond_render(node, &small);
	assert_true(small.failed);
	buf_done(&small);
	/* Each step is two levels higher; the limit stops what walks could not recurse into. */
	for (int i = 0; i < COND_DEPTH_MAX && ret == 0; i++) {
		ret = cond_expand(w->arena, two, lookup, &macros, &w->error, &node);
		macros.nodes[0] = node;
	}
	assert_int_equal(ret, -EINVAL);
	assert_string_equal(w->error.text, "exceeded max depth limit of 1000");
}

static void note_macro(const char *name, void *arg)
{
	struct buf *buf = arg;

	buf_printf(buf, "%s ", name);
}

static void macros_are_visited_as_written(void **state)
{
	struct world *w = *state;

	buf_reset(&w->buf);
	cond_visit_macros(must_parse(w, "m1 and not (m2 or a.b in m4) or m3 or m1"), note_macro,
			  &w->buf);
	assert_string_equal(w->buf.data, "m1 m2 m3 m1 ");
}

static void operators_are_told_from_other_words(void **state)
{
	static const struct {
		const char *text;
		bool is_operator;
		bool takes_list;
	} cases[] = {
		{ "=", true, false },
		{ "==", true, false },
		{ "!=", true, false },
		{ "<=", true, false },
		{ "exists", true, false },
		{ "in", true, true },
		{ "pmatch", true, true },
		{ "intersects", true, true },
		{ "startswith", true, false },
		{ "startswith oneof", true, true },
		{ "  startswith   oneof ", true, true },
		{ "= anyof", true, true },
		{ "!=\tallof", true, true },
		{ "startswithoneof", false, false },
		{ "in oneof", false, false },
		{ "< oneof", false, false },
		{ "oneof", false, false },
		{ "=oneof", false, false },
		{ "In", false, false },
		{ "regexp", false, false },
		{ "", false, false },
		{ " ", false, false },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const size_t len = strlen(cases[i].text);

		if (cond_is_operator(cases[i].text, len) != cases[i].is_operator ||
		    cond_operator_takes_list(cases[i].text, len) != cases[i].takes_list)
			fail_msg("'%s'", cases[i].text);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(accepted_text_renders_with_every_parenthesis,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(rendered_text_parses_to_itself, set_up, tear_down),
		cmocka_unit_test_setup_teardown(malformed_text_is_refused_where_it_goes_wrong,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(words_that_only_look_like_keywords_are_macros,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(a_nul_in_the_text_ends_no_token_and_is_refused,
						set_up, tear_down),
		cmocka_unit_test_setup_teardown(parentheses_nest_as_deep_as_in_falco, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(huge_conditions_parse_in_linear_time, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(a_chain_of_a_megabyte_is_one_flat_node, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(the_arena_cap_is_reported_as_out_of_memory, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(macros_take_the_place_of_their_names, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(an_undefined_macro_is_named_with_its_place, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(macros_that_double_their_text_stay_small, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(macros_are_visited_as_written, set_up, tear_down),
		cmocka_unit_test(operators_are_told_from_other_words),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
