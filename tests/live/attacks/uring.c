// SPDX-License-Identifier: Apache-2.0

/*
 * File and network operations by io_uring: no system call of their own is made.
 * The ring is driven by hand, so that the program needs no library.
 */
#include "attacks.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/io_uring.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#define ENTRIES 8

struct ring {
	int fd;
	unsigned int flags;
	unsigned int n_queued;
	struct io_uring_sqe *sqes;
	unsigned int *sq_tail;
	unsigned int *sq_mask;
	unsigned int *sq_array;
	unsigned int *sq_flags;
	unsigned int *cq_head;
	unsigned int *cq_tail;
	unsigned int *cq_mask;
	struct io_uring_cqe *cqes;
};

static void *map_ring(int fd, size_t size, off_t offset)
{
	return mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_POPULATE, fd, offset);
}

static int ring_open(struct ring *ring, unsigned int flags)
{
	struct io_uring_params p = { .flags = flags, .sq_thread_idle = 2000 };
	char *sq;
	char *cq;

	memset(ring, 0, sizeof(*ring));
	ring->flags = flags;
	ring->fd = (int)syscall(SYS_io_uring_setup, ENTRIES, &p);
	if (ring->fd < 0)
		return errno == EPERM ? skip("io_uring is not allowed") : failure();
	sq = map_ring(ring->fd, p.sq_off.array + p.sq_entries * sizeof(unsigned int),
		      IORING_OFF_SQ_RING);
	cq = map_ring(ring->fd, p.cq_off.cqes + p.cq_entries * sizeof(struct io_uring_cqe),
		      IORING_OFF_CQ_RING);
	ring->sqes = map_ring(ring->fd, p.sq_entries * sizeof(struct io_uring_sqe),
			      (off_t)IORING_OFF_SQES);
	if (sq == MAP_FAILED || cq == MAP_FAILED || ring->sqes == MAP_FAILED)
		return -errno;
	ring->sq_tail = (unsigned int *)(void *)(sq + p.sq_off.tail);
	ring->sq_mask = (unsigned int *)(void *)(sq + p.sq_off.ring_mask);
	ring->sq_array = (unsigned int *)(void *)(sq + p.sq_off.array);
	ring->sq_flags = (unsigned int *)(void *)(sq + p.sq_off.flags);
	ring->cq_head = (unsigned int *)(void *)(cq + p.cq_off.head);
	ring->cq_tail = (unsigned int *)(void *)(cq + p.cq_off.tail);
	ring->cq_mask = (unsigned int *)(void *)(cq + p.cq_off.ring_mask);
	ring->cqes = (struct io_uring_cqe *)(void *)(cq + p.cq_off.cqes);
	return 0;
}

static void queue(struct ring *ring, const struct io_uring_sqe *sqe)
{
	unsigned int tail = *ring->sq_tail;
	unsigned int slot = tail & *ring->sq_mask;

	ring->sqes[slot] = *sqe;
	ring->sq_array[slot] = slot;
	__atomic_store_n(ring->sq_tail, tail + 1, __ATOMIC_RELEASE);
	ring->n_queued++;
}

/* Hands over what is queued, and waits for one completion. */
static int submit(struct ring *ring)
{
	unsigned int flags = IORING_ENTER_GETEVENTS;
	unsigned int n = ring->n_queued;

	ring->n_queued = 0;
	if (ring->flags & IORING_SETUP_SQPOLL) {
		n = 0;
		__atomic_thread_fence(__ATOMIC_SEQ_CST);
		if (__atomic_load_n(ring->sq_flags, __ATOMIC_RELAXED) & IORING_SQ_NEED_WAKEUP)
			flags |= IORING_ENTER_SQ_WAKEUP;
	}
	return syscall(SYS_io_uring_enter, ring->fd, n, 1, flags, NULL, 0) < 0 ? -errno : 0;
}

