// SPDX-License-Identifier: Apache-2.0
#include "rules/rules.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "rules/load.h"

static bool has_type(const struct rule_slot *slot, uint32_t type)
{
	return slot->rule.event_types[type / 64] >> type % 64 & 1;
}

/* Rules of one type, or with EVENT_TYPE_NONE those that all types reach. */
static bool is_in(const struct rule_slot *slot, uint32_t type)
{
	if (!slot->active)
		return false;
	if (type == EVENT_TYPE_NONE)
		return slot->every_type;
	return !slot->every_type && has_type(slot, type);
}

static int compare_rank(const void *a, const void *b)
{
	const struct rule_slot *const *left = a;
	const struct rule_slot *const *right = b;

	return ((*left)->rank > (*right)->rank) - ((*left)->rank < (*right)->rank);
}

static int fill(struct rules *rules, uint32_t type, struct match_list *list)
{
	uint32_t n = 0;

	for (size_t i = 0; i < rules->n_slots; i++)
		n += is_in(&rules->slots[i], type);
	list->n = 0;
	if (!n)
		return 0;
	list->at = arena_alloc(rules->pass, n * sizeof(struct rule_slot *));
	if (!list->at)
		return -ENOMEM;
	for (size_t i = 0; i < rules->n_slots; i++)
		if (is_in(&rules->slots[i], type))
			list->at[list->n++] = &rules->slots[i];
	qsort(list->at, list->n, sizeof(struct rule_slot *), compare_rank);
	return 0;
}

int rules_index(struct rules *rules)
{
	int err;

	err = fill(rules, EVENT_TYPE_NONE, &rules->every_type);
	for (uint32_t type = 0; type < event_type_count() && type < EVENT_TYPE_MAX && !err; type++)
		err = fill(rules, type, &rules->by_type[type]);
	return err;
}

const struct rule *rules_refused_at(const struct rules *rules, size_t i)
{
	const struct refused *refused = rules->refused;

	for (; refused && i; i--)
		refused = refused->next;
	return refused ? &refused->rule : NULL;
}

size_t rules_count(const struct rules *rules)
{
	return rules->n_slots;
}

const struct rule *rules_at(const struct rules *rules, size_t i)
{
	return i < rules->n_slots ? &rules->slots[i].rule : NULL;
}

void rules_drop(struct rules *rules, const struct rule *rule)
{
	if (rule->index < rules->n_slots)
		rules->slots[rule->index].active = false;
}

static bool any_active(const struct match_list *list)
{
	for (uint32_t i = 0; i < list->n; i++)
		if (list->at[i]->active)
			return true;
	return false;
}

bool rules_want_event(const struct rules *rules, uint32_t event_type)
{
	if (rules->n_errors || event_type >= EVENT_TYPE_MAX)
		return false;
	return any_active(&rules->by_type[event_type]) || any_active(&rules->every_type);
}

bool rules_use_field(const struct rules *rules, const char *name)
{
	return !rules->n_errors && rules->set && cond_set_uses_field(rules->set, name);
}

uint64_t rules_n_given_up(const struct rules *rules)
{
	return rules->set ? cond_set_given_up(rules->set) : 0;
}

struct search {
	struct rules *rules;
	const struct field_source *source;
	rules_match_fn *on_match;
	void *arg;
	unsigned int n;
};

/*
 * Returns whether the search is over.  Which twin is called, and by which link a file is
 * reached, is the caller's choice: it must not decide which rule answers.
 */
static bool ask(struct search *search, const struct match_list *list)
{
	struct rules *rules = search->rules;

	for (uint32_t i = 0; i < list->n; i++) {
		const struct rule_slot *slot = list->at[i];

		if (!slot->active || !cond_eval(rules->set, slot->cond, search->source))
			continue;
		search->on_match(&slot->rule, search->arg);
		search->n++;
		if (!rules->config.match_all &&
		    cond_eval_written(rules->set, slot->cond, search->source))
			return true;
	}
	return false;
}

unsigned int rules_match(struct rules *rules, const struct field_source *source,
			 rules_match_fn *on_match, void *arg)
{
	struct search search = { rules, source, on_match, arg, 0 };

	if (rules->n_errors || !rules->set || source->event_type >= EVENT_TYPE_MAX)
		return 0;
	/* Falco asks the rules that name the type first. */
	cond_set_begin(rules->set);
	if (!ask(&search, &rules->by_type[source->event_type]))
		(void)ask(&search, &rules->every_type);
	return search.n;
}
