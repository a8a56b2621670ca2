// SPDX-License-Identifier: Apache-2.0
#include "rules/load.h"

#include <ctype.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <strings.h>

#define SYSCALL_SOURCE "syscall"

#define FAIL_NO_RULE_APPEND                                                                \
	"Rule uses 'append' or 'override.<key>: append' but no rule by that name already " \
	"exists"
#define FAIL_NO_RULE_REPLACE                                                             \
	"An 'override.<key>: replace' to a rule was requested but no rule by that name " \
	"already exists"
#define FAIL_NO_RULE_ENABLE "Rule has 'enabled' key but no rule by that name already exists"
#define FAIL_SOURCE         "Rule has been re-defined with a different source"
#define WARN_ENABLED                                                                              \
	"The standalone 'enabled' key usage is deprecated. The correct approach requires also a " \
	"'replace' entry under the 'override' key (i.e. 'enabled: replace')."

/* Keys that override may name, in the order in which what is left over is told. */
enum rule_key {
	KEY_CAPTURE,
	KEY_CAPTURE_DURATION,
	KEY_CONDITION,
	KEY_DESC,
	KEY_ENABLED,
	KEY_EXCEPTIONS,
	KEY_OUTPUT,
	KEY_PRIORITY,
	KEY_SKIP,
	KEY_TAGS,
	KEY_WARN_EVTTYPES,
	KEY_MAX,
};

static const char *const override_keys[KEY_MAX + 1] = {
	[KEY_CAPTURE] = "capture",
	[KEY_CAPTURE_DURATION] = "capture_duration",
	[KEY_CONDITION] = "condition",
	[KEY_DESC] = "desc",
	[KEY_ENABLED] = "enabled",
	[KEY_EXCEPTIONS] = "exceptions",
	[KEY_OUTPUT] = "output",
	[KEY_PRIORITY] = "priority",
	[KEY_SKIP] = "skip-if-unknown-filter",
	[KEY_TAGS] = "tags",
	[KEY_WARN_EVTTYPES] = "warn_evttypes",
};

static const struct override rule_allowed = {
	.append = 1U << KEY_CONDITION | 1U << KEY_DESC | 1U << KEY_EXCEPTIONS | 1U << KEY_OUTPUT |
		  1U << KEY_TAGS,
	.replace = (1U << KEY_MAX) - 1,
};

static const char *const priorities[PRIORITY_MAX] = {
	[PRIORITY_EMERGENCY] = "Emergency",
	[PRIORITY_ALERT] = "Alert",
	[PRIORITY_CRITICAL] = "Critical",
	[PRIORITY_ERROR] = "Error",
	[PRIORITY_WARNING] = "Warning",
	[PRIORITY_NOTICE] = "Notice",
	[PRIORITY_INFORMATIONAL] = "Informational",
	[PRIORITY_DEBUG] = "Debug",
};

const char *priority_name(enum rule_priority priority)
{
	return (unsigned int)priority < PRIORITY_MAX ? priorities[priority] : "";
}

bool priority_parse(const char *text, size_t len, enum rule_priority *out)
{
	for (unsigned int i = 0; i < PRIORITY_MAX; i++) {
		if (strlen(priorities[i]) == len && strncasecmp(priorities[i], text, len) == 0) {
			*out = (enum rule_priority)i;
			return true;
		}
	}
	if (len == strlen("info") && strncasecmp("info", text, len) == 0) {
		*out = PRIORITY_INFORMATIONAL;
		return true;
	}
	return false;
}

static struct rule_def *rule_find(const struct rules *rules, const struct node *name)
{
	return names_get(&rules->rule_names, name->text, name->len);
}

static struct rule_def *rule_add(struct rules *rules, const struct node *name)
{
	struct rule_def *def = arena_alloc(rules->arena, sizeof(*def));

	if (!def || names_put(&rules->rule_names, rules->arena, name->text, name->len, def))
		return NULL;
	def->order = rules->n_rules++;
	*rules->rules_tail = def;
	rules->rules_tail = &def->next;
	return def;
}

static int read_priority(struct rules *rules, const struct node *map, const struct item *item,
			 enum rule_priority *out)
{
	const struct node *node;
	struct item value;
	int err;

