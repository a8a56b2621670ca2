// SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause)

/*
 * A descriptor by its kernel objects.  A global function, so that the verifier
 * checks it once, however often a program needs it.
 */
#include "fd.bpf.h"

/* The name of a bound unix socket; returns false if it has none. */
static __always_inline bool add_unix_name(struct build *b, struct bw_str *str,
					  struct task_struct *task, struct unix_sock *sk)
{
	struct dentry *dentry = BPF_CORE_READ(sk, path.dentry);
	struct unix_address *addr;
	const char *name;
	char first = 0;
	__u32 off;
	int len;

	if (dentry) {
		record_add_path(b, str, task, dentry, BPF_CORE_READ(sk, path.mnt));
		return true;
	}
	addr = BPF_CORE_READ(sk, addr);
	if (!addr)
		return false;
	name = (void *)addr + bpf_core_field_offset(struct unix_address, name) + UN_PATH_OFF;
	bpf_probe_read_kernel(&first, sizeof(first), name);
	len = BPF_CORE_READ(addr, len) - UN_PATH_OFF;
	/* A path whose file is gone has a dentry still, so this is an abstract name. */
	if (first || len <= 0 || len > UN_PATH_MAX)
		return false;
	record_add_bytes(b, str, name, len);
	off = str->off & (BW_RECORD_MAX - 1); /* bound for the verifier */
	if (str->len)
		((char *)b->hdr)[off] = '@';
	return true;
}

static __always_inline void fill_socket(struct build *b, struct bw_fd *fd, struct task_struct *task,
					struct sock *sk)
{
	struct unix_sock *unix = (struct unix_sock *)sk;

	fd->flags |= BW_FD_SOCKET;
	fd->family = BPF_CORE_READ(sk, __sk_common.skc_family);
	fd->sock_type = BPF_CORE_READ(sk, sk_type);
	fd->protocol = BPF_CORE_READ(sk, sk_protocol);
	fd->sock_state = BPF_CORE_READ(sk, __sk_common.skc_state);
	if (fd->family != FAMILY_UNIX) {
		sock_ends(sk, &fd->local, &fd->remote);
		return;
	}
	if (!add_unix_name(b, &fd->path, task, unix)) {
		unix = (struct unix_sock *)BPF_CORE_READ(unix, peer);
		if (unix)
			add_unix_name(b, &fd->path, task, unix);
	}
}

int fd_fill_file(__u32 slot, __s32 num, __u64 file_addr, __u64 task_addr)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);
	struct task_struct *task = (void *)task_addr;
	struct file *file = (void *)file_addr;
	struct bw_syscall *rec;
	struct build b;
	struct sock *sk;

	if (!scratch)
		return 1;
	record_resume(&b, slot, scratch);
	rec = (struct bw_syscall *)b.hdr;
	rec->fd.num = num;
	if (!file)
		return 1;
	sk = sock_of_file(file);
	if (sk) {
		file_fill(&rec->fd.file, file);
		fill_socket(&b, &rec->fd, task, sk);
	} else {
		record_add_file(&b, &rec->fd.path, &rec->fd.file, task, file);
	}
	return 0;
}

int fd_fill(__u32 slot, __s32 num)
{
	__u64 task = bpf_get_current_task(); /* untyped, as the verifier wants it */

	return fd_fill_file(slot, num, (__u64)file_of_fd((void *)task, num), task);
}
