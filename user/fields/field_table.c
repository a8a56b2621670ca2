// SPDX-License-Identifier: Apache-2.0
#include "fields/field.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>

#include "fields/args.h"
#include "fields/family.h"

static const struct field_family *const families[] = {
	&field_family_evt,       &field_family_args,   &field_family_proc,   &field_family_thread,
	&field_family_exe,       &field_family_fd,     &field_family_alias,  &field_family_user,
	&field_family_container, &field_family_static, &field_family_target, &field_family_sensor,
};

#define N_FAMILIES (sizeof(families) / sizeof(families[0]))

static const char *const type_names[FIELD_TYPE_MAX] = {
	[FIELD_STRING] = "CHARBUF",  [FIELD_BYTES] = "BYTEBUF",   [FIELD_INT8] = "INT8",
	[FIELD_INT16] = "INT16",     [FIELD_INT32] = "INT32",     [FIELD_INT64] = "INT64",
	[FIELD_UINT8] = "UINT8",     [FIELD_UINT16] = "UINT16",   [FIELD_UINT32] = "UINT32",
	[FIELD_UINT64] = "UINT64",   [FIELD_BOOL] = "BOOL",       [FIELD_PORT] = "PORT",
	[FIELD_RELTIME] = "RELTIME", [FIELD_ABSTIME] = "ABSTIME", [FIELD_IPADDR] = "IPADDR",
	[FIELD_IPNET] = "IPNET",     [FIELD_DOUBLE] = "DOUBLE",
};

const struct field *field_at(size_t i)
{
	for (size_t f = 0; f < N_FAMILIES; f++) {
		if (i < families[f]->n_fields)
			return &families[f]->fields[i];
		i -= families[f]->n_fields;
	}
	return NULL;
}

/* Rules ask for tens of thousands of names: most differ long before a call would pay. */
static bool is_named(const struct field *field, const char *name, size_t len)
{
	for (size_t i = 0; i < len; i++)
		if (field->name[i] != name[i] || !name[i])
			return false;
	return field->name[len] == '\0';
}

const struct field *field_lookup(const char *name, size_t len)
{
	for (size_t f = 0; f < N_FAMILIES; f++)
		for (size_t i = 0; i < families[f]->n_fields; i++)
			if (is_named(&families[f]->fields[i], name, len))
				return &families[f]->fields[i];
	return NULL;
}

/* "evt.arg.flags" is evt.arg with the argument "flags". */
static const struct field *lookup_dotted(const char *name, size_t len, size_t *ret_base)
{
	for (size_t base = len; base-- > 1;) {
		const struct field *field;

		if (name[base] != '.')
			continue;
		field = field_lookup(name, base);
		if (field && (field->flags & FIELD_ARG_DOT)) {
			*ret_base = base;
			return field;
		}
	}
	return NULL;
}

