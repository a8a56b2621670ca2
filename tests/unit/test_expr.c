// SPDX-License-Identifier: Apache-2.0
#include "fields/expr.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

static int setup(void **state)
{
	*state = arena_new(4096, 1 << 20);
	return *state ? 0 : -1;
}

static int teardown(void **state)
{
	arena_free(*state);
	return 0;
}

static int parse(struct arena *arena, const char *text, size_t *pos, struct expr **out)
{
	struct expr_error error;

	return expr_parse(arena, text, strlen(text), pos, &error, out);
}

static void parse_takes_the_longest_expression(void **state)
{
	static const struct {
		const char *text;
		const char *expr; /* NULL: none begins there */
	} cases[] = {
		{ "proc.name = a", "proc.name" },
		{ "proc.name=a", "proc.name" },
		{ "proc.name.", "proc.name" },
		{ "proc.name..x", "proc.name" },
		{ "proc.aname[2] = x", "proc.aname[2]" },
		{ "proc.env[HOME]", "proc.env[HOME]" },
		{ "proc.env[\"a b]\"]x", "proc.env[\"a b]\"]" },
		{ "proc.env['it\\'s']", "proc.env['it\\'s']" },
		{ "container.mount.dest[/proc*]", "container.mount.dest[/proc*]" },
		{ "evt.arg.flags contains", "evt.arg.flags" },
		{ "a1_.b.c9x d", "a1_.b.c9x" },
		{ "tolower(proc.name) = x", "tolower(proc.name)" },
		{ "toupper( b64( x.y ) )=", "toupper( b64( x.y ) )" },
		{ "len(join(\",\", (proc.name, \"b\", tolower(a.b), 7))) > 1",
		  "len(join(\",\", (proc.name, \"b\", tolower(a.b), 7)))" },
		{ "concat(proc.name, -1.5e+3, 0xfF)", "concat(proc.name, -1.5e+3, 0xfF)" },
		{ "getopt(proc.args, 'nt:')[t] = 5", "getopt(proc.args, 'nt:')[t]" },
		{ "join(',', ())", "join(',', ())" },
		{ "proc", NULL },
		{ "proc.", NULL },
		{ "proc.1", NULL },
		{ ".name", NULL },
		{ "1a.b", NULL },
		{ "tolower", NULL },
		{ "tolower (a.b)", NULL },
		{ "tolowers(a.b)", NULL },
		{ "val(a.b)", NULL },
		{ "_a.b", NULL },
		{ "", NULL },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct expr *expr = NULL;
		size_t pos = 0;
		int err = parse(*state, cases[i].text, &pos, &expr);

		if (!cases[i].expr) {
			assert_int_equal(err, -ENOENT);
			assert_int_equal(pos, 0);
			continue;
		}
		assert_int_equal(err, 0);
		assert_string_equal(expr_text(expr), cases[i].expr);
		assert_int_equal(pos, strlen(cases[i].expr));
	}
}

static void parse_begins_at_the_given_place(void **state)
{
	struct expr *expr = NULL;
	size_t pos = 4;

	assert_int_equal(parse(*state, "not proc.name = x", &pos, &expr), 0);
	assert_string_equal(expr_text(expr), "proc.name");
	assert_int_equal(pos, 13);
}

static void parse_stops_at_the_given_length(void **state)
{
	struct expr_error error;
	struct expr *expr = NULL;
	size_t pos = 0;

	assert_int_equal(expr_parse(*state, "proc.name", 6, &pos, &error, &expr), 0);
	assert_string_equal(expr_text(expr), "proc.n");
	pos = 0;
	assert_int_equal(expr_parse(*state, "proc.env[HOME]", 13, &pos, &error, &expr), -EINVAL);
	pos = 0;
	assert_int_equal(expr_parse(*state, "len(a.b)", 7, &pos, &error, &expr), -EINVAL);
	pos = 0;
	assert_int_equal(expr_parse(*state, "a.b['c']", 6, &pos, &error, &expr), -EINVAL);
}

