// SPDX-License-Identifier: Apache-2.0
#include "container/nspawn.h"

#include <stdio.h>
#include <string.h>

#include "container/info.h"

#define MACHINES_DIR "/var/lib/machines"

#define N_OF(array) (sizeof(array) / sizeof((array)[0]))

struct nspawn {
	char machine[RUNTIME_STR_MAX];
	char root[RUNTIME_STR_MAX];
	char settings[RUNTIME_STR_MAX];
	struct container *info; /* to add its mounts to; NULL: they are not wanted */
};

/* Cut the part up to the next colon, in place; a backslash takes a special character's meaning. */
static char *next_part(char **text)
{
	char *part = *text;
	char *to = part;
	char *from = part;

	if (!part)
		return NULL;
	for (; *from && *from != ':'; from++) {
		if (*from == '\\' && from[1])
			from++;
		*to++ = *from;
	}
	*text = *from ? from + 1 : NULL;
	*to = '\0';
	return part;
}

/* SOURCE[:DEST[:OPTIONS]]; a source that begins with "+" lies in the container's own root. */
static void add_bind(struct container *info, char *text, const char *how)
{
	struct container_mount mount = { .rdwr = !strcmp(how, "rw") };
	char mode[RUNTIME_STR_MAX];
	const char *options;

	mount.source = next_part(&text);
	mount.dest = next_part(&text);
	options = text;
	if (!mount.dest)
		mount.dest = mount.source + (*mount.source == '+');
	(void)snprintf(mode, sizeof(mode), "%s%s%s,%s", options ? options : "",
		       options && *options ? "," : "",
		       options && strstr(options, "norbind") ? "bind" : "rbind", how);
	mount.mode = mode;
	if (*mount.dest)
		info_add_mount(info, &mount);
}

static bool take_bind(const struct nspawn *spawn, struct cmdline *args, const char *arg)
{
	char text[RUNTIME_STR_MAX] = "";
	const char *how = "rw";

	if (!cmdline_take(args, arg, "bind", text)) {
		if (!cmdline_take(args, arg, "bind-ro", text))
			return false;
		how = "ro";
	}
	if (spawn->info && *text)
		add_bind(spawn->info, text, how);
	return true;
}

/* Options end at the first word that is none; behind it stands the container's command. */
static void scan(struct cmdline *args, struct nspawn *spawn)
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
		"--tmpfs",
		"--overlay",
		"--property",
		"--chdir",
		"--capability",
		"--hostname",
		"--volatile",
		"--drop-capability",
		"--system-call-filter",
	};
	const char *arg = cmdline_next(args);

	for (; arg && *arg == '-'; arg = cmdline_next(args)) {
		/* "-Dpath", "-Mname" in one word. */
		if (arg[1] == 'M' && arg[2] && arg[2] != '=')
			cmdline_copy(spawn->machine, arg + 2);
		else if (arg[1] == 'D' && arg[2] && arg[2] != '=')
			cmdline_copy(spawn->root, arg + 2);
		else if (cmdline_take(args, arg, "M", spawn->machine) ||
			 cmdline_take(args, arg, "machine", spawn->machine) ||
			 cmdline_take(args, arg, "D", spawn->root) ||
			 cmdline_take(args, arg, "directory", spawn->root) ||
			 cmdline_take(args, arg, "i", spawn->root) ||
			 cmdline_take(args, arg, "image", spawn->root) ||
			 cmdline_take(args, arg, "settings", spawn->settings) ||
			 take_bind(spawn, args, arg))
			continue;
		else if (cmdline_is_one_of(arg, valued, N_OF(valued)))
			(void)cmdline_next(args); /* its value */
	}
}

/* Without -M the machine is called as its directory, or as its image without ".raw". */
void nspawn_parse(struct cmdline *args, const char *cwd, struct runtime *out)
{
	struct nspawn spawn = { .info = NULL };
	const char *name = spawn.machine;
	const char *slash;
	size_t len;

	scan(args, &spawn);
	/* A name alone is looked for where machines are kept. */
	if (!*spawn.root && *spawn.machine)
		(void)snprintf(spawn.root, sizeof(spawn.root), MACHINES_DIR "/%.900s",
			       spawn.machine);
	if (!*spawn.root && cwd)
		cmdline_copy(spawn.root, cwd);
	len = strlen(spawn.root);
	while (len > 1 && spawn.root[len - 1] == '/')
		spawn.root[--len] = '\0';
	cmdline_copy(out->bundle, spawn.root);
	if (!*name) {
		slash = strrchr(spawn.root, '/');
		name = slash ? slash + 1 : spawn.root;
		if (!strcmp(name, ".") && cwd && strrchr(cwd, '/'))
			name = strrchr(cwd, '/') + 1;
	}
	cmdline_copy(out->id, name);
	len = strlen(out->id);
	if (!*spawn.machine && len > strlen(".raw") &&
	    !strcmp(out->id + len - strlen(".raw"), ".raw"))
		out->id[len - strlen(".raw")] = '\0';
	if (!*out->id)
		return;
	out->role = RUNTIME_LOW;
	(void)snprintf(out->type, sizeof(out->type), "systemd-nspawn");
}

bool nspawn_apply(struct container *info, const char *argv, size_t len)
{
	struct cmdline args = { .next = argv, .end = argv + len };
	struct nspawn spawn = { .info = info };

	if (cmdline_next(&args))
		scan(&args, &spawn);
	return strcmp(spawn.settings, "no") != 0 && strcmp(spawn.settings, "false") != 0 &&
	       strcmp(spawn.settings, "0") != 0;
}

void nspawn_apply_settings(struct container *info, char *text)
{
	bool is_files = false;
	char *value;
	char *line;

	while ((line = strsep(&text, "\n"))) {
		if (*line == '[')
			is_files = !strncmp(line, "[Files]", strlen("[Files]"));
		value = strchr(line, '=');
		if (!is_files || !value)
			continue;
		*value++ = '\0';
		value[strcspn(value, "\r")] = '\0';
		if (!strcmp(line, "Bind") && *value)
			add_bind(info, value, "rw");
		else if (!strcmp(line, "BindReadOnly") && *value)
			add_bind(info, value, "ro");
	}
}
