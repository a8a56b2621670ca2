/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TWINS_H
#define RULES_TWINS_H

/*
 * Twins are calls that do the same deed by another door: creat(2) opens a file as
 * open(2) does.  A condition that asks for one of them means the deed.
 */
#include "base/arena.h"
#include "rules/cond_tree.h"
#include "rules/strmap.h"

/* What was widened before: macros are shared, and stay so. */
struct twins {
	struct strmap seen[2]; /* address of a node: what it became; by polarity */
};

/*
 * Add the twins to the names that evt.type and syscall.type are compared with by `=`
 * and `in`, where this is asserted; under `not`, where naming a twin would exempt it,
 * the names stay as they are.  Nodes without such a comparison are shared with the
 * tree, which stays as it is.  NULL: out of memory.
 */
const struct cond_node *twins_widen(struct twins *twins, struct arena *arena,
				    const struct cond_node *node);

#endif /* RULES_TWINS_H */
