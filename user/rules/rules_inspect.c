// SPDX-License-Identifier: Apache-2.0

/* What was loaded, for people who ask; the event path does not come by here. */
#include "rules/load.h"

void rules_visit_macros(const struct rules *rules, rules_item_fn *visit, void *arg)
{
	struct rules_item item;

	for (const struct macro_def *def = rules->macros; def; def = def->next) {
		item = (struct rules_item){ .name = def->name, .used = def->used };
		item.text = def->text.buf.data ? def->text.buf.data : "";
		node_place(def->node, &item.place);
		visit(&item, arg);
	}
}

void rules_visit_lists(const struct rules *rules, rules_item_fn *visit, void *arg)
{
	struct rules_item item;

	for (const struct list_def *def = rules->lists; def; def = def->next) {
		item = (struct rules_item){ .name = def->name, .used = def->used };
		item.text = def->text ? def->text : "";
		node_place(def->node, &item.place);
		visit(&item, arg);
	}
}

static const struct rule_slot *slot_of(const struct rules *rules, const struct rule *rule)
{
	return rule->index < rules->n_slots ? &rules->slots[rule->index] : NULL;
}

/* Rules that cannot match were compiled for their errors alone, into another set. */
static struct cond_set *set_of(const struct rules *rules, const struct rule *rule)
{
	bool in_set = rule->enabled && rule->priority <= rules->config.min_priority;

	return in_set ? rules->set : rules->checked;
}

void rules_render_condition(const struct rules *rules, const struct rule *rule, struct buf *buf)
{
	const struct rule_slot *slot = slot_of(rules, rule);

	if (slot && slot->written)
		cond_render(slot->written, buf);
}

bool rules_is_active(const struct rules *rules, const struct rule *rule)
{
	const struct rule_slot *slot = slot_of(rules, rule);

	return slot && slot->active;
}

bool rules_eval(struct rules *rules, const struct rule *rule, const struct field_source *source)
{
	const struct rule_slot *slot = slot_of(rules, rule);
	struct cond_set *set = set_of(rules, rule);

	if (!slot || !slot->cond)
		return false;
	cond_set_begin(set);
	return cond_eval(set, slot->cond, source);
}

void rules_explain(struct rules *rules, const struct rule *rule, const struct field_source *source,
		   struct buf *buf)
{
	const struct rule_slot *slot = slot_of(rules, rule);
	struct cond_set *set = set_of(rules, rule);

	if (!slot || !slot->cond || !slot->tree)
		return;
	cond_set_begin(set);
	cond_explain(set, slot->tree, source, buf);
}
