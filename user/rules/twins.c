// SPDX-License-Identifier: Apache-2.0
#include "rules/twins.h"

#include <stdio.h>
#include <string.h>

#include "fields/events.h"

#define GROUP_MAX 8
#define NAMES_MAX 64 /* of one comparison, twins included; a longer one stays as it is */

#define ARG_FIELD      "evt.arg"
#define ALIAS_NAME_MAX 64

enum polarity { DENIED, ASSERTED };

/*
 * Who names one of the first `n_asking` means all.  docs/rules-language.md has this
 * table for people.
 */
struct group {
	size_t n_asking;
	const char *names[GROUP_MAX];
};

static const struct group groups[] = {
	{ 3, { "open", "openat", "openat2", "creat", "open_by_handle_at" } },
	{ 2, { "execve", "execveat" } },
	{ 4, { "clone", "clone3", "fork", "vfork" } },
	{ 3, { "dup", "dup2", "dup3", "fcntl" } },
	{ 2, { "accept", "accept4" } },
	{ 3, { "sendto", "sendmsg", "sendmmsg" } },
	{ 3, { "recvfrom", "recvmsg", "recvmmsg" } },
	{ 3, { "rename", "renameat", "renameat2" } },
	{ 2, { "unlink", "unlinkat" } },
	{ 2, { "mkdir", "mkdirat" } },
	{ 2, { "mknod", "mknodat" } },
	{ 2, { "link", "linkat" } },
	{ 2, { "symlink", "symlinkat" } },
	{ 4, { "chmod", "fchmod", "fchmodat", "fchmodat2" } },
	{ 4, { "chown", "fchown", "lchown", "fchownat" } },
	{ 2, { "truncate", "ftruncate" } },
	{ 4, { "setxattr", "lsetxattr", "fsetxattr", "setxattrat" } },
	{ 1, { "mount", "move_mount" } },
	{ 2, { "umount", "umount2" } },
	{ 3, { "setuid", "setreuid", "setresuid", "setfsuid" } },
	{ 3, { "setgid", "setregid", "setresgid", "setfsgid" } },
	{ 2, { "init_module", "finit_module" } },
	{ 2, { "kexec_load", "kexec_file_load" } },
	{ 2, { "mprotect", "pkey_mprotect" } },
	{ 6,
	  { "kill", "tkill", "tgkill", "rt_sigqueueinfo", "rt_tgsigqueueinfo",
	    "pidfd_send_signal" } },
};

struct name_list {
	struct cond_const at[NAMES_MAX];
	uint32_t n;
	bool full;
};

static bool is_name(const struct cond_const *item, const char *name)
{
	return item->len == strlen(name) && memcmp(item->text, name, item->len) == 0;
}

static void add_name(struct name_list *list, const char *name, uint32_t offset)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (is_name(&list->at[i], name))
			return;
	list->full = list->full || list->n == NAMES_MAX;
	if (!list->full)
		list->at[list->n++] = (struct cond_const){ name, (uint32_t)strlen(name), offset };
}

static void add_twins(struct name_list *list, const struct cond_const *item)
{
	for (size_t g = 0; g < sizeof(groups) / sizeof(*groups); g++) {
		size_t i = 0;

		while (i < groups[g].n_asking && !is_name(item, groups[g].names[i]))
			i++;
		if (i == groups[g].n_asking)
			continue;
		for (i = 0; i < GROUP_MAX && groups[g].names[i]; i++)
			add_name(list, groups[g].names[i], item->offset);
		return;
	}
}

/* Does it compare the type of the event in a way that can be widened? */
static bool names_type(const struct cond_check *check)
{
	const char *left = expr_text(check->left);

	return !check->right && check->modifier == COND_PLAIN &&
	       (check->op == COND_EQ || check->op == COND_IN) && check->n_consts &&
	       check->n_consts <= NAMES_MAX &&
	       (strcmp(left, "evt.type") == 0 || strcmp(left, "syscall.type") == 0);
}

