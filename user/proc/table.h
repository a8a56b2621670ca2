/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROC_TABLE_H
#define PROC_TABLE_H

/* Entries of the process table: how they are found, linked, ordered and dropped. */
#include <sys/queue.h>

#include "proc/proc.h"

/*
 * Every entry stands in one of these lists; when room is needed, the first list
 * that is not empty gives its head.  Live entries are ordered by when they were
 * last seen, dead ones by when they came into the list.
 */
enum entry_order {
	ORDER_DEAD_IDLE, /* dead, nobody's parent or creator: kept for late events */
	ORDER_DEAD_NEEDED, /* dead, but some entry descends from it */
	ORDER_LIVE_LEAF,
	ORDER_LIVE_INNER, /* alive, and some entry descends from it */
	ORDER_MAX,
};

struct entry;
TAILQ_HEAD(entry_queue, entry);
LIST_HEAD(entry_list, entry);
LIST_HEAD(number_list, entry_number);

/* A number by which others call a process. */
struct entry_number {
	struct entry *entry; /* NULL: not known yet */
	uint32_t pid_ns; /* inode of the namespace that has the number; 0: the host's */
	uint32_t number; /* 0: not in the list */
	LIST_ENTRY(entry_number) in_bucket;
};

struct entry {
	struct proc proc; /* first: an entry is handed out as this */
	uint32_t first_parent_tgid; /* as forked, before any re-parenting */
	uint64_t first_parent_start_ns;
	enum entry_order order;
	TAILQ_ENTRY(entry) in_order;
	LIST_ENTRY(entry) by_key;
	LIST_ENTRY(entry) by_tgid; /* live entries only */
	struct entry_number host_number;
	struct entry_number own_number; /* in its own pid namespace, unless that is the host's */
	struct entry_list children; /* whose proc.parent this is */
	LIST_ENTRY(entry) sibling;
	struct entry_list created; /* whose proc.creator this is */
	LIST_ENTRY(entry) created_next;
};

struct procs {
	size_t max_procs;
	size_t n_procs;
	size_t n_dead;
	size_t bytes; /* of images and working directories */
	size_t max_bytes;
	size_t n_buckets; /* a power of two */
	struct entry_list *by_key;
	struct entry_list *by_tgid;
	struct number_list *by_number;
	struct entry_queue order[ORDER_MAX];
	uint64_t n_evicted;
	uint64_t n_unknown;
	bool has_unlinked; /* found processes whose parents may be found after them */
};

struct entry *procs_find(const struct procs *procs, uint32_t tgid, uint64_t start_ns);

/*
 * A live entry for the process of `hdr`, not linked to its parent yet; what held
 * its tgid before is dead by now.  Makes room first.  NULL when out of memory.
 */
struct entry *procs_add(struct procs *procs, const struct bw_hdr *hdr);

/* The header is the process's own: its number in its pid namespace is known from now on. */
void procs_learn_number(struct procs *procs, struct entry *entry, const struct bw_hdr *hdr);

/* A bucket with the last that went by the number, the dead too, and with others. */
struct number_list *procs_numbers(const struct procs *procs, uint32_t pid_ns, uint32_t number);

/* Take an entry out and free it; its descendants are linked to its own lineage. */
void procs_drop(struct procs *procs, struct entry *entry);

/* Drop what is needed least until images fit their budget; never `keep`. */
void procs_shrink(struct procs *procs, const struct entry *keep);

/* A live entry was seen again. */
void procs_touch(struct procs *procs, struct entry *entry);

void procs_set_dead(struct procs *procs, struct entry *entry, uint64_t exit_ns);

/*
 * Link to an older process, or to none.  Only an older one: then links cannot
 * form a cycle, whatever a capture claims.
 */
void procs_set_parent(struct procs *procs, struct entry *entry, struct entry *parent);
void procs_set_creator(struct procs *procs, struct entry *entry, struct entry *creator);

/* NULL drops the image.  Takes a reference of its own. */
void procs_set_image(struct procs *procs, struct entry *entry, struct proc_image *image);

/* Copies; "" is allowed.  Returns 0 or -ENOMEM, when it is "" afterwards. */
int procs_set_cwd(struct procs *procs, struct entry *entry, const char *cwd, size_t len);

/* An image with no references yet, for procs_set_image(); NULL when out of memory. */
struct proc_image *procs_new_image(const struct record *rec);

/* Who comes next in the ancestry; see proc_ancestor(). */
struct entry *procs_lineage(const struct entry *entry);

#endif /* PROC_TABLE_H */
