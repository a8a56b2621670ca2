// SPDX-License-Identifier: Apache-2.0
#include "fields/expr.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fields/expr_node.h"
#include "fields/transform.h"

struct parser {
	struct arena *arena;
	const char *text;
	size_t len;
	size_t pos;
	unsigned int depth;
	bool no_bracket; /* what follows the outermost transformer is not its argument */
	struct expr_error *error;
};

void expr_error_set(struct expr_error *error, size_t offset, const char *fmt, ...)
{
	va_list args;

	error->offset = (uint32_t)offset;
	va_start(args, fmt);
	(void)vsnprintf(error->text, sizeof(error->text), fmt, args);
	va_end(args);
}

/* Not <ctype.h>: the language is ASCII in every locale. */
static bool is_alpha(char c)
{
	return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

static bool is_digit(char c)
{
	return c >= '0' && c <= '9';
}

static bool is_ident(char c)
{
	return is_alpha(c) || is_digit(c) || c == '_';
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\b' || c == '\r' || c == '\n';
}

static int hex_value(char c)
{
	if (is_digit(c))
		return c - '0';
	if (c >= 'a' && c <= 'f')
		return c - 'a' + 10;
	if (c >= 'A' && c <= 'F')
		return c - 'A' + 10;
	return -1;
}

static int parse_error(struct parser *p, const char *msg)
{
	expr_error_set(p->error, p->pos, "%s", msg);
	return -EINVAL;
}

/* NUL behind the text, so that the lexers need no bounds of their own. */
static char peek(const struct parser *p)
{
	return p->pos < p->len ? p->text[p->pos] : '\0';
}

static void skip_blanks(struct parser *p)
{
	while (is_blank(peek(p)))
		p->pos++;
}

static bool skip_char(struct parser *p, char c)
{
	if (p->pos >= p->len || p->text[p->pos] != c)
		return false;
	p->pos++;
	return true;
}

static int finish_node(struct parser *p, struct expr *expr)
{
	expr->text = arena_strndup(p->arena, p->text + expr->offset, p->pos - expr->offset);
	return expr->text ? 0 : -ENOMEM;
}

static struct expr *new_node(struct parser *p, enum expr_kind kind, size_t offset)
{
	struct expr *expr = arena_alloc(p->arena, sizeof(*expr));

	if (!expr)
		return NULL;
	expr->kind = kind;
	expr->offset = (uint32_t)offset;
	return expr;
}

/* The character that `\c` stands for; -1: no such escape. */
static int simple_escape(char c, char quote)
{
	static const char from[] = "bfnrt\\/ ";
	static const char to[] = "\b\f\n\r\t\\/\\";
	const char *hit;

	if (c == quote)
		return (unsigned char)c;
	hit = c ? strchr(from, c) : NULL;
	return hit ? (unsigned char)to[hit - from] : -1;
}

/* `s` holds what stands between the quotes; each escape makes it shorter. */
static const char *unescape(const char *s, size_t len, char quote, char *to, size_t *ret_len)
{
	size_t n = 0;

	for (size_t i = 0; i < len; i++) {
		int c;

		if (s[i] != '\\') {
			to[n++] = s[i];
			continue;
		}
		if (++i < len && s[i] == 'x') {
			if (len - i < 3)
				return "truncated hex char escape sequence";
			if (hex_value(s[i + 1]) < 0 || hex_value(s[i + 2]) < 0)
				return "invalid hex char escape sequence";
			c = hex_value(s[i + 1]) * 16 + hex_value(s[i + 2]);
			i += 2;
		} else {
			c = i < len ? simple_escape(s[i], quote) : -1;
			if (c < 0)
				return "unsupported string escape sequence";
		}
		to[n++] = (char)c;
	}
	to[n] = '\0';
	*ret_len = n;
	return NULL;
}

static int parse_quoted(struct parser *p, const char **out, size_t *ret_len)
{
	const char quote = peek(p);
	const size_t start = p->pos + 1;
	const char *reason;
	size_t end = start;
	char *copy;

	if (quote != '"' && quote != '\'')
		return -ENOENT;
	while (end < p->len && (p->text[end] != quote || p->text[end - 1] == '\\'))
		end++;
	if (end >= p->len)
		return parse_error(p, "expected a closing quote");
	copy = arena_alloc(p->arena, end - start + 1);
	if (!copy)
		return -ENOMEM;
	reason = unescape(p->text + start, end - start, quote, copy, ret_len);
	if (reason)
		return parse_error(p, reason);
	p->pos = end + 1;
	*out = copy;
	return 0;
}

int expr_parse_quoted(struct arena *arena, const char *text, size_t len, size_t *pos,
		      struct expr_error *error, struct value *out)
{
	struct parser p = { .arena = arena, .text = text, .len = len, .pos = *pos, .error = error };
	const char *str = NULL;
	size_t n = 0;
	int err = parse_quoted(&p, &str, &n);

	if (err)
		return err;
	*pos = p.pos;
	*out = (struct value){ .kind = VALUE_STR, .len = (uint32_t)n, .str = str };
	return 0;
}

/* Between brackets; p->pos is behind the opening one. */
static int parse_bracket(struct parser *p, struct expr *expr)
{
	const size_t start = p->pos;
	size_t len = 0;
	int err = parse_quoted(p, &expr->arg, &len);

	if (err == -ENOENT) {
		while (p->pos < p->len && !is_blank(peek(p)) && !strchr("[]\"'", peek(p)))
			p->pos++;
		len = p->pos - start;
		if (!len)
			return parse_error(p, "expected a valid field argument: a quoted "
					      "string or a bare string");
		expr->arg = arena_strndup(p->arena, p->text + start, len);
		err = expr->arg ? 0 : -ENOMEM;
	}
	if (err)
		return err;
	if (memchr(expr->arg, '\0', len)) {
		p->pos = start;
		return parse_error(p, "an argument cannot contain a NUL character");
	}
	expr->arg_len = (uint32_t)len;
	if (!skip_char(p, ']'))
		return parse_error(p, "expected a ']' token");
	return 0;
}

/* Length of `ident { "." ident }+` at `at`; 0 if none begins there. */
static size_t field_name_len(const struct parser *p, size_t at)
{
	size_t end = at;
	size_t pos = at;
	unsigned int n = 0;

	while (pos < p->len && is_alpha(p->text[pos])) {
		while (pos < p->len && is_ident(p->text[pos]))
			pos++;
		end = pos;
		n++;
		if (pos >= p->len || p->text[pos] != '.')
			break;
		pos++;
	}
	return n >= 2 ? end - at : 0;
}

static int parse_field(struct parser *p, struct expr **out)
{
	const size_t start = p->pos;
	const size_t len = field_name_len(p, start);
	struct expr *expr;
	int err = 0;

	if (!len)
		return -ENOENT;
	expr = new_node(p, EXPR_FIELD, start);
	if (!expr)
		return -ENOMEM;
	expr->name = arena_strndup(p->arena, p->text + start, len);
	if (!expr->name)
		return -ENOMEM;
	expr->name_len = (uint32_t)len;
	p->pos += len;
	if (skip_char(p, '['))
		err = parse_bracket(p, expr);
	if (!err)
		err = finish_node(p, expr);
	if (!err)
		*out = expr;
	return err;
}

/* 0: none begins at p->pos. */
static size_t number_len(const struct parser *p)
{
	const char *s = p->text + p->pos;
	const size_t max = p->len - p->pos;
	size_t n = 0;
	size_t exp;

	if (max > 2 && s[0] == '0' && (s[1] == 'x' || s[1] == 'X') && hex_value(s[2]) >= 0) {
		for (n = 3; n < max && hex_value(s[n]) >= 0;)
			n++;
		return n;
	}
	if (max && (s[0] == '+' || s[0] == '-'))
		n++;
	if (n >= max || !is_digit(s[n]))
		return 0;
	while (n < max && is_digit(s[n]))
		n++;
	if (n < max && s[n] == '.')
		n++;
	while (n < max && is_digit(s[n]))
		n++;
	exp = n + 2;
	if (exp < max && (s[n] == 'e' || s[n] == 'E') && (s[n + 1] == '+' || s[n + 1] == '-') &&
	    is_digit(s[exp])) {
		for (n = exp; n < max && is_digit(s[n]);)
			n++;
	}
	return n;
}

static int parse_constant(struct parser *p, struct expr **out)
{
	const size_t start = p->pos;
	const char *str = NULL;
	struct expr *expr;
	size_t len = 0;
	int err = parse_quoted(p, &str, &len);

	if (err == -ENOENT) {
		len = number_len(p);
		if (!len)
			return -ENOENT;
		str = arena_strndup(p->arena, p->text + start, len);
		err = str ? 0 : -ENOMEM;
		p->pos += len;
	}
	if (err)
		return err;
	if (memchr(str, '\0', len)) {
		p->pos = start;
		return parse_error(p, "a string cannot contain a NUL character");
	}
	expr = new_node(p, EXPR_CONSTANT, start);
	if (!expr)
		return -ENOMEM;
	expr->constant = (struct value){ .kind = VALUE_STR, .len = (uint32_t)len, .str = str };
	err = finish_node(p, expr);
	if (!err)
		*out = expr;
	return err;
}

/* Transformers and lists hold arguments that may be transformers again. */
static int parse_transform(struct parser *p, struct expr **out);
static int parse_list(struct parser *p, struct expr **out);

/* What may stand in a transformer's parentheses; in a list of theirs no other list. */
static int parse_arg(struct parser *p, bool in_list, struct expr **out)
{
	int err = parse_field(p, out);

	if (err == -ENOENT)
		err = parse_transform(p, out);
	if (err == -ENOENT)
		err = parse_constant(p, out);
	if (err == -ENOENT && !in_list)
		err = parse_list(p, out);
	if (err == -ENOENT)
		err = parse_error(p, "expected a field, a transformer, a quoted string or a "
				     "number");
	return err;
}

/* Up to the closing parenthesis; p->pos is behind the opening one. */
static int parse_args(struct parser *p, bool in_list, struct expr *parent)
{
	struct expr **tail = &parent->args;

	skip_blanks(p);
	if (in_list && skip_char(p, ')'))
		return 0;
	for (;;) {
		int err = parse_arg(p, in_list, tail);

		if (err)
			return err;
		parent->n_args++;
		tail = &(*tail)->next;
		skip_blanks(p);
		if (skip_char(p, ')'))
			return 0;
		if (!skip_char(p, ','))
			return parse_error(p, "expected a ')' token closing the transformer");
		skip_blanks(p);
	}
}

static int parse_list(struct parser *p, struct expr **out)
{
	struct expr *expr;
	int err;

	if (peek(p) != '(')
		return -ENOENT;
	expr = new_node(p, EXPR_LIST, p->pos);
	if (!expr)
		return -ENOMEM;
	p->pos++;
	err = parse_args(p, true, expr);
	if (!err)
		err = finish_node(p, expr);
	if (!err)
		*out = expr;
	return err;
}

static int parse_transform(struct parser *p, struct expr **out)
{
	const struct transform *transform;
	struct expr *expr;
	size_t end = p->pos;
	int err;

	while (end < p->len && is_ident(p->text[end]))
		end++;
	if (end >= p->len || p->text[end] != '(')
		return -ENOENT;
	transform = transform_lookup(p->text + p->pos, end - p->pos);
	if (!transform)
		return -ENOENT;
	if (p->depth >= EXPR_DEPTH_MAX) {
		expr_error_set(p->error, p->pos, "exceeded max depth limit of %d", EXPR_DEPTH_MAX);
		return -EINVAL;
	}
	expr = new_node(p, EXPR_TRANSFORM, p->pos);
	if (!expr)
		return -ENOMEM;
	expr->transform = transform;
	p->pos = end + 1;
	p->depth++;
	err = parse_args(p, false, expr);
	p->depth--;
	if (!err && !(p->no_bracket && !p->depth) && skip_char(p, '['))
		err = parse_bracket(p, expr);
	if (!err)
		err = finish_node(p, expr);
	if (!err)
		*out = expr;
	return err;
}

static int parse_top(struct parser *p, struct expr **out)
{
	int err;

	p->error->text[0] = '\0';
	if (p->len > UINT32_MAX)
		return parse_error(p, "the text is too long");
	err = parse_field(p, out);
	return err == -ENOENT ? parse_transform(p, out) : err;
}

int expr_parse(struct arena *arena, const char *text, size_t len, size_t *pos,
	       struct expr_error *error, struct expr **out)
{
	struct parser p = { .arena = arena, .text = text, .len = len, .pos = *pos, .error = error };
	struct expr *expr = NULL;
	int err = parse_top(&p, &expr);

	if (err)
		return err;
	*pos = p.pos;
	*out = expr;
	return 0;
}

static int parse_known(struct parser *p, struct expr **out)
{
	int err = parse_top(p, out);

	return err ? err : expr_resolve(*out, p->error);
}

/* "%proc.name.", "%proc.name[x]", "%toupper(proc.name)[x]": leave more to the text. */
static int parse_known_shorter(struct parser *p, struct expr **out)
{
	const size_t name_len = field_name_len(p, p->pos);
	struct field_ref ref;
	const char *reason = NULL;

	for (size_t n = name_len; n; n--) {
		if (field_resolve(p->text + p->pos, n, NULL, 0, &ref, &reason))
			continue;
		p->len = p->pos + n;
		return parse_known(p, out);
	}
	if (name_len)
		return -ENOENT;
	p->no_bracket = true;
	return parse_known(p, out);
}

int expr_parse_known(struct arena *arena, const char *text, size_t len, size_t *pos,
		     struct expr_error *error, struct expr **out)
{
	struct parser p = { .arena = arena, .text = text, .len = len, .pos = *pos, .error = error };
	struct expr_error ignored;
	struct expr *expr = NULL;
	int err = parse_known(&p, &expr);

	if ((err == -ENOENT || err == -EINVAL) && error->text[0]) {
		p.pos = *pos;
		p.error = &ignored;
		if (!parse_known_shorter(&p, &expr))
			err = 0;
	}
	if (err)
		return err;
	*pos = p.pos;
	*out = expr;
	return 0;
}
