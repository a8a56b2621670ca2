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

#define V1_HIERARCHY 4
#define RUNC_TGID    100
#define SHIM_TGID    90
#define CG2          2000
#define CG1          500
#define HEX64        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define RECORDS_MAX  16

/* A tree of files that stands for the host, and a live and a replaying registry. */
struct fixture {
	char root[64];
	struct containers *live;
	struct containers *replay;
	uint32_t n_records;
};

static void put(const struct fixture *f, const char *path, const char *text)
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
	assert_int_equal(file_write_all(fd, text, strlen(text)), 0);
	assert_int_equal(close(fd), 0);
}

static void put_link(const struct fixture *f, const char *path, const char *to)
{
	char full[4096];

	(void)snprintf(full, sizeof(full), "%s%s", f->root, path);
	assert_int_equal(symlink(to, full), 0);
}

static void on_bind(const void *data, size_t len, void *arg)
{
	struct fixture *f = arg;
	const struct bw_hdr *hdr = data;

	assert_int_equal(hdr->size, len);
	assert_true(len <= BW_RECORD_MAX);
	assert_int_equal(len % 8, 0);
	f->n_records++;
	containers_apply(f->replay, hdr);
}

static int setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct containers_config config = {
		.root = f->root, .cgroup_v1_hierarchy = V1_HIERARCHY, .on_bind = on_bind, .arg = f
	};

	(void)snprintf(f->root, sizeof(f->root), "/tmp/bw-container.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	put(f, "/etc/keep", "");
	f->replay =
		containers_new(&(struct containers_config){ .cgroup_v1_hierarchy = V1_HIERARCHY });
	config.live = true;
	f->live = containers_new(&config);
	assert_non_null(f->live);
	assert_non_null(f->replay);
	*state = f;
	return 0;
}

static int teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	containers_free(f->live);
	containers_free(f->replay);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", f->root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own directory */
	free(f);
	return 0;
}

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

static uint64_t clock_ns = 1000;

static void head(union record *r, uint16_t type, uint32_t tgid)
{
	memset(r, 0, sizeof(*r));
	clock_ns += 1000;
	r->hdr.type = type;
	r->hdr.time_ns = clock_ns;
	r->hdr.tgid = tgid;
	r->hdr.start_ns = tgid * 10ULL;
	r->hdr.cgroup_v2 = 1;
	r->hdr.cgroup_v1 = 1;
}

static struct bw_str add(union record *r, size_t *at, const char *s, size_t len)
{
	struct bw_str str = { .off = (uint16_t)*at, .len = (uint16_t)len };

	memcpy(r->bytes + *at, s, len);
	*at += len + 1;
	return str;
}

/* argv is written with "|" between arguments. */
static void send_exec(struct fixture *f, uint32_t tgid, uint32_t parent, const char *argv,
		      const char *cwd)
{
	size_t at = offsetof(struct bw_exec, tail);
	union record r;
	char *p;

	head(&r, BW_EVENT_EXEC, tgid);
	r.hdr.parent_tgid = parent;
	r.exec.argv = add(&r, &at, argv, strlen(argv));
	for (p = r.bytes + r.exec.argv.off; *p; p++) {
		if (*p == '|')
			*p = '\0';
	}
	r.exec.cwd = add(&r, &at, cwd, strlen(cwd));
	containers_apply(f->live, &r.hdr);
	containers_apply(f->replay, &r.hdr);
}

struct dir {
	uint32_t hierarchy;
	uint64_t id;
	uint64_t parent;
	const char *path;
};

static void send_cgroup(struct fixture *f, uint32_t op, const struct dir *dir, uint32_t tgid,
			uint64_t in_v2)
{
	size_t at = offsetof(struct bw_cgroup, tail);
	union record r;

	head(&r, BW_EVENT_CGROUP, tgid);
	r.hdr.cgroup_v2 = in_v2;
	r.cgroup.op = op;
	r.cgroup.hierarchy = dir->hierarchy;
	r.cgroup.id = dir->id;
	r.cgroup.parent_id = dir->parent;
	r.cgroup.path = add(&r, &at, dir->path, strlen(dir->path));
	containers_apply(f->live, &r.hdr);
	containers_apply(f->replay, &r.hdr);
}

