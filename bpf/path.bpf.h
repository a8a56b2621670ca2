/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_PATH_BPF_H
#define BPFWATCH_PATH_BPF_H

/* The canonical path of a dentry, as the task that holds it would see it. */
#include "record.bpf.h"

enum { ROOTS_STACKED_MAX = 6 };

/* In path.bpf.c.  Walks what scratch entry `slot` describes; always 0. */
int path_walk(__u32 slot);

static __always_inline struct mount *mount_of(struct vfsmount *mnt)
{
	return (void *)mnt - bpf_core_field_offset(struct mount, mnt);
}

/* Append the path that was set up in the scratch memory's walk. */
static __always_inline __u32 record_walk(struct build *b, struct bw_str *str)
{
	struct walk *walk = &b->scratch->walk;
	__u32 pos;

	walk->pos = BW_STR_MAX - 1;
	walk->flags = 0;
	path_walk(b->slot);
	if (walk->flags & BW_FILE_TRUNC)
		b->hdr->flags |= BW_F_TRUNC;
	pos = walk->pos & (BW_STR_MAX - 1); /* bound for the verifier */
	if (pos == BW_STR_MAX - 1) { /* the root itself */
		pos--;
		walk->path[pos] = '/';
	}
	record_add_bytes(b, str, &walk->path[pos], BW_STR_MAX - 1 - pos);
	return walk->flags;
}

/*
 * Append the path of (dentry, mnt) below the root of `task` to the record.
 * Returns BW_FILE_TRUNC and BW_FILE_UNREACHABLE as they apply.
 */
static __always_inline __u32 record_add_path(struct build *b, struct bw_str *str,
					     struct task_struct *task, struct dentry *dentry,
					     struct vfsmount *mnt)
{
	struct walk *walk = &b->scratch->walk;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct vfsmount *root = BPF_CORE_READ(fs, root.mnt);

	if (!dentry || !mnt)
		return 0;
	walk->dentry = dentry;
	walk->mnt = mount_of(mnt);
	walk->root_dentry = BPF_CORE_READ(fs, root.dentry);
	walk->root_mnt = root ? mount_of(root) : NULL;
	return record_walk(b, str);
}

/*
 * Whether (dentry, mnt) is where its mount namespace starts: nothing but mounts upon
 * each other's root are above it, as they are after a pivot_root or a move to "/".
 */
static __always_inline bool is_ns_root(struct dentry *dentry, struct vfsmount *vfsmount)
{
	struct mount *mnt = mount_of(vfsmount);
	struct mount *up;

#pragma unroll
	for (int i = 0; i < ROOTS_STACKED_MAX; i++) {
		if (dentry != BPF_CORE_READ(mnt, mnt.mnt_root))
			return false;
		up = BPF_CORE_READ(mnt, mnt_parent);
		if (up == mnt || !up)
			return true;
		dentry = BPF_CORE_READ(mnt, mnt_mountpoint);
		mnt = up;
	}
	return false;
}

/* Append where the root of `task` lies in its mount namespace, if that is not at its top. */
static __always_inline void record_add_root(struct build *b, struct bw_str *str,
					    struct task_struct *task)
{
	struct walk *walk = &b->scratch->walk;
	struct fs_struct *fs = BPF_CORE_READ(task, fs);
	struct dentry *dentry = BPF_CORE_READ(fs, root.dentry);
	struct vfsmount *mnt = BPF_CORE_READ(fs, root.mnt);

	if (!dentry || !mnt || is_ns_root(dentry, mnt))
		return;
	walk->dentry = dentry;
	walk->mnt = mount_of(mnt);
	walk->root_dentry = NULL;
	walk->root_mnt = NULL;
	b->hdr->flags |= BW_F_CHROOT;
	record_walk(b, str);
}

#endif /* BPFWATCH_PATH_BPF_H */