	err = decode_str(rules, map, "priority", item, &node);
	if (err)
		return err;
	value = (struct item){ .kind = "rule priority", .node = node, .parent = item };
	if (!priority_parse(node->text, node->len, out))
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &value,
				    "Invalid priority");
	return 0;
}

/* Without blanks at both ends. */
static const char *trim(struct arena *arena, const struct node *node)
{
	const char *text = node->text;
	size_t len = node->len;

	while (len && isspace((unsigned char)*text)) {
		text++;
		len--;
	}
	while (len && isspace((unsigned char)text[len - 1]))
		len--;
	return arena_strndup(arena, text, len);
}

static const char *join(struct arena *arena, const char *first, const char *second)
{
	size_t size = strlen(first) + strlen(second) + 2;
	char *text = arena_alloc(arena, size);

	if (text)
		(void)snprintf(text, size, "%s %s", first, second);
	return text;
}

/* `capture` keys are read for their errors: we do not capture by rule. */
static int check_capture(struct rules *rules, const struct node *map, const struct item *item)
{
	const struct node *node;
	struct item value;
	bool capture;
	int err;

	err = decode_bool(rules, map, "capture", item, &capture);
	if (err || !node_get(map, "capture_duration"))
		return err;
	err = decode_str(rules, map, "capture_duration", item, &node);
	if (err)
		return err;
	value = (struct item){ ITEM_VALUE, "capture_duration", node, item, NULL };
	if (node->text[strspn(node->text, "0123456789")] || node->len > 9)
		return problem_fail(rules, RULES_ERR_YAML_VALIDATE, node, &value,
				    "Can't decode YAML scalar value");
	return 0;
}

static int read_flags(struct rules *rules, const struct node *map, const struct item *item,
		      struct rule_def *def)
{
	int err;

	err = decode_bool(rules, map, "enabled", item, &def->rule.enabled);
	if (!err)
		err = check_capture(rules, map, item);
	if (!err)
		err = decode_bool(rules, map, "warn_evttypes", item, &def->warn_evttypes);
	if (!err)
		err = decode_bool(rules, map, "skip-if-unknown-filter", item,
				  &def->rule.skip_unknown);
	if (!err && node_get(map, "tags"))
		err = decode_seq(rules, map, "tags", item, &def->tags);
	return err;
}

/* All that a full definition says; *def is the caller's own until it is right. */
static int read_full(struct rules *rules, const struct node *map, const struct item *item,
		     struct rule_def *def)
{
	const struct node *condition;
	const struct node *output;
	const struct node *desc;
	const struct node *source = NULL;
	int err;

	err = decode_str(rules, map, "condition", item, &condition);
	if (!err)
		err = decode_str(rules, map, "output", item, &output);
	if (!err)
		err = decode_str(rules, map, "desc", item, &desc);
	if (!err)
		err = read_priority(rules, map, item, &def->rule.priority);
	if (!err && node_get(map, "source"))
		err = decode_str(rules, map, "source", item, &source);
	if (!err)
		err = read_flags(rules, map, item, def);
	if (!err)
		err = exceptions_read(rules, map, false, item, &def->exceptions);
	if (!err)
		err = nodes_add(&def->condition, rules->arena, condition);
	if (err)
		return err;
	def->rule.desc = desc->text;
	def->rule.output = trim(rules->arena, output);
	def->rule.source = source ? source->text : SYSCALL_SOURCE;
	def->output = output;
	def->cond = condition;
	node_place(output, &def->rule.output_place);
	return def->rule.output ? 0 : -ENOMEM;
}

