// SPDX-License-Identifier: Apache-2.0
#include "container/engine.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/log.h"
#include "container/info.h"
#include "container/json.h"
#include "container/oci.h"
#include "container/place.h"

#define PASSWD_READ_MAX 65536

/* One description under way. */
struct work {
	const struct claim *claim;
	struct container *info;
	int place; /* root of the paths */
	uint64_t n_failed;
};

static const char *type_of(const struct claim *claim)
{
	switch (claim->engine) {
	case ENGINE_CONTAINERD:
	case ENGINE_CRI:
		return "containerd";
	case ENGINE_DOCKER:
		return "docker";
	case ENGINE_CONMON:
		return claim->is_crio ? "cri-o" : "podman";
	case ENGINE_NONE:
		break;
	}
	return claim->type;
}

/* The file "dir/name" as JSON; NULL when it cannot be had, which is counted. */
static cJSON *read_json(struct work *work, const char *dir, const char *name)
{
	cleanup_free char *text = NULL;
	char path[PLACE_PATH_MAX];
	cJSON *json;
	int err;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path))
		return NULL;
	err = place_read(work->place, path, OCI_CONFIG_MAX, PLACE_NOFOLLOW, &text);
	if (err) {
		work->n_failed++;
		log_debug("cannot read '%s' of container '%s': %s", path, work->claim->id,
			  strerror(-err));
		return NULL;
	}
	json = cJSON_Parse(text);
	if (!json) {
		work->n_failed++;
		log_debug("'%s' of container '%s' is not JSON", path, work->claim->id);
	}
	return json;
}

static void cri_apply(struct work *work, const cJSON *config)
{
	struct container *info = work->info;
	const char *type = oci_annotation(config, "io.kubernetes.cri.container-type");

	info->is_sandbox = type && !strcmp(type, "sandbox");
	info_set(&info->k8s_container_name,
		 oci_annotation(config, "io.kubernetes.cri.container-name"));
	info_set(&info->pod_name, oci_annotation(config, "io.kubernetes.cri.sandbox-name"));
	info_set(&info->pod_ns, oci_annotation(config, "io.kubernetes.cri.sandbox-namespace"));
	info_set(&info->pod_uid, oci_annotation(config, "io.kubernetes.cri.sandbox-uid"));
	info_set(&info->pod_sandbox_id, oci_annotation(config, "io.kubernetes.cri.sandbox-id"));
	info_set_image(info, oci_annotation(config, "io.kubernetes.cri.image-name"));
	info_set(&info->name, info->is_sandbox ? info->pod_name : info->k8s_container_name);
}

static void crio_apply(struct work *work, const cJSON *config)
{
	struct container *info = work->info;
	const char *type = oci_annotation(config, "io.kubernetes.cri-o.ContainerType");
	const char *privileged = oci_annotation(config, "io.kubernetes.cri-o.PrivilegedRuntime");

	info->is_sandbox = type && !strcmp(type, "sandbox");
	info_set(&info->k8s_container_name, oci_annotation(config, "io.kubernetes.container.name"));
	info_set(&info->pod_name, oci_annotation(config, "io.kubernetes.pod.name"));
	info_set(&info->pod_ns, oci_annotation(config, "io.kubernetes.pod.namespace"));
	info_set(&info->pod_uid, oci_annotation(config, "io.kubernetes.pod.uid"));
	info_set(&info->pod_sandbox_id, oci_annotation(config, "io.kubernetes.cri-o.SandboxID"));
	info_set_image(info, oci_annotation(config, "io.kubernetes.cri-o.ImageName"));
	if (info->k8s_container_name)
		info_set(&info->name, info->k8s_container_name);
	if (privileged)
		info->privileged = !strcmp(privileged, "true");
}

/* containers.json beside the containers' directories: names, image id, and more JSON in a string. */
static void podman_find_image(struct work *work, const cJSON *list)
{
	struct container *info = work->info;
	const cJSON *item;
	const char *text;
	cJSON *metadata;

	for (item = json_first(list); item; item = item->next) {
		text = json_str(item, "id");
		if (!text || strcmp(text, work->claim->id) != 0)
			continue;
		text = json_str(item, "metadata");
		metadata = text ? cJSON_Parse(text) : NULL;
		info_set_image(info, json_str(metadata, "image-name"));
		if (!info->name)
			info_set(&info->name, json_str(metadata, "name"));
		cJSON_Delete(metadata);
		if (!info->image_id)
			info_set(&info->image_id, json_str(item, "image"));
		return;
	}
}

/* The bundle is <storage>/overlay-containers/<id>/userdata. */
static void podman_apply(struct work *work, const cJSON *config)
{
	const char *privileged = oci_annotation(config, "io.podman.annotations.privileged");
	char dir[PLACE_PATH_MAX];
	cJSON *list;
	int level;

	if (privileged)
		work->info->privileged = !strcmp(privileged, "TRUE");
	if (!work->info->bundle)
		return;
	(void)snprintf(dir, sizeof(dir), "%s", work->info->bundle);
	for (level = 0; level < 2; level++) {
		if (!strrchr(dir, '/'))
			return;
		*strrchr(dir, '/') = '\0';
	}
	list = read_json(work, dir, "containers.json");
	podman_find_image(work, list);
	cJSON_Delete(list);
}

static void docker_add_mounts(struct container *info, const cJSON *points)
{
	struct container_mount mount;
	const cJSON *item;

	info_drop_mounts(info);
	for (item = json_first(points); item; item = item->next) {
		mount.source = json_str(item, "Source");
		mount.dest = json_str(item, "Destination");
		mount.mode = json_str(item, "Relabel");
		mount.rdwr = json_true(item, "RW");
		mount.propagation = json_str(item, "Propagation");
		if (mount.dest)
			info_add_mount(info, &mount);
	}
}

