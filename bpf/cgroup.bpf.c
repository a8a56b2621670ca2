// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Cgroups made, removed, renamed, and tasks moved between them, in the unified
 * hierarchy and in the v1 hierarchy whose ids records carry.  The tracepoints
 * fire after the deed, in the task that did it, with the host's path.
 */
#include "record.bpf.h"

static __always_inline __u64 parent_kn_id(struct kernfs_node *kn)
{
	struct kernfs_node___rcu *newer = (void *)kn;
	struct kernfs_node *parent;

	if (bpf_core_field_exists(newer->__parent))
		parent = BPF_CORE_READ(newer, __parent);
	else
		parent = BPF_CORE_READ(kn, parent);
	return BPF_CORE_READ(parent, id);
}

static __always_inline int cgroup_event(enum bw_cgroup_op op, struct cgroup *cgroup,
					const char *path, struct task_struct *task)
{
	__u32 hierarchy = BPF_CORE_READ(cgroup, root, hierarchy_id);
	struct kernfs_node *kn = BPF_CORE_READ(cgroup, kn);
	struct build b;
	struct bw_cgroup *rec;

	if (hierarchy && hierarchy != v1_hierarchy)
		return 0;
	if (!record_begin(&b, BW_EVENT_CGROUP, rec, task))
		return 0;
	rec->id = BPF_CORE_READ(kn, id);
	rec->parent_id = parent_kn_id(kn);
	rec->hierarchy = hierarchy;
	rec->op = op;
	rec->level = BPF_CORE_READ(cgroup, level);
	record_add_str(&b, &rec->path, path, STR_FROM_KERNEL);
	record_send(&b, BW_LANE_LIFE);
	return 0;
}

SEC("tp_btf/cgroup_mkdir")
int BPF_PROG(on_cgroup_mkdir, struct cgroup *cgroup, const char *path)
{
	return cgroup_event(BW_CGROUP_MKDIR, cgroup, path, current_task());
}

SEC("tp_btf/cgroup_rmdir")
int BPF_PROG(on_cgroup_rmdir, struct cgroup *cgroup, const char *path)
{
	return cgroup_event(BW_CGROUP_RMDIR, cgroup, path, current_task());
}

SEC("tp_btf/cgroup_rename")
int BPF_PROG(on_cgroup_rename, struct cgroup *cgroup, const char *path)
{
	return cgroup_event(BW_CGROUP_RENAME, cgroup, path, current_task());
}

SEC("tp_btf/cgroup_attach_task")
int BPF_PROG(on_cgroup_attach, struct cgroup *cgroup, const char *path, struct task_struct *task)
{
	return cgroup_event(BW_CGROUP_ATTACH, cgroup, path, task);
}
