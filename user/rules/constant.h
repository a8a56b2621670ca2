/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_CONSTANT_H
#define RULES_CONSTANT_H

/* Constants of conditions, by the type of the field that they are compared with. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "fields/field.h"
#include "fields/value.h"
#include "rules/cond_tree.h"

/* How values of a type are compared. */
enum family {
	FAMILY_STRING,
	FAMILY_BYTES,
	FAMILY_SIGNED,
	FAMILY_UNSIGNED,
	FAMILY_BOOL,
	FAMILY_IP,
	FAMILY_NET,
	FAMILY_MAX,
};

struct regex;

struct constant {
	uint32_t len; /* of str */
	uint32_t prefix_bits; /* of a network */
	union {
		const char *str; /* borrowed from the tree, or decoded into the arena */
		int64_t i;
		uint64_t u;
		bool b;
		struct value_ip ip;
	};
	const struct regex *regex;
};

enum family family_of(enum field_type type);

/* The operators that values of the family can be compared by. */
bool family_allows(enum family family, enum cond_op op);

/* "string", "numeric" …, for messages. */
const char *family_name(enum family family);

/*
 * Returns 0, -ENOMEM, or -EINVAL with the reason in error.  Regular expressions
 * are left to the caller.
 */
int constant_parse(enum field_type type, enum cond_op op, const struct cond_const *text,
		   struct arena *arena, struct cond_error *error, struct constant *out);

#endif /* RULES_CONSTANT_H */
