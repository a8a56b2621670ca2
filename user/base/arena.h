/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_ARENA_H
#define BASE_ARENA_H

/* Memory that is freed all at once: a rule set, or the scratch of one event. */
#include <stdbool.h>
#include <stddef.h>

struct arena;

/*
 * An arena that takes memory in blocks of at least `block_bytes` and never more
 * than `max_bytes` in all.  Returns NULL when out of memory; owned by caller.
 */
struct arena *arena_new(size_t block_bytes, size_t max_bytes);

/* Frees all that was taken from it; NULL is allowed. */
void arena_free(struct arena *arena);

/* Forget all allocations but keep the blocks for the next ones. */
void arena_reset(struct arena *arena);

/* Zeroed, aligned for any type, valid until reset or free.  NULL: cap or memory reached. */
void *arena_alloc(struct arena *arena, size_t bytes);

/* Was anything refused since the last reset? */
bool arena_was_full(const struct arena *arena);

/* Copy of `len` bytes with a NUL behind them. */
char *arena_strndup(struct arena *arena, const char *s, size_t len);
char *arena_strdup(struct arena *arena, const char *s);

/* Bytes taken from the system. */
size_t arena_bytes(const struct arena *arena);

#endif /* BASE_ARENA_H */
