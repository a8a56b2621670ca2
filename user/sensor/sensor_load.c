// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "base/log.h"

#include "bw.skel.h"

#define SCRATCH_BEFORE_CPUS 1 /* SCRATCH_FIRST_CPU of bpf/maps.bpf.h */
#define QUARTERS            4

/* Tracepoints that we cannot do without. */
static const char *const required_tracepoints[] = {
	"sched_process_exec", "sched_process_fork", "sched_process_exit", "cgroup_mkdir",
	"cgroup_rmdir",       "cgroup_rename",      "cgroup_attach_task", "sys_exit",
};

struct bpf_program *sensor_slot_program(const struct bw_skel *skel, enum bw_slot slot)
{
	switch (slot) {
	case BW_SLOT_EXEC_FAIL:
		return skel->progs.on_exec_fail;
	case BW_SLOT_CHDIR:
		return skel->progs.on_chdir;
	case BW_SLOT_OPEN:
		return skel->progs.on_open;
	case BW_SLOT_CONNECT:
		return skel->progs.on_connect;
	case BW_SLOT_CRED:
		return skel->progs.on_cred;
	case BW_SLOT_CALL:
		return skel->progs.on_call;
	case BW_SLOT_CANARY:
		return skel->progs.on_canary;
	default:
		return NULL;
	}
}

/* Kernels before 5.11 charge maps to this limit; later ones ignore it. */
static void raise_memlock(void)
{
	struct rlimit limit = { RLIM_INFINITY, RLIM_INFINITY };

	if (setrlimit(RLIMIT_MEMLOCK, &limit) == 0)
		return;
	if (getrlimit(RLIMIT_MEMLOCK, &limit) == 0) {
		limit.rlim_cur = limit.rlim_max;
		(void)setrlimit(RLIMIT_MEMLOCK, &limit); /* the load tells if it was needed */
	}
	log_debug("cannot raise RLIMIT_MEMLOCK beyond %llu bytes",
		  (unsigned long long)limit.rlim_max);
}

/* Which hook tells of an exec before its end: the old credentials and the call. */
static int choose_before_exec(struct bw_skel *skel, const struct btf *btf)
{
	bool before = sensor_has_tracepoint(btf, "sched_prepare_exec"); /* since 6.10 */
	bool rename = !before && sensor_has_tracepoint(btf, "task_rename");
	int err = bpf_program__set_autoload(skel->progs.on_prepare_exec, before);

	if (!err)
		err = bpf_program__set_autoload(skel->progs.on_rename_in_exec, rename);
	skel->rodata->exec_by_rename = rename;
	if (!before && !rename)
		log_debug("neither sched_prepare_exec nor task_rename: credentials before an exec "
			  "are known only while set*id calls are watched");
	return err;
}

static int probe_kernel(struct bw_skel *skel, const bool calls[BW_CALL_MAX], struct diag *diag)
{
	struct btf *btf = btf__load_vmlinux_btf();
	int err = 0;

	if (!btf) {
		diag_set(diag, "this kernel carries no type information (/sys/kernel/btf/vmlinux): "
			       "use one built with CONFIG_DEBUG_INFO_BTF=y");
		return -ENOTSUP;
	}
	for (size_t i = 0; i < sizeof(required_tracepoints) / sizeof(*required_tracepoints); i++) {
		if (sensor_has_tracepoint(btf, required_tracepoints[i]))
			continue;
		diag_set(diag,
			 "this kernel lacks the tracepoint '%s': use one built with "
			 "CONFIG_CGROUPS=y and CONFIG_FTRACE_SYSCALLS=y",
			 required_tracepoints[i]);
		err = -ENOTSUP;
		break;
	}
	if (!err)
		err = choose_before_exec(skel, btf);
	if (!err)
		err = sensor_hooks_choose(skel, btf, calls);
	skel->rodata->exit_tells_last = sensor_tracepoint_args(btf, "sched_process_exit") > 1;
	btf__free(btf);
	return err;
}

static bool is_ring_size(size_t bytes)
{
	size_t page = (size_t)sysconf(_SC_PAGESIZE);

	return bytes >= page && bytes <= UINT32_MAX / 2 && (bytes & (bytes - 1)) == 0;
}

