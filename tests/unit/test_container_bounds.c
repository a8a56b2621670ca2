// SPDX-License-Identifier: Apache-2.0

/* What the registry holds is bounded, whatever comes and goes; and what is hostile in files. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <malloc.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/sysmacros.h>
#include <sys/un.h>
#include <unistd.h>

#include "container/place.h"
#include "container_fixture.h"

#define N_MANY    10000
#define N_WARM    1000
#define MS        1000000ULL
#define TAIL_NS   (30000 * MS)
#define BIG_BYTES ((size_t)17 << 20)

static uint64_t heap_bytes(void)
{
	struct mallinfo2 info = mallinfo2();

	return info.uordblks + info.hblkhd;
}

/* One container from its runtime's exec to the end of its cgroup, a number of times. */
static void live_and_die(struct fixture *f, uint32_t i)
{
	char argv[64];
	char path[32];
	struct dir dir = { 0, 100000 + i, 1, path };
	uint32_t tgid = 1000 + i;
	union record r;

	(void)snprintf(argv, sizeof(argv), "runc|run|--bundle|/b|c%u", i);
	(void)snprintf(path, sizeof(path), "/c%u", i);
	cf_send_exec(f, tgid, 50, argv, "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &dir, tgid, 1);
	(void)snprintf(path, sizeof(path), "c%u", i);
	assert_string_equal(cf_ask(f->live, dir.id, 1, 0)->full_id, path);
	cf_head(&r, BW_EVENT_EXIT, tgid);
	cf_send(f, &r);
	cf_send_cgroup(f, BW_CGROUP_RMDIR, &dir, 50, 1);
}

static void ten_thousand_short_containers_leave_memory_where_it_was(void **state)
{
	struct containers_stats stats;
	struct fixture *f = *state;
	uint64_t before;
	uint32_t i;

	cf_put(f, "/b/config.json", "{\"annotations\":{\"a\":\"b\"},\"root\":{\"path\":\"/r\"}}");
	for (i = 0; i < N_WARM; i++)
		live_and_die(f, i);
	containers_expire(f->live, cf_now_ns() + 2 * TAIL_NS);
	containers_expire(f->replay, cf_now_ns() + 2 * TAIL_NS);
	before = heap_bytes();
	for (; i < N_WARM + N_MANY; i++)
		live_and_die(f, i);
	containers_expire(f->live, cf_now_ns() + 2 * TAIL_NS);
	containers_expire(f->replay, cf_now_ns() + 2 * TAIL_NS);
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_containers, 0);
	containers_read_stats(f->replay, &stats);
	assert_int_equal(stats.n_containers, 0);
	assert_true(heap_bytes() <= before + 65536);
}

static void beyond_the_cap_the_oldest_goes_and_is_counted(void **state)
{
	struct containers_stats stats;
	struct fixture *f = *state;
	char argv[64];
	uint32_t i;

	cf_put(f, "/b/config.json", "{}");
	for (i = 0; i < N_MANY; i++) {
		struct dir dir = { 0, 100000 + i, 1, "/c" };

		(void)snprintf(argv, sizeof(argv), "runc|run|--bundle|/b|c%u", i);
		cf_send_exec(f, RUNC_TGID, 50, argv, "/");
		cf_send_cgroup(f, BW_CGROUP_MKDIR, &dir, RUNC_TGID, 1);
	}
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_containers, 8192);
	assert_int_equal(stats.n_evicted, N_MANY - 8192);
	(void)snprintf(argv, sizeof(argv), "c%u", N_MANY - 1);
	assert_string_equal(cf_ask(f->live, 100000 + N_MANY - 1, 1, 0)->full_id, argv);
}

struct hostile {
	const char *what;
	const char *bundle;
};

