// SPDX-License-Identifier: Apache-2.0
#include "agent/falco.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/utsname.h>
#include <unistd.h>

#include "agent/check_json.h"
#include "agent/json_out.h"
#include "agent/ruleset.h"
#include "base/log.h"
#include "fields/events.h"

#define NAME_WIDTH  50
#define DESC_WIDTH  64
#define ENGINE_WORD "63" /* the number that Falco's engine version was before it became 0.63.0 */

static int print_version(const struct falco *falco)
{
	cJSON *root;

	if (!falco->options.json) {
		printf("bpfwatch %s (rule language: Falco engine %s)\n", BW_VERSION,
		       RULES_ENGINE_VERSION);
		return EXIT_FINE;
	}
	root = cJSON_CreateObject();
	json_out_put(root, "bpfwatch_version", json_out_str(BW_VERSION));
	json_out_put(root, "engine_version", json_out_str(ENGINE_WORD));
	json_out_put(root, "engine_version_semver", json_out_str(RULES_ENGINE_VERSION));
	return json_out_print(root);
}

static int print_support(const struct falco *falco)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *system = cJSON_CreateObject();
	cJSON *files = cJSON_CreateArray();
	struct utsname uts;

	if (uname(&uts) == 0) {
		json_out_put(system, "machine", json_out_str(uts.machine));
		json_out_put(system, "nodename", json_out_str(uts.nodename));
		json_out_put(system, "release", json_out_str(uts.release));
		json_out_put(system, "sysname", json_out_str(uts.sysname));
		json_out_put(system, "version", json_out_str(uts.version));
	}
	for (size_t i = 0; i < falco->options.n_rules; i++)
		json_out_add(files, json_out_str(falco->options.rules[i]));
	json_out_put(root, "version", json_out_str(BW_VERSION));
	json_out_put(root, "engine_version_semver", json_out_str(RULES_ENGINE_VERSION));
	json_out_put(root, "config", json_out_str(falco->config_path ? falco->config_path : ""));
	json_out_put(root, "rules_files", files);
	json_out_put(root, "system_info", system);
	return json_out_print(root);
}

/* Event types that rules may name and that nothing here delivers. */
static int print_ignored(void)
{
	const char *name;

	for (uint32_t i = 0; (name = event_type_name(i)); i++) {
		if (!event_type_is_delivered(i))
			printf("%s\n", name);
	}
	return EXIT_FINE;
}

static int list(const struct falco *falco, const char *what)
{
	struct options options = falco->options;

	options.args = &what;
	options.n_args = 1;
	return list_run(&options);
}

static int validate(const struct falco *falco)
{
	struct ruleset_files files = { NULL, 0 };
	struct rules *rules = NULL;
	int printed = EXIT_FINE;
	int code = ruleset_find(falco->validate, falco->n_validate, &files);

	if (code == EXIT_FINE)
		code = ruleset_load_files(&files, &falco->options.rule_config, &rules);
	if (code == EXIT_FINE) {
		const char *const *paths = (const char *const *)files.paths;

		code = check_outputs(rules, falco->options.alert_options);
		printed = falco->options.json ? check_json_print(rules, paths, files.n) :
						falco_print_report(rules, paths, files.n);
	}
	rules_free(rules);
	ruleset_files_done(&files);
	return printed == EXIT_FINE ? code : printed;
}

/* Words of a description in lines of some width, behind the column of names. */
static void print_wrapped(const char *text)
{
	char word[DESC_WIDTH * 4];
	size_t column = 0;
	size_t len;

	for (text += strspn(text, " \t\r\n"); *text; text += strspn(text, " \t\r\n")) {
		len = strcspn(text, " \t\r\n");
		if (column && column + 1 + len > DESC_WIDTH) {
			printf("\n%*s", NAME_WIDTH + 1, "");
			column = 0;
		}
		printf("%s", column ? " " : "");
		(void)snprintf(word, sizeof(word), "%.*s", (int)len, text);
		json_out_text(word);
		column += len + (column ? 1 : 0);
		text += len;
	}
	printf("\n");
}

