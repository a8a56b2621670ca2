// SPDX-License-Identifier: Apache-2.0
#include "corpus.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include <cjson/cJSON.h>
#include <yaml.h>

#include "base/buf.h"

#define TEXT_MAX ((size_t)64 << 20)

const char *corpus_dir(void)
{
	const char *dir = getenv("BPFWATCH_CORPUS");
	struct stat st;

	if (!dir)
		dir = "../shared/corpus";
	return stat(dir, &st) == 0 && S_ISDIR(st.st_mode) ? dir : NULL;
}

char *corpus_read(const char *name)
{
	char path[512];
	char chunk[65536];
	struct buf buf;
	FILE *file;
	size_t n;

	(void)snprintf(path, sizeof(path), "%s/%s", corpus_dir(), name);
	file = fopen(path, "re");
	if (!file)
		return NULL;
	buf_init(&buf, TEXT_MAX);
	while ((n = fread(chunk, 1, sizeof(chunk), file)) > 0)
		buf_add(&buf, chunk, n);
	(void)fclose(file);
	return buf_steal(&buf);
}

/* Events. */

/* In no line: there were no containers, and all but a few types are exits of calls. */
static bool add_unprinted(cJSON *fields)
{
	const char *type = cJSON_GetObjectItem(fields, "evt.type")->valuestring;
	const bool is_exit = strcmp(type, "procinfo") != 0 && strcmp(type, "switch") != 0 &&
			     strcmp(type, "procexit") != 0;

	return cJSON_AddStringToObject(fields, "container.id", "host") &&
	       cJSON_AddStringToObject(fields, "evt.dir", is_exit ? "<" : ">");
}

static bool load_event(struct corpus_events *events, const char *line, size_t len)
{
	struct corpus_event *event = &events->events[events->n_events];
	cJSON *json = cJSON_ParseWithLength(line, len);
	cJSON *fields = cJSON_GetObjectItem(json, "fields");
	char *text = NULL;
	bool ok = false;

	if (fields && add_unprinted(fields))
		text = cJSON_PrintUnformatted(fields);
	if (text && json_event_parse(text, strlen(text), NULL, &event->event) == 0) {
		events->n_events++;
		event->num = (uint32_t)cJSON_GetObjectItem(json, "num")->valuedouble;
		ok = true;
	}
	cJSON_free(text);
	cJSON_Delete(json);
	return ok;
}

bool corpus_load_events(const char *capture, struct corpus_events *out)
{
	char name[128];
	char *text, *line, *end;
	size_t n_lines = 0;
	bool ok;

	memset(out, 0, sizeof(*out));
	(void)snprintf(name, sizeof(name), "eval/events_%s.jsonl", capture);
	text = corpus_read(name);
	if (!text)
		return false;
	for (const char *s = text; *s; s++)
		n_lines += *s == '\n';
	out->events = calloc(n_lines + 1, sizeof(*out->events));
	ok = out->events != NULL;
	for (line = text; ok && (end = strchr(line, '\n')) != NULL; line = end + 1)
		ok = load_event(out, line, (size_t)(end - line));
	free(text);
	return ok;
}

void corpus_free_events(struct corpus_events *events)
{
	for (size_t i = 0; i < events->n_events; i++)
		json_event_free(events->events[i].event);
	free(events->events);
}

/* Rule files. */

static const char *scalar(const yaml_document_t *doc, int id)
{
	const yaml_node_t *node = doc->nodes.start + id - 1;

	return node->type == YAML_SCALAR_NODE ? (const char *)node->data.scalar.value : NULL;
}

static const char *list_text(const struct corpus_rules *rules, const char *name)
{
	for (size_t i = 0; i < rules->n_items; i++)
		if (strcmp(rules->items[i].kind, "list") == 0 &&
		    strcmp(rules->items[i].name, name) == 0)
			return rules->items[i].text;
	return NULL;
}

/* Names of lists that were defined before become their items. */
static void join_items(const struct corpus_rules *rules, const yaml_document_t *doc,
		       const yaml_node_t *list, struct buf *buf)
{
	const yaml_node_item_t *item;
	const char *text;

	for (item = list->data.sequence.items.start; item < list->data.sequence.items.top; item++) {
		text = scalar(doc, *item);
		if (list_text(rules, text))
			text = list_text(rules, text);
		if (!*text)
			continue;
		if (buf->len)
			buf_add_str(buf, ", ");
		if (strchr(text, ' ') && !strchr(text, ',') && *text != '"' && *text != '\'')
			buf_printf(buf, "\"%s\"", text);
		else
			buf_add_str(buf, text);
	}
}

static bool add_item(struct corpus_rules *rules, const struct corpus_item *item)
{
	void *mem;

	for (size_t i = 0; i < rules->n_items; i++) {
		if (strcmp(rules->items[i].kind, item->kind) == 0 &&
		    strcmp(rules->items[i].name, item->name) == 0) {
			rules->items[i] = *item;
			return true;
		}
	}
	if (rules->n_items == rules->max_items) {
		rules->max_items = rules->max_items ? rules->max_items * 2 : 64;
		mem = reallocarray(rules->items, rules->max_items, sizeof(*rules->items));
		if (!mem)
			return false;
		rules->items = mem;
	}
	rules->items[rules->n_items++] = *item;
	return true;
}

