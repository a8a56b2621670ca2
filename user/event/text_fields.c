// SPDX-License-Identifier: Apache-2.0
#include "event/text_fields.h"

#include <fcntl.h>
#include <netinet/in.h>
#include <stdbool.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#define NS_PER_MS     1000000ULL
#define DEFAULT_TGID  100
#define DEFAULT_COMM  "sh"
#define DEFAULT_FD    3
#define FILE_MODE_ANY 0644
#define FILE_MODE_EXE 0755
#define SOCKET_MODE   0777
#define STDIO_MODE    0666 /* of a character device: /dev/null */

/* Processes with the same tgid are the same one, and older if it is lower. */
static uint64_t start_of(uint32_t tgid)
{
	return tgid * NS_PER_MS;
}

static uint64_t caps_of(uint32_t euid)
{
	return euid ? 0 : TEXT_CAPS_ALL;
}

static const struct bw_hdr *hdr_of(const void *rec)
{
	return rec;
}

/* Defaults of struct bw_hdr. */
static uint64_t def_tgid(const void *rec, size_t base)
{
	(void)base;
	return hdr_of(rec)->tgid;
}

static uint64_t def_start(const void *rec, size_t base)
{
	(void)base;
	return start_of(hdr_of(rec)->tgid);
}

static uint64_t def_parent(const void *rec, size_t base)
{
	(void)base;
	return hdr_of(rec)->tgid > 1;
}

static uint64_t def_parent_start(const void *rec, size_t base)
{
	(void)base;
	return start_of(hdr_of(rec)->parent_tgid);
}

static uint64_t def_euid(const void *rec, size_t base)
{
	(void)base;
	return hdr_of(rec)->uid;
}

static uint64_t def_egid(const void *rec, size_t base)
{
	(void)base;
	return hdr_of(rec)->gid;
}

static uint64_t def_caps(const void *rec, size_t base)
{
	(void)base;
	return caps_of(hdr_of(rec)->euid);
}

static uint64_t def_cap_effective(const void *rec, size_t base)
{
	(void)base;
	return hdr_of(rec)->cap_permitted;
}

static uint64_t def_call(const void *rec, size_t base)
{
	static const uint16_t calls[BW_EVENT_MAX] = {
		[BW_EVENT_FORK] = BW_CALL_CLONE,       [BW_EVENT_EXEC] = BW_CALL_EXECVE,
		[BW_EVENT_EXEC_FAIL] = BW_CALL_EXECVE, [BW_EVENT_EXIT] = BW_CALL_EXIT,
		[BW_EVENT_CRED] = BW_CALL_SETUID,      [BW_EVENT_CHDIR] = BW_CALL_CHDIR,
		[BW_EVENT_OPEN] = BW_CALL_OPENAT,      [BW_EVENT_CONNECT] = BW_CALL_CONNECT,
		[BW_EVENT_COMM] = BW_CALL_COMM_CHANGE,
	};

	(void)base;
	return calls[hdr_of(rec)->type];
}

static uint64_t def_ret(const void *rec, size_t base)
{
	(void)base;
	if (hdr_of(rec)->type == BW_EVENT_OPEN)
		return DEFAULT_FD;
	if (hdr_of(rec)->type == BW_EVENT_EXEC_FAIL)
		return (uint64_t)-2; /* -ENOENT */
	return 0;
}

/* Where the kernel has no object, the names are the caller's. */
static uint64_t def_rec_flags(const void *rec, size_t base)
{
	const struct bw_hdr *hdr = hdr_of(rec);
	bool failed_open = hdr->type == BW_EVENT_OPEN && hdr->ret < 0;

	(void)base;
	return failed_open || hdr->type == BW_EVENT_EXEC_FAIL ? BW_F_CLAIM : 0;
}

/* Of a call: a socket, a file, or no descriptor. */
static uint64_t call_file_mode(const void *rec)
{
	const struct bw_fd *fd = &((const struct bw_syscall *)rec)->fd;

	if (fd->family)
		return S_IFSOCK | SOCKET_MODE;
	return fd->path.off ? S_IFREG | FILE_MODE_ANY : 0;
}

