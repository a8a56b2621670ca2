// SPDX-License-Identifier: Apache-2.0
#include "fields/filled.h"

#include <string.h>

#include "fields/args.h"
#include "fields/traits.h"

#define WORDS (EVENT_TYPE_MAX / 64)

/* evt.arg of an argument without a value is a text, evt.rawarg is null. */
static bool has_arg(uint16_t call, const struct field_ref *ref)
{
	size_t n;
	const struct arg *args = args_of_call(call, &n);
	const struct arg *arg = args_find(args, n, ref);

	return arg && (arg_is_known(arg) || strcmp(ref->field->name, "evt.rawarg") != 0);
}

static bool has_buffer(uint16_t call, const struct field_ref *ref)
{
	(void)ref;
	return traits_has_buffer(call);
}

static bool receives(uint16_t call, const struct field_ref *ref)
{
	return has_buffer(call, ref) && traits_io_of_call(call) == TRAITS_READS;
}

static bool sends(uint16_t call, const struct field_ref *ref)
{
	return has_buffer(call, ref) && traits_io_of_call(call) == TRAITS_WRITES;
}

static bool has_direction(uint16_t call, const struct field_ref *ref)
{
	(void)ref;
	return traits_io_of_call(call) != TRAITS_NO_IO;
}

/* Fields that events of some calls have, and all others never. */
static const struct {
	const char *name;
	bool (*fills)(uint16_t call, const struct field_ref *ref);
} by_call[] = {
	{ "evt.arg", has_arg },           { "evt.rawarg", has_arg },
	{ "evt.buffer", has_buffer },     { "evt.buflen", has_buffer },
	{ "evt.buflen.in", receives },    { "evt.buflen.out", sends },
	{ "evt.buflen.net", has_buffer }, { "evt.buflen.net.in", receives },
	{ "evt.buflen.net.out", sends },  { "evt.io_dir", has_direction },
};

/* Of descriptors nothing is known but what exec tells of the first three. */
static bool is_never_filled(const struct field_ref *ref)
{
	if (strcmp(ref->field->name, "fd.types") == 0)
		return !ref->has_index || ref->index >= BW_STDIO_MAX;
	return ref->field->flags & FIELD_UNFILLED;
}

void field_filled_types(const struct field_ref *ref, uint64_t types[WORDS])
{
	if (is_never_filled(ref)) {
		memset(types, 0, WORDS * sizeof(*types));
		return;
	}
	memset(types, 0xff, WORDS * sizeof(*types));
	for (size_t i = 0; i < sizeof(by_call) / sizeof(by_call[0]); i++) {
		if (strcmp(ref->field->name, by_call[i].name) != 0)
			continue;
		for (unsigned int call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++) {
			uint32_t index = event_type_of_call((uint16_t)call);

			if (!by_call[i].fills((uint16_t)call, ref))
				types[index / 64] &= ~(UINT64_C(1) << (index % 64));
		}
	}
}

bool field_is_filled(const struct field_ref *ref)
{
	uint64_t filled[WORDS];
	uint64_t delivered[WORDS];
	uint64_t both = 0;

	field_filled_types(ref, filled);
	event_types_delivered(delivered);
	for (size_t i = 0; i < WORDS; i++)
		both |= filled[i] & delivered[i];
	return both != 0;
}
