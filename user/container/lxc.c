// SPDX-License-Identifier: Apache-2.0
#include "container/lxc.h"

#include <stdlib.h>
#include <string.h>

#include "container/address.h"
#include "container/info.h"

static bool has_option(const char *options, const char *want)
{
	size_t len = strlen(want);

	for (; *options; options += strspn(options, ",")) {
		size_t n = strcspn(options, ",");

		if (n == len && !strncmp(options, want, len))
			return true;
		options += n;
	}
	return false;
}

/* "dir:/path", "overlay:/lower:/upper" …: what is before the colon is a driver's name. */
static void set_rootfs(struct container *info, const char *value)
{
	const char *path = strchr(value, '/');

	/* Of layers the last one is where the container writes, and not all of its root. */
	if (path && !strchr(path, ':'))
		info_set(&info->rootfs, path);
}

/* A line of fstab: source, destination (below the root), type, options. */
static void add_mount(struct container *info, char *value)
{
	struct container_mount mount = { 0 };
	char dest[INFO_STR_MAX];
	char *save = NULL;
	char *type;

	mount.source = strtok_r(value, " \t", &save);
	mount.dest = strtok_r(NULL, " \t", &save);
	type = strtok_r(NULL, " \t", &save);
	mount.mode = strtok_r(NULL, " \t", &save);
	if (!type || !mount.mode || strlen(mount.dest) + 2 > sizeof(dest))
		return;
	if (!has_option(mount.mode, "bind") && !has_option(mount.mode, "rbind"))
		return;
	dest[0] = '/';
	memcpy(dest + 1, mount.dest, strlen(mount.dest) + 1);
	if (*mount.dest != '/')
		mount.dest = dest;
	mount.rdwr = !has_option(mount.mode, "ro");
	info_add_mount(info, &mount);
}

/* Digits with K, M or G behind them, as cgroup files take them. */
static uint64_t size_of(const char *value)
{
	char *end;
	uint64_t n = strtoull(value, &end, 10);
	unsigned int shift = 0;

	if (*end == 'K' || *end == 'k')
		shift = 10;
	else if (*end == 'M' || *end == 'm')
		shift = 20;
	else if (*end == 'G' || *end == 'g')
		shift = 30;
	return n << shift >> shift == n ? n << shift : 0;
}

/* lxc.net.N.ipv4.address */
static bool is_address_key(const char *key)
{
	const char *dot = strncmp(key, "lxc.net.", strlen("lxc.net.")) != 0 ?
				  NULL :
				  strchr(key + strlen("lxc.net."), '.');

	return dot && (!strcmp(dot, ".ipv4.address") || !strcmp(dot, ".ipv6.address"));
}

static void apply_line(struct container *info, const char *key, char *value)
{
	if (!strcmp(key, "lxc.rootfs.path"))
		set_rootfs(info, value);
	else if (!strcmp(key, "lxc.rootfs.options"))
		info->rootfs_readonly = has_option(value, "ro");
	else if (!strcmp(key, "lxc.mount.entry"))
		add_mount(info, value);
	else if (is_address_key(key))
		address_take(&info->ip, value);
	else if (!strcmp(key, "lxc.cgroup.memory.limit_in_bytes") ||
		 !strcmp(key, "lxc.cgroup2.memory.max"))
		info->memory_limit = size_of(value);
	else if (!strcmp(key, "lxc.cgroup.pids.max") || !strcmp(key, "lxc.cgroup2.pids.max"))
		info->pids_limit = size_of(value);
	else if (!strcmp(key, "lxc.no_new_privs"))
		info->facts.no_new_privs = *value == '1';
}

void lxc_apply(struct container *info, char *text)
{
	char *line;
	char *value;
	size_t len;

	info_drop_mounts(info);
	info->rootfs_readonly = 0;
	info->facts.no_new_privs = 0;
	while ((line = strsep(&text, "\n"))) {
		line += strspn(line, " \t");
		value = strchr(line, '=');
		if (*line == '#' || !value)
			continue;
		*value++ = '\0';
		value += strspn(value, " \t");
		for (len = strlen(line); len && strchr(" \t", line[len - 1]); len--)
			line[len - 1] = '\0';
		for (len = strlen(value); len && strchr(" \t\r", value[len - 1]); len--)
			value[len - 1] = '\0';
		apply_line(info, line, value);
	}
}
