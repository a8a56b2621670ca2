// SPDX-License-Identifier: Apache-2.0
#include "config/config_tree.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "base/cleanup.h"
#include "base/file.h"
#include "rules/rules.h"

#define FILE_BYTES_MAX   ((size_t)4 << 20)
#define EXPAND_BYTES_MAX ((size_t)64 << 10)
#define STEPS_MAX        32 /* of a.b[0].c */
#define INDEX_MAX        10000
#define FILES_KEY        "config_files"
#define OVERRIDE_NAME    "-o"

enum strategy { MERGE_APPEND, MERGE_OVERRIDE, MERGE_ADD_ONLY };

static int fail(const struct config_tree *tree, const struct node *node, const char *text)
{
	struct place place;

	node_place(node, &place);
	diag_set_place(tree->diag, place.file, place.line, place.column);
	diag_set(tree->diag, "%s", text);
	return -EINVAL;
}

static int parse_source(const struct config_tree *tree, struct source *source,
			const struct node **out)
{
	struct nodes documents = { 0 };
	struct yaml_error error = { 0 };
	struct place place;
	int err;

	if (!source->path || !source->text || source_index(source, tree->arena))
		return -ENOMEM;
	err = yaml_parse(tree->arena, source, &error, &documents);
	if (err == -EINVAL) {
		source_place(source, error.offset, &place);
		diag_set_place(tree->diag, place.file, place.line, place.column);
		diag_set(tree->diag, "%s", error.text);
	}
	if (!err)
		*out = documents.n ? documents.at[0] : NULL;
	return err;
}

/* *out: the file's map, or NULL for an empty file. */
static int read_map(const struct config_tree *tree, const char *path, const struct node **out)
{
	struct source *source = arena_alloc(tree->arena, sizeof(*source));
	cleanup_free char *text = NULL;
	const struct node *root;
	size_t len;
	int err;

	if (!source)
		return -ENOMEM;
	err = file_read(AT_FDCWD, path, FILE_BYTES_MAX, &text, &len);
	if (err) {
		diag_set_place(tree->diag, path, 0, 0);
		diag_set(tree->diag, "cannot read: %s", strerror(-err));
		return err;
	}
	source->path = arena_strdup(tree->arena, path);
	source->text = arena_strndup(tree->arena, text, len);
	source->len = len;
	err = parse_source(tree, source, &root);
	if (err)
		return err;
	if (root && root->kind == NODE_NULL)
		root = NULL;
	if (root && root->kind != NODE_MAP)
		return fail(tree, root, "a configuration is a map of keys and values");
	*out = root;
	return 0;
}

/* A copy with room for `extra` more items; `old` may be NULL. */
static struct node *copy_node(const struct config_tree *tree, enum node_kind kind,
			      const struct node *old, const struct node *place, uint32_t extra,
			      const struct node ***ret_items)
{
	struct node *node = arena_alloc(tree->arena, sizeof(*node));
	uint32_t n = old && old->kind == kind ? old->n : 0;
	const struct node **items = arena_alloc(tree->arena,
						(n + extra + 1) * sizeof(struct node *));

	if (!node || !items)
		return NULL;
	*node = *(old ? old : place);
	node->kind = kind;
	node->text = "";
	node->len = 0;
	node->n = n;
	for (uint32_t i = 0; i < n; i++)
		items[i] = old->items[i];
	node->items = items;
	*ret_items = items;
	return node;
}

/* The map with the key's value replaced or added; NULL: out of memory. */
static const struct node *put_key(const struct config_tree *tree, const struct node *map,
				  const struct node *key, const struct node *value)
{
	const struct node **items = NULL;
	struct node *node = copy_node(tree, NODE_MAP, map, value, 2, &items);

	if (!node)
		return NULL;
	for (uint32_t i = 0; i + 1 < node->n; i += 2) {
		if (node_is(items[i], key->text)) {
			items[i + 1] = value;
			return node;
		}
	}
	items[node->n++] = key;
	items[node->n++] = value;
	return node;
}

/* The sequence with the item at `index`, which may be just behind its end. */
static const struct node *put_index(const struct config_tree *tree, const struct node *seq,
				    uint32_t index, const struct node *value)
{
	const struct node **items = NULL;
	struct node *node = copy_node(tree, NODE_SEQ, seq, value, 1, &items);

	if (!node)
		return NULL;
	items[index] = value;
	if (index == node->n)
		node->n++;
	return node;
}

