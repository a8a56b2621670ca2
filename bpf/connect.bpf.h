/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_CONNECT_BPF_H
#define BPFWATCH_CONNECT_BPF_H

/* Where a connection goes, whichever door it was begun through. */
#include "fd.bpf.h"
#include "packet.bpf.h"

enum {
	STATE_CLOSE = 7, /* TCP_CLOSE, of every kind of socket without a peer */
};

/* What the caller asked for. */
struct asked {
	__s32 fd;
	const void *addr;
	__u32 len;
};

/* The caller's word for the destination. */
static __always_inline void connect_claim(struct bw_connect *rec, const struct asked *asked)
{
	union {
		struct user_sockaddr inet;
		struct sockaddr_vm vm;
	} addr = {};

	rec->hdr.flags |= BW_F_CLAIM;
	__builtin_memset(&rec->remote, 0, sizeof(rec->remote));
	if (bpf_probe_read_user(&addr, SOCKADDR_V6_LEN, asked->addr) &&
	    bpf_probe_read_user(&addr, sizeof(addr.vm), asked->addr)) {
		rec->hdr.flags |= BW_F_READ_FAIL;
		stat_inc(BW_STAT_READ_FAILED);
		return;
	}
	/* AF_UNSPEC, which dissolves an association, is neither. */
	if (!sockaddr_end(&rec->remote, &addr.inet))
		vsock_end(&rec->remote, &addr.vm);
}

/* Returns false if the socket does not tell. */
static __always_inline bool connect_inet(struct bw_connect *rec, struct sock *sk, __u64 ino)
{
	struct bw_addr local = {};
	struct bw_addr remote = {};

	sock_ends(sk, &local, &remote);
	rec->local = local;
	if (rec->hdr.ret == 0 && BPF_CORE_READ(sk, __sk_common.skc_state) == STATE_CLOSE) {
		/* Its association was dissolved. */
		__builtin_memset(&rec->remote, 0, sizeof(rec->remote));
		return true;
	}
	if (remote.port || rec->hdr.ret == 0) {
		rec->remote = remote;
		return true;
	}
	if (!begun_take(sk, ino, &local, &remote))
		return false;
	rec->remote = remote;
	if (local.port)
		rec->local = local;
	return true;
}

static __always_inline bool connect_unix(struct build *b, struct bw_connect *rec, struct sock *sk,
					 struct task_struct *task)
{
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);
	struct unix_sock *bound = (struct unix_sock *)peer;

	if (!peer)
		return false;
	record_add_path(b, &rec->path, task, BPF_CORE_READ(bound, path.dentry),
			BPF_CORE_READ(bound, path.mnt));
	return true;
}

/* Both ends by the socket; returns false if only its caller's word is left. */
static __always_inline bool connect_truth(struct build *b, struct bw_connect *rec,
					  struct file *file, struct sock *sk,
					  struct task_struct *task)
{
	struct bw_addr local = {};
	struct bw_addr remote = {};

	rec->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	rec->sock_type = BPF_CORE_READ(sk, sk_type);
	rec->protocol = BPF_CORE_READ(sk, sk_protocol);
	switch (rec->family) {
	case FAMILY_INET:
	case FAMILY_INET6:
		return connect_inet(rec, sk, BPF_CORE_READ(file, f_inode, i_ino));
	case FAMILY_UNIX:
		return connect_unix(b, rec, sk, task);
	case FAMILY_VSOCK:
		vsock_ends(sk, &local, &remote);
		rec->local = local;
		if (remote.family)
			rec->remote = remote;
		return remote.family;
	default:
		return true; /* no addresses that we know */
	}
}

/* sun_path as the caller gave it: a path up to its NUL, or an abstract name. */
static __always_inline void connect_given(struct build *b, struct bw_connect *rec,
					  const struct asked *asked)
{
	const void *path = asked->addr + UN_PATH_OFF;
	__u32 len = asked->len - UN_PATH_OFF;
	char first = 0;
	__u32 off;

	if (asked->len <= UN_PATH_OFF || bpf_probe_read_user(&first, sizeof(first), path))
		return;
	if (len > UN_PATH_MAX)
		len = UN_PATH_MAX;
	if (first) {
		record_add_str_max(b, &rec->given, path, STR_FROM_USER, len + 1);
		return;
	}
	record_add_user(b, &rec->given, NULL, (unsigned long)path, (unsigned long)path + len);
	off = rec->given.off & (BW_RECORD_MAX - 1); /* bound for the verifier */
	if (rec->given.len)
		((char *)rec)[off] = '@';
}

#endif /* BPFWATCH_CONNECT_BPF_H */
