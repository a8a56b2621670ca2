// SPDX-License-Identifier: Apache-2.0
#include "proc/proc.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "proc/table.h"

#define MIN_BYTES (1U << 20) /* of images, however small the table */

struct procs *procs_new(size_t max_procs)
{
	struct procs *procs = calloc(1, sizeof(*procs));

	if (!procs)
		return NULL;
	for (unsigned int i = 0; i < ORDER_MAX; i++)
		TAILQ_INIT(&procs->order[i]);
	procs->max_procs = max_procs ? max_procs : 1;
	procs->max_bytes = procs->max_procs * PROC_IMAGE_BYTES;
	if (procs->max_bytes < MIN_BYTES)
		procs->max_bytes = MIN_BYTES;
	procs->n_buckets = 1;
	while (procs->n_buckets < procs->max_procs)
		procs->n_buckets *= 2;
	/* Zeroed list heads are empty lists. */
	procs->by_key = calloc(procs->n_buckets, sizeof(*procs->by_key));
	procs->by_tgid = calloc(procs->n_buckets, sizeof(*procs->by_tgid));
	procs->by_number = calloc(procs->n_buckets, sizeof(*procs->by_number));
	if (!procs->by_key || !procs->by_tgid || !procs->by_number) {
		procs_free(procs);
		return NULL;
	}
	return procs;
}

void procs_free(struct procs *procs)
{
	struct entry *entry;

	if (!procs)
		return;
	for (unsigned int i = 0; i < ORDER_MAX; i++) {
		/* Dropping one may move others to a list that is done. */
		while ((entry = TAILQ_FIRST(&procs->order[i]))) {
			procs_drop(procs, entry);
			i = 0;
		}
	}
	free(procs->by_key);
	free(procs->by_tgid);
	free(procs->by_number);
	free(procs);
}

/* Link to the parent that the header names; the first one known stays the creator. */
static void follow_parent(struct procs *procs, struct entry *entry, const struct bw_hdr *hdr)
{
	struct entry *old = (struct entry *)entry->proc.parent;

	if (old && old->proc.tgid == hdr->parent_tgid && old->proc.start_ns == hdr->parent_start_ns)
		return;
	if (old && !entry->proc.creator)
		procs_set_creator(procs, entry, old);
	procs_set_parent(procs, entry, procs_find(procs, hdr->parent_tgid, hdr->parent_start_ns));
}

/* The two lanes may overtake each other: an older header tells nothing new. */
static void see_header(struct procs *procs, struct entry *entry, const struct bw_hdr *hdr)
{
	if (hdr->time_ns < entry->proc.last.time_ns)
		return;
	entry->proc.last = *hdr;
	memcpy(entry->proc.comm, hdr->comm, sizeof(entry->proc.comm));
	procs_learn_number(procs, entry, hdr);
	follow_parent(procs, entry, hdr);
	procs_touch(procs, entry);
}

/* All found processes are there: link those whose parents came after them. */
static void link_found(struct procs *procs)
{
	struct entry *entry;

	procs->has_unlinked = false;
	/* By key: linking moves entries between the lists of order. */
	for (size_t i = 0; i < procs->n_buckets; i++) {
		LIST_FOREACH(entry, &procs->by_key[i], by_key)
		{
			if (!entry->proc.parent)
				follow_parent(procs, entry, &entry->proc.last);
		}
	}
}

static int apply_fork(struct procs *procs, struct entry *entry, const struct record *rec)
{
	const struct bw_fork *fork_rec = rec->fork;
	struct entry *creator = procs_find(procs, fork_rec->creator_tgid,
					   fork_rec->creator_start_ns);
	const struct proc *from = creator ? &creator->proc : entry->proc.parent;

	entry->first_parent_tgid = rec->hdr->parent_tgid;
	entry->first_parent_start_ns = rec->hdr->parent_start_ns;
	if (creator)
		procs_set_creator(procs, entry, creator);
	/* An exec that overtook the fork knows better. */
	if (!from || from == &entry->proc || entry->proc.image)
		return 0;
	entry->proc.exec_ns = from->exec_ns;
	procs_set_image(procs, entry, from->image);
	return procs_set_cwd(procs, entry, from->cwd, strlen(from->cwd));
}

static int apply_cwd(struct procs *procs, struct entry *entry, struct record_str cwd)
{
	return cwd.len ? procs_set_cwd(procs, entry, cwd.s, cwd.len) : 0;
}

/* BW_EVENT_EXEC, and BW_EVENT_PROC, which must not undo an exec that came after it. */
static int apply_exec(struct procs *procs, struct entry *entry, const struct record *rec)
{
	const struct proc_image *old = entry->proc.image;
	struct proc_image *image;

	if (old && old->rec.hdr->tgid == entry->proc.tgid &&
	    old->rec.hdr->time_ns > rec->hdr->time_ns)
		return 0;
	image = procs_new_image(rec);
	/* Nothing is better than the image of another program. */
	procs_set_image(procs, entry, image);
	if (rec->hdr->type == BW_EVENT_EXEC)
		entry->proc.exec_ns = rec->hdr->time_ns;
	if (!image)
		return -ENOMEM;
	return apply_cwd(procs, entry, record_str(rec, rec->exec->cwd));
}

static int apply_exit(struct procs *procs, struct entry *entry, const struct record *rec)
{
	procs_set_dead(procs, entry, rec->hdr->time_ns);
	return 0;
}

static int apply_chdir(struct procs *procs, struct entry *entry, const struct record *rec)
{
	return apply_cwd(procs, entry, record_str(rec, rec->chdir->cwd));
}

