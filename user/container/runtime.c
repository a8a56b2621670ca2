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

/* Walks argv, one option at a time. */
struct args {
	const char *next;
	const char *end;
};

static const char *const low_runtimes[] = { "runc", "crun", "youki" };

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
	const char *arg = args_next(args);

	for (; arg; arg = args_next(args)) {
		if (take_option(args, arg, "c", out->id) ||
		    take_option(args, arg, "cid", out->id) ||
		    take_option(args, arg, "n", out->name) ||
		    take_option(args, arg, "name", out->name) ||
		    take_option(args, arg, "b", out->bundle) ||
		    take_option(args, arg, "bundle", out->bundle) ||
		    take_option(args, arg, "exit-dir", exit_dir))
			continue;
	}
	if (!*out->id)
		return;
	out->role = RUNTIME_CONMON;
	out->is_crio = strstr(exit_dir, "/crio/") != NULL;
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
	const char *slash;
	const char *name;

	memset(out, 0, sizeof(*out));
	name = args_next(&args);
	if (!name)
		return false;
	slash = strrchr(name, '/');
	if (slash)
		name = slash + 1;
	if (is_one_of(name, low_runtimes, N_OF(low_runtimes)))
		parse_low(&args, name, out);
	else if (!strncmp(name, "containerd-shim", strlen("containerd-shim")))
		parse_shim(&args, out);
	else if (!strcmp(name, "conmon"))
		parse_conmon(&args, out);
	if (out->role == RUNTIME_NONE)
		return false;
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
	(void)runtime_parse(argv, len, cwd, &out->runtime);
	return 0;
}
