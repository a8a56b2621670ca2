// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#include "base/arena.h"
#include "config/config_tree.h"

#define ARENA_BLOCK_BYTES ((size_t)16 << 10)
#define ARENA_MAX_BYTES   ((size_t)64 << 20)

/* Values on their way into *config. */
struct decoder {
	struct config *config;
	struct diag *diag;
};

typedef int decode_fn(const struct decoder *d, const struct node *node);

static int fail(const struct decoder *d, const struct node *node, const char *text)
{
	struct place place;

	node_place(node, &place);
	diag_set_place(d->diag, place.file, place.line, place.column);
	diag_set(d->diag, "%s", text);
	return -EINVAL;
}

static void *alloc_array(const struct decoder *d, size_t n, size_t size)
{
	return arena_alloc(d->config->arena, (n + 1) * size);
}

/* Null leaves *out alone. */
static int get_text(const struct decoder *d, const struct node *node, const char **out)
{
	const char *text;

	if (!node || node->kind == NODE_NULL)
		return 0;
	if (node->kind != NODE_SCALAR)
		return fail(d, node, "expected a text");
	text = config_expand(d->config->arena, node->text);
	if (!text)
		return -ENOMEM;
	*out = text;
	return 0;
}

static int get_bool(const struct decoder *d, const struct node *node, bool *out)
{
	static const char *const words[] = { "false", "true", "no", "yes", "off", "on", "n", "y" };
	const char *text = NULL;
	int err = get_text(d, node, &text);

	/* Empty: what a variable that is not set leaves. */
	if (err || !text || !*text)
		return err;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(text, words[i]) == 0) {
			*out = i % 2;
			return 0;
		}
	}
	return fail(d, node, "expected true or false");
}

static int get_flag(const struct decoder *d, const struct node *node, bool negated, bool *out)
{
	bool value = *out != negated;
	int err = get_bool(d, node, &value);

	if (!err)
		*out = value != negated;
	return err;
}

/* A list of texts, or one. */
static int get_texts(const struct decoder *d, const struct node *node, const char ***ret_texts,
		     size_t *ret_n)
{
	const struct node *const *items = node->kind == NODE_SEQ ? node->items : &node;
	const size_t n = node->kind == NODE_SEQ ? node->n : 1;
	const char **texts = alloc_array(d, n, sizeof(*texts));
	size_t n_texts = 0;
	int err;

	if (!texts)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		const char *text = NULL;

		err = get_text(d, items[i], &text);
		if (err)
			return err;
		if (text && *text)
			texts[n_texts++] = text;
	}
	*ret_texts = texts;
	*ret_n = n_texts;
	return 0;
}

static int read_rules_files(const struct decoder *d, const struct node *node)
{
	return get_texts(d, node, &d->config->rules_files, &d->config->n_rules_files);
}

/* {disable: {tag: network}} */
static int read_selector(const struct decoder *d, const struct node *entry,
			 struct rules_selector *out)
{
	const struct node *enable = node_get(entry, "enable");
	const struct node *what = enable ? enable : node_get(entry, "disable");
	const struct node *rule = what ? node_get(what, "rule") : NULL;
	const struct node *tag = what ? node_get(what, "tag") : NULL;
	int err;

	if (!what || !rule == !tag)
		return fail(d, entry,
			    "an entry of rules is enable or disable with one of: rule, tag");
	out->enable = enable;
	out->is_tag = tag;
	err = get_text(d, rule ? rule : tag, &out->pattern);
	if (!err && !out->pattern)
		err = fail(d, what, "the pattern is empty");
	return err;
}

static int read_rules(const struct decoder *d, const struct node *node)
{
	struct config *config = d->config;
	int err = 0;

	if (node->kind != NODE_SEQ)
		return fail(d, node, "rules is a list of enable and disable");
	config->selectors = alloc_array(d, node->n, sizeof(*config->selectors));
	if (!config->selectors)
		return -ENOMEM;
	for (uint32_t i = 0; i < node->n && !err; i++)
		err = read_selector(d, node->items[i], &config->selectors[i]);
	config->n_selectors = node->n;
	return err;
}

static int read_priority(const struct decoder *d, const struct node *node)
{
	const char *text = NULL;
	int err = get_text(d, node, &text);

	if (!err && text && *text && !priority_parse(text, strlen(text), &d->config->priority))
		err = fail(d, node, "not a priority");
	return err;
}

static int read_matching(const struct decoder *d, const struct node *node)
{
	const char *text = NULL;
	int err = get_text(d, node, &text);

	if (err || !text || !*text)
		return err;
	if (strcmp(text, "first") != 0 && strcmp(text, "all") != 0)
		return fail(d, node, "rule_matching is first or all");
	d->config->match_all = strcmp(text, "all") == 0;
	return 0;
}

static int read_twins(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, true, &d->config->literal);
}

static int read_query(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, false, &d->config->query_runtimes);
}

static int read_json(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, false, &d->config->json_output);
}

