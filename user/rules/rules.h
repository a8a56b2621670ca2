/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_RULES_H
#define RULES_RULES_H

/* Rule files in, verdicts out.  The language is Falco's; docs/rules-language.md has the differences. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/buf.h"
#include "base/diag.h"
#include "base/place.h"
#include "fields/events.h"
#include "fields/field.h"

#define RULES_ENGINE_VERSION "0.63.0" /* Falco's, that we claim for required_engine_version */

enum rule_priority {
	PRIORITY_EMERGENCY = 0,
	PRIORITY_ALERT,
	PRIORITY_CRITICAL,
	PRIORITY_ERROR,
	PRIORITY_WARNING,
	PRIORITY_NOTICE,
	PRIORITY_INFORMATIONAL,
	PRIORITY_DEBUG,
	PRIORITY_MAX,
};

/* Falco's codes; rules_code_name(), _text() and _desc() give LOAD_…, a title, a description. */
enum rules_code {
	RULES_ERR_FILE_READ,
	RULES_ERR_YAML_PARSE,
	RULES_ERR_YAML_VALIDATE,
	RULES_ERR_VALIDATE,
	RULES_ERR_COMPILE_CONDITION,
	RULES_ERR_COMPILE_OUTPUT,
	RULES_ERR_EXTENSION,
	RULES_WARN_UNKNOWN_SOURCE,
	RULES_WARN_UNSAFE_NA_CHECK,
	RULES_WARN_NO_EVTTYPE,
	RULES_WARN_UNKNOWN_FILTER,
	RULES_WARN_UNUSED_MACRO,
	RULES_WARN_UNUSED_LIST,
	RULES_WARN_UNKNOWN_ITEM,
	RULES_WARN_UNKNOWN_KEY,
	RULES_WARN_DEPRECATED_ITEM,
	RULES_WARN_EXTENSION,
	RULES_WARN_APPEND_NO_VALUES,
	RULES_WARN_EXCEPTION_NAME_NOT_UNIQUE,
	RULES_WARN_INVALID_MACRO_NAME,
	RULES_WARN_INVALID_LIST_NAME,
	RULES_WARN_COMPILE_CONDITION,
	RULES_CODE_MAX,
};

/*
 * One link of the chain that leads to a problem, outermost first, as Falco reports
 * it: the file, the rule, its condition …  Lines and columns count bytes from 0;
 * in a "condition expression" its own, from 1, are added to those of what it stands
 * in, though the text may be folded there.
 */
struct rules_location {
	const char *item_type; /* "rules content", "rule", "condition expression" … */
	const char *item_name; /* "" none */
	const char *name; /* of the file; the quoted beginning of a condition expression */
	uint32_t line;
	uint32_t column;
	uint64_t offset;
};

/* One error or warning. */
struct rules_problem {
	enum rules_code code;
	bool is_error;
	struct place place;
	const char *item_kind; /* "rule", "macro", "list", "exception" …; "" none */
	const char *item_name;
	const char *message;
	const char *snippet; /* the offending line */
	uint32_t snippet_column; /* of the caret in it, from 0 */
	const struct rules_location *locations;
	uint32_t n_locations; /* at least 1 */
	const char *report_snippet; /* as in Falco's reports: a line, and one with a caret */
};

struct rule {
	const char *name;
	const char *desc;
	const char *output; /* as written, trimmed */
	const char *source; /* "syscall" */
	enum rule_priority priority;
	const char *const *tags; /* sorted */
	uint32_t n_tags;
	bool enabled;
	bool skip_unknown; /* skip-if-unknown-filter */
	const char *condition; /* text with exceptions and lists put in, macros by name */
	uint64_t event_types[EVENT_TYPE_MAX / 64]; /* bit set: the rule is reached by that type */
	struct place place; /* of the item */
	struct place output_place;
	uint32_t index; /* in definition order, from 0 */
};

struct rules;

/* Enable or disable rules after the files were read. */
struct rules_selector {
	const char *pattern; /* a tag, or the whole name of a rule with `*` for any text */
	bool is_tag;
	bool enable;
};

