// SPDX-License-Identifier: Apache-2.0
#include "container/runtime.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/cleanup.h"
#include "base/file.h"

#define CMDLINE_MAX   65536
#define PROC_PATH_MAX 4096
#define STATUS_MAX    65536

/* Walks argv, one option at a time. */
struct args {
	const char *next;
	const char *end;
};

/* All of them take runc's command line. */
static const char *const low_runtimes[] = { "runc", "crun",        "youki",      "runsc",
					    "krun", "sysbox-runc", "docker-runc" };

/* Beside the low runtimes and the shims. */
static const char *const other_programs[] = { "conmon",      "conmonrs",    "lxc-start",
					      "lxc-execute", "lxc-attach",  "systemd-nspawn",
					      "forkstart",   "lxc-monitord" };

static const char lxc_title[] = "[lxc monitor] ";
#define LXC_PATH_DEFAULT "/var/lib/lxc"

/* Options of low runtimes that are followed by a value of their own. */
static const char *const low_valued[] = {
	"--root",           "--log",          "--log-format", "--criu",           "--rootless",
	"--cgroup-manager", "--bundle",       "-b",           "--console-socket", "--pid-file",
	"--preserve-fds",   "--config",       "-f",           "--image-path",     "--work-path",
	"--log-level",      "--pidfd-socket",
};

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

static bool is_one_of(const char *s, const char *const *list, size_t n)
{
	size_t i;

	for (i = 0; i < n; i++) {
		if (!strcmp(s, list[i]))
			return true;
	}
	return false;
}

/* Next string, or NULL.  What is cut at the end has no NUL and is not taken. */
static const char *args_next(struct args *args)
{
	const char *s = args->next;
	const char *nul;

	if (s >= args->end)
		return NULL;
	nul = memchr(s, '\0', (size_t)(args->end - s));
	if (!nul)
		return NULL;
	args->next = nul + 1;
	return s;
}

static void copy_str(char *dst, const char *src)
{
	size_t len = strlen(src);

	if (len < RUNTIME_STR_MAX)
		memcpy(dst, src, len + 1);
}

/*
 * If `arg` is the option `name` (written with one or two dashes, the value behind "="
 * or in the next argument), copy its value and return true.
 */
static bool take_option(struct args *args, const char *arg, const char *name, char *dst)
{
	const char *value;
	size_t len = strlen(name);

	if (*arg != '-')
		return false;
	arg += arg[1] == '-' ? 2 : 1;
	if (strncmp(arg, name, len) != 0 || (arg[len] && arg[len] != '='))
		return false;
	value = arg[len] ? arg + len + 1 : args_next(args);
	if (value)
		copy_str(dst, value);
	return true;
}

/* "runc [GLOBAL…] run|create|restore [OPTION…] ID" */
static void parse_low(struct args *args, const char *type, struct runtime *out)
{
	static const char *const verbs[] = { "run", "create", "restore" };
	const char *arg = args_next(args);
	bool making = false;

	for (; arg; arg = args_next(args)) {
		if (take_option(args, arg, "bundle", out->bundle) ||
		    take_option(args, arg, "b", out->bundle))
			continue;
		if (*arg == '-') {
			if (is_one_of(arg, low_valued, N_OF(low_valued)))
				(void)args_next(args); /* its value */
			continue;
		}
		if (making) {
			copy_str(out->id, arg);
			break;
		}
		if (!is_one_of(arg, verbs, N_OF(verbs)))
			return;
		making = true;
	}
	if (!making)
		return;
	out->role = RUNTIME_LOW;
	(void)snprintf(out->type, sizeof(out->type), "%s", type);
}

/* Serves its first container, whose bundle it works in, and later ones of the pod. */
static void parse_shim(struct args *args, struct runtime *out)
{
	const char *arg = args_next(args);

	for (; arg; arg = args_next(args)) {
		if (!take_option(args, arg, "namespace", out->namespace) &&
		    !take_option(args, arg, "id", out->id))
			continue;
	}
	if (*out->namespace)
		out->role = RUNTIME_SHIM;
}

