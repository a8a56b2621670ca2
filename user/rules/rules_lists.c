// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define STEPS_MAX 4000000 /* words looked at for one condition */

/*
 * Falco replaces one list after the other, in definition order, wherever its name
 * stands between delimiters, and swallows the blanks around.  A replacement has
 * blanks at both ends, so words never grow together, and what it brings is
 * looked at by the lists that follow alone: putting in, recursively, only lists of
 * higher index gives the same words in one walk.
 */
struct walk {
	const struct rules *rules;
	struct rtext *out;
	bool eat_blanks; /* a list was just put in */
	bool eat_comma; /* it was empty, and no comma stood before it */
	uint32_t depth;
	uint64_t steps;
};

/* What is put in: where its words come from does not change within it. */
struct piece {
	const char *text;
	size_t len;
	const struct rtext *map; /* NULL: all of it stands for one word */
	bool first; /* of all: any list may be put in */
	uint32_t above; /* else: lists of higher index alone */
};

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

static bool is_delimiter(char c)
{
	return is_blank(c) || c == '(' || c == ')' || c == ',' || c == '=';
}

static size_t word_len(const char *text, size_t len)
{
	size_t n = 0;

	while (n < len && !is_delimiter(text[n]))
		n++;
	return n;
}

static const struct list_def *list_for(const struct walk *walk, const struct piece *piece,
				       const char *word, size_t len)
{
	struct list_def *list = names_get(&walk->rules->list_names, word, len);

	if (!list || list->broken || (!piece->first && list->index <= piece->above))
		return NULL;
	list->used = true;
	return list;
}

static void strip_blanks(struct buf *buf)
{
	while (buf->len && is_blank(buf->data[buf->len - 1]))
		buf_truncate(buf, buf->len - 1);
}

/* fixed: all up to the next mark comes from the word that stands there. */
static void mark_origin(const struct walk *walk, const struct piece *piece, size_t at, bool fixed)
{
	struct seg seg;
	uint32_t i = 0;
	uint32_t high;

	if (!piece->map || !piece->map->n_segs)
		return;
	for (high = piece->map->n_segs; high - i > 1;) {
		uint32_t mid = i + (high - i) / 2;

		if (piece->map->segs[mid].start <= at)
			i = mid;
		else
			high = mid;
	}
	seg = piece->map->segs[i];
	if (!seg.fixed)
		seg.offset += (uint32_t)(at - seg.start);
	seg.fixed = seg.fixed || fixed;
	rtext_mark(walk->out, seg);
}

static int walk_piece(struct walk *walk, const struct piece *piece);

static int put_list(struct walk *walk, const struct list_def *list)
{
	struct buf *buf = &walk->out->buf;
	struct piece piece = { .text = list->text, .len = list->len, .above = list->index };
	int err = 0;

	strip_blanks(buf);
	if (!list->len) {
		if (buf->len && buf->data[buf->len - 1] == ',')
			buf_truncate(buf, buf->len - 1);
		else
			walk->eat_comma = true;
	}
	if (buf->len)
		buf_add_char(buf, ' ');
	walk->eat_blanks = false;
	if (list->has_inner) {
		if (++walk->depth > RULES_NESTING_MAX)
			return -E2BIG;
		err = walk_piece(walk, &piece);
		walk->depth--;
	} else if (list->len) {
		walk->eat_comma = false;
		buf_add(buf, list->text, list->len);
	}
	/* When it ended with a list, that one's blank is ours: in a quoted string they count. */
	if (!walk->eat_blanks)
		buf_add_char(buf, ' ');
	walk->eat_blanks = true;
	return err;
}

static void put_delimiter(struct walk *walk, char c)
{
	if (is_blank(c)) {
		if (!walk->eat_blanks)
			buf_add_char(&walk->out->buf, c);
		return;
	}
	if (c == ',' && walk->eat_comma) {
		walk->eat_comma = false;
		return;
	}
	walk->eat_comma = false;
	walk->eat_blanks = false;
	buf_add_char(&walk->out->buf, c);
}

static int walk_piece(struct walk *walk, const struct piece *piece)
{
	const struct list_def *list;
	int err = 0;

	for (size_t i = 0; i < piece->len && !err;) {
		size_t len = word_len(piece->text + i, piece->len - i);

		if (!len) {
			mark_origin(walk, piece, i, false);
			put_delimiter(walk, piece->text[i++]);
			continue;
		}
		if (++walk->steps > STEPS_MAX || walk->out->buf.failed)
			return -E2BIG;
		list = list_for(walk, piece, piece->text + i, len);
		if (list) {
			strip_blanks(&walk->out->buf);
			mark_origin(walk, piece, i, true);
			err = put_list(walk, list);
		} else {
			walk->eat_comma = false;
			walk->eat_blanks = false;
			mark_origin(walk, piece, i, false);
			buf_add(&walk->out->buf, piece->text + i, len);
		}
		i += len;
	}
	return err;
}

