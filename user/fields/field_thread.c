// SPDX-License-Identifier: Apache-2.0
/* The thread: capabilities, namespaces, and how the event changed its credentials. */
#include <stdio.h>
#include <string.h>

#include "fields/family.h"
#include "fields/names.h"

/* Credentials after the event; NULL for all but exec and calls that change them. */
static const struct bw_cred *after_of(const struct event_view *view)
{
	switch (view->rec->hdr->type) {
	case BW_EVENT_EXEC:
		return &view->rec->exec->after;
	case BW_EVENT_CRED:
		return &view->rec->cred->after;
	default:
		return NULL;
	}
}

static const struct bw_cred *before_of(const struct event_view *view)
{
	if (view->rec->hdr->flags & BW_F_NO_BEFORE)
		return NULL;
	switch (view->rec->hdr->type) {
	case BW_EVENT_EXEC:
		return &view->rec->exec->before;
	case BW_EVENT_CRED:
		return &view->rec->cred->before;
	default:
		return NULL;
	}
}

static bool value_caps(const struct event_view *view, struct value *out, uint64_t caps)
{
	return value_str(out, names_caps(view->scratch, caps));
}

/*
 * A new user namespace fills the sets of whoever enters it.  As in Falco, they are there
 * what they were when the program was executed: what was needed to get in.
 */
static bool enters_namespace(const struct event_view *view)
{
	const uint16_t call = view->rec->hdr->call;

	return (call == BW_CALL_UNSHARE || call == BW_CALL_SETNS) && view->proc->image;
}

static bool get_permitted(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	(void)ref;
	if (enters_namespace(view))
		return value_caps(view, out, view->proc->image->rec.exec->after.cap_permitted);
	return value_caps(view, out, view->rec->hdr->cap_permitted);
}

static bool get_effective(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	(void)ref;
	if (enters_namespace(view))
		return value_caps(view, out, view->proc->image->rec.exec->after.cap_effective);
	return value_caps(view, out, view->rec->hdr->cap_effective);
}

static bool get_inheritable(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	const struct bw_cred *after = after_of(view);

	(void)ref;
	if (!after && view->proc->image)
		after = &view->proc->image->rec.exec->after;
	return after && value_caps(view, out, after->cap_inheritable);
}

static bool get_tid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_int(out, view->rec->hdr->tid);
}

static bool get_nametid(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	char text[BW_COMM_LEN + 16];

	(void)ref;
	(void)snprintf(text, sizeof(text), "%.*s%u", BW_COMM_LEN - 1, view->proc->comm,
		       view->rec->hdr->tid);
	return value_str(out, arena_strdup(view->scratch, text));
}

static bool get_ismain(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return value_bool(out, view->rec->hdr->tid == view->rec->hdr->tgid);
}

static bool get_vtid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_hdr *hdr = view->rec->hdr;

	(void)ref;
	return hdr->tid == hdr->tgid && hdr->vtgid && value_int(out, hdr->vtgid);
}

static bool get_seccomp(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	static const char *const names[] = { "disabled", "strict", "filter" };
	uint32_t mode = view->rec->hdr->seccomp;

	(void)ref;
	return mode < sizeof(names) / sizeof(names[0]) && value_str(out, names[mode]);
}

static bool get_ns_differs(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	/* By bit number of BW_NS_*. */
	static const char *const names[] = { "mnt", "pid", "net", "user", "ipc", "uts", "cgroup" };
	char text[64];
	char *end = text;

	(void)ref;
	text[0] = '\0';
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		if (!(view->rec->hdr->ns_differs >> i & 1))
			continue;
		if (end != text)
			*end++ = ',';
		end = stpcpy(end, names[i]);
	}
	return value_str(out, arena_strdup(view->scratch, text));
}

static bool get_ns_mnt(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->mnt_ns);
}

static bool get_ns_pid(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->pid_ns);
}

static bool get_uid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->uid);
}

static bool get_euid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->euid);
}

static bool get_gid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->gid);
}

static bool get_egid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_uint(out, view->rec->hdr->egid);
}

static bool get_suid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_cred *cred = after_of(view);

	(void)ref;
	return cred && value_uint(out, cred->suid);
}

static bool get_fsuid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_cred *cred = after_of(view);

	(void)ref;
	return cred && value_uint(out, cred->fsuid);
}

static bool get_sgid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_cred *cred = after_of(view);

	(void)ref;
	return cred && value_uint(out, cred->sgid);
}

