// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The walk from a dentry up to the task's root, one component a step.
 *
 * State lies in map memory and the steps in global functions, which the
 * verifier checks once each, so the loop around them may be as long as PATH_MAX
 * needs, on every kernel since 5.6 (bpf_loop exists from 5.17 only).
 *
 * A path that is too long for a string keeps both its ends: "/FIRST/NAMES/.../LAST/NAMES".
 */
#include "path.bpf.h"

/* STEPS * BLOCKS: any path that a call can take, and what mkdirat can nest in some seconds. */
enum { STEPS_PER_BLOCK = 16, BLOCKS_MAX = 512 };

static const char gap[] __attribute__((aligned(4))) = "/...";
enum { GAP_LEN = sizeof(gap) - 1, JOIN_ROOM = 2 * (HEAD_BLOCK - 1) + GAP_LEN };

/*
 * What these two need lies in map memory, not in variables: a frame of more than 32 bytes
 * here is more than the 512 of all frames that older kernels allow.
 */
static __always_inline void prepend_head(struct walk *walk)
{
	__u32 now = walk->head_now & 1; /* bound for the verifier */
	__u32 len = walk->name_len & NAME_LEN_MAX;
	__u32 pos = walk->head_pos[now];

	if (pos < len + 1) {
		now ^= 1;
		walk->head_now = now;
		pos = HEAD_BLOCK - 1;
	}
	pos = (pos - len - 1) & (HEAD_BLOCK - 1); /* bound for the verifier */
	walk->head_pos[now] = pos;
	walk->head[now][pos] = '/';
	bpf_probe_read_kernel(&walk->head[now][pos + 1], len, walk->name);
}

static __always_inline void prepend(struct walk *walk)
{
	struct dentry *dentry = walk->dentry;
	__u32 len;
	__u32 pos;

	BPF_CORE_READ_INTO(&walk->name, dentry, d_name.name);
	BPF_CORE_READ_INTO(&walk->name_len, dentry, d_name.len);
	if (walk->name_len > NAME_LEN_MAX)
		walk->name_len = NAME_LEN_MAX;
	len = walk->name_len & NAME_LEN_MAX;
	pos = walk->pos;
	if (pos < len + 1)
		walk->flags |= BW_FILE_TRUNC;
	if (!(walk->flags & BW_FILE_TRUNC)) {
		pos = (pos - len - 1) & (BW_STR_MAX - 1); /* bound for the verifier */
		walk->pos = pos;
		walk->path[pos] = '/';
		bpf_probe_read_kernel(&walk->path[pos + 1], len, walk->name);
		if (walk->pos >= JOIN_ROOM) {
			walk->edge = walk->pos;
			return;
		}
	}
	/* In case that the path turns out too long: then this has to make room, or has had none. */
	prepend_head(walk);
}

/* Returns true at the end of the walk. */
static __always_inline bool step(struct walk *walk)
{
	struct dentry *dentry = walk->dentry;
	struct mount *mnt = walk->mnt;
	struct dentry *parent;
	struct mount *up;

	if (dentry == walk->root_dentry && mnt == walk->root_mnt)
		return true;
	if (dentry == BPF_CORE_READ(mnt, mnt.mnt_root)) {
		up = BPF_CORE_READ(mnt, mnt_parent);
		if (up == mnt || !up) {
			walk->flags |= BW_FILE_UNREACHABLE;
			return true;
		}
		walk->dentry = BPF_CORE_READ(mnt, mnt_mountpoint);
		walk->mnt = up;
		return false;
	}
	prepend(walk);
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry || !parent) {
		/* A file without directory, as a memfd: its name has no slash. */
		walk->flags |= BW_FILE_UNREACHABLE;
		if (!(walk->flags & BW_FILE_TRUNC))
			walk->pos++;
		return true;
	}
	walk->dentry = parent;
	return false;
}

/* Returns 1 at the end of the walk. */
int path_walk_block(__u32 slot)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);
	struct walk *walk;

	if (!scratch)
		return 1;
	for (int i = 0; i < STEPS_PER_BLOCK; i++) {
		walk = &scratch->walk;
		barrier_var(walk); /* no addresses kept on the stack from step to step */
		if (step(walk))
			return 1;
	}
	return 0;
}

/* Put block `block` of the head before what is in walk.path. */
static __always_inline void join_block(struct walk *walk, __u32 block)
{
	__u32 from = walk->head_pos[block & 1] & (HEAD_BLOCK - 1);
	__u32 len = HEAD_BLOCK - 1 - from;
	__u32 pos = (walk->pos - len) & (BW_STR_MAX - 1);

	bpf_probe_read_kernel(&walk->path[pos], len & (HEAD_BLOCK - 1),
			      &walk->head[block & 1][from]);
	walk->pos = pos;
}

/* Join what the walk left of a path that is too long; with `whole`, the head is its front. */
int path_join(__u32 slot, int whole)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);
	struct walk *walk;
	__u32 pos;

	if (!scratch)
		return 0;
	walk = &scratch->walk;
	pos = (walk->edge - GAP_LEN) & (BW_STR_MAX - 1);
	__builtin_memcpy(&walk->path[pos], gap, GAP_LEN);
	walk->pos = pos;
	if (whole) {
		join_block(walk, walk->head_now ^ 1);
		join_block(walk, walk->head_now);
	}
	return 0;
}

int path_walk(__u32 slot)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);
	int whole = 0;

	if (!scratch)
		return 0;
	scratch->walk.edge = BW_STR_MAX - 1;
	scratch->walk.head_now = 0;
	scratch->walk.head_pos[0] = HEAD_BLOCK - 1;
	scratch->walk.head_pos[1] = HEAD_BLOCK - 1;
	for (int i = 0; i < BLOCKS_MAX && !whole; i++)
		whole = path_walk_block(slot);
	if (!whole)
		scratch->walk.flags |= BW_FILE_TRUNC;
	if (scratch->walk.flags & BW_FILE_TRUNC)
		path_join(slot, whole);
	return 0;
}
