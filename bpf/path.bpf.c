// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The walk from a dentry up to the task's root, one component a step.
 *
 * State lies in map memory and the steps in global functions, which the
 * verifier checks once each, so the loop around them may be as long as PATH_MAX
 * needs, on every kernel since 5.6 (bpf_loop exists from 5.17 only).
 */
#include "path.bpf.h"

/* BLOCK * BLOCKS steps: a path of 4095 bytes has at most 2047 names; some more cross mounts. */
enum { STEPS_PER_BLOCK = 32, BLOCKS_MAX = 72 };

static __always_inline bool prepend(struct walk *walk, struct dentry *dentry)
{
	__u32 len = BPF_CORE_READ(dentry, d_name.len);
	const unsigned char *name = BPF_CORE_READ(dentry, d_name.name);
	__u32 pos = walk->pos;

	if (len > NAME_LEN_MAX)
		len = NAME_LEN_MAX;
	if (pos < len + 1) {
		walk->flags |= BW_FILE_TRUNC;
		return false;
	}
	pos = (pos - len - 1) & (BW_STR_MAX - 1); /* bound for the verifier */
	walk->path[pos] = '/';
	bpf_probe_read_kernel(&walk->path[pos + 1], len & NAME_LEN_MAX, name);
	walk->pos = pos;
	return true;
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
	if (!prepend(walk, dentry))
		return true;
	parent = BPF_CORE_READ(dentry, d_parent);
	if (parent == dentry || !parent) {
		/* A file without directory, as a memfd: its name has no slash. */
		walk->flags |= BW_FILE_UNREACHABLE;
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

	if (!scratch)
		return 1;
	for (int i = 0; i < STEPS_PER_BLOCK; i++) {
		if (step(&scratch->walk))
			return 1;
	}
	return 0;
}

int path_walk(__u32 slot)
{
	for (int i = 0; i < BLOCKS_MAX; i++) {
		if (path_walk_block(slot))
			return 0;
	}
	return 1;
}
