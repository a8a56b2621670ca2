// SPDX-License-Identifier: Apache-2.0
/* Arguments of exec, fork and exit: what the process is. */
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include "fields/args_impl.h"
#include "fields/image.h"
#include "fields/names.h"
#include "fields/symbols.h"

static const struct bw_hdr *hdr(const struct event_view *view)
{
	return view->rec->hdr;
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
	*out = image_argv(view, view->proc);
	return true;
}

static bool get_exe(const struct event_view *view, struct arg_value *out)
{
	struct record_str argv;

	return argv_of(view, &argv) && arg_string(out, argv.s);
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
	env = image_env(view, view->proc);
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

static bool get_vpid(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_SIGNED, hdr(view)->vtgid, arg_pid_name(view, hdr(view)->vtgid));
}

static bool get_cwd(const struct event_view *view, struct arg_value *out)
{
	return arg_string(out, view->proc->cwd ? view->proc->cwd : "");
}

static bool get_comm(const struct event_view *view, struct arg_value *out)
{
	return arg_string(out, view->proc->comm);
}

static bool get_tty(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_UNSIGNED, hdr(view)->tty, NULL);
}

static bool get_vpgid(const struct event_view *view, struct arg_value *out)
{
	return exec_of(view) && arg_number(out, ARG_SIGNED, exec_of(view)->vpgid,
					   arg_pid_name(view, exec_of(view)->vpgid));
}

static bool get_pgid(const struct event_view *view, struct arg_value *out)
{
	return exec_of(view) && arg_number(out, ARG_SIGNED, exec_of(view)->pgid,
					   arg_pid_name(view, exec_of(view)->pgid));
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

static bool get_clone_flags(const struct event_view *view, struct arg_value *out)
{
	const uint64_t flags = view->rec->fork->clone_flags;

	return arg_number(out, ARG_UNSIGNED, (int64_t)symbols_flags_number(symbols_clone, flags),
			  symbols_flags(view->scratch, symbols_clone, flags));
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

static const struct arg exec_args[] = {
	ARG("res", arg_res),
	ARG("exe", get_exe),
	ARG("args", get_argv),
	ARG("tid", get_tid),
	ARG("pid", get_pid),
	ARG("ptid", get_ptid),
	ARG("cwd", get_cwd),
	ARG("fdlimit", NULL),
	ARG("pgft_maj", NULL),
	ARG("pgft_min", NULL),
	ARG("vm_size", NULL),
	ARG("vm_rss", NULL),
	ARG("vm_swap", NULL),
	ARG("comm", get_comm),
	ARG("cgroups", NULL),
	ARG("env", get_env),
	ARG("tty", get_tty),
	ARG("vpgid", get_vpgid),
	ARG("loginuid", get_loginuid),
	ARG("flags", get_exec_flags),
	ARG("cap_inheritable", arg_cap_inheritable),
	ARG("cap_permitted", arg_cap_permitted),
	ARG("cap_effective", arg_cap_effective),
	ARG("exe_ino", get_exe_ino),
	ARG("exe_ino_ctime", get_exe_ctime),
	ARG("exe_ino_mtime", get_exe_mtime),
	ARG("uid", get_euid),
	ARG("trusted_exepath", get_exepath),
	ARG("pgid", get_pgid),
	ARG("gid", get_egid),
	ARG("filename", get_exec_filename),
};

static const struct arg fork_args[] = {
	ARG("res", arg_res),           ARG("exe", get_exe),   ARG("args", get_argv),
	ARG("tid", get_tid),           ARG("pid", get_pid),   ARG("ptid", get_ptid),
	ARG("cwd", get_cwd),           ARG("fdlimit", NULL),  ARG("pgft_maj", NULL),
	ARG("pgft_min", NULL),         ARG("vm_size", NULL),  ARG("vm_rss", NULL),
	ARG("vm_swap", NULL),          ARG("comm", get_comm), ARG("cgroups", NULL),
	ARG("flags", get_clone_flags), ARG("uid", get_euid),  ARG("gid", get_egid),
	ARG("vtid", get_vpid),         ARG("vpid", get_vpid), ARG("pidns_init_start_ts", NULL),
};

static const struct arg exit_args[] = {
	ARG("status", get_exit_status), ARG("ret", get_exit_ret), ARG("sig", get_exit_sig),
	ARG("core", get_exit_core),     ARG("reaper_tid", NULL),
};

struct arg_list args_exec_list(uint16_t type)
{
	static const struct arg_list lists[BW_EVENT_MAX] = {
		[BW_EVENT_FORK] = ARG_LIST(fork_args),
		[BW_EVENT_EXEC] = ARG_LIST(exec_args),
		[BW_EVENT_EXEC_FAIL] = ARG_LIST(exec_args),
		[BW_EVENT_EXIT] = ARG_LIST(exit_args),
	};

	return lists[type];
}
