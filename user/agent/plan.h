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

#endif /* AGENT_PLAN_H */
