// SPDX-License-Identifier: Apache-2.0
/* The process, its ancestors, its session and group. */
#include <stdio.h>

#include "fields/family.h"
#include "fields/image.h"
#include "fields/names.h"

/* The chain is walked no further: a cut in the table could make it long. */
#define ANCESTORS_MAX 64

/* What a field tells of one process: the event's own, its parent's, an ancestor's. */
typedef bool proc_get_fn(const struct event_view *view, const struct proc *proc, struct value *out);

static const struct bw_exec *exec_of(const struct proc *proc)
{
	return proc->image ? proc->image->rec.exec : NULL;
}

/* Where the arguments behind argv[0] begin; at the end if there are none. */
static size_t args_start(const struct record_str *argv)
{
	size_t len = strlen(argv->s);

	return len < argv->len ? len + 1 : argv->len;
}

/* `head`, then argv from `start` on with a blank for each NUL. */
static bool value_joined(const struct event_view *view, struct value *out, const char *head,
			 const struct record_str *argv)
{
	size_t start = args_start(argv);
	bool has_args = strlen(argv->s) < argv->len;
	size_t head_len = strlen(head);
	bool has_blank = head_len > 0 && has_args;
	size_t len = head_len + has_blank + (argv->len - start);
	char *text = arena_alloc(view->scratch, len + 1);
	char *end = text;

	if (!text)
		return false;
	end = stpcpy(end, head);
	if (has_blank)
		*end++ = ' ';
	for (size_t i = start; i < argv->len; i++)
		*end++ = argv->s[i] ? argv->s[i] : ' ';
	return value_strn(out, text, len);
}

static bool proc_exe(const struct event_view *view, const struct proc *proc, struct value *out)
{
	return value_str(out, image_argv(view, proc).s);
}

bool proc_exepath(const struct event_view *view, const struct proc *proc, struct value *out)
{
	const struct bw_exec *exec = exec_of(proc);

	(void)view;
	return value_str(out, exec ? record_str(&proc->image->rec, exec->path).s : "");
}

bool proc_name(const struct event_view *view, const struct proc *proc, struct value *out)
{
	(void)view;
	return value_strn(out, proc->comm, strnlen(proc->comm, sizeof(proc->comm) - 1));
}

static bool proc_args(const struct event_view *view, const struct proc *proc, struct value *out)
{
	struct record_str argv = image_argv(view, proc);

	return value_joined(view, out, "", &argv);
}

bool proc_cmdline(const struct event_view *view, const struct proc *proc, struct value *out)
{
	struct record_str argv = image_argv(view, proc);

	return value_joined(view, out, proc->comm, &argv);
}

static bool proc_pid(const struct event_view *view, const struct proc *proc, struct value *out)
{
	(void)view;
	return value_int(out, proc->tgid);
}

static bool proc_vpid(const struct event_view *view, const struct proc *proc, struct value *out)
{
	(void)view;
	return proc->last.vtgid && value_int(out, proc->last.vtgid);
}

static bool proc_duration(const struct event_view *view, const struct proc *proc, struct value *out)
{
	uint64_t now = view->rec->hdr->time_ns;

	if (proc->start_ns == 0)
		return false;
	return value_uint(out, now > proc->start_ns ? now - proc->start_ns : 0);
}

static bool proc_start(const struct event_view *view, const struct proc *proc, struct value *out)
{
	return proc->start_ns && value_uint(out, proc->start_ns + view->host->epoch_offset_ns);
}

/* The environment was asked for, or there is none. */
static bool has_env(const struct event_view *view, const struct proc *proc, struct record_str *out)
{
	const struct bw_exec *exec = exec_of(proc);

	if (!exec)
		return false;
	*out = image_env(view, proc);
	return out->len > 0 || exec->env_bytes == 0;
}

