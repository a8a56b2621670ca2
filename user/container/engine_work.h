/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_ENGINE_WORK_H
#define CONTAINER_ENGINE_WORK_H

/* What the readers of the engines' files share.  Private to the module. */
#include <cjson/cJSON.h>

#include "container/engine.h"

/* One description under way. */
struct work {
	const struct claim *claim;
	struct container *info;
	int place; /* root of the paths */
	uint64_t n_failed;
	bool is_busy; /* something was being written: it is worth another look */
};

/* JSON of the file `path`, owned by the caller; NULL when it cannot be used, which is counted. */
cJSON *work_parse(struct work *work, const char *path, const char *text);

/* Is there time for another file?  If not, that is counted. */
bool work_has_time(struct work *work, const char *path);

/* The file "dir/name" as JSON, owned by the caller; NULL when it cannot be had, which is counted. */
cJSON *work_read_json(struct work *work, const char *dir, const char *name);

/* Count and tell at debug level that a file could not be used; err is a negative errno. */
void work_failed(struct work *work, const char *path, int err);

/*
 * As address_find_results().  A user's container is in no such directory of the host's: what is
 * there under its id is another's, and where his processes have another root he wrote it.
 */
void work_find_results(struct work *work, const char *id, char **member);

/* Cut `n` components off the end of `path`; false when it has not so many. */
bool work_go_up(char *path, int n);

/* Each reads what its engine keeps beside the bundle, whose config.json is `config`. */
void containerd_apply(struct work *work);
void containerd_find_address(struct work *work);
void cri_apply(struct work *work, const cJSON *config);
void cri_find_address(struct work *work, const cJSON *config);
void crio_apply(struct work *work, const cJSON *config);
void crio_find_address(struct work *work, const cJSON *config);
void podman_apply(struct work *work, const cJSON *config);
void podman_find_address(struct work *work);
/* Also for LOOK_ADDRESS. */
void docker_apply(struct work *work, const cJSON *config);

#endif /* CONTAINER_ENGINE_WORK_H */
