/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_CALL_BPF_H
#define BPFWATCH_CALL_BPF_H

/* Which system call returns here, and its arguments, from the saved registers. */
#include "maps.bpf.h"

enum {
	TS_COMPAT_BIT = 2, /* x86: thread_info.status, a 32-bit call is under way */
	X32_BIT = 0x40000000, /* x86: __X32_SYSCALL_BIT; the numbers are the same from 0 to 511 */
	TIF_32BIT_BIT = 1 << 22, /* arm64: thread_info.flags, a 32-bit task */
	ERESTARTSYS_FIRST = 512, /* include/linux/errno.h: results that user space never sees */
	ERESTARTSYS_LAST = 516,
	EINTR_SEEN = 4,
	KERNEL_STACK_SIZE = 16384, /* THREAD_SIZE of x86-64 and arm64 with pages of 4 KiB */
	ID16_MASK = 0xffff,
	ID16_UNCHANGED = 0xffff,
};

/* A call at its exit. */
struct call {
	struct task_struct *task;
	struct pt_regs *regs;
	__s64 ret;
	__u16 call; /* enum bw_call */
	__u16 abi; /* enum bw_abi */
	__u8 slot;
	__u8 flags; /* BW_CALL_F_* */
	bool untyped; /* the verifier does not know what regs is */
};

/* A saved register.  `untyped` is a constant where this is inlined, so one branch remains. */
#define call_reg(call, member)                                                         \
	({                                                                             \
		struct pt_regs *regs_ = (call)->regs; /* or our struct is relocated */ \
		(call)->untyped ? BPF_CORE_READ(regs_, member) : regs_->member;        \
	})

static __always_inline __u32 call_number(const struct call *call)
{
#if defined(__TARGET_ARCH_x86)
	return call_reg(call, orig_ax) & ~X32_BIT;
#else
	return call_reg(call, syscallno);
#endif
}

static __always_inline bool is_compat(struct task_struct *task)
{
#if defined(__TARGET_ARCH_x86)
	return BPF_CORE_READ(task, thread_info.status) & TS_COMPAT_BIT;
#else
	return BPF_CORE_READ(task, thread_info.flags) & TIF_32BIT_BIT;
#endif
}

static __always_inline __u64 call_register(const struct call *call, __u32 index);

/* The entry of the call behind a socketcall(2); the arguments lie in memory. */
static __always_inline const struct bw_call_entry *socketcall_entry(const struct call *call)
{
	__u32 which = call_register(call, 0);

	return bpf_map_lookup_elem(&bw_socketcalls, &which);
}

/* Look up what call->regs tell of.  Returns false for a call that nobody knows. */
static __always_inline bool call_identify(struct call *call)
{
	__u32 nr = call_number(call);
	struct bw_number *number = bpf_map_lookup_elem(&bw_calls, &nr);
	const struct bw_call_entry *entry;

	if (!number)
		return false;
	entry = &number->abi[BW_ABI_NATIVE];
	/* Almost every call ends here, so the task is looked at afterwards. */
	if (!entry->call && !number->abi[BW_ABI_COMPAT32].call)
		return false;
	call->task = current_task();
	call->abi = BW_ABI_NATIVE;
	if (is_compat(call->task)) {
		call->abi = BW_ABI_COMPAT32;
		entry = &number->abi[BW_ABI_COMPAT32];
		if (entry->flags & BW_CALL_F_SOCKET)
			entry = socketcall_entry(call);
		if (!entry)
			return false;
	}
	call->call = entry->call;
	call->slot = entry->slot;
	call->flags = entry->flags;
	return entry->call != BW_CALL_NONE;
}

static __always_inline bool call_lookup(struct call *call, struct pt_regs *regs)
{
	call->regs = regs;
	call->untyped = false;
	return call_identify(call);
}

/*
 * In cred_check.bpf.c.  Tell it if the credentials of the current task are not what they
 * were when last seen.  The argument is not used.
 */
int cred_check(__u32 unused);

/* Likewise: the credentials of the current task are as they should be. */
int cred_accept(__u32 unused);

/* Whether a call may change credentials beside the ids it names. */
static __always_inline bool enters_user_ns(const struct call *call)
{
	return call->call == BW_CALL_UNSHARE || call->call == BW_CALL_SETNS;
}

/*
 * For the programs behind the dispatcher.  Returns false if there is nothing
 * to do, which can be only when the map changed meanwhile, or for the agent.
 */
