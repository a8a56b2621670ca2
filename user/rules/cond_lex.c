// SPDX-License-Identifier: Apache-2.0
#include "rules/cond_lex.h"

#include <errno.h>
#include <stdint.h>
#include <string.h>

/* In the order in which they are tried: longer ones before their prefixes. */
const struct cond_op_info cond_ops[COND_OP_MAX] = {
	[COND_EXISTS] = { "exists", COND_CLASS_UNARY, false },
	[COND_LE] = { "<=", COND_CLASS_NUMBER, false },
	[COND_LT] = { "<", COND_CLASS_NUMBER, false },
	[COND_GE] = { ">=", COND_CLASS_NUMBER, false },
	[COND_GT] = { ">", COND_CLASS_NUMBER, false },
	[COND_EQ] = { "=", COND_CLASS_STRING, false },
	[COND_NE] = { "!=", COND_CLASS_STRING, false },
	[COND_GLOB] = { "glob", COND_CLASS_STRING, true },
	[COND_IGLOB] = { "iglob", COND_CLASS_STRING, true },
	[COND_CONTAINS] = { "contains", COND_CLASS_STRING, true },
	[COND_ICONTAINS] = { "icontains", COND_CLASS_STRING, true },
	[COND_BCONTAINS] = { "bcontains", COND_CLASS_STRING, true },
	[COND_STARTSWITH] = { "startswith", COND_CLASS_STRING, true },
	[COND_BSTARTSWITH] = { "bstartswith", COND_CLASS_STRING, true },
	[COND_ENDSWITH] = { "endswith", COND_CLASS_STRING, true },
	[COND_REGEX] = { "regex", COND_CLASS_STRING, true },
	[COND_INTERSECTS] = { "intersects", COND_CLASS_LIST, false },
	[COND_IN] = { "in", COND_CLASS_LIST, false },
	[COND_PMATCH] = { "pmatch", COND_CLASS_LIST, false },
};

const char *const cond_modifiers[COND_MODIFIER_MAX] = {
	[COND_PLAIN] = "",
	[COND_ONEOF] = "oneof",
	[COND_ANYOF] = "anyof",
	[COND_ALLOF] = "allof",
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}

