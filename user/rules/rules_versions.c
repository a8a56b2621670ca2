// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define ITEM_PLUGINS "required plugin versions"
#define ITEM_PLUGIN  "required plugin versions entry"

struct version {
	uint32_t part[3];
};

/* The plugins whose fields we have ourselves. */
static const struct {
	const char *name;
	struct version version;
} plugins[] = {
	{ "container", { { 0, 4, 0 } } },
};

/* "x.y.z", whatever follows. */
static bool version_parse(const char *text, struct version *out)
{
	char *end;

	for (int i = 0; i < 3; i++) {
		unsigned long part;

		if (!isdigit((unsigned char)*text))
			return false;
		errno = 0;
		part = strtoul(text, &end, 10);
		if (errno || part > UINT32_MAX || (i < 2 && *end != '.'))
			return false;
		out->part[i] = (uint32_t)part;
		text = end + 1;
	}
	return true;
}

static bool is_satisfied(const struct version *have, const struct version *want)
{
	if (have->part[0] != want->part[0])
		return false;
	if (have->part[1] != want->part[1])
		return have->part[1] > want->part[1];
	return have->part[2] >= want->part[2];
}

/* A bare number N means 0.N.0. */
static bool engine_version_parse(const char *text, struct version *out)
{
	unsigned long number;
	char *end;

	if (!isdigit((unsigned char)*text))
		return false;
	errno = 0;
	number = strtoul(text, &end, 0);
	if (errno || *end || number > UINT32_MAX)
		return version_parse(text, out);
	out->part[0] = 0;
	out->part[1] = (uint32_t)number;
	out->part[2] = 0;
	return true;
}

int versions_read_engine(struct rules *rules, const struct node *map)
{
	const struct item item = { .kind = "required_engine_version", .node = map };
	const struct node *node;
	struct version have;
	struct version want;
	int err;

	err = decode_str(rules, map, "required_engine_version", &item, &node);
	if (err)
		return err;
	if (!engine_version_parse(node->text, &want))
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, map, &item,
				    "Unable to parse engine version '%s' as a semver string. "
				    "Expected \"x.y.z\" semver format.",
				    node->text);
	if (!version_parse(RULES_ENGINE_VERSION, &have) || !is_satisfied(&have, &want))
		return problem_fail(rules, RULES_ERR_VALIDATE, map, &item,
				    "Rules require engine version %u.%u.%u, but engine version is "
				    "%s",
				    want.part[0], want.part[1], want.part[2], RULES_ENGINE_VERSION);
	return 0;
}

/* The entry itself is the first of its alternatives. */
static const struct node *alternative_at(const struct node *entry, uint32_t i)
{
	const struct node *more = node_get(entry, "alternatives");

	if (i == 0)
		return entry;
	return more && i <= more->n ? more->items[i - 1] : NULL;
}

static int check_shape(struct rules *rules, const struct node *entry, struct item *item)
{
	const struct node *more = node_get(entry, "alternatives");
	struct item other = { .kind = "required plugin versions alternative", .parent = item };
	struct item *at = item;
	const struct node *one;
	const struct node *node;
	int err = 0;

	if (entry->kind != NODE_MAP)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, entry, item,
				    "Plugin version must be a mapping");
	for (uint32_t i = 0; !err && (one = alternative_at(entry, i)); i++, at = &other) {
		at->node = one;
		at->name = NULL;
		if (one->kind != NODE_MAP)
			return problem_fail(rules, RULES_ERR_YAML_VALIDATE, one, at,
					    "Plugin version alternative must be a mapping");
		err = decode_str(rules, one, "name", at, &node);
		if (err)
			return err;
		at->name = node->text;
		err = decode_str(rules, one, "version", at, &node);
		if (!err && i == 0 && more && more->kind != NODE_SEQ)
			err = problem_fail(
				rules, RULES_ERR_YAML_VALIDATE, entry, item,
				"Value of plugin version alternatives must be a sequence");
	}
	return err;
}

static int check_values(struct rules *rules, const struct node *entry, const struct item *item)
{
	const struct node *one;
	struct names names = { 0 };

	for (uint32_t i = 0; (one = alternative_at(entry, i)); i++) {
		const struct node *name = node_get(one, "name");
		const struct node *version = node_get(one, "version");
		struct version parsed;

		if (!version_parse(version->text, &parsed))
			return problem_fail(rules, RULES_ERR_VALIDATE, entry, item,
					    "Invalid required version '%s' for plugin '%s'",
					    version->text, name->text);
		if (names_get(&names, name->text, name->len))
			return problem_fail(rules, RULES_ERR_VALIDATE, entry, item,
					    "Defined multiple alternative version requirements "
					    "for plugin '%s'",
					    name->text);
		if (names_put(&names, rules->arena, name->text, name->len, &names))
			return -ENOMEM;
	}
	return 0;
}

static int read_entry(struct rules *rules, const struct node *entry, const struct item *list)
{
	struct item item = { .kind = ITEM_PLUGIN, .node = entry, .parent = list };
	struct plugin_req *req;
	int err;

	err = check_shape(rules, entry, &item);
	if (!err)
		err = check_values(rules, entry, &item);
	if (err)
		return err;
	req = arena_alloc(rules->arena, sizeof(*req));
	if (!req)
		return -ENOMEM;
	req->node = entry;
	req->list = list->node;
	*rules->plugins_tail = req;
	rules->plugins_tail = &req->next;
	return 0;
}

int versions_read_plugins(struct rules *rules, const struct node *map)
{
	const struct node *node = node_get(map, "required_plugin_versions");
	const struct item item = { .kind = ITEM_PLUGINS, .node = node };
	int err = 0;

	if (node->kind != NODE_SEQ)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &item,
				    "Value of required_plugin_versions must be a sequence");
	for (uint32_t i = 0; i < node->n && err != -ENOMEM; i++)
		err = read_entry(rules, node->items[i], &item);
	return err;
}

static bool is_met(const struct node *entry)
{
	const struct node *one;
	struct version want;

	for (uint32_t i = 0; (one = alternative_at(entry, i)); i++) {
		for (size_t k = 0; k < sizeof(plugins) / sizeof(plugins[0]); k++) {
			if (!node_is(node_get(one, "name"), plugins[k].name))
				continue;
			/* The first alternative that is there decides. */
			return version_parse(node_get(one, "version")->text, &want) &&
			       is_satisfied(&plugins[k].version, &want);
		}
	}
	return false;
}

static int tell_unmet(struct rules *rules, const struct plugin_req *req)
{
	const struct node *entry = req->node;
	const struct item list = { .kind = ITEM_PLUGINS, .node = req->list };
	const struct item item = { ITEM_PLUGIN, node_get(entry, "name")->text, entry, &list, NULL };
	const struct node *one;
	struct buf buf;
	int err;

	buf_init(&buf, 4096);
	for (uint32_t i = 0; (one = alternative_at(entry, i)) && !buf.failed; i++)
		buf_printf(&buf, "%s%s (>= %s)", i ? ", " : "", node_get(one, "name")->text,
			   node_get(one, "version")->text);
	err = problem_fail(rules, RULES_ERR_VALIDATE, entry, &item,
			   "Plugin requirement not satisfied, must load one of: %s", buf.data);
	buf_done(&buf);
	return err;
}

int versions_check_plugins(struct rules *rules)
{
	const struct plugin_req *req;
	int err;

	for (req = rules->plugins; req; req = req->next) {
		err = is_met(req->node) ? 0 : tell_unmet(rules, req);
		if (err == -ENOMEM)
			return err;
	}
	return 0;
}
