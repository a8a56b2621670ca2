// SPDX-License-Identifier: Apache-2.0
#include "rules/cond.h"

#include <assert.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "rules/cond_set.h"

#define ARENA_BLOCK_BYTES ((size_t)64 << 10)
#define ARENA_MAX_BYTES   ((size_t)1 << 30)
#define KEY_BYTES_MAX     ((size_t)256 << 20)

struct cond_set *cond_set_new(void)
{
	struct cond_set *set = calloc(1, sizeof(*set));

	if (!set)
		return NULL;
	buf_init(&set->key, KEY_BYTES_MAX);
	set->generation = 1;
	set->arena = arena_new(ARENA_BLOCK_BYTES, ARENA_MAX_BYTES);
	set->regexes = regex_space_new();
	if (!set->arena || !set->regexes) {
		cond_set_free(set);
		return NULL;
	}
	return set;
}

void cond_set_free(struct cond_set *set)
{
	if (!set)
		return;
	regex_space_free(set->regexes);
	arena_free(set->arena);
	buf_done(&set->key);
	free(set->results);
	free(set);
}

void cond_set_statics(struct cond_set *set, const struct field_static *statics, size_t n_statics)
{
	set->knows_statics = true;
	set->statics = statics;
	set->n_statics = n_statics;
}

uint64_t cond_set_given_up(const struct cond_set *set)
{
	return regex_space_failures(set->regexes);
}

bool cond_set_uses_field(const struct cond_set *set, const char *name)
{
	return strmap_lookup(&set->fields, name, (uint32_t)strlen(name)) != NULL;
}

static int new_slot(struct cond_set *set, uint32_t *out)
{
	uint32_t bigger = set->max_slots ? set->max_slots * 2 : 256;
	uint64_t *mem;

	if (set->n_slots == set->max_slots) {
		mem = reallocarray(set->results, bigger, sizeof(*mem));
		if (!mem)
			return -ENOMEM;
		set->results = mem;
		set->max_slots = bigger;
	}
	set->results[set->n_slots] = 0;
	*out = set->n_slots++;
	return 0;
}

/* Remember a condition under the key in set->key, and give it a place for its result. */
static int add_cond(struct cond_set *set, struct cond *cond)
{
	const char *key = arena_strndup(set->arena, set->key.data, set->key.len);

	if (!key || new_slot(set, &cond->slot) < 0)
		return -ENOMEM;
	return strmap_add(&set->by_key, set->arena, key, (uint32_t)set->key.len, cond);
}

static void key_add_number(struct buf *key, uint32_t n)
{
	buf_add(key, &n, sizeof(n));
}

static void key_add_expr(struct buf *key, const struct expr *expr)
{
	buf_add_str(key, expr_text(expr));
	buf_add_char(key, '\0');
}

/* Two checks with the same key are the same. */
static int make_check_key(struct buf *key, const struct cond_check *check)
{
	buf_reset(key);
	key_add_number(key, COND_CHECK);
	key_add_number(key, check->op);
	key_add_number(key, check->modifier);
	key_add_number(key, check->right != NULL);
	key_add_number(key, check->alias != NULL);
	key_add_number(key, check->n_twins);
	key_add_expr(key, check->left);
	if (check->right)
		key_add_expr(key, check->right);
	for (uint32_t i = 0; i < check->n_consts; i++) {
		key_add_number(key, check->consts[i].len);
		buf_add(key, check->consts[i].text, check->consts[i].len);
	}
	return key->failed ? -ENOMEM : 0;
}

static int make_chain_key(struct buf *key, enum cond_kind kind, const struct cond *const *kids,
			  uint32_t n_kids)
{
	buf_reset(key);
	key_add_number(key, kind);
	for (uint32_t i = 0; i < n_kids; i++)
		key_add_number(key, kids[i]->slot);
	return key->failed ? -ENOMEM : 0;
}

struct field_notes {
	struct cond_set *set;
	int err;
};

static void note_field(const struct field_ref *ref, void *arg)
{
	struct field_notes *notes = arg;
	struct cond_set *set = notes->set;
	const char *name = ref->field->name;
	const uint32_t len = (uint32_t)strlen(name);
	static char present;

	if (strmap_lookup(&set->fields, name, len))
		return;
	if (strmap_add(&set->fields, set->arena, name, len, &present) < 0)
		notes->err = -ENOMEM;
}

static int note_fields(struct cond_set *set, const struct cond_check *check)
{
	struct field_notes notes = { set, 0 };

	expr_visit_fields(check->left, note_field, &notes);
	if (check->alias)
		expr_visit_fields(check->alias, note_field, &notes);
	if (check->right)
		expr_visit_fields(check->right, note_field, &notes);
	return notes.err;
}

struct static_search {
	const struct cond_set *set;
	const struct field_ref *unknown;
};

static void check_static(const struct field_ref *ref, void *arg)
{
	struct static_search *search = arg;
	const struct cond_set *set = search->set;

	if (!search->unknown && !field_is_known(ref, set->statics, set->n_statics))
		search->unknown = ref;
}

static int check_statics(const struct cond_set *set, const struct cond_check *check,
			 struct cond_error *error)
{
	struct static_search search = { set, NULL };

