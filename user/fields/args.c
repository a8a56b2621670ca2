// SPDX-License-Identifier: Apache-2.0
#include "fields/args.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/wait.h>

#include "fields/family.h"
#include "fields/names.h"
#include "fields/users.h"

#define PID_ANCESTORS_MAX 16

static const struct bw_hdr *hdr(const struct event_view *view)
{
	return view->rec->hdr;
}

static bool arg_number(struct arg_value *out, enum arg_form form, int64_t n, const char *resolved)
{
	out->form = form;
	out->n = n;
	out->resolved = resolved;
	return true;
}

static bool arg_text(struct arg_value *out, struct record_str text, const char *resolved)
{
	out->form = ARG_TEXT;
	out->text = text.s;
	out->len = text.len;
	out->resolved = resolved;
	return true;
}

static bool arg_bytes(struct arg_value *out, struct record_str text)
{
	arg_text(out, text, NULL);
	out->form = ARG_BYTES;
	return true;
}

static struct record_str from_text(const char *s)
{
	struct record_str text = { s, (uint32_t)strlen(s) };

	return text;
}

/* There, but with nothing in it: Falco's text for that is NULL. */
static bool arg_empty(struct arg_value *out)
{
	return arg_bytes(out, from_text(""));
}

static const char *error_name(int64_t ret)
{
	return ret < 0 && ret > -4096 ? names_errno((int)-ret) : NULL;
}

static bool get_res(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_SIGNED, hdr(view)->ret, error_name(hdr(view)->ret));
}

/* The process' exec; NULL if none was seen. */
static const struct bw_exec *exec_of(const struct event_view *view)
{
	return view->proc->image ? view->proc->image->rec.exec : NULL;
}

static bool argv_of(const struct event_view *view, struct record_str *out)
{
	if (hdr(view)->type == BW_EVENT_EXEC_FAIL) {
		*out = record_str(view->rec, view->rec->exec_fail->argv);
		return true;
	}
	if (!exec_of(view))
		return false;
	*out = record_str(&view->proc->image->rec, exec_of(view)->argv);
	return true;
}

static bool get_exe(const struct event_view *view, struct arg_value *out)
{
	struct record_str argv;

	return argv_of(view, &argv) && arg_text(out, from_text(argv.s), NULL);
}

/* All but the first, each with the NUL behind it. */
static bool get_argv(const struct event_view *view, struct arg_value *out)
{
	struct record_str argv;
	uint32_t start;

	if (!argv_of(view, &argv))
		return false;
	start = (uint32_t)strlen(argv.s);
	if (start == argv.len)
		return arg_empty(out);
	argv.s += start + 1;
	argv.len -= start;
	return arg_bytes(out, argv);
}

static bool get_env(const struct event_view *view, struct arg_value *out)
{
	struct record_str env;

	if (!exec_of(view))
		return false;
	env = record_str(&view->proc->image->rec, exec_of(view)->env);
	if (env.len == 0)
		return false;
	env.len++;
	return arg_bytes(out, env);
}

static bool get_tid(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_SIGNED, hdr(view)->tid, view->proc->comm);
}

static bool get_pid(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_SIGNED, hdr(view)->tgid, view->proc->comm);
}

static bool get_ptid(const struct event_view *view, struct arg_value *out)
{
	const struct proc *parent = proc_ancestor(view->proc, 1);
	bool is_same = parent && parent->tgid == hdr(view)->parent_tgid;

	return arg_number(out, ARG_SIGNED, hdr(view)->parent_tgid, is_same ? parent->comm : NULL);
}

/* Falco looks up all pids as those of the host; NULL: neither the process nor an ancestor. */
static const char *pid_name(const struct event_view *view, uint32_t pid)
{
	for (unsigned int i = 0; i <= PID_ANCESTORS_MAX; i++) {
		const struct proc *proc = proc_ancestor(view->proc, i);

		if (!proc)
			break;
		if (proc->tgid == pid)
			return proc->comm;
	}
	return NULL;
}

static bool get_vpid(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_SIGNED, hdr(view)->vtgid, pid_name(view, hdr(view)->vtgid));
}

static bool get_cwd(const struct event_view *view, struct arg_value *out)
{
	return arg_text(out, from_text(view->proc->cwd ? view->proc->cwd : ""), NULL);
}

static bool get_comm(const struct event_view *view, struct arg_value *out)
{
	return arg_text(out, from_text(view->proc->comm), NULL);
}

