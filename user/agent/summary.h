/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_SUMMARY_H
#define AGENT_SUMMARY_H

/* What a run saw, lost and found, on standard error at its end. */
#include "engine/engine.h"

void summary_print(const struct engine *engine, const struct rules *rules);

/* What Falco prints at its end, on standard output, where test suites look for it. */
void summary_print_falco(const struct engine *engine, const struct rules *rules);

#endif /* AGENT_SUMMARY_H */
