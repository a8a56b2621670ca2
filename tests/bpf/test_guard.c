// SPDX-License-Identifier: Apache-2.0

/* What is done to the sensor's own objects is refused, or found and told.  Root. */
#include "watch.h"

#include <fcntl.h>
#include <sys/mman.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "sensor/sensor_impl.h"

#include "bw.skel.h"

#define N_OPENS      500
#define FINDINGS_MAX 64
#define SECOND_NS    1000000000ULL

/* What has been told, and a clock that the test moves on. */
struct told {
	struct watch *watch;
	uint64_t now_ns;
	size_t n;
	struct sensor_finding findings[FINDINGS_MAX];
};

static void on_finding(const struct sensor_finding *finding, void *arg)
{
	struct told *told = arg;

	assert_true(told->n < FINDINGS_MAX);
	told->findings[told->n++] = *finding;
}

/* A second passes. */
static void tick(struct told *told)
{
	told->now_ns += SECOND_NS;
	assert_true(sensor_drain(told->watch->sensor, UINT32_MAX) >= 0);
	sensor_check(told->watch->sensor, told->now_ns, on_finding, told);
}

static struct told begin(void)
{
	struct told told = { .now_ns = 1000 * SECOND_NS };
	bool calls[BW_CALL_MAX] = { [BW_CALL_OPENAT] = true };

	told.watch = watch_open(calls);
	return told;
}

static const struct sensor_finding *find(const struct told *told, enum bw_finding_kind kind)
{
	for (size_t i = 0; i < told->n; i++) {
		if (told->findings[i].kind == kind)
			return &told->findings[i];
	}
	return NULL;
}

static void canaries_arrive_and_nobody_sees_them(void **state)
{
	struct told told = begin();
	const struct sensor_guard *guard = &told.watch->sensor->guard;

	(void)state;
	told.watch->pid = (uint32_t)getpid(); /* a canary has no process; keep them all */
	for (int i = 0; i < 10; i++)
		tick(&told);
	assert_true(guard->has_canary);
	assert_int_equal(guard->n_sent, 10);
	assert_int_equal(guard->lane[BW_LANE_LIFE].n_arrived, 9);
	assert_int_equal(guard->lane[BW_LANE_ACTIVITY].n_arrived, 9);
	assert_int_equal(told.n, 0);
	assert_int_equal(watch_count(told.watch, BW_EVENT_CANARY), 0);
	watch_close(told.watch);
}

/* The same call with another cookie. */
static void others_cannot_sing_for_it(void **state)
{
	struct told told = begin();
	const struct sensor_guard *guard = &told.watch->sensor->guard;

	(void)state;
	tick(&told);
	tick(&told);
	(void)syscall(SENSOR_CANARY_NR, guard->cookie + 1, 1000);
	(void)syscall(SENSOR_CANARY_NR, guard->cookie, 1000);
	tick(&told);
	assert_int_equal(guard->lane[BW_LANE_LIFE].n_arrived, 2);
	watch_close(told.watch);
}

static void without_a_hook_on_calls_there_is_no_canary(void **state)
{
	struct told told = { .now_ns = 1000 * SECOND_NS };
	const bool calls[BW_CALL_MAX] = { false };

	(void)state;
	told.watch = watch_open(calls);
	for (int i = 0; i < 10; i++)
		tick(&told);
	assert_false(told.watch->sensor->guard.has_canary);
	assert_int_equal(told.n, 0);
	watch_close(told.watch);
}

/* What a detached program is to us: its link's descriptor is closed behind our back. */
static void a_closed_link_is_told_once_and_blindness_after_five_seconds(void **state)
{
	struct told told = begin();
	const struct sensor_finding *finding;
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int link_fd = bpf_link__fd(told.watch->sensor->skel->links.on_sys_exit);
	uint64_t last_ns;

	(void)state;
	assert_true(null_fd >= 0);
	tick(&told);
	tick(&told);
	last_ns = told.now_ns; /* of a canary that still comes */
	assert_int_equal(dup3(null_fd, link_fd, O_CLOEXEC), link_fd);
	for (int i = 0; i < 4; i++)
		tick(&told);
	assert_int_equal(told.n, 1);
	finding = find(&told, BW_FINDING_OBJECT);
	assert_non_null(finding);
	assert_string_equal(finding->object, "on_sys_exit");
	for (int i = 0; i < 4; i++)
		tick(&told);
	finding = find(&told, BW_FINDING_BLIND);
	assert_non_null(finding);
	assert_int_equal(finding->since_ns, last_ns + SECOND_NS);
	/* On both lanes, and nothing else; again after a minute. */
	assert_int_equal(told.n, 3);
	for (int i = 0; i < 60; i++)
		tick(&told);
	assert_int_equal(told.n, 5);
	(void)close(null_fd);
	watch_close(told.watch);
}