static const struct container *ask(struct containers *c, uint64_t v2, uint64_t v1, uint32_t ns)
{
	union record r;

	head(&r, BW_EVENT_OPEN, 777);
	r.hdr.cgroup_v2 = v2;
	r.hdr.cgroup_v1 = v1;
	r.hdr.ns_differs = ns;
	r.hdr.pid_ns = 0xf0000001;
	return containers_lookup(c, &r.hdr);
}

static const char runc_config[] =
	"{\"ociVersion\":\"1.0.2\",\"root\":{\"path\":\"rootfs\",\"readonly\":true},"
	"\"process\":{\"user\":{\"uid\":1000,\"gid\":1001},\"args\":[\"sh\"]},"
	"\"mounts\":[{\"destination\":\"/proc\",\"type\":\"proc\",\"source\":\"proc\"},"
	"{\"destination\":\"/data\",\"type\":\"bind\",\"source\":\"/srv\","
	"\"options\":[\"rbind\",\"ro\",\"rprivate\"]}],"
	"\"annotations\":{\"team\":\"red\\u001b[31m\"},"
	"\"linux\":{\"maskedPaths\":[\"/proc/kcore\"]}}";

static const struct dir own2 = { 0, CG2, 1, "/c1" };
static const struct dir own1 = { V1_HIERARCHY, CG1, 1, "/c1" };

static void make_runc(struct fixture *f)
{
	put(f, "/b/config.json", runc_config);
	put(f, "/b/rootfs/etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\n");
	send_exec(f, RUNC_TGID, 50, "/usr/sbin/runc|--log|run|run|--bundle|/b|c1", "/");
	send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	send_cgroup(f, BW_CGROUP_MKDIR, &own1, RUNC_TGID, 1);
}

static void cgroup_belongs_to_the_runtime_that_made_it(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	make_runc(f);
	info = ask(f->live, CG2, 1, BW_NS_PID);
	assert_int_equal(info->kind, CONTAINER_KNOWN);
	assert_string_equal(info->full_id, "c1");
	assert_string_equal(info->id, "c1");
	assert_string_equal(info->name, "c1");
	assert_string_equal(info->type, "runc");
	assert_string_equal(info->bundle, "/b");
	assert_string_equal(info->rootfs, "/b/rootfs");
	assert_string_equal(info->user, "1000:1001");
	assert_int_equal(info->privileged, 0);
	assert_int_equal(info->rootfs_readonly, 1);
	assert_non_null(strstr(info->passwd, "app:x:1000"));
	assert_int_equal(info->n_mounts, 1);
	assert_string_equal(info->mounts[0].source, "/srv");
	assert_string_equal(info->mounts[0].dest, "/data");
	assert_string_equal(info->mounts[0].mode, "rbind,ro,rprivate");
	assert_string_equal(info->mounts[0].propagation, "rprivate");
	assert_false(info->mounts[0].rdwr);
	assert_int_equal(info->n_labels, 1);
	assert_string_equal(info->labels[0].value, "red\033[31m");
	assert_null(info->image);
	/* In a view of v1 alone the v2 id is the root's. */
	assert_ptr_equal(ask(f->live, 1, CG1, BW_NS_PID), info);
}