static bool get_tty(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_UNSIGNED, hdr(view)->tty, NULL);
}

static bool get_vpgid(const struct event_view *view, struct arg_value *out)
{
	return exec_of(view) && arg_number(out, ARG_SIGNED, exec_of(view)->vpgid,
					   pid_name(view, exec_of(view)->vpgid));
}

static bool get_pgid(const struct event_view *view, struct arg_value *out)
{
	return exec_of(view) && arg_number(out, ARG_SIGNED, exec_of(view)->pgid,
					   pid_name(view, exec_of(view)->pgid));
}

static bool arg_user(const struct event_view *view, struct arg_value *out, uint32_t uid)
{
	if (uid == UINT32_MAX)
		return arg_number(out, ARG_SIGNED, -1, "<NONE>");
	return arg_number(out, ARG_UNSIGNED, uid, users_name(view, uid));
}

static bool arg_group(const struct event_view *view, struct arg_value *out, uint32_t gid)
{
	const char *name = users_group(view, gid);

	if (gid == UINT32_MAX)
		return arg_number(out, ARG_SIGNED, -1, "<NONE>");
	if (!name)
		name = gid == 0 ? "root" : "<NA>";
	return arg_number(out, ARG_UNSIGNED, gid, name);
}

static bool get_loginuid(const struct event_view *view, struct arg_value *out)
{
	return arg_user(view, out, hdr(view)->loginuid);
}

static bool get_euid(const struct event_view *view, struct arg_value *out)
{
	return arg_user(view, out, hdr(view)->euid);
}

static bool get_egid(const struct event_view *view, struct arg_value *out)
{
	return arg_group(view, out, hdr(view)->egid);
}

static bool get_exec_flags(const struct event_view *view, struct arg_value *out)
{
	/* In Falco's order and numbers. */
	static const struct {
		uint32_t flag;
		uint32_t bit;
		const char *name;
	} names[] = {
		{ BW_FILE_WRITABLE, 1, "EXE_WRITABLE" },
		{ BW_FILE_UPPER, 2, "EXE_UPPER_LAYER" },
		{ BW_FILE_MEMFD, 4, "EXE_FROM_MEMFD" },
		{ BW_FILE_LOWER, 8, "EXE_LOWER_LAYER" },
	};
	const struct bw_exec *exec = exec_of(view);
	char text[80] = "";
	size_t len = 0;
	int64_t bits = 0;

	if (!exec)
		return false;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(exec->exe.flags & names[i].flag))
			continue;
		bits |= names[i].bit;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? "|" : "",
					names[i].name);
	}
	return arg_number(out, ARG_UNSIGNED, bits, arena_strdup(view->scratch, text));
}

static bool arg_caps(const struct event_view *view, struct arg_value *out, uint64_t caps)
{
	return arg_number(out, ARG_HEX, (int64_t)caps, names_caps(view->scratch, caps));
}

static bool get_cap_permitted(const struct event_view *view, struct arg_value *out)
{
	return arg_caps(view, out, hdr(view)->cap_permitted);
}

static bool get_cap_effective(const struct event_view *view, struct arg_value *out)
{
	return arg_caps(view, out, hdr(view)->cap_effective);
}

static bool get_cap_inheritable(const struct event_view *view, struct arg_value *out)
{
	if (hdr(view)->type == BW_EVENT_CRED)
		return arg_caps(view, out, view->rec->cred->after.cap_inheritable);
	return exec_of(view) && arg_caps(view, out, exec_of(view)->after.cap_inheritable);
}

static bool get_exe_ino(const struct event_view *view, struct arg_value *out)
{
	return exec_of(view) &&
	       arg_number(out, ARG_UNSIGNED, (int64_t)exec_of(view)->exe.ino, NULL);
}

static bool get_exe_ctime(const struct event_view *view, struct arg_value *out)
{
	return exec_of(view) &&
	       arg_number(out, ARG_UNSIGNED, (int64_t)exec_of(view)->exe.ctime_ns, NULL);
}

static bool get_exe_mtime(const struct event_view *view, struct arg_value *out)
{
	return exec_of(view) &&
	       arg_number(out, ARG_UNSIGNED, (int64_t)exec_of(view)->exe.mtime_ns, NULL);
}

static bool get_exepath(const struct event_view *view, struct arg_value *out)
{
	return exec_of(view) &&
	       arg_text(out, record_str(&view->proc->image->rec, exec_of(view)->path), NULL);
}

