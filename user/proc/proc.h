/* SPDX-License-Identifier: Apache-2.0 */
#ifndef PROC_PROC_H
#define PROC_PROC_H

/*
 * The process table: every live process and, for as long as a descendant or the
 * tail of its events needs it, every dead one.  Keyed by (tgid, start time).
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "event/record.h"

/* Bytes of images and working directories that a table may hold for each of its entries. */
#define PROC_IMAGE_BYTES 4096

/* How long after its exit a process is kept for events that come late. */
#define PROC_LATE_EVENTS_NS 5000000000ULL

/* How long before its record a call may have acted: a kill is told when its victim may be gone. */
#define PROC_BLINK_NS 200000000ULL

/*
 * What an exec set: the bytes of its record, shared by all processes forked
 * from it until they exec themselves.
 */
struct proc_image {
	uint32_t refs;
	struct record rec; /* BW_EVENT_EXEC or BW_EVENT_PROC */
};

struct proc {
	uint32_t tgid;
	uint64_t start_ns;
	struct proc *parent; /* as the kernel has it now; NULL if unknown */
	struct proc *creator; /* who called fork or clone: survives re-parenting; NULL if unknown */
	struct proc_image *image; /* NULL: no exec seen and none found at start */
	uint64_t exec_ns; /* boot time of the last exec; 0: before us */
	uint64_t exit_ns; /* boot time; 0: alive */
	char comm[BW_COMM_LEN]; /* last seen */
	char *cwd; /* from the last chdir or exec, "" unknown; owned */
	struct bw_hdr last; /* ids, capabilities, cgroups, tty, session as last seen */
};

struct procs;

struct procs_stats {
	uint64_t n_live;
	uint64_t n_dead_kept; /* for the sake of descendants or late events */
	uint64_t n_evicted; /* dropped because the table was full */
	uint64_t n_unknown; /* events of a process that had no entry */
};

/*
 * A table of at most `max_procs` entries.  When it is full, the dead that nobody
 * descends from go first, then dead ancestors, then the live that were not seen
 * for longest, leaves before parents; descendants of what was dropped are linked
 * to its own ancestors.  It never holds more than max_procs * (some 600 bytes +
 * PROC_IMAGE_BYTES) plus one record.  NULL when out of memory.
 */
struct procs *procs_new(size_t max_procs);
void procs_free(struct procs *procs);

/*
 * Apply a record of any type: fork, exec, exit, chdir, credentials, found
 * processes; for all others only what the header tells.  An unknown process
 * gets an entry from the header.
 *
 * Returns the process of the record (for fork the child), borrowed until the
 * next call of procs_apply() or procs_expire(); NULL when out of memory, and for
 * records of no process (container, loss).
 */
struct proc *procs_apply(struct procs *procs, const struct record *rec);

/* Borrowed, or NULL. */
struct proc *procs_lookup(const struct procs *procs, uint32_t tgid, uint64_t start_ns);

/*
 * The process that the task of `caller` means by `number`, a positive pid in that task's
 * pid namespace, at the time of that header; one that has just ended counts.
 *
 * Borrowed.  NULL rather than a guess: nobody known has the number there, as a thread's that is
 * no process's; the process lives in a namespace below the caller's, which tells only
 * the innermost number and the host's; or the number has just changed hands.
 */
const struct proc *procs_called(const struct procs *procs, const struct bw_hdr *caller,
				uint32_t number);

/*
 * The n-th ancestor: 0 is the process itself, 1 its parent.  Follows the parent
 * as the kernel has it; where that is the reaper because the real one exited,
 * the creator.  NULL beyond the last one known.
 */
const struct proc *proc_ancestor(const struct proc *proc, unsigned int n);

/*
 * Drop dead entries that nobody descends from and that exited at least
 * PROC_LATE_EVENTS_NS before boot time `now_ns`.
 */
void procs_expire(struct procs *procs, uint64_t now_ns);

void procs_read_stats(const struct procs *procs, struct procs_stats *out);

#endif /* PROC_PROC_H */
