// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The processes that were there before us.  Arguments are missing: another
 * task's memory cannot be read here, so user space adds them.
 */
#include "image.bpf.h"
#include "remember.bpf.h"

SEC("iter/task")
int on_task(struct bpf_iter__task *ctx)
{
	struct task_struct *task = ctx->task;
	struct build b;
	struct bw_exec *rec;
	struct mm_struct *mm;

	if (!task)
		return 0; /* the end */
	/* What was remembered since we attached is newer than what is read here. */
	remember_if(task, BW_CALL_NONE, BW_ABI_NATIVE, BPF_NOEXIST);
	if (BPF_CORE_READ(task, pid) != BPF_CORE_READ(task, tgid))
		return 0; /* a thread */
	rec = (void *)record_begin_in(&b, SCRATCH_ITER, BW_EVENT_PROC, task);
	if (!rec)
		return 0;
	__builtin_memset((void *)rec + sizeof(struct bw_hdr), 0,
			 sizeof(*rec) - sizeof(struct bw_hdr));
	rec->hdr.size = sizeof(*rec);
	rec->hdr.flags = BW_F_NO_BEFORE;
	image_facts(rec, task);
	rec->before = rec->after;
	mm = BPF_CORE_READ(task, mm);
	rec->arg_bytes = BPF_CORE_READ(mm, arg_end) - BPF_CORE_READ(mm, arg_start);
	rec->env_bytes = BPF_CORE_READ(mm, env_end) - BPF_CORE_READ(mm, env_start);
	image_file(&b, rec, task, BPF_CORE_READ(mm, exe_file));
	record_add_cwd(&b, &rec->cwd, task);
	record_add_root(&b, &rec->root, task);
	if (rec->hdr.size <= BW_RECORD_MAX)
		bpf_seq_write(ctx->meta->seq, rec, rec->hdr.size);
	return 0;
}
