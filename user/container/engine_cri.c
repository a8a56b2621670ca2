// SPDX-License-Identifier: Apache-2.0

/* Containers of containerd, for Kubernetes or not, and of CRI-O. */
#include "container/engine_work.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "base/cleanup.h"
#include "container/address.h"
#include "container/bolt.h"
#include "container/info.h"
#include "container/json.h"
#include "container/oci.h"
#include "container/place.h"

#define DATABASE    "io.containerd.metadata.v1.bolt/meta.db"
#define BLOBS       "io.containerd.content.v1.content/blobs/sha256"
#define READ_TRIES  3
#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

/*
 * containerd's directory: <bundle>/work is a link to <root>/io.containerd.runtime.v2.task/NS/ID,
 * whatever its root is.  Returns 0 or -errno.
 */
static int find_root(const struct work *work, char *out)
{
	char path[PLACE_PATH_MAX];
	int err;

	if (!work->info->bundle || !work->claim->namespace)
		return -ENOENT;
	if (snprintf(path, sizeof(path), "%s/work", work->info->bundle) >= (int)sizeof(path))
		return -ENAMETOOLONG;
	err = place_read_link(work->place, path, out, PLACE_PATH_MAX);
	if (err)
		return err;
	return *out == '/' && work_go_up(out, 3) ? 0 : -EINVAL;
}

/* Returns a descriptor or -errno. */
static int open_database(struct work *work)
{
	char path[PLACE_PATH_MAX];
	size_t len;
	int err = find_root(work, path);
	int fd;

	if (err)
		return err;
	len = strlen(path);
	if (snprintf(path + len, sizeof(path) - len, "/" DATABASE) >= (int)(sizeof(path) - len))
		return -ENAMETOOLONG;
	fd = place_open_file(work->place, path, PLACE_NOFOLLOW);
	if (fd < 0)
		work_failed(work, path, fd);
	return fd;
}

/* NULL: not there; owned by the caller. */
static char *get_value(struct work *work, int db, const struct bolt_path *path)
{
	char *value = NULL;
	size_t len;
	int err = bolt_get(db, path, &value, &len);

	if (err && err != -ENOENT)
		work_failed(work, DATABASE, err);
	return err ? NULL : value;
}

static void on_label(const char *key, size_t key_len, const char *value, size_t len, void *arg)
{
	struct container *info = arg;
	char key_text[INFO_STR_MAX];
	char text[INFO_STR_MAX];

	if (key_len >= sizeof(key_text) || len >= sizeof(text))
		return;
	memcpy(key_text, key, key_len);
	key_text[key_len] = '\0';
	memcpy(text, value, len);
	text[len] = '\0';
	info_add_label(info, key_text, text);
}

/* They replace the annotations, which hold the runtime's notes as well. */
static void read_labels(struct work *work, int db)
{
	const char *const keys[] = { "v1", work->claim->namespace, "containers", work->claim->id,
				     "labels" };
	const struct bolt_path path = { keys, N_OF(keys) };
	int err = -EAGAIN;
	int tries;

	for (tries = 0; tries < READ_TRIES && err == -EAGAIN; tries++) {
		info_drop_labels(work->info);
		err = bolt_each(db, &path, on_label, work->info);
	}
	if (err)
		info_drop_labels(work->info);
	if (err && err != -ENOENT)
		work_failed(work, DATABASE, err);
}

/* The digits of "sha256:" and 64 of them; NULL: it is something else. */
static const char *digits_of(const char *digest)
{
	if (!digest || strncmp(digest, "sha256:", strlen("sha256:")) != 0)
		return NULL;
	digest += strlen("sha256:");
	return strlen(digest) == 64 && strspn(digest, "0123456789abcdef") == 64 ? digest : NULL;
}

