// SPDX-License-Identifier: Apache-2.0
/* Arguments of calls that change credentials, and which arguments an event has. */
#include <string.h>

#include "fields/args_impl.h"
#include "fields/names.h"
#include "fields/users.h"

#define PID_ANCESTORS_MAX 16

static const struct bw_hdr *hdr(const struct event_view *view)
{
	return view->rec->hdr;
}

bool arg_number(struct arg_value *out, enum arg_form form, int64_t n, const char *resolved)
{
	out->form = form;
	out->n = n;
	out->resolved = resolved;
	return true;
}

bool arg_text(struct arg_value *out, struct record_str text, const char *resolved)
{
	out->form = ARG_TEXT;
	out->text = text.s;
	out->len = text.len;
	out->resolved = resolved;
	return true;
}

bool arg_bytes(struct arg_value *out, struct record_str text)
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

bool arg_string(struct arg_value *out, const char *s)
{
	return arg_text(out, from_text(s), NULL);
}

/* There, but with nothing in it: Falco's text for that is NULL. */
bool arg_empty(struct arg_value *out)
{
	return arg_bytes(out, from_text(""));
}

static const char *error_name(int64_t ret)
{
	return ret < 0 && ret > -4096 ? names_errno((int)-ret) : NULL;
}

bool arg_res(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_SIGNED, hdr(view)->ret, error_name(hdr(view)->ret));
}

/* Falco looks up all pids as those of the host; NULL: neither the process nor an ancestor. */
const char *arg_pid_name(const struct event_view *view, uint32_t pid)
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

bool arg_user(const struct event_view *view, struct arg_value *out, uint32_t uid)
{
	if (uid == UINT32_MAX)
		return arg_number(out, ARG_SIGNED, -1, "<NONE>");
	return arg_number(out, ARG_UNSIGNED, uid, users_name(view, uid));
}

bool arg_group(const struct event_view *view, struct arg_value *out, uint32_t gid)
{
	const char *name = users_group(view, gid);

	if (gid == UINT32_MAX)
		return arg_number(out, ARG_SIGNED, -1, "<NONE>");
	if (!name)
		name = gid == 0 ? "root" : "<NA>";
	return arg_number(out, ARG_UNSIGNED, gid, name);
}

bool arg_caps(const struct event_view *view, struct arg_value *out, uint64_t caps)
{
	return arg_number(out, ARG_HEX, (int64_t)caps, names_caps(view->scratch, caps));
}

bool arg_cap_permitted(const struct event_view *view, struct arg_value *out)
{
	return arg_caps(view, out, hdr(view)->cap_permitted);
}

bool arg_cap_effective(const struct event_view *view, struct arg_value *out)
{
	return arg_caps(view, out, hdr(view)->cap_effective);
}