static bool parse_index(const char *arg, size_t len, uint32_t *out)
{
	uint64_t n = 0;

	if (len == 0 || len > 10)
		return false;
	for (size_t i = 0; i < len; i++) {
		if (arg[i] < '0' || arg[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(arg[i] - '0');
	}
	if (n > UINT32_MAX)
		return false;
	*out = (uint32_t)n;
	return true;
}

static int resolve_arg(const struct field *field, struct field_ref *ref, const char **ret_reason)
{
	bool is_index;

	if (!ref->arg) {
		if (!(field->flags & FIELD_ARG_REQUIRED))
			return 0;
		*ret_reason = "the field requires an argument but none provided:";
		return -EINVAL;
	}
	*ret_reason = "filter_check called with nonexistent field";
	if (!(field->flags & (FIELD_ARG_ALLOWED | FIELD_ARG_REQUIRED)))
		return -EINVAL;
	is_index = (field->flags & FIELD_ARG_INDEX) &&
		   parse_index(ref->arg, ref->arg_len, &ref->index);
	ref->has_index = is_index;
	if (!is_index && !((field->flags & FIELD_ARG_KEY) && ref->arg_len > 0))
		return -EINVAL;
	return args_resolve(ref, ret_reason);
}

int field_resolve(const char *name, size_t len, const char *arg, size_t arg_len,
		  struct field_ref *out, const char **ret_reason)
{
	struct field_ref ref = { .arg = arg, .arg_len = (uint32_t)arg_len };
	size_t base;
	int err;

	ref.field = field_lookup(name, len);
	if (!ref.field && !arg) {
		ref.field = lookup_dotted(name, len, &base);
		if (ref.field) {
			ref.arg = name + base + 1;
			ref.arg_len = (uint32_t)(len - base - 1);
		}
	}
	if (!ref.field) {
		*ret_reason = "filter_check called with nonexistent field";
		return -ENOENT;
	}
	err = resolve_arg(ref.field, &ref, ret_reason);
	if (err)
		return err;
	*out = ref;
	return 0;
}

const char *field_type_name(enum field_type type)
{
	return (unsigned int)type < FIELD_TYPE_MAX ? type_names[type] : "UNKNOWN";
}

static void render_bytes(const struct value *value, struct buf *buf)
{
	for (uint32_t i = 0; i < value->len; i++) {
		unsigned char c = (unsigned char)value->str[i];

		buf_add_char(buf, c >= 0x20 && c < 0x7f ? (char)c : '.');
	}
}

static void render_uint(const struct field *field, uint64_t u, struct buf *buf)
{
	if (field->flags & FIELD_OCTAL)
		buf_printf(buf, "%" PRIo64, u);
	else if (field->flags & FIELD_HEX)
		buf_printf(buf, "%" PRIX64, u);
	else
		buf_printf(buf, "%" PRIu64, u);
}

static void render_one(const struct field *field, const struct value *value, struct buf *buf)
{
	char text[INET6_ADDRSTRLEN];

	switch (value->kind) {
	case VALUE_STR:
		buf_add(buf, value->str, value->len);
		break;
	case VALUE_BYTES:
		render_bytes(value, buf);
		break;
	case VALUE_INT:
		if (field->flags & (FIELD_OCTAL | FIELD_HEX))
			render_uint(field, (uint64_t)value->i, buf);
		else
			buf_printf(buf, "%" PRId64, value->i);
		break;
	case VALUE_UINT:
		render_uint(field, value->u, buf);
		break;
	case VALUE_BOOL:
		buf_add_str(buf, value->b ? "true" : "false");
		break;
	case VALUE_IP:
		if (inet_ntop(value->ip.family, value->ip.addr, text, sizeof(text)))
			buf_add_str(buf, text);
		else
			buf_add_str(buf, "<NA>");
		break;
	case VALUE_NULL:
	case VALUE_LIST:
		buf_add_str(buf, "<NA>");
		break;
	}
}

struct value field_shown(const struct field *field, const struct value *value)
{
	if (!(field->flags & FIELD_MATCH_NAMES) || value->kind != VALUE_LIST)
		return *value;
	return value->len ? value->list[0] : (struct value){ .kind = VALUE_NULL };
}

void field_render(const struct field *field, const struct value *value, struct buf *buf)
{
	/* All ancestors are one text in outputs, as in Falco: "bash sshd systemd". */
	bool is_chain = (field->flags & FIELD_MATCH_ANY) && !(field->flags & FIELD_OWN);
	struct value shown = field_shown(field, value);

	if (field->flags & FIELD_FILTER_ONLY) {
		buf_add_str(buf, "<NA>");
		return;
	}
	if (shown.kind != VALUE_LIST) {
		render_one(field, &shown, buf);
		return;
	}
	if (!is_chain)
		buf_add_char(buf, '(');
	for (uint32_t i = 0; i < shown.len; i++) {
		if (i > 0)
			buf_add_char(buf, is_chain ? ' ' : ',');
		render_one(field, &shown.list[i], buf);
	}
	if (!is_chain)
		buf_add_char(buf, ')');
}
