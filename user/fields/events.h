/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_EVENTS_H
#define FIELDS_EVENTS_H

/* The event type names that Falco accepts, and what bpfwatch can deliver of them. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpfwatch/event.h"

#define EVENT_TYPE_MAX  512 /* room for the table; a multiple of 64 */
#define EVENT_TYPE_NONE UINT32_MAX

/* Index of the name, or EVENT_TYPE_NONE. */
uint32_t event_type_lookup(const char *name, size_t len);

/* The name at an index; NULL behind the last. */
const char *event_type_name(uint32_t index);
size_t event_type_count(void);

/* Index for what the record's header says was called; EVENT_TYPE_NONE for records that are no events. */
uint32_t event_type_of(const struct bw_hdr *hdr);

/* The types of all calls: what can be delivered.  Sets all bits of `types`. */
void event_types_delivered(uint64_t types[EVENT_TYPE_MAX / 64]);

/* Index of the type that events of the call have. */
uint32_t event_type_of_call(uint16_t call);

/* Set calls[BW_CALL_*] of those that give events of this type.  false: none. */
bool event_type_calls(uint32_t index, bool calls[BW_CALL_MAX]);

/* Whether any call gives events of this type. */
bool event_type_is_delivered(uint32_t index);

#endif /* FIELDS_EVENTS_H */