bool arg_cap_inheritable(const struct event_view *view, struct arg_value *out)
{
	if (hdr(view)->type == BW_EVENT_CRED)
		return arg_caps(view, out, view->rec->cred->after.cap_inheritable);
	return view->proc->image &&
	       arg_caps(view, out, view->proc->image->rec.exec->after.cap_inheritable);
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

/* Before and after a change that no call explains; unknown before it: missing. */
#define CHANGE_GETTER(name, arg_fn, member)                                                 \
	static bool get_before_##name(const struct event_view *view, struct arg_value *out) \
	{                                                                                   \
		return !(hdr(view)->flags & BW_F_NO_BEFORE) &&                              \
		       arg_fn(view, out, view->rec->cred->before.member);                   \
	}                                                                                   \
	static bool get_after_##name(const struct event_view *view, struct arg_value *out)  \
	{                                                                                   \
		return arg_fn(view, out, view->rec->cred->after.member);                    \
	}

CHANGE_GETTER(uid, arg_user, uid)
CHANGE_GETTER(euid, arg_user, euid)
CHANGE_GETTER(gid, arg_group, gid)
CHANGE_GETTER(egid, arg_group, egid)
CHANGE_GETTER(permitted, arg_caps, cap_permitted)
CHANGE_GETTER(effective, arg_caps, cap_effective)

static bool get_comm_old(const struct event_view *view, struct arg_value *out)
{
	return arg_string(out, view->rec->comm->old);
}

static bool get_comm_new(const struct event_view *view, struct arg_value *out)
{
	return arg_string(out, hdr(view)->comm);
}

static const struct arg setuid_args[] = { ARG("res", arg_res), ARG("uid", get_cred_user0) };
static const struct arg setgid_args[] = { ARG("res", arg_res), ARG("gid", get_cred_group0) };
static const struct arg setgroups_args[] = { ARG("res", arg_res), ARG("size", get_cred_size) };

static const struct arg setresuid_args[] = {
	ARG("res", arg_res),
	ARG("ruid", get_cred_user0),
	ARG("euid", get_cred_user1),
	ARG("suid", get_cred_user2),
};

static const struct arg setresgid_args[] = {
	ARG("res", arg_res),
	ARG("rgid", get_cred_group0),
	ARG("egid", get_cred_group1),
	ARG("sgid", get_cred_group2),
};

static const struct arg capset_args[] = {
	ARG("res", arg_res),
	ARG("cap_inheritable", arg_cap_inheritable),
	ARG("cap_permitted", arg_cap_permitted),
	ARG("cap_effective", arg_cap_effective),
};

static const struct arg change_args[] = {
	ARG("res", arg_res),
	ARG("before_uid", get_before_uid),
	ARG("uid", get_after_uid),
	ARG("before_euid", get_before_euid),
	ARG("euid", get_after_euid),
	ARG("before_gid", get_before_gid),
	ARG("gid", get_after_gid),
	ARG("before_egid", get_before_egid),
	ARG("egid", get_after_egid),
	ARG("before_cap_permitted", get_before_permitted),
	ARG("cap_permitted", get_after_permitted),
	ARG("before_cap_effective", get_before_effective),
	ARG("cap_effective", get_after_effective),
};

static const struct arg comm_args[] = {
	ARG("old_comm", get_comm_old),
	ARG("comm", get_comm_new),
};

/* setreuid and setregid have the first three of setresuid's and setresgid's. */
static const struct arg_list cred_call_args[BW_CALL_MAX] = {
	[BW_CALL_SETUID] = ARG_LIST(setuid_args),
	[BW_CALL_SETGID] = ARG_LIST(setgid_args),
	[BW_CALL_SETREUID] = { setresuid_args, 3 },
	[BW_CALL_SETREGID] = { setresgid_args, 3 },
	[BW_CALL_SETRESUID] = ARG_LIST(setresuid_args),
	[BW_CALL_SETRESGID] = ARG_LIST(setresgid_args),
	[BW_CALL_SETFSUID] = ARG_LIST(setuid_args),
	[BW_CALL_SETFSGID] = ARG_LIST(setgid_args),
	[BW_CALL_SETGROUPS] = ARG_LIST(setgroups_args),
	[BW_CALL_CAPSET] = ARG_LIST(capset_args),
	[BW_CALL_CRED_CHANGE] = ARG_LIST(change_args),
};

/* The type of record that each call gives; all others: BW_EVENT_CALL. */
static const uint16_t call_types[BW_CALL_MAX] = {
	[BW_CALL_FORK] = BW_EVENT_FORK,        [BW_CALL_VFORK] = BW_EVENT_FORK,
	[BW_CALL_CLONE] = BW_EVENT_FORK,       [BW_CALL_CLONE3] = BW_EVENT_FORK,
	[BW_CALL_EXECVE] = BW_EVENT_EXEC,      [BW_CALL_EXECVEAT] = BW_EVENT_EXEC,
	[BW_CALL_EXIT] = BW_EVENT_EXIT,        [BW_CALL_OPEN] = BW_EVENT_OPEN,
	[BW_CALL_OPENAT] = BW_EVENT_OPEN,      [BW_CALL_OPENAT2] = BW_EVENT_OPEN,
	[BW_CALL_CREAT] = BW_EVENT_OPEN,       [BW_CALL_OPEN_BY_HANDLE_AT] = BW_EVENT_OPEN,
	[BW_CALL_CONNECT] = BW_EVENT_CONNECT,  [BW_CALL_SETUID] = BW_EVENT_CRED,
	[BW_CALL_SETGID] = BW_EVENT_CRED,      [BW_CALL_SETREUID] = BW_EVENT_CRED,
	[BW_CALL_SETREGID] = BW_EVENT_CRED,    [BW_CALL_SETRESUID] = BW_EVENT_CRED,
	[BW_CALL_SETRESGID] = BW_EVENT_CRED,   [BW_CALL_SETFSUID] = BW_EVENT_CRED,
	[BW_CALL_SETFSGID] = BW_EVENT_CRED,    [BW_CALL_SETGROUPS] = BW_EVENT_CRED,
	[BW_CALL_CAPSET] = BW_EVENT_CRED,      [BW_CALL_CHDIR] = BW_EVENT_CHDIR,
	[BW_CALL_FCHDIR] = BW_EVENT_CHDIR,     [BW_CALL_CRED_CHANGE] = BW_EVENT_CRED,
	[BW_CALL_COMM_CHANGE] = BW_EVENT_COMM,
};

static struct arg_list list_of(uint16_t type, uint16_t call)
{
	static const struct arg_list none = { NULL, 0 };
	static const struct arg_list comm = ARG_LIST(comm_args);

	if (call >= BW_CALL_MAX || type >= BW_EVENT_MAX)
		return none;
	switch (type) {
	case BW_EVENT_CALL:
		return args_call_list(call);
	case BW_EVENT_CRED:
		return cred_call_args[call];
	case BW_EVENT_COMM:
		return comm;
	case BW_EVENT_OPEN:
	case BW_EVENT_CONNECT:
	case BW_EVENT_CHDIR:
		return args_file_list(type, call);
	default:
		return args_exec_list(type);
	}
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
		list = list_of(call_types[call] ? call_types[call] : BW_EVENT_CALL, call);
	*ret_n = list.n;
	return list.args;
}
