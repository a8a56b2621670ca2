// SPDX-License-Identifier: Apache-2.0
#include "output/alert.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "output/stamp.h"

/*
 * What the line needs beside output and values: names, tags, the punctuation.
 * Rule files bound these; should they not, the short line is printed.
 */
#define REST_BYTES      (8U << 10)
#define RENDER_MAX      (1U << 20)
#define SHORT_NAME_MAX  1024
#define LEAST_VALUE_MAX 64 /* every value gets as much, even if the line has no space left */

/* A line in the making. */
struct json {
	const struct alert *alert;
	struct buf text; /* one rendered value */
	struct buf quoted; /* one JSON string */
	size_t budget; /* bytes left for values */
	bool failed; /* out of memory */
};

static const struct output_options default_options;

static const struct output_options *options_of(const struct alert *alert)
{
	return alert->options ? alert->options : &default_options;
}

static const char *or_empty(const char *s)
{
	return s ? s : "";
}

/* Takes the item, which is NULL if there was no memory for it. */
static void put(struct json *json, cJSON *object, const char *key, cJSON *item)
{
	if (item && cJSON_AddItemToObject(object, key, item))
		return;
	cJSON_Delete(item);
	json->failed = true;
}

/*
 * Raw items, for cJSON itself neither validates UTF-8 nor keeps bytes behind a
 * NUL; and its numbers are doubles, which are exact up to 2^53 alone.
 */
static cJSON *string_item(struct json *json, const char *s, size_t len, size_t max_bytes)
{
	buf_reset(&json->quoted);
	buf_add_char(&json->quoted, '"');
	safe_add_json(&json->quoted, s, len, max_bytes);
	buf_add_char(&json->quoted, '"');
	return json->quoted.failed ? NULL : cJSON_CreateRaw(json->quoted.data);
}

static void put_str(struct json *json, cJSON *object, const char *key, const char *s)
{
	s = or_empty(s);
	put(json, object, key, string_item(json, s, strlen(s), ALERT_VALUE_MAX));
}

static cJSON *uint_item(uint64_t u)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRIu64, u);
	return cJSON_CreateRaw(text);
}

static cJSON *int_item(int64_t i)
{
	char text[24];

	(void)snprintf(text, sizeof(text), "%" PRId64, i);
	return cJSON_CreateRaw(text);
}

static cJSON *value_string_item(struct json *json, const char *s, size_t len)
{
	size_t max = json->budget < ALERT_VALUE_MAX ? json->budget : ALERT_VALUE_MAX;
	cJSON *item;

	if (max < LEAST_VALUE_MAX)
		max = LEAST_VALUE_MAX;
	item = string_item(json, s, len, max);
	json->budget -= json->quoted.len < json->budget ? json->quoted.len : json->budget;
	return item;
}

static cJSON *rendered_item(struct json *json, const struct field *field, const struct value *value)
{
	buf_reset(&json->text);
	if (value->kind == VALUE_BYTES && options_of(json->alert)->base64_bytes)
		template_add_base64(&json->text, value->str, value->len);
	else
		field_render(field, value, &json->text);
	if (json->text.failed)
		return NULL;
	return value_string_item(json, json->text.data, json->text.len);
}

static cJSON *scalar_item(struct json *json, const struct field *field, const struct value *value)
{
	const bool is_text = field->flags & (FIELD_OCTAL | FIELD_HEX);

	switch (value->kind) {
	case VALUE_NULL:
		return cJSON_CreateNull();
	case VALUE_STR:
		return value_string_item(json, value->str, value->len);
	case VALUE_BOOL:
		return cJSON_CreateBool(value->b);
	case VALUE_INT:
		return is_text ? rendered_item(json, field, value) : int_item(value->i);
	case VALUE_UINT:
		return is_text ? rendered_item(json, field, value) : uint_item(value->u);
	case VALUE_BYTES:
	case VALUE_IP:
	case VALUE_LIST:
		break;
	}
	return rendered_item(json, field, value);
}

static cJSON *list_item(struct json *json, const struct field *field, const struct value *value)
{
	cJSON *array = cJSON_CreateArray();

	if (!array)
		return NULL;
	for (uint32_t i = 0; i < value->len; i++) {
		cJSON *item = scalar_item(json, field, &value->list[i]);

		if (!item || !cJSON_AddItemToArray(array, item)) {
			cJSON_Delete(item);
			cJSON_Delete(array);
			return NULL;
		}
	}
	return array;
}

