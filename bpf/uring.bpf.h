/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_URING_BPF_H
#define BPFWATCH_URING_BPF_H

/*
 * io_uring operations by their kernel objects.  Tasks are found through requests,
 * so they have no type for the verifier.
 */
#define UNTYPED_TASKS

#include "caller.bpf.h"
#include "connect.bpf.h"
#include "uring_types.h"

/*
 * Records of operations under way.  Almost all are short; a long one holds two paths
 * of PATH_MAX and its fixed part.
 */
#define RING_SHORT_MAX   1024
#define RING_SHORT_BYTES 1024
#define RING_LONG_MAX    256
#define RING_LONG_BYTES  8704

#define FILE_PTR_FLAGS 7UL /* the low bits of file_ptr are not the pointer's */

enum {
	REQUEST_FIXED_FILE = 1 << 0, /* REQ_F_* that are IOSQE_* of the UAPI */
	REQUEST_SKIP_SUCCESS = 1 << 6,
};

struct ring_short {
	char record[RING_SHORT_BYTES];
};

struct ring_long {
	char record[RING_LONG_BYTES];
};

/* Records that wait for their result; the key is the address of the request. */
struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_SHORT_MAX);
	__type(key, __u64);
	__type(value, struct ring_short);
} bw_ring_short __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_HASH);
	__uint(max_entries, RING_LONG_MAX);
	__type(key, __u64);
	__type(value, struct ring_long);
} bw_ring_long __weak SEC(".maps");

/* What an opcode does; slot BW_SLOT_NONE: nobody asked. */
struct {
	__uint(type, BPF_MAP_TYPE_ARRAY);
	__uint(max_entries, BW_RING_OPS_MAX);
	__type(key, __u32);
	__type(value, struct bw_call_entry);
} bw_ring_ops __weak SEC(".maps");

/* Arguments of the tracepoints; see sensor_hooks.c. */
const volatile __u32 ring_submit_args __weak = 0;
const volatile __u32 ring_complete_args __weak = 0; /* 0: the end tells no request */

/* Whose request it is, whichever thread works on it.  IORING_SETUP_SQPOLL has it by a
 * thread of the kernel's, in the process of the owner. */
static __always_inline struct task_struct *request_task(struct io_kiocb *req)
{
	struct io_kiocb___task *old = (void *)req;
	struct task_struct *leader;
	struct task_struct *task;

	if (bpf_core_field_exists(req->tctx))
		task = BPF_CORE_READ(req, tctx, task);
	else
		task = BPF_CORE_READ(old, task);
	if (!(BPF_CORE_READ(task, flags) & PF_IO_WORKER_BIT))
		return task;
	leader = BPF_CORE_READ(task, group_leader);
	return BPF_CORE_READ(leader, files) ? leader :
					      task; /* it may have ended before the others */
}

static __always_inline __u32 request_flags(struct io_kiocb *req)
{
	__u32 flags = 0;

	bpf_core_read(&flags, sizeof(flags), &req->flags);
	return flags;
}

/* The descriptor it was given, or its slot; -1 once it is done, and before 5.19. */
static __always_inline __s32 request_fd(struct io_kiocb *req)
{
	if (!bpf_core_field_exists(req->cqe))
		return -1;
	return BPF_CORE_READ(req, cqe.fd);
}

/* What the ring holds in `slot`; NULL: nothing. */
static __always_inline struct file *fixed_file(struct io_ring_ctx *ring, __u32 slot)
{
	struct io_file_table___files *old = (void *)ring +
					    bpf_core_field_offset(struct io_ring_ctx, file_table);
	struct io_rsrc_node **nodes;
	struct io_rsrc_node *node = NULL;
	struct io_fixed_file *files;
	unsigned long file = 0;

	if (bpf_core_field_exists(ring->file_table.data)) {
		if (slot >= BPF_CORE_READ(ring, file_table.data.nr))
			return NULL;
		nodes = BPF_CORE_READ(ring, file_table.data.nodes);
		bpf_probe_read_kernel(&node, sizeof(node), nodes + slot);
		file = BPF_CORE_READ(node, file_ptr);
	} else {
		files = BPF_CORE_READ(old, files);
		bpf_probe_read_kernel(
			&file, sizeof(file),
			(void *)files + (__u64)slot * bpf_core_type_size(struct io_fixed_file));
	}
	return (struct file *)(file & ~FILE_PTR_FLAGS);
}

/* Whether a call is about the request's own file. */
static __always_inline bool is_about_file(__u16 call)
{
	switch (call) {
	case BW_CALL_BIND:
	case BW_CALL_LISTEN:
	case BW_CALL_ACCEPT4:
	case BW_CALL_SENDTO:
	case BW_CALL_SENDMSG:
	case BW_CALL_RECVFROM:
	case BW_CALL_RECVMSG:
	case BW_CALL_FTRUNCATE:
	case BW_CALL_FSETXATTR:
		return true;
	default:
		return false;
	}
}

/*
 * In uring_fill.bpf.c: what the operation of a request asks for, into the record in
 * scratch entry `slot`.  They return nothing of use.
 */
int ring_fill_open(__u32 slot, __u64 request);
int ring_fill_connect(__u32 slot, __u64 request);
int ring_fill_names(__u32 slot, __u64 request);
int ring_fill_xattr(__u32 slot, __u64 request);
int ring_fill_fd(__u32 slot, __u64 request);
int ring_fill_socket(__u32 slot, __u64 request);

/* Likewise: the file that a request is about, into a record that cannot wait for its end. */
int ring_fill_pending(__u32 slot, __u64 request);

#endif /* BPFWATCH_URING_BPF_H */
