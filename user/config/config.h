/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONFIG_CONFIG_H
#define CONFIG_CONFIG_H

/* Falco's configuration, falco.yaml, as far as its keys have a meaning here. */
#include <stdbool.h>
#include <stddef.h>

#include "base/diag.h"
#include "output/options.h"
#include "rules/rules.h"

/* Where a key is absent, Falco's default; but alerts go to standard output unless that is switched off. */
struct config {
	struct arena *arena; /* of all that follows */
	const char **rules_files;
	size_t n_rules_files;
	struct rules_selector *selectors; /* `rules` */
	size_t n_selectors;
	enum rule_priority priority;
	bool match_all; /* rule_matching: all */
	bool literal; /* twins: false; ours */
	bool query_runtimes; /* ours */
	bool json_output;
	bool no_stdout;
	bool file_keep_open; /* file_output.keep_alive */
	const char *replay_file; /* engine.replay.capture_file with engine.kind: replay; NULL: live */
	const char *file; /* file_output.filename; NULL: off */
	struct output_options output;
	const char **ignored; /* top-level keys without a meaning here, each once */
	size_t n_ignored;
	const char **missing; /* those of them that are outputs and enabled */
	size_t n_missing;
};

/*
 * Read `path` (NULL: nothing) and then apply each "key=value".  On success *out
 * is owned by the caller.  Returns 0; -EINVAL for what is wrong in them and -errno
 * for what cannot be read, both with diag; -ENOMEM.
 */
int config_load(const char *path, const char *const *overrides, size_t n_overrides,
		struct diag *diag, struct config **out);
void config_free(struct config *config);

/* The i-th key that has a meaning here, and its type in words of JSON schemas; NULL behind the last. */
const char *config_key_at(size_t i, const char **ret_type);

#endif /* CONFIG_CONFIG_H */
