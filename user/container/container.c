// SPDX-License-Identifier: Apache-2.0
#include "container/container.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include "base/clock.h"
#include "container/bind.h"
#include "container/info.h"
#include "container/pattern.h"
#include "container/setup.h"

#define ENTRY_BUCKETS  8192
#define NODE_BUCKETS   16384
#define RUNNER_BUCKETS 1024
#define SETUP_BUCKETS  1024
#define NS_BUCKETS     1024

#define KTHREADD_PID   2 /* lives in the namespaces of the host */
#define SCAN_PROCS_MAX 131072

#define WAIT_STEP_NS 1000000L
#define WAIT_MAX_NS  20000000ULL /* for one container */

/* For all of them in each period of SHARE_PERIOD_NS. */
#define WAIT_SHARE_NS      200000000ULL
#define USER_WAIT_SHARE_NS 50000000ULL
#define LOOK_SHARE_NS      1000000000ULL
#define USER_LOOK_SHARE_NS 100000000ULL

/* Each time twice as late, for half a minute. */
#define ADDRESS_TRIES_MAX 8

#define UNKNOWN_ID_MAX \
	16 /* "ns:" and the pid namespace in hexadecimal: fits struct container's id */

static char host_name[] = "host";

struct containers *containers_new(const struct containers_config *config)
{
	struct containers *c = calloc(1, sizeof(*c));
	int hier;

	if (!c)
		return NULL;
	c->config = *config;
	if (!c->config.root)
		c->config.root = "";
	c->host.kind = CONTAINER_HOST;
	c->host.privileged = -1;
	c->host.rootfs_readonly = -1;
	c->host.facts.seccomp = -1;
	c->host.facts.no_new_privs = -1;
	c->host.full_id = host_name;
	c->host.name = host_name;
	c->host.type = host_name;
	memcpy(c->host.id, host_name, sizeof(host_name));
	c->looks[WHO_ROOT].max_ns = LOOK_SHARE_NS;
	c->looks[WHO_USER].max_ns = USER_LOOK_SHARE_NS;
	c->waits[WHO_ROOT].max_ns = WAIT_SHARE_NS;
	c->waits[WHO_USER].max_ns = USER_WAIT_SHARE_NS;
	for (hier = 0; hier < HIER_MAX; hier++)
		c->fs.fd[hier] = -1;
	if (table_init(&c->entries, ENTRY_BUCKETS) || table_init(&c->runners, RUNNER_BUCKETS) ||
	    table_init(&c->nodes[HIER_V2], NODE_BUCKETS) ||
	    table_init(&c->nodes[HIER_V1], NODE_BUCKETS) ||
	    table_init(&c->nodes[HIER_NS], NS_BUCKETS) || table_init(&c->setups, SETUP_BUCKETS)) {
		containers_free(c);
		return NULL;
	}
	if (c->config.live && c->config.sockets) {
		c->query = query_new(c->config.sockets);
		if (!c->query) {
			containers_free(c);
			return NULL;
		}
	}
	if (c->config.live)
		cgroupfs_init(&c->fs, c->config.root, c->config.cgroup_v1_hierarchy);
	return c;
}

void containers_free(struct containers *c)
{
	if (!c)
		return;
	cgroupfs_done(&c->fs);
	query_free(c->query);
	registry_done(c);
	free(c);
}

static uint64_t cgroup_of(const struct bw_hdr *hdr, enum hier hier)
{
	return hier == HIER_V2 ? hdr->cgroup_v2 : hdr->cgroup_v1;
}

/* As find_entry() without looking further. */
static struct entry *find_bound(const struct containers *c, const struct bw_hdr *hdr)
{
	const uint64_t ids[REGISTRY_TABLES] = { hdr->cgroup_v2, hdr->cgroup_v1, hdr->pid_ns };
	const struct node *node;
	int i;

	for (i = 0; i < REGISTRY_TABLES; i++) {
		node = registry_node(c, (enum hier)i, ids[i]);
		if (node && node->state == NODE_BOUND)
			return node->entry;
	}
	return NULL;
}

/* The container that a task's cgroups show; NULL: none. */
static struct entry *find_entry(struct containers *c, const struct bw_hdr *hdr)
{
	struct node *node;
	uint64_t id;
	int hier;

