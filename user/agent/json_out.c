// SPDX-License-Identifier: Apache-2.0
#include "agent/json_out.h"

#include <stdio.h>
#include <string.h>

#include "agent/options.h"
#include "base/buf.h"
#include "base/log.h"
#include "output/safe.h"

#define STRING_BYTES_MAX ((size_t)8 << 20)

cJSON *json_out_str(const char *text)
{
	cJSON *item = NULL;
	struct buf buf;

	buf_init(&buf, STRING_BYTES_MAX + 64);
	buf_add_char(&buf, '"');
	safe_add_json(&buf, text, strlen(text), STRING_BYTES_MAX);
	buf_add_char(&buf, '"');
	if (!buf.failed)
		item = cJSON_CreateRaw(buf.data);
	buf_done(&buf);
	return item;
}

void json_out_put(cJSON *object, const char *key, cJSON *value)
{
	if (!object || !value || !cJSON_AddItemToObject(object, key, value))
		cJSON_Delete(value);
}

void json_out_add(cJSON *array, cJSON *item)
{
	if (!array || !item || !cJSON_AddItemToArray(array, item))
		cJSON_Delete(item);
}

void json_out_text(const char *text)
{
	struct buf buf;
	size_t len;

	buf_init(&buf, STRING_BYTES_MAX);
	for (; *text; text += len) {
		len = strspn(text, "\n\r\t");
		if (len) {
			buf_add_char(&buf, ' ');
			continue;
		}
		len = strcspn(text, "\n\r\t");
		safe_add(&buf, text, len);
	}
	(void)fputs(buf.data, stdout);
	buf_done(&buf);
}

int json_out_print(cJSON *root)
{
	char *text = root ? cJSON_PrintUnformatted(root) : NULL;
	int code = EXIT_FINE;

	if (text) {
		printf("%s\n", text);
	} else {
		log_error("out of memory");
		code = EXIT_NO_OUTPUT;
	}
	cJSON_free(text);
	cJSON_Delete(root);
	return code;
}
