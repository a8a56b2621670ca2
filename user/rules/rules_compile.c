// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define EVENT_TYPES_WARN    100
#define CONTAINER_INFO      "%container.info"
#define WARN_CONTAINER_INFO CONTAINER_INFO " is deprecated and no more useful: it is left out"
#define MACRO_ITEM(def)                                                   \
	{                                                                 \
		.kind = "macro", .name = (def)->name, .node = (def)->node \
	}
#define RULE_ITEM(def)                                                        \
	{                                                                     \
		.kind = "rule", .name = (def)->rule.name, .node = (def)->node \
	}

/* A rule's condition, before and after its lists were put in. */
struct texts {
	const struct rule_def *def;
	struct rtext joined;
	struct rtext text;
};

/* Putting macros in, for one macro or rule. */
struct expansion {
	struct rules *rules;
	const struct macro_def *root; /* NULL: a rule, which sees every macro */
	uint64_t weight; /* bytes put in */
	uint32_t depth;
	const char *loop; /* the macro that leads to itself */
	bool too_big;
	bool silent; /* a macro behind it has told its error already */
	/* The first failure, where it happened. */
	bool failed;
	enum rules_code code;
	char message[sizeof(((struct cond_error *)0)->text)];
	struct place place;
	const struct buf *text;
	uint32_t offset;
};

static int expand_tree(struct expansion *ex, const struct cond_node *tree, const struct rtext *text,
		       struct cond_node **out);

/* A macro whose turn has not come is put in for this root alone. */
static const struct cond_node *expand_early(struct expansion *ex, struct macro_def *def)
{
	struct cond_node *node = NULL;
	uint64_t before = ex->weight;
	int err;

	if (def->root == ex->root)
		return def->temporary;
	if (def->visiting || ex->depth >= RULES_NESTING_MAX) {
		ex->loop = def->name;
		return NULL;
	}
	def->visiting = true;
	ex->depth++;
	err = expand_tree(ex, def->tree, &def->text, &node);
	ex->depth--;
	def->visiting = false;
	if (err) {
		/* Told by this root; walking it again from every other could take long. */
		def->failed = true;
		return NULL;
	}
	def->root = ex->root;
	def->temporary = node;
	def->weight = ex->weight - before + def->text.buf.len;
	ex->weight = before;
	return node;
}

static const struct cond_node *lookup_macro(const char *name, void *arg)
{
	struct expansion *ex = arg;
	struct macro_def *def = names_get(&ex->rules->macro_names, name, strlen(name));
	const struct cond_node *node;

	if (!def || (ex->root && def->index >= ex->root->visibility))
		return NULL;
	def->used = true;
	if (def->broken || def->failed) {
		ex->silent = true;
		return NULL;
	}
	node = def->expanded ? def->expanded : expand_early(ex, def);
	if (!node)
		return NULL;
	ex->weight += def->weight;
	ex->too_big = ex->weight > RULES_EXPANDED_BYTES_MAX;
	return ex->too_big ? NULL : node;
}

static void note_failure(struct expansion *ex, const struct cond_error *error, int err,
			 const struct rtext *text)
{
	ex->failed = true;
	ex->code = err == -ENOENT ? RULES_ERR_VALIDATE : RULES_ERR_COMPILE_CONDITION;
	if (ex->loop)
		(void)snprintf(ex->message, sizeof(ex->message), "reference loop in macro '%.400s'",
			       ex->loop);
	else if (ex->too_big)
		(void)snprintf(ex->message, sizeof(ex->message),
			       "condition is too large with its macros put in");
	else
		(void)snprintf(ex->message, sizeof(ex->message), "%s", error->text);
	rtext_place(text, error->offset, &ex->place);
	ex->text = &text->buf;
	ex->offset = error->offset;
}

static int expand_tree(struct expansion *ex, const struct cond_node *tree, const struct rtext *text,
		       struct cond_node **out)
{
	struct cond_error error = { 0 };
	int err;

