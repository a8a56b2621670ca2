// SPDX-License-Identifier: Apache-2.0

/* bpfwatch list: what conditions can name, and what was loaded. */
#include <errno.h>
#include <stdio.h>
#include <string.h>

#include "agent/json_out.h"
#include "agent/options.h"
#include "agent/ruleset.h"
#include "base/buf.h"
#include "base/log.h"
#include "fields/events.h"
#include "fields/field.h"
#include "sensor/sensor.h"

#define TEXT_BYTES_MAX ((size_t)1 << 20) /* of one condition or list */

/* A cell of a markdown table cannot hold a bar. */
static void print_cell(const char *text)
{
	struct buf buf;

	buf_init(&buf, TEXT_BYTES_MAX);
	for (; *text; text++) {
		if (*text == '|')
			buf_add_char(&buf, '\\');
		buf_add_char(&buf, *text);
	}
	json_out_text(buf.data);
	buf_done(&buf);
}

/* ---- fields ---- */

static const struct {
	uint32_t flag;
	const char *name;
} field_flags[] = {
	{ FIELD_LIST, "list" },
	{ FIELD_ARG_REQUIRED, "argument required" },
	{ FIELD_ARG_ALLOWED, "argument allowed" },
	{ FIELD_FILTER_ONLY, "conditions only" },
	{ FIELD_DEPRECATED, "deprecated" },
	{ FIELD_OWN, "not in Falco" },
	{ FIELD_UNFILLED, "always null here" },
};

static void add_flags(const struct field *field, struct buf *buf)
{
	for (size_t i = 0; i < sizeof(field_flags) / sizeof(field_flags[0]); i++)
		if (field->flags & field_flags[i].flag)
			buf_printf(buf, "%s%s", buf->len ? ", " : "", field_flags[i].name);
}

static cJSON *field_item(const struct field *field)
{
	cJSON *item = cJSON_CreateObject();
	cJSON *flags = cJSON_CreateArray();

	json_out_put(item, "name", json_out_str(field->name));
	json_out_put(item, "type", json_out_str(field_type_name(field->type)));
	for (size_t i = 0; i < sizeof(field_flags) / sizeof(field_flags[0]); i++)
		if (field->flags & field_flags[i].flag)
			json_out_add(flags, json_out_str(field_flags[i].name));
	json_out_put(item, "flags", flags);
	json_out_put(item, "desc", json_out_str(field->description));
	return item;
}

static int print_fields_json(void)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();
	const struct field *field;

	for (size_t i = 0; (field = field_at(i)); i++)
		json_out_add(array, field_item(field));
	json_out_put(root, "fields", array);
	return json_out_print(root);
}

static int list_fields(const struct options *options)
{
	const bool markdown = options->list_format == LIST_MARKDOWN;
	const struct field *field;
	struct buf flags;

	if (options->list_format == LIST_JSON)
		return print_fields_json();
	if (markdown && !options->names_only)
		printf("| Name | Type | Description |\n|---|---|---|\n");
	for (size_t i = 0; (field = field_at(i)); i++) {
		buf_init(&flags, TEXT_BYTES_MAX);
		add_flags(field, &flags);
		if (options->names_only)
			printf("%s\n", field->name);
		else if (markdown)
			printf("| `%s` | %s | %s%s%s%s |\n", field->name,
			       field_type_name(field->type), *flags.data ? "(" : "", flags.data,
			       *flags.data ? ") " : "", field->description);
		else
			printf("%-36s %-8s %s%s%s%s\n", field->name, field_type_name(field->type),
			       *flags.data ? "(" : "", flags.data, *flags.data ? ") " : "",
			       field->description);
		buf_done(&flags);
	}
	return EXIT_FINE;
}

/* ---- events ---- */

/* What of the event's calls is reported, if it is not all; NULL: it is. */
static const char *event_note(uint32_t index)
{
	bool calls[BW_CALL_MAX] = { false };

	(void)event_type_calls(index, calls);
	for (unsigned int call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++) {
		const char *note = calls[call] ? sensor_call_note((enum bw_call)call) : NULL;

		if (note)
			return note;
	}
	return NULL;
}

static int print_events_json(void)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();
	const char *name;

	for (uint32_t i = 0; (name = event_type_name(i)); i++) {
		cJSON *item = cJSON_CreateObject();

		json_out_put(item, "name", json_out_str(name));
		json_out_put(item, "delivered", cJSON_CreateBool(event_type_is_delivered(i)));
		if (event_note(i))
			json_out_put(item, "note", json_out_str(event_note(i)));
		json_out_add(array, item);
	}
	json_out_put(root, "events", array);
	return json_out_print(root);
}

