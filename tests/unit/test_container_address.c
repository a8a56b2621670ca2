// SPDX-License-Identifier: Apache-2.0

/* Where the addresses of containers are found, and what is taken for none. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <dirent.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "container/address.h"
#include "container/place.h"
#include "container_fixture.h"

#define OTHER   "fedcba9876543210fedcba9876543210fedcba9876543210fedcba9876543210"
#define RESULTS "/var/lib/cni/results/"
#define BUNDLE  "/run/t/default/c1"

static const struct dir own2 = { 0, CG2, 1, "/c1" };

static const char answer[] =
	"{\"kind\":\"cniCacheV1\",\"containerId\":\"default-c1\",\"ifName\":\"eth0\","
	"\"result\":{\"ips\":[{\"address\":\"10.9.0.2/16\"}],\"note\":\"\x01\\u0007\"}}";

/* A container of containerd that has no address so far. */
static const struct container *start_ctr(struct fixture *f)
{
	cf_put(f, BUNDLE "/config.json", "{}");
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|default|-id|c1", BUNDLE);
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|" BUNDLE "|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	return cf_ask(f->live, CG2, 1, 0);
}

/* Its first process, which is not the runtime's any more. */
static const struct container *run_first(struct fixture *f)
{
	size_t at = offsetof(struct bw_exec, tail);
	union record r;

	cf_head(&r, BW_EVENT_EXEC, 600);
	r.hdr.ns_differs = BW_NS_PID | BW_NS_NET;
	r.hdr.cgroup_v2 = CG2;
	r.exec.path = cf_add(&r, &at, "/bin/sh", strlen("/bin/sh"));
	r.exec.argv = cf_add(&r, &at, "sh", strlen("sh"));
	cf_send(f, &r);
	return cf_ask(f->live, CG2, 1, 0);
}

static void only_addresses_are_taken(void **state)
{
	static const struct {
		const char *text;
		const char *want;
	} cases[] = {
		{ "fe80::0:1/64", "fe80::1" },
		{ "10.0.0.2/16", "10.0.0.2" }, /* rather than the one above */
		{ "10.0.0.3", "10.0.0.2" },
		{ "fd00::1", "10.0.0.2" },
	};
	static const char *const none[] = {
		"",
		"/16",
		"10.0.0",
		"10.0.0.2\n",
		"10.0.0.2\x1b[31m",
		"0123456789012345678901234567890123456789012345678901234567890123456789",
		"host",
		"::g",
	};
	char *ip = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(none) / sizeof(none[0]); i++) {
		address_take(&ip, none[i]);
		assert_null(ip);
	}
	address_take(&ip, NULL);
	assert_null(ip);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		address_take(&ip, cases[i].text);
		assert_string_equal(ip, cases[i].want);
	}
	free(ip);
}

static void network_made_after_the_cgroup_is_found_by_the_first_process(void **state)
{
	struct fixture *f = *state;
	const struct container *info = start_ctr(f);

	assert_null(info->ip);
	cf_put(f, RESULTS "net-default-c1-eth0", answer);
	assert_null(cf_ask(f->live, CG2, 1, 0)->ip); /* not at every event */
	info = run_first(f);
	assert_string_equal(info->ip, "10.9.0.2");
	/* Escaped, as the plugin had to. */
	assert_string_equal(info->cni_json,
			    "{\"eth0\":{\"ips\":[{\"address\":\"10.9.0.2/16\"}],\"note\":"
			    "\"\\u0001\\u0007\"}}");
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->ip, "10.9.0.2");
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->cni_json, info->cni_json);
}