	err = cond_expand(ex->rules->pass, tree, lookup_macro, ex, &error, out);
	if (err && err != -ENOMEM && !ex->failed)
		note_failure(ex, &error, err, text);
	return err;
}

/* name: the condition as it was before lists were put in. */
static int tell_failure(const struct expansion *ex, struct item item, const struct buf *name)
{
	const struct spot spot = { ex->text, ex->offset, name->data, name->len };

	item.spot = &spot;
	return ex->silent ? 0 : problem_add(ex->rules, ex->code, &ex->place, &item, ex->message);
}

static void add_nodes(struct rtext *text, const struct nodes *nodes)
{
	for (uint32_t i = 0; i < nodes->n; i++) {
		rtext_mark(text, (struct seg){ .node = nodes->at[i], .fixed = true });
		if (i)
			buf_add_char(&text->buf, ' ');
		rtext_mark(text, (struct seg){ .node = nodes->at[i] });
		buf_add(&text->buf, nodes->at[i]->text, nodes->at[i]->len);
	}
}

/*
 * Lists in, then parse.  Returns 0, -EINVAL when a problem was told, -ENOMEM.
 * The tree borrows what *out holds.
 */
static int parse_text(struct rules *rules, struct rtext *in, const struct node *node,
		      const struct item *item, struct rtext *out)
{
	int err;

	if (in->buf.failed)
		err = -E2BIG;
	else
		err = lists_substitute(rules, in, out);
	if (err == -E2BIG)
		return problem_fail(rules, RULES_ERR_VALIDATE, node, item,
				    "condition is too large with its lists put in");
	return err;
}

static int parse_tree(struct rules *rules, const struct rtext *text, struct item item,
		      struct cond_node **out)
{
	struct spot spot = { &text->buf, 0, text->buf.data, text->buf.len };
	struct cond_error error = { 0 };
	struct place place = { 0 };
	const char *copy;
	int err;

	copy = arena_strndup(rules->pass, text->buf.data, text->buf.len);
	if (!copy)
		return -ENOMEM;
	err = cond_parse(rules->pass, copy, text->buf.len, &error, out);
	if (!err && rules->last_pass)
		err = hint_lists(rules, *out, text, &item);
	if (!err || err == -ENOMEM)
		return err;
	rtext_place(text, error.offset, &place);
	spot.offset = error.offset;
	item.spot = &spot;
	err = problem_add(rules, RULES_ERR_COMPILE_CONDITION, &place, &item, error.text);
	return err ? err : -EINVAL;
}

static int macro_parse(struct rules *rules, struct macro_def *def)
{
	const struct item item = MACRO_ITEM(def);
	const struct item cond = { .kind = ITEM_MACRO_COND, .node = def->cond, .parent = &item };
	int err;

	rtext_done(&def->text);
	rtext_init(&def->text);
	rtext_done(&def->joined);
	rtext_init(&def->joined);
	def->tree = NULL;
	def->expanded = NULL;
	def->temporary = NULL;
	def->root = NULL;
	def->weight = 0;
	def->used = false;
	def->failed = false;
	def->warned = NULL;
	if (def->broken)
		return 0;
	add_nodes(&def->joined, &def->condition);
	err = parse_text(rules, &def->joined, def->node, &item, &def->text);
	if (!err)
		err = parse_tree(rules, &def->text, cond, &def->tree);
	def->failed = err != 0;
	return err == -EINVAL ? 0 : err;
}

static int macro_expand(struct rules *rules, struct macro_def *def)
{
	const struct item item = MACRO_ITEM(def);
	struct expansion ex = { .rules = rules, .root = def };
	struct cond_node *node = NULL;
	int err;

	if (def->broken || def->failed)
		return 0;
	/* Its own name may be visible to it once it has been defined again. */
	def->visiting = true;
	err = expand_tree(&ex, def->tree, &def->text, &node);
	def->visiting = false;
	if (!err) {
		def->expanded = node;
		def->weight = ex.weight + def->text.buf.len;
		return 0;
	}
	def->failed = true;
	return err == -ENOMEM ? err : tell_failure(&ex, item, &def->joined.buf);
}

