// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * io_uring operations.  They are submitted by the owner of the ring or a thread of
 * the kernel's, done by that or another one, and no system call tells their result.
 * So the record is made at the submission, kept, and sent with the result at the
 * completion; at once if there will be none.
 */
#include "uring.bpf.h"

#include <linux/io_uring.h>

enum { ALLOCATED_SLOT = -1 }; /* IORING_FILE_INDEX_ALLOC: the result is the slot */

/* The slot of the ring that the new file goes to, plus one; 0: a descriptor. */
static __always_inline __u32 target_slot(struct io_kiocb *req, __u16 call)
{
	struct io_open *open = (void *)req;
	struct io_accept *accept = (void *)req;
	struct io_socket *socket = (void *)req;

	if (call == BW_CALL_ACCEPT4)
		return BPF_CORE_READ(accept, file_slot);
	if (call != BW_CALL_SOCKET)
		return BPF_CORE_READ(open, file_slot);
	if (bpf_core_type_exists(struct io_socket))
		return BPF_CORE_READ(socket, file_slot);
	return 0;
}

/* The file that an operation made, by its result. */
static __always_inline struct file *new_file(struct io_kiocb *req, __u16 call, __s32 res)
{
	struct io_ring_ctx *ring = BPF_CORE_READ(req, ctx);
	__u32 slot = target_slot(req, call);

	if (res < 0)
		return NULL;
	if (!slot)
		return file_of_fd(request_task(req), res);
	return fixed_file(ring, slot == (__u32)ALLOCATED_SLOT ? (__u32)res : slot - 1);
}

/* Whether success makes no completion, or many without a request. */
static __always_inline bool ends_unseen(struct io_kiocb *req, __u16 call)
{
	struct io_accept *accept = (void *)req;

	if (!ring_complete_args || request_flags(req) & REQUEST_SKIP_SUCCESS)
		return true;
	return call == BW_CALL_ACCEPT4 && bpf_core_field_exists(accept->iou_flags) &&
	       BPF_CORE_READ(accept, iou_flags) & IORING_ACCEPT_MULTISHOT;
}

/* What is left of an earlier request at the same place, which ended without a completion. */
static __always_inline void drop_kept(struct io_kiocb *req)
{
	__u64 key = (__u64)req;

	bpf_map_delete_elem(&bw_ring_short, &key);
	bpf_map_delete_elem(&bw_ring_long, &key);
}

/* Keep the record for the end of its request; returns false if that cannot be. */
static __always_inline bool keep(struct build *b, struct io_kiocb *req)
{
	const char *record = b->scratch->record;
	__u32 size = b->hdr->size;
	__u64 key = (__u64)req;

	if (b->scratch->owner != b->owner)
		return false; /* another has taken the place; the sending will count it */
	if ((size <= RING_SHORT_BYTES &&
	     !bpf_map_update_elem(&bw_ring_short, &key, record, BPF_ANY)) ||
	    (size <= RING_LONG_BYTES &&
	     !bpf_map_update_elem(&bw_ring_long, &key, record, BPF_ANY))) {
		b->scratch->owner = 0;
		return true;
	}
	stat_inc(BW_STAT_URING_FULL);
	return false;
}

static __always_inline void submitted(struct build *b, struct io_kiocb *req, __u16 call)
{
	if (ring_complete_args)
		drop_kept(req);
	if (!ends_unseen(req, call) && keep(b, req))
		return;
	b->hdr->flags |= BW_F_PENDING;
	ring_fill_pending(b->slot, (__u64)req);
	record_send(b, BW_LANE_ACTIVITY);
}

static __always_inline void begin(struct bw_hdr *hdr, __u16 call)
{
	hdr->call = call;
	hdr->abi = BW_ABI_IO_URING;
}

static __always_inline void submit_open(struct io_kiocb *req, __u16 call)
{
	struct build b;
	struct bw_open *rec;

	if (!record_begin(&b, BW_EVENT_OPEN, rec, request_task(req)))
		return;
	begin(&rec->hdr, call);
	ring_fill_open(b.slot, (__u64)req);
	record_add_root(&b, &rec->root, request_task(req));
	submitted(&b, req, call);
}

static __always_inline void submit_connect(struct io_kiocb *req, __u16 call)
{
	struct build b;
	struct bw_connect *rec;

	if (!record_begin(&b, BW_EVENT_CONNECT, rec, request_task(req)))
		return;
	begin(&rec->hdr, call);
	ring_fill_connect(b.slot, (__u64)req);
	submitted(&b, req, call);
}

