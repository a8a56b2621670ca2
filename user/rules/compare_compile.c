// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "fields/events.h"
#include "rules/compare.h"
#include "rules/pattern.h"

__attribute__((format(printf, 3, 4))) static int refuse(struct cond_error *error, uint32_t offset,
							const char *fmt, ...)
{
	va_list ap;

	error->offset = offset;
	va_start(ap, fmt);
	(void)vsnprintf(error->text, sizeof(error->text), fmt, ap);
	va_end(ap);
	return -EINVAL;
}

static bool is_event_type(const struct field *field)
{
	return strcmp(field->name, "evt.type") == 0 || strcmp(field->name, "syscall.type") == 0;
}

static void note_event_type(const struct field_ref *ref, void *arg)
{
	bool *found = arg;

	*found |= is_event_type(ref->field);
}

/* Which rules an event reaches is read from such checks, so they have to be plain. */
static int check_event_type(const struct cond_check *check, struct cond_error *error)
{
	bool found = false;

	expr_visit_fields(check->left, note_event_type, &found);
	if (found && expr_field(check->left) && !check->right)
		return 0;
	if (check->right)
		expr_visit_fields(check->right, note_event_type, &found);
	if (!found)
		return 0;
	return refuse(error, check->left_offset,
		      "event code search does not support `evt.type` checks with transformers");
}

static int resolve(struct expr *expr, uint32_t offset, struct cond_error *error)
{
	struct expr_error reason = { 0 };
	int ret = expr_resolve(expr, &reason);

	if (ret == -ENOENT || ret == -EINVAL)
		(void)refuse(error, offset, "%s", reason.text);
	return ret;
}

static int check_operator(const struct compare *compare, const struct cond_check *check,
			  struct cond_error *error)
{
	const char *name = cond_ops[check->op].name;

	if (!family_allows(compare->family, check->op))
		return refuse(error, check->left_offset,
			      "filter error: '%s' operator not supported for %s filters", name,
			      family_name(compare->family));
	if (compare->is_list && check->op != COND_IN && check->op != COND_INTERSECTS &&
	    check->op != COND_EXISTS)
		return refuse(error, check->left_offset,
			      "filter error: '%s' operator not supported for list filters", name);
	if (compare->is_list && check->modifier != COND_PLAIN)
		return refuse(error, check->left_offset,
			      "filter error: '%s' modifier not supported for list filters",
			      cond_modifiers[check->modifier]);
	return 0;
}

static int check_right(const struct cond_check *check, struct cond_error *error)
{
	const struct field_ref *ref = expr_field(check->right);
	const char *left = expr_text(check->left);
	const char *right = expr_text(check->right);

	if (ref && ref->field->flags & (FIELD_NO_RHS | FIELD_FILTER_ONLY))
		return refuse(error, check->right_offset,
			      "field '%s' can't be used as a right-hand side", right);
	if (check->op == COND_REGEX || check->op == COND_PMATCH)
		return refuse(error, check->right_offset,
			      "filter error: '%s' does not support right-hand side field "
			      "comparisons",
			      cond_ops[check->op].name);
	if (expr_type(check->left) == FIELD_IPNET || expr_type(check->right) == FIELD_IPNET)
		return refuse(error, check->right_offset,
			      "filter error: IP networks cannot be compared with fields");
	if (expr_type(check->left) != expr_type(check->right))
		return refuse(error, check->right_offset,
			      "filter error: type of left-hand field '%s' (%s) does not match "
			      "that of right-hand '%s' (%s)",
			      left, field_type_name(expr_type(check->left)), right,
			      field_type_name(expr_type(check->right)));
	if (expr_is_list(check->left) != expr_is_list(check->right))
		return refuse(error, check->right_offset,
			      "filter error: of '%s' and '%s' one alone is a list", left, right);
	return 0;
}

static int check_event_name(const struct cond_check *check, const struct cond_const *item,
			    struct cond_error *error)
{
	const struct field_ref *ref = expr_field(check->left);

	if (!ref || strcmp(ref->field->name, "evt.type") != 0 ||
	    event_type_lookup(item->text, item->len) != EVENT_TYPE_NONE)
		return 0;
	(void)refuse(error, item->offset, "unknown event type %.255s", item->text);
	return -ENOENT;
}

static int compile_const(const struct cond_check *check, const struct cond_const *item,
			 struct arena *arena, struct regex_space *space, struct cond_error *error,
			 struct constant *out)
{
	char reason[256];
	int ret;