	for (hier = 0; hier < HIER_MAX; hier++) {
		id = cgroup_of(hdr, (enum hier)hier);
		if (id <= CGROUP_ROOT_ID)
			continue;
		node = registry_node(c, (enum hier)hier, id);
		if (!node && c->config.live)
			node = registry_node_add(c, (enum hier)hier, id);
		if (node && node->state == NODE_PENDING && c->config.live)
			bind_by_path(c, (enum hier)hier, node, hdr->tgid, hdr->parent_tgid);
		if (node && node->state == NODE_BOUND)
			return node->entry;
	}
	return NULL;
}

/*
 * A container whose files are still being written is given a moment, once, and all of them
 * together a part of the time: late is better than never, but never is better than standing still.
 */
static void wait_for_files(struct containers *c, struct entry *entry)
{
	const struct timespec step = { .tv_nsec = WAIT_STEP_NS };
	enum who who = entry->uid ? WHO_USER : WHO_ROOT;
	uint64_t start_ns = clock_boot_ns();
	uint64_t now_ns = start_ns;

	if (!share_left(&c->waits[who], start_ns) || !share_left(&c->looks[who], start_ns))
		return; /* a later event may find some time */
	entry->has_waited = true;
	c->stats.n_waited++;
	while (!bind_again(c, entry) && now_ns - start_ns < WAIT_MAX_NS) {
		(void)nanosleep(&step, NULL);
		now_ns = clock_boot_ns();
	}
	share_use(&c->waits[who], clock_boot_ns() - start_ns);
}

static struct entry *find_by_namespace(struct containers *c, const struct bw_hdr *hdr)
{
	const struct node *node = registry_node(c, HIER_NS, hdr->pid_ns);

	if (node && node->state == NODE_BOUND)
		return node->entry;
	return c->config.live ? bind_by_namespace(c, hdr) : NULL;
}

/* Only its pid namespace shows that there is a container. */
static const struct container *find_unknown(struct containers *c, uint32_t pid_ns)
{
	char id[UNKNOWN_ID_MAX];
	struct container *info;
	struct entry *entry;

	(void)snprintf(id, sizeof(id), "ns:%08x", pid_ns);
	entry = registry_find_id(c, id, 0);
	if (!entry) {
		info = info_new(CONTAINER_UNKNOWN, id, "unknown");
		entry = info ? registry_add(c, info) : NULL;
	}
	if (!entry)
		return NULL;
	entry->used_ns = c->now_ns;
	return entry->info;
}

static void set_now(struct containers *c, const struct bw_hdr *hdr)
{
	if (hdr->time_ns > c->now_ns)
		c->now_ns = hdr->time_ns;
}

/* Some networks are made when the cgroup is there already, and some never. */
static void look_for_address(struct containers *c, struct entry *entry)
{
	const struct container *info = entry->info;

	if (info->ip || info->pod_ip || entry->engine == ENGINE_NONE || !entry->is_whole ||
	    entry->n_address_tries >= ADDRESS_TRIES_MAX || c->now_ns < entry->address_ns ||
	    (info->facts.is_seen && info->facts.ns_host & BW_NS_NET))
		return;
	entry->address_ns = c->now_ns + (REGISTRY_ADDRESS_NS << entry->n_address_tries++);
	bind_find_address(c, entry);
}

/* Once, about what one of the daemons may know more of than its files. */
static void ask_daemon(struct containers *c, struct entry *entry)
{
	const struct container *info = entry->info;
	bool is_known = entry->engine == ENGINE_DOCKER ||
			(entry->engine == ENGINE_CONMON && !entry->is_crio) ||
			(info->is_partial && info->type && !strcmp(info->type, "docker"));

	entry->is_asked = true;
	if (is_known && !info->is_rootless &&
	    (info->is_partial || !info->image_digest || !info->image_id || !info->ip))
		query_ask(c->query, info->full_id);
}

static const struct container *answer(struct containers *c, struct entry *entry)
{
	entry->used_ns = c->now_ns;
	if (c->config.live && !entry->is_whole && !entry->has_waited && entry->info->bundle)
		wait_for_files(c, entry);
	if (c->config.live)
		look_for_address(c, entry);
	if (c->query && !entry->is_asked)
		ask_daemon(c, entry);
	return entry->info;
}

