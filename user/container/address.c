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
#define OPENS_MAX      1024 /* in one look */
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

/* One look for the addresses of a container. */
struct search {
	int place;
	const char *id;
	int opens_left;
};

/* What is in the cache is {"containerId": ID, "ifName": "eth0", "result": {}}; once it was the result. */
static void add_result(struct search *search, int dirfd, const char *name, cJSON *all)
{
	const char *interface = interface_of(name, search->id);
	cleanup_free char *text = NULL;
	const char *owner;
	cJSON *result;
	cJSON *json;

	if (!interface || !strcmp(interface, "lo") ||
	    cJSON_GetObjectItemCaseSensitive(all, interface) || search->opens_left-- <= 0 ||
	    place_read(dirfd, name, RESULT_MAX, PLACE_NOFOLLOW, &text))
		return;
	json = cJSON_Parse(text);
	owner = json_str(json, "containerId");
	result = cJSON_DetachItemFromObjectCaseSensitive(json, "result");
	if (!owner && !result) {
		result = json;
		json = NULL;
	}
	if (!cJSON_IsObject(result) || (owner && strcmp(owner, search->id) != 0) ||
	    !cJSON_AddItemToObject(all, interface, result))
		cJSON_Delete(result);
	cJSON_Delete(json);
}

/* False where nobody keeps such a cache. */
static bool find_in(struct search *search, const char *cache, cJSON *all)
{
	DIR *dir = place_list(search->place, cache, PLACE_FOLLOW);
	const struct dirent *entry;
	int n = 0;

	if (!dir)
		return false;
	while (n++ < NAMES_MAX && cJSON_GetArraySize(all) < INTERFACES_MAX &&
	       (entry = readdir(dir)))
		add_result(search, dirfd(dir), entry->d_name, all);
	(void)closedir(dir);
	return true;
}

/* A file named by the address that is given away; the first line is the container's id. */
static void read_lease(struct search *search, int dirfd, const char *name, char **member)
{
	cleanup_free char *lease = NULL;

	if (!strpbrk(name, ".:") || *name == '.' || search->opens_left-- <= 0 ||
	    place_read(dirfd, name, LEASE_MAX, PLACE_NOFOLLOW, &lease))
		return;
	lease[strcspn(lease, "\r\n")] = '\0';
	if (!strcmp(lease, search->id))
		address_take(member, name);
}

static void find_leases(struct search *search, int networks, const char *name, char **member)
{
	const struct dirent *entry;
	int n = 0;
	DIR *dir;

	if (*name == '.' || search->opens_left-- <= 0)
		return;
	dir = place_list(networks, name, PLACE_NOFOLLOW);
	while (dir && n++ < NAMES_MAX && search->opens_left > 0 && (entry = readdir(dir)))
		read_lease(search, dirfd(dir), entry->d_name, member);
	if (dir)
		(void)closedir(dir);
}

static void find_all_leases(struct search *search, char **member)
{
	DIR *dir = place_list(search->place, NETWORKS_DIR, PLACE_FOLLOW);
	const struct dirent *entry;
	int n = 0;

	while (dir && n++ < NAMES_MAX && search->opens_left > 0 && (entry = readdir(dir)))
		find_leases(search, dirfd(dir), entry->d_name, member);
	if (dir)
		(void)closedir(dir);
}

void address_find_results(int place, const char *id, char **member, char **json)
{
	static const char *const caches[] = { "/var/lib/cni/results",
					      "/var/lib/cni/cache/results" };
	struct search search = { place, id, OPENS_MAX };
	cJSON *all = cJSON_CreateObject();
	bool has_cache = false;
	const cJSON *item;
	char *text;
	size_t i;

	for (i = 0; all && i < sizeof(caches) / sizeof(caches[0]); i++)
		has_cache = find_in(&search, caches[i], all) || has_cache;
	address_take_result(member, cJSON_GetObjectItemCaseSensitive(all, "eth0"));
	for (item = json_first(all); item; item = item->next)
		address_take_result(member, item);
	text = json_first(all) ? cJSON_PrintUnformatted(all) : NULL;
	if (text)
		info_set(json, text);
	cJSON_free(text);
	cJSON_Delete(all);
	if (!has_cache)
		find_all_leases(&search, member);
}
