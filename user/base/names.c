// SPDX-License-Identifier: Apache-2.0
#include "base/names.h"

#include <errno.h>
#include <string.h>

#define NAMES_MIN_SLOTS 64

/* FNV-1a */
static uint32_t hash_of(const char *name, size_t len)
{
	uint32_t hash = 2166136261U;

	for (size_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)name[i]) * 16777619U;
	return hash;
}

/* The name's slot, or the free one where it would go; there always is one. */
static struct names_slot *find(const struct names *names, const char *name, size_t len,
			       uint32_t hash)
{
	uint32_t mask = names->size - 1;
	uint32_t i = hash & mask;

	for (;; i = (i + 1) & mask) {
		struct names_slot *slot = &names->slots[i];

		if (!slot->name)
			return slot;
		if (slot->hash == hash && slot->len == len && memcmp(slot->name, name, len) == 0)
			return slot;
	}
}

void *names_get(const struct names *names, const char *name, size_t len)
{
	const struct names_slot *slot;

	if (!names->size)
		return NULL;
	slot = find(names, name, len, hash_of(name, len));
	return slot->name ? slot->value : NULL;
}

static int grow(struct names *names, struct arena *arena)
{
	struct names more = { .n = names->n };

	more.size = names->size ? names->size * 2 : NAMES_MIN_SLOTS;
	more.slots = arena_alloc(arena, more.size * sizeof(*more.slots));
	if (!more.slots)
		return -ENOMEM;
	for (uint32_t i = 0; i < names->size; i++) {
		const struct names_slot *slot = &names->slots[i];

		if (slot->name)
			*find(&more, slot->name, slot->len, slot->hash) = *slot;
	}
	*names = more;
	return 0;
}

int names_put(struct names *names, struct arena *arena, const char *name, size_t len, void *value)
{
	uint32_t hash = hash_of(name, len);
	struct names_slot *slot;

	if (names->n >= names->size / 2 && grow(names, arena))
		return -ENOMEM;
	slot = find(names, name, len, hash);
	if (!slot->name) {
		slot->name = name;
		slot->len = len;
		slot->hash = hash;
		names->n++;
	}
	slot->value = value;
	return 0;
}