static bool proc_env(const struct event_view *view, const struct proc *proc, struct value *out)
{
	struct record_str env;
	char *text;

	if (!has_env(view, proc, &env))
		return false;
	text = arena_strndup(view->scratch, env.s, env.len);
	if (!text)
		return false;
	for (size_t i = 0; i < env.len; i++)
		text[i] = text[i] ? text[i] : ' ';
	return value_strn(out, text, env.len);
}

/* Value of the variable that ref's argument names; false if it is not set. */
static bool env_variable(const struct record_str *env, const struct field_ref *ref,
			 struct value *out)
{
	const char *end = env->s + env->len;

	for (const char *var = env->s; var < end; var += strlen(var) + 1) {
		if (strncmp(var, ref->arg, ref->arg_len) == 0 && var[ref->arg_len] == '=')
			return value_str(out, var + ref->arg_len + 1);
	}
	return false;
}

static bool of_parent(const struct event_view *view, struct value *out, proc_get_fn *get)
{
	const struct proc *parent = proc_ancestor(view->proc, 1);

	return parent && get(view, parent, out);
}

static bool of_creator(const struct event_view *view, struct value *out, proc_get_fn *get)
{
	return view->proc->creator && get(view, view->proc->creator, out);
}

static bool get_creator_name(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return of_creator(view, out, proc_name);
}

/* The n-th ancestor's value, or without an index those of all but the process itself. */
static bool of_ancestor(const struct event_view *view, const struct field_ref *ref,
			struct value *out, proc_get_fn *get)
{
	const struct proc *proc;
	struct value *list;
	uint32_t n = 0;

	if (ref->has_index) {
		proc = ref->index <= ANCESTORS_MAX ? proc_ancestor(view->proc, ref->index) : NULL;
		return proc && get(view, proc, out);
	}
	list = arena_alloc(view->scratch, ANCESTORS_MAX * sizeof(*list));
	if (!list)
		return false;
	for (unsigned int i = 1; i <= ANCESTORS_MAX; i++) {
		proc = proc_ancestor(view->proc, i);
		if (!proc)
			break;
		n += get(view, proc, &list[n]);
	}
	out->kind = VALUE_LIST;
	out->list = list;
	out->len = n;
	return n > 0;
}

static bool get_exe(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return proc_exe(view, view->proc, out);
}

static bool get_pexe(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return of_parent(view, out, proc_exe);
}

static bool get_aexe(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	return of_ancestor(view, ref, out, proc_exe);
}

static bool get_creator_exepath(const struct event_view *view, const struct field_ref *ref,
				struct value *out)
{
	(void)ref;
	return of_creator(view, out, proc_exepath);
}

static bool get_creator_pid(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return of_creator(view, out, proc_pid);
}

static bool get_exepath(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return proc_exepath(view, view->proc, out);
}

static bool get_pexepath(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return of_parent(view, out, proc_exepath);
}

static bool get_aexepath(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	return of_ancestor(view, ref, out, proc_exepath);
}

static bool get_name(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return proc_name(view, view->proc, out);
}

static bool get_pname(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return of_parent(view, out, proc_name);
}

static bool get_aname(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	return of_ancestor(view, ref, out, proc_name);
}

static bool get_args(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct record_str argv = image_argv(view, view->proc);
	const char *end = argv.s + argv.len;
	const char *arg = argv.s;

	if (!ref->has_index)
		return proc_args(view, view->proc, out);
	for (uint32_t i = 0; i <= ref->index; i++) {
		arg += strlen(arg) + 1;
		if (arg > end)
			return false;
	}
	return value_str(out, arg);
}

static bool get_aargs(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	return of_ancestor(view, ref, out, proc_args);
}

static bool get_cmdline(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return proc_cmdline(view, view->proc, out);
}

static bool get_pcmdline(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return of_parent(view, out, proc_cmdline);
}

static bool get_acmdline(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	return of_ancestor(view, ref, out, proc_cmdline);
}