static void parse_conmon(struct args *args, struct runtime *out)
{
	char exit_dir[RUNTIME_STR_MAX] = "";
	char spec[RUNTIME_STR_MAX] = "";
	const char *arg = args_next(args);

	for (; arg; arg = args_next(args)) {
		if (take_option(args, arg, "c", out->id) ||
		    take_option(args, arg, "cid", out->id) ||
		    take_option(args, arg, "n", out->name) ||
		    take_option(args, arg, "name", out->name) ||
		    take_option(args, arg, "b", out->bundle) ||
		    take_option(args, arg, "bundle", out->bundle) ||
		    take_option(args, arg, "exit-dir", exit_dir) ||
		    take_option(args, arg, "exec-process-spec", spec))
			continue;
	}
	if (!*out->id)
		return;
	out->role = RUNTIME_CONMON;
	/* One that watches over an exec works in a directory of that. */
	out->is_exec = *spec;
	if (out->is_exec)
		*out->bundle = '\0';
	out->is_crio = strstr(exit_dir, "/crio/") != NULL;
}

static void lxc_done(struct runtime *out, const char *path, const char *name)
{
	if (!*path || !*name || strlen(path) + 1 + strlen(name) >= sizeof(out->bundle))
		return;
	out->role = RUNTIME_LOW;
	(void)snprintf(out->type, sizeof(out->type), "lxc");
	copy_str(out->id, name);
	(void)snprintf(out->bundle, sizeof(out->bundle), "%.500s/%.500s", path, name);
}

/* "[lxc monitor] PATH NAME", the title that LXC's monitor gives itself; names have no blanks. */
static void parse_lxc_title(const char *title, struct runtime *out)
{
	char path[RUNTIME_STR_MAX] = "";
	char *blank;

	copy_str(path, title + strlen(lxc_title));
	blank = strrchr(path, ' ');
	if (!blank)
		return;
	*blank = '\0';
	lxc_done(out, path, blank + 1);
}

/* lxc-start in the foreground is the monitor itself. */
static void parse_lxc_start(struct args *args, struct runtime *out)
{
	char path[RUNTIME_STR_MAX] = LXC_PATH_DEFAULT;
	char name[RUNTIME_STR_MAX] = "";
	const char *arg = args_next(args);

	for (; arg; arg = args_next(args)) {
		if (take_option(args, arg, "n", name) || take_option(args, arg, "name", name) ||
		    take_option(args, arg, "P", path) || take_option(args, arg, "lxcpath", path))
			continue;
		if (*arg != '-' && !*name)
			copy_str(name, arg);
	}
	lxc_done(out, path, name);
}

/* Directory and name of systemd-nspawn's command line. */
struct nspawn {
	char machine[RUNTIME_STR_MAX];
	char root[RUNTIME_STR_MAX];
};

/* Options end at the first word that is none; behind it stands the container's command. */
static void scan_nspawn(struct args *args, struct nspawn *spawn)
{
	static const char *const valued[] = {
		"-u",
		"-L",
		"-S",
		"-Z",
		"-p",
		"-E",
		"--user",
		"--slice",
		"--uuid",
		"--port",
		"--setenv",
		"--template",
		"--root-hash",
		"--bind",
		"--bind-ro",
		"--tmpfs",
		"--overlay",
		"--property",
		"--chdir",
		"--capability",
		"--hostname",
		"--settings",
		"--volatile",
		"--drop-capability",
		"--system-call-filter",
	};
	const char *arg = args_next(args);

	for (; arg && *arg == '-'; arg = args_next(args)) {
		/* "-Dpath", "-Mname" in one word. */
		if (arg[1] == 'M' && arg[2] && arg[2] != '=')
			copy_str(spawn->machine, arg + 2);
		else if (arg[1] == 'D' && arg[2] && arg[2] != '=')
			copy_str(spawn->root, arg + 2);
		else if (take_option(args, arg, "M", spawn->machine) ||
			 take_option(args, arg, "machine", spawn->machine) ||
			 take_option(args, arg, "D", spawn->root) ||
			 take_option(args, arg, "directory", spawn->root) ||
			 take_option(args, arg, "i", spawn->root) ||
			 take_option(args, arg, "image", spawn->root))
			continue;
		else if (is_one_of(arg, valued, N_OF(valued)))
			(void)args_next(args); /* its value */
	}
}

