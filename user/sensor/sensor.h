/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SENSOR_H
#define SENSOR_SENSOR_H

/*
 * The only module that knows libbpf: loads and attaches the programs that are
 * needed, drains both rings, and hands out their records in one order.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/diag.h"
#include "bpfwatch/event.h"

struct sensor;

/* Called once per raw record, 8-byte aligned, valid only during the call. */
typedef void sensor_cb(const void *data, size_t len, void *arg);

struct sensor_config {
	size_t life_ring_bytes; /* a power of two, a multiple of the page size */
	size_t activity_ring_bytes;
	/*
	 * What to report beyond what keeps the process table.  Ask for
	 * BW_CALL_COMM_CHANGE whenever a rule reads the name of a process, its
	 * parent or its ancestors: the table follows names by it.
	 */
	bool calls[BW_CALL_MAX];
	bool want_env; /* read the environment at exec */
	bool leave_writable; /* do not freeze the maps: for tests, which forge what they hold */
	sensor_cb *cb;
	void *arg;
};

/*
 * Load and attach.  On success *out is owned by the caller and ends with
 * sensor_close().
 *
 * Returns 0; -EPERM without the needed rights, -ENOTSUP for a kernel that lacks
 * something (diag names it and what to do), -ENOMEM, or libbpf's error.
 */
int sensor_open(const struct sensor_config *config, struct diag *diag, struct sensor **out);

/* Detach and free; NULL is allowed. */
void sensor_close(struct sensor *sensor);

/* Hand out one BW_EVENT_PROC for each process there is.  Returns the count or -errno. */
int sensor_snapshot(struct sensor *sensor);

/* Readable when records wait in numbers; a timer of the caller's bounds the delay. */
int sensor_fd(const struct sensor *sensor);

/*
 * Hand out what has gathered, ordered so that a process's life events come
 * before what it did: a record of activity is given only after the life ring has been
 * drained past its time.  At most `max_records` of activity in one call: call
 * again at once while it returns no less than that.
 * Returns the number handed out or -errno.
 */
int sensor_drain(struct sensor *sensor, unsigned int max_records);

/* What we made in the kernel. */
enum sensor_object_kind {
	SENSOR_OBJECT_PROGRAM = 0,
	SENSOR_OBJECT_MAP,
	SENSOR_OBJECT_LINK,
	SENSOR_OBJECT_MAX,
};

/* Visit each id of that kind, as bpf(2) takes it. */
typedef void sensor_object_fn(uint32_t id, void *arg);
void sensor_each_object(const struct sensor *sensor, enum sensor_object_kind kind,
			sensor_object_fn *visit, void *arg);

/* Something is wrong with the sensor itself; as in struct bw_finding. */
struct sensor_finding {
	enum bw_finding_kind kind;
	const char *object;
	uint64_t count;
	uint64_t since_ns;
};

/*
 * Look after ourselves: is every object still there, did others write our positions in
 * the rings, do our own events arrive?  Call it about once a second, after a
 * drain, with the boot time.  What goes on is told again every
 * SENSOR_AGAIN_NS, with all that came meanwhile.
 */
#define SENSOR_AGAIN_NS 10000000000ULL
typedef void sensor_finding_fn(const struct sensor_finding *finding, void *arg);
void sensor_check(struct sensor *sensor, uint64_t now_ns, sensor_finding_fn *tell, void *arg);

/*
 * Sum of the kernel's counters over all CPUs, BW_STAT_MAX of them.  BW_STAT_SKIPPED is the
 * kernel's own count of the runs of our programs that it left out, most of which would
 * have told nothing: an upper bound of what was not seen (5.12; 0 before).
 */
int sensor_read_stats(const struct sensor *sensor, uint64_t stats[BW_STAT_MAX]);

/* Which of a call's uses alone are reported, as "with PROT_EXEC only"; NULL: all are. */
const char *sensor_call_note(enum bw_call call);

/* Where the events come from, and so what a kernel can be blind to. */
enum sensor_hook {
	SENSOR_HOOK_LIFE = 0, /* fork, exec, exit */
	SENSOR_HOOK_CGROUPS,
	SENSOR_HOOK_CALLS, /* system calls at their exit */
	SENSOR_HOOK_EXEC_BEFORE, /* credentials before an exec */
	SENSOR_HOOK_NAMES, /* renamed threads */
	SENSOR_HOOK_CONNECTIONS, /* TCP connections at their SYN */
	SENSOR_HOOK_PACKETS, /* datagrams and raw packets as sent */
	SENSOR_HOOK_URING, /* io_uring operations */
	SENSOR_HOOK_MAX,
};

enum sensor_hook_state {
	SENSOR_HOOK_MISSING = 0,
	SENSOR_HOOK_FALLBACK, /* less is told; sensor_hook_note() says what */
	SENSOR_HOOK_LIVE,
};

/*
 * What this kernel has, by its type information, whether wanted or not.  Needs no
 * rights.  Returns 0; -ENOTSUP without type information: all are missing then.
 */
int sensor_hooks(enum sensor_hook_state out[SENSOR_HOOK_MAX]);

/* A short name, as "calls". */
const char *sensor_hook_name(enum sensor_hook hook);

/* One clause on what is not seen in that state; "" for SENSOR_HOOK_LIVE. */
const char *sensor_hook_note(enum sensor_hook hook, enum sensor_hook_state state);

/*
 * What can be told of this host without attaching anything; see sensor_probe.c.
 */

/* Does this hook, or this program of ours, serve that call? */
bool sensor_hook_serves(enum sensor_hook hook, enum bw_call call);
bool sensor_program_serves(const char *program, enum bw_call call);

/* May we load programs?  Loads one of two instructions.  Returns 0 or -errno. */
int sensor_probe_rights(void);

/* Can the rings be had?  Makes and drops them.  Returns 0 or -errno. */
int sensor_probe_rings(const struct sensor_config *config);

struct sensor_program {
	const char *name;
	uint32_t n_verified; /* instructions that the verifier went through; 0: not told */
	bool typed_reads; /* as bpf/read.bpf.h has it */
};

/*
 * Name the programs that `config` asks for; with `load`, load them too, which runs
 * none.  Returns as sensor_open().
 */
typedef void sensor_program_fn(const struct sensor_program *program, void *arg);
int sensor_probe_programs(const struct sensor_config *config, bool load, struct diag *diag,
			  sensor_program_fn *visit, void *arg);

/* Features that something depends on: helpers and iterators by the kernel's type information. */
struct sensor_features {
	bool btf;
	bool task_btf; /* bpf_get_current_task_btf: plain loads instead of probe reads */
	bool pt_regs; /* bpf_task_pt_regs */
	bool iter_task; /* processes that were there before us */
};

void sensor_features(struct sensor_features *out);

/* Can a process of this host make 32-bit calls?  Tried by a child. */
bool sensor_host_has_compat32(void);

/* The controller of that hierarchy; NULL: none. */
const char *sensor_host_v1_controller(void);

/* Number of the v1 hierarchy whose ids records carry on this host; 0: none.  From /proc/cgroups. */
uint32_t sensor_host_v1_hierarchy(void);

#endif /* SENSOR_SENSOR_H */
