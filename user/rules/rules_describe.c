// SPDX-License-Identifier: Apache-2.0

/* What rules, macros and lists are made of, as they were written. */
#include <errno.h>
#include <string.h>

#include "rules/load.h"

#define ARENA_BLOCK_BYTES ((size_t)16 << 10)
#define ARENA_MAX_BYTES   ((size_t)64 << 20)

/* Tells lists from other values. */
struct describer {
	const struct rules *rules;
	rules_use_fn *visit;
	void *arg;
};

static void pass_on(enum rules_use kind, const char *name, void *arg)
{
	const struct describer *describer = arg;

	if (kind != RULES_USE_VALUE)
		describer->visit(kind, name, describer->arg);
	else if (names_get(&describer->rules->list_names, name, strlen(name)))
		describer->visit(RULES_USE_LIST, name, describer->arg);
}

/* The condition as it was written: names of lists are still in it. */
static int visit_condition(const struct nodes *condition, struct describer *describer)
{
	struct arena *arena = arena_new(ARENA_BLOCK_BYTES, ARENA_MAX_BYTES);
	struct cond_node *tree = NULL;
	struct cond_error error;
	struct buf text;
	int err = arena ? 0 : -ENOMEM;

	buf_init(&text, RULES_FILE_BYTES_MAX);
	for (uint32_t i = 0; i < condition->n; i++) {
		buf_add_str(&text, i ? " " : "");
		buf_add(&text, condition->at[i]->text, condition->at[i]->len);
	}
	if (text.failed)
		err = -ENOMEM;
	if (!err)
		err = cond_parse(arena, text.data, text.len, &error, &tree);
	if (!err)
		cond_visit_uses(tree, pass_on, describer);
	buf_done(&text);
	arena_free(arena);
	return err;
}

/* A text, or a list of them, or a list of lists. */
static void visit_texts(const struct node *node, enum rules_use kind, struct describer *describer)
{
	if (!node)
		return;
	if (node->kind == NODE_SCALAR)
		describer->visit(kind, node->text, describer->arg);
	for (uint32_t i = 0; node->kind == NODE_SEQ && i < node->n; i++)
		visit_texts(node->items[i], kind, describer);
}

int rules_visit_uses(const struct rules *rules, const struct rule *rule, rules_use_fn *visit,
		     void *arg)
{
	struct describer describer = { rules, visit, arg };
	const struct rule_def *def = names_get(&rules->rule_names, rule->name, strlen(rule->name));

	if (!def)
		return 0;
	for (const struct exception *ex = def->exceptions; ex; ex = ex->next) {
		visit(RULES_USE_EXCEPTION, ex->name, arg);
		visit_texts(ex->fields, RULES_USE_EXCEPTION_FIELD, &describer);
		visit_texts(ex->comps, RULES_USE_EXCEPTION_OPERATOR, &describer);
	}
	return visit_condition(&def->condition, &describer);
}

int rules_visit_macro_uses(const struct rules *rules, const char *macro, rules_use_fn *visit,
			   void *arg)
{
	struct describer describer = { rules, visit, arg };
	const struct macro_def *def = names_get(&rules->macro_names, macro, strlen(macro));

	return def ? visit_condition(&def->condition, &describer) : 0;
}

void rules_visit_list_items(const struct rules *rules, const char *list, rules_use_fn *visit,
			    void *arg)
{
	struct describer describer = { rules, visit, arg };
	const struct list_def *def = names_get(&rules->list_names, list, strlen(list));

	for (uint32_t i = 0; def && i < def->items.n; i++) {
		const char *text = def->items.at[i]->text;

		if (names_get(&rules->list_names, text, strlen(text)))
			visit(RULES_USE_LIST, text, describer.arg);
		else
			visit(RULES_USE_VALUE, text, describer.arg);
	}
}

static void visit_engine_versions(const struct node *document, rules_requirement_fn *visit,
				  void *arg)
{
	const struct node *version;

	for (uint32_t i = 0; document->kind == NODE_SEQ && i < document->n; i++) {
		if (document->items[i]->kind != NODE_MAP)
			continue;
		version = node_get(document->items[i], "required_engine_version");
		if (version && version->kind == NODE_SCALAR)
			visit(NULL, version->text, arg);
	}
}

void rules_visit_requirements(const struct rules *rules, rules_requirement_fn *visit, void *arg)
{
	for (const struct source *source = rules->sources; source; source = source->next)
		for (uint32_t i = 0; i < source->documents.n; i++)
			visit_engine_versions(source->documents.at[i], visit, arg);
	for (const struct plugin_req *req = rules->plugins; req; req = req->next) {
		const struct node *name = node_get(req->node, "name");
		const struct node *version = node_get(req->node, "version");

		if (name && version)
			visit(name->text, version->text, arg);
	}
}
