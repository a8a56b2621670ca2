// SPDX-License-Identifier: Apache-2.0
#include <fcntl.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "container/container.h"
#include "container/pattern.h"

#define HEX64 "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define HEX_B "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"

/* Containers that were there before the agent: a host made of files. */
struct fixture {
	char root[64];
	struct containers *live;
};

static void put(const struct fixture *f, const char *path, const char *text, size_t len)
{
	char full[4096];
	char *slash;
	int fd;

	(void)snprintf(full, sizeof(full), "%s%s", f->root, path);
	for (slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(full, 0755);
		*slash = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, text, len), 0);
	assert_int_equal(close(fd), 0);
}

static void put_str(const struct fixture *f, const char *path, const char *text)
{
	put(f, path, text, strlen(text));
}

struct process {
	uint32_t pid;
	uint32_t parent;
	const char *argv; /* "|" between arguments */
	const char *cwd;
	const char *cgroup;
};

static void put_process(const struct fixture *f, const struct process *proc)
{
	char argv[512] = "";
	char text[512];
	char path[256];
	size_t len = strlen(proc->argv);
	size_t i;

	memcpy(argv, proc->argv, len);
	for (i = 0; i < len; i++) {
		if (argv[i] == '|')
			argv[i] = '\0';
	}
	(void)snprintf(path, sizeof(path), "/proc/%u/cmdline", proc->pid);
	put(f, path, argv, len + 1);
	(void)snprintf(path, sizeof(path), "/proc/%u/stat", proc->pid);
	(void)snprintf(text, sizeof(text), "%u (a) b) S %u 1 1", proc->pid, proc->parent);
	put_str(f, path, text);
	(void)snprintf(path, sizeof(path), "/proc/%u/cgroup", proc->pid);
	(void)snprintf(text, sizeof(text), "4:memory:/\n0::%s\n", proc->cgroup);
	put_str(f, path, text);
	(void)snprintf(path, sizeof(path), "%s/proc/%u/cwd", f->root, proc->pid);
	assert_int_equal(symlink(proc->cwd, path), 0);
}

/* Makes the cgroup with `pid` in it and returns its id. */
static uint64_t put_cgroup(const struct fixture *f, const char *path, uint32_t pid)
{
	char full[512];
	char text[32];
	struct stat st;

	(void)snprintf(full, sizeof(full), "/cg%s/cgroup.procs", path);
	(void)snprintf(text, sizeof(text), "%u\n", pid);
	put_str(f, full, pid ? text : "");
	(void)snprintf(full, sizeof(full), "%s/cg%s", f->root, path);
	assert_int_equal(stat(full, &st), 0);
	return st.st_ino;
}

static void open_registry(struct fixture *f)
{
	struct containers_config config = { .live = true, .root = f->root };

	f->live = containers_new(&config);
	assert_non_null(f->live);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)snprintf(f->root, sizeof(f->root), "/tmp/bw-resolve.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	put_str(f, "/proc/self/mountinfo", "40 30 0:37 / /cg rw - cgroup2 cgroup2 rw\n");
	put_str(f, "/cg/cgroup.procs", "1\n");
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	containers_free(f->live);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", f->root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own directory */
	free(f);
	return 0;
}

static const struct container *ask(const struct fixture *f, uint64_t id, uint32_t pid)
{
	struct bw_hdr hdr = { .cgroup_v2 = id, .cgroup_v1 = 1, .tgid = pid, .time_ns = 1 };

	return containers_lookup(f->live, &hdr);
}

static void put_pod(const struct fixture *f)
{
	const struct process shim = { 10, 1, "containerd-shim-runc-v2|-namespace|k8s.io|-id|" HEX64,
				      "/run/t/k8s.io/" HEX64, "/system.slice/containerd.service" };
	const struct process pause = { 11, 10, "/pause", "/", "/pods/" HEX64 };
	const struct process app = { 12, 10, "app", "/", "/pods/" HEX_B };
	const struct process child = { 13, 12, "conmon|-c|forged|-b|/x", "/", "/pods/" HEX_B };
	const struct process leaf = { 14, 13, "sh", "/", "/pods/" HEX_B };

	put_process(f, &shim);
	put_process(f, &pause);
	put_process(f, &app);
	put_process(f, &child);
	put_process(f, &leaf);
	put_str(f, "/run/t/k8s.io/" HEX64 "/config.json",
		"{\"annotations\":{\"io.kubernetes.cri.container-type\":\"sandbox\"}}");
	put_str(f, "/run/t/k8s.io/" HEX_B "/config.json",
		"{\"annotations\":{\"io.kubernetes.cri.container-name\":\"app\"}}");
}