static void broken_results_are_no_address(void **state)
{
	static char huge[(1 << 20) + sizeof(answer)];
	struct fixture *f = *state;
	char path[128];

	cf_put(f, "/elsewhere", answer);
	cf_put(f, RESULTS "keep", "");
	memset(huge, ' ', sizeof(huge));
	memcpy(huge, answer, sizeof(answer) - 1);
	cf_put_bytes(f, RESULTS "huge-default-c1-eth0", huge, sizeof(huge));
	cf_put_bytes(f, RESULTS "half-default-c1-eth0", answer, sizeof(answer) / 2);
	cf_put_link(f, RESULTS "link-default-c1-eth0", "/elsewhere");
	cf_put(f, RESULTS "other-default-c1-eth0",
	       "{\"containerId\":\"default-c2\",\"result\":{\"ips\":[{\"address\":\"10.9.0.9/16\"}]}}");
	cf_put(f, RESULTS "net-default-c12-eth0", "{\"ips\":[{\"address\":\"10.9.0.9/16\"}]}");
	cf_put(f, RESULTS "list-default-c1-eth0", "[]");
	cf_put(f, RESULTS "text-default-c1-eth0", "{\"result\":\"10.9.0.9\"}");
	cf_put(f, RESULTS "net-default-c1-lo", "{\"ips\":[{\"address\":\"127.0.0.1/8\"}]}");
	cf_put(f, RESULTS "bad-default-c1-eth0",
	       "{\"result\":{\"ips\":[{\"address\":\"10.9\\u0000.0.1\"},{\"address\":7},3]}}");
	(void)start_ctr(f);
	assert_null(run_first(f)->ip);
	assert_non_null(cf_ask(f->live, CG2, 1, 0)->full_id);

	/* Whole at last, it is found by and by. */
	(void)snprintf(path, sizeof(path), "%s%s", f->root, RESULTS "bad-default-c1-eth0");
	assert_int_equal(unlink(path), 0);
	cf_put(f, RESULTS "half-default-c1-eth0", answer);
	for (int i = 0; i < 200000 && !cf_ask(f->live, CG2, 1, 0)->ip; i++)
		;
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->ip, "10.9.0.2");
}

/* A look for it alone reads nothing else, and does not take what the container is by now. */
static void look_for_an_address_needs_no_bundle(void **state)
{
	struct fixture *f = *state;
	const struct container *info = start_ctr(f);
	char path[128];

	assert_null(info->ip);
	(void)snprintf(path, sizeof(path), "%s%s", f->root, BUNDLE "/config.json");
	assert_int_equal(unlink(path), 0);
	cf_put(f, RESULTS "net-default-c1-eth0", answer);
	assert_string_equal(run_first(f)->ip, "10.9.0.2");
	assert_false(cf_ask(f->replay, CG2, 1, 0)->is_partial);
}

static void without_a_cache_leases_tell(void **state)
{
	struct fixture *f = *state;

	cf_put(f, "/var/lib/cni/networks/net/10.9.0.7", "default-c1\r\neth0");
	cf_put(f, "/var/lib/cni/networks/net/10.9.0.8", "default-c10\r\neth0");
	cf_put(f, "/var/lib/cni/networks/net/last_reserved_ip.0", "10.9.0.8");
	cf_put(f, "/var/lib/cni/networks/net/lock", "");
	assert_string_equal(start_ctr(f)->ip, "10.9.0.7");
	assert_null(cf_ask(f->live, CG2, 1, 0)->cni_json);
}

/* The name that is read first, or last, in a directory of the host; its order is its own. */
static void find_name(const struct fixture *f, const char *dir, bool last, char *out, size_t size)
{
	const struct dirent *entry;
	char path[128];
	DIR *stream;

	(void)snprintf(path, sizeof(path), "%s%s", f->root, dir);
	stream = opendir(path);
	assert_non_null(stream);
	*out = '\0';
	while ((entry = readdir(stream))) {
		if (entry->d_name[0] != '.' && (last || !*out))
			(void)snprintf(out, size, "%s/%.40s", dir, entry->d_name);
	}
	assert_int_equal(closedir(stream), 0);
}

/* Put the lease of "c1" among the others for one look; is it found? */
static bool is_lease_found(const struct fixture *f, bool last)
{
	int place = place_open(f->root, 0);
	char *found = NULL;
	char *json = NULL;
	char network[64];
	char path[128];
	bool is_found;

	assert_true(place >= 0);
	find_name(f, "/var/lib/cni/networks", last, network, sizeof(network));
	find_name(f, network, last, path, sizeof(path));
	cf_put(f, path, "c1");
	address_find_results(place, "c1", &found, &json);
	cf_put(f, path, "other");
	is_found = found != NULL;
	free(found);
	assert_null(json);
	assert_int_equal(close(place), 0);
	return is_found;
}

