// SPDX-License-Identifier: Apache-2.0

/* bpfwatch check. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/check_json.h"
#include "agent/options.h"
#include "agent/ruleset.h"
#include "base/log.h"
#include "engine/engine.h"
#include "output/safe.h"

#define NOTE_BYTES_MAX (16UL * 1024)

static void ignore_alert(const struct alert *alert, void *arg)
{
	(void)alert;
	(void)arg;
}

int check_outputs(struct rules *rules, const struct output_options *output)
{
	const struct capture_host host = { .hostname = "" };
	const struct engine_config config = {
		.rules = rules,
		.host = &host,
		.output = output,
		.on_alert = ignore_alert,
	};
	struct engine *engine = NULL;
	int err = engine_new(&config, &engine);

	engine_free(engine);
	if (err == -EINVAL)
		return EXIT_BAD_DATA;
	if (err) {
		log_error("cannot check: %s", strerror(-err));
		return EXIT_BAD_USAGE;
	}
	return EXIT_FINE;
}

/* Errors anywhere, warnings of the condition alone: the files are not the question. */
static size_t print_condition_problems(const struct rules *rules)
{
	size_t n_warnings = 0;

	for (size_t i = 0; i < rules_n_problems(rules); i++) {
		const struct rules_problem *problem = rules_problem_at(rules, i);

		if (!problem->is_error && strcmp(problem->place.file, RULES_CONDITION_NAME) != 0)
			continue;
		n_warnings += !problem->is_error;
		ruleset_print_problem(rules, problem);
	}
	return n_warnings;
}

static void print_notes(const struct rules *rules)
{
	const struct rules_problem *note;

	for (size_t i = 0; (note = rules_note_at(rules, i)) != NULL; i++)
		ruleset_print_problem(rules, note);
}

static int check_condition(const struct options *options)
{
	static const char *const paths[] = { RULES_CONDITION_NAME };
	struct rules *rules = NULL;
	size_t n_warnings;
	int code;

	code = ruleset_load_condition(options, options->condition, &rules);
	if (code != EXIT_FINE)
		return code;
	code = rules_n_errors(rules) ? EXIT_BAD_DATA : EXIT_FINE;
	if (options->json) {
		if (check_json_print(rules, paths, 1) != EXIT_FINE)
			code = EXIT_NO_OUTPUT;
	} else {
		n_warnings = print_condition_problems(rules);
		print_notes(rules);
		printf("%zu errors, %zu warnings\n", rules_n_errors(rules), n_warnings);
	}
	rules_free(rules);
	return code;
}

/* No warning of Falco's: the rule is right, but nothing here can make it match yet. */
static void print_blind(const struct rules *rules)
{
	struct buf why;
	struct buf note;

	buf_init(&why, NOTE_BYTES_MAX);
	buf_init(&note, NOTE_BYTES_MAX);
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		buf_reset(&why);
		if (!rules_never_fire(rules, i, &why))
			continue;
		buf_reset(&note);
		safe_add(&note, rule->place.file, strlen(rule->place.file));
		buf_printf(&note, ":%u:%u: note: rule '", rule->place.line, rule->place.column);
		safe_add(&note, rule->name, strlen(rule->name));
		buf_add_str(&note, "' can never match here: ");
		safe_add(&note, why.data, why.len);
		buf_add_char(&note, '\n');
		(void)fputs(note.data, stderr);
	}
	buf_done(&note);
	buf_done(&why);
}

static int print_text(const struct rules *rules)
{
	size_t n_errors = rules_n_errors(rules);

	ruleset_print_problems(rules, true);
	print_notes(rules);
	if (!n_errors)
		print_blind(rules);
	printf("%zu rules, %zu errors, %zu warnings\n", rules_count(rules), n_errors,
	       rules_n_problems(rules) - n_errors);
	return EXIT_FINE;
}

static int check_files(const struct options *options)
{
	struct ruleset_files files = { 0 };
	struct rules *rules = NULL;
	int printed = EXIT_FINE;
	int code;

	code = ruleset_find(options->args, options->n_args, &files);
	if (code == EXIT_FINE)
		code = ruleset_load_files(&files, &options->rule_config, &rules);
	if (code == EXIT_FINE) {
		code = check_outputs(rules, options->alert_options);
		if (!options->json)
			printed = print_text(rules);
		else
			printed = check_json_print(rules, (const char *const *)files.paths,
						   files.n);
	}
	rules_free(rules);
	ruleset_files_done(&files);
	return printed == EXIT_FINE ? code : printed;
}

int check_run(const struct options *options)
{
	int code;

	if (options->condition && options->n_args) {
		log_error("check takes PATHs or --condition; rules it may name are given by "
			  "--rules");
		return EXIT_BAD_USAGE;
	}
	if (!options->condition && !options->n_args) {
		log_error("check needs the PATH of a rule file or directory");
		return EXIT_BAD_USAGE;
	}
	code = options->condition ? check_condition(options) : check_files(options);
	return code;
}