/* Of a failed execveat the directory is not known: the name stays as it was given. */
static bool get_exec_filename(const struct event_view *view, struct arg_value *out)
{
	const char *base = view->proc->cwd ? view->proc->cwd : "";
	struct record_str given;

	if (hdr(view)->type == BW_EVENT_EXEC_FAIL) {
		given = record_str(view->rec, view->rec->exec_fail->filename);
		base = view->rec->exec_fail->dirfd == AT_FDCWD ? base : "";
	} else if (hdr(view)->type == BW_EVENT_EXEC) {
		given = record_str(view->rec, view->rec->exec->filename);
	} else {
		return false;
	}
	return arg_text(out, given, names_path(view->scratch, base, given.s));
}

static bool get_open_fd(const struct event_view *view, struct arg_value *out)
{
	const struct bw_open *open = view->rec->open;
	const char *type = "<f>";

	if (hdr(view)->ret < 0)
		return get_res(view, out);
	if (open->file.flags & BW_FILE_MEMFD)
		type = "<m>";
	else if ((open->file.mode & 0170000) == 0040000)
		type = "<d>";
	return arg_number(out, ARG_SIGNED, hdr(view)->ret,
			  names_concat(view->scratch, type, record_str(view->rec, open->path).s,
				       ""));
}

static bool get_open_dirfd(const struct event_view *view, struct arg_value *out)
{
	int32_t dirfd = view->rec->open->dirfd;

	return arg_number(out, ARG_SIGNED, dirfd, dirfd == AT_FDCWD ? "AT_FDCWD" : NULL);
}

/* Where the directory is not in the record, it is the kernel's path. */
const char *args_open_path(const struct event_view *view)
{
	const struct bw_open *open = view->rec->open;
	const char *given = record_str(view->rec, open->given).s;
	const char *path = record_str(view->rec, open->path).s;

	if (given[0] != '/' && hdr(view)->ret >= 0)
		return path[0] ? path : NULL;
	return given[0] ? names_path(view->scratch, record_str(view->rec, open->base).s, given) :
			  NULL;
}

static bool get_open_name(const struct event_view *view, struct arg_value *out)
{
	return arg_text(out, record_str(view->rec, view->rec->open->given), args_open_path(view));
}

static bool get_open_path(const struct event_view *view, struct arg_value *out)
{
	return hdr(view)->ret >= 0 &&
	       arg_text(out, record_str(view->rec, view->rec->open->path), NULL);
}

static bool get_open_flags(const struct event_view *view, struct arg_value *out)
{
	uint32_t bits = names_open_bits(view);

	return arg_number(out, ARG_UNSIGNED, bits, names_open_flags(view->scratch, bits));
}

static bool get_open_mode(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_OCTAL, view->rec->open->mode, NULL);
}

static bool get_open_resolve(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_UNSIGNED, view->rec->open->resolve, NULL);
}

/* 0, not missing, when there is no file. */
static bool get_open_dev(const struct event_view *view, struct arg_value *out)
{
	uint32_t dev = hdr(view)->ret >= 0 ? view->rec->open->file.dev : 0;

	return arg_number(out, ARG_HEX, dev, NULL);
}

static bool get_open_ino(const struct event_view *view, struct arg_value *out)
{
	uint64_t ino = hdr(view)->ret >= 0 ? view->rec->open->file.ino : 0;

	return arg_number(out, ARG_UNSIGNED, (int64_t)ino, NULL);
}

/* Path of a unix socket as the kernel has it, else as given. */
static const char *unix_path(const struct event_view *view)
{
	const char *path = record_str(view->rec, view->rec->connect->path).s;

	return path[0] ? path : record_str(view->rec, view->rec->connect->given).s;
}

static const char *connect_tuple(const struct event_view *view)
{
	const struct bw_connect *connect = view->rec->connect;

	if (connect->family == AF_UNIX)
		return names_concat(view->scratch, "->", unix_path(view), "");
	return names_tuple(view->scratch, &connect->local, &connect->remote);
}

static bool get_connect_tuple(const struct event_view *view, struct arg_value *out)
{
	const char *tuple = connect_tuple(view);

	return tuple ? arg_text(out, from_text(tuple), NULL) : arg_empty(out);
}

