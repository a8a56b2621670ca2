// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_source.h"
#include "fields/expr.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define SCRATCH_BYTES (1U << 16)

static const struct value types[] = { FAKE_STR("File"), FAKE_STR("a/IPv4"), FAKE_STR("") };
static const struct value names[] = { FAKE_STR("Sh"), FAKE_STR("Bash") };

/* The type of a field decides what takes it; what it means does not matter here. */
static const struct fake_field fields[] = {
	{ "proc.name", FAKE_STR("Bash-5") },
	{ "proc.exepath", FAKE_STR("/usr/bin/Bash") },
	{ "proc.cwd", FAKE_STR("/root/") },
	{ "fd.name", FAKE_STR("") },
	{ "proc.args", FAKE_STR("aGVsbG8=") },
	{ "proc.args[0]", FAKE_STR("-nt5") },
	{ "proc.args[1]", FAKE_STR("-v") },
	{ "proc.args[2]", FAKE_STR("-o") },
	{ "proc.args[3]", FAKE_STR("out") },
	{ "proc.args[4]", FAKE_STR("-nt7") },
	{ "proc.args[5]", FAKE_STR("--") },
	{ "proc.cmdline", FAKE_STR("Z\xc3\x84\xc3\xa4[@`{\x80") },
	{ "user.name", FAKE_STR("ab\0cd") },
	{ "evt.buffer", FAKE_BYTES("YQBi") },
	{ "fd.types", FAKE_LIST(types) },
	{ "proc.pid", FAKE_INT(7) },
	/* As a field with FIELD_MATCH_ANY does, though it is none. */
	{ "proc.pname", FAKE_LIST(names) },
	{ NULL, { .kind = VALUE_NULL } },
};

static int compile(struct arena *arena, const char *text, struct expr_error *error,
		   struct expr **out)
{
	size_t pos = 0;
	int err = expr_parse(arena, text, strlen(text), &pos, error, out);

	if (err)
		return err;
	assert_int_equal(pos, strlen(text));
	return expr_resolve(*out, error);
}

/* "null", "text", "7", "(a|b)" */
static void describe(const struct value *value, char *to, size_t size)
{
	size_t len = 0;

	switch (value->kind) {
	case VALUE_STR:
	case VALUE_BYTES:
		(void)snprintf(to, size, "%.*s", (int)value->len, value->str);
		return;
	case VALUE_UINT:
		(void)snprintf(to, size, "%u", (unsigned int)value->u);
		return;
	case VALUE_LIST:
		len = (size_t)snprintf(to, size, "(");
		for (uint32_t i = 0; i < value->len; i++) {
			describe(&value->list[i], to + len, size - len);
			len += strlen(to + len);
			len += (size_t)snprintf(to + len, size - len, "|");
		}
		(void)snprintf(to + len, size - len, ")");
		return;
	default:
		(void)snprintf(to, size, "null");
	}
}

