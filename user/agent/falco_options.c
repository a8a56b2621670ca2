// SPDX-License-Identifier: Apache-2.0

/* Falco's options and ours, and what falco.yaml adds. */
#include <errno.h>
#include <getopt.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/falco.h"
#include "base/buf.h"
#include "base/log.h"

#define DEFAULT_CONFIG "/etc/falco/falco.yaml"
#define OUR_SOURCE     "syscall"
#define NAMES_MAX      ((size_t)4096)

enum {
	OPT_FIRST = 256,
	OPT_LIST,
	OPT_LIST_EVENTS,
	OPT_FORMAT,
	OPT_MARKDOWN,
	OPT_DRY_RUN,
	OPT_ENABLE_SOURCE,
	OPT_DISABLE_SOURCE,
	OPT_VERSION,
	OPT_SUPPORT,
	OPT_PAGE_SIZE,
	OPT_OUTPUT,
	OPT_RECORD,
	OPT_PRIORITY,
	OPT_ALL,
	OPT_ENABLE,
	OPT_DISABLE,
	OPT_MATCHING,
	OPT_TWINS,
	OPT_QUERY,
	OPT_LIST_PLUGINS,
	OPT_PLUGIN_INFO,
	OPT_CONFIG_SCHEMA,
	OPT_RULE_SCHEMA,
	OPT_OLD_FIRST, /* what Falco has no more, and what never meant anything here */
	OPT_CRI = OPT_OLD_FIRST,
	OPT_CRI_ASYNC,
	OPT_GVISOR_ROOT,
	OPT_K8S_NODE,
	OPT_MODERN_BPF,
	OPT_NO_DRIVER,
	OPT_STATS_INTERVAL,
};

static const char old_letters[] = "AbdDegkKmsStTu";
static const char short_options[] = ":hc:iLl:M:No:p:P:r:UvV:"
				    "AbdD:e:g:k:K:m:s:S:t:T:u";

static const struct option long_options[] = {
	{ "help", no_argument, NULL, 'h' },
	{ "verbose", no_argument, NULL, 'v' },
	{ "rules", required_argument, NULL, 'r' },
	{ "seconds", required_argument, NULL, 'M' },
	{ "validate", required_argument, NULL, 'V' },
	{ "option", required_argument, NULL, 'o' },
	{ "print", required_argument, NULL, 'p' },
	{ "pidfile", required_argument, NULL, 'P' },
	{ "unbuffered", no_argument, NULL, 'U' },
	{ "list", optional_argument, NULL, OPT_LIST },
	{ "list-events", no_argument, NULL, OPT_LIST_EVENTS },
	{ "list-syscall-events", no_argument, NULL, OPT_LIST_EVENTS },
	{ "list-plugins", no_argument, NULL, OPT_LIST_PLUGINS },
	{ "plugin-info", required_argument, NULL, OPT_PLUGIN_INFO },
	{ "config-schema", no_argument, NULL, OPT_CONFIG_SCHEMA },
	{ "rule-schema", no_argument, NULL, OPT_RULE_SCHEMA },
	{ "format", required_argument, NULL, OPT_FORMAT },
	{ "markdown", no_argument, NULL, OPT_MARKDOWN },
	{ "dry-run", no_argument, NULL, OPT_DRY_RUN },
	{ "enable-source", required_argument, NULL, OPT_ENABLE_SOURCE },
	{ "disable-source", required_argument, NULL, OPT_DISABLE_SOURCE },
	{ "version", no_argument, NULL, OPT_VERSION },
	{ "support", no_argument, NULL, OPT_SUPPORT },
	{ "page-size", no_argument, NULL, OPT_PAGE_SIZE },
	{ "output", required_argument, NULL, OPT_OUTPUT },
	{ "record", required_argument, NULL, OPT_RECORD },
	{ "priority", required_argument, NULL, OPT_PRIORITY },
	{ "all-matches", no_argument, NULL, OPT_ALL },
	{ "enable", required_argument, NULL, OPT_ENABLE },
	{ "disable", required_argument, NULL, OPT_DISABLE },
	{ "rule-matching", required_argument, NULL, OPT_MATCHING },
	{ "twins", required_argument, NULL, OPT_TWINS },
	{ "query-runtimes", optional_argument, NULL, OPT_QUERY },
	{ "print-base64", no_argument, NULL, 'b' },
	{ "daemon", no_argument, NULL, 'd' },
	{ "gvisor-config", required_argument, NULL, 'g' },
	{ "k8s-api", required_argument, NULL, 'k' },
	{ "k8s-api-cert", required_argument, NULL, 'K' },
	{ "mesos-api", required_argument, NULL, 'm' },
	{ "snaplen", required_argument, NULL, 'S' },
	{ "userspace", no_argument, NULL, 'u' },
	{ "cri", required_argument, NULL, OPT_CRI },
	{ "disable-cri-async", no_argument, NULL, OPT_CRI_ASYNC },
	{ "gvisor-root", required_argument, NULL, OPT_GVISOR_ROOT },
	{ "k8s-node", required_argument, NULL, OPT_K8S_NODE },
	{ "modern-bpf", no_argument, NULL, OPT_MODERN_BPF },
	{ "nodriver", no_argument, NULL, OPT_NO_DRIVER },
	{ "stats-interval", required_argument, NULL, OPT_STATS_INTERVAL },
	{ NULL, 0, NULL, 0 },
};

