/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CGROUPFS_H
#define CONTAINER_CGROUPFS_H

/* The two cgroup hierarchies whose ids events carry, as they are mounted here. */
#include <stddef.h>
#include <stdint.h>

#define CGROUP_PATH_MAX 4096
#define CGROUP_ROOT_ID  1 /* kernfs id of every hierarchy's root */

enum hier { HIER_V2, HIER_V1, HIER_MAX };

struct cgroupfs {
	int fd[HIER_MAX]; /* the mount point; -1: not mounted */
	char controller[HIER_MAX][64]; /* v1: as /proc/PID/cgroup names it; v2: "" */
	const char *root; /* prefix of all paths; borrowed */
};

/*
 * Find the mounts in <root>/proc/self/mountinfo.  `hierarchy` is the number of the
 * v1 hierarchy, 0: none.  What is not mounted is left out.
 */
void cgroupfs_init(struct cgroupfs *fs, const char *root, uint32_t hierarchy);
void cgroupfs_done(struct cgroupfs *fs);

/*
 * Path from the hierarchy's root, "/a/b", of the cgroup with this id.
 * Returns 0, -ENOENT when it is gone or not mounted, or -errno.
 */
int cgroupfs_path(const struct cgroupfs *fs, enum hier hier, uint64_t id, char *out, size_t size);

/* Id of the directory at `path`; 0 when it is gone. */
uint64_t cgroupfs_id(const struct cgroupfs *fs, enum hier hier, const char *path);

/* A process of the cgroup; 0 when it is empty. */
uint32_t cgroupfs_first_pid(const struct cgroupfs *fs, enum hier hier, const char *path);

/* Path of the cgroup that process `tgid` is in.  Returns 0 or -errno. */
int cgroupfs_path_of(const struct cgroupfs *fs, enum hier hier, uint32_t tgid, char *out,
		     size_t size);

/* Called for every directory below the root; stops when it returns non-zero. */
typedef int (*cgroupfs_walk_fn)(enum hier hier, uint64_t id, const char *path, void *arg);

/* Bounded in depth and number.  Returns 0, -ENOSPC when cut, what `fn` returned, or -errno. */
int cgroupfs_walk(const struct cgroupfs *fs, enum hier hier, cgroupfs_walk_fn fn, void *arg);

#endif /* CONTAINER_CGROUPFS_H */