static bool get_fsgid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_cred *cred = after_of(view);

	(void)ref;
	return cred && value_uint(out, cred->fsgid);
}

static bool get_ambient(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	const struct bw_cred *cred = after_of(view);

	(void)ref;
	return cred && value_caps(view, out, cred->cap_ambient);
}

static bool get_bset(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_cred *cred = after_of(view);

	(void)ref;
	return cred && value_caps(view, out, cred->cap_bset);
}

static bool get_before_uid(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	const struct bw_cred *cred = before_of(view);

	(void)ref;
	return cred && value_uint(out, cred->uid);
}

static bool get_before_euid(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	const struct bw_cred *cred = before_of(view);

	(void)ref;
	return cred && value_uint(out, cred->euid);
}

static bool get_before_suid(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	const struct bw_cred *cred = before_of(view);

	(void)ref;
	return cred && value_uint(out, cred->suid);
}

static bool get_before_gid(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	const struct bw_cred *cred = before_of(view);

	(void)ref;
	return cred && value_uint(out, cred->gid);
}

static bool get_before_egid(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	const struct bw_cred *cred = before_of(view);

	(void)ref;
	return cred && value_uint(out, cred->egid);
}

static bool get_before_permitted(const struct event_view *view, const struct field_ref *ref,
				 struct value *out)
{
	const struct bw_cred *cred = before_of(view);

	(void)ref;
	return cred && value_caps(view, out, cred->cap_permitted);
}

static bool get_before_effective(const struct event_view *view, const struct field_ref *ref,
				 struct value *out)
{
	const struct bw_cred *cred = before_of(view);

	(void)ref;
	return cred && value_caps(view, out, cred->cap_effective);
}

static bool get_user_ns(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	const struct bw_cred *cred = after_of(view);

	(void)ref;
	return cred && value_uint(out, cred->user_ns);
}

/* Permitted alone counts: the task can make it effective whenever it likes. */
static bool get_gained_caps(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	const struct bw_cred *before = before_of(view);
	const struct bw_cred *after = after_of(view);
	uint64_t gained;

	(void)ref;
	if (!before || !after)
		return false;
	gained = (after->cap_permitted | after->cap_effective) &
		 ~(before->cap_permitted | before->cap_effective);
	return gained && value_caps(view, out, gained);
}

static bool get_gained_root(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	const struct bw_cred *before = before_of(view);
	const struct bw_cred *after = after_of(view);

	(void)ref;
	return value_bool(out, before && after && after->euid == 0 && before->uid != 0 &&
				       before->euid != 0 && before->suid != 0);
}

static bool get_host_user_ns(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return value_bool(out, !(view->rec->hdr->ns_differs & BW_NS_USER));
}