/* Options that set a flag, or a text, and nothing more. */
static const struct {
	int option;
	bool is_falcos; /* what only Falco has asks for alerts as Falco prints them */
	size_t offset;
} flags[] = {
	{ 'h', false, offsetof(struct falco, help) },
	{ 'i', false, offsetof(struct falco, ignored_events) },
	{ 'L', false, offsetof(struct falco, list_rules) },
	{ 'N', false, offsetof(struct falco, options.names_only) },
	{ 'U', true, offsetof(struct falco, style) },
	{ OPT_LIST_EVENTS, false, offsetof(struct falco, list_events) },
	{ OPT_DRY_RUN, true, offsetof(struct falco, dry_run) },
	{ OPT_VERSION, false, offsetof(struct falco, version) },
	{ OPT_SUPPORT, false, offsetof(struct falco, support) },
	{ OPT_PAGE_SIZE, false, offsetof(struct falco, page_size) },
	{ OPT_LIST_PLUGINS, false, offsetof(struct falco, list_plugins) },
	{ OPT_CONFIG_SCHEMA, false, offsetof(struct falco, config_schema) },
	{ OPT_RULE_SCHEMA, false, offsetof(struct falco, rule_schema) },
}, texts[] = {
	{ 'c', true, offsetof(struct falco, config_path) },
	{ 'l', false, offsetof(struct falco, only_rule) },
	{ 'p', true, offsetof(struct falco, print) },
	{ 'P', true, offsetof(struct falco, pid_file) },
	{ OPT_PLUGIN_INFO, false, offsetof(struct falco, plugin) },
	{ OPT_RECORD, false, offsetof(struct falco, options.record) },
};

static bool take_simple(int option, const char *value, struct falco *out)
{
	for (size_t i = 0; i < sizeof(flags) / sizeof(flags[0]); i++) {
		if (flags[i].option != option)
			continue;
		*(bool *)((char *)out + flags[i].offset) = true;
		out->style |= flags[i].is_falcos;
		return true;
	}
	for (size_t i = 0; i < sizeof(texts) / sizeof(texts[0]); i++) {
		if (texts[i].option != option)
			continue;
		*(const char **)(void *)((char *)out + texts[i].offset) = value;
		out->style |= texts[i].is_falcos;
		return true;
	}
	return false;
}

