/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_TARGET_H
#define ENGINE_TARGET_H

/* Whom a call aims at: the process that its arguments name, or the agent by one of its BPF objects. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/record.h"
#include "proc/proc.h"

#define TARGET_IDS_MAX 128 /* of one kind; the agent has some fifty programs */

struct target_ids {
	uint32_t ids[TARGET_IDS_MAX];
	size_t n;
};

/* What a BW_EVENT_AGENT record said; zero: nothing yet. */
struct target_agent {
	uint32_t tgid;
	struct target_ids programs;
	struct target_ids maps;
	struct target_ids links;
};

void target_learn_agent(struct target_agent *agent, const struct record *rec);

/* The agent's process; NULL: not known. */
const struct proc *target_agent_proc(const struct target_agent *agent, const struct procs *procs,
				     uint64_t time_ns);

/*
 * The process that the call aims at, by its number or a file of its in /proc; borrowed as
 * from procs_called().  NULL: it aims at none, at itself, at a group, at one that it did
 * not find, or we cannot tell at which.
 */
const struct proc *target_find(const struct target_agent *agent, const struct procs *procs,
			       const struct record *rec);

#endif /* ENGINE_TARGET_H */
