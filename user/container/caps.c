// SPDX-License-Identifier: Apache-2.0
#include "container/caps.h"

#include <string.h>

#include "base/caps.h"
#include "container/json.h"

uint64_t caps_from_names(const cJSON *names)
{
	const cJSON *item;
	const char *text;
	uint64_t caps = 0;
	const char *name;

	for (item = json_first(names); item; item = item->next) {
		text = cJSON_GetStringValue(item);
		for (unsigned int i = 0; text && (name = caps_name(i)); i++) {
			if (!strcmp(text, name))
				caps |= 1ULL << i;
		}
	}
	return caps;
}
