/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_SOCKET_BPF_H
#define BPFWATCH_SOCKET_BPF_H

/* A socket by its kernel objects. */
#include "file.bpf.h"

#include <bpf/bpf_endian.h>

enum {
	MODE_TYPE_MASK = 0170000, /* S_IFMT */
	MODE_SOCKET = 0140000, /* S_IFSOCK */
	FAMILY_UNIX = 1, /* AF_UNIX */
	FAMILY_INET = 2, /* AF_INET */
	FAMILY_INET6 = 10, /* AF_INET6 */
};

/* NULL for a file that is no socket: private_data means something else there. */
static __always_inline struct sock *sock_of_file(struct file *file)
{
	__u16 mode = BPF_CORE_READ(file, f_inode, i_mode);
	struct socket *socket;

	if ((mode & MODE_TYPE_MASK) != MODE_SOCKET)
		return NULL;
	socket = BPF_CORE_READ(file, private_data);
	return BPF_CORE_READ(socket, sk);
}

/* Both ends of an inet socket; leaves them alone for other families. */
static __always_inline void sock_ends(struct sock *sk, struct bw_addr *local,
				      struct bw_addr *remote)
{
	__u16 family = BPF_CORE_READ(sk, __sk_common.skc_family);

	if (family == FAMILY_INET) {
		bpf_core_read(local->addr, sizeof(__u32), &sk->__sk_common.skc_rcv_saddr);
		bpf_core_read(remote->addr, sizeof(__u32), &sk->__sk_common.skc_daddr);
	} else if (family == FAMILY_INET6) {
		bpf_core_read(local->addr, sizeof(local->addr), &sk->__sk_common.skc_v6_rcv_saddr);
		bpf_core_read(remote->addr, sizeof(remote->addr), &sk->__sk_common.skc_v6_daddr);
		local->scope = BPF_CORE_READ(sk, __sk_common.skc_bound_dev_if);
		remote->scope = local->scope;
	} else {
		return;
	}
	local->family = family;
	local->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	remote->family = family;
	remote->port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
}

#endif /* BPFWATCH_SOCKET_BPF_H */
