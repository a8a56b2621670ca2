// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Every call without a program of its own, at its exit, refused ones too: a table
 * row (struct bw_decode) tells what its arguments are.  Descriptors are looked
 * up in the kernel; strings and buffers are the caller's, and may be gone.
 */
#include "call.bpf.h"
#include "fd.bpf.h"
#include "packet.bpf.h"

/* struct msghdr, iovec and mmsghdr of both widths; <sys/socket.h> has only the native one. */
struct wide_msg {
	__u64 name;
	__u64 name_len; /* upper half: padding */
	__u64 iov;
	__u64 n_iov;
	__u64 control;
	__u64 control_len;
	__u64 flags;
	__u32 sent; /* of struct mmsghdr */
};

struct narrow_msg {
	__u32 name;
	__u32 name_len;
	__u32 iov;
	__u32 n_iov;
	__u32 control;
	__u32 control_len;
	__u32 flags;
	__u32 sent;
};

struct wide_iovec {
	__u64 base;
	__u64 len;
};

struct narrow_iovec {
	__u32 base;
	__u32 len;
};

/* A message as its caller described it: peer and first buffer. */
struct message {
	__u64 name;
	__u64 base;
	__u32 name_len;
	__u32 len;
};

enum { ARGS_MASK = 7 }; /* all arguments, to the next power of two; reads stay in their struct */

/* One step of the record, as the steps pass it on. */
struct reading {
	struct build b;
	struct bw_syscall *rec;
	const struct bw_decode *decode;
	struct task_struct *task;
};

static __always_inline bool reading_resume(struct reading *r, __u32 slot)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);
	__u32 call;

	if (!scratch)
		return false;
	record_resume(&r->b, slot, scratch);
	r->rec = (struct bw_syscall *)r->b.hdr;
	r->task = current_task();
	call = r->rec->hdr.call;
	r->decode = bpf_map_lookup_elem(&bw_decodes, &call);
	return r->decode;
}

/* Index of the argument before `index`, which is not 0. */
static __always_inline __u32 index_before(__u32 index)
{
	index--;
	barrier_var(index); /* or clang drops the bound, which 6.1 cannot do without */
	return index & ARGS_MASK;
}

/* Append the head of a buffer, NULs and all. */
static __always_inline void add_data(struct reading *r, struct bw_str *str, __u64 base, __u32 len)
{
	struct bw_hdr *hdr = r->b.hdr;
	__u32 off = hdr->size & (BW_RECORD_MAX - 1); /* bound for the verifier */
	char *dst = (char *)hdr + off;

	if (!base || !len)
		return;
	if (len > BW_DATA_MAX)
		len = BW_DATA_MAX;
	barrier_var(len); /* or clang drops what it knows already, and the verifier does not */
	len &= BW_STR_MAX - 1; /* bound for the verifier */
	if (bpf_probe_read_user(dst, len, (void *)base)) {
		str_failed(hdr);
		return;
	}
	dst[len] = '\0';
	str->off = off;
	str->len = len;
	hdr->size = off + len + 1;
}

/* sun_path as the caller gave it: a path up to its NUL, or an abstract name. */
static __always_inline void add_unix_given(struct reading *r, struct bw_str *str, __u64 addr,
					   __u32 len)
{
	const void *path = (void *)(addr + UN_PATH_OFF);
	char first = 0;
	__u32 off;

	if (len <= UN_PATH_OFF || bpf_probe_read_user(&first, sizeof(first), path))
		return;
	len -= UN_PATH_OFF;
	if (len > UN_PATH_MAX)
		len = UN_PATH_MAX;
	barrier_var(len); /* as in add_data() */
	len &= UN_PATH_MASK; /* bound for the verifier */
	r->rec->hdr.flags |= BW_F_CLAIM;
	if (first) {
		record_add_str_max(&r->b, str, path, STR_FROM_USER, len + 1);
		return;
	}
	add_data(r, str, (__u64)path, len);
	off = str->off & (BW_RECORD_MAX - 1); /* bound for the verifier */
	if (str->len)
		((char *)r->rec)[off] = '@';
}

