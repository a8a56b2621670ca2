/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RESOLVER_H
#define AGENT_RESOLVER_H

/*
 * Keeps the addresses of the host names that rules compare with: asks for them, again and again,
 * and tells what changed as BW_EVENT_DOMAIN records.  Never waits for an answer.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "agent/lookup.h"
#include "bpfwatch/event.h"
#include "rules/rules.h"

/*
 * An address counts for an hour after it was last in an answer, and no longer, also when look-ups
 * fail: names that stand for many give few at a time.  The last ones go when one more look-up,
 * begun then, has failed or is late: a machine that slept has not asked meanwhile.  A look-up that
 * changes nothing doubles the delay to the next one.
 *
 * A look-up that gets no answer gives its slot to the next name after a while, but keeps its
 * thread, of which the C library has twenty.  Names that the host itself knows need no slot:
 * they shall not wait for name servers.
 */
#define RESOLVER_KEEP_NS   (3600ULL * 1000000000)
#define RESOLVER_DELAY_NS  (10ULL * 1000000000)
#define RESOLVER_DELAY_MAX (320ULL * 1000000000)
#define RESOLVER_LATE_NS   (5ULL * 1000000000) /* without an answer, a name counts as not known */
#define RESOLVER_ADDRS_MAX BW_DOMAIN_ADDRS_MAX /* of a name; the longest not seen go first */
#define RESOLVER_AT_ONCE   8 /* look-ups under way and not late */
#define RESOLVER_OUT_MAX   16 /* and with those that are late */
#define RESOLVER_THREADS   20 /* and with those of local names */
#define RESOLVER_WARN_MAX  8 /* names that are complained of; the summary counts all */

struct resolver;

/* The record is valid during the call. */
typedef void resolver_record_fn(const void *data, size_t len, void *arg);

struct resolver_config {
	const struct rules *rules; /* borrowed; NULL: no names */
	const struct lookup_ops *lookup;
	void *lookup_ctx;
	resolver_record_fn *on_record;
	void *arg;
};

struct resolver_stats {
	uint64_t n_names;
	uint64_t n_unknown; /* names without any address now */
	uint64_t n_failed; /* look-ups that failed */
	uint64_t n_cut; /* addresses left out for their number */
	uint64_t n_expired; /* times that a name lost all addresses for want of answers */
	uint64_t n_no_memory; /* addresses left out for want of memory */
};

/* Returns 0 or -ENOMEM. */
int resolver_new(const struct resolver_config *config, struct resolver **out);
void resolver_free(struct resolver *resolver);

/*
 * Take the answers that are there and ask for what is due, without a word to on_record.
 * `now_ns` is of CLOCK_BOOTTIME.
 */
void resolver_look(struct resolver *resolver, uint64_t now_ns);

/* As resolver_look(); then tell all that changed since it was told. */
void resolver_step(struct resolver *resolver, uint64_t now_ns);

/* Is there a name of which nothing was heard yet, neither addresses nor a failure? */
bool resolver_is_waiting(const struct resolver *resolver);

void resolver_read_stats(const struct resolver *resolver, struct resolver_stats *out);

#endif /* AGENT_RESOLVER_H */
