// SPDX-License-Identifier: Apache-2.0
#include "container/cgroupfs.h"

#include <dirent.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/magic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/vfs.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "container/place.h"

#define MOUNTINFO_MAX   ((size_t)4 << 20)
#define PROC_CGROUP_MAX 65536
#define WALK_DEPTH_MAX  16
#define WALK_DIRS_MAX   32768

/* fid type of a kernfs handle: 8 bytes, the node's id (include/linux/exportfs.h). */
#define KERNFS_HANDLE_TYPE 0xfe

struct kernfs_handle {
	struct file_handle head;
	uint64_t id;
};

/*
 * Lines of /proc/PID/cgroup: "4:memory:/path", for v2 "0::/path".  Only the first two
 * colons separate.
 */
struct cgroup_line {
	uint32_t hierarchy;
	char *controller;
	char *path;
};

/* Cuts the line off `*text`; returns false at the end. */
static bool next_line(char **text, struct cgroup_line *out)
{
	char *line;
	char *rest;

	while ((line = strsep(text, "\n"))) {
		rest = strchr(line, ':');
		if (!rest)
			continue;
		*rest++ = '\0';
		out->hierarchy = (uint32_t)strtoul(line, NULL, 10);
		out->controller = strsep(&rest, ":");
		out->path = rest;
		if (rest)
			return true;
	}
	return false;
}

static void find_controller(struct cgroupfs *fs, uint32_t hierarchy)
{
	cleanup_free char *text = NULL;
	char path[CGROUP_PATH_MAX];
	struct cgroup_line line;
	char *next;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/proc/self/cgroup", fs->root);
	if (file_read(AT_FDCWD, path, PROC_CGROUP_MAX, &text, &len))
		return;
	next = text;
	while (next_line(&next, &line)) {
		if (line.hierarchy == hierarchy)
			(void)snprintf(fs->controller[HIER_V1], sizeof(fs->controller[HIER_V1]),
				       "%s", line.controller);
	}
}

/* All of the comma list `want` is among the mount's options `have`. */
static bool has_options(const char *have, const char *want)
{
	const char *at = strstr(have, want);
	size_t len = strlen(want);

	for (; at; at = strstr(at + 1, want)) {
		if ((at == have || at[-1] == ',') && (!at[len] || at[len] == ','))
			return true;
	}
	return false;
}

static void take_mount(struct cgroupfs *fs, const char *line)
{
	char point[CGROUP_PATH_MAX];
	char options[256];
	char type[32];
	const char *dash = strstr(line, " - ");
	char path[CGROUP_PATH_MAX];
	enum hier hier;

	if (!dash || sscanf(line, "%*s %*s %*s / %4095s", point) != 1 ||
	    sscanf(dash, " - %31s %*s %255s", type, options) != 2)
		return;
	if (!strcmp(type, "cgroup2"))
		hier = HIER_V2;
	else if (!strcmp(type, "cgroup") && *fs->controller[HIER_V1] &&
		 has_options(options, fs->controller[HIER_V1]))
		hier = HIER_V1;
	else
		return;
	if (fs->fd[hier] >= 0 || strlen(fs->root) + strlen(point) >= sizeof(path))
		return;
	(void)snprintf(path, sizeof(path), "%s", fs->root);
	(void)snprintf(path + strlen(path), sizeof(path) - strlen(path), "%s", point);
	fs->fd[hier] = open(path, O_RDONLY | O_DIRECTORY | O_CLOEXEC);
}

void cgroupfs_init(struct cgroupfs *fs, const char *root, uint32_t hierarchy)
{
	cleanup_free char *text = NULL;
	char path[CGROUP_PATH_MAX];
	char *save = NULL;
	char *line;
	size_t len;

	memset(fs, 0, sizeof(*fs));
	fs->fd[HIER_V2] = -1;
	fs->fd[HIER_V1] = -1;
	fs->root = root;
	if (hierarchy)
		find_controller(fs, hierarchy);
	(void)snprintf(path, sizeof(path), "%s/proc/self/mountinfo", root);
	if (file_read(AT_FDCWD, path, MOUNTINFO_MAX, &text, &len))
		return;
	for (line = strtok_r(text, "\n", &save); line; line = strtok_r(NULL, "\n", &save))
		take_mount(fs, line);
}

void cgroupfs_done(struct cgroupfs *fs)
{
	int i;

	for (i = 0; i < HIER_MAX; i++) {
		if (fs->fd[i] >= 0)
			(void)close(fs->fd[i]); /* read-only */
		fs->fd[i] = -1;
	}
}

static bool is_kernfs(int fd)
{
	struct statfs st;

	return !fstatfs(fd, &st) &&
	       (st.f_type == CGROUP2_SUPER_MAGIC || st.f_type == CGROUP_SUPER_MAGIC);
}

/* Path of descriptor `fd` below that of `mount`, by their links in /proc/self/fd. */
static int path_below(int mount, int fd, char *out, size_t size)
{
	char link[64];
	char base[CGROUP_PATH_MAX];
	char full[CGROUP_PATH_MAX];
	ssize_t base_len;
	ssize_t full_len;

	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", mount);
	base_len = readlink(link, base, sizeof(base));
	(void)snprintf(link, sizeof(link), "/proc/self/fd/%d", fd);
	full_len = readlink(link, full, sizeof(full));
	if (base_len < 0 || full_len <= base_len || memcmp(base, full, (size_t)base_len) != 0)
		return -ENOENT;
	full_len -= base_len;
	if ((size_t)full_len >= size)
		return -ENAMETOOLONG;
	memcpy(out, full + base_len, (size_t)full_len);
	out[full_len] = '\0';
	return 0;
}

