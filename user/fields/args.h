/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_ARGS_H
#define FIELDS_ARGS_H

/* Arguments of events, as evt.arg names them.  Private to fields/. */
#include "fields/view.h"

enum arg_form {
	ARG_SIGNED,
	ARG_UNSIGNED,
	ARG_HEX,
	ARG_OCTAL,
	ARG_TEXT,
	ARG_BYTES, /* strings, each with a NUL behind it */
};

/* One argument's value; text is set for ARG_TEXT and ARG_BYTES, n for the others. */
struct arg_value {
	enum arg_form form;
	uint32_t len;
	int64_t n;
	const char *text;
	const char *resolved; /* names for the number, the path made absolute; NULL: none */
};

/* False: the event's record does not have it. */
typedef bool arg_get_fn(const struct event_view *view, struct arg_value *out);

struct arg {
	const char *name;
	arg_get_fn *get; /* NULL: never known, but counted by Falco's numbers */
};

/* The arguments of the event, in Falco's order. */
const struct arg *args_of(const struct event_view *view, size_t *ret_n);

/* The same for all events that a call gives. */
const struct arg *args_of_call(uint16_t call, size_t *ret_n);

/* The path of an open, made absolute; NULL: not known, or scratch is full. */
const char *args_open_path(const struct event_view *view);

/* The one that ref names; NULL: there is none of that name or number. */
const struct arg *args_find(const struct arg *args, size_t n, const struct field_ref *ref);

/*
 * Check the argument of fields that take only some texts, and give evt.rawarg the
 * field of the right type.  Returns 0, or -EINVAL; *ret_reason is set then for
 * evt.arg and evt.rawarg, which name no argument of any event.
 */
int args_resolve(struct field_ref *ref, const char **ret_reason);

/* Type of the argument that some event of Falco's has by this name; false: none has. */
bool arg_type(const char *name, size_t len, enum field_type *out);

#endif /* FIELDS_ARGS_H */