static bool get_connect_fd(const struct event_view *view, struct arg_value *out)
{
	const struct bw_connect *connect = view->rec->connect;
	const char *tuple = connect_tuple(view);
	const char *type = "<4";
	struct value_ip ip;

	if (connect->family == AF_UNIX)
		type = "<u>";
	else if (!names_address(&connect->remote, &ip))
		return arg_number(out, ARG_SIGNED, connect->fd, NULL);
	else if (ip.family == AF_INET6)
		type = connect->sock_type == SOCK_DGRAM ? "<6u>" : "<6t>";
	else
		type = connect->sock_type == SOCK_DGRAM ? "<4u>" : "<4t>";
	return arg_number(out, ARG_SIGNED, connect->fd,
			  names_concat(view->scratch, type, tuple ? tuple : "", ""));
}

static bool get_connect_addr(const struct event_view *view, struct arg_value *out)
{
	const struct bw_addr none = { 0 };
	const char *text;

	if (view->rec->connect->family == AF_UNIX)
		return arg_text(out, from_text(unix_path(view)), NULL);
	text = names_tuple(view->scratch, &none, &view->rec->connect->remote);
	text = text ? strstr(text, "->") : NULL;
	return text ? arg_text(out, from_text(text + strlen("->")), NULL) : arg_empty(out);
}

static bool get_exit_status(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_SIGNED, view->rec->exit->code, NULL);
}

static bool get_exit_ret(const struct event_view *view, struct arg_value *out)
{
	int code = (int)view->rec->exit->code;

	return arg_number(out, ARG_SIGNED, WIFEXITED(code) ? WEXITSTATUS(code) : 0, NULL);
}

static bool get_exit_sig(const struct event_view *view, struct arg_value *out)
{
	int code = (int)view->rec->exit->code;
	int sig = WIFSIGNALED(code) ? WTERMSIG(code) : 0;
	const char *name = sig ? sigabbrev_np(sig) : NULL;

	return arg_number(out, ARG_SIGNED, sig,
			  name ? names_concat(view->scratch, "SIG", name, "") : NULL);
}

static bool get_exit_core(const struct event_view *view, struct arg_value *out)
{
	int code = (int)view->rec->exit->code;

	return arg_number(out, ARG_UNSIGNED, WIFSIGNALED(code) && WCOREDUMP(code), NULL);
}

static bool get_cred_user0(const struct event_view *view, struct arg_value *out)
{
	return arg_user(view, out, view->rec->cred->args[0]);
}

static bool get_cred_user1(const struct event_view *view, struct arg_value *out)
{
	return arg_user(view, out, view->rec->cred->args[1]);
}

static bool get_cred_user2(const struct event_view *view, struct arg_value *out)
{
	return arg_user(view, out, view->rec->cred->args[2]);
}

static bool get_cred_group0(const struct event_view *view, struct arg_value *out)
{
	return arg_group(view, out, view->rec->cred->args[0]);
}

static bool get_cred_group1(const struct event_view *view, struct arg_value *out)
{
	return arg_group(view, out, view->rec->cred->args[1]);
}

static bool get_cred_group2(const struct event_view *view, struct arg_value *out)
{
	return arg_group(view, out, view->rec->cred->args[2]);
}

static bool get_cred_size(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_UNSIGNED, view->rec->cred->args[0], NULL);
}

static bool get_chdir_path(const struct event_view *view, struct arg_value *out)
{
	return arg_text(out, record_str(view->rec, view->rec->chdir->cwd), NULL);
}

static const struct arg exec_args[] = {
	{ "res", get_res },
	{ "exe", get_exe },
	{ "args", get_argv },
	{ "tid", get_tid },
	{ "pid", get_pid },
	{ "ptid", get_ptid },
	{ "cwd", get_cwd },
	{ "fdlimit", NULL },
	{ "pgft_maj", NULL },
	{ "pgft_min", NULL },
	{ "vm_size", NULL },
	{ "vm_rss", NULL },
	{ "vm_swap", NULL },
	{ "comm", get_comm },
	{ "cgroups", NULL },
	{ "env", get_env },
	{ "tty", get_tty },
	{ "vpgid", get_vpgid },
	{ "loginuid", get_loginuid },
	{ "flags", get_exec_flags },
	{ "cap_inheritable", get_cap_inheritable },
	{ "cap_permitted", get_cap_permitted },
	{ "cap_effective", get_cap_effective },
	{ "exe_ino", get_exe_ino },
	{ "exe_ino_ctime", get_exe_ctime },
	{ "exe_ino_mtime", get_exe_mtime },
	{ "uid", get_euid },
	{ "trusted_exepath", get_exepath },
	{ "pgid", get_pgid },
	{ "gid", get_egid },
	{ "filename", get_exec_filename },
};

