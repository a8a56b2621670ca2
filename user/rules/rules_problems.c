// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <errno.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define PROBLEMS_MAX       1000 /* told one by one; the rest is counted */
#define NOTES_MAX          100
#define MESSAGE_BYTES_MAX  4096
#define SNIPPET_BYTES_MAX  160
#define SNIPPET_BEFORE_MAX 80 /* of them before the caret */

static bool is_continuation(char c)
{
	return ((unsigned char)c & 0xc0) == 0x80;
}

/* The line of the place, cut around the caret when it is long. */
static int cut_snippet(struct rules *rules, struct rules_problem *problem)
{
	const struct source *source = rules->sources;
	const char *line;
	size_t caret;
	size_t begin = 0;
	size_t end;
	char buf[SNIPPET_BYTES_MAX + 8];

	problem->snippet = "";
	problem->snippet_column = 0;
	while (source && source->path != problem->place.file)
		source = source->next;
	if (!source || !source->lines || !problem->place.line)
		return 0;
	line = source->text + source->lines[problem->place.line - 1];
	caret = problem->place.offset - source->lines[problem->place.line - 1];
	if (caret && line[caret] == '\n' && line[caret - 1] == '\r')
		caret--;
	/* No farther than can be shown: a line may be as long as the file. */
	for (end = caret; end <= caret + SNIPPET_BYTES_MAX && !strchr("\r\n", line[end]); end++)
		;
	if (end > SNIPPET_BYTES_MAX && caret > SNIPPET_BEFORE_MAX) {
		begin = caret - SNIPPET_BEFORE_MAX;
		while (begin < caret && is_continuation(line[begin]))
			begin++;
	}
	if (end - begin > SNIPPET_BYTES_MAX) {
		end = begin + SNIPPET_BYTES_MAX;
		while (end > caret && is_continuation(line[end]))
			end--;
	}
	(void)snprintf(buf, sizeof(buf), "%s%.*s%s", begin ? "..." : "", (int)(end - begin),
		       line + begin, line[end] && !strchr("\r\n", line[end]) ? "..." : "");
	problem->snippet_column = (uint32_t)(caret - begin + (begin ? strlen("...") : 0));
	problem->snippet = arena_strdup(rules->problem_arena, buf);
	return problem->snippet ? 0 : -ENOMEM;
}

static int list_add(struct problem_list *list, const struct rules_problem *problem)
{
	if (list->n == list->size) {
		size_t size = list->size ? list->size * 2 : 16;
		struct rules_problem *at = realloc(list->at, size * sizeof(*at));

		if (!at)
			return -ENOMEM;
		list->at = at;
		list->size = size;
	}
	list->at[list->n++] = *problem;
	return 0;
}

/* The link that a person would name: the innermost with a name of its own. */
static const struct item *named_item(const struct item *item)
{
	const struct item *last = NULL;

	for (; item; item = item->parent) {
		if (!item->kind)
			continue;
		last = item;
		if (item->name && *item->name && strcmp(item->kind, ITEM_VALUE) != 0 &&
		    strcmp(item->kind, ITEM_OVERRIDES) != 0)
			break;
	}
	return last;
}

static const struct node *outermost_node(const struct item *item)
{
	while (item && item->parent)
		item = item->parent;
	return item ? item->node : NULL;
}

/*
 * Each file compiles all before it again, with the same problems; what is wrong in
 * a macro is told for each rule that comes to it.  Returns -EEXIST when known.
 */
static int remember(struct rules *rules, enum rules_code code, const struct place *place,
		    const struct item *item, const char *message)
{
	char key[96];
	uint64_t offset = 0;
	char *name;
	size_t len;

	/* A deprecated field is told once a rule. */
	if (code != RULES_WARN_DEPRECATED_ITEM || !item || strcmp(item->kind, ITEM_CONDITION) != 0)
		offset = place->offset;
	(void)snprintf(key, sizeof(key), "%d %p %p %llu ", (int)code, (const void *)place->file,
		       (const void *)outermost_node(item), (unsigned long long)offset);
	len = strlen(key) + strlen(message);
	name = arena_alloc(rules->problem_arena, len + 1);
	if (!name)
		return -ENOMEM;
	(void)snprintf(name, len + 1, "%s%s", key, message);
	if (names_get(&rules->problem_names, name, len))
		return -EEXIST;
	return names_put(&rules->problem_names, rules->problem_arena, name, len, name);
}

