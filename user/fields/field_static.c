// SPDX-License-Identifier: Apache-2.0

/* static.NAME: texts that the configuration gives. */
#include "fields/family.h"

static bool is_named(const struct field_static *item, const struct field_ref *ref)
{
	return strlen(item->name) == ref->arg_len &&
	       memcmp(item->name, ref->arg, ref->arg_len) == 0;
}

static bool get_static(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	for (size_t i = 0; i < view->n_statics; i++) {
		const struct field_static *item = &view->statics[i];

		if (is_named(item, ref))
			return value_str(out, item->value);
	}
	return false;
}

bool field_is_known(const struct field_ref *ref, const struct field_static *statics,
		    size_t n_statics)
{
	if (ref->field->get != get_static)
		return true;
	for (size_t i = 0; i < n_statics; i++)
		if (is_named(&statics[i], ref))
			return true;
	return false;
}

static const struct field fields[] = {
	{ "static", FIELD_STRING, FIELD_OWN | FIELD_ARG_REQUIRED | FIELD_ARG_KEY | FIELD_ARG_DOT,
	  "The text that static_fields of the configuration gives to NAME: static.NAME.",
	  get_static },
};

const struct field_family field_family_static = FIELD_FAMILY(fields);
