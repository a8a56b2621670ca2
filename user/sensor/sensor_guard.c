// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_guard.h"

#include <errno.h>
#include <string.h>
#include <sys/random.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/clock.h"
#include "base/log.h"
#include "sensor/sensor_impl.h"

#include "bw.skel.h"

static const char *const ring_names[BW_LANE_MAX] = {
	[BW_LANE_LIFE] = "bw_life",
	[BW_LANE_ACTIVITY] = "bw_activity",
};

void sensor_guard_init(struct sensor_guard *guard)
{
	memset(guard, 0, sizeof(*guard));
	if (getrandom(&guard->cookie, sizeof(guard->cookie), GRND_NONBLOCK) !=
	    (ssize_t)sizeof(guard->cookie))
		guard->cookie =
			clock_boot_ns(); /* to be told from others' calls by chance is enough */
}

/* The object behind a descriptor of ours: its id, and a link's program.  Returns 0 or -errno. */
static int identify(enum sensor_object_kind kind, int fd, uint32_t *ret_id, uint32_t *ret_program)
{
	struct bpf_prog_info program = { 0 };
	struct bpf_map_info map = { 0 };
	struct bpf_link_info link = { 0 };
	void *const infos[SENSOR_OBJECT_MAX] = { &program, &map, &link };
	const uint32_t sizes[SENSOR_OBJECT_MAX] = { sizeof(program), sizeof(map), sizeof(link) };
	uint32_t size = sizes[kind];
	int err = bpf_obj_get_info_by_fd(fd, infos[kind], &size);

	if (err)
		return err;
	*ret_id = kind == SENSOR_OBJECT_PROGRAM ? program.id :
		  kind == SENSOR_OBJECT_MAP     ? map.id :
						  link.id;
	*ret_program = link.prog_id;
	return 0;
}

void sensor_guard_add(struct sensor_guard *guard, enum sensor_object_kind kind, const char *name,
		      int fd)
{
	struct guard_object object = { .kind = kind, .name = name, .fd = fd };
	int err;

	if (fd < 0)
		return; /* not loaded */
	err = guard->n_objects < GUARD_OBJECTS_MAX ?
		      identify(kind, fd, &object.id, &object.program_id) :
		      -E2BIG;
	if (err)
		log_debug("cannot look after '%s': %s", name, strerror(-err));
	else
		guard->objects[guard->n_objects++] = object;
}

void sensor_guard_learn(struct sensor *sensor)
{
	const struct bpf_object_skeleton *skeleton = sensor->skel->skeleton;
	const struct bpf_object *obj = sensor->skel->obj;
	struct sensor_guard *guard = &sensor->guard;
	struct bpf_program *program = bpf_object__next_program(obj, NULL);
	struct bpf_map *map = bpf_object__next_map(obj, NULL);

	for (; program; program = bpf_object__next_program(obj, program))
		sensor_guard_add(guard, SENSOR_OBJECT_PROGRAM, bpf_program__name(program),
				 bpf_program__fd(program));
	for (; map; map = bpf_object__next_map(obj, map))
		sensor_guard_add(guard, SENSOR_OBJECT_MAP, bpf_map__name(map), bpf_map__fd(map));
	for (int i = 0; i < skeleton->prog_cnt; i++) {
		const struct bpf_link *link = *skeleton->progs[i].link;

		if (link)
			sensor_guard_add(guard, SENSOR_OBJECT_LINK, skeleton->progs[i].name,
					 bpf_link__fd(link));
	}
	guard->has_canary = bpf_program__fd(sensor->skel->progs.on_canary) >= 0;
}

void sensor_each_object(const struct sensor *sensor, enum sensor_object_kind kind,
			sensor_object_fn *visit, void *arg)
{
	for (size_t i = 0; i < sensor->guard.n_objects; i++) {
		if (sensor->guard.objects[i].kind == kind)
			visit(sensor->guard.objects[i].id, arg);
	}
}

/*
 * Whether a descriptor was closed or replaced, or its link has lost its program.  Other errors say
 * nothing of it.
 */
static bool is_lost(const struct guard_object *object)
{
	uint32_t program_id = 0;
	uint32_t id = 0;
	int err = identify(object->kind, object->fd, &id, &program_id);

	if (err)
		return err == -EBADFD || err == -EBADF || err == -EINVAL;
	return id != object->id || program_id != object->program_id;
}

static void check_objects(struct sensor_guard *guard, sensor_finding_fn *tell, void *arg)
{
	for (size_t i = 0; i < guard->n_objects; i++) {
		struct guard_object *object = &guard->objects[i];
		const struct sensor_finding finding = {
			.kind = BW_FINDING_OBJECT,
			.object = object->name,
			.count = 1,
		};

		if (object->is_lost || !is_lost(object))
			continue;
		object->is_lost = true;
		tell(&finding, arg);
	}
}

