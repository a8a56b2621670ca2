// SPDX-License-Identifier: Apache-2.0
#include "fields/aliases.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "fields/family.h"
#include "fields/names.h"

struct pair {
	const char *a;
	const char *b;
};

/* Directories that are one on an ordinary system (file-hierarchy(7), hier(7)). */
static const struct pair pairs[] = {
	{ "/bin", "/usr/bin" },     { "/sbin", "/usr/sbin" },     { "/lib", "/usr/lib" },
	{ "/lib64", "/usr/lib64" }, { "/lib32", "/usr/lib32" },   { "/libx32", "/usr/libx32" },
	{ "/run", "/var/run" },     { "/run/lock", "/var/lock" },
};

void aliases_add(struct aliases *aliases, const char *name)
{
	if (!name || !*name || strcmp(name, aliases->name) == 0)
		return;
	for (uint32_t i = 0; i < aliases->n; i++)
		if (strcmp(aliases->at[i], name) == 0)
			return;
	if (aliases->n < ALIASES_MAX)
		aliases->at[aliases->n++] = name;
}

/* What stands behind the directory, beginning with a slash or empty; NULL: `name` is not in it. */
static const char *below(const char *name, const char *directory)
{
	while (*directory && *name == *directory) {
		name++;
		directory++;
	}
	return *directory || (*name && *name != '/') ? NULL : name;
}

static bool is_joined(const char *name, const char *head, const char *tail)
{
	const size_t len = strlen(head);

	return strncmp(name, head, len) == 0 && strcmp(name + len, tail) == 0;
}

/* Compared before it is copied: most of what is spread is spread back. */
static void add_joined(struct aliases *aliases, const char *head, const char *tail)
{
	if (is_joined(aliases->name, head, tail))
		return;
	for (uint32_t i = 0; i < aliases->n; i++)
		if (is_joined(aliases->at[i], head, tail))
			return;
	aliases_add(aliases, names_concat(aliases->scratch, head, tail, ""));
}

static void spread_pair(struct aliases *aliases, const char *name, const struct pair *pair)
{
	const char *rest = below(name, pair->a);

	if (rest)
		add_joined(aliases, pair->b, rest);
	rest = below(name, pair->b);
	if (rest)
		add_joined(aliases, pair->a, rest);
}

/*
 * "/proc/7/task/8/mem" is "/proc/7/mem": threads share what rules ask for.  Returns
 * whether it was such a name.
 */
static bool spread_task(struct aliases *aliases, const char *name)
{
	static const char task[] = "/task/";
	const char *end = strchr(name + strlen("/proc/"), '/');
	const char *rest;
	char head[sizeof(aliases->own)];

	if (!end || strncmp(end, task, strlen(task)) != 0 || (size_t)(end - name) >= sizeof(head))
		return false;
	rest = end + strlen(task);
	rest += strspn(rest, "0123456789");
	if (rest == end + strlen(task) || *rest != '/')
		return false;
	memcpy(head, name, (size_t)(end - name));
	head[end - name] = '\0';
	add_joined(aliases, head, rest);
	return true;
}

static void spread_proc(struct aliases *aliases, const char *name)
{
	const struct pair self = { "/proc/self", aliases->own };
	const struct pair thread = { "/proc/self", "/proc/thread-self" };
	const bool is_of_thread = spread_task(aliases, name);

	if (!aliases->pid)
		return;
	if (!*aliases->own)
		(void)snprintf(aliases->own, sizeof(aliases->own), "/proc/%" PRIu32, aliases->pid);
	spread_pair(aliases, name, &self);
	if (!is_of_thread)
		spread_pair(aliases, name, &thread);
}

static void spread_name(struct aliases *aliases, const char *name)
{
	/* Most files are elsewhere. */
	if (*name != '/' || !strchr("bslurvp", name[1]))
		return;
	if (strncmp(name, "/proc/", strlen("/proc/")) == 0) {
		spread_proc(aliases, name);
		return;
	}
	for (size_t i = 0; i < sizeof(pairs) / sizeof(*pairs); i++)
		spread_pair(aliases, name, &pairs[i]);
}

void aliases_spread(struct aliases *aliases)
{
	spread_name(aliases, aliases->name);
	for (uint32_t i = 0; i < aliases->n; i++)
		spread_name(aliases, aliases->at[i]);
}

bool aliases_value(const struct aliases *aliases, const char *prefix, struct value *out)
{
	struct value *list;

	if (!aliases->n)
		return false;
	list = arena_alloc(aliases->scratch, aliases->n * sizeof(*list));
	if (!list)
		return false;
	for (uint32_t i = 0; i < aliases->n; i++) {
		const char *name = *prefix ? names_concat(aliases->scratch, prefix, aliases->at[i],
							  "") :
					     aliases->at[i];

		if (!value_str(&list[i], name))
			return false;
	}
	*out = (struct value){ .kind = VALUE_LIST, .len = aliases->n, .list = list };
	return true;
}