static void only_so_many_leases_are_looked_at(void **state)
{
	struct fixture *f = *state;
	char path[64];

	for (int i = 0; i < 1100; i++) {
		(void)snprintf(path, sizeof(path), "/var/lib/cni/networks/n%d/fd00::%x", i % 4,
			       i + 1);
		cf_put(f, path, "other");
	}
	assert_true(is_lease_found(f, false));
	assert_false(is_lease_found(f, true));
}

static void linked_networks_are_not_followed(void **state)
{
	struct fixture *f = *state;

	cf_put(f, "/elsewhere/10.9.0.9", "default-c1\r\neth0");
	cf_put(f, "/var/lib/cni/networks/keep", "");
	cf_put_link(f, "/var/lib/cni/networks/link", "/elsewhere");
	assert_null(start_ctr(f)->ip);
}

/* A user's container may have the id of another, whose address is not his. */
static void user_gets_no_address_of_the_hosts(void **state)
{
	const struct cf_poser poser = { 300, "1000\t1000\t1000\t1000",
					"conmon|-c|pause|-b|/evil|--exit-dir|/run/crio/exits", 77 };
	struct fixture *f = *state;

	cf_put(f, RESULTS "net-pause-eth0",
	       "{\"containerId\":\"pause\",\"result\":{\"ips\":[{\"address\":\"10.9.0.2/16\"}]}}");
	cf_put(f, "/evil/config.json",
	       "{\"annotations\":{\"io.kubernetes.cri-o.ContainerType\":\"sandbox\"}}");
	cf_put_poser(f, &poser);
	assert_true(cf_ask_poser(f->live, &poser)->is_sandbox);
	assert_null(cf_ask_poser(f->live, &poser)->pod_ip);
}

static void pods_address_is_in_the_cache_of_the_plugins(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/run/t/k8s.io/app/config.json",
	       "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
	       "\"io.kubernetes.cri.sandbox-id\":\"pause\"}}");
	cf_put(f, RESULTS "net-pause-eth0",
	       "{\"containerId\":\"pause\",\"result\":{\"ip6\":{\"ip\":\"fd00::2/64\"},\"ip4\":"
	       "{\"ip\":\"10.9.0.3/16\"}}}");
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|k8s.io|-id|app",
		     "/run/t/k8s.io/app");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/run/t/k8s.io/app|app", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->replay, CG2, 1, 0);
	assert_string_equal(info->pod_ip, "10.9.0.3");
	assert_null(info->ip);
	assert_non_null(strstr(info->cni_json, "fd00::2/64"));
}

static void crio_writes_the_answer_into_annotations(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/st/pause/userdata/config.json",
	       "{\"annotations\":{\"io.kubernetes.cri-o.ContainerType\":\"sandbox\","
	       "\"io.kubernetes.cri-o.CNIResult\":"
	       "\"{ \\\"ips\\\": [{\\\"address\\\": \\\"10.9.0.4/24\\\"}]}\"}}");
	cf_send_exec(f, SHIM_TGID, 1,
		     "conmon|-c|pause|-b|/st/pause/userdata|--exit-dir|/var/run/crio/exits", "/");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/st/pause/userdata|pause", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->replay, CG2, 1, 0);
	assert_string_equal(info->pod_ip, "10.9.0.4");
	assert_string_equal(info->cni_json, "{\"ips\":[{\"address\":\"10.9.0.4/24\"}]}");
}

#define DOCKER_DIR   "/data/containers/" HEX64
#define DOCKER_NAMES "\"ID\":\"" HEX64 "\",\"Config\":{\"Hostname\":\"web\"}"

/* `config` is config.v2.json, `host` hostconfig.json. */
static const struct container *start_docker(struct fixture *f, const char *config, const char *host)
{
	cf_put(f, "/run/t/moby/" HEX64 "/config.json",
	       "{\"mounts\":[{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":"
	       "\"" DOCKER_DIR "/hosts\"}]}");
	cf_put(f, DOCKER_DIR "/config.v2.json", config);
	cf_put(f, DOCKER_DIR "/hostconfig.json", host);
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|moby|-id|" HEX64,
		     "/run/t/moby/" HEX64);
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/run/t/moby/" HEX64 "|" HEX64,
		     "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	return cf_ask(f->live, CG2, 1, 0);
}