static bool take_rules(int option, const char *value, struct falco *out)
{
	switch (option) {
	case 'r':
		out->rules[out->options.n_rules++] = value;
		return true;
	case 'o':
		out->overrides[out->n_overrides++] = value;
		out->style = true;
		return true;
	case 'V':
		out->validate[out->n_validate++] = value;
		return true;
	case OPT_ENABLE:
	case OPT_DISABLE:
		options_add_selector(&out->options, value, option == OPT_ENABLE);
		return true;
	case OPT_PRIORITY:
		out->has_priority = true;
		return priority_parse(value, strlen(value), &out->options.rule_config.min_priority);
	case OPT_ALL:
		out->has_matching = true;
		out->options.rule_config.match_all = true;
		return true;
	case OPT_MATCHING:
		out->has_matching = true;
		return options_parse_matching(value, &out->options.rule_config.match_all);
	case OPT_TWINS:
		out->has_twins = true;
		return options_parse_twins(value, &out->options.rule_config.literal);
	default:
		return false;
	}
}

/* Returns false for a value that the option does not take. */
static bool take(int option, const char *value, struct falco *out)
{
	switch (option) {
	case 'v':
		log_set_level(LOG_LEVEL_DEBUG);
		return true;
	case 'M':
		/* Falco's default, 0, is no end. */
		return strcmp(value, "0") == 0 ||
		       options_parse_seconds(value, &out->options.seconds);
	case OPT_LIST:
		out->list_fields = true;
		return !value || strcmp(value, OUR_SOURCE) == 0;
	case OPT_FORMAT:
		return options_parse_format(value, &out->options.list_format);
	case OPT_MARKDOWN:
		out->options.list_format = LIST_MARKDOWN;
		return true;
	case OPT_QUERY:
		out->options.runtime_sockets = value ? value : OPTIONS_SOCKETS;
		return true;
	case OPT_OUTPUT:
		return options_parse_output(value, &out->options.output);
	case OPT_ENABLE_SOURCE:
	case OPT_DISABLE_SOURCE:
		out->style = true;
		out->enable_source |= option == OPT_ENABLE_SOURCE;
		out->disable_source |= option == OPT_DISABLE_SOURCE;
		return strcmp(value, OUR_SOURCE) == 0;
	default:
		return take_rules(option, value, out);
	}
}

static int usage_error(void)
{
	log_error("try 'bpfwatch --help'");
	return EXIT_BAD_USAGE;
}

/* "-c" or "--dry-run". */
static const char *option_name(int option, char buf[32])
{
	for (const struct option *o = long_options; o->name; o++) {
		if (o->val == option) {
			(void)snprintf(buf, 32, "--%s", o->name);
			return buf;
		}
	}
	(void)snprintf(buf, 32, "-%c", option);
	return buf;
}

/* getopt_long() has moved behind the word, unless it is amid letters such as -vX. */
static int bad_option(char **argv, int option)
{
	const bool is_known = optopt && (optopt > OPT_FIRST || strchr(short_options, optopt));
	char name[32];

	if (option == ':')
		log_error("option '%s' needs a value", option_name(optopt, name));
	else if (is_known)
		log_error("option '%s' takes no value", option_name(optopt, name));
	else if (optopt)
		log_error("'bpfwatch watch' has no option '-%c'", optopt);
	else
		log_error("'bpfwatch watch' has no option '%s'", argv[optind - 1]);
	return usage_error();
}

static bool is_old(int option)
{
	return option >= OPT_OLD_FIRST || (option < OPT_FIRST && strchr(old_letters, option));
}