static int define(struct rules *rules, const struct node *map, const struct node *name)
{
	const struct item item = { .kind = "rule", .name = name->text, .node = map };
	struct rule_def *def = rule_find(rules, name);
	struct rule_def fresh = {
		.rule = { .name = name->text, .enabled = true },
		.node = map,
		.warn_evttypes = true,
	};
	int err;

	node_place(map, &fresh.rule.place);
	err = read_full(rules, map, &item, &fresh);
	if (err)
		return err;
	if (def && !def->broken && strcmp(def->rule.source, fresh.rule.source) != 0)
		return problem_fail(rules, RULES_ERR_VALIDATE, map, &item, FAIL_SOURCE);
	if (strcmp(fresh.rule.source, SYSCALL_SOURCE) != 0) {
		fresh.unknown_source = true;
		err = problem_warn(rules, RULES_WARN_UNKNOWN_SOURCE, map, &item,
				   "Unknown source %s, skipping", fresh.rule.source);
	}
	for (struct exception *ex = fresh.exceptions; ex && !err; ex = ex->next)
		err = exceptions_check(rules, &fresh, ex);
	if (err)
		return err;
	if (!def)
		def = rule_add(rules, name);
	if (!def)
		return -ENOMEM;
	fresh.next = def->next;
	fresh.order = def->order;
	fresh.file_no = rules->file_no;
	*def = fresh;
	rules->counter++;
	return 0;
}

static int enable(struct rules *rules, const struct node *map, const struct node *name)
{
	const struct item item = { .kind = "rule", .name = name->text, .node = map };
	struct rule_def *def = rule_find(rules, name);
	const struct node *node;
	bool enabled = true;
	int err;

	err = decode_str(rules, map, "enabled", &item, &node);
	if (!err)
		err = decode_bool(rules, map, "enabled", &item, &enabled);
	if (!err)
		err = problem_warn(rules, RULES_WARN_DEPRECATED_ITEM, map, &item, WARN_ENABLED);
	if (err)
		return err;
	if (!def && rules->incomplete)
		return 0;
	if (!def)
		return problem_fail(rules, RULES_ERR_VALIDATE, map, &item, FAIL_NO_RULE_ENABLE);
	def->rule.enabled = enabled;
	return 0;
}

/* What an append or a replacement brings; members that it does not name are zero. */
struct update {
	const struct node *map;
	const struct item *item;
	uint32_t keys; /* 1 << KEY_* */
	const struct node *condition;
	const struct node *output;
	const struct node *desc;
	struct nodes tags;
	struct exception *exceptions;
	enum rule_priority priority;
	struct rule_def flags;
};

static bool has(const struct update *update, enum rule_key key)
{
	return update->keys & 1U << key;
}

static int read_texts(struct rules *rules, struct update *update)
{
	const struct node *map = update->map;
	const struct item *item = update->item;
	int err = 0;

	if (has(update, KEY_CONDITION))
		err = decode_str(rules, map, "condition", item, &update->condition);
	if (!err && has(update, KEY_EXCEPTIONS))
		err = exceptions_read(rules, map, true, item, &update->exceptions);
	if (!err && has(update, KEY_OUTPUT))
		err = decode_str(rules, map, "output", item, &update->output);
	if (!err && has(update, KEY_DESC))
		err = decode_str(rules, map, "desc", item, &update->desc);
	if (!err && has(update, KEY_TAGS))
		err = decode_seq(rules, map, "tags", item, &update->tags);
	if (!err && has(update, KEY_PRIORITY))
		err = read_priority(rules, map, item, &update->priority);
	return err;
}

static int read_update_flags(struct rules *rules, struct update *update)
{
	const struct node *node;
	int err = 0;

	for (unsigned int key = 0; key < KEY_MAX && !err; key++)
		if (has(update, (enum rule_key)key) &&
		    (key == KEY_ENABLED || key == KEY_WARN_EVTTYPES || key == KEY_SKIP ||
		     key == KEY_CAPTURE || key == KEY_CAPTURE_DURATION))
			err = decode_str(rules, update->map, override_keys[key], update->item,
					 &node);
	if (err)
		return err;
	update->flags.tags.n = 0;
	return read_flags(rules, update->map, update->item, &update->flags);
}

static int check_source(struct rules *rules, const struct update *update,
			const struct rule_def *def)
{
	const struct node *node = node_get(update->map, "source");

	if (node && node->kind == NODE_SCALAR && node->len &&
	    strcmp(node->text, def->rule.source) != 0)
		return problem_fail(rules, RULES_ERR_VALIDATE, update->map, update->item,
				    FAIL_SOURCE);
	return 0;
}

