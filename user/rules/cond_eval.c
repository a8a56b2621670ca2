// SPDX-License-Identifier: Apache-2.0
#include "rules/cond.h"
#include "rules/cond_set.h"

void cond_set_begin(struct cond_set *set)
{
	set->generation++;
}

static bool eval_kids(struct cond_set *set, const struct cond *cond,
		      const struct field_source *source)
{
	const bool until = cond->kind == COND_OR;

	for (uint32_t i = 0; i < cond->n_kids; i++)
		if (cond_eval(set, cond->kids[i], source) == until)
			return until;
	return !until;
}

bool cond_eval(struct cond_set *set, const struct cond *cond, const struct field_source *source)
{
	uint64_t *slot = &set->results[cond->slot];
	bool result;

	if (*slot >> 1 == set->generation)
		return *slot & 1;
	switch (cond->kind) {
	case COND_CHECK:
		result = compare_eval(cond->compare, set->regexes, source);
		break;
	case COND_NOT:
		result = !cond_eval(set, cond->kids[0], source);
		break;
	default:
		result = eval_kids(set, cond, source);
		break;
	}
	*slot = set->generation << 1 | result;
	return result;
}
