// SPDX-License-Identifier: Apache-2.0
#include "agent/ruleset.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/log.h"

#define PROBLEM_MAX_BYTES (64UL * 1024)

int ruleset_find(const char *const *paths, size_t n_paths, struct ruleset_files *out)
{
	int err;

	for (size_t i = 0; i < n_paths; i++) {
		err = rules_find_files(paths[i], &out->paths, &out->n);
		if (err == -ENODATA)
			log_error("no rule file (*.yaml, *.yml) in '%s'", paths[i]);
		else if (err)
			log_error("cannot read '%s': %s", paths[i], strerror(-err));
		if (err)
			return EXIT_BAD_USAGE;
	}
	return EXIT_FINE;
}

void ruleset_files_done(struct ruleset_files *files)
{
	for (size_t i = 0; i < files->n; i++)
		free(files->paths[i]);
	free(files->paths);
	*files = (struct ruleset_files){ NULL, 0 };
}

int ruleset_load_files(const struct ruleset_files *files, const struct rules_config *config,
		       struct rules **out)
{
	struct rules_file *at = calloc(files->n + 1, sizeof(*at));

	*out = NULL;
	for (size_t i = 0; at && i < files->n; i++)
		at[i].path = files->paths[i];
	if (at)
		*out = rules_load(at, files->n, config);
	free(at);
	if (*out)
		return EXIT_FINE;
	log_error("cannot load rules: out of memory");
	return EXIT_BAD_USAGE;
}

static int load(const char *const *paths, size_t n_paths, const struct rules_config *config,
		struct rules **out)
{
	struct ruleset_files files = { NULL, 0 };
	int code = ruleset_find(paths, n_paths, &files);

	if (code == EXIT_FINE)
		code = ruleset_load_files(&files, config, out);
	ruleset_files_done(&files);
	return code;
}

int ruleset_load(const char *const *paths, size_t n_paths, const struct rules_config *config,
		 struct rules **out)
{
	if (n_paths)
		return load(paths, n_paths, config, out);
	log_error("no rules; give --rules PATH");
	return EXIT_BAD_USAGE;
}

int ruleset_load_condition(const struct options *options, const char *condition, struct rules **out)
{
	struct rules_config config = options->rule_config;

	config.condition = condition;
	/* There is no configuration that could define some; events may bring them. */
	config.any_static = true;
	return load(options->rules, options->n_rules, &config, out);
}

static void add_hint(const struct rules *rules, const struct rules_problem *problem,
		     struct buf *buf)
{
	size_t start = buf->len;

	buf_add_str(buf, "    did you mean '");
	if (rules_hint(rules, problem, buf))
		buf_add_str(buf, "'?\n");
	else
		buf_truncate(buf, start);
}

void ruleset_print_problem(const struct rules *rules, const struct rules_problem *problem)
{
	struct buf buf;

	buf_init(&buf, PROBLEM_MAX_BYTES);
	rules_problem_render(problem, &buf);
	add_hint(rules, problem, &buf);
	(void)fputs(buf.data, stderr);
	buf_done(&buf);
}

void ruleset_print_problems(const struct rules *rules, bool warnings)
{
	for (size_t i = 0; i < rules_n_problems(rules); i++) {
		const struct rules_problem *problem = rules_problem_at(rules, i);

		if (problem->is_error || warnings)
			ruleset_print_problem(rules, problem);
	}
}
