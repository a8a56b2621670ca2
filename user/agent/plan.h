/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PLAN_H
#define AGENT_PLAN_H

/* What the sensor must report for the rules at hand, and nothing else. */
#include "engine/engine.h"
#include "sensor/sensor.h"

/*
 * Set config->calls and config->want_env.  Without rules: everything.  `engine`
 * may be NULL; with it, the fields that outputs print count too.
 */
void plan_sensor(const struct rules *rules, const struct engine *engine,
		 struct sensor_config *config);

/*
 * The calls that the i-th rule is for.  Execs are not among them if it is for those
 * alone that succeed, which are seen without a hook on system calls.
 */
void plan_rule_calls(const struct rules *rules, size_t i, bool calls[BW_CALL_MAX]);

/* How well a rule sees. */
enum plan_sight {
	PLAN_SEES = 0,
	PLAN_PARTLY, /* some of what it is for happens unseen */
	PLAN_BLIND, /* it can never match here */
};

/* Of the i-th rule, on a kernel with these hooks.  Appends the reason to `why`. */
enum plan_sight plan_sight(const struct rules *rules, size_t i,
			   const enum sensor_hook_state hooks[SENSOR_HOOK_MAX], struct buf *why);

struct plan_summary {
	size_t n_active; /* rules that are enabled and severe enough */
	size_t n_blind; /* of them */
	size_t n_partly;
	bool hook[SENSOR_HOOK_MAX]; /* not live, and a rule would need it */
};

void plan_summarize(const struct rules *rules, const enum sensor_hook_state hooks[SENSOR_HOOK_MAX],
		    struct plan_summary *out);

#endif /* AGENT_PLAN_H */