const struct container *containers_lookup(struct containers *c, const struct bw_hdr *hdr)
{
	static const struct container nameless = {
		.kind = CONTAINER_UNKNOWN,
		.privileged = -1,
		.rootfs_readonly = -1,
		.facts = { .seccomp = -1, .no_new_privs = -1 },
	};
	const struct container *info;
	struct entry *entry;

	set_now(c, hdr);
	entry = find_entry(c, hdr);
	if (entry)
		return answer(c, entry);
	/* A mount namespace alone says nothing: services of systemd have their own. */
	if (!(hdr->ns_differs & BW_NS_PID))
		return &c->host;
	entry = find_by_namespace(c, hdr);
	if (entry)
		return answer(c, entry);
	c->stats.n_unresolved++;
	info = find_unknown(c, hdr->pid_ns);
	return info ? info : &nameless;
}

/* Runtimes are learnt from their exec, so that their end is no race. */
static void learn_runner(struct containers *c, const struct bw_exec *exec)
{
	const char *base = (const char *)exec;
	struct runner *runner = registry_runner(c, exec->hdr.tgid);
	struct runtime runtime;

	if (!runtime_parse(base + exec->argv.off, exec->argv.len + (exec->argv.off ? 1U : 0U),
			   exec->cwd.len ? base + exec->cwd.off : NULL, &runtime)) {
		if (runner) {
			table_remove(&c->runners, &runner->link);
			free(runner);
		}
		return;
	}
	runner = registry_runner_add(c, exec->hdr.tgid);
	if (!runner)
		return;
	runner->runtime = runtime;
	runner->start_ns = exec->hdr.start_ns;
	runner->parent_tgid = exec->hdr.parent_tgid;
	runner->uid = exec->hdr.uid ? exec->hdr.uid : exec->hdr.euid;
	runner->seen_ns = c->now_ns;
	runner->cgroup[HIER_V2] = exec->hdr.cgroup_v2;
	runner->cgroup[HIER_V1] = exec->hdr.cgroup_v1;
}

/* Supervisors double fork: the one that stays has not executed anything itself. */
static void inherit_runner(struct containers *c, const struct bw_fork *rec)
{
	const struct runner *creator = registry_runner(c, rec->creator_tgid);
	struct runner *runner;

	if (!creator || creator->start_ns != rec->creator_start_ns ||
	    rec->hdr.tgid == creator->tgid ||
	    (creator->runtime.role != RUNTIME_SHIM && creator->runtime.role != RUNTIME_CONMON))
		return;
	runner = registry_runner_add(c, rec->hdr.tgid);
	if (!runner)
		return;
	runner->runtime = creator->runtime;
	runner->uid = creator->uid;
	runner->start_ns = rec->hdr.start_ns;
	runner->parent_tgid = rec->hdr.parent_tgid;
	runner->seen_ns = c->now_ns;
	runner->cgroup[HIER_V2] = rec->hdr.cgroup_v2;
	runner->cgroup[HIER_V1] = rec->hdr.cgroup_v1;
}

/* The runtime that `hdr` describes; NULL: it is none.  Started before us, it is in /proc alone. */
static const struct runner *find_runner(struct containers *c, const struct bw_hdr *hdr)
{
	struct runner *runner = registry_runner(c, hdr->tgid);
	struct runtime_proc proc;

	if (runner && runner->start_ns == hdr->start_ns)
		return runner;
	if (runtime_read(c->config.root, hdr->tgid, &proc) || proc.runtime.role == RUNTIME_NONE)
		return NULL;
	runner = registry_runner_add(c, hdr->tgid);
	if (!runner)
		return NULL;
	runner->runtime = proc.runtime;
	runner->start_ns = hdr->start_ns;
	runner->parent_tgid = proc.parent_tgid;
	runner->uid = proc.uid;
	runner->seen_ns = c->now_ns;
	runner->cgroup[HIER_V2] = hdr->cgroup_v2;
	runner->cgroup[HIER_V1] = hdr->cgroup_v1;
	return runner;
}

/*
 * A cgroup that systemd made for a runtime: its first task is a child of the runtime,
 * which itself stays outside.
 */
static void settle(struct containers *c, enum hier hier, uint64_t id, const struct bw_hdr *hdr)
{
	struct node *node = registry_node(c, hier, id);
	const struct runner *runner;

	if (!node || node->state != NODE_PENDING || node->is_helper)
		return;
	runner = registry_runner(c, hdr->parent_tgid);
	if (runner && runner->runtime.role == RUNTIME_LOW && runner->cgroup[hier] != id)
		bind_by_runner(c, hier, node, runner);
}