static int list_events(const struct options *options)
{
	const bool markdown = options->list_format == LIST_MARKDOWN;
	const char *name;
	const char *note;
	const char *state;

	if (options->list_format == LIST_JSON)
		return print_events_json();
	if (markdown)
		printf("| Name | State |\n|---|---|\n");
	for (uint32_t i = 0; (name = event_type_name(i)); i++) {
		state = event_type_is_delivered(i) ? "delivered" : "known, not delivered";
		note = event_note(i);
		printf(markdown ? "| `%s` | %s%s%s |\n" : "%-28s %s%s%s\n", name, state,
		       note ? ": " : "", note ? note : "");
	}
	return EXIT_FINE;
}

/* ---- rules ---- */

static uint32_t count_events(const struct rule *rule)
{
	uint32_t n = 0;

	for (uint32_t i = 0; event_type_name(i); i++)
		n += rule->event_types[i / 64] >> i % 64 & 1;
	return n;
}

static void print_events(const struct rule *rule)
{
	const uint32_t n = count_events(rule);
	const char *separator = "";

	if (n == event_type_count()) {
		printf("all");
		return;
	}
	for (uint32_t i = 0; event_type_name(i); i++) {
		if (!(rule->event_types[i / 64] >> i % 64 & 1))
			continue;
		printf("%s%s", separator, event_type_name(i));
		separator = ", ";
	}
	if (!n)
		printf("none");
}

static void render_condition(const struct rules *rules, const struct rule *rule, struct buf *buf)
{
	buf_init(buf, TEXT_BYTES_MAX);
	rules_render_condition(rules, rule, buf);
	if (buf->failed) {
		buf_truncate(buf, buf->len < 256 ? buf->len : 256);
		buf->failed = false;
		buf_add_str(buf, " ... (more than 1 MiB)");
	}
}

static cJSON *rule_item(const struct rules *rules, const struct rule *rule)
{
	cJSON *item = cJSON_CreateObject();
	cJSON *info = cJSON_CreateObject();
	cJSON *details = cJSON_CreateObject();
	cJSON *tags = cJSON_CreateArray();
	cJSON *events = cJSON_CreateArray();
	struct buf condition;

	render_condition(rules, rule, &condition);
	for (uint32_t i = 0; i < rule->n_tags; i++)
		json_out_add(tags, json_out_str(rule->tags[i]));
	for (uint32_t i = 0; event_type_name(i); i++)
		if (rule->event_types[i / 64] >> i % 64 & 1)
			json_out_add(events, json_out_str(event_type_name(i)));
	json_out_put(info, "name", json_out_str(rule->name));
	json_out_put(info, "description", json_out_str(rule->desc));
	json_out_put(info, "condition", json_out_str(rule->condition));
	json_out_put(info, "output", json_out_str(rule->output));
	json_out_put(info, "priority", json_out_str(priority_name(rule->priority)));
	json_out_put(info, "source", json_out_str(rule->source));
	json_out_put(info, "enabled", cJSON_CreateBool(rules_is_active(rules, rule)));
	json_out_put(info, "tags", tags);
	json_out_put(details, "condition_compiled", json_out_str(condition.data));
	json_out_put(details, "events", events);
	json_out_put(item, "info", info);
	json_out_put(item, "details", details);
	buf_done(&condition);
	return item;
}

static void print_label(const char *label, bool markdown)
{
	if (markdown)
		printf("- **%s:** ", label);
	else
		printf("    %-10s ", label);
}

static void print_tags(const struct rule *rule)
{
	for (uint32_t i = 0; i < rule->n_tags; i++) {
		printf("%s", i ? ", " : "");
		json_out_text(rule->tags[i]);
	}
	printf("\n");
}

static void print_title(const struct rules *rules, const struct rule *rule, bool markdown)
{
	const char *priority = priority_name(rule->priority);
	const char *state = rules_is_active(rules, rule) ? "" : " (disabled)";

	if (!markdown)
		printf("%-13s ", priority);
	else
		printf("## ");
	json_out_text(rule->name);
	if (markdown)
		printf("\n\n- **priority:** %s%s\n", priority, state);
	else
		printf("%s\n", state);
}

