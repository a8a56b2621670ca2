// SPDX-License-Identifier: Apache-2.0
#include "container/bind.h"

#include <stdio.h>
#include <string.h>

#include "container/pattern.h"
#include "container/state.h"

#define ANCESTORS_MAX 32
#define INIT_TGID     1 /* 0: nobody was seen to make it */

/* A cgroup whose container is being looked for. */
struct lookup {
	struct containers *c;
	enum hier hier;
	const char *path;
	struct runtime found; /* supervisor or low runtime */
	struct runtime above; /* supervisor above a low runtime */
	uint32_t found_tgid; /* 0: from a state directory, no process */
	uint32_t found_uid;
	uint32_t init_tgid; /* child of `found` */
	bool has_above;
	bool is_unseen; /* no process could be read */
};

/* `path` is `dir` or below it. */
static bool is_within(const char *path, const char *dir)
{
	size_t len = strlen(dir);

	return !strncmp(path, dir, len) && (path[len] == '\0' || path[len] == '/');
}

/* Command lines can be forged; but not from outside of one's own cgroup. */
static bool is_outside(const struct lookup *lookup, uint32_t tgid)
{
	char path[CGROUP_PATH_MAX];

	return !cgroupfs_path_of(&lookup->c->fs, lookup->hier, tgid, path, sizeof(path)) &&
	       !is_within(path, lookup->path);
}

/* Climb from `tgid` to the first runtime outside of the cgroup. */
static bool find_runtime(struct lookup *lookup, uint32_t tgid)
{
	const char *root = lookup->c->config.root;
	struct runtime_proc proc;
	int depth;

	lookup->init_tgid = tgid;
	for (depth = 0; depth < ANCESTORS_MAX && tgid > 1; depth++) {
		if (runtime_read(root, tgid, &proc))
			return false;
		lookup->is_unseen = false;
		if (proc.runtime.role != RUNTIME_NONE && is_outside(lookup, tgid)) {
			lookup->found = proc.runtime;
			lookup->found_tgid = tgid;
			lookup->found_uid = proc.uid;
			lookup->has_above = proc.runtime.role == RUNTIME_LOW &&
					    bind_find_supervisor(lookup->c, proc.parent_tgid,
								 &lookup->above);
			return true;
		}
		lookup->init_tgid = tgid;
		tgid = proc.parent_tgid;
	}
	return false;
}

/* One shim may serve all containers of a pod: their bundles lie side by side. */
static void name_task(struct lookup *lookup, const struct pattern *pattern)
{
	struct runtime *found = &lookup->found;
	char dir[RUNTIME_STR_MAX];
	char *slash;
	int len;

	(void)snprintf(dir, sizeof(dir), "%s", found->bundle);
	slash = strrchr(dir, '/');
	if (!slash)
		return;
	*slash = '\0';
	if (*pattern->id)
		(void)snprintf(found->id, sizeof(found->id), "%s", pattern->id);
	else
		(void)state_find_task(lookup->c->config.root, dir, lookup->init_tgid, found->id,
				      sizeof(found->id));
	len = (int)strlen(dir);
	(void)snprintf(found->bundle, sizeof(found->bundle), "%.*s/", len, dir);
	if (strlen(found->bundle) + strlen(found->id) < sizeof(found->bundle))
		memcpy(found->bundle + strlen(found->bundle), found->id, strlen(found->id) + 1);
}

static void bind_found(struct lookup *lookup, struct node *node, const struct pattern *pattern)
{
	struct claim claim = { 0 };

	if (lookup->found.role == RUNTIME_SHIM)
		name_task(lookup, pattern);
	claim.id = lookup->found.id;
	claim.type = lookup->found.type;
	claim.bundle = lookup->found.bundle;
	claim.pid = lookup->found_tgid;
	claim.init_pid = lookup->init_tgid;
	claim.uid = lookup->found_uid;
	if (lookup->found.role != RUNTIME_LOW)
		bind_set_engine(&claim, &lookup->found);
	else if (lookup->has_above)
		bind_set_engine(&claim, &lookup->above);
	if (*claim.id)
		bind_by_claim(lookup->c, lookup->hier, node, &claim);
}

/* The outermost known container whose cgroup `path` lies in. */
static struct entry *find_outer(const struct containers *c, enum hier hier, const char *path)
{
	char prefix[CGROUP_PATH_MAX];
	const struct node *node;
	const char *slash = path;

	while ((slash = strchr(slash + 1, '/'))) {
		(void)snprintf(prefix, sizeof(prefix), "%.*s", (int)(slash - path), path);
		node = registry_node(c, hier, cgroupfs_id(&c->fs, hier, prefix));
		if (node && node->state == NODE_BOUND)
			return node->entry;
	}
	return NULL;
}

static bool find_any(struct lookup *lookup, uint32_t pid, uint32_t parent_tgid)
{
	const struct containers *c = lookup->c;
	uint32_t other;

	if (pid && find_runtime(lookup, pid))
		return true;
	/* The task that we were told of may be gone already. */
	if (pid && lookup->is_unseen && parent_tgid && find_runtime(lookup, parent_tgid))
		return true;
	other = cgroupfs_first_pid(&c->fs, lookup->hier, lookup->path);
	if (other && other != pid && find_runtime(lookup, other))
		return true;
	if (state_find(c->config.root, lookup->path, &lookup->found))
		return false;
	lookup->found_tgid = 0;
	lookup->init_tgid = other;
	return true;
}

/*
 * A name says what a cgroup is where nothing else can: it was there before us, or the service
 * manager made it on behalf of a runtime.  Everybody else can choose any name.
 */
static bool is_name_believed(const struct node *node)
{
	return node->creator_tgid <= INIT_TGID;
}

void bind_by_path(struct containers *c, enum hier hier, struct node *node, uint32_t pid,
		  uint32_t parent_tgid)
{
	struct lookup lookup = { .c = c, .hier = hier, .is_unseen = true };
	struct pattern pattern = { 0 };
	char path[CGROUP_PATH_MAX];
	struct claim claim = { 0 };
	struct entry *outer;

	if (cgroupfs_path(&c->fs, hier, node->id, path, sizeof(path)) || pattern_is_helper(path)) {
		registry_unbind(node, NODE_HOST);
		return;
	}
	lookup.path = path;
	outer = find_outer(c, hier, path);
	if (outer) {
		bind_child(c, hier, node, outer);
		return;
	}
	(void)pattern_find(path, &pattern);
	if (find_any(&lookup, pid, parent_tgid)) {
		bind_found(&lookup, node, &pattern);
	} else if (*pattern.id && is_name_believed(node)) {
		claim.init_pid = cgroupfs_first_pid(&c->fs, hier, path);
		claim.id = pattern.id;
		claim.type = pattern.type;
		bind_by_claim(c, hier, node, &claim);
	}
	if (node->state != NODE_BOUND)
		registry_unbind(node, NODE_HOST);
}