static int parse_all(int argc, char **argv, struct falco *out)
{
	char name[32];
	int option;
	bool taken;

	opterr = 0;
	optind = 1;
	while ((option = getopt_long(argc, argv, short_options, long_options, NULL)) >= 0) {
		if (option == ':' || option == '?')
			return bad_option(argv, option);
		if (is_old(option))
			taken = falco_take_old(option, option_name(option, name), optarg, out);
		else
			taken = take_simple(option, optarg, out) || take(option, optarg, out);
		if (!taken) {
			log_error("option '%s' does not take '%s'", option_name(option, name),
				  optarg ? optarg : "");
			return usage_error();
		}
	}
	if (optind < argc) {
		log_error("watch takes no argument '%s'; rules are given by --rules", argv[optind]);
		return EXIT_BAD_USAGE;
	}
	if (out->enable_source && out->disable_source) {
		log_error("--enable-source and --disable-source cannot be given together");
		return EXIT_BAD_USAGE;
	}
	if (out->disable_source) {
		log_error("cannot disable all event sources: there is only " OUR_SOURCE);
		return EXIT_BAD_USAGE;
	}
	return EXIT_FINE;
}

int falco_parse(int argc, char **argv, struct falco *out)
{
	const size_t n = 2 * (size_t)argc + 1; /* -t makes two selectors of one argument */
	struct options *options = &out->options;

	memset(out, 0, sizeof(*out));
	buf_init(&out->ignored, NAMES_MAX);
	options->rule_config.min_priority = PRIORITY_DEBUG;
	out->rules = calloc(n, sizeof(*out->rules));
	out->overrides = calloc(n, sizeof(*out->overrides));
	out->validate = calloc(n, sizeof(*out->validate));
	out->owned = calloc(n, sizeof(*out->owned));
	options->selectors = calloc(n, sizeof(*options->selectors));
	if (!out->rules || !out->overrides || !out->validate || !out->owned ||
	    !options->selectors) {
		log_error("out of memory");
		return EXIT_NO_OUTPUT;
	}
	options->rules = out->rules;
	options->rule_config.selectors = options->selectors;
	return parse_all(argc, argv, out);
}

static void name_ignored(const struct falco *falco)
{
	const struct config *config = falco->config;
	struct buf names;

	if (falco->ignored.len)
		log_warn("options that mean nothing here are ignored: %s", falco->ignored.data);
	for (size_t i = 0; i < config->n_missing; i++)
		log_warn("%s is enabled in the configuration, but there is no such output here: "
			 "no alert goes there",
			 config->missing[i]);
	if (!config->n_ignored)
		return;
	buf_init(&names, NAMES_MAX);
	for (size_t i = 0; i < config->n_ignored; i++)
		buf_printf(&names, "%s%s", i ? ", " : "", config->ignored[i]);
	log_warn("configuration keys that mean nothing here are ignored: %s%s", names.data,
		 names.failed ? ", ..." : "");
	buf_done(&names);
}

static int load_config(struct falco *falco)
{
	char text[DIAG_FILE_MAX + DIAG_TEXT_MAX];
	struct diag diag;
	int err;

	if (falco->style && !falco->config_path && access(DEFAULT_CONFIG, F_OK) == 0)
		falco->config_path = DEFAULT_CONFIG;
	diag_init(&diag);
	err = config_load(falco->config_path, falco->overrides, falco->n_overrides, &diag,
			  &falco->config);
	if (err) {
		log_error("%s", diag.text[0] ? diag_to_string(&diag, text, sizeof(text)) :
					       strerror(-err));
		return EXIT_BAD_USAGE;
	}
	name_ignored(falco);
	return EXIT_FINE;
}

/* -pc and -pk have no effect any more in Falco either. */
static bool is_preset(const char *print)
{
	static const char *const presets[] = { "c", "container", "k", "kubernetes" };

	for (size_t i = 0; i < sizeof(presets) / sizeof(presets[0]); i++)
		if (strcmp(print, presets[i]) == 0)
			return true;
	return false;
}

static int settle_output(struct falco *falco)
{
	const struct config *config = falco->config;
	const size_t n = config->output.n_appends;

	falco->output = config->output;
	falco->options.alert_options = &falco->output;
	if (!falco->print || is_preset(falco->print))
		return EXIT_FINE;
	falco->appends = calloc(n + 1, sizeof(*falco->appends));
	if (!falco->appends) {
		log_error("out of memory");
		return EXIT_NO_OUTPUT;
	}
	if (n)
		memcpy(falco->appends, config->output.appends, n * sizeof(*falco->appends));
	falco->appends[n].text = falco->print;
	falco->output.appends = falco->appends;
	falco->output.n_appends = n + 1;
	return EXIT_FINE;
}

