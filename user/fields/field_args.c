// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <inttypes.h>
#include <stdio.h>

#include "fields/args.h"
#include "fields/events.h"
#include "fields/family.h"
#include "fields/scratch.h"

#define ARGS_TEXT_MAX ((size_t)64 * 1024)

/* ASCII: Falco runs in no locale that has more. */
static bool is_shown(char c)
{
	return c >= ' ' && c <= '~';
}

/* The number as digits, or the text; NULL: scratch is full. */
static const char *plain_text(const struct event_view *view, const struct arg_value *arg)
{
	char digits[24];
	char *text;

	switch (arg->form) {
	case ARG_SIGNED:
		(void)snprintf(digits, sizeof(digits), "%" PRId64, arg->n);
		break;
	case ARG_UNSIGNED:
		(void)snprintf(digits, sizeof(digits), "%" PRIu64, (uint64_t)arg->n);
		break;
	case ARG_HEX:
		(void)snprintf(digits, sizeof(digits), "%" PRIX64, (uint64_t)arg->n);
		break;
	case ARG_OCTAL:
		(void)snprintf(digits, sizeof(digits), "%#" PRIo64, (uint64_t)arg->n);
		break;
	case ARG_TEXT:
		return arg->text;
	case ARG_BYTES:
		if (arg->len == 0)
			return "NULL";
		text = arena_strndup(view->scratch, arg->text, arg->len);
		for (uint32_t i = 0; text && i < arg->len; i++)
			text[i] = is_shown(text[i]) ? text[i] : '.';
		return text;
	}
	return arena_strdup(view->scratch, digits);
}

/* Falco's text, not null, where the event has such an argument but its value is missing. */
static bool value_arg(const struct event_view *view, const struct arg *arg, struct value *out)
{
	struct arg_value value = { 0 };

	if (!arg_read(view, arg, &value))
		return value_str(out, "<NA>");
	if (value.resolved && value.resolved[0])
		return value_str(out, value.resolved);
	return value_str(out, plain_text(view, &value));
}

const struct arg *args_find(const struct arg *args, size_t n, const struct field_ref *ref)
{
	if (ref->has_index)
		return ref->index < n ? &args[ref->index] : NULL;
	for (size_t i = 0; i < n; i++) {
		if (strlen(args[i].name) == ref->arg_len &&
		    memcmp(args[i].name, ref->arg, ref->arg_len) == 0)
			return &args[i];
	}
	return NULL;
}

/* The event's argument that ref names. */
static const struct arg *find_arg(const struct event_view *view, const struct field_ref *ref)
{
	size_t n;
	const struct arg *args = args_of(view, &n);

	return args_find(args, n, ref);
}

bool args_value(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct arg *arg = find_arg(view, ref);

	return arg && value_arg(view, arg, out);
}

static bool get_rawarg(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	const struct arg *arg = find_arg(view, ref);
	struct arg_value value = { 0 };
	bool is_text;

	if (!arg || !arg_read(view, arg, &value))
		return false;
	is_text = value.form == ARG_TEXT || value.form == ARG_BYTES;
	switch (ref->field->type) {
	case FIELD_STRING:
	case FIELD_BYTES:
		if (!is_text)
			return false;
		value_strn(out, value.text, value.len);
		if (ref->field->type == FIELD_BYTES)
			out->kind = VALUE_BYTES;
		return true;
	case FIELD_INT16:
	case FIELD_INT32:
	case FIELD_INT64:
		return !is_text && value_int(out, value.n);
	default:
		/* Ids are unsigned: -1, leave as it is, is the largest. */
		if (ref->field->type == FIELD_UINT32)
			value.n = (uint32_t)value.n;
		return !is_text && value_uint(out, (uint64_t)value.n);
	}
}

/* name=value, with what value stands for in parentheses. */
static void add_arg(struct scratch_text *out, const struct event_view *view, const struct arg *arg)
{
	struct arg_value value = { 0 };
	const char *text = NULL;

	scratch_add(out, arg->name);
	scratch_add(out, "=");
	if (arg_read(view, arg, &value))
		text = plain_text(view, &value);
	if (!text) {
		scratch_add(out, "<NA>");
		return;
	}
	scratch_add(out, text);
	if (value.resolved && value.resolved[0] && strcmp(value.resolved, text) != 0) {
		scratch_add(out, "(");
		scratch_add(out, value.resolved);
		scratch_add(out, ")");
	}
}

