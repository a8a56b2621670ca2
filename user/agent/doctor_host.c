// SPDX-License-Identifier: Apache-2.0

/* The part of bpfwatch doctor that no rule has a say in. */
#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/utsname.h>

#include "agent/doctor.h"
#include "agent/live.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "sensor/sensor.h"

#define SMALL_FILE_BYTES_MAX (1UL << 20)
#define NOTE_MAX             512

/* Numbers of include/uapi/linux/capability.h: older headers lack the last ones. */
static const struct {
	const char *name;
	unsigned int number;
	const char *missing;
} caps[] = {
	{ "CAP_BPF", 39, "" },
	{ "CAP_PERFMON", 38, "" },
	{ "CAP_SYS_ADMIN", 21, "" },
	{ "CAP_SYS_RESOURCE", 24, "" },
	{ "CAP_SYS_PTRACE", 19, "arguments of processes that were there before are missing" },
	{ "CAP_DAC_READ_SEARCH", 2, "" },
};

/* The file's first `size` - 1 bytes without the last end of line; false: it cannot be read. */
static bool read_word(const char *path, char *out, size_t size)
{
	cleanup_free char *text = NULL;
	size_t len;

	if (file_read(AT_FDCWD, path, SMALL_FILE_BYTES_MAX, &text, &len))
		return false;
	text[strcspn(text, "\n")] = '\0';
	(void)snprintf(out, size, "%s", text);
	return true;
}

static void look_at_kernel(struct doctor *doctor)
{
	struct sensor_features features;
	struct utsname uts;

	if (uname(&uts) == 0) {
		doctor_add(doctor, DOCTOR_WELL, "kernel", "release", uts.release, "");
		doctor_add(doctor, DOCTOR_WELL, "kernel", "machine", uts.machine, "");
	}
	sensor_features(&features);
	doctor_add(doctor, features.btf ? DOCTOR_WELL : DOCTOR_BROKEN, "kernel", "btf",
		   features.btf ? "yes" : "no",
		   features.btf ? "" :
				  "no type information in /sys/kernel/btf/vmlinux: use a kernel "
				  "built with CONFIG_DEBUG_INFO_BTF=y");
	if (!features.btf)
		return;
	doctor_add(doctor, features.iter_task ? DOCTOR_WELL : DOCTOR_BROKEN, "kernel", "iter-task",
		   features.iter_task ? "yes" : "no",
		   features.iter_task ? "" : "processes that run already cannot be found");
	/* Slower without, but nothing is lost. */
	doctor_add(doctor, DOCTOR_WELL, "kernel", "typed-reads", features.task_btf ? "yes" : "no",
		   features.task_btf ? "" : "a record costs a little more");
	doctor_add(doctor, DOCTOR_WELL, "kernel", "task-pt-regs", features.pt_regs ? "yes" : "no",
		   "");
}

static uint64_t effective_caps(void)
{
	cleanup_free char *text = NULL;
	const char *line;
	size_t len;

	if (file_read(AT_FDCWD, "/proc/self/status", SMALL_FILE_BYTES_MAX, &text, &len))
		return 0;
	line = strstr(text, "\nCapEff:");
	return line ? strtoull(line + strlen("\nCapEff:"), NULL, 16) : 0;
}

static bool look_at_rights(struct doctor *doctor)
{
	const uint64_t have = effective_caps();
	char note[NOTE_MAX];
	char word[64];
	int err;

	for (size_t i = 0; i < sizeof(caps) / sizeof(*caps); i++) {
		bool has = have >> caps[i].number & 1;

		doctor_add(doctor, has || !*caps[i].missing ? DOCTOR_WELL : DOCTOR_DEGRADED,
			   "rights", caps[i].name, has ? "yes" : "no", has ? "" : caps[i].missing);
	}
	if (!read_word("/sys/kernel/security/lockdown", word, sizeof(word)))
		(void)snprintf(word, sizeof(word), "unknown");
	doctor_add(doctor, DOCTOR_WELL, "rights", "lockdown", word, "");
	if (read_word("/proc/sys/kernel/unprivileged_bpf_disabled", word, sizeof(word)))
		doctor_add(doctor, DOCTOR_WELL, "rights", "unprivileged-bpf-disabled", word, "");
	err = sensor_probe_rights();
	note[0] = '\0';
	if (err)
		(void)snprintf(note, sizeof(note),
			       "%s: run as root, or with CAP_BPF and CAP_PERFMON; kernel lockdown "
			       "must not be in confidentiality mode",
			       strerror(-err));
	doctor_add(doctor, err ? DOCTOR_BROKEN : DOCTOR_WELL, "rights", "load-programs",
		   err ? "no" : "yes", note);
	return err == 0;
}

