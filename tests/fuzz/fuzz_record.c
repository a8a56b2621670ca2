// SPDX-License-Identifier: Apache-2.0

/*
 * Any bytes as a record: what record_parse() accepts must be readable, printable
 * and come back from its text as a record.
 */
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include "event/record.h"
#include "event/text.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static _Alignas(8) unsigned char again[BW_RECORD_MAX];
	struct record rec;
	struct buf text;
	size_t len = 0;
	void *copy; /* aligned, and the sanitizer knows its end */

	if (size < sizeof(struct bw_hdr) || size > BW_RECORD_MAX)
		return 0;
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data, size);
	((struct bw_hdr *)copy)->size = (uint32_t)size;
	buf_init(&text, 1U << 20);
	if (!record_parse(copy, size, &rec)) {
		text_add_record(&text, &rec);
		if (text.failed || !text.len)
			abort();
		buf_truncate(&text, text.len - 1);
		/* Strings that share bytes take more room when they are apart. */
		if (!text_parse_line(text.data, NULL, again, sizeof(again), &len, NULL) &&
		    record_parse(again, len, &rec))
			abort();
	}
	buf_done(&text);
	free(copy);
	return 0;
}
