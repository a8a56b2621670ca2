// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * open(2) and its kin at their exit.  The file comes from the descriptor table,
 * so neither symlinks nor a racing thread can lie about it; the name as the
 * caller wrote it travels beside it as a claim.
 */
#include "call.bpf.h"
#include "file.bpf.h"

#include <linux/openat2.h>

/* What the caller asked for. */
struct asked {
	const void *name; /* NULL: opened by handle */
	__s32 dirfd;
	__u32 flags;
	__u32 mode;
	__u32 resolve;
};

static __always_inline void asked_how(const struct call *call, struct asked *out)
{
	struct open_how how = {};

	bpf_probe_read_user(&how, sizeof(how), (void *)call_arg(call, 2));
	out->flags = how.flags;
	out->mode = how.mode;
	out->resolve = how.resolve;
}

static __always_inline void asked_from(const struct call *call, struct asked *out)
{
	/* open and creat have no directory: their arguments start one earlier. */
	bool at = call->call != BW_CALL_OPEN && call->call != BW_CALL_CREAT;

	out->dirfd = at ? (__s32)call_arg(call, 0) : AT_FDCWD;
	out->name = (void *)(at ? call_arg(call, 1) : call_arg(call, 0));
	out->resolve = 0;
	switch (call->call) {
	case BW_CALL_CREAT:
		out->flags = O_CREAT | O_WRONLY | O_TRUNC;
		out->mode = call_arg(call, 1);
		break;
	case BW_CALL_OPENAT2:
		asked_how(call, out);
		break;
	case BW_CALL_OPEN_BY_HANDLE_AT:
		out->name = NULL;
		out->flags = call_arg(call, 2);
		out->mode = 0;
		break;
	default:
		out->flags = at ? call_arg(call, 2) : call_arg(call, 1);
		out->mode = at ? call_arg(call, 3) : call_arg(call, 2);
		break;
	}
	/* Else the argument is not there and the register holds anything. */
	if (!(out->flags & (O_CREAT | __O_TMPFILE)))
		out->mode = 0;
}

/* The directory that a relative name starts from. */
static __always_inline void add_base(struct build *b, struct bw_open *rec, const struct call *call)
{
	__u32 off = rec->given.off & (BW_RECORD_MAX - 1); /* bound for the verifier */

	if (((char *)rec)[off] == '/' && rec->given.len)
		return;
	record_add_dir(b, &rec->base, call->task, rec->dirfd);
}

SEC("tp_btf/sys_exit")
int BPF_PROG(on_open, struct pt_regs *regs, long ret)
{
	struct asked asked;
	struct call call;
	struct build b;
	struct bw_open *rec;
	struct file *file;

	if (!call_begin(&call, regs, ret))
		return 0;
	if (!record_begin(&b, BW_EVENT_OPEN, rec, call.task))
		return 0;
	call_to_header(&call, &rec->hdr);
	asked_from(&call, &asked);
	rec->flags = asked.flags;
	rec->mode = asked.mode;
	rec->resolve = asked.resolve;
	rec->dirfd = asked.dirfd;
	file = call.ret >= 0 ? file_of_fd(call.task, call.ret) : NULL;
	if (file)
		record_add_file(&b, &rec->path, &rec->file, call.task, file);
	if (asked.name)
		record_add_str(&b, &rec->given, asked.name, STR_FROM_USER);
	if (!file) {
		/* Refused, or closed by another thread since: only the claim is left. */
		rec->hdr.flags |= BW_F_CLAIM;
		add_base(&b, rec, &call);
	}
	record_send(&b, BW_LANE_ACTIVITY);
	return 0;
}
