// SPDX-License-Identifier: Apache-2.0
#include "container/danger.h"

#include <string.h>

#include "base/caps.h"
#include "container/caps.h"

#define CAP_BITS 64

static void add_word(struct buf *buf, size_t start, const char *word, const char *value)
{
	if (buf->len > start)
		buf_add_char(buf, ',');
	buf_add_str(buf, word);
	if (value)
		buf_add_str(buf, value);
}

/* Who may talk to a runtime starts what it likes on the host. */
static bool is_runtime_socket(const char *path)
{
	static const char *const names[] = { "docker.sock", "containerd.sock", "crio.sock",
					     "podman.sock", "dockershim.sock", "cri-dockerd.sock" };
	const char *slash = strrchr(path, '/');
	size_t i;

	for (i = 0; slash && i < sizeof(names) / sizeof(names[0]); i++) {
		if (!strcmp(slash + 1, names[i]))
			return true;
	}
	return false;
}

/* These as they are, and what lies in those that end in a slash. */
static bool is_of_the_host(const char *path)
{
	static const char *const paths[] = { "/",
					     "/etc",
					     "/etc/",
					     "/root",
					     "/root/",
					     "/home",
					     "/boot",
					     "/usr",
					     "/bin",
					     "/sbin",
					     "/lib",
					     "/proc",
					     "/proc/",
					     "/sys",
					     "/sys/",
					     "/dev",
					     "/run",
					     "/var",
					     "/var/run",
					     "/var/lib",
					     "/var/log",
					     "/var/lib/docker",
					     "/var/lib/containerd",
					     "/var/lib/kubelet",
					     "/var/spool/cron" };
	size_t len;
	size_t i;

	for (i = 0; i < sizeof(paths) / sizeof(paths[0]); i++) {
		len = strlen(paths[i]);
		if (len > 1 && paths[i][len - 1] == '/' ? !strncmp(path, paths[i], len) :
							  !strcmp(path, paths[i]))
			return true;
	}
	return false;
}

/* Engines mount files of their own that stand for these. */
static bool is_engines(const struct container_mount *mount)
{
	static const char *const dests[] = {
		"/etc/hosts",           "/etc/hostname",
		"/etc/resolv.conf",     "/dev/shm",
		"/run/.containerenv",   "/run/secrets",
		"/dev/termination-log", "/var/run/secrets/kubernetes.io/serviceaccount"
	};
	size_t i;

	for (i = 0; i < sizeof(dests) / sizeof(dests[0]); i++) {
		if (!strcmp(mount->dest, dests[i]))
			return true;
	}
	return false;
}

static void add_mounts(const struct container *info, struct buf *buf, size_t start)
{
	const struct container_mount *mount;
	uint32_t i;

	for (i = 0; i < info->n_mounts; i++) {
		mount = &info->mounts[i];
		if (!mount->source || !mount->dest)
			continue;
		if (is_runtime_socket(mount->source))
			add_word(buf, start, "runtime_socket", NULL);
		else if (is_of_the_host(mount->source) && !is_engines(mount))
			add_word(buf, start, "mount:", mount->source);
	}
}

static void add_caps(const struct container *info, struct buf *buf, size_t start)
{
	uint64_t more = info->facts.has_caps ? info->facts.caps & ~CAPS_DEFAULT : 0;
	const char *name;
	unsigned int i;

	for (i = 0; i < CAP_BITS; i++) {
		name = more >> i & 1 ? caps_name(i) : NULL;
		if (name)
			add_word(buf, start, "cap:", name + strlen("CAP_"));
	}
}

void danger_add(const struct container *info, struct buf *buf)
{
	const struct container_facts *facts = &info->facts;
	size_t start = buf->len;

	if (info->privileged > 0)
		add_word(buf, start, "privileged", NULL);
	if (facts->is_seen && facts->ns_host & BW_NS_PID)
		add_word(buf, start, "host_pid", NULL);
	if (facts->is_seen && facts->ns_host & BW_NS_NET)
		add_word(buf, start, "host_network", NULL);
	if (facts->is_seen && facts->ns_host & BW_NS_IPC)
		add_word(buf, start, "host_ipc", NULL);
	add_mounts(info, buf, start);
	/* All of them are no news where it is privileged. */
	if (info->privileged <= 0)
		add_caps(info, buf, start);
	if (facts->seccomp == 0)
		add_word(buf, start, "no_seccomp", NULL);
	if (info->rootfs_readonly == 0)
		add_word(buf, start, "writable_rootfs", NULL);
}
