// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <fnmatch.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include "base/arena.h"
#include "rules/pattern.h"
#include "rules/regex.h"
#include "rules/strmap.h"

static struct text text_of(const char *s)
{
	return (struct text){ s, strlen(s) };
}

static void globs_match_as_fnmatch_does(void **state)
{
	static const struct {
		const char *pattern;
		const char *text;
	} cases[] = {
		{ "", "" },
		{ "", "a" },
		{ "*", "" },
		{ "*", ".hidden/x" },
		{ "a*", "a" },
		{ "?", "/" },
		{ "?", "" },
		{ "a?c", "abc" },
		{ "*.so*", "libc.so.6" },
		{ "*a*b*c", "xaybzc" },
		{ "*a*b*c", "xaybz" },
		{ "[abc]", "b" },
		{ "[!abc]", "b" },
		{ "[^abc]", "d" },
		{ "[a-c]x", "bx" },
		{ "[c-a]", "b" },
		{ "[]]", "]" },
		{ "[]-a]", "]" },
		{ "[a-]", "-" },
		{ "[-a]", "-" },
		{ "[a", "[a" },
		{ "[a", "a" },
		{ "[", "[" },
		{ "a[", "a[" },
		{ "[\\]]", "]" },
		{ "\\*", "*" },
		{ "\\*", "a" },
		{ "a\\", "a\\" },
		{ "a\\", "a" },
		{ "[[:alpha:]]", "x" },
		{ "[[:alpha:]]", "1" },
		{ "[[:nope:]]", "1" },
		{ "[![:digit:]]", "x" },
		{ "[[:xdigit:]-]", "-" },
		{ "[[.-.]]", "-" },
		{ "[[=a=]b]", "b" },
		{ "[[.", "[[." },
		{ "[a-\\c]", "b" },
		{ "\xff", "\xff" },
		{ "[\x80-\xff]", "\xc3" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const bool want = fnmatch(cases[i].pattern, cases[i].text, 0) == 0;

		if (glob_match(text_of(cases[i].pattern), text_of(cases[i].text), false) != want)
			fail_msg("'%s' and '%s': fnmatch says %d", cases[i].pattern, cases[i].text,
				 want);
	}
}

/* A sequence that is the same in each run. */
static unsigned int next_random(unsigned int *seed)
{
	*seed = *seed * 1664525U + 1013904223U;
	return *seed >> 8;
}

static void random_text(unsigned int *seed, const char *alphabet, size_t max, char *out)
{
	const size_t n = next_random(seed) % max;

	for (size_t i = 0; i < n; i++)
		out[i] = alphabet[next_random(seed) % strlen(alphabet)];
	out[n] = '\0';
}

static void random_globs_match_as_fnmatch_does(void **state)
{
	unsigned int seed = 1;
	char pattern[16];
	char text[12];

	(void)state;
	for (int i = 0; i < 300000; i++) {
		random_text(&seed, "ab[]!^-*?\\:=./Az", sizeof(pattern), pattern);
		random_text(&seed, "ab[]-\\:/Az.=", sizeof(text), text);
		for (int fold = 0; fold < 2; fold++) {
			const bool want = fnmatch(pattern, text, fold ? FNM_CASEFOLD : 0) == 0;

			if (glob_match(text_of(pattern), text_of(text), fold) != want)
				fail_msg("'%s' and '%s', fold %d: fnmatch says %d", pattern, text,
					 fold, want);
		}
	}
}

static int regex_set_up(void **state)
{
	*state = regex_space_new();
	return *state ? 0 : -1;
}

static int regex_tear_down(void **state)
{
	regex_space_free(*state);
	return 0;
}

static bool match(struct regex_space *space, const char *pattern, struct text text)
{
	struct arena *scratch = arena_new(4096, 1 << 20);
	const struct regex *regex = NULL;
	char error[256] = "";
	bool result;

	assert_non_null(scratch);
	if (regex_compile(space, text_of(pattern), error, sizeof(error), &regex) < 0)
		fail_msg("'%s': %s", pattern, error);
	result = regex_match(space, regex, text, scratch);
	arena_free(scratch);
	return result;
}

static void expressions_match_the_whole_text(void **state)
{
	static const struct {
		const char *pattern;
		const char *text;
		bool want;
	} cases[] = {
		{ "", "", true },
		{ "", "a", false },
		{ "a", "ab", false },
		{ "b", "ab", false },
		{ "a|ab", "ab", true },
		{ "(a|ab)(c|bcd)", "abcd", true },
		{ "a*", "aaa", true },
		{ "a+", "", false },
		{ "a+", "aaaa", true },
		{ "(ab)+", "abab", true },
		{ "[ab]+c", "abac", true },
		{ "a{2,}", "a", false },
		{ "a{2,}", "aaaaa", true },
		{ "a{2,3}", "aaaa", false },
		{ "a{2}", "aa", true },
		{ "(ab){2,}", "ababab", true },
		{ "a{,2}", "a{,2}", true },
		{ "a{", "a{", true },
		{ "a?b", "b", true },
		{ ".*curl.*", "/usr/bin/curl -v", true },
		{ "^curl$", "curl", true },
		{ "a$b", "ab", false },
		{ "a.b", "a\nb", false },
		{ "a[^x]b", "a\nb", true },
		/* Anchors hold at lines, as in RE2's POSIX syntax. */
		{ "a\n^b$\nc", "a\nb\nc", true },
		{ "a$\n", "a\n", true },
		/* Both repeat what stands before: for PCRE2 these are lazy or possessive. */
		{ "(a+?)", "", true },
		{ "a+?", "", true },
		{ "a*+a", "aaa", true },
		{ "a++a", "aaa", true },
		{ "x{2}{3}", "xxxxxx", true },
		{ "x{2}{3}", "xxxxx", false },
		{ "a**", "aa", true },
		{ "\\.\\*\\\\", ".*\\", true },
		{ "\\x41\\x{42}\\103", "ABC", true },
		{ "\\t\\n\\v\\a\\f\\r", "\t\n\v\a\f\r", true },
		{ "\\v", "\n", false },
		{ "\\010", "\b", true },
		{ "[]a]", "]", true },
		{ "[^]a]", "b", true },
		{ "[[:alpha:]_]+", "ab_c", true },
		{ "[[:^digit:]]", "x", true },
		{ "[[a]+", "[a[", true },
		{ "[a\\]]", "]", true },
		{ "[\\x41-C]+", "ABC", true },
		{ "é+", "éé", true },
		{ ".", "é", true },
		{ "..", "é", false },
		{ "#x y", "#x y", true },
		{ "()", "", true },
		{ "(|a)b", "b", true },
	};
	struct regex_space *space = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (match(space, cases[i].pattern, text_of(cases[i].text)) != cases[i].want)
			fail_msg("'%s' and '%s'", cases[i].pattern, cases[i].text);
	}
	assert_int_equal(regex_space_failures(space), 0);
}

