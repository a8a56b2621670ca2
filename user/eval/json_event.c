// SPDX-License-Identifier: Apache-2.0
#include "eval/json_event.h"

#include <arpa/inet.h>
#include <errno.h>
#include <inttypes.h>
#include <netdb.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "base/names.h"
#include "fields/events.h"

#define ARENA_BLOCK_BYTES ((size_t)16 << 10)
#define ARENA_MAX_BYTES   ((size_t)16 << 20)
#define KEY_BYTES_MAX     512
#define ANCESTORS_MAX     64 /* of proc.aname[1], proc.aname[2] … */

struct json_event {
	cJSON *json;
	struct arena *arena;
	struct names fields; /* key: cJSON item, not null */
	uint32_t event_type;
};

static const cJSON *find(const struct json_event *event, const char *key)
{
	return names_get(&event->fields, key, strlen(key));
}

static bool to_ip(const char *text, struct value *out)
{
	const int family = strchr(text, ':') ? AF_INET6 : AF_INET;

	*out = (struct value){ .kind = VALUE_IP };
	out->ip.family = (uint8_t)family;
	return inet_pton(family, text, out->ip.addr) == 1;
}

/* Ports may come by the name of their service, as outputs print fd.sproto. */
static bool to_port(const char *text, struct value *out)
{
	const struct servent *service = getservbyname(text, NULL);

	if (!service)
		return false;
	*out = (struct value){ .kind = VALUE_UINT, .u = ntohs((uint16_t)service->s_port) };
	return true;
}

/* Numbers as texts: alerts print some in octal or hexadecimal. */
static bool to_number(const char *text, const struct field *field, struct value *out)
{
	int base = 10;
	char *end;

	if (field->flags & FIELD_OCTAL)
		base = 8;
	else if (field->flags & FIELD_HEX)
		base = 16;

	errno = 0;
	*out = (struct value){ .kind = VALUE_INT };
	if (*text == '-')
		out->i = strtoll(text, &end, base);
	else
		out->i = (int64_t)strtoull(text, &end, base);
	if (end != text && !*end && !errno)
		return true;
	return field->type == FIELD_PORT && to_port(text, out);
}

static bool from_text(const char *text, const struct field *field, struct value *out)
{
	switch (field->type) {
	case FIELD_STRING:
	case FIELD_BYTES:
		*out = (struct value){ .kind = field->type == FIELD_BYTES ? VALUE_BYTES : VALUE_STR,
				       .len = (uint32_t)strlen(text),
				       .str = text };
		return true;
	case FIELD_IPADDR:
	case FIELD_IPNET:
		return to_ip(text, out);
	case FIELD_BOOL:
		*out = (struct value){ .kind = VALUE_BOOL, .b = strcmp(text, "true") == 0 };
		return out->b || strcmp(text, "false") == 0;
	default:
		return to_number(text, field, out);
	}
}

/* Outside of what 64 bits hold, a conversion would be undefined. */
static bool from_double(double number, struct value *out)
{
	if (number >= -9223372036854775808.0 && number < 9223372036854775808.0)
		*out = (struct value){ .kind = VALUE_INT, .i = (int64_t)number };
	else if (number >= 0 && number < 18446744073709551616.0)
		*out = (struct value){ .kind = VALUE_UINT, .u = (uint64_t)number };
	else
		return false;
	return true;
}

/* All digits of an integer; a double would lose those beyond 2^53. */
static bool from_number(const cJSON *json, struct value *out)
{
	const char *text = json->valuestring;

	if (text[strspn(text, "-0123456789")])
		return from_double(json->valuedouble, out);
	errno = 0;
	*out = (struct value){ .kind = VALUE_INT, .i = strtoll(text, NULL, 10) };
	if (errno && *text != '-') {
		errno = 0;
		*out = (struct value){ .kind = VALUE_UINT, .u = strtoull(text, NULL, 10) };
	}
	return !errno;
}

static bool to_scalar(const cJSON *json, const struct field *field, struct value *out)
{
	if (cJSON_IsString(json) || (cJSON_IsNumber(json) && field->type == FIELD_STRING))
		return from_text(json->valuestring, field, out);
	if (cJSON_IsNumber(json))
		return from_number(json, out);
	if (cJSON_IsBool(json) && field->type == FIELD_STRING)
		return from_text(cJSON_IsTrue(json) ? "true" : "false", field, out);
	if (!cJSON_IsBool(json))
		return false;
	*out = (struct value){ .kind = VALUE_BOOL, .b = cJSON_IsTrue(json) };
	return true;
}

static bool to_value(const cJSON *json, const struct field *field, struct arena *scratch,
		     struct value *out)
{
	struct value *list;
	const cJSON *item;
	uint32_t n = 0;

