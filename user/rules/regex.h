/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_REGEX_H
#define RULES_REGEX_H

/*
 * Regular expressions as RE2 takes them in its POSIX syntax: no look-around, no
 * back references, no \d; a match covers the whole text.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "rules/pattern.h"

struct regex;

/* Workspace of one rule set; matching allocates no memory but `scratch`. */
struct regex_space;

/* NULL: out of memory. */
struct regex_space *regex_space_new(void);
void regex_space_free(struct regex_space *space);

/* Matches that were given up, at a limit or out of memory: counted as no match. */
uint64_t regex_space_failures(const struct regex_space *space);

/*
 * Returns 0, -ENOMEM, or -EINVAL with the reason in error.  The expression is
 * owned by the space.
 */
int regex_compile(struct regex_space *space, struct text pattern, char *error, size_t error_bytes,
		  const struct regex **out);

/* Bytes of the text that are not UTF-8 count as U+FFFD. */
bool regex_match(struct regex_space *space, const struct regex *regex, struct text text,
		 struct arena *scratch);

#endif /* RULES_REGEX_H */
