// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * TCP connections at their SYN, in the context of whoever begins one.  What
 * connect(2) and io_uring begin is kept for their own records; a connection
 * begun by sending (MSG_FASTOPEN) has no other.
 */
#include "caller.bpf.h"
#include "packet.bpf.h"

enum {
	STATE_SYN_SENT = 2, /* TCP_SYN_SENT */
	PROTOCOL_MPTCP = 262, /* IPPROTO_MPTCP */
	EINPROGRESS_SEEN = 115,
};

/* Whether a call sends through the socket of its first argument. */
static __always_inline bool is_send(__u16 call)
{
	return call == BW_CALL_SENDTO || call == BW_CALL_SENDMSG || call == BW_CALL_SENDMMSG;
}

/* The file behind the first argument if `sk` is its socket, or a subflow of it. */
static __always_inline struct file *file_of_call(const struct call *call, struct sock *sk,
						 struct sock **own)
{
	struct file *file = file_of_fd(call->task, call_arg(call, 0));

	if (!file)
		return NULL;
	*own = sock_of_file(file);
	if (*own == sk || (*own && BPF_CORE_READ(*own, sk_protocol) == PROTOCOL_MPTCP))
		return file;
	return NULL;
}

static __always_inline __u64 ino_of_sock(struct sock *sk)
{
	struct sock___socket *shape = (void *)sk;
	struct file *file = BPF_CORE_READ(shape, sk_socket, file);

	return BPF_CORE_READ(file, f_inode, i_ino);
}

/* The local port may not be chosen yet. */
static __always_inline void tell_begun(const struct call *call, struct sock *sk, struct sock *own)
{
	struct build b;
	struct bw_connect *rec;

	if (!record_begin(&b, BW_EVENT_CONNECT, rec, call->task))
		return;
	rec->hdr.call = call->call;
	rec->hdr.abi = call->abi;
	rec->hdr.ret = -EINPROGRESS_SEEN;
	rec->fd = call_arg(call, 0);
	rec->family = BPF_CORE_READ(own, __sk_common.skc_family);
	rec->sock_type = BPF_CORE_READ(own, sk_type);
	rec->protocol = BPF_CORE_READ(own, sk_protocol);
	sock_ends(sk, &rec->local, &rec->remote);
	record_send(&b, BW_LANE_ACTIVITY);
}

SEC("tp_btf/inet_sock_set_state")
int BPF_PROG(on_tcp_state, struct sock *sk, int before, int after)
{
	struct begun begun = {};
	struct saved_regs room;
	struct sock *own = sk;
	struct file *file;
	struct call call;
	__u64 key;

	if (after != STATE_SYN_SENT || bpf_get_current_pid_tgid() >> 32 == self_tgid)
		return 0;
	if (caller_now(&call, &room) && (is_send(call.call) || call.call == BW_CALL_CONNECT)) {
		file = file_of_call(&call, sk, &own);
		if (file && call.call != BW_CALL_CONNECT) {
			tell_begun(&call, sk, own);
			return 0;
		}
		if (!file)
			own = sk;
	}
	begun.ino = ino_of_sock(own);
	sock_ends(sk, &begun.local, &begun.remote);
	key = (__u64)own;
	bpf_map_update_elem(&bw_begun, &key, &begun, BPF_ANY);
	return 0;
}
