// SPDX-License-Identifier: Apache-2.0

/* What a user who poses as a container runtime can make the agent do: little, and to himself. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <string.h>

#include "base/clock.h"
#include "container/share.h"
#include "container_fixture.h"

#define BIG_BYTES ((size_t)2 << 20)
#define N_POSERS  300
#define USER      "1000\t1000\t1000\t1000"
#define S_NS      1000000000ULL

static const struct dir own2 = { 0, CG2, 1, "/c1" };

static struct cf_poser poser_of(uint32_t i, const char *argv)
{
	return (struct cf_poser){ 1000 + 2 * i, USER, argv, 5000 + i };
}

/* Root's container of the bundle "/b". */
static const struct container *start_roots(struct fixture *f)
{
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|--bundle|/b|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	return cf_ask(f->live, CG2, 1, 0);
}

static void time_is_shared_by_periods(void **state)
{
	struct share share = { .max_ns = 10 };

	(void)state;
	assert_int_equal(share_left(&share, 5), 10);
	share_use(&share, 4);
	assert_int_equal(share_left(&share, 9), 6);
	share_use(&share, 20);
	assert_int_equal(share_left(&share, SHARE_PERIOD_NS), 0);
	assert_int_equal(share_left(&share, 2 * SHARE_PERIOD_NS), 10);
}

static void files_of_users_may_be_less_large(void **state)
{
	const struct cf_poser poser = poser_of(0, "conmon|-c|c1|-b|/b");
	struct fixture *f = *state;
	struct containers_stats stats;
	static char big[BIG_BYTES];

	memset(big, ' ', sizeof(big));
	big[0] = '{';
	big[1] = '}';
	cf_put_bytes(f, "/b/config.json", big, sizeof(big));
	cf_put_poser(f, &poser);
	assert_true(cf_ask_poser(f->live, &poser)->is_partial);
	containers_read_stats(f->live, &stats);
	assert_true(stats.n_read_failed > 0);
	assert_false(start_roots(f)->is_partial);
}

/* A description as dear as it may be, again and again, each time in a namespace of its own. */
static void users_share_of_the_time_is_bounded(void **state)
{
	struct fixture *f = *state;
	const struct container *info;
	struct containers_stats stats;
	static char big[BIG_BYTES / 2];
	struct cf_poser poser;
	uint64_t end_ns;
	uint32_t i;

	for (i = 0; i < sizeof(big); i++)
		big[i] = i % 2 ? '1' : ',';
	big[0] = '[';
	big[sizeof(big) - 1] = ']';
	big[sizeof(big) - 2] = ' ';
	cf_put_bytes(f, "/st/overlay-containers/x/userdata/config.json", big, sizeof(big));
	cf_put_bytes(f, "/st/overlay-containers/containers.json", big, sizeof(big));
	cf_put(f, "/b/config.json", "{}");
	for (i = 0; i < N_POSERS; i++) {
		poser = poser_of(i, "conmon|-c|x|-b|/st/overlay-containers/x/userdata");
		cf_put_poser(f, &poser);
		info = cf_ask_poser(f->live, &poser);
		assert_int_equal(info->kind, CONTAINER_KNOWN);
		assert_string_equal(info->full_id, "x");
		assert_true(info->is_rootless);
	}
	assert_true(info->is_partial);
	containers_read_stats(f->live, &stats);
	assert_true(stats.n_left_out > N_POSERS / 2);
	/* That is none of root's business. */
	assert_false(start_roots(f)->is_partial);

	/* Left out is not forgotten. */
	poser = poser_of(N_POSERS, "conmon|-c|late|-b|/b");
	cf_put_poser(f, &poser);
	end_ns = clock_boot_ns() + 30 * S_NS;
	while (cf_ask_poser(f->live, &poser)->is_partial && clock_boot_ns() < end_ns)
		;
	assert_false(cf_ask_poser(f->live, &poser)->is_partial);
	assert_false(cf_ask_poser(f->replay, &poser)->is_partial);
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, cf_setup, cf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(time_is_shared_by_periods),
		SENTENCE(files_of_users_may_be_less_large),
		SENTENCE(users_share_of_the_time_is_bounded),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
