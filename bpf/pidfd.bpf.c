// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The process that a pidfd stands for.  Since 6.9 (cb12fd8e0dab) it is a file of a
 * file system of its own, whose inode has the struct pid; before, an anonymous one, told by
 * its name, which has it itself.  pidfd_send_signal(2) also takes the directory /proc/PID.  A
 * function of its own, for the sake of on_call's stack.
 */
#include "fd.bpf.h"

enum {
	PIDFS_MAGIC_NUMBER = 0x50494446, /* include/uapi/linux/magic.h */
	ANON_INODE_MAGIC_NUMBER = 0x09041934,
	PROC_MAGIC_NUMBER = 0x9fa0,
	TYPE_MASK = 0170000, /* S_IFMT, S_IFDIR */
	TYPE_DIRECTORY = 0040000,
	PIDFD_NAME_LEN = 8, /* "[pidfd]" and its NUL */
	EBADF_NUMBER = 9,
};

static __always_inline bool has_pidfd_name(struct file *file)
{
	char name[PIDFD_NAME_LEN] = {};

	bpf_probe_read_kernel(name, sizeof(name), BPF_CORE_READ(file, f_path.dentry, d_name.name));
	return __builtin_memcmp(name, "[pidfd]", sizeof(name)) == 0;
}

static __always_inline struct pid *pid_of_directory(struct inode *inode)
{
	struct proc_inode *proc;

	if (!bpf_core_type_exists(struct proc_inode) ||
	    (BPF_CORE_READ(inode, i_mode) & TYPE_MASK) != TYPE_DIRECTORY)
		return NULL;
	proc = (void *)inode - bpf_core_field_offset(struct proc_inode, vfs_inode);
	return BPF_CORE_READ(proc, pid);
}

static __always_inline struct pid *pid_of_file(struct file *file)
{
	struct inode *inode = BPF_CORE_READ(file, f_inode);

	switch (BPF_CORE_READ(inode, i_sb, s_magic)) {
	case PIDFS_MAGIC_NUMBER:
		return BPF_CORE_READ(inode, i_private);
	case ANON_INODE_MAGIC_NUMBER:
		return has_pidfd_name(file) ? BPF_CORE_READ(file, private_data) : NULL;
	case PROC_MAGIC_NUMBER:
		return pid_of_directory(inode);
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
	/* Directories of threads and of what lies below a process look the same, and are refused. */
	if (rec->hdr.ret == -EBADF_NUMBER)
		return 0;
	file = file_of_fd(current_task(), rec->args[0]);
	pid = file ? pid_of_file(file) : NULL;
	if (pid)
		rec->fd.pidfd_tgid = BPF_CORE_READ(pid, numbers[0].nr);
	return 0;
}
