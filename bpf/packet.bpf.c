// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * The end of a call that sends or receives: what net.bpf.c saw of its packets
 * goes into the record.  Global functions, to be checked once each.
 */
#include "packet.bpf.h"

/* Where the packets of this call went, in place of what its caller says. */
static __always_inline void put_sent(struct bw_syscall *rec, struct sock *sk, __u64 id)
{
	struct sent_key key = { .id = id, .sk = (__u64)sk };
	struct sent *sent = bpf_map_lookup_elem(&bw_sent, &key);

	if (!sent)
		return;
	rec->fd.local = sent->local;
	rec->fd.remote = sent->first;
	rec->hdr.flags &= ~BW_F_CLAIM;
	bpf_map_delete_elem(&bw_sent, &key);
}

/* Whether the socket had another peer at its last event; at the first, than its own. */
static __always_inline void compare_peer(struct bw_syscall *rec, struct sock *sk)
{
	struct peer now = { .ino = rec->fd.file.ino, .remote = rec->fd.remote };
	struct bw_addr local = {};
	struct bw_addr own = {};
	__u64 key = (__u64)sk;
	struct peer *last = bpf_map_lookup_elem(&bw_peers, &key);

	if (last && last->ino == now.ino) {
		if (!same_addr(&last->remote, &now.remote)) {
			rec->fd.flags |= BW_FD_CHANGED;
			last->remote = now.remote;
		}
		return;
	}
	sock_ends(sk, &local, &own);
	if (!same_addr(&own, &now.remote))
		rec->fd.flags |= BW_FD_CHANGED;
	bpf_map_update_elem(&bw_peers, &key, &now, BPF_ANY);
}

static __always_inline void end_call(struct bw_syscall *rec, struct file *file, __u64 id)
{
	struct sock *sk = file ? sock_of_file(file) : NULL;

	if (!sk)
		return;
	if (is_send(rec->hdr.call))
		put_sent(rec, sk, id);
	else if (!is_receive(rec->hdr.call))
		return;
	if (rec->hdr.ret >= 0 && rec->fd.remote.family)
		compare_peer(rec, sk);
}

int packet_end(__u32 slot)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);
	struct task_struct *task = current_task();
	struct bw_syscall *rec;

	if (!scratch)
		return 0;
	rec = (struct bw_syscall *)scratch->record;
	end_call(rec, file_of_fd(task, rec->fd.num), bpf_get_current_pid_tgid());
	return 0;
}

int packet_end_ring(__u32 slot, __u64 file)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);

	if (scratch)
		end_call((struct bw_syscall *)scratch->record, (void *)file, 0);
	return 0;
}
