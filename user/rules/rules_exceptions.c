// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <errno.h>
#include <string.h>

/* Locals that say where the exception stands. */
#define EXCEPTION_ITEM(ex, rule, item)                                                         \
	const struct item rule = { .kind = "rule",                                             \
				   .name = (ex)->rule_name,                                    \
				   .node = (ex)->rule_node };                                  \
	const struct item item = {                                                             \
		.kind = "exception", .name = (ex)->name, .node = (ex)->node, .parent = &(rule) \
	}

/*
 * Scalars, and sequences of them at any depth.  Maps and nulls count as an empty
 * text, as in Falco, which reads neither.
 */
static int check_values(struct rules *rules, const struct node *node, const char *key,
			const struct item *parent)
{
	const struct item value = { ITEM_VALUE, key, node, parent, NULL };
	struct item element = { .kind = "exception", .parent = &value };
	int err = 0;

	if (node->kind == NODE_SCALAR && !node->len)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &value,
				    "Value must be non-empty");
	for (uint32_t i = 0; node->kind == NODE_SEQ && i < node->n && !err; i++) {
		element.node = node->items[i];
		err = check_values(rules, node->items[i], NULL, &element);
	}
	return err;
}

static const char *text_of(const struct node *node)
{
	return node && node->kind == NODE_SCALAR ? node->text : "";
}

static int read_entry(struct rules *rules, const struct node *map, const char *key,
		      const struct item *item, const struct node **out)
{
	const struct node *node = node_get(map, key);

	if (!node)
		return 0;
	/* What is empty counts as not there. */
	if ((node->kind == NODE_SEQ && node->n) || node->kind == NODE_SCALAR)
		*out = node;
	return check_values(rules, node, key, item);
}

static int read_exception_values(struct rules *rules, const struct node *map, bool appending,
				 const struct item *item, struct exception *ex)
{
	const struct node *values = node_get(map, "values");
	const struct item list = { .kind = "exception values", .node = values, .parent = item };
	struct item value = { .kind = "exception value", .parent = &list };
	int err = 0;

	if (!values)
		return appending ? problem_warn(rules, RULES_WARN_APPEND_NO_VALUES, map, item,
						"Overriding/appending exception with no values") :
				   0;
	if (values->kind != NODE_SEQ)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, values, &list,
				    "Rule exception values must be a sequence");
	for (uint32_t i = 0; i < values->n && !err; i++) {
		value.node = values->items[i];
		err = check_values(rules, values->items[i], NULL, &value);
		if (!err)
			err = nodes_add(&ex->values, rules->arena, values->items[i]);
	}
	return err;
}

static int exception_read(struct rules *rules, const struct node *map, bool appending,
			  struct names *names, struct exception *ex)
{
	EXCEPTION_ITEM(ex, rule, item);
	int err = 0;

	if (names_get(names, ex->name, strlen(ex->name)))
		err = problem_warn(rules, RULES_WARN_EXCEPTION_NAME_NOT_UNIQUE, map, &item,
				   "Multiple definitions of exception '%s' in the same rule",
				   ex->name);
	if (!err)
		err = names_put(names, rules->arena, ex->name, strlen(ex->name), ex);
	if (!err && !appending && !node_get(map, "fields"))
		err = problem_fail(rules, RULES_ERR_YAML_VALIDATE, map, &item,
				   "Item has no mapping for key 'fields'");
	if (!err)
		err = read_entry(rules, map, "fields", &item, &ex->fields);
	if (!err)
		err = read_entry(rules, map, "comps", &item, &ex->comps);
	if (!err)
		err = read_exception_values(rules, map, appending, &item, ex);
	return err;
}

/* Its name, and where it stands. */
static int exception_begin(struct rules *rules, const struct node *map, const struct item *list,
			   struct exception *ex)
{
	const struct item item = { .kind = "exception", .node = map, .parent = list };
	const struct node *name;
	int err;

	if (map->kind != NODE_MAP)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, map, &item,
				    "Rule exception must be a mapping");
	err = decode_str(rules, map, "name", &item, &name);
	if (err)
		return err;
	ex->name = name->text;
	ex->node = map;
	ex->rule_name = list->parent->name;
	ex->rule_node = list->parent->node;
	return 0;
}

int exceptions_read(struct rules *rules, const struct node *map, bool appending,
		    const struct item *item, struct exception **out)
{
	const struct node *list = node_get(map, "exceptions");
	struct exception **tail = out;
	struct exception *ex;
	struct names names = { 0 };
	const struct item all = { .kind = "exceptions", .node = list, .parent = item };
	int err = 0;

	*out = NULL;
	if (!list || list->kind == NODE_NULL)
		return 0;
	if (list->kind != NODE_SEQ)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, list, &all,
				    "Rule exceptions must be a sequence");
	for (uint32_t i = 0; i < list->n && !err; i++) {
		ex = arena_alloc(rules->arena, sizeof(*ex));
		if (!ex)
			return -ENOMEM;
		err = exception_begin(rules, list->items[i], &all, ex);
		if (!err)
			err = exception_read(rules, list->items[i], appending, &names, ex);
		*tail = ex;
		tail = &ex->next;
	}
	return err;
}

