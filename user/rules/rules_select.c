// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "rules/load.h"

/* `*` stands for any text; the rest is literal.  Linear but for a step back to the last star. */
static bool is_match(const char *pattern, const char *name)
{
	const char *star = NULL;
	const char *resume = name;

	while (*name) {
		if (*pattern == '*') {
			star = pattern++;
			resume = name;
		} else if (*pattern == *name) {
			pattern++;
			name++;
		} else if (star) {
			pattern = star + 1;
			name = ++resume;
		} else {
			return false;
		}
	}
	while (*pattern == '*')
		pattern++;
	return !*pattern;
}

static bool has_tag(const struct rule_def *def, const char *tag)
{
	for (uint32_t i = 0; i < def->tags.n; i++)
		if (strcmp(def->tags.at[i]->text, tag) == 0)
			return true;
	return false;
}

static bool is_selected(const struct rules_selector *selector, const struct rule_def *def)
{
	return selector->is_tag ? has_tag(def, selector->pattern) :
				  is_match(selector->pattern, def->rule.name);
}

void select_apply(struct rules *rules)
{
	uint32_t rank = 0;

	for (struct rule_def *def = rules->rules; def; def = def->next)
		def->rank = rank++;
	/* Only now is everything defined: `enabled` of a later file comes before all selectors. */
	for (size_t i = 0; rules->last_pass && i < rules->config.n_selectors; i++) {
		const struct rules_selector *selector = &rules->config.selectors[i];

		for (struct rule_def *def = rules->rules; def; def = def->next) {
			if (!is_selected(selector, def) || def->is_condition)
				continue;
			if (selector->enable && !def->rule.enabled)
				def->rank = rank++;
			def->rule.enabled = selector->enable;
		}
	}
}
