// SPDX-License-Identifier: Apache-2.0
#include "proc/table.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#define HOLDERS_MAX     4 /* of one number: it passes on with every reuse */
#define HASH_MULTIPLIER 0x9e3779b97f4a7c15ULL /* 2^64 / golden ratio */

struct image_bytes {
	struct proc_image image; /* first: an image is handed out as this */
	_Alignas(8) unsigned char data[];
};

/* Stands for an unknown working directory; never written. */
static char no_cwd[1];

static size_t hash(const struct procs *procs, uint32_t tgid, uint64_t start_ns)
{
	uint64_t h = (start_ns ^ tgid) * HASH_MULTIPLIER;

	h = (h ^ (h >> 32) ^ tgid) * HASH_MULTIPLIER;
	return (size_t)(h >> 32) & (procs->n_buckets - 1);
}

struct entry *procs_find(const struct procs *procs, uint32_t tgid, uint64_t start_ns)
{
	struct entry *entry;

	LIST_FOREACH(entry, &procs->by_key[hash(procs, tgid, start_ns)], by_key)
	{
		/* cppcheck-suppress uninitvar; it does not know <sys/queue.h> */
		if (entry->proc.tgid == tgid && entry->proc.start_ns == start_ns)
			return entry;
	}
	return NULL;
}

static struct entry *find_live(const struct procs *procs, uint32_t tgid)
{
	struct entry *entry;

	LIST_FOREACH(entry, &procs->by_tgid[hash(procs, tgid, 0)], by_tgid)
	{
		/* cppcheck-suppress uninitvar; it does not know <sys/queue.h> */
		if (entry->proc.tgid == tgid)
			return entry;
	}
	return NULL;
}

struct number_list *procs_numbers(const struct procs *procs, uint32_t pid_ns, uint32_t number)
{
	return &procs->by_number[hash(procs, number, pid_ns)];
}

static void forget_number(struct entry_number *at)
{
	if (at->number)
		LIST_REMOVE(at, in_bucket);
	at->number = 0;
}

/*
 * Of those who had a number the last few are enough; else whoever makes processes of one
 * number, which clone3 allows, makes a list that is slow to go through.
 */
static void add_number(struct procs *procs, struct entry *entry, struct entry_number *at,
		       uint32_t pid_ns, uint32_t number)
{
	struct number_list *list = procs_numbers(procs, pid_ns, number);
	struct entry_number *oldest = at;
	struct entry_number *other;
	unsigned int n = 1;

	at->entry = entry;
	at->pid_ns = pid_ns;
	at->number = number;
	if (!number)
		return; /* nobody can call it so */
	LIST_FOREACH(other, list, in_bucket)
	{
		/* cppcheck-suppress uninitvar; it does not know <sys/queue.h> */
		if (other->pid_ns != pid_ns || other->number != number)
			continue;
		n++;
		if (other->entry->proc.start_ns < oldest->entry->proc.start_ns)
			oldest = other;
	}
	LIST_INSERT_HEAD(list, at, in_bucket);
	if (n > HOLDERS_MAX)
		forget_number(oldest);
}

void procs_learn_number(struct procs *procs, struct entry *entry, const struct bw_hdr *hdr)
{
	/* A process never changes its pid namespace: unshare and setns are for its children. */
	if (!entry->own_number.entry && hdr->ns_differs & BW_NS_PID && hdr->pid_ns && hdr->vtgid)
		add_number(procs, entry, &entry->own_number, hdr->pid_ns, hdr->vtgid);
}

static enum entry_order order_of(const struct entry *entry)
{
	bool needed = !LIST_EMPTY(&entry->children) || !LIST_EMPTY(&entry->created);

	if (entry->proc.exit_ns)
		return needed ? ORDER_DEAD_NEEDED : ORDER_DEAD_IDLE;
	return needed ? ORDER_LIVE_INNER : ORDER_LIVE_LEAF;
}