/* One operation (behind others that give no completion) to its end: its result. */
static int perform(struct ring *ring, const struct io_uring_sqe *sqe)
{
	unsigned int head = *ring->cq_head;
	int err;
	int res;

	queue(ring, sqe);
	err = submit(ring);
	if (err)
		return err;
	while (head == __atomic_load_n(ring->cq_tail, __ATOMIC_ACQUIRE)) {
		if (syscall(SYS_io_uring_enter, ring->fd, 0, 1, IORING_ENTER_GETEVENTS, NULL, 0) <
		    0)
			return -errno;
	}
	res = ring->cqes[head & *ring->cq_mask].res;
	__atomic_store_n(ring->cq_head, head + 1, __ATOMIC_RELEASE);
	return res;
}

static struct io_uring_sqe open_sqe(const char *path, int flags)
{
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)path,
		.open_flags = (uint32_t)flags,
		.len = 0644,
	};

	return sqe;
}

static int unsupported(int res)
{
	return res == -EINVAL || res == -EOPNOTSUPP ? skip("the kernel's io_uring lacks this") :
						      res;
}

/* Opens by a ring with these flags; the result must be the file. */
static int open_by_ring(const char *path, unsigned int setup_flags, uint8_t sqe_flags)
{
	struct io_uring_sqe sqe = open_sqe(path, O_RDONLY);
	struct ring ring;
	int err = ring_open(&ring, setup_flags);
	int res;

	if (err)
		return err;
	sqe.flags = sqe_flags;
	res = perform(&ring, &sqe);
	return res < 0 ? unsupported(res) : is_file(res, path);
}

static int open_iouring(int argc, char **argv)
{
	(void)argc;
	return open_by_ring(argv[1], 0, 0);
}

static int open_iouring_sqpoll(int argc, char **argv)
{
	(void)argc;
	return open_by_ring(argv[1], IORING_SETUP_SQPOLL, 0);
}

static int iouring_async_worker(int argc, char **argv)
{
	(void)argc;
	return open_by_ring(argv[1], 0, IOSQE_ASYNC);
}

static int open_iouring_openat2(int argc, char **argv)
{
	struct open_how how = { .flags = O_RDONLY };
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_OPENAT2,
		.fd = AT_FDCWD,
		.addr = (uintptr_t)argv[1],
		.len = sizeof(how),
		.off = (uintptr_t)&how,
	};
	struct ring ring;
	int err = ring_open(&ring, 0);
	int res;

	(void)argc;
	if (err)
		return err;
	res = perform(&ring, &sqe);
	return res < 0 ? unsupported(res) : is_file(res, argv[1]);
}

/* Into a slot of the ring: the process gets no descriptor.  What is read proves it. */
static int open_iouring_fixed(int argc, char **argv)
{
	struct io_uring_sqe sqe = open_sqe(argv[1], O_RDONLY);
	int slots[1] = { -1 };
	char byte;
	struct ring ring;
	int err = ring_open(&ring, 0);
	int res;

	(void)argc;
	if (err)
		return err;
	if (syscall(SYS_io_uring_register, ring.fd, IORING_REGISTER_FILES, slots, 1) < 0)
		return -errno;
	sqe.file_index = 1;
	res = perform(&ring, &sqe);
	if (res)
		return unsupported(res);
	memset(&sqe, 0, sizeof(sqe));
	sqe.opcode = IORING_OP_READ;
	sqe.flags = IOSQE_FIXED_FILE;
	sqe.addr = (uintptr_t)&byte;
	sqe.len = 1;
	res = perform(&ring, &sqe);
	return res == 1 ? 0 : -EBADF;
}

/* Without a completion entry: only the file that is there afterwards tells. */
static int open_iouring_silent(int argc, char **argv)
{
	struct io_uring_sqe sqe = open_sqe(argv[1], O_WRONLY | O_CREAT);
	struct io_uring_sqe nop = { .opcode = IORING_OP_NOP };
	struct ring ring;
	int err = ring_open(&ring, 0);

	(void)argc;
	if (err)
		return err;
#ifdef IOSQE_CQE_SKIP_SUCCESS
	sqe.flags = IOSQE_CQE_SKIP_SUCCESS | IOSQE_IO_LINK;
#else
	return skip("headers without IOSQE_CQE_SKIP_SUCCESS");
#endif
	queue(&ring, &sqe);
	err = perform(&ring, &nop);
	if (err)
		return unsupported(err);
	return access(argv[1], F_OK) ? -errno : 0;
}

