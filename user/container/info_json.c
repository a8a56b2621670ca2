// SPDX-License-Identifier: Apache-2.0
#include "container/info.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>

#include "container/json.h"

#define SECCOMP_MODE_MAX 3 /* disabled, strict, filter, dead */
#define NUMBER_DIGITS    24 /* of a 64-bit number in decimal, NUL included */

static const char *const kind_names[] = {
	[CONTAINER_HOST] = "host",
	[CONTAINER_KNOWN] = "known",
	[CONTAINER_UNKNOWN] = "unknown",
};

/* The string members that travel under their own names; full_id is apart. */
static const struct {
	const char *key;
	size_t offset;
} strings[] = {
	{ "name", offsetof(struct container, name) },
	{ "type", offsetof(struct container, type) },
	{ "bundle", offsetof(struct container, bundle) },
	{ "image", offsetof(struct container, image) },
	{ "image_repository", offsetof(struct container, image_repository) },
	{ "image_tag", offsetof(struct container, image_tag) },
	{ "image_id", offsetof(struct container, image_id) },
	{ "image_digest", offsetof(struct container, image_digest) },
	{ "pod_name", offsetof(struct container, pod_name) },
	{ "pod_ns", offsetof(struct container, pod_ns) },
	{ "pod_uid", offsetof(struct container, pod_uid) },
	{ "pod_sandbox_id", offsetof(struct container, pod_sandbox_id) },
	{ "pod_ip", offsetof(struct container, pod_ip) },
	{ "ip", offsetof(struct container, ip) },
	{ "cni_json", offsetof(struct container, cni_json) },
	{ "k8s_container_name", offsetof(struct container, k8s_container_name) },
	{ "user", offsetof(struct container, user) },
	{ "rootfs", offsetof(struct container, rootfs) },
};

#define N_STRINGS (sizeof(strings) / sizeof(strings[0]))
#define N_KINDS   (sizeof(kind_names) / sizeof(kind_names[0]))

static char **member_of(struct container *info, size_t i)
{
	return (char **)(void *)((char *)info + strings[i].offset);
}

static const char *member_value(const struct container *info, size_t i)
{
	return *(char *const *)(const void *)((const char *)info + strings[i].offset);
}

static bool add_str(cJSON *obj, const char *key, const char *value)
{
	return !value || cJSON_AddStringToObject(obj, key, value);
}

static bool add_mounts(cJSON *obj, const struct container *info)
{
	cJSON *list;
	cJSON *item;
	uint32_t i;
	bool ok = true;

	if (!info->n_mounts)
		return true;
	list = cJSON_AddArrayToObject(obj, "mounts");
	for (i = 0; list && ok && i < info->n_mounts; i++) {
		item = cJSON_CreateObject();
		if (!item || !cJSON_AddItemToArray(list, item)) {
			cJSON_Delete(item);
			return false;
		}
		ok = add_str(item, "source", info->mounts[i].source) &&
		     add_str(item, "dest", info->mounts[i].dest) &&
		     add_str(item, "mode", info->mounts[i].mode) &&
		     add_str(item, "propagation", info->mounts[i].propagation) &&
		     cJSON_AddBoolToObject(item, "rdwr", info->mounts[i].rdwr);
	}
	return list && ok;
}

/* A list of pairs: keys may be repeated, and their order is kept. */
static bool add_labels(cJSON *obj, const char *key, const struct container_label *labels,
		       uint32_t n)
{
	cJSON *list;
	cJSON *item;
	uint32_t i;
	bool ok = true;

	if (!n)
		return true;
	list = cJSON_AddArrayToObject(obj, key);
	for (i = 0; list && ok && i < n; i++) {
		item = cJSON_CreateObject();
		if (!item || !cJSON_AddItemToArray(list, item)) {
			cJSON_Delete(item);
			return false;
		}
		ok = add_str(item, "key", labels[i].key) && add_str(item, "value", labels[i].value);
	}
	return list && ok;
}

/* A string: a double holds no more than 53 bits.  0 is left out. */
static bool add_number(cJSON *obj, const char *key, uint64_t number)
{
	char text[NUMBER_DIGITS];

	if (!number)
		return true;
	(void)snprintf(text, sizeof(text), "%" PRIu64, number);
	return add_str(obj, key, text);
}

static bool add_flag(cJSON *obj, const char *key, bool flag)
{
	return !flag || cJSON_AddTrueToObject(obj, key);
}

static bool add_tri_state(cJSON *obj, const char *key, int8_t state)
{
	return state < 0 || cJSON_AddNumberToObject(obj, key, state);
}

static bool add_facts(cJSON *obj, const struct container_facts *facts)
{
	return add_flag(obj, "has_caps", facts->has_caps) && add_number(obj, "caps", facts->caps) &&
	       add_flag(obj, "is_seen", facts->is_seen) &&
	       add_number(obj, "ns_host", facts->ns_host) &&
	       add_tri_state(obj, "seccomp", facts->seccomp) &&
	       add_tri_state(obj, "no_new_privs", facts->no_new_privs);
}