static bool get_args(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	size_t n;
	const struct arg *args = args_of(view, &n);
	struct scratch_text text;

	(void)ref;
	scratch_init(&text, view->scratch, ARGS_TEXT_MAX);
	for (size_t i = 0; i < n; i++) {
		if (i > 0)
			scratch_add(&text, " ");
		add_arg(&text, view, &args[i]);
	}
	return value_str(out, scratch_end(&text));
}

static const struct field fields[] = {
	{ "evt.args", FIELD_STRING, 0, "All arguments as name=value, joined by blanks.", get_args },
	{ "evt.info", FIELD_STRING, 0, "As evt.args.", get_args },
	{ "evt.arg", FIELD_STRING,
	  FIELD_ARG_REQUIRED | FIELD_ARG_INDEX | FIELD_ARG_KEY | FIELD_ARG_DOT,
	  "One argument by name or number, names instead of numbers where there are some.",
	  args_value },
	{ "evt.rawarg", FIELD_STRING,
	  FIELD_ARG_REQUIRED | FIELD_ARG_KEY | FIELD_ARG_DOT | FIELD_NO_RHS | FIELD_NO_TRANSFORMER,
	  "One argument by name, numbers as numbers.", get_rawarg },
};

const struct field_family field_family_args = FIELD_FAMILY(fields);

#define RAWARG(field_type)                                                                   \
	[field_type] = { "evt.rawarg", field_type,                                           \
			 FIELD_ARG_REQUIRED | FIELD_ARG_KEY | FIELD_ARG_DOT | FIELD_NO_RHS | \
				 FIELD_NO_TRANSFORMER,                                       \
			 "One argument by name, numbers as numbers.", get_rawarg }

/* Falco gives evt.rawarg the type of the argument: one field for each that there is. */
static const struct field rawarg_fields[FIELD_TYPE_MAX] = {
	RAWARG(FIELD_STRING), RAWARG(FIELD_BYTES),   RAWARG(FIELD_INT16),   RAWARG(FIELD_INT32),
	RAWARG(FIELD_INT64),  RAWARG(FIELD_UINT8),   RAWARG(FIELD_UINT16),  RAWARG(FIELD_UINT32),
	RAWARG(FIELD_UINT64), RAWARG(FIELD_RELTIME), RAWARG(FIELD_ABSTIME),
};

static bool is_digits(const struct field_ref *ref)
{
	for (uint32_t i = 0; i < ref->arg_len; i++)
		if (ref->arg[i] < '0' || ref->arg[i] > '9')
			return false;
	return true;
}

static bool is_src_or_dst(const struct field_ref *ref)
{
	return ref->arg_len == 3 &&
	       (memcmp(ref->arg, "src", 3) == 0 || memcmp(ref->arg, "dst", 3) == 0);
}

/* Names and numbers of event types. */
static bool is_event_type(const struct field_ref *ref)
{
	return is_digits(ref) || event_type_lookup(ref->arg, ref->arg_len) != EVENT_TYPE_NONE;
}

/* Fields that take only some texts as their argument. */
static const struct {
	const char *field;
	bool (*allows)(const struct field_ref *ref);
} checks[] = {
	{ "evt.abspath", is_src_or_dst },
	{ "evt.around", is_digits },
	{ "evt.type.is", is_event_type },
};

/* evt.arg and what takes the same names. */
static bool takes_arg_names(const struct field *field)
{
	return strncmp(field->name, "evt.arg", strlen("evt.arg")) == 0 &&
	       (field->flags & FIELD_ARG_KEY);
}

int args_resolve(struct field_ref *ref, const char **ret_reason)
{
	bool is_raw = ref->field->get == get_rawarg;
	enum field_type type;

	for (size_t i = 0; i < sizeof(checks) / sizeof(checks[0]); i++) {
		if (strcmp(ref->field->name, checks[i].field) == 0 && !checks[i].allows(ref))
			return -EINVAL;
	}
	if ((!is_raw && !takes_arg_names(ref->field)) || ref->has_index)
		return 0;
	if (!arg_type(ref->arg, ref->arg_len, &type)) {
		*ret_reason = "unknown event argument";
		return -EINVAL;
	}
	if (is_raw)
		ref->field = &rawarg_fields[type];
	return 0;
}
