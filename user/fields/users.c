// SPDX-License-Identifier: Apache-2.0
#include "fields/users.h"

#include <stdlib.h>
#include <string.h>

/* A file with more lines than that is cut: each costs 16 bytes and its text. */
#define USERS_MAX 100000

struct entry {
	uint32_t id;
	const char *line; /* in the table's text */
};

/* Lines of passwd(5) or group(5), ordered by id and then as they stand. */
struct table {
	char *text;
	struct entry *entries;
	size_t n;
};

struct users {
	struct table passwd;
	struct table group;
};

/* One field of a line that ends with a newline or a NUL. */
struct piece {
	const char *s;
	size_t len;
};

static struct piece piece(const char *line, unsigned int n)
{
	struct piece out;

	for (; n > 0; n--) {
		line += strcspn(line, ":\n");
		line += *line == ':';
	}
	out.s = line;
	out.len = strcspn(line, ":\n");
	return out;
}

/* The id is the third field of passwd(5) and group(5) alike. */
static bool parse_id(const char *line, uint32_t *out)
{
	struct piece id = piece(line, 2);
	uint64_t n = 0;

	if (id.len == 0 || id.len > 10)
		return false;
	for (size_t i = 0; i < id.len; i++) {
		if (id.s[i] < '0' || id.s[i] > '9')
			return false;
		n = n * 10 + (uint64_t)(id.s[i] - '0');
	}
	*out = (uint32_t)n;
	return n <= UINT32_MAX;
}

static const char *next_line(const char *line)
{
	line += strcspn(line, "\n");
	return line + (*line == '\n');
}

static int compare_entries(const void *a, const void *b)
{
	const struct entry *left = a;
	const struct entry *right = b;

	if (left->id != right->id)
		return left->id < right->id ? -1 : 1;
	return (left->line > right->line) - (left->line < right->line);
}

static size_t count_lines(const char *text)
{
	size_t n = 0;

	for (; *text && n < USERS_MAX; text = next_line(text))
		n++;
	return n;
}

/* False: out of memory. */
static bool table_fill(struct table *table, const char *text)
{
	size_t n_lines = count_lines(text);

	table->text = strdup(text);
	table->entries = calloc(n_lines + 1, sizeof(*table->entries));
	if (!table->text || !table->entries)
		return false;
	text = table->text;
	for (size_t i = 0; i < n_lines; i++) {
		struct entry *entry = &table->entries[table->n];

		entry->line = text;
		table->n += parse_id(text, &entry->id);
		text = next_line(text);
	}
	qsort(table->entries, table->n, sizeof(*table->entries), compare_entries);
	return true;
}

/* The first line of the id, as getpwuid(3) finds it; NULL if there is none. */
static const char *table_lookup(const struct table *table, uint32_t id)
{
	size_t low = 0;
	size_t high = table->n;

	while (low < high) {
		size_t mid = low + (high - low) / 2;

		if (table->entries[mid].id < id)
			low = mid + 1;
		else
			high = mid;
	}
	return low < table->n && table->entries[low].id == id ? table->entries[low].line : NULL;
}

struct users *users_new(const char *passwd, const char *group)
{
	struct users *users = calloc(1, sizeof(*users));

	if (!users)
		return NULL;
	if (!table_fill(&users->passwd, passwd ? passwd : "") ||
	    !table_fill(&users->group, group ? group : "")) {
		users_free(users);
		return NULL;
	}
	return users;
}

void users_free(struct users *users)
{
	if (!users)
		return;
	free(users->passwd.text);
	free(users->passwd.entries);
	free(users->group.text);
	free(users->group.entries);
	free(users);
}

static void fill_user(const char *line, struct user *out)
{
	struct piece name = piece(line, 0);
	struct piece home = piece(line, 5);
	struct piece shell = piece(line, 6);

	out->name = name.s;
	out->name_len = (uint32_t)name.len;
	out->home = home.s;
	out->home_len = (uint32_t)home.len;
	out->shell = shell.s;
	out->shell_len = (uint32_t)shell.len;
}

bool users_host_user(const struct users *users, uint32_t uid, struct user *out)
{
	const char *line = users ? table_lookup(&users->passwd, uid) : NULL;

	if (!line)
		return false;
	fill_user(line, out);
	return true;
}

/* The text is bounded by the container's registry. */
static bool scan_user(const char *text, uint32_t uid, struct user *out)
{
	for (; *text; text = next_line(text)) {
		uint32_t id;

		if (parse_id(text, &id) && id == uid) {
			fill_user(text, out);
			return true;
		}
	}
	return false;
}

bool users_user(const struct event_view *view, uint32_t uid, struct user *out)
{
	if (view->container->kind == CONTAINER_HOST)
		return users_host_user(view->users, uid, out);
	if (!view->container->passwd || (view->rec->hdr->ns_differs & BW_NS_USER))
		return false;
	return scan_user(view->container->passwd, uid, out);
}

const char *users_group(const struct event_view *view, uint32_t gid)
{
	const char *line = NULL;
	struct piece name;

	if (view->container->kind == CONTAINER_HOST && view->users)
		line = table_lookup(&view->users->group, gid);
	if (!line)
		return NULL;
	name = piece(line, 0);
	return arena_strndup(view->scratch, name.s, name.len);
}

const char *users_name(const struct event_view *view, uint32_t uid)
{
	struct user user;
	const char *name;

	if (!users_user(view, uid, &user))
		return uid == 0 ? "root" : "<NA>";
	name = arena_strndup(view->scratch, user.name, user.name_len);
	return name ? name : "<NA>";
}