static bool is_list_operator(const struct node *comp)
{
	return comp && comp->kind == NODE_SCALAR && cond_operator_takes_list(comp->text, comp->len);
}

/* A field as a condition may name it, with its argument in brackets. */
static bool is_field(const char *text, size_t len)
{
	const char *bracket = memchr(text, '[', len);
	size_t name_len = bracket ? (size_t)(bracket - text) : len;
	bool closed = len && text[len - 1] == ']';
	struct field_ref ref;
	const char *reason;
	const char *arg = NULL;
	size_t arg_len = 0;

	if (bracket) {
		if (!closed)
			return false;
		arg = bracket + 1;
		arg_len = len - name_len - 2;
	}
	return field_resolve(text, name_len, arg, arg_len, &ref, &reason) == 0;
}

static int check_field(struct rules *rules, struct rule_def *def, const struct node *field,
		       const struct exception *ex)
{
	EXCEPTION_ITEM(ex, rule, item);
	const char *text = text_of(field);

	/* Fields of sources that we do not have cannot be judged; transformers are for the compiler. */
	if (def->unknown_source || strchr(text, '(') || is_field(text, strlen(text)))
		return 0;
	if (def->rule.skip_unknown) {
		def->skipped = true;
		return problem_warn(rules, RULES_WARN_UNKNOWN_FILTER, ex->node, &item,
				    "'%s' is not a supported filter field", text);
	}
	return problem_fail(rules, RULES_ERR_VALIDATE, ex->node, &item,
			    "'%s' is not a supported filter field", text);
}

static int check_comp(struct rules *rules, const struct node *comp, const struct exception *ex)
{
	EXCEPTION_ITEM(ex, rule, item);

	if (comp->kind == NODE_SCALAR && cond_is_operator(comp->text, comp->len))
		return 0;
	return problem_fail(rules, RULES_ERR_VALIDATE, ex->node, &item,
			    "'%s' is not a supported comparison operator", text_of(comp));
}

static int check_scalar(struct rules *rules, struct rule_def *def, const struct exception *ex)
{
	EXCEPTION_ITEM(ex, rule, item);

	if (ex->comps && ex->comps->kind != NODE_SCALAR)
		return problem_fail(rules, RULES_ERR_VALIDATE, ex->node, &item,
				    "Fields and comps must both be strings");
	if (ex->comps && !is_list_operator(ex->comps))
		return problem_fail(rules, RULES_ERR_VALIDATE, ex->node, &item,
				    "When fields is a single value, comps must be one of (in, "
				    "pmatch, intersects) or a modifier operator (e.g. startswith "
				    "oneof)");
	return check_field(rules, def, ex->fields, ex);
}

int exceptions_check(struct rules *rules, struct rule_def *def, const struct exception *ex)
{
	EXCEPTION_ITEM(ex, rule, item);
	int err = 0;

	if (!ex->fields)
		return problem_fail(rules, RULES_ERR_VALIDATE, ex->node, &item,
				    "Rule exception item must have fields property with a list "
				    "of fields");
	if (ex->fields->kind != NODE_SEQ)
		return check_scalar(rules, def, ex);
	if (ex->comps && (ex->comps->kind != NODE_SEQ || ex->comps->n != ex->fields->n))
		return problem_fail(rules, RULES_ERR_VALIDATE, ex->node, &item,
				    "Fields and comps lists must have equal length");
	for (uint32_t i = 0; ex->comps && i < ex->comps->n && !err; i++)
		err = check_comp(rules, ex->comps->items[i], ex);
	for (uint32_t i = 0; i < ex->fields->n && !err; i++)
		err = check_field(rules, def, ex->fields->items[i], ex);
	return err;
}

static int append_values(struct rules *rules, struct exception *ex, const struct exception *more)
{
	EXCEPTION_ITEM(more, rule, item);
	int err = 0;

	if (more->fields)
		return problem_fail(rules, RULES_ERR_VALIDATE, more->node, &item,
				    "Can not append exception fields to existing exception, only "
				    "values");
	if (more->comps)
		return problem_fail(rules, RULES_ERR_VALIDATE, more->node, &item,
				    "Can not append exception comps to existing exception, only "
				    "values");
	for (uint32_t i = 0; i < more->values.n && !err; i++)
		err = nodes_add(&ex->values, rules->arena, more->values.at[i]);
	return err;
}

