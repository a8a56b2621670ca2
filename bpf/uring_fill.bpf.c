// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * What an io_uring operation was asked for, when it is submitted: names are copies
 * that the kernel has made already, so nobody can swap them any more.  Arguments
 * are those of the system call that does the same.
 *
 * Global functions, to be checked once each; they take the address of the request.
 */
#include "uring.bpf.h"

#include <linux/fcntl.h>

/* Those of struct msghdr and iovec that are read. */
struct user_msg {
	__u64 name;
	__u32 name_len;
	__u32 pad0;
	__u64 iov;
	__u64 n_iov;
};

struct user_iovec {
	__u64 base;
	__u64 len;
};

/* The string of a name member of the operation `type`; see struct delayed_filename. */
#define request_name(req, type, member)                                                \
	({                                                                             \
		struct type##___delayed *delayed_ = (void *)(req);                     \
		struct type *plain_ = (void *)(req);                                   \
		struct filename *name_;                                                \
		if (bpf_core_field_exists(delayed_->member.__incomplete_filename))     \
			name_ = BPF_CORE_READ(delayed_, member.__incomplete_filename); \
		else                                                                   \
			name_ = BPF_CORE_READ(plain_, member);                         \
		BPF_CORE_READ(name_, name);                                            \
	})

struct filling {
	struct build b;
	struct io_kiocb *req;
	struct task_struct *task;
};

static __always_inline bool filling_resume(struct filling *f, __u32 slot, __u64 req)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);

	if (!scratch)
		return false;
	record_resume(&f->b, slot, scratch);
	f->req = (void *)req;
	f->task = request_task(f->req);
	return true;
}

/* Append a path and, if it is relative, where it starts. */
static __always_inline void add_path(struct filling *f, struct bw_str *str, struct bw_str *base,
				     const char *path, __s32 dirfd)
{
	char first = 0;

	record_add_str(&f->b, str, path, STR_FROM_KERNEL);
	bpf_probe_read_kernel(&first, sizeof(first), path);
	if (first && first != '/')
		record_add_dir(&f->b, base, f->task, dirfd);
}

int ring_fill_open(__u32 slot, __u64 request)
{
	struct filling f;
	struct bw_open *rec;
	struct io_open *op = (void *)request;

	if (!filling_resume(&f, slot, request))
		return 0;
	rec = (struct bw_open *)f.b.hdr;
	rec->flags = BPF_CORE_READ(op, how.flags) & ~(__u32)O_LARGEFILE; /* which the kernel adds */
	rec->mode = BPF_CORE_READ(op, how.mode);
	rec->resolve = BPF_CORE_READ(op, how.resolve);
	rec->dirfd = BPF_CORE_READ(op, dfd);
	rec->hdr.flags |= BW_F_CLAIM;
	add_path(&f, &rec->given, &rec->base, request_name(op, io_open, filename), rec->dirfd);
	return 0;
}

int ring_fill_connect(__u32 slot, __u64 request)
{
	struct io_connect *op = (void *)request;
	struct asked asked;
	struct filling f;
	struct bw_connect *rec;
	__u16 family = 0;

	if (!filling_resume(&f, slot, request))
		return 0;
	rec = (struct bw_connect *)f.b.hdr;
	asked.addr = BPF_CORE_READ(op, addr);
	asked.len = BPF_CORE_READ(op, addr_len);
	rec->fd = request_flags(f.req) & REQUEST_FIXED_FILE ? -1 : request_fd(f.req);
	connect_claim(rec, &asked);
	bpf_probe_read_user(&family, sizeof(family), asked.addr);
	if (family == FAMILY_UNIX)
		connect_given(&f.b, rec, &asked);
	return 0;
}

