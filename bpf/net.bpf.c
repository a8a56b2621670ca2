// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * What goes out, in the context of whoever sends it.
 *
 * TCP connections at their SYN: what connect(2) and io_uring begin is kept for their
 * own records; a connection begun by sending (MSG_FASTOPEN) has no other.
 *
 * Datagrams and raw packets as they are handed to a device: the address that the
 * caller gave may have changed since, the header has not.
 */
#include "caller.bpf.h"
#include "fd.bpf.h"
#include "packet.bpf.h"

#include <linux/if_ether.h>

enum {
	STATE_SYN_SENT = 2, /* TCP_SYN_SENT */
	PROTOCOL_MPTCP = 262, /* IPPROTO_MPTCP */
	EINPROGRESS_SEEN = 115,
	TYPE_DGRAM = 2, /* SOCK_* */
	TYPE_RAW = 3,
	TYPE_PACKET = 10,
	PROTOCOL_TCP = 6, /* IPPROTO_* */
	PROTOCOL_UDP = 17,
	PROTOCOL_FRAGMENT = 44,
	PROTOCOL_UDPLITE = 136,
	FRAGMENT_OFF_V4 = 0x1fff, /* IP_OFFSET */
	FRAGMENT_OFF_V6 = 0xfff8, /* IP6_OFFSET */
	IHL_MASK = 0xf,
	IHL_UNIT = 4,
	VERSION_SHIFT = 4,
	UDP_HEAD_BYTES = 8,
	MAPPED_OFF = 12, /* of the IPv4 address in a mapped one */
	LINK_LOCAL_0 = 0xfe, /* fe80::/10 */
	LINK_LOCAL_1 = 0x80,
	LINK_LOCAL_MASK = 0xc0,
};

/* Headers, with the members that are read; the kernel's own have bit fields. */
struct ip4_head {
	__u8 version_ihl;
	__u8 tos;
	__u16 len;
	__u16 id;
	__u16 fragment;
	__u8 ttl;
	__u8 protocol;
	__u16 check;
	__u32 src;
	__u32 dst;
};

struct ip6_head {
	__u8 version_class;
	__u8 flow[3];
	__u16 len;
	__u8 next;
	__u8 hops;
	__u8 src[16];
	__u8 dst[16];
};

struct fragment_head {
	__u8 next;
	__u8 reserved;
	__u16 off;
	__u32 id;
};

struct ports {
	__u16 src;
	__u16 dst;
};

/* Where a packet goes. */
struct route {
	struct bw_addr local;
	struct bw_addr remote;
	const void *payload; /* behind the header of UDP */
	__u32 protocol;
};
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

/*
 * What on_packet() works with, since the stack is too small.  Packets are queued with
 * soft interrupts off, so that no other comes between on the same processor.
 */
struct outgoing {
	struct route route;
	struct sent first;
	struct saved_regs room;
};

struct {
	__uint(type, BPF_MAP_TYPE_PERCPU_ARRAY);
	__uint(max_entries, 1);
	__type(key, __u32);
	__type(value, struct outgoing);
} bw_outgoing SEC(".maps");

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

static __always_inline void put_v4(struct bw_addr *out, __u32 addr, bool mapped)
{
	if (!mapped) {
		out->family = FAMILY_INET;
		__builtin_memcpy(out->addr, &addr, sizeof(addr));
		return;
	}
	out->family = FAMILY_INET6;
	out->addr[MAPPED_OFF - 2] = 0xff;
	out->addr[MAPPED_OFF - 1] = 0xff;
	__builtin_memcpy(&out->addr[MAPPED_OFF], &addr, sizeof(addr));
}

static __always_inline void put_v6(struct bw_addr *out, const __u8 addr[16], __u32 ifindex)
{
	out->family = FAMILY_INET6;
	__builtin_memcpy(out->addr, addr, sizeof(out->addr));
	if (addr[0] == LINK_LOCAL_0 && (addr[1] & LINK_LOCAL_MASK) == LINK_LOCAL_1)
		out->scope = ifindex;
}