/* Defaults of struct bw_file: a failed open has none. */
static uint64_t def_file_mode(const void *rec, size_t base)
{
	const struct bw_hdr *hdr = hdr_of(rec);

	(void)base;
	if (hdr->type == BW_EVENT_CALL)
		return call_file_mode(rec);
	if (hdr->type != BW_EVENT_OPEN)
		return S_IFREG | FILE_MODE_EXE;
	return hdr->ret < 0 ? 0 : S_IFREG | FILE_MODE_ANY;
}

static uint64_t def_nlink(const void *rec, size_t base)
{
	return def_file_mode(rec, base) ? 1 : 0;
}

static uint64_t def_file_open_flags(const void *rec, size_t base)
{
	const struct bw_open *open_rec = rec;

	(void)base;
	return open_rec->hdr.type == BW_EVENT_OPEN && open_rec->hdr.ret >= 0 ? open_rec->flags : 0;
}

/*
 * Defaults of struct bw_cred.  Those after the event are the header's, those
 * before it the ones after, as far as nothing else follows from the ids given.
 */
static const struct bw_cred *cred_at(const void *rec, size_t base)
{
	return (const struct bw_cred *)((const char *)rec + base);
}

_Static_assert(offsetof(struct bw_exec, after) ==
		       offsetof(struct bw_exec, before) + sizeof(struct bw_cred),
	       "after follows before");
_Static_assert(offsetof(struct bw_cred_change, after) ==
		       offsetof(struct bw_cred_change, before) + sizeof(struct bw_cred),
	       "after follows before");

/* NULL when it is the one after that is asked for. */
static const struct bw_cred *cred_after(const void *rec, size_t base)
{
	size_t before = hdr_of(rec)->type == BW_EVENT_CRED ?
				offsetof(struct bw_cred_change, before) :
				offsetof(struct bw_exec, before);

	return base == before ? cred_at(rec, base) + 1 : NULL;
}

#define DEF_CRED(name, of_hdr, of_after)                              \
	static uint64_t def_cred_##name(const void *rec, size_t base) \
	{                                                             \
		const struct bw_cred *self = cred_at(rec, base);      \
		const struct bw_cred *after = cred_after(rec, base);  \
		const struct bw_hdr *hdr = hdr_of(rec);               \
                                                                      \
		(void)self;                                           \
		(void)hdr;                                            \
		return after ? (of_after) : (of_hdr);                 \
	}

DEF_CRED(uid, hdr->uid, after->uid)
DEF_CRED(gid, hdr->gid, after->gid)
DEF_CRED(euid, hdr->euid, self->uid != after->uid ? self->uid : after->euid)
DEF_CRED(egid, hdr->egid, self->gid != after->gid ? self->gid : after->egid)
DEF_CRED(suid, self->euid, self->euid != after->euid ? self->euid : after->suid)
DEF_CRED(sgid, self->egid, self->egid != after->egid ? self->egid : after->sgid)
DEF_CRED(fsuid, self->euid, self->euid != after->euid ? self->euid : after->fsuid)
DEF_CRED(fsgid, self->egid, self->egid != after->egid ? self->egid : after->fsgid)
DEF_CRED(inheritable, 0, after->cap_inheritable)
DEF_CRED(permitted, hdr->cap_permitted,
	 self->euid != after->euid ? caps_of(self->euid) : after->cap_permitted)
DEF_CRED(effective, hdr->cap_effective,
	 self->euid != after->euid ? caps_of(self->euid) : after->cap_effective)
DEF_CRED(bset, TEXT_CAPS_ALL, after->cap_bset)
DEF_CRED(ambient, 0, after->cap_ambient)
DEF_CRED(securebits, 0, after->securebits)
DEF_CRED(user_ns, 0, after->user_ns)

/* Defaults of single types. */
static uint64_t def_creator(const void *rec, size_t base)
{
	(void)base;
	return hdr_of(rec)->parent_tgid;
}

static uint64_t def_creator_start(const void *rec, size_t base)
{
	const struct bw_fork *fork_rec = rec;

	(void)base;
	return start_of(fork_rec->creator_tgid);
}

static uint64_t def_creator_tid(const void *rec, size_t base)
{
	(void)base;
	return ((const struct bw_fork *)rec)->creator_tgid;
}

static uint64_t def_vsid(const void *rec, size_t base)
{
	(void)base;
	return hdr_of(rec)->sid;
}

static uint64_t def_vpgid(const void *rec, size_t base)
{
	(void)base;
	return hdr_of(rec)->vtgid;
}

