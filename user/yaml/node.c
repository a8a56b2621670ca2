// SPDX-License-Identifier: Apache-2.0
#include "yaml/node.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <yaml.h>

#include "base/names.h"

#define YAML_DEPTH_MAX  64
#define YAML_NODES_MAX  2000000 /* aliases counted as often as they are used */
#define YAML_SCALAR_MAX ((size_t)1 << 20)

#define BLOCK_BYTES ((size_t)1024) /* of chars[] */

#define BOM     "\xef\xbb\xbf"
#define BOM_LEN 3

struct reader {
	yaml_parser_t parser;
	struct arena *arena;
	const struct source *source;
	struct yaml_error *error;
	struct names anchors; /* of the document */
	/* Children that wait for the end of their collection. */
	struct node **stack;
	size_t n_stack;
	size_t stack_size;
	uint64_t n_nodes;
	uint32_t depth;
	/* libyaml counts characters; marks come in order, so that one walk finds their bytes. */
	size_t at_char;
	size_t at_byte;
};

int nodes_add(struct nodes *nodes, struct arena *arena, const struct node *node)
{
	const struct node **at;
	uint32_t size;

	if (nodes->n == nodes->size) {
		size = nodes->size ? nodes->size * 2 : 4;
		at = arena_alloc(arena, size * sizeof(struct node *));
		if (!at)
			return -ENOMEM;
		if (nodes->n)
			memcpy(at, nodes->at, nodes->n * sizeof(struct node *));
		nodes->at = at;
		nodes->size = size;
	}
	nodes->at[nodes->n++] = node;
	return 0;
}

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

static int index_chars(struct source *source, struct arena *arena)
{
	uint32_t *chars = arena_alloc(arena, (source->len / BLOCK_BYTES + 1) * sizeof(*chars));
	uint32_t n = 0;

	if (!chars)
		return -ENOMEM;
	for (size_t i = 0; i < source->len; i++) {
		if (i % BLOCK_BYTES == 0)
			chars[i / BLOCK_BYTES] = n;
		n += !is_continuation(source->text[i]);
	}
	if (source->len % BLOCK_BYTES == 0)
		chars[source->len / BLOCK_BYTES] = n;
	source->chars = chars;
	return 0;
}

static uint32_t chars_before(const struct source *source, size_t offset)
{
	uint32_t n = source->chars[offset / BLOCK_BYTES];

	for (size_t i = offset - offset % BLOCK_BYTES; i < offset; i++)
		n += !is_continuation(source->text[i]);
	return n;
}

int source_index(struct source *source, struct arena *arena)
{
	uint32_t n = 1;
	uint32_t *lines;

	for (size_t i = 0; i < source->len; i++)
		n += source->text[i] == '\n';
	lines = arena_alloc(arena, n * sizeof(*lines));
	if (!lines)
		return -ENOMEM;
	n = 1;
	for (size_t i = 0; i < source->len; i++)
		if (source->text[i] == '\n')
			lines[n++] = (uint32_t)(i + 1);
	source->lines = lines;
	source->n_lines = n;
	return index_chars(source, arena);
}

void source_place(const struct source *source, size_t offset, struct place *out)
{
	uint32_t low = 0;
	uint32_t high = source->n_lines;
	size_t i;

	if (offset > source->len)
		offset = source->len;
	while (high - low > 1) {
		uint32_t mid = low + (high - low) / 2;

		if (source->lines[mid] <= offset)
			low = mid;
		else
			high = mid;
	}
	out->file = source->path;
	out->line = low + 1;
	out->column = 1;
	out->offset = offset;
	i = source->lines[low];
	if (i == 0 && source->len >= BOM_LEN && memcmp(source->text, BOM, BOM_LEN) == 0)
		i = BOM_LEN;
	if (i < offset)
		out->column += chars_before(source, offset) - chars_before(source, i);
}

/* Byte of a character index; text is valid UTF-8. */
static size_t byte_of(struct reader *reader, size_t index)
{
	const struct source *source = reader->source;

	if (index < reader->at_char) {
		reader->at_char = 0;
		reader->at_byte = source->len >= BOM_LEN &&
						  memcmp(source->text, BOM, BOM_LEN) == 0 ?
					  BOM_LEN :
					  0;
	}
	while (reader->at_char < index && reader->at_byte < source->len) {
		reader->at_byte++;
		while (reader->at_byte < source->len &&
		       is_continuation(source->text[reader->at_byte]))
			reader->at_byte++;
		reader->at_char++;
	}
	return reader->at_byte;
}

static int fail_at(struct reader *reader, size_t offset, const char *text)
{
	reader->error->offset = offset;
	(void)snprintf(reader->error->text, sizeof(reader->error->text), "%s", text);
	return -EINVAL;
}

