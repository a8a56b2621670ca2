// SPDX-License-Identifier: Apache-2.0
#include "rules/rules.h"

#include "rules/load.h"

#define TYPES_SHOWN_MAX 8

struct list {
	struct buf *buf;
	uint32_t n;
};

static void add_name(struct list *list, const char *title, const char *name)
{
	if (list->n++ == 0)
		buf_add_str(list->buf, title);
	else
		buf_add_str(list->buf, ", ");
	buf_add_str(list->buf, name);
}

static void add_field(const struct field_ref *ref, void *arg)
{
	struct list *list = arg;

	add_name(list, "fields that nothing fills: ", ref->field->name);
	if (!ref->arg)
		return;
	if (ref->field->flags & FIELD_ARG_DOT)
		buf_printf(list->buf, ".%.*s", (int)ref->arg_len, ref->arg);
	else
		buf_printf(list->buf, "[%.*s]", (int)ref->arg_len, ref->arg);
}

static void add_types(const uint64_t types[EVENT_TYPE_MAX / 64], const char *title, struct buf *why)
{
	struct list list = { .buf = why };

	for (uint32_t i = 0; i < event_type_count(); i++) {
		if (!(types[i / 64] >> i % 64 & 1))
			continue;
		if (list.n == TYPES_SHOWN_MAX) {
			buf_add_str(why, " ...");
			return;
		}
		add_name(&list, title, event_type_name(i));
	}
}

bool rules_never_fire(const struct rules *rules, size_t i, struct buf *why)
{
	uint64_t undelivered[EVENT_TYPE_MAX / 64];
	struct list fields = { .buf = why };
	const struct cond *cond = i < rules->n_slots ? rules->slots[i].cond : NULL;

	if (!cond || !cond_never_true(cond))
		return false;
	cond_visit_blamed(cond, add_field, &fields, undelivered);
	add_types(undelivered,
		  fields.n ? "; events that are not delivered: " :
			     "events that are not delivered: ",
		  why);
	return true;
}
