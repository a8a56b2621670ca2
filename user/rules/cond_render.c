// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "base/buf.h"
#include "rules/cond.h"
#include "rules/cond_tree.h"

static bool is_plain(const struct cond_const *item)
{
	if (item->len == 0)
		return false;
	for (uint32_t i = 0; i < item->len; i++) {
		const unsigned char c = (unsigned char)item->text[i];

		if (c <= ' ' || c == 0x7f || strchr("()\"'=,\\", c))
			return false;
	}
	return true;
}

/* So that it parses to the same text: a backslash as \x5c, for `\"` never closes a string. */
static void render_const(const struct cond_const *item, struct buf *buf)
{
	if (is_plain(item)) {
		buf_add(buf, item->text, item->len);
		return;
	}
	buf_add_char(buf, '"');
	for (uint32_t i = 0; i < item->len; i++) {
		const unsigned char c = (unsigned char)item->text[i];

		if (c == '"')
			buf_add_str(buf, "\\\"");
		else if (c < ' ' || c == '\\' || c == 0x7f)
			buf_printf(buf, "\\x%02x", c);
		else
			buf_add_char(buf, (char)c);
	}
	buf_add_char(buf, '"');
}

static void render_list(const struct cond_check *check, struct buf *buf)
{
	buf_add_char(buf, '(');
	for (uint32_t i = 0; i < check->n_consts && !buf->failed; i++) {
		if (i)
			buf_add_str(buf, ", ");
		render_const(&check->consts[i], buf);
	}
	buf_add_char(buf, ')');
}

static void render_check(const struct cond_check *check, struct buf *buf)
{
	buf_printf(buf, "%s %s", expr_text(check->left), cond_ops[check->op].name);
	if (cond_ops[check->op].class == COND_CLASS_UNARY)
		return;
	buf_add_char(buf, ' ');
	if (check->modifier != COND_PLAIN)
		buf_printf(buf, "%s ", cond_modifiers[check->modifier]);
	if (check->right)
		buf_printf(buf, check->is_val ? "val(%s)" : "%s", expr_text(check->right));
	else if (cond_ops[check->op].class == COND_CLASS_LIST || check->modifier != COND_PLAIN)
		render_list(check, buf);
	else
		render_const(&check->consts[0], buf);
}

static void render_chain(const struct cond_node *node, struct buf *buf)
{
	buf_add_char(buf, '(');
	for (uint32_t i = 0; i < node->n_kids && !buf->failed; i++) {
		if (i)
			buf_add_str(buf, node->kind == COND_AND ? " and " : " or ");
		cond_render(node->kids[i], buf);
	}
	buf_add_char(buf, ')');
}

/* Two in a row would cancel each other when parsed again; in parentheses they do not. */
static void render_not(const struct cond_node *node, struct buf *buf)
{
	const struct cond_node *kid = node->kids[0];

	while (kid->kind == COND_MACRO && kid->n_kids)
		kid = kid->kids[0];
	buf_add_str(buf, kid->kind == COND_NOT ? "not (" : "not ");
	cond_render(kid, buf);
	if (kid->kind == COND_NOT)
		buf_add_char(buf, ')');
}

/* Shared macros can make the text exponentially longer than the tree: stop at the buffer's cap. */
void cond_render(const struct cond_node *node, struct buf *buf)
{
	if (buf->failed)
		return;
	switch (node->kind) {
	case COND_AND:
	case COND_OR:
		render_chain(node, buf);
		break;
	case COND_NOT:
		render_not(node, buf);
		break;
	case COND_CHECK:
		render_check(node->check, buf);
		break;
	case COND_MACRO:
		if (node->n_kids)
			cond_render(node->kids[0], buf);
		else
			buf_add_str(buf, node->name);
		break;
	}
}