/* iouring_paths MARK DIR: mkdir, rename, link, symlink, unlink. */
static int iouring_paths(int argc, char **argv)
{
	char made[512];
	char moved[512];
	struct stat st;
	struct ring ring;
	int err = ring_open(&ring, 0);
	struct io_uring_sqe sqe = { .fd = AT_FDCWD };

	(void)argc;
	if (err)
		return err;
	(void)strcat(strcpy(made, argv[1]), "/made");
	(void)strcat(strcpy(moved, argv[1]), "/moved");
	sqe.opcode = IORING_OP_MKDIRAT;
	sqe.addr = (uintptr_t)argv[1];
	sqe.len = 0755;
	err = perform(&ring, &sqe);
	if (err)
		return unsupported(err);
	sqe.opcode = IORING_OP_SYMLINKAT;
	sqe.addr = (uintptr_t) "/etc/shadow";
	sqe.addr2 = (uintptr_t)made;
	sqe.len = 0;
	err = perform(&ring, &sqe);
	if (err)
		return err;
	sqe.opcode = IORING_OP_RENAMEAT;
	sqe.addr = (uintptr_t)made;
	sqe.addr2 = (uintptr_t)moved;
	sqe.len = (uint32_t)AT_FDCWD;
	err = perform(&ring, &sqe);
	if (err)
		return err;
	if (lstat(moved, &st))
		return -errno;
	memset(&sqe, 0, sizeof(sqe));
	sqe.fd = AT_FDCWD;
	sqe.opcode = IORING_OP_UNLINKAT;
	sqe.addr = (uintptr_t)moved;
	err = perform(&ring, &sqe);
	if (err)
		return err;
	return lstat(moved, &st) && errno == ENOENT ? 0 : -EEXIST;
}

static int make_address(char **argv, struct sockaddr_in *out)
{
	memset(out, 0, sizeof(*out));
	out->sin_family = AF_INET;
	out->sin_port = htons((uint16_t)atoi(argv[2]));
	return inet_pton(AF_INET, argv[1], &out->sin_addr) == 1 ? 0 : -EINVAL;
}

static int connect_iouring(int argc, char **argv)
{
	struct sockaddr_in to;
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_CONNECT,
		.addr = (uintptr_t)&to,
		.off = sizeof(to),
	};
	struct ring ring;
	int err = ring_open(&ring, 0);

	(void)argc;
	if (err)
		return err;
	if (make_address(argv, &to))
		return -EINVAL;
	sqe.fd = socket(AF_INET, SOCK_STREAM, 0);
	err = perform(&ring, &sqe);
	return err == -ECONNREFUSED ? 0 : err;
}

static int sendmsg_iouring(int argc, char **argv)
{
	struct sockaddr_in to;
	char data[] = "data";
	struct iovec vec = { data, sizeof(data) };
	struct msghdr msg = { &to, sizeof(to), &vec, 1, NULL, 0, 0 };
	struct io_uring_sqe sqe = {
		.opcode = IORING_OP_SENDMSG,
		.addr = (uintptr_t)&msg,
		.len = 1,
	};
	struct ring ring;
	int err = ring_open(&ring, 0);

	(void)argc;
	if (err)
		return err;
	if (make_address(argv, &to))
		return -EINVAL;
	sqe.fd = socket(AF_INET, SOCK_DGRAM, 0);
	return perform(&ring, &sqe) == sizeof(data) ? 0 : -EIO;
}

const struct attack uring_attacks[] = {
	{ "open_iouring", 1, open_iouring },
	{ "open_iouring_openat2", 1, open_iouring_openat2 },
	{ "open_iouring_fixed", 1, open_iouring_fixed },
	{ "open_iouring_sqpoll", 1, open_iouring_sqpoll },
	{ "open_iouring_silent", 1, open_iouring_silent },
	{ "iouring_async_worker", 1, iouring_async_worker },
	{ "iouring_paths", 1, iouring_paths },
	{ "connect_iouring", 2, connect_iouring },
	{ "sendmsg_iouring", 2, sendmsg_iouring },
	{ NULL, 0, NULL },
};