	if (!set->knows_statics)
		return 0;
	error->offset = check->left_offset;
	expr_visit_fields(check->left, check_static, &search);
	if (!search.unknown && check->right) {
		error->offset = check->right_offset;
		expr_visit_fields(check->right, check_static, &search);
	}
	if (!search.unknown)
		return 0;
	error->outer_offset = error->offset;
	(void)snprintf(error->text, sizeof(error->text),
		       "filter_check called with nonexistent field %s.%.*s",
		       search.unknown->field->name, (int)search.unknown->arg_len,
		       search.unknown->arg);
	return -ENOENT;
}

static int compile_check(struct cond_set *set, const struct cond_node *node,
			 struct cond_error *error, const struct cond **out)
{
	const struct cond_check *check = node->check;
	struct compare *compare;
	struct cond *cond;
	int ret = make_check_key(&set->key, check);

	if (ret < 0)
		return ret;
	*out = strmap_lookup(&set->by_key, set->key.data, (uint32_t)set->key.len);
	if (*out)
		return 0;
	cond = arena_alloc(set->arena, sizeof(*cond));
	compare = arena_alloc(set->arena, sizeof(*compare));
	if (!cond || !compare)
		return -ENOMEM;
	ret = compare_compile(check, set->arena, set->regexes, error, compare);
	if (ret == 0)
		ret = check_statics(set, check, error);
	if (ret == 0)
		ret = note_fields(set, check);
	if (ret < 0)
		return ret;
	cond->kind = COND_CHECK;
	cond->compare = compare;
	cond->types = node->types;
	*out = cond;
	return add_cond(set, cond);
}

static int add_chain(struct cond_set *set, enum cond_kind kind, const struct cond **kids,
		     uint32_t n_kids, const struct cond **out)
{
	const struct cond **copy;
	struct cond *cond;

	if (make_chain_key(&set->key, kind, kids, n_kids) < 0)
		return -ENOMEM;
	*out = strmap_lookup(&set->by_key, set->key.data, (uint32_t)set->key.len);
	if (*out)
		return 0;
	cond = arena_alloc(set->arena, sizeof(*cond));
	copy = arena_alloc(set->arena, n_kids * sizeof(struct cond *));
	if (!cond || !copy)
		return -ENOMEM;
	memcpy(copy, kids, n_kids * sizeof(struct cond *));
	cond->kind = kind;
	cond->kids = copy;
	cond->n_kids = n_kids;
	*out = cond;
	return add_cond(set, cond);
}

static int compile_node(struct cond_set *set, const struct cond_node *node,
			struct cond_error *error, const struct cond **out);

static int compile_chain(struct cond_set *set, const struct cond_node *node,
			 struct cond_error *error, const struct cond **out)
{
	const struct cond **kids = calloc(node->n_kids, sizeof(struct cond *));
	int ret = kids ? 0 : -ENOMEM;

	for (uint32_t i = 0; i < node->n_kids && ret == 0; i++) {
		ret = compile_node(set, node->kids[i], error, &kids[i]);
		assert(ret < 0 || kids[i]);
	}
	if (ret == 0)
		ret = add_chain(set, node->kind, kids, node->n_kids, out);
	free(kids);
	return ret;
}

/* What goes wrong inside a macro is reported where its name stands. */
static int compile_macro(struct cond_set *set, const struct cond_node *node,
			 struct cond_error *error, const struct cond **out)
{
	int ret;

	if (node->n_kids == 0) {
		error->offset = node->offset;
		error->outer_offset = node->offset;
		(void)snprintf(error->text, sizeof(error->text),
			       "filter error: unexpected identifier '%.200s'", node->name);
		return -EINVAL;
	}
	ret = compile_node(set, node->kids[0], error, out);
	if (ret < 0) {
		error->offset = node->offset;
		error->outer_offset = node->offset;
	}
	return ret;
}

static int remember_node(struct cond_set *set, const struct cond_node *node,
			 const struct cond *cond)
{
	struct {
		uintptr_t node;
		const struct cond *cond;
	} *entry = arena_alloc(set->arena, sizeof(*entry));

	if (!entry)
		return -ENOMEM;
	entry->node = (uintptr_t)node;
	entry->cond = cond;
	return strmap_add(&set->by_node, set->arena, (const char *)&entry->node,
			  sizeof(entry->node), &entry->cond);
}

/* Recursion is as deep as the tree is high, which cond_expand() limits. */
static int compile_node(struct cond_set *set, const struct cond_node *node,
			struct cond_error *error, const struct cond **out)
{
	const uintptr_t key = (uintptr_t)node;
	const struct cond *const *known = strmap_lookup(&set->by_node, (const char *)&key,
							sizeof(key));
	int ret;

	if (known) {
		*out = *known;
		return 0;
	}
	switch (node->kind) {
	case COND_CHECK:
		ret = compile_check(set, node, error, out);
		break;
	case COND_MACRO:
		ret = compile_macro(set, node, error, out);
		break;
	default:
		ret = compile_chain(set, node, error, out);
		break;
	}
	return ret < 0 ? ret : remember_node(set, node, *out);
}

int cond_compile(struct cond_set *set, const struct cond_node *node, struct cond_error *error,
		 const struct cond **out)
{
	const struct cond *cond = NULL;
	int ret;

	error->offset = node->offset;
	error->outer_offset = node->offset;
	error->text[0] = '\0';
	ret = compile_node(set, node, error, &cond);
	if (ret == -ENOMEM)
		(void)snprintf(error->text, sizeof(error->text), "out of memory");
	if (ret == 0)
		*out = cond;
	return ret;
}
