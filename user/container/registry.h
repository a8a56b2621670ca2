/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_REGISTRY_H
#define CONTAINER_REGISTRY_H

/*
 * The tables behind struct containers: cgroups, containers and processes of runtimes,
 * all with fixed caps.  Private to the module.
 */
#include <stdbool.h>
#include <stdint.h>

#include "container/cgroupfs.h"
#include "container/container.h"
#include "container/engine.h"
#include "container/query.h"
#include "container/runtime.h"
#include "container/share.h"
#include "container/table.h"

#define REGISTRY_CONTAINERS_MAX 8192
#define REGISTRY_NODES_MAX      65536 /* in each hierarchy */
#define REGISTRY_RUNTIMES_MAX   2048
#define REGISTRY_SETUPS_MAX     8192
#define REGISTRY_TAIL_NS        (30ULL * 1000 * 1000 * 1000)
#define REGISTRY_ADDRESS_NS     (100ULL * 1000 * 1000) /* until the second look for an address */
#define REGISTRY_RUNTIME_NS     (60ULL * 1000 * 1000 * 1000)

/* Beside the cgroup hierarchies: pid namespaces of containers that have no cgroup, by inode. */
#define HIER_NS         ((enum hier)HIER_MAX)
#define REGISTRY_TABLES (HIER_MAX + 1)

/* A container; it stays while a cgroup refers to it. */
struct entry {
	struct link link; /* by full id; not unique: an id may be used again */
	struct container *info;
	uint64_t cgroup[HIER_MAX]; /* its own cgroup; 0: not known */
	uint64_t creator_start_ns;
	uint64_t used_ns;
	uint32_t creator_tgid; /* the runtime that made its cgroup; 0: was there before us */
	uint32_t pid; /* of its first process, as found; 0: not known */
	uint32_t n_nodes;
	uint32_t n_address_tries;
	uint64_t address_ns; /* when to look for its address again */
	bool is_whole; /* its config.json was read */
	bool has_waited; /* for the same */
	bool is_asked; /* a daemon about it, or it was not worth it */
	bool is_crio; /* these are as in struct claim, for another look */
	uint32_t uid;
	enum engine engine;
	char *namespace;
};

enum node_state {
	NODE_PENDING, /* nobody was in it so far, or its maker tells nothing */
	NODE_HOST, /* part of no container */
	NODE_BOUND,
};

/* Whose container it is. */
enum who { WHO_ROOT, WHO_USER, WHO_MAX };

/* A cgroup, or (HIER_NS) a pid namespace. */
struct node {
	struct link link; /* by id */
	uint64_t id;
	uint64_t parent_id; /* 0: not known */
	uint64_t creator_start_ns;
	uint64_t removed_ns; /* 0: it is there */
	uint32_t creator_tgid; /* 0: was there before us */
	bool is_helper; /* by its name, of a runtime's own process */
	enum node_state state;
	struct entry *entry; /* NODE_BOUND */
};

/* A process that ran a runtime. */
struct runner {
	struct link link; /* by tgid */
	uint64_t start_ns;
	uint64_t seen_ns;
	uint32_t tgid;
	uint32_t parent_tgid;
	uint32_t uid;
	uint64_t cgroup[HIER_MAX]; /* 0: not known */
	struct runtime runtime;
};

/* A process that still runs a runtime's own program; see setup.h. */
struct setup {
	struct link link; /* by tgid */
	uint64_t start_ns;
	uint64_t seen_ns;
	uint64_t ino; /* of the program's file */
	uint32_t dev;
	uint32_t mnt_ns;
	uint32_t tgid;
};

struct containers {
	struct containers_config config;
	struct containers_stats stats;
	struct query *query; /* NULL: nobody is asked */
	struct cgroupfs fs;
	struct table entries;
	struct table nodes[REGISTRY_TABLES];
	struct table runners;
	struct table setups;
	struct container host;
	uint64_t now_ns; /* time of the latest record */
	/* For reading files and for waiting for them; what users do takes nothing from root's. */
	struct share looks[WHO_MAX];
	struct share waits[WHO_MAX];
	uint64_t record[BW_RECORD_MAX / sizeof(uint64_t)]; /* to build one in */
};

/* The one that this process made; NULL: none. */
struct entry *registry_find_made(const struct containers *c, const char *full_id, uint32_t tgid,
				 uint64_t start_ns);
/* The latest with this id that user `uid` made; NULL: none.  A user may call his as root's is called. */
struct entry *registry_find_id(const struct containers *c, const char *full_id, uint32_t uid);
/* The one that `info` describes anew; NULL: none. */
struct entry *registry_find_same(const struct containers *c, const struct container *info);

/* Takes `info`, also when it fails; NULL when out of memory. */
struct entry *registry_add(struct containers *c, struct container *info);

/* Takes `info`. */
void registry_replace(struct entry *entry, struct container *info);

struct node *registry_node(const struct containers *c, enum hier hier, uint64_t id);
/* Finds or makes it; NULL when out of memory or at the cap. */
struct node *registry_node_add(struct containers *c, enum hier hier, uint64_t id);
void registry_bind(struct node *node, struct entry *entry);
void registry_unbind(struct node *node, enum node_state state);

struct runner *registry_runner(const struct containers *c, uint32_t tgid);
/* Finds or makes it; NULL when out of memory or at the cap. */
struct runner *registry_runner_add(struct containers *c, uint32_t tgid);

void registry_runner_drop(struct containers *c, uint32_t tgid, uint64_t start_ns);

/* Drop what is older than its time. */
void registry_expire(struct containers *c, uint64_t now_ns);

/* Free all. */
void registry_done(struct containers *c);

#endif /* CONTAINER_REGISTRY_H */
