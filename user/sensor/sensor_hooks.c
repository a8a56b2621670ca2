// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <errno.h>
#include <stdio.h>
#include <string.h>

#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bw.skel.h"

#define TRACEPOINT_NAME_MAX 96

enum {
	COMPLETE_ARGS_CQE = 3, /* ring, request, entry of the queue */
	COMPLETE_ARGS_RES = 5, /* from here on: ring, request, user data, result, ... */
};

struct hook_text {
	const char *name;
	const char *missing;
	const char *fallback;
};

static const struct hook_text hook_texts[SENSOR_HOOK_MAX] = {
	[SENSOR_HOOK_LIFE] = { "life", "no process is seen", "" },
	[SENSOR_HOOK_CGROUPS] = { "cgroups", "no container is seen", "" },
	[SENSOR_HOOK_CALLS] = { "calls", "no system call is seen", "" },
	[SENSOR_HOOK_EXEC_BEFORE] = { "exec-before",
				      "credentials before an exec are known only while set*id "
				      "calls are watched",
				      "" },
	[SENSOR_HOOK_NAMES] = { "names", "a process that renames itself keeps its old name", "" },
	[SENSOR_HOOK_CONNECTIONS] = { "connections",
				      "TCP fast open is seen as a send only, and where a refused "
				      "connection went is the caller's claim",
				      "TCP fast open is seen as a send only" },
	[SENSOR_HOOK_PACKETS] = { "packets",
				  "where a datagram went is the socket's peer or the caller's "
				  "claim",
				  "where a datagram went is the socket's peer or the caller's "
				  "claim" },
	[SENSOR_HOOK_URING] = { "uring", "what io_uring does is not seen",
				"what io_uring does is seen when submitted: results are missing "
				"and paths are claims" },
};

bool sensor_has_tracepoint(const struct btf *btf, const char *name)
{
	char type[TRACEPOINT_NAME_MAX];

	(void)snprintf(type, sizeof(type), "btf_trace_%s", name);
	return btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF) > 0;
}

int sensor_tracepoint_args(const struct btf *btf, const char *name)
{
	char type[TRACEPOINT_NAME_MAX];
	const struct btf_type *t;
	int id;

	(void)snprintf(type, sizeof(type), "btf_trace_%s", name);
	id = btf__find_by_name_kind(btf, type, BTF_KIND_TYPEDEF);
	t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	t = t ? btf__type_by_id(btf, t->type) : NULL; /* pointer */
	t = t && btf_is_ptr(t) ? btf__type_by_id(btf, t->type) : NULL; /* to a function */
	if (!t || !btf_is_func_proto(t))
		return 0;
	return btf_vlen(t) - 1; /* the first is the tracepoint's own */
}

/* Whether `value` is one of an enum's. */
static bool has_enum_value(const struct btf *btf, const char *name, const char *value)
{
	int id = btf__find_by_name_kind(btf, name, BTF_KIND_ENUM);
	const struct btf_type *t = id > 0 ? btf__type_by_id(btf, (uint32_t)id) : NULL;
	const struct btf_enum *values = t ? btf_enum(t) : NULL;

	for (int i = 0; t && i < btf_vlen(t); i++) {
		const char *found = btf__name_by_offset(btf, values[i].name_off);

		if (found && strcmp(found, value) == 0)
			return true;
	}
	return false;
}

/* Whether a program that is no call's can tell which call it runs in; see bpf/caller.bpf.h. */
static bool knows_caller(const struct btf *btf)
{
#if defined(__x86_64__)
	(void)btf;
	(void)has_enum_value;
	return true;
#else
	return has_enum_value(btf, "bpf_func_id", "BPF_FUNC_task_pt_regs");
#endif
}

static enum sensor_hook_state live_if(bool live)
{
	return live ? SENSOR_HOOK_LIVE : SENSOR_HOOK_MISSING;
}

static enum sensor_hook_state needs_caller(const struct btf *btf, const char *tracepoint)
{
	if (!sensor_has_tracepoint(btf, tracepoint))
		return SENSOR_HOOK_MISSING;
	return knows_caller(btf) ? SENSOR_HOOK_LIVE : SENSOR_HOOK_FALLBACK;
}

