// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <ctype.h>
#include <errno.h>
#include <string.h>
#include <strings.h>

int decode_str(struct rules *rules, const struct node *map, const char *key,
	       const struct item *item, const struct node **out)
{
	const struct node *node = node_get(map, key);
	const struct item value = { ITEM_VALUE, key, node, item, NULL };

	if (!node)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, map, item,
				    "Item has no mapping for key '%s'", key);
	if (node->kind == NODE_NULL)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, map, item,
				    "Mapping for key '%s' is empty", key);
	if (node->kind != NODE_SCALAR)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &value,
				    "Value is not a scalar value");
	if (!node->len)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &value,
				    "Value must be non-empty");
	*out = node;
	return 0;
}

/* lower, Capitalised or UPPER, as yaml-cpp wants it. */
static bool is_even_case(const char *text)
{
	bool rest_lower = true;
	bool rest_upper = true;

	for (const char *p = text + 1; *p; p++) {
		rest_lower = rest_lower && islower((unsigned char)*p);
		rest_upper = rest_upper && isupper((unsigned char)*p);
	}
	return rest_lower || (rest_upper && isupper((unsigned char)text[0]));
}

int decode_bool(struct rules *rules, const struct node *map, const char *key,
		const struct item *item, bool *out)
{
	static const char *const words[] = { "n", "y", "no", "yes", "false", "true", "off", "on" };
	const struct node *node = node_get(map, key);
	const struct item value = { ITEM_VALUE, key, node, item, NULL };
	int err;

	if (!node)
		return 0;
	err = decode_str(rules, map, key, item, &node);
	if (err)
		return err;
	for (size_t i = 0; i < sizeof(words) / sizeof(words[0]); i++) {
		if (strcasecmp(words[i], node->text) == 0 && is_even_case(node->text)) {
			*out = i % 2;
			return 0;
		}
	}
	return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &value,
			    "Can't decode YAML scalar value");
}

int decode_seq(struct rules *rules, const struct node *map, const char *key,
	       const struct item *item, struct nodes *out)
{
	const struct node *node = node_get(map, key);
	const struct item value = { ITEM_VALUE, key, node, item, NULL };
	struct item element = { .kind = "list item", .parent = &value };
	int err = 0;

	if (!node)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, map, item,
				    "Item has no mapping for key '%s'", key);
	if (node->kind != NODE_SEQ)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &value,
				    "Value is not a sequence");
	for (uint32_t i = 0; i < node->n && !err; i++) {
		element.node = node->items[i];
		if (node->items[i]->kind != NODE_SCALAR)
			return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node->items[i],
					    &element, "sequence value is not scalar");
		err = nodes_add(out, rules->arena, node->items[i]);
	}
	return err;
}
