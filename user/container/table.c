// SPDX-License-Identifier: Apache-2.0
#include "container/table.h"

#include <errno.h>
#include <stdlib.h>

int table_init(struct table *table, size_t n_buckets)
{
	table->buckets = calloc(n_buckets, sizeof(struct link *));
	if (!table->buckets)
		return -ENOMEM;
	table->n_buckets = n_buckets;
	table->count = 0;
	return 0;
}

void table_done(struct table *table)
{
	free(table->buckets);
	table->buckets = NULL;
	table->n_buckets = 0;
	table->count = 0;
}

static struct link **bucket_of(const struct table *table, uint64_t hash)
{
	return &table->buckets[hash & (table->n_buckets - 1)];
}

void table_add(struct table *table, struct link *link, uint64_t hash)
{
	struct link **bucket = bucket_of(table, hash);

	link->hash = hash;
	link->next = *bucket;
	*bucket = link;
	table->count++;
}

void table_remove(struct table *table, struct link *link)
{
	struct link **at = bucket_of(table, link->hash);

	while (*at && *at != link)
		at = &(*at)->next;
	if (!*at)
		return;
	*at = link->next;
	table->count--;
}

struct link *table_next(const struct table *table, uint64_t hash, const struct link *after)
{
	struct link *link = after ? after->next : *bucket_of(table, hash);

	while (link && link->hash != hash)
		link = link->next;
	return link;
}

void table_sweep(struct table *table, table_drop_fn drop, void *arg)
{
	struct link **at;
	struct link *link;
	struct link *next;
	size_t i;

	for (i = 0; i < table->n_buckets; i++) {
		at = &table->buckets[i];
		for (link = *at; link; link = next) {
			next = link->next;
			if (drop(link, arg)) {
				*at = next;
				table->count--;
			} else {
				at = &link->next;
			}
		}
	}
}

/* The finaliser of MurmurHash3: kernfs ids and pids are near each other. */
uint64_t table_hash_number(uint64_t number)
{
	number ^= number >> 33;
	number *= 0xff51afd7ed558ccdULL;
	number ^= number >> 33;
	number *= 0xc4ceb9fe1a85ec53ULL;
	number ^= number >> 33;
	return number;
}

/* FNV-1a. */
uint64_t table_hash_str(const char *s)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	for (; *s; s++) {
		hash ^= (unsigned char)*s;
		hash *= 0x100000001b3ULL;
	}
	return hash;
}
