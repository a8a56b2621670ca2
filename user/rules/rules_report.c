// SPDX-License-Identifier: Apache-2.0
/* Problems as Falco's reports show them: a chain of locations, and a snippet. */
#include "rules/load.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#define SNIPPET_HALF   ((size_t)80) /* bytes shown on either side of the caret */
#define NAME_BYTES_MAX ((size_t)20) /* of a condition before it is cut */

static bool is_line_end(char c)
{
	return c == '\n' || c == '\r';
}

/* Falco's marks are of yaml-cpp: bytes from 0, without a byte order mark. */
static void mark_of(const struct node *node, struct rules_location *out)
{
	static const char bom[] = "\xef\xbb\xbf";
	const struct source *source = node->source;
	struct place place;
	uint32_t skip = 0;

	node_place(node, &place);
	if (source->len >= strlen(bom) && memcmp(source->text, bom, strlen(bom)) == 0)
		skip = (uint32_t)strlen(bom);
	out->name = source->path;
	out->line = place.line - 1;
	out->offset = place.offset - skip;
	out->column = (uint32_t)(place.offset - source->lines[place.line - 1]);
	if (place.line == 1)
		out->column -= skip;
}

static const char *condition_name(struct rules *rules, const struct spot *spot)
{
	char name[NAME_BYTES_MAX + sizeof("\"\"")];

	if (spot->name_len > NAME_BYTES_MAX)
		(void)snprintf(name, sizeof(name), "\"%.*s...\"",
			       (int)(NAME_BYTES_MAX - strlen("...")), spot->name);
	else
		(void)snprintf(name, sizeof(name), "\"%.*s\"", (int)spot->name_len, spot->name);
	for (char *c = name; *c; c++)
		if (is_line_end(*c))
			*c = ' ';
	return arena_strdup(rules->problem_arena, name);
}

/* The parser counts lines and columns from 1, and either half of "\r\n" as a line's end. */
static int add_spot(struct rules *rules, const struct spot *spot, struct rules_location *out)
{
	uint32_t line = 1;
	uint32_t column = 1;

	for (uint32_t i = 0; i < spot->offset && i < spot->text->len; i++) {
		column++;
		if (is_line_end(spot->text->data[i])) {
			column = 1;
			line++;
		}
	}
	out[1].item_type = "condition expression";
	out[1].item_name = "";
	out[1].line = out[0].line + line;
	out[1].column = out[0].column + column;
	out[1].offset = out[0].offset + spot->offset;
	out[1].name = condition_name(rules, spot);
	return out[1].name ? 0 : -ENOMEM;
}

static uint32_t count_links(const struct item *item)
{
	uint32_t n = 1;

	for (; item; item = item->parent)
		n += (item->kind != NULL) + (item->spot != NULL);
	return n;
}

static int build_locations(struct rules *rules, struct rules_problem *problem,
			   const struct item *item)
{
	uint32_t n = count_links(item);
	uint32_t at = n;
	struct rules_location *locations;
	const struct item *link;
	int err = 0;

	locations = arena_alloc(rules->problem_arena, n * sizeof(*locations));
	if (!locations)
		return -ENOMEM;
	problem->locations = locations;
	problem->n_locations = n;
	locations[0].item_type = "rules content";
	locations[0].item_name = "";
	locations[0].name = item && item->node ? item->node->source->path : problem->place.file;
	for (link = item; link && !err; link = link->parent) {
		if (!link->kind)
			continue;
		at -= 1 + (link->spot != NULL);
		locations[at].item_type = link->kind;
		locations[at].item_name = "";
		locations[at].name = locations[0].name;
		if (link->name)
			locations[at].item_name = arena_strdup(rules->problem_arena, link->name);
		if (!locations[at].item_name)
			return -ENOMEM;
		if (link->node)
			mark_of(link->node, &locations[at]);
		if (link->spot)
			err = add_spot(rules, link->spot, &locations[at]);
	}
	return err;
}

/* The line that holds `pos`, and a caret below it; long ones are cut at either end. */
static void add_snippet(struct buf *buf, const char *text, size_t len, size_t pos)
{
	size_t begin;
	size_t end;

	while (pos && (pos >= len || text[pos] == '\n'))
		pos--;
	for (begin = pos; begin && text[begin] != '\n' && pos - begin < SNIPPET_HALF; begin--)
		;
	for (end = pos; end + 1 < len && text[end] != '\n' && end - pos < SNIPPET_HALF; end++)
		;
	if (text[begin] == '\n')
		begin++;
	if (text[end] == '\n' && end > begin)
		end--;
	if (!len || begin > end || text[begin] == '\n') {
		buf_add_str(buf, "<No context available>\n");
		return;
	}
	buf_add(buf, text + begin, end + 1 - begin);
	if (pos - begin >= SNIPPET_HALF)
		memcpy(buf->data, "...", 3);
	if (end - pos >= SNIPPET_HALF && !buf->failed)
		memcpy(buf->data + buf->len - 3, "...", 3);
	buf_add_char(buf, '\n');
	if (pos < begin)
		return;
	for (size_t i = begin; i < pos; i++)
		buf_add_char(buf, ' ');
	buf_add_str(buf, "^\n");
}

static const struct source *find_source(const struct rules *rules, const char *path)
{
	const struct source *source = rules->sources;

	while (source && (source->path != path || !source->text))
		source = source->next;
	return source;
}

static const char *build_snippet(struct rules *rules, const struct rules_problem *problem,
				 const struct item *item)
{
	const struct rules_location *last = &problem->locations[problem->n_locations - 1];
	const struct source *source = find_source(rules, last->name);
	const char *copy;
	struct buf buf;

	buf_init(&buf, 1024);
	if (item && item->spot)
		add_snippet(&buf, item->spot->text->data, item->spot->text->len,
			    item->spot->offset);
	else if (!source)
		buf_printf(&buf, "<No context for file + %.512s>\n", last->name);
	else if (!source->len)
		buf_add_str(&buf, "<No context available>\n");
	else
		add_snippet(&buf, source->text, source->len, last->offset);
	copy = arena_strdup(rules->problem_arena, buf.data);
	buf_done(&buf);
	return copy;
}

int problem_locate(struct rules *rules, struct rules_problem *problem, const struct item *item)
{
	int err = build_locations(rules, problem, item);

	if (err)
		return err;
	problem->report_snippet = build_snippet(rules, problem, item);
	return problem->report_snippet ? 0 : -ENOMEM;
}
