// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "container_fixture.h"

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
	cf_put(f, "/b/config.json", runc_config);
	cf_put(f, "/b/rootfs/etc/passwd", "root:x:0:0::/:/bin/sh\napp:x:1000:1001::/:/bin/sh\n");
	cf_send_exec(f, RUNC_TGID, 50, "/usr/sbin/runc|--log|run|run|--bundle|/b|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own1, RUNC_TGID, 1);
}

static void cgroup_belongs_to_the_runtime_that_made_it(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	make_runc(f);
	info = cf_ask(f->live, CG2, 1, BW_NS_PID);
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
	assert_ptr_equal(cf_ask(f->live, 1, CG1, BW_NS_PID), info);
}

static void replay_answers_as_live_did(void **state)
{
	struct fixture *f = *state;
	const struct container *a;
	const struct container *b;

	make_runc(f);
	a = cf_ask(f->live, CG2, CG1, 0);
	b = cf_ask(f->replay, CG2, 1, 0);
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
	assert_ptr_equal(cf_ask(f->replay, 1, CG1, 0), b);
	assert_int_equal(cf_ask(f->replay, 1, 1, 0)->kind, CONTAINER_HOST);
}

static void a_container_cannot_take_anothers_name(void **state)
{
	const struct dir forged = { 0, CG2 + 1, CG2, "/c1/docker-" HEX64 ".scope" };
	struct fixture *f = *state;

	make_runc(f);
	/* Made by a process inside, even one that calls itself a runtime. */
	cf_send_exec(f, 300, 200, "runc|run|--bundle|/evil|other", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &forged, 300, CG2);
	assert_string_equal(cf_ask(f->live, CG2 + 1, 1, 0)->full_id, "c1");
	assert_string_equal(cf_ask(f->replay, CG2 + 1, 1, 0)->full_id, "c1");
}

static void directories_above_the_containers_own_are_the_hosts(void **state)
{
	const struct dir above = { 0, 10, 1, "/docker" };
	const struct dir below = { 0, 11, 10, "/docker/c1" };
	struct fixture *f = *state;

	cf_put(f, "/b/config.json", runc_config);
	cf_send_exec(f, RUNC_TGID, 50, "runc|create|-b|/b|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &above, RUNC_TGID, 1);
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &below, RUNC_TGID, 1);
	assert_int_equal(cf_ask(f->live, 10, 1, 0)->kind, CONTAINER_HOST);
	assert_int_equal(cf_ask(f->replay, 10, 1, 0)->kind, CONTAINER_HOST);
	assert_string_equal(cf_ask(f->live, 11, 1, 0)->full_id, "c1");
	assert_string_equal(cf_ask(f->replay, 11, 1, 0)->full_id, "c1");
}

static void systemds_cgroup_is_bound_by_its_first_task(void **state)
{
	const struct dir scope = { 0, 30, 1, "/system.slice/runc-c1.scope" };
	struct fixture *f = *state;
	union record r;

	cf_put(f, "/b/config.json", runc_config);
	cf_send_exec(f, RUNC_TGID, 50, "runc|--systemd-cgroup|run|c1", "/b");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &scope, 1, 1);
	cf_head(&r, BW_EVENT_FORK, 101);
	r.hdr.parent_tgid = RUNC_TGID;
	r.hdr.cgroup_v2 = 30;
	containers_apply(f->live, &r.hdr);
	assert_string_equal(cf_ask(f->live, 30, 1, 0)->full_id, "c1");
}

static void removed_cgroup_is_known_for_its_tail(void **state)
{
	const uint64_t second = 1000ULL * 1000 * 1000;
	struct containers_stats stats;
	struct fixture *f = *state;

	make_runc(f);
	cf_send_cgroup(f, BW_CGROUP_RMDIR, &own2, RUNC_TGID, 1);
	cf_send_cgroup(f, BW_CGROUP_RMDIR, &own1, RUNC_TGID, 1);
	containers_expire(f->live, cf_now_ns() + 29 * second);
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->full_id, "c1");
	containers_expire(f->live, cf_now_ns() + 31 * second);
	assert_int_equal(cf_ask(f->live, CG2, 1, 0)->kind, CONTAINER_HOST);
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_containers, 0);
}

static void pid_namespace_without_cgroup_is_an_unknown_container(void **state)
{
	struct containers_stats stats;
	struct fixture *f = *state;
	const struct container *info = cf_ask(f->live, 1, 1, BW_NS_PID | BW_NS_MNT);

	assert_int_equal(info->kind, CONTAINER_UNKNOWN);
	assert_string_equal(info->full_id, "ns:f0000001");
	assert_string_equal(info->type, "unknown");
	assert_string_equal(cf_ask(f->replay, 1, 1, BW_NS_PID)->full_id, "ns:f0000001");
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_unresolved, 1);
}

static void mount_namespace_alone_is_the_host(void **state)
{
	struct fixture *f = *state;
	const struct container *info = cf_ask(f->live, 1, 1, BW_NS_MNT);

	assert_int_equal(info->kind, CONTAINER_HOST);
	assert_string_equal(info->id, "host");
	assert_string_equal(info->name, "host");
}