/* Number of NULs among the bytes: of arguments behind argv[0]. */
static uint64_t count_args(const struct record_str *argv)
{
	uint64_t n = 0;

	for (uint32_t i = 0; i < argv->len; i++)
		n += argv->s[i] == '\0';
	return n;
}

static bool get_cmdnargs(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	struct record_str argv = image_argv(view, view->proc);

	(void)ref;
	return value_uint(out, count_args(&argv));
}

static bool get_cmdlenargs(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	struct record_str argv = image_argv(view, view->proc);

	(void)ref;
	return value_uint(out, argv.len - strlen(argv.s) - count_args(&argv));
}

static bool get_exeline(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	struct record_str argv = image_argv(view, view->proc);

	(void)ref;
	return value_joined(view, out, argv.s, &argv);
}

static bool get_env(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct record_str env;

	if (!ref->arg)
		return proc_env(view, view->proc, out);
	if (!has_env(view, view->proc, &env))
		return false;
	/* Falco has an empty text, not null, for a variable that is not set. */
	return env_variable(&env, ref, out) || value_str(out, "");
}

static bool get_aenv(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	if (!ref->arg || ref->has_index)
		return of_ancestor(view, ref, out, proc_env);
	for (unsigned int i = 1; i <= ANCESTORS_MAX; i++) {
		const struct proc *proc = proc_ancestor(view->proc, i);
		struct record_str env;

		if (!proc)
			return false;
		if (has_env(view, proc, &env) && env_variable(&env, ref, out))
			return true;
	}
	return false;
}

static bool get_cwd(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const char *cwd = view->proc->cwd ? view->proc->cwd : "";
	size_t len = strlen(cwd);

	(void)ref;
	if (len == 0 || cwd[len - 1] == '/')
		return value_strn(out, cwd, len);
	return value_str(out, names_concat(view->scratch, cwd, "/", ""));
}

/* As Falco has it: a shell is what ends with "sh". */
static bool is_shell(const struct proc *proc)
{
	size_t len = strnlen(proc->comm, sizeof(proc->comm));

	return len >= 2 && proc->comm[len - 2] == 's' && proc->comm[len - 1] == 'h';
}

static bool get_loginshellid(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	bool is_found = false;

	(void)ref;
	for (unsigned int i = 0; i <= ANCESTORS_MAX; i++) {
		const struct proc *proc = proc_ancestor(view->proc, i);

		if (!proc)
			break;
		if (is_shell(proc))
			is_found = value_int(out, proc->tgid);
	}
	return is_found;
}

static bool get_tty(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->tty);
}

static bool get_pid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_int(out, view->rec->hdr->tgid);
}

static bool get_ppid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	if (of_parent(view, out, proc_pid))
		return true;
	return view->rec->hdr->parent_tgid && value_int(out, view->rec->hdr->parent_tgid);
}

static bool get_apid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	return of_ancestor(view, ref, out, proc_pid);
}

static bool get_vpid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return view->rec->hdr->vtgid && value_int(out, view->rec->hdr->vtgid);
}

static bool get_pvpid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return of_parent(view, out, proc_vpid);
}

static bool get_sid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_int(out, view->rec->hdr->sid);
}

static uint32_t pgid_of(const struct proc *proc)
{
	const struct bw_exec *exec = exec_of(proc);

	return exec ? exec->pgid : 0;
}

static uint32_t sid_of(const struct proc *proc)
{
	return proc->last.sid;
}

/*
 * The leader of the process' session or group `id`: the process or ancestor with
 * that pid; if it is gone, the eldest ancestor that belongs to it.
 */
static const struct proc *leader(const struct proc *proc, uint32_t id,
				 uint32_t (*id_of)(const struct proc *proc))
{
	const struct proc *eldest = proc;

	if (id == 0)
		return NULL;
	for (unsigned int i = 0; i <= ANCESTORS_MAX; i++) {
		const struct proc *ancestor = proc_ancestor(proc, i);

		if (!ancestor || (i > 0 && id_of(ancestor) != id))
			break;
		eldest = ancestor;
		if (ancestor->tgid == id)
			break;
	}
	return eldest;
}

