// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <errno.h>
#include <string.h>

/* Bit of the key; 0: none of ours. */
static uint32_t key_bit(const char *const *keys, const char *key)
{
	for (uint32_t i = 0; keys[i]; i++)
		if (strcmp(keys[i], key) == 0)
			return 1U << i;
	return 0;
}

static int read_entry(struct rules *rules, const struct node *const *entry, const char *const *keys,
		      const struct override *allowed, const struct item *item, struct override *out)
{
	const char *key = entry[0]->text;
	/* yaml-cpp reads an empty value as this text. */
	const char *value = entry[1]->kind == NODE_NULL ? "null" : entry[1]->text;
	uint32_t bit = key_bit(keys, key);
	const struct item whole = { .kind = ITEM_OVERRIDES, .node = item->node, .parent = item };
	const struct item of_key = { ITEM_OVERRIDES, key, entry[0], &whole, NULL };
	const struct item of_value = { ITEM_VALUE, key, entry[1], &whole, NULL };

	if (node_is(entry[1], "append")) {
		if (!(allowed->append & bit))
			return problem_fail(rules, RULES_ERR_YAML_VALIDATE, entry[0], &of_key,
					    "Key '%s' cannot be appended to, use 'replace' instead",
					    key);
		out->append |= bit;
		return 0;
	}
	if (node_is(entry[1], "replace")) {
		if (!(allowed->replace & bit))
			return problem_fail(rules, RULES_ERR_YAML_VALIDATE, entry[0], &of_key,
					    "Key '%s' cannot be replaced", key);
		out->replace |= bit;
		return 0;
	}
	return problem_fail(rules, RULES_ERR_YAML_VALIDATE, entry[1], &of_value,
			    "Invalid override operation for key '%s': '%s'. Allowed values are: "
			    "%s%s",
			    key, value, allowed->append & bit ? "append " : "",
			    allowed->replace & bit ? "replace " : "");
}

int override_read(struct rules *rules, const struct node *map, const char *const *keys,
		  const struct override *allowed, const struct item *item, struct override *out)
{
	const struct node *node = node_get(map, "override");
	int err = 0;

	memset(out, 0, sizeof(*out));
	/* A scalar counts as absent, as an empty map does. */
	if (!node || node->kind == NODE_SCALAR || node->kind == NODE_NULL)
		return 0;
	if (node->kind == NODE_SEQ)
		return node->n ? problem_fail(rules, RULES_ERR_VALIDATE, node, NULL,
					      "Value of override is not a mapping") :
				 0;
	for (uint32_t i = 0; i + 1 < node->n && !err; i += 2) {
		const enum node_kind kind = node->items[i + 1]->kind;

		if (node->items[i]->kind != NODE_SCALAR ||
		    (kind != NODE_SCALAR && kind != NODE_NULL))
			return problem_fail(rules, RULES_ERR_VALIDATE, node->items[i], NULL,
					    "Entries of override must be scalar values");
		err = read_entry(rules, &node->items[i], keys, allowed, item, out);
	}
	return err;
}