size_t utf8_len(const char *text, size_t len)
{
	const unsigned char *p = (const unsigned char *)text;
	size_t n = p[0] < 0x80 ? 1 : p[0] < 0xc2 ? 0 : p[0] < 0xe0 ? 2 : p[0] < 0xf0 ? 3 : 4;

	if (n == 0 || n > len || p[0] > 0xf4)
		return 0;
	for (size_t i = 1; i < n; i++)
		if ((p[i] & 0xc0) != 0x80)
			return 0;
	/* Overlong forms, surrogates, beyond U+10FFFF */
	if ((p[0] == 0xe0 && p[1] < 0xa0) || (p[0] == 0xed && p[1] > 0x9f) ||
	    (p[0] == 0xf0 && p[1] < 0x90) || (p[0] == 0xf4 && p[1] > 0x8f))
		return 0;
	return n;
}

static int check_bytes(struct reader *reader)
{
	const struct source *source = reader->source;
	size_t n;

	for (size_t i = 0; i < source->len; i += n) {
		if (source->text[i] == '\0')
			return fail_at(reader, i, "a NUL byte is not allowed");
		n = utf8_len(source->text + i, source->len - i);
		if (n == 0)
			return fail_at(reader, i, "invalid UTF-8");
	}
	return 0;
}

static int fail_parser(struct reader *reader)
{
	const yaml_parser_t *parser = &reader->parser;
	size_t offset;
	char text[200];

	if (parser->error == YAML_MEMORY_ERROR)
		return -ENOMEM;
	if (parser->error == YAML_READER_ERROR)
		offset = parser->problem_offset; /* bytes: it reads ahead of its marks */
	else
		offset = byte_of(reader, parser->problem_mark.index);
	(void)snprintf(text, sizeof(text), "%s%s%s", parser->problem ? parser->problem : "error",
		       parser->context ? " " : "", parser->context ? parser->context : "");
	return fail_at(reader, offset, text);
}

static int next_event(struct reader *reader, yaml_event_t *event)
{
	if (!yaml_parser_parse(&reader->parser, event))
		return fail_parser(reader);
	return 0;
}

static int push(struct reader *reader, struct node *node)
{
	if (reader->n_stack == reader->stack_size) {
		size_t size = reader->stack_size ? reader->stack_size * 2 : 256;
		struct node **stack = realloc(reader->stack, size * sizeof(struct node *));

		if (!stack)
			return -ENOMEM;
		reader->stack = stack;
		reader->stack_size = size;
	}
	reader->stack[reader->n_stack++] = node;
	return 0;
}

/* What stands on the stack above `base` becomes the node's items. */
static int pop_items(struct reader *reader, size_t base, struct node *node)
{
	size_t n = reader->n_stack - base;
	const struct node **items = arena_alloc(reader->arena, n * sizeof(struct node *));

	if (!items)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		items[i] = reader->stack[base + i];
		node->weight += items[i]->weight;
	}
	node->items = items;
	node->n = (uint32_t)n;
	reader->n_stack = base;
	return 0;
}

static bool is_null_text(const char *text, size_t len)
{
	static const char *const nulls[] = { "", "~", "null", "Null", "NULL" };

	for (size_t i = 0; i < sizeof(nulls) / sizeof(nulls[0]); i++)
		if (strlen(nulls[i]) == len && memcmp(nulls[i], text, len) == 0)
			return true;
	return false;
}

static int read_scalar(struct reader *reader, const yaml_event_t *event, struct node *node)
{
	const char *text = (const char *)event->data.scalar.value;
	size_t len = event->data.scalar.length;

	if (len > YAML_SCALAR_MAX)
		return fail_at(reader, node->begin, "a value is larger than 1 MiB");
	if (memchr(text, '\0', len))
		return fail_at(reader, node->begin, "a NUL character is not allowed");
	switch (event->data.scalar.style) {
	case YAML_SINGLE_QUOTED_SCALAR_STYLE:
		node->style = STYLE_SINGLE;
		break;
	case YAML_DOUBLE_QUOTED_SCALAR_STYLE:
		node->style = STYLE_DOUBLE;
		break;
	case YAML_LITERAL_SCALAR_STYLE:
	case YAML_FOLDED_SCALAR_STYLE:
		node->style = STYLE_BLOCK;
		break;
	default:
		node->style = STYLE_PLAIN;
		break;
	}
	node->end = (uint32_t)byte_of(reader, event->end_mark.index);
	node->kind = NODE_SCALAR;
	if (node->style == STYLE_PLAIN && is_null_text(text, len))
		node->kind = NODE_NULL;
	node->text = arena_strndup(reader->arena, text, len);
	node->len = (uint32_t)len;
	return node->text ? 0 : -ENOMEM;
}

static int add_anchor(struct reader *reader, const yaml_char_t *anchor, struct node *node)
{
	const char *name;

	if (!anchor)
		return 0;
	name = arena_strdup(reader->arena, (const char *)anchor);
	if (!name)
		return -ENOMEM;
	return names_put(&reader->anchors, reader->arena, name, strlen(name), node);
}

static int read_alias(struct reader *reader, const yaml_event_t *event, struct node **out)
{
	const char *name = (const char *)event->data.alias.anchor;
	size_t begin = byte_of(reader, event->start_mark.index);
	struct node *node = names_get(&reader->anchors, name, strlen(name));
	char text[128];

	if (!node) {
		(void)snprintf(text, sizeof(text), "the referenced anchor is not defined: %s",
			       name);
		return fail_at(reader, begin, text);
	}
	if (node->open)
		return fail_at(reader, begin, "an alias to what it stands in");
	reader->n_nodes += node->weight;
	if (reader->n_nodes > YAML_NODES_MAX)
		return fail_at(reader, begin, "aliases expand to too many nodes");
	*out = node;
	return 0;
}

