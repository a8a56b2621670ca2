// SPDX-License-Identifier: Apache-2.0
#include "rules/cond.h"
#include "rules/cond_set.h"

void cond_set_begin(struct cond_set *set)
{
	set->generation++;
}

static unsigned int eval(struct cond_set *set, const struct cond *cond,
			 const struct field_source *source);

/* Until no kid can change either reading. */
static unsigned int eval_kids(struct cond_set *set, const struct cond *cond,
			      const struct field_source *source)
{
	const bool is_or = cond->kind == COND_OR;
	const unsigned int decided = is_or ? READ_BOTH : 0;
	unsigned int result = is_or ? 0 : READ_BOTH;

	for (uint32_t i = 0; i < cond->n_kids && result != decided; i++) {
		const unsigned int kid = eval(set, cond->kids[i], source);

		result = is_or ? result | kid : result & kid;
	}
	return result;
}

static unsigned int eval(struct cond_set *set, const struct cond *cond,
			 const struct field_source *source)
{
	uint64_t *slot = &set->results[cond->slot];
	unsigned int result;

	if (*slot >> 2 == set->generation)
		return *slot & READ_BOTH;
	switch (cond->kind) {
	case COND_CHECK:
		result = compare_eval(cond->compare, set->regexes, source);
		break;
	case COND_NOT:
		result = eval(set, cond->kids[0], source) ^ READ_BOTH;
		break;
	default:
		result = eval_kids(set, cond, source);
		break;
	}
	*slot = set->generation << 2 | result;
	return result;
}

bool cond_eval(struct cond_set *set, const struct cond *cond, const struct field_source *source)
{
	return eval(set, cond, source) & READ_WIDENED;
}

bool cond_eval_written(struct cond_set *set, const struct cond *cond,
		       const struct field_source *source)
{
	return eval(set, cond, source) & READ_WRITTEN;
}
