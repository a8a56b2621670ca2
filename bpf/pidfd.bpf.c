// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The process that a pidfd stands for.  Since 6.9 (cb12fd8e0dab) it is a file of a
 * file system of its own, whose inode has the struct pid; before, an anonymous one, told by
 * its name, which has it itself.  A function of its own, for the sake of on_call's stack.
 */
#include "fd.bpf.h"

enum {
	PIDFS_MAGIC_NUMBER = 0x50494446, /* include/uapi/linux/magic.h */
	ANON_INODE_MAGIC_NUMBER = 0x09041934,
	PIDFD_NAME_LEN = 8, /* "[pidfd]" and its NUL */
};

static __always_inline bool has_pidfd_name(struct file *file)
{
	char name[PIDFD_NAME_LEN] = {};

	bpf_probe_read_kernel(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return __builtin_memcmp(name, "[pidfd]", sizeof(name)) == 0;
}

static __always_inline struct pid *pid_of_file(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	switch (BPF_CORE_READ(inode, i_sb, s_magic)) {
	case PIDFS_MAGIC_NUMBER:
		return BPF_CORE_READ(inode, i_private);
	case ANON_INODE_MAGIC_NUMBER:
		return has_pidfd_name(file) ? BPF_CORE_READ(file, private_data) : NULL;
	default:
		return NULL;
	}
}

int pidfd_fill(__u32 slot)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);
	struct bw_syscall *rec;
	struct file *file;
	struct pid *pid;

	if (!scratch)
		return 0;
	rec = (struct bw_syscall *)scratch->record;
	file = file_of_fd(current_task(), rec->args[0]);
	pid = file ? pid_of_file(file) : NULL;
	if (pid)
		rec->fd.pidfd_tgid = BPF_CORE_READ(pid, numbers[0].nr);
	return 0;
}
