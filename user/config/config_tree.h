/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CONFIG_TREE_H
#define CONFIG_CONFIG_TREE_H

/* The configuration as one YAML map: a file, those it includes, and the overrides. */
#include "base/arena.h"
#include "base/diag.h"
#include "yaml/node.h"

struct config_tree {
	struct arena *arena; /* borrowed; all nodes live in it */
	const struct node *root; /* a map; NULL: empty */
	struct diag *diag;
};

/* Read the file and what its config_files names.  Returns 0, -EINVAL or -errno with diag; -ENOMEM. */
int config_tree_load(struct config_tree *tree, const char *path);

/*
 * "key=value" with a key like a.b, a[0].b or a[] (append), and a value in YAML.
 * Returns 0, -EINVAL with diag, -ENOMEM.
 */
int config_tree_override(struct config_tree *tree, const char *text);

/*
 * A scalar's text with ${NAME} replaced by the environment's value (nothing if it
 * has none) and $${NAME} by ${NAME}.  NULL: out of memory, or longer than is sane.
 */
const char *config_expand(struct arena *arena, const char *text);

#endif /* CONFIG_CONFIG_TREE_H */
