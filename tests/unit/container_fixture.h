/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_FIXTURE_H
#define CONTAINER_FIXTURE_H

/* A host made of files, and records as the kernel would send them, for tests of the registry. */
#include <stddef.h>
#include <stdint.h>

#include "container/container.h"

#define V1_HIERARCHY 4
#define RUNC_TGID    100
#define SHIM_TGID    90
#define CG2          2000
#define CG1          500
#define HEX64        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"

/* A tree of files that stands for the host, and a live and a replaying registry. */
struct fixture {
	char root[64];
	struct containers *live;
	struct containers *replay;
	uint32_t n_records;
};

/* A record with room for its strings. */
union record {
	struct bw_hdr hdr;
	struct bw_exec exec;
	struct bw_cgroup cgroup;
	struct bw_container container;
	struct bw_fork fork;
	uint64_t align;
	char bytes[8192];
};

struct dir {
	uint32_t hierarchy;
	uint64_t id;
	uint64_t parent;
	const char *path;
};

/* Time of the latest record. */
uint64_t cf_now_ns(void);

int cf_setup(void **state);
int cf_teardown(void **state);

/* The live registry anew, with these sockets of daemons (NULL: none). */
void cf_start(struct fixture *f, const char *sockets);

/* A file below the host's root, with the directories above it. */
void cf_put(const struct fixture *f, const char *path, const char *text);
void cf_put_bytes(const struct fixture *f, const char *path, const void *data, size_t len);
void cf_put_link(const struct fixture *f, const char *path, const char *to);

/*
 * Process `pid` of user `uid` and its child `pid` + 1: the first in the host's pid namespace with
 * `argv` ("|" between arguments), the child in pid namespace `ns`.  So a user poses as a runtime.
 */
struct cf_poser {
	uint32_t pid;
	const char *uids; /* as behind "Uid:" */
	const char *argv;
	uint32_t ns;
};
void cf_put_poser(const struct fixture *f, const struct cf_poser *poser);

/* The container of that child. */
const struct container *cf_ask_poser(struct containers *c, const struct cf_poser *poser);

/* A value in a bbolt database: its way through the buckets, and its key, with slashes between. */
struct cf_pair {
	const char *way;
	const char *value;
	size_t len;
};

/* Such a database of `n` values. */
void cf_put_bolt(const struct fixture *f, const char *path, const struct cf_pair *pairs, size_t n);

/* A record of `type` about process `tgid`, in the host's cgroups and namespaces. */
void cf_head(union record *r, uint16_t type, uint32_t tgid);
struct bw_str cf_add(union record *r, size_t *at, const char *s, size_t len);
void cf_send(struct fixture *f, const union record *r);

/* argv is written with "|" between arguments. */
void cf_send_exec(struct fixture *f, uint32_t tgid, uint32_t parent, const char *argv,
		  const char *cwd);
void cf_send_cgroup(struct fixture *f, uint32_t op, const struct dir *dir, uint32_t tgid,
		    uint64_t in_v2);

const struct container *cf_ask(struct containers *c, uint64_t v2, uint64_t v1, uint32_t ns);

#endif /* CONTAINER_FIXTURE_H */
