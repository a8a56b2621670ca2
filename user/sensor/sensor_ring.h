/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SENSOR_RING_H
#define SENSOR_SENSOR_RING_H

/*
 * A ring buffer map as its one reader sees it.  Not libbpf's, which takes its own position
 * from the page that it shares with the kernel: that page, any process with the rights
 * to get at the map can write.  Here the position is ours, the page is only told,
 * and what else stands there is found out and put right.
 */
#include <stddef.h>
#include <stdint.h>

struct sensor_ring {
	unsigned long *consumer; /* the shared page; NULL: not mapped */
	unsigned long *producer; /* mapped read-only; in the page after it; then the data */
	const char *data; /* twice in a row, so that no record is in two pieces */
	size_t size; /* of the data, a power of two */
	unsigned long pos; /* where we are, in bytes since the start */
	void *record; /* the one in hand, copied: nobody changes it meanwhile */
	uint64_t n_moved; /* how often the page did not say what we had written */
	uint64_t overrun_bytes; /* what producers wrote over before we had read it */
};

/* Returns 0, or an error that ends the draining; the record is valid during the call. */
typedef int sensor_ring_cb(void *arg, const void *data, size_t len);

/* Map the ring `map_fd` of `size` bytes, from its start.  Returns 0 or -errno; ends with sensor_ring_close(). */
int sensor_ring_open(struct sensor_ring *ring, int map_fd, size_t size);
void sensor_ring_close(struct sensor_ring *ring);

/* Hand out what there is, oldest first.  Returns 0, or what the callback returned. */
int sensor_ring_drain(struct sensor_ring *ring, sensor_ring_cb *cb, void *arg);

/* How far the producers are. */
unsigned long sensor_ring_produced(const struct sensor_ring *ring);

#endif /* SENSOR_SENSOR_RING_H */
