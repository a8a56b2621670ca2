// SPDX-License-Identifier: Apache-2.0
#include "container/engine_work.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "container/address.h"
#include "container/info.h"
#include "container/json.h"
#include "container/oci.h"
#include "container/place.h"

#define HOSTS_MAX 65536

/* `mode` is the key of what else the mount was told. */
static void docker_add_mounts(struct container *info, const cJSON *points, const char *mode)
{
	struct container_mount mount;
	const cJSON *item;

	info_drop_mounts(info);
	for (item = json_first(points); item; item = item->next) {
		mount.source = json_str(item, "Source");
		mount.dest = json_str(item, "Destination");
		mount.mode = json_str(item, mode);
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

static const char *without_prefix(const char *text, const char *prefix)
{
	return text && !strncmp(text, prefix, strlen(prefix)) ? text + strlen(prefix) : text;
}

/* As docker calls what somebody called by its full name. */
static const char *familiar_name(const char *repository)
{
	return without_prefix(without_prefix(repository, "docker.io/"), "library/");
}

/*
 * repositories.json: {"Repositories": {"name": {"name:tag": "sha256:ID", "name@sha256:DIGEST":
 * "sha256:ID"}}}.  Only what came from a registry has a digest.
 */
static void docker_add_digest(struct container *info, const cJSON *list)
{
	const cJSON *repository = json_object(list, familiar_name(info->image_repository));
	const cJSON *item;
	const char *at;
	const char *id;

	for (item = json_first(repository); item; item = item->next) {
		id = cJSON_GetStringValue(item);
		at = strrchr(item->string, '@');
		if (id && at && !strncmp(id, "sha256:", strlen("sha256:")) &&
		    !strcmp(id + strlen("sha256:"), info->image_id))
			info_set(&info->image_digest, at + 1);
	}
}

/* `dir` is <data-root>/containers/<id>. */
static void docker_find_digest(struct work *work, const char *dir, const char *driver)
{
	const struct container *info = work->info;
	char path[PLACE_PATH_MAX];
	size_t len;
	cJSON *json;

	(void)snprintf(path, sizeof(path), "%s", dir);
	if (info->image_digest || !info->image_id || !info->image_repository || !driver ||
	    strchr(driver, '/') || !work_go_up(path, 2))
		return;
	len = strlen(path);
	if (snprintf(path + len, sizeof(path) - len, "/image/%s", driver) >=
	    (int)(sizeof(path) - len))
		return;
	json = work_read_json(work, path, "repositories.json");
	docker_add_digest(work->info, json_object(json, "Repositories"));
	cJSON_Delete(json);
}

static void docker_take_networks(struct container *info, const cJSON *config)
{
	const cJSON *settings = json_object(config, "NetworkSettings");
	const cJSON *item;

	for (item = json_first(json_object(settings, "Networks")); item; item = item->next) {
		address_take(&info->ip, json_str(item, "IPAddress"));
		address_take(&info->ip, json_str(item, "GlobalIPv6Address"));
	}
}

/*
 * dockerd writes the addresses into the container's /etc/hosts before it starts, and into its own
 * files after that.  From then on the container may have written it, too.
 */
static void docker_read_hosts(struct work *work, const char *dir, const cJSON *config)
{
	const char *name = json_str(json_object(config, "Config"), "Hostname");
	char path[PLACE_PATH_MAX];
	char *text = NULL;
	const char *address;
	char *lines;
	char *save;
	char *line;

	if (!name || json_true(json_object(config, "State"), "Running") ||
	    snprintf(path, sizeof(path), "%s/hosts", dir) >= (int)sizeof(path) ||
	    place_read(work->place, path, HOSTS_MAX, PLACE_NOFOLLOW, &text))
		return;
	lines = text;
	while ((line = strsep(&lines, "\n"))) {
		address = strtok_r(line, " \t", &save);
		line = address ? strtok_r(NULL, " \t", &save) : NULL;
		/* Behind a full name may stand the short one. */
		if (line && !strncmp(line, name, strlen(name)) &&
		    (line[strlen(name)] == '\0' || line[strlen(name)] == '.'))
			address_take(&work->info->ip, address);
	}
	free(text);
}

/* "container:ID": the network is another container's. */
static void docker_read_other(struct work *work, const char *dir, const char *mode)
{
	const char *prefix = "container:";
	char path[PLACE_PATH_MAX];
	cJSON *config;
	size_t len;

	if (!mode || strncmp(mode, prefix, strlen(prefix)) != 0 ||
	    strchr(mode + strlen(prefix), '/'))
		return;
	(void)snprintf(path, sizeof(path), "%s", dir);
	if (!work_go_up(path, 1))
		return;
	len = strlen(path);
	if (snprintf(path + len, sizeof(path) - len, "/%s", mode + strlen(prefix)) >=
	    (int)(sizeof(path) - len))
		return;
	config = work_read_json(work, path, "config.v2.json");
	docker_take_networks(work->info, config);
	cJSON_Delete(config);
}

static void docker_take_config(struct work *work, const char *dir, const cJSON *config)
{
	const cJSON *settings = json_object(config, "Config");
	const char *text = json_str(config, "Name");
	struct container *info = work->info;
	const cJSON *item;

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
	docker_add_mounts(info, json_object(config, "MountPoints"), "Relabel");
	text = json_str(settings, "User");
	if (text && *text)
		info_set(&info->user, text);
	docker_find_digest(work, dir, json_str(config, "Driver"));
}

static void docker_read(struct work *work, const char *dir)
{
	struct container *info = work->info;
	const cJSON *item;
	const char *text;
	cJSON *config = work_read_json(work, dir, "config.v2.json");
	cJSON *host;

	text = json_str(config, "ID");
	if (!text || strcmp(text, work->claim->id) != 0) {
		cJSON_Delete(config); /* another container's directory */
		return;
	}
	if (work->claim->look == LOOK_ALL)
		docker_take_config(work, dir, config);
	docker_take_networks(info, config);
	if (!info->ip)
		docker_read_hosts(work, dir, config);
	host = work_read_json(work, dir, "hostconfig.json");
	docker_read_other(work, dir, json_str(host, "NetworkMode"));
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
void docker_apply(struct work *work, const cJSON *config)
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

/* Returns whether there is something where nothing was. */
static bool take_str(char **member, const char *text)
{
	if (*member)
		return false;
	info_set(member, text);
	return *member;
}

/* RepoDigests: ["registry/name@sha256:…"].  That of the name that was asked for, if it is there. */
static bool take_digest(struct container *info, const cJSON *image)
{
	const cJSON *list = json_array(image, "RepoDigests");
	const char *name = familiar_name(info->image_repository);
	const char *best = NULL;
	const cJSON *item;
	const char *text;
	const char *at;

	if (info->image_digest)
		return false;
	for (item = json_first(list); item; item = item->next) {
		text = cJSON_GetStringValue(item);
		at = text ? strrchr(text, '@') : NULL;
		if (!at)
			continue;
		if (!best)
			best = at + 1;
		if (name && strlen(name) == (size_t)(at - text) &&
		    !strncmp(text, name, strlen(name)))
			best = at + 1;
	}
	return best && !strncmp(best, "sha256:", strlen("sha256:")) &&
	       take_str(&info->image_digest, best);
}

static bool take_image(struct container *info, const cJSON *container, const cJSON *image)
{
	const char *name = json_str(json_object(container, "Config"), "Image");
	bool is_new = false;

	if (!info->image && name) {
		info_set_image(info, name);
		is_new = info->image;
	}
	is_new |= take_str(&info->image_id,
			   without_prefix(json_str(container, "Image"), "sha256:"));
	is_new |= take_digest(info, image);
	return is_new;
}

static bool take_labels(struct container *info, const cJSON *labels)
{
	const cJSON *item;

	if (info->n_labels)
		return false;
	for (item = json_first(labels); item; item = item->next)
		info_add_label(info, item->string, cJSON_GetStringValue(item));
	return info->n_labels;
}

/* What config.json would have told. */
static void take_rest(struct container *info, const cJSON *container)
{
	const cJSON *host = json_object(container, "HostConfig");
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(host, "Privileged");

	if (cJSON_IsBool(item))
		info->privileged = cJSON_IsTrue(item);
	item = cJSON_GetObjectItemCaseSensitive(host, "ReadonlyRootfs");
	if (cJSON_IsBool(item))
		info->rootfs_readonly = cJSON_IsTrue(item);
	(void)take_str(&info->user, json_str(json_object(container, "Config"), "User"));
	docker_add_mounts(info, json_array(container, "Mounts"), "Mode");
	info->is_partial = false;
}

bool engine_take_answer(struct container *info, const cJSON *container, const cJSON *image)
{
	const char *name = without_prefix(json_str(container, "Name"), "/");
	bool had_ip = info->ip || info->pod_ip;
	bool is_new = info->is_partial;

	/* Called by its id, it has no name so far. */
	if (name && *name && info->name && !strcmp(info->name, info->full_id) &&
	    strcmp(name, info->name) != 0) {
		info_set(&info->name, name);
		is_new = true;
	}
	is_new |= take_image(info, container, image);
	is_new |= take_labels(info, json_object(json_object(container, "Config"), "Labels"));
	if (!had_ip)
		docker_take_networks(info, container);
	is_new |= !had_ip && info->ip;
	if (info->is_partial)
		take_rest(info, container);
	return is_new;
}
