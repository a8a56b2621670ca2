// SPDX-License-Identifier: Apache-2.0
#include "rules/cond.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields/expr.h"
#include "rules/cond_lex.h"
#include "rules/cond_tree.h"

#define OPERATORS                                                                        \
	"'exists', '<=', '<', '>=', '>', '==', '=', '!=', 'glob', 'iglob', 'contains', " \
	"'icontains', 'bcontains', 'startswith', 'bstartswith', 'endswith', 'regex', "   \
	"'intersects', 'in', 'pmatch'"
#define TRANSFORMERS \
	"'val', 'tolower', 'toupper', 'b64', 'basename', 'len', 'join', 'concat', 'getopt'"

/* One text on its way to a tree.  The stacks grow on the heap, the tree in the arena. */
struct parser {
	struct arena *arena;
	struct lexer lex;
	struct cond_error *error;
	int err; /* the first failure; everything unwinds once it is set */
	uint32_t depth;
	const struct cond_node **nodes; /* finished kids of the chains that are open */
	size_t n_nodes;
	size_t max_nodes;
	struct cond_const *consts; /* of the list that is open */
	size_t n_consts;
	size_t max_consts;
};

static const struct cond_node *parse_or(struct parser *p);

__attribute__((format(printf, 2, 3))) static void fail(struct parser *p, const char *fmt, ...)
{
	va_list ap;

	if (p->err)
		return;
	p->err = -EINVAL;
	p->error->offset = (uint32_t)p->lex.pos;
	p->error->outer_offset = p->error->offset;
	va_start(ap, fmt);
	(void)vsnprintf(p->error->text, sizeof(p->error->text), fmt, ap);
	va_end(ap);
}

static void fail_memory(struct parser *p)
{
	if (p->err)
		return;
	fail(p, "out of memory");
	p->err = -ENOMEM;
}

/* Each production of the grammar counts, so that our limit is Falco's. */
static bool enter(struct parser *p)
{
	if (++p->depth >= COND_DEPTH_MAX)
		fail(p, "exceeded max depth limit of %d", COND_DEPTH_MAX);
	return !p->err;
}

static void leave(struct parser *p)
{
	p->depth--;
}

static bool grow(struct parser *p, void **array, size_t *max, size_t item_bytes)
{
	size_t bigger = *max ? *max * 2 : 64;
	void *mem = reallocarray(*array, bigger, item_bytes);

	if (!mem) {
		fail_memory(p);
		return false;
	}
	*array = mem;
	*max = bigger;
	return true;
}

static void push_node(struct parser *p, const struct cond_node *node)
{
	void *array = p->nodes;

	if (!node)
		return;
	if (p->n_nodes == p->max_nodes) {
		if (!grow(p, &array, &p->max_nodes, sizeof(struct cond_node *)))
			return;
		p->nodes = array;
	}
	p->nodes[p->n_nodes++] = node;
}

static void push_const(struct parser *p, const struct cond_const *item)
{
	void *array = p->consts;

	if (p->n_consts == p->max_consts) {
		if (!grow(p, &array, &p->max_consts, sizeof(*p->consts)))
			return;
		p->consts = array;
	}
	p->consts[p->n_consts++] = *item;
}

static const struct cond_node *new_node(struct parser *p, enum cond_kind kind, size_t offset,
					const struct cond_node *const *kids, size_t n_kids)
{
	struct cond_node *node;

	if (p->err)
		return NULL;
	node = cond_node_new(p->arena, kind, (uint32_t)offset, kids, n_kids);
	if (!node)
		fail_memory(p);
	return node;
}

/* A string constant at the cursor. */
static bool parse_string(struct parser *p, struct cond_const *out)
{
	const char *reason = NULL;
	int ret = lex_string(&p->lex, p->arena, out, &reason);

	if (ret == -EINVAL && !p->err) {
		fail(p, "%s", reason);
		p->error->outer_offset = (uint32_t)p->lex.last_end;
	} else if (ret == -ENOMEM)
		fail_memory(p);
	return ret == 0;
}

static struct expr *parse_expr(struct parser *p)
{
	struct expr_error error = { 0 };
	struct expr *expr = NULL;
	int ret = expr_parse(p->arena, p->lex.text, p->lex.len, &p->lex.pos, &error, &expr);

	if (ret == 0)
		return expr;
	if (ret == -ENOMEM)
		fail_memory(p);
	if (ret == -EINVAL) {
		p->lex.pos = error.offset;
		fail(p, "%s", error.text);
	}
	return NULL;
}

static struct expr *parse_val(struct parser *p)
{
	struct expr *expr = NULL;

	lex_blank(&p->lex);
	if (lex_at_field(&p->lex))
		expr = parse_expr(p);
	if (!expr) {
		fail(p, "expected a field within 'val' transformer");
		return NULL;
	}
	lex_blank(&p->lex);
	if (!lex_text(&p->lex, ")"))
		fail(p, "expected a ')' token closing the transformer");
	return expr;
}