/* Move to the list that its state asks for. */
static void reorder(struct procs *procs, struct entry *entry)
{
	enum entry_order order = order_of(entry);
	const struct entry *first;

	if (order == entry->order)
		return;
	TAILQ_REMOVE(&procs->order[entry->order], entry, in_order);
	entry->order = order;
	first = TAILQ_FIRST(&procs->order[order]);
	/* An ancestor that died long ago goes as soon as its last descendant does. */
	if (order == ORDER_DEAD_IDLE && first && entry->proc.exit_ns <= first->proc.exit_ns)
		TAILQ_INSERT_HEAD(&procs->order[order], entry, in_order);
	else
		TAILQ_INSERT_TAIL(&procs->order[order], entry, in_order);
}

void procs_touch(struct procs *procs, struct entry *entry)
{
	if (entry->proc.exit_ns)
		return;
	TAILQ_REMOVE(&procs->order[entry->order], entry, in_order);
	TAILQ_INSERT_TAIL(&procs->order[entry->order], entry, in_order);
}

void procs_set_dead(struct procs *procs, struct entry *entry, uint64_t exit_ns)
{
	if (entry->proc.exit_ns)
		return;
	LIST_REMOVE(entry, by_tgid);
	entry->proc.exit_ns = exit_ns ? exit_ns : 1; /* 0 says alive */
	procs->n_dead++;
	reorder(procs, entry);
}

/* A total order, so that links that follow it have no cycle. */
static bool is_older(const struct entry *a, const struct entry *b)
{
	if (a->proc.start_ns != b->proc.start_ns)
		return a->proc.start_ns < b->proc.start_ns;
	return a->proc.tgid < b->proc.tgid;
}

void procs_set_parent(struct procs *procs, struct entry *entry, struct entry *parent)
{
	struct entry *old = (struct entry *)entry->proc.parent;

	if (parent && !is_older(parent, entry))
		parent = NULL;
	if (old == parent)
		return;
	entry->proc.parent = parent ? &parent->proc : NULL;
	if (old) {
		LIST_REMOVE(entry, sibling);
		reorder(procs, old);
	}
	if (parent) {
		LIST_INSERT_HEAD(&parent->children, entry, sibling);
		reorder(procs, parent);
	}
}

void procs_set_creator(struct procs *procs, struct entry *entry, struct entry *creator)
{
	struct entry *old = (struct entry *)entry->proc.creator;

	if (creator && !is_older(creator, entry))
		creator = NULL;
	if (old == creator)
		return;
	entry->proc.creator = creator ? &creator->proc : NULL;
	if (old) {
		LIST_REMOVE(entry, created_next);
		reorder(procs, old);
	}
	if (creator) {
		LIST_INSERT_HEAD(&creator->created, entry, created_next);
		reorder(procs, creator);
	}
}

struct entry *procs_lineage(const struct entry *entry)
{
	const struct proc *parent = entry->proc.parent;
	bool as_forked = parent && parent->tgid == entry->first_parent_tgid &&
			 parent->start_ns == entry->first_parent_start_ns;

	if (as_forked || !entry->proc.creator)
		return (struct entry *)entry->proc.parent;
	return (struct entry *)entry->proc.creator;
}

struct proc_image *procs_new_image(const struct record *rec)
{
	size_t size = rec->hdr->size;
	struct image_bytes *bytes = malloc(sizeof(*bytes) + size);

	if (!bytes)
		return NULL;
	memcpy(bytes->data, rec->hdr, size);
	bytes->image.refs = 0;
	bytes->image.rec.hdr = (const struct bw_hdr *)bytes->data;
	bytes->image.rec.exec = (const struct bw_exec *)bytes->data;
	return &bytes->image;
}

void procs_set_image(struct procs *procs, struct entry *entry, struct proc_image *image)
{
	struct proc_image *old = entry->proc.image;

	if (image && !image->refs++)
		procs->bytes += image->rec.hdr->size;
	entry->proc.image = image;
	if (old && !--old->refs) {
		procs->bytes -= old->rec.hdr->size;
		free(old);
	}
}