static uint64_t def_arg_bytes(const void *rec, size_t base)
{
	const struct bw_exec *exec = rec;

	(void)base;
	return exec->argv.off ? exec->argv.len + 1U : 0;
}

static uint64_t def_env_bytes(const void *rec, size_t base)
{
	const struct bw_exec *exec = rec;

	(void)base;
	return exec->env.off ? exec->env.len + 1U : 0;
}

static uint64_t def_arg0(const void *rec, size_t base)
{
	const struct bw_hdr *hdr = hdr_of(rec);

	(void)base;
	if (hdr->call == BW_CALL_SETUID)
		return hdr->euid;
	return hdr->call == BW_CALL_SETGID ? hdr->egid : 0;
}

static uint64_t def_family(const void *rec, size_t base)
{
	const struct bw_connect *connect_rec = rec;

	(void)base;
	return connect_rec->remote.family ? connect_rec->remote.family : AF_UNIX;
}

static uint64_t protocol_of(uint16_t family, uint16_t sock_type)
{
	if (family != AF_INET && family != AF_INET6)
		return 0;
	if (sock_type == SOCK_STREAM)
		return IPPROTO_TCP;
	return sock_type == SOCK_DGRAM ? IPPROTO_UDP : 0;
}

static uint64_t def_protocol(const void *rec, size_t base)
{
	const struct bw_connect *connect_rec = rec;

	(void)base;
	return protocol_of(connect_rec->family, connect_rec->sock_type);
}

/* Defaults of struct bw_fd: a socket if there is an address, else a file if there is a path. */
static const struct bw_fd *fd_at(const void *rec, size_t base)
{
	return (const struct bw_fd *)((const char *)rec + base);
}

static uint64_t def_fd_family(const void *rec, size_t base)
{
	const struct bw_fd *fd = fd_at(rec, base);

	return fd->remote.family ? fd->remote.family : fd->local.family;
}

static uint64_t def_fd_sock_type(const void *rec, size_t base)
{
	return fd_at(rec, base)->family ? SOCK_STREAM : 0;
}

static uint64_t def_fd_protocol(const void *rec, size_t base)
{
	return protocol_of(fd_at(rec, base)->family, fd_at(rec, base)->sock_type);
}

static uint64_t def_fd_flags(const void *rec, size_t base)
{
	return fd_at(rec, base)->family ? BW_FD_SOCKET : 0;
}

static uint64_t def_fd_num(const void *rec, size_t base)
{
	const struct bw_fd *fd = fd_at(rec, base);

	return fd->family || fd->path.off ? DEFAULT_FD : UINT64_MAX;
}

/* clang-format off */
#define AT(type, member) \
	.offset = offsetof(struct type, member), .size = sizeof(((struct type *)0)->member)
#define NUM(type, member, key_, kind_) .key = (key_), .kind = (kind_), AT(type, member)
#define HDR(member, key_, kind_) NUM(bw_hdr, member, key_, kind_)
#define STR(type, member, key_) NUM(type, member, key_, TEXT_STR)
#define LIKE(type, member) .same_as = offsetof(struct type, member)
#define SYM(table) .symbols = (table)
#define END { .key = NULL }

