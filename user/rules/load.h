/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_LOAD_H
#define RULES_LOAD_H

/* What the parts of the loader share: the definitions so far and the compiled set. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/names.h"
#include "rules/cond.h"
#include "rules/rtext.h"
#include "rules/rules.h"
#include "rules/twins.h"
#include "yaml/node.h"

#define RULES_FILE_BYTES_MAX     ((size_t)16 << 20)
#define RULES_MEMORY_BYTES_MAX   ((size_t)256 << 20) /* of one rule set's arena */
#define RULES_EXPANDED_BYTES_MAX ((uint64_t)8 << 20) /* one condition with its macros put in */
#define RULES_EXPANDED_TOTAL_MAX ((uint64_t)256 << 20) /* all of them */
#define RULES_NESTING_MAX        1000 /* of lists in lists, of macros in macros */

#define WARN_APPEND                                                                           \
	"'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under " \
	"'override' instead."
#define FAIL_OVERRIDE_APPEND                                                                 \
	"Keys 'override' and 'append: true' cannot be used together. Add an 'append' entry " \
	"(e.g. 'condition: append') under 'override' instead."

struct list_def {
	const char *name;
	uint32_t index; /* at first definition */
	uint32_t visibility; /* at the last change */
	struct nodes items;
	const struct node *node;
	bool broken; /* had an error: say nothing more about its name */
	bool used;
	bool has_inner; /* its text names a list of higher index */
	bool odd; /* its name holds a delimiter */
	const char *text; /* items joined */
	size_t len;
	struct list_def *next;
};

struct macro_def {
	const char *name;
	uint32_t index;
	uint32_t visibility;
	struct nodes condition; /* joined by blanks */
	const struct node *node; /* of the last full definition */
	const struct node *cond; /* in it */
	bool broken;
	bool used;
	bool visiting;
	bool failed; /* in this pass */
	struct rtext joined; /* as it was written */
	struct rtext text; /* lists put in */
	struct cond_node *tree;
	const struct cond_node *expanded; /* once it was this macro's turn */
	const struct rule_def *warned; /* the last rule for which it was searched for warnings */
	const struct macro_def *root; /* for which `temporary` was made */
	const struct cond_node *temporary;
	uint64_t weight; /* bytes with macros put in */
	struct macro_def *next;
};

struct exception {
	const char *name;
	const struct node *node;
	const char *rule_name; /* of the item that it stands in */
	const struct node *rule_node;
	const struct node *fields; /* NULL: none */
	const struct node *comps;
	struct nodes values;
	struct exception *next;
};

struct rule_def {
	struct rule rule; /* what does not come from compiling */
	struct nodes condition;
	struct nodes tags;
	struct exception *exceptions;
	const struct node *node;
	const struct node *output; /* of the full definition */
	const struct node *cond; /* likewise */
	bool warn_evttypes;
	uint32_t order; /* of first definition */
	uint32_t file_no; /* of the last change */
	bool unknown_source;
	bool skipped; /* an exception names an unknown field, and the rule forgives that */
	bool broken;
	uint32_t rank; /* in which rules are asked */
	bool is_condition; /* made of config.condition */
	struct rule_def *next;
};

struct plugin_req {
	const struct node *node; /* of the entry */
	const struct node *list; /* that it stands in */
	struct plugin_req *next;
};

/* A compiled rule; public first. */
struct rule_slot {
	struct rule rule;
	const struct cond *cond;
	const struct cond_node *written; /* macros put in */
	const struct cond_node *tree; /* the same with twins (rules/twins.h): what is evaluated */
	uint32_t rank; /* in which rules are asked */
	bool active; /* enabled, severe enough, not dropped */
	bool every_type; /* reached by all event types */
};

struct problem_list {
	struct rules_problem *at;
	size_t n;
	size_t size;
};

/* A rule whose condition was refused. */
struct refused {
	struct rule rule;
	struct refused *next;
};

struct match_list {
	struct rule_slot **at;
	uint32_t n;
};

struct rules {
	struct rules_config config;
	struct arena *arena; /* files, nodes, definitions */
	struct arena *pass; /* of the last compilation */
	struct arena *problem_arena; /* so that running out of memory can be told */
	struct problem_list problems;
	struct problem_list notes;
	uint32_t n_guesses; /* names compared for notes */
	struct names problem_names; /* to tell each once */
	size_t n_errors;
	size_t n_untold; /* beyond the cap */
	struct source *sources;
	uint32_t counter; /* of definitions */
	uint32_t file_no; /* that is being read */
	bool changed; /* by it, a list or macro that was there before */
	bool incomplete; /* a file could not be read: names may be missing */
	bool last_pass;
	bool has_odd_lists;
	struct names list_names;
	struct names macro_names;
	struct names rule_names;
	struct list_def *lists;
	struct list_def **lists_tail;
	struct macro_def *macros;
	struct macro_def **macros_tail;
	struct rule_def *rules;
	struct rule_def **rules_tail;
	uint32_t n_rules;
	struct plugin_req *plugins;
	struct plugin_req **plugins_tail;
	struct cond_set *set; /* of rules that may match */
	uint64_t expanded_bytes;
	struct cond_set *checked; /* of those that are compiled for their errors alone */
	struct twins twins; /* of the last pass */
	struct rule_slot *slots;
	size_t n_slots;
	struct refused *refused; /* of the last pass, in definition order */
	struct refused **refused_tail;
	struct match_list by_type[EVENT_TYPE_MAX];
	struct match_list every_type;
};

