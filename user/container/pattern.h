/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_PATTERN_H
#define CONTAINER_PATTERN_H

/* What the path of a cgroup tells of the container that it was made for. */
#include <stdbool.h>
#include <stddef.h>

#define PATTERN_ID_MAX 256

struct pattern {
	const char *type; /* as struct container's; NULL: the shape fits several engines */
	char id[PATTERN_ID_MAX];
};

/*
 * The outermost component of `path` with a known shape: what lies below it may have
 * been named by the container.  Returns false if there is none.
 */
bool pattern_find(const char *path, struct pattern *out);

/* The cgroup of a runtime's own helper (conmon's, LXC's monitor's). */
bool pattern_is_helper(const char *path);

#endif /* CONTAINER_PATTERN_H */