static void print_rule(const struct rules *rules, const struct rule *rule, bool markdown)
{
	struct buf condition;

	render_condition(rules, rule, &condition);
	print_title(rules, rule, markdown);
	print_label("desc", markdown);
	json_out_text(rule->desc);
	printf("\n");
	print_label("tags", markdown);
	print_tags(rule);
	print_label("events", markdown);
	print_events(rule);
	printf("\n");
	print_label("condition", markdown);
	printf("%s", markdown ? "`" : "");
	json_out_text(condition.data);
	printf("%s\n%s", markdown ? "`" : "", markdown ? "\n" : "");
	buf_done(&condition);
}

static int print_rules_json(const struct rules *rules)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	for (size_t i = 0; i < rules_count(rules); i++)
		json_out_add(array, rule_item(rules, rules_at(rules, i)));
	json_out_put(root, "rules", array);
	return json_out_print(root);
}

static int print_rules(const struct options *options, const struct rules *rules)
{
	if (options->list_format == LIST_JSON)
		return print_rules_json(rules);
	for (size_t i = 0; i < rules_count(rules); i++)
		print_rule(rules, rules_at(rules, i), options->list_format == LIST_MARKDOWN);
	return EXIT_FINE;
}

/* ---- macros and lists ---- */

static void print_item_text(const struct rules_item *item, void *arg)
{
	(void)arg;
	json_out_text(item->name);
	printf("%s\n    ", item->used ? "" : " (unused)");
	json_out_text(item->text);
	printf("\n");
}

static void print_item_markdown(const struct rules_item *item, void *arg)
{
	(void)arg;
	printf("| `");
	print_cell(item->name);
	printf("` | `");
	print_cell(item->text);
	printf("` | %s |\n", item->used ? "yes" : "no");
}

static void add_item_json(const struct rules_item *item, void *arg)
{
	cJSON *object = cJSON_CreateObject();

	json_out_put(object, "name", json_out_str(item->name));
	json_out_put(object, "text", json_out_str(item->text));
	json_out_put(object, "used", cJSON_CreateBool(item->used));
	json_out_add(arg, object);
}

typedef void visit_items_fn(const struct rules *rules, rules_item_fn *visit, void *arg);

static int print_items(const struct options *options, const struct rules *rules, const char *key,
		       visit_items_fn *visit)
{
	cJSON *root;
	cJSON *array;

	if (options->list_format == LIST_JSON) {
		root = cJSON_CreateObject();
		array = cJSON_CreateArray();
		visit(rules, add_item_json, array);
		json_out_put(root, key, array);
		return json_out_print(root);
	}
	if (options->list_format == LIST_MARKDOWN) {
		printf("| Name | Text | Used |\n|---|---|---|\n");
		visit(rules, print_item_markdown, NULL);
	} else {
		visit(rules, print_item_text, NULL);
	}
	return EXIT_FINE;
}

static int print_macros(const struct options *options, const struct rules *rules)
{
	return print_items(options, rules, "macros", rules_visit_macros);
}

static int print_lists(const struct options *options, const struct rules *rules)
{
	return print_items(options, rules, "lists", rules_visit_lists);
}

/* ---- all ---- */

/* One of the two; what comes from files is printed only if they have no errors. */
static const struct list {
	const char *name;
	int (*run)(const struct options *options);
	int (*print)(const struct options *options, const struct rules *rules);
} lists[] = {
	{ "fields", list_fields, NULL }, { "events", list_events, NULL },
	{ "rules", NULL, print_rules },  { "macros", NULL, print_macros },
	{ "lists", NULL, print_lists },
};

static int run(const struct list *list, const struct options *options)
{
	struct rules *rules = NULL;
	int code;

	if (list->run)
		return list->run(options);
	code = ruleset_load(options->rules, options->n_rules, &options->rule_config, &rules);
	if (code != EXIT_FINE)
		return code;
	if (rules_n_errors(rules)) {
		ruleset_print_problems(rules, false);
		code = ruleset_exit_code(rules);
	} else {
		code = list->print(options, rules);
	}
	rules_free(rules);
	return code;
}

int list_run(const struct options *options)
{
	for (size_t i = 0; options->n_args == 1 && i < sizeof(lists) / sizeof(lists[0]); i++)
		if (strcmp(options->args[0], lists[i].name) == 0)
			return run(&lists[i], options);
	log_error("list needs one of: fields, events, rules, macros, lists");
	return EXIT_BAD_USAGE;
}
