/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_FALCO_H
#define AGENT_FALCO_H

/*
 * A command line without a command: ours for watching, and Falco's, so that a unit
 * file or a script that starts Falco starts bpfwatch.
 */
#include <stdbool.h>
#include <stddef.h>

#include "agent/options.h"
#include "base/buf.h"
#include "config/config.h"

/* What the command line says; strings are borrowed from argv, arrays end with falco_done(). */
struct falco {
	struct options options;
	const char **rules; /* -r */
	const char **overrides; /* -o */
	size_t n_overrides;
	const char **validate; /* -V */
	size_t n_validate;
	const char *config_path; /* -c */
	const char *print; /* -p */
	const char *pid_file; /* -P */
	const char *only_rule; /* -l */
	const char *plugin; /* --plugin-info */
	const char *replay_file; /* -e */
	char **owned; /* texts made of arguments */
	size_t n_owned;
	struct buf ignored; /* names of options without a meaning here */
	bool only_tags; /* -t */
	bool style; /* an option that only Falco has: alerts as Falco prints them */
	bool has_priority; /* --priority, --rule-matching and --twins beat the configuration's */
	bool has_matching;
	bool has_twins;
	bool enable_source;
	bool disable_source;
	bool list_plugins;
	bool config_schema;
	bool rule_schema;
	bool list_fields;
	bool list_events;
	bool list_rules;
	bool ignored_events;
	bool dry_run;
	bool version;
	bool support;
	bool page_size;
	bool help;
	struct config *config; /* what -c and -o give; owned */
	struct rules_selector *selectors; /* the configuration's, then --enable and --disable */
	struct output_options output; /* the configuration's, and -p */
	struct output_append *appends;
};

/* Returns EXIT_FINE, or EXIT_BAD_USAGE after a message. */
int falco_parse(int argc, char **argv, struct falco *out);

/*
 * Take an option that Falco had once; `name` is how it was written.  False: out of memory.
 */
bool falco_take_old(int option, const char *name, const char *value, struct falco *out);

/* Read the configuration and settle what both say into out->options.  As falco_parse(). */
int falco_configure(struct falco *falco);
void falco_done(struct falco *falco);

/* What Falco prints for -V without JSON.  Returns an exit code. */
int falco_print_report(const struct rules *rules, const char *const *paths, size_t n_paths);

/* What Falco prints in JSON for -L, or for -l with the rule's name.  Returns an exit code. */
int falco_describe(const struct rules *rules, const char *only_rule,
		   const struct output_options *options);

/* JSON schemas of falco.yaml and of rule files, as far as they mean something here. */
int falco_print_config_schema(void);
int falco_print_rule_schema(void);

/* What --list-plugins and --plugin-info print.  Return exit codes. */
int falco_print_plugins(void);
int falco_print_plugin(const char *name);

/* Parse, configure, and do it.  Returns the exit code of the program. */
int falco_main(int argc, char **argv);

#endif /* AGENT_FALCO_H */
