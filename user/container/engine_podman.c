// SPDX-License-Identifier: Apache-2.0
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
#include "container/sqlite.h"

#define DRIVER_MAX  32
#define USER_DB_MAX ((size_t)4 << 20)

/* What podman keeps as JSON, and where: in a bucket and under a key, or in a table. */
enum note { NOTE_CONFIG, NOTE_STATE, NOTE_POD };

static const struct {
	const char *bucket;
	const char *key;
	const char *sql;
} notes[] = {
	[NOTE_CONFIG] = { "ctr", "config", "SELECT JSON FROM ContainerConfig WHERE ID = ?" },
	[NOTE_STATE] = { "ctr", "state", "SELECT JSON FROM ContainerState WHERE ID = ?" },
	[NOTE_POD] = { "pod", "config", "SELECT JSON FROM PodConfig WHERE ID = ?" },
};

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

/* images.json: names, ids and digests of what lies in the store. */
static void podman_find_digest(struct work *work, const char *storage, const char *driver)
{
	struct container *info = work->info;
	char dir[PLACE_PATH_MAX];
	const cJSON *item;
	const char *id;
	cJSON *list;

	if (!info->image_id || info->image_digest)
		return;
	if (snprintf(dir, sizeof(dir), "%s/%s-images", storage, driver) >= (int)sizeof(dir))
		return;
	list = work_read_json(work, dir, "images.json");
	for (item = json_first(list); item; item = item->next) {
		id = json_str(item, "id");
		if (id && !strcmp(id, info->image_id))
			info_set(&info->image_digest, json_str(item, "digest"));
	}
	cJSON_Delete(list);
}

static void podman_take_config(struct container *info, const cJSON *config)
{
	const cJSON *item;

	info_drop_labels(info);
	for (item = json_first(json_object(config, "labels")); item; item = item->next)
		info_add_label(info, item->string, cJSON_GetStringValue(item));
	if (!info->name)
		info_set(&info->name, json_str(config, "name"));
	if (!info->image)
		info_set_image(info, json_str(config, "rootfsImageName"));
	if (!info->image_id)
		info_set(&info->image_id, json_str(config, "rootfsImageID"));
	info->is_sandbox = json_true(config, "pause");
}

/*
 * {"podman": {"interfaces": {"eth0": {"subnets": [{"ipnet": "10.88.0.2/16"}]}}}} by network; before
 * version 4 a list of what the plugins answered.
 */
static void podman_take_networks(struct container *info, const cJSON *status)
{
	const cJSON *interface;
	const cJSON *network;
	const cJSON *subnet;

	for (network = json_first(status); network; network = network->next) {
		address_take_result(&info->ip, network);
		interface = json_first(json_object(network, "interfaces"));
		for (; interface; interface = interface->next) {
			subnet = json_first(json_array(interface, "subnets"));
			for (; subnet; subnet = subnet->next)
				address_take(&info->ip, json_str(subnet, "ipnet"));
		}
	}
}

/* Of versions before 5, or where such a database was there when podman was updated. */
static int get_from_bolt(int db, const char *id, enum note note, char **out)
{
	const char *const keys[] = { notes[note].bucket, id, notes[note].key };
	const struct bolt_path path = { keys, sizeof(keys) / sizeof(keys[0]) };
	size_t len;

	return bolt_get(db, &path, out, &len);
}

/* In the one database that there is, or in another that is left of before. */
static int get_text(struct work *work, const char *file, const char *id, enum note note, char **out)
{
	const struct sqlite_query query = { notes[note].sql, id };
	size_t db_max = work->info->is_rootless ? USER_DB_MAX : SQLITE_FILE_MAX;
	const char *suffix = strrchr(file, '.');
	cleanup_close int db = -1;

	if (!strcmp(suffix, ".sql"))
		return sqlite_get(work->place, file, db_max, &query, out);
	db = place_open_file(work->place, file, PLACE_NOFOLLOW);
	return db < 0 ? db : get_from_bolt(db, id, note, out);
}

/* A note on a container or pod, owned by the caller; NULL: there is none. */
static cJSON *podman_get(struct work *work, const char *storage, const char *id, enum note note)
{
	static const char *const names[] = { "libpod/bolt_state.db", "db.sql", "libpod/db.sql" };
	char file[PLACE_PATH_MAX];
	cleanup_free char *text = NULL;
	int err = -ENOENT;
	size_t i;

	for (i = 0; err == -ENOENT && i < sizeof(names) / sizeof(names[0]); i++) {
		if (snprintf(file, sizeof(file), "%s/%s", storage, names[i]) >= (int)sizeof(file) ||
		    !work_has_time(work, file))
			return NULL;
		err = get_text(work, file, id, note, &text);
	}
	if (err == -EAGAIN)
		work->is_busy = true;
	else if (err && err != -ENOENT)
		work_failed(work, file, err);
	return err ? NULL : work_parse(work, file, text);
}

static void podman_read_pod(struct work *work, const char *storage, const char *id)
{
	cJSON *pod = podman_get(work, storage, id, NOTE_POD);

	info_set(&work->info->pod_name, json_str(pod, "name"));
	info_set(&work->info->pod_uid, id);
	cJSON_Delete(pod);
}

/* The network is that of the container, or of another: of its pod, or as --network tells. */
static void podman_read_state(struct work *work, const char *storage)
{
	cJSON *config = podman_get(work, storage, work->claim->id, NOTE_CONFIG);
	const char *owner = json_str(config, "netNsCtr");
	const char *pod = json_str(config, "pod");
	cJSON *state = podman_get(work, storage, owner ? owner : work->claim->id, NOTE_STATE);

	if (config)
		podman_take_config(work->info, config);
	if (pod && work->claim->look == LOOK_ALL)
		podman_read_pod(work, storage, pod);
	podman_take_networks(work->info, cJSON_GetObjectItemCaseSensitive(state, "networkStatus"));
	work_find_results(work, owner ? owner : work->claim->id, &work->info->ip);
	cJSON_Delete(state);
	cJSON_Delete(config);
}

/* "overlay" of ".../overlay-containers". */
static bool podman_driver(const char *dir, char *out)
{
	const char *slash = strrchr(dir, '/');
	const char *dash = slash ? strstr(slash, "-containers") : NULL;

	if (!dash || dash - slash - 1 >= DRIVER_MAX)
		return false;
	(void)snprintf(out, DRIVER_MAX, "%.*s", (int)(dash - slash - 1), slash + 1);
	return true;
}

void podman_find_address(struct work *work)
{
	char dir[PLACE_PATH_MAX];

	(void)snprintf(dir, sizeof(dir), "%s", work->info->bundle);
	if (work_go_up(dir, 3))
		podman_read_state(work, dir);
}

/* The bundle is <storage>/<driver>-containers/<id>/userdata. */
void podman_apply(struct work *work, const cJSON *config)
{
	const char *privileged = oci_annotation(config, "io.podman.annotations.privileged");
	char driver[DRIVER_MAX];
	char dir[PLACE_PATH_MAX];
	cJSON *list;

	if (privileged)
		work->info->privileged = !strcmp(privileged, "TRUE");
	if (!work->info->bundle)
		return;
	(void)snprintf(dir, sizeof(dir), "%s", work->info->bundle);
	if (!work_go_up(dir, 2))
		return;
	list = work_read_json(work, dir, "containers.json");
	podman_find_image(work, list);
	cJSON_Delete(list);
	if (!podman_driver(dir, driver) || !work_go_up(dir, 1))
		return;
	podman_read_state(work, dir);
	podman_find_digest(work, dir, driver);
}