static const struct cond_node *copy_check(struct arena *arena, const struct cond_node *node,
					  const struct name_list *list)
{
	struct cond_check *check = arena_alloc(arena, sizeof(*check));
	struct cond_const *consts = arena_alloc(arena, list->n * sizeof(*consts));
	struct cond_node *copy = arena_alloc(arena, sizeof(*copy));

	if (!check || !consts || !copy)
		return NULL;
	memcpy(consts, list->at, list->n * sizeof(*consts));
	*check = *node->check;
	check->op = COND_IN;
	check->consts = consts;
	check->n_consts = list->n;
	check->n_twins = list->n - node->check->n_consts;
	*copy = *node;
	copy->check = check;
	return cond_types_set(arena, copy) < 0 ? NULL : copy;
}

static const struct cond_node *widen_types(struct arena *arena, const struct cond_node *node)
{
	struct name_list list = { .n = 0 };

	memcpy(list.at, node->check->consts, node->check->n_consts * sizeof(*list.at));
	list.n = node->check->n_consts;
	for (uint32_t i = 0; i < node->check->n_consts; i++)
		add_twins(&list, &node->check->consts[i]);
	if (list.full || list.n == node->check->n_consts)
		return node;
	return copy_check(arena, node, &list);
}

/*
 * True of a name by what it is, not by what it is not, as `oneof` is where a second
 * constant must not be in it.
 */
static bool is_positive(const struct cond_check *check)
{
	static const bool positive[COND_OP_MAX] = {
		[COND_EQ] = true,         [COND_IN] = true,       [COND_GLOB] = true,
		[COND_IGLOB] = true,      [COND_CONTAINS] = true, [COND_ICONTAINS] = true,
		[COND_STARTSWITH] = true, [COND_ENDSWITH] = true, [COND_REGEX] = true,
		[COND_PMATCH] = true,
	};

	return positive[check->op] && check->modifier != COND_ONEOF;
}

/* Is the field evt.arg with an argument that is a path in some event? */
static bool names_path_arg(const char *field)
{
	static const char *const paths[] = {
		"addr",    "dir",  "filename", "linkpath", "name",   "newpath",
		"oldpath", "path", "pathname", "special",  "target", "trusted_exepath",
	};
	const size_t len = strcspn(field, "]");

	for (size_t i = 0; i < sizeof(paths) / sizeof(*paths); i++)
		if (len == strlen(paths[i]) && memcmp(field, paths[i], len) == 0)
			return true;
	return false;
}

/* The field that has the other names: FIELD.alias, evt.arg.alias.ARG.  False: there is none. */
static bool alias_name(const char *field, char *out, size_t size)
{
	const size_t len = strlen(ARG_FIELD);
	const bool is_arg = strncmp(field, ARG_FIELD, len) == 0 &&
			    (field[len] == '.' || field[len] == '[') &&
			    names_path_arg(field + len + 1);
	const int n = is_arg ? snprintf(out, size, ARG_FIELD ".alias%s", field + len) :
			       snprintf(out, size, "%s.alias", field);

	return n > 0 && (size_t)n < size && (is_arg || field_lookup(out, (size_t)n));
}

/* What stands in the map of aliases, by the text of the field. */
struct alias_entry {
	struct expr *expr; /* NULL: the field has none */
};

static const struct alias_entry *make_alias(struct twins *twins, struct arena *arena,
					    const char *field)
{
	struct alias_entry *entry = arena_alloc(arena, sizeof(*entry));
	char name[ALIAS_NAME_MAX];
	struct expr_error error;
	const char *text;
	size_t pos = 0;

	if (!entry)
		return NULL;
	if (alias_name(field, name, sizeof(name))) {
		text = arena_strdup(arena, name);
		if (!text || expr_parse(arena, text, strlen(text), &pos, &error, &entry->expr) < 0)
			return NULL;
	}
	if (strmap_add(&twins->aliases, arena, field, (uint32_t)strlen(field), entry) < 0)
		return NULL;
	return entry;
}

