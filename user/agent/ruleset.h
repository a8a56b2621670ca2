/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_RULESET_H
#define AGENT_RULESET_H

/* Rule files named on the command line, loaded and complained about. */
#include "agent/options.h"
#include "rules/rules.h"

/* Paths of files, owned. */
struct ruleset_files {
	char **paths;
	size_t n;
};

/*
 * Files that `paths` name, files or directories; ends with ruleset_files_done(), also on
 * failure.  Returns EXIT_FINE, or EXIT_BAD_USAGE after a message.
 */
int ruleset_find(const char *const *paths, size_t n_paths, struct ruleset_files *out);
void ruleset_files_done(struct ruleset_files *files);

/*
 * Load them.  On success *out is owned by the caller; it may hold errors, which have
 * not been printed yet.  Returns EXIT_FINE, or EXIT_BAD_USAGE after a message.
 */
int ruleset_load_files(const struct ruleset_files *files, const struct rules_config *config,
		       struct rules **out);

/* Both. */
int ruleset_load(const char *const *paths, size_t n_paths, const struct rules_config *config,
		 struct rules **out);

/* The condition as the last rule behind those of options->rules, of which there may be none. */
int ruleset_load_condition(const struct options *options, const char *condition,
			   struct rules **out);

/* EXIT_FINE, EXIT_BAD_DATA with errors, EXIT_BAD_USAGE if one is that a file cannot be read. */
int ruleset_exit_code(const struct rules *rules);

void ruleset_print_problem(const struct rules *rules, const struct rules_problem *problem);

/* Print every error, and with `warnings` every warning, on standard error. */
void ruleset_print_problems(const struct rules *rules, bool warnings);

#endif /* AGENT_RULESET_H */