static __always_inline void submit_call(struct io_kiocb *req, __u16 call)
{
	struct build b;
	struct bw_syscall *rec;

	if (!record_begin(&b, BW_EVENT_CALL, rec, request_task(req)))
		return;
	begin(&rec->hdr, call);
	rec->fd.num = -1;
	if (is_about_file(call))
		ring_fill_fd(b.slot, (__u64)req);
	if (call == BW_CALL_SETXATTR || call == BW_CALL_FSETXATTR)
		ring_fill_xattr(b.slot, (__u64)req);
	else if (call == BW_CALL_SOCKET)
		ring_fill_socket(b.slot, (__u64)req);
	else if (!is_about_file(call))
		ring_fill_names(b.slot, (__u64)req);
	record_add_root(&b, &rec->root, request_task(req));
	submitted(&b, req, call);
}

static __always_inline const struct bw_call_entry *request_entry(struct io_kiocb *req)
{
	struct task_struct *task = request_task(req);
	__u32 opcode = BPF_CORE_READ(req, opcode);

	if ((__u32)BPF_CORE_READ(task, tgid) == self_tgid)
		return NULL;
	return bpf_map_lookup_elem(&bw_ring_ops, &opcode);
}

static __always_inline int submit(struct io_kiocb *req)
{
	const struct bw_call_entry *entry = request_entry(req);

	if (!entry)
		return 0;
	switch (entry->slot) {
	case BW_SLOT_OPEN:
		submit_open(req, entry->call);
		break;
	case BW_SLOT_CONNECT:
		submit_connect(req, entry->call);
		break;
	case BW_SLOT_CALL:
		submit_call(req, entry->call);
		break;
	default:
		break;
	}
	return 0;
}

/* Read instead of loaded, so that the verifier sees a number, as a global function wants it. */
static __always_inline struct io_kiocb *request_of(const __u64 *ctx, __u32 index)
{
	struct io_kiocb *req = NULL;

	bpf_probe_read_kernel(&req, sizeof(req), ctx + index);
	return req;
}

SEC("tp_btf/io_uring_submit_req")
int on_ring_submit(__u64 *ctx)
{
	return submit(request_of(ctx, 0));
}

/* Its name before 6.3, in the same place: behind the preparation. */
SEC("tp_btf/io_uring_submit_sqe")
int on_ring_submit_sqe(__u64 *ctx)
{
	/* Before 6.0 the ring comes first. */
	return submit(request_of(ctx, ring_submit_args > 2 ? 1 : 0));
}

/* Take up the record of a request that has come to its end; NULL: none was kept. */
static __always_inline struct bw_hdr *resume(struct build *b, struct io_kiocb *req, __u16 call,
					     __s32 res)
{
	__u64 key = (__u64)req;
	struct ring_short *brief = bpf_map_lookup_elem(&bw_ring_short, &key);
	struct ring_long *extended = NULL;
	__u32 slot = scratch_slot();
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);

	if (!brief)
		extended = bpf_map_lookup_elem(&bw_ring_long, &key);
	if (!scratch || (!brief && !extended))
		return NULL;
	scratch->owner = bpf_get_current_pid_tgid();
	if (brief)
		bpf_probe_read_kernel(scratch->record, sizeof(brief->record), brief->record);
	else
		bpf_probe_read_kernel(scratch->record, sizeof(extended->record), extended->record);
	drop_kept(req);
	record_resume(b, slot, scratch);
	if (b->hdr->call != call) {
		scratch->owner = 0;
		return NULL; /* of an earlier request; see drop_kept() */
	}
	b->hdr->time_ns = bpf_ktime_get_boot_ns();
	b->hdr->ret = res;
	return b->hdr;
}

static __always_inline void complete_open(struct build *b, struct io_kiocb *req)
{
	struct bw_open *rec = (struct bw_open *)b->hdr;
	struct file *file = new_file(req, rec->hdr.call, rec->hdr.ret);

	if (file) {
		rec->hdr.flags &= ~BW_F_CLAIM;
		rec->base.off = 0;
		rec->base.len = 0;
		record_add_file(b, &rec->path, &rec->file, request_task(req), file);
	}
	record_send(b, BW_LANE_ACTIVITY);
}

