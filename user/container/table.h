/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_TABLE_H
#define CONTAINER_TABLE_H

/* A chained hash table with a fixed number of buckets; its users cap what they put in. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

/* First member of what is stored. */
struct link {
	struct link *next;
	uint64_t hash;
};

struct table {
	struct link **buckets;
	size_t n_buckets; /* a power of two */
	size_t count;
};

/* Decides whether `link` goes away; if so it has freed it. */
typedef bool (*table_drop_fn)(struct link *link, void *arg);

/* Returns 0 or -ENOMEM. */
int table_init(struct table *table, size_t n_buckets);

/* Frees the buckets alone; sweep first. */
void table_done(struct table *table);

void table_add(struct table *table, struct link *link, uint64_t hash);

/* `link` is in the table; it stays the caller's. */
void table_remove(struct table *table, struct link *link);

/* First link with this hash behind `after` (NULL: of all); NULL at the end. */
struct link *table_next(const struct table *table, uint64_t hash, const struct link *after);

/* Unlink all those that `drop` says yes to. */
void table_sweep(struct table *table, table_drop_fn drop, void *arg);

uint64_t table_hash_number(uint64_t number);
uint64_t table_hash_str(const char *s);

#endif /* CONTAINER_TABLE_H */