static void replay_answers_as_live_did(void **state)
{
	struct fixture *f = *state;
	const struct container *a;
	const struct container *b;

	make_runc(f);
	a = ask(f->live, CG2, CG1, 0);
	b = ask(f->replay, CG2, 1, 0);
	assert_ptr_not_equal(a, b);
	assert_int_equal(b->kind, a->kind);
	assert_string_equal(b->full_id, a->full_id);
	assert_string_equal(b->id, a->id);
	assert_string_equal(b->name, a->name);
	assert_string_equal(b->type, a->type);
	assert_string_equal(b->bundle, a->bundle);
	assert_string_equal(b->user, a->user);
	assert_string_equal(b->rootfs, a->rootfs);
	assert_string_equal(b->passwd, a->passwd);
	assert_int_equal(b->privileged, a->privileged);
	assert_int_equal(b->rootfs_readonly, a->rootfs_readonly);
	assert_int_equal(b->start_ns, a->start_ns);
	assert_int_not_equal(b->start_ns, 0);
	assert_int_equal(b->n_mounts, a->n_mounts);
	assert_string_equal(b->mounts[0].mode, a->mounts[0].mode);
	assert_int_equal(b->n_labels, a->n_labels);
	assert_string_equal(b->labels[0].value, a->labels[0].value);
	assert_ptr_equal(ask(f->replay, 1, CG1, 0), b);
	assert_int_equal(ask(f->replay, 1, 1, 0)->kind, CONTAINER_HOST);
}

static void a_container_cannot_take_anothers_name(void **state)
{
	const struct dir forged = { 0, CG2 + 1, CG2, "/c1/docker-" HEX64 ".scope" };
	struct fixture *f = *state;

	make_runc(f);
	/* Made by a process inside, even one that calls itself a runtime. */
	send_exec(f, 300, 200, "runc|run|--bundle|/evil|other", "/");
	send_cgroup(f, BW_CGROUP_MKDIR, &forged, 300, CG2);
	assert_string_equal(ask(f->live, CG2 + 1, 1, 0)->full_id, "c1");
	assert_string_equal(ask(f->replay, CG2 + 1, 1, 0)->full_id, "c1");
}

static void directories_above_the_containers_own_are_the_hosts(void **state)
{
	const struct dir above = { 0, 10, 1, "/docker" };
	const struct dir below = { 0, 11, 10, "/docker/c1" };
	struct fixture *f = *state;

	put(f, "/b/config.json", runc_config);
	send_exec(f, RUNC_TGID, 50, "runc|create|-b|/b|c1", "/");
	send_cgroup(f, BW_CGROUP_MKDIR, &above, RUNC_TGID, 1);
	send_cgroup(f, BW_CGROUP_MKDIR, &below, RUNC_TGID, 1);
	assert_int_equal(ask(f->live, 10, 1, 0)->kind, CONTAINER_HOST);
	assert_int_equal(ask(f->replay, 10, 1, 0)->kind, CONTAINER_HOST);
	assert_string_equal(ask(f->live, 11, 1, 0)->full_id, "c1");
	assert_string_equal(ask(f->replay, 11, 1, 0)->full_id, "c1");
}

static void systemds_cgroup_is_bound_by_its_first_task(void **state)
{
	const struct dir scope = { 0, 30, 1, "/system.slice/runc-c1.scope" };
	struct fixture *f = *state;
	union record r;

	put(f, "/b/config.json", runc_config);
	send_exec(f, RUNC_TGID, 50, "runc|--systemd-cgroup|run|c1", "/b");
	send_cgroup(f, BW_CGROUP_MKDIR, &scope, 1, 1);
	head(&r, BW_EVENT_FORK, 101);
	r.hdr.parent_tgid = RUNC_TGID;
	r.hdr.cgroup_v2 = 30;
	containers_apply(f->live, &r.hdr);
	assert_string_equal(ask(f->live, 30, 1, 0)->full_id, "c1");
}

