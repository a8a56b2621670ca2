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

/* What holds for the first process of a container: the runtime's plan until the kernel shows it. */
struct container_facts {
	bool has_caps;
	bool is_seen; /* caps, seccomp and ns_host are the kernel's word */
	int8_t seccomp; /* task->seccomp.mode; -1 unknown */
	int8_t no_new_privs; /* 1, 0, -1 unknown */
	uint32_t ns_host; /* BW_NS_* that it shares with the host, if is_seen */
	uint64_t caps; /* bounding set: more it can never have */
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
	char *pod_ip;
	char *ip; /* of a container that has an address of its own, not its pod's */
	char *cni_json; /* what the network plugins answered, by interface */
	bool is_sandbox; /* pause container of a pod */
	bool is_partial; /* its id is known, but not what its runtime wrote of it */
	bool is_rootless; /* a user other than root made it: all of this is that user's word */
	int8_t privileged; /* 1, 0, -1 unknown */
	int8_t rootfs_readonly; /* 1, 0, -1 unknown */
	struct container_facts facts;
	uint32_t pid_ns; /* inode, where its pid namespace alone shows it; else 0 */
	uint64_t memory_limit; /* bytes; 0: none or unknown */
	uint64_t pids_limit; /* 0: none or unknown */
	uint64_t start_ns; /* boot time of its cgroup's creation; 0 unknown */
	char *user; /* of the first process: uid[:gid] or name */
	char *rootfs; /* host path; not followed by anybody but the registry */
	char *passwd; /* text of the container's /etc/passwd, bounded; NULL unknown */
	struct container_mount *mounts;
	uint32_t n_mounts;
	struct container_label *labels;
	uint32_t n_labels;
	struct container_label *pod_labels; /* of the pod that it is part of */
	uint32_t n_pod_labels;
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
	 * Sockets of daemons to ask what no file tells, paths with commas between them; live only.
	 * NULL: nobody is asked.
	 */
	const char *sockets;
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
	uint64_t n_waited; /* containers whose files were waited for */
	uint64_t n_left_out; /* times that files were not looked at: their share of the time was spent */
	uint64_t n_cut; /* containers whose passwd, labels or mounts did not fit a record */
	uint64_t n_asked; /* containers that a daemon was asked about */
	uint64_t n_answered;
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

/*
 * The task still runs the program of a container runtime (runc, crun, conmon, a shim …) or that
 * program's copy of itself, and was started outside of every container: told by the file
 * executed and by who forked it, not by what it calls itself.
 */
bool containers_is_runtime(const struct containers *containers, const struct bw_hdr *hdr);

/* Called for each container there is; `pid` is that of its first process, 0 if not known. */
typedef void (*containers_fn)(const struct container *container, uint32_t pid, void *arg);
void containers_each(const struct containers *containers, containers_fn fn, void *arg);

/*
 * Go on with what daemons are asked, without waiting.  What they answer is bound again.  The
 * descriptor can be waited for; -1: there is none.
 */
void containers_query(struct containers *containers, uint64_t now_ns);
int containers_query_fd(const struct containers *containers);

/* Forget what was removed before boot time `now_ns` less the tail of 30 s. */
void containers_expire(struct containers *containers, uint64_t now_ns);

void containers_read_stats(const struct containers *containers, struct containers_stats *out);

#endif /* CONTAINER_CONTAINER_H */
