/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_FAMILY_H
#define FIELDS_FAMILY_H

/* The tables of fields, one per family, and what their getters share.  Private to fields/. */
#include <string.h>

#include "fields/view.h"

struct field_family {
	const struct field *fields;
	size_t n_fields;
};

extern const struct field_family field_family_evt;
extern const struct field_family field_family_args;
extern const struct field_family field_family_proc;
extern const struct field_family field_family_thread;
extern const struct field_family field_family_exe;
extern const struct field_family field_family_fd;
extern const struct field_family field_family_alias;
extern const struct field_family field_family_user;
extern const struct field_family field_family_container;
extern const struct field_family field_family_static;
extern const struct field_family field_family_target;
extern const struct field_family field_family_sensor;

#define FIELD_FAMILY(table)                                                     \
	{                                                                       \
		.fields = (table), .n_fields = sizeof(table) / sizeof(*(table)) \
	}

/* Fill *out and return true: what a getter ends with. */
static inline bool value_strn(struct value *out, const char *s, size_t len)
{
	out->kind = VALUE_STR;
	out->str = s;
	out->len = (uint32_t)len;
	return true;
}

/* NULL is null. */
static inline bool value_str(struct value *out, const char *s)
{
	return s && value_strn(out, s, strlen(s));
}

static inline bool value_int(struct value *out, int64_t i)
{
	out->kind = VALUE_INT;
	out->i = i;
	return true;
}

static inline bool value_uint(struct value *out, uint64_t u)
{
	out->kind = VALUE_UINT;
	out->u = u;
	return true;
}

static inline bool value_bool(struct value *out, bool b)
{
	out->kind = VALUE_BOOL;
	out->b = b;
	return true;
}

#endif /* FIELDS_FAMILY_H */