	if (!cJSON_IsArray(json))
		return to_scalar(json, field, out);
	list = arena_alloc(scratch, sizeof(*list) * ((size_t)cJSON_GetArraySize(json) + 1));
	if (!list)
		return false;
	cJSON_ArrayForEach(item, json)
	{
		if (to_scalar(item, field, &list[n]))
			n++;
	}
	*out = (struct value){ .kind = VALUE_LIST, .len = n, .list = list };
	return n > 0;
}

/* proc.aname without index: all that have one. */
static bool get_ancestors(const struct json_event *event, const struct field_source *source,
			  const struct field *field, struct value *out)
{
	struct value *list = arena_alloc(source->scratch, ANCESTORS_MAX * sizeof(*list));
	const cJSON *json;
	char key[KEY_BYTES_MAX];
	uint32_t n = 0;

	for (unsigned int i = 1; list && i < ANCESTORS_MAX; i++) {
		(void)snprintf(key, sizeof(key), "%s[%u]", field->name, i);
		json = find(event, key);
		if (json && to_scalar(json, field, &list[n]))
			n++;
	}
	if (n) {
		*out = (struct value){ .kind = VALUE_LIST, .len = n, .list = list };
		return true;
	}
	json = find(event, field->name);
	return json && to_value(json, field, source->scratch, out);
}

/* Fields for filters alone, and those that outputs show instead: one, or one of each end. */
static const struct derived {
	const char *name;
	const char *keys[2];
} derived[] = {
	{ "fd.ip", { "fd.cip", "fd.sip" } },
	{ "fd.net", { "fd.cip", "fd.sip" } },
	{ "fd.port", { "fd.cport", "fd.sport" } },
	{ "fd.proto", { "fd.cport", "fd.sport" } },
	{ "fd.cnet", { "fd.cip", NULL } },
	{ "fd.snet", { "fd.sip", NULL } },
	{ "fd.lnet", { "fd.lip", NULL } },
	{ "fd.rnet", { "fd.rip", NULL } },
	{ "proc.stdio.rnet", { "proc.stdio.rip", NULL } },
	/* A number in output_fields, whatever the output shows. */
	{ "evt.rawtime", { "evt.time", NULL } },
};

/* 0: the event's descriptor is no socket of that kind. */
static int socket_family(const struct json_event *event)
{
	const cJSON *type = find(event, "fd.type");

	if (!cJSON_IsString(type))
		return 0;
	if (strcmp(type->valuestring, "ipv6") == 0)
		return AF_INET6;
	return strcmp(type->valuestring, "ipv4") == 0 ? AF_INET : 0;
}

/*
 * Both ends of the socket.  To Falco one that is not bound yet has zeroes for
 * address and port, which it prints as null.
 */
static bool get_ends(const struct json_event *event, const struct field_source *source,
		     const struct derived *pair, const struct field *field, struct value *out)
{
	const int family = socket_family(event);
	struct value *list = arena_alloc(source->scratch, 2 * sizeof(*list));
	const cJSON *json;
	uint32_t n = 0;

	for (size_t i = 0; list && i < 2; i++) {
		json = find(event, pair->keys[i]);
		if (json && to_scalar(json, field, &list[n])) {
			n++;
		} else if (!json && family) {
			list[n] = (struct value){ .kind = VALUE_UINT };
			if (field->type != FIELD_PORT) {
				list[n].kind = VALUE_IP;
				list[n].ip.family = (uint8_t)family;
			}
			n++;
		}
	}
	*out = (struct value){ .kind = VALUE_LIST, .len = n, .list = list };
	return list && (n || find(event, "fd.type"));
}

static const struct derived *find_derived(const char *name)
{
	for (size_t i = 0; i < sizeof(derived) / sizeof(derived[0]); i++)
		if (strcmp(derived[i].name, name) == 0)
			return &derived[i];
	return NULL;
}

/* "evt.arg.flags" and "evt.arg[flags]" are the same. */
static const cJSON *find_ref(const struct json_event *event, const struct field_ref *ref)
{
	const char *name = ref->field->name;
	const cJSON *json;
	char key[KEY_BYTES_MAX];

	if (!ref->arg)
		return find(event, name);
	(void)snprintf(key, sizeof(key), "%s[%.*s]", name, (int)ref->arg_len, ref->arg);
	json = find(event, key);
	if (json || !(ref->field->flags & FIELD_ARG_DOT))
		return json;
	(void)snprintf(key, sizeof(key), "%s.%.*s", name, (int)ref->arg_len, ref->arg);
	return find(event, key);
}

static bool get_field(const struct field_source *source, const struct field_ref *ref,
		      struct value *out)
{
	const struct json_event *event = source->ctx;
	const struct field *field = ref->field;
	const struct derived *pair = find_derived(field->name);
	const cJSON *json = find_ref(event, ref);
	struct value value;
	bool found;