/* A file of the content store, owned by the caller; NULL: not there any more. */
static cJSON *read_blob(struct work *work, const char *digest)
{
	const char *digits = digits_of(digest);
	char path[PLACE_PATH_MAX];
	size_t len;

	if (!digits || find_root(work, path))
		return NULL;
	len = strlen(path);
	if (snprintf(path + len, sizeof(path) - len, "/" BLOBS) >= (int)(sizeof(path) - len))
		return NULL;
	return work_read_json(work, path, digits);
}

/* "amd64" and the like, as images name the machine that we run on. */
static const char *own_architecture(void)
{
#if defined(__x86_64__)
	return "amd64";
#elif defined(__aarch64__)
	return "arm64";
#else
	return "";
#endif
}

/* Of an image for several machines the one for ours. */
static const char *find_manifest(const cJSON *index)
{
	const cJSON *platform;
	const cJSON *item;
	const char *text;

	for (item = json_first(json_array(index, "manifests")); item; item = item->next) {
		platform = json_object(item, "platform");
		text = json_str(platform, "architecture");
		if (text && !strcmp(text, own_architecture()) && json_str(platform, "os") &&
		    !strcmp(json_str(platform, "os"), "linux"))
			return json_str(item, "digest");
	}
	return NULL;
}

/* Everybody calls an image by the digest of its configuration, which its manifest tells. */
static void find_image_id(struct work *work, const char *digest)
{
	cJSON *blob = read_blob(work, digest);
	const char *manifest = find_manifest(blob);
	cJSON *inner = manifest ? read_blob(work, manifest) : NULL;
	const cJSON *config = json_object(inner ? inner : blob, "config");
	const char *digits = digits_of(json_str(config, "digest"));

	if (digits)
		info_set(&work->info->image_id, digits);
	cJSON_Delete(inner);
	cJSON_Delete(blob);
}

/* What the client called the image; the digest is that of the registry, or of what was imported. */
static void read_image(struct work *work, int db)
{
	const char *const keys[] = { "v1", work->claim->namespace, "containers", work->claim->id,
				     "image" };
	const struct bolt_path path = { keys, N_OF(keys) };
	cleanup_free char *image = get_value(work, db, &path);
	cleanup_free char *digest = NULL;

	if (image && *image && !work->info->image)
		info_set_image(work->info, image);
	if (image && *image && !work->info->image_digest) {
		const char *const image_keys[] = { "v1",     work->claim->namespace,
						   "images", image,
						   "target", "digest" };
		const struct bolt_path image_path = { image_keys, N_OF(image_keys) };

		digest = get_value(work, db, &image_path);
		info_set(&work->info->image_digest, digest);
	}
	if (!work->info->image_id && work->info->image_digest)
		find_image_id(work, work->info->image_digest);
}

void containerd_apply(struct work *work)
{
	cleanup_close int db = open_database(work);

	if (db >= 0) {
		read_image(work, db);
		read_labels(work, db);
	}
}

/* Clients of containerd name a container's network by its namespace, too. */
void containerd_find_address(struct work *work)
{
	char id[INFO_STR_MAX];
	int len;

	if (!work->claim->namespace)
		return;
	len = snprintf(id, sizeof(id), "%s-%s", work->claim->namespace, work->claim->id);
	if (len > 0 && (size_t)len < sizeof(id))
		work_find_results(work, id, &work->info->ip);
}

/* Where the engine's own notes have it not, in the plugins' cache. */
static void pod_find_address(struct work *work)
{
	struct container *info = work->info;
	const char *sandbox = info->is_sandbox ? work->claim->id : info->pod_sandbox_id;

	if (sandbox && !info->cni_json)
		work_find_results(work, sandbox, &info->pod_ip);
}

/* Of the interfaces those in the pod: the host's ends have names like these, and lo says nothing. */
static void take_cni(struct container *info, cJSON *interfaces)
{
	cJSON *item = interfaces ? interfaces->child : NULL;
	cJSON *next;
	char *text;

	for (; item; item = next) {
		next = item->next;
		if (!strcmp(item->string, "lo") || !strncmp(item->string, "veth", strlen("veth")))
			cJSON_Delete(cJSON_DetachItemViaPointer(interfaces, item));
	}
	text = json_first(interfaces) ? cJSON_PrintUnformatted(interfaces) : NULL;
	if (text)
		info_set(&info->cni_json, text);
	cJSON_free(text);
}

