// SPDX-License-Identifier: Apache-2.0

/* "Did you mean": the known name that is nearest to an unknown one. */
#include <ctype.h>
#include <stdio.h>
#include <string.h>

#include "rules/load.h"

#define NAME_MAX_BYTES 64 /* of names that are worth a guess */
#define DISTANCE_MAX   3 /* edits between what was written and what is proposed */

#define LIST_NAME_MIN 4
#define GUESSES_MAX   200000

enum guess {
	GUESS_FIELD,
	GUESS_EVENT,
	GUESS_MACRO,
	GUESS_LIST,
	GUESS_RULE,
	GUESS_KEY,
};

/* How problems name what they do not know. */
static const struct {
	const char *before;
	const char *end; /* characters that end the name */
	enum guess guess;
} phrases[] = {
	{ "nonexistent field ", " [", GUESS_FIELD }, { "none provided: ", " [", GUESS_FIELD },
	{ "unknown filter: ", " [", GUESS_FIELD },   { "unknown event type ", " ", GUESS_EVENT },
	{ "Undefined macro '", "'", GUESS_MACRO },   { "Unknown key '", "'", GUESS_KEY },
};

/* Here the unknown name is the item's. */
static const struct {
	const char *text;
	enum guess guess;
} missing_items[] = {
	{ "no rule by that name", GUESS_RULE },
	{ "no macro by that name", GUESS_MACRO },
	{ "no list by that name", GUESS_LIST },
};

static const char *const item_keys[] = {
	"append",  "capture",  "capture_duration", "condition", "desc",
	"enabled", "items",    "exceptions",       "list",      "macro",
	"output",  "override", "priority",         "rule",      "skip-if-unknown-filter",
	"source",  "tags",     "warn_evttypes",
};

struct search {
	char name[NAME_MAX_BYTES + 1];
	size_t len;
	size_t distance; /* of the best so far */
	const char *best;
};

static size_t least(size_t a, size_t b)
{
	return a < b ? a : b;
}

/* Insertions, deletions, changes and swaps of neighbours; only the last three rows are kept. */
static size_t distance(const char *a, size_t a_len, const char *b, size_t b_len)
{
	size_t rows[3][NAME_MAX_BYTES + 1];
	size_t *before = rows[0];
	size_t *last = rows[1];
	size_t *now = rows[2];
	size_t *spare;

	for (size_t j = 0; j <= b_len; j++) {
		last[j] = j;
		before[j] = 0;
	}
	for (size_t i = 1; i <= a_len; i++) {
		now[0] = i;
		for (size_t j = 1; j <= b_len; j++) {
			now[j] = least(last[j - 1] + (a[i - 1] != b[j - 1]),
				       least(last[j], now[j - 1]) + 1);
			if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1])
				now[j] = least(now[j], before[j - 2] + 1);
		}
		spare = before;
		before = last;
		last = now;
		now = spare;
	}
	return last[b_len];
}

static void try_name(struct search *search, const char *name)
{
	size_t len = strlen(name);
	size_t found;

	if (len > NAME_MAX_BYTES || len > search->len + DISTANCE_MAX ||
	    search->len > len + DISTANCE_MAX)
		return;
	found = distance(search->name, search->len, name, len);
	if (found && found < search->distance) {
		search->distance = found;
		search->best = name;
	}
}

static void try_fields(struct search *search)
{
	const struct field *field;

	for (size_t i = 0; (field = field_at(i)); i++)
		try_name(search, field->name);
}

static void try_events(struct search *search)
{
	for (uint32_t i = 0; event_type_name(i); i++)
		try_name(search, event_type_name(i));
}

static void try_all(const struct rules *rules, enum guess guess, struct search *search)
{
	switch (guess) {
	case GUESS_FIELD:
		try_fields(search);
		break;
	case GUESS_EVENT:
		try_events(search);
		break;
	case GUESS_MACRO:
		for (const struct macro_def *def = rules->macros; def; def = def->next)
			try_name(search, def->name);
		break;
	case GUESS_LIST:
		for (const struct list_def *def = rules->lists; def; def = def->next)
			try_name(search, def->name);
		break;
	case GUESS_RULE:
		for (const struct rule_def *def = rules->rules; def; def = def->next)
			try_name(search, def->rule.name);
		break;
	case GUESS_KEY:
		for (size_t i = 0; i < sizeof(item_keys) / sizeof(item_keys[0]); i++)
			try_name(search, item_keys[i]);
		break;
	}
}

