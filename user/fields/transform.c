// SPDX-License-Identifier: Apache-2.0
#include "fields/transform.h"

#include <errno.h>
#include <string.h>

#include "base/arena.h"

static bool is_text(const struct value *value)
{
	return value->kind == VALUE_STR || value->kind == VALUE_BYTES;
}

static int type_error(const struct expr *expr, const struct expr *arg, struct expr_error *error)
{
	expr_error_set(error, arg->offset, "transformer '%s' does not take '%s', of type %s%s",
		       expr->transform->name, arg->text, arg->is_list ? "LIST of " : "",
		       field_type_name(arg->type));
	return -EINVAL;
}

static int reject_bracket(const struct expr *expr, struct expr_error *error)
{
	if (!expr->arg)
		return 0;
	expr_error_set(error, expr->offset, "transformer '%s' takes no argument in brackets",
		       expr->transform->name);
	return -EINVAL;
}

static int check_string(struct expr *expr, struct expr_error *error)
{
	const struct expr *arg = expr->args;

	if (arg->type != FIELD_STRING)
		return type_error(expr, arg, error);
	expr->type = arg->type;
	expr->is_list = arg->is_list;
	return reject_bracket(expr, error);
}

static int check_b64(struct expr *expr, struct expr_error *error)
{
	const struct expr *arg = expr->args;

	if (arg->type != FIELD_STRING && arg->type != FIELD_BYTES)
		return type_error(expr, arg, error);
	expr->type = arg->type;
	expr->is_list = arg->is_list;
	return reject_bracket(expr, error);
}

static int check_len(struct expr *expr, struct expr_error *error)
{
	const struct expr *arg = expr->args;

	if (!arg->is_list && arg->type != FIELD_STRING && arg->type != FIELD_BYTES)
		return type_error(expr, arg, error);
	expr->type = FIELD_UINT64;
	expr->is_list = false;
	return reject_bracket(expr, error);
}

static int check_join(struct expr *expr, struct expr_error *error)
{
	const struct expr *sep = expr->args;
	const struct expr *list = sep->next;

	if (sep->type != FIELD_STRING || sep->is_list)
		return type_error(expr, sep, error);
	if (list->type != FIELD_STRING || !list->is_list)
		return type_error(expr, list, error);
	expr->type = FIELD_STRING;
	expr->is_list = false;
	return reject_bracket(expr, error);
}

static int check_concat(struct expr *expr, struct expr_error *error)
{
	for (const struct expr *arg = expr->args; arg; arg = arg->next) {
		if (arg->type != FIELD_STRING || arg->is_list)
			return type_error(expr, arg, error);
	}
	expr->type = FIELD_STRING;
	expr->is_list = false;
	return reject_bracket(expr, error);
}

static int check_getopt(struct expr *expr, struct expr_error *error)
{
	const struct expr *list = expr->args;
	const struct expr *options = list->next;

	if (list->type != FIELD_STRING || !list->is_list)
		return type_error(expr, list, error);
	if (options->type != FIELD_STRING || options->is_list)
		return type_error(expr, options, error);
	if (expr->arg && expr->arg_len != 1) {
		expr_error_set(error, expr->offset,
			       "the argument of transformer 'getopt' must be one character");
		return -EINVAL;
	}
	expr->type = FIELD_STRING;
	expr->is_list = !expr->arg;
	return 0;
}

typedef bool map_fn(const struct value *in, struct arena *scratch, struct value *out);

/*
 * Fields with FIELD_MATCH_ANY give lists though they are scalars, so lists are
 * recognised by their values.  One failure fails the list.
 */
static bool map(const struct value *in, map_fn *fn, struct arena *scratch, struct value *out)
{
	struct value *items;

	if (in->kind != VALUE_LIST)
		return fn(in, scratch, out);
	items = arena_alloc(scratch, ((size_t)in->len + 1) * sizeof(*items));
	if (!items)
		return false;
	for (uint32_t i = 0; i < in->len; i++) {
		if (!fn(&in->list[i], scratch, &items[i]))
			return false;
	}
	*out = (struct value){ .kind = VALUE_LIST, .len = in->len, .list = items };
	return true;
}

static bool eval_map(const struct expr *expr, const struct field_source *source, map_fn *fn,
		     struct value *out)
{
	struct value in;

	return expr_eval(expr->args, source, &in) && map(&in, fn, source->scratch, out);
}

/* ASCII alone, in every locale. */
static bool map_case(const struct value *in, struct arena *scratch, char first, struct value *out)
{
	char *copy;

	if (!is_text(in))
		return false;
	copy = arena_strndup(scratch, in->str, in->len);
	if (!copy)
		return false;
	for (uint32_t i = 0; i < in->len; i++) {
		if (copy[i] >= first && copy[i] < first + 26)
			copy[i] = (char)(copy[i] ^ ('a' ^ 'A'));
	}
	*out = (struct value){ .kind = in->kind, .len = in->len, .str = copy };
	return true;
}

