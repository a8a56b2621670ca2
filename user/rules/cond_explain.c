// SPDX-License-Identifier: Apache-2.0

/* The way to a verdict, for people. */
#include <arpa/inet.h>
#include <inttypes.h>
#include <string.h>

#include "rules/cond_set.h"

#define TERM_BYTES_MAX  200 /* of a comparison's text */
#define VALUE_BYTES_MAX 200
#define INDENT_MAX      60

struct explain {
	struct cond_set *set;
	const struct field_source *source;
	struct buf *buf;
};

/* Whatever an event holds, the text stays one line of printable ASCII or UTF-8. */
static void add_quoted(struct buf *buf, const char *text, uint32_t len)
{
	buf_add_char(buf, '"');
	for (uint32_t i = 0; i < len && i < VALUE_BYTES_MAX; i++) {
		unsigned char c = (unsigned char)text[i];

		if (c == '"' || c == '\\')
			buf_printf(buf, "\\%c", c);
		else if (c < ' ' || c >= 0x7f)
			buf_printf(buf, "\\x%02x", c);
		else
			buf_add_char(buf, (char)c);
	}
	buf_add_char(buf, '"');
	if (len > VALUE_BYTES_MAX)
		buf_printf(buf, "... (%u bytes)", len);
}

static void add_scalar(struct buf *buf, const struct value *value)
{
	char text[INET6_ADDRSTRLEN];

	switch (value->kind) {
	case VALUE_STR:
	case VALUE_BYTES:
		add_quoted(buf, value->str, value->len);
		break;
	case VALUE_INT:
		buf_printf(buf, "%" PRId64, value->i);
		break;
	case VALUE_UINT:
		buf_printf(buf, "%" PRIu64, value->u);
		break;
	case VALUE_BOOL:
		buf_add_str(buf, value->b ? "true" : "false");
		break;
	case VALUE_IP:
		if (inet_ntop(value->ip.family, value->ip.addr, text, sizeof(text)))
			buf_add_str(buf, text);
		break;
	case VALUE_NULL:
	case VALUE_LIST:
		buf_add_str(buf, "null");
		break;
	}
}

static void add_value(struct buf *buf, const struct value *value)
{
	if (value->kind != VALUE_LIST) {
		add_scalar(buf, value);
		return;
	}
	buf_add_char(buf, '(');
	for (uint32_t i = 0; i < value->len && !buf->failed; i++) {
		if (i)
			buf_add_str(buf, ", ");
		add_scalar(buf, &value->list[i]);
	}
	buf_add_char(buf, ')');
}

static void add_operand(const struct explain *ex, const struct expr *expr)
{
	struct value value = { .kind = VALUE_NULL };

	if (!expr_eval(expr, ex->source, &value))
		value.kind = VALUE_NULL;
	buf_printf(ex->buf, "%s: ", expr_text(expr));
	add_value(ex->buf, &value);
}

/* Most files have one name. */
static void add_alias(const struct explain *ex, const struct expr *expr)
{
	struct value value = { .kind = VALUE_NULL };

	if (!expr || !expr_eval(expr, ex->source, &value) || value.kind == VALUE_NULL)
		return;
	buf_printf(ex->buf, ", %s: ", expr_text(expr));
	add_value(ex->buf, &value);
}

/* Long lists are cut: what was compared matters, and it stands behind. */
static void add_check(const struct explain *ex, const struct cond_node *node,
		      const struct compare *compare)
{
	struct buf term;

	buf_init(&term, TERM_BYTES_MAX + 1);
	cond_render(node, &term);
	buf_add(ex->buf, term.data, term.len);
	if (term.failed)
		buf_add_str(ex->buf, " ...");
	buf_done(&term);
	buf_add_str(ex->buf, "  [");
	add_operand(ex, compare->left);
	add_alias(ex, compare->alias);
	if (compare->right) {
		buf_add_str(ex->buf, ", ");
		add_operand(ex, compare->right);
	}
	buf_add_char(ex->buf, ']');
}

static const struct cond *compiled(const struct cond_set *set, const struct cond_node *node)
{
	const uintptr_t key = (uintptr_t)node;
	const struct cond *const *found = strmap_lookup(&set->by_node, (const char *)&key,
							sizeof(key));

	return found ? *found : NULL;
}

static void explain_node(const struct explain *ex, const struct cond_node *node, uint32_t depth)
{
	const struct cond *cond = compiled(ex->set, node);

	if (!cond || ex->buf->failed)
		return;
	buf_add_str(ex->buf, cond_eval(ex->set, cond, ex->source) ? "  true   " : "  false  ");
	for (uint32_t i = 0; i < depth && i < INDENT_MAX; i++)
		buf_add_str(ex->buf, "  ");
	switch (node->kind) {
	case COND_AND:
		buf_add_str(ex->buf, "and");
		break;
	case COND_OR:
		buf_add_str(ex->buf, "or");
		break;
	case COND_NOT:
		buf_add_str(ex->buf, "not");
		break;
	case COND_MACRO:
		buf_add_str(ex->buf, node->name);
		break;
	case COND_CHECK:
		add_check(ex, node, cond->compare);
		break;
	}
	buf_add_char(ex->buf, '\n');
	for (uint32_t i = 0; i < node->n_kids; i++)
		explain_node(ex, node->kids[i], depth + 1);
}

void cond_explain(struct cond_set *set, const struct cond_node *node,
		  const struct field_source *source, struct buf *buf)
{
	const struct explain ex = { set, source, buf };

	explain_node(&ex, node, 0);
}
