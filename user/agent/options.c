// SPDX-License-Identifier: Apache-2.0
#include "agent/options.h"

#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/log.h"

#define SECONDS_MAX (UINT32_MAX) /* 136 years */

/* The letter is also the option's key in struct command.options. */
static const struct option long_options[] = {
	{ "rules", required_argument, NULL, 'r' },
	{ "output", required_argument, NULL, 'f' },
	{ "record", required_argument, NULL, 'w' },
	{ "out", required_argument, NULL, 'o' },
	{ "seconds", required_argument, NULL, 'M' },
	{ "priority", required_argument, NULL, 'p' },
	{ "all-matches", no_argument, NULL, 'a' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "help", no_argument, NULL, 'h' },
	{ "json", no_argument, NULL, 'j' },
	{ "explain", no_argument, NULL, 'e' },
	{ "condition", required_argument, NULL, 'c' },
	{ "format", required_argument, NULL, 'F' },
	{ "enable", required_argument, NULL, 'E' },
	{ "disable", required_argument, NULL, 'D' },
	{ "rule-matching", required_argument, NULL, 'm' },
	{ "twins", required_argument, NULL, 't' },
	{ "query-runtimes", optional_argument, NULL, 'q' },
	{ NULL, 0, NULL, 0 },
};

static const struct {
	char letter;
	const char *text;
} option_help[] = {
	{ 'r',
	  "  -r, --rules PATH      a rule file, or a directory's *.yaml in name order; repeat" },
	{ 'j', "      --json            the answer as JSON on standard output" },
	{ 'c', "      --condition EXPR  check this condition; --rules gives macros and lists" },
	{ 'e', "      --explain         also print how the verdict comes about" },
	{ 'F', "      --format FORMAT   text, markdown, json" },
	{ 'f',
	  "      --output FORMAT   json, text, falco; default: text on a terminal, else json" },
	{ 'w', "      --record FILE     also write a capture of what is seen" },
	{ 'o', "  -o, --out FILE        the capture to write; - is standard output" },
	{ 'M', "  -M, --seconds N       stop after N seconds" },
	{ 'p', "      --priority NAME   leave out rules that are less severe" },
	{ 'D', "      --disable WHICH   leave out rules: a name with * for any text, or tag:NAME" },
	{ 'E', "      --enable WHICH    take them again; both work in the order given; repeat" },
	{ 'm', "      --rule-matching M first or all: as --all-matches" },
	{ 'a', "      --all-matches     alert for every rule that matches, not the first alone" },
	{ 't',
	  "      --twins on|off    off: a call or path as written, not its like (creat for open)" },
	{ 'q', "      --query-runtimes[=SOCKET,...]\n"
	       "                        ask docker and podman for what their files do not tell" },
	{ 'v', "  -v, --verbose         say more on standard error" },
	{ 'h', "  -h, --help" },
};

static void print_help(const struct command *command)
{
	printf("usage: bpfwatch %s %s\n\n%s\n\noptions:\n", command->name, command->arguments,
	       command->details);
	for (size_t i = 0; i < sizeof(option_help) / sizeof(option_help[0]); i++) {
		if (strchr(command->options, option_help[i].letter))
			printf("%s\n", option_help[i].text);
	}
}

bool options_parse_seconds(const char *text, uint64_t *out)
{
	unsigned long long n;
	char *end;

	errno = 0;
	n = strtoull(text, &end, 10);
	if (errno || end == text || *end || *text == '-' || n == 0 || n > SECONDS_MAX)
		return false;
	*out = n;
	return true;
}

/* The index of the word among `n`, or -1. */
static int find_word(const char *text, const char *const *words, int n)
{
	while (n-- > 0 && strcmp(text, words[n]) != 0)
		;
	return n;
}

bool options_parse_output(const char *text, enum output_format *out)
{
	static const char *const words[] = { "json", "text", "falco" };
	const int i = find_word(text, words, 3);

	if (i >= 0)
		*out = (enum output_format)(OUTPUT_JSON + i);
	return i >= 0;
}

bool options_parse_format(const char *text, enum list_format *out)
{
	static const char *const words[] = { "text", "markdown", "json" };
	const int i = find_word(text, words, 3);

	if (i >= 0)
		*out = (enum list_format)(LIST_TEXT + i);
	return i >= 0;
}

bool options_parse_twins(const char *text, bool *ret_literal)
{
	static const char *const words[] = { "on", "off" };
	const int i = find_word(text, words, 2);

	*ret_literal = i == 1;
	return i >= 0;
}

bool options_parse_matching(const char *text, bool *ret_all)
{
	static const char *const words[] = { "first", "all" };
	const int i = find_word(text, words, 2);

	*ret_all = i == 1;
	return i >= 0;
}

