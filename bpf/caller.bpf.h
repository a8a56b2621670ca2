/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_CALLER_BPF_H
#define BPFWATCH_CALLER_BPF_H

/*
 * The system call that the current task is in the middle of, for programs that
 * run elsewhere than at its exit.
 */
#include "call.bpf.h"
#include "socket_types.h"

enum {
	PF_IO_WORKER_BIT = 0x10, /* include/linux/sched.h; io_uring's own threads */
	PF_KTHREAD_BIT = 0x200000,
	KERNEL_STACK_BYTES = 16384, /* x86-64: THREAD_SIZE */
	SAVED_REGS_MAX = 192, /* above the size of struct pt_regs of x86-64 */
};

/* Room for a copy of the registers, where the kernel does not hand them out. */
struct saved_regs {
	__u64 words[SAVED_REGS_MAX / sizeof(__u64)];
};

/* A thread of the kernel's or of io_uring's: no system call of its own. */
static __always_inline bool is_kernel_thread(struct task_struct *task)
{
	return BPF_CORE_READ(task, flags) & (PF_IO_WORKER_BIT | PF_KTHREAD_BIT);
}

/* Returns false where it cannot be told, and for a call that nobody knows. */
static __always_inline bool caller_now(struct call *call, struct saved_regs *room)
{
	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs) &&
	    bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		return call_lookup(call, (void *)bpf_task_pt_regs(bpf_get_current_task_btf()));
#if defined(__TARGET_ARCH_x86)
	/* Before 5.15: they lie at the top of the task's kernel stack. */
	struct task_struct___stack *task = (void *)bpf_get_current_task();
	__u32 size = bpf_core_type_size(struct pt_regs);
	void *top = BPF_CORE_READ(task, stack) + KERNEL_STACK_BYTES;

	if (size > SAVED_REGS_MAX ||
	    bpf_probe_read_kernel(room, size & (SAVED_REGS_MAX | 63), top - size))
		return false;
	return call_lookup(call, (void *)room);
#else
	return false;
#endif
}

#endif /* BPFWATCH_CALLER_BPF_H */
