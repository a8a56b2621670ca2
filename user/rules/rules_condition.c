// SPDX-License-Identifier: Apache-2.0

/* A condition that stands in no file: a source of its own, so that its errors have places. */
#include <errno.h>
#include <string.h>

#include "rules/load.h"

static struct source *source_of(struct rules *rules)
{
	struct source *source = arena_alloc(rules->arena, sizeof(*source));

	if (!source)
		return NULL;
	source->path = RULES_CONDITION_NAME;
	source->text = arena_strdup(rules->arena, rules->config.condition);
	source->len = strlen(rules->config.condition);
	source->next = rules->sources;
	if (!source->text || source_index(source, rules->arena))
		return NULL;
	rules->sources = source;
	return source;
}

static struct node *node_of(struct rules *rules)
{
	struct node *node = arena_alloc(rules->arena, sizeof(*node));
	const struct source *source = source_of(rules);

	if (!node || !source)
		return NULL;
	node->kind = NODE_SCALAR;
	node->source = source;
	node->end = (uint32_t)source->len;
	node->text = source->text;
	node->len = (uint32_t)source->len;
	node->weight = 1;
	return node;
}

int condition_define(struct rules *rules)
{
	struct rule_def *def = arena_alloc(rules->arena, sizeof(*def));
	const struct node *node;

	/* What is too long is told when its lists are put in. */
	if (strlen(rules->config.condition) > UINT32_MAX)
		return -ENOMEM;
	node = node_of(rules);
	if (!def || !node || nodes_add(&def->condition, rules->arena, node))
		return -ENOMEM;
	def->rule.name = RULES_CONDITION_NAME;
	def->rule.desc = "";
	def->rule.output = "";
	def->rule.source = "syscall";
	def->rule.priority = PRIORITY_EMERGENCY;
	def->rule.enabled = true;
	node_place(node, &def->rule.place);
	def->rule.output_place = def->rule.place;
	def->node = node;
	def->is_condition = true;
	*rules->rules_tail = def;
	rules->rules_tail = &def->next;
	return 0;
}