static const struct field fields[] = {
	{ "thread.cap_permitted", FIELD_STRING, 0, "Permitted capabilities, joined by blanks.",
	  get_permitted },
	{ "thread.cap_inheritable", FIELD_STRING, 0, "Inheritable capabilities, as last seen.",
	  get_inheritable },
	{ "thread.cap_effective", FIELD_STRING, 0, "Effective capabilities.", get_effective },
	{ "thread.tid", FIELD_INT64, 0, "Thread id on the host.", get_tid },
	{ "thread.ismain", FIELD_BOOL, 0, "Thread is the first of its process.", get_ismain },
	{ "thread.vtid", FIELD_INT64, 0,
	  "Thread id in its own pid namespace; null for all but the first thread.", get_vtid },
	{ "thread.pfmajor", FIELD_UINT64, FIELD_UNFILLED, "Major page faults.", NULL },
	{ "thread.pfminor", FIELD_UINT64, FIELD_UNFILLED, "Minor page faults.", NULL },
	{ "thread.exectime", FIELD_RELTIME, FIELD_UNFILLED, "CPU time of the last slice.", NULL },
	{ "thread.totexectime", FIELD_RELTIME, FIELD_UNFILLED, "CPU time in all.", NULL },
	{ "thread.cgroups", FIELD_STRING, FIELD_UNFILLED, "All cgroups.", NULL },
	{ "thread.cgroup", FIELD_STRING,
	  FIELD_UNFILLED | FIELD_ARG_REQUIRED | FIELD_ARG_KEY | FIELD_ARG_DOT,
	  "Cgroup of one controller.", NULL },
	{ "thread.cpu", FIELD_DOUBLE, FIELD_UNFILLED, "CPU use.", NULL },
	{ "thread.cpu.user", FIELD_DOUBLE, FIELD_UNFILLED, "CPU use in user mode.", NULL },
	{ "thread.cpu.system", FIELD_DOUBLE, FIELD_UNFILLED, "CPU use in the kernel.", NULL },
	{ "thread.vmsize", FIELD_UINT64, FIELD_UNFILLED, "Virtual memory, KiB.", NULL },
	{ "thread.vmrss", FIELD_UINT64, FIELD_UNFILLED, "Resident memory, KiB.", NULL },
	{ "thread.vmsize.b", FIELD_UINT64, FIELD_UNFILLED, "Virtual memory, bytes.", NULL },
	{ "thread.vmrss.b", FIELD_UINT64, FIELD_UNFILLED, "Resident memory, bytes.", NULL },
	{ "thread.nametid", FIELD_STRING, 0, "proc.name and thread.tid in one word.", get_nametid },
	{ "thread.seccomp", FIELD_STRING, FIELD_OWN, "Seccomp mode: disabled, strict or filter.",
	  get_seccomp },
	{ "proc.ns.differs", FIELD_STRING, FIELD_OWN,
	  "Namespaces that are not the host's, joined by commas: mnt,pid,net,user,ipc,uts,cgroup.",
	  get_ns_differs },
	{ "proc.ns.mnt", FIELD_UINT32, FIELD_OWN, "Inode number of the mount namespace.",
	  get_ns_mnt },
	{ "proc.ns.pid", FIELD_UINT32, FIELD_OWN, "Inode number of the pid namespace.",
	  get_ns_pid },
	{ "cred.uid", FIELD_UINT32, FIELD_OWN, "Real user id after the event.", get_uid },
	{ "cred.euid", FIELD_UINT32, FIELD_OWN, "Effective user id after the event.", get_euid },
	{ "cred.suid", FIELD_UINT32, FIELD_OWN, "Saved user id after an exec, set*id or capset.",
	  get_suid },
	{ "cred.fsuid", FIELD_UINT32, FIELD_OWN, "File system user id, likewise.", get_fsuid },
	{ "cred.gid", FIELD_UINT32, FIELD_OWN, "Real group id after the event.", get_gid },
	{ "cred.egid", FIELD_UINT32, FIELD_OWN, "Effective group id after the event.", get_egid },
	{ "cred.sgid", FIELD_UINT32, FIELD_OWN, "Saved group id, as cred.suid.", get_sgid },
	{ "cred.fsgid", FIELD_UINT32, FIELD_OWN, "File system group id, likewise.", get_fsgid },
	{ "cred.cap_ambient", FIELD_STRING, FIELD_OWN, "Ambient capabilities, likewise.",
	  get_ambient },
	{ "cred.cap_bset", FIELD_STRING, FIELD_OWN, "Bounding set, likewise.", get_bset },
	{ "cred.before.uid", FIELD_UINT32, FIELD_OWN,
	  "Real user id before an exec, set*id or capset; null if not known.", get_before_uid },
	{ "cred.before.euid", FIELD_UINT32, FIELD_OWN, "Effective user id before.",
	  get_before_euid },
	{ "cred.before.suid", FIELD_UINT32, FIELD_OWN, "Saved user id before.", get_before_suid },
	{ "cred.before.gid", FIELD_UINT32, FIELD_OWN, "Real group id before.", get_before_gid },
	{ "cred.before.egid", FIELD_UINT32, FIELD_OWN, "Effective group id before.",
	  get_before_egid },
	{ "cred.before.cap_permitted", FIELD_STRING, FIELD_OWN, "Permitted capabilities before.",
	  get_before_permitted },
	{ "cred.before.cap_effective", FIELD_STRING, FIELD_OWN, "Effective capabilities before.",
	  get_before_effective },
	{ "cred.gained_caps", FIELD_STRING, FIELD_OWN,
	  "Capabilities, permitted or effective, that the event gave; null if none.",
	  get_gained_caps },
	{ "cred.gained_root", FIELD_BOOL, FIELD_OWN,
	  "Effective user id is 0 on the host, and none of the ids was before the event.",
	  get_gained_root },
	{ "cred.user_ns", FIELD_UINT32, FIELD_OWN,
	  "Inode number of the user namespace that the credentials belong to.", get_user_ns },
	{ "cred.host_user_ns", FIELD_BOOL, FIELD_OWN,
	  "The user namespace is the host's: capabilities count on the host.", get_host_user_ns },
};

const struct field_family field_family_thread = FIELD_FAMILY(fields);
