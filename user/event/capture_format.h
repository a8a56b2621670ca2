/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_CAPTURE_FORMAT_H
#define EVENT_CAPTURE_FORMAT_H

/* Bytes of a capture file, for the writer and the reader; see docs/capture-format.md. */
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "event/capture.h"

#define CAPTURE_MAGIC          "BWCAP\r\n\x1a" /* 8 bytes; breaks when sent as text */
#define CAPTURE_MAGIC_LEN      8
#define CAPTURE_FORMAT_VERSION 1
#define CAPTURE_BYTE_ORDER     0x01020304U
#define CAPTURE_ORDER_SWAPPED  0x04030201U

/* All parts begin at a multiple of this; the gaps are zero and under the CRC. */
#define CAPTURE_ALIGN 8

/* Bytes of all items: both account files at their longest, and room for the rest. */
#define CAPTURE_ITEMS_MAX (2 * CAPTURE_ACCOUNTS_MAX + 65536)

struct capture_head {
	char magic[CAPTURE_MAGIC_LEN];
	uint32_t byte_order;
	uint32_t format_version;
	uint32_t wire_version;
	uint32_t items_bytes;
	uint32_t items_crc;
	uint32_t head_crc; /* of the members above */
};

/* One fact of the host; its value follows. */
struct capture_item {
	uint32_t tag;
	uint32_t len; /* without padding */
};

/* A record follows, or, when len is CAPTURE_END, the count of records as uint64_t. */
struct capture_frame {
	uint32_t len; /* without padding */
	uint32_t crc; /* of len, then of what follows with its padding */
};

#define CAPTURE_END UINT32_MAX

static inline size_t capture_padded(size_t len)
{
	return (len + CAPTURE_ALIGN - 1) & ~(size_t)(CAPTURE_ALIGN - 1);
}

/* CRC-32 of a frame whose padded content is `bytes` long. */
uint32_t capture_frame_crc(uint32_t len, const void *content, size_t bytes);

/* CRC-32 of anything else. */
uint32_t capture_crc(const void *data, size_t bytes);

/* Append the items of `host`.  Returns 0, -EFBIG for an account file that is too long, -ENOMEM. */
int capture_host_encode(const struct capture_host *host, struct buf *out);

/*
 * Fill `host` (zeroed) from items; tags unknown to us are skipped.
 * Returns 0, -EBADMSG with diag->offset relative to `data`, -ENOMEM.
 */
int capture_host_decode(const char *data, size_t bytes, struct capture_host *host,
			struct diag *diag);

#endif /* EVENT_CAPTURE_FORMAT_H */