static void what_re2_refuses_is_refused(void **state)
{
	static const char *const cases[] = {
		"(",      ")",         "(a",      "a)",         "[a",      "[",     "*a",
		"+",      "a|*",       "(*a)",    "(?:a)",      "(?i)a",   "(?=a)", "(?<!a)",
		"(?>a)",  "\\1",       "(a)\\1",  "\\d",        "\\w",     "\\s",   "\\b",
		"\\A",    "\\z",       "\\Q.\\E", "\\pL",       "\\K",     "\\R",   "\\C",
		"\\8",    "\\_",       "a\\",     "\\x",        "\\x4",    "\\x{}", "a{1001}",
		"a{3,2}", "a{1,1001}", "[z-a]",   "[[:nope:]]", "(*UTF)a", "\xff",  "[a-\\d]",
	};
	struct regex_space *space = *state;

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct regex *regex = NULL;
		char error[256] = "";

		if (regex_compile(space, text_of(cases[i]), error, sizeof(error), &regex) !=
			    -EINVAL ||
		    !*error || regex)
			fail_msg("'%s' was accepted", cases[i]);
	}
}

static void bytes_that_are_not_utf8_count_as_one_replacement_each(void **state)
{
	struct regex_space *space = *state;

	assert_true(match(space, "a.b",
			  text_of("a\xff"
				  "b")));
	assert_true(match(space,
			  "a\xef\xbf\xbd"
			  "b",
			  text_of("a\xff"
				  "b")));
	assert_true(match(space, "...", text_of("\xed\xa0\x80"))); /* a surrogate */
	assert_true(match(space, "..", text_of("\xc0\xaf"))); /* an overlong slash */
	assert_true(match(space, "a.", text_of("a\xe2"))); /* cut */
	assert_true(match(space, ".", text_of("\xf0\x9f\x98\x80")));
	assert_true(match(space, "a\\x00b", (struct text){ "a\0b", 3 }));
	assert_int_equal(regex_space_failures(space), 0);
}

