// SPDX-License-Identifier: Apache-2.0
/*
 * Templates from any text, with any bytes as values: each alert must be one line
 * that parses as JSON and holds no control character.  The input up to its first
 * NUL is the template, all of it the value of every field.
 */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "output/alert.h"

#define SCRATCH_BYTES (1U << 16)
#define LINE_BYTES    (1U << 20)

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static bool get(const struct field_source *source, const struct field_ref *ref, struct value *out)
{
	const struct value *value = source->ctx;

	switch (ref->field->type) {
	case FIELD_STRING:
		*out = *value;
		break;
	case FIELD_BYTES:
		*out = *value;
		out->kind = VALUE_BYTES;
		break;
	case FIELD_BOOL:
		*out = (struct value){ .kind = VALUE_BOOL, .b = true };
		break;
	default:
		*out = (struct value){ .kind = VALUE_UINT, .u = UINT64_MAX };
		break;
	}
	return true;
}

static void check_line(const struct buf *buf)
{
	if (buf->failed || !buf->len || buf->data[buf->len - 1] != '\n')
		abort();
	for (size_t i = 0; i < buf->len - 1; i++) {
		if ((unsigned char)buf->data[i] < 0x20 || buf->data[i] == 0x7f)
			abort();
	}
}

static void check_alert(const struct alert *alert)
{
	const struct alert_text_options options = { .utc = true };
	struct buf buf;
	cJSON *root;

	buf_init(&buf, LINE_BYTES);
	alert_add_json(alert, &buf);
	check_line(&buf);
	if (buf.len > ALERT_LINE_MAX)
		abort();
	root = cJSON_Parse(buf.data);
	if (!root)
		abort();
	cJSON_Delete(root);
	buf_reset(&buf);
	alert_add_text(alert, &options, &buf);
	check_line(&buf);
	buf_done(&buf);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	char *text = malloc(size + 1);
	struct arena *scratch = arena_new(4096, SCRATCH_BYTES);
	struct template *tmpl = NULL;
	struct diag diag;

	if (!text || !scratch)
		abort();
	memcpy(text, data, size);
	text[size] = '\0';
	diag_init(&diag);
	if (template_compile(text, &diag, &tmpl) == 0) {
		const struct value value = { .kind = VALUE_STR,
					     .len = (uint32_t)size,
					     .str = text };
		const struct field_source source = { .get = get,
						     .scratch = scratch,
						     .ctx = &value };
		const struct alert alert = { .rule = text,
					     .priority = "Warning",
					     .source = "syscall",
					     .hostname = text,
					     .tmpl = tmpl,
					     .fields = &source,
					     .ancestry = text };

		check_alert(&alert);
	} else if (!diag.text[0]) {
		abort();
	}
	template_free(tmpl);
	arena_free(scratch);
	free(text);
	return 0;
}