char *info_to_json(const struct container *info)
{
	cJSON *obj = cJSON_CreateObject();
	char *text = NULL;
	bool ok;
	size_t i;

	ok = obj && add_str(obj, "kind", kind_names[info->kind]) &&
	     add_str(obj, "full_id", info->full_id);
	for (i = 0; ok && i < N_STRINGS; i++)
		ok = add_str(obj, strings[i].key, member_value(info, i));
	ok = ok && cJSON_AddBoolToObject(obj, "is_sandbox", info->is_sandbox) &&
	     cJSON_AddNumberToObject(obj, "privileged", info->privileged) &&
	     cJSON_AddNumberToObject(obj, "rootfs_readonly", info->rootfs_readonly) &&
	     add_flag(obj, "is_partial", info->is_partial) &&
	     add_flag(obj, "is_rootless", info->is_rootless) && add_facts(obj, &info->facts) &&
	     add_number(obj, "pid_ns", info->pid_ns) &&
	     add_number(obj, "memory_limit", info->memory_limit) &&
	     add_number(obj, "pids_limit", info->pids_limit) &&
	     add_number(obj, "start_ns", info->start_ns) && add_mounts(obj, info) &&
	     add_labels(obj, "labels", info->labels, info->n_labels) &&
	     add_labels(obj, "pod_labels", info->pod_labels, info->n_pod_labels) &&
	     add_str(obj, "passwd", info->passwd);
	if (ok)
		text = cJSON_PrintUnformatted(obj);
	cJSON_Delete(obj);
	return text;
}

/* -1 unless it is there, from 0 to `max`. */
static int8_t small_number(const cJSON *obj, const char *key, int max)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(obj, key);

	if (!cJSON_IsNumber(item) || item->valueint < 0 || item->valueint > max)
		return -1;
	return (int8_t)item->valueint;
}

static int8_t tri_state(const cJSON *obj, const char *key)
{
	return small_number(obj, key, 1);
}

static uint64_t number(const cJSON *obj, const char *key)
{
	const char *text = json_str(obj, key);

	return text ? strtoull(text, NULL, 10) : 0;
}

static void read_facts(struct container_facts *facts, const cJSON *obj)
{
	facts->has_caps = json_true(obj, "has_caps");
	facts->caps = number(obj, "caps");
	facts->is_seen = json_true(obj, "is_seen");
	facts->ns_host = (uint32_t)number(obj, "ns_host");
	facts->seccomp = small_number(obj, "seccomp", SECCOMP_MODE_MAX);
	facts->no_new_privs = tri_state(obj, "no_new_privs");
}

static void read_mounts(struct container *info, const cJSON *obj)
{
	struct container_mount mount;
	const cJSON *item;

	for (item = json_first(json_array(obj, "mounts")); item; item = item->next) {
		mount.source = json_str(item, "source");
		mount.dest = json_str(item, "dest");
		mount.mode = json_str(item, "mode");
		mount.propagation = json_str(item, "propagation");
		mount.rdwr = json_true(item, "rdwr");
		info_add_mount(info, &mount);
	}
}

static void read_labels(struct container *info, const cJSON *obj)
{
	const cJSON *item;

	for (item = json_first(json_array(obj, "labels")); item; item = item->next)
		info_add_label(info, json_str(item, "key"), json_str(item, "value"));
	for (item = json_first(json_array(obj, "pod_labels")); item; item = item->next)
		info_add_pod_label(info, json_str(item, "key"), json_str(item, "value"));
}

static bool read_kind(const cJSON *obj, enum container_kind *out)
{
	const char *name = json_str(obj, "kind");
	size_t i;

	for (i = 0; name && i < N_KINDS; i++) {
		if (strcmp(name, kind_names[i]) != 0)
			continue;
		*out = (enum container_kind)i;
		return true;
	}
	return false;
}

static struct container *read_object(const cJSON *obj)
{
	enum container_kind kind;
	struct container *info;
	const char *value;
	char *copy;
	size_t i;

	if (!read_kind(obj, &kind))
		return NULL;
	info = info_new(kind, json_str(obj, "full_id"), NULL);
	if (!info)
		return NULL;
	for (i = 0; i < N_STRINGS; i++)
		info_set(member_of(info, i), json_str(obj, strings[i].key));
	info->is_sandbox = json_true(obj, "is_sandbox");
	info->privileged = tri_state(obj, "privileged");
	info->rootfs_readonly = tri_state(obj, "rootfs_readonly");
	info->is_partial = json_true(obj, "is_partial");
	info->is_rootless = json_true(obj, "is_rootless");
	read_facts(&info->facts, obj);
	info->pid_ns = (uint32_t)number(obj, "pid_ns");
	info->memory_limit = number(obj, "memory_limit");
	info->pids_limit = number(obj, "pids_limit");
	info->start_ns = number(obj, "start_ns");
	read_mounts(info, obj);
	read_labels(info, obj);
	value = json_str(obj, "passwd");
	copy = value ? strdup(value) : NULL;
	if (copy)
		info_take_passwd(info, copy);
	return info;
}

struct container *info_from_json(const char *text, size_t len)
{
	cJSON *obj = cJSON_ParseWithLength(text, len);
	struct container *info = NULL;

	if (cJSON_IsObject(obj))
		info = read_object(obj);
	cJSON_Delete(obj);
	return info;
}