static int tell(struct rules *rules, struct rules_problem *problem, const struct item *item,
		const char *message)
{
	const struct item *named = problem->code == RULES_ERR_YAML_PARSE ? NULL : named_item(item);

	problem->item_kind = named ? named->kind : "";
	problem->item_name = "";
	problem->message = arena_strdup(rules->problem_arena, message);
	if (named && named->name)
		problem->item_name = arena_strdup(rules->problem_arena, named->name);
	if (!problem->message || !problem->item_name || cut_snippet(rules, problem) ||
	    problem_locate(rules, problem, item))
		return -ENOMEM;
	return list_add(problem->code == RULES_CODE_MAX ? &rules->notes : &rules->problems,
			problem);
}

int note_add(struct rules *rules, const struct place *place, const struct item *item,
	     const char *message)
{
	struct rules_problem note = { .code = RULES_CODE_MAX, .place = *place };
	int err;

	if (rules->notes.n >= NOTES_MAX)
		return 0;
	err = remember(rules, note.code, place, item, message);
	if (!err)
		err = tell(rules, &note, item, message);
	return err == -EEXIST ? 0 : err;
}

int problem_add(struct rules *rules, enum rules_code code, const struct place *place,
		const struct item *item, const char *message)
{
	struct rules_problem problem = {
		.code = code,
		.is_error = code <= RULES_ERR_EXTENSION,
		.place = *place,
	};
	int err;

	if (rules->problems.n >= PROBLEMS_MAX) {
		/* One more error must fail the load, also when there is no room to tell it. */
		rules->n_errors += problem.is_error;
		rules->n_untold++;
		return 0;
	}
	err = remember(rules, code, place, item, message);
	if (err == -EEXIST)
		return 0;
	if (!err && rules->problems.n == PROBLEMS_MAX - 1)
		err = tell(rules, &problem, NULL, "too many problems: this and more are not shown");
	else if (!err)
		err = tell(rules, &problem, item, message);
	if (!err)
		rules->n_errors += problem.is_error;
	return err;
}

static int add_text(struct rules *rules, enum rules_code code, const struct node *node,
		    const struct item *item, const char *message)
{
	struct place place;

	node_place(node, &place);
	return problem_add(rules, code, &place, item, message);
}

int problem_fail(struct rules *rules, enum rules_code code, const struct node *node,
		 const struct item *item, const char *fmt, ...)
{
	char message[MESSAGE_BYTES_MAX];
	va_list args;
	int err;

	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	err = add_text(rules, code, node, item, message);
	return err ? err : -EINVAL;
}

int problem_warn(struct rules *rules, enum rules_code code, const struct node *node,
		 const struct item *item, const char *fmt, ...)
{
	char message[MESSAGE_BYTES_MAX];
	va_list args;

	va_start(args, fmt);
	(void)vsnprintf(message, sizeof(message), fmt, args);
	va_end(args);
	return add_text(rules, code, node, item, message);
}

void problem_free(struct rules *rules)
{
	free(rules->problems.at);
	free(rules->notes.at);
	arena_free(rules->problem_arena);
}

size_t rules_n_errors(const struct rules *rules)
{
	return rules->n_errors;
}

size_t rules_n_problems(const struct rules *rules)
{
	return rules->problems.n;
}

const struct rules_problem *rules_problem_at(const struct rules *rules, size_t i)
{
	return i < rules->problems.n ? &rules->problems.at[i] : NULL;
}

const struct rules_problem *rules_note_at(const struct rules *rules, size_t i)
{
	return i < rules->notes.n ? &rules->notes.at[i] : NULL;
}

/* Is it about the condition of this rule or of one defined after it? */
static bool is_due_after_output(const struct rules *rules, const struct rules_problem *problem,
				uint32_t order)
{
	const struct rules_location *last = &problem->locations[problem->n_locations - 1];
	const struct rule_def *def;

	if (!problem->is_error || strcmp(last->item_type, "condition expression") != 0 ||
	    strcmp(problem->item_kind, "rule") != 0)
		return false;
	def = names_get(&rules->rule_names, problem->item_name, strlen(problem->item_name));
	return def && def->order >= order;
}