/* A list whose name holds a delimiter is no word; its name is searched for as it is. */
static int put_odd_list(struct list_def *list, const char *text, struct buf *out)
{
	size_t len = strlen(list->name);
	const char *from = text;
	const char *at = strstr(text, list->name);

	for (; at; at = strstr(at + 1, list->name)) {
		if (at < from || (at > text && !is_delimiter(at[-1])) ||
		    (at[len] && !is_delimiter(at[len])))
			continue;
		buf_add(out, from, (size_t)(at - from));
		strip_blanks(out);
		if (out->len)
			buf_add_char(out, ' ');
		buf_add(out, list->text, list->len);
		buf_add_char(out, ' ');
		from = at + len;
		while (is_blank(*from))
			from++;
		list->used = true;
	}
	if (from == text)
		return 0;
	buf_add_str(out, from);
	return 1;
}

static int put_odd_lists(const struct rules *rules, struct rtext *text)
{
	struct buf out;
	int err = 0;

	for (struct list_def *list = rules->lists; list && !err; list = list->next) {
		if (list->broken || !list->odd)
			continue;
		buf_init(&out, RULES_TEXT_BYTES_MAX);
		if (put_odd_list(list, text->buf.data, &out)) {
			buf_reset(&text->buf);
			buf_add(&text->buf, out.data, out.len);
			/* Offsets have moved: all is placed at the condition's start. */
			text->n_segs = text->n_segs ? 1 : 0;
			if (text->n_segs)
				text->segs[0].fixed = true;
			err = out.failed ? -E2BIG : 0;
		}
		buf_done(&out);
	}
	return err;
}

int lists_substitute(const struct rules *rules, struct rtext *in, struct rtext *out)
{
	struct walk walk = { .rules = rules, .out = out };
	struct piece piece = { .map = in, .first = true };
	int err;

	err = rules->has_odd_lists ? put_odd_lists(rules, in) : 0;
	if (err)
		return err;
	piece.text = in->buf.data;
	piece.len = in->buf.len;
	err = walk_piece(&walk, &piece);
	if (!err && out->buf.failed)
		err = -E2BIG;
	return err;
}

static void add_item(struct buf *buf, const struct node *item)
{
	bool quote = strchr(item->text, ' ') && *item->text != '"' && *item->text != '\'';

	if (buf->len)
		buf_add_str(buf, ", ");
	if (quote)
		buf_add_char(buf, '"');
	buf_add(buf, item->text, item->len);
	if (quote)
		buf_add_char(buf, '"');
}

/* An item that names a list which was there before stands for that list's items, as written. */
static void join_items(struct rules *rules, const struct list_def *list, struct buf *buf)
{
	for (uint32_t i = 0; i < list->items.n && !buf->failed; i++) {
		const struct node *item = list->items.at[i];
		struct list_def *inner = names_get(&rules->list_names, item->text, item->len);

		if (!inner || inner->broken || inner->index >= list->visibility) {
			add_item(buf, item);
			continue;
		}
		inner->used = true;
		for (uint32_t k = 0; k < inner->items.n && !buf->failed; k++)
			add_item(buf, inner->items.at[k]);
	}
}

static bool has_inner(const struct rules *rules, const struct list_def *list)
{
	size_t len;

	for (size_t i = 0; i < list->len; i += len ? len : 1) {
		const struct list_def *inner;

		len = word_len(list->text + i, list->len - i);
		inner = len ? names_get(&rules->list_names, list->text + i, len) : NULL;
		if (inner && !inner->broken && inner->index > list->index)
			return true;
	}
	return false;
}

static int list_compile(struct rules *rules, struct list_def *list, struct buf *buf)
{
	const struct item item = { .kind = "list", .name = list->name, .node = list->node };
	const char *text;
	int err;

	buf_reset(buf);
	join_items(rules, list, buf);
	if (buf->failed) {
		err = problem_fail(rules, RULES_ERR_VALIDATE, list->node, &item,
				   "List is larger than 4 MiB");
		list->broken = true;
		return err == -ENOMEM ? err : 0;
	}
	text = arena_strndup(rules->pass, buf->data, buf->len);
	if (!text)
		return -ENOMEM;
	list->text = text;
	list->len = buf->len;
	list->odd = word_len(list->name, strlen(list->name)) != strlen(list->name);
	rules->has_odd_lists = rules->has_odd_lists || list->odd;
	return 0;
}

int lists_compile(struct rules *rules)
{
	struct buf buf;
	int err = 0;

	rules->has_odd_lists = false;
	for (struct list_def *list = rules->lists; list; list = list->next)
		list->used = false;
	buf_init(&buf, RULES_TEXT_BYTES_MAX);
	for (struct list_def *list = rules->lists; list && !err; list = list->next)
		if (!list->broken)
			err = list_compile(rules, list, &buf);
	buf_done(&buf);
	for (struct list_def *list = rules->lists; list && !err; list = list->next)
		list->has_inner = !list->broken && has_inner(rules, list);
	return err;
}