static const struct arg fork_args[] = {
	{ "res", get_res },   { "exe", get_exe },   { "args", get_argv },
	{ "tid", get_tid },   { "pid", get_pid },   { "ptid", get_ptid },
	{ "cwd", get_cwd },   { "fdlimit", NULL },  { "pgft_maj", NULL },
	{ "pgft_min", NULL }, { "vm_size", NULL },  { "vm_rss", NULL },
	{ "vm_swap", NULL },  { "comm", get_comm }, { "cgroups", NULL },
	{ "flags", NULL },    { "uid", get_euid },  { "gid", get_egid },
	{ "vtid", get_vpid }, { "vpid", get_vpid }, { "pidns_init_start_ts", NULL },
};

static const struct arg exit_args[] = {
	{ "status", get_exit_status }, { "ret", get_exit_ret }, { "sig", get_exit_sig },
	{ "core", get_exit_core },     { "reaper_tid", NULL },
};

static const struct arg open_args[] = {
	{ "fd", get_open_fd },     { "name", get_open_name }, { "flags", get_open_flags },
	{ "mode", get_open_mode }, { "dev", get_open_dev },   { "ino", get_open_ino },
};

static const struct arg openat_args[] = {
	{ "fd", get_open_fd },       { "dirfd", get_open_dirfd }, { "name", get_open_name },
	{ "flags", get_open_flags }, { "mode", get_open_mode },   { "dev", get_open_dev },
	{ "ino", get_open_ino },
};

static const struct arg openat2_args[] = {
	{ "fd", get_open_fd },       { "dirfd", get_open_dirfd }, { "name", get_open_name },
	{ "flags", get_open_flags }, { "mode", get_open_mode },   { "resolve", get_open_resolve },
	{ "dev", get_open_dev },     { "ino", get_open_ino },
};

static const struct arg creat_args[] = {
	{ "fd", get_open_fd },   { "name", get_open_name }, { "mode", get_open_mode },
	{ "dev", get_open_dev }, { "ino", get_open_ino },   { "creat_flags", NULL },
};

static const struct arg handle_args[] = {
	{ "fd", get_open_fd },     { "mountfd", get_open_dirfd }, { "flags", get_open_flags },
	{ "path", get_open_path }, { "dev", get_open_dev },       { "ino", get_open_ino },
};

static const struct arg connect_args[] = {
	{ "res", get_res },
	{ "tuple", get_connect_tuple },
	{ "fd", get_connect_fd },
	{ "addr", get_connect_addr },
};

static const struct arg setuid_args[] = { { "res", get_res }, { "uid", get_cred_user0 } };
static const struct arg setgid_args[] = { { "res", get_res }, { "gid", get_cred_group0 } };
static const struct arg setgroups_args[] = { { "res", get_res }, { "size", get_cred_size } };

static const struct arg setresuid_args[] = {
	{ "res", get_res },
	{ "ruid", get_cred_user0 },
	{ "euid", get_cred_user1 },
	{ "suid", get_cred_user2 },
};

static const struct arg setresgid_args[] = {
	{ "res", get_res },
	{ "rgid", get_cred_group0 },
	{ "egid", get_cred_group1 },
	{ "sgid", get_cred_group2 },
};

static const struct arg capset_args[] = {
	{ "res", get_res },
	{ "cap_inheritable", get_cap_inheritable },
	{ "cap_permitted", get_cap_permitted },
	{ "cap_effective", get_cap_effective },
};

static const struct arg chdir_args[] = { { "res", get_res }, { "path", get_chdir_path } };
static const struct arg fchdir_args[] = { { "res", get_res }, { "fd", NULL } };

#define ARGS(table)                                       \
	{                                                 \
		(table), sizeof(table) / sizeof(*(table)) \
	}

struct arg_list {
	const struct arg *args;
	size_t n;
};

/* What an event of the type has unless its call has a list of its own. */
static const struct arg_list type_args[BW_EVENT_MAX] = {
	[BW_EVENT_FORK] = ARGS(fork_args),       [BW_EVENT_EXEC] = ARGS(exec_args),
	[BW_EVENT_EXEC_FAIL] = ARGS(exec_args),  [BW_EVENT_EXIT] = ARGS(exit_args),
	[BW_EVENT_CHDIR] = ARGS(chdir_args),     [BW_EVENT_OPEN] = ARGS(openat_args),
	[BW_EVENT_CONNECT] = ARGS(connect_args),
};

