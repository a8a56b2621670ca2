// SPDX-License-Identifier: Apache-2.0
/* For which events a condition can be true at all, when some fields are always null. */
#include <string.h>

#include "fields/filled.h"
#include "rules/cond_set.h"

#define WORDS (EVENT_TYPE_MAX / 64)

#define SEEN_BLOCK_BYTES 4096
#define SEEN_BYTES_MAX   ((size_t)256 << 20)

/*
 * Conditions that were walked: macros in macros would be walked exponentially often.
 * Without memory for it they are: right, but slow.
 */
struct walk {
	struct arena *arena; /* NULL: out of memory */
	struct strmap seen; /* by address: struct seen */
};

struct seen {
	uintptr_t cond;
	struct cond_types types;
};

static void walk_init(struct walk *walk)
{
	memset(walk, 0, sizeof(*walk));
	walk->arena = arena_new(SEEN_BLOCK_BYTES, SEEN_BYTES_MAX);
}

static const struct seen *walk_lookup(const struct walk *walk, const struct cond *cond)
{
	const uintptr_t key = (uintptr_t)cond;

	return strmap_lookup(&walk->seen, (const char *)&key, sizeof(key));
}

static void walk_add(struct walk *walk, const struct cond *cond, const struct cond_types *types)
{
	struct seen *seen = walk->arena ? arena_alloc(walk->arena, sizeof(*seen)) : NULL;

	if (!seen)
		return;
	seen->cond = (uintptr_t)cond;
	if (types)
		seen->types = *types;
	(void)strmap_add(&walk->seen, walk->arena, (const char *)&seen->cond, sizeof(seen->cond),
			 seen);
}

/* Which of the fields that nothing fills are taken to be null. */
struct assumption {
	bool all;
	const struct field_ref *only; /* with all unset; NULL: none */
};

struct fill {
	const struct assumption *assumption;
	uint64_t types[WORDS]; /* for which no field that was visited is null for sure */
};

static bool is_same(const struct field_ref *a, const struct field_ref *b)
{
	return strcmp(a->field->name, b->field->name) == 0 && a->arg_len == b->arg_len &&
	       (a->arg_len == 0 || memcmp(a->arg, b->arg, a->arg_len) == 0);
}

static void add_field(const struct field_ref *ref, void *arg)
{
	struct fill *fill = arg;
	uint64_t types[WORDS];

	if (!fill->assumption->all &&
	    (!fill->assumption->only || !is_same(ref, fill->assumption->only)))
		return;
	field_filled_types(ref, types);
	for (size_t i = 0; i < WORDS; i++)
		fill->types[i] &= types[i];
}

/* "= true" and the like of a flag that no event has. */
static bool wants_true(const struct compare *compare)
{
	bool value = compare->op != COND_NE;

	if (!(compare->flags & FIELD_ALWAYS_FALSE) || compare->right ||
	    compare->modifier != COND_PLAIN || compare->op == COND_EXISTS)
		return false;
	for (uint32_t i = 0; i < compare->n_consts; i++)
		if (compare->consts[i].b != value)
			return false;
	return true;
}

static void reach_check(const struct cond *cond, const struct assumption *assumption,
			struct cond_types *out)
{
	const struct compare *compare = cond->compare;
	const struct field_ref *left = expr_field(compare->left);
	struct fill fill = { .assumption = assumption };

	cond_types_all(out->yes);
	cond_types_all(out->no);
	if (cond->types)
		*out = *cond->types;
	memset(fill.types, 0xff, sizeof(fill.types));
	if (left && wants_true(compare) &&
	    (assumption->all || (assumption->only && is_same(left, assumption->only))))
		memset(fill.types, 0, sizeof(fill.types));
	expr_visit_fields(compare->left, add_field, &fill);
	if (compare->right)
		expr_visit_fields(compare->right, add_field, &fill);
	/* A comparison with null is false, also !=. */
	for (size_t i = 0; i < WORDS; i++) {
		out->yes[i] &= fill.types[i];
		out->no[i] |= ~fill.types[i];
	}
}

/* Recursion is as deep as the tree was high, which cond_expand() limits. */
static void reach(struct walk *walk, const struct cond *cond, const struct assumption *assumption,
		  struct cond_types *out)
{
	const bool is_and = cond->kind == COND_AND;
	const struct seen *seen;
	struct cond_types kid;

