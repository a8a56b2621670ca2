// SPDX-License-Identifier: Apache-2.0
#include "base/arena.h"

#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

struct block {
	struct block *next;
	size_t size;
	size_t used;
	alignas(max_align_t) char data[];
};

struct arena {
	struct block *first;
	struct block *current;
	size_t block_bytes;
	size_t max_bytes;
	size_t bytes;
	bool was_full;
};

struct arena *arena_new(size_t block_bytes, size_t max_bytes)
{
	struct arena *arena = calloc(1, sizeof(*arena));

	if (!arena)
		return NULL;
	arena->block_bytes = block_bytes;
	arena->max_bytes = max_bytes;
	return arena;
}

void arena_free(struct arena *arena)
{
	struct block *block;
	struct block *next;

	if (!arena)
		return;
	for (block = arena->first; block; block = next) {
		next = block->next;
		free(block);
	}
	free(arena);
}

void arena_reset(struct arena *arena)
{
	for (struct block *block = arena->first; block; block = block->next)
		block->used = 0;
	arena->current = arena->first;
	arena->was_full = false;
}

static struct block *block_add(struct arena *arena, size_t bytes)
{
	size_t size = bytes > arena->block_bytes ? bytes : arena->block_bytes;
	struct block *block;

	if (size > arena->max_bytes - arena->bytes)
		size = bytes;
	if (size > arena->max_bytes - arena->bytes)
		return NULL;
	block = malloc(sizeof(*block) + size);
	if (!block)
		return NULL;
	block->size = size;
	block->used = 0;
	arena->bytes += size;
	/* Behind the current one: what follows it is free after a reset. */
	if (arena->current) {
		block->next = arena->current->next;
		arena->current->next = block;
	} else {
		block->next = NULL;
		arena->first = block;
	}
	arena->current = block;
	return block;
}

static void *take(struct arena *arena, size_t bytes)
{
	const size_t align = alignof(max_align_t);
	struct block *block = arena->current;
	void *ptr;

	if (bytes > arena->max_bytes)
		return NULL;
	bytes = (bytes + align - 1) & ~(align - 1);
	while (block && block->size - block->used < bytes && block->next) {
		block = block->next;
		arena->current = block;
	}
	if (!block || block->size - block->used < bytes) {
		block = block_add(arena, bytes);
		if (!block)
			return NULL;
	}
	ptr = block->data + block->used;
	block->used += bytes;
	memset(ptr, 0, bytes);
	return ptr;
}

void *arena_alloc(struct arena *arena, size_t bytes)
{
	void *ptr = take(arena, bytes);

	if (!ptr)
		arena->was_full = true;
	return ptr;
}

bool arena_was_full(const struct arena *arena)
{
	return arena->was_full;
}

char *arena_strndup(struct arena *arena, const char *s, size_t len)
{
	char *copy = arena_alloc(arena, len + 1);

	if (copy)
		memcpy(copy, s, len);
	return copy;
}

char *arena_strdup(struct arena *arena, const char *s)
{
	return arena_strndup(arena, s, strlen(s));
}

size_t arena_bytes(const struct arena *arena)
{
	return arena->bytes;
}