static const struct text_field hdr_fields[] = {
	{ HDR(time_ns, "time", TEXT_TIME) },
	{ HDR(tgid, "tgid", TEXT_UINT), .value = DEFAULT_TGID },
	{ HDR(tid, "tid", TEXT_UINT), .fn = def_tgid },
	{ HDR(start_ns, "start", TEXT_TIME), .fn = def_start },
	{ HDR(parent_tgid, "parent", TEXT_UINT), .fn = def_parent },
	{ HDR(parent_start_ns, "parent_start", TEXT_TIME), .fn = def_parent_start },
	{ HDR(vtgid, "vtgid", TEXT_UINT), .fn = def_tgid },
	{ HDR(uid, "uid", TEXT_UINT) },
	{ HDR(gid, "gid", TEXT_UINT) },
	{ HDR(euid, "euid", TEXT_UINT), .fn = def_euid },
	{ HDR(egid, "egid", TEXT_UINT), .fn = def_egid },
	{ HDR(loginuid, "loginuid", TEXT_UINT), .value = UINT32_MAX },
	{ HDR(cgroup_v2, "cgroup_v2", TEXT_UINT), .value = 1 },
	{ HDR(cgroup_v1, "cgroup_v1", TEXT_UINT) },
	{ HDR(ns_differs, "ns", TEXT_FLAGS), SYM(text_namespaces) },
	{ HDR(mnt_ns, "mnt_ns", TEXT_UINT) },
	{ HDR(pid_ns, "pid_ns", TEXT_UINT) },
	{ HDR(sid, "sid", TEXT_UINT), .value = 1 },
	{ HDR(tty, "tty", TEXT_UINT) },
	{ HDR(cap_permitted, "cap_permitted", TEXT_CAPS), .fn = def_caps },
	{ HDR(cap_effective, "cap_effective", TEXT_CAPS),
	  .fn = def_cap_effective },
	{ HDR(call, "call", TEXT_NAME), SYM(text_calls), .fn = def_call },
	{ HDR(abi, "abi", TEXT_NAME), SYM(text_abis) },
	{ HDR(ret, "ret", TEXT_RET), SYM(text_errnos), .fn = def_ret },
	{ HDR(flags, "rec_flags", TEXT_FLAGS), SYM(text_record_flags), .fn = def_rec_flags },
	{ HDR(seccomp, "seccomp", TEXT_UINT) },
	{ HDR(comm, "comm", TEXT_COMM) },
	END,
};

static const struct text_field time_fields[] = {
	{ HDR(time_ns, "time", TEXT_TIME) },
	END,
};

static const struct text_field file_fields[] = {
	{ NUM(bw_file, ino, "ino", TEXT_UINT) },
	{ NUM(bw_file, ctime_ns, "ctime", TEXT_TIME) },
	{ NUM(bw_file, mtime_ns, "mtime", TEXT_TIME) },
	{ NUM(bw_file, dev, "dev", TEXT_HEX) },
	{ NUM(bw_file, mode, "mode", TEXT_OCTAL), .fn = def_file_mode },
	{ NUM(bw_file, uid, "uid", TEXT_UINT) },
	{ NUM(bw_file, gid, "gid", TEXT_UINT) },
	{ NUM(bw_file, nlink, "nlink", TEXT_UINT), .fn = def_nlink },
	{ NUM(bw_file, fs_magic, "fs", TEXT_HEX) },
	{ NUM(bw_file, flags, "flags", TEXT_FLAGS), SYM(text_file_flags) },
	{ NUM(bw_file, open_flags, "open_flags", TEXT_FLAGS), SYM(text_open_flags),
	  .fn = def_file_open_flags },
	END,
};

#define CRED_CAPS(member, key_, fn_) \
	NUM(bw_cred, member, key_, TEXT_CAPS), .fn = (fn_)

static const struct text_field cred_fields[] = {
	{ NUM(bw_cred, uid, "uid", TEXT_UINT), .fn = def_cred_uid },
	{ NUM(bw_cred, gid, "gid", TEXT_UINT), .fn = def_cred_gid },
	{ NUM(bw_cred, euid, "euid", TEXT_UINT), .fn = def_cred_euid },
	{ NUM(bw_cred, egid, "egid", TEXT_UINT), .fn = def_cred_egid },
	{ NUM(bw_cred, suid, "suid", TEXT_UINT), .fn = def_cred_suid },
	{ NUM(bw_cred, sgid, "sgid", TEXT_UINT), .fn = def_cred_sgid },
	{ NUM(bw_cred, fsuid, "fsuid", TEXT_UINT), .fn = def_cred_fsuid },
	{ NUM(bw_cred, fsgid, "fsgid", TEXT_UINT), .fn = def_cred_fsgid },
	{ CRED_CAPS(cap_inheritable, "cap_inheritable", def_cred_inheritable) },
	{ CRED_CAPS(cap_permitted, "cap_permitted", def_cred_permitted) },
	{ CRED_CAPS(cap_effective, "cap_effective", def_cred_effective) },
	{ CRED_CAPS(cap_bset, "cap_bset", def_cred_bset) },
	{ CRED_CAPS(cap_ambient, "cap_ambient", def_cred_ambient) },
	{ NUM(bw_cred, securebits, "securebits", TEXT_HEX), .fn = def_cred_securebits },
	{ NUM(bw_cred, user_ns, "user_ns", TEXT_UINT), .fn = def_cred_user_ns },
	END,
};

