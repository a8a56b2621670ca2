// SPDX-License-Identifier: Apache-2.0

/* bpfwatch watch and bpfwatch record. */
#include <string.h>

#include "agent/live.h"
#include "agent/ruleset.h"
#include "base/log.h"

int watch_run(const struct options *options)
{
	struct live_config live = {
		.judge = true,
		.record = options->record,
		.seconds = options->seconds,
		.output = options->alert_options,
		.falco_summary = options->falco_summary,
		.runtime_sockets = options->runtime_sockets,
	};
	struct sink sink;
	int code;

	if (options->n_args) {
		log_error("watch takes no argument '%s'; rules are given by --rules",
			  options->args[0]);
		return EXIT_BAD_USAGE;
	}
	if (options->record && strcmp(options->record, "-") == 0) {
		log_error("standard output cannot take both alerts and a capture");
		return EXIT_BAD_USAGE;
	}
	code = ruleset_load(options->rules, options->n_rules, &options->rule_config, &live.rules);
	if (code != EXIT_FINE)
		return code;
	sink_init(&sink, options, false);
	live.sink = &sink;
	code = live_run(&live);
	sink_done(&sink);
	rules_free(live.rules);
	return code;
}

int record_run(const struct options *options)
{
	struct live_config live = {
		.record = options->record,
		.seconds = options->seconds,
		.runtime_sockets = options->runtime_sockets,
	};
	int code = EXIT_FINE;

	if (!options->record || options->n_args) {
		log_error("record needs -o FILE and takes no arguments");
		return EXIT_BAD_USAGE;
	}
	if (options->n_rules)
		code = ruleset_load(options->rules, options->n_rules, &options->rule_config,
				    &live.rules);
	if (code != EXIT_FINE)
		return code;
	if (live.rules && rules_n_errors(live.rules)) {
		ruleset_print_problems(live.rules, false);
		code = EXIT_BAD_DATA;
	} else {
		code = live_run(&live);
	}
	rules_free(live.rules);
	return code;
}
