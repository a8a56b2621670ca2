// SPDX-License-Identifier: Apache-2.0
#include "container/setup.h"

#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#define OVERLAYFS_MAGIC 0x794c7630

const struct setup *setup_find(const struct containers *c, uint32_t tgid, uint64_t start_ns)
{
	uint64_t hash = table_hash_number(tgid);
	struct link *link = NULL;
	const struct setup *setup;

	while ((link = table_next(&c->setups, hash, link))) {
		setup = (const struct setup *)link;
		if (setup->tgid == tgid && setup->start_ns == start_ns)
			return setup;
	}
	return NULL;
}

static void remove_tgid(struct containers *c, uint32_t tgid)
{
	uint64_t hash = table_hash_number(tgid);
	struct link *link = table_next(&c->setups, hash, NULL);

	while (link) {
		struct link *next = table_next(&c->setups, hash, link);

		if (((struct setup *)link)->tgid == tgid) {
			table_remove(&c->setups, link);
			free(link);
		}
		link = next;
	}
}

static bool drop_old(struct link *link, void *arg)
{
	const uint64_t *before_ns = arg;

	if (((struct setup *)link)->seen_ns >= *before_ns)
		return false;
	free(link);
	return true;
}

/* Copies *like, which is not in the table yet or another's. */
static void add(struct containers *c, const struct setup *like)
{
	uint64_t old_ns = c->now_ns > REGISTRY_RUNTIME_NS ? c->now_ns - REGISTRY_RUNTIME_NS : 0;
	struct setup *setup;

	if (c->setups.count >= REGISTRY_SETUPS_MAX)
		table_sweep(&c->setups, drop_old, &old_ns);
	setup = c->setups.count < REGISTRY_SETUPS_MAX ? malloc(sizeof(*setup)) : NULL;
	if (!setup) {
		c->stats.n_evicted++;
		return;
	}
	*setup = *like;
	setup->seen_ns = c->now_ns;
	table_add(&c->setups, &setup->link, table_hash_number(setup->tgid));
}

/* By what is known already: this must not go and look. */
static bool is_contained(const struct containers *c, const struct bw_hdr *hdr)
{
	const struct node *v2 = registry_node(c, HIER_V2, hdr->cgroup_v2);
	const struct node *v1 = registry_node(c, HIER_V1, hdr->cgroup_v1);

	return hdr->ns_differs & BW_NS_PID || (v2 && v2->state == NODE_BOUND) ||
	       (v1 && v1->state == NODE_BOUND);
}

static bool is_roots_alone(const struct bw_file *file)
{
	return file->uid == 0 && !(file->mode & (S_IWGRP | S_IWOTH)) &&
	       !(file->flags & BW_FILE_MEMFD);
}

/*
 * The same file, whatever its name is by now; a sealed copy in memory; or the file through an
 * overlay of one layer that a newer runc mounts for itself, out of reach of any path.
 */
static bool is_own_copy(const struct setup *setup, const struct bw_exec *rec, const char *path)
{
	const struct bw_file *exe = &rec->exe;

	if (rec->hdr.mnt_ns != setup->mnt_ns)
		return false; /* what runs in the container's mounts is the workload */
	if (exe->flags & BW_FILE_MEMFD)
		return true;
	if (exe->dev == setup->dev && exe->ino == setup->ino)
		return true;
	return exe->fs_magic == OVERLAYFS_MAGIC && exe->flags & BW_FILE_UNREACHABLE &&
	       exe->uid == 0 && runtime_is_program(path);
}

void setup_exec(struct containers *c, const struct bw_exec *rec)
{
	const char *path = rec->path.len ? (const char *)rec + rec->path.off : "";
	const struct setup *known = setup_find(c, rec->hdr.tgid, rec->hdr.start_ns);
	struct setup new = {
		.tgid = rec->hdr.tgid,
		.start_ns = rec->hdr.start_ns,
		.ino = rec->exe.ino,
		.dev = rec->exe.dev,
		.mnt_ns = rec->hdr.mnt_ns,
	};

	if (known && is_own_copy(known, rec, path))
		return;
	remove_tgid(c, rec->hdr.tgid);
	if (runtime_is_program(path) && is_roots_alone(&rec->exe) && !is_contained(c, &rec->hdr))
		add(c, &new);
}

void setup_fork(struct containers *c, const struct bw_fork *rec)
{
	const struct setup *creator = setup_find(c, rec->creator_tgid, rec->creator_start_ns);
	struct setup new;

	if (!creator || (rec->hdr.tgid == creator->tgid && rec->hdr.start_ns == creator->start_ns))
		return;
	new = *creator;
	new.tgid = rec->hdr.tgid;
	new.start_ns = rec->hdr.start_ns;
	remove_tgid(c, new.tgid);
	add(c, &new);
}

void setup_exit(struct containers *c, const struct bw_hdr *hdr)
{
	if (setup_find(c, hdr->tgid, hdr->start_ns))
		remove_tgid(c, hdr->tgid);
}