static bool take_name(struct search *search, const char *name, size_t len)
{
	if (!len || len > NAME_MAX_BYTES)
		return false;
	memcpy(search->name, name, len);
	search->name[len] = '\0';
	search->len = len;
	/* A third of it may be wrong, or one character of a short name. */
	search->distance = len / 3 < DISTANCE_MAX ? len / 3 + 1 : DISTANCE_MAX + 1;
	if (len < 3)
		search->distance = 2;
	return true;
}

static bool find_name(const struct rules_problem *problem, struct search *search,
		      enum guess *ret_guess)
{
	static const char not_field[] = "' is not a supported filter field";
	const char *at;

	for (size_t i = 0; i < sizeof(phrases) / sizeof(phrases[0]); i++) {
		at = strstr(problem->message, phrases[i].before);
		if (!at)
			continue;
		at += strlen(phrases[i].before);
		*ret_guess = phrases[i].guess;
		return take_name(search, at, strcspn(at, phrases[i].end));
	}
	at = strstr(problem->message, not_field);
	if (at && problem->message[0] == '\'') {
		*ret_guess = GUESS_FIELD;
		return take_name(search, problem->message + 1, (size_t)(at - problem->message - 1));
	}
	for (size_t i = 0; i < sizeof(missing_items) / sizeof(missing_items[0]); i++) {
		if (!strstr(problem->message, missing_items[i].text))
			continue;
		*ret_guess = missing_items[i].guess;
		return take_name(search, problem->item_name, strlen(problem->item_name));
	}
	return false;
}

bool rules_hint(const struct rules *rules, const struct rules_problem *problem, struct buf *buf)
{
	struct search search = { .best = NULL };
	enum guess guess;

	if (!find_name(problem, &search, &guess))
		return false;
	try_all(rules, guess, &search);
	/* A macro's name is also what is left of a field without its dot. */
	if (!search.best && guess == GUESS_MACRO)
		try_fields(&search);
	if (!search.best)
		return false;
	buf_add_str(buf, search.best);
	return true;
}

/*
 * A list that does not exist is no error for Falco: its name is compared as it is.  To
 * be told from a value it has to look like a name of a list.
 */
static bool is_perhaps_a_list(const struct cond_item *item)
{
	if (item->len < LIST_NAME_MIN || item->len > NAME_MAX_BYTES)
		return false;
	for (uint32_t i = 0; i < item->len; i++)
		if (!isalnum((unsigned char)item->text[i]) && item->text[i] != '_')
			return false;
	return item->alone || memchr(item->text, '_', item->len);
}

struct list_hints {
	struct rules *rules;
	const struct rtext *text;
	const struct item *item;
	int err;
};

static void hint_list(const struct cond_item *item, void *arg)
{
	struct list_hints *hints = arg;
	struct rules *rules = hints->rules;
	struct search search = { .best = NULL };
	struct place place = { 0 };
	char message[256];

	if (hints->err || rules->n_guesses >= GUESSES_MAX || !is_perhaps_a_list(item) ||
	    names_get(&rules->list_names, item->text, item->len))
		return;
	take_name(&search, item->text, item->len);
	search.distance = item->len < 8 ? 2 : item->len < 11 ? 3 : 4;
	for (const struct list_def *def = rules->lists; def; def = def->next, rules->n_guesses++)
		try_name(&search, def->name);
	if (!search.best)
		return;
	(void)snprintf(message, sizeof(message),
		       "there is no list '%s', so it is compared as a text; did you mean '%s'?",
		       search.name, search.best);
	rtext_place(hints->text, item->offset, &place);
	hints->err = note_add(rules, &place, hints->item, message);
}

int hint_lists(struct rules *rules, const struct cond_node *tree, const struct rtext *text,
	       const struct item *item)
{
	struct list_hints hints = { rules, text, item, 0 };

	cond_visit_items(tree, hint_list, &hints);
	return hints.err;
}
