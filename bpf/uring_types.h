/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_URING_TYPES_H
#define BPFWATCH_URING_TYPES_H

/*
 * Kernel types of io_uring; see kernel_types.h.  What an operation was given
 * begins at the first byte of its struct io_kiocb.
 */
#include "kernel_types.h"

#include <linux/openat2.h>

#pragma clang attribute push(__attribute__((preserve_access_index)), apply_to = record)

struct filename {
	const char *name;
};

struct io_cqe {
	int fd; /* until it is done */
};

struct io_uring_task {
	struct task_struct *task;
};

struct io_rsrc_node {
	unsigned long file_ptr;
};

struct io_rsrc_data {
	unsigned int nr;
	struct io_rsrc_node **nodes;
};

struct io_file_table { /* since 6.13 (b54a14041ee6) */
	struct io_rsrc_data data;
};

struct io_fixed_file {
	unsigned long file_ptr;
};

struct io_file_table___files { /* before 6.13 */
	struct io_fixed_file *files;
};

struct io_ring_ctx {
	struct io_file_table file_table;
};

struct io_kiocb {
	struct file *file;
	__u8 opcode;
	unsigned int flags; /* 64 bits wide since 6.9; the lower half is read */
	struct io_cqe cqe; /* since 5.19 (cef216fc32d7) */
	struct io_ring_ctx *ctx;
	struct io_uring_task *tctx; /* since 6.13 (6ed368cc5d5d) */
};

struct io_kiocb___task { /* before 6.13 */
	struct task_struct *task;
};

struct io_open {
	int dfd;
	__u32 file_slot;
	struct filename *filename;
	struct open_how how;
};

struct io_connect {
	void *addr;
	int addr_len;
};

struct io_rename {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_link {
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_symlink { /* in place of io_link before 5.19 */
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
};

struct io_hardlink { /* likewise */
	int old_dfd;
	int new_dfd;
	struct filename *oldpath;
	struct filename *newpath;
	int flags;
};

struct io_unlink {
	int dfd;
	int flags;
	struct filename *filename;
};

struct io_mkdir {
	int dfd;
	unsigned short mode;
	struct filename *filename;
};

/* Since 7.0 a name is embedded as a struct delayed_filename, which holds one pointer. */
struct delayed_filename {
	struct filename *__incomplete_filename;
};

struct io_open___delayed {
	struct delayed_filename filename;
};

struct io_rename___delayed {
	struct delayed_filename oldpath;
	struct delayed_filename newpath;
};

struct io_link___delayed {
	struct delayed_filename oldpath;
	struct delayed_filename newpath;
};

struct io_unlink___delayed {
	struct delayed_filename filename;
};

struct io_mkdir___delayed {
	struct delayed_filename filename;
};

struct io_bind {
	int addr_len;
};

struct io_listen {
	int backlog;
};

struct io_accept {
	void *addr;
	int *addr_len;
	int flags;
	int iou_flags;
	__u32 file_slot;
};

struct io_socket {
	int domain;
	int type;
	int protocol;
	__u32 file_slot;
};

struct io_sr_msg {
	void *buf; /* or struct msghdr of the caller */
	int len; /* size_t before 6.0: the lower half is read */
	int msg_flags;
};

struct xattr_name {
	char name[256];
};

struct kernel_xattr_ctx { /* before 6.13: struct xattr_ctx */
	void *value;
	unsigned long size;
	struct xattr_name *kname;
	unsigned int flags;
};

struct io_xattr {
	struct kernel_xattr_ctx ctx;
	struct filename *filename;
};

struct io_xattr___delayed {
	struct delayed_filename filename;
};

struct io_ftrunc {
	__s64 len;
};

struct io_uring_cqe___kernel {
	__s32 res;
};

#pragma clang attribute pop

#endif /* BPFWATCH_URING_TYPES_H */