/* Without -M the machine is called as its directory, or as its image without ".raw". */
static void parse_nspawn(struct args *args, const char *cwd, struct runtime *out)
{
	struct nspawn spawn = { "", "" };
	const char *name = spawn.machine;
	const char *slash;
	size_t len;

	scan_nspawn(args, &spawn);
	if (!*spawn.root && cwd)
		copy_str(spawn.root, cwd);
	len = strlen(spawn.root);
	while (len > 1 && spawn.root[len - 1] == '/')
		spawn.root[--len] = '\0';
	copy_str(out->bundle, spawn.root);
	if (!*name) {
		slash = strrchr(spawn.root, '/');
		name = slash ? slash + 1 : spawn.root;
		if (!strcmp(name, ".") && cwd && strrchr(cwd, '/'))
			name = strrchr(cwd, '/') + 1;
	}
	copy_str(out->id, name);
	len = strlen(out->id);
	if (!*spawn.machine && len > strlen(".raw") &&
	    !strcmp(out->id + len - strlen(".raw"), ".raw"))
		out->id[len - strlen(".raw")] = '\0';
	if (!*out->id)
		return;
	out->role = RUNTIME_LOW;
	(void)snprintf(out->type, sizeof(out->type), "systemd-nspawn");
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool runtime_is_program(const char *path)
{
	const char *name = base_name(path);

	return is_one_of(name, low_runtimes, N_OF(low_runtimes)) ||
	       is_one_of(name, other_programs, N_OF(other_programs)) ||
	       !strncmp(name, "containerd-shim", strlen("containerd-shim"));
}

/* Make the bundle absolute; without one it is the working directory. */
static void place_bundle(struct runtime *out, const char *cwd)
{
	char given[RUNTIME_STR_MAX];
	size_t len;

	if (*out->bundle == '/')
		return;
	memcpy(given, out->bundle, sizeof(given));
	*out->bundle = '\0';
	if (!cwd || *cwd != '/')
		return;
	len = strlen(cwd);
	if (len + 1 + strlen(given) >= sizeof(out->bundle))
		return;
	memcpy(out->bundle, cwd, len + 1);
	if (*given)
		(void)snprintf(out->bundle + len, sizeof(out->bundle) - len, "/%s", given);
}

bool runtime_parse(const char *argv, size_t len, const char *cwd, struct runtime *out)
{
	struct args args = { .next = argv, .end = argv + len };
	const char *first;
	const char *name;

	memset(out, 0, sizeof(*out));
	first = args_next(&args);
	if (!first)
		return false;
	name = base_name(first);
	if (!strncmp(first, lxc_title, strlen(lxc_title)))
		parse_lxc_title(first, out);
	else if (is_one_of(name, low_runtimes, N_OF(low_runtimes)))
		parse_low(&args, name, out);
	else if (!strncmp(name, "containerd-shim", strlen("containerd-shim")))
		parse_shim(&args, out);
	else if (!strcmp(name, "conmon"))
		parse_conmon(&args, out);
	else if (!strcmp(name, "lxc-start") || !strcmp(name, "lxc-execute"))
		parse_lxc_start(&args, out);
	else if (!strcmp(name, "systemd-nspawn"))
		parse_nspawn(&args, cwd, out);
	if (out->role == RUNTIME_NONE)
		return false;
	if (!out->is_exec)
		place_bundle(out, cwd);
	return true;
}

/* Field 4 of /proc/PID/stat; the name before it may hold anything. */
static int read_parent(const char *root, uint32_t tgid, uint32_t *out)
{
	cleanup_free char *text = NULL;
	char path[PROC_PATH_MAX];
	const char *paren;
	unsigned long value;
	size_t len;
	int err;

	(void)snprintf(path, sizeof(path), "%s/proc/%u/stat", root, tgid);
	err = file_read(AT_FDCWD, path, PROC_PATH_MAX, &text, &len);
	if (err)
		return err;
	paren = strrchr(text, ')');
	if (!paren || strlen(paren) < strlen(") S "))
		return -EBADMSG;
	value = strtoul(paren + strlen(") S "), NULL, 10);
	*out = (uint32_t)value;
	return 0;
}

static char *read_status(const char *root, uint32_t tgid)
{
	char path[PROC_PATH_MAX];
	char *text = NULL;
	size_t len;

	(void)snprintf(path, sizeof(path), "%s/proc/%u/status", root, tgid);
	return file_read(AT_FDCWD, path, STATUS_MAX, &text, &len) ? NULL : text;
}

/* The second number behind "Uid:" of /proc/PID/status; 0 if it cannot be read. */
static uint32_t read_uid(const char *root, uint32_t tgid)
{
	cleanup_free char *text = read_status(root, tgid);
	const char *key = "\nUid:";
	const char *line = text ? strstr(text, key) : NULL;
	char *real_end;

	if (!line)
		return 0;
	(void)strtoul(line + strlen(key), &real_end, 10);
	return (uint32_t)strtoul(real_end, NULL, 10);
}

bool runtime_is_init(const char *root, uint32_t tgid)
{
	cleanup_free char *text = read_status(root, tgid);
	const char *line = text ? strstr(text, "\nNSpid:") : NULL;
	const char *last;

	if (!line)
		return false;
	line++;
	/* The innermost stands last. */
	last = line + strcspn(line, "\n");
	while (last > line && last[-1] >= '0' && last[-1] <= '9')
		last--;
	return strtoul(last, NULL, 10) == 1;
}

uint32_t runtime_read_pid_ns(const char *root, uint32_t tgid)
{
	char path[PROC_PATH_MAX];
	const char *prefix = "pid:[";
	char link[64];
	ssize_t len;

	(void)snprintf(path, sizeof(path), "%s/proc/%u/ns/pid", root, tgid);
	len = readlink(path, link, sizeof(link) - 1);
	if (len <= 0)
		return 0;
	link[len] = '\0';
	if (strncmp(link, prefix, strlen(prefix)) != 0)
		return 0;
	return (uint32_t)strtoul(link + strlen(prefix), NULL, 10);
}

int runtime_read(const char *root, uint32_t tgid, struct runtime_proc *out)
{
	cleanup_free char *argv = NULL;
	char cwd[RUNTIME_STR_MAX];
	char path[PROC_PATH_MAX];
	ssize_t cwd_len;
	size_t len;
	int err;

	err = read_parent(root, tgid, &out->parent_tgid);
	if (err)
		return err;
	(void)snprintf(path, sizeof(path), "%s/proc/%u/cmdline", root, tgid);
	err = file_read(AT_FDCWD, path, CMDLINE_MAX, &argv, &len);
	if (err)
		return err;
	(void)snprintf(path, sizeof(path), "%s/proc/%u/cwd", root, tgid);
	cwd_len = readlink(path, cwd, sizeof(cwd) - 1);
	cwd[cwd_len > 0 ? cwd_len : 0] = '\0';
	out->uid = 0;
	if (runtime_parse(argv, len, cwd, &out->runtime))
		out->uid = read_uid(root, tgid);
	return 0;
}