static void removed_cgroup_is_known_for_its_tail(void **state)
{
	const uint64_t second = 1000ULL * 1000 * 1000;
	struct containers_stats stats;
	struct fixture *f = *state;

	make_runc(f);
	send_cgroup(f, BW_CGROUP_RMDIR, &own2, RUNC_TGID, 1);
	send_cgroup(f, BW_CGROUP_RMDIR, &own1, RUNC_TGID, 1);
	containers_expire(f->live, clock_ns + 29 * second);
	assert_string_equal(ask(f->live, CG2, 1, 0)->full_id, "c1");
	containers_expire(f->live, clock_ns + 31 * second);
	assert_int_equal(ask(f->live, CG2, 1, 0)->kind, CONTAINER_HOST);
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_containers, 0);
}

static void pid_namespace_without_cgroup_is_an_unknown_container(void **state)
{
	struct containers_stats stats;
	struct fixture *f = *state;
	const struct container *info = ask(f->live, 1, 1, BW_NS_PID | BW_NS_MNT);

	assert_int_equal(info->kind, CONTAINER_UNKNOWN);
	assert_string_equal(info->full_id, "ns:f0000001");
	assert_string_equal(info->type, "unknown");
	assert_string_equal(ask(f->replay, 1, 1, BW_NS_PID)->full_id, "ns:f0000001");
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_unresolved, 1);
}

static void mount_namespace_alone_is_the_host(void **state)
{
	struct fixture *f = *state;
	const struct container *info = ask(f->live, 1, 1, BW_NS_MNT);

	assert_int_equal(info->kind, CONTAINER_HOST);
	assert_string_equal(info->id, "host");
	assert_string_equal(info->name, "host");
}

static void docker_is_told_by_its_shim_and_read_beside_etc_hostname(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	put(f, "/run/t/moby/" HEX64 "/config.json",
	    "{\"mounts\":[{\"destination\":\"/etc/hostname\",\"type\":\"bind\",\"source\":"
	    "\"/data/containers/" HEX64 "/hostname\"}],\"process\":{},\"linux\":{}}");
	put(f, "/data/containers/" HEX64 "/config.v2.json",
	    "{\"ID\":\"" HEX64 "\",\"Name\":\"/web\",\"Image\":\"sha256:beef\","
	    "\"Config\":{\"Image\":\"reg:5000/team/app:1.2@sha256:cafe\",\"User\":\"www\","
	    "\"Labels\":{\"a\":\"b\"}},\"MountPoints\":{\"/d\":{\"Source\":\"/s\","
	    "\"Destination\":\"/d\",\"RW\":true,\"Propagation\":\"rprivate\"}}}");
	put(f, "/data/containers/" HEX64 "/hostconfig.json", "{\"Privileged\":true}");
	send_exec(f, SHIM_TGID, 1,
		  "/usr/bin/containerd-shim-runc-v2|-namespace|moby|-id|" HEX64 "|-address|/s",
		  "/run/t/moby/" HEX64);
	send_exec(f, RUNC_TGID, SHIM_TGID,
		  "runc|--root|/r|create|--bundle|/run/t/moby/" HEX64 "|--pid-file|/p|" HEX64, "/");
	send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = ask(f->live, CG2, 1, 0);
	assert_string_equal(info->type, "docker");
	assert_string_equal(info->full_id, HEX64);
	assert_string_equal(info->id, "0123456789ab");
	assert_string_equal(info->name, "web");
	assert_string_equal(info->image, "reg:5000/team/app:1.2@sha256:cafe");
	assert_string_equal(info->image_repository, "reg:5000/team/app");
	assert_string_equal(info->image_tag, "1.2");
	assert_string_equal(info->image_digest, "sha256:cafe");
	assert_string_equal(info->image_id, "beef");
	assert_string_equal(info->user, "www");
	assert_int_equal(info->privileged, 1);
	assert_string_equal(info->labels[0].key, "a");
	assert_true(info->mounts[0].rdwr);
	info = ask(f->replay, CG2, 1, 0);
	assert_string_equal(info->image_digest, "sha256:cafe");
	assert_string_equal(info->image_id, "beef");
	assert_int_equal(info->privileged, 1);
}

