// SPDX-License-Identifier: Apache-2.0
#include "container/registry.h"

#include <stdlib.h>
#include <string.h>

#include "container/info.h"

static void entry_free(struct entry *entry)
{
	info_free(entry->info);
	free(entry->namespace);
	free(entry);
}

struct entry *registry_find_made(const struct containers *c, const char *full_id, uint32_t tgid,
				 uint64_t start_ns)
{
	uint64_t hash = table_hash_str(full_id);
	struct link *link = NULL;
	struct entry *entry;

	while ((link = table_next(&c->entries, hash, link))) {
		entry = (struct entry *)link;
		if (entry->creator_tgid == tgid && entry->creator_start_ns == start_ns &&
		    !strcmp(entry->info->full_id, full_id))
			return entry;
	}
	return NULL;
}

/* New ones go to the head of their chain. */
struct entry *registry_find_id(const struct containers *c, const char *full_id, uint32_t uid)
{
	uint64_t hash = table_hash_str(full_id);
	struct link *link = NULL;
	struct entry *entry;

	while ((link = table_next(&c->entries, hash, link))) {
		entry = (struct entry *)link;
		if (entry->uid == uid && !strcmp(entry->info->full_id, full_id))
			return entry;
	}
	return NULL;
}

struct entry *registry_find_same(const struct containers *c, const struct container *info)
{
	uint64_t hash = table_hash_str(info->full_id);
	struct link *link = NULL;
	struct entry *entry;

	while ((link = table_next(&c->entries, hash, link))) {
		entry = (struct entry *)link;
		if (entry->info->start_ns == info->start_ns &&
		    entry->info->is_rootless == info->is_rootless &&
		    !strcmp(entry->info->full_id, info->full_id))
			return entry;
	}
	return NULL;
}

static bool drop_node_of(struct link *link, void *arg)
{
	struct node *node = (struct node *)link;
	const struct entry *entry = arg;

	if (node->entry != entry)
		return false;
	free(node);
	return true;
}

struct oldest {
	struct entry *entry;
};

static bool note_oldest(struct link *link, void *arg)
{
	struct entry *entry = (struct entry *)link;
	struct oldest *oldest = arg;

	if (!oldest->entry || entry->used_ns < oldest->entry->used_ns)
		oldest->entry = entry;
	return false;
}

/* Make room: the container that was looked up longest ago goes, with its cgroups. */
static void evict_entry(struct containers *c)
{
	struct oldest oldest = { NULL };
	int hier;

	table_sweep(&c->entries, note_oldest, &oldest);
	if (!oldest.entry)
		return;
	for (hier = 0; hier < REGISTRY_TABLES; hier++)
		table_sweep(&c->nodes[hier], drop_node_of, oldest.entry);
	table_remove(&c->entries, &oldest.entry->link);
	entry_free(oldest.entry);
	c->stats.n_evicted++;
}

struct entry *registry_add(struct containers *c, struct container *info)
{
	struct entry *entry;

	if (c->entries.count >= REGISTRY_CONTAINERS_MAX)
		evict_entry(c);
	entry = calloc(1, sizeof(*entry));
	if (!entry) {
		info_free(info);
		return NULL;
	}
	entry->info = info;
	entry->used_ns = c->now_ns;
	entry->address_ns = c->now_ns + REGISTRY_ADDRESS_NS;
	table_add(&c->entries, &entry->link, table_hash_str(info->full_id));
	return entry;
}

void registry_replace(struct entry *entry, struct container *info)
{
	/* Seen once, the kernel's word stays. */
	if (entry->info->facts.is_seen && !info->facts.is_seen)
		info_set_facts(info, &entry->info->facts);
	if (!info->pid_ns)
		info->pid_ns = entry->info->pid_ns;
	info_free(entry->info);
	entry->info = info;
}

struct node *registry_node(const struct containers *c, enum hier hier, uint64_t id)
{
	uint64_t hash = table_hash_number(id);
	struct link *link = NULL;
	struct node *node;

	while ((link = table_next(&c->nodes[hier], hash, link))) {
		node = (struct node *)link;
		if (node->id == id)
			return node;
	}
	return NULL;
}

/* Those of the host can be had again; bound ones may be gone from disk. */
static bool drop_unbound(struct link *link, void *arg)
{
	struct node *node = (struct node *)link;
	struct containers *c = arg;

	if (node->state == NODE_BOUND)
		return false;
	c->stats.n_evicted++;
	free(node);
	return true;
}

struct node *registry_node_add(struct containers *c, enum hier hier, uint64_t id)
{
	struct node *node = registry_node(c, hier, id);