static const struct node *join(const struct config_tree *tree, const struct node *first,
			       const struct node *second)
{
	const struct node **items = NULL;
	struct node *node = copy_node(tree, NODE_SEQ, first, second, second->n, &items);

	if (!node)
		return NULL;
	for (uint32_t i = 0; i < second->n; i++)
		items[node->n++] = second->items[i];
	return node;
}

static int merge_key(struct config_tree *tree, enum strategy strategy, const struct node *key,
		     const struct node *value)
{
	const struct node *old = tree->root ? node_get(tree->root, key->text) : NULL;

	if (key->kind != NODE_SCALAR)
		return fail(tree, key, "a key is not a text");
	if (strcmp(key->text, FILES_KEY) == 0)
		return fail(tree, key, "config_files in an included file");
	if (old && strategy == MERGE_ADD_ONLY)
		return 0;
	if (old && old->kind == NODE_SEQ && value->kind == NODE_SEQ && strategy == MERGE_APPEND)
		value = join(tree, old, value);
	if (value)
		tree->root = put_key(tree, tree->root, key, value);
	return value && tree->root ? 0 : -ENOMEM;
}

static int merge_file(struct config_tree *tree, const char *path, enum strategy strategy)
{
	const struct node *map = NULL;
	int err = read_map(tree, path, &map);

	for (uint32_t i = 0; !err && map && i + 1 < map->n; i += 2)
		err = merge_key(tree, strategy, map->items[i], map->items[i + 1]);
	return err;
}

/* A file, or a directory's *.yaml in name order; one without any is fine. */
static int merge_path(struct config_tree *tree, const struct node *entry, const char *path,
		      enum strategy strategy)
{
	char **files = NULL;
	size_t n = 0;
	int err = rules_find_files(path, &files, &n);

	if (err == -ENODATA)
		err = 0;
	else if (err && err != -ENOMEM)
		(void)fail(tree, entry, strerror(-err));
	for (size_t i = 0; i < n; i++) {
		if (!err)
			err = merge_file(tree, files[i], strategy);
		free(files[i]);
	}
	free(files);
	return err;
}

static int read_entry(struct config_tree *tree, const struct node *entry)
{
	const struct node *path = entry->kind == NODE_MAP ? node_get(entry, "path") : entry;
	const struct node *how = node_get(entry, "strategy");
	enum strategy strategy = MERGE_APPEND;
	const char *text;

	if (!path || path->kind != NODE_SCALAR)
		return fail(tree, entry, "an entry of config_files is a path, or has one");
	if (node_is(how, "override"))
		strategy = MERGE_OVERRIDE;
	else if (node_is(how, "add-only"))
		strategy = MERGE_ADD_ONLY;
	else if (how && !node_is(how, "append"))
		return fail(tree, how, "strategy is one of: append, override, add-only");
	text = config_expand(tree->arena, path->text);
	return text ? merge_path(tree, entry, text, strategy) : -ENOMEM;
}

int config_tree_load(struct config_tree *tree, const char *path)
{
	const struct node *files;
	int err = read_map(tree, path, &tree->root);

	if (err || !tree->root)
		return err;
	files = node_get(tree->root, FILES_KEY);
	if (!files || files->kind == NODE_NULL)
		return 0;
	if (files->kind == NODE_SCALAR)
		return read_entry(tree, files);
	if (files->kind != NODE_SEQ)
		return fail(tree, files, "config_files is a list of paths");
	for (uint32_t i = 0; i < files->n && !err; i++)
		err = read_entry(tree, files->items[i]);
	return err;
}

/* One step into the tree: a key, or an index. */
struct step {
	const struct node *key; /* NULL: an index */
	uint32_t index;
	bool append;
};

static int bad_key(const struct config_tree *tree, const char *text, const char *why)
{
	diag_set_place(tree->diag, OVERRIDE_NAME, 0, 0);
	diag_set(tree->diag, "'%s': %s", text, why);
	return -EINVAL;
}

/* "[3]" or "[]". */
static bool parse_index(const char **at, struct step *out)
{
	char *end;
	unsigned long n;

	*out = (struct step){ .append = (*at)[1] == ']' };
	if (out->append) {
		*at += 2;
		return true;
	}
	if ((*at)[1] < '0' || (*at)[1] > '9')
		return false;
	errno = 0;
	n = strtoul(*at + 1, &end, 10);
	if (errno || *end != ']' || n > INDEX_MAX)
		return false;
	out->index = (uint32_t)n;
	*at = end + 1;
	return true;
}

static const struct node *key_node(const struct config_tree *tree, const struct node *place,
				   const char *text, size_t len)
{
	struct node *node = arena_alloc(tree->arena, sizeof(*node));

	if (!node)
		return NULL;
	*node = (struct node){ .kind = NODE_SCALAR, .source = place->source, .len = (uint32_t)len };
	node->text = arena_strndup(tree->arena, text, len);
	node->weight = 1;
	return node->text ? node : NULL;
}