static int add_exception(struct rules *rules, struct rule_def *def, struct exception *more)
{
	EXCEPTION_ITEM(more, rule, item);
	struct exception **tail = &def->exceptions;
	struct exception *copy;
	int err;

	if (more->fields && !more->values.n)
		return problem_fail(rules, RULES_ERR_VALIDATE, more->node, &item,
				    "Rule exception must have values property with a list of "
				    "values");
	if (!more->fields)
		return problem_fail(rules, RULES_ERR_VALIDATE, more->node, &item,
				    "Rule exception must have fields property with a list of "
				    "fields");
	err = exceptions_check(rules, def, more);
	if (err)
		return err;
	copy = arena_alloc(rules->arena, sizeof(*copy));
	if (!copy)
		return -ENOMEM;
	*copy = *more;
	copy->next = NULL;
	while (*tail)
		tail = &(*tail)->next;
	*tail = copy;
	return 0;
}

int exceptions_append(struct rules *rules, struct rule_def *def, struct exception *more)
{
	int err = 0;

	for (; more && !err; more = more->next) {
		struct exception *ex = def->exceptions;

		while (ex && strcmp(ex->name, more->name) != 0)
			ex = ex->next;
		err = ex ? append_values(rules, ex, more) : add_exception(rules, def, more);
	}
	return err;
}

static void mark(struct rtext *text, const struct node *node)
{
	rtext_mark(text, (struct seg){ .node = node, .fixed = true });
}

/* As Falco writes it: in quotes when it holds a blank, whatever else it holds. */
static void add_quoted(struct rtext *text, const struct node *value)
{
	const char *s = text_of(value);
	bool quote = strchr(s, ' ') && *s != '"' && *s != '\'';

	mark(text, value);
	if (quote)
		buf_add_char(&text->buf, '"');
	buf_add_str(&text->buf, s);
	if (quote)
		buf_add_char(&text->buf, '"');
}

static void add_value(struct rtext *text, const struct node *value, const struct node *comp)
{
	bool parens;

	if (value->kind == NODE_SEQ) {
		buf_add_char(&text->buf, '(');
		for (uint32_t i = 0; i < value->n; i++) {
			if (i)
				buf_add_str(&text->buf, ", ");
			add_quoted(text, value->items[i]);
		}
		buf_add_char(&text->buf, ')');
		return;
	}
	parens = is_list_operator(comp) && *text_of(value) != '(';
	if (parens)
		buf_add_char(&text->buf, '(');
	if (is_list_operator(comp))
		buf_add_str(&text->buf, text_of(value));
	else
		add_quoted(text, value);
	if (parens)
		buf_add_char(&text->buf, ')');
}

static int expand_row(struct rules *rules, const struct exception *ex, const struct node *row,
		      struct rtext *text)
{
	EXCEPTION_ITEM(ex, rule, item);

	if (row->kind != NODE_SEQ || row->n != ex->fields->n)
		return problem_fail(rules, RULES_ERR_VALIDATE, ex->node, &item,
				    "Fields and values lists must have equal length");
	buf_add_char(&text->buf, '(');
	for (uint32_t i = 0; i < row->n; i++) {
		const struct node *comp = ex->comps ? ex->comps->items[i] : NULL;

		mark(text, ex->fields->items[i]);
		buf_printf(&text->buf, "%s %s %s ", i ? " and " : "", text_of(ex->fields->items[i]),
			   comp ? text_of(comp) : "=");
		add_value(text, row->items[i], comp);
	}
	buf_add_char(&text->buf, ')');
	return 0;
}

static int expand_scalar(struct rules *rules, const struct exception *ex, struct rtext *text)
{
	EXCEPTION_ITEM(ex, rule, item);

	buf_printf(&text->buf, "%s %s (", ex->fields->text, ex->comps ? ex->comps->text : "in");
	for (uint32_t i = 0; i < ex->values.n; i++) {
		if (ex->values.at[i]->kind == NODE_SEQ)
			return problem_fail(rules, RULES_ERR_VALIDATE, ex->node, &item,
					    "Expected values array to contain a list of strings");
		if (i)
			buf_add_str(&text->buf, ", ");
		add_quoted(text, ex->values.at[i]);
	}
	buf_add_char(&text->buf, ')');
	return 0;
}

static int expand_exception(struct rules *rules, const struct exception *ex, struct rtext *text)
{
	int err = 0;

	mark(text, ex->node);
	buf_add_str(&text->buf, " and not (");
	if (ex->fields->kind != NODE_SEQ)
		err = expand_scalar(rules, ex, text);
	for (uint32_t i = 0; ex->fields->kind == NODE_SEQ && i < ex->values.n && !err; i++) {
		if (i)
			buf_add_str(&text->buf, " or ");
		err = expand_row(rules, ex, ex->values.at[i], text);
	}
	buf_add_char(&text->buf, ')');
	return err;
}

int exceptions_expand(struct rules *rules, const struct rule_def *def, struct rtext *text)
{
	int err = 0;

	for (const struct exception *ex = def->exceptions; ex && !err; ex = ex->next)
		if (ex->values.n)
			err = expand_exception(rules, ex, text);
	return err;
}