static bool load_item(struct corpus_rules *rules, const yaml_document_t *doc,
		      const yaml_node_t *node)
{
	struct corpus_item item = { NULL, NULL, NULL };
	const yaml_node_pair_t *pair;
	struct buf buf;
	bool ok = true;

	buf_init(&buf, TEXT_MAX);
	for (pair = node->data.mapping.pairs.start; pair < node->data.mapping.pairs.top; pair++) {
		const char *key = scalar(doc, pair->key);

		if (strcmp(key, "list") == 0 || strcmp(key, "macro") == 0 ||
		    strcmp(key, "rule") == 0) {
			item.kind = arena_strdup(rules->arena, key);
			item.name = arena_strdup(rules->arena, scalar(doc, pair->value));
		} else if (strcmp(key, "condition") == 0) {
			buf_add_str(&buf, scalar(doc, pair->value));
		} else if (strcmp(key, "items") == 0) {
			join_items(rules, doc, doc->nodes.start + pair->value - 1, &buf);
		}
	}
	item.text = arena_strdup(rules->arena, buf.data);
	if (item.name)
		ok = item.kind && item.text && !buf.failed && add_item(rules, &item);
	buf_done(&buf);
	return ok;
}

bool corpus_load_rules(const char *name, struct corpus_rules *rules)
{
	const yaml_node_item_t *item;
	const yaml_node_t *root;
	char *text = corpus_read(name);
	yaml_document_t doc;
	yaml_parser_t parser;
	bool ok = true;

	if (!rules->arena)
		rules->arena = arena_new(1 << 16, TEXT_MAX);
	if (!text || !rules->arena || !yaml_parser_initialize(&parser)) {
		free(text);
		return false;
	}
	yaml_parser_set_input_string(&parser, (const unsigned char *)text, strlen(text));
	if (yaml_parser_load(&parser, &doc)) {
		root = yaml_document_get_root_node(&doc);
		for (item = root->data.sequence.items.start;
		     ok && item < root->data.sequence.items.top; item++)
			ok = load_item(rules, &doc, doc.nodes.start + *item - 1);
		yaml_document_delete(&doc);
	} else {
		ok = false;
	}
	yaml_parser_delete(&parser);
	free(text);
	return ok;
}

void corpus_free_rules(struct corpus_rules *rules)
{
	free(rules->items);
	arena_free(rules->arena);
}

static bool is_edge(char c)
{
	return !c || strchr(" \t\n\r(),=", c);
}

/*
 * Every occurrence of the list's name that stands alone becomes its items; of an
 * empty list a comma goes too.
 */
static char *put_list(const char *text, const struct corpus_item *list)
{
	const size_t len = strlen(list->name);
	const char *last = text;
	const char *hit = text;
	struct buf buf;

	buf_init(&buf, TEXT_MAX);
	while ((hit = strstr(hit, list->name)) != NULL) {
		if (!is_edge(hit[len]) || (hit != text && !is_edge(hit[-1]))) {
			hit += len;
			continue;
		}
		buf_add(&buf, last, (size_t)(hit - last));
		last = hit + len;
		while (buf.len && strchr(" \n", buf.data[buf.len - 1]))
			buf_truncate(&buf, buf.len - 1);
		while (*last && strchr(" \n", *last))
			last++;
		if (!*list->text && buf.len && buf.data[buf.len - 1] == ',')
			buf_truncate(&buf, buf.len - 1);
		else if (!*list->text && *last == ',')
			last++;
		buf_printf(&buf, " %s ", list->text);
		hit = last;
	}
	buf_add_str(&buf, last);
	return buf_steal(&buf);
}

static char *put_lists(const struct corpus_rules *rules, const char *text)
{
	char *now = strdup(text);
	char *next;

	for (size_t i = 0; now && i < rules->n_items; i++) {
		if (strcmp(rules->items[i].kind, "list") != 0)
			continue;
		next = put_list(now, &rules->items[i]);
		free(now);
		now = next;
	}
	return now;
}

struct macro_scope {
	struct corpus_rules *rules;
	struct cond_error *error;
};

static const struct cond_node *lookup_macro(const char *name, void *arg)
{
	const struct macro_scope *scope = arg;
	struct cond_node *node = NULL;

	for (size_t i = 0; i < scope->rules->n_items; i++) {
		const struct corpus_item *item = &scope->rules->items[i];

		if (strcmp(item->kind, "macro") == 0 && strcmp(item->name, name) == 0 &&
		    corpus_parse(scope->rules, item->text, scope->error, &node) == 0)
			return node;
	}
	return NULL;
}

int corpus_parse(struct corpus_rules *rules, const char *text, struct cond_error *error,
		 struct cond_node **out)
{
	struct macro_scope scope = { rules, error };
	struct cond_node *node = NULL;
	char *expanded = put_lists(rules, text);
	int ret;

	if (!expanded)
		return -ENOMEM;
	ret = cond_parse(rules->arena, expanded, strlen(expanded), error, &node);
	free(expanded);
	if (ret < 0)
		return ret;
	return cond_expand(rules->arena, node, lookup_macro, &scope, error, out);
}