/* Returns the number of steps, or -EINVAL with diag, -ENOMEM. */
static int parse_steps(const struct config_tree *tree, const char *text, const struct node *value,
		       struct step *steps)
{
	const char *at = text;
	size_t len;
	int n = 0;

	while (*at != '=') {
		if (n == STEPS_MAX)
			return bad_key(tree, text, "the key has too many parts");
		if (*at == '[' && n) {
			if (!parse_index(&at, &steps[n++]))
				return bad_key(tree, text, "an index is a number, or empty");
		} else {
			len = strcspn(at, ".[=");
			if (!len)
				return bad_key(tree, text, "a part of the key is empty");
			steps[n] = (struct step){ .key = key_node(tree, value, at, len) };
			if (!steps[n++].key)
				return -ENOMEM;
			at += len;
		}
		if (*at == '.' && at[1] != '=')
			at++;
		else if (*at != '[' && *at != '=')
			return bad_key(tree, text, "expected '.', '[' or '=' in the key");
	}
	return n ? n : bad_key(tree, text, "no key");
}

/* What stands where the steps lead is replaced; the way there is copied. */
static const struct node *put_at(const struct config_tree *tree, const struct node *old,
				 const struct step *steps, int n, const struct node *value,
				 const char *text)
{
	const enum node_kind kind = n && steps[0].key ? NODE_MAP : NODE_SEQ;
	uint32_t index;

	if (!n)
		return value;
	if (old && old->kind == NODE_NULL)
		old = NULL;
	if (old && old->kind != kind) {
		(void)bad_key(tree, text, "the key goes through a value of another kind");
		return NULL;
	}
	if (kind == NODE_MAP) {
		value = put_at(tree, old ? node_get(old, steps[0].key->text) : NULL, steps + 1,
			       n - 1, value, text);
		return value ? put_key(tree, old, steps[0].key, value) : NULL;
	}
	index = steps[0].append ? (old ? old->n : 0) : steps[0].index;
	if (index > (old ? old->n : 0)) {
		(void)bad_key(tree, text, "the index is beyond the end of the list");
		return NULL;
	}
	value = put_at(tree, old && index < old->n ? old->items[index] : NULL, steps + 1, n - 1,
		       value, text);
	return value ? put_index(tree, old, index, value) : NULL;
}

int config_tree_override(struct config_tree *tree, const char *text)
{
	struct source *source = arena_alloc(tree->arena, sizeof(*source));
	const char *equals = strchr(text, '=');
	struct step steps[STEPS_MAX];
	const struct node *value = NULL;
	const struct node *root;
	int n;

	if (!source)
		return -ENOMEM;
	if (!equals)
		return bad_key(tree, text, "expected key=value");
	source->path = OVERRIDE_NAME;
	source->text = arena_strdup(tree->arena, equals + 1);
	source->len = strlen(equals + 1);
	n = parse_source(tree, source, &value);
	if (n)
		return n;
	if (!value)
		return bad_key(tree, text, "expected a value behind '='");
	n = parse_steps(tree, text, value, steps);
	if (n < 0)
		return n;
	root = put_at(tree, tree->root, steps, n, value, text);
	if (!root)
		return tree->diag->text[0] ? -EINVAL : -ENOMEM;
	tree->root = root;
	return 0;
}

static void add_variable(struct buf *buf, const char *name, size_t len)
{
	char copy[256];
	const char *value;

	if (len >= sizeof(copy))
		return;
	memcpy(copy, name, len);
	copy[len] = '\0';
	value = getenv(copy);
	buf_add_str(buf, value ? value : "");
}

const char *config_expand(struct arena *arena, const char *text)
{
	const char *expanded = NULL;
	const char *end;
	struct buf buf;

	if (!strstr(text, "${"))
		return text;
	buf_init(&buf, EXPAND_BYTES_MAX);
	while (*text) {
		bool escaped = strncmp(text, "$${", 3) == 0;

		end = escaped || strncmp(text, "${", 2) == 0 ? strchr(text, '}') : NULL;
		if (!end) {
			buf_add_char(&buf, *text++);
			continue;
		}
		if (escaped)
			buf_add(&buf, text + 1, (size_t)(end - text));
		else
			add_variable(&buf, text + 2, (size_t)(end - text) - 2);
		text = end + 1;
	}
	if (!buf.failed)
		expanded = arena_strdup(arena, buf.data);
	buf_done(&buf);
	return expanded;
}
