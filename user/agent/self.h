/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SELF_H
#define AGENT_SELF_H

/* What the agent tells of itself: who it is, and what it finds wrong with its sensor. */
#include "engine/engine.h"
#include "sensor/sensor.h"

/* Tell the engine, and so a capture, which process and which BPF objects are ours. */
void self_introduce(struct engine *engine, const struct sensor *sensor);

/* A line to standard error and, if the engine has rules, an alert. */
void self_report(struct engine *engine, const struct sensor_finding *finding);

#endif /* AGENT_SELF_H */