static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_word(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

static int hex_digit(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

/* NUL behind the end, and for a NUL in the text: no token holds one. */
static char peek(const struct lexer *lex, size_t pos)
{
	return pos < lex->len ? lex->text[pos] : '\0';
}

static void take(struct lexer *lex, size_t end)
{
	lex->last_pos = lex->pos;
	lex->last_end = end;
	lex->pos = end;
}

static bool take_copy(struct lexer *lex, struct arena *arena, size_t end, struct cond_const *out)
{
	out->offset = (uint32_t)lex->pos;
	out->len = (uint32_t)(end - lex->pos);
	out->text = arena_strndup(arena, lex->text + lex->pos, end - lex->pos);
	take(lex, end);
	return true;
}

/* End of the identifier at pos; pos when there is none. */
static size_t identifier_end(const struct lexer *lex, size_t pos)
{
	if (!is_alpha(peek(lex, pos)))
		return pos;
	while (is_word(peek(lex, pos)))
		pos++;
	return pos;
}

bool lex_blank(struct lexer *lex)
{
	size_t start = lex->pos;

	while (is_blank(peek(lex, lex->pos)))
		lex->pos++;
	return lex->pos != start;
}

bool lex_text(struct lexer *lex, const char *token)
{
	size_t len = strlen(token);

	if (lex->len - lex->pos < len || memcmp(lex->text + lex->pos, token, len) != 0)
		return false;
	take(lex, lex->pos + len);
	return true;
}

bool lex_not(struct lexer *lex)
{
	if (lex->len - lex->pos < 4 || memcmp(lex->text + lex->pos, "not", 3) != 0 ||
	    !is_blank(lex->text[lex->pos + 3]))
		return false;
	take(lex, lex->pos + 3);
	lex_blank(lex);
	return true;
}

enum cond_op lex_operator(struct lexer *lex)
{
	size_t start = lex->pos;

	if (lex_text(lex, "=="))
		return COND_EQ;
	for (int op = 0; op < COND_OP_MAX; op++) {
		if (!lex_text(lex, cond_ops[op].name))
			continue;
		if (!cond_ops[op].is_word || is_blank(peek(lex, lex->pos)))
			return (enum cond_op)op;
		lex->pos = start;
	}
	return COND_OP_MAX;
}

static bool is_keyword(const char *s, size_t len)
{
	return (len == 3 && (memcmp(s, "and", 3) == 0 || memcmp(s, "not", 3) == 0)) ||
	       (len == 2 && memcmp(s, "or", 2) == 0);
}

enum cond_modifier lex_modifier(struct lexer *lex)
{
	const size_t start = lex->pos;
	size_t end;

	for (int i = COND_ONEOF; i < COND_MODIFIER_MAX; i++) {
		if (!lex_text(lex, cond_modifiers[i]))
			continue;
		if (lex_blank(lex)) {
			end = identifier_end(lex, lex->pos);
			if (peek(lex, lex->pos) == '(' ||
			    (end != lex->pos && !is_keyword(lex->text + lex->pos, end - lex->pos)))
				return (enum cond_modifier)i;
		}
		lex->pos = start;
	}
	return COND_PLAIN;
}

bool lex_identifier(struct lexer *lex, struct arena *arena, struct cond_const *out)
{
	size_t end = identifier_end(lex, lex->pos);

	return end != lex->pos && take_copy(lex, arena, end, out);
}

/* [+-] digits [.] digits [(e|E)(+|-) digits]; 0 when there is none. */
static size_t decimal_end(const struct lexer *lex, size_t pos)
{
	size_t exponent;

	if (peek(lex, pos) == '+' || peek(lex, pos) == '-')
		pos++;
	if (!is_digit(peek(lex, pos)))
		return 0;
	while (is_digit(peek(lex, pos)))
		pos++;
	if (peek(lex, pos) == '.')
		pos++;
	while (is_digit(peek(lex, pos)))
		pos++;
	exponent = pos + 2;
	if ((peek(lex, pos) != 'e' && peek(lex, pos) != 'E') ||
	    (peek(lex, pos + 1) != '+' && peek(lex, pos + 1) != '-') ||
	    !is_digit(peek(lex, exponent)))
		return pos;
	while (is_digit(peek(lex, exponent)))
		exponent++;
	return exponent;
}

bool lex_number(struct lexer *lex, struct arena *arena, struct cond_const *out)
{
	size_t end = lex->pos + 2;

	if (peek(lex, lex->pos) == '0' && (peek(lex, lex->pos + 1) | 0x20) == 'x' &&
	    hex_digit(peek(lex, end)) >= 0) {
		while (hex_digit(peek(lex, end)) >= 0)
			end++;
		return take_copy(lex, arena, end, out);
	}
	end = decimal_end(lex, lex->pos);
	return end != 0 && take_copy(lex, arena, end, out);
}

/* The delimiter that closes the string at pos, or lex->len: one behind a backslash never does. */
static size_t quoted_end(const struct lexer *lex, size_t pos)
{
	const char quote = lex->text[pos];

	for (pos++; pos < lex->len && lex->text[pos]; pos++)
		if (lex->text[pos] == quote && lex->text[pos - 1] != '\\')
			return pos;
	return lex->len;
}

/* One character behind the backslash at *pos; negative with a reason for an unknown one. */
static int unescape(const char *s, size_t len, size_t *pos, char quote, const char **ret_reason)
{
	static const char names[] = "bfnrt\\/";
	static const char values[] = "\b\f\n\r\t\\/";
	const char c = s[*pos + 1];
	const char *known = c ? strchr(names, c) : NULL;
	int high, low;

	if (known || c == quote || c == ' ') {
		*pos += 2;
		if (c == ' ') /* a slip of Falco's that rule files may rely on */
			return '\\';
		return known ? (unsigned char)values[known - names] : (unsigned char)c;
	}
	if (c != 'x') {
		*ret_reason = "unsupported string escape sequence";
		return -1;
	}
	if (len - *pos < 4) {
		*ret_reason = "truncated hex char escape sequence";
		return -1;
	}
	high = hex_digit(s[*pos + 2]);
	low = hex_digit(s[*pos + 3]);
	if (high < 0 || low < 0) {
		*ret_reason = "invalid hex char escape sequence";
		return -1;
	}
	*pos += 4;
	return high * 16 + low;
}

static int lex_quoted(struct lexer *lex, struct arena *arena, struct cond_const *out,
		      const char **ret_reason)
{
	const char quote = lex->text[lex->pos];
	const size_t end = quoted_end(lex, lex->pos);
	const char *s = lex->text + lex->pos + 1;
	const size_t len = end - lex->pos - 1;
	size_t n = 0;
	char *copy;
	int c;

	if (end == lex->len)
		return -ENOENT;
	copy = arena_alloc(arena, len + 1);
	if (!copy)
		return -ENOMEM;
	for (size_t i = 0; i < len;) {
		if (s[i] != '\\') {
			copy[n++] = s[i++];
			continue;
		}
		c = unescape(s, len, &i, quote, ret_reason);
		if (c < 0) {
			lex->pos += 1 + i;
			lex->last_end = end + 1;
			return -EINVAL;
		}
		copy[n++] = (char)c;
	}
	out->text = copy;
	out->len = (uint32_t)n;
	out->offset = (uint32_t)lex->pos;
	take(lex, end + 1);
	return 0;
}

int lex_string(struct lexer *lex, struct arena *arena, struct cond_const *out,
	       const char **ret_reason)
{
	const char c = peek(lex, lex->pos);
	size_t end = lex->pos;

	if (c == '"' || c == '\'')
		return lex_quoted(lex, arena, out, ret_reason);
	while (peek(lex, end) && !is_blank(peek(lex, end)) &&
	       !strchr("()\"'=,\v\f", peek(lex, end)))
		end++;
	if (end == lex->pos)
		return -ENOENT;
	take_copy(lex, arena, end, out);
	return out->text ? 0 : -ENOMEM;
}

bool lex_at_field(const struct lexer *lex)
{
	size_t end = identifier_end(lex, lex->pos);

	return end != lex->pos && peek(lex, end) == '.' && is_alpha(peek(lex, end + 1));
}

bool lex_at_call(const struct lexer *lex)
{
	size_t end = identifier_end(lex, lex->pos);

	return end != lex->pos && peek(lex, end) == '(';
}

const char *lex_last(const struct lexer *lex)
{
	return lex->text + lex->last_pos;
}

size_t lex_last_len(const struct lexer *lex)
{
	size_t len = lex->last_end - lex->last_pos;

	return len < 64 ? len : 64;
}

/* The operator that is the whole text, with its modifier; blanks around it do not count. */
static enum cond_op whole_operator(const char *text, size_t len, enum cond_modifier *ret_modifier)
{
	struct lexer lex = { .text = text, .len = len };
	enum cond_op op = COND_OP_MAX;
	bool blank;

	lex_blank(&lex);
	if (lex_text(&lex, "=="))
		op = COND_EQ;
	for (int i = 0; i < COND_OP_MAX && op == COND_OP_MAX; i++)
		if (lex_text(&lex, cond_ops[i].name))
			op = (enum cond_op)i;
	blank = lex_blank(&lex);
	*ret_modifier = COND_PLAIN;
	if (op == COND_OP_MAX || lex.pos == len)
		return op;
	for (int i = COND_ONEOF; i < COND_MODIFIER_MAX && *ret_modifier == COND_PLAIN; i++)
		if (lex_text(&lex, cond_modifiers[i]))
			*ret_modifier = (enum cond_modifier)i;
	lex_blank(&lex);
	if (!blank || *ret_modifier == COND_PLAIN || lex.pos != len ||
	    cond_ops[op].class != COND_CLASS_STRING)
		return COND_OP_MAX;
	return op;
}

bool cond_is_operator(const char *text, size_t len)
{
	enum cond_modifier modifier;

	return whole_operator(text, len, &modifier) != COND_OP_MAX;
}

bool cond_operator_takes_list(const char *text, size_t len)
{
	enum cond_modifier modifier;
	enum cond_op op = whole_operator(text, len, &modifier);

	return op != COND_OP_MAX &&
	       (modifier != COND_PLAIN || cond_ops[op].class == COND_CLASS_LIST);
}