/* The caller's word for an end of its socket. */
static __always_inline void claim_end(struct bw_hdr *hdr, struct bw_addr *end,
				      const struct user_sockaddr *addr)
{
	if (sockaddr_end(end, addr))
		hdr->flags |= BW_F_CLAIM;
}

/* An address in the caller's memory, where the socket itself does not tell. */
static __always_inline void add_addr(struct reading *r, struct bw_str *str, __u64 pointer,
				     __u32 len)
{
	struct user_sockaddr addr = {};
	struct bw_syscall *rec = r->rec;

	if (!pointer || len < sizeof(addr.family))
		return;
	if (bpf_probe_read_user(&addr, SOCKADDR_V6_LEN, (void *)pointer) &&
	    bpf_probe_read_user(&addr, SOCKADDR_V4_LEN, (void *)pointer) &&
	    bpf_probe_read_user(&addr, sizeof(addr.family), (void *)pointer)) {
		str_failed(&rec->hdr);
		return;
	}
	if (addr.family == FAMILY_UNIX) {
		add_unix_given(r, str, pointer, len);
		return;
	}
	if (len < SOCKADDR_V4_LEN)
		return;
	if (rec->hdr.call == BW_CALL_BIND) {
		if (rec->hdr.ret < 0)
			claim_end(&rec->hdr, &rec->fd.local, &addr);
	} else if (!rec->fd.remote.port) {
		claim_end(&rec->hdr, &rec->fd.remote, &addr);
	}
}

static __always_inline bool read_message(struct message *out, __u64 pointer, __u32 narrow)
{
	struct wide_msg wide = {};
	struct narrow_msg small = {};
	struct wide_iovec iov = {};
	struct narrow_iovec small_iov = {};

	if (!narrow) {
		if (bpf_probe_read_user(&wide, offsetof(struct wide_msg, sent), (void *)pointer))
			return false;
		if (wide.n_iov && bpf_probe_read_user(&iov, sizeof(iov), (void *)wide.iov))
			return false;
		*out = (struct message){ wide.name, iov.base, wide.name_len, iov.len };
		return true;
	}
	if (bpf_probe_read_user(&small, offsetof(struct narrow_msg, sent), (void *)pointer))
		return false;
	if (small.n_iov &&
	    bpf_probe_read_user(&small_iov, sizeof(small_iov), (void *)(__u64)small.iov))
		return false;
	*out = (struct message){ small.name, small_iov.base, small.name_len, small_iov.len };
	return true;
}

/* Bytes that the kernel says it moved of the first of many messages. */
static __always_inline __u32 read_moved(__u64 pointer, __u32 narrow)
{
	__u32 moved = 0;

	pointer += narrow ? offsetof(struct narrow_msg, sent) : offsetof(struct wide_msg, sent);
	bpf_probe_read_user(&moved, sizeof(moved), (void *)pointer);
	return moved;
}

static __always_inline void add_message(struct reading *r, struct bw_str *str, __u64 pointer,
					__u32 narrow)
{
	struct bw_syscall *rec = r->rec;
	bool many = rec->hdr.call == BW_CALL_SENDMMSG || rec->hdr.call == BW_CALL_RECVMMSG;
	bool filled = r->decode->flags & BW_DECODE_RET_SIZE; /* by the kernel */
	struct message message = {};
	__u32 moved = 0;

	if (!pointer || (filled && rec->hdr.ret < 0))
		return;
	if (!read_message(&message, pointer, narrow)) {
		str_failed(&rec->hdr);
		return;
	}
	if (rec->hdr.ret > 0)
		moved = many ? read_moved(pointer, narrow) : rec->hdr.ret;
	rec->data_bytes = moved ? moved : message.len;
	if (filled) {
		rec->data_bytes = moved;
		if (message.len > moved)
			message.len = moved;
	}
	add_data(r, str, message.base, message.len);
	add_addr(r, &rec->fd.path, message.name, message.name_len);
}

