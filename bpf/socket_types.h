/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_SOCKET_TYPES_H
#define BPFWATCH_SOCKET_TYPES_H

/* Kernel types of the network that only the programs about it read; see kernel_types.h. */
#include "kernel_types.h"

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct task_struct___stack {
	void *stack;
};

struct socket___file {
	struct file *file;
};

struct sock___socket {
	struct socket___file *sk_socket;
};

struct net_device {
	int ifindex;
};

struct sk_buff {
	struct net_device *dev;
	struct sock *sk;
	unsigned int len;
	unsigned int data_len; /* not in the linear part */
	__u16 protocol; /* network order */
	__u16 transport_header; /* from head */
	__u16 network_header;
	unsigned char *head;
	unsigned char *data;
};

#pragma clang attribute pop

#endif /* BPFWATCH_SOCKET_TYPES_H */
