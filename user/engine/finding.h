/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_FINDING_H
#define ENGINE_FINDING_H

/* Alerts about the sensor itself.  They depend on no rule file: who edits those cannot silence them. */
#include "bpfwatch/event.h"
#include "output/alert.h"

struct findings {
	struct template *tmpl[BW_FINDING_MAX]; /* by enum bw_finding_kind */
};

/* Returns 0 or -ENOMEM; ends with findings_done() in both cases. */
int findings_init(struct findings *findings);
void findings_done(struct findings *findings);

/* What a rule would say of that kind; the rest of *alert is the caller's. */
void findings_describe(const struct findings *findings, uint32_t kind, struct alert *alert);

#endif /* ENGINE_FINDING_H */