/* The id is right, the rest unknown, the failure counted; nothing waits or crashes. */
static void expect_partial(struct fixture *f, uint32_t i, const struct hostile *hostile)
{
	struct containers_stats before;
	struct containers_stats after;
	const struct container *info;
	char argv[128];
	struct dir dir = { 0, 200 + i, 1, "/h" };

	containers_read_stats(f->live, &before);
	(void)snprintf(argv, sizeof(argv), "runc|run|--bundle|%s|h%u", hostile->bundle, i);
	cf_send_exec(f, 300 + i, 50, argv, "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &dir, 300 + i, 1);
	info = cf_ask(f->live, dir.id, 1, 0);
	(void)snprintf(argv, sizeof(argv), "h%u", i);
	assert_string_equal(info->full_id, argv);
	assert_true(info->is_partial);
	assert_null(info->user);
	containers_read_stats(f->live, &after);
	if (after.n_read_failed != before.n_read_failed + 1)
		fail_msg("%s is not counted", hostile->what);
}

static void hostile_bundles_are_counted_and_never_fatal(void **state)
{
	static const struct hostile cases[] = {
		{ "a bundle that is gone", "/gone" },
		{ "17 MiB", "/big" },
		{ "a FIFO", "/fifo" },
		{ "a directory", "/dir" },
		{ "a link out of the bundle", "/link" },
		{ "half of a file", "/half" },
		{ "deep nesting", "/deep" },
		{ "nothing", "/empty" },
	};
	struct fixture *f = *state;
	static char big[BIG_BYTES];
	char path[128];

	memset(big, ' ', sizeof(big));
	cf_put_bytes(f, "/big/config.json", big, sizeof(big));
	cf_put(f, "/fifo/x", "");
	(void)snprintf(path, sizeof(path), "%s/fifo/config.json", f->root);
	assert_int_equal(mkfifo(path, 0600), 0);
	cf_put(f, "/dir/config.json/x", "");
	cf_put(f, "/secret/config.json", "{\"process\":{\"user\":{\"uid\":1}}}");
	cf_put(f, "/link/x", "");
	cf_put_link(f, "/link/config.json", "/secret/config.json");
	cf_put(f, "/half/config.json", "{\"process\":{\"user\":{\"uid\":1}");
	memset(big, '[', 100000);
	cf_put_bytes(f, "/deep/config.json", big, 100000);
	cf_put(f, "/empty/config.json", "");
	for (uint32_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++)
		expect_partial(f, i, &cases[i]);
}

static void odd_values_are_left_unknown(void **state)
{
	const struct dir own = { 0, CG2, 1, "/c1" };
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/b/config.json",
	       "{\"process\":{\"user\":{\"uid\":-1,\"gid\":1e300},\"capabilities\":{\"bounding\":"
	       "[[],{},null]}},\"root\":{\"path\":7},\"mounts\":[7,{\"destination\":3},{\"type\":"
	       "\"bind\"},{\"destination\":\"/x\",\"type\":\"bind\",\"options\":[1,null,\"ro\"]}],"
	       "\"annotations\":{\"a\\u001b[2J\":\"\\n\\u0007\",\"n\":5},"
	       "\"linux\":{\"resources\":{\"memory\":{\"limit\":-1},\"pids\":{\"limit\":\"many\"}}}}");
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|--bundle|/b|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own, RUNC_TGID, 1);
	for (int i = 0; i < 2; i++) {
		info = cf_ask(i ? f->replay : f->live, CG2, 1, 0);
		assert_string_equal(info->full_id, "c1");
		assert_null(info->user);
		assert_null(info->rootfs);
		assert_int_equal(info->memory_limit, 0);
		assert_int_equal(info->pids_limit, 0);
		assert_int_equal(info->n_mounts, 1);
		assert_int_equal(info->n_labels, 1);
		assert_string_equal(info->labels[0].value, "\n\a");
	}
}

/* An error that only their open() would make shows that it was called. */
static void what_is_no_file_is_not_opened(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM, 0);
	struct fixture *f = *state;
	char path[128];
	int place;

	cf_put(f, "/etc/x", "");
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/etc/socket", f->root);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	(void)snprintf(path, sizeof(path), "%s/etc/device", f->root);
	place = place_open(f->root, 0);
	assert_true(place >= 0);
	assert_int_equal(place_open_file(place, "/etc/socket", PLACE_FOLLOW), -EINVAL);
	/* Root alone can make one; there is no driver for this. */
	if (!mknod(path, S_IFCHR | 0600, makedev(4095, 0)))
		assert_int_equal(place_open_file(place, "/etc/device", PLACE_FOLLOW), -EINVAL);
	assert_int_equal(close(place), 0);
	assert_int_equal(close(fd), 0);
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, cf_setup, cf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(ten_thousand_short_containers_leave_memory_where_it_was),
		SENTENCE(beyond_the_cap_the_oldest_goes_and_is_counted),
		SENTENCE(hostile_bundles_are_counted_and_never_fatal),
		SENTENCE(odd_values_are_left_unknown),
		SENTENCE(what_is_no_file_is_not_opened),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
