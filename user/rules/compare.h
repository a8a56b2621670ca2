/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COMPARE_H
#define RULES_COMPARE_H

/* One comparison of a condition, compiled: evaluated without allocating. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fields/expr.h"
#include "rules/cond_tree.h"
#include "rules/constant.h"
#include "rules/regex.h"
#include "rules/strmap.h"

/*
 * What a condition says has two readings: as it is written, and with twins and other
 * names (rules/twins.h).  Bits of those in which it is true.
 */
#define READ_WRITTEN 1U
#define READ_WIDENED 2U
#define READ_BOTH    (READ_WRITTEN | READ_WIDENED)

struct compare {
	const struct expr *left;
	const struct expr *alias; /* of texts, asked where left does not satisfy it; NULL: none */
	const struct expr *right; /* NULL: constants */
	enum cond_op op;
	enum cond_modifier modifier;
	enum family family;
	uint32_t flags; /* FIELD_MATCH_ANY … of a plain field on the left */
	bool is_list;
	uint32_t n_consts;
	uint32_t n_twins; /* of them, at their end, that nobody wrote */
	const struct constant *consts;
	struct strmap set; /* of strings and buffers, for `in` and `intersects` */
	const struct pmatch *pmatch;
};

/*
 * Check types and constants; expressions are resolved by it.  On error,
 * error->offset points at what is wrong.
 * Returns 0, -ENOENT for an unknown field or event type, -EINVAL, -ENOMEM.
 */
int compare_compile(const struct cond_check *check, struct arena *arena, struct regex_space *space,
		    struct cond_error *error, struct compare *out);

/* Returns READ_* bits. */
unsigned int compare_eval(const struct compare *compare, struct regex_space *space,
			  const struct field_source *source);

#endif /* RULES_COMPARE_H */
