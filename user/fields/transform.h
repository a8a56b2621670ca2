/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_TRANSFORM_H
#define FIELDS_TRANSFORM_H

/* The transformers: tolower, toupper, basename, b64, len, join, concat, getopt. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fields/expr_node.h"

struct transform {
	const char *name;
	uint32_t min_args;
	uint32_t max_args;
	/*
	 * Check the types of expr->args, which are resolved, and expr->arg; set
	 * expr->type and expr->is_list.  Returns 0 or -EINVAL with error.
	 */
	int (*check)(struct expr *expr, struct expr_error *error);
	/* false: an input is null, is no valid input, or the scratch arena is used up. */
	bool (*eval)(const struct expr *expr, const struct field_source *source, struct value *out);
};

/* NULL: no transformer of that name. */
const struct transform *transform_lookup(const char *name, size_t len);

#endif /* FIELDS_TRANSFORM_H */
