// SPDX-License-Identifier: Apache-2.0
#include "output/template.h"

#include <errno.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "fields/expr.h"

#define ARENA_BLOCK_BYTES 4096
#define ARENA_MAX_BYTES   (16U << 20) /* enough for TEXT_MAX bytes of the shortest tokens */
#define TEXT_MAX          (64U << 10)
#define WIDTH_MAX         4096

/* Text, then a token: expr is NULL behind the last. */
struct item {
	const char *text;
	size_t text_len;
	const struct expr *expr;
	const struct field *field; /* how to print the value */
	size_t width; /* 0: as long as it is */
};

struct key {
	const char *name;
	const struct field_ref *ref;
};

struct template
{
	struct arena *arena;
	struct item *items;
	size_t n_items;
	struct key *keys; /* sorted by name, each once */
	size_t n_keys;
	bool base64_bytes;
};

/* A template that is being compiled, and where in its text. */
struct compiler {
	struct template *tmpl;
	const char *text;
	size_t len;
	size_t pos;
	struct diag *diag;
};

static size_t count_percents(const char *text)
{
	size_t n = 0;

	for (; (text = strchr(text, '%')); text++)
		n++;
	return n;
}

static int compare_keys(const void *a, const void *b)
{
	const struct key *left = a;
	const struct key *right = b;

	return strcmp(left->name, right->name);
}

static void sort_keys(struct template *tmpl)
{
	size_t n = 0;

	qsort(tmpl->keys, tmpl->n_keys, sizeof(*tmpl->keys), compare_keys);
	for (size_t i = 0; i < tmpl->n_keys; i++) {
		if (!n || compare_keys(&tmpl->keys[n - 1], &tmpl->keys[i]) != 0)
			tmpl->keys[n++] = tmpl->keys[i];
	}
	tmpl->n_keys = n;
}

/* Decimal digits behind the percent sign. */
static int parse_width(struct compiler *c, size_t *out)
{
	const size_t start = c->pos;
	size_t width = 0;

	for (; c->pos < c->len && c->text[c->pos] >= '0' && c->text[c->pos] <= '9'; c->pos++) {
		width = width * 10 + (size_t)(c->text[c->pos] - '0');
		if (width > WIDTH_MAX) {
			diag_set(c->diag, "invalid formatting syntax: width beyond %d in '%s'",
				 WIDTH_MAX, c->text + start);
			return -EINVAL;
		}
	}
	if (c->pos == c->len) {
		diag_set(c->diag, "invalid formatting syntax: formatting cannot end with a %s",
			 c->pos > start ? "number" : "%");
		return -EINVAL;
	}
	*out = width;
	return 0;
}

/* Falco's words, which skip-if-unknown-filter looks for. */
static void report_token(struct compiler *c, int err, const struct expr_error *error)
{
	const char *token = c->text + c->pos;
	size_t len = strcspn(token, " \t\r\n%\"',;)");

	if (err == -EINVAL && error->text[0])
		diag_set(c->diag, "invalid formatting syntax: %s", error->text);
	else if (!error->text[0] || strstr(error->text, "nonexistent field"))
		diag_set(c->diag, "unknown filter: %.*s", (int)(len < 256 ? len : 256), token);
	else
		diag_set(c->diag, "unknown filter: %s", error->text);
}

/* How the result of an expression is printed: as the field, or as one of the same type. */
static const struct field *print_field(struct arena *arena, const struct expr *expr)
{
	const struct field_ref *ref = expr_field(expr);
	struct field *field;

	if (ref)
		return ref->field;
	field = arena_alloc(arena, sizeof(*field));
	if (!field)
		return NULL;
	field->name = expr_text(expr);
	field->type = expr_type(expr);
	/* Several values of what is no list come from such a field only. */
	field->flags = expr_is_list(expr) ? FIELD_LIST : FIELD_MATCH_ANY;
	return field;
}

static int compile_token(struct compiler *c, struct item *item)
{
	struct template *tmpl = c->tmpl;
	struct expr_error error = { .offset = 0 };
	struct expr *expr = NULL;
	int err = parse_width(c, &item->width);

	if (err)
		return err;
	err = expr_parse_known(tmpl->arena, c->text, c->len, &c->pos, &error, &expr);
	if (err == -ENOMEM)
		return err;
	if (err) {
		report_token(c, err, &error);
		return -EINVAL;
	}
	item->field = print_field(tmpl->arena, expr);
	if (!item->field)
		return -ENOMEM;
	item->expr = expr;
	if (expr_field(expr)) {
		tmpl->keys[tmpl->n_keys].name = expr_text(expr);
		tmpl->keys[tmpl->n_keys++].ref = expr_field(expr);
	}
	return 0;
}