	if (node)
		return node;
	if (c->nodes[hier].count >= REGISTRY_NODES_MAX)
		table_sweep(&c->nodes[hier], drop_unbound, c);
	if (c->nodes[hier].count >= REGISTRY_NODES_MAX) {
		c->stats.n_evicted++;
		return NULL;
	}
	node = calloc(1, sizeof(*node));
	if (!node)
		return NULL;
	node->id = id;
	table_add(&c->nodes[hier], &node->link, table_hash_number(id));
	return node;
}

void registry_unbind(struct node *node, enum node_state state)
{
	if (node->entry)
		node->entry->n_nodes--;
	node->entry = NULL;
	node->state = state;
}

void registry_bind(struct node *node, struct entry *entry)
{
	if (node->entry == entry)
		return;
	registry_unbind(node, NODE_BOUND);
	node->entry = entry;
	entry->n_nodes++;
}

struct runner *registry_runner(const struct containers *c, uint32_t tgid)
{
	uint64_t hash = table_hash_number(tgid);
	struct link *link = NULL;
	struct runner *runner;

	while ((link = table_next(&c->runners, hash, link))) {
		runner = (struct runner *)link;
		if (runner->tgid == tgid)
			return runner;
	}
	return NULL;
}

static bool drop_runner(struct link *link, void *arg)
{
	struct runner *runner = (struct runner *)link;
	const uint64_t *before_ns = arg;

	if (runner->seen_ns >= *before_ns)
		return false;
	free(runner);
	return true;
}

struct runner *registry_runner_add(struct containers *c, uint32_t tgid)
{
	struct runner *runner = registry_runner(c, tgid);

	if (runner)
		return runner;
	if (c->runners.count >= REGISTRY_RUNTIMES_MAX)
		registry_expire(c, c->now_ns);
	if (c->runners.count >= REGISTRY_RUNTIMES_MAX) {
		c->stats.n_evicted++;
		return NULL;
	}
	runner = calloc(1, sizeof(*runner));
	if (!runner)
		return NULL;
	runner->tgid = tgid;
	table_add(&c->runners, &runner->link, table_hash_number(tgid));
	return runner;
}

void registry_runner_drop(struct containers *c, uint32_t tgid, uint64_t start_ns)
{
	struct runner *runner = registry_runner(c, tgid);

	if (!runner || runner->start_ns != start_ns)
		return;
	table_remove(&c->runners, &runner->link);
	free(runner);
}

static bool drop_removed(struct link *link, void *arg)
{
	struct node *node = (struct node *)link;
	const uint64_t *before_ns = arg;

	if (!node->removed_ns || node->removed_ns >= *before_ns)
		return false;
	registry_unbind(node, NODE_HOST);
	free(node);
	return true;
}

/* Those without a cgroup (known by their namespace alone) live on use. */
static bool drop_unused(struct link *link, void *arg)
{
	struct entry *entry = (struct entry *)link;
	const uint64_t *before_ns = arg;

	if (entry->n_nodes || entry->used_ns >= *before_ns)
		return false;
	entry_free(entry);
	return true;
}

void registry_expire(struct containers *c, uint64_t now_ns)
{
	uint64_t tail_ns = now_ns > REGISTRY_TAIL_NS ? now_ns - REGISTRY_TAIL_NS : 0;
	uint64_t runner_ns = now_ns > REGISTRY_RUNTIME_NS ? now_ns - REGISTRY_RUNTIME_NS : 0;
	int hier;

	for (hier = 0; hier < REGISTRY_TABLES; hier++)
		table_sweep(&c->nodes[hier], drop_removed, &tail_ns);
	table_sweep(&c->entries, drop_unused, &tail_ns);
	table_sweep(&c->runners, drop_runner, &runner_ns);
}

static bool drop_node(struct link *link, void *arg)
{
	(void)arg;
	free(link);
	return true;
}

static bool drop_entry(struct link *link, void *arg)
{
	(void)arg;
	entry_free((struct entry *)link);
	return true;
}

void registry_done(struct containers *c)
{
	int hier;

	for (hier = 0; hier < REGISTRY_TABLES; hier++) {
		if (c->nodes[hier].buckets)
			table_sweep(&c->nodes[hier], drop_node, NULL);
		table_done(&c->nodes[hier]);
	}
	if (c->entries.buckets)
		table_sweep(&c->entries, drop_entry, NULL);
	table_done(&c->entries);
	if (c->runners.buckets)
		table_sweep(&c->runners, drop_node, NULL);
	table_done(&c->runners);
	if (c->setups.buckets)
		table_sweep(&c->setups, drop_node, NULL);
	table_done(&c->setups);
}