static void settle_both(struct containers *c, const struct bw_hdr *hdr)
{
	settle(c, HIER_V2, hdr->cgroup_v2, hdr);
	settle(c, HIER_V1, hdr->cgroup_v1, hdr);
}

/* systemd-nspawn makes two cgroups, and one of them for itself. */
static bool is_own_place(const struct runtime *runtime, const char *path)
{
	const char *slash = strrchr(path, '/');

	return !strcmp(runtime->type, "systemd-nspawn") && slash && !strcmp(slash, "/supervisor");
}

static void apply_mkdir(struct containers *c, enum hier hier, const struct bw_cgroup *rec)
{
	const char *path = rec->path.len ? (const char *)rec + rec->path.off : "";
	const struct runner *runner;
	const struct node *parent;
	struct entry *owner;
	struct node *node;

	/*
	 * Whatever a container calls it, it is a part of that container.  Looked up first:
	 * that may make room in the table.
	 */
	owner = find_entry(c, &rec->hdr);
	if (!owner && rec->hdr.ns_differs & BW_NS_PID)
		owner = find_by_namespace(c, &rec->hdr);
	node = registry_node_add(c, hier, rec->id);
	if (!node || node->state == NODE_BOUND)
		return;
	node->parent_id = rec->parent_id;
	node->creator_tgid = rec->hdr.tgid;
	node->creator_start_ns = rec->hdr.start_ns;
	node->is_helper = pattern_is_helper(path);
	if (owner) {
		bind_child(c, hier, node, owner);
		return;
	}
	if (node->is_helper || rec->hdr.ns_differs & BW_NS_PID) {
		registry_unbind(node, NODE_HOST);
		return;
	}
	runner = find_runner(c, &rec->hdr);
	if (runner && is_own_place(&runner->runtime, path)) {
		registry_unbind(node, NODE_HOST);
		return;
	}
	if (runner && runner->runtime.role == RUNTIME_LOW) {
		bind_by_runner(c, hier, node, runner);
		return;
	}
	parent = registry_node(c, hier, rec->parent_id);
	if (parent && parent->state == NODE_BOUND)
		bind_child(c, hier, node, parent->entry);
}

static void apply_cgroup(struct containers *c, const struct bw_cgroup *rec)
{
	struct node *node;
	enum hier hier;

	if (rec->hierarchy == 0)
		hier = HIER_V2;
	else if (rec->hierarchy == c->config.cgroup_v1_hierarchy)
		hier = HIER_V1;
	else
		return;
	switch (rec->op) {
	case BW_CGROUP_MKDIR:
		if (c->config.live)
			apply_mkdir(c, hier, rec);
		break;
	case BW_CGROUP_ATTACH:
		if (c->config.live)
			settle(c, hier, rec->id, &rec->hdr);
		break;
	case BW_CGROUP_RMDIR:
		node = registry_node(c, hier, rec->id);
		if (node)
			node->removed_ns = c->now_ns;
		break;
	default: /* a new name does not change what an id is */
		break;
	}
}

/* Takes `info`. */
static void adopt(struct containers *c, const struct bw_container *rec, struct container *info)
{
	const uint64_t ids[REGISTRY_TABLES] = { rec->cgroup_v2, rec->cgroup_v1, info->pid_ns };
	bool is_host = info->kind == CONTAINER_HOST;
	struct entry *entry = NULL;
	struct node *node;
	int hier;

	if (is_host) {
		info_free(info);
	} else {
		entry = registry_find_same(c, info);
		if (entry)
			registry_replace(entry, info);
		else
			entry = registry_add(c, info);
		if (!entry)
			return;
	}
	for (hier = 0; hier < REGISTRY_TABLES; hier++) {
		if (!ids[hier])
			continue;
		node = registry_node_add(c, (enum hier)hier, ids[hier]);
		if (!node)
			continue;
		if (is_host) {
			registry_unbind(node, NODE_HOST);
			continue;
		}
		registry_bind(node, entry);
		node->removed_ns = 0;
		c->stats.n_resolved++;
	}
}

static void apply_container(struct containers *c, const struct bw_container *rec)
{
	struct container *info;

	if (c->config.live)
		return; /* our own word */
	info = info_from_json((const char *)rec + rec->json.off, rec->json.len);
	if (info)
		adopt(c, rec, info);
	else
		c->stats.n_read_failed++;
}

