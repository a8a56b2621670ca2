// SPDX-License-Identifier: Apache-2.0
#include "container/caps.h"

#include "base/caps.h"
#include "container/json.h"

uint64_t caps_from_names(const cJSON *names)
{
	const cJSON *item;
	const char *text;
	uint64_t caps = 0;
	unsigned int cap;

	for (item = json_first(names); item; item = item->next) {
		text = cJSON_GetStringValue(item);
		if (text && caps_lookup(text, &cap))
			caps |= 1ULL << cap;
	}
	return caps;
}
