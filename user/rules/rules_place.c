// SPDX-License-Identifier: Apache-2.0
#include "rules/rtext.h"

#include <stdlib.h>
#include <string.h>

void rtext_init(struct rtext *text)
{
	memset(text, 0, sizeof(*text));
	buf_init(&text->buf, RULES_TEXT_BYTES_MAX);
}

void rtext_done(struct rtext *text)
{
	buf_done(&text->buf);
	free(text->segs);
	text->segs = NULL;
	text->n_segs = 0;
	text->size = 0;
}

static bool goes_on(const struct seg *last, const struct seg *seg)
{
	return !last->fixed && !seg->fixed && last->node == seg->node &&
	       last->offset + (seg->start - last->start) == seg->offset;
}

/* The text was perhaps cut since the last one: then that is void. */
void rtext_mark(struct rtext *text, struct seg seg)
{
	seg.start = (uint32_t)text->buf.len;
	while (text->n_segs && text->segs[text->n_segs - 1].start >= seg.start)
		text->n_segs--;
	if (text->n_segs && goes_on(&text->segs[text->n_segs - 1], &seg))
		return;
	if (text->n_segs == text->size) {
		uint32_t size = text->size ? text->size * 2 : 8;
		struct seg *segs = realloc(text->segs, size * sizeof(*segs));

		if (!segs) {
			text->buf.failed = true;
			return;
		}
		text->segs = segs;
		text->size = size;
	}
	text->segs[text->n_segs++] = seg;
}

void rtext_place(const struct rtext *text, uint32_t offset, struct place *out)
{
	const struct seg *seg;
	uint32_t low = 0;
	uint32_t high = text->n_segs;

	if (!high)
		return;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (text->segs[mid].start <= offset)
			low = mid;
		else
			high = mid;
	}
	seg = &text->segs[low];
	if (seg->fixed && !seg->offset)
		node_place(seg->node, out);
	else
		node_place_at(seg->node, seg->offset + (seg->fixed ? 0 : offset - seg->start), out);
}

static bool is_blank(char c)
{
	return c == ' ' || c == '\t' || c == '\n' || c == '\r';
}

/* Where the scalar's text begins in the file, behind quote or block header. */
static size_t skip_head(const struct node *node)
{
	const char *text = node->source->text;
	size_t at = node->begin;

	/* Anchors and tags stand before it. */
	while (at < node->end && (text[at] == '&' || text[at] == '!')) {
		while (at < node->end && !is_blank(text[at]))
			at++;
		while (at < node->end && is_blank(text[at]))
			at++;
	}
	if (node->style == STYLE_SINGLE || node->style == STYLE_DOUBLE)
		return at + 1;
	if (node->style == STYLE_BLOCK)
		while (at < node->end && text[at] != '\n')
			at++;
	return at;
}

/* Bytes in the file and in the text of what stands at `at` in a quoted scalar. */
static size_t raw_len(const struct node *node, size_t at, size_t *ret_text_len)
{
	const char *raw = node->source->text + at;
	size_t left = node->end - at;

	*ret_text_len = 1;
	if (node->style == STYLE_SINGLE && left >= 2 && raw[0] == '\'' && raw[1] == '\'')
		return 2;
	if (node->style != STYLE_DOUBLE || left < 2 || raw[0] != '\\')
		return 1;
	if (raw[1] == '\n' || raw[1] == '\r') {
		*ret_text_len = 0;
		return 2;
	}
	if (raw[1] == 'N' || raw[1] == '_')
		*ret_text_len = 2;
	else if (raw[1] == 'L' || raw[1] == 'P')
		*ret_text_len = 3;
	/* \x, \u and \U are not followed: what is behind one is placed at the scalar. */
	return 2;
}

/* Runs of blanks differ between both by folding and indentation; all else is in step. */
void node_place_at(const struct node *node, uint32_t offset, struct place *out)
{
	const char *raw = node->source->text;
	size_t at = skip_head(node);
	uint32_t i = 0;
	size_t text_len;
	size_t len;

	while (i < offset && i < node->len) {
		if (is_blank(node->text[i])) {
			i++;
			/* A blank written as an escape */
			if (node->style == STYLE_DOUBLE && at + 1 < node->end && raw[at] == '\\' &&
			    strchr("nrt ", raw[at + 1]))
				at += 2;
			continue;
		}
		while (at < node->end && is_blank(raw[at]))
			at++;
		if (at >= node->end)
			break;
		len = raw_len(node, at, &text_len);
		if (len == 1 && raw[at] != node->text[i]) {
			node_place(node, out);
			return;
		}
		at += len;
		i += (uint32_t)text_len;
	}
	if (offset < node->len && !is_blank(node->text[offset]))
		while (at < node->end && is_blank(raw[at]))
			at++;
	source_place(node->source, at, out);
}