#define ITEM_VALUE      "value for"
#define ITEM_OVERRIDES  "overrides"
#define ITEM_CONDITION  "rule condition"
#define ITEM_MACRO_COND "macro condition"
#define ITEM_OUTPUT     "rule output"

/* A place in a condition's text, with its lists put in. */
struct spot {
	const struct buf *text; /* that the parser saw */
	uint32_t offset;
	const char *name; /* the text as it shows in a report */
	size_t name_len;
};

/* What a problem is about, and what that is part of: Falco's chain of contexts. */
struct item {
	const char *kind; /* in Falco's words; NULL: no link of its own */
	const char *name;
	const struct node *node; /* where it stands */
	const struct item *parent; /* NULL: the file */
	const struct spot *spot; /* in the condition at `node`: one link more */
};

/* ---- rules_problems.c ---- */

/* Returns 0 or -ENOMEM. */
int problem_add(struct rules *rules, enum rules_code code, const struct place *place,
		const struct item *item, const char *message);

/* Likewise, for what is no problem of Falco's. */
int note_add(struct rules *rules, const struct place *place, const struct item *item,
	     const char *message);

/* Tell it, and return -EINVAL (or -ENOMEM). */
int problem_fail(struct rules *rules, enum rules_code code, const struct node *node,
		 const struct item *item, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
int problem_warn(struct rules *rules, enum rules_code code, const struct node *node,
		 const struct item *item, const char *fmt, ...)
	__attribute__((format(printf, 5, 6)));
void problem_free(struct rules *rules);

/* ---- rules_report.c ---- */

/* Fill in locations and report_snippet.  Returns 0 or -ENOMEM. */
int problem_locate(struct rules *rules, struct rules_problem *problem, const struct item *item);

/* ---- rules_decode.c: scalars of items; -EINVAL when a problem was told ---- */

int decode_str(struct rules *rules, const struct node *map, const char *key,
	       const struct item *item, const struct node **out);
int decode_bool(struct rules *rules, const struct node *map, const char *key,
		const struct item *item, bool *out);
int decode_seq(struct rules *rules, const struct node *map, const char *key,
	       const struct item *item, struct nodes *out);

/* ---- rules_items.c, rules_rule.c, rules_versions.c, rules_override.c ---- */

int items_read(struct rules *rules, const struct node *document);
int item_warn_keys(struct rules *rules, const struct node *map, const char *const *known,
		   const struct item *item);
int rule_read(struct rules *rules, const struct node *map);
int versions_read_engine(struct rules *rules, const struct node *map);
int versions_read_plugins(struct rules *rules, const struct node *map);
int versions_check_plugins(struct rules *rules);

/* Bits of the keys table that `override` gives to either operation. */
struct override {
	uint32_t append;
	uint32_t replace;
};

/* keys: NULL-terminated, sorted; bits of what each operation may be used for. */
int override_read(struct rules *rules, const struct node *map, const char *const *keys,
		  const struct override *allowed, const struct item *item, struct override *out);

/* ---- rules_exceptions.c ---- */

/* The exceptions of the item; fields are optional when appending. */
int exceptions_read(struct rules *rules, const struct node *map, bool appending,
		    const struct item *item, struct exception **out);
/* May mark the rule as skipped. */
int exceptions_check(struct rules *rules, struct rule_def *def, const struct exception *exception);
int exceptions_append(struct rules *rules, struct rule_def *def, struct exception *more);

/* Append " and not …" for each to the text, which gets parentheses. */
int exceptions_expand(struct rules *rules, const struct rule_def *def, struct rtext *text);

/* ---- rules_lists.c ---- */

/* Join the items of every list.  Returns 0 or -ENOMEM; too long ones are told. */
int lists_compile(struct rules *rules);

/* Put lists into the text; `in` is spent.  Returns 0 or -E2BIG. */
int lists_substitute(const struct rules *rules, struct rtext *in, struct rtext *out);

/* ---- rules_compile.c, rules_match.c ---- */

/* Compile all that is defined so far; problems are told.  Returns 0 or -ENOMEM. */
int rules_compile(struct rules *rules);

/* ---- rules_hint.c ---- */

/* Notes of constants in the tree that are nearly the name of a list.  Returns 0 or -ENOMEM. */
int hint_lists(struct rules *rules, const struct cond_node *tree, const struct rtext *text,
	       const struct item *item);

/* ---- rules_select.c, rules_condition.c ---- */

/* Apply config.selectors to what is defined, and number the rules as they are to be asked. */
void select_apply(struct rules *rules);

/* Define a rule of config.condition.  Returns 0 or -ENOMEM. */
int condition_define(struct rules *rules);

/* Which rules each event type reaches.  Returns 0 or -ENOMEM. */
int rules_index(struct rules *rules);

#endif /* RULES_LOAD_H */