static void docker_is_told_by_its_shim_and_read_beside_etc_hostname(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/run/t/moby/" HEX64 "/config.json",
	       "{\"mounts\":[{\"destination\":\"/etc/hostname\",\"type\":\"bind\",\"source\":"
	       "\"/data/containers/" HEX64 "/hostname\"}],\"process\":{},\"linux\":{}}");
	cf_put(f, "/data/containers/" HEX64 "/config.v2.json",
	       "{\"ID\":\"" HEX64 "\",\"Name\":\"/web\",\"Image\":\"sha256:beef\","
	       "\"Config\":{\"Image\":\"reg:5000/team/app:1.2@sha256:cafe\",\"User\":\"www\","
	       "\"Labels\":{\"a\":\"b\"}},\"MountPoints\":{\"/d\":{\"Source\":\"/s\","
	       "\"Destination\":\"/d\",\"RW\":true,\"Propagation\":\"rprivate\"}}}");
	cf_put(f, "/data/containers/" HEX64 "/hostconfig.json", "{\"Privileged\":true}");
	cf_send_exec(f, SHIM_TGID, 1,
		     "/usr/bin/containerd-shim-runc-v2|-namespace|moby|-id|" HEX64 "|-address|/s",
		     "/run/t/moby/" HEX64);
	cf_send_exec(f, RUNC_TGID, SHIM_TGID,
		     "runc|--root|/r|create|--bundle|/run/t/moby/" HEX64 "|--pid-file|/p|" HEX64,
		     "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->live, CG2, 1, 0);
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
	info = cf_ask(f->replay, CG2, 1, 0);
	assert_string_equal(info->image_digest, "sha256:cafe");
	assert_string_equal(info->image_id, "beef");
	assert_int_equal(info->privileged, 1);
}

static void annotations_do_not_make_a_pod_of_a_plain_container(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/b/config.json",
	       "{\"annotations\":{\"io.kubernetes.cri.sandbox-name\":\"victim\","
	       "\"io.kubernetes.cri.image-name\":\"trusted\"}}");
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|c1", "/b");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->live, CG2, 1, 0);
	assert_string_equal(info->type, "runc");
	assert_null(info->pod_name);
	assert_null(info->image);
}

static void cri_pod_is_read_from_its_bundle(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/b/config.json",
	       "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
	       "\"io.kubernetes.cri.container-name\":\"app\","
	       "\"io.kubernetes.cri.sandbox-name\":\"web-1\","
	       "\"io.kubernetes.cri.sandbox-namespace\":\"prod\","
	       "\"io.kubernetes.cri.sandbox-uid\":\"u1\",\"io.kubernetes.cri.sandbox-id\":\"s1\","
	       "\"io.kubernetes.cri.image-name\":\"docker.io/library/bb\"}}");
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|k8s.io|-id|s1", "/b");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle=/b|" HEX64, "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->replay, CG2, 1, 0);
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

	cf_put(f, "/st/overlay-containers/id1/userdata/config.json",
	       "{\"annotations\":{\"io.podman.annotations.privileged\":\"TRUE\"}}");
	cf_put(f, "/st/overlay-containers/containers.json",
	       "[{\"id\":\"id0\",\"image\":\"no\"},{\"id\":\"id1\",\"image\":\"f00d\",\"metadata\":"
	       "\"{\\\"image-name\\\":\\\"localhost/bb:2\\\"}\"}]");
	cf_send_exec(f, SHIM_TGID, 1,
		     "/usr/bin/conmon|-c|id1|-n|db|-b|/st/overlay-containers/id1/userdata|"
		     "--exit-dir|/run/libpod/exits",
		     "/");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID,
		     "crun|create|--bundle|/st/overlay-containers/id1/userdata|id1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->live, CG2, 1, 0);
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
	cf_put(f, "/b0/config.json", "{\"process\":");
	cf_put(f, "/b1/config.json", deep);
	cf_put(f, "/b2/secret.json", runc_config);
	cf_put_link(f, "/b2/config.json", "secret.json");
	cf_put(f, "/b3/config.json", "[1,2]");
	free(deep);
	for (int i = 0; i < 5; i++) {
		char argv[64];
		struct dir dir = { 0, 100 + (uint64_t)i, 1, "/x" };

		(void)snprintf(argv, sizeof(argv), "runc|run|--bundle|/b%d|c%d", i, i);
		cf_send_exec(f, 1000 + (uint32_t)i, 50, argv, "/");
		cf_send_cgroup(f, BW_CGROUP_MKDIR, &dir, 1000 + (uint32_t)i, 1);
		info = cf_ask(f->live, dir.id, 1, 0);
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

	cf_put(f, "/b/config.json", runc_config);
	cf_put(f, "/b/rootfs/etc/keep", "");
	cf_put(f, "/etc/passwd", "host:x:0:0::/:/bin/sh\n");
	cf_put_link(f, "/b/rootfs/etc/passwd", "../../../etc/passwd");
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|c1", "/b");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->full_id, "c1");
	assert_null(cf_ask(f->live, CG2, 1, 0)->passwd);
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
	cf_put(f, "/b/config.json", config);
	free(config);
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|c1", "/b");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	assert_int_equal(cf_ask(f->live, CG2, 1, 0)->n_labels, 0);
	assert_int_equal(cf_ask(f->replay, CG2, 1, 0)->n_labels, 0);
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->rootfs, "/r");
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_cut, 1);
}

static void damaged_container_record_is_counted(void **state)
{
	struct fixture *f = *state;
	struct containers_stats stats;
	size_t at = offsetof(struct bw_container, tail);
	union record r;

	cf_head(&r, BW_EVENT_CONTAINER, 0);
	r.container.cgroup_v2 = 5;
	r.container.json = cf_add(&r, &at, "{\"kind\":\"known\"", 15);
	containers_apply(f->replay, &r.hdr);
	containers_read_stats(f->replay, &stats);
	assert_int_equal(stats.n_read_failed, 1);
	assert_int_equal(cf_ask(f->replay, 5, 1, 0)->kind, CONTAINER_HOST);
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, cf_setup, cf_teardown)

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
