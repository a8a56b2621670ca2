// SPDX-License-Identifier: Apache-2.0
/*
 * Fields and transformers from any text, as conditions and as outputs read them.
 * What parses is resolved and evaluated; each value must stay inside its limits.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "fields/expr.h"

#define PARSE_BYTES   (1U << 20)
#define SCRATCH_BYTES (1U << 16)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* Texts and lists, by the length of the field's name. */
static bool get(const struct field_source *source, const struct field_ref *ref, struct value *out)
{
	static const struct value items[] = {
		{ .kind = VALUE_STR, .len = 4, .str = "-ab5" },
		{ .kind = VALUE_STR, .len = 4, .str = "YWI=" },
		{ .kind = VALUE_STR, .len = 0, .str = "" },
	};
	size_t len = strlen(ref->field->name);

	(void)source;
	if (len % 5 == 0)
		return false;
	if (len % 2)
		*out = items[len % 3];
	else
		*out = (struct value){ .kind = VALUE_LIST, .len = 3, .list = items };
	return true;
}

static void check(const struct value *value)
{
	volatile char sum = 0;

	if (value->kind == VALUE_LIST) {
		for (uint32_t i = 0; i < value->len; i++)
			check(&value->list[i]);
	} else if (value->kind == VALUE_STR || value->kind == VALUE_BYTES) {
		for (uint32_t i = 0; i < value->len; i++)
			sum = (char)(sum + value->str[i]);
	}
}

static void evaluate(const struct expr *expr)
{
	struct arena *scratch = arena_new(4096, SCRATCH_BYTES);
	const struct field_source source = { .get = get, .scratch = scratch };
	struct value value = { .kind = VALUE_NULL };

	if (!scratch)
		abort();
	if (expr_eval(expr, &source, &value))
		check(&value);
	arena_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct arena *arena = arena_new(4096, PARSE_BYTES);
	const char *text = (const char *)data;
	struct expr_error error;
	struct expr *expr = NULL;
	struct value quoted;
	size_t pos = 0;

	if (!arena)
		abort();
	if (expr_parse(arena, text, size, &pos, &error, &expr) == 0) {
		if (pos > size || strlen(expr_text(expr)) != pos)
			abort();
		if (expr_resolve(expr, &error) == 0)
			evaluate(expr);
	} else if (pos) {
		abort();
	}
	pos = 0;
	if (expr_parse_known(arena, text, size, &pos, &error, &expr) == 0) {
		if (pos > size || !pos)
			abort();
		evaluate(expr);
	}
	pos = 0;
	if (expr_parse_quoted(arena, text, size, &pos, &error, &quoted) == 0 && quoted.len > pos)
		abort();
	arena_free(arena);
	return 0;
}
