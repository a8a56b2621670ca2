// SPDX-License-Identifier: Apache-2.0
#include "agent/live.h"

#include <errno.h>
#include <inttypes.h>
#include <signal.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/signalfd.h>
#include <time.h>
#include <unistd.h>

#include "agent/host.h"
#include "agent/plan.h"
#include "agent/resolver.h"
#include "agent/ruleset.h"
#include "agent/self.h"
#include "agent/summary.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "engine/engine.h"
#include "sensor/sensor.h"

#define SIGHT_BYTES_MAX 1024
#define DRAIN_MAX       4096 /* records between two looks at signals and timers */
#define POLL_BUSY_MS    10 /* bounds the delay of an alert; the rings wake us only when filling */
#define POLL_IDLE_MS    40
#define TICK_NS         1000000000ULL /* counters, flushes */
#define NS_PER_S        1000000000ULL
#define NAMES_WAIT_NS \
	200000000ULL /* at the start: enough for /etc/hosts and a DNS server near by */
#define NAMES_LOOK_NS 2000000L
#define EVENTS_MAX    3 /* signals, rings, daemons */

struct live {
	const struct live_config *config;
	struct capture_host host;
	struct engine *engine;
	struct sensor *sensor;
	struct resolver *resolver;
	struct capture_writer *writer;
	int writer_err;
	int epoll_fd;
	int signal_fd;
	bool stop;
	uint64_t start_ns;
	uint64_t tick_ns;
	uint64_t loss[BW_STAT_MAX]; /* as last told */
	uint64_t n_cut; /* likewise */
};

static void on_alert(const struct alert *alert, void *arg)
{
	struct live *live = arg;

	sink_write(live->config->sink, alert);
	if (live->config->sink->err)
		live->stop = true;
}

static void fail_writer(struct live *live, int err)
{
	if (live->writer_err)
		return;
	live->writer_err = err;
	log_error("cannot write '%s': %s; the capture ends here", live->config->record,
		  strerror(-err));
	if (!live->config->judge)
		live->stop = true;
}

static void on_tap(const void *data, size_t len, void *arg)
{
	struct live *live = arg;
	int err;

	if (!live->writer || live->writer_err)
		return;
	err = capture_write(live->writer, data, len);
	if (err)
		fail_writer(live, err);
}

static void on_record(const void *data, size_t len, void *arg)
{
	struct live *live = arg;

	engine_feed(live->engine, data, len);
}

static void warn_lost(const uint64_t now[BW_STAT_MAX], const uint64_t before[BW_STAT_MAX])
{
	const uint64_t n_life = now[BW_STAT_LIFE_LOST] - before[BW_STAT_LIFE_LOST];
	const uint64_t n_activity = now[BW_STAT_ACTIVITY_LOST] - before[BW_STAT_ACTIVITY_LOST];
	const uint64_t n_skipped = now[BW_STAT_SKIPPED] - before[BW_STAT_SKIPPED];

	if (n_life || n_activity)
		log_warn("events lost, rings were full: %" PRIu64 " of processes, %" PRIu64
			 " of files and network",
			 n_life, n_activity);
	if (n_skipped)
		log_warn("events may be lost: the kernel skipped our programs %" PRIu64
			 " times, since they were interrupted there",
			 n_skipped);
}

/* Tell the engine, and so the capture and the summary, what the kernel side lost. */
static void feed_losses(struct live *live)
{
	struct bw_loss record = { .hdr = { .size = sizeof(record), .type = BW_EVENT_LOSS } };
	uint64_t stats[BW_STAT_MAX];
	int err = sensor_read_stats(live->sensor, stats);

	if (err) {
		log_warn("cannot read the loss counters: %s", strerror(-err));
		return;
	}
	if (memcmp(stats, live->loss, sizeof(stats)) == 0)
		return;
	warn_lost(stats, live->loss);
	memcpy(live->loss, stats, sizeof(stats));
	memcpy(record.stat, stats, sizeof(stats));
	record.hdr.time_ns = clock_boot_ns();
	engine_feed(live->engine, &record, sizeof(record));
}