static bool map_tolower(const struct value *in, struct arena *scratch, struct value *out)
{
	return map_case(in, scratch, 'A', out);
}

static bool map_toupper(const struct value *in, struct arena *scratch, struct value *out)
{
	return map_case(in, scratch, 'a', out);
}

static bool map_basename(const struct value *in, struct arena *scratch, struct value *out)
{
	const char *slash;
	const char *base;

	(void)scratch; /* the result is a part of the input */
	if (!is_text(in))
		return false;
	slash = memrchr(in->str, '/', in->len);
	base = slash ? slash + 1 : in->str;
	*out = (struct value){ .kind = in->kind,
			       .len = in->len - (uint32_t)(base - in->str),
			       .str = base };
	return true;
}

static int b64_digit(char c)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const char *hit = c ? strchr(digits, c) : NULL;

	return hit ? (int)(hit - digits) : -1;
}

/* Length without padding; the padding itself, if any, must fill up a group of four. */
static bool b64_strip(const char *s, uint32_t len, uint32_t *out)
{
	uint32_t n = len;

	while (n && len - n < 2 && s[n - 1] == '=')
		n--;
	if (n % 4 == 1 || (n != len && len % 4))
		return false;
	*out = n;
	return true;
}

static bool map_b64(const struct value *in, struct arena *scratch, struct value *out)
{
	uint32_t n = 0;
	uint32_t n_out = 0;
	uint32_t bits = 0;
	char *to;

	if (!is_text(in) || !b64_strip(in->str, in->len, &n))
		return false;
	to = arena_alloc(scratch, (size_t)n / 4 * 3 + 4);
	if (!to)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const int digit = b64_digit(in->str[i]);

		if (digit < 0)
			return false;
		bits = bits << 6 | (uint32_t)digit;
		/* Eight bits are complete at every digit of a group but its first. */
		if (i % 4)
			to[n_out++] = (char)(bits >> (6 - 2 * (i % 4)));
	}
	/* A string ends at its NUL, for comparisons as for printing. */
	if (in->kind == VALUE_STR)
		n_out = (uint32_t)strnlen(to, n_out);
	*out = (struct value){ .kind = in->kind, .len = n_out, .str = to };
	return true;
}

static bool map_len(const struct value *in, struct arena *scratch, struct value *out)
{
	(void)scratch;
	if (!is_text(in))
		return false;
	*out = (struct value){ .kind = VALUE_UINT };
	out->u = in->kind == VALUE_STR ? strnlen(in->str, in->len) : in->len;
	return true;
}

static bool eval_tolower(const struct expr *expr, const struct field_source *source,
			 struct value *out)
{
	return eval_map(expr, source, map_tolower, out);
}

static bool eval_toupper(const struct expr *expr, const struct field_source *source,
			 struct value *out)
{
	return eval_map(expr, source, map_toupper, out);
}

static bool eval_basename(const struct expr *expr, const struct field_source *source,
			  struct value *out)
{
	return eval_map(expr, source, map_basename, out);
}

static bool eval_b64(const struct expr *expr, const struct field_source *source, struct value *out)
{
	return eval_map(expr, source, map_b64, out);
}

static bool eval_len(const struct expr *expr, const struct field_source *source, struct value *out)
{
	struct value in;

	if (!expr->args->is_list)
		return eval_map(expr, source, map_len, out);
	if (!expr_eval(expr->args, source, &in) || in.kind != VALUE_LIST)
		return false;
	*out = (struct value){ .kind = VALUE_UINT };
	out->u = in.len;
	return true;
}

/* Texts with a separator between them; each must be one. */
static bool join_texts(const struct value *items, uint32_t n, const struct value *sep,
		       struct arena *scratch, struct value *out)
{
	size_t len = 0;
	size_t at = 0;
	char *to;

	for (uint32_t i = 0; i < n; i++) {
		if (!is_text(&items[i]))
			return false;
		len += items[i].len + (size_t)(i ? sep->len : 0);
	}
	if (len > UINT32_MAX)
		return false;
	to = arena_alloc(scratch, len + 1);
	if (!to)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		if (i) {
			memcpy(to + at, sep->str, sep->len);
			at += sep->len;
		}
		memcpy(to + at, items[i].str, items[i].len);
		at += items[i].len;
	}
	*out = (struct value){ .kind = VALUE_STR, .len = (uint32_t)len, .str = to };
	return true;
}

static bool eval_join(const struct expr *expr, const struct field_source *source, struct value *out)
{
	struct value sep;
	struct value list;

	if (!expr_eval(expr->args, source, &sep) || !is_text(&sep))
		return false;
	if (!expr_eval(expr->args->next, source, &list) || list.kind != VALUE_LIST)
		return false;
	return join_texts(list.list, list.len, &sep, source->scratch, out);
}