	if (!ref->arg && field->flags & FIELD_MATCH_ANY && field->flags & FIELD_ARG_INDEX)
		found = get_ancestors(event, source, field, &value);
	else if (json || !pair)
		found = json && to_value(json, field, source->scratch, &value);
	else if (pair->keys[1])
		found = get_ends(event, source, pair, field, &value);
	else
		found = (json = find(event, pair->keys[0])) &&
			to_value(json, field, source->scratch, &value);
	if (found)
		*out = value;
	return found;
}

static int index_fields(struct json_event *event, const cJSON *object)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, object)
	{
		union {
			const cJSON *json;
			void *value;
		} entry = { item }; /* names hold what may be changed; nobody does */

		if (cJSON_IsNull(item))
			continue;
		if (names_put(&event->fields, event->arena, item->string, strlen(item->string),
			      entry.value))
			return -ENOMEM;
	}
	return 0;
}

/* What is left of the text, of which cJSON has made a tree. */
struct digits {
	const char *at;
	const char *end;
};

static const char *skip_string(const char *at, const char *end)
{
	for (at++; at < end && *at != '"'; at++)
		if (*at == '\\')
			at++;
	return at;
}

/* The next number; false: there is none. */
static bool next_digits(struct digits *digits, const char **ret_text, size_t *ret_len)
{
	const char *at = digits->at;
	const char *end = digits->end;

	while (at < end && *at != '-' && (*at < '0' || *at > '9'))
		at = (*at == '"' ? skip_string(at, end) : at) + 1;
	*ret_text = at;
	while (at < end && *at && strchr("+-.0123456789Ee", *at))
		at++;
	digits->at = at;
	*ret_len = at < end ? (size_t)(at - *ret_text) : 0;
	return *ret_len;
}

/*
 * Give each number its text: cJSON keeps doubles alone, but has everything in the
 * order of the text.  It nests no deeper than its own limit.
 */
static int keep_digits(cJSON *json, struct digits *digits)
{
	const char *text;
	cJSON *item;
	size_t len;

	if (cJSON_IsNumber(json)) {
		if (!next_digits(digits, &text, &len))
			return -EINVAL;
		json->valuestring = cJSON_malloc(len + 1);
		if (!json->valuestring)
			return -ENOMEM;
		memcpy(json->valuestring, text, len);
		json->valuestring[len] = '\0';
	}
	cJSON_ArrayForEach(item, json)
	{
		int err = keep_digits(item, digits);

		if (err)
			return err;
	}
	return 0;
}

/* cJSON has no error but a place, and does not tell want of memory apart. */
static int parse(struct json_event *event, const char *text, size_t len, struct diag *diag)
{
	struct digits digits = { text, text + len };
	const cJSON *object;
	const char *end = NULL;
	int err;

	event->json = cJSON_ParseWithLengthOpts(text, len, &end, false);
	if (!event->json) {
		diag_set(diag, "not JSON at byte %td", end && end >= text ? end - text : 0);
		return -EINVAL;
	}
	for (; end < text + len; end++) {
		if (*end && !strchr(" \t\r\n", *end)) {
			diag_set(diag, "more than one JSON value: at byte %td", end - text);
			return -EINVAL;
		}
	}
	if (!cJSON_IsObject(event->json)) {
		diag_set(diag, "not a JSON object");
		return -EINVAL;
	}
	err = keep_digits(event->json, &digits);
	if (err)
		return err;
	object = cJSON_GetObjectItemCaseSensitive(event->json, "output_fields");
	return index_fields(event, cJSON_IsObject(object) ? object : event->json);
}

int json_event_parse(const char *text, size_t len, struct diag *diag, struct json_event **out)
{
	struct json_event *event = calloc(1, sizeof(*event));
	const cJSON *type;
	int err = -ENOMEM;

	if (!event)
		return -ENOMEM;
	event->arena = arena_new(ARENA_BLOCK_BYTES, ARENA_MAX_BYTES);
	if (event->arena)
		err = parse(event, text, len, diag);
	if (err) {
		json_event_free(event);
		return err;
	}
	event->event_type = EVENT_TYPE_NONE;
	type = find(event, "evt.type");
	if (cJSON_IsString(type))
		event->event_type = event_type_lookup(type->valuestring, strlen(type->valuestring));
	*out = event;
	return 0;
}

void json_event_free(struct json_event *event)
{
	if (!event)
		return;
	cJSON_Delete(event->json);
	arena_free(event->arena);
	free(event);
}

struct field_source json_event_source(const struct json_event *event, struct arena *scratch)
{
	return (struct field_source){
		.get = get_field,
		.event_type = event->event_type,
		.scratch = scratch,
		.ctx = event,
	};
}
