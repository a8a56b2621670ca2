// SPDX-License-Identifier: Apache-2.0
#include <ctype.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "fields/field.h"
#include "rules/cond.h"
#include "rules/cond_tree.h"
#include "rules/strmap.h"

#define SEEN_BYTES ((size_t)256 << 20)

/* Falco quotes the whole constant; ours are at most 255 bytes when they compile. */
#define QUOTE_MAX 255

struct walk {
	cond_warn_fn *warn;
	void *arg;
	struct arena *arena;
	struct strmap seen; /* of shared macros: each is walked once */
	const struct cond_node *macro; /* the outermost one that we are in */
	uint32_t outer_offset; /* of the part of a check that we are at */
};

__attribute__((format(printf, 4, 5))) static void emit(const struct walk *walk,
						       enum rules_code code, uint32_t offset,
						       const char *fmt, ...)
{
	char text[512];
	struct cond_warning warning = { code, offset, walk->outer_offset, text };
	va_list ap;

	va_start(ap, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, ap);
	va_end(ap);
	if (walk->macro) {
		warning.offset = walk->macro->offset;
		warning.outer_offset = walk->macro->offset;
	}
	walk->warn(&warning, walk->arg);
}

/*
 * Nothing but plain text, perhaps with "any text" in front of it or behind it, is
 * what contains, startswith and endswith are for.
 */
static bool regex_is_simple(const char *s, size_t len)
{
	for (size_t i = 0; i < len; i++) {
		if ((i == 0 && s[i] == '^') || (i == len - 1 && s[i] == '$'))
			continue;
		if (s[i] == '.' && ((i == 0 && len > 1) || i + 2 == len) &&
		    strchr("+*?", s[i + 1])) {
			i++;
			continue;
		}
		if (strchr(".+*?^$()[]{}|\\", s[i]))
			return false;
	}
	return true;
}

static bool looks_like_call(const char *s, size_t len)
{
	static const char *const names[] = { "val", "tolower", "toupper", "b64",   "basename",
					     "len", "join",    "concat",  "getopt" };

	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const size_t n = strlen(names[i]);

		if (len >= n + 2 && memcmp(s, names[i], n) == 0 && s[n] == '(' && s[len - 1] == ')')
			return true;
	}
	return false;
}

static bool looks_like_field(const char *s, size_t len)
{
	const char *bracket = memchr(s, '[', len);
	const char *reason;
	struct field_ref ref;
	size_t name_len;

	/* No field is without a dot; most constants are. */
	if (len == 0 || !memchr(s, '.', len))
		return false;
	if (bracket && s[len - 1] == ']') {
		name_len = (size_t)(bracket - s);
		return name_len && len - name_len > 2 &&
		       field_resolve(s, name_len, bracket + 1, len - name_len - 2, &ref, &reason) ==
			       0;
	}
	return field_resolve(s, len, NULL, 0, &ref, &reason) == 0;
}

static void warn_const(const struct walk *walk, const struct cond_check *check,
		       const struct cond_const *item)
{
	char stripped[QUOTE_MAX + 1];
	size_t len = 0;

	if (check->op == COND_REGEX && regex_is_simple(item->text, item->len))
		emit(walk, RULES_WARN_COMPILE_CONDITION, item->offset,
		     "regex check with '%.*s' may be optimized with simpler operators such as "
		     "'=', 'contains', 'startswith', 'endswith'",
		     QUOTE_MAX, item->text);
	for (uint32_t i = 0; i < item->len && len < QUOTE_MAX; i++)
		if (!isspace((unsigned char)item->text[i]))
			stripped[len++] = item->text[i];
	stripped[len] = '\0';
	if (looks_like_field(stripped, len))
		emit(walk, RULES_WARN_COMPILE_CONDITION, item->offset,
		     "'%.*s' may be a valid field misused as a const string value", QUOTE_MAX,
		     item->text);
	if (looks_like_call(stripped, len))
		emit(walk, RULES_WARN_COMPILE_CONDITION, item->offset,
		     "'%.*s' may be a valid field transformer misused as a const string value",
		     QUOTE_MAX, item->text);
}