static double seconds(void)
{
	struct timespec now;

	(void)clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &now);
	return (double)now.tv_sec + (double)now.tv_nsec / 1e9;
}

static void nested_repetition_takes_linear_time(void **state)
{
	static const char *const cases[] = {
		"(a+)+b",       "(a|aa|a*)*b",      "((a*)*)*b",  "([ab]+)+b",
		"([ab]{2,})+b", "(a{2,})*b",        "(a{1,})*b",  "(.+)+b",
		"((a+)(a+))+b", "((a|b)+|c+)+d?b",  "(a{3}a?)+b", ".*a.*a.*a.*a.*b",
		"(a?){100}a*b", "(a{0,50}){20}a*b",
	};
	struct regex_space *space = *state;
	const size_t len = 20000;
	char *text = malloc(len);

	assert_non_null(text);
	memset(text, 'a', len);
	text[len - 1] = 'b';
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const double start = seconds();

		if (!match(space, cases[i], (struct text){ text, len }))
			fail_msg("'%s' does not match", cases[i]);
		/* The required last byte is there, but not last. */
		text[len / 2] = 'b';
		text[len - 1] = 'c';
		if (match(space, cases[i], (struct text){ text, len }))
			fail_msg("'%s' matches", cases[i]);
		text[len / 2] = 'a';
		text[len - 1] = 'b';
		if (seconds() - start > 10)
			fail_msg("'%s' is slow", cases[i]);
	}
	free(text);
	assert_int_equal(regex_space_failures(space), 0);
}

static void a_match_that_needs_too_many_states_is_counted(void **state)
{
	struct regex_space *space = *state;
	const size_t len = 20000;
	char *text = malloc(len);

	assert_non_null(text);
	memset(text, 'a', len);
	assert_false(match(space, "((a{1,1000}){1,20}a?)*b?c?", (struct text){ text, len }));
	assert_int_equal(regex_space_failures(space), 1);
	free(text);
}

static void a_map_finds_what_was_put_in(void **state)
{
	struct arena *arena = arena_new(4096, (size_t)16 << 20);
	struct strmap map = { 0 };
	uint32_t *keys;

	(void)state;
	assert_non_null(arena);
	assert_null(strmap_lookup(&map, "x", 1));
	keys = arena_alloc(arena, 5000 * sizeof(*keys));
	assert_non_null(keys);
	for (uint32_t i = 0; i < 5000; i++) {
		keys[i] = i * 3;
		assert_int_equal(strmap_add(&map, arena, (const char *)&keys[i], sizeof(keys[i]),
					    &keys[i]),
				 0);
	}
	for (uint32_t i = 0; i < 15000; i++)
		assert_ptr_equal(strmap_lookup(&map, (const char *)&i, sizeof(i)),
				 i % 3 == 0 ? &keys[i / 3] : NULL);
	assert_null(strmap_lookup(&map, (const char *)keys, 3));
	arena_free(arena);
}

#define REGEX_TEST(name) cmocka_unit_test_setup_teardown(name, regex_set_up, regex_tear_down)

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(globs_match_as_fnmatch_does),
		cmocka_unit_test(random_globs_match_as_fnmatch_does),
		REGEX_TEST(expressions_match_the_whole_text),
		REGEX_TEST(what_re2_refuses_is_refused),
		REGEX_TEST(bytes_that_are_not_utf8_count_as_one_replacement_each),
		REGEX_TEST(nested_repetition_takes_linear_time),
		REGEX_TEST(a_match_that_needs_too_many_states_is_counted),
		cmocka_unit_test(a_map_finds_what_was_put_in),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
