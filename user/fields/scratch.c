// SPDX-License-Identifier: Apache-2.0
#include "fields/scratch.h"

#include <string.h>

#define FIRST_BYTES 256

void scratch_init(struct scratch_text *text, struct arena *arena, size_t max_bytes)
{
	text->arena = arena;
	text->len = 0;
	text->size = FIRST_BYTES;
	text->max_bytes = max_bytes;
	text->data = arena_alloc(arena, FIRST_BYTES);
}

/* Room for `size` bytes; the old ones stay in the arena until its reset. */
static void grow(struct scratch_text *text, size_t size)
{
	char *data;

	if (size < 2 * text->size)
		size = 2 * text->size;
	data = arena_alloc(text->arena, size);
	if (data)
		memcpy(data, text->data, text->len);
	text->data = data;
	text->size = size;
}

void scratch_add(struct scratch_text *text, const char *s)
{
	size_t len = strnlen(s, text->max_bytes - text->len);

	if (text->data && text->len + len + 1 > text->size)
		grow(text, text->len + len + 1);
	if (!text->data)
		return;
	memcpy(text->data + text->len, s, len);
	text->len += len;
	text->data[text->len] = '\0';
}

const char *scratch_end(const struct scratch_text *text)
{
	return text->data;
}