static int print_rules(const struct falco *falco, const struct rules *rules)
{
	bool found = false;

	printf("%-*s Description\n%-*s -----------\n", NAME_WIDTH, "Rule", NAME_WIDTH, "----");
	for (size_t i = 0; i < rules_count(rules); i++) {
		const struct rule *rule = rules_at(rules, i);

		if (falco->only_rule && strcmp(falco->only_rule, rule->name) != 0)
			continue;
		found = true;
		json_out_text(rule->name);
		printf("%*s",
		       strlen(rule->name) < NAME_WIDTH ?
			       (int)(NAME_WIDTH - strlen(rule->name)) + 1 :
			       1,
		       "");
		print_wrapped(rule->desc);
	}
	if (found || !falco->only_rule)
		return EXIT_FINE;
	log_error("there is no rule '%s'", falco->only_rule);
	return EXIT_BAD_USAGE;
}

/* Rules without errors, outputs included; else these are printed. */
static int load_rules(const struct falco *falco, struct rules **out)
{
	const struct options *options = &falco->options;
	int code = ruleset_load(options->rules, options->n_rules, &options->rule_config, out);

	if (code != EXIT_FINE)
		return code;
	code = check_outputs(*out, options->alert_options);
	if (code == EXIT_FINE)
		return code;
	ruleset_print_problems(*out, false);
	rules_free(*out);
	*out = NULL;
	return code;
}

static int list_rules(const struct falco *falco)
{
	struct rules *rules = NULL;
	int code;

	if (falco->options.json) {
		struct falco copy = *falco;

		copy.options.list_format = LIST_JSON;
		copy.options.only_rule = falco->only_rule;
		return list(&copy, "rules");
	}
	code = load_rules(falco, &rules);
	if (code == EXIT_FINE)
		code = print_rules(falco, rules);
	rules_free(rules);
	return code;
}

static int dry_run(const struct falco *falco)
{
	struct rules *rules = NULL;
	size_t n_active = 0;
	int code = load_rules(falco, &rules);

	if (code != EXIT_FINE)
		return code;
	for (size_t i = 0; i < rules_count(rules); i++)
		n_active += rules_is_active(rules, rules_at(rules, i));
	printf("dry run: %zu rules, %zu of them enabled; event types:", rules_count(rules),
	       n_active);
	for (uint32_t i = 0; event_type_name(i); i++) {
		if (rules_want_event(rules, i) && event_type_is_delivered(i))
			printf(" %s", event_type_name(i));
	}
	printf("\n");
	rules_free(rules);
	return EXIT_FINE;
}

static int write_pid(const char *path)
{
	FILE *file = fopen(path, "we");
	bool ok = file && fprintf(file, "%d\n", (int)getpid()) > 0;

	if (file && fclose(file))
		ok = false;
	if (ok)
		return EXIT_FINE;
	log_error("cannot write '%s': %s", path, strerror(errno));
	return EXIT_NO_OUTPUT;
}

static int watch(const struct falco *falco)
{
	struct options options = falco->options;
	int code = falco->pid_file ? write_pid(falco->pid_file) : EXIT_FINE;

	if (code != EXIT_FINE)
		return code;
	if (falco->config->replay_file) {
		options.args = &falco->config->replay_file;
		options.n_args = 1;
		code = replay_run(&options);
	} else {
		code = watch_run(&options);
	}
	if (falco->pid_file)
		(void)unlink(falco->pid_file); /* perhaps somebody was quicker */
	return code;
}

static int run(const struct falco *falco)
{
	if (falco->version)
		return print_version(falco);
	if (falco->support)
		return print_support(falco);
	if (falco->page_size) {
		printf("Your system page size is: %ld bytes\n", sysconf(_SC_PAGESIZE));
		return EXIT_FINE;
	}
	if (falco->ignored_events)
		return print_ignored();
	if (falco->list_fields)
		return list(falco, "fields");
	if (falco->list_events)
		return list(falco, "events");
	if (falco->n_validate)
		return validate(falco);
	if (falco->list_rules || falco->only_rule)
		return list_rules(falco);
	return falco->dry_run ? dry_run(falco) : watch(falco);
}

int falco_main(int argc, char **argv)
{
	struct falco falco;
	int code = falco_parse(argc, argv, &falco);

	if (code == EXIT_FINE && falco.help) {
		falco_done(&falco);
		return help_run();
	}
	if (code == EXIT_FINE)
		code = falco_configure(&falco);
	if (code == EXIT_FINE)
		code = run(&falco);
	falco_done(&falco);
	return code;
}
