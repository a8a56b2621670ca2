// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <errno.h>
#include <sys/mman.h>
#include <unistd.h>

/*
 * The first two pages of a ring buffer map are its positions: the consumer's,
 * then the producers' (kernel/bpf/ringbuf.c, struct bpf_ringbuf).
 */
int sensor_ring_map(int map_fd, struct ring_positions *out)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);
	void *consumer = mmap(NULL, page, PROT_READ, MAP_SHARED, map_fd, 0);
	void *producer;

	if (consumer == MAP_FAILED)
		return -errno;
	producer = mmap(NULL, page, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (producer == MAP_FAILED) {
		int err = -errno;

		(void)munmap(consumer, page);
		return err;
	}
	out->consumer = consumer;
	out->producer = producer;
	return 0;
}

void sensor_ring_unmap(struct ring_positions *pos)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	if (!pos->consumer)
		return;
	(void)munmap(pos->consumer, page);
	(void)munmap(pos->producer, page);
	pos->consumer = NULL;
}

unsigned long sensor_ring_produced(const struct ring_positions *pos)
{
	return __atomic_load_n(pos->producer, __ATOMIC_ACQUIRE);
}

unsigned long sensor_ring_consumed(const struct ring_positions *pos)
{
	return __atomic_load_n(pos->consumer, __ATOMIC_ACQUIRE);
}
