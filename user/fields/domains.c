// SPDX-License-Identifier: Apache-2.0
#include "fields/domains.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>

/* Rules name a handful; lists of hostile hosts some hundred. */
#define NAMES_MAX 16384

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

static size_t count_texts(struct record_str texts)
{
	size_t n = texts.len > 0;

	for (size_t i = 0; i < texts.len; i++)
		n += texts.s[i] == '\0';
	return n;
}

int domains_apply(struct domains *domains, const struct record *rec)
{
	const struct record_str addrs = record_str(rec, rec->domain->addrs);
	const size_t n_new = count_texts(addrs);
	const char *text = addrs.s;
	struct entry *bigger;
	uint32_t name = 0;
	bool is_bad = false;
	int err = name_index(domains, record_str(rec, rec->domain->name).s, &name);

	if (err)
		return err;
	bigger = reallocarray(domains->entries, domains->n_entries + n_new + 1, sizeof(*bigger));
	if (!bigger)
		return -ENOMEM;
	domains->entries = bigger;
	forget(domains, name);
	for (size_t i = 0; i < n_new; i++, text += strlen(text) + 1) {
		struct entry *entry = &bigger[domains->n_entries];

		entry->name = name;
		if (parse_ip(text, &entry->ip))
			domains->n_entries++;
		else
			is_bad = true;
	}
	qsort(bigger, domains->n_entries, sizeof(*bigger), compare_entries);
	return is_bad ? -EBADMSG : 0;
}

/* The first entry of the address, or where it would stand. */
static size_t first_of(const struct domains *domains, const struct value_ip *ip)
{
	size_t low = 0;
	size_t high = domains->n_entries;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (compare_ips(&domains->entries[mid].ip, ip) < 0)
			low = mid + 1;
		else
			high = mid;
	}
	return low;
}

bool domains_of(const struct domains *domains, const struct value_ip *ip, struct arena *scratch,
		struct value *out)
{
	const size_t first = first_of(domains, ip);
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