/* io_uring_submit_req since 6.3; before, a tracepoint of another name in the same place. */
static enum sensor_hook_state uring_state(const struct btf *btf)
{
	int args = sensor_tracepoint_args(btf, "io_uring_complete");

	if (!sensor_has_tracepoint(btf, "io_uring_submit_req") &&
	    !sensor_has_tracepoint(btf, "io_uring_submit_sqe"))
		return SENSOR_HOOK_MISSING;
	return args == COMPLETE_ARGS_CQE || args >= COMPLETE_ARGS_RES ? SENSOR_HOOK_LIVE :
									SENSOR_HOOK_FALLBACK;
}

void sensor_hooks_probe(const struct btf *btf, enum sensor_hook_state out[SENSOR_HOOK_MAX])
{
	out[SENSOR_HOOK_LIFE] = live_if(sensor_has_tracepoint(btf, "sched_process_exec") &&
					sensor_has_tracepoint(btf, "sched_process_fork") &&
					sensor_has_tracepoint(btf, "sched_process_exit"));
	out[SENSOR_HOOK_CGROUPS] = live_if(sensor_has_tracepoint(btf, "cgroup_mkdir") &&
					   sensor_has_tracepoint(btf, "cgroup_rmdir") &&
					   sensor_has_tracepoint(btf, "cgroup_rename") &&
					   sensor_has_tracepoint(btf, "cgroup_attach_task"));
	out[SENSOR_HOOK_CALLS] = live_if(sensor_has_tracepoint(btf, "sys_exit"));
	out[SENSOR_HOOK_EXEC_BEFORE] = live_if(sensor_has_tracepoint(btf, "sched_prepare_exec"));
	out[SENSOR_HOOK_NAMES] = live_if(sensor_has_tracepoint(btf, "task_rename"));
	out[SENSOR_HOOK_CONNECTIONS] = needs_caller(btf, "inet_sock_set_state");
	out[SENSOR_HOOK_PACKETS] = needs_caller(btf, "net_dev_queue");
	out[SENSOR_HOOK_URING] = uring_state(btf);
}

int sensor_hooks(enum sensor_hook_state out[SENSOR_HOOK_MAX])
{
	struct btf *btf = btf__load_vmlinux_btf();

	memset(out, 0, SENSOR_HOOK_MAX * sizeof(*out));
	if (!btf)
		return -ENOTSUP;
	sensor_hooks_probe(btf, out);
	btf__free(btf);
	return 0;
}

const char *sensor_hook_name(enum sensor_hook hook)
{
	return hook_texts[hook].name;
}

const char *sensor_hook_note(enum sensor_hook hook, enum sensor_hook_state state)
{
	if (state == SENSOR_HOOK_LIVE)
		return "";
	return state == SENSOR_HOOK_MISSING ? hook_texts[hook].missing : hook_texts[hook].fallback;
}

int sensor_hooks_choose(struct bw_skel *skel, const struct btf *btf, const bool calls[BW_CALL_MAX])
{
	enum sensor_hook_state state[SENSOR_HOOK_MAX];
	bool names = calls[BW_CALL_COMM_CHANGE];
	bool begins = calls[BW_CALL_CONNECT];
	bool sends = calls[BW_CALL_SENDTO] || calls[BW_CALL_SENDMSG] || calls[BW_CALL_SENDMMSG];
	int err;

	sensor_hooks_probe(btf, state);
	begins = begins && state[SENSOR_HOOK_CONNECTIONS] != SENSOR_HOOK_MISSING;
	sends = sends && state[SENSOR_HOOK_PACKETS] != SENSOR_HOOK_MISSING;
	skel->rodata->begins_seen = begins;
	skel->rodata->packets_seen = sends;
	err = bpf_program__set_autoload(skel->progs.on_rename,
					names && state[SENSOR_HOOK_NAMES] == SENSOR_HOOK_LIVE);
	if (!err)
		err = bpf_program__set_autoload(skel->progs.on_tcp_state, begins);
	if (!err)
		err = bpf_program__set_autoload(skel->progs.on_packet, sends);
	return err;
}
