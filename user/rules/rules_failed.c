// SPDX-License-Identifier: Apache-2.0

/* Can a rule be true for a call that failed?  Where none can, failures need no hook. */
#include <stdlib.h>
#include <string.h>

#include "rules/cond_tree.h"
#include "rules/load.h"

static bool is_const(const struct cond_check *check, const char *text)
{
	return check->n_consts == 1 && strcmp(check->consts[0].text, text) == 0;
}

/* Numbers of which no failure's result, which is negative, is one. */
static bool asks_for_no_error(const struct cond_check *check)
{
	char *end;
	long long n;

	if (check->n_consts != 1 || !*check->consts[0].text)
		return false;
	n = strtoll(check->consts[0].text, &end, 10);
	if (*end || n < 0)
		return false;
	return check->op == COND_EQ || check->op == COND_GE || check->op == COND_GT;
}

/* False only where it is certain. */
static bool check_holds_for_failed(const struct cond_check *check)
{
	const char *name = expr_text(check->left);

	if (check->right || check->modifier != COND_PLAIN)
		return true;
	if (strcmp(name, "evt.res") == 0)
		return !(check->op == COND_EQ && is_const(check, "SUCCESS"));
	if (strcmp(name, "evt.failed") == 0)
		return !(check->op == COND_EQ && is_const(check, "false"));
	if (strcmp(name, "evt.rawres") == 0)
		return !asks_for_no_error(check);
	return true;
}

static bool holds_for_failed(const struct cond_node *node)
{
	bool all = node->kind != COND_OR;

	if (node->kind == COND_CHECK)
		return !node->check || check_holds_for_failed(node->check);
	if (node->kind == COND_NOT || node->n_kids == 0)
		return true;
	for (uint32_t i = 0; i < node->n_kids; i++) {
		if (holds_for_failed(node->kids[i]) != all)
			return !all;
	}
	return all;
}

bool rules_may_match_failed(const struct rules *rules, size_t i)
{
	return i >= rules->n_slots || !rules->slots[i].tree ||
	       holds_for_failed(rules->slots[i].tree);
}