static int macros_compile(struct rules *rules)
{
	int err = 0;

	for (struct macro_def *def = rules->macros; def && !err; def = def->next)
		err = macro_parse(rules, def);
	for (struct macro_def *def = rules->macros; def && !err; def = def->next)
		err = macro_expand(rules, def);
	return err;
}

/* What a walk over the macros of a tree looks for. */
struct blame {
	struct rules *rules;
	struct cond_error error;
	const struct macro_def *found;
};

static void blame_macro(const char *name, void *arg)
{
	struct blame *blame = arg;
	struct macro_def *def = names_get(&blame->rules->macro_names, name, strlen(name));
	struct cond_error error = { 0 };
	const struct cond *cond;

	if (blame->found || !def || !def->expanded)
		return;
	if (cond_compile(blame->rules->checked, def->expanded, &error, &cond) &&
	    strcmp(error.text, blame->error.text) == 0) {
		blame->found = def;
		blame->error = error;
	}
}

/* The compiler points at the macro's name; what is wrong stands in the macro. */
static void blame_place(struct rules *rules, const struct cond_node *tree, const struct rtext *text,
			const struct cond_error *error, struct place *out, struct spot *spot)
{
	struct blame blame = { .rules = rules, .error = *error };

	for (uint32_t i = 0; i < RULES_NESTING_MAX; i++) {
		blame.found = NULL;
		cond_visit_macros(tree, blame_macro, &blame);
		if (!blame.found)
			break;
		tree = blame.found->tree;
		text = &blame.found->text;
	}
	rtext_place(text, blame.error.offset, out);
	spot->text = &text->buf;
	spot->offset = blame.error.outer_offset;
}

struct warn {
	struct rules *rules;
	const struct rule_def *def;
	const struct rtext *text; /* that is walked: of the rule, or of a macro that it comes to */
	const struct buf *name;
	bool compiles;
	int err;
};

static void warn_condition(const struct cond_warning *warning, void *arg)
{
	struct warn *warn = arg;
	const struct spot spot = { &warn->text->buf, warning->outer_offset, warn->name->data,
				   warn->name->len };
	const struct item rule = RULE_ITEM(warn->def);
	struct item item = { .kind = ITEM_CONDITION, .node = warn->def->cond, .parent = &rule };
	struct place place = { 0 };

	if (warning->code == RULES_WARN_COMPILE_CONDITION) {
		if (!warn->compiles)
			return;
		item.spot = &spot;
	}
	rtext_place(warn->text, warning->offset, &place);
	if (!warn->err)
		warn->err = problem_add(warn->rules, warning->code, &place, &item,
					warning->message);
}

/* Macros that a rule comes to are warned of for each rule, at their own place. */
static void warn_macro(const char *name, void *arg)
{
	struct warn *outer = arg;
	struct macro_def *def = names_get(&outer->rules->macro_names, name, strlen(name));
	struct warn warn = *outer;

	if (!def || def->warned == outer->def || !def->tree)
		return;
	def->warned = outer->def;
	warn.text = &def->text;
	cond_visit_warnings(def->tree, warn_condition, &warn);
	cond_visit_macros(def->tree, warn_macro, &warn);
	if (!outer->err)
		outer->err = warn.err;
}

static int warn_rule(struct rules *rules, const struct texts *texts, const struct cond_node *tree,
		     bool compiles)
{
	struct warn warn = { rules, texts->def, &texts->text, &texts->joined.buf, compiles, 0 };

	if (!rules->last_pass)
		return 0;
	cond_visit_warnings(tree, warn_condition, &warn);
	cond_visit_macros(tree, warn_macro, &warn);
	return warn.err;
}