/* unlinkat, mkdirat. */
static __always_inline void fill_one_name(struct filling *f, struct bw_syscall *rec)
{
	struct io_unlink *unlink = (void *)f->req;
	struct io_mkdir *mkdir = (void *)f->req;
	const char *path;

	if (rec->hdr.call == BW_CALL_UNLINKAT) {
		rec->args[0] = (__s64)BPF_CORE_READ(unlink, dfd);
		rec->args[2] = BPF_CORE_READ(unlink, flags);
		path = request_name(unlink, io_unlink, filename);
	} else {
		rec->args[0] = (__s64)BPF_CORE_READ(mkdir, dfd);
		rec->args[2] = BPF_CORE_READ(mkdir, mode);
		path = request_name(mkdir, io_mkdir, filename);
	}
	add_path(f, &rec->text[1], &rec->base[0], path, rec->args[0]);
}

static __always_inline void fill_rename(struct filling *f, struct bw_syscall *rec)
{
	struct io_rename *op = (void *)f->req;

	rec->args[0] = (__s64)BPF_CORE_READ(op, old_dfd);
	rec->args[2] = (__s64)BPF_CORE_READ(op, new_dfd);
	rec->args[4] = BPF_CORE_READ(op, flags);
	add_path(f, &rec->text[1], &rec->base[0], request_name(op, io_rename, oldpath),
		 rec->args[0]);
	add_path(f, &rec->text[3], &rec->base[1], request_name(op, io_rename, newpath),
		 rec->args[2]);
}

static __always_inline void fill_link(struct filling *f, struct bw_syscall *rec)
{
	struct io_hardlink *old = (void *)f->req;
	struct io_link *op = (void *)f->req;
	const char *from;
	const char *to;

	if (bpf_core_type_exists(struct io_link)) {
		rec->args[0] = (__s64)BPF_CORE_READ(op, old_dfd);
		rec->args[2] = (__s64)BPF_CORE_READ(op, new_dfd);
		rec->args[4] = BPF_CORE_READ(op, flags);
		from = request_name(op, io_link, oldpath);
		to = request_name(op, io_link, newpath);
	} else {
		rec->args[0] = (__s64)BPF_CORE_READ(old, old_dfd);
		rec->args[2] = (__s64)BPF_CORE_READ(old, new_dfd);
		rec->args[4] = BPF_CORE_READ(old, flags);
		from = BPF_CORE_READ(old, oldpath, name);
		to = BPF_CORE_READ(old, newpath, name);
	}
	add_path(f, &rec->text[1], &rec->base[0], from, rec->args[0]);
	add_path(f, &rec->text[3], &rec->base[1], to, rec->args[2]);
}

static __always_inline void fill_symlink(struct filling *f, struct bw_syscall *rec)
{
	struct io_symlink *old = (void *)f->req;
	struct io_link *op = (void *)f->req;
	const char *target;
	const char *path;

	if (bpf_core_type_exists(struct io_link)) {
		rec->args[1] = (__s64)BPF_CORE_READ(op, new_dfd);
		target = request_name(op, io_link, oldpath);
		path = request_name(op, io_link, newpath);
	} else {
		rec->args[1] = (__s64)BPF_CORE_READ(old, new_dfd);
		target = BPF_CORE_READ(old, oldpath, name);
		path = BPF_CORE_READ(old, newpath, name);
	}
	record_add_str(&f->b, &rec->text[0], target, STR_FROM_KERNEL);
	add_path(f, &rec->text[2], &rec->base[0], path, rec->args[1]);
}

static __always_inline void fill_xattr(struct filling *f, struct bw_syscall *rec)
{
	struct io_xattr *op = (void *)f->req;
	struct xattr_name *name = BPF_CORE_READ(op, ctx.kname);

	rec->args[3] = BPF_CORE_READ(op, ctx.size);
	rec->args[4] = BPF_CORE_READ(op, ctx.flags);
	if (rec->hdr.call == BW_CALL_SETXATTR)
		add_path(f, &rec->text[0], &rec->base[0], request_name(op, io_xattr, filename),
			 AT_FDCWD);
	record_add_str(&f->b, &rec->text[1], name, STR_FROM_KERNEL);
}

