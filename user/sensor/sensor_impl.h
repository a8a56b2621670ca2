/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SENSOR_IMPL_H
#define SENSOR_SENSOR_IMPL_H

/* What the files of this module share. */
#include "bpfwatch/calls.h"
#include "sensor/sensor.h"
#include "sensor/sensor_guard.h"
#include "sensor/sensor_merge.h"
#include "sensor/sensor_ring.h"

struct btf;
struct bw_skel;

/* What the host tells before load. */
struct sensor_host {
	uint32_t ns[BW_NS_MAX]; /* inode numbers; 0: not known */
	uint32_t v1_controller; /* enum bw_v1_controller */
	uint32_t v1_hierarchy;
	uint32_t n_cpus; /* possible ones */
};

struct sensor {
	struct bw_skel *skel;
	struct bw_skel *second; /* see sensor_second_load(); NULL: not loaded */
	bool no_second; /* it cannot be loaded */
	uint64_t n_skipped_alone; /* runs of on_sys_exit, until there was a second */
	struct sensor_ring ring[BW_LANE_MAX];
	unsigned long life_target; /* where the producers were before the last drain */
	unsigned long activity_target;
	struct merge *merge;
	struct sensor_guard guard;
	struct sensor_host host;
	sensor_cb *cb;
	void *arg;
	int epoll_fd;
};

/* Namespaces from /proc/2/ns, v1 hierarchy from /proc/cgroups. */
void sensor_host_read(struct sensor_host *out);

/*
 * The meaning of every system call number, given what is wanted (see
 * sensor_config.calls): BW_NR_MAX entries at `out`.
 */
void sensor_calls_fill(const bool wanted[BW_CALL_MAX], struct bw_number *out);

/* Likewise what socketcall(2) stands for: BW_SOCKETCALLS_MAX entries. */
void sensor_calls_fill_socketcalls(const bool wanted[BW_CALL_MAX], struct bw_call_entry *out);

/* What the arguments of a call are; all zero for one that has a program of its own. */
const struct bw_decode *sensor_decode(enum bw_call call);

/* Which programs the wanted calls need, by enum bw_slot. */
void sensor_calls_slots(const bool wanted[BW_CALL_MAX], bool ret_needed[BW_SLOT_MAX]);

/* tp_btf finds a tracepoint by the typedef of its callback. */
bool sensor_has_tracepoint(const struct btf *btf, const char *name);

/* How many arguments a tracepoint hands to its programs; 0: not known. */
int sensor_tracepoint_args(const struct btf *btf, const char *name);

/* As sensor_hooks(). */
void sensor_hooks_probe(const struct btf *btf, enum sensor_hook_state out[SENSOR_HOOK_MAX]);

/*
 * Before the load: which programs beside those of system calls are needed and
 * can be had, and what they have to know of this kernel.  Returns 0 or -errno.
 */
int sensor_hooks_choose(struct bw_skel *skel, const struct btf *btf, const bool calls[BW_CALL_MAX]);

/* What each io_uring operation means, by its number.  Returns false if none is wanted. */
bool sensor_uring_fill(const bool wanted[BW_CALL_MAX], struct bw_call_entry out[BW_RING_OPS_MAX]);

/* What libbpf says goes to our log. */
void sensor_print_to_log(void);

/* sensor->skel, opened and set up but not loaded.  As sensor_open(). */
int sensor_prepare(struct sensor *sensor, const struct sensor_config *config, struct diag *diag,
		   bool typed_reads);

/* Whether programs may call "bpf_NAME": given as "BPF_FUNC_NAME". */
bool sensor_has_helper(const struct btf *btf, const char *name);

/* Open and load what is wanted.  As sensor_open(). */
int sensor_load(struct sensor *sensor, const struct sensor_config *config, struct diag *diag);

/* Fill the maps of calls and attach; events begin.  As sensor_open(). */
int sensor_attach(struct sensor *sensor, const struct sensor_config *config, struct diag *diag);

/* The program behind the dispatcher that a slot stands for; NULL: none. */
struct bpf_program *sensor_slot_program(const struct bw_skel *skel, enum bw_slot slot);

/* Put the loaded programs behind the dispatcher into its map.  Returns 0 or -errno. */
int sensor_fill_programs(const struct bw_skel *skel);

/*
 * How often the kernel left out a program that nothing made up for: an upper bound of
 * what was not seen.  Returns 0 or -errno.
 */
int sensor_skipped(const struct sensor *sensor, uint64_t *out);

/*
 * Load and attach what is at the exit of calls a second time if the kernel has left it
 * out; see bpf/dispatch.bpf.c.  Cheap enough for every look at the rings, but once.
 */
void sensor_second_if_skipped(struct sensor *sensor);

/* The same, whatever happened.  Returns 0 or -errno. */
int sensor_second_load(struct sensor *sensor);

#endif /* SENSOR_SENSOR_IMPL_H */