/* A transformer or val(field) on the right side; false when there is none, or with p->err set. */
static bool parse_right_expr(struct parser *p, struct cond_check *check)
{
	bool found = false;

	if (!enter(p))
		return false;
	lex_blank(&p->lex);
	check->right_offset = (uint32_t)p->lex.pos;
	if (lex_text(&p->lex, "val(")) {
		check->right = parse_val(p);
		check->is_val = true;
		found = check->right != NULL;
	} else if (lex_at_call(&p->lex)) {
		check->right = parse_expr(p);
		found = check->right != NULL;
	}
	leave(p);
	return found;
}

static void parse_number(struct parser *p, struct cond_check *check)
{
	struct cond_const item;

	if (parse_right_expr(p, check) || p->err)
		return;
	if (!lex_number(&p->lex, p->arena, &item))
		fail(p, "expected a number value or a field with a valid transformer: %s",
		     TRANSFORMERS);
	else
		push_const(p, &item);
}

/* Behind the opening parenthesis, up to and with the closing one. */
static void parse_list(struct parser *p)
{
	struct cond_const item;

	lex_blank(&p->lex);
	if (lex_text(&p->lex, ")"))
		return;
	do {
		lex_blank(&p->lex);
		if (!parse_string(p, &item)) {
			fail(p, "expected a string value");
			return;
		}
		push_const(p, &item);
		lex_blank(&p->lex);
	} while (!p->err && lex_text(&p->lex, ","));
	if (!lex_text(&p->lex, ")"))
		fail(p, "expected a ')' token");
}

static bool parse_modifier_list(struct parser *p, struct cond_check *check)
{
	struct cond_const item;

	lex_blank(&p->lex);
	check->right_offset = (uint32_t)p->lex.pos;
	check->modifier = lex_modifier(&p->lex);
	if (check->modifier == COND_PLAIN)
		return false;
	check->right_offset = (uint32_t)p->lex.pos;
	if (lex_text(&p->lex, "("))
		parse_list(p);
	else if (lex_identifier(&p->lex, p->arena, &item))
		push_const(p, &item);
	else
		fail(p, "expected a list or an identifier");
	return true;
}

static void parse_text(struct parser *p, struct cond_check *check)
{
	struct cond_const item;

	if (parse_modifier_list(p, check) || parse_right_expr(p, check) || p->err)
		return;
	if (!parse_string(p, &item))
		fail(p, "expected a string value or a field with a valid transformer: %s",
		     TRANSFORMERS);
	else
		push_const(p, &item);
}

static void parse_list_value(struct parser *p, struct cond_check *check)
{
	struct cond_const item;

	lex_blank(&p->lex);
	check->right_offset = (uint32_t)p->lex.pos;
	if (lex_text(&p->lex, "(")) {
		parse_list(p);
		return;
	}
	if (parse_right_expr(p, check) || p->err)
		return;
	if (!lex_identifier(&p->lex, p->arena, &item))
		fail(p, "expected a list, an identifier, or a field with a valid transformer: %s",
		     TRANSFORMERS);
	else
		push_const(p, &item);
}

static void parse_value(struct parser *p, struct cond_check *check)
{
	if (!enter(p))
		return;
	p->n_consts = 0;
	if (cond_ops[check->op].class == COND_CLASS_NUMBER)
		parse_number(p, check);
	else if (cond_ops[check->op].class == COND_CLASS_STRING)
		parse_text(p, check);
	else
		parse_list_value(p, check);
	leave(p);
}

static const struct cond_node *finish_check(struct parser *p, struct cond_check *check)
{
	struct cond_node *node = NULL;
	struct cond_check *copy = arena_alloc(p->arena, sizeof(*copy));
	struct cond_const *consts = NULL;

	if (p->n_consts)
		consts = arena_alloc(p->arena, p->n_consts * sizeof(*consts));
	if (copy && (consts || !p->n_consts))
		node = cond_node_new(p->arena, COND_CHECK, check->left_offset, NULL, 0);
	if (!node) {
		fail_memory(p);
		return NULL;
	}
	if (consts)
		memcpy(consts, p->consts, p->n_consts * sizeof(*consts));
	*copy = *check;
	copy->consts = consts;
	copy->n_consts = (uint32_t)p->n_consts;
	node->check = copy;
	if (cond_types_set(p->arena, node) < 0)
		fail_memory(p);
	return node;
}

/* What follows a field or transformer: an operator and its right side. */
static const struct cond_node *parse_condition(struct parser *p, struct expr *left, size_t offset)
{
	struct cond_check check = { .left = left, .left_offset = (uint32_t)offset };
	const struct cond_node *node = NULL;

	if (!enter(p))
		return NULL;
	lex_blank(&p->lex);
	check.op = lex_operator(&p->lex);
	p->n_consts = 0;
	if (check.op == COND_OP_MAX)
		fail(p, "expected a valid check operator: one of %s", OPERATORS);
	else if (cond_ops[check.op].class != COND_CLASS_UNARY)
		parse_value(p, &check);
	if (!p->err)
		node = finish_check(p, &check);
	leave(p);
	return node;
}