static bool of_sid(const struct event_view *view, struct value *out, proc_get_fn *get)
{
	const struct proc *proc = leader(view->proc, view->rec->hdr->sid, sid_of);

	return proc ? get(view, proc, out) : value_str(out, "");
}

static bool get_sname(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return of_sid(view, out, proc_name);
}

static bool get_sid_exe(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return of_sid(view, out, proc_exe);
}

static bool get_sid_exepath(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return of_sid(view, out, proc_exepath);
}

static bool of_pgid(const struct event_view *view, struct value *out, proc_get_fn *get)
{
	const struct proc *proc = leader(view->proc, pgid_of(view->proc), pgid_of);

	return proc && get(view, proc, out);
}

static bool get_pgid_name(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	(void)ref;
	return of_pgid(view, out, proc_name);
}

static bool get_pgid_exe(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return of_pgid(view, out, proc_exe);
}

static bool get_pgid_exepath(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return of_pgid(view, out, proc_exepath);
}

static bool get_pgid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view->proc);

	(void)ref;
	return exec && value_int(out, exec->pgid);
}

static bool get_vpgid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view->proc);

	(void)ref;
	return exec && value_int(out, exec->vpgid);
}

static bool get_is_sid_leader(const struct event_view *view, const struct field_ref *ref,
			      struct value *out)
{
	(void)ref;
	return value_bool(out, view->rec->hdr->sid == view->rec->hdr->tgid);
}

static bool get_is_vpgid_leader(const struct event_view *view, const struct field_ref *ref,
				struct value *out)
{
	const struct bw_exec *exec = exec_of(view->proc);

	(void)ref;
	return value_bool(out, exec && exec->vpgid == view->rec->hdr->vtgid);
}

static bool get_is_pgid_leader(const struct event_view *view, const struct field_ref *ref,
			       struct value *out)
{
	const struct bw_exec *exec = exec_of(view->proc);

	(void)ref;
	return value_bool(out, exec && exec->pgid == view->rec->hdr->tgid);
}

static bool get_duration(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return proc_duration(view, view->proc, out);
}

static bool get_ppid_duration(const struct event_view *view, const struct field_ref *ref,
			      struct value *out)
{
	(void)ref;
	return of_parent(view, out, proc_duration);
}

static bool get_pid_ts(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return proc_start(view, view->proc, out);
}

static bool get_ppid_ts(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return of_parent(view, out, proc_start);
}

const char *view_ancestry(const struct event_view *view)
{
	const size_t size = ANCESTORS_MAX * (size_t)BW_COMM_LEN + 1;
	char *text = arena_alloc(view->scratch, size);
	size_t len = 0;

	if (!text)
		return "";
	for (unsigned int i = 0; i < ANCESTORS_MAX; i++) {
		const struct proc *proc = proc_ancestor(view->proc, i);

		if (!proc)
			break;
		len += (size_t)snprintf(text + len, size - len, "%s%.*s", i ? "<" : "",
					BW_COMM_LEN - 1, proc->comm);
	}
	return text;
}

static bool get_ancestry(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return value_str(out, view_ancestry(view));
}

#define ANCESTOR                                                                     \
	(FIELD_ARG_ALLOWED | FIELD_ARG_INDEX | FIELD_NO_RHS | FIELD_NO_TRANSFORMER | \
	 FIELD_MATCH_ANY)