/* What CRI's service notes of a container: JSON behind some bytes of protobuf.  Owned by the caller. */
static cJSON *read_note(struct work *work, const char *id, const char *extension)
{
	const char *const keys[] = { "v1", work->claim->namespace, "containers",
				     id,   "extensions",           extension };
	const struct bolt_path path = { keys, N_OF(keys) };
	cleanup_free char *value = NULL;
	cleanup_close int db = open_database(work);
	const char *brace;
	size_t len;
	int err;

	if (db < 0)
		return NULL;
	err = bolt_get(db, &path, &value, &len);
	if (err && err != -ENOENT)
		work_failed(work, DATABASE, err);
	brace = err ? NULL : memchr(value, '{', len);
	return brace ? work_parse(work, DATABASE, brace) : NULL;
}

/*
 * Labels and address of the pod are kept with its sandbox:
 * {"Metadata": {"IP": "10.0.0.7", "CNIResult": {"Interfaces": {}}, "Config": {"labels": {}}}}.
 */
static void pod_apply(struct work *work)
{
	struct container *info = work->info;
	const char *sandbox = info->is_sandbox ? work->claim->id : info->pod_sandbox_id;
	cJSON *note = sandbox ? read_note(work, sandbox, "io.cri-containerd.sandbox.metadata") :
				NULL;
	const cJSON *metadata = json_object(note, "Metadata");
	const cJSON *cni = json_object(metadata, "CNIResult");
	const cJSON *item;

	address_take(&info->pod_ip, json_str(metadata, "IP"));
	take_cni(info, cJSON_GetObjectItemCaseSensitive(cni, "Interfaces"));
	item = json_first(json_object(json_object(metadata, "Config"), "labels"));
	for (; item; item = item->next)
		info_add_pod_label(info, item->string, cJSON_GetStringValue(item));
	cJSON_Delete(note);
}

/* {"Metadata": {"ImageRef": "sha256:…"}}: the id of the image. */
static void read_image_ref(struct work *work)
{
	cJSON *note = read_note(work, work->claim->id, "io.cri-containerd.container.metadata");

	info_set(&work->info->image_id,
		 digits_of(json_str(json_object(note, "Metadata"), "ImageRef")));
	cJSON_Delete(note);
}

void cri_find_address(struct work *work, const cJSON *config)
{
	const char *type = oci_annotation(config, "io.kubernetes.cri.container-type");

	work->info->is_sandbox = type && !strcmp(type, "sandbox");
	info_set(&work->info->pod_sandbox_id,
		 oci_annotation(config, "io.kubernetes.cri.sandbox-id"));
	pod_apply(work);
	pod_find_address(work);
}

void cri_apply(struct work *work, const cJSON *config)
{
	struct container *info = work->info;

	cri_find_address(work, config);
	info_set(&info->k8s_container_name,
		 oci_annotation(config, "io.kubernetes.cri.container-name"));
	info_set(&info->pod_name, oci_annotation(config, "io.kubernetes.cri.sandbox-name"));
	info_set(&info->pod_ns, oci_annotation(config, "io.kubernetes.cri.sandbox-namespace"));
	info_set(&info->pod_uid, oci_annotation(config, "io.kubernetes.cri.sandbox-uid"));
	info_set_image(info, oci_annotation(config, "io.kubernetes.cri.image-name"));
	info_set(&info->name, info->is_sandbox ? info->pod_name : info->k8s_container_name);
	read_image_ref(work);
	containerd_apply(work);
}

/* "name@sha256:…" or the bare id of the image. */
static void crio_add_image_ref(struct container *info, const char *ref)
{
	const char *digest = ref ? strchr(ref, '@') : NULL;

	if (digest)
		info_set(&info->image_digest, digest + 1);
	else
		info_set(&info->image_id, ref);
}