	error->offset = item->offset;
	ret = constant_parse(expr_type(check->left), check->op, item, arena, error, out);
	if (ret < 0)
		return ret;
	ret = check_event_name(check, item, error);
	if (ret < 0 || check->op != COND_REGEX)
		return ret;
	ret = regex_compile(space, (struct text){ out->str, out->len }, reason, sizeof(reason),
			    &out->regex);
	if (ret == -EINVAL)
		(void)refuse(error, item->offset, "invalid regular expression: %s", reason);
	return ret;
}

static int compile_consts(const struct cond_check *check, struct arena *arena,
			  struct regex_space *space, struct cond_error *error,
			  struct compare *compare)
{
	struct constant *consts;
	int ret = 0;

	if (check->n_consts == 0)
		return 0;
	consts = arena_alloc(arena, check->n_consts * sizeof(*consts));
	if (!consts)
		return -ENOMEM;
	for (uint32_t i = 0; i < check->n_consts && ret == 0; i++)
		ret = compile_const(check, &check->consts[i], arena, space, error, &consts[i]);
	compare->consts = consts;
	compare->n_consts = check->n_consts;
	compare->n_twins = check->n_twins;
	return ret;
}

static int build_set(struct compare *compare, struct arena *arena)
{
	static char present;

	for (uint32_t i = 0; i < compare->n_consts; i++) {
		const struct constant *item = &compare->consts[i];

		if (!strmap_lookup(&compare->set, item->str, item->len) &&
		    strmap_add(&compare->set, arena, item->str, item->len, &present) < 0)
			return -ENOMEM;
	}
	return 0;
}

static int build_pmatch(struct compare *compare, struct arena *arena)
{
	struct pmatch *pmatch = pmatch_new(arena);

	compare->pmatch = pmatch;
	for (uint32_t i = 0; pmatch && i < compare->n_consts; i++) {
		const struct constant *item = &compare->consts[i];

		if (pmatch_add(pmatch, arena, (struct text){ item->str, item->len }) < 0)
			return -ENOMEM;
	}
	return pmatch ? 0 : -ENOMEM;
}

static int build_index(struct compare *compare, struct arena *arena)
{
	const bool is_text = compare->family == FAMILY_STRING || compare->family == FAMILY_BYTES;

	if (compare->right)
		return 0;
	if (compare->op == COND_PMATCH)
		return build_pmatch(compare, arena);
	if (is_text && (compare->op == COND_IN || compare->op == COND_INTERSECTS))
		return build_set(compare, arena);
	return 0;
}

static int compile(const struct cond_check *check, struct arena *arena, struct regex_space *space,
		   struct cond_error *error, struct compare *out)
{
	struct compare compare = { .left = check->left,
				   .alias = check->alias,
				   .right = check->right,
				   .op = check->op,
				   .modifier = check->modifier };
	const struct field_ref *ref;
	int ret = resolve(check->left, check->left_offset, error);

	if (ret < 0)
		return ret;
	ref = expr_field(check->left);
	compare.family = family_of(expr_type(check->left));
	compare.flags = ref ? ref->field->flags : 0;
	compare.is_list = expr_is_list(check->left);
	/* With an index it is one ancestor, not any. */
	if (ref && ref->has_index)
		compare.flags &= ~FIELD_MATCH_ANY;
	ret = check_operator(&compare, check, error);
	if (ret == 0 && check->alias)
		ret = resolve(check->alias, check->left_offset, error);
	if (ret == 0 && check->right)
		ret = resolve(check->right, check->right_offset, error);
	if (ret == 0 && check->right)
		ret = check_right(check, error);
	if (ret == 0)
		ret = compile_consts(check, arena, space, error, &compare);
	if (ret == 0)
		ret = check_event_type(check, error);
	if (ret == 0)
		ret = build_index(&compare, arena);
	if (ret == 0)
		*out = compare;
	return ret;
}

int compare_compile(const struct cond_check *check, struct arena *arena, struct regex_space *space,
		    struct cond_error *error, struct compare *out)
{
	int ret = compile(check, arena, space, error, out);
	bool of_right = (check->right || check->n_consts) && error->offset >= check->right_offset;

	if (ret < 0)
		error->outer_offset = of_right ? check->right_offset : check->left_offset;
	return ret;
}
