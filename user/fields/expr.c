// SPDX-License-Identifier: Apache-2.0
#include "fields/expr.h"

#include <errno.h>

#include "fields/expr_node.h"
#include "fields/transform.h"

static int resolve_field(struct expr *expr, struct expr_error *error)
{
	const char *reason = NULL;
	int err = field_resolve(expr->name, expr->name_len, expr->arg, expr->arg_len, &expr->ref,
				&reason);

	if (err) {
		expr_error_set(error, expr->offset, "%s %s", reason, expr->text);
		return -ENOENT;
	}
	expr->type = expr->ref.field->type;
	expr->is_list = (expr->ref.field->flags & FIELD_LIST) != 0;
	return 0;
}

static int resolve_node(struct expr *expr, struct expr_error *error);

static int resolve_args(struct expr *expr, struct expr_error *error)
{
	for (struct expr *arg = expr->args; arg; arg = arg->next) {
		int err = resolve_node(arg, error);

		if (err)
			return err;
		if (arg->kind == EXPR_FIELD &&
		    (arg->ref.field->flags & (FIELD_NO_TRANSFORMER | FIELD_FILTER_ONLY))) {
			expr_error_set(error, arg->offset,
				       "field '%s' cannot be used with a transformer", arg->text);
			return -EINVAL;
		}
	}
	return 0;
}

static int resolve_list(struct expr *expr, struct expr_error *error)
{
	int err = resolve_args(expr, error);

	if (err)
		return err;
	for (const struct expr *arg = expr->args; arg; arg = arg->next) {
		if (arg->type == FIELD_STRING && !arg->is_list)
			continue;
		expr_error_set(error, arg->offset,
			       "'%s' is no string, so it cannot stand in a list", arg->text);
		return -EINVAL;
	}
	expr->type = FIELD_STRING;
	expr->is_list = true;
	return 0;
}

static int resolve_transform(struct expr *expr, struct expr_error *error)
{
	const struct transform *transform = expr->transform;
	int err = resolve_args(expr, error);

	if (err)
		return err;
	if (expr->n_args < transform->min_args || expr->n_args > transform->max_args) {
		expr_error_set(error, expr->offset,
			       "wrong number of arguments for transformer '%s': %u",
			       transform->name, expr->n_args);
		return -EINVAL;
	}
	return transform->check(expr, error);
}

static int resolve_node(struct expr *expr, struct expr_error *error)
{
	switch (expr->kind) {
	case EXPR_FIELD:
		return resolve_field(expr, error);
	case EXPR_CONSTANT:
		expr->type = FIELD_STRING;
		return 0;
	case EXPR_LIST:
		return resolve_list(expr, error);
	case EXPR_TRANSFORM:
		return resolve_transform(expr, error);
	}
	return -EINVAL;
}

int expr_resolve(struct expr *expr, struct expr_error *error)
{
	return resolve_node(expr, error);
}

const struct field_ref *expr_field(const struct expr *expr)
{
	return expr->kind == EXPR_FIELD ? &expr->ref : NULL;
}

const char *expr_text(const struct expr *expr)
{
	return expr->text;
}

enum field_type expr_type(const struct expr *expr)
{
	return expr->type;
}

bool expr_is_list(const struct expr *expr)
{
	return expr->is_list;
}

void expr_visit_fields(const struct expr *expr,
		       void (*visit)(const struct field_ref *ref, void *arg), void *arg)
{
	if (expr->kind == EXPR_FIELD)
		visit(&expr->ref, arg);
	for (const struct expr *child = expr->args; child; child = child->next)
		expr_visit_fields(child, visit, arg);
}

static bool eval_list(const struct expr *expr, const struct field_source *source, struct value *out)
{
	struct value *items = arena_alloc(source->scratch, (expr->n_args + 1) * sizeof(*items));
	uint32_t n = 0;

	if (!items)
		return false;
	for (const struct expr *arg = expr->args; arg; arg = arg->next) {
		if (!expr_eval(arg, source, &items[n++]))
			return false;
	}
	*out = (struct value){ .kind = VALUE_LIST, .len = n, .list = items };
	return true;
}

bool expr_eval(const struct expr *expr, const struct field_source *source, struct value *out)
{
	switch (expr->kind) {
	case EXPR_FIELD:
		return source->get(source, &expr->ref, out);
	case EXPR_CONSTANT:
		*out = expr->constant;
		return true;
	case EXPR_LIST:
		return eval_list(expr, source, out);
	case EXPR_TRANSFORM:
		return expr->transform->eval(expr, source, out);
	}
	return false;
}