static const struct text_field stdio_fields[] = {
	{ NUM(bw_stdio, mode, "mode", TEXT_OCTAL), .value = S_IFCHR | STDIO_MODE },
	{ NUM(bw_stdio, family, "family", TEXT_ENUM), SYM(text_families) },
	{ NUM(bw_stdio, protocol, "protocol", TEXT_ENUM), SYM(text_protocols) },
	END,
};

static const struct text_field fork_fields[] = {
	{ NUM(bw_fork, creator_tgid, "creator", TEXT_UINT), .fn = def_creator },
	{ NUM(bw_fork, creator_start_ns, "creator_start", TEXT_TIME), .fn = def_creator_start },
	{ NUM(bw_fork, creator_tid, "creator_tid", TEXT_UINT), .fn = def_creator_tid },
	{ NUM(bw_fork, clone_flags, "clone_flags", TEXT_HEX) },
	END,
};

static const struct text_field exec_fields[] = {
	{ STR(bw_exec, path, "path") },
	{ STR(bw_exec, filename, "filename"), LIKE(bw_exec, path) },
	{ STR(bw_exec, interp, "interp") },
	{ STR(bw_exec, cwd, "cwd"), .text = "/" },
	{ NUM(bw_exec, argv, "argv", TEXT_LIST), LIKE(bw_exec, path) },
	{ NUM(bw_exec, env, "env", TEXT_LIST) },
	{ NUM(bw_exec, argv_tail, "argv_tail", TEXT_LIST) },
	{ NUM(bw_exec, env_tail, "env_tail", TEXT_LIST) },
	{ STR(bw_exec, root, "root") },
	{ NUM(bw_exec, std_local, "std_local", TEXT_ADDR) },
	{ NUM(bw_exec, std_remote, "std_remote", TEXT_ADDR) },
	{ NUM(bw_exec, pgid, "pgid", TEXT_UINT), .fn = def_tgid },
	{ NUM(bw_exec, vsid, "vsid", TEXT_UINT), .fn = def_vsid },
	{ NUM(bw_exec, vpgid, "vpgid", TEXT_UINT), .fn = def_vpgid },
	{ NUM(bw_exec, arg_bytes, "arg_bytes", TEXT_UINT), .fn = def_arg_bytes },
	{ NUM(bw_exec, env_bytes, "env_bytes", TEXT_UINT), .fn = def_env_bytes },
	{ NUM(bw_exec, secureexec, "secureexec", TEXT_UINT) },
	END,
};

static const struct text_field exec_fail_fields[] = {
	{ STR(bw_exec_fail, filename, "filename") },
	{ NUM(bw_exec_fail, argv, "argv", TEXT_LIST), LIKE(bw_exec_fail, filename) },
	{ NUM(bw_exec_fail, dirfd, "dirfd", TEXT_INT), .value = (uint64_t)AT_FDCWD },
	{ NUM(bw_exec_fail, at_flags, "at_flags", TEXT_HEX) },
	END,
};

static const struct text_field exit_fields[] = {
	{ NUM(bw_exit, code, "code", TEXT_UINT) },
	END,
};

static const struct text_field cred_change_fields[] = {
	{ NUM(bw_cred_change, args[0], "arg0", TEXT_UINT), .fn = def_arg0 },
	{ NUM(bw_cred_change, args[1], "arg1", TEXT_UINT) },
	{ NUM(bw_cred_change, args[2], "arg2", TEXT_UINT) },
	END,
};

static const struct text_field chdir_fields[] = {
	{ STR(bw_chdir, cwd, "cwd"), .text = "/" },
	END,
};

static const struct text_field cgroup_fields[] = {
	{ STR(bw_cgroup, path, "path") },
	{ NUM(bw_cgroup, id, "id", TEXT_UINT), .value = 1 },
	{ NUM(bw_cgroup, parent_id, "parent_id", TEXT_UINT), .value = 1 },
	{ NUM(bw_cgroup, hierarchy, "hierarchy", TEXT_UINT) },
	{ NUM(bw_cgroup, op, "op", TEXT_NAME), SYM(text_cgroup_ops), .value = BW_CGROUP_MKDIR },
	{ NUM(bw_cgroup, level, "level", TEXT_UINT), .value = 1 },
	END,
};

