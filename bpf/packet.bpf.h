/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_PACKET_BPF_H
#define BPFWATCH_PACKET_BPF_H

/*
 * What the network saw while a call was under way, kept for the record at its
 * end: the destination that a packet really had, not what the caller's memory
 * says afterwards.
 */
#include "socket.bpf.h"
#include "socket_types.h"

#define CONNECTIONS_MAX 4096 /* begun and not told yet */
#define SENDS_MAX       4096 /* under way */
#define PEERS_MAX       8192 /* sockets whose last peer is remembered */

/* A TCP connection at its SYN. */
struct begun {
	__u64 ino; /* of the socket: its memory is reused */
	struct bw_addr local;
	struct bw_addr remote;
};

/* The thread that is sending, or 0 for io_uring, and through what. */
struct sent_key {
	__u64 id;
	__u64 sk;
};

struct sent {
	struct bw_addr local; /* of the first packet */
	struct bw_addr first;
	struct bw_addr last;
};

struct peer {
	__u64 ino;
	struct bw_addr remote;
};

/* The key is the address of the socket that the caller has. */
struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, CONNECTIONS_MAX);
	__type(key, __u64);
	__type(value, struct begun);
} bw_begun __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, SENDS_MAX);
	__type(key, struct sent_key);
	__type(value, struct sent);
} bw_sent __weak SEC(".maps");

struct {
	__uint(type, BPF_MAP_TYPE_LRU_HASH);
	__uint(max_entries, PEERS_MAX);
	__type(key, __u64);
	__type(value, struct peer);
} bw_peers __weak SEC(".maps");

/* Which of the programs of net.bpf.c run. */
const volatile __u32 begins_seen __weak = 0;
const volatile __u32 packets_seen __weak = 0;

static __always_inline bool same_addr(const struct bw_addr *a, const struct bw_addr *b)
{
	const __u64 *x = (const __u64 *)a;
	const __u64 *y = (const __u64 *)b;

	return x[0] == y[0] && x[1] == y[1] && x[2] == y[2];
}

/* Both ends of the connection that `sk` of inode `ino` has begun; returns false if none was seen. */
static __always_inline bool begun_take(struct sock *sk, __u64 ino, struct bw_addr *local,
				       struct bw_addr *remote)
{
	__u64 key = (__u64)sk;
	struct begun *begun;

	if (!begins_seen)
		return false;
	begun = bpf_map_lookup_elem(&bw_begun, &key);
	if (!begun || begun->ino != ino)
		return false;
	*local = begun->local;
	*remote = begun->remote;
	bpf_map_delete_elem(&bw_begun, &key);
	return true;
}

/* Whether a call sends through the socket of its first argument. */
static __always_inline bool is_send(__u16 call)
{
	return call == BW_CALL_SENDTO || call == BW_CALL_SENDMSG || call == BW_CALL_SENDMMSG;
}

static __always_inline bool is_receive(__u16 call)
{
	return call == BW_CALL_RECVFROM || call == BW_CALL_RECVMSG || call == BW_CALL_RECVMMSG;
}

/*
 * In packet.bpf.c.  For the record in scratch entry `slot`, if it is of a call that
 * sends or receives: puts in where its packets went, and tells if the socket had
 * another peer before.  Returns nothing of use.
 */
int packet_end(__u32 slot);

/* Likewise for io_uring, whose thread is any; `file` is the address of a struct file. */
int packet_end_ring(__u32 slot, __u64 file);

#endif /* BPFWATCH_PACKET_BPF_H */