/* Fields are few and conditions many. */
static const struct alias_entry *alias_of(struct twins *twins, struct arena *arena,
					  const char *field)
{
	const struct alias_entry *known = strmap_lookup(&twins->aliases, field,
							(uint32_t)strlen(field));

	return known ? known : make_alias(twins, arena, field);
}

static const struct cond_node *widen_path(struct twins *twins, struct arena *arena,
					  const struct cond_node *node)
{
	const struct alias_entry *alias = alias_of(twins, arena, expr_text(node->check->left));
	struct cond_check *check;
	struct cond_node *copy;

	if (!alias)
		return NULL;
	if (!alias->expr)
		return node;
	check = arena_alloc(arena, sizeof(*check));
	copy = arena_alloc(arena, sizeof(*copy));
	if (!check || !copy)
		return NULL;
	*check = *node->check;
	check->alias = alias->expr;
	*copy = *node;
	copy->check = check;
	return copy;
}

static const struct cond_node *widen_check(struct twins *twins, struct arena *arena,
					   const struct cond_node *node)
{
	if (!node->check)
		return node;
	if (names_type(node->check))
		return widen_types(arena, node);
	return is_positive(node->check) ? widen_path(twins, arena, node) : node;
}

static const struct cond_node *widen(struct twins *twins, struct arena *arena,
				     const struct cond_node *node, enum polarity polarity);

static const struct cond_node *widen_kids(struct twins *twins, struct arena *arena,
					  const struct cond_node *node, enum polarity polarity)
{
	const struct cond_node **kids = arena_alloc(arena,
						    node->n_kids * sizeof(struct cond_node *));
	struct cond_node *copy;
	bool same = true;

	if (!kids)
		return NULL;
	for (uint32_t i = 0; i < node->n_kids; i++) {
		kids[i] = widen(twins, arena, node->kids[i], polarity);
		if (!kids[i])
			return NULL;
		same = same && kids[i] == node->kids[i];
	}
	if (same)
		return node;
	copy = arena_alloc(arena, sizeof(*copy));
	if (!copy)
		return NULL;
	*copy = *node;
	copy->kids = kids;
	return cond_types_set(arena, copy) < 0 ? NULL : copy;
}

/* What stands in the map, by the address of the node. */
struct widened {
	uintptr_t node;
	const struct cond_node *became;
};

static int remember(struct twins *twins, struct arena *arena, const struct cond_node *node,
		    enum polarity polarity, const struct cond_node *became)
{
	struct widened *entry = arena_alloc(arena, sizeof(*entry));

	if (!entry)
		return -1;
	entry->node = (uintptr_t)node;
	entry->became = became;
	return strmap_add(&twins->seen[polarity], arena, (const char *)&entry->node,
			  sizeof(entry->node), entry);
}

/* Recursion is as deep as the tree was high, which cond_expand() limits. */
static const struct cond_node *widen(struct twins *twins, struct arena *arena,
				     const struct cond_node *node, enum polarity polarity)
{
	const uintptr_t key = (uintptr_t)node;
	const struct widened *known;
	const struct cond_node *became;

	if (node->kind == COND_CHECK)
		return polarity == ASSERTED ? widen_check(twins, arena, node) : node;
	if (node->n_kids == 0)
		return node;
	known = strmap_lookup(&twins->seen[polarity], (const char *)&key, sizeof(key));
	if (known)
		return known->became;
	if (node->kind == COND_NOT)
		became = widen_kids(twins, arena, node, polarity == ASSERTED ? DENIED : ASSERTED);
	else
		became = widen_kids(twins, arena, node, polarity);
	if (!became || remember(twins, arena, node, polarity, became) < 0)
		return NULL;
	return became;
}

const struct cond_node *twins_widen(struct twins *twins, struct arena *arena,
				    const struct cond_node *node)
{
	return widen(twins, arena, node, ASSERTED);
}
