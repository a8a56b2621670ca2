/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_READ_BPF_H
#define BPFWATCH_READ_BPF_H

/*
 * Reads through a task that the verifier knows by type are plain loads (the
 * kernel turns a fault into zero), at a tenth of the price of
 * bpf_probe_read_kernel(), which everything else takes.
 *
 * Kernels before 5.11 give no typed current task, and those built by clang with
 * type tags want each pointer on the way tested: the sensor then loads the
 * programs a second time without typed reads.
 */
#include "kernel_types.h"

const volatile __u32 typed_reads __weak = 0;

/* A program that finds its task by itself, untyped, defines UNTYPED_TASKS first. */
#ifdef UNTYPED_TASKS
#define reads_typed() false
#else
#define reads_typed() (typed_reads != 0)
#endif

/* ptr->a->b for task_read(ptr, a, b), where ptr was reached from a typed task; 0 behind a NULL. */
#define task_read(ptr, ...)                                         \
	({                                                          \
		__typeof__(___arrow(ptr, ##__VA_ARGS__)) value_;    \
		if (reads_typed())                                  \
			value_ = ___arrow(ptr, ##__VA_ARGS__);      \
		else                                                \
			value_ = BPF_CORE_READ(ptr, ##__VA_ARGS__); \
		value_;                                             \
	})

static __always_inline struct task_struct *current_task(void)
{
	if (reads_typed())
		return (struct task_struct *)bpf_get_current_task_btf();
	return (struct task_struct *)bpf_get_current_task();
}

#endif /* BPFWATCH_READ_BPF_H */