static int compile_items(struct compiler *c)
{
	struct template *tmpl = c->tmpl;

	for (;;) {
		struct item *item = &tmpl->items[tmpl->n_items++];
		const char *percent = strchr(c->text + c->pos, '%');
		int err;

		item->text = c->text + c->pos;
		if (!percent) {
			item->text_len = c->len - c->pos;
			return 0;
		}
		item->text_len = (size_t)(percent - item->text);
		c->pos += item->text_len + 1;
		err = compile_token(c, item);
		if (err)
			return err;
	}
}

int template_compile(const char *text, struct diag *diag, struct template **out)
{
	const size_t max = count_percents(text) + 1;
	struct compiler c = { .diag = diag };
	int err = -ENOMEM;

	if (strlen(text) > TEXT_MAX) {
		diag_set(diag, "invalid formatting syntax: longer than %u bytes", TEXT_MAX);
		return -EINVAL;
	}
	c.tmpl = calloc(1, sizeof(*c.tmpl));
	if (!c.tmpl)
		return -ENOMEM;
	c.tmpl->arena = arena_new(ARENA_BLOCK_BYTES, ARENA_MAX_BYTES);
	if (!c.tmpl->arena)
		goto fail;
	c.len = strlen(text);
	c.text = arena_strndup(c.tmpl->arena, text, c.len);
	c.tmpl->items = arena_alloc(c.tmpl->arena, max * sizeof(*c.tmpl->items));
	c.tmpl->keys = arena_alloc(c.tmpl->arena, max * sizeof(*c.tmpl->keys));
	if (!c.text || !c.tmpl->items || !c.tmpl->keys)
		goto fail;
	err = compile_items(&c);
	if (err)
		goto fail;
	sort_keys(c.tmpl);
	*out = c.tmpl;
	return 0;
fail:
	template_free(c.tmpl);
	return err;
}

void template_free(struct template *tmpl)
{
	if (!tmpl)
		return;
	arena_free(tmpl->arena);
	free(tmpl);
}

void template_use_base64(struct template *tmpl)
{
	tmpl->base64_bytes = true;
}

static void add_four(struct buf *buf, const unsigned char *three, size_t n)
{
	static const char digits[] =
		"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
	const uint32_t bits = (uint32_t)three[0] << 16 | (uint32_t)three[1] << 8 | three[2];
	char four[4];

	for (unsigned int k = 0; k < sizeof(four); k++)
		four[k] = k > n ? '=' : digits[bits >> (18 - 6 * k) & 0x3f];
	buf_add(buf, four, sizeof(four));
}

void template_add_base64(struct buf *buf, const char *data, size_t len)
{
	unsigned char last[3] = { 0 };
	size_t at = 0;

	for (; len - at >= sizeof(last); at += sizeof(last))
		add_four(buf, (const unsigned char *)data + at, sizeof(last));
	if (at == len)
		return;
	memcpy(last, data + at, len - at);
	add_four(buf, last, len - at);
}

static void render_token(const struct template *tmpl, const struct item *item,
			 const struct field_source *source, struct buf *buf)
{
	const size_t start = buf->len;
	struct value value = { .kind = VALUE_NULL };
	bool is_there = !(item->field->flags & FIELD_FILTER_ONLY);

	if (is_there && !expr_eval(item->expr, source, &value))
		value.kind = VALUE_NULL;
	if (tmpl->base64_bytes && value.kind == VALUE_BYTES)
		template_add_base64(buf, value.str, value.len);
	else
		field_render(item->field, &value, buf);
	if (!item->width)
		return;
	buf_truncate(buf, start + item->width);
	while (!buf->failed && buf->len < start + item->width)
		buf_add_char(buf, ' ');
}

void template_render(const struct template *tmpl, const struct field_source *source,
		     struct buf *buf)
{
	for (size_t i = 0; i < tmpl->n_items; i++) {
		buf_add(buf, tmpl->items[i].text, tmpl->items[i].text_len);
		if (tmpl->items[i].expr)
			render_token(tmpl, &tmpl->items[i], source, buf);
	}
}

const struct field_ref *template_field_at(const struct template *tmpl, size_t i,
					  const char **ret_key)
{
	if (i >= tmpl->n_keys)
		return NULL;
	*ret_key = tmpl->keys[i].name;
	return tmpl->keys[i].ref;
}

struct reading {
	const char *name;
	bool found;
};

static void compare_name(const struct field_ref *ref, void *arg)
{
	struct reading *reading = arg;

	reading->found |= strcmp(ref->field->name, reading->name) == 0;
}

bool template_reads(const struct template *tmpl, const char *name)
{
	struct reading reading = { name, false };

	for (size_t i = 0; i < tmpl->n_items && !reading.found; i++)
		if (tmpl->items[i].expr)
			expr_visit_fields(tmpl->items[i].expr, compare_name, &reading);
	return reading.found;
}
