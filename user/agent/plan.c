// SPDX-License-Identifier: Apache-2.0
#include "agent/plan.h"

#include <string.h>

#include "fields/events.h"

/* The calls behind every event type that a rule can be reached by. */
static void wanted_calls(const struct rules *rules, bool wanted[BW_CALL_MAX])
{
	memset(wanted, 0, BW_CALL_MAX * sizeof(*wanted));
	for (uint32_t i = 0; i < event_type_count(); i++) {
		if (!rules || rules_want_event(rules, i))
			(void)event_type_calls(i, wanted);
	}
}

/* Process life is seen without a hook on system calls. */
static bool is_life(unsigned int call)
{
	return call == BW_CALL_FORK || call == BW_CALL_VFORK || call == BW_CALL_CLONE ||
	       call == BW_CALL_CLONE3 || call == BW_CALL_EXIT;
}

void plan_sensor(const struct rules *rules, const struct engine *engine,
		 struct sensor_config *config)
{
	bool any = false;

	wanted_calls(rules, config->calls);
	for (unsigned int call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++)
		any = any || (config->calls[call] && !is_life(call));
	/* Rare, and they keep proc.cwd true; but not worth a system call hook of their own. */
	if (any) {
		config->calls[BW_CALL_CHDIR] = true;
		config->calls[BW_CALL_FCHDIR] = true;
	}
	config->want_env = !rules || rules_use_field(rules, "proc.env") ||
			   (engine && engine_uses_field(engine, "proc.env"));
}
