// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <time.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/log.h"

#include "bw.skel.h"

#define LIBBPF_TEXT_MAX 8192 /* of one message that is shown */
#define WRITER_PAUSE_NS 200000L

static int on_libbpf_print(enum libbpf_print_level level, const char *fmt, va_list args)
	__attribute__((format(printf, 2, 0)));

/* A refusal of the verifier comes as one text of thousands of lines: its end says why. */
static int on_libbpf_print(enum libbpf_print_level level, const char *fmt, va_list args)
{
	cleanup_free char *text = NULL;
	char *line;
	char *rest;
	size_t len;

	if (level == LIBBPF_DEBUG)
		return 0;
	if (vasprintf(&text, fmt, args) < 0) {
		text = NULL; /* it holds nothing defined */
		return 0;
	}
	len = strlen(text);
	rest = len > LIBBPF_TEXT_MAX ? text + len - LIBBPF_TEXT_MAX : text;
	while ((line = strsep(&rest, "\n"))) {
		if (*line)
			log_debug("%s", line);
	}
	return 0;
}

void sensor_print_to_log(void)
{
	(void)libbpf_set_print(on_libbpf_print);
}

static int on_life(void *arg, const void *data, size_t len)
{
	if (sensor_guard_takes(&((struct sensor *)arg)->guard, BW_LANE_LIFE, data, len))
		return 0;
	return merge_life(((struct sensor *)arg)->merge, data, len);
}

static int on_activity(void *arg, const void *data, size_t len)
{
	if (sensor_guard_takes(&((struct sensor *)arg)->guard, BW_LANE_ACTIVITY, data, len))
		return 0;
	return merge_activity(((struct sensor *)arg)->merge, data, len);
}

static int drain(struct sensor *sensor, enum bw_lane lane, sensor_ring_cb *cb)
{
	int err = sensor_ring_drain(&sensor->ring[lane], cb, sensor);

	/* The callback ended it: enough for now. */
	return err == -ENOBUFS ? 0 : err;
}

static int drain_life(void *arg)
{
	struct sensor *sensor = arg;

	sensor->life_target = sensor_ring_produced(&sensor->ring[BW_LANE_LIFE]);
	return drain(sensor, BW_LANE_LIFE, on_life);
}

static bool life_done(void *arg)
{
	const struct sensor *sensor = arg;

	return sensor->ring[BW_LANE_LIFE].pos >= sensor->life_target;
}

/* To yield would not do: who writes may be of a lower priority. */
static void pause_for_writers(void *arg)
{
	const struct timespec moment = { .tv_nsec = WRITER_PAUSE_NS };

	(void)arg;
	(void)nanosleep(&moment, NULL);
}

static int drain_activity(void *arg)
{
	struct sensor *sensor = arg;

	sensor->activity_target = sensor_ring_produced(&sensor->ring[BW_LANE_ACTIVITY]);
	return drain(sensor, BW_LANE_ACTIVITY, on_activity);
}

static bool activity_done(void *arg)
{
	const struct sensor *sensor = arg;

	return sensor->ring[BW_LANE_ACTIVITY].pos >= sensor->activity_target;
}

static uint64_t now(void *arg)
{
	(void)arg;
	return clock_boot_ns();
}

static int open_merge(struct sensor *sensor, size_t queue_bytes)
{
	const struct merge_source source = {
		.drain_life = drain_life,
		.drain_activity = drain_activity,
		.life_done = life_done,
		.pause = pause_for_writers,
		.activity_done = activity_done,
		.now = now,
		.arg = sensor,
	};

	if (queue_bytes < 2 * (size_t)BW_RECORD_MAX)
		queue_bytes = 2 * (size_t)BW_RECORD_MAX;
	sensor->merge = merge_new(queue_bytes, &source, sensor->cb, sensor->arg);
	return sensor->merge ? 0 : -ENOMEM;
}

