/* SPDX-License-Identifier: Apache-2.0 */
#ifndef YAML_NODE_H
#define YAML_NODE_H

/* YAML as a tree of which every node knows where it was written. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/place.h"

struct node;

/* Nodes that grow by appending. */
struct nodes {
	const struct node **at;
	uint32_t n;
	uint32_t size;
};

/*
 * A file; lines[] has the byte offset of each line's start, chars[] the number of
 * characters before each block, so that places in a very long line are found at once.
 */
struct source {
	const char *path;
	const char *text;
	size_t len;
	const uint32_t *lines;
	uint32_t n_lines;
	const uint32_t *chars;
	struct nodes documents; /* for whoever reads it again later */
	struct source *next;
};

enum node_kind {
	NODE_NULL,
	NODE_SCALAR,
	NODE_SEQ,
	NODE_MAP,
};

enum node_style {
	STYLE_PLAIN,
	STYLE_SINGLE,
	STYLE_DOUBLE,
	STYLE_BLOCK, /* literal or folded */
};

struct node {
	enum node_kind kind;
	enum node_style style;
	const struct source *source;
	uint32_t begin; /* bytes of the file that it was written in */
	uint32_t end;
	const char *text; /* of a scalar, NUL behind it and none in it */
	uint32_t len;
	uint32_t n; /* of items */
	const struct node *const *items; /* of a map: key, value, key, value … */
	uint64_t weight; /* nodes in it, aliases counted each time */
	bool open; /* still being read: an alias to it would be a cycle */
};

int nodes_add(struct nodes *nodes, struct arena *arena, const struct node *node);

/* Fill in source->lines.  Returns 0 or -ENOMEM. */
int source_index(struct source *source, struct arena *arena);

/* Where a byte of the file stands. */
void source_place(const struct source *source, size_t offset, struct place *out);

/* Bytes of the UTF-8 sequence that `text`, of at least one byte, begins with; 0: none. */
size_t utf8_len(const char *text, size_t len);

struct yaml_error {
	size_t offset;
	char text[256];
};

/* All documents of the file.  Returns 0, -EINVAL with error, -ENOMEM. */
int yaml_parse(struct arena *arena, const struct source *source, struct yaml_error *error,
	       struct nodes *out);

/* The first value of the key, as yaml-cpp finds it; NULL: none. */
const struct node *node_get(const struct node *map, const char *key);

bool node_is(const struct node *node, const char *text);
void node_place(const struct node *node, struct place *out);

#endif /* YAML_NODE_H */
