/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_PS_H
#define AGENT_PS_H

/* bpfwatch ps: the containers that there are now, from files alone. */
#include "agent/options.h"

int ps_run(const struct options *options);

#endif /* AGENT_PS_H */
