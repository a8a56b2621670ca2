/* SPDX-License-Identifier: Apache-2.0 */
#ifndef ENGINE_ENGINE_H
#define ENGINE_ENGINE_H

/*
 * One record in, alerts out.  It has no kernel and no clock of its own: a capture
 * fed to it gives the alerts of the live run.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "container/container.h"
#include "event/capture.h"
#include "output/alert.h"
#include "output/options.h"
#include "proc/proc.h"
#include "rules/rules.h"

struct engine;

/* The alert is valid during the call. */
typedef void engine_alert_fn(const struct alert *alert, void *arg);

/* Sees every record in the order that a capture must have. */
typedef void engine_tap_fn(const void *data, size_t len, void *arg);

struct engine_config {
	struct rules *rules; /* borrowed; NULL: no alerts (record) */
	const struct capture_host *host; /* borrowed */
	const struct output_options *output; /* borrowed; NULL: outputs and what is suggested */
	bool live; /* containers may be looked up on this host */
	const char *runtime_sockets; /* of containers_config; NULL: no daemon is asked */
	engine_alert_fn *on_alert;
	engine_tap_fn *tap; /* NULL: none */
	void *arg;
};

struct engine_stats {
	uint64_t n_records;
	uint64_t n_events; /* records that rules see */
	uint64_t n_alerts;
	uint64_t n_bad; /* malformed records */
	uint64_t n_unknown; /* records of a type we do not know */
	uint64_t n_findings; /* about the sensor itself */
	uint64_t n_no_memory; /* events that rules did not see for want of memory */
	uint64_t n_cut; /* events that filled their scratch: what found no room was null */
	uint64_t n_names_cut; /* host names that did not get all their addresses */
	struct procs_stats procs;
	struct containers_stats containers;
	uint64_t loss[BW_STAT_MAX]; /* as last told by a BW_EVENT_LOSS record */
};

/*
 * Compile the rules' outputs; what fails is added to the rules' problems.
 * Returns 0, -EINVAL if there are errors (see rules_n_errors()), or -ENOMEM.
 */
int engine_new(const struct engine_config *config, struct engine **out);
void engine_free(struct engine *engine);

/* Learn the containers that run now; live only. */
int engine_scan(struct engine *engine);

/* As containers_query(), and its descriptor. */
void engine_query(struct engine *engine, uint64_t now_ns);
int engine_query_fd(const struct engine *engine);

/* One raw record, 8-byte aligned. */
void engine_feed(struct engine *engine, const void *data, size_t len);

void engine_read_stats(const struct engine *engine, struct engine_stats *out);

/* Alerts by rule, for the summary: the i-th rule's count. */
uint64_t engine_alerts_of(const struct engine *engine, const struct rule *rule);

/* Does a condition or an output read the field (name without argument)?  True without rules. */
bool engine_uses_field(const struct engine *engine, const char *name);

#endif /* ENGINE_ENGINE_H */
