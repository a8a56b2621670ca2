// SPDX-License-Identifier: Apache-2.0
#include "engine/finding.h"

#include <string.h>

#include "rules/rules.h"

#define FIELDS "finding=%sensor.finding object=%sensor.object count=%sensor.count"

static const struct {
	const char *rule;
	const char *output;
} texts[BW_FINDING_MAX] = {
	[BW_FINDING_RING_MOVED] = { "Sensor Tampered",
				    "Reader's position in a ring was written by another process and put back | " FIELDS },
	[BW_FINDING_RING_OVERRUN] = { "Sensor Tampered",
				      "Records in a ring were written over before they were read | " FIELDS },
	[BW_FINDING_OBJECT] = { "Sensor Tampered",
				"A program, map or link of the sensor is gone | " FIELDS },
	[BW_FINDING_BLIND] = { "Sensor Blind", "The sensor's own events do not arrive | " FIELDS
					       " since=%sensor.since" },
};

int findings_init(struct findings *findings)
{
	struct diag diag;
	int err = 0;

	diag_init(&diag);
	memset(findings, 0, sizeof(*findings));
	for (uint32_t kind = BW_FINDING_NONE + 1; kind < BW_FINDING_MAX && !err; kind++)
		err = template_compile(texts[kind].output, &diag, &findings->tmpl[kind]);
	return err;
}

void findings_done(struct findings *findings)
{
	for (uint32_t kind = 0; kind < BW_FINDING_MAX; kind++)
		template_free(findings->tmpl[kind]);
}

void findings_describe(const struct findings *findings, uint32_t kind, struct alert *alert)
{
	static const char *const tags[] = { "sensor", "mitre_defense_evasion", "T1562.001" };

	alert->rule = texts[kind].rule;
	alert->priority = priority_name(PRIORITY_CRITICAL);
	alert->source = "internal";
	alert->tags = tags;
	alert->n_tags = sizeof(tags) / sizeof(tags[0]);
	alert->tmpl = findings->tmpl[kind];
	alert->brief = findings->tmpl[kind];
}
