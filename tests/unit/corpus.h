/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_CORPUS_H
#define TESTS_CORPUS_H

/* Events, conditions and rule files from outside the repository. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "eval/json_event.h"
#include "rules/cond.h"

/* The folder, or NULL when there is none. */
const char *corpus_dir(void);

/* Contents of DIR/name, to free(); NULL when it cannot be read. */
char *corpus_read(const char *name);

/* One event of a capture. */
struct corpus_event {
	uint32_t num;
	struct json_event *event;
};

struct corpus_events {
	struct corpus_event *events;
	size_t n_events;
};

/* Owned by caller; false when the file is missing or malformed. */
bool corpus_load_events(const char *capture, struct corpus_events *out);
void corpus_free_events(struct corpus_events *events);

/* Lists and macros of rule files: enough of the YAML to expand conditions. */
struct corpus_item {
	const char *kind; /* "list", "macro", "rule" */
	const char *name;
	const char *text; /* condition, or the items joined by ", " */
};

struct corpus_rules {
	struct arena *arena;
	struct corpus_item *items;
	size_t n_items;
	size_t max_items;
};

bool corpus_load_rules(const char *name, struct corpus_rules *rules);
void corpus_free_rules(struct corpus_rules *rules);

/*
 * Parse a condition with lists and macros put in.  Returns what cond_parse() and
 * cond_expand() do.
 */
int corpus_parse(struct corpus_rules *rules, const char *text, struct cond_error *error,
		 struct cond_node **out);

#endif /* TESTS_CORPUS_H */
