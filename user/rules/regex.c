// SPDX-License-Identifier: Apache-2.0
#include "rules/regex.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PCRE2_CODE_UNIT_WIDTH 8
#include <pcre2.h>

#include "rules/regex_syntax.h"

/*
 * States that the automaton may be in at once, three ints each, now and after
 * the next character.  What needs more is given up, and counted.
 */
#define WORKSPACE_INTS 32768

/* Calls of the matcher within itself, and memory that they may take. */
#define MATCH_LIMIT    100000
#define HEAP_LIMIT_KIB 1024

struct regex {
	struct regex *next;
	pcre2_code *code;
};

struct regex_space {
	struct regex *first;
	pcre2_compile_context *compile;
	pcre2_match_context *match;
	pcre2_match_data *data;
	uint64_t n_failures;
	int workspace[WORKSPACE_INTS];
};

struct regex_space *regex_space_new(void)
{
	struct regex_space *space = calloc(1, sizeof(*space));

	if (!space)
		return NULL;
	space->compile = pcre2_compile_context_create(NULL);
	space->match = pcre2_match_context_create(NULL);
	space->data = pcre2_match_data_create(1, NULL);
	if (!space->compile || !space->match || !space->data) {
		regex_space_free(space);
		return NULL;
	}
	(void)pcre2_set_newline(space->compile, PCRE2_NEWLINE_LF);
	(void)pcre2_set_match_limit(space->match, MATCH_LIMIT);
	(void)pcre2_set_heap_limit(space->match, HEAP_LIMIT_KIB);
	return space;
}

void regex_space_free(struct regex_space *space)
{
	struct regex *regex;

	if (!space)
		return;
	while ((regex = space->first) != NULL) {
		space->first = regex->next;
		pcre2_code_free(regex->code);
		free(regex);
	}
	pcre2_match_data_free(space->data);
	pcre2_match_context_free(space->match);
	pcre2_compile_context_free(space->compile);
	free(space);
}

uint64_t regex_space_failures(const struct regex_space *space)
{
	return space->n_failures;
}

/*
 * ^ and $ match at every line, as in RE2's POSIX syntax.  Matching starts at the
 * beginning and the longest match has to reach the end.
 */
int regex_compile(struct regex_space *space, struct text pattern, char *error, size_t error_bytes,
		  const struct regex **out)
{
	const uint32_t options = PCRE2_UTF | PCRE2_MULTILINE | PCRE2_ALT_CIRCUMFLEX |
				 PCRE2_ANCHORED | PCRE2_NO_AUTO_CAPTURE | PCRE2_NEVER_BACKSLASH_C;
	struct regex_text translated;
	struct regex *regex;
	PCRE2_SIZE offset = 0;
	int code = 0;
	int ret = regex_translate(pattern, error, error_bytes, &translated);

	if (ret < 0)
		return ret;
	regex = calloc(1, sizeof(*regex));
	if (!regex)
		return -ENOMEM;
	regex->code = pcre2_compile((PCRE2_SPTR)translated.s, translated.len, options, &code,
				    &offset, space->compile);
	if (!regex->code) {
		free(regex);
		if (code == PCRE2_ERROR_NOMEMORY || code == PCRE2_ERROR_HEAP_FAILED)
			return -ENOMEM;
		if (pcre2_get_error_message(code, (PCRE2_UCHAR *)error, error_bytes) < 0)
			(void)snprintf(error, error_bytes, "error %d", code);
		return -EINVAL;
	}
	regex->next = space->first;
	space->first = regex;
	*out = regex;
	return 0;
}

/* Bytes of the well-formed UTF-8 character at s; 0 when there is none. */
static size_t utf8_len(const unsigned char *s, size_t len)
{
	static const uint32_t lowest[] = { 0, 0, 0x80, 0x800, 0x10000 };
	uint32_t c = s[0];
	size_t n;

	if (c < 0x80)
		return 1;
	if (c < 0xc2 || c > 0xf4)
		return 0;
	n = c < 0xe0 ? 2 : c < 0xf0 ? 3 : 4;
	if (n > len)
		return 0;
	c &= 0xffU >> (n + 1);
	for (size_t i = 1; i < n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	return c < lowest[n] || c > 0x10ffff || (c >= 0xd800 && c < 0xe000) ? 0 : n;
}

/* Make *text valid UTF-8, in scratch if it is not. */
static bool sanitize(struct text *text, struct arena *scratch)
{
	const unsigned char *s = (const unsigned char *)text->s;
	size_t good = 0;
	size_t len = 0;
	char *copy;
	size_t n;

	while (good < text->len && (n = utf8_len(s + good, text->len - good)) != 0)
		good += n;
	if (good == text->len)
		return true;
	copy = arena_alloc(scratch, good + (text->len - good) * 3);
	if (!copy)
		return false;
	for (size_t i = 0; i < text->len; i += n) {
		n = utf8_len(s + i, text->len - i);
		memcpy(copy + len, n ? text->s + i : "\xef\xbf\xbd", n ? n : 3);
		len += n ? n : 3;
		if (!n)
			n = 1;
	}
	*text = (struct text){ copy, len };
	return true;
}

/* The automaton matcher: its time grows with the text and never exponentially. */
bool regex_match(struct regex_space *space, const struct regex *regex, struct text text,
		 struct arena *scratch)
{
	int ret;

	if (!sanitize(&text, scratch)) {
		space->n_failures++;
		return false;
	}
	ret = pcre2_dfa_match(regex->code, (PCRE2_SPTR)text.s, text.len, 0, PCRE2_NO_UTF_CHECK,
			      space->data, space->match, space->workspace, WORKSPACE_INTS);
	/* 0: there are shorter matches too, for which the data has no room. */
	if (ret >= 0)
		return pcre2_get_ovector_pointer(space->data)[1] == text.len;
	if (ret != PCRE2_ERROR_NOMATCH)
		space->n_failures++;
	return false;
}
