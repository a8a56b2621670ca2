// SPDX-License-Identifier: Apache-2.0

/* A ring buffer map, made of a file: what the reader does when others write its position. */
#include "sensor/sensor_ring.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include <cmocka.h>

#include <linux/bpf.h>

#include "bpfwatch/event.h"

#define RING_BYTES   4096UL
#define RECORD_BYTES 24UL /* of which 8 are its header */
#define SEEN_MAX     1024

static struct sensor_ring ring;
static char *map; /* consumer, producers, data, data again */
static size_t page;
static int map_fd;
static uint64_t seen[SEEN_MAX]; /* first eight bytes of each record handed out */
static size_t n_seen;

static unsigned long *consumer(void)
{
	return (unsigned long *)map;
}

static unsigned long *producer(void)
{
	return (unsigned long *)(map + page);
}

/* The kernel has the data once and maps it twice; here it is written twice. */
static void write_at(unsigned long pos, const void *bytes, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		size_t at = (pos + i) & (RING_BYTES - 1);

		map[2 * page + at] = ((const char *)bytes)[i];
		map[2 * page + RING_BYTES + at] = ((const char *)bytes)[i];
	}
}

static void produce(uint64_t value, uint32_t head_bits)
{
	const uint32_t head = (uint32_t)(RECORD_BYTES - BPF_RINGBUF_HDR_SZ) | head_bits;

	write_at(*producer(), &head, sizeof(head));
	write_at(*producer() + BPF_RINGBUF_HDR_SZ, &value, sizeof(value));
	*producer() += RECORD_BYTES;
}

static int take(void *arg, const void *data, size_t len)
{
	(void)arg;
	assert_int_equal(len, RECORD_BYTES - BPF_RINGBUF_HDR_SZ);
	assert_true(n_seen < SEEN_MAX);
	memcpy(&seen[n_seen++], data, sizeof(seen[0]));
	return 0;
}

static int take_one(void *arg, const void *data, size_t len)
{
	(void)take(arg, data, len);
	return -ENOBUFS;
}

static int start(void **state)
{
	(void)state;
	page = (size_t)sysconf(_SC_PAGESIZE);
	map_fd = memfd_create("ring", MFD_CLOEXEC);
	if (map_fd < 0 || ftruncate(map_fd, (off_t)(2 * page + 2 * RING_BYTES)))
		return -1;
	map = mmap(NULL, 2 * page + 2 * RING_BYTES, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	n_seen = 0;
	return map == MAP_FAILED ? -1 : sensor_ring_open(&ring, map_fd, RING_BYTES);
}

static int stop(void **state)
{
	(void)state;
	sensor_ring_close(&ring);
	(void)munmap(map, 2 * page + 2 * RING_BYTES);
	(void)close(map_fd);
	return 0;
}

static void drain(int want)
{
	assert_int_equal(sensor_ring_drain(&ring, take, NULL), want);
}

static void records_come_in_order_round_and_round(void **state)
{
	uint64_t n = 0;

	(void)state;
	for (int round = 0; round < 10; round++) {
		for (int i = 0; i < 100; i++)
			produce(n++, 0);
		drain(0);
		assert_int_equal(*consumer(), *producer());
	}
	assert_int_equal(n_seen, 1000);
	for (size_t i = 0; i < n_seen; i++)
		assert_int_equal(seen[i], i);
	assert_int_equal(ring.n_moved, 0);
	assert_int_equal(ring.overrun_bytes, 0);
}

static void what_is_not_finished_or_discarded_is_not_handed_out(void **state)
{
	(void)state;
	produce(1, BPF_RINGBUF_DISCARD_BIT);
	produce(2, 0);
	produce(3, BPF_RINGBUF_BUSY_BIT);
	produce(4, 0);
	drain(0);
	assert_int_equal(n_seen, 1);
	assert_int_equal(seen[0], 2);
	assert_int_equal(*consumer(), 2 * RECORD_BYTES);
}

static void an_error_of_the_callback_ends_it_behind_that_record(void **state)
{
	(void)state;
	produce(1, 0);
	produce(2, 0);
	assert_int_equal(sensor_ring_drain(&ring, take_one, NULL), -ENOBUFS);
	assert_int_equal(*consumer(), RECORD_BYTES);
	drain(0);
	assert_int_equal(n_seen, 2);
	assert_int_equal(seen[1], 2);
}

static void nothing_is_skipped_when_the_position_is_moved(void **state)
{
	static const unsigned long positions[] = { 0, 8, 2 * RECORD_BYTES, 1UL << 40, ~0UL };
	uint64_t n = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(positions) / sizeof(positions[0]); i++) {
		produce(n++, 0);
		produce(n++, 0);
		produce(n++, 0);
		*consumer() = positions[i] == 0 ? *producer() : positions[i];
		drain(0);
		assert_int_equal(ring.n_moved, i + 1);
		assert_int_equal(*consumer(), *producer());
	}
	assert_int_equal(n_seen, n);
	for (size_t i = 0; i < n_seen; i++)
		assert_int_equal(seen[i], i);
	assert_int_equal(ring.overrun_bytes, 0);
	/* And told with nothing to read, too. */
	*consumer() = 0;
	drain(0);
	assert_int_equal(ring.n_moved, sizeof(positions) / sizeof(positions[0]) + 1);
	assert_int_equal(*consumer(), *producer());
}

static void what_was_written_over_is_counted_and_left(void **state)
{
	(void)state;
	for (uint64_t i = 0; i < 200; i++) /* more than the ring holds */
		produce(i, 0);
	*consumer() = *producer();
	drain(0);
	assert_int_equal(n_seen, 0);
	assert_int_equal(ring.overrun_bytes, 200 * RECORD_BYTES);
	produce(200, 0);
	drain(0);
	assert_int_equal(n_seen, 1);
	assert_int_equal(seen[0], 200);
}

static void what_is_no_record_is_left(void **state)
{
	static const uint32_t heads[] = { 0x3fffffff, BW_RECORD_MAX + 1, 3 * RECORD_BYTES };

	(void)state;
	for (size_t i = 0; i < sizeof(heads) / sizeof(heads[0]); i++) {
		produce(1, 0);
		write_at(*producer() - RECORD_BYTES, &heads[i], sizeof(heads[i]));
		drain(0);
		assert_int_equal(n_seen, 0);
		assert_int_equal(ring.overrun_bytes, (i + 1) * RECORD_BYTES);
		assert_int_equal(*consumer(), *producer());
	}
	produce(2, 0);
	drain(0);
	assert_int_equal(n_seen, 1);
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(records_come_in_order_round_and_round),
		TEST(what_is_not_finished_or_discarded_is_not_handed_out),
		TEST(an_error_of_the_callback_ends_it_behind_that_record),
		TEST(nothing_is_skipped_when_the_position_is_moved),
		TEST(what_was_written_over_is_counted_and_left),
		TEST(what_is_no_record_is_left),
	};

	return cmocka_run_group_tests_name("sensor/ring", tests, NULL, NULL);
}