static const struct {
	const char *text;
	const char *result;
} results[] = {
	{ "proc.name", "Bash-5" },
	{ "tolower(proc.name)", "bash-5" },
	{ "toupper(proc.name)", "BASH-5" },
	{ "tolower(proc.cmdline)", "z\xc3\x84\xc3\xa4[@`{\x80" },
	{ "toupper(proc.cmdline)", "Z\xc3\x84\xc3\xa4[@`{\x80" },
	{ "tolower(fd.name)", "" },
	{ "tolower(fd.types)", "(file|a/ipv4||)" },
	{ "toupper(proc.pname)", "(SH|BASH|)" },
	{ "tolower(group.name)", "null" },

	{ "basename(proc.exepath)", "Bash" },
	{ "basename(proc.name)", "Bash-5" },
	{ "basename(proc.cwd)", "" },
	{ "basename(fd.name)", "" },
	{ "basename(fd.types)", "(File|IPv4||)" },

	{ "b64(proc.args)", "hello" },
	{ "toupper(b64(proc.args))", "HELLO" },
	{ "b64('aGVsbG8')", "hello" },
	{ "b64('aGVsbA==')", "hell" },
	{ "b64('aGVsbA')", "hell" },
	{ "b64('+/+/')", "\xfb\xff\xbf" },
	{ "b64('')", "" },
	{ "b64('YQBi')", "a" },
	{ "b64('aGVsbG8==')", "null" },
	{ "b64('aGVsb')", "null" },
	{ "b64('aGVsbA=')", "null" },
	{ "b64('aGVs bG8=')", "null" },
	{ "b64('aG=sbG8=')", "null" },
	{ "b64('====')", "null" },
	{ "b64('=')", "null" },
	{ "b64('aGV-')", "null" },
	{ "b64(group.name)", "null" },

	{ "len(proc.name)", "6" },
	{ "len(fd.name)", "0" },
	{ "len(user.name)", "2" },
	{ "len(evt.buffer)", "4" },
	{ "len(b64(evt.buffer))", "3" },
	{ "len(fd.types)", "3" },
	{ "len(proc.pname)", "(2|4|)" },
	{ "len(group.name)", "null" },
	{ "len(join(',', ('ab', proc.name)))", "9" },

	{ "join(',', fd.types)", "File,a/IPv4," },
	{ "join('', fd.types)", "Filea/IPv4" },
	{ "join('--', (proc.name, \"b\", 7, tolower(proc.name)))", "Bash-5--b--7--bash-5" },
	{ "join(proc.name, ('a', 'b'))", "aBash-5b" },
	{ "join(',', ('a'))", "a" },
	{ "join(',', ())", "" },
	{ "join(',', ('a', group.name))", "null" },
	{ "join(group.name, ('a', 'b'))", "null" },

	{ "concat(proc.name, '/', basename(proc.exepath))", "Bash-5/Bash" },
	{ "concat('', '')", "" },
	{ "concat(1, +2.5)", "1+2.5" },
	{ "concat(proc.name, group.name)", "null" },
	{ "concat('x', proc.pname)", "null" },

	{ "getopt((proc.args[0]), 'nt:')", "(n|t|5|)" },
	{ "getopt((proc.args[0]), 'nt:')[t]", "5" },
	{ "getopt((proc.args[0]), 'nt:')[n]", "n" },
	{ "getopt((proc.args[0]), 'nt:')[x]", "null" },
	{ "getopt(('-nt5', '-t', 'last'), 'nt:')[t]", "last" },
	{ "getopt(('-t'), 'nt:')", "(t||)" },
	{ "getopt(('-t'), 'nt:')[t]", "" },
	{ "getopt(('-t', '--', '-n'), 'nt:')", "(t|--|n|)" },
	{ "getopt(('-nx', '-n'), 'n')", "(n|?|n|)" },
	{ "getopt(('-n:'), 'n:')", "(n|:|)" },
	{ "getopt(('-:'), 'n:')", "(?|)" },
	{ "getopt(('--long', '-n'), 'n')", "(n|)" },
	{ "getopt(('-n', '--', '-t'), 'nt')", "(n|)" },
	{ "getopt(('-n', '-', '-t'), 'nt')", "(n|)" },
	{ "getopt(('-n', 'x', '-t'), 'nt')", "(n|)" },
	{ "getopt(('-n', '', '-t'), 'nt')", "(n|)" },
	{ "getopt(('x'), 'n')", "null" },
	{ "getopt((), 'n')", "null" },
	{ "getopt((proc.args[0], group.name), 'nt:')", "null" },
	{ "getopt((proc.args[0]), group.name)", "null" },
	{ "getopt(fd.types, 'n')", "null" },
	{ "len(getopt((proc.args[0]), 'nt:'))", "3" },
	{ "join('+', getopt((proc.args[0], proc.args[1]), 'nt:v'))", "n+t+5+v" },
};

static void transformers_give_what_the_table_says(void **state)
{
	struct fake_source fake;
	struct arena *arena = arena_new(4096, 1 << 20);

	(void)state;
	assert_non_null(arena);
	fake_source_init(&fake, fields, SCRATCH_BYTES);
	for (size_t i = 0; i < ARRAY_SIZE(results); i++) {
		struct value value = { .kind = VALUE_NULL };
		struct expr_error error;
		struct expr *expr = NULL;
		char text[256];

		if (compile(arena, results[i].text, &error, &expr))
			fail_msg("'%s': %s", results[i].text, error.text);
		arena_reset(fake.scratch);
		if (!expr_eval(expr, &fake.source, &value))
			value.kind = VALUE_NULL;
		describe(&value, text, sizeof(text));
		if (strcmp(text, results[i].result) != 0)
			fail_msg("'%s' gives '%s'", results[i].text, text);
		if (value.kind == VALUE_STR)
			assert_int_equal(value.str[value.len] == '\0' || results[i].text[0] == 'p',
					 1);
	}
	fake_source_done(&fake);
	arena_free(arena);
}

static void results_have_a_type(void **state)
{
	static const struct {
		const char *text;
		enum field_type type;
		bool is_list;
	} cases[] = {
		{ "proc.pid", FIELD_INT64, false },
		{ "tolower(proc.name)", FIELD_STRING, false },
		{ "tolower(fd.types)", FIELD_STRING, true },
		{ "b64(proc.name)", FIELD_STRING, false },
		{ "b64(evt.buffer)", FIELD_BYTES, false },
		{ "len(fd.types)", FIELD_UINT64, false },
		{ "len(proc.name)", FIELD_UINT64, false },
		{ "join(',', fd.types)", FIELD_STRING, false },
		{ "concat(proc.name, 'x')", FIELD_STRING, false },
		{ "getopt(fd.types, 'c')", FIELD_STRING, true },
		{ "getopt(fd.types, 'c')[c]", FIELD_STRING, false },
	};
	struct arena *arena = arena_new(4096, 1 << 20);

	(void)state;
	assert_non_null(arena);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct expr_error error;
		struct expr *expr = NULL;

		assert_int_equal(compile(arena, cases[i].text, &error, &expr), 0);
		assert_int_equal(expr_type(expr), cases[i].type);
		assert_int_equal(expr_is_list(expr), cases[i].is_list);
	}
	arena_free(arena);
}

