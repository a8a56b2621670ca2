/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_SETUP_H
#define CONTAINER_SETUP_H

/*
 * Processes that run a container runtime's own program: from its exec until they execute something
 * else, their forks with them.  A name proves nothing, so the file has to be root's and nobody
 * else's to write, and the process outside of every container; a copy of itself in memory (runc and
 * crun guard their file so) counts where such a process executes it before it enters the
 * container's mounts.  Private to the module.
 */
#include "container/registry.h"

/* Apply an exec, or a process found at start. */
void setup_exec(struct containers *c, const struct bw_exec *rec);
void setup_fork(struct containers *c, const struct bw_fork *rec);
void setup_exit(struct containers *c, const struct bw_hdr *hdr);

const struct setup *setup_find(const struct containers *c, uint32_t tgid, uint64_t start_ns);

#endif /* CONTAINER_SETUP_H */