static const struct arg_list open_call_args[BW_CALL_MAX] = {
	[BW_CALL_OPEN] = ARGS(open_args),
	[BW_CALL_OPENAT2] = ARGS(openat2_args),
	[BW_CALL_CREAT] = ARGS(creat_args),
	[BW_CALL_OPEN_BY_HANDLE_AT] = ARGS(handle_args),
};

/* setreuid and setregid have the first three of setresuid's and setresgid's. */
static const struct arg_list cred_call_args[BW_CALL_MAX] = {
	[BW_CALL_SETUID] = ARGS(setuid_args),       [BW_CALL_SETGID] = ARGS(setgid_args),
	[BW_CALL_SETREUID] = { setresuid_args, 3 }, [BW_CALL_SETREGID] = { setresgid_args, 3 },
	[BW_CALL_SETRESUID] = ARGS(setresuid_args), [BW_CALL_SETRESGID] = ARGS(setresgid_args),
	[BW_CALL_SETFSUID] = ARGS(setuid_args),     [BW_CALL_SETFSGID] = ARGS(setgid_args),
	[BW_CALL_SETGROUPS] = ARGS(setgroups_args), [BW_CALL_CAPSET] = ARGS(capset_args),
};

/* The type of record that each call gives. */
static const uint16_t call_types[BW_CALL_MAX] = {
	[BW_CALL_FORK] = BW_EVENT_FORK,       [BW_CALL_VFORK] = BW_EVENT_FORK,
	[BW_CALL_CLONE] = BW_EVENT_FORK,      [BW_CALL_CLONE3] = BW_EVENT_FORK,
	[BW_CALL_EXECVE] = BW_EVENT_EXEC,     [BW_CALL_EXECVEAT] = BW_EVENT_EXEC,
	[BW_CALL_EXIT] = BW_EVENT_EXIT,       [BW_CALL_OPEN] = BW_EVENT_OPEN,
	[BW_CALL_OPENAT] = BW_EVENT_OPEN,     [BW_CALL_OPENAT2] = BW_EVENT_OPEN,
	[BW_CALL_CREAT] = BW_EVENT_OPEN,      [BW_CALL_OPEN_BY_HANDLE_AT] = BW_EVENT_OPEN,
	[BW_CALL_CONNECT] = BW_EVENT_CONNECT, [BW_CALL_SETUID] = BW_EVENT_CRED,
	[BW_CALL_SETGID] = BW_EVENT_CRED,     [BW_CALL_SETREUID] = BW_EVENT_CRED,
	[BW_CALL_SETREGID] = BW_EVENT_CRED,   [BW_CALL_SETRESUID] = BW_EVENT_CRED,
	[BW_CALL_SETRESGID] = BW_EVENT_CRED,  [BW_CALL_SETFSUID] = BW_EVENT_CRED,
	[BW_CALL_SETFSGID] = BW_EVENT_CRED,   [BW_CALL_SETGROUPS] = BW_EVENT_CRED,
	[BW_CALL_CAPSET] = BW_EVENT_CRED,     [BW_CALL_CHDIR] = BW_EVENT_CHDIR,
	[BW_CALL_FCHDIR] = BW_EVENT_CHDIR,
};

static struct arg_list list_of(uint16_t type, uint16_t call)
{
	struct arg_list list = { NULL, 0 };

	if (call < BW_CALL_MAX && type == BW_EVENT_OPEN)
		list = open_call_args[call];
	else if (call < BW_CALL_MAX && type == BW_EVENT_CRED)
		list = cred_call_args[call];
	else if (type == BW_EVENT_CHDIR && call == BW_CALL_FCHDIR)
		list = (struct arg_list)ARGS(fchdir_args);
	if (!list.args && type < BW_EVENT_MAX)
		list = type_args[type];
	return list;
}

const struct arg *args_of(const struct event_view *view, size_t *ret_n)
{
	struct arg_list list = list_of(hdr(view)->type, hdr(view)->call);

	*ret_n = list.n;
	return list.args;
}

const struct arg *args_of_call(uint16_t call, size_t *ret_n)
{
	struct arg_list list = { NULL, 0 };

	if (call < BW_CALL_MAX)
		list = list_of(call_types[call], call);
	*ret_n = list.n;
	return list.args;
}
