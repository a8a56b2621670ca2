/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_SOCKET_BPF_H
#define BPFWATCH_SOCKET_BPF_H

/* A socket by its kernel objects. */
#include "file.bpf.h"

#include <bpf/bpf_endian.h>

#include <linux/vm_sockets.h>

enum {
	MODE_TYPE_MASK = 0170000, /* S_IFMT */
	MODE_SOCKET = 0140000, /* S_IFSOCK */
	FAMILY_UNIX = 1, /* AF_UNIX */
	FAMILY_INET = 2, /* AF_INET */
	FAMILY_INET6 = 10, /* AF_INET6 */
	FAMILY_PACKET = 17, /* AF_PACKET */
	FAMILY_VSOCK = 40, /* AF_VSOCK */
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

/* See struct bw_addr.  An end that is not set has any address and any port. */
static __always_inline void vsock_end(struct bw_addr *out, const struct sockaddr_vm *addr)
{
	__u32 cid = bpf_htonl(addr->svm_cid);

	if (addr->svm_family != FAMILY_VSOCK || addr->svm_port == VMADDR_PORT_ANY)
		return;
	__builtin_memcpy(out->addr, &cid, sizeof(cid));
	out->family = FAMILY_VSOCK;
	out->port = addr->svm_port;
	out->scope = addr->svm_port;
}

/*
 * By position, since the module that defines struct vsock_sock may not be loaded
 * yet: both addresses follow the embedded sock and the transport (since 5.5, c0cfa2d8a788).
 */
static __always_inline void vsock_ends(struct sock *sk, struct bw_addr *local,
				       struct bw_addr *remote)
{
	struct sockaddr_vm addr[2] = {};
	__u32 off = bpf_core_type_size(struct sock) + sizeof(void *);

	bpf_probe_read_kernel(addr, sizeof(addr), (void *)sk + off);
	vsock_end(local, &addr[0]);
	vsock_end(remote, &addr[1]);
}

/* Both ends of an inet or vsock socket; leaves them alone for other families. */
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
		if (family == FAMILY_VSOCK)
			vsock_ends(sk, local, remote);
		return;
	}
	local->family = family;
	local->port = BPF_CORE_READ(sk, __sk_common.skc_num);
	remote->family = family;
	remote->port = bpf_ntohs(BPF_CORE_READ(sk, __sk_common.skc_dport));
}

#endif /* BPFWATCH_SOCKET_BPF_H */
