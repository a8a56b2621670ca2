/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_TASK_BPF_H
#define BPFWATCH_TASK_BPF_H

/* What every record says of the task it is about. */
#include "maps.bpf.h"

enum {
	MINOR_LOW_BITS = 8, /* of the 32-bit device number that /proc shows */
	MINOR_LOW_MASK = 0xff,
	PID_NUMBERS_BYTES = 4096, /* power of two above all of pid->numbers */
};

/* Number of `pid` in its own, innermost namespace. */
static __always_inline struct upid *pid_innermost(struct pid *pid)
{
	__u32 level = BPF_CORE_READ(pid, level);
	__u32 off = level * bpf_core_type_size(struct upid);

	off &= PID_NUMBERS_BYTES - 1; /* bound for the verifier */
	/* Not numbers[level]: an index would ask for a relocation of our own struct. */
	return (void *)pid + bpf_core_field_offset(struct pid, numbers) + off;
}

static __always_inline struct pid *signal_pid(struct signal_struct *signal, enum pid_type which)
{
	struct pid *pid = NULL;

	bpf_probe_read_kernel(&pid, sizeof(pid),
			      (void *)signal + bpf_core_field_offset(struct signal_struct, pids) +
				      which * sizeof(pid));
	return pid;
}

static __always_inline __u32 session_id(struct signal_struct *signal)
{
	struct pid *pid = signal_pid(signal, bpf_core_enum_value(enum pid_type, PIDTYPE_SID));

	return BPF_CORE_READ(pid, numbers[0].nr);
}

/* As /proc/PID/stat encodes it (new_encode_dev). */
static __always_inline __u32 tty_number(struct signal_struct *signal)
{
	struct tty_struct *tty = task_read(signal, tty);
	struct tty_driver *driver;
	__u32 minor;

	if (!tty)
		return 0;
	driver = task_read(tty, driver);
	minor = task_read(driver, minor_start) + task_read(tty, index);
	return (minor & MINOR_LOW_MASK) | task_read(driver, major) << MINOR_LOW_BITS |
	       (minor & ~MINOR_LOW_MASK) << (20 - MINOR_LOW_BITS);
}

static __always_inline __u64 cgroup_kn_id(struct cgroup *cgroup)
{
	return BPF_CORE_READ(cgroup, kn, id);
}

/* Index of the chosen controller in css_set.subsys, or -1. */
static __always_inline int v1_subsys(void)
{
	if (v1_controller == BW_V1_MEMORY &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, memory_cgrp_id))
		return bpf_core_enum_value(enum cgroup_subsys_id, memory_cgrp_id);
	if (v1_controller == BW_V1_PIDS &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, pids_cgrp_id))
		return bpf_core_enum_value(enum cgroup_subsys_id, pids_cgrp_id);
	if (v1_controller == BW_V1_CPUSET &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, cpuset_cgrp_id))
		return bpf_core_enum_value(enum cgroup_subsys_id, cpuset_cgrp_id);
	if (v1_controller == BW_V1_CPU &&
	    bpf_core_enum_value_exists(enum cgroup_subsys_id, cpu_cgrp_id))
		return bpf_core_enum_value(enum cgroup_subsys_id, cpu_cgrp_id);
	return -1;
}

static __always_inline __u64 cgroup_v1_id(struct css_set *set)
{
	struct cgroup_subsys_state *css = NULL;
	int index;

	if (v1_controller == BW_V1_NONE)
		return 0;
	index = v1_subsys();
	if (index < 0)
		return 0;
	bpf_probe_read_kernel(&css, sizeof(css),
			      (void *)set + bpf_core_field_offset(struct css_set, subsys) +
				      index * sizeof(css));
	return cgroup_kn_id(BPF_CORE_READ(css, cgroup));
}

static __always_inline __u32 ns_bit(__u32 inum, __u32 bit)
{
	__u32 host = host_ns[__builtin_ctz(bit)];

	return host && inum && host != inum ? bit : 0;
}

static __always_inline void header_ns(struct bw_hdr *hdr, struct task_struct *task,
				      struct cred *cred)
{
	struct nsproxy *ns = task_read(task, nsproxy);
	struct upid *upid = pid_innermost(task_read(task, thread_pid));
	struct pid_namespace *pid_ns = NULL;

