// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * A thread's new name: prctl(PR_SET_NAME), or a write to /proc/PID/comm, which
 * may come from another thread of the process.  Fires before the change.
 */
#include "caller.bpf.h"
#include "record.bpf.h"

/* An exec names the task too, after its file; its own record tells. */
static __always_inline bool is_exec(void)
{
	struct saved_regs room;
	struct call call;

	return caller_now(&call, &room) &&
	       (call.call == BW_CALL_EXECVE || call.call == BW_CALL_EXECVEAT);
}

SEC("tp_btf/task_rename")
int BPF_PROG(on_rename, struct task_struct *task, const char *name)
{
	struct build b;
	struct bw_comm *rec;

	if ((__u32)BPF_CORE_READ(task, tgid) == self_tgid || is_kernel_thread(task) || is_exec())
		return 0;
	if (!record_begin(&b, BW_EVENT_COMM, rec, task))
		return 0;
	__builtin_memcpy(rec->old, rec->hdr.comm, sizeof(rec->old));
	/* Shorter than its room: the bytes after it would be those of the old one. */
	__builtin_memset(rec->hdr.comm, 0, sizeof(rec->hdr.comm));
	if (bpf_probe_read_kernel_str(rec->hdr.comm, sizeof(rec->hdr.comm), name) < 0) {
		rec->hdr.flags |= BW_F_READ_FAIL;
		stat_inc(BW_STAT_READ_FAILED);
	}
	rec->hdr.call = BW_CALL_COMM_CHANGE;
	record_send(&b, BW_LANE_ACTIVITY);
	return 0;
}