static const struct text_field open_fields[] = {
	{ STR(bw_open, path, "path") },
	{ STR(bw_open, given, "given"), LIKE(bw_open, path) },
	{ STR(bw_open, base, "base") },
	{ STR(bw_open, root, "root") },
	{ NUM(bw_open, flags, "flags", TEXT_FLAGS), SYM(text_open_flags) },
	{ NUM(bw_open, mode, "mode", TEXT_OCTAL) },
	{ NUM(bw_open, resolve, "resolve", TEXT_HEX) },
	{ NUM(bw_open, dirfd, "dirfd", TEXT_INT), .value = (uint64_t)AT_FDCWD },
	END,
};

static const struct text_field connect_fields[] = {
	{ STR(bw_connect, path, "path") },
	{ STR(bw_connect, given, "given"), LIKE(bw_connect, path) },
	{ NUM(bw_connect, local, "local", TEXT_ADDR) },
	{ NUM(bw_connect, remote, "remote", TEXT_ADDR) },
	{ NUM(bw_connect, family, "family", TEXT_ENUM), SYM(text_families), .fn = def_family },
	{ NUM(bw_connect, sock_type, "sock_type", TEXT_ENUM), SYM(text_sock_types),
	  .value = SOCK_STREAM },
	{ NUM(bw_connect, protocol, "protocol", TEXT_ENUM), SYM(text_protocols),
	  .fn = def_protocol },
	{ NUM(bw_connect, fd, "fd", TEXT_INT), .value = DEFAULT_FD },
	END,
};

static const struct text_field comm_fields[] = {
	{ NUM(bw_comm, old, "old", TEXT_COMM) },
	END,
};

/* All strings in one group: they are written in the order of their bytes. */
static const struct text_field call_fields[] = {
	{ NUM(bw_syscall, args[0], "arg0", TEXT_INT) },
	{ NUM(bw_syscall, args[1], "arg1", TEXT_INT) },
	{ NUM(bw_syscall, args[2], "arg2", TEXT_INT) },
	{ NUM(bw_syscall, args[3], "arg3", TEXT_INT) },
	{ NUM(bw_syscall, args[4], "arg4", TEXT_INT) },
	{ NUM(bw_syscall, args[5], "arg5", TEXT_INT) },
	{ NUM(bw_syscall, data_bytes, "data_bytes", TEXT_UINT) },
	{ STR(bw_syscall, fd.path, "fd.path") },
	{ STR(bw_syscall, text[0], "text0") },
	{ STR(bw_syscall, text[1], "text1") },
	{ STR(bw_syscall, text[2], "text2") },
	{ STR(bw_syscall, text[3], "text3") },
	{ STR(bw_syscall, text[4], "text4") },
	{ STR(bw_syscall, text[5], "text5") },
	{ STR(bw_syscall, base[0], "base0") },
	{ STR(bw_syscall, base[1], "base1") },
	{ STR(bw_syscall, root, "root") },
	END,
};

static const struct text_field fd_fields[] = {
	{ NUM(bw_fd, local, "local", TEXT_ADDR) },
	{ NUM(bw_fd, remote, "remote", TEXT_ADDR) },
	{ NUM(bw_fd, family, "family", TEXT_ENUM), SYM(text_families), .fn = def_fd_family },
	{ NUM(bw_fd, sock_type, "sock_type", TEXT_ENUM), SYM(text_sock_types),
	  .fn = def_fd_sock_type },
	{ NUM(bw_fd, protocol, "protocol", TEXT_ENUM), SYM(text_protocols),
	  .fn = def_fd_protocol },
	{ NUM(bw_fd, sock_state, "state", TEXT_UINT) },
	{ NUM(bw_fd, num, "num", TEXT_INT), .fn = def_fd_num },
	{ NUM(bw_fd, flags, "flags", TEXT_FLAGS), SYM(text_fd_flags), .fn = def_fd_flags },
	{ NUM(bw_fd, pidfd_tgid, "pidfd_tgid", TEXT_UINT) },
	END,
};

static const struct text_field container_fields[] = {
	{ NUM(bw_container, cgroup_v2, "cgroup_v2", TEXT_UINT) },
	{ NUM(bw_container, cgroup_v1, "cgroup_v1", TEXT_UINT) },
	{ STR(bw_container, json, "json") },
	END,
};

