// SPDX-License-Identifier: Apache-2.0

/* What this kernel and these rights allow, and what would be loaded: without attaching anything. */
#include "sensor/sensor_impl.h"

#include <errno.h>
#include <linux/bpf.h>
#include <string.h>
#include <unistd.h>

#include <bpf/bpf.h>
#include <bpf/btf.h>
#include <bpf/libbpf.h>

#include "bw.skel.h"

/* The programs behind the dispatcher, as sensor_slot_program() of sensor_load.c has them. */
static const char *const slot_programs[BW_SLOT_MAX] = {
	[BW_SLOT_EXEC_FAIL] = "on_exec_fail", [BW_SLOT_CHDIR] = "on_chdir",
	[BW_SLOT_OPEN] = "on_open",           [BW_SLOT_CONNECT] = "on_connect",
	[BW_SLOT_CRED] = "on_cred",           [BW_SLOT_CALL] = "on_call",
	[BW_SLOT_CANARY] = "on_canary",
};

static const struct {
	const char *name;
	enum sensor_hook hook;
} hook_programs[] = {
	{ "on_rename", SENSOR_HOOK_NAMES },          { "on_tcp_state", SENSOR_HOOK_CONNECTIONS },
	{ "on_packet", SENSOR_HOOK_PACKETS },        { "on_ring_submit", SENSOR_HOOK_URING },
	{ "on_ring_submit_sqe", SENSOR_HOOK_URING }, { "on_ring_complete", SENSOR_HOOK_URING },
};

static bool is_called_at_exit(const bool calls[BW_CALL_MAX])
{
	bool slots[BW_SLOT_MAX];

	sensor_calls_slots(calls, slots);
	for (int slot = BW_SLOT_NONE + 1; slot < BW_SLOT_MAX; slot++) {
		if (slots[slot])
			return true;
	}
	return false;
}

bool sensor_hook_serves(enum sensor_hook hook, enum bw_call call)
{
	struct bw_call_entry ops[BW_RING_OPS_MAX];
	bool calls[BW_CALL_MAX] = { false };

	calls[call] = true;
	switch (hook) {
	case SENSOR_HOOK_CALLS:
		return is_called_at_exit(calls);
	case SENSOR_HOOK_NAMES:
		return call == BW_CALL_COMM_CHANGE;
	case SENSOR_HOOK_CONNECTIONS:
		return call == BW_CALL_CONNECT;
	case SENSOR_HOOK_PACKETS:
		return call == BW_CALL_SENDTO || call == BW_CALL_SENDMSG ||
		       call == BW_CALL_SENDMMSG;
	case SENSOR_HOOK_URING:
		return sensor_uring_fill(calls, ops);
	case SENSOR_HOOK_EXEC_BEFORE:
		return call == BW_CALL_CRED_CHANGE;
	default:
		return false; /* what keeps the process table and the containers is no call's */
	}
}

bool sensor_program_serves(const char *program, enum bw_call call)
{
	bool calls[BW_CALL_MAX] = { false };
	bool slots[BW_SLOT_MAX];

	if (strcmp(program, "on_sys_exit") == 0)
		return sensor_hook_serves(SENSOR_HOOK_CALLS, call);
	for (size_t i = 0; i < sizeof(hook_programs) / sizeof(*hook_programs); i++) {
		if (strcmp(program, hook_programs[i].name) == 0)
			return sensor_hook_serves(hook_programs[i].hook, call);
	}
	calls[call] = true;
	sensor_calls_slots(calls, slots);
	for (int slot = BW_SLOT_NONE + 1; slot < BW_SLOT_MAX; slot++) {
		if (slots[slot] && slot_programs[slot] && strcmp(slot_programs[slot], program) == 0)
			return true;
	}
	return false;
}

int sensor_probe_rights(void)
{
	static const struct bpf_insn insns[] = {
		{ .code = BPF_ALU64 | BPF_MOV | BPF_K, .dst_reg = BPF_REG_0, .imm = 0 },
		{ .code = BPF_JMP | BPF_EXIT },
	};
	int fd = bpf_prog_load(BPF_PROG_TYPE_RAW_TRACEPOINT, "bw_probe", "GPL", insns,
			       sizeof(insns) / sizeof(*insns), NULL);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}

static int probe_ring(size_t bytes)
{
	int fd = bpf_map_create(BPF_MAP_TYPE_RINGBUF, "bw_probe", 0, 0, (uint32_t)bytes, NULL);

	if (fd < 0)
		return fd;
	(void)close(fd);
	return 0;
}

int sensor_probe_rings(const struct sensor_config *config)
{
	int err = probe_ring(config->life_ring_bytes);

	return err ? err : probe_ring(config->activity_ring_bytes);
}

static uint32_t n_verified(const struct bpf_program *program)
{
	struct bpf_prog_info info = { 0 };
	uint32_t len = sizeof(info);

	if (bpf_obj_get_info_by_fd(bpf_program__fd(program), &info, &len))
		return 0;
	return info.verified_insns;
}

static void visit_programs(const struct sensor *sensor, bool loaded, sensor_program_fn *visit,
			   void *arg)
{
	struct bpf_program *program;

	bpf_object__for_each_program(program, sensor->skel->obj)
	{
		const struct sensor_program told = {
			.name = bpf_program__name(program),
			.n_verified = loaded ? n_verified(program) : 0,
			.typed_reads = sensor->skel->rodata->typed_reads,
		};

		if (bpf_program__autoload(program))
			visit(&told, arg);
	}
}

int sensor_probe_programs(const struct sensor_config *config, bool load, struct diag *diag,
			  sensor_program_fn *visit, void *arg)
{
	struct sensor sensor = { .epoll_fd = -1 };
	int err;

	sensor_print_to_log();
	if (load)
		err = sensor_load(&sensor, config, diag);
	else
		err = sensor_prepare(&sensor, config, diag, true);
	if (!err)
		visit_programs(&sensor, load, visit, arg);
	bw_skel__destroy(sensor.skel);
	return err;
}

void sensor_features(struct sensor_features *out)
{
	struct btf *btf = btf__load_vmlinux_btf();

	memset(out, 0, sizeof(*out));
	if (!btf)
		return;
	out->btf = true;
	out->task_btf = sensor_has_helper(btf, "BPF_FUNC_get_current_task_btf");
	out->pt_regs = sensor_has_helper(btf, "BPF_FUNC_task_pt_regs");
	out->iter_task = btf__find_by_name_kind(btf, "bpf_iter__task", BTF_KIND_STRUCT) > 0;
	btf__free(btf);
}
