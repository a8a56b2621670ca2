/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_TWINS_H
#define RULES_TWINS_H

/*
 * Twins are calls that do the same deed by another door: creat(2) opens a file as
 * open(2) does.  A condition that asks for one of them means the deed.  So it is with
 * the names of a file: one that asks for a path means the file, whatever it is called.
 */
#include "base/arena.h"
#include "rules/cond_tree.h"
#include "rules/strmap.h"

/* What was widened before: macros are shared, and stay so. */
struct twins {
	struct strmap seen[2]; /* address of a node: what it became; by polarity */
	struct strmap aliases; /* text of a field: the field of its other names */
};

/*
 * Where it is asserted, add the twins to the names that evt.type and syscall.type are
 * compared with by `=` and `in`, and let the other names of a path (fields FIELD.alias)
 * satisfy what is asked of it.  Under `not`, where a twin or a link would be exempted,
 * all stays as it is.  Nodes without such a comparison are shared with the
 * tree, which stays as it is.  NULL: out of memory.
 */
const struct cond_node *twins_widen(struct twins *twins, struct arena *arena,
				    const struct cond_node *node);

#endif /* RULES_TWINS_H */