/* Falco compiles a rule's output before its condition: the first error has to be the same. */
static void move_last_up(struct rules *rules, uint32_t order)
{
	struct rules_problem *at = rules->problems.at;
	const size_t last = rules->problems.n - 1;
	struct rules_problem moved = at[last];
	size_t i = 0;

	while (i < last && !is_due_after_output(rules, &at[i], order))
		i++;
	memmove(&at[i + 1], &at[i], (last - i) * sizeof(*at));
	at[i] = moved;
}

void rules_add_problem(struct rules *rules, enum rules_code code, const struct rule *rule,
		       const char *message)
{
	const struct rule_def *def = names_get(&rules->rule_names, rule->name, strlen(rule->name));
	bool of_output = code == RULES_ERR_COMPILE_OUTPUT || code == RULES_WARN_UNKNOWN_FILTER;
	const struct item whole = { .kind = "rule", .name = rule->name, .node = def->node };
	const struct item output = { .kind = ITEM_OUTPUT, .node = def->output, .parent = &whole };
	const size_t n = rules->problems.n;
	int err = problem_add(rules, code, of_output ? &rule->output_place : &rule->place,
			      of_output ? &output : &whole, message);

	if (rules->problems.n > n && code == RULES_ERR_COMPILE_OUTPUT)
		move_last_up(rules, def->order);
	if (err && code <= RULES_ERR_EXTENSION)
		rules->n_errors++;
}

/* Bytes of the next character; *ret_safe: a terminal shows it as text of one column or so. */
static size_t next_char(const char *text, size_t len, bool *ret_safe)
{
	size_t n = utf8_len(text, len);
	unsigned char c = (unsigned char)*text;

	*ret_safe = n && c >= 0x20 && c != 0x7f;
	/* C1 controls */
	if (c == 0xc2 && n == 2 && (unsigned char)text[1] < 0xa0)
		*ret_safe = false;
	return n ? n : 1;
}

/* Controls and what is no UTF-8 become '?', ends of lines blanks. */
static void add_safe(struct buf *buf, const char *text, bool keep_tabs)
{
	size_t len = strlen(text);
	bool safe;
	size_t n;

	for (; len; text += n, len -= n) {
		n = next_char(text, len, &safe);
		if (safe || (*text == '\t' && keep_tabs))
			buf_add(buf, text, n);
		else
			buf_add_char(buf, *text == '\n' ? ' ' : '?');
	}
}

static void add_caret(struct buf *buf, const char *snippet, size_t column)
{
	size_t len = strlen(snippet);
	bool safe;
	size_t n;

	for (size_t i = 0; i < column && i < len; i += n) {
		n = next_char(snippet + i, len - i, &safe);
		buf_add_char(buf, snippet[i] == '\t' ? '\t' : ' ');
	}
	buf_add_str(buf, "^\n");
}

void rules_problem_render(const struct rules_problem *problem, struct buf *buf)
{
	const bool is_note = problem->code == RULES_CODE_MAX;
	const char *snippet = problem->snippet;

	add_safe(buf, problem->place.file, false);
	if (problem->place.line)
		buf_printf(buf, ":%u:%u", problem->place.line, problem->place.column);
	buf_add_str(buf, is_note ? ": note: " : problem->is_error ? ": error: " : ": warning: ");
	add_safe(buf, problem->message, false);
	if (!is_note)
		buf_printf(buf, " [%s]", rules_code_name(problem->code));
	buf_add_char(buf, '\n');
	if (*problem->item_name) {
		buf_printf(buf, "  in %s '", problem->item_kind);
		add_safe(buf, problem->item_name, false);
		buf_add_str(buf, "'\n");
	}
	if (!*snippet)
		return;
	buf_add_str(buf, "    ");
	add_safe(buf, snippet, true);
	buf_add_str(buf, "\n    ");
	add_caret(buf, snippet, problem->snippet_column);
}