static void on_finding(const struct sensor_finding *finding, void *arg)
{
	struct live *live = arg;

	self_report(live->engine, finding);
}

static void warn_cut(struct live *live)
{
	struct engine_stats stats;

	engine_read_stats(live->engine, &stats);
	if (stats.n_cut == live->n_cut)
		return;
	log_warn("%" PRIu64 " events filled their memory: rules took values that found no room "
		 "as missing",
		 stats.n_cut - live->n_cut);
	live->n_cut = stats.n_cut;
}

static void tick(struct live *live, uint64_t now_ns)
{
	int err;

	if (now_ns < live->tick_ns + TICK_NS)
		return;
	live->tick_ns = now_ns;
	feed_losses(live);
	sensor_check(live->sensor, now_ns, on_finding, live);
	warn_cut(live);
	if (live->writer && !live->writer_err) {
		err = capture_flush(live->writer);
		if (err)
			fail_writer(live, err);
	}
	if (live->config->seconds && now_ns - live->start_ns >= live->config->seconds * NS_PER_S)
		live->stop = true;
}

static int add_epoll(int epoll_fd, int fd)
{
	struct epoll_event event = { .events = EPOLLIN, .data.fd = fd };

	return epoll_ctl(epoll_fd, EPOLL_CTL_ADD, fd, &event) ? -errno : 0;
}

static int open_signals(struct live *live)
{
	sigset_t set;

	sigemptyset(&set);
	sigaddset(&set, SIGINT);
	sigaddset(&set, SIGTERM);
	if (sigprocmask(SIG_BLOCK, &set, NULL))
		return -errno;
	live->signal_fd = signalfd(-1, &set, SFD_CLOEXEC | SFD_NONBLOCK);
	if (live->signal_fd < 0)
		return -errno;
	if (live->config->sink)
		live->config->sink->stop_fd = live->signal_fd;
	live->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (live->epoll_fd < 0)
		return -errno;
	return add_epoll(live->epoll_fd, live->signal_fd);
}

static void wait_for_more(struct live *live, int timeout_ms)
{
	struct epoll_event events[EVENTS_MAX];
	int n = epoll_wait(live->epoll_fd, events, EVENTS_MAX, timeout_ms);

	if (n < 0 && errno != EINTR) {
		log_error("epoll_wait: %s", strerror(errno));
		live->stop = true;
	}
	for (int i = 0; i < n; i++) {
		/* It is not read: that it waits there is what the sink looks at. */
		if (events[i].data.fd == live->signal_fd)
			live->stop = true;
	}
}

/* Returns EXIT_FINE, or EXIT_NO_SENSOR when the rings cannot be read. */
static int loop(struct live *live)
{
	uint64_t now_ns;
	int timeout_ms;
	int n;

	while (!live->stop) {
		n = sensor_drain(live->sensor, DRAIN_MAX);
		if (n < 0) {
			log_error("cannot read the rings: %s", strerror(-n));
			return EXIT_NO_SENSOR;
		}
		now_ns = clock_boot_ns();
		engine_query(live->engine, now_ns);
		tick(live, now_ns);
		resolver_step(live->resolver, now_ns);
		if (live->stop)
			break;
		/* A full batch: more is waiting, but signals must be seen. */
		if (n >= DRAIN_MAX)
			timeout_ms = 0;
		else
			timeout_ms = n ? POLL_BUSY_MS : POLL_IDLE_MS;
		wait_for_more(live, timeout_ms);
	}
	return EXIT_FINE;
}

/* What was made before the stop still counts; bounded, since others go on making more. */
static void drain_rest(struct live *live)
{
	const uint64_t until_ns = clock_boot_ns() + NS_PER_S;

	while (sensor_drain(live->sensor, DRAIN_MAX) > 0 && clock_boot_ns() < until_ns)
		;
	feed_losses(live);
}

