/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_FAKE_SOURCE_H
#define UNIT_FAKE_SOURCE_H

/* A source of field values that a test writes down. */
#include "fields/field.h"

struct fake_field {
	const char *name; /* with the argument, as in outputs: "proc.aname[2]" */
	struct value value;
};

struct fake_source {
	struct field_source source; /* give this to the code under test */
	const struct fake_field *fields; /* ended by a name NULL */
	struct arena *scratch;
};

/* Fields that are not listed are null.  Scratch of up to scratch_bytes. */
void fake_source_init(struct fake_source *fake, const struct fake_field *fields,
		      size_t scratch_bytes);
void fake_source_done(struct fake_source *fake);

#define FAKE_STR(s)                                                 \
	{                                                           \
		.kind = VALUE_STR, .len = sizeof(s) - 1, .str = (s) \
	}
#define FAKE_BYTES(s)                                                 \
	{                                                             \
		.kind = VALUE_BYTES, .len = sizeof(s) - 1, .str = (s) \
	}
#define FAKE_LIST(l)                                                               \
	{                                                                          \
		.kind = VALUE_LIST, .len = sizeof(l) / sizeof((l)[0]), .list = (l) \
	}
#define FAKE_INT(n)                         \
	{                                   \
		.kind = VALUE_INT, .i = (n) \
	}
#define FAKE_UINT(n)                         \
	{                                    \
		.kind = VALUE_UINT, .u = (n) \
	}
#define FAKE_BOOL(v)                         \
	{                                    \
		.kind = VALUE_BOOL, .b = (v) \
	}

#endif /* UNIT_FAKE_SOURCE_H */