static void shim_names_every_container_of_its_pod(void **state)
{
	struct fixture *f = *state;
	uint64_t pause;
	uint64_t app;

	put_pod(f);
	pause = put_cgroup(f, "/pods/" HEX64, 11);
	app = put_cgroup(f, "/pods/" HEX_B, 12);
	open_registry(f);
	assert_string_equal(ask(f, pause, 11)->full_id, HEX64);
	assert_true(ask(f, pause, 11)->is_sandbox);
	assert_string_equal(ask(f, app, 12)->full_id, HEX_B);
	assert_string_equal(ask(f, app, 12)->name, "app");
	assert_string_equal(ask(f, app, 12)->type, "containerd");
}

/* A process in a container may call itself conmon. */
static void command_lines_inside_are_not_believed(void **state)
{
	struct fixture *f = *state;
	uint64_t app;

	put_pod(f);
	app = put_cgroup(f, "/pods/" HEX_B, 12);
	open_registry(f);
	assert_string_equal(ask(f, app, 14)->full_id, HEX_B);
}

/* Outside of it a user may call himself conmon, and his container as root's is called. */
static void id_of_roots_container_is_not_a_users(void **state)
{
	const struct process conmon = { 20, 1, "conmon|-c|" HEX_B "|-b|/x", "/", "/user" };
	const struct process first = { 21, 20, "sh", "/", "/user/one" };
	const struct process second = { 22, 20, "sh", "/", "/user/two" };
	struct fixture *f = *state;
	uint64_t one;
	uint64_t two;
	uint64_t app;

	put_pod(f);
	put_process(f, &conmon);
	put_process(f, &first);
	put_process(f, &second);
	put_str(f, "/proc/20/status", "Name:\tconmon\nUid:\t1000\t1000\t1000\t1000\n");
	app = put_cgroup(f, "/pods/" HEX_B, 12);
	one = put_cgroup(f, "/user/one", 21);
	two = put_cgroup(f, "/user/two", 22);
	open_registry(f);
	assert_true(ask(f, one, 21)->is_rootless);
	assert_false(ask(f, app, 12)->is_rootless);
	assert_string_equal(ask(f, app, 12)->name, "app");
	assert_true(ask(f, two, 22)->is_rootless);
}

/* Root's program that anybody may run has the arguments that he gave it. */
static void user_who_runs_roots_program_is_not_root(void **state)
{
	const struct process conmon = { 20, 1, "conmon|-c|" HEX_B "|-b|/x", "/", "/user" };
	const struct process first = { 21, 20, "sh", "/", "/user/one" };
	struct fixture *f = *state;
	uint64_t one;

	put_process(f, &conmon);
	put_process(f, &first);
	put_str(f, "/proc/20/status", "Name:\tconmon\nUid:\t1000\t0\t0\t0\n");
	one = put_cgroup(f, "/user/one", 21);
	open_registry(f);
	assert_true(ask(f, one, 21)->is_rootless);
}

static void shim_container_without_telling_path_is_found_by_its_first_process(void **state)
{
	const struct process shim = { 10, 1, "containerd-shim-runc-v2|-namespace|default|-id|one",
				      "/run/t/default/one", "/" };
	const struct process app = { 12, 10, "app", "/", "/default/two" };
	const struct process leaf = { 14, 12, "sh", "/", "/default/two" };
	struct fixture *f = *state;
	uint64_t id;

	put_process(f, &shim);
	put_process(f, &app);
	put_process(f, &leaf);
	put_str(f, "/run/t/default/one/init.pid", "11");
	put_str(f, "/run/t/default/two/init.pid", "12");
	put_str(f, "/run/t/default/two/config.json", "{\"process\":{\"user\":{\"uid\":7}}}");
	id = put_cgroup(f, "/default/two", 12);
	open_registry(f);
	assert_string_equal(ask(f, id, 14)->full_id, "two");
	assert_string_equal(ask(f, id, 14)->user, "7");
}

static void detached_containers_are_found_in_their_state_directory(void **state)
{
	const struct process app = { 12, 1, "app", "/", "/x" };
	struct fixture *f = *state;
	uint64_t runc;
	uint64_t crun;
	uint64_t other;

	put_process(f, &app);
	put_str(f, "/run/runc/r1/state.json",
		"{\"id\":\"r1\",\"cgroup_paths\":{\"\":\"/sys/fs/cgroup/unified/a/r1\"},"
		"\"config\":{\"labels\":[\"x=y\",\"bundle=/b/r1\"]}}");
	put_str(f, "/run/crun/c1/status", "{\"cgroup-path\":\"/a/c1\",\"bundle\":\"/b/c1\"}");
	runc = put_cgroup(f, "/a/r1", 12);
	crun = put_cgroup(f, "/a/c1", 12);
	other = put_cgroup(f, "/r1", 12);
	open_registry(f);
	assert_string_equal(ask(f, runc, 12)->full_id, "r1");
	assert_string_equal(ask(f, runc, 12)->bundle, "/b/r1");
	assert_string_equal(ask(f, runc, 12)->type, "runc");
	assert_string_equal(ask(f, crun, 12)->full_id, "c1");
	assert_string_equal(ask(f, crun, 12)->type, "crun");
	assert_int_equal(ask(f, other, 12)->kind, CONTAINER_HOST);
}