static bool is_unsafe_field(const char *name)
{
	return strncmp(name, "ka.", 3) == 0 || strncmp(name, "jevt.", 5) == 0;
}

const char *const cond_deprecated_fields[COND_DEPRECATED_FIELDS] = {
	"evt.dir",        "evt.latency",       "evt.latency.s",
	"evt.latency.ns", "evt.latency.human", "evt.wait_latency",
};

/*
 * The name before an argument, when the expression is such a plain field; else NULL.
 * Falco's list: evt.latency.quantized is not in it.
 */
static const char *deprecated_field(const struct expr *expr)
{
	const char *text = expr_text(expr);
	const size_t len = strcspn(text, "[");

	for (size_t i = 0; i < COND_DEPRECATED_FIELDS; i++)
		if (strncmp(cond_deprecated_fields[i], text, len) == 0 &&
		    !cond_deprecated_fields[i][len])
			return cond_deprecated_fields[i];
	return NULL;
}

static void warn_field(const struct walk *walk, const struct expr *expr, uint32_t offset)
{
	const char *name = deprecated_field(expr);

	if (!name)
		return;
	if (strcmp(name, "evt.dir") == 0)
		emit(walk, RULES_WARN_DEPRECATED_ITEM, offset,
		     "due to the drop of enter events, 'evt.dir = <' always evaluates to true, and "
		     "'evt.dir = >' always evaluates to false. The rule expression can be "
		     "simplified by removing the condition on 'evt.dir'");
	else
		emit(walk, RULES_WARN_DEPRECATED_ITEM, offset,
		     "field '%s' has no value: there are no events at which a call begins", name);
}

static bool is_equality(enum cond_op op)
{
	return op == COND_EQ || op == COND_NE || op == COND_IN || op == COND_INTERSECTS ||
	       op == COND_PMATCH;
}

static void warn_check(struct walk *walk, const struct cond_check *check)
{
	walk->outer_offset = check->left_offset;
	warn_field(walk, check->left, check->left_offset);
	walk->outer_offset = check->right_offset;
	if (check->right)
		warn_field(walk, check->right, check->right_offset);
	for (uint32_t i = 0; i < check->n_consts; i++) {
		warn_const(walk, check, &check->consts[i]);
		if (is_unsafe_field(expr_text(check->left)) && is_equality(check->op) &&
		    strcmp(check->consts[i].text, "<NA>") == 0)
			emit(walk, RULES_WARN_UNSAFE_NA_CHECK, check->left_offset,
			     "comparing a field value with <NA> is unsafe and can lead to "
			     "unpredictable behavior of the rule condition. If you need to "
			     "check for the existence of a field, consider using the "
			     "'exists' operator instead.");
	}
}

static void walk_node(struct walk *walk, const struct cond_node *node)
{
	uintptr_t *key;
	uintptr_t target;
	bool outermost;

	if (node->kind == COND_CHECK) {
		warn_check(walk, node->check);
		return;
	}
	if (node->kind == COND_MACRO && node->n_kids) {
		target = (uintptr_t)node->kids[0];
		if (strmap_lookup(&walk->seen, (const char *)&target, sizeof(target)))
			return;
		key = arena_alloc(walk->arena, sizeof(*key));
		if (!key)
			return;
		*key = target;
		if (strmap_add(&walk->seen, walk->arena, (const char *)key, sizeof(*key), key) < 0)
			return;
	}
	outermost = node->kind == COND_MACRO && !walk->macro;
	if (outermost)
		walk->macro = node;
	for (uint32_t i = 0; i < node->n_kids; i++)
		walk_node(walk, node->kids[i]);
	if (outermost)
		walk->macro = NULL;
}

void cond_visit_warnings(const struct cond_node *node, cond_warn_fn *warn, void *arg)
{
	struct walk walk = { .warn = warn, .arg = arg };

	walk.arena = arena_new(4096, SEEN_BYTES);
	if (!walk.arena)
		return;
	walk_node(&walk, node);
	arena_free(walk.arena);
}