static int size_maps(const struct sensor *sensor, const struct sensor_config *config,
		     struct diag *diag)
{
	struct bw_skel *skel = sensor->skel;
	int err;

	if (!is_ring_size(config->life_ring_bytes) || !is_ring_size(config->activity_ring_bytes)) {
		diag_set(diag, "the size of a ring must be a power of two of at least one page");
		return -EINVAL;
	}
	err = bpf_map__set_max_entries(skel->maps.bw_life, (uint32_t)config->life_ring_bytes);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.bw_activity,
					       (uint32_t)config->activity_ring_bytes);
	if (!err)
		err = bpf_map__set_max_entries(skel->maps.bw_scratch,
					       SCRATCH_BEFORE_CPUS +
						       sensor->host.n_cpus * BW_SCRATCH_BANKS);
	return err;
}

static void set_rodata(const struct sensor *sensor, const struct sensor_config *config,
		       bool creds_followed)
{
	struct bw_skel__rodata *rodata = sensor->skel->rodata;

	rodata->self_tgid = (uint32_t)getpid();
	for (int i = 0; i < BW_NS_MAX; i++)
		rodata->host_ns[i] = sensor->host.ns[i];
	rodata->v1_controller = sensor->host.v1_controller;
	rodata->v1_hierarchy = sensor->host.v1_hierarchy;
	rodata->want_env = config->want_env;
	rodata->creds_followed = creds_followed;
	rodata->tell_unexplained = config->calls[BW_CALL_CRED_CHANGE];
	rodata->ring_quarter[BW_LANE_LIFE] = (uint32_t)(config->life_ring_bytes / QUARTERS);
	rodata->ring_quarter[BW_LANE_ACTIVITY] = (uint32_t)(config->activity_ring_bytes / QUARTERS);
}

/* Load and attach nothing that nobody asked for. */
static int choose_programs(struct bw_skel *skel, const bool needed[BW_SLOT_MAX])
{
	bool any = false;
	int err;

	bpf_program__set_autoattach(skel->progs.on_task, false);
	for (int slot = BW_SLOT_NONE + 1; slot < BW_SLOT_MAX; slot++) {
		struct bpf_program *prog = sensor_slot_program(skel, slot);

		if (!prog)
			continue;
		err = bpf_program__set_autoload(prog, needed[slot]);
		if (err)
			return err;
		bpf_program__set_autoattach(prog, false); /* reached by tail call */
		any = any || needed[slot];
	}
	return bpf_program__set_autoload(skel->progs.on_sys_exit, any);
}

static int explain_load(int err, struct diag *diag)
{
	if (err == -EPERM) {
		diag_set(diag, "the kernel refused to load the programs: run as root, or with "
			       "CAP_BPF, CAP_PERFMON and CAP_SYS_RESOURCE; kernel lockdown must "
			       "not be in confidentiality mode");
		return err;
	}
	if (err == -ENOMEM) {
		diag_set(diag, "not enough memory for the kernel's maps: choose smaller rings, or "
			       "raise RLIMIT_MEMLOCK on kernels before 5.11");
		return err;
	}
	/* The verifier says EACCES or EINVAL. */
	diag_set(diag, "this kernel's verifier refused the programs: %s; --verbose shows why",
		 strerror(-err));
	return err == -EINVAL || err == -EACCES ? -ENOTSUP : err;
}

int sensor_prepare(struct sensor *sensor, const struct sensor_config *config, struct diag *diag,
		   bool typed_reads)
{
	int n_cpus = libbpf_num_possible_cpus();
	bool needed[BW_SLOT_MAX];
	int err;

	if (n_cpus < 0)
		return n_cpus;
	sensor_host_read(&sensor->host);
	sensor->host.n_cpus = (uint32_t)n_cpus;

	sensor->skel = bw_skel__open();
	if (!sensor->skel)
		return -errno;
	err = probe_kernel(sensor->skel, config->calls, diag);
	if (err)
		return err;
	sensor_calls_slots(config->calls, needed);
	err = choose_programs(sensor->skel, needed);
	if (err)
		return err;
	err = size_maps(sensor, config, diag);
	if (err)
		return err;
	set_rodata(sensor, config, needed[BW_SLOT_CRED]);
	sensor->skel->rodata->typed_reads = typed_reads;
	sensor->skel->rodata->canary_cookie = sensor->guard.cookie;
	return 0;
}

