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
#include "container/cmdline.h"
#include "container/nspawn.h"

#define CMDLINE_MAX   65536
#define PROC_PATH_MAX 4096
#define STATUS_MAX    65536

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

/* "runc [GLOBAL…] run|create|restore [OPTION…] ID" */
static void parse_low(struct cmdline *args, const char *type, struct runtime *out)
{
	static const char *const verbs[] = { "run", "create", "restore" };
	const char *arg = cmdline_next(args);
	bool making = false;

	for (; arg; arg = cmdline_next(args)) {
		if (cmdline_take(args, arg, "bundle", out->bundle) ||
		    cmdline_take(args, arg, "b", out->bundle))
			continue;
		if (*arg == '-') {
			if (cmdline_is_one_of(arg, low_valued, N_OF(low_valued)))
				(void)cmdline_next(args); /* its value */
			continue;
		}
		if (making) {
			cmdline_copy(out->id, arg);
			break;
		}
		if (!cmdline_is_one_of(arg, verbs, N_OF(verbs)))
			return;
		making = true;
	}
	if (!making)
		return;
	out->role = RUNTIME_LOW;
	(void)snprintf(out->type, sizeof(out->type), "%s", type);
}

/* Serves its first container, whose bundle it works in, and later ones of the pod. */
static void parse_shim(struct cmdline *args, struct runtime *out)
{
	const char *arg = cmdline_next(args);

	for (; arg; arg = cmdline_next(args)) {
		if (!cmdline_take(args, arg, "namespace", out->namespace) &&
		    !cmdline_take(args, arg, "id", out->id))
			continue;
	}
	if (*out->namespace)
		out->role = RUNTIME_SHIM;
}

static void parse_conmon(struct cmdline *args, struct runtime *out)
{
	char exit_dir[RUNTIME_STR_MAX] = "";
	char spec[RUNTIME_STR_MAX] = "";
	const char *arg = cmdline_next(args);

	for (; arg; arg = cmdline_next(args)) {
		if (cmdline_take(args, arg, "c", out->id) ||
		    cmdline_take(args, arg, "cid", out->id) ||
		    cmdline_take(args, arg, "n", out->name) ||
		    cmdline_take(args, arg, "name", out->name) ||
		    cmdline_take(args, arg, "b", out->bundle) ||
		    cmdline_take(args, arg, "bundle", out->bundle) ||
		    cmdline_take(args, arg, "exit-dir", exit_dir) ||
		    cmdline_take(args, arg, "exec-process-spec", spec))
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
	cmdline_copy(out->id, name);
	(void)snprintf(out->bundle, sizeof(out->bundle), "%.500s/%.500s", path, name);
}

/* "[lxc monitor] PATH NAME", the title that LXC's monitor gives itself; names have no blanks. */
static void parse_lxc_title(const char *title, struct runtime *out)
{
	char path[RUNTIME_STR_MAX] = "";
	char *blank;

	cmdline_copy(path, title + strlen(lxc_title));
	blank = strrchr(path, ' ');
	if (!blank)
		return;
	*blank = '\0';
	lxc_done(out, path, blank + 1);
}

/* lxc-start in the foreground is the monitor itself. */
static void parse_lxc_start(struct cmdline *args, struct runtime *out)
{
	char path[RUNTIME_STR_MAX] = LXC_PATH_DEFAULT;
	char name[RUNTIME_STR_MAX] = "";
	const char *arg = cmdline_next(args);

	for (; arg; arg = cmdline_next(args)) {
		if (cmdline_take(args, arg, "n", name) || cmdline_take(args, arg, "name", name) ||
		    cmdline_take(args, arg, "P", path) || cmdline_take(args, arg, "lxcpath", path))
			continue;
		if (*arg != '-' && !*name)
			cmdline_copy(name, arg);
	}
	lxc_done(out, path, name);
}

static const char *base_name(const char *path)
{
	const char *slash = strrchr(path, '/');

	return slash ? slash + 1 : path;
}

bool runtime_is_program(const char *path)
{
	const char *name = base_name(path);

	return cmdline_is_one_of(name, low_runtimes, N_OF(low_runtimes)) ||
	       cmdline_is_one_of(name, other_programs, N_OF(other_programs)) ||
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
	struct cmdline args = { .next = argv, .end = argv + len };
	const char *first;
	const char *name;

	memset(out, 0, sizeof(*out));
	first = cmdline_next(&args);
	if (!first)
		return false;
	name = base_name(first);
	if (!strncmp(first, lxc_title, strlen(lxc_title)))
		parse_lxc_title(first, out);
	else if (cmdline_is_one_of(name, low_runtimes, N_OF(low_runtimes)))
		parse_low(&args, name, out);
	else if (!strncmp(name, "containerd-shim", strlen("containerd-shim")))
		parse_shim(&args, out);
	else if (!strcmp(name, "conmon"))
		parse_conmon(&args, out);
	else if (!strcmp(name, "lxc-start") || !strcmp(name, "lxc-execute"))
		parse_lxc_start(&args, out);
	else if (!strcmp(name, "systemd-nspawn"))
		nspawn_parse(&args, cwd, out);
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

/*
 * Of the numbers behind "Uid:" of /proc/PID/status the first, which is real, or else the second: a
 * program of root's that a user runs as its file allows goes by the arguments that he gave it.
 */
static uint32_t read_uid(const char *root, uint32_t tgid)
{
	cleanup_free char *text = read_status(root, tgid);
	const char *key = "\nUid:";
	const char *line = text ? strstr(text, key) : NULL;
	unsigned long real;
	char *end;

	if (!line)
		return 0;
	real = strtoul(line + strlen(key), &end, 10);
	return (uint32_t)(real ? real : strtoul(end, NULL, 10));
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
	if (!runtime_parse(argv, len, cwd, &out->runtime))
		return 0;
	out->uid = read_uid(root, tgid);
	/* One that ended in between must not pass for root's. */
	return read_parent(root, tgid, &out->parent_tgid);
}