/* The first process of a container that is no longer the runtime shows what holds for it. */
static void learn_facts(struct containers *c, const struct bw_exec *rec)
{
	const uint32_t all = BW_NS_MNT | BW_NS_PID | BW_NS_NET | BW_NS_USER | BW_NS_IPC |
			     BW_NS_UTS | BW_NS_CGROUP;
	struct container_facts facts = {
		.has_caps = true,
		.is_seen = true,
		.caps = rec->after.cap_bset,
		.seccomp = (int8_t)rec->hdr.seccomp,
		.no_new_privs = -1,
		.ns_host = all & ~rec->hdr.ns_differs,
	};
	struct entry *entry = find_bound(c, &rec->hdr);

	if (!entry || entry->info->facts.is_seen || rec->hdr.seccomp > INT8_MAX ||
	    setup_find(c, rec->hdr.tgid, rec->hdr.start_ns))
		return;
	info_set_facts(entry->info, &facts);
	entry->address_ns = 0; /* what was to be set up is set up */
	if (!entry->pid)
		entry->pid = rec->hdr.tgid;
}

/* Who enters the namespaces of a container alone (nsenter) stays in a cgroup of the host. */
static void learn_namespace(struct containers *c, const struct bw_hdr *hdr)
{
	struct entry *entry;
	struct node *node;

	if (!(hdr->ns_differs & BW_NS_PID))
		return;
	entry = find_bound(c, hdr);
	if (!entry)
		return;
	/* Found before the cgroup was there, it was described apart; another's is not touched. */
	node = registry_node(c, HIER_NS, hdr->pid_ns);
	if (node && node->state == NODE_BOUND &&
	    strcmp(node->entry->info->full_id, entry->info->full_id) != 0)
		return;
	node = registry_node_add(c, HIER_NS, hdr->pid_ns);
	if (node)
		registry_bind(node, entry);
}

static void apply_exec(struct containers *c, const struct bw_exec *rec)
{
	setup_exec(c, rec);
	if (c->config.live) {
		learn_runner(c, rec);
		settle_both(c, &rec->hdr);
	}
	learn_namespace(c, &rec->hdr);
	learn_facts(c, rec);
}

/* The first process of a new pid namespace, whose number was that of one which has ended. */
static void renew_namespace(struct containers *c, const struct bw_hdr *hdr)
{
	struct node *node;

	if (!(hdr->ns_differs & BW_NS_PID) || hdr->vtgid != 1)
		return;
	node = registry_node(c, HIER_NS, hdr->pid_ns);
	if (!node || !node->removed_ns)
		return;
	registry_unbind(node, NODE_PENDING);
	node->removed_ns = 0;
}

static void apply_fork(struct containers *c, const struct bw_fork *rec)
{
	setup_fork(c, rec);
	renew_namespace(c, &rec->hdr);
	if (c->config.live) {
		inherit_runner(c, rec);
		settle_both(c, &rec->hdr);
	}
	learn_namespace(c, &rec->hdr);
}

/* With its first process a pid namespace ends, and its number may be another's at once. */
static void apply_exit(struct containers *c, const struct bw_hdr *hdr)
{
	struct node *node;

	setup_exit(c, hdr);
	registry_runner_drop(c, hdr->tgid, hdr->start_ns);
	if (!(hdr->ns_differs & BW_NS_PID) || hdr->vtgid != 1)
		return;
	node = registry_node(c, HIER_NS, hdr->pid_ns);
	if (node)
		node->removed_ns = c->now_ns;
}

void containers_apply(struct containers *c, const struct bw_hdr *hdr)
{
	set_now(c, hdr);
	switch (hdr->type) {
	case BW_EVENT_EXEC:
	case BW_EVENT_PROC:
		apply_exec(c, (const struct bw_exec *)(const void *)hdr);
		break;
	case BW_EVENT_FORK:
		apply_fork(c, (const struct bw_fork *)(const void *)hdr);
		break;
	case BW_EVENT_EXIT:
		apply_exit(c, hdr);
		break;
	case BW_EVENT_CGROUP:
		apply_cgroup(c, (const struct bw_cgroup *)(const void *)hdr);
		break;
	case BW_EVENT_CONTAINER:
		apply_container(c, (const struct bw_container *)(const void *)hdr);
		break;
	default:
		break;
	}
}

bool containers_is_runtime(const struct containers *c, const struct bw_hdr *hdr)
{
	return setup_find(c, hdr->tgid, hdr->start_ns);
}

struct each {
	containers_fn fn;
	void *arg;
};