	if (cond->kind == COND_CHECK) {
		reach_check(cond, assumption, out);
		return;
	}
	seen = walk_lookup(walk, cond);
	if (seen) {
		*out = seen->types;
		return;
	}
	memset(out->yes, is_and ? 0xff : 0, sizeof(out->yes));
	memset(out->no, is_and ? 0 : 0xff, sizeof(out->no));
	for (uint32_t i = 0; i < cond->n_kids; i++) {
		reach(walk, cond->kids[i], assumption, &kid);
		if (cond->kind == COND_NOT) {
			memcpy(out->yes, kid.no, sizeof(out->yes));
			memcpy(out->no, kid.yes, sizeof(out->no));
			continue;
		}
		for (size_t w = 0; w < WORDS; w++) {
			out->yes[w] = is_and ? out->yes[w] & kid.yes[w] : out->yes[w] | kid.yes[w];
			out->no[w] = is_and ? out->no[w] | kid.no[w] : out->no[w] & kid.no[w];
		}
	}
	walk_add(walk, cond, out);
}

static void true_types(const struct cond *cond, const struct assumption *assumption,
		       uint64_t types[WORDS])
{
	struct cond_types all;
	struct cond_types reached;
	struct walk walk;

	cond_types_all(all.yes);
	walk_init(&walk);
	reach(&walk, cond, assumption, &reached);
	arena_free(walk.arena);
	for (size_t i = 0; i < WORDS; i++)
		types[i] = reached.yes[i] & all.yes[i];
}

static bool any_delivered(const uint64_t types[WORDS])
{
	uint64_t delivered[WORDS];
	uint64_t both = 0;

	event_types_delivered(delivered);
	for (size_t i = 0; i < WORDS; i++)
		both |= types[i] & delivered[i];
	return both != 0;
}

static bool is_empty(const uint64_t types[WORDS])
{
	uint64_t any = 0;

	for (size_t i = 0; i < WORDS; i++)
		any |= types[i];
	return any == 0;
}

bool cond_never_true(const struct cond *cond)
{
	static const struct assumption none = { .all = false };
	static const struct assumption all = { .all = true };
	uint64_t types[WORDS];

	true_types(cond, &all, types);
	if (any_delivered(types))
		return false;
	/* "evt.num = 0" is how rules are switched off: it is never true anywhere. */
	true_types(cond, &none, types);
	return !is_empty(types);
}

/* Fields of the condition that some event that is delivered does not have, each once. */
struct suspects {
	const struct field_ref *at[COND_BLAMED_MAX];
	size_t n;
};

static bool lacks_any(const struct field_ref *ref)
{
	uint64_t delivered[WORDS];
	uint64_t filled[WORDS];
	uint64_t lacking = 0;

	field_filled_types(ref, filled);
	event_types_delivered(delivered);
	for (size_t i = 0; i < WORDS; i++)
		lacking |= delivered[i] & ~filled[i];
	return lacking != 0;
}

static void add_suspect(const struct field_ref *ref, void *arg)
{
	struct suspects *suspects = arg;

	if (suspects->n == COND_BLAMED_MAX ||
	    !((ref->field->flags & FIELD_ALWAYS_FALSE) || lacks_any(ref)))
		return;
	for (size_t i = 0; i < suspects->n; i++)
		if (is_same(suspects->at[i], ref))
			return;
	suspects->at[suspects->n++] = ref;
}

static void add_suspects(struct walk *walk, const struct cond *cond, struct suspects *suspects)
{
	if (walk_lookup(walk, cond))
		return;
	walk_add(walk, cond, NULL);
	for (uint32_t i = 0; i < cond->n_kids; i++)
		add_suspects(walk, cond->kids[i], suspects);
	if (cond->kind != COND_CHECK)
		return;
	expr_visit_fields(cond->compare->left, add_suspect, suspects);
	if (cond->compare->right)
		expr_visit_fields(cond->compare->right, add_suspect, suspects);
}

static bool is_enough(const struct cond *cond, const struct field_ref *ref)
{
	const struct assumption only = { .only = ref };
	uint64_t types[WORDS];

	true_types(cond, &only, types);
	return !any_delivered(types);
}

static void visit_suspects(const struct cond *cond, cond_blame_fn *visit, void *arg)
{
	struct suspects suspects = { .n = 0 };
	struct walk walk;
	bool found = false;

	walk_init(&walk);
	add_suspects(&walk, cond, &suspects);
	arena_free(walk.arena);
	for (size_t i = 0; i < suspects.n; i++) {
		if (!is_enough(cond, suspects.at[i]))
			continue;
		found = true;
		visit(suspects.at[i], arg);
	}
	/* No single one: it is all of them together. */
	for (size_t i = 0; i < suspects.n && !found; i++)
		visit(suspects.at[i], arg);
}

void cond_visit_blamed(const struct cond *cond, cond_blame_fn *visit, void *arg,
		       uint64_t undelivered[WORDS])
{
	static const struct assumption none = { .all = false };
	static const struct assumption all = { .all = true };
	uint64_t types[WORDS];

	true_types(cond, &all, undelivered);
	true_types(cond, &none, types);
	if (any_delivered(types))
		visit_suspects(cond, visit, arg);
	else if (is_empty(undelivered))
		/* Those events would also lack a field: they are the first thing missing. */
		memcpy(undelivered, types, sizeof(types));
}
