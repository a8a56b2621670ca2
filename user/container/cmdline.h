/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CMDLINE_H
#define CONTAINER_CMDLINE_H

/* Walks a command line, one option at a time.  Private to the module. */
#include <stdbool.h>
#include <stddef.h>

struct cmdline {
	const char *next;
	const char *end;
};

/* Next string, or NULL.  What is cut at the end has no NUL and is not taken. */
const char *cmdline_next(struct cmdline *args);

/*
 * If `arg` is the option `name` (written with one or two dashes, the value behind "="
 * or in the next argument), copy its value to `dst`, of RUNTIME_STR_MAX bytes, and return true.
 * A longer one is left out.
 */
bool cmdline_take(struct cmdline *args, const char *arg, const char *name, char *dst);

/* `src` unless it is longer than RUNTIME_STR_MAX. */
void cmdline_copy(char *dst, const char *src);

/* Is `s` among the `n` of `list`? */
bool cmdline_is_one_of(const char *s, const char *const *list, size_t n);

#endif /* CONTAINER_CMDLINE_H */
