/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_FD_BPF_H
#define BPFWATCH_FD_BPF_H

/* What a descriptor stands for, for struct bw_syscall. */
#include "socket.bpf.h"

/*
 * In fd.bpf.c.  Fills `fd` of the struct bw_syscall in scratch entry `slot` from
 * descriptor `num` of the current task.  Returns 1 if there is no such descriptor.
 */
int fd_fill(__u32 slot, __s32 num);

/*
 * Likewise from a struct file and the struct task_struct that has it, by their
 * addresses: a global function takes no pointers.
 */
int fd_fill_file(__u32 slot, __s32 num, __u64 file, __u64 task);

/*
 * In pidfd.bpf.c.  For the struct bw_syscall in scratch entry `slot`, whose first argument is a
 * pidfd: whose.  The result is of no use.
 */
int pidfd_fill(__u32 slot);

/* What begins every address family that we read. */
struct user_sockaddr {
	__u16 family;
	__u16 port; /* network order */
	__u32 v4; /* IPv6: flow label */
	__u8 v6[16];
	__u32 scope;
};

enum {
	SOCKADDR_V4_LEN = 8, /* what we read of struct sockaddr_in */
	SOCKADDR_V6_LEN = 28, /* sizeof(struct sockaddr_in6) */
	UN_PATH_MAX = 108, /* sizeof(sun_path) */
	UN_PATH_MASK = 127, /* the next power of two, less one */
	UN_PATH_OFF = 2, /* offset of sun_path */
};

/* Returns false, and leaves `end` alone, for a family without such an address. */
static __always_inline bool sockaddr_end(struct bw_addr *end, const struct user_sockaddr *addr)
{
	if (addr->family == FAMILY_INET) {
		__builtin_memcpy(end->addr, &addr->v4, sizeof(addr->v4));
	} else if (addr->family == FAMILY_INET6) {
		__builtin_memcpy(end->addr, addr->v6, sizeof(addr->v6));
		end->scope = addr->scope;
	} else {
		return false;
	}
	end->family = addr->family;
	end->port = bpf_ntohs(addr->port);
	return true;
}

#endif /* BPFWATCH_FD_BPF_H */