int sensor_load(struct sensor *sensor, const struct sensor_config *config, struct diag *diag)
{
	int err;

	raise_memlock();
	err = sensor_prepare(sensor, config, diag, true);
	if (err)
		return err;
	err = bw_skel__load(sensor->skel);
	if (!err)
		return 0;
	/* The verifier of this kernel may not follow typed pointers; see bpf/read.bpf.h. */
	log_debug("cannot load with typed reads (%s), trying without", strerror(-err));
	bw_skel__destroy(sensor->skel);
	err = sensor_prepare(sensor, config, diag, false);
	if (err)
		return err;
	err = bw_skel__load(sensor->skel);
	return err ? explain_load(err, diag) : 0;
}

static int fill_calls(const struct bw_skel *skel, const struct sensor_config *config)
{
	struct bw_number numbers[BW_NR_MAX];
	struct bw_call_entry socketcalls[BW_SOCKETCALLS_MAX];
	int err = 0;

	sensor_calls_fill(config->calls, numbers);
	for (uint32_t nr = 0; nr < BW_NR_MAX && !err; nr++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.bw_calls), &nr, &numbers[nr],
					  BPF_ANY);
	sensor_calls_fill_socketcalls(config->calls, socketcalls);
	for (uint32_t nr = 0; nr < BW_SOCKETCALLS_MAX && !err; nr++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.bw_socketcalls), &nr,
					  &socketcalls[nr], BPF_ANY);
	for (uint32_t call = 0; call < BW_CALL_MAX && !err; call++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.bw_decodes), &call,
					  sensor_decode(call), BPF_ANY);
	return err;
}

static int fill_ring_ops(const struct bw_skel *skel, const struct sensor_config *config)
{
	struct bw_call_entry ops[BW_RING_OPS_MAX];
	int err = 0;

	(void)sensor_uring_fill(config->calls, ops); /* with none wanted nothing reads them */
	for (uint32_t op = 0; op < BW_RING_OPS_MAX && !err; op++)
		err = bpf_map_update_elem(bpf_map__fd(skel->maps.bw_ring_ops), &op, &ops[op],
					  BPF_ANY);
	return err;
}

int sensor_fill_programs(const struct bw_skel *skel)
{
	int err = 0;

	for (uint32_t slot = BW_SLOT_NONE + 1; slot < BW_SLOT_MAX && !err; slot++) {
		int prog_fd = bpf_program__fd(sensor_slot_program(skel, slot));

		if (prog_fd >= 0)
			err = bpf_map_update_elem(bpf_map__fd(skel->maps.bw_programs), &slot,
						  &prog_fd, BPF_ANY);
	}
	return err;
}

/*
 * From here on nobody, root neither, can change from user space what the programs go by, or
 * empty what they remember.  Not the rings: a map that is mapped to be written, as our
 * position has to be, cannot be frozen; sensor_ring.c looks after them.
 */
static void freeze_maps(const struct bw_skel *skel)
{
	struct bpf_map *map;

	bpf_object__for_each_map(map, skel->obj)
	{
		if (bpf_map__type(map) == BPF_MAP_TYPE_RINGBUF || bpf_map__is_internal(map))
			continue;
		if (bpf_map_freeze(bpf_map__fd(map)))
			log_debug("cannot freeze map '%s': %s", bpf_map__name(map),
				  strerror(errno));
	}
}

int sensor_attach(struct sensor *sensor, const struct sensor_config *config, struct diag *diag)
{
	int err = fill_calls(sensor->skel, config);

	if (!err)
		err = fill_ring_ops(sensor->skel, config);
	if (!err)
		err = sensor_fill_programs(sensor->skel);
	if (!err) {
		if (!config->leave_writable)
			freeze_maps(sensor->skel);
		err = bw_skel__attach(sensor->skel);
	}
	if (!err)
		sensor_guard_learn(sensor);
	if (err)
		diag_set(diag, "cannot attach the programs: %s", strerror(-err));
	return err;
}
