// SPDX-License-Identifier: Apache-2.0
#include "fields/names.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "base/caps.h"

/* In Falco's order of printing; the numbers are its own. */
static const struct {
	const char *name;
	uint32_t bits;
} open_names[] = {
	{ "O_LARGEFILE", 1U << 11 },
	{ "O_DIRECTORY", 1U << 10 },
	{ "O_DIRECT", 1U << 9 },
	{ "O_TRUNC", 1U << 8 },
	{ "O_SYNC", 1U << 7 },
	{ "O_NONBLOCK", 1U << 6 },
	{ "O_EXCL", 1U << 5 },
	{ "O_DSYNC", 1U << 4 },
	{ "O_APPEND", 1U << 3 },
	{ "O_CREAT", 1U << 2 },
	{ "O_RDWR", 3U },
	{ "O_WRONLY", 2U },
	{ "O_RDONLY", 1U },
	{ "O_CLOEXEC", 1U << 12 },
	{ "O_TMPFILE", 1U << 13 },
	{ "O_F_CREATED", 1U << 14 },
	{ "FD_UPPER_LAYER", 1U << 15 },
	{ "FD_LOWER_LAYER", 1U << 16 },
};

/* Flags whose numbers the machines disagree about, and Falco's numbers for them. */
struct machine_flags {
	uint32_t native;
	uint32_t bits;
};

#define N_MACHINE_FLAGS 3
static const struct machine_flags x86_flags[N_MACHINE_FLAGS] = {
	{ 0100000, 1U << 11 }, /* O_LARGEFILE */
	{ 0200000, 1U << 10 }, /* O_DIRECTORY */
	{ 040000, 1U << 9 }, /* O_DIRECT */
};
static const struct machine_flags arm_flags[N_MACHINE_FLAGS] = {
	{ 0400000, 1U << 11 },
	{ 040000, 1U << 10 },
	{ 0200000, 1U << 9 },
};

#define TMPFILE_BIT 020000000U /* of O_TMPFILE, without O_DIRECTORY: the same everywhere */

static const struct {
	uint32_t magic;
	const char *name;
} file_systems[] = {
	{ OVERLAYFS_SUPER_MAGIC, "overlay" },
	{ TMPFS_MAGIC, "tmpfs" },
	{ EXT4_SUPER_MAGIC, "ext4" },
	{ 0x58465342, "xfs" },
	{ BTRFS_SUPER_MAGIC, "btrfs" },
	{ PROC_SUPER_MAGIC, "proc" },
	{ SYSFS_MAGIC, "sysfs" },
	{ CGROUP2_SUPER_MAGIC, "cgroup2" },
	{ CGROUP_SUPER_MAGIC, "cgroup" },
	{ DEVPTS_SUPER_MAGIC, "devpts" },
	{ RAMFS_MAGIC, "ramfs" },
	{ HUGETLBFS_MAGIC, "hugetlbfs" },
	{ NFS_SUPER_MAGIC, "nfs" },
	{ 0x65735546, "fuse" },
	{ SQUASHFS_MAGIC, "squashfs" },
	{ 0xE0F5E1E2, "erofs" },
	{ F2FS_SUPER_MAGIC, "f2fs" },
	{ 0x2FC12FC1, "zfs" },
	{ 0x61756673, "aufs" },
	{ V9FS_MAGIC, "9p" },
	{ 0xFF534D42, "cifs" },
	{ 0x00c36400, "ceph" },
	{ MSDOS_SUPER_MAGIC, "vfat" },
	{ ISOFS_SUPER_MAGIC, "iso9660" },
	{ BPF_FS_MAGIC, "bpf" },
	{ DEBUGFS_MAGIC, "debugfs" },
	{ TRACEFS_MAGIC, "tracefs" },
	{ SECURITYFS_MAGIC, "securityfs" },
	{ NSFS_MAGIC, "nsfs" },
	{ PIPEFS_MAGIC, "pipefs" },
	{ SOCKFS_MAGIC, "sockfs" },
	{ ANON_INODE_FS_MAGIC, "anon_inodefs" },
	{ BINFMTFS_MAGIC, "binfmt_misc" },
	{ 0x19800202, "mqueue" },
};

const char *names_errno(int err)
{
	return strerrorname_np(err);
}

const char *names_caps(struct arena *scratch, uint64_t caps)
{
	const char *name;
	size_t len = 0;
	char *text;
	char *end;

	for (unsigned int i = 0; (name = caps_name(i)); i++)
		len += (caps >> i & 1) ? strlen(name) + 1 : 0;
	if (len == 0)
		return "";
	text = arena_alloc(scratch, len);
	if (!text)
		return NULL;
	end = text;
	for (unsigned int i = 0; (name = caps_name(i)); i++) {
		if (!(caps >> i & 1))
			continue;
		if (end != text)
			*end++ = ' ';
		end = stpcpy(end, name);
	}
	return text;
}

const char *names_fs(struct arena *scratch, uint32_t magic)
{
	char text[16];

	for (size_t i = 0; i < sizeof(file_systems) / sizeof(file_systems[0]); i++) {
		if (file_systems[i].magic == magic)
			return file_systems[i].name;
	}
	(void)snprintf(text, sizeof(text), "0x%x", magic);
	return arena_strdup(scratch, text);
}