static int read_output_property(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, true, &d->config->output.no_output);
}

static int read_tags_property(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, true, &d->config->output.no_tags);
}

static int read_fields_property(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, true, &d->config->output.no_fields);
}

static int read_message_property(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, false, &d->config->output.message);
}

static int read_iso_time(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, false, &d->config->output.iso_time);
}

static int read_base64(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node, false, &d->config->output.base64_bytes);
}

static int read_stdout(const struct decoder *d, const struct node *node)
{
	return get_flag(d, node_get(node, "enabled"), true, &d->config->no_stdout);
}

static int read_file(const struct decoder *d, const struct node *node)
{
	const char *name = NULL;
	bool enabled = false;
	int err = get_bool(d, node_get(node, "enabled"), &enabled);

	if (!err)
		err = get_bool(d, node_get(node, "keep_alive"), &d->config->file_keep_open);
	if (!err)
		err = get_text(d, node_get(node, "filename"), &name);
	if (!err && enabled && (!name || !*name))
		err = fail(d, node, "file_output needs a filename");
	if (!err && enabled)
		d->config->file = name;
	return err;
}

/* Which engine Falco would load does not matter here; a capture instead of one does. */
static int read_engine(const struct decoder *d, const struct node *node)
{
	const struct node *replay = node_get(node, "replay");
	const char *kind = "";
	const char *file = NULL;
	int err = get_text(d, node_get(node, "kind"), &kind);

	if (err || strcmp(kind, "replay") != 0)
		return err;
	err = get_text(d, replay ? node_get(replay, "capture_file") : NULL, &file);
	if (!err && !file)
		err = fail(d, node, "engine.kind replay needs engine.replay.capture_file");
	if (!err)
		d->config->replay_file = file;
	return err;
}

/* "proc.name", or {my_key: "a text with %proc.name"}. */
static int read_extra(const struct decoder *d, const struct node *node, struct output_extra *out)
{
	int err;

	if (node->kind != NODE_MAP)
		err = get_text(d, node, &out->name);
	else if (node->n != 2)
		return fail(d, node, "an extra field is a field, or one name with its format");
	else if (!(err = get_text(d, node->items[0], &out->name)))
		err = get_text(d, node->items[1], &out->format);
	if (!err && (!out->name || !*out->name || (node->kind == NODE_MAP && !out->format)))
		err = fail(d, node, "an extra field is empty");
	return err;
}

static int read_extras(const struct decoder *d, const struct node *node, struct output_append *out)
{
	struct output_extra *extras;
	int err = 0;

	if (!node || node->kind == NODE_NULL)
		return 0;
	if (node->kind != NODE_SEQ)
		return fail(d, node, "extra_fields is a list");
	extras = alloc_array(d, node->n, sizeof(*extras));
	if (!extras)
		return -ENOMEM;
	for (uint32_t i = 0; i < node->n && !err; i++)
		err = read_extra(d, node->items[i], &extras[i]);
	out->extras = extras;
	out->n_extras = node->n;
	return err;
}

static int read_match(const struct decoder *d, const struct node *match, struct output_append *out)
{
	const struct node *tags;
	const char **texts = NULL;
	int err;

	if (!match || match->kind == NODE_NULL)
		return 0;
	tags = node_get(match, "tags");
	err = get_text(d, node_get(match, "source"), &out->source);
	if (!err)
		err = get_text(d, node_get(match, "rule"), &out->rule);
	if (!err && tags && tags->kind != NODE_NULL)
		err = get_texts(d, tags, &texts, &out->n_tags);
	if (!err)
		out->tags = texts;
	return err;
}

static int read_append(const struct decoder *d, const struct node *entry, struct output_append *out)
{
	int err;

	if (entry->kind != NODE_MAP)
		return fail(d, entry, "an entry of append_output is a map");
	err = read_match(d, node_get(entry, "match"), out);
	if (!err)
		err = get_text(d, node_get(entry, "extra_output"), &out->text);
	if (!err)
		err = read_extras(d, node_get(entry, "extra_fields"), out);
	if (!err)
		err = get_bool(d, node_get(entry, "suggested_output"), &out->suggested);
	return err;
}

static int read_appends(const struct decoder *d, const struct node *node)
{
	struct output_append *appends;
	int err = 0;

	if (node->kind != NODE_SEQ)
		return fail(d, node, "append_output is a list");
	appends = alloc_array(d, node->n, sizeof(*appends));
	if (!appends)
		return -ENOMEM;
	for (uint32_t i = 0; i < node->n && !err; i++)
		err = read_append(d, node->items[i], &appends[i]);
	d->config->output.appends = appends;
	d->config->output.n_appends = node->n;
	return err;
}