static __always_inline void put_ports(struct route *out, const void *from)
{
	struct ports ports = {};

	if (out->protocol != PROTOCOL_UDP && out->protocol != PROTOCOL_UDPLITE &&
	    out->protocol != PROTOCOL_TCP)
		return;
	bpf_probe_read_kernel(&ports, sizeof(ports), from);
	out->local.port = bpf_ntohs(ports.src);
	out->remote.port = bpf_ntohs(ports.dst);
	if (out->protocol != PROTOCOL_TCP)
		out->payload = from + UDP_HEAD_BYTES;
}

/* Returns false for what is no IPv4 packet, or not the first piece of one. */
static __always_inline bool route_v4(struct route *out, const void *at, bool mapped)
{
	struct ip4_head head = {};

	bpf_probe_read_kernel(&head, sizeof(head), at);
	if (head.version_ihl >> VERSION_SHIFT != 4 || bpf_ntohs(head.fragment) & FRAGMENT_OFF_V4)
		return false;
	out->protocol = head.protocol;
	put_v4(&out->local, head.src, mapped);
	put_v4(&out->remote, head.dst, mapped);
	put_ports(out, at + (head.version_ihl & IHL_MASK) * IHL_UNIT);
	return true;
}

/* Likewise.  Ports behind other extension headers than a fragment's: where the kernel put them. */
static __always_inline bool route_v6(struct route *out, const void *at, const void *transport,
				     __u32 ifindex)
{
	struct fragment_head fragment = {};
	struct ip6_head head = {};

	bpf_probe_read_kernel(&head, sizeof(head), at);
	if (head.version_class >> VERSION_SHIFT != 6)
		return false;
	put_v6(&out->local, head.src, ifindex);
	put_v6(&out->remote, head.dst, ifindex);
	out->protocol = head.next;
	at += sizeof(head);
	if (head.next == PROTOCOL_FRAGMENT) {
		bpf_probe_read_kernel(&fragment, sizeof(fragment), at);
		if (bpf_ntohs(fragment.off) & FRAGMENT_OFF_V6)
			return false;
		out->protocol = fragment.next;
		at += sizeof(fragment);
	}
	put_ports(out, at > transport ? at : transport);
	return true;
}

/* A frame from a packet socket, which may or may not hold IP. */
static __always_inline bool route_frame(struct route *out, struct sk_buff *skb, const void *network,
					const void *transport, __u32 ifindex)
{
	const void *frame = BPF_CORE_READ(skb, data);
	struct ethhdr eth = {};
	__u16 type = bpf_ntohs(BPF_CORE_READ(skb, protocol));

	/* Its network header is where the caller's bytes begin, link header or not. */
	if (type == ETH_P_IP &&
	    (route_v4(out, network, false) || route_v4(out, frame + ETH_HLEN, false)))
		return true;
	if (type == ETH_P_IPV6 && (route_v6(out, network, transport, ifindex) ||
				   route_v6(out, frame + ETH_HLEN, transport, ifindex)))
		return true;
	bpf_probe_read_kernel(&eth, sizeof(eth), frame);
	__builtin_memset(&out->remote, 0, sizeof(out->remote));
	__builtin_memcpy(out->remote.addr, eth.h_dest, sizeof(eth.h_dest));
	out->remote.family = FAMILY_PACKET;
	out->remote.port = type;
	out->remote.scope = ifindex;
	return true;
}

static __always_inline bool route_of(struct route *out, struct sk_buff *skb, struct sock *sk)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);
	const void *head = BPF_CORE_READ(skb, head);
	const void *network = head + BPF_CORE_READ(skb, network_header);
	const void *transport = head + BPF_CORE_READ(skb, transport_header);
	__u32 ifindex = BPF_CORE_READ(skb, dev, ifindex);
	bool done;

	if (family == FAMILY_PACKET)
		return route_frame(out, skb, network, transport, ifindex);
	if (BPF_CORE_READ(skb, protocol) == bpf_htons(ETH_P_IP))
		done = route_v4(out, network, family == FAMILY_INET6);
	else
		done = route_v6(out, network, transport, ifindex);
	/* Through a tunnel the same socket's packet passes again, in another's header. */
	return done &&
	       (!out->payload || out->local.port == BPF_CORE_READ(sk, __sk_common.skc_num) ||
		BPF_CORE_READ(sk, sk_type) == TYPE_RAW);
}