static int read_node(struct reader *reader, const yaml_event_t *event, struct node **out);

static int read_items(struct reader *reader, yaml_event_type_t end, struct node *node)
{
	size_t base = reader->n_stack;
	yaml_event_t event;
	struct node *child;
	bool ended = false;
	int err;

	if (++reader->depth > YAML_DEPTH_MAX)
		return fail_at(reader, node->begin, "nested too deeply");
	node->open = true;
	while (!ended) {
		err = next_event(reader, &event);
		if (err)
			return err;
		ended = event.type == end;
		if (ended)
			node->end = (uint32_t)byte_of(reader, event.end_mark.index);
		else
			err = read_node(reader, &event, &child);
		yaml_event_delete(&event);
		if (!err && !ended)
			err = push(reader, child);
		if (err)
			return err;
	}
	node->open = false;
	reader->depth--;
	return pop_items(reader, base, node);
}

static int read_node(struct reader *reader, const yaml_event_t *event, struct node **out)
{
	const yaml_char_t *anchor = NULL;
	struct node *node;
	int err;

	if (event->type == YAML_ALIAS_EVENT)
		return read_alias(reader, event, out);
	node = arena_alloc(reader->arena, sizeof(*node));
	if (!node)
		return -ENOMEM;
	node->source = reader->source;
	node->text = "";
	node->begin = (uint32_t)byte_of(reader, event->start_mark.index);
	node->weight = 1;
	if (++reader->n_nodes > YAML_NODES_MAX)
		return fail_at(reader, node->begin, "too many nodes");
	if (event->type == YAML_SCALAR_EVENT)
		anchor = event->data.scalar.anchor;
	else if (event->type == YAML_SEQUENCE_START_EVENT)
		anchor = event->data.sequence_start.anchor;
	else if (event->type == YAML_MAPPING_START_EVENT)
		anchor = event->data.mapping_start.anchor;
	err = add_anchor(reader, anchor, node);
	if (err)
		return err;
	if (event->type == YAML_SEQUENCE_START_EVENT) {
		node->kind = NODE_SEQ;
		err = read_items(reader, YAML_SEQUENCE_END_EVENT, node);
	} else if (event->type == YAML_MAPPING_START_EVENT) {
		node->kind = NODE_MAP;
		err = read_items(reader, YAML_MAPPING_END_EVENT, node);
	} else {
		err = read_scalar(reader, event, node);
	}
	if (!err)
		*out = node;
	return err;
}

static int read_document(struct reader *reader, struct nodes *out)
{
	yaml_event_t event;
	struct node *node = NULL;
	int err;

	memset(&reader->anchors, 0, sizeof(reader->anchors));
	err = next_event(reader, &event);
	if (err)
		return err;
	if (event.type != YAML_DOCUMENT_END_EVENT)
		err = read_node(reader, &event, &node);
	yaml_event_delete(&event);
	if (err || !node)
		return err;
	return nodes_add(out, reader->arena, node);
}

static int read_stream(struct reader *reader, struct nodes *out)
{
	yaml_event_t event;
	yaml_event_type_t type;
	int err;

	do {
		err = next_event(reader, &event);
		if (err)
			return err;
		type = event.type;
		yaml_event_delete(&event);
		if (type == YAML_DOCUMENT_START_EVENT)
			err = read_document(reader, out);
	} while (!err && type != YAML_STREAM_END_EVENT);
	return err;
}

int yaml_parse(struct arena *arena, const struct source *source, struct yaml_error *error,
	       struct nodes *out)
{
	struct reader reader = { .arena = arena, .source = source, .error = error };
	size_t skip = 0;
	int err;

	err = check_bytes(&reader);
	if (err)
		return err;
	if (!yaml_parser_initialize(&reader.parser))
		return -ENOMEM;
	if (source->len >= BOM_LEN && memcmp(source->text, BOM, BOM_LEN) == 0)
		skip = BOM_LEN;
	reader.at_byte = skip;
	yaml_parser_set_encoding(&reader.parser, YAML_UTF8_ENCODING);
	yaml_parser_set_input_string(&reader.parser, (const unsigned char *)source->text + skip,
				     source->len - skip);
	err = read_stream(&reader, out);
	yaml_parser_delete(&reader.parser);
	free(reader.stack);
	return err;
}

bool node_is(const struct node *node, const char *text)
{
	return node && node->kind == NODE_SCALAR && strcmp(node->text, text) == 0;
}

const struct node *node_get(const struct node *map, const char *key)
{
	if (map->kind != NODE_MAP)
		return NULL;
	for (uint32_t i = 0; i + 1 < map->n; i += 2)
		if (node_is(map->items[i], key))
			return map->items[i + 1];
	return NULL;
}

void node_place(const struct node *node, struct place *out)
{
	source_place(node->source, node->begin, out);
}