static __always_inline void add_buffer(struct reading *r, struct bw_str *str, __u32 index)
{
	struct bw_syscall *rec = r->rec;
	__u32 next = (index + 1) & ARGS_MASK;
	__u32 len = rec->args[next];

	if (r->decode->flags & BW_DECODE_RET_SIZE)
		len = rec->hdr.ret > 0 ? rec->hdr.ret : 0;
	rec->data_bytes = len;
	add_data(r, str, rec->args[index], len);
}

static __always_inline void add_sockaddr(struct reading *r, struct bw_str *str, __u32 index)
{
	struct bw_syscall *rec = r->rec;
	__u32 next = (index + 1) & ARGS_MASK;
	__u32 len = rec->args[next];

	if (r->decode->flags & BW_DECODE_RET_SIZE) {
		/* The kernel writes address and size, but not if it fails. */
		if (rec->hdr.ret < 0)
			return;
		len = 0;
		bpf_probe_read_user(&len, sizeof(len), (void *)rec->args[next]);
	}
	add_addr(r, str, rec->args[index], len);
}

static __always_inline void add_path(struct reading *r, struct bw_str *str, __u32 index)
{
	struct bw_syscall *rec = r->rec;
	__u32 before = index_before(index);
	bool at = index && r->decode->kind[before] == BW_ARG_DIRFD;
	__s32 dir = at ? (__s32)rec->args[before] : AT_FDCWD;
	__u32 off;
	__u32 nth = 0;

	if (rec->args[index])
		record_add_str(&r->b, str, (void *)rec->args[index], STR_FROM_USER);
	if (!rec->args[index] || (str->off && !str->len)) {
		if (dir != AT_FDCWD && rec->fd.num < 0)
			fd_fill(r->b.slot, dir);
		return;
	}
	if (!(rec->fd.flags & BW_FD_RESULT))
		rec->hdr.flags |= BW_F_CLAIM;
	off = str->off & (BW_RECORD_MAX - 1); /* bound for the verifier */
	if (!str->len || ((char *)rec)[off] == '/')
		return;
	for (__u32 i = 0; i < BW_ARGS_MAX; i++) {
		if (i < index && r->decode->kind[i] == BW_ARG_PATH)
			nth = 1;
	}
	record_add_dir(&r->b, &rec->base[nth], r->task, dir);
}

/*
 * What argument `index` points to; the results are of no use.  Two functions, for the sake of
 * the stack: older kernels give 512 bytes to a whole chain of calls, and paths go deep.
 */
int call_path_or_data(__u32 slot, __u32 index)
{
	struct reading r;
	struct bw_str *str;

	if (index >= BW_ARGS_MAX || !reading_resume(&r, slot))
		return 0;
	str = &r.rec->text[index];
	switch (r.decode->kind[index]) {
	case BW_ARG_PATH:
		add_path(&r, str, index);
		break;
	case BW_ARG_STR:
		if (r.rec->args[index])
			record_add_str(&r.b, str, (void *)r.rec->args[index], STR_FROM_USER);
		break;
	case BW_ARG_BUF:
		add_buffer(&r, str, index);
		break;
	default:
		break;
	}
	return 0;
}

int call_message_or_address(__u32 slot, __u32 index, __u32 narrow)
{
	struct reading r;
	struct bw_str *str;

	if (index >= BW_ARGS_MAX || !reading_resume(&r, slot))
		return 0;
	str = &r.rec->text[index];
	if (r.decode->kind[index] == BW_ARG_MSG)
		add_message(&r, str, r.rec->args[index], narrow);
	else
		add_sockaddr(&r, str, index);
	return 0;
}

static __always_inline void add_argument(__u32 slot, __u32 index, const struct bw_decode *decode,
					 const struct call *call)
{
	__u8 kind = decode->kind[index];

	if (kind == BW_ARG_MSG || kind == BW_ARG_ADDR)
		call_message_or_address(slot, index, is_narrow(call));
	else if (kind > BW_ARG_DIRFD)
		call_path_or_data(slot, index);
}

