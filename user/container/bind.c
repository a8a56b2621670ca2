// SPDX-License-Identifier: Apache-2.0
#include "container/bind.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"
#include "container/info.h"

#define SUPERVISOR_DEPTH 6 /* wrappers between a supervisor and its runtime are few */

bool bind_find_supervisor(const struct containers *c, uint32_t tgid, struct runtime *out)
{
	const struct runner *runner;
	struct runtime_proc proc;
	int depth;

	for (depth = 0; depth < SUPERVISOR_DEPTH && tgid > 1; depth++) {
		runner = registry_runner(c, tgid);
		if (runner) {
			proc.runtime = runner->runtime;
			proc.parent_tgid = runner->parent_tgid;
		} else if (runtime_read(c->config.root, tgid, &proc)) {
			return false;
		}
		if (proc.runtime.role == RUNTIME_SHIM || proc.runtime.role == RUNTIME_CONMON) {
			*out = proc.runtime;
			return true;
		}
		tgid = proc.parent_tgid;
	}
	return false;
}

void bind_set_engine(struct claim *claim, const struct runtime *supervisor)
{
	if (!supervisor)
		return;
	if (supervisor->role == RUNTIME_CONMON) {
		claim->engine = ENGINE_CONMON;
		claim->is_crio = supervisor->is_crio;
		if (*supervisor->name && !strcmp(supervisor->id, claim->id))
			claim->name = supervisor->name;
	} else if (!strcmp(supervisor->namespace, "moby")) {
		claim->engine = ENGINE_DOCKER;
	} else if (!strcmp(supervisor->namespace, "k8s.io")) {
		claim->engine = ENGINE_CRI;
	} else {
		claim->engine = ENGINE_CONTAINERD;
	}
}

/* JSON of `info` that fits a record.  What does not is dropped for good: a replay must not know less. */
static char *fit_json(struct containers *c, struct container *info)
{
	const size_t max = BW_RECORD_MAX - sizeof(struct bw_container) - sizeof(uint64_t);
	char *json = info_to_json(info);

	if (json && strlen(json) > max)
		c->stats.n_cut++;
	while (json && strlen(json) > max) {
		free(json);
		log_debug("container '%s' does not fit a record", info->full_id);
		if (info->passwd) {
			free(info->passwd);
			info->passwd = NULL;
		} else if (info->n_labels) {
			info_drop_labels(info);
		} else if (info->n_mounts) {
			info_drop_mounts(info);
		} else {
			return NULL;
		}
		json = info_to_json(info);
	}
	return json;
}

static void emit(struct containers *c, struct container *info, const uint64_t *cgroup)
{
	struct bw_container *rec = (struct bw_container *)(void *)c->record;
	char *json = fit_json(c, info);
	size_t len;

	if (!json || !c->config.on_bind) {
		free(json);
		return;
	}
	len = strlen(json);
	memset(rec, 0, sizeof(*rec));
	rec->hdr.type = BW_EVENT_CONTAINER;
	rec->hdr.time_ns = c->now_ns;
	rec->cgroup_v2 = cgroup[HIER_V2];
	rec->cgroup_v1 = cgroup[HIER_V1];
	rec->json.off = offsetof(struct bw_container, tail);
	rec->json.len = (uint16_t)len;
	memcpy(rec->tail, json, len + 1);
	free(json);
	len += offsetof(struct bw_container, tail) + 1;
	while (len % sizeof(uint64_t))
		((char *)c->record)[len++] = '\0';
	rec->hdr.size = (uint32_t)len;
	c->config.on_bind(c->record, len, c->config.arg);
}

static void emit_node(struct containers *c, enum hier hier, const struct node *node,
		      struct container *info)
{
	uint64_t cgroup[HIER_MAX] = { 0 };

	cgroup[hier] = node->id;
	emit(c, info, cgroup);
}

void bind_child(struct containers *c, enum hier hier, struct node *node, struct entry *entry)
{
	registry_bind(node, entry);
	c->stats.n_resolved++;
	emit_node(c, hier, node, entry->info);
}

/* Bind the container's own cgroup in this hierarchy. */
static void bind_own(struct containers *c, enum hier hier, struct node *node, struct entry *entry)
{
	registry_bind(node, entry);
	entry->cgroup[hier] = node->id;
	c->stats.n_resolved++;
	emit(c, entry->info, entry->cgroup);
}

static struct container *describe(struct containers *c, const struct claim *claim, bool *ret_whole)
{
	uint64_t n_failed = 0;
	struct container *info = engine_describe(c->config.root, claim, &n_failed, ret_whole);

	c->stats.n_read_failed += n_failed;
	return info;
}

static struct container *describe_runner(struct containers *c, const struct runner *runner,
					 bool *ret_whole)
{
	struct claim claim = {
		.id = runner->runtime.id,
		.type = runner->runtime.type,
		.bundle = runner->runtime.bundle,
		.pid = runner->tgid,
	};
	struct runtime supervisor;

	if (bind_find_supervisor(c, runner->parent_tgid, &supervisor))
		bind_set_engine(&claim, &supervisor);
	return describe(c, &claim, ret_whole);
}

/*
 * A runtime makes missing directories above the container's own too; they hold
 * nothing of it, and later the cgroups of other containers.
 */
static void release_parent(struct containers *c, enum hier hier, const struct node *node)
{
	struct node *parent = registry_node(c, hier, node->parent_id);

	if (!parent || parent->state != NODE_BOUND || !node->creator_tgid ||
	    parent->creator_tgid != node->creator_tgid ||
	    parent->creator_start_ns != node->creator_start_ns)
		return;
	registry_unbind(parent, NODE_HOST);
	emit_node(c, hier, parent, &c->host);
}

void bind_by_runner(struct containers *c, enum hier hier, struct node *node,
		    const struct runner *runner)
{
	struct container *info;
	struct entry *entry;
	bool whole = false;

	if (!*runner->runtime.id)
		return;
	entry = registry_find_made(c, runner->runtime.id, runner->tgid, runner->start_ns);
	if (!entry) {
		info = describe_runner(c, runner, &whole);
		if (!info)
			return;
		info->start_ns = c->now_ns;
		entry = registry_add(c, info);
		if (!entry)
			return;
		entry->creator_tgid = runner->tgid;
		entry->creator_start_ns = runner->start_ns;
		entry->is_whole = whole;
	} else if (!entry->is_whole) {
		/* The first look may have met a bundle that was half written. */
		info = describe_runner(c, runner, &whole);
		if (info) {
			info->start_ns = entry->info->start_ns;
			registry_replace(entry, info);
			entry->is_whole = whole;
		}
	}
	release_parent(c, hier, node);
	bind_own(c, hier, node, entry);
}

void bind_by_claim(struct containers *c, enum hier hier, struct node *node,
		   const struct claim *claim)
{
	struct entry *entry = registry_find_id(c, claim->id);
	struct container *info;
	bool whole = false;

	if (entry && entry->n_nodes) {
		if (entry->cgroup[hier])
			bind_child(c, hier, node, entry);
		else
			bind_own(c, hier, node, entry);
		return;
	}
	info = describe(c, claim, &whole);
	if (!info)
		return;
	entry = registry_add(c, info);
	if (!entry)
		return;
	entry->is_whole = whole;
	bind_own(c, hier, node, entry);
}
