/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_STRMAP_H
#define RULES_STRMAP_H

/* Byte strings to pointers, in an arena: built at load, looked up for each event. */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct strmap_slot {
	const char *key;
	uint32_t len;
	uint32_t hash;
	void *value; /* NULL: the slot is free */
};

/* Embedded by callers; zeroed is an empty map. */
struct strmap {
	struct strmap_slot *slots;
	size_t n_slots; /* a power of two, or 0 */
	size_t n_used;
	uint32_t max_len; /* of the keys */
};

/*
 * Put the value, which is not NULL, under a key that is not in the map yet.  The
 * key is borrowed for as long as the map lives.  Returns 0 or -ENOMEM.
 */
int strmap_add(struct strmap *map, struct arena *arena, const char *key, uint32_t len, void *value);

/* NULL: not there. */
void *strmap_lookup(const struct strmap *map, const char *key, uint32_t len);

#endif /* RULES_STRMAP_H */
