/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_FILLED_H
#define FIELDS_FILLED_H

/* Which fields this build ever fills, and for which events. */
#include "fields/events.h"
#include "fields/field.h"

/*
 * Event types (bits of fields/events.h) for which the field may be other than null.
 * Types that are not delivered count as such, but for a field that is never filled.
 */
void field_filled_types(const struct field_ref *ref, uint64_t types[EVENT_TYPE_MAX / 64]);

/* May it be other than null for any event that is delivered? */
bool field_is_filled(const struct field_ref *ref);

#endif /* FIELDS_FILLED_H */
