/* SPDX-License-Identifier: Apache-2.0 */
#ifndef TESTS_BPF_RING_H
#define TESTS_BPF_RING_H

/* The least of io_uring that a deed needs, by its system calls alone. */
#include <errno.h>
#include <linux/io_uring.h>
#include <stdbool.h>
#include <stdint.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/syscall.h>
#include <unistd.h>

struct ring {
	int fd;
	bool polled; /* IORING_SETUP_SQPOLL */
	unsigned int to_submit;
	unsigned int *sq_tail;
	unsigned int *sq_mask;
	unsigned int *sq_flags;
	unsigned int *sq_array;
	struct io_uring_sqe *sqes;
	unsigned int *cq_head;
	unsigned int *cq_tail;
	unsigned int *cq_mask;
	struct io_uring_cqe *cqes;
};

/* Returns 0, or -ENOSYS where there is no io_uring to be had. */
static inline int ring_open(struct ring *ring, unsigned int entries, unsigned int flags)
{
	struct io_uring_params params = { .flags = flags, .sq_thread_idle = 1000 };
	char *sq;
	size_t size;

	memset(ring, 0, sizeof(*ring));
	ring->fd = (int)syscall(SYS_io_uring_setup, entries, &params);
	if (ring->fd < 0)
		return -ENOSYS;
	size = params.cq_off.cqes + params.cq_entries * sizeof(struct io_uring_cqe);
	if (size < params.sq_off.array + params.sq_entries * sizeof(unsigned int))
		size = params.sq_off.array + params.sq_entries * sizeof(unsigned int);
	sq = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQ_RING);
	ring->sqes = mmap(NULL, params.sq_entries * sizeof(struct io_uring_sqe),
			  PROT_READ | PROT_WRITE, MAP_SHARED, ring->fd, IORING_OFF_SQES);
	if (sq == MAP_FAILED || ring->sqes == MAP_FAILED)
		return -ENOSYS;
	ring->polled = flags & IORING_SETUP_SQPOLL;
	ring->sq_tail = (void *)(sq + params.sq_off.tail);
	ring->sq_mask = (void *)(sq + params.sq_off.ring_mask);
	ring->sq_flags = (void *)(sq + params.sq_off.flags);
	ring->sq_array = (void *)(sq + params.sq_off.array);
	ring->cq_head = (void *)(sq + params.cq_off.head);
	ring->cq_tail = (void *)(sq + params.cq_off.tail);
	ring->cq_mask = (void *)(sq + params.cq_off.ring_mask);
	ring->cqes = (void *)(sq + params.cq_off.cqes);
	return 0;
}

/* The next operation, all zero but these; the ring has to have room. */
static inline struct io_uring_sqe *ring_sqe(struct ring *ring, uint8_t op, int fd, const void *addr,
					    uint32_t len)
{
	unsigned int tail = *ring->sq_tail + ring->to_submit;
	unsigned int index = tail & *ring->sq_mask;
	struct io_uring_sqe *sqe = &ring->sqes[index];

	memset(sqe, 0, sizeof(*sqe));
	sqe->opcode = op;
	sqe->fd = fd;
	sqe->addr = (uintptr_t)addr;
	sqe->len = len;
	ring->sq_array[index] = index;
	ring->to_submit++;
	return sqe;
}

/* Submit what was prepared and wait for `wait` completions.  Returns 0 or -errno. */
static inline int ring_submit(struct ring *ring, unsigned int wait)
{
	unsigned int flags = wait ? IORING_ENTER_GETEVENTS : 0;
	unsigned int n = ring->to_submit;

	__atomic_store_n(ring->sq_tail, *ring->sq_tail + n, __ATOMIC_RELEASE);
	ring->to_submit = 0;
	if (ring->polled) {
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (__atomic_load_n(ring->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
			flags |= IORING_ENTER_SQ_WAKEUP;
	}
	while (syscall(SYS_io_uring_enter, ring->fd, n, wait, flags, NULL, 0) < 0) {
		if (errno != EINTR)
			return -errno;
		n = 0;
	}
	return 0;
}

/* Take one completion; returns false if there is none. */
static inline bool ring_next(struct ring *ring, int32_t *ret_res)
{
	unsigned int head = *ring->cq_head;

	if (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE))
		return false;
	*ret_res = ring->cqes[head & *ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return true;
}

/* Submit one operation and return its result. */
static inline int32_t ring_do(struct ring *ring)
{
	int32_t res = 0;
	int err = ring_submit(ring, 1);

	if (err)
		return err;
	return ring_next(ring, &res) ? res : -EIO;
}

#endif /* TESTS_BPF_RING_H */