/* Pods that Docker makes for Kubernetes carry these labels, set by the kubelet's shim. */
static void docker_add_pod(struct container *info, const cJSON *labels)
{
	const char *type = json_str(labels, "io.kubernetes.docker.type");

	if (!type)
		return;
	info->is_sandbox = !strcmp(type, "podsandbox");
	info_set(&info->k8s_container_name, json_str(labels, "io.kubernetes.container.name"));
	info_set(&info->pod_name, json_str(labels, "io.kubernetes.pod.name"));
	info_set(&info->pod_ns, json_str(labels, "io.kubernetes.pod.namespace"));
	info_set(&info->pod_uid, json_str(labels, "io.kubernetes.pod.uid"));
	info_set(&info->pod_sandbox_id, json_str(labels, "io.kubernetes.sandbox.id"));
}

static void docker_read(struct work *work, const char *dir)
{
	struct container *info = work->info;
	const cJSON *settings;
	const cJSON *item;
	const char *text;
	cJSON *config = read_json(work, dir, "config.v2.json");
	cJSON *host;

	text = json_str(config, "ID");
	if (!text || strcmp(text, work->claim->id) != 0) {
		cJSON_Delete(config); /* another container's directory */
		return;
	}
	settings = json_object(config, "Config");
	text = json_str(config, "Name");
	info_set(&info->name, text && *text == '/' ? text + 1 : text);
	info_set_image(info, json_str(settings, "Image"));
	text = json_str(config, "Image");
	if (text)
		info_set(&info->image_id, strncmp(text, "sha256:", strlen("sha256:")) != 0 ?
						  text :
						  text + strlen("sha256:"));
	info_drop_labels(info);
	for (item = json_first(json_object(settings, "Labels")); item; item = item->next)
		info_add_label(info, item->string, cJSON_GetStringValue(item));
	docker_add_pod(info, json_object(settings, "Labels"));
	docker_add_mounts(info, json_object(config, "MountPoints"));
	text = json_str(settings, "User");
	if (text && *text)
		info_set(&info->user, text);
	host = read_json(work, dir, "hostconfig.json");
	item = cJSON_GetObjectItemCaseSensitive(host, "Privileged");
	if (cJSON_IsBool(item))
		info->privileged = cJSON_IsTrue(item);
	cJSON_Delete(host);
	cJSON_Delete(config);
}

/*
 * dockerd mounts three files of its own directory for the container, wherever its
 * data root is; with host networking /etc/hostname alone may be another's.
 */
static void docker_apply(struct work *work, const cJSON *config)
{
	static const char *const files[] = { "/etc/hostname", "/etc/hosts", "/etc/resolv.conf" };
	char dir[PLACE_PATH_MAX];
	const char *source;
	char *slash;
	size_t i;

	for (i = 0; i < sizeof(files) / sizeof(files[0]); i++) {
		source = oci_mount_source(config, files[i]);
		if (!source || strlen(source) >= sizeof(dir))
			continue;
		memcpy(dir, source, strlen(source) + 1);
		slash = strrchr(dir, '/');
		if (!slash)
			continue;
		*slash = '\0';
		slash = strrchr(dir, '/');
		if (slash && !strcmp(slash + 1, work->claim->id)) {
			docker_read(work, dir);
			return;
		}
	}
}

/* Only what lies below the container's root: its symbolic links are its own. */
static void read_passwd(struct work *work)
{
	cleanup_close int rootfs = -1;
	char *text = NULL;
	int err;

	if (!work->info->rootfs)
		return;
	rootfs = place_open_dir(work->place, work->info->rootfs);
	if (rootfs < 0)
		return; /* mounted elsewhere; user names will be missing */
	err = place_read(rootfs, "etc/passwd", PASSWD_READ_MAX, PLACE_FOLLOW, &text);
	if (!err)
		info_take_passwd(work->info, text);
	else if (err != -ENOENT)
		work->n_failed++;
}

static void apply_config(struct work *work, const cJSON *config)
{
	oci_apply(work->info, config);
	switch (work->claim->engine) {
	case ENGINE_CRI:
		cri_apply(work, config);
		break;
	case ENGINE_DOCKER:
		docker_apply(work, config);
		break;
	case ENGINE_CONMON:
		if (work->claim->is_crio)
			crio_apply(work, config);
		else
			podman_apply(work, config);
		break;
	case ENGINE_NONE:
	case ENGINE_CONTAINERD:
		break;
	}
	read_passwd(work);
}

struct container *engine_describe(const char *root, const struct claim *claim, uint64_t *ret_failed,
				  bool *ret_whole)
{
	struct work work = { .claim = claim };
	cJSON *config = NULL;
	struct container *info;

	info = info_new(CONTAINER_KNOWN, claim->id, type_of(claim));
	if (!info)
		return NULL;
	work.info = info;
	info_set(&info->bundle, claim->bundle);
	info_set(&info->name, claim->name);
	work.place = place_open(root, claim->pid);
	if (work.place >= 0 && info->bundle)
		config = read_json(&work, info->bundle, "config.json");
	if (config)
		apply_config(&work, config);
	if (work.place >= 0)
		(void)close(work.place); /* O_PATH */
	/* Engines without names call a container by its id. */
	if (!info->name)
		info_set(&info->name, claim->id);
	*ret_failed = work.n_failed;
	*ret_whole = config != NULL;
	cJSON_Delete(config);
	return info;
}
