// SPDX-License-Identifier: Apache-2.0
#include "container/oci.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "container/caps.h"
#include "container/info.h"
#include "container/json.h"

#define MODE_MAX  1024
#define LIMIT_MAX 9007199254740992.0 /* 2^53 */

/* Modes of linux/seccomp.h. */
enum { SECCOMP_DISABLED = 0, SECCOMP_FILTER = 2 };

/* Borrowed from `options`; NULL when the mount says nothing of it. */
static char *propagation_of(const cJSON *options)
{
	static const char *const names[] = { "shared",  "rshared",  "slave",      "rslave",
					     "private", "rprivate", "unbindable", "runbindable" };
	const cJSON *option;
	char *text;
	size_t i;

	for (option = json_first(options); option; option = option->next) {
		text = cJSON_GetStringValue(option);
		for (i = 0; text && i < sizeof(names) / sizeof(names[0]); i++) {
			if (!strcmp(text, names[i]))
				return text;
		}
	}
	return NULL;
}

/* Bind mounts alone: the rest (proc, sysfs, devpts …) is the same everywhere. */
static bool is_bind(const cJSON *mount)
{
	const cJSON *options = json_array(mount, "options");
	const char *type = json_str(mount, "type");

	return (type && !strcmp(type, "bind")) || json_array_has(options, "bind") ||
	       json_array_has(options, "rbind");
}

static void add_mount(struct container *info, const cJSON *item)
{
	const cJSON *options = json_array(item, "options");
	struct container_mount mount = {
		.source = json_str(item, "source"),
		.dest = json_str(item, "destination"),
		.rdwr = !json_array_has(options, "ro"),
		.propagation = propagation_of(options),
	};
	const cJSON *option;
	const char *text;
	struct buf mode;

	buf_init(&mode, MODE_MAX);
	for (option = json_first(options); option; option = option->next) {
		text = cJSON_GetStringValue(option);
		if (!text)
			continue;
		if (mode.len)
			buf_add_char(&mode, ',');
		buf_add_str(&mode, text);
	}
	mount.mode = mode.data;
	if (mount.dest)
		info_add_mount(info, &mount);
	buf_done(&mode);
}

const char *oci_mount_source(const cJSON *config, const char *dest)
{
	const cJSON *item;
	const char *text;

	for (item = json_first(json_array(config, "mounts")); item; item = item->next) {
		text = json_str(item, "destination");
		if (text && !strcmp(text, dest) && is_bind(item))
			return json_str(item, "source");
	}
	return NULL;
}

/* sysfs or cgroup mounted writable: only privileged containers get that. */
static bool has_writable_kernel_mount(const cJSON *config)
{
	const cJSON *item;
	const char *type;

	for (item = json_first(json_array(config, "mounts")); item; item = item->next) {
		type = json_str(item, "type");
		if (type &&
		    (!strcmp(type, "sysfs") || !strncmp(type, "cgroup", strlen("cgroup"))) &&
		    !json_array_has(json_array(item, "options"), "ro"))
			return true;
	}
	return false;
}

/* No engine says so in config.json; this is what "privileged" switches off in all of them. */
static int8_t guess_privileged(const cJSON *config)
{
	const cJSON *sandbox = json_object(config, "linux");
	const cJSON *process = json_object(config, "process");

	if (!sandbox || !process)
		return -1;
	if (cJSON_GetArraySize(json_array(sandbox, "maskedPaths")) > 0 ||
	    cJSON_GetArraySize(json_array(sandbox, "readonlyPaths")) > 0 ||
	    json_object(sandbox, "seccomp") || json_str(process, "selinuxLabel"))
		return 0;
	if (json_str(process, "apparmorProfile") &&
	    strcmp(json_str(process, "apparmorProfile"), "unconfined") != 0)
		return 0;
	return has_writable_kernel_mount(config);
}

static void set_user(struct container *info, const cJSON *config)
{
	const cJSON *user = json_object(json_object(config, "process"), "user");
	const cJSON *uid = cJSON_GetObjectItemCaseSensitive(user, "uid");
	const cJSON *gid = cJSON_GetObjectItemCaseSensitive(user, "gid");
	char text[32];

	if (!cJSON_IsNumber(uid) || uid->valuedouble < 0 || uid->valuedouble > UINT32_MAX)
		return;
	(void)snprintf(text, sizeof(text), "%u", (uint32_t)uid->valuedouble);
	if (cJSON_IsNumber(gid) && gid->valuedouble > 0 && gid->valuedouble <= UINT32_MAX)
		(void)snprintf(text, sizeof(text), "%u:%u", (uint32_t)uid->valuedouble,
			       (uint32_t)gid->valuedouble);
	info_set(&info->user, text);
}

/* Relative to the bundle unless absolute. */
static void set_rootfs(struct container *info, const cJSON *root)
{
	const char *path = json_str(root, "path");
	char full[INFO_STR_MAX];
	int len;

	info->rootfs_readonly = json_true(root, "readonly");
	if (!path || *path == '/' || !info->bundle) {
		info_set(&info->rootfs, path && *path == '/' ? path : NULL);
		return;
	}
	len = snprintf(full, sizeof(full), "%s/%s", info->bundle, path);
	if (len > 0 && (size_t)len < sizeof(full))
		info_set(&info->rootfs, full);
}

/* A positive whole number that a double holds; 0: none. */
static uint64_t positive(const cJSON *obj, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

	if (!cJSON_IsNumber(item) || item->valuedouble < 1 || item->valuedouble > LIMIT_MAX)
		return 0;
	return (uint64_t)item->valuedouble;
}

/* The runtime's plan; the kernel's word replaces it when the first process is seen. */
static void set_confinement(struct container *info, const cJSON *config)
{
	const cJSON *process = json_object(config, "process");
	const cJSON *sandbox = json_object(config, "linux");
	const cJSON *resources = json_object(sandbox, "resources");
	const cJSON *bounding = json_array(json_object(process, "capabilities"), "bounding");

	info->facts.has_caps = bounding != NULL;
	info->facts.caps = caps_from_names(bounding);
	if (process)
		info->facts.no_new_privs = json_true(process, "noNewPrivileges");
	if (sandbox)
		info->facts.seccomp = json_object(sandbox, "seccomp") ? SECCOMP_FILTER :
									SECCOMP_DISABLED;
	info->memory_limit = positive(json_object(resources, "memory"), "limit");
	info->pids_limit = positive(json_object(resources, "pids"), "limit");
}

const char *oci_annotation(const cJSON *config, const char *key)
{
	return json_str(json_object(config, "annotations"), key);
}

void oci_apply(struct container *info, const cJSON *config)
{
	const cJSON *item;

	info_drop_mounts(info);
	info_drop_labels(info);
	for (item = json_first(json_array(config, "mounts")); item; item = item->next) {
		if (is_bind(item))
			add_mount(info, item);
	}
	for (item = json_first(json_object(config, "annotations")); item; item = item->next)
		info_add_label(info, item->string, cJSON_GetStringValue(item));
	if (json_object(config, "root"))
		set_rootfs(info, json_object(config, "root"));
	set_user(info, config);
	set_confinement(info, config);
	info->privileged = guess_privileged(config);
}
