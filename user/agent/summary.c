// SPDX-License-Identifier: Apache-2.0
#include "agent/summary.h"

#include <ctype.h>
#include <inttypes.h>
#include <stdio.h>

#include "base/log.h"

static void print_losses(const struct engine_stats *stats)
{
	const uint64_t *loss = stats->loss;

	log_info("life lane: %" PRIu64 " sent, %" PRIu64 " lost", loss[BW_STAT_LIFE_SENT],
		 loss[BW_STAT_LIFE_LOST]);
	log_info("activity lane: %" PRIu64 " sent, %" PRIu64 " lost", loss[BW_STAT_ACTIVITY_SENT],
		 loss[BW_STAT_ACTIVITY_LOST]);
	log_info("strings: %" PRIu64 " not readable, %" PRIu64 " cut; records: %" PRIu64
		 " malformed, %" PRIu64 " of unknown type, %" PRIu64 " too large",
		 loss[BW_STAT_READ_FAILED], loss[BW_STAT_TRUNCATED], stats->n_bad, stats->n_unknown,
		 loss[BW_STAT_OVERSIZE]);
	if (loss[BW_STAT_SKIPPED])
		log_warn("the kernel skipped our programs %" PRIu64
			 " times, since they were interrupted there: up to as many events were "
			 "not seen",
			 loss[BW_STAT_SKIPPED]);
	if (loss[BW_STAT_CRED_FULL])
		log_warn("credentials of a task could not be remembered %" PRIu64
			 " times: what it had before a change is not known",
			 loss[BW_STAT_CRED_FULL]);
}

static void print_alerts(const struct engine *engine, const struct rules *rules)
{
	const struct rule *rule;
	uint64_t n;

	for (size_t i = 0; i < rules_count(rules); i++) {
		rule = rules_at(rules, i);
		n = engine_alerts_of(engine, rule);
		if (n)
			log_info("  %s: %" PRIu64, rule->name, n);
	}
}

void summary_print(const struct engine *engine, const struct rules *rules)
{
	struct engine_stats stats;

	engine_read_stats(engine, &stats);
	log_info("events: %" PRIu64 " of %" PRIu64 " records", stats.n_events, stats.n_records);
	print_losses(&stats);
	log_info("processes: %" PRIu64 " alive, %" PRIu64 " evicted, %" PRIu64
		 " first seen by their acts; containers: %" PRIu64 ", %" PRIu64
		 " events unresolved, %" PRIu64 " files or records of them not readable",
		 stats.procs.n_live, stats.procs.n_evicted, stats.procs.n_unknown,
		 stats.containers.n_containers, stats.containers.n_unresolved,
		 stats.containers.n_read_failed);
	if (stats.containers.n_asked)
		log_info("daemons were asked about %" PRIu64 " containers and told of %" PRIu64,
			 stats.containers.n_asked, stats.containers.n_answered);
	if (stats.containers.n_left_out)
		log_warn("%" PRIu64 " times files of containers were not read: their share of the "
			 "time was spent",
			 stats.containers.n_left_out);
	if (stats.n_no_memory)
		log_warn("%" PRIu64 " events were not judged: out of memory", stats.n_no_memory);
	if (stats.n_findings)
		log_warn("%" PRIu64 " times something was wrong with the sensor itself: see the "
			 "alerts 'Sensor Tampered' and 'Sensor Blind'",
			 stats.n_findings);
	if (stats.n_cut)
		log_warn("%" PRIu64 " events filled their memory: rules took values that found no "
			 "room as missing",
			 stats.n_cut);
	if (stats.n_names_cut)
		log_warn("%" PRIu64 " times a host name did not get all its addresses: too many "
			 "names or addresses, or out of memory",
			 stats.n_names_cut);
	if (rules && rules_n_given_up(rules))
		log_warn("%" PRIu64
			 " regular expressions were given up at their limit and did not match",
			 rules_n_given_up(rules));
	log_info("alerts: %" PRIu64, stats.n_alerts);
	if (rules)
		print_alerts(engine, rules);
}

static void print_severities(const struct engine *engine, const struct rules *rules)
{
	uint64_t counts[PRIORITY_MAX] = { 0 };

	for (size_t i = 0; i < rules_count(rules); i++)
		counts[rules_at(rules, i)->priority] += engine_alerts_of(engine,
									 rules_at(rules, i));
	for (unsigned int i = 0; i < PRIORITY_MAX; i++) {
		const char *name = i == PRIORITY_INFORMATIONAL ? "INFO" : priority_name(i);

		if (!counts[i])
			continue;
		printf("   ");
		for (; *name; name++)
			(void)putchar(toupper((unsigned char)*name));
		printf(": %" PRIu64 "\n", counts[i]);
	}
}

void summary_print_falco(const struct engine *engine, const struct rules *rules)
{
	struct engine_stats stats;

	engine_read_stats(engine, &stats);
	printf("Events detected: %" PRIu64 "\nRule counts by severity:\n", stats.n_alerts);
	print_severities(engine, rules);
	printf("Triggered rules by rule name:\n");
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);
		const uint64_t n = engine_alerts_of(engine, rule);

		if (n)
			printf("   %s: %" PRIu64 "\n", rule->name, n);
	}
	(void)fflush(stdout); /* alerts stand before it; nobody waits for more */
}
