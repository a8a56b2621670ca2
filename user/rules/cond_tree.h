/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COND_TREE_H
#define RULES_COND_TREE_H

/* The syntax tree of a condition; known to the cond_*.c files alone. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fields/events.h"
#include "fields/expr.h"
#include "rules/cond.h"

enum cond_op {
	COND_EXISTS,
	COND_LE,
	COND_LT,
	COND_GE,
	COND_GT,
	COND_EQ,
	COND_NE,
	COND_GLOB,
	COND_IGLOB,
	COND_CONTAINS,
	COND_ICONTAINS,
	COND_BCONTAINS,
	COND_STARTSWITH,
	COND_BSTARTSWITH,
	COND_ENDSWITH,
	COND_REGEX,
	COND_INTERSECTS,
	COND_IN,
	COND_PMATCH,
	COND_OP_MAX,
};

/* What may stand behind an operator. */
enum cond_op_class {
	COND_CLASS_UNARY,
	COND_CLASS_NUMBER,
	COND_CLASS_STRING,
	COND_CLASS_LIST,
};

enum cond_modifier {
	COND_PLAIN,
	COND_ONEOF,
	COND_ANYOF,
	COND_ALLOF,
	COND_MODIFIER_MAX,
};

struct cond_op_info {
	const char *name;
	enum cond_op_class class;
	bool is_word; /* letters that want a blank behind them */
};

extern const struct cond_op_info cond_ops[COND_OP_MAX];
extern const char *const cond_modifiers[COND_MODIFIER_MAX];

/* A constant on the right side, unescaped. */
struct cond_const {
	const char *text; /* NUL-terminated behind len bytes; may hold NULs */
	uint32_t len;
	uint32_t offset;
};

struct cond_check {
	struct expr *left;
	struct expr *alias; /* other names of left, which may satisfy it as well; NULL: none */
	struct expr *right; /* NULL: constants */
	bool is_val; /* right was written val(field) */
	enum cond_op op;
	enum cond_modifier modifier;
	uint32_t left_offset;
	uint32_t right_offset;
	uint32_t n_consts;
	uint32_t n_twins; /* of them, at their end, that twins.h added */
	const struct cond_const *consts;
};

enum cond_kind {
	COND_AND,
	COND_OR,
	COND_NOT, /* one kid */
	COND_CHECK,
	COND_MACRO, /* no kid before cond_expand(), one after it */
};

/* Event types for which a node can be true and for which it can be false. */
struct cond_types {
	uint64_t yes[EVENT_TYPE_MAX / 64];
	uint64_t no[EVENT_TYPE_MAX / 64];
};

struct cond_node {
	enum cond_kind kind;
	uint32_t offset; /* in the text that it was parsed from */
	uint32_t height; /* of the tree below, so that walks know how deep they recurse */
	uint32_t n_kids;
	const struct cond_node *const *kids;
	const char *name; /* of a macro */
	const struct cond_check *check;
	const struct cond_types *types; /* NULL: all either way */
};

/* Copies `kids`; sets height and types.  NULL: out of memory. */
struct cond_node *cond_node_new(struct arena *arena, enum cond_kind kind, uint32_t offset,
				const struct cond_node *const *kids, size_t n_kids);

/* All types that exist; bits behind the last name stay clear. */
void cond_types_all(uint64_t types[EVENT_TYPE_MAX / 64]);

/* Sets node->types from the check or the kids.  Returns 0 or -ENOMEM. */
int cond_types_set(struct arena *arena, struct cond_node *node);

#endif /* RULES_COND_TREE_H */
