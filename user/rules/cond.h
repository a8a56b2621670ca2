/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COND_H
#define RULES_COND_H

/*
 * Conditions: text to tree, macros put in, checked and compiled into terms that
 * all rules of a set share, evaluated.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fields/events.h"
#include "fields/field.h"
#include "rules/rules.h"

struct cond_node; /* syntax tree; lives in the arena */
struct cond_set; /* compiled terms, shared among the conditions of one rule set */
struct cond; /* one compiled condition; lives in its set */

/*
 * Offsets count bytes in the condition's text; outer_offset is where Falco sees it:
 * at the check, its constant or its whole list.
 */
struct cond_error {
	uint32_t offset;
	uint32_t outer_offset;
	char text[512];
};

/* Nesting limit of Falco's grammar productions is 1000; nothing recurses deeper. */
#define COND_DEPTH_MAX 1000

/* Text (lists already put in) to tree.  Returns 0, -EINVAL with error, -ENOMEM. */
int cond_parse(struct arena *arena, const char *text, size_t len, struct cond_error *error,
	       struct cond_node **out);

/*
 * Replace each macro name by the tree that `lookup` gives (already expanded
 * itself); the trees are shared, not copied.  Returns 0, or -ENOENT with "Undefined
 * macro 'x' used in filter." when lookup gives NULL.
 */
typedef const struct cond_node *cond_lookup_fn(const char *name, void *arg);
int cond_expand(struct arena *arena, const struct cond_node *node, cond_lookup_fn *lookup,
		void *arg, struct cond_error *error, struct cond_node **out);

/* Names of macros that the tree refers to, as written in it (before expansion). */
void cond_visit_macros(const struct cond_node *node, void (*visit)(const char *name, void *arg),
		       void *arg);

/* Constants of `in`, `intersects` and `pmatch`, which names of unknown lists are, too. */
struct cond_item {
	const char *text;
	uint32_t len;
	uint32_t offset;
	bool alone; /* nothing else is compared with */
};

typedef void cond_item_fn(const struct cond_item *item, void *arg);
void cond_visit_items(const struct cond_node *node, cond_item_fn *visit, void *arg);

/* Every name in the tree, as often as it stands there: constants as RULES_USE_VALUE. */
void cond_visit_uses(const struct cond_node *node, rules_use_fn *visit, void *arg);

/* Append the tree as text, every parenthesis explicit, for `list rules`. */
void cond_render(const struct cond_node *node, struct buf *buf);

/* The event types that it can be true for (bits of fields/events.h). */
void cond_event_types(const struct cond_node *node, uint64_t types[EVENT_TYPE_MAX / 64]);

/* LOAD_COMPILE_CONDITION, LOAD_UNSAFE_NA_CHECK, LOAD_DEPRECATED_ITEM …: what is suspicious in it. */
struct cond_warning {
	enum rules_code code;
	uint32_t offset;
	uint32_t outer_offset;
	const char *message;
};

typedef void cond_warn_fn(const struct cond_warning *warning, void *arg);
void cond_visit_warnings(const struct cond_node *node, cond_warn_fn *warn, void *arg);

/* Fields that Falco warns of in conditions and outputs. */
#define COND_DEPRECATED_FIELDS 6
extern const char *const cond_deprecated_fields[COND_DEPRECATED_FIELDS];

/* NULL: out of memory. */
struct cond_set *cond_set_new(void);
void cond_set_free(struct cond_set *set);

/* Which static.NAME there are, for cond_compile(); else all are.  Borrowed. */
void cond_set_statics(struct cond_set *set, const struct field_static *statics, size_t n_statics);

/*
 * Look up fields, check types, parse constants, compile patterns; equal terms of
 * the set become one.  The tree's arena has to live as long as the set.
 *
 * Returns 0; -ENOENT for an unknown field or event type (what skip-if-unknown-filter
 * forgives); -EINVAL for all other errors; -ENOMEM.
 */
int cond_compile(struct cond_set *set, const struct cond_node *node, struct cond_error *error,
		 const struct cond **out);

/*
 * Is the condition false for every event that this build delivers?  Fields that it
 * never fills are null, of which no comparison is true, and other events do not come.
 * false also for what is never true anywhere ("evt.num = 0"), and where it is not certain.
 */
bool cond_never_true(const struct cond *cond);

/*
 * What is to blame when cond_never_true() says so: at most COND_BLAMED_MAX fields, and in
 * *undelivered the types of events (may be none) for which it would be true.
 */
#define COND_BLAMED_MAX 16
typedef void cond_blame_fn(const struct field_ref *ref, void *arg);
void cond_visit_blamed(const struct cond *cond, cond_blame_fn *visit, void *arg,
		       uint64_t undelivered[EVENT_TYPE_MAX / 64]);

/* Fields that any compiled condition reads. */
bool cond_set_uses_field(const struct cond_set *set, const char *name);

/* Regular expressions given up since the set was made, each taken as no match. */
uint64_t cond_set_given_up(const struct cond_set *set);

/* A new event: forget the terms' cached results. */
void cond_set_begin(struct cond_set *set);

/* Evaluate; each shared term at most once since cond_set_begin(). */
bool cond_eval(struct cond_set *set, const struct cond *cond, const struct field_source *source);

/* The same, but twins and other names (rules/twins.h) do not count. */
bool cond_eval_written(struct cond_set *set, const struct cond *cond,
		       const struct field_source *source);

/*
 * Append a line for each node of the tree, which the set has compiled: its verdict,
 * and for a comparison the value that was compared.  Shared macros can make it
 * long: the buffer's cap ends it, and then it has failed.
 */
void cond_explain(struct cond_set *set, const struct cond_node *node,
		  const struct field_source *source, struct buf *buf);

/* Is the word one of the operators, or a string operator with a modifier ("startswith oneof")? */
bool cond_is_operator(const char *text, size_t len);
bool cond_operator_takes_list(const char *text, size_t len);

#endif /* RULES_COND_H */
