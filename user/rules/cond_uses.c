// SPDX-License-Identifier: Apache-2.0

/* Which names a condition uses, for people who ask. */
#include <stdio.h>

#include "base/buf.h"
#include "rules/cond.h"
#include "rules/cond_tree.h"

#define FIELD_TEXT_MAX ((size_t)64 << 10)

struct visitor {
	rules_use_fn *visit;
	void *arg;
};

static void visit_field(const struct field_ref *ref, void *arg)
{
	const struct visitor *visitor = arg;
	struct buf buf;

	buf_init(&buf, FIELD_TEXT_MAX);
	buf_add_str(&buf, ref->field->name);
	if (ref->arg) {
		buf_add_char(&buf, '[');
		buf_add(&buf, ref->arg, ref->arg_len);
		buf_add_char(&buf, ']');
	}
	visitor->visit(RULES_USE_FIELD, buf.data, visitor->arg);
	buf_done(&buf);
}

static void visit_check(const struct cond_check *check, struct visitor *visitor)
{
	struct expr *const sides[] = { check->left, check->right };
	struct expr_error error;
	char name[64];

	for (size_t i = 0; i < 2; i++)
		if (sides[i] && expr_resolve(sides[i], &error) == 0)
			expr_visit_fields(sides[i], visit_field, visitor);
	(void)snprintf(name, sizeof(name), "%s%s%s", cond_ops[check->op].name,
		       check->modifier == COND_PLAIN ? "" : " ",
		       check->modifier == COND_PLAIN ? "" : cond_modifiers[check->modifier]);
	visitor->visit(RULES_USE_OPERATOR, name, visitor->arg);
	for (uint32_t i = 0; i < check->n_consts; i++)
		visitor->visit(RULES_USE_VALUE, check->consts[i].text, visitor->arg);
}

static void visit_node(const struct cond_node *node, struct visitor *visitor)
{
	if (node->kind == COND_MACRO)
		visitor->visit(RULES_USE_MACRO, node->name, visitor->arg);
	else if (node->kind == COND_CHECK)
		visit_check(node->check, visitor);
	for (uint32_t i = 0; i < node->n_kids; i++)
		visit_node(node->kids[i], visitor);
}

void cond_visit_uses(const struct cond_node *node, rules_use_fn *visit, void *arg)
{
	struct visitor visitor = { visit, arg };

	visit_node(node, &visitor);
}
