// SPDX-License-Identifier: Apache-2.0
#include "container/json.h"

#include <string.h>

char *json_str(const cJSON *obj, const char *key)
{
	return cJSON_GetStringValue(cJSON_GetObjectItemCaseSensitive(obj, key));
}

const cJSON *json_object(const cJSON *obj, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

	return cJSON_IsObject(item) ? item : NULL;
}

const cJSON *json_array(const cJSON *obj, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

	return cJSON_IsArray(item) ? item : NULL;
}

const cJSON *json_first(const cJSON *list)
{
	return list ? list->child : NULL;
}

bool json_true(const cJSON *obj, const char *key)
{
	return cJSON_IsTrue(cJSON_GetObjectItemCaseSensitive(obj, key));
}

bool json_array_has(const cJSON *array, const char *value)
{
	const cJSON *item;
	const char *text;

	for (item = json_first(array); item; item = item->next) {
		text = cJSON_GetStringValue(item);
		if (text && !strcmp(text, value))
			return true;
	}
	return false;
}