/* One look at the mounts: are there cgroups of either kind? */
static const char *cgroup_mode(void)
{
	cleanup_free char *text = NULL;
	bool v1;
	bool v2;
	size_t len;

	if (file_read(AT_FDCWD, "/proc/self/mountinfo", SMALL_FILE_BYTES_MAX, &text, &len))
		return "unknown";
	v1 = strstr(text, " - cgroup ");
	v2 = strstr(text, " - cgroup2 ");
	if (v1 && v2)
		return "hybrid";
	if (v1)
		return "v1";
	return v2 ? "v2" : "none";
}

static void look_at_cgroups(struct doctor *doctor)
{
	const char *mode = cgroup_mode();
	const char *controller = sensor_host_v1_controller();
	char word[64];

	doctor_add(doctor, strcmp(mode, "none") == 0 ? DOCTOR_DEGRADED : DOCTOR_WELL, "cgroups",
		   "mode", mode,
		   strcmp(mode, "none") == 0 ? "no cgroup file system is mounted here: containers "
					       "are told by number only" :
					       "");
	(void)snprintf(word, sizeof(word), "v2");
	if (controller)
		(void)snprintf(word, sizeof(word), "v2+%" PRIu32, sensor_host_v1_hierarchy());
	doctor_add(doctor, DOCTOR_WELL, "cgroups", "ids", word,
		   controller ? "records carry ids of the unified hierarchy and of this one of v1" :
				"");
	if (controller)
		doctor_add(doctor, DOCTOR_WELL, "cgroups", "v1-controller", controller, "");
}

static void look_at_compat32(struct doctor *doctor)
{
	bool has = sensor_host_has_compat32();

	doctor_add(doctor, DOCTOR_WELL, "calls32", "emulation", has ? "on" : "off",
		   has ? "32-bit calls are watched like all others" :
			 "no process can make 32-bit calls");
}

/* `limit`: of locked memory, as it was before anything was loaded, which raises it on old kernels. */
static void look_at_memory(struct doctor *doctor, const struct rlimit *limit, bool may_load)
{
	const struct sensor_config rings = {
		.life_ring_bytes = LIFE_RING_BYTES,
		.activity_ring_bytes = ACTIVITY_RING_BYTES,
	};
	char word[64];
	int err;

	if (limit->rlim_max == RLIM_INFINITY)
		(void)snprintf(word, sizeof(word), "unlimited");
	else
		(void)snprintf(word, sizeof(word), "%" PRIu64, (uint64_t)limit->rlim_max);
	doctor_add(doctor, DOCTOR_WELL, "memory", "memlock", word, "");
	(void)snprintf(word, sizeof(word), "%lu+%lu", LIFE_RING_BYTES, ACTIVITY_RING_BYTES);
	err = may_load ? sensor_probe_rings(&rings) : 0;
	doctor_add(doctor, err ? DOCTOR_BROKEN : DOCTOR_WELL, "memory", "rings", word,
		   err ? "cannot be had: raise RLIMIT_MEMLOCK on kernels before 5.11" : "");
}

static void look_at_hooks(struct doctor *doctor)
{
	static const char *const words[] = {
		[SENSOR_HOOK_MISSING] = "missing",
		[SENSOR_HOOK_FALLBACK] = "fallback",
		[SENSOR_HOOK_LIVE] = "live",
	};
	enum sensor_hook_state states[SENSOR_HOOK_MAX];

	(void)sensor_hooks(states); /* without type information all are missing, and that is told */
	for (enum sensor_hook hook = 0; hook < SENSOR_HOOK_MAX; hook++) {
		enum doctor_state state = DOCTOR_WELL;

		if (states[hook] != SENSOR_HOOK_LIVE)
			state = hook <= SENSOR_HOOK_CALLS ? DOCTOR_BROKEN : DOCTOR_DEGRADED;
		doctor_add(doctor, state, "hook", sensor_hook_name(hook), words[states[hook]],
			   sensor_hook_note(hook, states[hook]));
	}
}

bool doctor_look_at_host(struct doctor *doctor)
{
	struct rlimit locked = { RLIM_INFINITY, RLIM_INFINITY };
	bool may_load;

	(void)getrlimit(RLIMIT_MEMLOCK, &locked); /* cannot fail with such arguments */
	look_at_kernel(doctor);
	may_load = look_at_rights(doctor);
	look_at_cgroups(doctor);
	look_at_compat32(doctor);
	look_at_memory(doctor, &locked, may_load);
	look_at_hooks(doctor);
	return may_load;
}
