// SPDX-License-Identifier: Apache-2.0

/* Images and pods, as containerd's database and content store tell of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container_fixture.h"

#define DB     "/root/io.containerd.metadata.v1.bolt/meta.db"
#define BLOBS  "/root/io.containerd.content.v1.content/blobs/sha256/"
#define TASKS  "/root/io.containerd.runtime.v2.task/"
#define HEX_A  "aaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaaa"
#define HEX_B  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define HEX_C  "cccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccccc"
#define CONFIG "{\"config\":{\"digest\":\"sha256:" HEX_C "\"}}"

#define PAIR(way, text)                     \
	{                                   \
		way, text, sizeof(text) - 1 \
	}

/* A container of containerd whose image is that of the digest HEX_A. */
static const struct container *start_ctr(struct fixture *f)
{
	const struct dir own2 = { 0, CG2, 1, "/c1" };

	cf_put(f, "/b/config.json", "{}");
	cf_put_link(f, "/b/work", TASKS "default/c1");
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|default|-id|c1", "/b");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/b|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	return cf_ask(f->live, CG2, 1, 0);
}

static void put_db(const struct fixture *f)
{
	const struct cf_pair pairs[] = {
		PAIR("v1/default/containers/c1/image", "web:2"),
		PAIR("v1/default/containers/c1/labels/team", "red"),
		PAIR("v1/default/containers/c2/image", "other"),
		PAIR("v1/default/images/web:2/target/digest", "sha256:" HEX_A),
	};

	cf_put_bolt(f, DB, pairs, sizeof(pairs) / sizeof(pairs[0]));
}

static void image_id_is_that_of_its_configuration(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	put_db(f);
	cf_put(f, BLOBS HEX_A, CONFIG);
	info = start_ctr(f);
	assert_string_equal(info->image, "web:2");
	assert_string_equal(info->image_digest, "sha256:" HEX_A);
	assert_string_equal(info->image_id, HEX_C);
	assert_int_equal(info->n_labels, 1);
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->image_id, HEX_C);
}

static void of_an_index_the_manifest_for_this_machine_counts(void **state)
{
#if defined(__aarch64__)
	const char *own = "arm64";
#else
	const char *own = "amd64";
#endif
	struct fixture *f = *state;
	char index[1024];

	(void)snprintf(index, sizeof(index),
		       "{\"manifests\":[3,{\"digest\":7},{\"platform\":{\"os\":\"linux\"}},"
		       "{\"digest\":\"sha256:" HEX_A
		       "\",\"platform\":{\"os\":\"windows\",\"architecture\":\"%s\"}},"
		       "{\"digest\":\"sha256:" HEX_A
		       "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"s390x\"}},"
		       "{\"digest\":\"sha256:" HEX_B
		       "\",\"platform\":{\"os\":\"linux\",\"architecture\":\"%s\"}}]}",
		       own, own);
	put_db(f);
	cf_put(f, BLOBS HEX_A, index);
	cf_put(f, BLOBS HEX_B, CONFIG);
	assert_string_equal(start_ctr(f)->image_id, HEX_C);
}

static void broken_manifests_are_no_image(void **state)
{
	static const char *const broken[] = {
		"",
		"{\"config\":{\"digest\":\"sha256:" HEX_C,
		"{\"config\":{\"digest\":\"sha256:../../../../etc/passwd\"}}",
		"{\"config\":{\"digest\":\"sha256:cc\\u0000" HEX_C "\"}}",
		"{\"config\":{\"digest\":\"\\u001b[31m\"}}",
		"{\"config\":{\"digest\":{}}}",
		"{\"manifests\":{\"digest\":\"sha256:" HEX_A "\"}}",
		"[]",
	};
	static char huge[(17 << 20)];
	struct fixture *f = *state;

	put_db(f);
	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		cf_put(f, BLOBS HEX_A, broken[i]);
		assert_null(start_ctr(f)->image_id);
		assert_int_equal(cf_teardown(state), 0);
		assert_int_equal(cf_setup(state), 0);
		f = *state;
		put_db(f);
	}
	memset(huge, ' ', sizeof(huge));
	memcpy(huge, CONFIG, sizeof(CONFIG) - 1);
	cf_put_bytes(f, BLOBS HEX_A, huge, sizeof(huge));
	assert_null(start_ctr(f)->image_id);
}

static void link_in_the_store_is_not_followed(void **state)
{
	struct fixture *f = *state;

	put_db(f);
	cf_put(f, BLOBS "keep", "");
	cf_put(f, "/elsewhere", CONFIG);
	cf_put_link(f, BLOBS HEX_A, "/elsewhere");
	assert_null(start_ctr(f)->image_id);
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->image_digest, "sha256:" HEX_A);
}

/* `note` is what is kept of the container itself. */
static const struct container *start_cri(struct fixture *f, const char *note)
{
	static const char pause[] =
		"\x0a\x1f\x00{\"Metadata\":{\"IP\":\"10.0.0.7\",\"CNIResult\":{\"Interfaces\":{"
		"\"veth12\":{\"Mac\":\"1\"},\"lo\":{\"Mac\":\"2\"},\"eth0\":{\"Mac\":\"3\"}}},"
		"\"Config\":{\"labels\":{\"app\":\"w\"}}}}";
	const struct cf_pair pairs[] = {
		PAIR("v1/k8s.io/containers/pause/extensions/io.cri-containerd.sandbox.metadata",
		     pause),
		{ "v1/k8s.io/containers/app/extensions/io.cri-containerd.container.metadata", note,
		  strlen(note) },
	};
	const struct dir own2 = { 0, CG2, 1, "/c1" };

	cf_put_bolt(f, DB, pairs, sizeof(pairs) / sizeof(pairs[0]));
	cf_put(f, "/b/config.json",
	       "{\"annotations\":{\"io.kubernetes.cri.container-type\":\"container\","
	       "\"io.kubernetes.cri.sandbox-id\":\"pause\"}}");
	cf_put_link(f, "/b/work", TASKS "k8s.io/app");
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|k8s.io|-id|app", "/b");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/b|app", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	return cf_ask(f->replay, CG2, 1, 0);
}

static void kubernetes_image_and_network_are_in_the_notes(void **state)
{
	struct fixture *f = *state;
	const struct container *info =
		start_cri(f, "\x0a{\"Metadata\":{\"ImageRef\":\"sha256:" HEX_B "\"}}");

	assert_string_equal(info->image_id, HEX_B);
	assert_string_equal(info->pod_ip, "10.0.0.7");
	assert_string_equal(info->cni_json, "{\"eth0\":{\"Mac\":\"3\"}}");
	assert_int_equal(info->n_pod_labels, 1);
}

static void broken_note_leaves_the_rest(void **state)
{
	struct fixture *f = *state;
	const struct container *info = start_cri(f, "{\"Metadata\":{\"ImageRef\":\"sha256:" HEX_B);

	assert_null(info->image_id);
	assert_string_equal(info->pod_ip, "10.0.0.7");
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, cf_setup, cf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(image_id_is_that_of_its_configuration),
		SENTENCE(of_an_index_the_manifest_for_this_machine_counts),
		SENTENCE(broken_manifests_are_no_image),
		SENTENCE(link_in_the_store_is_not_followed),
		SENTENCE(kubernetes_image_and_network_are_in_the_notes),
		SENTENCE(broken_note_leaves_the_rest),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