struct rules_config {
	enum rule_priority min_priority; /* less severe ones are compiled but never match */
	/*
	 * evt.type means the call that was made and no other, as in Falco, and a path that
	 * name alone; else a rule that asks for one sees its twins too (docs/rules-language.md).
	 */
	bool literal;
	bool match_all; /* every rule that matches, not the first alone (Falco's rule_matching) */
	/*
	 * Applied in order.  A rule that is enabled again is asked behind all others,
	 * as in Falco.
	 */
	const struct rules_selector *selectors;
	size_t n_selectors;
	/* The fields static.NAME that there are; borrowed while rules are loaded. */
	const struct field_static *statics;
	size_t n_statics;
	bool any_static; /* whatever is named is there, perhaps null */
	/* One more condition, of which a last rule named "condition" is made; NULL: none. */
	const char *condition;
};

#define RULES_CONDITION_NAME "condition" /* of that rule, and of the file in its problems */

/* A rule file as bytes, for tests and fuzzing; or to be read from `path` when text is NULL. */
struct rules_file {
	const char *path;
	const char *text;
	size_t len;
};

/*
 * Load files in order, as one rule set.  Never NULL but when out of memory: with
 * errors, rules_n_errors() says so and the set matches nothing.
 */
struct rules *rules_load(const struct rules_file *files, size_t n_files,
			 const struct rules_config *config);
void rules_free(struct rules *rules);

/*
 * The rule files that `path` names: itself, or for a directory its *.yaml and
 * *.yml in name order, not below.  Appended to *paths (both owned by caller,
 * free each).  Returns 0, -ENOENT …, -ENODATA for a directory without any.
 */
int rules_find_files(const char *path, char ***paths, size_t *n_paths);

size_t rules_n_errors(const struct rules *rules);
size_t rules_n_problems(const struct rules *rules);
const struct rules_problem *rules_problem_at(const struct rules *rules, size_t i);

/*
 * Notes are ours, of what Falco takes without a word: they have the code RULES_CODE_MAX and
 * are no part of its reports.  NULL behind the last.
 */
const struct rules_problem *rules_note_at(const struct rules *rules, size_t i);

/* Add a problem found by whoever compiles outputs; text is copied. */
void rules_add_problem(struct rules *rules, enum rules_code code, const struct rule *rule,
		       const char *message);

/* Do not match this rule: its output could not be compiled and it asked for that. */
void rules_drop(struct rules *rules, const struct rule *rule);

/* Appends "file:line:column: error: message [CODE]" (a note has none), the line and a caret. */
void rules_problem_render(const struct rules_problem *problem, struct buf *buf);

const char *rules_code_name(enum rules_code code);
const char *rules_code_text(enum rules_code code);
/* What Falco's reports call codedesc: for errors that is the title again. */
const char *rules_code_desc(enum rules_code code);
const char *priority_name(enum rule_priority priority);
bool priority_parse(const char *text, size_t len, enum rule_priority *out);

size_t rules_count(const struct rules *rules);
const struct rule *rules_at(const struct rules *rules, size_t i);

/*
 * The i-th rule whose condition was refused, an error that is told already; NULL behind the
 * last.  It cannot match, but its output is to be checked as others are.
 */
const struct rule *rules_refused_at(const struct rules *rules, size_t i);

/*
 * Can the i-th rule, enabled or not, never fire here, because it needs fields that nothing
 * fills or events that are not delivered?  Appends what it needs to `why`: "fields that
 * nothing fills: fd.types; events that are not delivered: mkdir, mkdirat".
 */
bool rules_never_fire(const struct rules *rules, size_t i, struct buf *why);

/* Can the i-th rule match a call that failed?  True where it is not certain. */
bool rules_may_match_failed(const struct rules *rules, size_t i);

/* Does any enabled rule want this event type? */
bool rules_want_event(const struct rules *rules, uint32_t event_type);

/* Does any enabled rule's condition read this field (by name, without argument)? */
bool rules_use_field(const struct rules *rules, const char *name);

/*
 * The host names that conditions of active rules compare with fd.sip.name and its kin, with the
 * first rule that does; one may come more than once.  Returns 0 or -ENOMEM.
 */