static int settle_selectors(struct falco *falco)
{
	const struct config *config = falco->config;
	struct rules_config *rules = &falco->options.rule_config;
	const size_t n = config->n_selectors + rules->n_selectors;

	falco->selectors = calloc(n + 1, sizeof(*falco->selectors));
	if (!falco->selectors) {
		log_error("out of memory");
		return EXIT_NO_OUTPUT;
	}
	for (size_t i = 0; i < config->n_selectors; i++)
		falco->selectors[i] = config->selectors[i];
	for (size_t i = 0; i < rules->n_selectors; i++)
		falco->selectors[config->n_selectors + i] = falco->options.selectors[i];
	rules->selectors = falco->selectors;
	rules->n_selectors = n;
	return EXIT_FINE;
}

/*
 * The rules of -r, else those of the configuration.  Falco ships a directory for more
 * rules that is empty, which is fine where others are given.
 */
static int settle_rules(struct falco *falco)
{
	const struct config *config = falco->config;
	struct options *options = &falco->options;
	const bool given = options->n_rules;
	const char **paths = given ? falco->rules : config->rules_files;
	const size_t n_paths = given ? options->n_rules : config->n_rules_files;
	const char **kept;
	char **files = NULL;
	size_t n_files = 0;

	if (!n_paths || (given && (!falco->style || n_paths == 1)))
		return EXIT_FINE;
	kept = calloc(n_paths, sizeof(*kept));
	if (!kept) {
		log_error("out of memory");
		return EXIT_NO_OUTPUT;
	}
	options->n_rules = 0;
	for (size_t i = 0; i < n_paths; i++)
		if (rules_find_files(paths[i], &files, &n_files) != -ENODATA)
			kept[options->n_rules++] = paths[i];
	for (size_t i = 0; i < n_files; i++)
		free(files[i]);
	free(files);
	free(falco->rules);
	falco->rules = kept;
	options->rules = kept;
	return EXIT_FINE;
}

int falco_configure(struct falco *falco)
{
	struct options *options = &falco->options;
	const struct config *config;
	int code = load_config(falco);

	if (code == EXIT_FINE)
		code = settle_selectors(falco);
	if (code == EXIT_FINE)
		code = settle_rules(falco);
	if (code == EXIT_FINE && falco->style)
		code = settle_output(falco);
	if (code != EXIT_FINE)
		return code;
	config = falco->config;
	if (!falco->has_priority)
		options->rule_config.min_priority = config->priority;
	if (!falco->has_matching)
		options->rule_config.match_all = config->match_all;
	if (!falco->has_twins)
		options->rule_config.literal = config->literal;
	if (config->query_runtimes && !options->runtime_sockets)
		options->runtime_sockets = OPTIONS_SOCKETS;
	options->rule_config.statics = config->output.statics;
	options->rule_config.n_statics = config->output.n_statics;
	options->alert_file = config->file;
	options->alert_file_keep_open = config->file_keep_open;
	options->no_stdout = config->no_stdout;
	options->falco_summary = falco->style && !config->no_stdout;
	if (falco->style && options->output == OUTPUT_AUTO)
		options->output = config->json_output ? OUTPUT_JSON : OUTPUT_FALCO;
	options->json = config->json_output;
	return EXIT_FINE;
}

void falco_done(struct falco *falco)
{
	config_free(falco->config);
	free(falco->rules);
	free(falco->overrides);
	free(falco->validate);
	free(falco->options.selectors);
	free(falco->selectors);
	free(falco->appends);
	for (size_t i = 0; i < falco->n_owned; i++)
		free(falco->owned[i]);
	free(falco->owned);
	buf_done(&falco->ignored);
}
