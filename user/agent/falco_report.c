// SPDX-License-Identifier: Apache-2.0

/* The text that Falco prints for -V, which scripts read. */
#include <stdio.h>
#include <string.h>

#include "agent/falco.h"
#include "agent/json_out.h"

#define SNIPPET_LINE_MAX 512 /* of 160 bytes and dots */

static void print_location(const struct rules_location *location, bool first)
{
	printf("%s%s", first ? "In " : "    ", location->item_type);
	if (*location->item_name) {
		printf(" '");
		json_out_text(location->item_name);
		printf("'");
	}
	printf(": (");
	json_out_text(location->name);
	printf(":%u:%u)\n", location->line, location->column);
}

/* A line of the file, and one with a caret below. */
static void print_lines(const char *text)
{
	char line[SNIPPET_LINE_MAX];
	size_t len;

	for (; *text; text += len + (text[len] == '\n')) {
		len = strcspn(text, "\n");
		(void)snprintf(line, sizeof(line), "%.*s", (int)len, text);
		json_out_text(line);
		printf("\n");
	}
}

static void print_problem(const struct rules_problem *problem)
{
	for (uint32_t i = 0; i < problem->n_locations; i++)
		print_location(&problem->locations[i], i == 0);
	printf("------\n");
	print_lines(problem->report_snippet);
	printf("------\n%s (%s): ", rules_code_name(problem->code), rules_code_text(problem->code));
	json_out_text(problem->message);
	printf("\n");
}

static bool is_of(const struct rules_problem *problem, const char *path, bool errors)
{
	return problem->is_error == errors && strcmp(problem->locations[0].name, path) == 0;
}

static size_t count(const struct rules *rules, const char *path, bool errors)
{
	size_t n = 0;

	for (size_t i = 0; i < rules_n_problems(rules); i++)
		n += is_of(rules_problem_at(rules, i), path, errors);
	return n;
}

static void print_all(const struct rules *rules, const char *path, bool errors)
{
	for (size_t i = 0; i < rules_n_problems(rules); i++)
		if (is_of(rules_problem_at(rules, i), path, errors))
			print_problem(rules_problem_at(rules, i));
}

static void count_violation(const char *message, void *arg)
{
	size_t *n = arg;

	(void)message;
	++*n;
}

static void print_violation(const char *message, void *arg)
{
	(void)arg;
	json_out_text(message);
	printf("\n");
}

static void print_file(const struct rules *rules, const char *path)
{
	const size_t n_errors = count(rules, path, true);
	const size_t n_warnings = count(rules, path, false);
	size_t n_violations = 0;

	(void)rules_check_schema(rules, path, count_violation, &n_violations);
	json_out_text(path);
	printf(": %s\n", n_errors ? "Invalid" : n_warnings ? "Ok, with warnings" : "Ok");
	if (n_violations) {
		printf("%zu Schema warnings:\n", n_violations);
		(void)rules_check_schema(rules, path, print_violation, NULL);
	}
	if (n_errors) {
		printf("%zu Errors:\n", n_errors);
		print_all(rules, path, true);
	}
	if (n_warnings) {
		printf("%zu Warnings:\n", n_warnings);
		print_all(rules, path, false);
	}
}

int falco_print_report(const struct rules *rules, const char *const *paths, size_t n_paths)
{
	for (size_t i = 0; i < n_paths; i++)
		print_file(rules, paths[i]);
	return EXIT_FINE;
}