static void annotations_do_not_make_a_pod_of_a_plain_container(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	put(f, "/b/config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"victim\","
	    "\"io.kubernetes.cri.image-name\":\"trusted\"}}");
	send_exec(f, RUNC_TGID, 50, "runc|run|c1", "/b");
	send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = ask(f->live, CG2, 1, 0);
	assert_string_equal(info->type, "runc");
	assert_null(info->pod_name);
	assert_null(info->image);
}

static void cri_pod_is_read_from_its_bundle(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	put(f, "/b/config.json",
	    "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
	    "\"io.kubernetes.cri.container-name\":\"app\","
	    "\"io.kubernetes.cri.sandbox-name\":\"web-1\","
	    "\"io.kubernetes.cri.sandbox-namespace\":\"prod\","
	    "\"io.kubernetes.cri.sandbox-uid\":\"u1\",\"io.kubernetes.cri.sandbox-id\":\"s1\","
	    "\"io.kubernetes.cri.image-name\":\"docker.io/library/bb\"}}");
	send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|k8s.io|-id|s1", "/b");
	send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle=/b|" HEX64, "/");
	send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = ask(f->replay, CG2, 1, 0);
	assert_string_equal(info->type, "containerd");
	assert_string_equal(info->name, "app");
	assert_string_equal(info->k8s_container_name, "app");
	assert_string_equal(info->pod_name, "web-1");
	assert_string_equal(info->pod_ns, "prod");
	assert_string_equal(info->pod_uid, "u1");
	assert_string_equal(info->pod_sandbox_id, "s1");
	assert_string_equal(info->image_repository, "docker.io/library/bb");
	assert_null(info->image_tag);
	assert_false(info->is_sandbox);
}

static void podman_is_named_by_conmon(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	put(f, "/st/overlay-containers/id1/userdata/config.json",
	    "{\"annotations\":{\"io.podman.annotations.privileged\":\"TRUE\"}}");
	put(f, "/st/overlay-containers/containers.json",
	    "[{\"id\":\"id0\",\"image\":\"no\"},{\"id\":\"id1\",\"image\":\"f00d\",\"metadata\":"
	    "\"{\\\"image-name\\\":\\\"localhost/bb:2\\\"}\"}]");
	send_exec(f, SHIM_TGID, 1,
		  "/usr/bin/conmon|-c|id1|-n|db|-b|/st/overlay-containers/id1/userdata|"
		  "--exit-dir|/run/libpod/exits",
		  "/");
	send_exec(f, RUNC_TGID, SHIM_TGID,
		  "crun|create|--bundle|/st/overlay-containers/id1/userdata|id1", "/");
	send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = ask(f->live, CG2, 1, 0);
	assert_string_equal(info->type, "podman");
	assert_string_equal(info->name, "db");
	assert_string_equal(info->image_repository, "localhost/bb");
	assert_string_equal(info->image_id, "f00d");
	assert_int_equal(info->privileged, 1);
}

/* Whatever lies there, the id is right and the rest is unknown. */
static void broken_bundles_leave_the_id_alone(void **state)
{
	struct fixture *f = *state;
	struct containers_stats stats;
	const struct container *info;
	char *deep;

	deep = malloc(4097);
	assert_non_null(deep);
	memset(deep, '[', 4096);
	deep[4096] = '\0';
	put(f, "/b0/config.json", "{\"process\":");
	put(f, "/b1/config.json", deep);
	put(f, "/b2/secret.json", runc_config);
	put_link(f, "/b2/config.json", "secret.json");
	put(f, "/b3/config.json", "[1,2]");
	free(deep);
	for (int i = 0; i < 5; i++) {
		char argv[64];
		struct dir dir = { 0, 100 + (uint64_t)i, 1, "/x" };

		(void)snprintf(argv, sizeof(argv), "runc|run|--bundle|/b%d|c%d", i, i);
		send_exec(f, 1000 + (uint32_t)i, 50, argv, "/");
		send_cgroup(f, BW_CGROUP_MKDIR, &dir, 1000 + (uint32_t)i, 1);
		info = ask(f->live, dir.id, 1, 0);
		(void)snprintf(argv, sizeof(argv), "c%d", i);
		assert_string_equal(info->full_id, argv);
		assert_int_equal(info->n_mounts, 0);
		assert_null(info->user);
	}
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_read_failed, 4);
}

