/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_SCRATCH_H
#define FIELDS_SCRATCH_H

/* A text that grows in the event's scratch arena: the event path takes no other memory. */
#include <stddef.h>

#include "base/arena.h"

struct scratch_text {
	struct arena *arena;
	char *data;
	size_t len;
	size_t size;
	size_t max_bytes; /* longer texts are cut there */
};

void scratch_init(struct scratch_text *text, struct arena *arena, size_t max_bytes);
void scratch_add(struct scratch_text *text, const char *s);

/* The text, terminated, as long as the arena is not reset; NULL: the arena was full. */
const char *scratch_end(const struct scratch_text *text);

#endif /* FIELDS_SCRATCH_H */