/* As after a sleep of the machine, or with a standard output that nobody reads. */
static void time_alone_does_not_make_blind(void **state)
{
	struct told told = begin();
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);
	int link_fd = bpf_link__fd(told.watch->sensor->skel->links.on_sys_exit);

	(void)state;
	assert_true(null_fd >= 0);
	tick(&told);
	assert_int_equal(dup3(null_fd, link_fd, O_CLOEXEC), link_fd);
	tick(&told); /* sends the first that does not come */
	for (unsigned int n_missing = 1; n_missing < GUARD_BLIND_MIN; n_missing++) {
		told.now_ns += 1000 * SECOND_NS;
		tick(&told);
		assert_int_equal(told.watch->sensor->guard.lane[BW_LANE_LIFE].n_missing, n_missing);
		assert_null(find(&told, BW_FINDING_BLIND));
	}
	tick(&told);
	assert_non_null(find(&told, BW_FINDING_BLIND));
	assert_int_equal(find(&told, BW_FINDING_BLIND)->count, GUARD_BLIND_MIN);
	(void)close(null_fd);
	watch_close(told.watch);
}

/* With canaries that count for nothing, so that there is no room for one more. */
static void fill_rings(const struct told *told, size_t ring_bytes)
{
	for (size_t i = 0; i < ring_bytes / sizeof(struct bw_canary) + 1; i++)
		(void)syscall(SENSOR_CANARY_NR, told->watch->sensor->guard.cookie, 0);
}

/* Anybody can fill a ring; that events are lost then is told as such. */
static void a_full_ring_is_not_blindness(void **state)
{
	const size_t page = (size_t)sysconf(_SC_PAGESIZE);
	const bool calls[BW_CALL_MAX] = { [BW_CALL_OPENAT] = true };
	struct told told = { .now_ns = 1000 * SECOND_NS };
	const struct sensor_guard *guard;
	int null_fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

	(void)state;
	told.watch = watch_open_as(calls, page, false);
	guard = &told.watch->sensor->guard;
	for (int i = 0; i < 20; i++) {
		assert_true(sensor_drain(told.watch->sensor, UINT32_MAX) >= 0);
		fill_rings(&told, page);
		told.now_ns += SECOND_NS;
		sensor_check(told.watch->sensor, told.now_ns, on_finding, &told);
	}
	assert_int_equal(guard->n_sent, 20);
	for (int lane = 0; lane < BW_LANE_MAX; lane++) {
		assert_int_equal(guard->lane[lane].n_arrived, 0);
		assert_int_equal(guard->lane[lane].n_lost, 20);
	}
	assert_int_equal(told.n, 0);
	/* It hides nothing: what was lost before says nothing of those that do not come. */
	assert_true(null_fd >= 0);
	(void)dup3(null_fd, bpf_link__fd(told.watch->sensor->skel->links.on_sys_exit), O_CLOEXEC);
	for (unsigned int i = 0; i < GUARD_BLIND_MIN + 1; i++) {
		assert_null(find(&told, BW_FINDING_BLIND));
		tick(&told);
	}
	assert_non_null(find(&told, BW_FINDING_BLIND));
	(void)close(null_fd);
	watch_close(told.watch);
}

/* There is no descriptor at all any more. */
static void a_closed_program_is_told(void **state)
{
	struct told told = begin();
	const struct sensor_finding *finding;

	(void)state;
	assert_int_equal(close(bpf_program__fd(told.watch->sensor->skel->progs.on_fork)), 0);
	tick(&told);
	assert_int_equal(told.n, 1);
	finding = find(&told, BW_FINDING_OBJECT);
	assert_non_null(finding);
	assert_string_equal(finding->object, "on_fork");
	tick(&told);
	assert_int_equal(told.n, 1);
	watch_close(told.watch);
}

static int open_some(const void *arg)
{
	(void)arg;
	for (int i = 0; i < N_OPENS; i++)
		(void)close(open("/dev/null", O_RDONLY));
	return 0;
}