static int compare_text(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int sort_tags(struct rules *rules, const struct rule_def *def, struct rule *rule)
{
	const char **tags = arena_alloc(rules->pass, (def->tags.n + 1) * sizeof(*tags));
	uint32_t n = 0;

	if (!tags)
		return -ENOMEM;
	for (uint32_t i = 0; i < def->tags.n; i++)
		tags[i] = def->tags.at[i]->text;
	if (def->tags.n)
		qsort(tags, def->tags.n, sizeof(*tags), compare_text);
	for (uint32_t i = 0; i < def->tags.n; i++)
		if (!n || strcmp(tags[n - 1], tags[i]) != 0)
			tags[n++] = tags[i];
	rule->tags = tags;
	rule->n_tags = n;
	return 0;
}

static int warn_output_fields(struct rules *rules, const struct rule *rule, const struct item *item)
{
	char message[128];
	int err = 0;

	/* Searched for as text, so that evt.latency.s is evt.latency, too. */
	for (size_t i = 0; i < COND_DEPRECATED_FIELDS && !err; i++) {
		if (!strstr(rule->output, cond_deprecated_fields[i]))
			continue;
		(void)snprintf(
			message, sizeof(message),
			"usage of deprecated field '%s' has been detected in the rule output",
			cond_deprecated_fields[i]);
		err = problem_add(rules, RULES_WARN_DEPRECATED_ITEM, &rule->output_place, item,
				  message);
	}
	return err;
}

static int clean_output(struct rules *rules, const struct rule_def *def, struct rule *rule)
{
	const struct item item = RULE_ITEM(def);
	const struct item output = { .kind = ITEM_OUTPUT, .node = def->output, .parent = &item };
	const size_t len = strlen(CONTAINER_INFO);
	const char *from = rule->output;
	const char *at = strstr(from, CONTAINER_INFO);
	char *clean;
	char *to;
	int err = 0;

	if (rules->last_pass)
		err = warn_output_fields(rules, rule, &output);
	if (err || !at)
		return err;
	if (rules->last_pass)
		err = problem_add(rules, RULES_WARN_DEPRECATED_ITEM, &rule->output_place, &item,
				  WARN_CONTAINER_INFO);
	to = clean = arena_alloc(rules->pass, strlen(from) + 1);
	if (!clean)
		return -ENOMEM;
	for (; at; from = at + len, at = strstr(from, CONTAINER_INFO)) {
		memcpy(to, from, (size_t)(at - from));
		to += at - from;
	}
	memcpy(to, from, strlen(from) + 1);
	rule->output = clean;
	return err;
}

/* Returns -EINVAL, -ENOMEM. */
static int tell_refused(struct rules *rules, const struct texts *texts,
			const struct cond_node *tree, const struct cond_error *error, int reason)
{
	const struct item rule = RULE_ITEM(texts->def);
	struct spot spot = { .name = texts->joined.buf.data, .name_len = texts->joined.buf.len };
	const struct item item = { ITEM_CONDITION, NULL, texts->def->cond, &rule, &spot };
	enum rules_code code = RULES_ERR_COMPILE_CONDITION;
	struct place place = { 0 };
	int err;

	if (reason == -ENOENT && texts->def->rule.skip_unknown)
		code = RULES_WARN_UNKNOWN_FILTER;
	blame_place(rules, tree, &texts->text, error, &place, &spot);
	err = problem_add(rules, code, &place, &item, error->text);
	return err ? err : -EINVAL;
}

/* Returns 0, -EINVAL when a problem was told or the rule is left out, -ENOMEM. */
static int compile_tree(struct rules *rules, const struct texts *texts,
			const struct cond_node *tree, struct rule_slot *slot)
{
	const struct rule_def *def = texts->def;
	const struct item item = RULE_ITEM(def);
	struct expansion ex = { .rules = rules };
	struct cond_error error = { 0 };
	const struct cond_node *widened;
	struct cond_node *node = NULL;
	int err;

	err = expand_tree(&ex, tree, &texts->text, &node);
	if (err && err != -ENOMEM)
		err = tell_failure(&ex, item, &texts->joined.buf) ? -ENOMEM : -EINVAL;
	if (err)
		return err;
	rules->expanded_bytes += ex.weight;
	if (rules->expanded_bytes > RULES_EXPANDED_TOTAL_MAX)
		return problem_fail(rules, RULES_ERR_VALIDATE, def->node, &item,
				    "conditions are too large with their macros put in");
	widened = rules->config.literal ? node : twins_widen(&rules->twins, rules->pass, node);
	if (!widened)
		return -ENOMEM;
	err = cond_compile(slot->active ? rules->set : rules->checked, widened, &error,
			   &slot->cond);
	slot->written = node;
	slot->tree = widened;
	if (err == -ENOMEM || warn_rule(rules, texts, tree, !err))
		return -ENOMEM;
	if (err)
		return tell_refused(rules, texts, tree, &error, err);
	cond_event_types(widened, slot->rule.event_types);
	return 0;
}

static int build_text(struct rules *rules, const struct rule_def *def, struct rtext *text)
{
	int err = 0;

	if (def->exceptions) {
		rtext_mark(text, (struct seg){ .node = def->condition.at[0], .fixed = true });
		buf_add_char(&text->buf, '(');
	}
	add_nodes(text, &def->condition);
	if (def->exceptions) {
		buf_add_char(&text->buf, ')');
		err = exceptions_expand(rules, def, text);
	}
	return err;
}

static int compile_condition(struct rules *rules, struct texts *texts, struct rule_slot *slot)
{
	const struct rule_def *def = texts->def;
	const struct item item = RULE_ITEM(def);
	const struct item cond = { .kind = ITEM_CONDITION, .node = def->cond, .parent = &item };
	struct cond_node *tree = NULL;
	int err;

	err = build_text(rules, def, &texts->joined);
	if (!err)
		err = parse_text(rules, &texts->joined, def->node, &item, &texts->text);
	if (!err)
		err = parse_tree(rules, &texts->text, cond, &tree);
	if (!err)
		err = compile_tree(rules, texts, tree, slot);
	if (err)
		return err;
	slot->rule.condition = arena_strndup(rules->pass, texts->text.buf.data,
					     texts->text.buf.len);
	return slot->rule.condition ? 0 : -ENOMEM;
}

/* Without twins: what they add changes neither the order of rules nor what is warned of. */
static uint32_t count_event_types(const struct cond_node *written)
{
	uint64_t types[EVENT_TYPE_MAX / 64];
	uint32_t n = 0;

	cond_event_types(written, types);
	for (uint32_t i = 0; i < event_type_count() && i < EVENT_TYPE_MAX; i++)
		n += types[i / 64] >> i % 64 & 1;
	return n;
}

static int keep_refused(struct rules *rules, const struct rule *rule)
{
	struct refused *refused = arena_alloc(rules->pass, sizeof(*refused));

	if (!refused)
		return -ENOMEM;
	refused->rule = *rule;
	*rules->refused_tail = refused;
	rules->refused_tail = &refused->next;
	return 0;
}

static int rule_compile(struct rules *rules, const struct rule_def *def)
{
	const struct item item = RULE_ITEM(def);
	struct rule_slot *slot = &rules->slots[rules->n_slots];
	struct texts texts = { .def = def };
	uint32_t n_types;
	int err;

	memset(slot, 0, sizeof(*slot));
	slot->rule = def->rule;
	slot->rank = def->rank;
	slot->active = rules->last_pass && def->rule.enabled &&
		       def->rule.priority <= rules->config.min_priority;
	err = clean_output(rules, def, &slot->rule);
	if (!err)
		err = sort_tags(rules, def, &slot->rule);
	if (err)
		return err;
	rtext_init(&texts.joined);
	rtext_init(&texts.text);
	err = compile_condition(rules, &texts, slot);
	rtext_done(&texts.joined);
	rtext_done(&texts.text);
	/* One that forgives what is unknown may be left out with a warning: no output then. */
	if (err == -EINVAL && rules->last_pass && !slot->rule.skip_unknown)
		return keep_refused(rules, &slot->rule);
	if (err)
		return err == -EINVAL ? 0 : err;
	n_types = count_event_types(slot->written);
	slot->every_type = n_types == event_type_count();
	slot->rule.index = (uint32_t)rules->n_slots++;
	if (n_types > EVENT_TYPES_WARN && def->warn_evttypes && rules->last_pass)
		err = problem_warn(rules, RULES_WARN_NO_EVTTYPE, def->node, &item,
				   "Rule matches too many evt.type values. This has a significant "
				   "performance penalty.");
	return err;
}

static int warn_unused(struct rules *rules)
{
	struct item item = { .kind = "macro" };
	int err = 0;

	for (const struct macro_def *def = rules->macros; def && !err; def = def->next) {
		item.name = def->name;
		item.node = def->node;
		if (!def->used && !def->broken)
			err = problem_warn(rules, RULES_WARN_UNUSED_MACRO, def->node, &item,
					   "Macro not referred to by any other rule/macro");
	}
	item.kind = "list";
	for (const struct list_def *def = rules->lists; def && !err; def = def->next) {
		item.name = def->name;
		item.node = def->node;
		if (!def->used && !def->broken)
			err = problem_warn(rules, RULES_WARN_UNUSED_LIST, def->node, &item,
					   "List not referred to by any other rule/macro");
	}
	return err;
}

/*
 * A rule of an earlier file was right with what was there then: it is compiled again
 * at the end, and before that when a list or macro has changed.
 */
static bool is_due(const struct rules *rules, const struct rule_def *def)
{
	if (def->broken || def->unknown_source || def->skipped)
		return false;
	return rules->last_pass || rules->changed || def->file_no == rules->file_no;
}

static int begin_pass(struct rules *rules)
{
	size_t n = 1;

	arena_free(rules->pass);
	cond_set_free(rules->set);
	cond_set_free(rules->checked);
	rules->pass = arena_new((size_t)64 << 10, RULES_MEMORY_BYTES_MAX);
	rules->set = cond_set_new();
	rules->checked = cond_set_new();
	memset(&rules->twins, 0, sizeof(rules->twins));
	rules->n_slots = 0;
	rules->refused = NULL;
	rules->refused_tail = &rules->refused;
	rules->expanded_bytes = 0;
	select_apply(rules);
	if (!rules->pass || !rules->set || !rules->checked)
		return -ENOMEM;
	if (!rules->config.any_static) {
		cond_set_statics(rules->set, rules->config.statics, rules->config.n_statics);
		cond_set_statics(rules->checked, rules->config.statics, rules->config.n_statics);
	}
	for (const struct rule_def *def = rules->rules; def; def = def->next)
		n += is_due(rules, def);
	rules->slots = arena_alloc(rules->pass, n * sizeof(*rules->slots));
	return rules->slots ? 0 : -ENOMEM;
}

int rules_compile(struct rules *rules)
{
	int err;

	err = begin_pass(rules);
	if (!err)
		err = lists_compile(rules);
	if (!err)
		err = macros_compile(rules);
	for (const struct rule_def *def = rules->rules; def && !err; def = def->next)
		if (is_due(rules, def))
			err = rule_compile(rules, def);
	/* What is used is known when all could be read. */
	if (!err && rules->last_pass && !rules->n_errors)
		err = warn_unused(rules);
	return err;
}
