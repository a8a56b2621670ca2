// SPDX-License-Identifier: Apache-2.0
#include "rules/cond.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/cond_tree.h"

struct expansion {
	struct arena *arena;
	cond_lookup_fn *lookup;
	void *arg;
	struct cond_error *error;
};

struct cond_node *cond_node_new(struct arena *arena, enum cond_kind kind, uint32_t offset,
				const struct cond_node *const *kids, size_t n_kids)
{
	struct cond_node *node = arena_alloc(arena, sizeof(*node));
	const struct cond_node **copy = NULL;

	if (n_kids)
		copy = arena_alloc(arena, n_kids * sizeof(struct cond_node *));
	if (!node || (n_kids && !copy))
		return NULL;
	node->kind = kind;
	node->offset = offset;
	node->height = 1;
	for (size_t i = 0; i < n_kids; i++) {
		copy[i] = kids[i];
		if (kids[i]->height >= node->height)
			node->height = kids[i]->height + 1;
	}
	node->kids = copy;
	node->n_kids = (uint32_t)n_kids;
	return cond_types_set(arena, node) < 0 ? NULL : node;
}

static int too_deep(const struct expansion *ex, const struct cond_node *node)
{
	ex->error->offset = node->offset;
	(void)snprintf(ex->error->text, sizeof(ex->error->text), "exceeded max depth limit of %d",
		       COND_DEPTH_MAX);
	return -EINVAL;
}

static int expand_macro(const struct expansion *ex, const struct cond_node *node,
			const struct cond_node **out)
{
	const struct cond_node *target;
	struct cond_node *copy;

	if (node->n_kids) {
		*out = node;
		return 0;
	}
	target = ex->lookup(node->name, ex->arg);
	if (!target) {
		ex->error->offset = node->offset;
		(void)snprintf(ex->error->text, sizeof(ex->error->text),
			       "Undefined macro '%.200s' used in filter.", node->name);
		return -ENOENT;
	}
	copy = cond_node_new(ex->arena, COND_MACRO, node->offset, &target, 1);
	if (!copy)
		return -ENOMEM;
	copy->name = node->name;
	*out = copy;
	return copy->height > COND_DEPTH_MAX ? too_deep(ex, node) : 0;
}

static int expand(const struct expansion *ex, const struct cond_node *node,
		  const struct cond_node **out);

static int expand_kids(const struct expansion *ex, const struct cond_node *node,
		       const struct cond_node **kids, const struct cond_node **out)
{
	bool changed = false;
	struct cond_node *copy;
	int ret;

	for (uint32_t i = 0; i < node->n_kids; i++) {
		ret = expand(ex, node->kids[i], &kids[i]);
		if (ret < 0)
			return ret;
		changed |= kids[i] != node->kids[i];
	}
	*out = node;
	if (!changed)
		return 0;
	copy = cond_node_new(ex->arena, node->kind, node->offset, kids, node->n_kids);
	if (!copy)
		return -ENOMEM;
	*out = copy;
	return copy->height > COND_DEPTH_MAX ? too_deep(ex, node) : 0;
}

/* Recursion is as deep as the parsed tree is high, which the parser limits. */
static int expand(const struct expansion *ex, const struct cond_node *node,
		  const struct cond_node **out)
{
	const struct cond_node **kids;
	int ret;

	if (node->kind == COND_MACRO)
		return expand_macro(ex, node, out);
	if (node->kind == COND_CHECK) {
		*out = node;
		return 0;
	}
	kids = calloc(node->n_kids, sizeof(struct cond_node *));
	if (!kids)
		return -ENOMEM;
	ret = expand_kids(ex, node, kids, out);
	free(kids);
	return ret;
}

int cond_expand(struct arena *arena, const struct cond_node *node, cond_lookup_fn *lookup,
		void *arg, struct cond_error *error, struct cond_node **out)
{
	const struct expansion ex = { arena, lookup, arg, error };
	const struct cond_node *expanded = NULL;
	struct cond_node *root;
	int ret = expand(&ex, node, &expanded);

	if (ret < 0)
		return ret;
	root = arena_alloc(arena, sizeof(*root));
	if (!root)
		return -ENOMEM;
	*root = *expanded;
	*out = root;
	return 0;
}

void cond_visit_macros(const struct cond_node *node, void (*visit)(const char *name, void *arg),
		       void *arg)
{
	if (node->kind == COND_MACRO) {
		visit(node->name, arg);
		return;
	}
	for (uint32_t i = 0; i < node->n_kids; i++)
		cond_visit_macros(node->kids[i], visit, arg);
}

static void visit_items(const struct cond_check *check, cond_item_fn *visit, void *arg)
{
	if (check->op != COND_IN && check->op != COND_INTERSECTS && check->op != COND_PMATCH &&
	    check->modifier == COND_PLAIN)
		return;
	for (uint32_t i = 0; i < check->n_consts; i++) {
		const struct cond_const *one = &check->consts[i];
		const struct cond_item item = { one->text, one->len, one->offset,
						check->n_consts == 1 };

		visit(&item, arg);
	}
}

void cond_visit_items(const struct cond_node *node, cond_item_fn *visit, void *arg)
{
	if (node->kind == COND_CHECK)
		visit_items(node->check, visit, arg);
	for (uint32_t i = 0; i < node->n_kids; i++)
		cond_visit_items(node->kids[i], visit, arg);
}
