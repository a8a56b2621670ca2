// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Credentials that changed though no call that may do so was seen: as when the kernel
 * itself was made to give them.  Looked at before whatever a task does that is reported.
 *
 * Ids, permitted and effective capabilities alone: securebits, bounding, ambient
 * and inheritable sets have harmless ways to change (prctl).  Kernel threads are left
 * out, they wear what credentials they like.
 */
#include "call.bpf.h"
#include "remember.bpf.h"

enum {
	PF_IO_WORKER_BIT = 0x10, /* include/linux/sched.h */
	PF_KTHREAD_BIT = 0x200000,
};

static __always_inline bool has_changed(const struct bw_cred *old, struct cred *cred)
{
	__u64 permitted = 0;
	__u64 effective = 0;

	bpf_core_read(&permitted, sizeof(permitted), &cred->cap_permitted);
	bpf_core_read(&effective, sizeof(effective), &cred->cap_effective);
	return old->uid != task_read(cred, uid.val) || old->gid != task_read(cred, gid.val) ||
	       old->euid != task_read(cred, euid.val) || old->egid != task_read(cred, egid.val) ||
	       old->suid != task_read(cred, suid.val) || old->sgid != task_read(cred, sgid.val) ||
	       old->fsuid != task_read(cred, fsuid.val) ||
	       old->fsgid != task_read(cred, fsgid.val) || old->cap_permitted != permitted ||
	       old->cap_effective != effective;
}

int cred_check(__u32 unused)
{
	struct task_struct *task = current_task();
	struct bw_remembered *old = recall(task, task_read(task, pid));

	(void)unused;
	if (!old || task_read(task, flags) & (PF_KTHREAD_BIT | PF_IO_WORKER_BIT) ||
	    !has_changed(&old->cred, task_read(task, real_cred)))
		return 0;
	tell_cred_change(task, &old->cred);
	cred_fill(&old->cred,
		  task_read(task, real_cred)); /* in place: remember() takes much stack */
	return 1;
}

int cred_accept(__u32 unused)
{
	(void)unused;
	remember(current_task(), BW_CALL_NONE, BW_ABI_NATIVE);
	return 0;
}