/* Calls on names. */
int ring_fill_names(__u32 slot, __u64 request)
{
	struct filling f;
	struct bw_syscall *rec;

	if (!filling_resume(&f, slot, request))
		return 0;
	rec = (struct bw_syscall *)f.b.hdr;
	rec->hdr.flags |= BW_F_CLAIM;
	switch (rec->hdr.call) {
	case BW_CALL_UNLINKAT:
	case BW_CALL_MKDIRAT:
		fill_one_name(&f, rec);
		break;
	case BW_CALL_RENAMEAT2:
		fill_rename(&f, rec);
		break;
	case BW_CALL_LINKAT:
		fill_link(&f, rec);
		break;
	case BW_CALL_SYMLINKAT:
		fill_symlink(&f, rec);
		break;
	default:
		rec->hdr.flags &= ~BW_F_CLAIM;
		break;
	}
	return 0;
}

int ring_fill_xattr(__u32 slot, __u64 request)
{
	struct filling f;
	struct bw_syscall *rec;

	if (!bpf_core_type_exists(struct io_xattr) || !filling_resume(&f, slot, request))
		return 0;
	rec = (struct bw_syscall *)f.b.hdr;
	if (rec->hdr.call == BW_CALL_SETXATTR)
		rec->hdr.flags |= BW_F_CLAIM;
	fill_xattr(&f, rec);
	return 0;
}

/* Append the head of what is to be sent. */
static __always_inline void add_data(struct build *b, struct bw_syscall *rec, const void *base,
				     __u32 len)
{
	struct bw_hdr *hdr = b->hdr;
	__u32 off = hdr->size & (BW_RECORD_MAX - 1); /* bound for the verifier */
	char *dst = (char *)hdr + off;

	rec->data_bytes = len;
	if (!base || !len)
		return;
	if (len > BW_DATA_MAX)
		len = BW_DATA_MAX;
	barrier_var(len); /* or clang drops what it knows already, and the verifier does not */
	len &= BW_STR_MAX - 1; /* bound for the verifier */
	if (bpf_probe_read_user(dst, len, base)) {
		str_failed(hdr);
		return;
	}
	dst[len] = '\0';
	rec->text[1].off = off;
	rec->text[1].len = len;
	hdr->size = off + len + 1;
}

/* The caller's word for where a message goes. */
static __always_inline void claim_message(struct bw_syscall *rec, const struct user_msg *msg)
{
	struct user_sockaddr addr = {};

	if (!msg->name || msg->name_len < SOCKADDR_V4_LEN ||
	    (bpf_probe_read_user(&addr, SOCKADDR_V6_LEN, (void *)msg->name) &&
	     bpf_probe_read_user(&addr, SOCKADDR_V4_LEN, (void *)msg->name)))
		return;
	if (sockaddr_end(&rec->fd.remote, &addr))
		rec->hdr.flags |= BW_F_CLAIM;
}

static __always_inline void fill_message(struct filling *f, struct bw_syscall *rec)
{
	struct io_sr_msg *op = (void *)f->req;
	struct user_msg msg = {};
	struct user_iovec iov = {};
	__u32 len = 0;

	rec->args[1] = (__u64)BPF_CORE_READ(op, buf);
	if (rec->hdr.call == BW_CALL_SENDTO || rec->hdr.call == BW_CALL_RECVFROM) {
		bpf_core_read(&len, sizeof(len), &op->len);
		rec->args[2] = len;
		rec->args[3] = BPF_CORE_READ(op, msg_flags);
		if (rec->hdr.call == BW_CALL_SENDTO)
			add_data(&f->b, rec, (void *)rec->args[1], len);
		return;
	}
	rec->args[2] = BPF_CORE_READ(op, msg_flags);
	if (rec->hdr.call != BW_CALL_SENDMSG ||
	    bpf_probe_read_user(&msg, sizeof(msg), (void *)rec->args[1]))
		return;
	if (msg.n_iov && !bpf_probe_read_user(&iov, sizeof(iov), (void *)msg.iov))
		add_data(&f->b, rec, (void *)iov.base, iov.len);
	claim_message(rec, &msg);
}

