/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_BIND_H
#define CONTAINER_BIND_H

/* Binds cgroups to containers and tells the world of it.  Private to the module. */
#include "container/registry.h"

/* What runs above `tgid`: a shim or conmon; false if there is none. */
bool bind_find_supervisor(const struct containers *c, uint32_t tgid, struct runtime *out);

/* The engine that a supervisor (NULL: none) stands for, into *claim. */
void bind_set_engine(struct claim *claim, const struct runtime *supervisor);

/* The cgroup was made by, or for a child of, the low runtime `runner`. */
void bind_by_runner(struct containers *c, enum hier hier, struct node *node,
		    const struct runner *runner);

/* The cgroup belongs to `entry` as a part of it. */
void bind_child(struct containers *c, enum hier hier, struct node *node, struct entry *entry);

/* A container that was there before its cgroup was seen; how it is looked at is filled in. */
void bind_by_claim(struct containers *c, enum hier hier, struct node *node, struct claim *claim);

/* Nobody saw who made the cgroup: ask the file system and /proc.  pid: in it, or 0. */
void bind_by_path(struct containers *c, enum hier hier, struct node *node, uint32_t pid,
		  uint32_t parent_tgid);

/* Look at the files of a container again; returns whether they are whole now. */
bool bind_again(struct containers *c, struct entry *entry);

/* Look at them for the address of its network alone, and tell if there is one now. */
void bind_find_address(struct containers *c, struct entry *entry);

/* More is known of it. */
void bind_tell(struct containers *c, const struct entry *entry);

/*
 * The container of a task in a pid namespace of its own whose cgroup tells nothing: a rootless
 * one, or one that is being set up.  NULL if nobody can be made out.
 */
struct entry *bind_by_namespace(struct containers *c, const struct bw_hdr *hdr);

#endif /* CONTAINER_BIND_H */