static int read_statics(const struct decoder *d, const struct node *node)
{
	struct field_static *statics;
	int err = 0;

	if (node->kind != NODE_MAP)
		return fail(d, node, "static_fields is a map");
	statics = alloc_array(d, node->n / 2, sizeof(*statics));
	if (!statics)
		return -ENOMEM;
	for (size_t i = 0; i < node->n / 2 && !err; i++) {
		statics[i].name = statics[i].value = "";
		err = get_text(d, node->items[2 * i], &statics[i].name);
		if (!err)
			err = get_text(d, node->items[2 * i + 1], &statics[i].value);
		if (!err && !*statics[i].name)
			err = fail(d, node->items[2 * i], "a static field has no name");
	}
	d->config->output.statics = statics;
	d->config->output.n_statics = node->n / 2;
	return err;
}

static int read_nothing(const struct decoder *d, const struct node *node)
{
	(void)d;
	(void)node;
	return 0;
}

static const struct {
	const char *key;
	const char *type; /* in words of JSON schemas */
	decode_fn *read;
} keys[] = {
	{ "append_output", "array", read_appends },
	{ "buffer_format_base64", "boolean", read_base64 },
	{ "config_files", "array", read_nothing }, /* the tree has them */
	{ "engine", "object", read_engine },
	{ "file_output", "object", read_file },
	{ "json_include_message_property", "boolean", read_message_property },
	{ "json_include_output_fields_property", "boolean", read_fields_property },
	{ "json_include_output_property", "boolean", read_output_property },
	{ "json_include_tags_property", "boolean", read_tags_property },
	{ "json_output", "boolean", read_json },
	{ "priority", "string", read_priority },
	{ "query_runtimes", "boolean", read_query },
	{ "rule_matching", "string", read_matching },
	{ "rules", "array", read_rules },
	{ "rules_file", "array", read_rules_files },
	{ "rules_files", "array", read_rules_files },
	{ "static_fields", "object", read_statics },
	{ "stdout_output", "object", read_stdout },
	{ "time_format_iso_8601", "boolean", read_iso_time },
	{ "twins", "boolean", read_twins },
};

const char *config_key_at(size_t i, const char **ret_type)
{
	if (i >= sizeof(keys) / sizeof(keys[0]))
		return NULL;
	*ret_type = keys[i].type;
	return keys[i].key;
}

/* Alerts that somebody waits for and that would not come: more than a key to be ignored. */
static int note_output(const struct decoder *d, const struct node *key, const struct node *value)
{
	static const char suffix[] = "_output";
	struct config *config = d->config;
	const size_t len = strlen(key->text);
	bool enabled = false;
	int err;

	if (len < strlen(suffix) || strcmp(key->text + len - strlen(suffix), suffix) != 0 ||
	    value->kind != NODE_MAP)
		return 0;
	err = get_bool(d, node_get(value, "enabled"), &enabled);
	if (!err && enabled)
		config->missing[config->n_missing++] = key->text;
	return err;
}

static int read_key(const struct decoder *d, const struct node *key, const struct node *value)
{
	struct config *config = d->config;

	if (key->kind != NODE_SCALAR)
		return fail(d, key, "a key is not a text");
	for (size_t i = 0; i < sizeof(keys) / sizeof(keys[0]); i++)
		if (strcmp(key->text, keys[i].key) == 0)
			return value->kind == NODE_NULL ? 0 : keys[i].read(d, value);
	for (size_t i = 0; i < config->n_ignored; i++)
		if (strcmp(config->ignored[i], key->text) == 0)
			return 0;
	config->ignored[config->n_ignored++] = key->text;
	return note_output(d, key, value);
}

static int read_tree(const struct decoder *d, const struct node *root)
{
	int err = 0;

	d->config->ignored = alloc_array(d, root->n, sizeof(*d->config->ignored));
	d->config->missing = alloc_array(d, root->n, sizeof(*d->config->missing));
	if (!d->config->ignored || !d->config->missing)
		return -ENOMEM;
	for (uint32_t i = 0; i + 1 < root->n && !err; i += 2)
		err = read_key(d, root->items[i], root->items[i + 1]);
	return err;
}

int config_load(const char *path, const char *const *overrides, size_t n_overrides,
		struct diag *diag, struct config **out)
{
	struct config *config = calloc(1, sizeof(*config));
	const struct decoder decoder = { config, diag };
	struct config_tree tree = { .diag = diag };
	int err = 0;

	if (!config)
		return -ENOMEM;
	config->priority = PRIORITY_DEBUG;
	config->arena = tree.arena = arena_new(ARENA_BLOCK_BYTES, ARENA_MAX_BYTES);
	if (!config->arena)
		err = -ENOMEM;
	if (!err && path)
		err = config_tree_load(&tree, path);
	for (size_t i = 0; i < n_overrides && !err; i++)
		err = config_tree_override(&tree, overrides[i]);
	if (!err && tree.root)
		err = read_tree(&decoder, tree.root);
	if (err) {
		config_free(config);
		return err;
	}
	*out = config;
	return 0;
}

void config_free(struct config *config)
{
	if (!config)
		return;
	arena_free(config->arena);
	free(config);
}