static void scan_finds_outer_containers_first(void **state)
{
	struct containers_stats stats;
	struct fixture *f = *state;
	uint64_t inner;
	uint64_t service;

	(void)put_cgroup(f, "/m.slice/docker-" HEX64 ".scope", 0);
	inner = put_cgroup(f, "/m.slice/docker-" HEX64 ".scope/docker/" HEX_B, 0);
	service = put_cgroup(f, "/system.slice/sshd.service", 0);
	open_registry(f);
	assert_int_equal(containers_scan(f->live), 0);
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_containers, 1);
	assert_string_equal(ask(f, inner, 0)->full_id, HEX64);
	assert_string_equal(ask(f, inner, 0)->type, "docker");
	assert_int_equal(ask(f, service, 0)->kind, CONTAINER_HOST);
}

/* A process of the host makes the cgroup `id`. */
static void see_mkdir(const struct fixture *f, uint64_t id, uint32_t maker)
{
	struct bw_cgroup cgroup = { .hdr = { .type = BW_EVENT_CGROUP, .size = sizeof(cgroup) } };

	cgroup.hdr.tgid = maker;
	cgroup.hdr.cgroup_v2 = 1;
	cgroup.hdr.cgroup_v1 = 1;
	cgroup.op = BW_CGROUP_MKDIR;
	cgroup.id = id;
	cgroup.parent_id = 1;
	containers_apply(f->live, &cgroup.hdr);
}

static void a_name_is_believed_of_the_service_manager_alone(void **state)
{
	static const struct {
		uint32_t maker; /* 0: it was there before us */
		enum container_kind kind;
	} rows[] = { { 0, CONTAINER_KNOWN }, { 1, CONTAINER_KNOWN }, { 300, CONTAINER_HOST } };
	struct fixture *f = *state;
	char path[128];
	uint64_t id;

	open_registry(f);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		(void)snprintf(path, sizeof(path), "/x%zu.slice/docker-" HEX64 ".scope", i);
		id = put_cgroup(f, path, 0);
		if (rows[i].maker)
			see_mkdir(f, id, rows[i].maker);
		assert_int_equal(ask(f, id, 0)->kind, rows[i].kind);
	}
}

static void paths_tell_engine_and_id(void **state)
{
	static const struct {
		const char *path;
		const char *type;
		const char *id;
	} table[] = {
		{ "/docker/" HEX64, "docker", HEX64 },
		{ "/system.slice/docker-" HEX64 ".scope", "docker", HEX64 },
		{ "/kubepods/burstable/pod1-2/" HEX64, NULL, HEX64 },
		{ "/k.slice/k-pod1.slice/cri-containerd-" HEX64 ".scope", "containerd", HEX64 },
		{ "/x.slice:cri-containerd:" HEX64, "containerd", HEX64 },
		{ "/k.slice/crio-" HEX64 ".scope/container", "cri-o", HEX64 },
		{ "/libpod_parent/" HEX_B "/libpod-" HEX64, "podman", HEX64 },
		{ "/machine.slice/libpod-" HEX64 ".scope/container", "podman", HEX64 },
		{ "/lxc.payload.web/.lxc", "lxc", "web" },
		{ "/docker/" HEX64 "/docker/" HEX_B, "docker", HEX64 },
		{ "/user.slice/user-0.slice/session-1.scope", NULL, NULL },
		{ "/docker/0123456789ab", NULL, NULL },
		{ "/docker-" HEX64 "x.scope", NULL, NULL },
		{ "/crio-conmon-" HEX64 ".scope", NULL, NULL },
	};
	struct pattern pattern;
	size_t i;

	(void)state;
	for (i = 0; i < sizeof(table) / sizeof(table[0]); i++) {
		if (!table[i].id) {
			assert_false(pattern_find(table[i].path, &pattern));
			continue;
		}
		assert_true(pattern_find(table[i].path, &pattern));
		assert_string_equal(pattern.id, table[i].id);
		if (table[i].type)
			assert_string_equal(pattern.type, table[i].type);
		else
			assert_null(pattern.type);
	}
	assert_true(pattern_is_helper("/m.slice/libpod-conmon-" HEX64 ".scope"));
	assert_false(pattern_is_helper("/m.slice/libpod-" HEX64 ".scope"));
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(shim_names_every_container_of_its_pod),
		SENTENCE(command_lines_inside_are_not_believed),
		SENTENCE(id_of_roots_container_is_not_a_users),
		SENTENCE(user_who_runs_roots_program_is_not_root),
		SENTENCE(shim_container_without_telling_path_is_found_by_its_first_process),
		SENTENCE(detached_containers_are_found_in_their_state_directory),
		SENTENCE(scan_finds_outer_containers_first),
		SENTENCE(a_name_is_believed_of_the_service_manager_alone),
		SENTENCE(paths_tell_engine_and_id),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