static cJSON *field_item(struct json *json, const struct field_ref *ref)
{
	const struct field_source *source = json->alert->fields;
	struct value value = { .kind = VALUE_NULL };

	if (ref->field->flags & FIELD_FILTER_ONLY)
		return cJSON_CreateNull();
	if (!source->get(source, ref, &value))
		return cJSON_CreateNull();
	value = field_shown(ref->field, &value);
	/* The ancestors of a FIELD_MATCH_ANY field are one text, as Falco has them. */
	if (value.kind == VALUE_LIST && (ref->field->flags & FIELD_LIST))
		return list_item(json, ref->field, &value);
	return scalar_item(json, ref->field, &value);
}

/* Takes the item.  The argument of a field may be any text; cJSON quotes what is left in the key. */
static void put_named(struct json *json, cJSON *object, const char *name, cJSON *item)
{
	buf_reset(&json->text);
	safe_add_max(&json->text, name, strlen(name), SHORT_NAME_MAX);
	if (json->text.failed)
		json->failed = true;
	json->budget -= json->text.len < json->budget ? json->text.len : json->budget;
	put(json, object, json->text.data, item);
}

static cJSON *extra_item(struct json *json, const struct extra *extra)
{
	const char *key = NULL;
	const struct field_ref *ref = extra->is_raw ? template_field_at(extra->tmpl, 0, &key) :
						      NULL;

	if (ref)
		return field_item(json, ref);
	buf_reset(&json->text);
	template_render(extra->tmpl, json->alert->fields, &json->text);
	if (json->text.failed)
		return NULL;
	return value_string_item(json, json->text.data, json->text.len);
}

/* Three sorted sources of keys; of the same key the one that comes later here wins. */
struct field_keys {
	const struct field_ref *ref; /* next of the template; NULL: no more */
	const char *name;
	const struct extra *extra; /* next of the extras; NULL: no more */
	const char *time_name; /* NULL: done */
	size_t n_refs;
	size_t n_extras;
};

static void next_ref(const struct alert *alert, struct field_keys *keys)
{
	keys->ref = template_field_at(alert->tmpl, keys->n_refs++, &keys->name);
}

static void next_extra(const struct alert *alert, struct field_keys *keys)
{
	const struct extras *extras = alert->extras;

	keys->extra = extras && keys->n_extras < extras->n ? &extras->at[keys->n_extras] : NULL;
	keys->n_extras++;
}

static const char *least_name(const struct field_keys *keys)
{
	const char *least = keys->ref ? keys->name : NULL;

	if (keys->extra && (!least || strcmp(keys->extra->name, least) < 0))
		least = keys->extra->name;
	if (keys->time_name && (!least || strcmp(keys->time_name, least) < 0))
		least = keys->time_name;
	return least;
}

static cJSON *fields_item(struct json *json)
{
	const struct alert *alert = json->alert;
	struct field_keys keys = {
		.time_name = options_of(alert)->iso_time ? "evt.time.iso8601" : "evt.time",
	};
	cJSON *object = cJSON_CreateObject();
	const char *name;

	if (!object)
		return NULL;
	next_ref(alert, &keys);
	next_extra(alert, &keys);
	while ((name = least_name(&keys)) != NULL) {
		const bool is_ref = keys.ref && strcmp(keys.name, name) == 0;
		const bool is_extra = keys.extra && strcmp(keys.extra->name, name) == 0;
		const bool is_time = keys.time_name && strcmp(keys.time_name, name) == 0;

		if (is_extra)
			put_named(json, object, name, extra_item(json, keys.extra));
		else if (is_time)
			put(json, object, name, uint_item(alert->time_ns));
		else
			put_named(json, object, name, field_item(json, keys.ref));
		if (is_ref)
			next_ref(alert, &keys);
		if (is_extra)
			next_extra(alert, &keys);
		if (is_time)
			keys.time_name = NULL;
	}
	return object;
}

static cJSON *tags_item(struct json *json)
{
	cJSON *array = cJSON_CreateArray();

	if (!array)
		return NULL;
	for (uint32_t i = 0; i < json->alert->n_tags; i++) {
		const char *tag = json->alert->tags[i];
		cJSON *item = string_item(json, tag, strlen(tag), SHORT_NAME_MAX);

		if (!item || !cJSON_AddItemToArray(array, item)) {
			cJSON_Delete(item);
			cJSON_Delete(array);
			return NULL;
		}
	}
	return array;
}