uint32_t names_open_bits(const struct event_view *view)
{
	static const struct machine_flags common[] = {
		{ O_CREAT, 1U << 2 },    { O_APPEND, 1U << 3 }, { O_EXCL, 1U << 5 },
		{ O_NONBLOCK, 1U << 6 }, { O_TRUNC, 1U << 8 },  { O_CLOEXEC, 1U << 12 },
		{ O_DSYNC, 1U << 4 },    { O_SYNC, 1U << 7 },   { TMPFILE_BIT, 1U << 13 },
	};
	const struct bw_open *open = view->rec->open;
	const struct machine_flags *machine = strcmp(view->host->machine, "aarch64") == 0 ?
						      arm_flags :
						      x86_flags;
	uint32_t flags = open->flags;
	uint32_t bits = (flags & O_ACCMODE) + 1;

	for (size_t i = 0; i < sizeof(common) / sizeof(common[0]); i++)
		bits |= (flags & common[i].native) == common[i].native ? common[i].bits : 0;
	for (size_t i = 0; i < N_MACHINE_FLAGS; i++)
		bits |= (flags & machine[i].native) ? machine[i].bits : 0;
	if (open->file.flags & BW_FILE_CREATED)
		bits |= 1U << 14;
	if (open->file.flags & BW_FILE_UPPER)
		bits |= 1U << 15;
	if (open->file.flags & BW_FILE_LOWER)
		bits |= 1U << 16;
	return bits;
}

const char *names_open_flags(struct arena *scratch, uint32_t bits)
{
	char text[256];
	size_t len = 0;

	text[0] = '\0';
	for (size_t i = 0; i < sizeof(open_names) / sizeof(open_names[0]); i++) {
		if ((bits & open_names[i].bits) != open_names[i].bits)
			continue;
		/* The words for both ways to open stand for the bits of each. */
		bits &= ~open_names[i].bits;
		len += (size_t)snprintf(text + len, sizeof(text) - len, "%s%s", len ? "|" : "",
					open_names[i].name);
	}
	return arena_strdup(scratch, text);
}

const char *names_family(uint16_t family)
{
	switch (family) {
	case AF_INET:
		return "ipv4";
	case AF_INET6:
		return "ipv6";
	case AF_UNIX:
		return "unix";
	case AF_NETLINK:
		return "netlink";
	default:
		return NULL;
	}
}

const char *names_stdio(const struct bw_stdio *stdio)
{
	if (stdio->mode == 0)
		return NULL;
	if (S_ISSOCK(stdio->mode))
		return names_family(stdio->family);
	if (S_ISFIFO(stdio->mode))
		return "pipe";
	return S_ISDIR(stdio->mode) ? "directory" : "file";
}

bool names_address(const struct bw_addr *addr, struct value_ip *out)
{
	static const uint8_t mapped[12] = { [10] = 0xff, [11] = 0xff };
	struct value_ip ip = { 0 };

	if (addr->family == AF_INET) {
		ip.family = AF_INET;
		memcpy(ip.addr, addr->addr, 4);
	} else if (addr->family == AF_INET6 && memcmp(addr->addr, mapped, sizeof(mapped)) == 0) {
		ip.family = AF_INET;
		memcpy(ip.addr, addr->addr + sizeof(mapped), 4);
	} else if (addr->family == AF_INET6) {
		ip.family = AF_INET6;
		memcpy(ip.addr, addr->addr, sizeof(ip.addr));
	} else {
		return false;
	}
	*out = ip;
	return true;
}

static void print_end(char *out, size_t size, const struct bw_addr *addr)
{
	char text[INET6_ADDRSTRLEN] = "0.0.0.0";
	struct value_ip ip;

	if (names_address(addr, &ip))
		(void)inet_ntop(ip.family, ip.addr, text, sizeof(text));
	(void)snprintf(out, size, "%s:%u", text, addr->port);
}

const char *names_tuple(struct arena *scratch, const struct bw_addr *from, const struct bw_addr *to)
{
	char from_text[INET6_ADDRSTRLEN + 8];
	char to_text[INET6_ADDRSTRLEN + 8];

	if (!from->family && !to->family)
		return NULL;
	print_end(from_text, sizeof(from_text), from);
	print_end(to_text, sizeof(to_text), to);
	return names_concat(scratch, from_text, "->", to_text);
}

const char *names_concat(struct arena *scratch, const char *a, const char *b, const char *c)
{
	char *text = arena_alloc(scratch, strlen(a) + strlen(b) + strlen(c) + 1);

	if (text)
		(void)stpcpy(stpcpy(stpcpy(text, a), b), c);
	return text;
}

/* Append the components of `path` to the absolute path that ends at `end`. */
static char *add_components(const char *start, char *end, const char *path)
{
	while (*path) {
		size_t len = strcspn(path, "/");

		if (len == 2 && path[0] == '.' && path[1] == '.') {
			while (end > start && *--end != '/')
				;
		} else if (len > 0 && !(len == 1 && path[0] == '.')) {
			*end++ = '/';
			memcpy(end, path, len);
			end += len;
		}
		path += len;
		path += *path == '/';
	}
	return end;
}

const char *names_path(struct arena *scratch, const char *base, const char *path)
{
	char *text;
	char *end;

	/* An empty name (also: one not read) names nothing, least of all its directory. */
	if (path[0] == '\0' || (path[0] != '/' && base[0] == '\0'))
		return arena_strdup(scratch, path);
	text = arena_alloc(scratch, strlen(base) + strlen(path) + 3);
	end = text;
	if (!text)
		return NULL;
	if (path[0] != '/')
		end = add_components(text, end, base);
	end = add_components(text, end, path);
	if (end == text)
		*end++ = '/';
	*end = '\0';
	return text;
}
