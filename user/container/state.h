/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_STATE_H
#define CONTAINER_STATE_H

/* The state directories of runtimes that leave no process behind (runc -d, crun -d). */
#include <stdint.h>

#include "container/runtime.h"

/*
 * The container whose cgroup is `path` into *out: role, type, id and bundle.  Pids are not
 * compared: state outlives processes.  Returns 0, -ENOENT if there is none.
 */
int state_find(const char *root, const char *path, struct runtime *out);

/* The container of a shim whose bundles lie in `dir` and whose first process is `pid`. */
int state_find_task(const char *root, const char *dir, uint32_t pid, char *id, size_t size);

#endif /* CONTAINER_STATE_H */
