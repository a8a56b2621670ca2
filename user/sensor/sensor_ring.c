// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_ring.h"

#include <errno.h>
#include <linux/bpf.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <unistd.h>

#include "bpfwatch/event.h"

#define ALIGN_BYTES 8 /* of records, their headers included */

static size_t page_bytes(void)
{
	return (size_t)sysconf(_SC_PAGESIZE);
}

/*
 * kernel/bpf/ringbuf.c, struct bpf_ringbuf: a page with the consumer's position, the
 * only one that may be mapped writable; one with the producers'; the data, twice.
 */
int sensor_ring_open(struct sensor_ring *ring, int map_fd, size_t size)
{
	size_t page = page_bytes();
	void *map;

	memset(ring, 0, sizeof(*ring));
	ring->size = size;
	ring->record = malloc(BW_RECORD_MAX);
	if (!ring->record)
		return -ENOMEM;
	map = mmap(NULL, page, PROT_READ | PROT_WRITE, MAP_SHARED, map_fd, 0);
	if (map == MAP_FAILED)
		return -errno;
	ring->consumer = map;
	map = mmap(NULL, page + 2 * size, PROT_READ, MAP_SHARED, map_fd, (off_t)page);
	if (map == MAP_FAILED)
		return -errno;
	ring->producer = map;
	ring->data = (const char *)map + page;
	return 0;
}

void sensor_ring_close(struct sensor_ring *ring)
{
	size_t page = page_bytes();

	if (ring->producer)
		(void)munmap(ring->producer, page + 2 * ring->size);
	if (ring->consumer)
		(void)munmap(ring->consumer, page);
	free(ring->record);
	memset(ring, 0, sizeof(*ring));
}

unsigned long sensor_ring_produced(const struct sensor_ring *ring)
{
	return __atomic_load_n(ring->producer, __ATOMIC_ACQUIRE);
}

/* Tell the kernel where we are, whatever the page said. */
static void publish(struct sensor_ring *ring)
{
	__atomic_store_n(ring->consumer, ring->pos, __ATOMIC_RELEASE);
}

static void take_back_page(struct sensor_ring *ring)
{
	if (__atomic_load_n(ring->consumer, __ATOMIC_ACQUIRE) == ring->pos)
		return;
	ring->n_moved++;
	publish(ring);
}

/*
 * Have the producers come round?  They can where somebody told them that we were further.
 * Where records begin is then known at one place alone, the producers' position.
 */
static bool is_overrun(struct sensor_ring *ring)
{
	unsigned long produced = sensor_ring_produced(ring);

	if (produced - ring->pos <= ring->size)
		return false;
	ring->overrun_bytes += produced - ring->pos;
	ring->pos = produced;
	publish(ring);
	return true;
}

/* What stands at our position is no record. */
static void skip_to(struct sensor_ring *ring, unsigned long pos)
{
	ring->overrun_bytes += pos - ring->pos;
	ring->pos = pos;
	publish(ring);
}

/* Returns 1 with *ret_len of ring->record (0: discarded), 0 if it is being written still. */
static int take_one(struct sensor_ring *ring, unsigned long produced, size_t *ret_len)
{
	const char *at = ring->data + (ring->pos & (ring->size - 1));
	uint32_t head = __atomic_load_n((const uint32_t *)at, __ATOMIC_ACQUIRE);
	size_t len = head & ~(BPF_RINGBUF_BUSY_BIT | BPF_RINGBUF_DISCARD_BIT);
	size_t whole = (BPF_RINGBUF_HDR_SZ + len + ALIGN_BYTES - 1) & ~(size_t)(ALIGN_BYTES - 1);

	*ret_len = 0;
	if (head & BPF_RINGBUF_BUSY_BIT)
		return 0;
	if (whole > produced - ring->pos || len > BW_RECORD_MAX) {
		skip_to(ring, produced);
		return 1;
	}
	memcpy(ring->record, at + BPF_RINGBUF_HDR_SZ, len);
	/* They may have come round while it was copied. */
	if (is_overrun(ring))
		return 1;
	if (!(head & BPF_RINGBUF_DISCARD_BIT))
		*ret_len = len;
	ring->pos += whole;
	return 1;
}

int sensor_ring_drain(struct sensor_ring *ring, sensor_ring_cb *cb, void *arg)
{
	unsigned long produced;
	size_t len;
	int err;

	take_back_page(ring);
	(void)is_overrun(ring);
	while ((produced = sensor_ring_produced(ring)) != ring->pos) {
		while (ring->pos < produced) {
			if (!take_one(ring, produced, &len))
				return 0;
			err = len ? cb(arg, ring->record, len) : 0;
			/* After the callback: a store for each record, as for the kernel's own reader. */
			publish(ring);
			if (err)
				return err;
		}
	}
	return 0;
}