static int apply_append(struct rules *rules, const struct update *update, struct rule_def *def)
{
	struct rule *rule = &def->rule;
	int err;

	err = check_source(rules, update, def);
	if (!err && update->exceptions)
		err = exceptions_append(rules, def, update->exceptions);
	if (!err && update->condition)
		err = nodes_add(&def->condition, rules->arena, update->condition);
	for (uint32_t i = 0; i < update->tags.n && !err; i++)
		err = nodes_add(&def->tags, rules->arena, update->tags.at[i]);
	if (err)
		return err;
	if (update->output)
		rule->output = join(rules->arena, rule->output, update->output->text);
	if (update->desc)
		rule->desc = join(rules->arena, rule->desc, update->desc->text);
	def->file_no = rules->file_no;
	rules->counter++;
	return rule->output && rule->desc ? 0 : -ENOMEM;
}

static void replace_flags(const struct update *update, struct rule_def *def)
{
	if (has(update, KEY_PRIORITY))
		def->rule.priority = update->priority;
	if (has(update, KEY_ENABLED))
		def->rule.enabled = update->flags.rule.enabled;
	if (has(update, KEY_WARN_EVTTYPES))
		def->warn_evttypes = update->flags.warn_evttypes;
	if (has(update, KEY_SKIP))
		def->rule.skip_unknown = update->flags.rule.skip_unknown;
}

static int apply_replace(struct rules *rules, const struct update *update, struct rule_def *def)
{
	int err;

	if (has(update, KEY_EXCEPTIONS))
		def->skipped = false;
	err = check_source(rules, update, def);
	for (struct exception *ex = update->exceptions; ex && !err; ex = ex->next)
		err = exceptions_check(rules, def, ex);
	if (!err && update->condition) {
		/* A vector of its own: the old one may be part of another state. */
		memset(&def->condition, 0, sizeof(def->condition));
		err = nodes_add(&def->condition, rules->arena, update->condition);
	}
	if (err)
		return err;
	if (update->output) {
		def->rule.output = arena_strdup(rules->arena, update->output->text);
		node_place(update->output, &def->rule.output_place);
	}
	if (update->desc)
		def->rule.desc = update->desc->text;
	if (has(update, KEY_TAGS))
		def->tags = update->tags;
	if (has(update, KEY_EXCEPTIONS))
		def->exceptions = update->exceptions;
	replace_flags(update, def);
	def->file_no = rules->file_no;
	rules->counter++;
	return def->rule.output ? 0 : -ENOMEM;
}

/* Keys that override names must be there; the ones found are taken out of *left. */
static int take_keys(struct rules *rules, const struct update *update, const char *verb,
		     uint32_t *left)
{
	for (unsigned int key = 0; key < KEY_MAX; key++) {
		if (!has(update, (enum rule_key)key))
			continue;
		if (!(*left & 1U << key))
			return problem_fail(
				rules, RULES_ERR_YAML_VALIDATE, update->map, update->item,
				"An %s override for '%s' was specified but '%s' is not defined",
				verb, override_keys[key], override_keys[key]);
		*left &= ~(1U << key);
	}
	return 0;
}

static int do_append(struct rules *rules, struct update *update, const struct node *name)
{
	struct rule_def *def = rule_find(rules, name);
	int err;

	err = read_texts(rules, update);
	if (err)
		return err;
	if (!def && rules->incomplete)
		return 0;
	if (!def)
		return problem_fail(rules, RULES_ERR_VALIDATE, update->map, update->item,
				    FAIL_NO_RULE_APPEND);
	if (!update->keys)
		return problem_fail(rules, RULES_ERR_VALIDATE, update->map, update->item,
				    "Appended rule must have exceptions or condition property");
	return def->broken ? 0 : apply_append(rules, update, def);
}

static int do_replace(struct rules *rules, struct update *update, const struct node *name)
{
	struct rule_def *def = rule_find(rules, name);
	int err;

	err = read_texts(rules, update);
	if (!err)
		err = read_update_flags(rules, update);
	if (err)
		return err;
	if (!def && rules->incomplete)
		return 0;
	if (!def)
		return problem_fail(rules, RULES_ERR_VALIDATE, update->map, update->item,
				    FAIL_NO_RULE_REPLACE);
	return def->broken ? 0 : apply_replace(rules, update, def);
}

