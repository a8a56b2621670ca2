/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_EXPR_NODE_H
#define FIELDS_EXPR_NODE_H

/* The node of an expression, shared by its parser, its checks and its transformers alone. */
#include <stdbool.h>
#include <stdint.h>

#include "fields/expr.h"
#include "fields/field.h"
#include "fields/value.h"

/* Deeper nesting is refused; it bounds every recursion over expressions. */
#define EXPR_DEPTH_MAX 100

enum expr_kind {
	EXPR_FIELD,
	EXPR_CONSTANT, /* quoted text or a number, both are texts */
	EXPR_LIST, /* (a, "b", c.d) */
	EXPR_TRANSFORM,
};

struct transform;

/* Lives in the arena of expr_parse(), as do all its strings. */
struct expr {
	enum expr_kind kind;
	uint32_t offset; /* in the parsed text */
	const char *text; /* as written */
	const char *name; /* of a field */
	uint32_t name_len;
	uint32_t arg_len;
	const char *arg; /* between brackets, escapes resolved; NULL: none */
	struct field_ref ref; /* after expr_resolve(), as are the next four */
	enum field_type type;
	bool is_list;
	struct value constant;
	const struct transform *transform;
	struct expr *args; /* of a transformer or list, in order */
	struct expr *next; /* in args of its parent */
	uint32_t n_args;
};

/* Set place and text. */
void expr_error_set(struct expr_error *error, size_t offset, const char *fmt, ...)
	__attribute__((format(printf, 3, 4)));

#endif /* FIELDS_EXPR_NODE_H */