static __always_inline bool call_begin_unchecked(struct call *call, struct pt_regs *regs, __s64 ret)
{
	if (bpf_get_current_pid_tgid() >> 32 == self_tgid || !call_lookup(call, regs))
		return false;
	if (call->abi == BW_ABI_COMPAT32)
		ret = (__s32)ret;
	/* Interrupted; the caller sees EINTR or the call again. */
	if (ret >= -ERESTARTSYS_LAST && ret <= -ERESTARTSYS_FIRST)
		ret = -EINTR_SEEN;
	call->ret = ret;
	return true;
}

/* The same for calls that do not change credentials: first tell of a change that none made. */
static __always_inline bool call_begin(struct call *call, struct pt_regs *regs, __s64 ret)
{
	if (!call_begin_unchecked(call, regs, ret))
		return false;
	if (tell_unexplained && !enters_user_ns(call))
		cred_check(0);
	return true;
}

static __always_inline void call_to_header(const struct call *call, struct bw_hdr *hdr)
{
	hdr->ret = call->ret;
	hdr->call = call->call;
	hdr->abi = call->abi;
}

/* Not of a call whose arguments lie in memory. */
#if defined(__TARGET_ARCH_x86)
static __always_inline __u64 call_register(const struct call *call, __u32 index)
{
	bool compat = call->abi == BW_ABI_COMPAT32;
	__u64 value;

	switch (index) {
	case 0:
		value = compat ? call_reg(call, bx) : call_reg(call, di);
		break;
	case 1:
		value = compat ? call_reg(call, cx) : call_reg(call, si);
		break;
	case 2:
		value = call_reg(call, dx);
		break;
	case 3:
		value = compat ? call_reg(call, si) : call_reg(call, r10);
		break;
	case 4:
		value = compat ? call_reg(call, di) : call_reg(call, r8);
		break;
	default:
		value = compat ? call_reg(call, bp) : call_reg(call, r9);
		break;
	}
	return compat ? (__u32)value : value;
}
#else
static __always_inline __u64 call_register(const struct call *call, __u32 index)
{
	__u64 value;

	switch (index) {
	case 0:
		value = call_reg(call, orig_x0); /* regs[0] holds the result by now */
		break;
	case 1:
		value = call_reg(call, regs[1]);
		break;
	case 2:
		value = call_reg(call, regs[2]);
		break;
	case 3:
		value = call_reg(call, regs[3]);
		break;
	case 4:
		value = call_reg(call, regs[4]);
		break;
	default:
		value = call_reg(call, regs[5]);
		break;
	}
	return call->abi == BW_ABI_COMPAT32 ? (__u32)value : value;
}
#endif

/*
 * The call under way in the current task, from within.  Before 5.15 no helper gives its
 * registers: there they are looked for at the end of the kernel stack, and what
 * stands there is believed if it names a call that we know.
 */
static __always_inline bool call_current(struct call *call)
{
	void *stack;

	if (bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_task_pt_regs) &&
	    bpf_core_enum_value_exists(enum bpf_func_id, BPF_FUNC_get_current_task_btf))
		return call_lookup(call,
				   (struct pt_regs *)bpf_task_pt_regs(bpf_get_current_task_btf()));
	stack = BPF_CORE_READ((struct task_struct *)bpf_get_current_task(), stack);
	call->regs = stack + KERNEL_STACK_SIZE - bpf_core_type_size(struct pt_regs);
	call->untyped = true;
	return call_identify(call);
}

/* Argument `index` as passed, whichever way it was. */
static __always_inline __u64 call_arg(const struct call *call, __u32 index)
{
	__u32 value = 0;
	__u64 array;

	if (!(call->flags & (BW_CALL_F_SOCKET | BW_CALL_F_MEMORY)))
		return call_register(call, index);
	array = call_register(call, call->flags & BW_CALL_F_SOCKET ? 1 : 0);
	bpf_probe_read_user(&value, sizeof(value), (void *)(array + index * sizeof(value)));
	return value;
}

/* An id as passed: the old calls' 16-bit -1 means "leave it" as the wide one does. */
static __always_inline __u32 id_arg(const struct call *call, __u32 index)
{
	__u32 id = call_arg(call, index);

	if (!(call->flags & BW_CALL_F_ID16))
		return id;
	id &= ID16_MASK;
	return id == ID16_UNCHANGED ? (__u32)-1 : id;
}

/* Whether the caller's structures have 32-bit pointers. */
static __always_inline bool is_narrow(const struct call *call)
{
	return call->abi == BW_ABI_COMPAT32 || call->flags & BW_CALL_F_NARROW;
}

#endif /* BPFWATCH_CALL_BPF_H */
