// SPDX-License-Identifier: Apache-2.0

/* The order of records from two rings.  No kernel: the rings are lists. */
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "bpfwatch/event.h"
#include "sensor/sensor_merge.h"

#define RECORDS_MAX 1024
#define LIFE_TYPE   BW_EVENT_FORK
#define ACT_TYPE    BW_EVENT_OPEN
#define PAUSE_NS    1000000

/* A ring: records in the order they were committed. */
struct ring {
	struct bw_fork records[RECORDS_MAX];
	size_t n;
	size_t next;
	_Alignas(8) char bytes[BW_RECORD_MAX]; /* the one being read */
};

struct fake {
	struct merge *merge;
	struct ring life;
	struct ring activity;
	uint64_t clock;
	bool done; /* false: activity is being committed */
	size_t life_held; /* behind so many records of life one is being committed; 0: none is */
	unsigned int pauses_left; /* until it is */
	struct bw_hdr out[2 * RECORDS_MAX];
	size_t n_out;
};

static void add(struct ring *ring, uint16_t type, uint64_t time_ns, uint32_t size)
{
	struct bw_hdr *hdr = &ring->records[ring->n++].hdr;

	assert_true(ring->n <= RECORDS_MAX);
	hdr->type = type;
	hdr->time_ns = time_ns;
	hdr->size = size;
}

static void add_life(struct fake *fake, uint64_t time_ns)
{
	add(&fake->life, LIFE_TYPE, time_ns, sizeof(struct bw_fork));
}

static void add_activity(struct fake *fake, uint64_t time_ns)
{
	add(&fake->activity, ACT_TYPE, time_ns, sizeof(struct bw_fork));
}

/* As libbpf: a callback that returns an error ends it, the record is gone. */
static int drain(struct merge *merge, struct ring *ring,
		 int (*take)(struct merge *merge, const void *data, size_t len))
{
	while (ring->next < ring->n) {
		const struct bw_fork *rec = &ring->records[ring->next++];

		memcpy(ring->bytes, rec, sizeof(*rec));
		if (take(merge, ring->bytes, rec->hdr.size))
			break;
	}
	return 0;
}

static int drain_life(void *arg)
{
	struct fake *fake = arg;
	const size_t n = fake->life.n;
	int err;

	if (fake->life_held)
		fake->life.n = fake->life_held;
	err = drain(fake->merge, &fake->life, merge_life);
	fake->life.n = n;
	return err;
}

static bool life_done(void *arg)
{
	const struct fake *fake = arg;

	return fake->life.next == fake->life.n;
}

static void pause_for_writers(void *arg)
{
	struct fake *fake = arg;

	fake->clock += PAUSE_NS;
	if (fake->pauses_left && --fake->pauses_left == 0)
		fake->life_held = 0;
}

static int drain_activity(void *arg)
{
	struct fake *fake = arg;

	return drain(fake->merge, &fake->activity, merge_activity);
}

static bool activity_done(void *arg)
{
	const struct fake *fake = arg;

	return fake->done && fake->activity.next == fake->activity.n;
}

static uint64_t now(void *arg)
{
	return ((struct fake *)arg)->clock++;
}

static void on_record(const void *data, size_t len, void *arg)
{
	const struct bw_hdr *hdr = data;
	struct fake *fake = arg;

	assert_int_equal(len, hdr->size);
	fake->out[fake->n_out++] = *hdr;
}

static int setup(void **state)
{
	struct fake *fake = calloc(1, sizeof(*fake));
	const struct merge_source source = {
		drain_life, drain_activity, life_done, pause_for_writers, activity_done, now, fake,
	};

	if (!fake)
		return -1;
	fake->clock = 1000000;
	fake->done = true;
	fake->merge = merge_new(2 * (size_t)BW_RECORD_MAX, &source, on_record, fake);
	*state = fake;
	return fake->merge ? 0 : -1;
}

static int teardown(void **state)
{
	struct fake *fake = *state;

	merge_free(fake->merge);
	free(fake);
	return 0;
}

static void assert_out(const struct fake *fake, size_t i, uint16_t type, uint64_t time_ns)
{
	assert_true(i < fake->n_out);
	assert_int_equal(fake->out[i].type, type);
	assert_int_equal(fake->out[i].time_ns, time_ns);
}

static void records_of_both_rings_come_out_by_time(void **state)
{
	static const struct {
		uint16_t type;
		uint64_t time_ns;
	} rows[] = {
		{ LIFE_TYPE, 10 }, { ACT_TYPE, 15 }, { LIFE_TYPE, 20 },
		{ LIFE_TYPE, 21 }, { ACT_TYPE, 30 }, { LIFE_TYPE, 31 },
	};
	struct fake *fake = *state;

	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		if (rows[i].type == LIFE_TYPE)
			add_life(fake, rows[i].time_ns);
		else
			add_activity(fake, rows[i].time_ns);
	}
	assert_int_equal(merge_run(fake->merge, 100), 6);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++)
		assert_out(fake, i, rows[i].type, rows[i].time_ns);
}

