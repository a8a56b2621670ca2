// SPDX-License-Identifier: Apache-2.0
#include "output/alert.h"

#include <string.h>

#include "output/stamp.h"

#define NAME_MAX_BYTES 1024
#define RENDER_MAX     (1U << 20)

#define COLOR_OFF "\033[0m"

/* By priority; debug has none. */
static const struct {
	const char *priority;
	const char *color;
} colors[] = {
	{ "Emergency", "\033[1;31m" },   { "Alert", "\033[1;31m" }, { "Critical", "\033[1;31m" },
	{ "Error", "\033[31m" },         { "Warning", "\033[33m" }, { "Notice", "\033[36m" },
	{ "Informational", "\033[32m" },
};

static const char *priority_color(const char *priority)
{
	for (size_t i = 0; i < sizeof(colors) / sizeof(colors[0]); i++) {
		if (strcmp(colors[i].priority, priority) == 0)
			return colors[i].color;
	}
	return "";
}

static void add_safe_str(struct buf *buf, const char *s)
{
	safe_add_max(buf, s, strlen(s), NAME_MAX_BYTES);
}

static void add_upper(struct buf *buf, const char *s)
{
	for (; *s; s++)
		buf_add_char(buf, *s >= 'a' && *s <= 'z' ? (char)(*s - 'a' + 'A') : *s);
}

/* The value of a field that needs no argument, if it is a text. */
static bool get_text(const struct field_source *source, const char *name, struct value *out)
{
	const char *reason = NULL;
	struct field_ref ref;

	return field_resolve(name, strlen(name), NULL, 0, &ref, &reason) == 0 &&
	       source->get(source, &ref, out) && out->kind == VALUE_STR && out->len;
}

/* " pod shop/web-1", where the container is one of a pod's. */
static void add_pod(const struct alert *alert, struct buf *buf)
{
	struct value ns;
	struct value name;

	if (!get_text(alert->fields, "k8s.pod.name", &name))
		return;
	buf_add_str(buf, " pod ");
	if (get_text(alert->fields, "k8s.ns.name", &ns)) {
		safe_add_max(buf, ns.str, ns.len, NAME_MAX_BYTES);
		buf_add_char(buf, '/');
	}
	safe_add_max(buf, name.str, name.len, NAME_MAX_BYTES);
}

/* "[web 3ad7b26ded6d] ", or with a pod "[web 3ad7b26ded6d pod shop/web-1] "; nothing for the host. */
static void add_container(const struct alert *alert, struct buf *buf)
{
	struct value id;
	struct value name;
	bool has_id = get_text(alert->fields, "container.id", &id);
	bool has_name;

	if (has_id && strcmp(id.str, "host") == 0)
		return;
	has_name = get_text(alert->fields, "container.name", &name);
	if (has_id && has_name && strcmp(id.str, name.str) == 0)
		has_name = false; /* runc and crun have no other name */
	if (!has_id && !has_name && !alert->container_resolution)
		return;
	buf_add_char(buf, '[');
	if (has_name)
		safe_add_max(buf, name.str, name.len, NAME_MAX_BYTES);
	if (has_name && has_id)
		buf_add_char(buf, ' ');
	if (has_id)
		safe_add_max(buf, id.str, id.len, NAME_MAX_BYTES);
	if (has_name || has_id)
		add_pod(alert, buf);
	if (alert->container_resolution) {
		buf_add_str(buf, has_id || has_name ? "; " : "container ");
		add_safe_str(buf, alert->container_resolution);
	}
	buf_add_str(buf, "] ");
}

static void add_output(const struct alert *alert, struct buf *buf)
{
	struct buf text;

	buf_init(&text, RENDER_MAX);
	template_render(alert->brief ? alert->brief : alert->tmpl, alert->fields, &text);
	safe_add_max(buf, text.data, text.len, ALERT_OUTPUT_MAX);
	if (text.failed)
		buf_add_str(buf, " (incomplete: out of memory)");
	buf_done(&text);
}

void alert_add_text(const struct alert *alert, const struct alert_text_options *options,
		    struct buf *buf)
{
	const size_t start = buf->len;
	const char *priority = alert->priority ? alert->priority : "";
	const char *color = options->color ? priority_color(priority) : "";

	stamp_add_clock(buf, alert->time_ns, options->utc ? STAMP_UTC : STAMP_LOCAL);
	buf_add_char(buf, ' ');
	buf_add_str(buf, color);
	add_upper(buf, priority);
	buf_add_char(buf, ' ');
	add_safe_str(buf, alert->rule ? alert->rule : "");
	buf_add_str(buf, *color ? COLOR_OFF : "");
	buf_add_str(buf, ": ");
	add_container(alert, buf);
	add_output(alert, buf);
	if (alert->ancestry) {
		buf_add_str(buf, " (");
		add_safe_str(buf, alert->ancestry);
		buf_add_char(buf, ')');
	}
	buf_add_char(buf, '\n');
	if (buf->failed)
		buf_truncate(buf, start);
}

/* No part of the line is raw: Falco's own escapes control characters as JSON does. */
void alert_add_falco(const struct alert *alert, struct buf *buf)
{
	const size_t start = buf->len;
	struct buf text;

	if (alert->options && alert->options->iso_time)
		stamp_add_iso_offset(buf, alert->time_ns);
	else
		stamp_add_clock(buf, alert->time_ns, STAMP_LOCAL);
	buf_printf(buf, ": %s ", alert->priority ? alert->priority : "");
	buf_init(&text, RENDER_MAX);
	template_render(alert->tmpl, alert->fields, &text);
	safe_add_json(buf, text.data, text.len, ALERT_OUTPUT_MAX);
	if (text.failed)
		buf_add_str(buf, " (incomplete: out of memory)");
	buf_done(&text);
	buf_add_char(buf, '\n');
	if (buf->failed)
		buf_truncate(buf, start);
}
