/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_FILE_BPF_H
#define BPFWATCH_FILE_BPF_H

/* An open file by its kernel objects. */
#include "path.bpf.h"

#include <linux/fcntl.h>

/* Kernel constants without a UAPI name. */
enum {
	FMODE_CREATED_BIT = 1 << 20, /* include/linux/fs.h */
	MNT_READONLY_BIT = 0x40, /* include/linux/mount.h */
	SB_RDONLY_BIT = 1, /* include/linux/fs.h */
	OVERLAYFS_MAGIC = 0x794c7630, /* include/uapi/linux/magic.h */
	MEMFD_PREFIX_LEN = 6, /* "memfd:", mm/memfd.c */
};

#define NSEC_PER_SEC 1000000000ULL

static __always_inline void file_times(struct bw_file *out, struct inode *inode)
{
	struct inode___under *under = (void *)inode;
	struct inode___plain *plain = (void *)inode;
	struct timespec64 time = {};

	if (bpf_core_field_exists(inode->i_ctime_sec)) {
		out->ctime_ns = BPF_CORE_READ(inode, i_ctime_sec) * NSEC_PER_SEC +
				BPF_CORE_READ(inode, i_ctime_nsec);
		out->mtime_ns = BPF_CORE_READ(inode, i_mtime_sec) * NSEC_PER_SEC +
				BPF_CORE_READ(inode, i_mtime_nsec);
		return;
	}
	if (bpf_core_field_exists(under->__i_ctime))
		bpf_core_read(&time, sizeof(time), &under->__i_ctime);
	else if (bpf_core_field_exists(plain->i_ctime))
		bpf_core_read(&time, sizeof(time), &plain->i_ctime);
	out->ctime_ns = time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
	if (bpf_core_field_exists(under->__i_mtime))
		bpf_core_read(&time, sizeof(time), &under->__i_mtime);
	else if (bpf_core_field_exists(plain->i_mtime))
		bpf_core_read(&time, sizeof(time), &plain->i_mtime);
	out->mtime_ns = time.tv_sec * NSEC_PER_SEC + time.tv_nsec;
}

/*
 * Which layer an overlayfs inode comes from: __upperdentry follows the embedded
 * inode in struct ovl_inode.  By position, since the module that defines the
 * type may not be loaded yet.
 */
static __always_inline __u32 overlay_layer(struct inode *inode)
{
	void *upper = NULL;

	bpf_probe_read_kernel(&upper, sizeof(upper),
			      (void *)inode + bpf_core_type_size(struct inode));
	return upper ? BW_FILE_UPPER : BW_FILE_LOWER;
}

static __always_inline bool is_memfd(struct dentry *dentry)
{
	static const char prefix[MEMFD_PREFIX_LEN + 1] = "memfd:";
	char name[MEMFD_PREFIX_LEN + 1] = {};

	/* Only a file without directory: anyone may call a file memfd:x. */
	if (BPF_CORE_READ(dentry, d_parent) != dentry)
		return false;
	bpf_probe_read_kernel(name, MEMFD_PREFIX_LEN, BPF_CORE_READ(dentry, d_name.name));
	for (int i = 0; i < MEMFD_PREFIX_LEN; i++) {
		if (name[i] != prefix[i])
			return false;
	}
	return true;
}

static __always_inline __u32 file_marks(struct file *file, struct inode *inode,
					struct super_block *sb, struct bw_file *out)
{
	struct dentry *dentry = BPF_CORE_READ(file, f_path.dentry);
	__u32 marks = 0;

	if (is_memfd(dentry))
		marks |= BW_FILE_MEMFD | BW_FILE_DELETED;
	else if (!out->nlink || (!BPF_CORE_READ(dentry, d_hash.pprev) &&
				 BPF_CORE_READ(dentry, d_parent) != dentry))
		marks |= BW_FILE_DELETED;
	if (out->fs_magic == OVERLAYFS_MAGIC)
		marks |= overlay_layer(inode);
	if (BPF_CORE_READ(file, f_path.mnt, mnt_flags) & MNT_READONLY_BIT ||
	    BPF_CORE_READ(sb, s_flags) & SB_RDONLY_BIT)
		marks |= BW_FILE_RDONLY;
	if (BPF_CORE_READ(file, f_mode) & FMODE_CREATED_BIT)
		marks |= BW_FILE_CREATED;
	return marks;
}

static __always_inline void file_fill(struct bw_file *out, struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);
	struct super_block *sb = BPF_CORE_READ(inode, i_sb);

	out->ino = BPF_CORE_READ(inode, i_ino);
	out->dev = BPF_CORE_READ(sb, s_dev);
	out->mode = BPF_CORE_READ(inode, i_mode);
	out->uid = BPF_CORE_READ(inode, i_uid.val);
	out->gid = BPF_CORE_READ(inode, i_gid.val);
	out->nlink = BPF_CORE_READ(inode, i_nlink);
	out->fs_magic = BPF_CORE_READ(sb, s_magic);
	out->open_flags = BPF_CORE_READ(file, f_flags);
	file_times(out, inode);
	out->flags = file_marks(file, inode, sb, out);
}

/* Path and facts of `file`, as `task` sees it. */
static __always_inline void record_add_file(struct build *b, struct bw_str *path,
					    struct bw_file *out, struct task_struct *task,
					    struct file *file)
{
	file_fill(out, file);
	out->flags |= record_add_path(b, path, task, BPF_CORE_READ(file, f_path.dentry),
				      BPF_CORE_READ(file, f_path.mnt));
}

/* Append the working directory of `task`. */
static __always_inline void record_add_cwd(struct build *b, struct bw_str *str,
					   struct task_struct *task)
{
	struct fs_struct *fs = BPF_CORE_READ(task, fs);

	record_add_path(b, str, task, BPF_CORE_READ(fs, pwd.dentry), BPF_CORE_READ(fs, pwd.mnt));
}

/* The file behind descriptor `fd` of `task`, or NULL. */
static __always_inline struct file *file_of_fd(struct task_struct *task, __u32 fd)
{
	struct fdtable *fdt = BPF_CORE_READ(task, files, fdt);
	struct file **table = BPF_CORE_READ(fdt, fd);
	struct file *file = NULL;

	if (fd >= BPF_CORE_READ(fdt, max_fds))
		return NULL;
	bpf_probe_read_kernel(&file, sizeof(file), &table[fd]);
	return file;
}

/* Append the directory that a relative path starts from. */
static __always_inline void record_add_dir(struct build *b, struct bw_str *str,
					   struct task_struct *task, __s32 dirfd)
{
	struct file *dir;

	if (dirfd == AT_FDCWD) {
		record_add_cwd(b, str, task);
		return;
	}
	dir = file_of_fd(task, dirfd);
	if (dir)
		record_add_path(b, str, task, BPF_CORE_READ(dir, f_path.dentry),
				BPF_CORE_READ(dir, f_path.mnt));
}

#endif /* BPFWATCH_FILE_BPF_H */
