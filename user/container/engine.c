// SPDX-License-Identifier: Apache-2.0
#include "container/engine_work.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "base/log.h"
#include "container/address.h"
#include "container/info.h"
#include "container/lxc.h"
#include "container/nspawn.h"
#include "container/oci.h"
#include "container/place.h"

#define PASSWD_READ_MAX 65536
#define USER_JSON_MAX   ((size_t)1 << 20) /* in memory it takes some thirty times as much */

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

void work_failed(struct work *work, const char *path, int err)
{
	work->n_failed++;
	log_debug("cannot use '%s' of container '%s': %s", path, work->claim->id, strerror(-err));
}

bool work_go_up(char *path, int n)
{
	char *slash;

	while (n--) {
		slash = strrchr(path, '/');
		if (!slash)
			return false;
		*slash = '\0';
	}
	return true;
}

void work_find_results(struct work *work, const char *id, char **member)
{
	if (!work->info->is_rootless)
		address_find_results(work->place, id, member, &work->info->cni_json);
}

static size_t json_max(const struct work *work)
{
	return work->info->is_rootless ? USER_JSON_MAX : OCI_CONFIG_MAX;
}

bool work_has_time(struct work *work, const char *path)
{
	if (!work->claim->until_ns || clock_boot_ns() < work->claim->until_ns)
		return true;
	work_failed(work, path, -ETIME);
	work->is_busy = true;
	return false;
}

cJSON *work_parse(struct work *work, const char *path, const char *text)
{
	bool is_long = strlen(text) > json_max(work);
	cJSON *json = is_long ? NULL : cJSON_Parse(text);

	if (!json)
		work_failed(work, path, is_long ? -EFBIG : -EBADMSG);
	return json;
}

cJSON *work_read_json(struct work *work, const char *dir, const char *name)
{
	cleanup_free char *text = NULL;
	char path[PLACE_PATH_MAX];
	int err;

	if (snprintf(path, sizeof(path), "%s/%s", dir, name) >= (int)sizeof(path) ||
	    !work_has_time(work, path))
		return NULL;
	err = place_read(work->place, path, json_max(work), PLACE_NOFOLLOW, &text);
	if (err) {
		work_failed(work, path, err);
		return NULL;
	}
	return work_parse(work, path, text);
}

/* Only what lies below the container's root: its symbolic links are its own. */
static void read_passwd(struct work *work)
{
	cleanup_close int rootfs = -1;
	char *text = NULL;
	int err;

	if (!work->info->rootfs)
		return;
	rootfs = place_open_dir(work->place, work->info->rootfs, PLACE_FOLLOW);
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
	case ENGINE_CONTAINERD:
		containerd_apply(work);
		containerd_find_address(work);
		break;
	case ENGINE_NONE:
		break;
	}
}

/* Those sources that an engine finds by config.json. */
static void find_address(struct work *work, const cJSON *config)
{
	if (work->claim->engine == ENGINE_CRI)
		cri_find_address(work, config);
	else if (work->claim->engine == ENGINE_DOCKER)
		docker_apply(work, config);
	else if (work->claim->engine == ENGINE_CONMON)
		crio_find_address(work, config);
}

static bool read_bundle(struct work *work)
{
	cJSON *config = work_read_json(work, work->info->bundle, "config.json");

	if (config && work->claim->look == LOOK_ADDRESS)
		find_address(work, config);
	else if (config)
		apply_config(work, config);
	cJSON_Delete(config);
	return config;
}

static bool read_lxc(struct work *work)
{
	cleanup_free char *text = NULL;
	char path[PLACE_PATH_MAX];
	int err;

	if (snprintf(path, sizeof(path), "%s/config", work->info->bundle) >= (int)sizeof(path))
		return false;
	err = place_read(work->place, path, LXC_CONFIG_MAX, PLACE_NOFOLLOW, &text);
	if (err) {
		work_failed(work, path, err);
		return false;
	}
	lxc_apply(work->info, text);
	return true;
}

/* The administrator's; those that lie beside an image may not mount anything. */
static void read_nspawn_settings(struct work *work)
{
	static const char *const dirs[] = { "/etc/systemd/nspawn", "/run/systemd/nspawn" };
	cleanup_free char *text = NULL;
	char path[PLACE_PATH_MAX];
	size_t i;

	if (strchr(work->claim->id, '/'))
		return;
	for (i = 0; !text && i < sizeof(dirs) / sizeof(dirs[0]); i++) {
		if (snprintf(path, sizeof(path), "%s/%s.nspawn", dirs[i], work->claim->id) <
		    (int)sizeof(path))
			(void)place_read(work->place, path, NSPAWN_SETTINGS_MAX, PLACE_FOLLOW,
					 &text); /* most have none */
	}
	if (text)
		nspawn_apply_settings(work->info, text);
}

/* systemd-nspawn stays as long as its container; the first process is its child. */
static bool read_nspawn(struct work *work, const char *root)
{
	cleanup_free char *argv = NULL;
	char path[PLACE_PATH_MAX];
	size_t len;

	info_set(&work->info->rootfs, work->info->bundle);
	(void)snprintf(path, sizeof(path), "%s/proc/%u/cmdline", root, work->claim->pid);
	if (work->claim->pid && !file_read(AT_FDCWD, path, NSPAWN_ARGV_MAX, &argv, &len) &&
	    nspawn_apply(work->info, argv, len))
		read_nspawn_settings(work);
	return true;
}

static bool read_address(struct work *work)
{
	const struct claim *claim = work->claim;

	if (claim->engine == ENGINE_CONTAINERD)
		containerd_find_address(work);
	else if (claim->engine == ENGINE_CONMON && !claim->is_crio)
		podman_find_address(work);
	else
		return read_bundle(work);
	return true;
}

static bool read_all(struct work *work, const char *root)
{
	const struct claim *claim = work->claim;
	bool whole;

	if (claim->engine == ENGINE_NONE && claim->type && !strcmp(claim->type, "lxc"))
		whole = read_lxc(work);
	else if (claim->engine == ENGINE_NONE && claim->type &&
		 !strcmp(claim->type, "systemd-nspawn"))
		whole = read_nspawn(work, root);
	else
		whole = read_bundle(work);
	read_passwd(work);
	return whole;
}

struct container *engine_describe(const char *root, const struct claim *claim, uint64_t *ret_failed,
				  bool *ret_whole)
{
	struct work work = { .claim = claim };
	struct container *info;
	bool whole = false;

	info = info_new(CONTAINER_KNOWN, claim->id, type_of(claim));
	if (!info)
		return NULL;
	work.info = info;
	info_set(&info->bundle, claim->bundle);
	info_set(&info->name, claim->name);
	info->is_rootless = claim->uid != 0;
	work.place = claim->look == LOOK_NONE ? -1 : place_open(root, claim->pid);
	if (work.place >= 0 && info->bundle)
		whole = (claim->look == LOOK_ADDRESS ? read_address(&work) :
						       read_all(&work, root)) &&
			!work.is_busy;
	if (work.place >= 0)
		(void)close(work.place); /* O_PATH */
	info->is_partial = !whole;
	/* Engines without names call a container by its id. */
	if (!info->name)
		info_set(&info->name, claim->id);
	*ret_failed = work.n_failed;
	*ret_whole = whole;
	return info;
}