static void passwd_is_not_read_outside_of_the_container(void **state)
{
	struct fixture *f = *state;

	put(f, "/b/config.json", runc_config);
	put(f, "/b/rootfs/etc/keep", "");
	put(f, "/etc/passwd", "host:x:0:0::/:/bin/sh\n");
	put_link(f, "/b/rootfs/etc/passwd", "../../../etc/passwd");
	send_exec(f, RUNC_TGID, 50, "runc|run|c1", "/b");
	send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	assert_string_equal(ask(f->live, CG2, 1, 0)->full_id, "c1");
	assert_null(ask(f->live, CG2, 1, 0)->passwd);
}

static void what_does_not_fit_a_record_is_dropped_on_both_sides(void **state)
{
	struct fixture *f = *state;
	struct containers_stats stats;
	const size_t size = 200000;
	char *config = calloc(1, size);
	size_t len;

	assert_non_null(config);
	len = (size_t)snprintf(config, size,
			       "{\"root\":{\"path\":\"/r\"},\"annotations\":{\"k\":\"v\"");
	for (int i = 0; i < 80; i++) {
		len += (size_t)snprintf(config + len, size - len, ",\"k%d\":\"%01000d\"", i, i);
	}
	(void)snprintf(config + len, size - len, "}}");
	put(f, "/b/config.json", config);
	free(config);
	send_exec(f, RUNC_TGID, 50, "runc|run|c1", "/b");
	send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	assert_int_equal(ask(f->live, CG2, 1, 0)->n_labels, 0);
	assert_int_equal(ask(f->replay, CG2, 1, 0)->n_labels, 0);
	assert_string_equal(ask(f->replay, CG2, 1, 0)->rootfs, "/r");
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_cut, 1);
}

static void damaged_container_record_is_counted(void **state)
{
	struct fixture *f = *state;
	struct containers_stats stats;
	size_t at = offsetof(struct bw_container, tail);
	union record r;

	head(&r, BW_EVENT_CONTAINER, 0);
	r.container.cgroup_v2 = 5;
	r.container.json = add(&r, &at, "{\"kind\":\"known\"", 15);
	containers_apply(f->replay, &r.hdr);
	containers_read_stats(f->replay, &stats);
	assert_int_equal(stats.n_read_failed, 1);
	assert_int_equal(ask(f->replay, 5, 1, 0)->kind, CONTAINER_HOST);
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, setup, teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(cgroup_belongs_to_the_runtime_that_made_it),
		SENTENCE(replay_answers_as_live_did),
		SENTENCE(a_container_cannot_take_anothers_name),
		SENTENCE(directories_above_the_containers_own_are_the_hosts),
		SENTENCE(systemds_cgroup_is_bound_by_its_first_task),
		SENTENCE(removed_cgroup_is_known_for_its_tail),
		SENTENCE(pid_namespace_without_cgroup_is_an_unknown_container),
		SENTENCE(mount_namespace_alone_is_the_host),
		SENTENCE(docker_is_told_by_its_shim_and_read_beside_etc_hostname),
		SENTENCE(annotations_do_not_make_a_pod_of_a_plain_container),
		SENTENCE(cri_pod_is_read_from_its_bundle),
		SENTENCE(podman_is_named_by_conmon),
		SENTENCE(broken_bundles_leave_the_id_alone),
		SENTENCE(passwd_is_not_read_outside_of_the_container),
		SENTENCE(what_does_not_fit_a_record_is_dropped_on_both_sides),
		SENTENCE(damaged_container_record_is_counted),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