static const struct field fields[] = {
	{ "proc.exe", FIELD_STRING, 0, "First argument, argv[0]: what the caller says.", get_exe },
	{ "proc.pexe", FIELD_STRING, 0, "proc.exe of the parent.", get_pexe },
	{ "proc.aexe", FIELD_STRING, ANCESTOR, "proc.exe of an ancestor, or of any.", get_aexe },
	{ "proc.exepath", FIELD_STRING, 0, "Path of the executable, from the kernel.",
	  get_exepath },
	{ "proc.pexepath", FIELD_STRING, 0, "proc.exepath of the parent.", get_pexepath },
	{ "proc.aexepath", FIELD_STRING, ANCESTOR, "proc.exepath of an ancestor, or of any.",
	  get_aexepath },
	{ "proc.name", FIELD_STRING, 0, "Name of the task (comm), at most 15 bytes.", get_name },
	{ "proc.creator.name", FIELD_STRING, FIELD_OWN,
	  "proc.name of who called fork or clone: not whom CLONE_PARENT chose as parent.",
	  get_creator_name },
	{ "proc.creator.exepath", FIELD_STRING, FIELD_OWN, "Its executable.", get_creator_exepath },
	{ "proc.creator.pid", FIELD_INT64, FIELD_OWN, "Its process id.", get_creator_pid },
	{ "proc.pname", FIELD_STRING, 0, "proc.name of the parent.", get_pname },
	{ "proc.aname", FIELD_STRING, ANCESTOR,
	  "proc.name of an ancestor ([1] is the parent), or of any.", get_aname },
	{ "proc.args", FIELD_STRING, FIELD_ARG_ALLOWED | FIELD_ARG_INDEX,
	  "Arguments behind argv[0] joined by blanks, or the n-th of them from 0.", get_args },
	{ "proc.aargs", FIELD_STRING, FIELD_ARG_ALLOWED | FIELD_ARG_INDEX | FIELD_MATCH_ANY,
	  "proc.args of an ancestor, or of any.", get_aargs },
	{ "proc.cmdline", FIELD_STRING, 0, "proc.name and proc.args.", get_cmdline },
	{ "proc.pcmdline", FIELD_STRING, 0, "proc.cmdline of the parent.", get_pcmdline },
	{ "proc.acmdline", FIELD_STRING, ANCESTOR, "proc.cmdline of an ancestor, or of any.",
	  get_acmdline },
	{ "proc.cmdnargs", FIELD_UINT64, 0, "Number of arguments behind argv[0].", get_cmdnargs },
	{ "proc.cmdlenargs", FIELD_UINT64, 0, "Length of the arguments, without blanks.",
	  get_cmdlenargs },
	{ "proc.exeline", FIELD_STRING, 0, "proc.exe and proc.args.", get_exeline },
	{ "proc.env", FIELD_STRING, FIELD_ARG_ALLOWED | FIELD_ARG_KEY,
	  "Environment joined by blanks, or the value of one variable; if it was captured.",
	  get_env },
	{ "proc.aenv", FIELD_STRING, ANCESTOR | FIELD_ARG_KEY,
	  "proc.env of an ancestor or of any, or a variable of the nearest that has it.",
	  get_aenv },
	{ "proc.cwd", FIELD_STRING, 0, "Working directory, with a slash at its end.", get_cwd },
	{ "proc.loginshellid", FIELD_INT64, 0, "Pid of the oldest shell among the ancestors.",
	  get_loginshellid },
	{ "proc.tty", FIELD_UINT32, 0, "Device number of the controlling terminal; 0: none.",
	  get_tty },
	{ "proc.pid", FIELD_INT64, 0, "Process id on the host.", get_pid },
	{ "proc.ppid", FIELD_INT64, 0, "proc.pid of the parent.", get_ppid },
	{ "proc.apid", FIELD_INT64, ANCESTOR, "proc.pid of an ancestor, or of any.", get_apid },
	{ "proc.vpid", FIELD_INT64, 0, "Process id in its own pid namespace.", get_vpid },
	{ "proc.pvpid", FIELD_INT64, 0, "proc.vpid of the parent.", get_pvpid },
	{ "proc.sid", FIELD_INT64, 0, "Session id.", get_sid },
	{ "proc.sname", FIELD_STRING, 0, "proc.name of the session's leader.", get_sname },
	{ "proc.sid.exe", FIELD_STRING, 0, "proc.exe of the session's leader.", get_sid_exe },
	{ "proc.sid.exepath", FIELD_STRING, 0, "proc.exepath of the session's leader.",
	  get_sid_exepath },
	{ "proc.vpgid", FIELD_INT64, 0, "Process group in its own pid namespace, at exec.",
	  get_vpgid },
	{ "proc.vpgid.name", FIELD_STRING, 0, "proc.name of the group's leader.", get_pgid_name },
	{ "proc.vpgid.exe", FIELD_STRING, 0, "proc.exe of the group's leader.", get_pgid_exe },
	{ "proc.vpgid.exepath", FIELD_STRING, 0, "proc.exepath of the group's leader.",
	  get_pgid_exepath },
	{ "proc.pgid", FIELD_INT64, 0, "Process group on the host, at exec.", get_pgid },
	{ "proc.pgid.name", FIELD_STRING, 0, "proc.name of the group's leader.", get_pgid_name },
	{ "proc.pgid.exe", FIELD_STRING, 0, "proc.exe of the group's leader.", get_pgid_exe },
	{ "proc.pgid.exepath", FIELD_STRING, 0, "proc.exepath of the group's leader.",
	  get_pgid_exepath },
	{ "proc.duration", FIELD_RELTIME, 0, "Time since the process was made.", get_duration },
	{ "proc.ppid.duration", FIELD_RELTIME, 0, "proc.duration of the parent.",
	  get_ppid_duration },
	{ "proc.pid.ts", FIELD_RELTIME, 0, "When the process was made, since the epoch.",
	  get_pid_ts },
	{ "proc.ppid.ts", FIELD_RELTIME, 0, "proc.pid.ts of the parent.", get_ppid_ts },
	{ "proc.is_sid_leader", FIELD_BOOL, 0, "Process leads its session.", get_is_sid_leader },
	{ "proc.is_vpgid_leader", FIELD_BOOL, 0, "Process leads its group.", get_is_vpgid_leader },
	{ "proc.is_pgid_leader", FIELD_BOOL, 0, "Process leads its group.", get_is_pgid_leader },
	{ "proc.is_container_healthcheck", FIELD_BOOL, FIELD_UNFILLED, "No longer filled.", NULL },
	{ "proc.is_container_liveness_probe", FIELD_BOOL, FIELD_UNFILLED, "No longer filled.",
	  NULL },
	{ "proc.is_container_readiness_probe", FIELD_BOOL, FIELD_UNFILLED, "No longer filled.",
	  NULL },
	{ "proc.fdopencount", FIELD_UINT64, FIELD_UNFILLED, "Open descriptors.", NULL },
	{ "proc.fdlimit", FIELD_INT64, FIELD_UNFILLED, "Limit of open descriptors.", NULL },
	{ "proc.fdusage", FIELD_DOUBLE, FIELD_UNFILLED, "Open descriptors per limit.", NULL },
	{ "proc.vmsize", FIELD_UINT64, FIELD_UNFILLED, "Virtual memory, KiB.", NULL },
	{ "proc.vmrss", FIELD_UINT64, FIELD_UNFILLED, "Resident memory, KiB.", NULL },
	{ "proc.vmswap", FIELD_UINT64, FIELD_UNFILLED, "Swapped memory, KiB.", NULL },
	{ "proc.nthreads", FIELD_UINT64, FIELD_UNFILLED, "Threads.", NULL },
	{ "proc.nchilds", FIELD_UINT64, FIELD_UNFILLED, "Threads but the leader.", NULL },
	{ "proc.ancestry", FIELD_STRING, FIELD_OWN,
	  "proc.name of the process and of its ancestors: sh<bash<sshd.", get_ancestry },
};

const struct field_family field_family_proc = FIELD_FAMILY(fields);
