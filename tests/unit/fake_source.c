// SPDX-License-Identifier: Apache-2.0
#include "fake_source.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static bool get(const struct field_source *source, const struct field_ref *ref, struct value *out)
{
	const struct fake_source *fake = source->ctx;
	char name[256];

	if (ref->arg)
		(void)snprintf(name, sizeof(name), "%s[%.*s]", ref->field->name, (int)ref->arg_len,
			       ref->arg);
	else
		(void)snprintf(name, sizeof(name), "%s", ref->field->name);
	for (const struct fake_field *field = fake->fields; field->name; field++) {
		if (strcmp(field->name, name) != 0)
			continue;
		*out = field->value;
		return out->kind != VALUE_NULL;
	}
	return false;
}

void fake_source_init(struct fake_source *fake, const struct fake_field *fields,
		      size_t scratch_bytes)
{
	memset(fake, 0, sizeof(*fake));
	fake->fields = fields;
	fake->scratch = arena_new(scratch_bytes < 4096 ? scratch_bytes : 4096, scratch_bytes);
	assert_non_null(fake->scratch);
	fake->source.get = get;
	fake->source.scratch = fake->scratch;
	fake->source.ctx = fake;
}

void fake_source_done(struct fake_source *fake)
{
	arena_free(fake->scratch);
}