static void dockers_hosts_file_counts_before_the_start_alone(void **state)
{
	struct fixture *f = *state;

	cf_put(f, DOCKER_DIR "/hosts",
	       "127.0.0.1\tlocalhost\n::1 localhost web\n172.17.0.9\twebs\n\n \n172.17.0.2\tweb\n");
	assert_string_equal(start_docker(f, "{" DOCKER_NAMES "}", "{}")->ip, "172.17.0.2");
}

static void running_container_is_not_asked_for_its_own_address(void **state)
{
	struct fixture *f = *state;

	cf_put(f, DOCKER_DIR "/hosts", "172.17.0.2\tweb\n");
	assert_null(start_docker(f, "{" DOCKER_NAMES ",\"State\":{\"Running\":true}}", "{}")->ip);
	cf_put(f, DOCKER_DIR "/config.v2.json",
	       "{" DOCKER_NAMES ",\"State\":{\"Running\":true},\"NetworkSettings\":{\"Networks\":"
	       "{\"n\":{\"IPAddress\":\"\",\"GlobalIPv6Address\":\"fd00::2\"},"
	       "\"bridge\":{\"IPAddress\":\"172.17.0.5\"}}}}");
	assert_string_equal(run_first(f)->ip, "172.17.0.5");
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->ip, "172.17.0.5");
}

static void docker_network_of_another_container_is_that_ones(void **state)
{
	struct fixture *f = *state;

	cf_put(f, "/data/containers/" OTHER "/config.v2.json",
	       "{\"NetworkSettings\":{\"Networks\":{\"bridge\":{\"IPAddress\":\"172.17.0.6\"}}}}");
	assert_string_equal(start_docker(f, "{" DOCKER_NAMES "}",
					 "{\"NetworkMode\":\"container:" OTHER "\"}")
				    ->ip,
			    "172.17.0.6");
}

static void docker_network_mode_leads_nowhere_else(void **state)
{
	struct fixture *f = *state;

	cf_put(f, "/data/config.v2.json",
	       "{\"NetworkSettings\":{\"Networks\":{\"bridge\":{\"IPAddress\":\"172.17.0.6\"}}}}");
	assert_null(
		start_docker(f, "{" DOCKER_NAMES "}", "{\"NetworkMode\":\"container:../../data\"}")
			->ip);
}

static void lxc_address_is_in_its_configuration(void **state)
{
	static const char title[] = "[lxc monitor] /srv web";
	const struct dir payload = { 0, CG2, 1, "/lxc.payload.web" };
	struct fixture *f = *state;

	cf_put_bytes(f, "/proc/400/cmdline", title, sizeof(title));
	cf_put(f, "/proc/400/stat", "400 (x) S 1 1 1");
	cf_put(f, "/srv/web/config",
	       "lxc.net.0.type = veth\nlxc.net.0.ipv4.gateway = 10.0.3.1\n"
	       "lxc.net.0.ipv6.address = fd00::5/64\nlxc.net.0.ipv4.address = 10.0.3.5/24 10.0.3.255\n");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &payload, 400, 1);
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->ip, "10.0.3.5");
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, cf_setup, cf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(only_addresses_are_taken),
		SENTENCE(network_made_after_the_cgroup_is_found_by_the_first_process),
		SENTENCE(broken_results_are_no_address),
		SENTENCE(look_for_an_address_needs_no_bundle),
		SENTENCE(without_a_cache_leases_tell),
		SENTENCE(only_so_many_leases_are_looked_at),
		SENTENCE(linked_networks_are_not_followed),
		SENTENCE(user_gets_no_address_of_the_hosts),
		SENTENCE(pods_address_is_in_the_cache_of_the_plugins),
		SENTENCE(crio_writes_the_answer_into_annotations),
		SENTENCE(dockers_hosts_file_counts_before_the_start_alone),
		SENTENCE(running_container_is_not_asked_for_its_own_address),
		SENTENCE(docker_network_of_another_container_is_that_ones),
		SENTENCE(docker_network_mode_leads_nowhere_else),
		SENTENCE(lxc_address_is_in_its_configuration),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
