/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COND_SET_H
#define RULES_COND_SET_H

/* What cond_compile() builds and cond_eval() reads. */
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rules/compare.h"
#include "rules/cond_tree.h"
#include "rules/regex.h"
#include "rules/strmap.h"

/* A node of a compiled condition.  Equal nodes of a set are one. */
struct cond {
	enum cond_kind kind; /* never COND_MACRO */
	uint32_t slot; /* of its result */
	uint32_t n_kids;
	const struct cond *const *kids;
	const struct compare *compare; /* of COND_CHECK */
	const struct cond_types *types; /* of COND_CHECK, the tree's; NULL: all either way */
};

struct cond_set {
	struct arena *arena;
	struct regex_space *regexes;
	struct strmap by_node; /* address of a tree node: its condition */
	struct strmap by_key; /* content of a condition: the condition */
	struct strmap fields; /* names that are read */
	bool knows_statics; /* others are unknown fields */
	const struct field_static *statics;
	size_t n_statics;
	struct buf key;
	uint64_t generation; /* of the event, from 1 */
	/* Generation that a result is of, times four, plus the result's READ_* bits. */
	uint64_t *results;
	uint32_t n_slots;
	uint32_t max_slots;
};

#endif /* RULES_COND_SET_H */