/* Behind "(". */
static const struct cond_node *parse_embedded(struct parser *p)
{
	const struct cond_node *node;

	if (!enter(p))
		return NULL;
	node = parse_or(p);
	lex_blank(&p->lex);
	if (!lex_text(&p->lex, ")"))
		fail(p, "expected a ')' token");
	leave(p);
	return node;
}

static const struct cond_node *parse_macro(struct parser *p, size_t offset)
{
	struct cond_const item;
	struct cond_node *node;

	if (!lex_identifier(&p->lex, p->arena, &item)) {
		fail(p, "expected a '(' token, a field check, or an identifier");
		return NULL;
	}
	node = cond_node_new(p->arena, COND_MACRO, (uint32_t)offset, NULL, 0);
	if (!node || !item.text) {
		fail_memory(p);
		return NULL;
	}
	node->name = item.text;
	return node;
}

static const struct cond_node *parse_check(struct parser *p)
{
	const struct cond_node *node = NULL;
	struct expr *left;
	size_t offset;

	if (!enter(p))
		return NULL;
	lex_blank(&p->lex);
	offset = p->lex.pos;
	if (lex_text(&p->lex, "(")) {
		node = parse_embedded(p);
	} else {
		left = parse_expr(p);
		if (left)
			node = parse_condition(p, left, offset);
		else if (!p->err)
			node = parse_macro(p, offset);
	}
	leave(p);
	return node;
}

static const struct cond_node *parse_not(struct parser *p)
{
	const struct cond_node *node;
	bool is_not = false;
	size_t offset;

	if (!enter(p))
		return NULL;
	lex_blank(&p->lex);
	offset = p->lex.pos;
	while (lex_not(&p->lex))
		is_not = !is_not;
	if (lex_text(&p->lex, "not(")) {
		is_not = !is_not;
		node = parse_embedded(p);
	} else {
		node = parse_check(p);
	}
	if (node && is_not)
		node = new_node(p, COND_NOT, offset, &node, 1);
	leave(p);
	return node;
}

static const struct cond_node *parse_and(struct parser *p);

/*
 * A chain of one operator: the link behind it begins after a blank with a whole
 * production, or at once with a parenthesis.
 */
static const struct cond_node *parse_chain(struct parser *p, enum cond_kind kind)
{
	const struct cond_node *(*parse_link)(struct parser * p) = kind == COND_OR ? parse_and :
										     parse_not;
	const char *word = kind == COND_OR ? "or" : "and";
	const struct cond_node *node = NULL;
	const size_t mark = p->n_nodes;
	size_t offset;

	if (!enter(p))
		return NULL;
	lex_blank(&p->lex);
	offset = p->lex.pos;
	push_node(p, parse_link(p));
	lex_blank(&p->lex);
	while (!p->err && lex_text(&p->lex, word)) {
		if (lex_blank(&p->lex))
			push_node(p, parse_link(p));
		else if (lex_text(&p->lex, "("))
			push_node(p, parse_embedded(p));
		else
			fail(p, "expected blank or '(' after '%s'", word);
		lex_blank(&p->lex);
	}
	if (!p->err && p->n_nodes - mark == 1)
		node = p->nodes[mark];
	else if (!p->err)
		node = new_node(p, kind, offset, p->nodes + mark, p->n_nodes - mark);
	p->n_nodes = mark;
	leave(p);
	return node;
}

static const struct cond_node *parse_and(struct parser *p)
{
	return parse_chain(p, COND_AND);
}

static const struct cond_node *parse_or(struct parser *p)
{
	return parse_chain(p, COND_OR);
}

int cond_parse(struct arena *arena, const char *text, size_t len, struct cond_error *error,
	       struct cond_node **out)
{
	struct parser p = {
		.arena = arena,
		.lex = { .text = text, .len = len },
		.error = error,
	};
	const struct cond_node *node = NULL;
	struct cond_node *root = NULL;

	if (len == 0)
		fail(&p, "filter input string is empty");
	else if (len > COND_TEXT_MAX)
		fail(&p, "condition is longer than %d bytes", COND_TEXT_MAX);
	else
		node = parse_or(&p);
	if (!p.err && p.lex.pos != len)
		fail(&p, "unexpected token after '%.*s', expecting 'or', 'and'",
		     (int)lex_last_len(&p.lex), lex_last(&p.lex));
	if (node)
		root = arena_alloc(arena, sizeof(*root));
	if (!root)
		fail_memory(&p);
	free(p.nodes);
	free(p.consts);
	if (p.err)
		return p.err;
	*root = *node;
	*out = root;
	return 0;
}
