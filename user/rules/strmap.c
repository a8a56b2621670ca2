// SPDX-License-Identifier: Apache-2.0
#include "rules/strmap.h"

#include <errno.h>
#include <string.h>

#define MIN_SLOTS 8

/* FNV-1a.  Rule files alone choose the keys, so nobody else can make them collide. */
static uint32_t hash_bytes(const char *key, uint32_t len)
{
	uint32_t hash = 2166136261U;

	for (uint32_t i = 0; i < len; i++)
		hash = (hash ^ (unsigned char)key[i]) * 16777619U;
	/* Pointers as keys differ in few bits: spread them. */
	return hash ^ (hash >> 15);
}

static void place(struct strmap *map, const struct strmap_slot *slot)
{
	size_t i = slot->hash & (map->n_slots - 1);

	while (map->slots[i].value)
		i = (i + 1) & (map->n_slots - 1);
	map->slots[i] = *slot;
}

static int grow(struct strmap *map, struct arena *arena)
{
	struct strmap bigger = *map;

	bigger.n_slots = map->n_slots ? map->n_slots * 2 : MIN_SLOTS;
	bigger.slots = arena_alloc(arena, bigger.n_slots * sizeof(*bigger.slots));
	if (!bigger.slots)
		return -ENOMEM;
	for (size_t i = 0; i < map->n_slots; i++)
		if (map->slots[i].value)
			place(&bigger, &map->slots[i]);
	*map = bigger;
	return 0;
}

int strmap_add(struct strmap *map, struct arena *arena, const char *key, uint32_t len, void *value)
{
	const struct strmap_slot slot = { key, len, hash_bytes(key, len), value };

	if (map->n_used * 2 >= map->n_slots && grow(map, arena) < 0)
		return -ENOMEM;
	place(map, &slot);
	map->n_used++;
	if (len > map->max_len)
		map->max_len = len;
	return 0;
}

void *strmap_lookup(const struct strmap *map, const char *key, uint32_t len)
{
	const struct strmap_slot *slot;
	uint32_t hash;

	if (map->n_used == 0 || len > map->max_len)
		return NULL;
	hash = hash_bytes(key, len);
	for (size_t i = hash & (map->n_slots - 1);; i = (i + 1) & (map->n_slots - 1)) {
		slot = &map->slots[i];
		if (!slot->value)
			return NULL;
		if (slot->hash == hash && slot->len == len && memcmp(slot->key, key, len) == 0)
			return slot->value;
	}
}