static int path_by_handle(int mount, uint64_t id, char *out, size_t size)
{
	struct kernfs_handle handle = {
		.head = { .handle_bytes = sizeof(uint64_t), .handle_type = KERNFS_HANDLE_TYPE },
		.id = id,
	};
	cleanup_close int fd = -1;

	fd = open_by_handle_at(mount, &handle.head, O_PATH | O_CLOEXEC);
	if (fd < 0)
		return errno == ESTALE ? -ENOENT : -errno;
	return path_below(mount, fd, out, size);
}

struct search {
	uint64_t id;
	char *out;
	size_t size;
};

static int is_it(enum hier hier, uint64_t id, const char *path, void *arg)
{
	struct search *search = arg;

	(void)hier;
	if (id != search->id)
		return 0;
	(void)snprintf(search->out, search->size, "%s", path);
	return 1;
}

int cgroupfs_path(const struct cgroupfs *fs, enum hier hier, uint64_t id, char *out, size_t size)
{
	struct search search = { .id = id, .out = out, .size = size };
	int err = -ENOENT;

	if (fs->fd[hier] < 0)
		return -ENOENT;
	if (is_kernfs(fs->fd[hier]))
		err = path_by_handle(fs->fd[hier], id, out, size);
	if (!err || (err == -ENOENT && is_kernfs(fs->fd[hier])))
		return err;
	/* Handles are refused without CAP_DAC_READ_SEARCH. */
	err = cgroupfs_walk(fs, hier, is_it, &search);
	if (err == 1)
		return 0;
	return err ? err : -ENOENT;
}

uint64_t cgroupfs_id(const struct cgroupfs *fs, enum hier hier, const char *path)
{
	struct stat st;

	path += strspn(path, "/");
	if (fs->fd[hier] < 0 || !*path || fstatat(fs->fd[hier], path, &st, AT_SYMLINK_NOFOLLOW))
		return 0;
	return st.st_ino;
}

uint32_t cgroupfs_first_pid(const struct cgroupfs *fs, enum hier hier, const char *path)
{
	char name[CGROUP_PATH_MAX + sizeof("/cgroup.procs")];
	cleanup_close int fd = -1;
	char text[64];
	ssize_t n;

	path += strspn(path, "/");
	if (fs->fd[hier] < 0)
		return 0;
	(void)snprintf(name, sizeof(name), "%s/cgroup.procs", path);
	fd = openat(fs->fd[hier], name, O_RDONLY | O_CLOEXEC);
	if (fd < 0)
		return 0;
	n = read(fd, text, sizeof(text) - 1);
	if (n <= 0)
		return 0;
	text[n] = '\0';
	return (uint32_t)strtoul(text, NULL, 10);
}

int cgroupfs_path_of(const struct cgroupfs *fs, enum hier hier, uint32_t tgid, char *out,
		     size_t size)
{
	cleanup_free char *text = NULL;
	char path[CGROUP_PATH_MAX];
	struct cgroup_line line;
	char *next;
	size_t len;
	int err;

	(void)snprintf(path, sizeof(path), "%s/proc/%u/cgroup", fs->root, tgid);
	err = file_read(AT_FDCWD, path, PROC_CGROUP_MAX, &text, &len);
	if (err)
		return err;
	next = text;
	while (next_line(&next, &line)) {
		if (strcmp(line.controller, fs->controller[hier]) != 0)
			continue;
		if (strlen(line.path) >= size)
			return -ENAMETOOLONG;
		memcpy(out, line.path, strlen(line.path) + 1);
		return 0;
	}
	return -ENOENT;
}

struct walk {
	const struct cgroupfs *fs;
	enum hier hier;
	cgroupfs_walk_fn fn;
	void *arg;
	char path[CGROUP_PATH_MAX];
	uint32_t n_dirs;
};

static int walk_dir(struct walk *walk, size_t len, int depth);

static int walk_entry(struct walk *walk, size_t len, int depth, const struct dirent *entry)
{
	size_t name_len = strlen(entry->d_name);
	int err;

	if (entry->d_name[0] == '.' || (entry->d_type != DT_DIR && entry->d_type != DT_UNKNOWN))
		return 0;
	if (++walk->n_dirs > WALK_DIRS_MAX || len + name_len + 2 > sizeof(walk->path))
		return -ENOSPC;
	walk->path[len] = '/';
	memcpy(walk->path + len + 1, entry->d_name, name_len + 1);
	err = walk->fn(walk->hier, cgroupfs_id(walk->fs, walk->hier, walk->path), walk->path,
		       walk->arg);
	if (!err)
		err = walk_dir(walk, len + 1 + name_len, depth + 1);
	walk->path[len] = '\0';
	return err;
}

/* Depth first, so that an outer cgroup is seen before those inside it. */
static int walk_dir(struct walk *walk, size_t len, int depth)
{
	const struct dirent *entry;
	int err = 0;
	DIR *dir;
	int fd;

	if (depth > WALK_DEPTH_MAX)
		return -ENOSPC;
	fd = openat(walk->fs->fd[walk->hier], len ? walk->path + 1 : ".",
		    O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC);
	if (fd < 0)
		return errno == ENOENT || errno == ENOTDIR ? 0 : -errno; /* removed meanwhile */
	dir = fdopendir(fd);
	if (!dir) {
		(void)close(fd);
		return -ENOMEM;
	}
	while (!err && (entry = readdir(dir)))
		err = walk_entry(walk, len, depth, entry);
	(void)closedir(dir);
	return err;
}

int cgroupfs_walk(const struct cgroupfs *fs, enum hier hier, cgroupfs_walk_fn fn, void *arg)
{
	struct walk walk = { .fs = fs, .hier = hier, .fn = fn, .arg = arg };

	return fs->fd[hier] < 0 ? 0 : walk_dir(&walk, 0, 0);
}