static int open_writer(struct live *live)
{
	int err;

	if (!live->config->record)
		return EXIT_FINE;
	err = capture_create(live->config->record, &live->host, &live->writer);
	if (!err)
		return EXIT_FINE;
	log_error("cannot write '%s': %s", live->config->record, strerror(-err));
	return EXIT_NO_OUTPUT;
}

/*
 * One line on what this kernel does not show to the rules.  False: no rule could ever
 * alert, and to watch would be to pretend.
 */
static bool tell_sight(const struct rules *rules)
{
	enum sensor_hook_state hooks[SENSOR_HOOK_MAX];
	struct plan_summary sight;
	struct buf list;

	if (sensor_hooks(hooks))
		return true; /* the load says so */
	plan_summarize(rules, hooks, &sight);
	buf_init(&list, SIGHT_BYTES_MAX);
	for (enum sensor_hook hook = 0; hook < SENSOR_HOOK_MAX; hook++) {
		if (sight.hook[hook])
			buf_printf(&list, "%s%s", list.len ? ", " : "; not all is seen by: ",
				   sensor_hook_name(hook));
	}
	if (sight.n_active && sight.n_blind == sight.n_active)
		log_error("none of %zu rules can ever match here: see 'bpfwatch doctor --rules'",
			  sight.n_active);
	else if (sight.n_blind || sight.n_partly)
		log_warn("of %zu rules %zu are blind here and %zu in part%s; see 'bpfwatch "
			 "doctor'",
			 sight.n_active, sight.n_blind, sight.n_partly, list.data);
	buf_done(&list);
	return !sight.n_active || sight.n_blind < sight.n_active;
}

static int open_sensor(struct live *live)
{
	struct sensor_config sensor = {
		.life_ring_bytes = LIFE_RING_BYTES,
		.activity_ring_bytes = ACTIVITY_RING_BYTES,
		.cb = on_record,
		.arg = live,
	};
	struct diag diag;
	int err;

	diag_init(&diag);
	if (live->config->judge && !tell_sight(live->config->rules))
		return EXIT_NO_SENSOR;
	plan_sensor(live->config->rules, live->engine, &sensor);
	err = sensor_open(&sensor, &diag, &live->sensor);
	if (err) {
		log_error("cannot watch this host: %s", diag.text[0] ? diag.text : strerror(-err));
		return EXIT_NO_SENSOR;
	}
	err = add_epoll(live->epoll_fd, sensor_fd(live->sensor));
	if (!err && engine_query_fd(live->engine) >= 0)
		err = add_epoll(live->epoll_fd, engine_query_fd(live->engine));
	if (err) {
		log_error("cannot wait for the rings: %s", strerror(-err));
		return EXIT_NO_SENSOR;
	}
	return EXIT_FINE;
}

static int open_engine(struct live *live)
{
	struct engine_config engine = {
		.rules = live->config->judge ? live->config->rules : NULL,
		.host = &live->host,
		.output = live->config->output,
		.live = true,
		.runtime_sockets = live->config->runtime_sockets,
		.on_alert = on_alert,
		.tap = live->config->record ? on_tap : NULL,
		.arg = live,
	};
	int err = engine_new(&engine, &live->engine);

	if (engine.rules)
		ruleset_print_problems(engine.rules, false);
	if (err == -EINVAL)
		return EXIT_BAD_DATA;
	if (err) {
		log_error("cannot start: %s", strerror(-err));
		return EXIT_NO_SENSOR;
	}
	return EXIT_FINE;
}

/*
 * What is known at once shall hold from the first event on; the start never hangs on DNS.
 * Before the sensor is there: its rings would fill, with nobody to drain them.
 */
static void learn_names(struct live *live)
{
	const struct timespec pause = { .tv_nsec = NAMES_LOOK_NS };
	const uint64_t until_ns = clock_boot_ns() + NAMES_WAIT_NS;

	resolver_look(live->resolver, clock_boot_ns());
	while (resolver_is_waiting(live->resolver) && clock_boot_ns() < until_ns) {
		(void)nanosleep(&pause, NULL);
		resolver_look(live->resolver, clock_boot_ns());
	}
}