int procs_set_cwd(struct procs *procs, struct entry *entry, const char *cwd, size_t len)
{
	char *copy = len ? strndup(cwd, len) : NULL;

	if (entry->proc.cwd != no_cwd) {
		procs->bytes -= strlen(entry->proc.cwd) + 1;
		free(entry->proc.cwd);
	}
	entry->proc.cwd = copy ? copy : no_cwd;
	if (copy)
		procs->bytes += strlen(copy) + 1;
	return len && !copy ? -ENOMEM : 0;
}

/* Descendants keep their ancestry: they are linked to what lies beyond. */
static void bequeath(struct procs *procs, struct entry *entry)
{
	struct entry *heir = procs_lineage(entry);
	struct entry *child;

	while ((child = LIST_FIRST(&entry->children))) {
		procs_set_parent(procs, child, NULL);
		if (!child->proc.creator)
			procs_set_creator(procs, child, heir);
	}
	while ((child = LIST_FIRST(&entry->created)))
		procs_set_creator(procs, child, heir);
}

void procs_drop(struct procs *procs, struct entry *entry)
{
	bequeath(procs, entry);
	procs_set_parent(procs, entry, NULL);
	procs_set_creator(procs, entry, NULL);
	procs_set_image(procs, entry, NULL);
	(void)procs_set_cwd(procs, entry, "", 0); /* cannot fail: frees */
	if (entry->proc.exit_ns)
		procs->n_dead--;
	else
		LIST_REMOVE(entry, by_tgid);
	LIST_REMOVE(entry, by_key);
	forget_number(&entry->host_number);
	forget_number(&entry->own_number);
	TAILQ_REMOVE(&procs->order[entry->order], entry, in_order);
	procs->n_procs--;
	free(entry);
}

/* Drop the entry that is needed least.  Returns false when there is none. */
static bool evict_one(struct procs *procs, const struct entry *keep)
{
	struct entry *entry;

	for (unsigned int i = 0; i < ORDER_MAX; i++) {
		entry = TAILQ_FIRST(&procs->order[i]);
		if (entry && entry == keep)
			entry = TAILQ_NEXT(entry, in_order);
		if (!entry)
			continue;
		procs_drop(procs, entry);
		procs->n_evicted++;
		return true;
	}
	return false;
}

void procs_shrink(struct procs *procs, const struct entry *keep)
{
	while (procs->bytes > procs->max_bytes && evict_one(procs, keep))
		;
}

struct entry *procs_add(struct procs *procs, const struct bw_hdr *hdr)
{
	struct entry *entry = calloc(1, sizeof(*entry));
	struct entry *holder;

	if (!entry)
		return NULL;
	while (procs->n_procs >= procs->max_procs && evict_one(procs, NULL))
		;
	entry->proc.tgid = hdr->tgid;
	entry->proc.start_ns = hdr->start_ns;
	entry->proc.cwd = no_cwd;
	entry->first_parent_tgid = hdr->parent_tgid;
	entry->first_parent_start_ns = hdr->parent_start_ns;
	LIST_INIT(&entry->children);
	LIST_INIT(&entry->created);
	entry->order = ORDER_LIVE_LEAF;
	TAILQ_INSERT_TAIL(&procs->order[entry->order], entry, in_order);
	LIST_INSERT_HEAD(&procs->by_key[hash(procs, hdr->tgid, hdr->start_ns)], entry, by_key);
	add_number(procs, entry, &entry->host_number, 0, hdr->tgid);
	procs->n_procs++;

	/* Two processes of one tgid: the older is gone, though its exit was not seen. */
	holder = find_live(procs, hdr->tgid);
	LIST_INSERT_HEAD(&procs->by_tgid[hash(procs, hdr->tgid, 0)], entry, by_tgid);
	if (holder && is_older(holder, entry))
		procs_set_dead(procs, holder, entry->proc.start_ns);
	else if (holder)
		procs_set_dead(procs, entry, holder->proc.start_ns);
	return entry;
}
