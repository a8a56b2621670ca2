// SPDX-License-Identifier: Apache-2.0
#include <string.h>

#include "rules/compare.h"
#include "rules/pattern.h"

struct eval {
	const struct compare *compare;
	struct regex_space *space;
	struct arena *scratch;
};

static bool in_network(const struct value_ip *ip, const struct constant *net)
{
	const uint32_t bytes = net->prefix_bits / 8;
	const uint32_t bits = net->prefix_bits % 8;
	const uint8_t mask = (uint8_t)(0xff00U >> bits);

	if (ip->family != net->ip.family || memcmp(ip->addr, net->ip.addr, bytes) != 0)
		return false;
	return bits == 0 || ((ip->addr[bytes] ^ net->ip.addr[bytes]) & mask) == 0;
}

static bool same_ip(const struct value_ip *a, const struct value_ip *b)
{
	return a->family == b->family && memcmp(a->addr, b->addr, sizeof(a->addr)) == 0;
}

/* For the operators that order; equality alone also holds for `in`. */
static bool ordered(enum cond_op op, int sign)
{
	switch (op) {
	case COND_EQ:
	case COND_IN:
	case COND_INTERSECTS:
		return sign == 0;
	case COND_NE:
		return sign != 0;
	case COND_LT:
		return sign < 0;
	case COND_LE:
		return sign <= 0;
	case COND_GT:
		return sign > 0;
	case COND_GE:
		return sign >= 0;
	default:
		return false;
	}
}

static int sign_text(struct text a, struct text b)
{
	const size_t len = a.len < b.len ? a.len : b.len;
	int sign = len ? memcmp(a.s, b.s, len) : 0;

	if (sign == 0)
		sign = (a.len > b.len) - (a.len < b.len);
	return sign;
}

static bool has_prefix(struct text text, struct text part)
{
	return text.len >= part.len && memcmp(text.s, part.s, part.len) == 0;
}

static bool has_suffix(struct text text, struct text part)
{
	return text.len >= part.len && memcmp(text.s + text.len - part.len, part.s, part.len) == 0;
}

static bool test_text(const struct eval *e, struct text text, const struct constant *item)
{
	const struct text part = { item->str, item->len };

	switch (e->compare->op) {
	case COND_GLOB:
		return glob_match(part, text, false);
	case COND_IGLOB:
		return glob_match(part, text, true);
	case COND_CONTAINS:
	case COND_BCONTAINS:
		return text_contains(text, part);
	case COND_ICONTAINS:
		return text_icontains(text, part);
	case COND_STARTSWITH:
	case COND_BSTARTSWITH:
		return has_prefix(text, part);
	case COND_ENDSWITH:
		return has_suffix(text, part);
	case COND_REGEX:
		return regex_match(e->space, item->regex, text, e->scratch);
	default:
		return ordered(e->compare->op, sign_text(text, part));
	}
}

static bool to_text(const struct value *value, struct text *out)
{
	if (value->kind != VALUE_STR && value->kind != VALUE_BYTES)
		return false;
	*out = (struct text){ value->str, value->len };
	return true;
}

/* Numbers come signed or not, whatever the field's type: what counts is the type. */
static bool to_number(const struct value *value, int64_t *out)
{
	if (value->kind == VALUE_INT)
		*out = value->i;
	else if (value->kind == VALUE_UINT)
		*out = (int64_t)value->u;
	else
		return false;
	return true;
}

static int sign_number(enum family family, int64_t a, int64_t b)
{
	if (family == FAMILY_SIGNED)
		return (a > b) - (a < b);
	return ((uint64_t)a > (uint64_t)b) - ((uint64_t)a < (uint64_t)b);
}

/* One value against one constant. */
static bool test_one(const struct eval *e, const struct value *value, const struct constant *item)
{
	const enum cond_op op = e->compare->op;
	struct text text;
	int64_t number;

	switch (e->compare->family) {
	case FAMILY_STRING:
	case FAMILY_BYTES:
		return to_text(value, &text) && test_text(e, text, item);
	case FAMILY_SIGNED:
		return to_number(value, &number) &&
		       ordered(op, sign_number(FAMILY_SIGNED, number, item->i));
	case FAMILY_UNSIGNED:
		return to_number(value, &number) &&
		       ordered(op, sign_number(FAMILY_UNSIGNED, number, (int64_t)item->u));
	case FAMILY_BOOL:
		return value->kind == VALUE_BOOL && ordered(op, value->b != item->b);
	case FAMILY_IP:
		return value->kind == VALUE_IP && ordered(op, !same_ip(&value->ip, &item->ip));
	case FAMILY_NET:
		return value->kind == VALUE_IP && ordered(op, !in_network(&value->ip, item));
	case FAMILY_MAX:
		break;
	}
	return false;
}

/*
 * Of a socket's two ends, and of the names of one, one has to satisfy the comparison,
 * but for != all.  Without ends, neither way; what has no name is != any.
 */
static bool test_ends(const struct eval *e, const struct value *value, const struct constant *item)
{
	const bool want_all = e->compare->op == COND_NE;

	if (value->kind != VALUE_LIST)
		return test_one(e, value, item);
	for (uint32_t i = 0; i < value->len; i++)
		if (test_one(e, &value->list[i], item) != want_all)
			return !want_all;
	return want_all && (value->len > 0 || e->compare->flags & FIELD_MATCH_NAMES);
}

static bool test_modifier(const struct eval *e, const struct value *value)
{
	const struct compare *compare = e->compare;
	const uint32_t enough = compare->modifier == COND_ANYOF ? 1 : 2;
	uint32_t n = 0;

	for (uint32_t i = 0; i < compare->n_consts; i++) {
		if (test_ends(e, value, &compare->consts[i])) {
			if (++n == enough && compare->modifier != COND_ALLOF)
				break;
		} else if (compare->modifier == COND_ALLOF) {
			return false;
		}
	}
	return compare->modifier == COND_ONEOF ? n == 1 : n > 0;
}

