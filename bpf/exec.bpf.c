// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * Execution of programs.  sched_process_exec fires when the new image is in
 * place and has not run: file, arguments and credentials are final.  A refused
 * exec shows at the exit of its call only, as the caller's claim.
 */
#include "image.bpf.h"
#include "remember.bpf.h"

/* Which call this is, as far as it shows here. */
static __always_inline void exec_call(struct bw_hdr *hdr, const struct bw_remembered *old,
				      struct linux_binprm *bprm)
{
	hdr->call = BW_CALL_EXECVE;
	if (old && old->call) {
		hdr->call = old->call;
		hdr->abi = old->abi;
	} else if (bpf_core_field_exists(bprm->fdpath) && BPF_CORE_READ(bprm, fdpath)) {
		hdr->call = BW_CALL_EXECVEAT;
	}
}

static __always_inline void exec_before(struct bw_exec *rec, const struct bw_remembered *old)
{
	if (old && (old->call || creds_followed)) {
		rec->before = old->cred;
		return;
	}
	rec->before = rec->after;
	rec->hdr.flags |= BW_F_NO_BEFORE;
}

static __always_inline void exec_names(struct build *b, struct bw_exec *rec,
				       struct linux_binprm *bprm)
{
	const char *filename = BPF_CORE_READ(bprm, filename);
	const char *interp = BPF_CORE_READ(bprm, interp);

	record_add_str(b, &rec->filename, filename, STR_FROM_KERNEL);
	if (interp != filename)
		record_add_str(b, &rec->interp, interp, STR_FROM_KERNEL);
}

static __always_inline void exec_memory(struct build *b, struct bw_exec *rec, struct mm_struct *mm)
{
	unsigned long start = BPF_CORE_READ(mm, env_start);
	unsigned long end = BPF_CORE_READ(mm, env_end);

	rec->arg_bytes = record_add_user(b, &rec->argv, &rec->argv_tail,
					 BPF_CORE_READ(mm, arg_start), BPF_CORE_READ(mm, arg_end));
	rec->env_bytes = end - start;
	if (want_env)
		record_add_user(b, &rec->env, &rec->env_tail, start, end);
}

/* Other ids, or a capability that was not there: a setuid file or file capabilities. */
static __always_inline bool has_gained(const struct bw_cred *old, struct task_struct *task)
{
	struct cred *cred = task_read(task, real_cred);
	__u64 permitted = 0;

	bpf_core_read(&permitted, sizeof(permitted), &cred->cap_permitted);
	return old->euid != task_read(cred, euid.val) || old->egid != task_read(cred, egid.val) ||
	       permitted & ~old->cap_permitted;
}

/*
 * Before the point of no return: the old credentials, and the call, whose
 * registers the new image will have overwritten.  Since 6.10 (5c5fad46e48c).
 */
SEC("tp_btf/sched_prepare_exec")
int BPF_PROG(on_prepare_exec, struct task_struct *task)
{
	struct call call;
	__u16 name = BW_CALL_EXECVE;
	__u16 abi = BW_ABI_NATIVE;

	/* An exec by the kernel itself (a helper of user mode) has no call. */
	if (call_current(&call)) {
		if (tell_unexplained)
			cred_check(0);
		name = call.call;
		abi = call.abi;
	}
	remember(task, name, abi);
	return 0;
}

/*
 * The same where that tracepoint is missing: an exec renames its task just before it puts
 * the new credentials in place and overwrites the registers (begin_new_exec()).
 * By then another thread's exec has taken the leader's tid.
 */
SEC("tp_btf/task_rename")
int BPF_PROG(on_rename_in_exec, struct task_struct *task)
{
	struct call call;

	if (!call_current(&call) || (call.call != BW_CALL_EXECVE && call.call != BW_CALL_EXECVEAT))
		return 0;
	if (tell_unexplained)
		cred_check(0);
	remember(task, call.call, call.abi);
	return 0;
}

SEC("tp_btf/sched_process_exec")
int BPF_PROG(on_exec, struct task_struct *task, int old_tid, struct linux_binprm *bprm)
{
	__u32 tid = BPF_CORE_READ(task, pid);
	struct bw_remembered *old = recall(task, exec_by_rename ? tid : (__u32)old_tid);
	struct file *file = BPF_CORE_READ(bprm, file);
	struct build b;
	struct bw_exec *rec;

	if (!record_begin(&b, BW_EVENT_EXEC, rec, task))
		return 0;
	image_facts(rec, task);
	rec->secureexec = BPF_CORE_READ_BITFIELD_PROBED(bprm, secureexec);
	exec_call(&rec->hdr, old, bprm);
	exec_before(rec, old);
	image_file(&b, rec, task, file ? file : BPF_CORE_READ(task, mm, exe_file));
	exec_names(&b, rec, bprm);
	record_add_cwd(&b, &rec->cwd, task);
	record_add_root(&b, &rec->root, task);
	exec_memory(&b, rec, BPF_CORE_READ(task, mm));
	record_send(&b, BW_LANE_LIFE);

	if (tell_unexplained && old && old->call && has_gained(&old->cred, task))
		tell_cred_change(task, &old->cred);

	/* Another thread's exec: it now has the leader's tid. */
	if (old_tid != (int)tid)
		forget(old_tid);
	remember(task, BW_CALL_NONE, BW_ABI_NATIVE);
	return 0;
}