static const struct text_field loss_fields[] = {
	{ NUM(bw_loss, stat[BW_STAT_LIFE_SENT], "life_sent", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_LIFE_LOST], "life_lost", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_ACTIVITY_SENT], "activity_sent", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_ACTIVITY_LOST], "activity_lost", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_READ_FAILED], "read_failed", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_TRUNCATED], "truncated", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_CRED_FULL], "cred_full", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_OVERSIZE], "oversize", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_URING_FULL], "uring_full", TEXT_UINT) },
	{ NUM(bw_loss, stat[BW_STAT_SKIPPED], "skipped", TEXT_UINT) },
	END,
};

static const struct text_field domain_fields[] = {
	{ STR(bw_domain, name, "name") },
	{ NUM(bw_domain, addrs, "addrs", TEXT_LIST) },
	END,
};

static const struct text_field agent_hdr_fields[] = {
	{ HDR(time_ns, "time", TEXT_TIME) },
	{ HDR(tgid, "tgid", TEXT_UINT), .value = DEFAULT_TGID },
	END,
};

static const struct text_field agent_fields[] = {
	{ STR(bw_agent, programs, "programs") },
	{ STR(bw_agent, maps, "maps") },
	{ STR(bw_agent, links, "links") },
	END,
};

static const struct text_field finding_fields[] = {
	{ NUM(bw_finding, kind, "kind", TEXT_NAME), SYM(text_findings),
	  .value = BW_FINDING_RING_MOVED },
	{ NUM(bw_finding, count, "count", TEXT_UINT), .value = 1 },
	{ NUM(bw_finding, since_ns, "since", TEXT_TIME) },
	{ STR(bw_finding, object, "object") },
	END,
};

static const struct text_field host_fields[] = {
	{ STR(text_host, hostname, "hostname") },
	{ STR(text_host, release, "release") },
	{ STR(text_host, machine, "machine") },
	{ STR(text_host, agent_version, "agent_version") },
	{ STR(text_host, passwd, "passwd") },
	{ STR(text_host, group, "group") },
	{ NUM(text_host, epoch_offset_ns, "epoch", TEXT_TIME) },
	{ NUM(text_host, n_cpus, "n_cpus", TEXT_UINT) },
	{ NUM(text_host, cgroup_v1_hierarchy, "cgroup_v1_hierarchy", TEXT_UINT) },
	END,
};

#define HDR_GROUP { "", 0, hdr_fields }
#define EXEC_GROUPS { \
	HDR_GROUP, \
	{ "", 0, exec_fields }, \
	{ "exe.", offsetof(struct bw_exec, exe), file_fields }, \
	{ "after.", offsetof(struct bw_exec, after), cred_fields }, \
	{ "before.", offsetof(struct bw_exec, before), cred_fields }, \
	{ "stdin.", offsetof(struct bw_exec, stdio[0]), stdio_fields }, \
	{ "stdout.", offsetof(struct bw_exec, stdio[1]), stdio_fields }, \
	{ "stderr.", offsetof(struct bw_exec, stdio[2]), stdio_fields } }

