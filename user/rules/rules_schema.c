// SPDX-License-Identifier: Apache-2.0

/* Falco's schema of rule files, which only warns: property names, kinds, priorities. */
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include "rules/load.h"

struct property {
	const char *name;
	enum node_kind kind;
};

/* One table for all items: the schema does not tell rules, macros and lists apart. */
static const struct property properties[] = {
	{ "append", NODE_SCALAR },
	{ "capture", NODE_SCALAR },
	{ "capture_duration", NODE_SCALAR },
	{ "condition", NODE_SCALAR },
	{ "desc", NODE_SCALAR },
	{ "enabled", NODE_SCALAR },
	{ "exceptions", NODE_SEQ },
	{ "items", NODE_SEQ },
	{ "list", NODE_SCALAR },
	{ "macro", NODE_SCALAR },
	{ "output", NODE_SCALAR },
	{ "override", NODE_MAP },
	{ "priority", NODE_SCALAR },
	{ "required_engine_version", NODE_SCALAR },
	{ "required_plugin_versions", NODE_SEQ },
	{ "rule", NODE_SCALAR },
	{ "skip-if-unknown-filter", NODE_SCALAR },
	{ "source", NODE_SCALAR },
	{ "tags", NODE_SEQ },
	{ "warn_evttypes", NODE_SCALAR },
};

static const char *const priorities[] = { "EMERGENCY", "ALERT", "CRITICAL",      "ERROR", "WARNING",
					  "NOTICE",    "INFO",  "INFORMATIONAL", "DEBUG" };

struct walk {
	rules_schema_fn *visit;
	void *arg;
	uint32_t index; /* of the item in its document */
	bool failed;
};

__attribute__((format(printf, 2, 3))) static void tell(struct walk *walk, const char *fmt, ...)
{
	char text[256];
	char message[320];
	va_list args;

	walk->failed = true;
	va_start(args, fmt);
	(void)vsnprintf(text, sizeof(text), fmt, args);
	va_end(args);
	(void)snprintf(message, sizeof(message), "failed for <root>[%u]%s", walk->index, text);
	walk->visit(message, walk->arg);
}

static const struct property *find_property(const char *name)
{
	for (size_t i = 0; i < sizeof(properties) / sizeof(properties[0]); i++)
		if (strcmp(properties[i].name, name) == 0)
			return &properties[i];
	return NULL;
}

static bool is_priority(const char *text)
{
	for (size_t i = 0; i < sizeof(priorities) / sizeof(priorities[0]); i++)
		if (strcmp(priorities[i], text) == 0)
			return true;
	return false;
}

static void check_pair(struct walk *walk, const struct node *key, const struct node *value)
{
	const struct property *property = key->kind == NODE_SCALAR ? find_property(key->text) :
								     NULL;

	if (!property)
		tell(walk, ": unknown property '%.128s'", key->text);
	else if (value->kind != property->kind && value->kind != NODE_NULL)
		tell(walk, "[%s]: value of a wrong type", property->name);
	else if (value->kind == NODE_SCALAR && strcmp(property->name, "priority") == 0 &&
		 !is_priority(value->text))
		tell(walk, "[priority]: '%.64s' is none of the allowed values", value->text);
}

static void check_document(struct walk *walk, const struct node *document)
{
	if (document->kind != NODE_SEQ) {
		walk->index = 0;
		if (document->kind != NODE_NULL)
			tell(walk, ": the document is not an array");
		return;
	}
	for (walk->index = 0; walk->index < document->n; walk->index++) {
		const struct node *item = document->items[walk->index];

		if (item->kind != NODE_MAP) {
			tell(walk, ": not an object");
			continue;
		}
		for (uint32_t i = 0; i + 1 < item->n; i += 2)
			check_pair(walk, item->items[i], item->items[i + 1]);
	}
}

int rules_check_schema(const struct rules *rules, const char *path, rules_schema_fn *visit,
		       void *arg)
{
	const struct source *source = rules->sources;
	struct walk walk = { .visit = visit, .arg = arg };

	while (source && strcmp(source->path, path) != 0)
		source = source->next;
	if (!source || !source->documents.n)
		return -1;
	for (uint32_t i = 0; i < source->documents.n; i++)
		check_document(&walk, source->documents.at[i]);
	return !walk.failed;
}

const char *rules_schema_key_at(size_t i, const char **ret_type)
{
	if (i >= sizeof(properties) / sizeof(properties[0]))
		return NULL;
	if (properties[i].kind == NODE_SEQ)
		*ret_type = "array";
	else
		*ret_type = properties[i].kind == NODE_MAP ? "object" : "string";
	return properties[i].name;
}
