// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * connect(2) at its exit.  Both ends come from the socket, which nobody can
 * rewrite; where the kernel has cleared the destination, as after a refusal, from
 * what net.bpf.c saw at the SYN.  Only where nothing was begun does the caller's
 * address stand in, marked as a claim.
 */
#include "connect.bpf.h"
#include "call.bpf.h"

SEC("tp_btf/sys_exit")
int BPF_PROG(on_connect, struct pt_regs *regs, long ret)
{
	struct asked asked;
	struct call call;
	struct build b;
	struct bw_connect *rec;
	struct file *file;
	struct sock *sk;

	if (!call_begin(&call, regs, ret))
		return 0;
	asked.fd = call_arg(&call, 0);
	asked.addr = (void *)call_arg(&call, 1);
	asked.len = call_arg(&call, 2);
	file = file_of_fd(call.task, asked.fd);
	sk = file ? sock_of_file(file) : NULL;
	if (!sk)
		return 0; /* no socket: nothing was reached for */
	if (!record_begin(&b, BW_EVENT_CONNECT, rec, call.task))
		return 0;
	call_to_header(&call, &rec->hdr);
	rec->fd = asked.fd;
	if (!connect_truth(&b, rec, file, sk, call.task))
		connect_claim(rec, &asked);
	if (rec->family == FAMILY_UNIX)
		connect_given(&b, rec, &asked);
	record_send(&b, BW_LANE_ACTIVITY);
	return 0;
}
