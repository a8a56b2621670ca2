// SPDX-License-Identifier: Apache-2.0

/* Any bytes as a line of text: what is accepted is a good record. */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event/record.h"
#include "event/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) unsigned char out[BW_RECORD_MAX];
	struct capture_host host;
	struct record rec;
	struct diag diag;
	size_t len = 0;
	char *line = strndup((const char *)data, size);
	int err;

	if (!line)
		return 0;
	memset(&host, 0, sizeof(host));
	diag_init(&diag);
	err = text_parse_line(line, &host, out, sizeof(out), &len, &diag);
	if (err && !diag.text[0])
		abort();
	if (!err && len && record_parse(out, len, &rec))
		abort();
	capture_host_done(&host);
	free(line);
	return 0;
}