/*
 * Edge-triggered: the programs wake us when much has gathered, and a level
 * would report each single record after that.
 */
static int watch_ring(const struct sensor *sensor, int map_fd)
{
	struct epoll_event event = { .events = EPOLLIN | EPOLLET };

	return epoll_ctl(sensor->epoll_fd, EPOLL_CTL_ADD, map_fd, &event) ? -errno : 0;
}

static int open_rings(struct sensor *sensor)
{
	const struct bpf_map *const maps[BW_LANE_MAX] = {
		[BW_LANE_LIFE] = sensor->skel->maps.bw_life,
		[BW_LANE_ACTIVITY] = sensor->skel->maps.bw_activity,
	};

	sensor->epoll_fd = epoll_create1(EPOLL_CLOEXEC);
	if (sensor->epoll_fd < 0)
		return -errno;
	for (int lane = 0; lane < BW_LANE_MAX; lane++) {
		int fd = bpf_map__fd(maps[lane]);
		int err = sensor_ring_open(&sensor->ring[lane], fd,
					   bpf_map__max_entries(maps[lane]));

		if (!err)
			err = watch_ring(sensor, fd);
		if (err)
			return err;
	}
	return 0;
}

int sensor_open(const struct sensor_config *config, struct diag *diag, struct sensor **out)
{
	struct sensor *sensor = calloc(1, sizeof(*sensor));
	int err;

	if (!sensor)
		return -ENOMEM;
	sensor->epoll_fd = -1;
	sensor->cb = config->cb;
	sensor->arg = config->arg;
	sensor_print_to_log();
	sensor_guard_init(&sensor->guard);

	err = sensor_load(sensor, config, diag);
	if (err)
		goto err;
	err = open_merge(sensor, config->life_ring_bytes);
	if (err)
		goto err;
	err = open_rings(sensor);
	if (err)
		goto err;
	err = sensor_attach(sensor, config, diag);
	if (err)
		goto err;
	*out = sensor;
	return 0;
err:
	diag_set(diag, "cannot start watching: %s", strerror(-err));
	sensor_close(sensor);
	return err;
}

void sensor_close(struct sensor *sensor)
{
	if (!sensor)
		return;
	bw_skel__destroy(sensor->second);
	bw_skel__destroy(sensor->skel);
	for (int lane = 0; lane < BW_LANE_MAX; lane++)
		sensor_ring_close(&sensor->ring[lane]);
	if (sensor->epoll_fd >= 0)
		(void)close(sensor->epoll_fd);
	merge_free(sensor->merge);
	free(sensor);
}

int sensor_fd(const struct sensor *sensor)
{
	return sensor->epoll_fd;
}

int sensor_drain(struct sensor *sensor, unsigned int max_records)
{
	struct epoll_event events[BW_LANE_MAX];

	/* Take note of the edges, so that sensor_fd() waits for the next ones. */
	if (epoll_wait(sensor->epoll_fd, events, BW_LANE_MAX, 0) < 0 && errno != EINTR)
		return -errno;
	sensor_second_if_skipped(sensor);
	return merge_run(sensor->merge, max_records);
}

int sensor_read_stats(const struct sensor *sensor, uint64_t stats[BW_STAT_MAX])
{
	size_t n_cpus = sensor->host.n_cpus;
	uint64_t *values = calloc(n_cpus, sizeof(*values));
	int fd = bpf_map__fd(sensor->skel->maps.bw_stats);
	int err = 0;

	if (!values)
		return -ENOMEM;
	memset(stats, 0, BW_STAT_MAX * sizeof(*stats));
	for (uint32_t which = 0; which < BW_STAT_MAX && !err; which++) {
		err = bpf_map_lookup_elem(fd, &which, values);
		for (size_t cpu = 0; cpu < n_cpus && !err; cpu++)
			stats[which] += values[cpu];
	}
	free(values);
	return err ? err : sensor_skipped(sensor, &stats[BW_STAT_SKIPPED]);
}
