// SPDX-License-Identifier: Apache-2.0
#include "fields/domains.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rules name a handful; lists of hostile hosts some hundred. */
#define NAMES_MAX   16384
#define ENTRIES_MAX (1U << 20) /* addresses of all names */

/* One address of one name. */
struct entry {
	struct value_ip ip;
	uint32_t name; /* index */
};

struct domains {
	char **names; /* in the order in which they were first told; never removed */
	uint32_t n_names;
	struct entry *entries; /* by address, then by name */
	size_t n_entries;
};

static int compare_ips(const struct value_ip *a, const struct value_ip *b)
{
	if (a->family != b->family)
		return a->family < b->family ? -1 : 1;
	return memcmp(a->addr, b->addr, sizeof(a->addr));
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;
	int sign = compare_ips(&left->ip, &right->ip);

	return sign ? sign : (left->name > right->name) - (left->name < right->name);
}

/* Returns 0, -ENOSPC or -ENOMEM. */
static int name_index(struct domains *domains, const char *name, uint32_t *out)
{
	char **bigger;

	for (uint32_t i = 0; i < domains->n_names; i++) {
		if (strcmp(domains->names[i], name) == 0) {
			*out = i;
			return 0;
		}
	}
	if (domains->n_names == NAMES_MAX)
		return -ENOSPC;
	bigger = reallocarray(domains->names, domains->n_names + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	domains->names = bigger;
	bigger[domains->n_names] = strdup(name);
	if (!bigger[domains->n_names])
		return -ENOMEM;
	*out = domains->n_names++;
	return 0;
}

static void forget(struct domains *domains, uint32_t name)
{
	size_t n = 0;

	for (size_t i = 0; i < domains->n_entries; i++) {
		if (domains->entries[i].name != name)
			domains->entries[n++] = domains->entries[i];
	}
	domains->n_entries = n;
}

/* An IPv4 address in the clothes of IPv6 is told as such by nobody who looks names up. */
static bool parse_ip(const char *text, struct value_ip *out)
{
	*out = (struct value_ip){ .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	return inet_pton(out->family, text, out->addr) == 1;
}

/* Where the entry stands or would stand. */
static size_t place_of(const struct domains *domains, const struct entry *entry)
{
	size_t low = 0;
	size_t high = domains->n_entries;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_entries(&domains->entries[mid], entry) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

/* Returns 0, -ENOSPC or -ENOMEM. */
static int add_entry(struct domains *domains, const struct entry *entry)
{
	const size_t at = place_of(domains, entry);
	struct entry *bigger;

	if (at < domains->n_entries && compare_entries(&domains->entries[at], entry) == 0)
		return 0;
	if (domains->n_entries == ENTRIES_MAX)
		return -ENOSPC;
	bigger = reallocarray(domains->entries, domains->n_entries + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	domains->entries = bigger;
	memmove(&bigger[at + 1], &bigger[at], (domains->n_entries - at) * sizeof(*bigger));
	bigger[at] = *entry;
	domains->n_entries++;
	return 0;
}

int domains_apply(struct domains *domains, const struct record *rec)
{
	const struct record_str addrs = record_str(rec, rec->domain->addrs);
	const uint32_t n_names = domains->n_names;
	struct entry entry = { .name = 0 };
	bool is_bad = false;
	int err = name_index(domains, record_str(rec, rec->domain->name).s, &entry.name);

	if (!err && domains->n_names == n_names)
		forget(domains, entry.name);
	for (size_t at = 0; !err && at < addrs.len; at += strlen(addrs.s + at) + 1) {
		if (parse_ip(addrs.s + at, &entry.ip))
			err = add_entry(domains, &entry);
		else
			is_bad = true;
	}
	if (err)
		return err;
	return is_bad ? -EBADMSG : 0;
}

bool domains_of(const struct domains *domains, const struct value_ip *ip, struct arena *scratch,
		struct value *out)
{
	const struct entry least = { .ip = *ip };
	const size_t first = place_of(domains, &least);
	struct value *items = NULL;
	uint32_t n = 0;

	while (first + n < domains->n_entries &&
	       compare_ips(&domains->entries[first + n].ip, ip) == 0)
		n++;
	if (n)
		items = arena_alloc(scratch, n * sizeof(*items));
	if (n && !items)
		return false;
	for (uint32_t i = 0; i < n; i++) {
		const char *name = domains->names[domains->entries[first + i].name];

		items[i] = (struct value){ .kind = VALUE_STR,
					   .str = name,
					   .len = (uint32_t)strlen(name) };
	}
	*out = (struct value){ .kind = VALUE_LIST, .len = n, .list = items };
	return true;
}

struct domains *domains_new(void)
{
	return calloc(1, sizeof(struct domains));
}

void domains_free(struct domains *domains)
{
	if (!domains)
		return;
	for (uint32_t i = 0; i < domains->n_names; i++)
		free(domains->names[i]);
	free(domains->names);
	free(domains->entries);
	free(domains);
}
