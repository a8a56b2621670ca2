// SPDX-License-Identifier: Apache-2.0
/*
 * Conditions from any text.  What parses must render to text that parses to the
 * same; what compiles is evaluated with hostile values.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rules/cond.h"

#define ARENA_BYTES   ((size_t)64 << 20)
#define SCRATCH_BYTES ((size_t)1 << 20)
#define TEXT_BYTES    ((size_t)16 << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Kinds by the length of the field's name, whatever its type: none may crash. */
static bool get(const struct field_source *source, const struct field_ref *ref, struct value *out)
{
	static const struct value items[] = {
		{ .kind = VALUE_STR, .len = 4, .str = "/a/b" },
		{ .kind = VALUE_BYTES, .len = 3, .str = "\xff\0a" },
		{ .kind = VALUE_INT, .i = -1 },
		{ .kind = VALUE_UINT, .u = UINT64_MAX },
		{ .kind = VALUE_BOOL, .b = true },
		{ .kind = VALUE_IP, .ip = { .family = 2, .addr = { 127 } } },
	};
	const size_t n_items = sizeof(items) / sizeof(items[0]);
	const size_t len = strlen(ref->field->name);

	(void)source;
	if (len % 8 == 0)
		return false;
	if (len % 8 == 1)
		*out = (struct value){ .kind = VALUE_LIST, .len = n_items, .list = items };
	else if (ref->field->type == FIELD_STRING)
		*out = items[0];
	else
		*out = items[len % n_items];
	return true;
}

static void ignore_warning(const struct cond_warning *warning, void *arg)
{
	size_t *sum = arg;

	*sum += (size_t)warning->code + warning->offset + warning->outer_offset +
		strlen(warning->message);
}

static void check_render(struct arena *arena, const struct cond_node *node)
{
	struct cond_node *again = NULL;
	struct cond_error error;
	struct buf first;
	struct buf second;

	buf_init(&first, TEXT_BYTES);
	buf_init(&second, TEXT_BYTES);
	cond_render(node, &first);
	/* Explicit parentheses may exceed the depth that the text itself kept. */
	if (!first.failed && cond_parse(arena, first.data, first.len, &error, &again) == 0) {
		cond_render(again, &second);
		if (second.len != first.len || memcmp(first.data, second.data, first.len) != 0)
			abort();
	} else if (!strstr(error.text, "max depth")) {
		abort();
	}
	buf_done(&first);
	buf_done(&second);
}

static void evaluate(const struct cond_node *node)
{
	struct arena *scratch = arena_new(4096, SCRATCH_BYTES);
	const struct field_source source = { .get = get, .scratch = scratch };
	struct cond_set *set = cond_set_new();
	const struct cond *cond = NULL;
	struct cond_error error;
	bool result;

	if (!scratch || !set)
		abort();
	if (cond_compile(set, node, &error, &cond) == 0) {
		cond_set_begin(set);
		result = cond_eval(set, cond, &source);
		cond_set_begin(set);
		if (cond_eval(set, cond, &source) != result)
			abort();
	}
	cond_set_free(set);
	arena_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(1 << 16, ARENA_BYTES);
	uint64_t types[EVENT_TYPE_MAX / 64];
	struct cond_node *node = NULL;
	struct cond_error error;
	size_t sum = 0;

	if (!arena)
		abort();
	if (cond_parse(arena, (const char *)data, size, &error, &node) == 0) {
		cond_event_types(node, types);
		cond_visit_warnings(node, ignore_warning, &sum);
		check_render(arena, node);
		evaluate(node);
	} else if (error.offset > size) {
		abort();
	}
	arena_free(arena);
	return 0;
}