/* What a type tells beyond its header. */
static int (*const appliers[BW_EVENT_MAX])(struct procs *procs, struct entry *entry,
					   const struct record *rec) = {
	[BW_EVENT_FORK] = apply_fork, [BW_EVENT_EXEC] = apply_exec,   [BW_EVENT_PROC] = apply_exec,
	[BW_EVENT_EXIT] = apply_exit, [BW_EVENT_CHDIR] = apply_chdir,
};

struct proc *procs_apply(struct procs *procs, const struct record *rec)
{
	const struct bw_hdr *hdr = rec->hdr;
	bool is_new_process = hdr->type == BW_EVENT_FORK || hdr->type == BW_EVENT_PROC;
	struct entry *entry;

	if (hdr->type >= BW_EVENT_CONTAINER)
		return NULL;
	if (procs->has_unlinked && hdr->type != BW_EVENT_PROC)
		link_found(procs);
	entry = procs_find(procs, hdr->tgid, hdr->start_ns);
	if (!entry) {
		entry = procs_add(procs, hdr);
		if (!entry)
			return NULL;
		if (!is_new_process)
			procs->n_unknown++;
		if (hdr->type == BW_EVENT_PROC)
			procs->has_unlinked = true;
	}
	see_header(procs, entry, hdr);
	if (appliers[hdr->type]) {
		if (appliers[hdr->type](procs, entry, rec))
			return NULL;
		procs_shrink(procs, entry);
	}
	return &entry->proc;
}

struct proc *procs_lookup(const struct procs *procs, uint32_t tgid, uint64_t start_ns)
{
	struct entry *entry = procs_find(procs, tgid, start_ns);

	return entry ? &entry->proc : NULL;
}

/* Whether it may still have been there `PROC_BLINK_NS` before `time_ns`. */
static bool was_there(const struct entry *entry, uint64_t time_ns)
{
	return !entry->proc.exit_ns || entry->proc.exit_ns + PROC_BLINK_NS >= time_ns;
}

/*
 * Who had the number at `time_ns`: the youngest that had begun by then, since only one has
 * it at a time; NULL: nobody.  *ret_before is the one before it.
 */
static struct entry *find_holder(const struct procs *procs, uint32_t pid_ns, uint32_t number,
				 uint64_t time_ns, struct entry **ret_before)
{
	struct entry *holder = NULL;
	struct entry_number *at;

	*ret_before = NULL;
	LIST_FOREACH(at, procs_numbers(procs, pid_ns, number), in_bucket)
	{
		/* cppcheck-suppress uninitvar; it does not know <sys/queue.h> */
		struct entry *entry = at->entry;

		/* cppcheck-suppress uninitvar */
		if (at->pid_ns != pid_ns || at->number != number || entry->proc.start_ns > time_ns)
			continue;
		/* cppcheck-suppress knownConditionTrueFalse */
		if (!holder || entry->proc.start_ns > holder->proc.start_ns) {
			*ret_before = holder;
			holder = entry;
		} else if (!*ret_before || entry->proc.start_ns > (*ret_before)->proc.start_ns) {
			*ret_before = entry;
		}
	}
	return holder;
}

/*
 * Inodes of namespaces are reused as soon as they are free: what is older than the first
 * process of today's namespace was of another.
 */
static bool is_of_former_namespace(const struct procs *procs, const struct entry *entry,
				   uint32_t pid_ns, uint64_t time_ns)
{
	struct entry *before;
	const struct entry *first = find_holder(procs, pid_ns, 1, time_ns, &before);

	return first && entry->proc.start_ns < first->proc.start_ns;
}

const struct proc *procs_called(const struct procs *procs, const struct bw_hdr *caller,
				uint32_t number)
{
	const bool is_inner = caller->ns_differs & BW_NS_PID;
	const uint32_t pid_ns = is_inner ? caller->pid_ns : 0;
	const uint64_t time_ns = caller->time_ns;
	struct entry *before;
	struct entry *holder;

	/* On the host both are the same; if not, we do not know which namespace is the host's. */
	if (is_inner ? !pid_ns : caller->vtgid != caller->tgid)
		return NULL;
	if (!number)
		return NULL;
	holder = find_holder(procs, pid_ns, number, time_ns, &before);
	if (!holder || !was_there(holder, time_ns))
		return NULL;
	/* The number changed hands while the call ran. */
	if (before && holder->proc.start_ns + PROC_BLINK_NS > time_ns && was_there(before, time_ns))
		return NULL;
	if (is_inner && is_of_former_namespace(procs, holder, pid_ns, time_ns))
		return NULL;
	return &holder->proc;
}

const struct proc *proc_ancestor(const struct proc *proc, unsigned int n)
{
	const struct entry *entry = (const struct entry *)proc;

	while (entry && n--)
		entry = procs_lineage(entry);
	return entry ? &entry->proc : NULL;
}

void procs_expire(struct procs *procs, uint64_t now_ns)
{
	struct entry *entry;

	while ((entry = TAILQ_FIRST(&procs->order[ORDER_DEAD_IDLE]))) {
		if (now_ns < entry->proc.exit_ns ||
		    now_ns - entry->proc.exit_ns < PROC_LATE_EVENTS_NS)
			break;
		procs_drop(procs, entry);
	}
}

void procs_read_stats(const struct procs *procs, struct procs_stats *out)
{
	out->n_live = procs->n_procs - procs->n_dead;
	out->n_dead_kept = procs->n_dead;
	out->n_evicted = procs->n_evicted;
	out->n_unknown = procs->n_unknown;
}
