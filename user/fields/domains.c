// SPDX-License-Identifier: Apache-2.0
#include "fields/domains.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <sys/queue.h>
#include <sys/random.h>

/* Rules name a handful; lists of hostile hosts some hundred. */
#define NAMES_MAX       16384
#define NAME_LEN_MAX    255 /* of a constant in a rule */
#define ENTRIES_MAX     (1U << 17) /* addresses of all names */
#define N_BUCKETS       16384U /* a power of two */
#define HASH_MULTIPLIER 0x9e3779b97f4a7c15ULL /* 2^64 / golden ratio: odd, bits well mixed */

struct name;

/* One address of one name. */
struct entry {
	LIST_ENTRY(entry) link; /* of its bucket, those put in last in front */
	const struct name *name;
	struct value_ip ip;
};

/* Never removed. */
struct name {
	LIST_ENTRY(name) link;
	uint32_t index; /* in the order in which they were first told */
	uint32_t n_entries;
	struct entry *entries; /* owned */
	uint32_t len;
	char text[];
};

LIST_HEAD(entries, entry);
LIST_HEAD(names, name);

/* A record costs by its own length, however much is known and whoever wrote the capture. */
struct domains {
	uint64_t seed; /* nobody can write names or addresses that all fall into one bucket */
	uint32_t n_names;
	uint32_t n_entries;
	struct entries by_ip[N_BUCKETS];
	struct names by_text[N_BUCKETS];
};

static uint64_t mix(uint64_t hash, uint64_t word)
{
	hash = (hash ^ word) * HASH_MULTIPLIER;
	return hash ^ (hash >> 32);
}

static size_t bucket_of_ip(const struct domains *domains, const struct value_ip *ip)
{
	uint64_t words[2];

	_Static_assert(sizeof(words) == sizeof(ip->addr), "an address is two words");
	memcpy(words, ip->addr, sizeof(words));
	return mix(mix(mix(domains->seed, words[0]), words[1]), ip->family) & (N_BUCKETS - 1);
}

static size_t bucket_of_text(const struct domains *domains, const char *text, size_t len)
{
	uint64_t hash = domains->seed;

	for (size_t i = 0; i < len; i++)
		hash = mix(hash, (unsigned char)text[i]);
	return hash & (N_BUCKETS - 1);
}

static int compare_ips(const void *a, const void *b)
{
	_Static_assert(sizeof(struct value_ip) == 1 + 16, "no holes");
	return memcmp(a, b, sizeof(struct value_ip));
}

static int compare_names(const void *a, const void *b)
{
	const struct name *left = *(const struct name *const *)a;
	const struct name *right = *(const struct name *const *)b;

	return (left->index > right->index) - (left->index < right->index);
}

/* Returns 0, -EBADMSG, -ENOSPC or -ENOMEM. */
static int find_or_add_name(struct domains *domains, const char *text, struct name **out)
{
	const size_t len = strnlen(text, NAME_LEN_MAX + 1);
	struct names *bucket;
	struct name *name;

	if (len > NAME_LEN_MAX)
		return -EBADMSG;
	bucket = &domains->by_text[bucket_of_text(domains, text, len)];
	LIST_FOREACH(name, bucket, link)
	{
		/* cppcheck-suppress uninitvar; it does not know <sys/queue.h> */
		if (name->len == len && memcmp(name->text, text, len) == 0) {
			*out = name;
			return 0;
		}
	}
	if (domains->n_names == NAMES_MAX)
		return -ENOSPC;
	name = calloc(1, sizeof(*name) + len + 1);
	if (!name)
		return -ENOMEM;
	name->index = domains->n_names++;
	name->len = (uint32_t)len;
	memcpy(name->text, text, len);
	LIST_INSERT_HEAD(bucket, name, link);
	*out = name;
	return 0;
}

/* An IPv4 address in the clothes of IPv6 is told as such by nobody who looks names up. */
static bool parse_ip(const char *text, struct value_ip *out)
{
	*out = (struct value_ip){ .family = strchr(text, ':') ? AF_INET6 : AF_INET };
	return inet_pton(out->family, text, out->addr) == 1;
}

