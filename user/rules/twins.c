// SPDX-License-Identifier: Apache-2.0
#include "rules/twins.h"

#include <string.h>

#include "fields/events.h"

#define GROUP_MAX 8
#define NAMES_MAX 64 /* of one comparison, twins included; a longer one stays as it is */

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
	*copy = *node;
	copy->check = check;
	return cond_types_set(arena, copy) < 0 ? NULL : copy;
}

static const struct cond_node *widen_check(struct arena *arena, const struct cond_node *node)
{
	struct name_list list = { .n = 0 };

	if (!node->check || !names_type(node->check))
		return node;
	memcpy(list.at, node->check->consts, node->check->n_consts * sizeof(*list.at));
	list.n = node->check->n_consts;
	for (uint32_t i = 0; i < node->check->n_consts; i++)
		add_twins(&list, &node->check->consts[i]);
	if (list.full || list.n == node->check->n_consts)
		return node;
	return copy_check(arena, node, &list);
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
		return polarity == ASSERTED ? widen_check(arena, node) : node;
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