/* One value against all constants. */
static bool test_consts(const struct eval *e, const struct value *value)
{
	const struct compare *compare = e->compare;
	uint32_t n = compare->n_consts;
	struct text text;

	if (compare->modifier != COND_PLAIN)
		return test_modifier(e, value);
	/* Falco looks addresses of fd.ip up with a length of 0, and finds none. */
	if (compare->op == COND_IN && compare->family == FAMILY_IP &&
	    compare->flags & FIELD_MATCH_ENDS)
		return false;
	if (compare->pmatch)
		return to_text(value, &text) && pmatch_match(compare->pmatch, text);
	if (compare->set.n_used)
		return to_text(value, &text) && text.len <= compare->set.max_len &&
		       strmap_lookup(&compare->set, text.s, (uint32_t)text.len);
	if (n > 1 && compare->flags & FIELD_NET_FIRST)
		n = 1;
	for (uint32_t i = 0; i < n; i++)
		if (test_ends(e, value, &compare->consts[i]))
			return true;
	return false;
}

/* A value as a constant, so that fields on the right take the same way. */
static bool to_constant(enum family family, const struct value *value, struct constant *out)
{
	struct text text;
	int64_t number;

	*out = (struct constant){ 0 };
	if (to_text(value, &text)) {
		out->str = text.s;
		out->len = (uint32_t)text.len;
		return family == FAMILY_STRING || family == FAMILY_BYTES;
	}
	if (to_number(value, &number)) {
		out->i = number;
		return family == FAMILY_SIGNED || family == FAMILY_UNSIGNED;
	}
	if (value->kind == VALUE_BOOL)
		out->b = value->b;
	else if (value->kind == VALUE_IP)
		out->ip = value->ip;
	return (value->kind == VALUE_BOOL && family == FAMILY_BOOL) ||
	       (value->kind == VALUE_IP && family == FAMILY_IP);
}

static bool test_right(const struct eval *e, const struct value *value, const struct value *right)
{
	struct constant item;

	if (right->kind != VALUE_LIST)
		return to_constant(e->compare->family, right, &item) && test_ends(e, value, &item);
	for (uint32_t i = 0; i < right->len; i++)
		if (to_constant(e->compare->family, &right->list[i], &item) &&
		    test_one(e, value, &item))
			return true;
	return false;
}

static bool test_value(const struct eval *e, const struct value *value, const struct value *right)
{
	return right ? test_right(e, value, right) : test_consts(e, value);
}

/* `in` wants all of a list's values on the right side, `intersects` any. */
static bool test_list(const struct eval *e, const struct value *list, const struct value *right,
		      bool want_all)
{
	for (uint32_t i = 0; i < list->len; i++)
		if (test_value(e, &list->list[i], right) != want_all)
			return !want_all;
	return want_all && list->len > 0;
}

/* Do items of the value satisfy the comparison one by one, though the field is no list? */
static bool has_any(const struct compare *compare)
{
	return compare->flags & FIELD_MATCH_ANY ||
	       (compare->flags & FIELD_MATCH_NAMES && compare->op != COND_NE);
}

static bool exists(const struct compare *compare, const struct value *value)
{
	if (!compare->is_list && !(compare->flags & FIELD_MATCH_NAMES))
		return true;
	return value->kind != VALUE_LIST || value->len > 0;
}

/* Any of the other names is as good as the value itself. */
static bool test_alias(const struct eval *e, const struct field_source *source,
		       const struct value *right)
{
	struct value names = { .kind = VALUE_NULL };

	return expr_eval(e->compare->alias, source, &names) && names.kind == VALUE_LIST &&
	       test_list(e, &names, right, false);
}

static bool test_left(const struct eval *e, const struct value *left, const struct value *right)
{
	if (left->kind == VALUE_LIST && e->compare->is_list)
		return test_list(e, left, right, e->compare->op == COND_IN);
	if (left->kind == VALUE_LIST && has_any(e->compare))
		return test_list(e, left, right, false);
	return test_value(e, left, right);
}

/* Of a value that is one of the constants: is it one that was written? */
static bool is_written(const struct compare *compare, const struct value *value)
{
	struct text text;

	if (!compare->n_twins)
		return true;
	for (uint32_t i = 0; i < compare->n_consts - compare->n_twins; i++) {
		const struct text item = { compare->consts[i].str, compare->consts[i].len };

		if (to_text(value, &text) && sign_text(text, item) == 0)
			return true;
	}
	return false;
}

unsigned int compare_eval(const struct compare *compare, struct regex_space *space,
			  const struct field_source *source)
{
	const struct eval e = { compare, space, source->scratch };
	const struct value *right = NULL;
	struct value left_value = { .kind = VALUE_NULL };
	struct value right_value = { .kind = VALUE_NULL };

	if (!expr_eval(compare->left, source, &left_value) || left_value.kind == VALUE_NULL)
		return 0;
	if (compare->op == COND_EXISTS)
		return exists(compare, &left_value) ? READ_BOTH : 0;
	if (compare->right) {
		if (!expr_eval(compare->right, source, &right_value) ||
		    right_value.kind == VALUE_NULL)
			return 0;
		right = &right_value;
	}
	if (test_left(&e, &left_value, right))
		return is_written(compare, &left_value) ? READ_BOTH : READ_WIDENED;
	return compare->alias && test_alias(&e, source, right) ? READ_WIDENED : 0;
}
