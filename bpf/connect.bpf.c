// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * connect(2) at its exit.  Both ends come from the socket, which nobody can
 * rewrite; only where the kernel has cleared the destination, as after a
 * refusal, does the caller's address stand in, marked as a claim.
 */
#include "call.bpf.h"
#include "socket.bpf.h"

enum {
	SUN_PATH_MAX = 108, /* sizeof(sun_path) */
	SUN_PATH_OFF = 2, /* offset of sun_path */
	SOCKADDR_IN_LEN = 8, /* what we read of struct sockaddr_in */
	SOCKADDR_IN6_LEN = 28, /* sizeof(struct sockaddr_in6) */
};

struct asked {
	__s32 fd;
	const void *addr;
	__u32 len;
};

/* What begins every address family we read. */
struct user_addr {
	__u16 family;
	__u16 port; /* network order */
	__u32 v4; /* IPv6: flow label */
	__u8 v6[16];
	__u32 scope;
};

static __always_inline void asked_from(const struct call *call, struct asked *out)
{
	out->fd = call_arg(call, 0);
	out->addr = (void *)call_arg(call, 1);
	out->len = call_arg(call, 2);
}

/* The caller's word for the destination. */
static __always_inline void claim_remote(struct bw_connect *rec, const struct asked *asked)
{
	struct user_addr addr = {};

	rec->hdr.flags |= BW_F_CLAIM;
	__builtin_memset(&rec->remote, 0, sizeof(rec->remote));
	if (bpf_probe_read_user(&addr, SOCKADDR_IN6_LEN, asked->addr) &&
	    bpf_probe_read_user(&addr, SOCKADDR_IN_LEN, asked->addr)) {
		rec->hdr.flags |= BW_F_READ_FAIL;
		stat_inc(BW_STAT_READ_FAILED);
		return;
	}
	if (addr.family == FAMILY_INET) {
		__builtin_memcpy(rec->remote.addr, &addr.v4, sizeof(addr.v4));
	} else if (addr.family == FAMILY_INET6) {
		__builtin_memcpy(rec->remote.addr, addr.v6, sizeof(addr.v6));
		rec->remote.scope = addr.scope;
	} else {
		return; /* AF_UNSPEC dissolves an association */
	}
	rec->remote.family = addr.family;
	rec->remote.port = bpf_ntohs(addr.port);
}

static __always_inline void connect_inet(struct bw_connect *rec, struct sock *sk,
					 const struct asked *asked)
{
	sock_ends(sk, &rec->local, &rec->remote);
	if (!rec->remote.port)
		claim_remote(rec, asked);
}

/* sun_path as the caller gave it: a path up to its NUL, or an abstract name. */
static __always_inline void add_given(struct build *b, struct bw_connect *rec,
				      const struct asked *asked)
{
	const void *path = asked->addr + SUN_PATH_OFF;
	__u32 len = asked->len - SUN_PATH_OFF;
	char first = 0;
	__u32 off;

	if (asked->len <= SUN_PATH_OFF || bpf_probe_read_user(&first, sizeof(first), path))
		return;
	if (len > SUN_PATH_MAX)
		len = SUN_PATH_MAX;
	if (first) {
		record_add_str_max(b, &rec->given, path, STR_FROM_USER, len + 1);
		return;
	}
	record_add_user(b, &rec->given, (unsigned long)path, (unsigned long)path + len);
	off = rec->given.off & (BW_RECORD_MAX - 1); /* bound for the verifier */
	if (rec->given.len)
		((char *)rec)[off] = '@';
}

static __always_inline void connect_unix(struct build *b, struct bw_connect *rec, struct sock *sk,
					 const struct call *call, const struct asked *asked)
{
	struct sock *peer = BPF_CORE_READ((struct unix_sock *)sk, peer);
	struct unix_sock *bound = (struct unix_sock *)peer;

	if (peer)
		record_add_path(b, &rec->path, call->task, BPF_CORE_READ(bound, path.dentry),
				BPF_CORE_READ(bound, path.mnt));
	else
		rec->hdr.flags |= BW_F_CLAIM;
	add_given(b, rec, asked);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_connect, struct pt_regs *regs, long ret)
{
	struct asked asked;
	struct call call;
	struct build b;
	struct bw_connect *rec;
	struct file *file;
	struct sock *sk;

	if (!call_begin(&call, regs, ret))
		return 0;
	asked_from(&call, &asked);
	file = file_of_fd(call.task, asked.fd);
	sk = file ? sock_of_file(file) : NULL;
	if (!sk)
		return 0; /* no socket: nothing was reached for */
	if (!record_begin(&b, BW_EVENT_CONNECT, rec, call.task))
		return 0;
	call_to_header(&call, &rec->hdr);
	rec->fd = asked.fd;
	rec->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	rec->sock_type = BPF_CORE_READ(sk, sk_type);
	rec->protocol = BPF_CORE_READ(sk, sk_protocol);
	if (rec->family == FAMILY_INET || rec->family == FAMILY_INET6)
		connect_inet(rec, sk, &asked);
	else if (rec->family == FAMILY_UNIX)
		connect_unix(&b, rec, sk, &call, &asked);
	record_send(&b, BW_LANE_ACTIVITY);
	return 0;
}