/* A group's defaults depend on groups that stand before it. */
static const struct text_type types[] = {
	{ "host", BW_EVENT_NONE, sizeof(struct text_host), { { "", 0, host_fields } } },
	{ "fork", BW_EVENT_FORK, sizeof(struct bw_fork), { HDR_GROUP, { "", 0, fork_fields } } },
	{ "exec", BW_EVENT_EXEC, sizeof(struct bw_exec), EXEC_GROUPS },
	{ "exec_fail", BW_EVENT_EXEC_FAIL, sizeof(struct bw_exec_fail),
	  { HDR_GROUP, { "", 0, exec_fail_fields } } },
	{ "exit", BW_EVENT_EXIT, sizeof(struct bw_exit), { HDR_GROUP, { "", 0, exit_fields } } },
	{ "cred", BW_EVENT_CRED, sizeof(struct bw_cred_change),
	  { HDR_GROUP, { "", 0, cred_change_fields },
	    { "after.", offsetof(struct bw_cred_change, after), cred_fields },
	    { "before.", offsetof(struct bw_cred_change, before), cred_fields } } },
	{ "chdir", BW_EVENT_CHDIR, sizeof(struct bw_chdir),
	  { HDR_GROUP, { "", 0, chdir_fields } } },
	{ "cgroup", BW_EVENT_CGROUP, sizeof(struct bw_cgroup),
	  { HDR_GROUP, { "", 0, cgroup_fields } } },
	{ "open", BW_EVENT_OPEN, sizeof(struct bw_open),
	  { HDR_GROUP, { "", 0, open_fields },
	    { "file.", offsetof(struct bw_open, file), file_fields } } },
	{ "connect", BW_EVENT_CONNECT, sizeof(struct bw_connect),
	  { HDR_GROUP, { "", 0, connect_fields } } },
	{ "comm", BW_EVENT_COMM, sizeof(struct bw_comm), { HDR_GROUP, { "", 0, comm_fields } } },
	{ "call", BW_EVENT_CALL, sizeof(struct bw_syscall),
	  { HDR_GROUP, { "", 0, call_fields },
	    { "fd.", offsetof(struct bw_syscall, fd), fd_fields },
	    { "fd.file.", offsetof(struct bw_syscall, fd.file), file_fields } } },
	{ "proc", BW_EVENT_PROC, sizeof(struct bw_exec), EXEC_GROUPS },
	{ "container", BW_EVENT_CONTAINER, sizeof(struct bw_container),
	  { { "", 0, time_fields }, { "", 0, container_fields } } },
	{ "loss", BW_EVENT_LOSS, sizeof(struct bw_loss),
	  { { "", 0, time_fields }, { "", 0, loss_fields } } },
	{ "domain", BW_EVENT_DOMAIN, sizeof(struct bw_domain),
	  { { "", 0, time_fields }, { "", 0, domain_fields } } },
	{ "agent", BW_EVENT_AGENT, sizeof(struct bw_agent),
	  { { "", 0, agent_hdr_fields }, { "", 0, agent_fields } } },
	{ "finding", BW_EVENT_FINDING, sizeof(struct bw_finding),
	  { { "", 0, agent_hdr_fields }, { "", 0, finding_fields } } },
};
/* clang-format on */

#define N_TYPES (sizeof(types) / sizeof(types[0]))

const struct text_type *text_find_type(const char *name, size_t len)
{
	for (size_t i = 0; i < N_TYPES; i++) {
		if (strlen(types[i].name) == len && !memcmp(types[i].name, name, len))
			return &types[i];
	}
	return NULL;
}

void text_add_type_names(struct buf *buf)
{
	for (size_t i = 0; i < N_TYPES; i++)
		buf_printf(buf, " %s", types[i].name);
}

const struct text_type *text_type_of(uint16_t type)
{
	for (size_t i = 0; i < N_TYPES; i++) {
		if (types[i].type == type)
			return &types[i];
	}
	return NULL;
}

uint64_t text_load(const void *at, const struct text_field *field)
{
	bool is_signed = field->kind == TEXT_INT || field->kind == TEXT_RET;
	uint16_t half;
	uint32_t word;
	uint64_t value;

	switch (field->size) {
	case sizeof(half):
		memcpy(&half, at, sizeof(half));
		return half;
	case sizeof(word):
		memcpy(&word, at, sizeof(word));
		return is_signed ? (uint64_t)(int32_t)word : word;
	default:
		memcpy(&value, at, sizeof(value));
		return value;
	}
}

void text_store(void *at, const struct text_field *field, uint64_t value)
{
	uint16_t half = (uint16_t)value;
	uint32_t word = (uint32_t)value;

	switch (field->size) {
	case sizeof(half):
		memcpy(at, &half, sizeof(half));
		break;
	case sizeof(word):
		memcpy(at, &word, sizeof(word));
		break;
	default:
		memcpy(at, &value, sizeof(value));
	}
}

uint64_t text_default(const void *rec, size_t base, const struct text_field *field)
{
	return field->fn ? field->fn(rec, base) : field->value;
}

void text_default_comm(const void *rec, char *out)
{
	const struct bw_exec *exec = rec;
	const char *name = DEFAULT_COMM;
	const char *slash;

	if (exec->hdr.type == BW_EVENT_EXEC || exec->hdr.type == BW_EVENT_PROC) {
		name = exec->path.off ? (const char *)rec + exec->path.off : "";
		slash = strrchr(name, '/');
		name = slash ? slash + 1 : name;
	}
	memset(out, 0, BW_COMM_LEN);
	memcpy(out, name, strnlen(name, BW_COMM_LEN - 1));
}
