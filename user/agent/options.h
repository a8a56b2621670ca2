/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_OPTIONS_H
#define AGENT_OPTIONS_H

/* The command line, and the exit codes that docs/bpfwatch.8 promises. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "output/options.h"
#include "rules/rules.h"

enum exit_code {
	EXIT_FINE = 0,
	EXIT_BAD_DATA = 1, /* rules with errors, a damaged capture */
	EXIT_BAD_USAGE = 2, /* command line, or a file it names cannot be read */
	EXIT_NO_OUTPUT = 3, /* full disk, closed pipe */
	EXIT_NO_SENSOR = 4, /* this host or these rights cannot run the sensor */
};

/* Of --query-runtimes without a value. */
#define OPTIONS_SOCKETS "/run/docker.sock,/run/podman/podman.sock"

enum output_format { OUTPUT_AUTO, OUTPUT_JSON, OUTPUT_TEXT, OUTPUT_FALCO };
enum list_format { LIST_TEXT, LIST_MARKDOWN, LIST_JSON };

/* Strings are borrowed from argv. */
struct options {
	const char **rules; /* --rules, in order; the array is owned */
	size_t n_rules;
	const char *const *args; /* arguments that are no options */
	size_t n_args;
	enum output_format output;
	const char *record; /* watch --record, record -o; NULL: none */
	uint64_t seconds; /* stop after; 0: on a signal */
	struct rules_config rule_config;
	const char **rule_paths; /* what rules points at, while they are collected */
	struct rules_selector *selectors; /* of rule_config, likewise */
	const char *condition; /* check --condition; NULL: none */
	const char
		*runtime_sockets; /* --query-runtimes: paths with commas between; NULL: not asked */
	bool json; /* check --json */
	bool explain; /* eval --explain */
	bool names_only; /* Falco's --list -N */
	enum list_format list_format;
	/* What Falco's configuration adds; all empty without one. */
	const struct output_options *alert_options; /* NULL: as bpfwatch has it */
	const char *alert_file; /* alerts are appended to it, too; NULL: none */
	bool alert_file_keep_open;
	bool no_stdout;
	bool falco_summary; /* also what Falco prints at its end */
};

/* One subcommand: bits of the options it takes, and what it does. */
struct command {
	const char *name;
	const char *arguments; /* for the usage line */
	const char *summary;
	const char *options; /* letters of the options it takes */
	const char *details; /* for --help */
	int (*run)(const struct options *options);
};

/*
 * Parse argv[1..] (the subcommand excluded) for `command`.  What is kept is
 * allocated once and ends with options_done().
 *
 * Returns true; or false with *ret_exit set, after help or an error was printed.
 */
bool options_parse(int argc, char **argv, const struct command *command, struct options *out,
		   int *ret_exit);
void options_done(struct options *options);

/* Rules, selectors: parse "tag:NAME" or a pattern of names.  `text` is kept. */
void options_add_selector(struct options *options, const char *text, bool enable);

/* A number of seconds, at least 1. */
bool options_parse_seconds(const char *text, uint64_t *out);
bool options_parse_output(const char *text, enum output_format *out);
bool options_parse_format(const char *text, enum list_format *out);
bool options_parse_matching(const char *text, bool *ret_all);
bool options_parse_twins(const char *text, bool *ret_literal);

/* The subcommands; each returns an exit code. */
int watch_run(const struct options *options);
int check_run(const struct options *options);
int list_run(const struct options *options);
int record_run(const struct options *options);
int replay_run(const struct options *options);
int doctor_run(const struct options *options); /* enum doctor_state, but for a usage error */
int eval_run(const struct options *options);

/* The overview of commands. */
int help_run(void);

/* Compile outputs too, which is the engine's part of loading.  Returns an exit code. */
int check_outputs(struct rules *rules, const struct output_options *output);

#endif /* AGENT_OPTIONS_H */
