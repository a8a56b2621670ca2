// SPDX-License-Identifier: Apache-2.0

/* What Falco prints in JSON for -L and -l: rules, macros and lists, and what they are made of. */
#include <stdlib.h>
#include <string.h>

#include "agent/falco.h"
#include "agent/json_out.h"
#include "base/buf.h"
#include "output/extras.h"
#include "output/template.h"

#define TEXT_BYTES_MAX ((size_t)1 << 20)

/* Names that a rule, macro or list uses: by kind, each once and in order. */
struct uses {
	char **names[RULES_USE_MAX];
	size_t n[RULES_USE_MAX];
	size_t size[RULES_USE_MAX];
};

static int compare(const void *a, const void *b)
{
	return strcmp(*(char *const *)a, *(char *const *)b);
}

/* Without memory the name is left out, and json_out_print() will most likely say why. */
static void add_use(enum rules_use use, const char *name, void *arg)
{
	struct uses *uses = arg;
	size_t *n = &uses->n[use];

	if (*n == uses->size[use]) {
		const size_t size = *n ? *n * 2 : 16;
		char **grown = realloc(uses->names[use], size * sizeof(*grown));

		if (!grown)
			return;
		uses->names[use] = grown;
		uses->size[use] = size;
	}
	uses->names[use][*n] = strdup(name);
	*n += uses->names[use][*n] != NULL;
}

static cJSON *names_item(struct uses *uses, enum rules_use use)
{
	cJSON *array = cJSON_CreateArray();
	char **names = uses->names[use];

	if (use != RULES_USE_VALUE && uses->n[use])
		qsort(names, uses->n[use], sizeof(*names), compare);
	for (size_t i = 0; i < uses->n[use]; i++)
		if (use == RULES_USE_VALUE || !i || strcmp(names[i - 1], names[i]) != 0)
			json_out_add(array, json_out_str(names[i]));
	return array;
}

static void uses_done(struct uses *uses)
{
	for (size_t use = 0; use < RULES_USE_MAX; use++) {
		for (size_t i = 0; i < uses->n[use]; i++)
			free(uses->names[use][i]);
		free(uses->names[use]);
	}
}

/* Keys of the details that rules and macros have, in two parts: others stand between them. */
static void put_first_uses(cJSON *details, struct uses *uses)
{
	json_out_put(details, "condition_fields", names_item(uses, RULES_USE_FIELD));
	json_out_put(details, "condition_operators", names_item(uses, RULES_USE_OPERATOR));
}

static void put_last_uses(cJSON *details, struct uses *uses)
{
	json_out_put(details, "lists", names_item(uses, RULES_USE_LIST));
	json_out_put(details, "macros", names_item(uses, RULES_USE_MACRO));
}

static cJSON *output_fields_item(const struct rule *rule)
{
	cJSON *array = cJSON_CreateArray();
	struct template *tmpl = NULL;
	const char *key = NULL;
	struct diag diag;

	diag_init(&diag);
	if (template_compile(rule->output, &diag, &tmpl) == 0)
		for (size_t i = 0; template_field_at(tmpl, i, &key); i++)
			json_out_add(array, json_out_str(key));
	template_free(tmpl);
	return array;
}

static cJSON *output_item(const struct rule *rule, const struct output_options *options)
{
	const struct extras_rule asker = { rule->name, rule->source, rule->tags, rule->n_tags };
	struct buf text;
	cJSON *item;

	buf_init(&text, TEXT_BYTES_MAX);
	buf_add_str(&text, rule->output);
	extras_add_text(options, &asker, &text);
	item = json_out_str(text.data);
	buf_done(&text);
	return item;
}

static cJSON *events_item(const struct rule *rule)
{
	cJSON *array = cJSON_CreateArray();

	for (uint32_t i = 0; event_type_name(i); i++)
		if (rule->event_types[i / 64] >> i % 64 & 1)
			json_out_add(array, json_out_str(event_type_name(i)));
	return array;
}

static cJSON *rule_info(const struct rules *rules, const struct rule *rule)
{
	cJSON *info = cJSON_CreateObject();
	cJSON *tags = cJSON_CreateArray();

	for (uint32_t i = 0; i < rule->n_tags; i++)
		json_out_add(tags, json_out_str(rule->tags[i]));
	json_out_put(info, "condition", json_out_str(rule->condition));
	json_out_put(info, "description", json_out_str(rule->desc));
	json_out_put(info, "enabled", cJSON_CreateBool(rules_is_active(rules, rule)));
	json_out_put(info, "name", json_out_str(rule->name));
	json_out_put(info, "output", json_out_str(rule->output));
	json_out_put(info, "priority", json_out_str(priority_name(rule->priority)));
	json_out_put(info, "source", json_out_str(rule->source));
	json_out_put(info, "tags", tags);
	return info;
}

