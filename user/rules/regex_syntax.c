// SPDX-License-Identifier: Apache-2.0
#include "rules/regex_syntax.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

/* RE2's limit for {n}. */
#define REPEAT_MAX 1000

/* Groups nest no deeper in the 255 bytes of a constant. */
#define GROUPS_MAX 256

/*
 * A walk over the expression that writes it anew for PCRE2.  The two languages
 * differ where an operator follows an operator: for PCRE2 `a*+` is possessive and
 * `a+?` lazy, for RE2 both repeat what stands before.  So the repeated part gets
 * parentheses of its own.
 */
struct translation {
	const char *s;
	size_t len;
	size_t pos;
	struct regex_text *out;
	size_t groups[GROUPS_MAX]; /* where the open ones begin in `out` */
	size_t n_groups;
	size_t atom; /* where the last atom begins in `out` */
	bool has_atom; /* there is something to repeat */
	bool is_repeated;
	bool is_group; /* the last atom */
	char *error;
	size_t error_bytes;
};

__attribute__((format(printf, 2, 3))) static int refuse(const struct translation *t,
							const char *fmt, ...)
{
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(t->error, t->error_bytes, fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static char at(const struct translation *t, size_t pos)
{
	return pos < t->len ? t->s[pos] : '\0';
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_letter(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_hex(char c)
{
	return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Room is checked once, by the caller: the result is at most REGEX_GROWTH times as long. */
static void put(struct translation *t, const char *s, size_t len)
{
	if (t->out->len + len > sizeof(t->out->s)) {
		t->out->failed = true;
		return;
	}
	memcpy(t->out->s + t->out->len, s, len);
	t->out->len += len;
}

static void put_str(struct translation *t, const char *s)
{
	put(t, s, strlen(s));
}

static void begin_atom(struct translation *t)
{
	t->atom = t->out->len;
	t->has_atom = true;
	t->is_repeated = false;
	t->is_group = false;
}

/* Length of the escape at the cursor, 0 when RE2's POSIX syntax has none such. */
static size_t escape_len(const struct translation *t)
{
	const char c = at(t, t->pos + 1);
	size_t n = 2;

	if (!c)
		return 0;
	if (c == 'x' && at(t, t->pos + 2) == '{') {
		for (n = 3; is_hex(at(t, t->pos + n));)
			n++;
		return n > 3 && at(t, t->pos + n) == '}' ? n + 1 : 0;
	}
	if (c == 'x')
		return is_hex(at(t, t->pos + 2)) && is_hex(at(t, t->pos + 3)) ? 4 : 0;
	/* A digit alone would be a back reference; with a second one it is octal. */
	if (c >= '1' && c <= '7' && (at(t, t->pos + 2) < '0' || at(t, t->pos + 2) > '7'))
		return 0;
	if (c >= '0' && c <= '7') {
		while (n < 4 && at(t, t->pos + n) >= '0' && at(t, t->pos + n) <= '7')
			n++;
		return n;
	}
	if (is_letter(c) || is_digit(c) || c == '_')
		return strchr("afnrtv", c) ? 2 : 0;
	return (unsigned char)c < 0x80 ? 2 : 0;
}

static int put_escape(struct translation *t)
{
	const size_t n = escape_len(t);
	char octal[16];

	if (!n)
		return refuse(t, "invalid escape sequence: %.2s", t->s + t->pos);
	if (is_digit(at(t, t->pos + 1))) {
		(void)snprintf(octal, sizeof(octal), "\\o{%.*s}", (int)n - 1, t->s + t->pos + 1);
		put_str(t, octal);
	} else if (at(t, t->pos + 1) == 'v') {
		/* PCRE2's \v is a class of line ends. */
		put_str(t, "\\x0b");
	} else {
		put(t, t->s + t->pos, n);
	}
	t->pos += n;
	return 0;
}

/* "[:name:]" at the cursor: its length, or 0. */
static size_t class_name_len(const struct translation *t)
{
	const char *end;

	if (at(t, t->pos) != '[' || at(t, t->pos + 1) != ':')
		return 0;
	end = memmem(t->s + t->pos + 2, t->len - t->pos - 2, ":]", 2);
	return end ? (size_t)(end + 2 - (t->s + t->pos)) : 0;
}

static int put_class_item(struct translation *t)
{
	const size_t name = class_name_len(t);
	const char c = at(t, t->pos);

	if (c == '\\')
		return put_escape(t);
	if (name) {
		put(t, t->s + t->pos, name);
		t->pos += name;
		return 0;
	}
	if (c == '[')
		put_str(t, "\\[");
	else
		put(t, t->s + t->pos, 1);
	t->pos++;
	return 0;
}

static int put_class(struct translation *t)
{
	const size_t start = t->pos;
	bool first = true;
	int ret;

	begin_atom(t);
	put(t, "[", 1);
	t->pos++;
	if (at(t, t->pos) == '^') {
		put(t, "^", 1);
		t->pos++;
	}
	while (t->pos < t->len && (first || at(t, t->pos) != ']')) {
		if (first && at(t, t->pos) == ']') {
			put_str(t, "\\]");
			t->pos++;
		} else {
			ret = put_class_item(t);
			if (ret < 0)
				return ret;
		}
		first = false;
	}
	if (t->pos >= t->len)
		return refuse(t, "missing ]: %.*s", (int)(t->len - start), t->s + start);
	put(t, "]", 1);
	t->pos++;
	return 0;
}

/* "{n}", "{n,}" or "{n,m}" at the cursor: its length; 0 when the brace is a character. */
static size_t repeat_len(const struct translation *t, unsigned long *ret_low,
			 unsigned long *ret_high)
{
	size_t n = 1;

	*ret_low = 0;
	if (at(t, t->pos) != '{' || !is_digit(at(t, t->pos + 1)))
		return 0;
	for (; is_digit(at(t, t->pos + n)); n++)
		if (*ret_low <= REPEAT_MAX)
			*ret_low = *ret_low * 10 + (unsigned long)(at(t, t->pos + n) - '0');
	*ret_high = *ret_low;
	if (at(t, t->pos + n) == ',') {
		n++;
		if (is_digit(at(t, t->pos + n)))
			*ret_high = 0;
		for (; is_digit(at(t, t->pos + n)); n++)
			if (*ret_high <= REPEAT_MAX)
				*ret_high = *ret_high * 10 +
					    (unsigned long)(at(t, t->pos + n) - '0');
	}
	return at(t, t->pos + n) == '}' ? n + 1 : 0;
}

/* Put parentheses around what begins at t->atom. */
static void wrap_atom(struct translation *t)
{
	const size_t len = t->out->len - t->atom;

	put_str(t, "(?:)");
	if (t->out->failed)
		return;
	memmove(t->out->s + t->atom + 3, t->out->s + t->atom, len);
	memcpy(t->out->s + t->atom, "(?:", 3);
	t->out->s[t->out->len - 1] = ')';
	t->is_group = true;
}

/*
 * PCRE2's automaton counts the rounds of `x+` and `x{n,}`, so that in a loop around
 * them the states grow with the text.  It does not for `xx*` and `x{n}x*`.
 */
static void put_unlimited(struct translation *t, const char *times, size_t len)
{
	char atom[sizeof(t->out->s)];
	const size_t atom_len = t->out->len - t->atom;

	memcpy(atom, t->out->s + t->atom, atom_len);
	put(t, times, len);
	if (len)
		put(t, "}", 1);
	put(t, atom, atom_len);
	put(t, "*", 1);
}

static int put_repeat(struct translation *t, size_t len)
{
	const char *s = t->s + t->pos;

	if (!t->has_atom)
		return refuse(t, "missing argument to repetition operator: %.*s", (int)len, s);
	if (t->is_repeated)
		wrap_atom(t);
	if (*s == '+' && !t->is_group) {
		put_unlimited(t, "", 0);
	} else if (*s == '{' && s[len - 2] == ',' && !t->is_group) {
		put_unlimited(t, s, len - 2); /* without its ",}" */
	} else {
		put(t, s, len);
	}
	t->pos += len;
	t->is_repeated = true;
	return 0;
}

static int open_group(struct translation *t)
{
	if (at(t, t->pos + 1) == '?')
		return refuse(t, "missing argument to repetition operator: ?");
	if (t->n_groups == GROUPS_MAX)
		return refuse(t, "groups nest too deep");
	t->groups[t->n_groups++] = t->out->len;
	put_str(t, "(?:");
	t->pos++;
	t->has_atom = false;
	return 0;
}

static int close_group(struct translation *t)
{
	if (t->n_groups == 0)
		return refuse(t, "unexpected ): %.*s", (int)t->len, t->s);
	put(t, ")", 1);
	t->pos++;
	t->atom = t->groups[--t->n_groups];
	t->has_atom = true;
	t->is_repeated = false;
	t->is_group = true;
	return 0;
}

static int put_token(struct translation *t)
{
	const char c = at(t, t->pos);
	unsigned long low, high;
	size_t len;

	switch (c) {
	case '*':
	case '+':
	case '?':
		return put_repeat(t, 1);
	case '(':
		return open_group(t);
	case ')':
		return close_group(t);
	case '[':
		return put_class(t);
	case '|':
		put(t, "|", 1);
		t->pos++;
		t->has_atom = false;
		return 0;
	case '\\':
		begin_atom(t);
		return put_escape(t);
	case '{':
		len = repeat_len(t, &low, &high);
		if (len && (low > REPEAT_MAX || high > REPEAT_MAX || high < low))
			return refuse(t, "invalid repetition size: %.*s", (int)len, t->s + t->pos);
		if (len)
			return put_repeat(t, len);
		begin_atom(t);
		put_str(t, "\\{");
		t->pos++;
		return 0;
	default:
		begin_atom(t);
		/* All bytes of a character belong to the atom. */
		do
			put(t, t->s + t->pos++, 1);
		while (t->pos < t->len && ((unsigned char)t->s[t->pos] & 0xc0) == 0x80);
		return 0;
	}
}

int regex_translate(struct text pattern, char *error, size_t error_bytes, struct regex_text *out)
{
	struct translation t = {
		.s = pattern.s, .len = pattern.len, .out = out, .error_bytes = error_bytes
	};
	int ret;

	t.error = error;
	out->len = 0;
	out->failed = false;
	if (pattern.len > REGEX_BYTES)
		return refuse(&t, "pattern too large");
	while (t.pos < t.len) {
		ret = put_token(&t);
		if (ret < 0)
			return ret;
	}
	if (t.n_groups)
		return refuse(&t, "missing ): %.*s", (int)t.len, t.s);
	if (out->failed)
		return refuse(&t, "pattern too large");
	return 0;
}