/* Returns 0, -EBADMSG or -ENOSPC; *ret_n addresses, each once, are there in any case. */
static int read_addrs(const struct record_str *addrs, struct value_ip ips[BW_DOMAIN_ADDRS_MAX],
		      uint32_t *ret_n)
{
	uint32_t n = 0;
	uint32_t n_different = 0;
	int err = 0;

	for (size_t at = 0; at < addrs->len; at += strlen(addrs->s + at) + 1) {
		if (n == BW_DOMAIN_ADDRS_MAX) {
			err = -ENOSPC;
			break;
		}
		if (parse_ip(addrs->s + at, &ips[n]))
			n++;
		else
			err = -EBADMSG;
	}
	qsort(ips, n, sizeof(*ips), compare_ips);
	for (uint32_t i = 0; i < n; i++) {
		if (!i || compare_ips(&ips[i], &ips[n_different - 1]) != 0)
			ips[n_different++] = ips[i];
	}
	*ret_n = n_different;
	return err;
}

/* Returns 0, or -ENOMEM: the name stands for what it stood for. */
static int replace_entries(struct domains *domains, struct name *name, const struct value_ip *ips,
			   uint32_t n)
{
	struct entry *entries = NULL;

	if (n) {
		entries = calloc(n, sizeof(*entries));
		if (!entries)
			return -ENOMEM;
	}
	for (uint32_t i = 0; i < name->n_entries; i++)
		LIST_REMOVE(&name->entries[i], link);
	free(name->entries);
	domains->n_entries += n - name->n_entries;
	name->entries = entries;
	name->n_entries = n;
	for (uint32_t i = 0; i < n; i++) {
		entries[i].name = name;
		entries[i].ip = ips[i];
		LIST_INSERT_HEAD(&domains->by_ip[bucket_of_ip(domains, &ips[i])], &entries[i],
				 link);
	}
	return 0;
}

int domains_apply(struct domains *domains, const struct record *rec)
{
	const struct record_str addrs = record_str(rec, rec->domain->addrs);
	struct value_ip ips[BW_DOMAIN_ADDRS_MAX];
	struct name *name;
	uint32_t n_room;
	uint32_t n;
	int told;
	int err = find_or_add_name(domains, record_str(rec, rec->domain->name).s, &name);

	if (err)
		return err;
	told = read_addrs(&addrs, ips, &n);
	n_room = ENTRIES_MAX - (domains->n_entries - name->n_entries);
	if (n > n_room) {
		n = n_room;
		told = -ENOSPC;
	}
	err = replace_entries(domains, name, ips, n);
	return err ? err : told;
}

/* The names of the address as they stand in its bucket; `out` has room for all or is NULL. */
static uint32_t collect(const struct domains *domains, const struct value_ip *ip,
			const struct name **out)
{
	const struct entry *entry;
	uint32_t n = 0;

	LIST_FOREACH(entry, &domains->by_ip[bucket_of_ip(domains, ip)], link)
	{
		/* cppcheck-suppress uninitvar; it does not know <sys/queue.h> */
		if (memcmp(&entry->ip, ip, sizeof(*ip)) != 0)
			continue;
		if (out)
			out[n] = entry->name;
		n++;
	}
	return n;
}

bool domains_of(const struct domains *domains, const struct value_ip *ip, struct arena *scratch,
		struct value *out)
{
	const uint32_t n = collect(domains, ip, NULL);
	const struct name **names;
	struct value *items;

	if (!n) {
		*out = (struct value){ .kind = VALUE_LIST };
		return true;
	}
	names = arena_alloc(scratch, n * sizeof(const struct name *));
	items = arena_alloc(scratch, n * sizeof(*items));
	if (!names || !items)
		return false;
	(void)collect(domains, ip, names);
	qsort(names, n, sizeof(const struct name *), compare_names);
	for (uint32_t i = 0; i < n; i++)
		items[i] = (struct value){ .kind = VALUE_STR,
					   .str = names[i]->text,
					   .len = names[i]->len };
	*out = (struct value){ .kind = VALUE_LIST, .len = n, .list = items };
	return true;
}

struct domains *domains_new(void)
{
	struct domains *domains = calloc(1, sizeof(*domains));

	if (!domains)
		return NULL;
	/* Without chance, early in a boot, as good as with it: nobody reads captures then. */
	if (getrandom(&domains->seed, sizeof(domains->seed), GRND_NONBLOCK) < 0)
		domains->seed = 0;
	return domains;
}

static void free_names(struct names *bucket)
{
	struct name *name;
	struct name *next;

	for (name = LIST_FIRST(bucket); name; name = next) {
		next = LIST_NEXT(name, link);
		free(name->entries);
		free(name);
	}
}

void domains_free(struct domains *domains)
{
	if (!domains)
		return;
	for (size_t i = 0; i < N_BUCKETS; i++)
		free_names(&domains->by_text[i]);
	free(domains);
}
