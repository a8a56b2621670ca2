/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_IMAGE_BPF_H
#define BPFWATCH_IMAGE_BPF_H

/* What an exec and the snapshot tell alike of a process and its image. */
#include "call.bpf.h"
#include "socket.bpf.h"

enum {
	CAP_DAC_OVERRIDE_BIT = 1, /* number of the capability */
	MODE_W_USER = 0200,
	MODE_W_GROUP = 0020,
	MODE_W_OTHER = 0002,
};

static __always_inline bool may_write(const struct bw_file *exe, const struct bw_cred *cred)
{
	if (exe->flags & BW_FILE_RDONLY)
		return false;
	if (cred->cap_effective & (1ULL << CAP_DAC_OVERRIDE_BIT))
		return true;
	if (cred->fsuid == exe->uid)
		return exe->mode & MODE_W_USER;
	if (cred->fsgid == exe->gid)
		return exe->mode & MODE_W_GROUP;
	return exe->mode & MODE_W_OTHER;
}

static __always_inline void image_stdio(struct bw_exec *rec, struct task_struct *task)
{
	for (__u32 fd = 0; fd < BW_STDIO_MAX; fd++) {
		struct file *file = file_of_fd(task, fd);
		struct sock *sk;

		if (!file)
			continue;
		rec->stdio[fd].mode = BPF_CORE_READ(file, f_inode, i_mode);
		sk = sock_of_file(file);
		if (!sk)
			continue;
		rec->stdio[fd].family = BPF_CORE_READ(sk, __sk_common.skc_family);
		rec->stdio[fd].protocol = BPF_CORE_READ(sk, sk_protocol);
		if (!rec->std_local.family)
			sock_ends(sk, &rec->std_local, &rec->std_remote);
	}
}

static __always_inline void image_facts(struct bw_exec *rec, struct task_struct *task)
{
	struct signal_struct *signal = BPF_CORE_READ(task, signal);
	struct pid *group = signal_pid(signal, bpf_core_enum_value(enum pid_type, PIDTYPE_PGID));
	struct pid *session = signal_pid(signal, bpf_core_enum_value(enum pid_type, PIDTYPE_SID));
	struct upid *upid;

	rec->pgid = BPF_CORE_READ(group, numbers[0].nr);
	upid = pid_innermost(group);
	rec->vpgid = BPF_CORE_READ(upid, nr);
	upid = pid_innermost(session);
	rec->vsid = BPF_CORE_READ(upid, nr);
	cred_fill(&rec->after, task_read(task, cred));
	image_stdio(rec, task);
}

static __always_inline void image_file(struct build *b, struct bw_exec *rec,
				       struct task_struct *task, struct file *file)
{
	if (!file)
		return; /* a kernel thread */
	record_add_file(b, &rec->path, &rec->exe, task, file);
	if (may_write(&rec->exe, &rec->after))
		rec->exe.flags |= BW_FILE_WRITABLE;
}

#endif /* BPFWATCH_IMAGE_BPF_H */
