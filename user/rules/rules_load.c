// SPDX-License-Identifier: Apache-2.0
#include "rules/rules.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"
#include "rules/load.h"

#define BLOCK_BYTES        ((size_t)64 << 10)
#define PROBLEMS_BYTES_MAX ((size_t)64 << 20)

static struct rules *rules_new(const struct rules_config *config)
{
	struct rules *rules = calloc(1, sizeof(*rules));

	if (!rules)
		return NULL;
	rules->config = *config;
	rules->lists_tail = &rules->lists;
	rules->macros_tail = &rules->macros;
	rules->rules_tail = &rules->rules;
	rules->plugins_tail = &rules->plugins;
	rules->arena = arena_new(BLOCK_BYTES, RULES_MEMORY_BYTES_MAX);
	rules->problem_arena = arena_new(BLOCK_BYTES, PROBLEMS_BYTES_MAX);
	if (!rules->arena || !rules->problem_arena) {
		rules_free(rules);
		return NULL;
	}
	return rules;
}

void rules_free(struct rules *rules)
{
	if (!rules)
		return;
	for (struct macro_def *def = rules->macros; def; def = def->next) {
		rtext_done(&def->joined);
		rtext_done(&def->text);
	}
	cond_set_free(rules->set);
	cond_set_free(rules->checked);
	arena_free(rules->pass);
	arena_free(rules->arena);
	problem_free(rules);
	free(rules);
}

static int fail_file(struct rules *rules, const struct source *source, enum rules_code code,
		     const char *message)
{
	const struct place place = { .file = source->path };
	int err;

	rules->incomplete = true;
	err = problem_add(rules, code, &place, NULL, message);
	return err ? err : -EINVAL;
}

static int fail_read(struct rules *rules, const struct source *source, int err)
{
	char message[128];

	if (err == -ENOMEM)
		return err;
	if (err == -EFBIG)
		(void)snprintf(message, sizeof(message), "Cannot read file: larger than %zu MiB",
			       RULES_FILE_BYTES_MAX >> 20);
	else if (err == -EINVAL)
		(void)snprintf(message, sizeof(message), "Cannot read file: not a regular file");
	else
		(void)snprintf(message, sizeof(message), "Cannot read file: %s", strerror(-err));
	return fail_file(rules, source, RULES_ERR_FILE_READ, message);
}

/* Returns 0, -EINVAL when a problem was told, -ENOMEM. */
static int source_read(struct rules *rules, const struct rules_file *file, struct source *source)
{
	cleanup_free char *text = NULL;
	const char *from = file->text;
	size_t len = file->len;
	int err;

	if (!from) {
		err = file_read(AT_FDCWD, file->path, RULES_FILE_BYTES_MAX, &text, &len);
		if (err)
			return fail_read(rules, source, err);
		from = text;
	} else if (len > RULES_FILE_BYTES_MAX) {
		return fail_read(rules, source, -EFBIG);
	}
	source->text = arena_strndup(rules->arena, from, len);
	source->len = len;
	return source->text ? source_index(source, rules->arena) : -ENOMEM;
}

static int source_parse(struct rules *rules, const struct source *source, struct nodes *out)
{
	struct node at = { .source = source };
	const struct item item = { ITEM_VALUE, "", &at, NULL, NULL };
	struct yaml_error error;
	struct place place;
	int err;

	err = yaml_parse(rules->arena, source, &error, out);
	if (err != -EINVAL)
		return err;
	rules->incomplete = true;
	source_place(source, error.offset, &place);
	at.begin = (uint32_t)place.offset;
	err = problem_add(rules, RULES_ERR_YAML_PARSE, &place, &item, error.text);
	return err ? err : -EINVAL;
}

static int load_file(struct rules *rules, const struct rules_file *file)
{
	struct source *source = arena_alloc(rules->arena, sizeof(*source));
	int err;

	if (!source)
		return -ENOMEM;
	source->path = arena_strdup(rules->arena, file->path);
	if (!source->path)
		return -ENOMEM;
	source->next = rules->sources;
	rules->sources = source;
	rules->file_no++;
	rules->changed = false;
	err = source_read(rules, file, source);
	if (!err)
		err = source_parse(rules, source, &source->documents);
	for (uint32_t i = 0; i < source->documents.n && err != -ENOMEM; i++)
		err = items_read(rules, source->documents.at[i]);
	if (err == -ENOMEM)
		return err;
	/* What a file that cannot be read would have defined is missing everywhere behind it. */
	return rules->incomplete ? 0 : rules_compile(rules);
}

static int load_condition(struct rules *rules)
{
	int err = condition_define(rules);

	rules->last_pass = true;
	return err || rules->incomplete ? err : rules_compile(rules);
}

/* Tell that memory ran out, when there is enough for that. */
static int tell_no_memory(struct rules *rules, const struct rules_file *file)
{
	char message[96];
	struct place place = { 0 };

	place.file = rules->sources ? rules->sources->path : file->path;
	(void)snprintf(message, sizeof(message),
		       "the rules need more than %zu MiB of memory, or there is no more",
		       RULES_MEMORY_BYTES_MAX >> 20);
	return problem_add(rules, RULES_ERR_VALIDATE, &place, NULL, message);
}

struct rules *rules_load(const struct rules_file *files, size_t n_files,
			 const struct rules_config *config)
{
	struct rules *rules = rules_new(config);
	int err = 0;
	size_t i;

	if (!rules)
		return NULL;
	for (i = 0; i < n_files && !err; i++) {
		rules->last_pass = i + 1 == n_files && !config->condition;
		err = load_file(rules, &files[i]);
	}
	if (!err && config->condition)
		err = load_condition(rules);
	if (!err && versions_check_plugins(rules))
		err = -ENOMEM;
	if (!err)
		err = rules_index(rules);
	if (err && (!i || tell_no_memory(rules, &files[i - 1]))) {
		rules_free(rules);
		return NULL;
	}
	return rules;
}
