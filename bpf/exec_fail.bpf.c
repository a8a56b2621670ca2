// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/* execve(2) and execveat(2) that were refused: all strings are the caller's claim. */
#include "call.bpf.h"
#include "record.bpf.h"

#include <linux/fcntl.h>

enum { ARGS_READ_MAX = 16 };

static __always_inline __u64 user_pointer(const struct call *call, __u64 array, __u32 index)
{
	__u32 narrow = 0;
	__u64 wide = 0;

	if (is_narrow(call)) {
		bpf_probe_read_user(&narrow, sizeof(narrow),
				    (void *)(array + index * sizeof(narrow)));
		return narrow;
	}
	bpf_probe_read_user(&wide, sizeof(wide), (void *)(array + index * sizeof(wide)));
	return wide;
}

/* The first arguments, NUL separated, as far as they can be read. */
static __always_inline void add_argv(struct build *b, struct bw_exec_fail *rec,
				     const struct call *call, __u64 array)
{
	struct bw_str arg = {};
	__u32 start = rec->hdr.size;

	/* Older verifiers (6.1) refuse a loop whose end falls through to its head, as clang lays it. */
#pragma unroll
	for (int i = 0; i < ARGS_READ_MAX; i++) {
		__u64 pointer = user_pointer(call, array, i);

		if (!pointer)
			break;
		if (i == ARGS_READ_MAX - 1 || rec->hdr.size - start >= BW_STR_MAX / 2) {
			rec->hdr.flags |= BW_F_TRUNC;
			break;
		}
		arg.len = 0;
		record_add_str(b, &arg, (void *)pointer, STR_FROM_USER);
	}
	if (rec->hdr.size == start)
		return;
	rec->argv.off = start;
	rec->argv.len = rec->hdr.size - start - 1;
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_exec_fail, struct pt_regs *regs, long ret)
{
	struct call call;
	struct build b;
	struct bw_exec_fail *rec;
	bool at;

	if (!call_begin(&call, regs, ret) || call.ret >= 0)
		return 0;
	if (!record_begin(&b, BW_EVENT_EXEC_FAIL, rec, call.task))
		return 0;
	call_to_header(&call, &rec->hdr);
	rec->hdr.flags |= BW_F_CLAIM;
	at = call.call == BW_CALL_EXECVEAT;
	rec->dirfd = at ? (__s32)call_arg(&call, 0) : AT_FDCWD;
	rec->at_flags = at ? call_arg(&call, 4) : 0;
	record_add_str(&b, &rec->filename, (void *)call_arg(&call, at ? 1 : 0), STR_FROM_USER);
	add_argv(&b, rec, &call, call_arg(&call, at ? 2 : 1));
	record_send(&b, BW_LANE_ACTIVITY);
	return 0;
}