static __always_inline bool passes_filter(const struct call *call, const struct bw_decode *decode)
{
	__u32 value;

	if (decode->filter_arg == BW_DECODE_NO_FILTER)
		return true;
	value = call_arg(call, decode->filter_arg);
	if (decode->flags & BW_DECODE_BITS)
		return value & decode->value[0];
	return value == decode->value[0] || value == decode->value[1];
}

/* A 64-bit argument 1 in two registers; arm wants the first of them even. */
static __always_inline __u64 wide_arg(const struct call *call)
{
#if defined(__TARGET_ARCH_x86)
	return call_arg(call, 1) | call_arg(call, 2) << 32;
#else
	return call_arg(call, 2) | call_arg(call, 3) << 32;
#endif
}

static __always_inline void fill_args(struct bw_syscall *rec, const struct call *call,
				      const struct bw_decode *decode)
{
#pragma unroll
	for (__u32 i = 0; i < BW_ARGS_MAX; i++) {
		if (decode->kind[i] != BW_ARG_NONE)
			rec->args[i] = call_arg(call, i);
	}
	if (call->flags & BW_CALL_F_SHORT) {
		rec->args[4] = 0;
		rec->args[5] = 0;
	}
	if (call->flags & BW_CALL_F_ID16) {
		rec->args[1] = id_arg(call, 1);
		rec->args[2] = id_arg(call, 2);
	}
	if (call->flags & BW_CALL_F_WIDE)
		rec->args[1] = wide_arg(call);
}

/* The descriptor that the call is about; -1: none. */
static __always_inline __s32 subject(struct bw_syscall *rec, const struct call *call,
				     const struct bw_decode *decode)
{
	__s32 fd = -1;

	if (decode->flags & BW_DECODE_RET_FD && call->ret >= 0) {
		rec->fd.flags = BW_FD_RESULT;
		return call->ret;
	}
	if (call->call == BW_CALL_SOCKETPAIR && call->ret == 0) {
		/* The first of the two that the kernel wrote. */
		if (!bpf_probe_read_user(&fd, sizeof(fd), (void *)rec->args[3]))
			rec->fd.flags = BW_FD_RESULT;
		return fd;
	}
#pragma unroll
	for (int i = BW_ARGS_MAX - 1; i >= 0; i--) {
		if (decode->kind[i] == BW_ARG_FD)
			fd = rec->args[i];
	}
	return fd;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_call, struct pt_regs *regs, long ret)
{
	const struct bw_decode *decode;
	struct call call;
	struct build b;
	struct bw_syscall *rec;
	__u32 key;
	__s32 fd;

	if (!call_begin(&call, regs, ret))
		return 0;
	key = call.call;
	decode = bpf_map_lookup_elem(&bw_decodes, &key);
	if (!decode || !passes_filter(&call, decode))
		return 0;
	if (!record_begin(&b, BW_EVENT_CALL, rec, call.task))
		return 0;
	call_to_header(&call, &rec->hdr);
	fill_args(rec, &call, decode);
	rec->fd.num = -1;
	fd = subject(rec, &call, decode);
	if (fd >= 0)
		fd_fill(b.slot, fd);
	if (call.call == BW_CALL_PIDFD_SEND_SIGNAL || call.call == BW_CALL_PIDFD_GETFD)
		pidfd_fill(b.slot);
#pragma unroll
	for (__u32 i = 0; i < BW_ARGS_MAX; i++)
		add_argument(b.slot, i, decode, &call);
	if (fd >= 0 && (is_send(call.call) || is_receive(call.call)))
		packet_end(b.slot);
	record_add_root(&b, &rec->root, call.task);
	record_send(&b, BW_LANE_ACTIVITY);
	if (creds_followed && enters_user_ns(&call))
		cred_accept(0);
	return 0;
}
