// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>

#define LIST_NAME_RE  "([^()\"'[:space:]=,]+)"
#define MACRO_NAME_RE "([a-zA-Z]+[a-zA-Z0-9_]*)"

int item_warn_keys(struct rules *rules, const struct node *map, const char *const *known,
		   const struct item *item)
{
	int err = 0;

	for (uint32_t i = 0; i + 1 < map->n && !err; i += 2) {
		const struct node *key = map->items[i];
		bool is_known = false;

		if (key->kind != NODE_SCALAR)
			return problem_fail(rules, RULES_ERR_VALIDATE, key, NULL,
					    "Key is not a scalar value");
		for (size_t k = 0; known[k] && !is_known; k++)
			is_known = strcmp(known[k], key->text) == 0;
		if (!is_known)
			err = problem_warn(rules, RULES_WARN_UNKNOWN_KEY, key, item,
					   "Unknown key '%s'. The key will be ignored.", key->text);
	}
	return err;
}

/* Does the item add to what is there?  By `append: true` or by `override`. */
static int read_mode(struct rules *rules, const struct node *map, const char *key,
		     const struct item *item, bool *ret_append)
{
	const char *const keys[] = { key, NULL };
	const struct override allowed = { 1, 1 };
	struct override override;
	bool append = false;
	int err;

	err = decode_bool(rules, map, "append", item, &append);
	if (!err && append)
		err = problem_warn(rules, RULES_WARN_DEPRECATED_ITEM, map, item, WARN_APPEND);
	if (!err)
		err = override_read(rules, map, keys, &allowed, item, &override);
	if (err)
		return err;
	if (append && (override.append || override.replace))
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, map, item,
				    FAIL_OVERRIDE_APPEND);
	*ret_append = append || override.append;
	return 0;
}

static bool is_list_name(const char *name)
{
	return !name[strcspn(name, "()\"' \t\n\v\f\r=,")];
}

static bool is_macro_name(const char *name)
{
	if (!isalpha((unsigned char)*name))
		return false;
	while (isalnum((unsigned char)*name) || *name == '_')
		name++;
	return !*name;
}

static struct list_def *list_of(struct rules *rules, const struct node *name,
				const struct node *map)
{
	struct list_def *def = names_get(&rules->list_names, name->text, name->len);

	if (def)
		return def;
	def = arena_alloc(rules->arena, sizeof(*def));
	if (!def || names_put(&rules->list_names, rules->arena, name->text, name->len, def))
		return NULL;
	def->name = name->text;
	def->node = map;
	def->index = rules->counter;
	*rules->lists_tail = def;
	rules->lists_tail = &def->next;
	return def;
}

static int list_read_body(struct rules *rules, const struct node *map, const struct node *name)
{
	static const char *const keys[] = { "list", "items", "append", "override", NULL };
	const struct item item = { .kind = "list", .name = name->text, .node = map };
	struct list_def *def;
	struct nodes items = { 0 };
	bool append = false;
	int err;

	err = item_warn_keys(rules, map, keys, &item);
	if (!err && !is_list_name(name->text))
		err = problem_warn(rules, RULES_WARN_INVALID_LIST_NAME, map, &item,
				   "List has an invalid name. List names should match a regular "
				   "expression: " LIST_NAME_RE);
	if (!err)
		err = decode_seq(rules, map, "items", &item, &items);
	if (!err)
		err = read_mode(rules, map, "items", &item, &append);
	if (err)
		return err;
	def = names_get(&rules->list_names, name->text, name->len);
	if (append && (def ? def->broken : rules->incomplete))
		return 0;
	if (append && !def)
		return problem_fail(rules, RULES_ERR_VALIDATE, map, &item,
				    "List uses 'append' or 'override.items: append' but no list by "
				    "that name already exists");
	rules->changed = rules->changed || def;
	def = list_of(rules, name, map);
	if (!def)
		return -ENOMEM;
	def->visibility = rules->counter++;
	if (!append) {
		def->broken = false;
		def->node = map;
		def->items = items;
		return 0;
	}
	for (uint32_t i = 0; i < items.n && !err; i++)
		err = nodes_add(&def->items, rules->arena, items.at[i]);
	return err;
}

