// SPDX-License-Identifier: Apache-2.0
/* The process that a call aims at: whom it signals, traces, reads or writes. */
#include "fields/family.h"
#include "fields/image.h"

static bool get_pid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return view->target.proc && value_int(out, view->target.proc->tgid);
}

static bool get_ppid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return view->target.proc && value_int(out, view->target.proc->last.parent_tgid);
}

static bool get_name(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return view->target.proc && proc_name(view, view->target.proc, out);
}

static bool get_exepath(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return view->target.proc && proc_exepath(view, view->target.proc, out);
}

static bool get_cmdline(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return view->target.proc && proc_cmdline(view, view->target.proc, out);
}

static bool get_container_id(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return view->target.proc && value_str(out, view->target.container_id);
}

static bool get_is_agent(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return view->target.proc && value_bool(out, view->target.is_agent);
}

static const struct field fields[] = {
	{ "evt.target.pid", FIELD_INT64, FIELD_OWN,
	  "Process that the call aims at, by its id on the host; null if it is not known.",
	  get_pid },
	{ "evt.target.ppid", FIELD_INT64, FIELD_OWN, "proc.ppid of it.", get_ppid },
	{ "evt.target.name", FIELD_STRING, FIELD_OWN, "proc.name of it.", get_name },
	{ "evt.target.exepath", FIELD_STRING, FIELD_OWN, "proc.exepath of it.", get_exepath },
	{ "evt.target.cmdline", FIELD_STRING, FIELD_OWN, "proc.cmdline of it.", get_cmdline },
	{ "evt.target.container.id", FIELD_STRING, FIELD_OWN, "container.id of it.",
	  get_container_id },
	{ "evt.target.is_agent", FIELD_BOOL, FIELD_OWN,
	  "It is this program; also of bpf, when it takes one of this program's objects.",
	  get_is_agent },
};

const struct field_family field_family_target = FIELD_FAMILY(fields);
