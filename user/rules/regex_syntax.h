/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_REGEX_SYNTAX_H
#define RULES_REGEX_SYNTAX_H

/* RE2's POSIX syntax, written anew for PCRE2; refuses what RE2 does. */
#include <stdbool.h>
#include <stddef.h>

#include "rules/pattern.h"

/* Longest expression: a string constant of a condition. */
#define REGEX_BYTES 255

struct regex_text {
	char s[8 * REGEX_BYTES];
	size_t len;
	bool failed; /* did not fit */
};

/* Returns 0, or -EINVAL with RE2's words in error. */
int regex_translate(struct text pattern, char *error, size_t error_bytes, struct regex_text *out);

#endif /* RULES_REGEX_SYNTAX_H */