static int list_read(struct rules *rules, const struct node *map)
{
	const struct item item = { .kind = "list", .node = map };
	const struct node *name;
	struct list_def *def;
	int err;

	err = decode_str(rules, map, "list", &item, &name);
	if (err)
		return err;
	err = list_read_body(rules, map, name);
	if (err != -EINVAL || names_get(&rules->list_names, name->text, name->len))
		return err;
	def = list_of(rules, name, map);
	if (!def)
		return -ENOMEM;
	def->broken = true;
	return err;
}

static struct macro_def *macro_of(struct rules *rules, const struct node *name,
				  const struct node *map)
{
	struct macro_def *def = names_get(&rules->macro_names, name->text, name->len);

	if (def)
		return def;
	def = arena_alloc(rules->arena, sizeof(*def));
	if (!def || names_put(&rules->macro_names, rules->arena, name->text, name->len, def))
		return NULL;
	rtext_init(&def->joined);
	rtext_init(&def->text);
	def->name = name->text;
	def->node = map;
	def->index = rules->counter;
	*rules->macros_tail = def;
	rules->macros_tail = &def->next;
	return def;
}

static int macro_read_body(struct rules *rules, const struct node *map, const struct node *name)
{
	static const char *const keys[] = { "macro", "condition", "append", "override", NULL };
	const struct item item = { .kind = "macro", .name = name->text, .node = map };
	const struct node *condition;
	struct macro_def *def;
	bool append = false;
	int err;

	err = item_warn_keys(rules, map, keys, &item);
	if (!err && !is_macro_name(name->text))
		err = problem_warn(rules, RULES_WARN_INVALID_MACRO_NAME, map, &item,
				   "Macro has an invalid name. Macro names should match a regular "
				   "expression: " MACRO_NAME_RE);
	if (!err)
		err = decode_str(rules, map, "condition", &item, &condition);
	if (!err)
		err = read_mode(rules, map, "condition", &item, &append);
	if (err)
		return err;
	def = names_get(&rules->macro_names, name->text, name->len);
	if (append && (def ? def->broken : rules->incomplete))
		return 0;
	if (append && !def)
		return problem_fail(rules, RULES_ERR_VALIDATE, map, &item,
				    "Macro uses 'append' or 'override.condition: append' but no "
				    "macro by that name already exists");
	rules->changed = rules->changed || def;
	def = macro_of(rules, name, map);
	if (!def)
		return -ENOMEM;
	def->visibility = rules->counter++;
	if (!append) {
		def->broken = false;
		def->node = map;
		def->cond = condition;
		def->condition.n = 0;
	}
	return nodes_add(&def->condition, rules->arena, condition);
}

static int macro_read(struct rules *rules, const struct node *map)
{
	const struct item item = { .kind = "macro", .node = map };
	const struct node *name;
	struct macro_def *def;
	int err;

	err = decode_str(rules, map, "macro", &item, &name);
	if (err)
		return err;
	err = macro_read_body(rules, map, name);
	if (err != -EINVAL || names_get(&rules->macro_names, name->text, name->len))
		return err;
	def = macro_of(rules, name, map);
	if (!def)
		return -ENOMEM;
	def->broken = true;
	return err;
}

/* The first key that is there says what it is. */
static const struct {
	const char *key;
	int (*read)(struct rules *rules, const struct node *map);
} kinds[] = {
	{ "required_engine_version", versions_read_engine },
	{ "required_plugin_versions", versions_read_plugins },
	{ "list", list_read },
	{ "macro", macro_read },
	{ "rule", rule_read },
};

static int item_read(struct rules *rules, const struct node *node)
{
	const struct item item = { .kind = "rules content item", .node = node };

	if (node->kind == NODE_NULL)
		return 0;
	if (node->kind != NODE_MAP)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &item,
				    "Unexpected element type. Each element should be a yaml "
				    "associative array.");
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++)
		if (node_get(node, kinds[i].key))
			return kinds[i].read(rules, node);
	return problem_warn(rules, RULES_WARN_UNKNOWN_ITEM, node, &item, "Unknown top level item");
}

int items_read(struct rules *rules, const struct node *document)
{
	int err = 0;

	if (document->kind == NODE_NULL)
		return 0;
	if (document->kind == NODE_SCALAR)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, document, NULL,
				    "Rules content is not yaml");
	if (document->kind != NODE_SEQ)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, document, NULL,
				    "Rules content is not yaml array of objects");
	for (uint32_t i = 0; i < document->n && err != -ENOMEM; i++)
		err = item_read(rules, document->items[i]);
	return err;
}
