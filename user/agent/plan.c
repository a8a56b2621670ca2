// SPDX-License-Identifier: Apache-2.0
#include "agent/plan.h"

#include <string.h>

#include "fields/events.h"

/* The calls behind every event type that a rule can be reached by. */
static uint64_t wanted_calls(const struct rules *rules)
{
	uint64_t wanted = 0;
	uint64_t calls;

	for (uint32_t i = 0; i < event_type_count(); i++) {
		calls = 0;
		if ((!rules || rules_want_event(rules, i)) && event_type_calls(i, &calls))
			wanted |= calls;
	}
	return wanted;
}

void plan_sensor(const struct rules *rules, const struct engine *engine,
		 struct sensor_config *config)
{
	const uint64_t cwd_calls = 1ULL << BW_CALL_CHDIR | 1ULL << BW_CALL_FCHDIR;
	uint64_t wanted = wanted_calls(rules);

	/* Rare, and they keep proc.cwd true; but not worth a system call hook of their own. */
	if (wanted & ~(1ULL << BW_CALL_FORK | 1ULL << BW_CALL_VFORK | 1ULL << BW_CALL_CLONE |
		       1ULL << BW_CALL_CLONE3 | 1ULL << BW_CALL_EXIT))
		wanted |= cwd_calls;
	for (unsigned int call = 0; call < BW_CALL_MAX; call++)
		config->calls[call] = wanted >> call & 1;
	config->want_env = !rules || rules_use_field(rules, "proc.env") ||
			   (engine && engine_uses_field(engine, "proc.env"));
}