/* The head of the message, as far as it lies in one piece. */
static __always_inline void add_payload(struct build *b, struct bw_syscall *rec,
					struct sk_buff *skb, const void *payload)
{
	const void *data = BPF_CORE_READ(skb, data);
	__u32 total = BPF_CORE_READ(skb, len) - (payload - data);
	__u32 len = total - BPF_CORE_READ(skb, data_len);

	if (!payload || payload < data || total > BPF_CORE_READ(skb, len))
		return;
	rec->data_bytes = total;
	rec->hdr.ret = total;
	if (len > BW_DATA_MAX)
		len = BW_DATA_MAX;
	record_add_bytes(b, &rec->text[1], payload, len);
}

/* One more message of a sendmmsg, to somebody else than the one before. */
static __always_inline void tell_message(const struct call *call, struct sk_buff *skb,
					 const struct route *route)
{
	struct build b;
	struct bw_syscall *rec;

	if (!record_begin(&b, BW_EVENT_CALL, rec, call->task))
		return;
	rec->hdr.call = call->call;
	rec->hdr.abi = call->abi;
	for (__u32 i = 0; i < 4; i++)
		rec->args[i] = call_arg(call, i);
	fd_fill(b.slot, rec->args[0]);
	rec->fd.local = route->local;
	rec->fd.remote = route->remote;
	rec->fd.flags |= BW_FD_CHANGED;
	add_payload(&b, rec, skb, route->payload);
	record_send(&b, BW_LANE_ACTIVITY);
}

/*
 * Who sends `skb`: the call that the current task is in, if it is through this very
 * socket (else the packet was merely finished here), or io_uring.  Returns false
 * if that is nobody, or if nobody asked.
 */
static __always_inline bool sender_of(struct sent_key *key, struct call *call,
				      struct saved_regs *room, struct sock *sk)
{
	struct sock *own = NULL;
	bool known = caller_now(call, room);
	struct task_struct *task = call->task; /* CO-RE takes no base of ours */
	__u32 flags = BPF_CORE_READ(task, flags);

	key->sk = (__u64)sk;
	key->id = 0;
	if (known && is_send(call->call)) {
		key->id = bpf_get_current_pid_tgid();
		return call->slot != BW_SLOT_NONE && file_of_call(call, sk, &own);
	}
	return flags & PF_IO_WORKER_BIT || (known && call->call == BW_CALL_IO_URING_ENTER);
}

/* The first packet of a call is told at the end of the call. */
static __always_inline void note_route(const struct call *call, struct sk_buff *skb,
				       const struct sent_key *key, struct outgoing *out)
{
	struct sent *sent = bpf_map_lookup_elem(&bw_sent, key);

	if (!sent) {
		out->first.local = out->route.local;
		out->first.first = out->route.remote;
		out->first.last = out->route.remote;
		bpf_map_update_elem(&bw_sent, key, &out->first, BPF_ANY);
		return;
	}
	if (same_addr(&sent->last, &out->route.remote))
		return;
	sent->last = out->route.remote;
	if (key->id && call->call == BW_CALL_SENDMMSG)
		tell_message(call, skb, &out->route);
}

SEC("tp_btf/net_dev_queue")
int BPF_PROG(on_packet, struct sk_buff *skb)
{
	struct sock *sk = BPF_CORE_READ(skb, sk);
	struct call call = { .task = current_task() };
	struct outgoing *out;
	struct sent_key key;
	__u32 zero = 0;
	__u16 type;

	if (!sk || bpf_get_current_pid_tgid() >> 32 == self_tgid)
		return 0;
	type = BPF_CORE_READ(sk, sk_type);
	if (type != TYPE_DGRAM && type != TYPE_RAW && type != TYPE_PACKET)
		return 0;
	out = bpf_map_lookup_elem(&bw_outgoing, &zero);
	if (!out || !sender_of(&key, &call, &out->room, sk))
		return 0;
	__builtin_memset(&out->route, 0, sizeof(out->route));
	if (route_of(&out->route, skb, sk))
		note_route(&call, skb, &key, out);
	return 0;
}
