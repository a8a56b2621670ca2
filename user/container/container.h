/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CONTAINER_H
#define CONTAINER_CONTAINER_H

/*
 * Which container an event belongs to, from its cgroup ids, and what the
 * runtime's files on disk say of it.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "bpfwatch/event.h"

#define CONTAINER_ID_MAX 128

enum container_kind {
	CONTAINER_HOST, /* not in a container */
	CONTAINER_KNOWN, /* id is known; metadata as far as it was found */
	CONTAINER_UNKNOWN, /* in a container that could not be named; never shown as the host */
};

struct container_mount {
	char *source;
	char *dest;
	char *mode; /* options joined by "," */
	bool rdwr;
	char *propagation;
};

struct container_label {
	char *key;
	char *value;
};

/*
 * Strings are NULL when unknown.  All is owned by the registry and borrowed
 * until the next call that may change it.
 */
struct container {
	enum container_kind kind;
	char *full_id;
	char id[CONTAINER_ID_MAX]; /* what people call it, see info_new(); "host" for the host */
	char *name;
	char *type; /* docker, containerd, cri-o, podman, lxc, runc, crun …; "host" */
	char *bundle;
	char *image; /* as the runtime wrote it: repository[:tag][@digest] */
	char *image_repository;
	char *image_tag;
	char *image_id;
	char *image_digest;
	char *pod_name;
	char *pod_ns;
	char *pod_uid;
	char *pod_sandbox_id;
	char *k8s_container_name;
	bool is_sandbox; /* pause container of a pod */
	int8_t privileged; /* 1, 0, -1 unknown */
	int8_t rootfs_readonly; /* 1, 0, -1 unknown */
	uint64_t start_ns; /* boot time of its cgroup's creation; 0 unknown */
	char *user; /* of the first process: uid[:gid] or name */
	char *rootfs; /* host path; not followed by anybody but the registry */
	char *passwd; /* text of the container's /etc/passwd, bounded; NULL unknown */
	struct container_mount *mounts;
	uint32_t n_mounts;
	struct container_label *labels;
	uint32_t n_labels;
};

struct containers;

struct containers_config {
	/*
	 * Read /proc, cgroupfs and runtime state.  Off in a replay: then only
	 * BW_EVENT_CONTAINER records tell what a cgroup is.
	 */
	bool live;
	const char *root; /* prefix of every path read, for tests; "" on a host */
	uint32_t cgroup_v1_hierarchy; /* of the records; 0: none */
	/*
	 * Called with a raw BW_EVENT_CONTAINER record when a cgroup is bound or
	 * what is known of it grows; NULL: not wanted.
	 */
	void (*on_bind)(const void *data, size_t len, void *arg);
	void *arg;
};

struct containers_stats {
	uint64_t n_containers;
	uint64_t n_resolved; /* cgroups bound to a container */
	uint64_t n_unresolved; /* events that had to leave with CONTAINER_UNKNOWN */
	uint64_t n_read_failed; /* files of a runtime that could not be read or parsed */
	uint64_t n_evicted;
	uint64_t n_cut; /* containers whose passwd, labels or mounts did not fit a record */
};

/* NULL when out of memory. */
struct containers *containers_new(const struct containers_config *config);
void containers_free(struct containers *containers);

/* Learn the containers that are there already; live only.  Returns 0 or -errno. */
int containers_scan(struct containers *containers);

/*
 * Apply a BW_EVENT_CGROUP (mkdir binds, rmdir starts the time after which it is
 * forgotten), a BW_EVENT_EXEC or _FORK (which shows what runtime processes do),
 * or a BW_EVENT_CONTAINER record.  Other types are ignored.  `hdr` is the head of a
 * record that record_parse() accepted.
 */
void containers_apply(struct containers *containers, const struct bw_hdr *hdr);

/*
 * The container of the task that `hdr` describes.  Never NULL: the host, or an
 * unknown container where namespaces tell that there is one.
 */
const struct container *containers_lookup(struct containers *containers, const struct bw_hdr *hdr);

/* Forget what was removed before boot time `now_ns` less the tail of 30 s. */
void containers_expire(struct containers *containers, uint64_t now_ns);

void containers_read_stats(const struct containers *containers, struct containers_stats *out);

#endif /* CONTAINER_CONTAINER_H */