/* As another process does that got at the map by its id. */
static void moving_our_position_loses_nothing_and_is_told(void **state)
{
	struct told told = begin();
	struct watch *w = told.watch;
	const struct sensor_finding *finding;
	int map_fd = bpf_map__fd(w->sensor->skel->maps.bw_activity);
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	unsigned long *consumer = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	const struct timespec round = { .tv_nsec = WATCH_ROUND_NS };
	pid_t pid;

	(void)state;
	assert_ptr_not_equal(consumer, MAP_FAILED);
	assert_true(sensor_drain(w->sensor, UINT32_MAX) >= 0);
	pid = fork();
	assert_true(pid >= 0);
	if (pid == 0)
		_exit(open_some(NULL));
	w->pid = (uint32_t)pid;
	for (int i = 0; i < WATCH_ROUNDS_MAX && !w->exited; i++) {
		/* To where the producers are, in the page behind. */
		*consumer = sensor_ring_produced(&w->sensor->ring[BW_LANE_ACTIVITY]);
		assert_true(sensor_drain(w->sensor, 1000) >= 0);
		(void)nanosleep(&round, NULL);
	}
	assert_int_equal(waitpid(pid, NULL, 0), pid);
	assert_true(watch_count(w, BW_EVENT_OPEN) >= N_OPENS);
	*consumer = 1;
	tick(&told);
	finding = find(&told, BW_FINDING_RING_MOVED);
	assert_non_null(finding);
	assert_string_equal(finding->object, "bw_activity");
	assert_true(finding->count >= 1);
	assert_null(find(&told, BW_FINDING_RING_OVERRUN));
	/* What goes on is told every ten seconds, not every second. */
	told.n = 0;
	for (int i = 0; i < 20; i++) {
		*consumer = 1;
		tick(&told);
	}
	assert_int_equal(told.n, 2);
	(void)munmap(consumer, page);
	watch_close(w);
}

/* What the kernel keeps for the programs' sake alone: none of it can be written from outside. */
static void maps_cannot_be_changed_from_user_space(void **state)
{
	struct told told = begin();
	struct bpf_map *map;
	unsigned int n_tried = 0;

	(void)state;
	bpf_object__for_each_map(map, told.watch->sensor->skel->obj)
	{
		/* Room for the largest value of a per-CPU map; its content does not come to use. */
		size_t size = bpf_map__value_size(map) * 64UL;
		const char key[64] = { 0 };
		char *value;

		if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF)
			continue;
		value = calloc(1, size + 8);
		assert_non_null(value);
		assert_true(bpf_map__key_size(map) <= sizeof(key));
		assert_int_equal(bpf_map_update_elem(bpf_map__fd(map), key, value, BPF_ANY),
				 -EPERM);
		assert_int_equal(bpf_map_delete_elem(bpf_map__fd(map), key), -EPERM);
		free(value);
		n_tried++;
	}
	assert_true(n_tried > 5);
	watch_close(told.watch);
}

static void count_ids(uint32_t id, void *arg)
{
	assert_int_not_equal(id, 0);
	(*(size_t *)arg)++;
}

static void its_objects_are_known_by_their_ids(void **state)
{
	struct told told = begin();
	size_t n[SENSOR_OBJECT_MAX] = { 0 };

	(void)state;
	for (int kind = 0; kind < SENSOR_OBJECT_MAX; kind++)
		sensor_each_object(told.watch->sensor, (enum sensor_object_kind)kind, count_ids,
				   &n[kind]);
	assert_true(n[SENSOR_OBJECT_PROGRAM] > n[SENSOR_OBJECT_LINK]);
	assert_true(n[SENSOR_OBJECT_LINK] >= 5);
	assert_true(n[SENSOR_OBJECT_MAP] >= 10);
	watch_close(told.watch);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(canaries_arrive_and_nobody_sees_them),
		cmocka_unit_test(others_cannot_sing_for_it),
		cmocka_unit_test(without_a_hook_on_calls_there_is_no_canary),
		cmocka_unit_test(a_closed_link_is_told_once_and_blindness_after_five_seconds),
		cmocka_unit_test(time_alone_does_not_make_blind),
		cmocka_unit_test(a_full_ring_is_not_blindness),
		cmocka_unit_test(a_closed_program_is_told),
		cmocka_unit_test(moving_our_position_loses_nothing_and_is_told),
		cmocka_unit_test(maps_cannot_be_changed_from_user_space),
		cmocka_unit_test(its_objects_are_known_by_their_ids),
	};

	return cmocka_run_group_tests_name("sensor/guard", tests, NULL, NULL);
}