static bool eval_concat(const struct expr *expr, const struct field_source *source,
			struct value *out)
{
	static const struct value nothing = { .kind = VALUE_STR, .str = "" };
	struct value *items = arena_alloc(source->scratch, expr->n_args * sizeof(*items));
	uint32_t n = 0;

	if (!items)
		return false;
	for (const struct expr *arg = expr->args; arg; arg = arg->next) {
		if (!expr_eval(arg, source, &items[n++]))
			return false;
	}
	return join_texts(items, n, &nothing, source->scratch, out);
}

struct getopt {
	const struct value *tokens;
	uint32_t n_tokens;
	const struct value *options; /* as getopt(3) has them: "nt:" */
	char wanted; /* '\0': all */
	struct value *items;
	uint32_t n_items;
	struct value last; /* of the wanted option; VALUE_NULL: absent */
};

static void getopt_add(struct getopt *g, struct value item)
{
	g->items[g->n_items++] = item;
}

static struct value part(const char *s, uint32_t len)
{
	return (struct value){ .kind = VALUE_STR, .len = len, .str = s };
}

/*
 * The cluster of options in token `i`, "-nt5"; letters and values are parts of the
 * tokens, so an item is not always followed by a NUL: the caller copies them.
 * Returns the index of the last token used.
 */
static uint32_t getopt_cluster(struct getopt *g, uint32_t i)
{
	const struct value *token = &g->tokens[i];
	const struct value *options = g->options;

	for (uint32_t at = 1; at < token->len; at++) {
		const char *c = &token->str[at];
		const char *hit = *c == ':' ? NULL : memchr(options->str, *c, options->len);
		struct value value = part(c, 1);

		if (!hit) {
			getopt_add(g, part("?", 1));
			continue;
		}
		getopt_add(g, value);
		if (hit + 1 < options->str + options->len && hit[1] == ':') {
			if (at + 1 < token->len)
				value = part(c + 1, token->len - at - 1);
			else if (i + 1 < g->n_tokens)
				value = g->tokens[++i];
			else
				value = part("", 0);
			getopt_add(g, value);
			at = token->len;
		}
		if (*c == g->wanted)
			g->last = value;
	}
	return i;
}

static void getopt_walk(struct getopt *g)
{
	for (uint32_t i = 0; i < g->n_tokens; i++) {
		const struct value *token = &g->tokens[i];

		if (token->len < 2 || token->str[0] != '-')
			return;
		if (token->str[1] != '-')
			i = getopt_cluster(g, i);
		else if (token->len == 2)
			return;
	}
}

static bool getopt_copy(struct arena *scratch, struct value *item)
{
	item->str = arena_strndup(scratch, item->str, item->len);
	return item->str != NULL;
}

static bool eval_getopt(const struct expr *expr, const struct field_source *source,
			struct value *out)
{
	struct value list;
	struct value options;
	struct getopt g = { .wanted = expr->arg ? expr->arg[0] : '\0' };
	size_t max = 1;

	if (!expr_eval(expr->args, source, &list) || list.kind != VALUE_LIST)
		return false;
	if (!expr_eval(expr->args->next, source, &options) || !is_text(&options))
		return false;
	for (uint32_t i = 0; i < list.len; i++) {
		if (!is_text(&list.list[i]))
			return false;
		/* Each byte of a token gives one item at most, and a value that may be empty. */
		max += (size_t)list.list[i].len + 1;
	}
	g.tokens = list.list;
	g.n_tokens = list.len;
	g.options = &options;
	g.items = arena_alloc(source->scratch, max * sizeof(*g.items));
	if (!g.items)
		return false;
	getopt_walk(&g);
	if (expr->arg) {
		if (g.last.kind == VALUE_NULL || !getopt_copy(source->scratch, &g.last))
			return false;
		*out = g.last;
		return true;
	}
	if (!g.n_items)
		return false;
	for (uint32_t i = 0; i < g.n_items; i++) {
		if (!getopt_copy(source->scratch, &g.items[i]))
			return false;
	}
	*out = (struct value){ .kind = VALUE_LIST, .len = g.n_items, .list = g.items };
	return true;
}

static const struct transform transforms[] = {
	{ "tolower", 1, 1, check_string, eval_tolower },
	{ "toupper", 1, 1, check_string, eval_toupper },
	{ "basename", 1, 1, check_string, eval_basename },
	{ "b64", 1, 1, check_b64, eval_b64 },
	{ "len", 1, 1, check_len, eval_len },
	{ "join", 2, 2, check_join, eval_join },
	{ "concat", 2, UINT32_MAX, check_concat, eval_concat },
	{ "getopt", 2, 2, check_getopt, eval_getopt },
};

const struct transform *transform_lookup(const char *name, size_t len)
{
	for (size_t i = 0; i < sizeof(transforms) / sizeof(transforms[0]); i++) {
		if (strlen(transforms[i].name) == len && !memcmp(transforms[i].name, name, len))
			return &transforms[i];
	}
	return NULL;
}
