// SPDX-License-Identifier: Apache-2.0
#include "container/state.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "container/json.h"
#include "container/place.h"

#define STATE_MAX      ((size_t)16 << 20)
#define STATE_DIRS_MAX 4096
#define INIT_PID_MAX   32

struct search {
	const char *path;
	struct runtime *out;
};

static void copy_str(char *dst, const char *src)
{
	if (src && strlen(src) < RUNTIME_STR_MAX)
		memcpy(dst, src, strlen(src) + 1);
}

/*
 * `full` is where the runtime saw the cgroup, `path` the same from the hierarchy's root.
 * Before it may stand a mount point alone, or another cgroup's path would fit.
 */
static bool is_mounted_at(const char *full, const char *path, const char *controller)
{
	const char *base = "/sys/fs/cgroup";
	size_t len = strlen(full);
	size_t path_len = strlen(path);

	if (len < path_len || strcmp(full + len - path_len, path) != 0 ||
	    strncmp(full, base, strlen(base)) != 0)
		return false;
	len -= path_len;
	if (len == strlen(base))
		return !*controller; /* v2 has no controller of its own */
	full += strlen(base);
	len -= strlen(base);
	if (!*controller)
		return len == strlen("/unified") && !strncmp(full, "/unified", len);
	return *full == '/' && !memchr(full + 1, '/', len - 1);
}

/* state.json of runc: cgroup_paths by controller, and labels "bundle=…". */
static bool match_runc(const cJSON *state, const struct search *search)
{
	const char *prefix = "bundle=";
	const cJSON *item;
	const char *text;
	bool found = false;

	for (item = json_first(json_object(state, "cgroup_paths")); item; item = item->next) {
		text = cJSON_GetStringValue(item);
		found = found || (text && is_mounted_at(text, search->path, item->string));
	}
	if (!found)
		return false;
	copy_str(search->out->id, json_str(state, "id"));
	for (item = json_first(json_array(json_object(state, "config"), "labels")); item;
	     item = item->next) {
		text = cJSON_GetStringValue(item);
		if (text && !strncmp(text, prefix, strlen(prefix)))
			copy_str(search->out->bundle, text + strlen(prefix));
	}
	return true;
}

/* status of crun; the container's id is the directory's name. */
static bool match_crun(const cJSON *state, const struct search *search)
{
	const char *path = json_str(state, "cgroup-path");

	if (!path || strcmp(path, search->path) != 0)
		return false;
	copy_str(search->out->bundle, json_str(state, "bundle"));
	return true;
}

static const struct {
	const char *dir;
	const char *file;
	const char *type;
	bool (*match)(const cJSON *state, const struct search *search);
} stores[] = {
	{ "/run/runc", "state.json", "runc", match_runc },
	{ "/run/crun", "status", "crun", match_crun },
};

static bool look_at(int place, size_t i, const char *name, const struct search *search)
{
	cleanup_free char *text = NULL;
	char path[PLACE_PATH_MAX];
	cJSON *state;
	bool found;

	(void)snprintf(path, sizeof(path), "%s/%s/%s", stores[i].dir, name, stores[i].file);
	if (place_read(place, path, STATE_MAX, PLACE_NOFOLLOW, &text))
		return false;
	state = cJSON_Parse(text);
	found = stores[i].match(state, search);
	cJSON_Delete(state);
	if (!found)
		return false;
	search->out->role = RUNTIME_LOW;
	(void)snprintf(search->out->type, sizeof(search->out->type), "%s", stores[i].type);
	if (!*search->out->id)
		copy_str(search->out->id, name);
	return true;
}

/* Next name in `dir` that is not hidden; counts down `left`. */
static const char *next_name(DIR *dir, int *left)
{
	const struct dirent *entry;

	while ((*left)-- > 0 && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.')
			return entry->d_name;
	}
	return NULL;
}

int state_find(const char *root, const char *path, struct runtime *out)
{
	struct search search = { .path = path, .out = out };
	cleanup_close int place = place_open(root, 0);
	bool found = false;
	const char *name;
	int left;
	DIR *dir;
	size_t i;

	memset(out, 0, sizeof(*out));
	if (place < 0)
		return place;
	for (i = 0; !found && i < sizeof(stores) / sizeof(stores[0]); i++) {
		dir = place_list(place, stores[i].dir, PLACE_FOLLOW);
		if (!dir)
			continue;
		left = STATE_DIRS_MAX;
		while (!found && (name = next_name(dir, &left)))
			found = look_at(place, i, name, &search);
		(void)closedir(dir);
	}
	return found ? 0 : -ENOENT;
}

int state_find_task(const char *root, const char *dir_path, uint32_t pid, char *id, size_t size)
{
	cleanup_close int place = place_open(root, 0);
	char path[PLACE_PATH_MAX];
	bool found = false;
	const char *name;
	int left = STATE_DIRS_MAX;
	char *text;
	DIR *dir;

	if (place < 0)
		return place;
	dir = place_list(place, dir_path, PLACE_FOLLOW);
	if (!dir)
		return -ENOENT;
	while (!found && (name = next_name(dir, &left))) {
		(void)snprintf(path, sizeof(path), "%s/%s/init.pid", dir_path, name);
		if (place_read(place, path, INIT_PID_MAX, PLACE_NOFOLLOW, &text))
			continue;
		found = strtoul(text, NULL, 10) == pid && strlen(name) < size;
		free(text);
		if (found)
			memcpy(id, name, strlen(name) + 1);
	}
	(void)closedir(dir);
	return found ? 0 : -ENOENT;
}
