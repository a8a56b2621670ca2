// SPDX-License-Identifier: Apache-2.0
#include "container/facts.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "container/info.h"

#define PROC_FILE_MAX 65536
#define PROC_PATH_MAX 4096
#define NS_PER_S      1000000000ULL

/* Behind the ")" of /proc/PID/stat: state is field 3, starttime 22. */
#define FIELDS_TO_START 20

/* A kernel thread: in the namespaces of the host, and readable where pid 1 is not. */
#define KTHREADD_PID 2

static char *read_proc(const char *root, uint32_t pid, const char *name)
{
	char path[PROC_PATH_MAX];
	char *text = NULL;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/proc/%u/%s", root, pid, name);
	return file_read(AT_FDCWD, path, PROC_FILE_MAX, &text, &len) ? NULL : text;
}

static bool find_number(const char *text, const char *key, int base, uint64_t *out)
{
	const char *line = strstr(text, key);

	if (!line)
		return false;
	*out = strtoull(line + strlen(key), NULL, base);
	return true;
}

static void read_status(const char *root, uint32_t pid, struct container_facts *facts)
{
	cleanup_free char *text = read_proc(root, pid, "status");
	uint64_t value;

	if (!text)
		return;
	if (find_number(text, "\nCapBnd:", 16, &value)) {
		facts->has_caps = true;
		facts->caps = value;
	}
	if (find_number(text, "\nSeccomp:", 10, &value))
		facts->seccomp = (int8_t)value;
	if (find_number(text, "\nNoNewPrivs:", 10, &value))
		facts->no_new_privs = value != 0;
}

/* A link of /proc/PID/ns; its length, 0 if it cannot be read. */
static size_t read_ns(const char *root, uint32_t pid, const char *name, char *out, size_t size)
{
	char path[PROC_PATH_MAX];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s/proc/%u/ns/%s", root, pid, name);
	len = readlink(path, out, size);
	return len > 0 ? (size_t)len : 0;
}

static void read_namespaces(const char *root, uint32_t pid, struct container_facts *facts)
{
	static const struct {
		const char *name;
		uint32_t bit;
	} kinds[] = {
		{ "mnt", BW_NS_MNT },       { "pid", BW_NS_PID }, { "net", BW_NS_NET },
		{ "user", BW_NS_USER },     { "ipc", BW_NS_IPC }, { "uts", BW_NS_UTS },
		{ "cgroup", BW_NS_CGROUP },
	};
	uint32_t shared = 0;
	char host[64];
	char own[64];
	size_t own_len;
	size_t len;
	size_t i;

	for (i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		len = read_ns(root, KTHREADD_PID, kinds[i].name, host, sizeof(host));
		own_len = read_ns(root, pid, kinds[i].name, own, sizeof(own));
		if (!len || !own_len)
			return;
		if (own_len == len && !memcmp(host, own, len))
			shared |= kinds[i].bit;
	}
	facts->ns_host = shared;
	facts->is_seen = true;
}

static uint64_t read_start(const char *root, uint32_t pid)
{
	cleanup_free char *text = read_proc(root, pid, "stat");
	const char *at = text ? strrchr(text, ')') : NULL;
	long ticks_per_s = sysconf(_SC_CLK_TCK);
	uint64_t ticks;
	int i;

	for (i = 0; at && i < FIELDS_TO_START; i++)
		at = strchr(at + 1, ' ');
	if (!at || ticks_per_s <= 0)
		return 0;
	ticks = strtoull(at + 1, NULL, 10);
	return ticks * (NS_PER_S / (uint64_t)ticks_per_s);
}

void facts_read(const char *root, uint32_t pid, struct container *info)
{
	struct container_facts facts = info->facts;

	read_status(root, pid, &facts);
	read_namespaces(root, pid, &facts);
	info_set_facts(info, &facts);
	if (!info->start_ns)
		info->start_ns = read_start(root, pid);
}
