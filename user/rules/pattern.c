// SPDX-License-Identifier: Apache-2.0
#include "rules/pattern.h"

#include <errno.h>
#include <string.h>

#include "rules/strmap.h"

/*
 * One component below another.  Components without wildcards are found by name,
 * the others are tried one after the other.
 */
struct pmatch {
	bool is_end;
	struct strmap names;
	struct pmatch *globs; /* children with a wildcard */
	struct pmatch *next_glob;
	struct text component;
};

static unsigned char lower(char c)
{
	return c >= 'A' && c <= 'Z' ? (unsigned char)(c + ('a' - 'A')) : (unsigned char)c;
}

bool text_contains(struct text text, struct text part)
{
	return part.len == 0 ||
	       (text.len >= part.len && memmem(text.s, text.len, part.s, part.len) != NULL);
}

bool text_icontains(struct text text, struct text part)
{
	size_t n;

	for (size_t i = 0; i + part.len <= text.len; i++) {
		n = 0;
		while (n < part.len && lower(text.s[i + n]) == lower(part.s[n]))
			n++;
		if (n == part.len)
			return true;
	}
	return false;
}

/* The next component that is not empty; false behind the last. */
static bool next_component(struct text *rest, struct text *out)
{
	const char *slash;

	while (rest->len && *rest->s == '/') {
		rest->s++;
		rest->len--;
	}
	if (!rest->len)
		return false;
	slash = memchr(rest->s, '/', rest->len);
	out->s = rest->s;
	out->len = slash ? (size_t)(slash - rest->s) : rest->len;
	rest->s += out->len;
	rest->len -= out->len;
	return true;
}

static bool has_wildcard(struct text component)
{
	for (size_t i = 0; i < component.len; i++)
		if (component.s[i] && strchr("?*[", component.s[i]))
			return true;
	return false;
}

struct pmatch *pmatch_new(struct arena *arena)
{
	return arena_alloc(arena, sizeof(struct pmatch));
}

static struct pmatch *find_child(const struct pmatch *node, struct text component)
{
	struct pmatch *child;

	if (!has_wildcard(component))
		return strmap_lookup(&node->names, component.s, (uint32_t)component.len);
	for (child = node->globs; child; child = child->next_glob)
		if (child->component.len == component.len &&
		    memcmp(child->component.s, component.s, component.len) == 0)
			break;
	return child;
}

static struct pmatch *add_child(struct pmatch *node, struct arena *arena, struct text component)
{
	struct pmatch *child = pmatch_new(arena);

	if (!child)
		return NULL;
	child->component = component;
	if (has_wildcard(component)) {
		child->next_glob = node->globs;
		node->globs = child;
	} else if (strmap_add(&node->names, arena, component.s, (uint32_t)component.len, child) <
		   0) {
		return NULL;
	}
	return child;
}

int pmatch_add(struct pmatch *pmatch, struct arena *arena, struct text path)
{
	struct text component;
	struct pmatch *child;

	while (next_component(&path, &component)) {
		child = find_child(pmatch, component);
		if (!child)
			child = add_child(pmatch, arena, component);
		if (!child)
			return -ENOMEM;
		pmatch = child;
	}
	pmatch->is_end = true;
	return 0;
}

/*
 * Each node stands at one depth, so each is visited at most once; recursion goes
 * as deep as the longest path given, which constants limit to 128 components.
 */
bool pmatch_match(const struct pmatch *pmatch, struct text text)
{
	const struct pmatch *child;
	struct text component;

	if (pmatch->is_end)
		return true;
	if (!next_component(&text, &component))
		return false;
	child = strmap_lookup(&pmatch->names, component.s, (uint32_t)component.len);
	if (child && pmatch_match(child, text))
		return true;
	for (child = pmatch->globs; child; child = child->next_glob)
		if (glob_match(child->component, component, false) && pmatch_match(child, text))
			return true;
	return false;
}