void options_add_selector(struct options *options, const char *text, bool enable)
{
	static const char tag[] = "tag:";
	struct rules_selector *selector = &options->selectors[options->rule_config.n_selectors++];

	selector->is_tag = strncmp(text, tag, strlen(tag)) == 0;
	selector->pattern = selector->is_tag ? text + strlen(tag) : text;
	selector->enable = enable;
}

/* Options that only set a member. */
static bool take_more(int letter, const char *value, struct options *out)
{
	switch (letter) {
	case 'j':
		out->json = true;
		return true;
	case 'e':
		out->explain = true;
		return true;
	case 'c':
		out->condition = value;
		return true;
	case 'F':
		return options_parse_format(value, &out->list_format);
	case 'E':
	case 'D':
		options_add_selector(out, value, letter == 'E');
		return true;
	case 'm':
		return options_parse_matching(value, &out->rule_config.match_all);
	case 'q':
		out->runtime_sockets = value ? value : OPTIONS_SOCKETS;
		return true;
	case 't':
		return options_parse_twins(value, &out->rule_config.literal);
	default:
		return false;
	}
}

/* Returns false for a value that the option does not take. */
static bool take(int letter, const char *value, struct options *out)
{
	switch (letter) {
	case 'r':
		out->rule_paths[out->n_rules++] = value;
		return true;
	case 'f':
		return options_parse_output(value, &out->output);
	case 'w':
	case 'o':
		out->record = value;
		return true;
	case 'M':
		return options_parse_seconds(value, &out->seconds);
	case 'p':
		return priority_parse(value, strlen(value), &out->rule_config.min_priority);
	case 'a':
		out->rule_config.match_all = true;
		return true;
	case 'v':
		log_set_level(LOG_LEVEL_DEBUG);
		return true;
	default:
		return take_more(letter, value, out);
	}
}

static int usage_error(const struct command *command)
{
	log_error("try 'bpfwatch %s --help'", command->name);
	return EXIT_BAD_USAGE;
}

/* The option as help names it, whatever way it was written. */
static const char *option_name(int letter)
{
	for (const struct option *o = long_options; o->name; o++) {
		if (o->val == letter)
			return o->name;
	}
	return NULL;
}

/* getopt_long() has moved behind the word, unless it is amid letters such as -vX. */
static int bad_option(const struct command *command, char **argv, int letter)
{
	const char *name = option_name(optopt);

	if (letter == ':')
		log_error("option '--%s' needs a value", name);
	else if (name)
		log_error("option '--%s' takes no value", name);
	else if (optopt)
		log_error("'bpfwatch %s' has no option '-%c'", command->name, optopt);
	else
		log_error("'bpfwatch %s' has no option '%s'", command->name, argv[optind - 1]);
	return usage_error(command);
}

static bool parse_all(int argc, char **argv, const struct command *command, struct options *out,
		      int *ret_exit)
{
	int letter;

	opterr = 0;
	optind = 1;
	while ((letter = getopt_long(argc, argv, ":r:o:M:vh", long_options, NULL)) >= 0) {
		if (letter == ':' || letter == '?') {
			*ret_exit = bad_option(command, argv, letter);
			return false;
		}
		if (!strchr(command->options, letter)) {
			log_error("'bpfwatch %s' has no option '--%s'", command->name,
				  option_name(letter));
			*ret_exit = usage_error(command);
			return false;
		}
		if (letter == 'h') {
			print_help(command);
			*ret_exit = EXIT_FINE;
			return false;
		}
		if (!take(letter, optarg, out)) {
			log_error("option '--%s' does not take '%s'", option_name(letter), optarg);
			*ret_exit = usage_error(command);
			return false;
		}
	}
	out->args = (const char *const *)argv + optind;
	out->n_args = (size_t)(argc - optind);
	return true;
}

bool options_parse(int argc, char **argv, const struct command *command, struct options *out,
		   int *ret_exit)
{
	memset(out, 0, sizeof(*out));
	out->rule_config.min_priority = PRIORITY_DEBUG;
	out->rule_paths = calloc((size_t)argc + 1, sizeof(*out->rule_paths));
	out->selectors = calloc((size_t)argc + 1, sizeof(*out->selectors));
	out->rules = out->rule_paths;
	out->rule_config.selectors = out->selectors;
	if (!out->rule_paths || !out->selectors) {
		log_error("out of memory");
		*ret_exit = EXIT_NO_OUTPUT;
		options_done(out);
		return false;
	}
	if (!parse_all(argc, argv, command, out, ret_exit)) {
		options_done(out);
		return false;
	}
	return true;
}

void options_done(struct options *options)
{
	free(options->rule_paths);
	free(options->selectors);
	options->rule_paths = NULL;
	options->selectors = NULL;
	options->rules = NULL;
}