/* A JSON object in a string; owned by the caller. */
static cJSON *crio_labels(const cJSON *config)
{
	const char *text = oci_annotation(config, "io.kubernetes.cri-o.Labels");

	return text ? cJSON_Parse(text) : NULL;
}

/* The bundles of a pod lie side by side: <storage>/overlay-containers/<id>/userdata. */
static cJSON *crio_read_sandbox(struct work *work)
{
	char dir[PLACE_PATH_MAX];
	const char *id = work->info->pod_sandbox_id;
	size_t len;

	if (!id || strchr(id, '/') || !work->info->bundle)
		return NULL;
	(void)snprintf(dir, sizeof(dir), "%s", work->info->bundle);
	if (!work_go_up(dir, 2))
		return NULL;
	len = strlen(dir);
	if (snprintf(dir + len, sizeof(dir) - len, "/%s/userdata", id) >= (int)(sizeof(dir) - len))
		return NULL;
	return work_read_json(work, dir, "config.json");
}

static void crio_take_cni(struct container *info, const char *text)
{
	cJSON *json = text ? cJSON_Parse(text) : NULL;
	char *plain = cJSON_IsObject(json) ? cJSON_PrintUnformatted(json) : NULL;

	address_take_result(&info->pod_ip, json);
	if (plain)
		info_set(&info->cni_json, plain);
	cJSON_free(plain);
	cJSON_Delete(json);
}

static void crio_add_pod(struct work *work, const cJSON *config)
{
	struct container *info = work->info;
	cJSON *sandbox = info->is_sandbox ? NULL : crio_read_sandbox(work);
	const cJSON *pod = info->is_sandbox ? config : sandbox;
	cJSON *labels = crio_labels(pod);
	const cJSON *item;

	for (item = json_first(labels); item; item = item->next)
		info_add_pod_label(info, item->string, cJSON_GetStringValue(item));
	address_take(&info->pod_ip, oci_annotation(pod, "io.kubernetes.cri-o.IP.0"));
	crio_take_cni(info, oci_annotation(pod, "io.kubernetes.cri-o.CNIResult"));
	cJSON_Delete(labels);
	cJSON_Delete(sandbox);
	pod_find_address(work);
}

void crio_find_address(struct work *work, const cJSON *config)
{
	const char *type = oci_annotation(config, "io.kubernetes.cri-o.ContainerType");

	work->info->is_sandbox = type && !strcmp(type, "sandbox");
	info_set(&work->info->pod_sandbox_id,
		 oci_annotation(config, "io.kubernetes.cri-o.SandboxID"));
	crio_add_pod(work, config);
}

void crio_apply(struct work *work, const cJSON *config)
{
	struct container *info = work->info;
	const cJSON *item;
	cJSON *labels;
	const char *privileged = oci_annotation(config, "io.kubernetes.cri-o.PrivilegedRuntime");

	crio_find_address(work, config);
	info_set(&info->k8s_container_name, oci_annotation(config, "io.kubernetes.container.name"));
	info_set(&info->pod_name, oci_annotation(config, "io.kubernetes.pod.name"));
	info_set(&info->pod_ns, oci_annotation(config, "io.kubernetes.pod.namespace"));
	info_set(&info->pod_uid, oci_annotation(config, "io.kubernetes.pod.uid"));
	info_set_image(info, oci_annotation(config, "io.kubernetes.cri-o.ImageName"));
	crio_add_image_ref(info, oci_annotation(config, "io.kubernetes.cri-o.ImageRef"));
	labels = crio_labels(config);
	if (labels)
		info_drop_labels(info);
	for (item = json_first(labels); item; item = item->next)
		info_add_label(info, item->string, cJSON_GetStringValue(item));
	cJSON_Delete(labels);
	if (info->k8s_container_name)
		info_set(&info->name, info->k8s_container_name);
	if (privileged)
		info->privileged = !strcmp(privileged, "true");
}