/* Names of hosts are asked for early: more answers come while the sensor opens. */
static int open_resolver(struct live *live)
{
	struct resolver_config resolver = {
		.rules = live->config->rules,
		.lookup = &lookup_system,
		.on_record = on_record,
		.arg = live,
	};
	int err = resolver_new(&resolver, &live->resolver);

	if (err) {
		log_error("cannot start: %s", strerror(-err));
		return EXIT_NO_SENSOR;
	}
	learn_names(live);
	return EXIT_FINE;
}

/* Containers first: a process found in one is told apart from the host at once. */
static int learn_host(struct live *live)
{
	int err = engine_scan(live->engine);
	int n;

	self_introduce(live->engine, live->sensor);
	if (err)
		log_warn("cannot look for running containers: %s; they are known by what they do",
			 strerror(-err));
	n = sensor_snapshot(live->sensor);
	if (n < 0) {
		log_error("cannot read the processes that run now: %s", strerror(-n));
		return EXIT_NO_SENSOR;
	}
	log_info("watching: %zu rules, %d processes known",
		 live->config->rules ? rules_count(live->config->rules) : 0, n);
	return EXIT_FINE;
}

static int run_all(struct live *live)
{
	int code;

	live->host.cgroup_v1_hierarchy = sensor_host_v1_hierarchy();
	if (open_signals(live)) {
		log_error("cannot wait for signals: %s", strerror(errno));
		return EXIT_NO_SENSOR;
	}
	code = open_engine(live);
	if (code != EXIT_FINE)
		return code;
	code = open_resolver(live);
	if (code != EXIT_FINE)
		return code;
	code = open_sensor(live);
	if (code != EXIT_FINE)
		return code;
	/* Only now: a run that cannot start leaves no file behind. */
	code = open_writer(live);
	if (code != EXIT_FINE)
		return code;
	/* The capture has to have them too. */
	resolver_step(live->resolver, clock_boot_ns());
	code = learn_host(live);
	if (code == EXIT_FINE)
		code = loop(live);
	drain_rest(live);
	return code;
}

static void tell_names(const struct live *live)
{
	struct resolver_stats stats;

	resolver_read_stats(live->resolver, &stats);
	if (stats.n_names)
		log_info("host names in rules: %" PRIu64 ", %" PRIu64 " not known, %" PRIu64
			 " look-ups failed, %" PRIu64 " answers or addresses cut, %" PRIu64
			 " times all addresses ran out",
			 stats.n_names, stats.n_unknown, stats.n_failed, stats.n_cut,
			 stats.n_expired);
	if (stats.n_no_memory)
		log_warn("%" PRIu64 " addresses of host names were left out: out of memory",
			 stats.n_no_memory);
}

static int close_all(struct live *live, int code)
{
	int err = capture_close(live->writer);

	if (err && !live->writer_err)
		fail_writer(live, err);
	if (live->sensor && live->engine)
		summary_print(live->engine, live->config->judge ? live->config->rules : NULL);
	if (live->config->falco_summary && live->sensor && live->engine)
		summary_print_falco(live->engine, live->config->rules);
	if (live->sensor && live->resolver)
		tell_names(live);
	resolver_free(live->resolver);
	sensor_close(live->sensor);
	engine_free(live->engine);
	capture_host_done(&live->host);
	if (live->signal_fd >= 0)
		(void)close(live->signal_fd);
	if (live->epoll_fd >= 0)
		(void)close(live->epoll_fd);
	if (code == EXIT_FINE && live->writer_err)
		code = EXIT_NO_OUTPUT;
	if (code == EXIT_FINE && live->config->sink)
		code = sink_exit_code(live->config->sink);
	return code;
}

int live_run(const struct live_config *config)
{
	struct live live = {
		.config = config,
		.epoll_fd = -1,
		.signal_fd = -1,
		.start_ns = clock_boot_ns(),
	};

	live.tick_ns = live.start_ns;
	host_read(&live.host);
	return close_all(&live, run_all(&live));
}
