/* SPDX-License-Identifier: Apache-2.0 */
#ifndef UNIT_SAMPLE_RECORD_H
#define UNIT_SAMPLE_RECORD_H

/* Well-formed records for tests to send, or to break in one place. */
#include <stddef.h>
#include <stdint.h>

#include "bpfwatch/event.h"

struct sample {
	_Alignas(8) unsigned char data[BW_RECORD_MAX];
	size_t len;
};

/* All record types, ended by BW_EVENT_NONE. */
extern const uint16_t sample_types[];

/* A record of `type` with a plausible header and no strings; returns its header. */
struct bw_hdr *sample_begin(struct sample *sample, uint16_t type);

/* Append a string and a NUL; `member` is the offset of its struct bw_str. */
void sample_add_str(struct sample *sample, size_t member, const void *str, size_t len);

/* A record of `type` with every member set to something of its own. */
struct bw_hdr *sample_fill(struct sample *sample, uint16_t type);

#endif /* UNIT_SAMPLE_RECORD_H */