static void wrong_arguments_are_refused_at_load(void **state)
{
	static const struct {
		const char *text;
		int err;
		const char *error; /* part of it */
	} cases[] = {
		{ "proc.nonesuch", -ENOENT, "nonexistent field proc.nonesuch" },
		{ "proc.name[1]", -ENOENT, "nonexistent field proc.name[1]" },
		{ "proc.aname[x]", -ENOENT, "nonexistent field proc.aname[x]" },
		{ "evt.arg", -ENOENT, "requires an argument but none provided: evt.arg" },
		{ "len(proc.nonesuch)", -ENOENT, "nonexistent field proc.nonesuch" },
		{ "tolower(proc.pid)", -EINVAL, "does not take 'proc.pid', of type INT64" },
		{ "basename(evt.buffer)", -EINVAL, "of type BYTEBUF" },
		{ "b64(proc.pid)", -EINVAL, "of type INT64" },
		{ "len(proc.pid)", -EINVAL, "of type INT64" },
		{ "len(proc.is_exe_writable)", -EINVAL, "of type BOOL" },
		{ "tolower(proc.aname[1])", -EINVAL, "cannot be used with a transformer" },
		{ "len(fd.ip)", -EINVAL, "cannot be used with a transformer" },
		{ "join(',', (proc.aname[1]))", -EINVAL, "cannot be used with a transformer" },
		{ "tolower(proc.name, proc.name)", -EINVAL, "wrong number of arguments" },
		{ "join(',')", -EINVAL, "wrong number of arguments" },
		{ "concat('a')", -EINVAL, "wrong number of arguments" },
		{ "getopt(fd.types)", -EINVAL, "wrong number of arguments" },
		{ "join(',', proc.name)", -EINVAL, "does not take 'proc.name'" },
		{ "join(fd.types, fd.types)", -EINVAL, "of type LIST of CHARBUF" },
		{ "join(',', (proc.pid))", -EINVAL, "'proc.pid' is no string" },
		{ "join(',', (fd.types))", -EINVAL, "'fd.types' is no string" },
		{ "concat(proc.name, proc.pid)", -EINVAL, "of type INT64" },
		{ "concat(proc.name, fd.types)", -EINVAL, "of type LIST of CHARBUF" },
		{ "getopt(proc.name, 'c')", -EINVAL, "does not take 'proc.name'" },
		{ "getopt(fd.types, ('c'))", -EINVAL, "of type LIST of CHARBUF" },
		{ "getopt(fd.types, 'c')[cc]", -EINVAL, "must be one character" },
		{ "tolower(proc.name)[1]", -EINVAL, "takes no argument in brackets" },
	};
	struct arena *arena = arena_new(4096, 1 << 20);

	(void)state;
	assert_non_null(arena);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct expr_error error = { .text = "" };
		struct expr *expr = NULL;
		int err = compile(arena, cases[i].text, &error, &expr);

		if (err != cases[i].err || !strstr(error.text, cases[i].error))
			fail_msg("'%s': %d '%s'", cases[i].text, err, error.text);
	}
	arena_free(arena);
}

static void a_used_up_scratch_arena_gives_null(void **state)
{
	static const char *const texts[] = {
		"tolower(proc.name)",
		"b64(proc.args)",
		"tolower(fd.types)",
		"join(',', (proc.name, 'b'))",
		"concat(proc.name, 'b')",
		"getopt((proc.args[0]), 'nt:')",
		"getopt((proc.args[0]), 'nt:')[t]",
	};
	struct arena *arena = arena_new(4096, 1 << 20);

	(void)state;
	assert_non_null(arena);
	for (size_t i = 0; i < ARRAY_SIZE(texts); i++) {
		struct expr_error error;
		struct expr *expr = NULL;
		struct value value;
		bool ok = false;
		unsigned int n_failed = 0;

		assert_int_equal(compile(arena, texts[i], &error, &expr), 0);
		for (size_t max = 8; !ok; max += 8) {
			struct fake_source fake;

			assert_true(max < SCRATCH_BYTES);
			fake_source_init(&fake, fields, max);
			ok = expr_eval(expr, &fake.source, &value);
			fake_source_done(&fake);
			n_failed += ok ? 0 : 1;
		}
		assert_true(n_failed > 0);
	}
	arena_free(arena);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(transformers_give_what_the_table_says),
		cmocka_unit_test(results_have_a_type),
		cmocka_unit_test(wrong_arguments_are_refused_at_load),
		cmocka_unit_test(a_used_up_scratch_arena_gives_null),
	};

	return cmocka_run_group_tests_name("transform", tests, NULL, NULL);
}
