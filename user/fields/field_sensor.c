// SPDX-License-Identifier: Apache-2.0
/* What is wrong with the sensor itself: of the alerts about it, which no rule of a file gives. */
#include "fields/family.h"

static const struct bw_finding *finding_of(const struct event_view *view)
{
	return view->rec->hdr->type == BW_EVENT_FINDING ? view->rec->finding : NULL;
}

static bool get_finding(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	static const char *const names[BW_FINDING_MAX] = {
		[BW_FINDING_RING_MOVED] = "ring_moved",
		[BW_FINDING_RING_OVERRUN] = "ring_overrun",
		[BW_FINDING_OBJECT] = "object",
		[BW_FINDING_BLIND] = "blind",
	};
	const struct bw_finding *finding = finding_of(view);

	(void)ref;
	return finding && value_str(out, names[finding->kind]);
}

static bool get_object(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	const struct bw_finding *finding = finding_of(view);

	(void)ref;
	return finding && value_str(out, record_str(view->rec, finding->object).s);
}

static bool get_count(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_finding *finding = finding_of(view);

	(void)ref;
	return finding && value_uint(out, finding->count);
}

static bool get_since(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_finding *finding = finding_of(view);

	(void)ref;
	return finding && finding->since_ns &&
	       value_uint(out, finding->since_ns + view->host->epoch_offset_ns);
}

static const struct field fields[] = {
	{ "sensor.finding", FIELD_STRING, FIELD_OWN,
	  "What is wrong with the sensor: ring_moved, ring_overrun, object or blind.",
	  get_finding },
	{ "sensor.object", FIELD_STRING, FIELD_OWN, "The ring, program, map or link concerned.",
	  get_object },
	{ "sensor.count", FIELD_UINT64, FIELD_OWN,
	  "How often; of ring_overrun, how many bytes; of blind, how many signs did not come.",
	  get_count },
	{ "sensor.since", FIELD_ABSTIME, FIELD_OWN,
	  "Since when, in nanoseconds since the epoch; null: just now.", get_since },
};

const struct field_family field_family_sensor = FIELD_FAMILY(fields);
