// SPDX-License-Identifier: Apache-2.0

/* The host names that conditions compare addresses with, for who looks them up. */
#include <errno.h>
#include <stdlib.h>

#include "rules/cond_set.h"
#include "rules/load.h"

struct walk {
	const struct rule *rule;
	rules_domain_fn *visit;
	void *arg;
	bool *seen; /* by slot: macros are shared, within a rule and between them */
};

static void visit_check(const struct compare *compare, const struct walk *walk)
{
	const bool of_names = compare->op == COND_EQ || compare->op == COND_NE ||
			      compare->op == COND_IN;

	if (!of_names || !(compare->flags & FIELD_MATCH_NAMES))
		return;
	for (uint32_t i = 0; i < compare->n_consts; i++)
		if (compare->consts[i].len)
			walk->visit(walk->rule, compare->consts[i].str, walk->arg);
}

static void visit_cond(const struct cond *cond, const struct walk *walk)
{
	if (walk->seen[cond->slot])
		return;
	walk->seen[cond->slot] = true;
	if (cond->kind == COND_CHECK)
		visit_check(cond->compare, walk);
	for (uint32_t i = 0; i < cond->n_kids; i++)
		visit_cond(cond->kids[i], walk);
}

int rules_visit_domains(const struct rules *rules, rules_domain_fn *visit, void *arg)
{
	struct walk walk = { .visit = visit, .arg = arg };

	if (rules->n_errors || !rules->set)
		return 0;
	walk.seen = calloc(rules->set->n_slots + 1, sizeof(*walk.seen));
	if (!walk.seen)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n_slots; i++) {
		walk.rule = &rules->slots[i].rule;
		if (rules->slots[i].active)
			visit_cond(rules->slots[i].cond, &walk);
	}
	free(walk.seen);
	return 0;
}