typedef void rules_domain_fn(const struct rule *rule, const char *name, void *arg);
int rules_visit_domains(const struct rules *rules, rules_domain_fn *visit, void *arg);

/* Called for each rule that matches, in definition order; the rule is borrowed. */
typedef void rules_match_fn(const struct rule *rule, void *arg);

/*
 * Evaluate the event.  Without config.match_all the first rule that matches as it is
 * written ends the search; those that match by twins and other names do not.
 * Allocates nothing but from source->scratch.
 * Returns the number of rules that matched.
 */
unsigned int rules_match(struct rules *rules, const struct field_source *source,
			 rules_match_fn *on_match, void *arg);

/* One macro or list as it is after all files. */
struct rules_item {
	const char *name;
	const char *text; /* condition with its lists put in; items joined by ", " */
	struct place place;
	bool used;
};

typedef void rules_item_fn(const struct rules_item *item, void *arg);
void rules_visit_macros(const struct rules *rules, rules_item_fn *visit, void *arg);
void rules_visit_lists(const struct rules *rules, rules_item_fn *visit, void *arg);

/* What a rule, a macro or a list is made of, as it was written. */
enum rules_use {
	RULES_USE_MACRO,
	RULES_USE_LIST,
	RULES_USE_FIELD, /* with its argument, "proc.aname[2]" */
	RULES_USE_OPERATOR, /* "=", "startswith oneof" */
	RULES_USE_EXCEPTION,
	RULES_USE_EXCEPTION_FIELD,
	RULES_USE_EXCEPTION_OPERATOR,
	RULES_USE_VALUE, /* an item of a list that is no list itself */
	RULES_USE_MAX,
};

/* Called as often as the name stands there; it is valid during the call. */
typedef void rules_use_fn(enum rules_use use, const char *name, void *arg);

/* Return 0, -ENOMEM, or -EINVAL for a condition that is no condition. */
int rules_visit_uses(const struct rules *rules, const struct rule *rule, rules_use_fn *visit,
		     void *arg);
int rules_visit_macro_uses(const struct rules *rules, const char *macro, rules_use_fn *visit,
			   void *arg);
void rules_visit_list_items(const struct rules *rules, const char *list, rules_use_fn *visit,
			    void *arg);

/* Versions that files require of the engine (plugin is NULL) and of plugins. */
typedef void rules_requirement_fn(const char *plugin, const char *version, void *arg);
void rules_visit_requirements(const struct rules *rules, rules_requirement_fn *visit, void *arg);

/* Append the rule's condition with its macros put in; fails the buffer where that is too long. */
void rules_render_condition(const struct rules *rules, const struct rule *rule, struct buf *buf);

/* Is the rule enabled and severe enough? */
bool rules_is_active(const struct rules *rules, const struct rule *rule);

/* The verdict of one rule, whatever event types it is for and whether it is enabled or not. */
bool rules_eval(struct rules *rules, const struct rule *rule, const struct field_source *source);

/*
 * Append how that verdict comes about: the condition as a tree, a line for each
 * node with its verdict, and for each comparison the value that was compared.
 */
void rules_explain(struct rules *rules, const struct rule *rule, const struct field_source *source,
		   struct buf *buf);

/*
 * Append the name that was perhaps meant where the problem is an unknown field,
 * event type, macro, list, rule or key.  False: there is none.
 */
bool rules_hint(const struct rules *rules, const struct rules_problem *problem, struct buf *buf);

/*
 * Does the file follow Falco's schema of rule files?  What does not is no error
 * by itself.  Calls `visit` for each violation.  Returns 1: it does, 0: it does not, -1:
 * it could not be read as YAML.
 */
typedef void rules_schema_fn(const char *message, void *arg);
int rules_check_schema(const struct rules *rules, const char *path, rules_schema_fn *visit,
		       void *arg);

/* The i-th key of that schema, and its type in words of JSON schemas; NULL behind the last. */
const char *rules_schema_key_at(size_t i, const char **ret_type);

/* Regular expressions that were given up at their limit, which counts as no match. */
uint64_t rules_n_given_up(const struct rules *rules);

#endif /* RULES_RULES_H */
