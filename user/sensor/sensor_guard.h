/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SENSOR_GUARD_H
#define SENSOR_SENSOR_GUARD_H

/* The sensor looks after itself; see sensor_check(). */
#include <stdbool.h>
#include <sys/syscall.h>

#include "bpfwatch/event.h"
#include "sensor/sensor.h"
#include "sensor/sensor_ring.h"

/*
 * The call of the canary: one that every filter of system calls lets through, that changes
 * nothing, and that few programs make.
 */
#define SENSOR_CANARY_NR __NR_sched_get_priority_min

#define GUARD_OBJECTS_MAX   128
#define GUARD_BLIND_NS      5000000000ULL /* without a canary: blind */
#define GUARD_BLIND_MIN     5 /* canaries; a machine may sleep, and its reader, between two */
#define GUARD_BLIND_TOLD_NS 60000000000ULL

struct guard_object {
	enum sensor_object_kind kind;
	const char *name;
	int fd;
	uint32_t id;
	uint32_t program_id; /* of a link */
	bool is_lost; /* and told */
};

/* What has been told of a ring. */
struct guard_ring {
	uint64_t n_moved;
	uint64_t overrun_bytes;
	uint64_t told_ns; /* 0: never */
};

/* The canary on one lane. */
struct guard_lane {
	uint64_t n_arrived; /* number of the youngest that came */
	uint64_t n_lost; /* number of the youngest that met a full ring */
	unsigned long mark; /* who has read so far has met the youngest, if it is there */
	uint64_t since_ns; /* when the first that did not come was sent; 0: all came */
	uint64_t n_missing; /* since then */
	uint64_t told_ns;
};

struct sensor_guard {
	struct guard_object objects[GUARD_OBJECTS_MAX];
	size_t n_objects;
	struct guard_ring ring[BW_LANE_MAX];
	struct guard_lane lane[BW_LANE_MAX];
	uint64_t cookie; /* what the canary's program knows us by */
	uint64_t n_sent;
	uint64_t sent_ns;
	bool has_canary; /* its program is loaded */
};

void sensor_guard_init(struct sensor_guard *guard);

/* After the attach: what there is to look after. */
void sensor_guard_learn(struct sensor *sensor);

/* One more object, of which `name` has to stay. */
void sensor_guard_add(struct sensor_guard *guard, enum sensor_object_kind kind, const char *name,
		      int fd);

/* Is the record a canary?  Then it goes no further. */
bool sensor_guard_takes(struct sensor_guard *guard, enum bw_lane lane, const void *data,
			size_t len);

/*
 * Given that all before `pos` has been read: is it known whether the lane's youngest canary
 * came?  A reader who is behind is not blind, nor is one whose ring is full.
 */
bool sensor_guard_knows(const struct sensor_guard *guard, enum bw_lane lane, unsigned long pos);

/* Judge the lane's youngest canary.  Returns whether it has to be told that we are blind. */
bool sensor_guard_judge(struct sensor_guard *guard, enum bw_lane lane, uint64_t now_ns);

#endif /* SENSOR_SENSOR_GUARD_H */