static int override(struct rules *rules, const struct node *map, const struct node *name,
		    const struct override *keys)
{
	const struct item item = { .kind = "rule", .name = name->text, .node = map };
	struct update append = { .map = map, .item = &item, .keys = keys->append };
	struct update replace = { .map = map, .item = &item, .keys = keys->replace };
	struct item of_key = { .kind = ITEM_OVERRIDES, .parent = &item };
	uint32_t left = 0;
	int err = 0;

	for (unsigned int key = 0; key < KEY_MAX; key++)
		if (node_get(map, override_keys[key]))
			left |= 1U << key;
	if (append.keys) {
		err = take_keys(rules, &append, "append", &left);
		if (!err)
			err = do_append(rules, &append, name);
	}
	if (!err && replace.keys) {
		err = take_keys(rules, &replace, "replace", &left);
		if (!err)
			err = do_replace(rules, &replace, name);
	}
	for (unsigned int key = 0; key < KEY_MAX && !err; key++) {
		of_key.name = override_keys[key];
		of_key.node = node_get(map, override_keys[key]);
		if (left & 1U << key)
			err = problem_fail(rules, RULES_ERR_YAML_VALIDATE, of_key.node, &of_key,
					   "Unexpected key '%s': no corresponding entry under "
					   "'override' is defined.",
					   override_keys[key]);
	}
	return err;
}

static int append_flag(struct rules *rules, const struct node *map, const struct node *name)
{
	const struct item item = { .kind = "rule", .name = name->text, .node = map };
	struct update update = { .map = map, .item = &item };

	if (node_get(map, "condition"))
		update.keys |= 1U << KEY_CONDITION;
	if (node_get(map, "exceptions"))
		update.keys |= 1U << KEY_EXCEPTIONS;
	return do_append(rules, &update, name);
}

static bool is_enabled_only(const struct node *map)
{
	return !node_get(map, "condition") && !node_get(map, "output") && !node_get(map, "desc") &&
	       !node_get(map, "priority");
}

static int read_body(struct rules *rules, const struct node *map, const struct node *name)
{
	static const char *const keys[] = { "rule",
					    "condition",
					    "output",
					    "desc",
					    "priority",
					    "source",
					    "enabled",
					    "capture",
					    "capture_duration",
					    "warn_evttypes",
					    "skip-if-unknown-filter",
					    "tags",
					    "exceptions",
					    "append",
					    "override",
					    NULL };
	const struct item item = { .kind = "rule", .name = name->text, .node = map };
	struct override overrides;
	bool append = false;
	int err;

	err = item_warn_keys(rules, map, keys, &item);
	if (!err)
		err = decode_bool(rules, map, "append", &item, &append);
	if (!err && append)
		err = problem_warn(rules, RULES_WARN_DEPRECATED_ITEM, map, &item, WARN_APPEND);
	if (!err)
		err = override_read(rules, map, override_keys, &rule_allowed, &item, &overrides);
	if (err)
		return err;
	if (overrides.append || overrides.replace) {
		if (append)
			return problem_fail(rules, RULES_ERR_YAML_VALIDATE, map, &item,
					    FAIL_OVERRIDE_APPEND);
		return override(rules, map, name, &overrides);
	}
	if (append)
		return append_flag(rules, map, name);
	return is_enabled_only(map) ? enable(rules, map, name) : define(rules, map, name);
}

int rule_read(struct rules *rules, const struct node *map)
{
	const struct item item = { .kind = "rule", .node = map };
	const struct node *name;
	struct rule_def *def;
	int err;

	err = decode_str(rules, map, "rule", &item, &name);
	if (err)
		return err;
	err = read_body(rules, map, name);
	if (err != -EINVAL || rule_find(rules, name))
		return err;
	/* What else is said of it would only repeat that it is missing. */
	def = rule_add(rules, name);
	if (!def)
		return -ENOMEM;
	def->rule.name = name->text;
	def->rule.source = SYSCALL_SOURCE;
	def->node = map;
	def->broken = true;
	return err;
}
