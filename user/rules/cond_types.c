// SPDX-License-Identifier: Apache-2.0
#include "rules/cond_tree.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define WORDS (EVENT_TYPE_MAX / 64)

void cond_types_all(uint64_t types[WORDS])
{
	const size_t count = event_type_count();

	for (size_t i = 0; i < WORDS; i++) {
		types[i] = 0;
		if (count >= (i + 1) * 64)
			types[i] = UINT64_MAX;
		else if (count > i * 64)
			types[i] = (UINT64_C(1) << (count - i * 64)) - 1;
	}
}

static void complement(uint64_t types[WORDS])
{
	uint64_t all[WORDS];

	cond_types_all(all);
	for (size_t i = 0; i < WORDS; i++)
		types[i] = all[i] & ~types[i];
}

static bool is_event_type(const struct cond_check *check)
{
	const char *name = expr_text(check->left);

	return !check->right &&
	       (strcmp(name, "evt.type") == 0 || strcmp(name, "syscall.type") == 0);
}

/* Returns whether the check says anything about the type. */
static bool types_of_names(const struct cond_check *check, struct cond_types *out)
{
	uint32_t index;

	if (check->op == COND_EXISTS) {
		cond_types_all(out->yes);
		return true;
	}
	if (check->modifier != COND_PLAIN ||
	    (check->op != COND_EQ && check->op != COND_NE && check->op != COND_IN))
		return false;
	for (uint32_t i = 0; i < check->n_consts; i++) {
		index = event_type_lookup(check->consts[i].text, check->consts[i].len);
		if (index < EVENT_TYPE_MAX)
			out->yes[index / 64] |= UINT64_C(1) << (index % 64);
	}
	memcpy(out->no, out->yes, sizeof(out->no));
	complement(check->op == COND_NE ? out->yes : out->no);
	return true;
}

/* Idioms with evt.num, which counts from 1, that are always or never true. */
static bool types_of_number(const struct cond_check *check, struct cond_types *out)
{
	bool has_zero = false;
	bool has_one = false;
	bool always, never;

	if (check->right || check->modifier != COND_PLAIN)
		return false;
	for (uint32_t i = 0; i < check->n_consts; i++) {
		has_zero |= strcmp(check->consts[i].text, "0") == 0;
		has_one |= strcmp(check->consts[i].text, "1") == 0;
	}
	always = (check->op == COND_NE && has_zero) || (check->op == COND_GT && has_zero) ||
		 (check->op == COND_GE && (has_zero || has_one));
	never = (check->op == COND_EQ && has_zero) || (check->op == COND_LE && has_zero) ||
		(check->op == COND_LT && (has_zero || has_one)) ||
		(check->op == COND_IN && (has_zero || check->n_consts == 0));
	if (always)
		cond_types_all(out->yes);
	if (never)
		cond_types_all(out->no);
	return always || never;
}

static bool types_of_check(const struct cond_check *check, struct cond_types *out)
{
	if (is_event_type(check))
		return types_of_names(check, out);
	if (strcmp(expr_text(check->left), "evt.num") == 0)
		return types_of_number(check, out);
	return false;
}

/* `and` is true where all its kids may be and false where any may be; `or` the other way round. */
static void combine(const struct cond_node *node, struct cond_types *out)
{
	const struct cond_types *kid;
	uint64_t *all_of = node->kind == COND_AND ? out->yes : out->no;
	uint64_t *any_of = node->kind == COND_AND ? out->no : out->yes;

	cond_types_all(all_of);
	for (uint32_t i = 0; i < node->n_kids; i++) {
		kid = node->kids[i]->types;
		if (!kid) {
			cond_types_all(any_of);
			continue;
		}
		for (size_t w = 0; w < WORDS; w++) {
			all_of[w] &= node->kind == COND_AND ? kid->yes[w] : kid->no[w];
			any_of[w] |= node->kind == COND_AND ? kid->no[w] : kid->yes[w];
		}
	}
}

static bool types_of_kids(const struct cond_node *node, struct cond_types *out)
{
	const struct cond_types *any = NULL;

	for (uint32_t i = 0; i < node->n_kids && !any; i++)
		any = node->kids[i]->types;
	if (!any)
		return false;
	if (node->kind == COND_NOT) {
		memcpy(out->yes, any->no, sizeof(out->yes));
		memcpy(out->no, any->yes, sizeof(out->no));
	} else if (node->kind == COND_MACRO) {
		*out = *any;
	} else {
		combine(node, out);
	}
	return true;
}

int cond_types_set(struct arena *arena, struct cond_node *node)
{
	struct cond_types types = { 0 };
	struct cond_types *copy;

	node->types = NULL;
	if (node->kind == COND_CHECK ? !node->check || !types_of_check(node->check, &types) :
				       !types_of_kids(node, &types))
		return 0;
	copy = arena_alloc(arena, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = types;
	node->types = copy;
	return 0;
}

void cond_event_types(const struct cond_node *node, uint64_t types[EVENT_TYPE_MAX / 64])
{
	if (node->types)
		memcpy(types, node->types->yes, sizeof(node->types->yes));
	else
		cond_types_all(types);
}