/* The table was full when it was submitted: what it opened is seen all the same. */
static __always_inline void complete_unkept(struct io_kiocb *req, __u16 call, __s32 res)
{
	struct file *file = new_file(req, call, res);
	struct build b;
	struct bw_open *rec;

	if (!file || !record_begin(&b, BW_EVENT_OPEN, rec, request_task(req)))
		return;
	begin(&rec->hdr, call);
	rec->hdr.ret = res;
	complete_open(&b, req);
}

static __always_inline void complete_connect(struct build *b, struct io_kiocb *req)
{
	struct bw_connect *rec = (struct bw_connect *)b->hdr;
	struct file *file = BPF_CORE_READ(req, file);
	struct sock *sk = file ? sock_of_file(file) : NULL;

	if (!sk) {
		b->scratch->owner = 0;
		return; /* no socket: nothing was reached for */
	}
	if (connect_truth(b, rec, file, sk, request_task(req)))
		rec->hdr.flags &= ~BW_F_CLAIM;
	record_send(b, BW_LANE_ACTIVITY);
}

static __always_inline void complete_call(struct build *b, struct io_kiocb *req)
{
	struct bw_syscall *rec = (struct bw_syscall *)b->hdr;
	struct bw_addr claim = rec->fd.remote;
	struct file *file = NULL;
	__u16 call = rec->hdr.call;
	__s32 num = request_flags(req) & REQUEST_FIXED_FILE ? -1 : (__s32)rec->args[0];

	if (call == BW_CALL_SOCKET || call == BW_CALL_ACCEPT4) {
		file = new_file(req, call, rec->hdr.ret);
		if (file) {
			num = rec->hdr.ret;
			rec->fd.flags = BW_FD_RESULT;
		}
	}
	if (!file && is_about_file(call))
		file = BPF_CORE_READ(req, file);
	if (file)
		fd_fill_file(b->slot, num, (__u64)file, (__u64)request_task(req));
	if (claim.family && !rec->fd.remote.port)
		rec->fd.remote = claim;
	else if (claim.family)
		rec->hdr.flags &= ~BW_F_CLAIM;
	if (is_send(call) || is_receive(call))
		packet_end_ring(b->slot, (__u64)file);
	record_send(b, BW_LANE_ACTIVITY);
}

/* A connection that a message began; see net.bpf.c. */
static __always_inline void complete_fast_open(struct io_kiocb *req, __u16 call, __s32 res)
{
	struct file *file = BPF_CORE_READ(req, file);
	struct sock *sk = file ? sock_of_file(file) : NULL;
	struct bw_addr local = {};
	struct bw_addr remote = {};
	struct build b;
	struct bw_connect *rec;

	if (!sk || !begun_take(sk, BPF_CORE_READ(file, f_inode, i_ino), &local, &remote))
		return;
	if (!record_begin(&b, BW_EVENT_CONNECT, rec, request_task(req)))
		return;
	begin(&rec->hdr, call);
	rec->hdr.ret = res < 0 ? res : 0;
	rec->fd = -1;
	rec->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	rec->sock_type = BPF_CORE_READ(sk, sk_type);
	rec->protocol = BPF_CORE_READ(sk, sk_protocol);
	rec->local = local;
	rec->remote = remote;
	record_send(&b, BW_LANE_ACTIVITY);
}

static __always_inline int complete(struct io_kiocb *req, __s32 res)
{
	const struct bw_call_entry *entry = request_entry(req);
	struct build b;
	struct bw_hdr *hdr;

	if (!entry || entry->call == BW_CALL_NONE)
		return 0;
	if (is_send(entry->call))
		complete_fast_open(req, entry->call, res);
	hdr = resume(&b, req, entry->call, res);
	if (!hdr) {
		if (entry->slot == BW_SLOT_OPEN)
			complete_unkept(req, entry->call, res);
		return 0;
	}
	switch (hdr->type) {
	case BW_EVENT_OPEN:
		complete_open(&b, req);
		break;
	case BW_EVENT_CONNECT:
		complete_connect(&b, req);
		break;
	default:
		complete_call(&b, req);
		break;
	}
	return 0;
}

SEC("tp_btf/io_uring_complete")
int on_ring_complete(__u64 *ctx)
{
	struct io_uring_cqe___kernel *entry;
	struct io_kiocb *req = request_of(ctx, 1);

	if (!req)
		return 0; /* one of many of the same request */
	if (ring_complete_args > 3) /* before 6.13 */
		return complete(req, (__s32)ctx[3]);
	entry = (void *)ctx[2];
	return complete(req, BPF_CORE_READ(entry, res));
}
