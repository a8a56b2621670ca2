// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/personality.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "base/log.h"

#define CGROUPS_BYTES_MAX 16384

/* By bit number of BW_NS_*. */
static const char *const ns_names[BW_NS_MAX] = {
	"mnt", "pid", "net", "user", "ipc", "uts", "cgroup"
};

static const char *const v1_names[BW_V1_MAX] = {
	[BW_V1_MEMORY] = "memory",
	[BW_V1_PIDS] = "pids",
	[BW_V1_CPUSET] = "cpuset",
	[BW_V1_CPU] = "cpu",
};

/*
 * kthreadd is always in the host's namespaces, and may be looked at even where
 * process 1 holds capabilities that we do not.
 */
static void read_namespaces(uint32_t ns[BW_NS_MAX])
{
	char path[64];
	struct stat st;

	for (int i = 0; i < BW_NS_MAX; i++) {
		(void)snprintf(path, sizeof(path), "/proc/2/ns/%s", ns_names[i]);
		if (stat(path, &st) == 0)
			ns[i] = (uint32_t)st.st_ino;
		else
			log_debug("cannot read '%s'; this namespace will not be compared", path);
	}
}

/* Hierarchy number of `controller` in the text of /proc/cgroups; 0: on v2 or absent. */
static uint32_t hierarchy_of(const char *text, const char *controller)
{
	size_t len = strlen(controller);
	const char *line = text;

	while (line && *line) {
		if (strncmp(line, controller, len) == 0 && line[len] == '\t')
			return (uint32_t)strtoul(line + len + 1, NULL, 10);
		line = strchr(line, '\n');
		if (line)
			line++;
	}
	return 0;
}

static void read_v1(struct sensor_host *host)
{
	cleanup_free char *text = NULL;
	size_t len;

	if (file_read(AT_FDCWD, "/proc/cgroups", CGROUPS_BYTES_MAX, &text, &len))
		return; /* no v1 in this kernel */
	for (uint32_t i = BW_V1_NONE + 1; i < BW_V1_MAX; i++) {
		host->v1_hierarchy = hierarchy_of(text, v1_names[i]);
		if (host->v1_hierarchy) {
			host->v1_controller = i;
			return;
		}
	}
}

void sensor_host_read(struct sensor_host *out)
{
	memset(out, 0, sizeof(*out));
	read_namespaces(out->ns);
	read_v1(out);
}

uint32_t sensor_host_v1_hierarchy(void)
{
	struct sensor_host host = { 0 };

	read_v1(&host);
	return host.v1_hierarchy;
}

const char *sensor_host_v1_controller(void)
{
	struct sensor_host host = { 0 };

	read_v1(&host);
	return v1_names[host.v1_controller];
}

#if defined(__x86_64__)
/* Where the kernel has no 32-bit entry, or was told to close it, this is a fault. */
static bool try_compat32(void)
{
	const struct rlimit none = { 0, 0 };
	long pid = 20; /* getpid of arch/x86/entry/syscalls/syscall_32.tbl */

	(void)setrlimit(RLIMIT_CORE, &none);
	(void)signal(SIGSEGV, SIG_DFL); /* an expected end, whoever else looks for faults */
	__asm__ volatile("int $0x80" : "+a"(pid) : : "memory", "r8", "r9", "r10", "r11");
	return pid == getpid();
}
#elif defined(__aarch64__)
/* Refused where no CPU runs 32-bit programs. */
static bool try_compat32(void)
{
	return personality(PER_LINUX32) >= 0;
}
#endif

bool sensor_host_has_compat32(void)
{
	pid_t child = fork();
	int status = 0;

	if (child == 0)
		_exit(try_compat32() ? 0 : 1);
	/* Not known: take it that the door is there. */
	if (child < 0 || waitpid(child, &status, 0) != child)
		return true;
	return WIFEXITED(status) && WEXITSTATUS(status) == 0;
}