static bool visit(struct link *link, void *arg)
{
	const struct entry *entry = (const struct entry *)link;
	const struct each *each = arg;

	each->fn(entry->info, entry->pid, each->arg);
	return false;
}

void containers_each(const struct containers *c, containers_fn fn, void *arg)
{
	struct each each = { fn, arg };
	struct table entries = c->entries;

	table_sweep(&entries, visit, &each);
}

static int scan_one(enum hier hier, uint64_t id, const char *path, void *arg)
{
	struct containers *c = arg;
	struct pattern pattern;
	struct node *node;
	uint32_t pid;

	if (id <= CGROUP_ROOT_ID)
		return 0;
	node = registry_node_add(c, hier, id);
	if (!node || node->state != NODE_PENDING)
		return 0;
	pid = cgroupfs_first_pid(&c->fs, hier, path);
	/* An empty one without a telling name waits for its first task. */
	if (pid || pattern_find(path, &pattern))
		bind_by_path(c, hier, node, pid, 0);
	return 0;
}

static uint64_t cgroup_of_process(const struct containers *c, enum hier hier, uint32_t tgid)
{
	char path[CGROUP_PATH_MAX];

	if (cgroupfs_path_of(&c->fs, hier, tgid, path, sizeof(path)))
		return 0;
	return cgroupfs_id(&c->fs, hier, path);
}

/*
 * The first processes of pid namespaces whose cgroups tell nothing: rootless containers.  Where
 * it fails, such containers become known by what they do.
 */
static void scan_namespaces(struct containers *c)
{
	uint32_t host_ns = runtime_read_pid_ns(c->config.root, KTHREADD_PID);
	struct bw_hdr hdr = { .vtgid = 1, .ns_differs = BW_NS_PID };
	char path[CGROUP_PATH_MAX];
	const struct dirent *entry;
	int n = 0;
	DIR *dir;

	(void)snprintf(path, sizeof(path), "%s/proc", c->config.root);
	dir = host_ns ? opendir(path) : NULL;
	while (dir && n++ < SCAN_PROCS_MAX && (entry = readdir(dir))) {
		hdr.tgid = (uint32_t)strtoul(entry->d_name, NULL, 10);
		hdr.pid_ns = hdr.tgid ? runtime_read_pid_ns(c->config.root, hdr.tgid) : 0;
		if (!hdr.pid_ns || hdr.pid_ns == host_ns ||
		    !runtime_is_init(c->config.root, hdr.tgid))
			continue;
		hdr.cgroup_v2 = cgroup_of_process(c, HIER_V2, hdr.tgid);
		hdr.cgroup_v1 = cgroup_of_process(c, HIER_V1, hdr.tgid);
		if (!find_entry(c, &hdr))
			(void)bind_by_namespace(c, &hdr);
	}
	if (dir)
		(void)closedir(dir);
}

int containers_scan(struct containers *c)
{
	int hier;
	int err = 0;

	/* Nothing is held up so far, and root's containers may be many. */
	c->looks[WHO_ROOT].max_ns = SHARE_WHOLE_NS;
	for (hier = 0; hier < HIER_MAX && !err; hier++)
		err = cgroupfs_walk(&c->fs, (enum hier)hier, scan_one, c);
	scan_namespaces(c);
	c->looks[WHO_ROOT] = (struct share){ .max_ns = LOOK_SHARE_NS };
	return err;
}

static void on_answer(const char *full_id, const cJSON *container, const cJSON *image, void *arg)
{
	struct containers *c = arg;
	struct entry *entry = registry_find_id(c, full_id, 0);

	/* By now it may be gone, and another in its place. */
	if (entry && entry->is_asked && engine_take_answer(entry->info, container, image))
		bind_tell(c, entry);
}

void containers_query(struct containers *c, uint64_t now_ns)
{
	if (c->query)
		query_step(c->query, now_ns, on_answer, c);
}

int containers_query_fd(const struct containers *c)
{
	return c->query ? query_fd(c->query) : -1;
}

void containers_expire(struct containers *c, uint64_t now_ns)
{
	registry_expire(c, now_ns);
}

void containers_read_stats(const struct containers *c, struct containers_stats *out)
{
	struct query_stats query = { 0 };

	if (c->query)
		query_read_stats(c->query, &query);
	*out = c->stats;
	out->n_containers = c->entries.count;
	out->n_asked = query.n_asked;
	out->n_answered = query.n_answered;
}
