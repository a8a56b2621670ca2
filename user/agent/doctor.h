/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_DOCTOR_H
#define AGENT_DOCTOR_H

/* What bpfwatch doctor finds, one line each. */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"

/* Also the exit codes of doctor. */
enum doctor_state {
	DOCTOR_WELL = 0,
	DOCTOR_DEGRADED = 1, /* something is not seen, or a rule cannot fire */
	DOCTOR_BROKEN = 2, /* nothing can be watched here */
	DOCTOR_STATES,
};

#define DOCTOR_FINDINGS_MAX 4096 /* beyond it they are not shown, but still count */

struct doctor_finding {
	const char *topic; /* "hook" */
	const char *name; /* "uring" */
	enum doctor_state state;
	const char *value; /* "live" */
	const char *note; /* what it means; "" nothing */
};

struct doctor {
	struct arena *arena; /* of the findings' texts */
	struct doctor_finding *findings;
	size_t n;
	enum doctor_state worst;
};

/* Topic is kept, the other texts are copied. */
void doctor_add(struct doctor *doctor, enum doctor_state state, const char *topic, const char *name,
		const char *value, const char *note);

/* Kernel, rights, cgroups, 32-bit calls, memory, hooks.  Returns whether programs may be loaded. */
bool doctor_look_at_host(struct doctor *doctor);

#endif /* AGENT_DOCTOR_H */
