/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_PATTERN_H
#define RULES_PATTERN_H

/* Searching in untrusted text: in bounded time, without recursion, without allocating. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct text {
	const char *s;
	size_t len;
};

/*
 * fnmatch(3) with flags 0, or FNM_CASEFOLD, in the C locale.  Takes at most
 * pattern times text steps, where fnmatch() can take exponentially many.
 */
bool glob_match(struct text pattern, struct text text, bool fold);

bool text_contains(struct text text, struct text part);

/* ASCII letters of either case are equal. */
bool text_icontains(struct text text, struct text part);

/* Paths as prefixes, component by component; a component may be a glob. */
struct pmatch;

/* NULL: out of memory.  Lives in the arena, and so must the paths given to it. */
struct pmatch *pmatch_new(struct arena *arena);
int pmatch_add(struct pmatch *pmatch, struct arena *arena, struct text path);

/* Is any of the paths the text itself or one of its directories? */
bool pmatch_match(const struct pmatch *pmatch, struct text text);

#endif /* RULES_PATTERN_H */
