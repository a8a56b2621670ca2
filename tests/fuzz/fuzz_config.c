// SPDX-License-Identifier: Apache-2.0

/* Overrides of the configuration, one a line: keys, values, and what they make of each other. */
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "config/config.h"

#define OVERRIDES_MAX 16

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	const char *overrides[OVERRIDES_MAX];
	struct config *config = NULL;
	struct diag diag;
	size_t n = 0;
	char *text = malloc(size + 1);
	char *rest = text;

	if (!text)
		return 0;
	memcpy(text, data, size);
	text[size] = '\0';
	while (rest && n < OVERRIDES_MAX) {
		overrides[n] = strsep(&rest, "\n");
		/* What configurations include lies outside. */
		if (!strstr(overrides[n], "config_files"))
			n++;
	}
	diag_init(&diag);
	if (config_load(NULL, overrides, n, &diag, &config) && !diag.text[0])
		abort();
	config_free(config);
	free(text);
	return 0;
}