static void parse_refuses_malformed_expressions_with_their_place(void **state)
{
	static const struct {
		const char *text;
		uint32_t offset;
	} cases[] = {
		{ "proc.env[", 9 },           { "proc.env[]", 9 },
		{ "proc.env[a", 10 },         { "proc.env[a b]", 10 },
		{ "proc.env[ a]", 9 },        { "proc.env[\"a]", 9 },
		{ "proc.env[\"a\\\\\"]", 9 }, { "proc.env['\\x0']", 9 },
		{ "proc.env['\\x0g']", 9 },   { "proc.env['\\x00']", 9 },
		{ "proc.env['\\q']", 9 },     { "proc.env['\\\"']", 9 },
		{ "tolower()", 8 },           { "tolower(proc)", 8 },
		{ "tolower(a.b", 11 },        { "tolower(a.b c.d)", 12 },
		{ "tolower(a.b,)", 12 },      { "join(',', (a.b,))", 15 },
		{ "join(',', ((a.b)))", 11 }, { "concat(a.b, 'x)", 12 },
		{ "len(len(a.b)", 12 },       { "getopt(a.b, 'c')[", 17 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct expr_error error = { .offset = UINT32_MAX };
		struct expr *expr = NULL;
		size_t pos = 0;
		int err = expr_parse(*state, cases[i].text, strlen(cases[i].text), &pos, &error,
				     &expr);

		if (err != -EINVAL || error.offset != cases[i].offset)
			fail_msg("'%s': %d, offset %u, '%s'", cases[i].text, err, error.offset,
				 error.text);
		assert_true(error.text[0]);
		assert_int_equal(pos, 0);
		assert_null(expr);
	}
}

static void parse_bounds_the_depth(void **state)
{
	char text[2048];
	struct expr_error error;
	struct expr *expr = NULL;

	for (int depth = 100; depth <= 101; depth++) {
		size_t len = 0;
		size_t pos = 0;

		for (int i = 0; i < depth; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, "len(");
		len += (size_t)snprintf(text + len, sizeof(text) - len, "a.b");
		for (int i = 0; i < depth; i++)
			len += (size_t)snprintf(text + len, sizeof(text) - len, ")");
		assert_int_equal(expr_parse(*state, text, len, &pos, &error, &expr),
				 depth == 100 ? 0 : -EINVAL);
	}
	assert_string_equal(error.text, "exceeded max depth limit of 100");
}

static void parse_fails_when_the_arena_is_used_up(void **state)
{
	static const char text[] = "join(\",\", (proc.name, \"b\", tolower(proc.env['x'])))";
	struct expr_error error;
	int err = -ENOMEM;

	(void)state;
	for (size_t max = 16; err; max += 16) {
		struct arena *arena = arena_new(16, max);
		struct expr *expr = NULL;
		size_t pos = 0;

		assert_true(max < 65536);
		assert_non_null(arena);
		err = expr_parse(arena, text, strlen(text), &pos, &error, &expr);
		arena_free(arena);
		assert_true(err == 0 || err == -ENOMEM);
	}
}

static void quoted_strings_resolve_their_escapes(void **state)
{
	static const struct {
		const char *text;
		const char *value;
		size_t len;
	} cases[] = {
		{ "\"abc\"def", "abc", 3 },
		{ "''", "", 0 },
		{ "\"it's\"", "it's", 4 },
		{ "'say \"x\"'", "say \"x\"", 7 },
		{ "\"a\\\"b\"", "a\"b", 3 },
		{ "'\\b\\f\\n\\r\\t\\\\n\\/'", "\b\f\n\r\t\\n/", 8 },
		{ "'\\x41\\xfF\\x00z'", "A\xff\0z", 4 },
		{ "'a\\ b'", "a\\b", 3 },
		{ "'a\nb'", "a\nb", 3 },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct expr_error error;
		struct value value = { .kind = VALUE_NULL };
		size_t pos = 0;

		assert_int_equal(expr_parse_quoted(*state, cases[i].text, strlen(cases[i].text),
						   &pos, &error, &value),
				 0);
		assert_int_equal(value.kind, VALUE_STR);
		assert_int_equal(value.len, cases[i].len);
		assert_memory_equal(value.str, cases[i].value, cases[i].len + 1);
	}
}

static void known_prefixes_leave_the_rest_to_the_text(void **state)
{
	static const struct {
		const char *text;
		const char *expr;
	} cases[] = {
		{ "proc.name.", "proc.name" },
		{ "proc.name.foo", "proc.name" },
		{ "proc.names", "proc.name" },
		{ "proc.name[x]", "proc.name" },
		{ "proc.name[%user.name]", "proc.name" },
		{ "proc.name[", "proc.name" },
		{ "proc.aname[2][3]", "proc.aname[2]" },
		{ "evt.type=", "evt.type" },
		{ "evt.arg.flags.", "evt.arg.flags" },
		{ "toupper(proc.name)[x]", "toupper(proc.name)" },
		{ "toupper(proc.name)[x y]", "toupper(proc.name)" },
		{ "toupper(proc.name)[", "toupper(proc.name)" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct expr_error error;
		struct expr *expr = NULL;
		size_t pos = 0;
		int err = expr_parse_known(*state, cases[i].text, strlen(cases[i].text), &pos,
					   &error, &expr);

		if (err)
			fail_msg("'%s': %d, '%s'", cases[i].text, err, error.text);
		assert_string_equal(expr_text(expr), cases[i].expr);
		assert_int_equal(pos, strlen(cases[i].expr));
	}
}

static void known_prefixes_tell_what_is_unknown(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *error;
	} cases[] = {
		{ "proc.nonesuch", -ENOENT,
		  "filter_check called with nonexistent field proc.nonesuch" },
		{ "%x.y", -ENOENT, "" },
		{ "", -ENOENT, "" },
		{ "tolower(proc.nonesuch)", -ENOENT,
		  "filter_check called with nonexistent field proc.nonesuch" },
		{ "tolower(proc.pid)", -EINVAL,
		  "transformer 'tolower' does not take 'proc.pid', of type INT64" },
	};

	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct expr_error error = { .text = "left over" };
		struct expr *expr = NULL;
		size_t pos = 0;

		assert_int_equal(expr_parse_known(*state, cases[i].text, strlen(cases[i].text),
						  &pos, &error, &expr),
				 cases[i].err);
		assert_string_equal(error.text, cases[i].error);
		assert_int_equal(pos, 0);
		assert_null(expr);
	}
}

