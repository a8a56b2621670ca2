// SPDX-License-Identifier: Apache-2.0
#include "engine/target.h"

#include <errno.h>
#include <linux/bpf.h>
#include <linux/magic.h>
#include <linux/perf_event.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ptrace.h>

/* Which argument is the number of a process, counted from 1; 0: none is. */
static const uint8_t pid_args[BW_CALL_MAX] = {
	[BW_CALL_PTRACE] = 2,
	[BW_CALL_PROCESS_VM_READV] = 1,
	[BW_CALL_PROCESS_VM_WRITEV] = 1,
	[BW_CALL_PIDFD_OPEN] = 1,
	[BW_CALL_KILL] = 1,
	[BW_CALL_TKILL] = 1, /* a thread: found if it is its process's first */
	[BW_CALL_TGKILL] = 1,
	[BW_CALL_RT_SIGQUEUEINFO] = 1,
	[BW_CALL_RT_TGSIGQUEUEINFO] = 1,
	[BW_CALL_SETPGID] = 1,
	[BW_CALL_PERF_EVENT_OPEN] = 2,
};

static void learn_ids(struct target_ids *out, struct record_str text)
{
	const char *at = text.s;

	out->n = 0;
	while (out->n < TARGET_IDS_MAX) {
		char *end;
		unsigned long id = strtoul(at, &end, 10);

		if (end == at)
			break;
		out->ids[out->n++] = (uint32_t)id;
		at = end;
	}
}

void target_learn_agent(struct target_agent *agent, const struct record *rec)
{
	agent->tgid = rec->hdr->tgid;
	learn_ids(&agent->programs, record_str(rec, rec->agent->programs));
	learn_ids(&agent->maps, record_str(rec, rec->agent->maps));
	learn_ids(&agent->links, record_str(rec, rec->agent->links));
}

/* By its number on the host. */
static const struct proc *proc_on_host(const struct procs *procs, uint32_t tgid, uint64_t time_ns)
{
	const struct bw_hdr host = { .time_ns = time_ns };

	return procs_called(procs, &host, tgid);
}

const struct proc *target_agent_proc(const struct target_agent *agent, const struct procs *procs,
				     uint64_t time_ns)
{
	return proc_on_host(procs, agent->tgid, time_ns);
}

/* The ids that bpf(2) hands out objects of; NULL: it does something else. */
static const struct target_ids *ids_of(const struct target_agent *agent, uint32_t cmd)
{
	switch (cmd) {
	case BPF_PROG_GET_FD_BY_ID:
		return &agent->programs;
	case BPF_MAP_GET_FD_BY_ID:
		return &agent->maps;
	case BPF_LINK_GET_FD_BY_ID:
		return &agent->links;
	default:
		return NULL;
	}
}

/* Does bpf(2) take one of the agent's objects?  The id begins union bpf_attr. */
static bool takes_object(const struct target_agent *agent, const struct record *rec)
{
	/* An int, whatever stands in the upper half of the register. */
	const struct target_ids *ids = ids_of(agent, (uint32_t)rec->syscall->args[0]);
	struct record_str attr = record_str(rec, rec->syscall->text[1]);
	uint32_t id;

	if (!ids || attr.len < sizeof(id))
		return false;
	memcpy(&id, attr.s, sizeof(id));
	for (size_t i = 0; i < ids->n; i++) {
		if (ids->ids[i] == id)
			return true;
	}
	return false;
}

/*
 * The process whose directory in /proc was opened: on the host, where that has the host's
 * numbers.  Which numbers another mount namespace shows there, no record tells.
 */
static const struct proc *owner_of_file(const struct procs *procs, const struct record *rec)
{
	static const char prefix[] = "/proc/";
	const char *digits = record_str(rec, rec->open->path).s;
	unsigned long number;
	char *end;

	if (rec->open->file.fs_magic != PROC_SUPER_MAGIC || rec->hdr->flags & BW_F_CHROOT ||
	    rec->hdr->ns_differs & (BW_NS_MNT | BW_NS_PID) ||
	    strncmp(digits, prefix, strlen(prefix)) != 0)
		return NULL;
	digits += strlen(prefix);
	number = strtoul(digits, &end, 10);
	if (end == digits || *end != '/' || number > INT32_MAX)
		return NULL;
	return procs_called(procs, rec->hdr, (uint32_t)number);
}

/* Is there a pid where the table says so?  Another argument may make it something else. */
static bool takes_pid(const struct record *rec)
{
	const struct bw_syscall *call = rec->syscall;

	switch (rec->hdr->call) {
	case BW_CALL_PTRACE:
		return call->args[0] != PTRACE_TRACEME; /* not looked at */
	case BW_CALL_PERF_EVENT_OPEN:
		return !(call->args[4] & PERF_FLAG_PID_CGROUP); /* a descriptor of a cgroup */
	default:
		return pid_args[rec->hdr->call];
	}
}

static const struct proc *named_by_call(const struct target_agent *agent, const struct procs *procs,
					const struct record *rec)
{
	const struct bw_hdr *hdr = rec->hdr;
	int32_t number;

	if (hdr->call == BW_CALL_BPF)
		return takes_object(agent, rec) ? target_agent_proc(agent, procs, hdr->time_ns) :
						  NULL;
	if (hdr->call == BW_CALL_PIDFD_SEND_SIGNAL || hdr->call == BW_CALL_PIDFD_GETFD)
		return proc_on_host(procs, rec->syscall->fd.pidfd_tgid, hdr->time_ns);
	if (!takes_pid(rec))
		return NULL;
	/* A pid_t, whatever stands in the upper half of the register; 0 and less name no process. */
	number = (int32_t)rec->syscall->args[pid_args[hdr->call] - 1];
	return number > 0 ? procs_called(procs, hdr, (uint32_t)number) : NULL;
}

const struct proc *target_find(const struct target_agent *agent, const struct procs *procs,
			       const struct record *rec)
{
	const struct proc *proc = NULL;

	if (rec->hdr->ret == -ESRCH)
		return NULL;
	if (rec->hdr->type == BW_EVENT_CALL)
		proc = named_by_call(agent, procs, rec);
	else if (rec->hdr->type == BW_EVENT_OPEN)
		proc = owner_of_file(procs, rec);
	return proc && proc->tgid != rec->hdr->tgid ? proc : NULL;
}
