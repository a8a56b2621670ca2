// SPDX-License-Identifier: Apache-2.0

/* bpfwatch replay: a capture, or events as text, through the engine. */
#include <errno.h>
#include <fcntl.h>
#include <stdalign.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/options.h"
#include "agent/ruleset.h"
#include "agent/sink.h"
#include "agent/summary.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"
#include "engine/engine.h"
#include "event/text.h"

#define TEXT_MAX_BYTES (64UL << 20)
#define TEXT_SUFFIX    ".events"

struct replay {
	const char *path;
	const struct options *options;
	struct rules *rules;
	struct engine *engine;
	struct sink sink;
};

static void on_alert(const struct alert *alert, void *arg)
{
	struct replay *replay = arg;

	sink_write(&replay->sink, alert);
}

static int open_engine(struct replay *replay, const struct capture_host *host)
{
	struct engine_config config = {
		.rules = replay->rules,
		.host = host,
		.output = replay->options->alert_options,
		.on_alert = on_alert,
		.arg = replay,
	};
	int err = engine_new(&config, &replay->engine);

	ruleset_print_problems(replay->rules, false);
	if (err == -EINVAL)
		return EXIT_BAD_DATA;
	if (err) {
		log_error("cannot start: %s", strerror(-err));
		return EXIT_BAD_USAGE;
	}
	return EXIT_FINE;
}

static void print_summary(const struct replay *replay)
{
	if (!replay->engine)
		return;
	summary_print(replay->engine, replay->rules);
	if (replay->options->falco_summary)
		summary_print_falco(replay->engine, replay->rules);
}

static int feed_capture(struct replay *replay, struct capture_reader *reader)
{
	const void *data;
	size_t len;
	int n = 0;

	if (!capture_is_complete(reader))
		log_warn("'%s' has no end mark: its recorder was killed", replay->path);
	while (!replay->sink.err && (n = capture_next(reader, &data, &len)) > 0)
		engine_feed(replay->engine, data, len);
	if (!replay->sink.err && n < 0) {
		log_error("cannot read '%s': %s", replay->path, strerror(-n));
		return EXIT_BAD_USAGE;
	}
	return EXIT_FINE;
}

static int report_unreadable(const struct replay *replay, const struct diag *diag, int err)
{
	char text[DIAG_FILE_MAX + DIAG_TEXT_MAX];

	if (diag->text[0])
		log_error("%s", diag_to_string(diag, text, sizeof(text)));
	else
		log_error("cannot read '%s': %s", replay->path, strerror(-err));
	return err == -EBADMSG || err == -EINVAL ? EXIT_BAD_DATA : EXIT_BAD_USAGE;
}

static int replay_capture(struct replay *replay)
{
	struct capture_reader *reader;
	struct diag diag;
	int code;
	int err;

	diag_init(&diag);
	err = capture_open(replay->path, &diag, &reader);
	if (err)
		return report_unreadable(replay, &diag, err);
	code = open_engine(replay, capture_host(reader));
	if (code == EXIT_FINE)
		code = feed_capture(replay, reader);
	print_summary(replay);
	engine_free(replay->engine);
	capture_reader_free(reader);
	return code;
}

/* Every line is parsed; with an engine, also fed. */
static int walk_text(const struct replay *replay, char *text, struct capture_host *host,
		     struct diag *diag)
{
	alignas(8) static char record[BW_RECORD_MAX];
	uint32_t line = 0;
	size_t len;
	char *end;
	int err;

	for (char *p = text; *p; p = end + 1) {
		end = strchrnul(p, '\n');
		line++;
		diag_set_place(diag, replay->path, line, 0);
		/* Parsed in place; the newline comes back for the second walk. */
		if (*end == '\0')
			end[1] = '\0';
		*end = '\0';
		err = text_parse_line(p, host, record, sizeof(record), &len, diag);
		*end = '\n';
		if (err)
			return err;
		if (replay->engine && len)
			engine_feed(replay->engine, record, len);
	}
	return 0;
}

/* First all lines are checked and the host is learnt, then the events are fed. */
static int replay_text(struct replay *replay)
{
	struct capture_host host = { .hostname = "host" };
	cleanup_free char *text = NULL;
	struct diag diag;
	size_t len;
	char *grown;
	int code;
	int err;

	diag_init(&diag);
	err = file_read(AT_FDCWD, replay->path, TEXT_MAX_BYTES, &text, &len);
	if (err)
		return report_unreadable(replay, &diag, err);
	if (memchr(text, '\0', len)) {
		diag_set_place(&diag, replay->path, 0, 0);
		diag_set(&diag, "not a text: byte %zu is NUL", strlen(text));
		return report_unreadable(replay, &diag, -EINVAL);
	}
	grown = realloc(text, len + 2); /* room for a newline at the end */
	if (!grown)
		return report_unreadable(replay, &diag, -ENOMEM);
	text = grown;
	err = walk_text(replay, text, &host, &diag);
	if (err) {
		capture_host_done(&host);
		return report_unreadable(replay, &diag, err);
	}
	code = open_engine(replay, &host);
	if (code == EXIT_FINE) {
		diag_init(&diag);
		host.text_time_ns = 0; /* the clock of the lines starts again */
		err = walk_text(replay, text, &host, &diag);
		if (err)
			code = report_unreadable(replay, &diag, err);
	}
	print_summary(replay);
	engine_free(replay->engine);
	capture_host_done(&host);
	return code;
}

static bool is_text(const char *path)
{
	size_t len = strlen(path);

	return len > strlen(TEXT_SUFFIX) &&
	       strcmp(path + len - strlen(TEXT_SUFFIX), TEXT_SUFFIX) == 0;
}

int replay_run(const struct options *options)
{
	struct replay replay = { 0 };
	int code;

	if (options->n_args != 1) {
		log_error("replay needs one FILE and --rules PATH");
		return EXIT_BAD_USAGE;
	}
	replay.path = options->args[0];
	code = ruleset_load(options->rules, options->n_rules, &options->rule_config, &replay.rules);
	if (code != EXIT_FINE)
		return code;
	sink_init(&replay.sink, options, true);
	replay.options = options;
	code = is_text(replay.path) ? replay_text(&replay) : replay_capture(&replay);
	if (code == EXIT_FINE)
		code = sink_exit_code(&replay.sink);
	sink_done(&replay.sink);
	rules_free(replay.rules);
	return code;
}