static void a_plain_field_gives_its_reference(void **state)
{
	struct expr_error error;
	struct expr *expr = NULL;
	size_t pos = 0;

	assert_int_equal(parse(*state, "proc.aname[2]", &pos, &expr), 0);
	assert_int_equal(expr_resolve(expr, &error), 0);
	assert_non_null(expr_field(expr));
	assert_string_equal(expr_field(expr)->field->name, "proc.aname");
	assert_true(expr_field(expr)->has_index);
	assert_int_equal(expr_field(expr)->index, 2);
	assert_int_equal(expr_type(expr), FIELD_STRING);
	pos = 0;
	assert_int_equal(parse(*state, "tolower(proc.name)", &pos, &expr), 0);
	assert_int_equal(expr_resolve(expr, &error), 0);
	assert_null(expr_field(expr));
}

static void collect(const struct field_ref *ref, void *arg)
{
	char *names = arg;

	strncat(names, ref->field->name, 64);
	strncat(names, " ", 2);
}

static void visit_reaches_every_field(void **state)
{
	static const char text[] =
		"concat(proc.name, join(',', (user.name, tolower(fd.name))), 'x')";
	char names[256] = "";
	struct expr_error error;
	struct expr *expr = NULL;
	size_t pos = 0;

	assert_int_equal(parse(*state, text, &pos, &expr), 0);
	assert_int_equal(expr_resolve(expr, &error), 0);
	expr_visit_fields(expr, collect, names);
	assert_string_equal(names, "proc.name user.name fd.name ");
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(parse_takes_the_longest_expression),
		cmocka_unit_test(parse_begins_at_the_given_place),
		cmocka_unit_test(parse_stops_at_the_given_length),
		cmocka_unit_test(parse_refuses_malformed_expressions_with_their_place),
		cmocka_unit_test(parse_bounds_the_depth),
		cmocka_unit_test(parse_fails_when_the_arena_is_used_up),
		cmocka_unit_test(quoted_strings_resolve_their_escapes),
		cmocka_unit_test(known_prefixes_leave_the_rest_to_the_text),
		cmocka_unit_test(known_prefixes_tell_what_is_unknown),
		cmocka_unit_test(a_plain_field_gives_its_reference),
		cmocka_unit_test(visit_reaches_every_field),
	};

	return cmocka_run_group_tests_name("expr", tests, setup, teardown);
}
