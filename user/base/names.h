/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_NAMES_H
#define BASE_NAMES_H

/* Names to what they stand for: a hash table in an arena, zero to begin with. */
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"

struct names_slot {
	const char *name; /* NULL: free; borrowed */
	size_t len;
	uint32_t hash;
	void *value;
};

struct names {
	struct names_slot *slots;
	uint32_t n;
	uint32_t size; /* 0 or a power of two */
};

void *names_get(const struct names *names, const char *name, size_t len);

/* Returns 0 or -ENOMEM; a name that is there gets the new value. */
int names_put(struct names *names, struct arena *arena, const char *name, size_t len, void *value);

#endif /* BASE_NAMES_H */
