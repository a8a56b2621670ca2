/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_ENGINE_H
#define CONTAINER_ENGINE_H

/* From a container's id, bundle and supervisor to all that its engine left on disk. */
#include <stdbool.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#include "container/container.h"

/* Decided by who supervises the container, never by annotations: users set those. */
enum engine {
	ENGINE_NONE, /* a low runtime alone, or only a cgroup's name */
	ENGINE_CONTAINERD,
	ENGINE_CRI, /* containerd for Kubernetes */
	ENGINE_DOCKER,
	ENGINE_CONMON, /* podman or CRI-O */
};

enum look {
	LOOK_ALL,
	LOOK_ADDRESS, /* at what tells the address of its network alone */
	LOOK_NONE, /* at no file */
};

/* What the registry found out before it reads files.  Strings are borrowed. */
struct claim {
	enum engine engine;
	const char *id; /* never NULL */
	const char *type; /* if engine is ENGINE_NONE: "runc", "docker" … or NULL */
	const char *bundle; /* NULL: not known */
	const char *name; /* conmon's; NULL: not known */
	const char *namespace; /* containerd's; NULL: not known */
	bool is_crio;
	uint32_t uid; /* of who runs the runtime: if it is not root, all of this is that user's word */
	uint32_t pid; /* whose root the paths start from; 0: the host's */
	uint32_t init_pid; /* of its first process; 0: not known */
	enum look look;
	uint64_t until_ns; /* boot time from which on no more files are read; 0: none */
};

/*
 * A new container, owned by the caller; NULL when out of memory.  *ret_failed counts the
 * files that were there and could not be used; *ret_whole tells whether config.json, or what the
 * runtime has in its place, was read.
 */
struct container *engine_describe(const char *root, const struct claim *claim, uint64_t *ret_failed,
				  bool *ret_whole);

/*
 * Take what Docker's API says of a container and of its image (NULL: not known), where the files
 * said nothing.  Returns whether there was something new.
 */
bool engine_take_answer(struct container *info, const cJSON *container, const cJSON *image);

#endif /* CONTAINER_ENGINE_H */