static cJSON *rule_item(const struct rules *rules, const struct rule *rule,
			const struct output_options *options)
{
	cJSON *item = cJSON_CreateObject();
	cJSON *details = cJSON_CreateObject();
	struct uses uses = { 0 };
	struct buf condition;

	buf_init(&condition, TEXT_BYTES_MAX);
	rules_render_condition(rules, rule, &condition);
	(void)rules_visit_uses(rules, rule, add_use, &uses); /* it was loaded without errors */
	json_out_put(details, "condition_compiled", json_out_str(condition.data));
	put_first_uses(details, &uses);
	json_out_put(details, "events", events_item(rule));
	json_out_put(details, "exception_fields", names_item(&uses, RULES_USE_EXCEPTION_FIELD));
	json_out_put(details, "exception_names", names_item(&uses, RULES_USE_EXCEPTION));
	json_out_put(details, "exception_operators",
		     names_item(&uses, RULES_USE_EXCEPTION_OPERATOR));
	put_last_uses(details, &uses);
	json_out_put(details, "output_compiled", output_item(rule, options));
	json_out_put(details, "output_fields", output_fields_item(rule));
	json_out_put(details, "plugins", cJSON_CreateArray());
	json_out_put(item, "details", details);
	json_out_put(item, "info", rule_info(rules, rule));
	uses_done(&uses);
	buf_done(&condition);
	return item;
}

struct items {
	const struct rules *rules;
	cJSON *array;
};

static void add_macro(const struct rules_item *macro, void *arg)
{
	const struct items *items = arg;
	cJSON *item = cJSON_CreateObject();
	cJSON *details = cJSON_CreateObject();
	cJSON *info = cJSON_CreateObject();
	struct uses uses = { 0 };

	(void)rules_visit_macro_uses(items->rules, macro->name, add_use, &uses);
	put_first_uses(details, &uses);
	put_last_uses(details, &uses);
	json_out_put(details, "plugins", cJSON_CreateArray());
	json_out_put(details, "used", cJSON_CreateBool(macro->used));
	json_out_put(info, "condition", json_out_str(macro->text));
	json_out_put(info, "name", json_out_str(macro->name));
	json_out_put(item, "details", details);
	json_out_put(item, "info", info);
	json_out_add(items->array, item);
	uses_done(&uses);
}

static void add_list(const struct rules_item *list, void *arg)
{
	const struct items *items = arg;
	cJSON *item = cJSON_CreateObject();
	cJSON *details = cJSON_CreateObject();
	cJSON *info = cJSON_CreateObject();
	struct uses uses = { 0 };

	rules_visit_list_items(items->rules, list->name, add_use, &uses);
	json_out_put(details, "lists", names_item(&uses, RULES_USE_LIST));
	json_out_put(details, "plugins", cJSON_CreateArray());
	json_out_put(details, "used", cJSON_CreateBool(list->used));
	json_out_put(info, "items", names_item(&uses, RULES_USE_VALUE));
	json_out_put(info, "name", json_out_str(list->name));
	json_out_put(item, "details", details);
	json_out_put(item, "info", info);
	json_out_add(items->array, item);
	uses_done(&uses);
}

struct requirements {
	const char *engine; /* the last */
	cJSON *plugins;
};

static void add_requirement(const char *plugin, const char *version, void *arg)
{
	struct requirements *requirements = arg;
	cJSON *item;

	if (!plugin) {
		requirements->engine = version;
		return;
	}
	item = cJSON_CreateObject();
	json_out_put(item, "name", json_out_str(plugin));
	json_out_put(item, "version", json_out_str(version));
	json_out_add(requirements->plugins, item);
}

/* Of everything but rules. */
static void put_definitions(cJSON *root, const struct rules *rules)
{
	struct items lists = { rules, cJSON_CreateArray() };
	struct items macros = { rules, cJSON_CreateArray() };
	struct requirements requirements = { "", cJSON_CreateArray() };

	rules_visit_lists(rules, add_list, &lists);
	rules_visit_macros(rules, add_macro, &macros);
	rules_visit_requirements(rules, add_requirement, &requirements);
	json_out_put(root, "lists", lists.array);
	json_out_put(root, "macros", macros.array);
	json_out_put(root, "required_engine_version", json_out_str(requirements.engine));
	json_out_put(root, "required_plugin_versions", requirements.plugins);
}

int falco_describe(const struct rules *rules, const char *only_rule,
		   const struct output_options *options)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < rules_count(rules); i++)
		if (!only_rule || strcmp(only_rule, rules_at(rules, i)->name) == 0)
			json_out_add(array, rule_item(rules, rules_at(rules, i), options));
	if (!only_rule)
		put_definitions(root, rules);
	json_out_put(root, "rules", array);
	return json_out_print(root);
}
