// SPDX-License-Identifier: Apache-2.0

/* The second set of programs at the exit of system calls; see bpf/dispatch.bpf.c. */
#include <errno.h>
#include <string.h>

#include <bpf/bpf.h>
#include <bpf/libbpf.h>

#include "base/log.h"
#include "sensor/sensor_impl.h"

#include "bw.skel.h"

/* Runs of a program that the kernel left out, since it was under way there; 0 before 5.12. */
static int read_misses(const struct bpf_program *program, uint64_t *out)
{
	struct bpf_prog_info info = { 0 };
	__u32 len = sizeof(info);
	int err = bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &len);

	*out = err ? 0 : info.recursion_misses;
	return err;
}

int sensor_skipped(const struct sensor *sensor, uint64_t *out)
{
	struct bpf_program *program;

	*out = 0;
	bpf_object__for_each_program(program, sensor->skel->obj)
	{
		const struct bpf_program *asked = program;
		uint64_t n;
		int err;

		if (bpf_program__fd(program) < 0)
			continue; /* it was not needed */
		if (sensor->second && program == sensor->skel->progs.on_sys_exit) {
			asked = sensor->second->progs.on_sys_exit;
			*out += sensor->n_skipped_alone;
		}
		err = read_misses(asked, &n);
		if (err)
			return err;
		*out += n;
	}
	return 0;
}

/* Only what is reached from on_sys_exit, and only what the first has loaded. */
static int choose_programs(const struct sensor *sensor, const struct bw_skel *second)
{
	struct bpf_program *program;
	int err;

	bpf_object__for_each_program(program, second->obj)
	{
		err = bpf_program__set_autoload(program, program == second->progs.on_sys_exit);
		if (err)
			return err;
	}
	for (enum bw_slot slot = BW_SLOT_NONE + 1; slot < BW_SLOT_MAX; slot++) {
		if (bpf_program__fd(sensor_slot_program(sensor->skel, slot)) < 0)
			continue;
		err = bpf_program__set_autoload(sensor_slot_program(second, slot), true);
		if (err)
			return err;
	}
	return 0;
}

/* All that the first knows is the second's, but for its settings and where its programs are. */
static int share_maps(const struct sensor *sensor, struct bw_skel *second)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, second->obj)
	{
		const struct bpf_map *first = bpf_object__find_map_by_name(sensor->skel->obj,
									   bpf_map__name(map));
		int err;

		if (bpf_map__is_internal(map) || map == second->maps.bw_programs)
			continue;
		err = first ? bpf_map__reuse_fd(map, bpf_map__fd(first)) : -ENOENT;
		if (err)
			return err;
	}
	return 0;
}

int sensor_second_load(struct sensor *sensor)
{
	struct bw_skel *second = bw_skel__open();
	uint64_t n_skipped = 0;
	int err;

	if (!second)
		return -errno;
	*second->rodata = *sensor->skel->rodata;
	second->rodata->is_second = 1;
	err = choose_programs(sensor, second);
	if (!err)
		err = share_maps(sensor, second);
	if (!err)
		err = bw_skel__load(second);
	if (!err)
		err = sensor_fill_programs(second);
	if (!err)
		err = read_misses(sensor->skel->progs.on_sys_exit, &n_skipped);
	if (!err) {
		second->links.on_sys_exit = bpf_program__attach(second->progs.on_sys_exit);
		err = second->links.on_sys_exit ? 0 : -errno;
	}
	if (err) {
		bw_skel__destroy(second);
		return err;
	}
	sensor->second = second;
	sensor->n_skipped_alone = n_skipped;
	sensor_guard_add(&sensor->guard, SENSOR_OBJECT_LINK, "second on_sys_exit",
			 bpf_link__fd(second->links.on_sys_exit));
	return 0;
}

void sensor_second_if_skipped(struct sensor *sensor)
{
	uint64_t n_skipped;
	int err;

	if (sensor->second || sensor->no_second || !sensor->skel->links.on_sys_exit ||
	    read_misses(sensor->skel->progs.on_sys_exit, &n_skipped) || !n_skipped)
		return;
	err = sensor_second_load(sensor);
	sensor->no_second = err;
	if (err)
		log_warn(
			"this kernel skips our programs when tasks are preempted in them, and they "
			"cannot be loaded a second time: %s",
			strerror(-err));
	else
		log_debug("this kernel skipped a program: loaded a second time");
}
