// SPDX-License-Identifier: Apache-2.0
#include "container/address.h"

#include <arpa/inet.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "container/info.h"
#include "container/json.h"
#include "container/place.h"

#define NETWORKS_DIR   "/var/lib/cni/networks"
#define NAMES_MAX      4096 /* in a directory; those behind are not looked at */
#define INTERFACES_MAX 16 /* of one container */
#define RESULT_MAX     ((size_t)1 << 20)
#define LEASE_MAX      4096

void address_take(char **member, const char *text)
{
	unsigned char bytes[sizeof(struct in6_addr)];
	char copy[INET6_ADDRSTRLEN];
	size_t len = text ? strcspn(text, "/ \t") : 0;
	int family;

	if (!len || len >= sizeof(copy))
		return;
	memcpy(copy, text, len);
	copy[len] = '\0';
	family = strchr(copy, ':') ? AF_INET6 : AF_INET;
	if (inet_pton(family, copy, bytes) != 1 || !inet_ntop(family, bytes, copy, sizeof(copy)))
		return;
	if (*member && (family == AF_INET6 || !strchr(*member, ':')))
		return;
	info_set(member, copy);
}

void address_take_result(char **member, const cJSON *result)
{
	const cJSON *item;

	for (item = json_first(json_array(result, "ips")); item; item = item->next)
		address_take(member, json_str(item, "address"));
	address_take(member, json_str(json_object(result, "ip4"), "ip"));
	address_take(member, json_str(json_object(result, "ip6"), "ip"));
}

/* The interface's part of "<network>-<id>-<interface>"; NULL: it is another's. */
static const char *interface_of(const char *name, const char *id)
{
	size_t len = strlen(id);
	const char *at;

	for (at = strchr(name, '-'); at; at = strchr(at + 1, '-')) {
		if (!strncmp(at + 1, id, len) && at[len + 1] == '-')
			return at + len + 2;
	}
	return NULL;
}

/* What is in the cache is {"containerId": ID, "ifName": "eth0", "result": {}}; once it was the result. */
static void add_result(int place, const char *path, const char *id, cJSON *all)
{
	const char *interface = interface_of(strrchr(path, '/') + 1, id);
	cleanup_free char *text = NULL;
	const char *owner;
	cJSON *result;
	cJSON *json;

	if (!strcmp(interface, "lo") || cJSON_GetObjectItemCaseSensitive(all, interface) ||
	    place_read(place, path, RESULT_MAX, PLACE_NOFOLLOW, &text))
		return;
	json = cJSON_Parse(text);
	owner = json_str(json, "containerId");
	result = cJSON_DetachItemFromObjectCaseSensitive(json, "result");
	if (!owner && !result) {
		result = json;
		json = NULL;
	}
	if (!cJSON_IsObject(result) || (owner && strcmp(owner, id) != 0) ||
	    !cJSON_AddItemToObject(all, interface, result))
		cJSON_Delete(result);
	cJSON_Delete(json);
}

/* False where nobody keeps such a cache. */
static bool find_in(int place, const char *cache, const char *id, cJSON *all)
{
	const struct dirent *entry;
	char path[PLACE_PATH_MAX];
	DIR *dir = place_list(place, cache, PLACE_FOLLOW);
	int n = 0;

	if (!dir)
		return false;
	while (n++ < NAMES_MAX && (entry = readdir(dir))) {
		if (interface_of(entry->d_name, id) && cJSON_GetArraySize(all) < INTERFACES_MAX &&
		    snprintf(path, sizeof(path), "%s/%s", cache, entry->d_name) < (int)sizeof(path))
			add_result(place, path, id, all);
	}
	(void)closedir(dir);
	return true;
}

/* Files named by the addresses that are given away; the first line is the container's id. */
static void find_leases(int place, const char *network, const char *id, char **member)
{
	const struct dirent *entry;
	char path[PLACE_PATH_MAX];
	DIR *dir = place_list(place, network, PLACE_FOLLOW);
	char *lease;
	int n = 0;

	while (dir && n++ < NAMES_MAX && (entry = readdir(dir))) {
		if (!strpbrk(entry->d_name, ".:") || entry->d_name[0] == '.' ||
		    snprintf(path, sizeof(path), "%s/%s", network, entry->d_name) >=
			    (int)sizeof(path) ||
		    place_read(place, path, LEASE_MAX, PLACE_NOFOLLOW, &lease))
			continue;
		lease[strcspn(lease, "\r\n")] = '\0';
		if (!strcmp(lease, id))
			address_take(member, entry->d_name);
		free(lease);
	}
	if (dir)
		(void)closedir(dir);
}

static void find_all_leases(int place, const char *id, char **member)
{
	const struct dirent *entry;
	char path[PLACE_PATH_MAX];
	DIR *dir = place_list(place, NETWORKS_DIR, PLACE_FOLLOW);
	int n = 0;

	while (dir && n++ < NAMES_MAX && (entry = readdir(dir))) {
		if (entry->d_name[0] != '.' && snprintf(path, sizeof(path), "%s/%s", NETWORKS_DIR,
							entry->d_name) < (int)sizeof(path))
			find_leases(place, path, id, member);
	}
	if (dir)
		(void)closedir(dir);
}

void address_find_results(int place, const char *id, char **member, char **json)
{
	static const char *const caches[] = { "/var/lib/cni/results",
					      "/var/lib/cni/cache/results" };
	cJSON *all = cJSON_CreateObject();
	bool has_cache = false;
	const cJSON *item;
	char *text;
	size_t i;

	for (i = 0; all && i < sizeof(caches) / sizeof(caches[0]); i++)
		has_cache = find_in(place, caches[i], id, all) || has_cache;
	address_take_result(member, cJSON_GetObjectItemCaseSensitive(all, "eth0"));
	for (item = json_first(all); item; item = item->next)
		address_take_result(member, item);
	text = json_first(all) ? cJSON_PrintUnformatted(all) : NULL;
	if (text)
		info_set(json, text);
	cJSON_free(text);
	cJSON_Delete(all);
	if (!has_cache)
		find_all_leases(place, id, member);
}
