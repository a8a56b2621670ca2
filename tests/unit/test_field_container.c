// SPDX-License-Identifier: Apache-2.0

/* Fields of what confines a container, and of its pod. */
#include "event_fixture.h"

static void what_confines_a_container_is_told(void **state)
{
	struct fixture *fixture = *state;
	struct container *container = &fixture->container;

	container->facts = (struct container_facts){
		.has_caps = true,
		.is_seen = true,
		.caps = 1ULL << 21 | 1,
		.seccomp = 2,
		.no_new_privs = 1,
		.ns_host = BW_NS_PID,
	};
	container->memory_limit = 1048576;
	container->pids_limit = 50;
	container->is_rootless = true;
	container->rootfs_readonly = 1;
	container->privileged = 0;
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "container.caps", "CAP_CHOWN CAP_SYS_ADMIN" },
	      { "container.seccomp", "filter" }, { "container.no_new_privs", "true" },
	      { "container.memory_limit", "1048576" }, { "container.pids_limit", "50" },
	      { "container.is_rootless", "true" }, { "container.readonly_rootfs", "true" },
	      { "container.dangers", "host_pid,cap:SYS_ADMIN" },
	      /* The first process tells, not the one that went elsewhere. */
	      { "container.host_pid", "true" }, { "container.host_network", "false" },
	      { "container.host_ipc", "false" });
}

static void what_is_not_known_is_null(void **state)
{
	struct fixture *fixture = *state;

	fixture->container.facts.seccomp = -1;
	fixture->container.facts.no_new_privs = -1;
	fixture->container.rootfs_readonly = -1;
	fixture->container.privileged = -1;
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "container.caps", NULL }, { "container.seccomp", NULL },
	      { "container.no_new_privs", NULL }, { "container.memory_limit", NULL },
	      { "container.pids_limit", NULL }, { "container.is_rootless", "false" },
	      { "container.dangers", "" }, { "k8s.pod.ip", NULL }, { "k8s.pod.labels", NULL },
	      { "container.ip", NULL }, { "container.cni.json", NULL },
	      { "k8s.pod.cni.json", NULL }, { "k8s.pod.label[app]", NULL },
	      { "proc.is_container_runtime", "false" });
	fixture->container.kind = CONTAINER_HOST;
	CHECK(fixture, { "container.dangers", NULL }, { "container.is_rootless", NULL },
	      { "container.seccomp", NULL });
	fixture->container.kind = CONTAINER_UNKNOWN;
	CHECK(fixture, { "container.dangers", NULL }, { "container.is_rootless", NULL });
}

static void partial_containers_say_so(void **state)
{
	struct fixture *fixture = *state;

	fixture->container.is_partial = true;
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "container.resolution", "partial" }, { "container.id", "0123456789ab" });
}

static void pods_have_labels_of_their_own(void **state)
{
	struct container_label labels[] = {
		{ (char[]){ "app" }, (char[]){ "web" } },
		{ (char[]){ "io.kubernetes.pod.uid" }, (char[]){ "1" } },
		{ (char[]){ "io.cri-containerd.kind" }, (char[]){ "sandbox" } },
		{ (char[]){ "empty" }, (char[]){ "" } },
	};
	struct fixture *fixture = *state;

	fixture->container.pod_labels = labels;
	fixture->container.n_pod_labels = 4;
	fixture->container.pod_ip = (char[]){ "10.0.0.7" };
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "k8s.pod.labels", "app:web, empty" }, { "k8s.pod.label[app]", "web" },
	      { "k8s.pod.label.app", "web" }, { "k8s.pod.label[io.kubernetes.pod.uid]", "1" },
	      { "container.label[app]", NULL }, { "container.labels", "" },
	      { "k8s.pod.ip", "10.0.0.7" });
	/* Of a sandbox whose engine keeps them with the container. */
	fixture->container.labels = labels;
	fixture->container.n_labels = 1;
	fixture->container.n_pod_labels = 0;
	fixture->container.is_sandbox = true;
	CHECK(fixture, { "k8s.pod.labels", "app:web" });
}

static void address_is_the_containers_or_its_pods(void **state)
{
	static char own[] = "10.0.0.2";
	static char pods[] = "10.0.0.3";
	static char pause[] = "pause";
	static char empty[] = "{}";
	struct fixture *fixture = *state;

	fixture->container.ip = own;
	fixture->container.cni_json = empty;
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "container.ip", "10.0.0.2" }, { "container.cni.json", "{}" },
	      { "k8s.pod.ip", NULL }, { "k8s.pod.cni.json", NULL });
	fixture->container.ip = NULL;
	fixture->container.pod_ip = pods;
	fixture->container.pod_sandbox_id = pause;
	CHECK(fixture, { "container.ip", "10.0.0.3" }, { "container.cni.json", "{}" },
	      { "k8s.pod.ip", "10.0.0.3" }, { "k8s.pod.cni.json", "{}" });
}

static void runtimes_own_work_is_told(void **state)
{
	struct fixture *fixture = *state;

	fixture->view.is_runtime = true;
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "proc.is_container_runtime", "true" });
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		FIXTURE_TEST(what_confines_a_container_is_told),
		FIXTURE_TEST(what_is_not_known_is_null),
		FIXTURE_TEST(partial_containers_say_so),
		FIXTURE_TEST(pods_have_labels_of_their_own),
		FIXTURE_TEST(address_is_the_containers_or_its_pods),
		FIXTURE_TEST(runtimes_own_work_is_told),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