	hdr->mnt_ns = task_read(ns, mnt_ns, ns.inum);
	pid_ns = BPF_CORE_READ(upid, ns);
	hdr->pid_ns = BPF_CORE_READ(pid_ns, ns.inum);
	hdr->ns_differs = ns_bit(hdr->mnt_ns, BW_NS_MNT) | ns_bit(hdr->pid_ns, BW_NS_PID) |
			  ns_bit(task_read(ns, net_ns, ns.inum), BW_NS_NET) |
			  ns_bit(task_read(cred, user_ns, ns.inum), BW_NS_USER) |
			  ns_bit(task_read(ns, ipc_ns, ns.inum), BW_NS_IPC) |
			  ns_bit(task_read(ns, uts_ns, ns.inum), BW_NS_UTS) |
			  ns_bit(task_read(ns, cgroup_ns, ns.inum), BW_NS_CGROUP);
}

static __always_inline void header_ids(struct bw_hdr *hdr, struct cred *cred)
{
	hdr->uid = task_read(cred, uid.val);
	hdr->gid = task_read(cred, gid.val);
	hdr->euid = task_read(cred, euid.val);
	hdr->egid = task_read(cred, egid.val);
	bpf_core_read(&hdr->cap_permitted, sizeof(__u64), &cred->cap_permitted);
	bpf_core_read(&hdr->cap_effective, sizeof(__u64), &cred->cap_effective);
}

/* Fills every member but the size, which the record's fixed part decides. */
static __always_inline void header_fill(struct bw_hdr *hdr, __u16 type, struct task_struct *task)
{
	struct task_struct *parent = task_read(task, real_parent);
	struct task_struct *leader = task_read(task, group_leader);
	struct signal_struct *signal = task_read(task, signal);
	struct css_set *set = task_read(task, cgroups);
	struct cred *cred = task_read(task, cred);
	struct upid *vtgid;

	hdr->size = 0;
	hdr->type = type;
	hdr->flags = 0;
	hdr->time_ns = bpf_ktime_get_boot_ns();
	hdr->cgroup_v2 = cgroup_kn_id(task_read(set, dfl_cgrp));
	hdr->cgroup_v1 = cgroup_v1_id(set);
	hdr->start_ns = task_read(leader, start_boottime);
	hdr->parent_start_ns = task_read(parent, group_leader, start_boottime);
	hdr->tgid = task_read(task, tgid);
	hdr->tid = task_read(task, pid);
	hdr->parent_tgid = task_read(parent, tgid);
	vtgid = pid_innermost(task_read(leader, thread_pid));
	hdr->vtgid = BPF_CORE_READ(vtgid, nr);
	header_ids(hdr, cred);
	hdr->loginuid = (__u32)-1;
	if (bpf_core_field_exists(task->loginuid)) /* CONFIG_AUDIT */
		hdr->loginuid = task_read(task, loginuid.val);
	header_ns(hdr, task, cred);
	hdr->sid = session_id(signal);
	hdr->tty = tty_number(signal);
	hdr->ret = 0;
	hdr->call = BW_CALL_NONE;
	hdr->abi = BW_ABI_NATIVE;
	hdr->seccomp = 0;
	if (bpf_core_field_exists(task->seccomp.mode)) /* CONFIG_SECCOMP */
		hdr->seccomp = task_read(task, seccomp.mode);
	bpf_core_read(hdr->comm, sizeof(hdr->comm), &task->comm);
}

static __always_inline void cred_fill(struct bw_cred *dst, struct cred *cred)
{
	dst->uid = task_read(cred, uid.val);
	dst->gid = task_read(cred, gid.val);
	dst->euid = task_read(cred, euid.val);
	dst->egid = task_read(cred, egid.val);
	dst->suid = task_read(cred, suid.val);
	dst->sgid = task_read(cred, sgid.val);
	dst->fsuid = task_read(cred, fsuid.val);
	dst->fsgid = task_read(cred, fsgid.val);
	bpf_core_read(&dst->cap_inheritable, sizeof(__u64), &cred->cap_inheritable);
	bpf_core_read(&dst->cap_permitted, sizeof(__u64), &cred->cap_permitted);
	bpf_core_read(&dst->cap_effective, sizeof(__u64), &cred->cap_effective);
	bpf_core_read(&dst->cap_bset, sizeof(__u64), &cred->cap_bset);
	bpf_core_read(&dst->cap_ambient, sizeof(__u64), &cred->cap_ambient);
	dst->securebits = task_read(cred, securebits);
	dst->user_ns = task_read(cred, user_ns, ns.inum);
}

#endif /* BPFWATCH_TASK_BPF_H */
