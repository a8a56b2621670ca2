/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_FACTS_H
#define CONTAINER_FACTS_H

/* What the kernel tells in /proc of a container's first process, where it was not seen to start. */
#include <stdint.h>

#include "container/container.h"

/*
 * From <root>/proc/PID/{status,stat,ns}: what confines it, and when it started (boot time, in
 * clock ticks).  What cannot be read stays as it is in `info`.
 */
void facts_read(const char *root, uint32_t pid, struct container *info);

#endif /* CONTAINER_FACTS_H */
