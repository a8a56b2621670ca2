// SPDX-License-Identifier: Apache-2.0

/* bpfwatch eval: a condition over events written as lines of JSON. */
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/options.h"
#include "agent/ruleset.h"
#include "base/arena.h"
#include "base/buf.h"
#include "base/log.h"
#include "eval/json_event.h"

#define LINE_BYTES_MAX      ((size_t)1 << 20)
#define SCRATCH_BLOCK_BYTES ((size_t)64 << 10)
#define SCRATCH_BYTES_MAX   ((size_t)16 << 20)
#define EXPLAIN_BYTES_MAX   ((size_t)1 << 20)

struct eval {
	struct rules *rules;
	const struct rule *rule;
	struct arena *scratch;
	bool explain;
};

static void explain(const struct eval *eval, const struct field_source *source)
{
	struct buf buf;

	buf_init(&buf, EXPLAIN_BYTES_MAX);
	rules_explain(eval->rules, eval->rule, source, &buf);
	(void)fputs(buf.data, stdout);
	if (buf.failed)
		printf("  ... (more than 1 MiB)\n");
	buf_done(&buf);
}

static int eval_line(const struct eval *eval, const char *line, size_t len, size_t number)
{
	struct json_event *event = NULL;
	struct field_source source;
	struct diag diag;
	int err;

	diag_init(&diag);
	err = json_event_parse(line, len, &diag, &event);
	if (err) {
		log_error("line %zu of standard input: %s", number,
			  diag.text[0] ? diag.text : strerror(-err));
		return EXIT_BAD_DATA;
	}
	source = json_event_source(event, eval->scratch);
	printf("%s\n", rules_eval(eval->rules, eval->rule, &source) ? "true" : "false");
	if (eval->explain)
		explain(eval, &source);
	json_event_free(event);
	arena_reset(eval->scratch);
	return EXIT_FINE;
}

static bool is_blank(const char *line)
{
	return !line[strspn(line, " \t\r\n")];
}

/* The length with its newline; 0 at the end, -EMSGSIZE for more than `size` bytes. */
static int read_line(char *line, size_t size, size_t *ret_len)
{
	size_t len = 0;
	int c;

	while ((c = getchar_unlocked()) != EOF) {
		if (len + 1 >= size)
			return -EMSGSIZE;
		line[len++] = (char)c;
		if (c == '\n')
			break;
	}
	line[len] = '\0';
	*ret_len = len;
	return ferror(stdin) ? -errno : 0;
}

static int eval_stdin(const struct eval *eval)
{
	char *line = malloc(LINE_BYTES_MAX);
	int code = line ? EXIT_FINE : EXIT_NO_OUTPUT;
	size_t len = 1;
	int err = 0;

	for (size_t number = 1; code == EXIT_FINE; number++) {
		err = read_line(line, LINE_BYTES_MAX, &len);
		if (err || !len)
			break;
		if (!is_blank(line))
			code = eval_line(eval, line, len, number);
		if (ferror(stdout))
			break;
	}
	free(line);
	if (err == -EMSGSIZE) {
		log_error("a line of standard input is longer than %zu bytes", LINE_BYTES_MAX);
		return EXIT_BAD_DATA;
	}
	if (err) {
		log_error("cannot read standard input: %s", strerror(-err));
		return EXIT_BAD_USAGE;
	}
	return code;
}

int eval_run(const struct options *options)
{
	struct eval eval = { .explain = options->explain };
	int code;

	if (options->n_args != 1) {
		log_error("eval needs one CONDITION; events are lines of standard input");
		return EXIT_BAD_USAGE;
	}
	code = ruleset_load_condition(options, options->args[0], &eval.rules);
	if (code != EXIT_FINE)
		return code;
	eval.rule = rules_at(eval.rules, rules_count(eval.rules) - 1);
	eval.scratch = arena_new(SCRATCH_BLOCK_BYTES, SCRATCH_BYTES_MAX);
	if (rules_n_errors(eval.rules) || !eval.rule) {
		ruleset_print_problems(eval.rules, false);
		code = ruleset_exit_code(eval.rules);
	} else if (!eval.scratch) {
		log_error("out of memory");
		code = EXIT_NO_OUTPUT;
	} else {
		code = eval_stdin(&eval);
	}
	arena_free(eval.scratch);
	rules_free(eval.rules);
	return code;
}