static void life_younger_than_the_round_waits_for_the_next(void **state)
{
	struct fake *fake = *state;

	add_life(fake, fake->clock - 1);
	add_life(fake, fake->clock + 50);
	assert_int_equal(merge_run(fake->merge, 100), 1);
	fake->clock += 100;
	assert_int_equal(merge_run(fake->merge, 100), 1);
	assert_out(fake, 1, LIFE_TYPE, fake->life.records[1].hdr.time_ns);
}

static void life_waits_while_activity_may_still_be_older(void **state)
{
	struct fake *fake = *state;

	add_life(fake, 20);
	fake->done = false;
	assert_int_equal(merge_run(fake->merge, 100), 0);
	add_activity(fake, 10);
	fake->done = true;
	assert_int_equal(merge_run(fake->merge, 100), 2);
	assert_out(fake, 0, ACT_TYPE, 10);
	assert_out(fake, 1, LIFE_TYPE, 20);
}

static void a_round_gives_at_most_what_was_asked_for(void **state)
{
	struct fake *fake = *state;

	for (uint64_t t = 1; t <= 10; t++)
		add_activity(fake, t);
	fake->done = false;
	assert_int_equal(merge_run(fake->merge, 4), 4);
	assert_int_equal(merge_run(fake->merge, 4), 4);
	assert_int_equal(merge_run(fake->merge, 4), 2);
	assert_int_equal(fake->n_out, 10);
}

static void full_queue_loses_nothing_and_keeps_order(void **state)
{
	struct fake *fake = *state;
	uint64_t last = 0;
	uint64_t t = 0;

	/* Records of all sizes, twenty times what the queue holds. */
	for (uint32_t i = 0; i < 200; i++) {
		uint32_t size = 168 + i * 163 % (BW_RECORD_MAX - 168);

		add(&fake->life, LIFE_TYPE, ++t, size);
		if (i % 7 == 0)
			add_activity(fake, ++t);
	}
	while (merge_run(fake->merge, 3) > 0)
		;
	assert_int_equal(fake->n_out, fake->life.n + fake->activity.n);
	for (size_t i = 0; i < fake->n_out; i++) {
		assert_true(fake->out[i].time_ns > last);
		last = fake->out[i].time_ns;
	}
}

static void queue_full_of_younger_life_does_not_hold_activity(void **state)
{
	struct fake *fake = *state;

	for (int i = 0; i < 10; i++)
		add(&fake->life, LIFE_TYPE, fake->clock + 1000, BW_RECORD_MAX);
	assert_int_equal(merge_run(fake->merge, 10), 0);
	add_activity(fake, fake->clock);
	assert_int_equal(merge_run(fake->merge, 10), 1);
	assert_out(fake, 0, ACT_TYPE, fake->activity.records[0].hdr.time_ns);
	fake->clock += 5000;
	while (merge_run(fake->merge, 10) > 0)
		;
	assert_int_equal(fake->n_out, 11);
}

static void activity_waits_for_life_that_is_being_written(void **state)
{
	struct fake *fake = *state;

	add_life(fake, 10);
	add_life(fake, 20);
	add_life(fake, 30);
	add_activity(fake, 40);
	fake->life_held = 1;
	fake->pauses_left = 3;
	assert_int_equal(merge_run(fake->merge, 10), 4);
	assert_out(fake, 1, LIFE_TYPE, 20);
	assert_out(fake, 2, LIFE_TYPE, 30);
	assert_out(fake, 3, ACT_TYPE, 40);
}

static void life_that_is_never_written_does_not_hold_activity_for_ever(void **state)
{
	struct fake *fake = *state;

	add_life(fake, 10);
	add_life(fake, 20);
	add_activity(fake, 40);
	fake->life_held = 1;
	assert_int_equal(merge_run(fake->merge, 10), 2);
	assert_out(fake, 0, LIFE_TYPE, 10);
	assert_out(fake, 1, ACT_TYPE, 40);
	fake->life_held = 0;
	assert_int_equal(merge_run(fake->merge, 10), 1);
	assert_out(fake, 2, LIFE_TYPE, 20);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(records_of_both_rings_come_out_by_time, setup,
						teardown),
		cmocka_unit_test_setup_teardown(life_younger_than_the_round_waits_for_the_next,
						setup, teardown),
		cmocka_unit_test_setup_teardown(life_waits_while_activity_may_still_be_older, setup,
						teardown),
		cmocka_unit_test_setup_teardown(a_round_gives_at_most_what_was_asked_for, setup,
						teardown),
		cmocka_unit_test_setup_teardown(full_queue_loses_nothing_and_keeps_order, setup,
						teardown),
		cmocka_unit_test_setup_teardown(activity_waits_for_life_that_is_being_written,
						setup, teardown),
		cmocka_unit_test_setup_teardown(
			life_that_is_never_written_does_not_hold_activity_for_ever, setup,
			teardown),
		cmocka_unit_test_setup_teardown(queue_full_of_younger_life_does_not_hold_activity,
						setup, teardown),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
