// SPDX-License-Identifier: Apache-2.0
#include "output/extras.h"

#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#define FIELD_TEXT_MAX 1024

/* What Falco's container plugin suggests, in its words. */
static const char suggested_output[] = " container_id=%container.id container_name=%container.name"
				       " container_image_repository=%container.image.repository"
				       " container_image_tag=%container.image.tag"
				       " k8s_pod_name=%k8s.pod.name k8s_ns_name=%k8s.ns.name";

static bool has_tag(const struct extras_rule *rule, const char *tag)
{
	for (size_t i = 0; i < rule->n_tags; i++)
		if (strcmp(rule->tags[i], tag) == 0)
			return true;
	return false;
}

static bool applies(const struct output_append *append, const struct extras_rule *rule)
{
	if (append->source && strcmp(append->source, rule->source) != 0)
		return false;
	if (append->rule && strcmp(append->rule, rule->name) != 0)
		return false;
	for (size_t i = 0; i < append->n_tags; i++)
		if (!has_tag(rule, append->tags[i]))
			return false;
	return true;
}

static void add_suggested(const struct output_options *options, struct buf *buf)
{
	buf_add_str(buf, suggested_output);
	for (size_t i = 0; i < options->n_statics; i++)
		buf_printf(buf, " static_%s=%%static.%s", options->statics[i].name,
			   options->statics[i].name);
}

void extras_add_text(const struct output_options *options, const struct extras_rule *rule,
		     struct buf *buf)
{
	if (!options) {
		buf_add_str(buf, suggested_output);
		return;
	}
	for (size_t i = 0; i < options->n_appends; i++) {
		const struct output_append *append = &options->appends[i];

		if (!applies(append, rule))
			continue;
		if (append->text) {
			buf_add_char(buf, ' ');
			buf_add_str(buf, append->text);
		}
		if (append->suggested)
			add_suggested(options, buf);
	}
}

static struct extra *find(const struct extras *extras, const char *name)
{
	for (size_t i = 0; i < extras->n; i++) {
		struct extra *extra = &extras->at[i];

		if (extra->name && strcmp(extra->name, name) == 0)
			return extra;
	}
	return NULL;
}

/* A later entry of the same name replaces the earlier one. */
static int add(struct extras *extras, const struct output_extra *entry, struct diag *diag)
{
	struct extra *extra = find(extras, entry->name);
	const char *key = NULL;
	struct template *tmpl = NULL;
	struct buf text;
	int err;

	buf_init(&text, FIELD_TEXT_MAX);
	buf_printf(&text, "%%%s", entry->name);
	err = template_compile(entry->format ? entry->format : text.data, diag, &tmpl);
	buf_done(&text);
	if (err)
		return err;
	if (!entry->format &&
	    (!template_field_at(tmpl, 0, &key) || strcmp(key, entry->name) != 0)) {
		diag_set(diag, "unknown filter: %s", entry->name);
		template_free(tmpl);
		return -EINVAL;
	}
	if (!extra)
		extra = &extras->at[extras->n++];
	template_free(extra->tmpl);
	*extra = (struct extra){ entry->name, tmpl, !entry->format };
	return 0;
}

static int compare(const void *a, const void *b)
{
	const struct extra *left = a;
	const struct extra *right = b;

	return strcmp(left->name, right->name);
}

int extras_compile(const struct output_options *options, const struct extras_rule *rule,
		   struct diag *diag, struct extras *out)
{
	size_t n = 0;
	int err;

	*out = (struct extras){ NULL, 0 };
	for (size_t i = 0; options && i < options->n_appends; i++)
		if (applies(&options->appends[i], rule))
			n += options->appends[i].n_extras;
	if (!n)
		return 0;
	out->at = calloc(n, sizeof(*out->at));
	if (!out->at)
		return -ENOMEM;
	for (size_t i = 0; i < options->n_appends; i++) {
		const struct output_append *append = &options->appends[i];

		for (size_t k = 0; applies(append, rule) && k < append->n_extras; k++) {
			err = add(out, &append->extras[k], diag);
			if (err)
				return err;
		}
	}
	qsort(out->at, out->n, sizeof(*out->at), compare);
	return 0;
}

void extras_done(struct extras *extras)
{
	for (size_t i = 0; i < extras->n; i++)
		template_free(extras->at[i].tmpl);
	free(extras->at);
	*extras = (struct extras){ NULL, 0 };
}
