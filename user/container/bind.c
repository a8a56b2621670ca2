// SPDX-License-Identifier: Apache-2.0
#include "container/bind.h"

#include <stddef.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/log.h"
#include "container/facts.h"
#include "container/info.h"

#define KTHREADD_PID     2 /* lives in the namespaces of the host */
#define CLIMB_DEPTH      32
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
		return;
	}
	if (*supervisor->namespace)
		claim->namespace = supervisor->namespace;
	if (!strcmp(supervisor->namespace, "moby")) {
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

void bind_tell(struct containers *c, const struct entry *entry)
{
	emit(c, entry->info, entry->cgroup);
}

void bind_child(struct containers *c, enum hier hier, struct node *node, struct entry *entry)
{
	registry_bind(node, entry);
	c->stats.n_resolved++;
	emit_node(c, hier, node, entry->info);
}

/* Bind the container's own cgroup in this hierarchy, or its own pid namespace. */
static void bind_own(struct containers *c, enum hier hier, struct node *node, struct entry *entry)
{
	registry_bind(node, entry);
	if (hier == HIER_NS)
		entry->info->pid_ns = (uint32_t)node->id;
	else
		entry->cgroup[hier] = node->id;
	c->stats.n_resolved++;
	emit(c, entry->info, entry->cgroup);
}

/* Those of users may be as large as they are allowed to be: they get no more than their share. */
static struct container *look(struct containers *c, struct claim *claim, uint64_t *ret_failed,
			      bool *ret_whole)
{
	struct share *share = &c->looks[claim->uid ? WHO_USER : WHO_ROOT];
	uint64_t start_ns = clock_boot_ns();
	uint64_t left_ns = share_left(share, start_ns);
	struct container *info;

	if (!left_ns) {
		claim->look = LOOK_NONE;
		c->stats.n_left_out++;
	}
	claim->until_ns = start_ns + left_ns;
	info = engine_describe(c->config.root, claim, ret_failed, ret_whole);
	share_use(share, clock_boot_ns() - start_ns);
	return info;
}

static struct container *describe(struct containers *c, struct claim *claim, bool *ret_whole)
{
	uint64_t n_failed = 0;
	struct container *info = look(c, claim, &n_failed, ret_whole);

	c->stats.n_read_failed += n_failed;
	return info;
}

/* What a runner tells; `supervisor` is memory for what it points to. */
static struct claim claim_of_runner(const struct containers *c, const struct runner *runner,
				    struct runtime *supervisor)
{
	struct claim claim = {
		.id = runner->runtime.id,
		.type = runner->runtime.type,
		.bundle = runner->runtime.bundle,
		.pid = runner->tgid,
		.uid = runner->uid,
	};

	if (bind_find_supervisor(c, runner->parent_tgid, supervisor))
		bind_set_engine(&claim, supervisor);
	return claim;
}

/* What another look will need, when the processes may be gone. */
static void keep_claim(struct entry *entry, const struct claim *claim)
{
	entry->engine = claim->engine;
	entry->is_crio = claim->is_crio;
	entry->uid = claim->uid;
	free(entry->namespace);
	entry->namespace = claim->namespace ? strdup(claim->namespace) : NULL;
}

/* Of what is known of `entry`, to read its files again. */
static struct claim claim_of_entry(const struct entry *entry)
{
	const struct container *info = entry->info;
	struct claim claim = {
		.engine = entry->engine,
		.id = info->full_id,
		.type = info->type,
		.bundle = info->bundle,
		.name = entry->engine == ENGINE_CONMON ? info->name : NULL,
		.namespace = entry->namespace,
		.is_crio = entry->is_crio,
		.uid = entry->uid,
	};

	return claim;
}

/* As its files are now; NULL if they are not whole. */
static struct container *describe_again(struct containers *c, const struct entry *entry,
					enum look kind)
{
	struct claim claim = claim_of_entry(entry);
	uint64_t n_failed = 0; /* counted at the first look */
	bool whole = false;
	struct container *info;

	claim.look = kind;
	info = look(c, &claim, &n_failed, &whole);
	if (info && whole)
		return info;
	info_free(info);
	return NULL;
}

bool bind_again(struct containers *c, struct entry *entry)
{
	struct container *info = describe_again(c, entry, LOOK_ALL);

	if (!info)
		return false;
	info->start_ns = entry->info->start_ns;
	registry_replace(entry, info);
	entry->is_whole = true;
	emit(c, entry->info, entry->cgroup);
	return true;
}

static void move_str(char **to, char **from)
{
	if (*to)
		return;
	*to = *from;
	*from = NULL;
}

void bind_find_address(struct containers *c, struct entry *entry)
{
	struct container *info = entry->info;
	struct container *now = describe_again(c, entry, LOOK_ADDRESS);

	if (now && (now->ip || now->pod_ip)) {
		move_str(&info->ip, &now->ip);
		move_str(&info->pod_ip, &now->pod_ip);
		move_str(&info->cni_json, &now->cni_json);
		emit(c, info, entry->cgroup);
	}
	info_free(now);
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

/* The container that the runner makes, new or as it was when it made another cgroup. */
static struct entry *entry_of_runner(struct containers *c, const struct runner *runner)
{
	struct runtime supervisor;
	struct container *info;
	struct entry *entry;
	struct claim claim;
	bool whole = false;

	if (!*runner->runtime.id)
		return NULL;
	entry = registry_find_made(c, runner->runtime.id, runner->tgid, runner->start_ns);
	if (entry && entry->is_whole)
		return entry;
	/* The first look may have met a bundle that was half written. */
	claim = claim_of_runner(c, runner, &supervisor);
	info = describe(c, &claim, &whole);
	if (!info)
		return entry;
	if (entry && claim.look == LOOK_NONE) {
		info_free(info);
		return entry;
	}
	if (entry) {
		info->start_ns = entry->info->start_ns;
		registry_replace(entry, info);
	} else {
		info->start_ns = c->now_ns;
		entry = registry_add(c, info);
		if (!entry)
			return NULL;
		entry->creator_tgid = runner->tgid;
		entry->creator_start_ns = runner->start_ns;
	}
	entry->is_whole = whole;
	keep_claim(entry, &claim);
	return entry;
}

void bind_by_runner(struct containers *c, enum hier hier, struct node *node,
		    const struct runner *runner)
{
	struct entry *entry = entry_of_runner(c, runner);

	if (!entry)
		return;
	release_parent(c, hier, node);
	bind_own(c, hier, node, entry);
}

static struct entry *bind_new(struct containers *c, enum hier hier, struct node *node,
			      struct claim *claim)
{
	bool whole = false;
	struct container *info = describe(c, claim, &whole);
	struct entry *entry;

	if (!info)
		return NULL;
	if (claim->init_pid)
		facts_read(c->config.root, claim->init_pid, info);
	entry = registry_add(c, info);
	if (!entry)
		return NULL;
	entry->is_whole = whole;
	keep_claim(entry, claim);
	entry->pid = claim->init_pid;
	bind_own(c, hier, node, entry);
	return entry;
}

void bind_by_claim(struct containers *c, enum hier hier, struct node *node, struct claim *claim)
{
	struct entry *entry = registry_find_id(c, claim->id, claim->uid);

	if (entry && entry->n_nodes) {
		if (entry->cgroup[hier])
			bind_child(c, hier, node, entry);
		else
			bind_own(c, hier, node, entry);
		return;
	}
	bind_new(c, hier, node, claim);
}

/* Climb from the task to whoever made its namespace, which is not in one itself. */
static struct entry *climb_to_maker(struct containers *c, struct node *node, uint32_t tgid)
{
	uint32_t host_ns = runtime_read_pid_ns(c->config.root, KTHREADD_PID);
	struct runtime above;
	struct runtime_proc proc;
	const struct node *outer;
	uint32_t init = tgid;
	uint32_t ns;
	int depth;

	for (depth = 0; host_ns && depth < CLIMB_DEPTH && tgid > 1; depth++) {
		if (runtime_read(c->config.root, tgid, &proc))
			return NULL;
		ns = runtime_read_pid_ns(c->config.root, tgid);
		outer = ns == node->id ? NULL : registry_node(c, HIER_NS, ns);
		if (outer && outer->state == NODE_BOUND) {
			bind_own(c, HIER_NS, node, outer->entry);
			return outer->entry;
		}
		if (ns == host_ns && proc.runtime.role != RUNTIME_NONE && *proc.runtime.id) {
			struct claim claim = {
				.id = proc.runtime.id,
				.type = proc.runtime.type,
				.bundle = proc.runtime.bundle,
				.pid = tgid,
				.init_pid = init,
				.uid = proc.uid,
			};

			if (proc.runtime.role != RUNTIME_LOW)
				bind_set_engine(&claim, &proc.runtime);
			else if (bind_find_supervisor(c, proc.parent_tgid, &above))
				bind_set_engine(&claim, &above);
			/* Never one that is known: its id would be this user's word. */
			return bind_new(c, HIER_NS, node, &claim);
		}
		init = tgid;
		tgid = proc.parent_tgid;
	}
	return NULL;
}

struct entry *bind_by_namespace(struct containers *c, const struct bw_hdr *hdr)
{
	struct node *node = registry_node_add(c, HIER_NS, hdr->pid_ns);
	const struct runner *runner;
	struct entry *entry;

	if (!node || node->state == NODE_BOUND)
		return node ? node->entry : NULL;
	runner = registry_runner(c, hdr->parent_tgid);
	if (runner && runner->runtime.role == RUNTIME_LOW) {
		entry = entry_of_runner(c, runner);
		if (entry)
			bind_own(c, HIER_NS, node, entry);
		return entry;
	}
	if (node->state == NODE_HOST)
		return NULL; /* looked for before */
	entry = climb_to_maker(c, node, hdr->tgid);
	if (!entry)
		node->state = NODE_HOST;
	return entry;
}