/* Calls on descriptors. */
int ring_fill_fd(__u32 slot, __u64 request)
{
	struct io_accept *accept = (void *)request;
	struct io_listen *listen = (void *)request;
	struct io_bind *bind = (void *)request;
	struct io_ftrunc *trunc = (void *)request;
	struct filling f;
	struct bw_syscall *rec;

	if (!filling_resume(&f, slot, request))
		return 0;
	rec = (struct bw_syscall *)f.b.hdr;
	rec->args[0] = (__s64)request_fd(f.req);
	switch (rec->hdr.call) {
	case BW_CALL_ACCEPT4:
		rec->args[1] = (__u64)BPF_CORE_READ(accept, addr);
		rec->args[2] = (__u64)BPF_CORE_READ(accept, addr_len);
		rec->args[3] = BPF_CORE_READ(accept, flags);
		break;
	case BW_CALL_BIND:
		if (bpf_core_type_exists(struct io_bind))
			rec->args[2] = BPF_CORE_READ(bind, addr_len);
		break;
	case BW_CALL_LISTEN:
		if (bpf_core_type_exists(struct io_listen))
			rec->args[1] = BPF_CORE_READ(listen, backlog);
		break;
	case BW_CALL_FTRUNCATE:
		if (bpf_core_type_exists(struct io_ftrunc))
			rec->args[1] = BPF_CORE_READ(trunc, len);
		break;
	default:
		fill_message(&f, rec);
		break;
	}
	return 0;
}

int ring_fill_socket(__u32 slot, __u64 request)
{
	struct io_socket *op = (void *)request;
	struct filling f;
	struct bw_syscall *rec;

	if (!filling_resume(&f, slot, request) || !bpf_core_type_exists(struct io_socket))
		return 0;
	rec = (struct bw_syscall *)f.b.hdr;
	rec->args[0] = BPF_CORE_READ(op, domain);
	rec->args[1] = BPF_CORE_READ(op, type);
	rec->args[2] = BPF_CORE_READ(op, protocol);
	return 0;
}

/* The descriptor of a request; -1: a slot of the ring, or not known. */
static __always_inline __s32 own_fd(struct io_kiocb *req)
{
	return request_flags(req) & REQUEST_FIXED_FILE ? -1 : request_fd(req);
}

/* The file that a request is about, before it is done. */
static __always_inline struct file *asked_file(struct io_kiocb *req)
{
	struct file *file = BPF_CORE_READ(req, file);
	__s32 fd = request_fd(req);

	if (file || fd < 0)
		return file;
	if (request_flags(req) & REQUEST_FIXED_FILE)
		return fixed_file(BPF_CORE_READ(req, ctx), fd);
	return file_of_fd(request_task(req), fd);
}

/* Its socket tells what a connection is; where it goes, only its caller as yet. */
static __always_inline void pending_connect(struct filling *f)
{
	struct bw_connect *rec = (struct bw_connect *)f->b.hdr;
	struct file *file = asked_file(f->req);
	struct sock *sk = file ? sock_of_file(file) : NULL;

	if (!sk)
		return;
	rec->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	rec->sock_type = BPF_CORE_READ(sk, sk_type);
	rec->protocol = BPF_CORE_READ(sk, sk_protocol);
}

int ring_fill_pending(__u32 slot, __u64 request)
{
	struct filling f;
	struct bw_syscall *rec;
	struct bw_addr claim;

	if (!filling_resume(&f, slot, request))
		return 0;
	if (f.b.hdr->type == BW_EVENT_CONNECT)
		pending_connect(&f);
	if (f.b.hdr->type != BW_EVENT_CALL || !is_about_file(f.b.hdr->call))
		return 0;
	rec = (struct bw_syscall *)f.b.hdr;
	claim = rec->fd.remote;
	fd_fill_file(slot, own_fd(f.req), (__u64)asked_file(f.req), (__u64)f.task);
	if (claim.family && !rec->fd.remote.port)
		rec->fd.remote = claim;
	return 0;
}