static cJSON *output_item(struct json *json, bool with_prefix)
{
	const struct alert *alert = json->alert;
	cJSON *item = NULL;

	buf_reset(&json->text);
	if (with_prefix) {
		if (options_of(alert)->iso_time)
			stamp_add_iso_offset(&json->text, alert->time_ns);
		else
			stamp_add_clock(&json->text, alert->time_ns, STAMP_UTC);
		buf_printf(&json->text, ": %s ", or_empty(alert->priority));
	}
	template_render(alert->tmpl, alert->fields, &json->text);
	if (!json->text.failed)
		item = string_item(json, json->text.data, json->text.len, ALERT_OUTPUT_MAX);
	json->budget -= json->quoted.len;
	return item;
}

static cJSON *time_item(struct json *json)
{
	buf_reset(&json->text);
	stamp_add_iso(&json->text, json->alert->time_ns);
	if (json->text.failed)
		return NULL;
	return string_item(json, json->text.data, json->text.len, SHORT_NAME_MAX);
}

static void put_all(struct json *json, cJSON *root)
{
	const struct alert *alert = json->alert;
	const struct output_options *options = options_of(alert);

	if (alert->ancestry)
		put_str(json, root, "ancestry", alert->ancestry);
	if (alert->container_resolution)
		put_str(json, root, "container_resolution", alert->container_resolution);
	put_str(json, root, "hostname", alert->hostname);
	if (options->message)
		put(json, root, "message", output_item(json, false));
	if (!options->no_output)
		put(json, root, "output", output_item(json, true));
	if (!options->no_fields)
		put(json, root, "output_fields", fields_item(json));
	put_str(json, root, "priority", alert->priority);
	put_str(json, root, "rule", alert->rule);
	put_str(json, root, "source", alert->source);
	if (!options->no_tags)
		put(json, root, "tags", tags_item(json));
	put(json, root, "time", time_item(json));
}

/* The line without newline, to be freed by cJSON_free(); NULL: out of memory. */
static char *build_line(const struct alert *alert)
{
	struct json json = { .alert = alert, .budget = ALERT_LINE_MAX - REST_BYTES };
	char *line = NULL;
	cJSON *root = cJSON_CreateObject();

	if (!root)
		return NULL;
	buf_init(&json.text, RENDER_MAX);
	buf_init(&json.quoted, ALERT_LINE_MAX);
	put_all(&json, root);
	if (!json.failed)
		line = cJSON_PrintUnformatted(root);
	buf_done(&json.text);
	buf_done(&json.quoted);
	cJSON_Delete(root);
	return line;
}

static void add_short_str(struct buf *buf, const char *key, const char *s)
{
	s = or_empty(s);
	buf_printf(buf, "\"%s\":\"", key);
	safe_add_json(buf, s, strlen(s), SHORT_NAME_MAX);
	buf_add_str(buf, "\",");
}

/* By hand, for cJSON needs memory that there is not. */
static void add_short_line(const struct alert *alert, const char *reason, struct buf *buf)
{
	buf_add_char(buf, '{');
	add_short_str(buf, "hostname", alert->hostname);
	buf_add_str(buf, "\"output\":\"");
	stamp_add_clock(buf, alert->time_ns, STAMP_UTC);
	buf_printf(buf, ": alert without its details: %s\",", reason);
	buf_printf(buf, "\"output_fields\":{\"evt.time\":%" PRIu64 "},", alert->time_ns);
	add_short_str(buf, "priority", alert->priority);
	add_short_str(buf, "rule", alert->rule);
	add_short_str(buf, "source", alert->source);
	buf_add_str(buf, "\"tags\":[],\"time\":\"");
	stamp_add_iso(buf, alert->time_ns);
	buf_add_str(buf, "\"}\n");
}

void alert_add_json(const struct alert *alert, struct buf *buf)
{
	const size_t start = buf->len;
	char *line = build_line(alert);

	if (!line) {
		add_short_line(alert, "out of memory", buf);
	} else if (strlen(line) >= ALERT_LINE_MAX) {
		add_short_line(alert, "the line would be too long", buf);
	} else {
		buf_add_str(buf, line);
		buf_add_char(buf, '\n');
	}
	cJSON_free(line);
	if (buf->failed)
		buf_truncate(buf, start);
}