static void check_ring(struct sensor_guard *guard, enum bw_lane lane,
		       const struct sensor_ring *ring, uint64_t now_ns, sensor_finding_fn *tell,
		       void *arg)
{
	struct guard_ring *told = &guard->ring[lane];
	struct sensor_finding moved = {
		.kind = BW_FINDING_RING_MOVED,
		.object = ring_names[lane],
		.count = ring->n_moved - told->n_moved,
	};
	struct sensor_finding overrun = {
		.kind = BW_FINDING_RING_OVERRUN,
		.object = ring_names[lane],
		.count = ring->overrun_bytes - told->overrun_bytes,
	};

	if (!moved.count && !overrun.count)
		return;
	if (told->told_ns && now_ns < told->told_ns + SENSOR_AGAIN_NS)
		return;
	told->n_moved = ring->n_moved;
	told->overrun_bytes = ring->overrun_bytes;
	told->told_ns = now_ns;
	if (moved.count)
		tell(&moved, arg);
	if (overrun.count)
		tell(&overrun, arg);
}

bool sensor_guard_takes(struct sensor_guard *guard, enum bw_lane lane, const void *data, size_t len)
{
	const struct bw_canary *canary = data;

	if (len != sizeof(*canary) || canary->hdr.type != BW_EVENT_CANARY)
		return false;
	if (canary->number > guard->lane[lane].n_arrived && canary->number <= guard->n_sent)
		guard->lane[lane].n_arrived = canary->number;
	return true;
}

/* Did the hooks see the youngest canary?  A full ring is told by the loss of others' records. */
static bool is_seen(const struct sensor_guard *guard, enum bw_lane lane)
{
	const struct guard_lane *at = &guard->lane[lane];

	return at->n_arrived == guard->n_sent || at->n_lost == guard->n_sent;
}

bool sensor_guard_knows(const struct sensor_guard *guard, enum bw_lane lane, unsigned long pos)
{
	return is_seen(guard, lane) || pos >= guard->lane[lane].mark;
}

bool sensor_guard_judge(struct sensor_guard *guard, enum bw_lane lane, uint64_t now_ns)
{
	struct guard_lane *at = &guard->lane[lane];

	if (is_seen(guard, lane)) {
		at->since_ns = 0;
		at->n_missing = 0;
		return false;
	}
	if (!at->since_ns)
		at->since_ns = guard->sent_ns;
	at->n_missing++;
	if (at->n_missing < GUARD_BLIND_MIN || now_ns < at->since_ns + GUARD_BLIND_NS)
		return false;
	if (at->told_ns >= at->since_ns && now_ns < at->told_ns + GUARD_BLIND_TOLD_NS)
		return false;
	at->told_ns = now_ns;
	return true;
}

static uint64_t read_lost(const struct sensor *sensor, enum bw_lane lane)
{
	const uint32_t key = lane;
	uint64_t number = 0;

	/* If it cannot be read, the canary that does not come tells. */
	(void)bpf_map_lookup_elem(bpf_map__fd(sensor->skel->maps.bw_canary_lost), &key, &number);
	return number;
}

static void send_canary(struct sensor *sensor, uint64_t now_ns)
{
	struct sensor_guard *guard = &sensor->guard;

	guard->n_sent++;
	guard->sent_ns = now_ns;
	/* What it returns is of no use: it is seen at its exit whatever that is. */
	(void)syscall(SENSOR_CANARY_NR, guard->cookie, guard->n_sent);
	for (enum bw_lane lane = 0; lane < BW_LANE_MAX; lane++) {
		guard->lane[lane].n_lost = read_lost(sensor, lane);
		guard->lane[lane].mark = sensor_ring_produced(&sensor->ring[lane]);
	}
}

static void check_canary(struct sensor *sensor, uint64_t now_ns, sensor_finding_fn *tell, void *arg)
{
	struct sensor_guard *guard = &sensor->guard;

	for (enum bw_lane lane = 0; lane < BW_LANE_MAX; lane++) {
		if (!sensor_guard_knows(guard, lane, sensor->ring[lane].pos))
			return;
	}
	for (enum bw_lane lane = 0; lane < BW_LANE_MAX; lane++) {
		struct sensor_finding blind = {
			.kind = BW_FINDING_BLIND,
			.object = ring_names[lane],
		};

		if (!sensor_guard_judge(guard, lane, now_ns))
			continue;
		blind.count = guard->lane[lane].n_missing;
		blind.since_ns = guard->lane[lane].since_ns;
		tell(&blind, arg);
	}
	send_canary(sensor, now_ns);
}

void sensor_check(struct sensor *sensor, uint64_t now_ns, sensor_finding_fn *tell, void *arg)
{
	check_objects(&sensor->guard, tell, arg);
	for (enum bw_lane lane = 0; lane < BW_LANE_MAX; lane++)
		check_ring(&sensor->guard, lane, &sensor->ring[lane], now_ns, tell, arg);
	if (sensor->guard.has_canary)
		check_canary(sensor, now_ns, tell, arg);
}
