// SPDX-License-Identifier: Apache-2.0
/*
 * The rule loader: any bytes as one file, and split in two at a NUL.  Whatever they
 * hold, problems have places inside the file, and a set with errors matches nothing.
 */
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/buf.h"
#include "rules/rules.h"

#define SEED_EVERY 32

size_t LLVMFuzzerMutate(uint8_t *data, size_t size, size_t max_size);
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed);
int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The language in small: YAML's ways to write a thing, and all kinds of items. */
static const char *const seeds[] = {
	"- required_engine_version: 0.26.0\n- required_plugin_versions:\n  - name: container\n"
	"    version: 0.4.0\n    alternatives: [{name: other, version: 1.0.0}]\n",
	"- list: l\n  items: [a, 'b c', \"\\x41\"]\n- list: l\n  items: [l2]\n"
	"  override: {items: append}\n- list: l2\n  items: []\n",
	"- macro: m\n  condition: >\n    evt.type in (open, openat) and\n    fd.name glob /etc/*\n"
	"- macro: m\n  condition: or n\n  append: true\n- macro: n\n  condition: proc.pid > 1\n",
	"- rule: r\n  desc: d\n  condition: |\n    evt.type=open and not m and proc.name in (l)\n"
	"  output: o %fd.name %container.info\n  priority: INFO\n  tags: [b, a]\n"
	"  enabled: false\n  warn_evttypes: no\n  skip-if-unknown-filter: true\n"
	"  source: syscall\n",
	"- &x {rule: r, desc: &d d, condition: evt.type=open, output: *d, priority: Error}\n- *x\n",
	"- rule: r\n  desc: d\n  condition: evt.type=open\n  output: o\n  priority: INFO\n"
	"  exceptions:\n  - name: e\n    fields: [proc.name, fd.name]\n    comps: [in, startswith]\n"
	"    values: [[[a, b], c], ['(d)', 'e f']]\n  - {name: f, fields: proc.pname, values: [x]}\n"
	"- rule: r\n  exceptions: [{name: e, values: [[g, h]]}]\n  condition: or fd.num=1\n"
	"  override: {exceptions: append, condition: append}\n",
	"--- # one\n- rule: r\n  enabled: true\n...\n---\n!!seq [~, null, {a: b}]\n",
};

static struct rules *load(const uint8_t *data, size_t size)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	const char *text = (const char *)data;
	const char *nul = memchr(text, '\0', size);
	size_t first = nul ? (size_t)(nul - text) : size;
	const struct rules_file files[] = {
		{ "one.yaml", text, first },
		{ "two.yaml", nul ? nul + 1 : "", nul ? size - first - 1 : 0 },
	};
	struct rules *rules = rules_load(files, nul ? 2 : 1, &config);

	if (!rules)
		abort();
	return rules;
}

static void check_problem(const struct rules_problem *problem, size_t size, struct buf *buf)
{
	if (!problem->n_locations || problem->place.offset > size)
		abort();
	for (uint32_t i = 0; i < problem->n_locations; i++) {
		const struct rules_location *at = &problem->locations[i];

		/* A condition's text grows by its lists. */
		if (at->offset > size && strcmp(at->item_type, "condition expression") != 0)
			abort();
		buf_printf(buf, "%s '%s' %s %u %u\n", at->item_type, at->item_name, at->name,
			   at->line, at->column);
	}
	buf_add_str(buf, problem->report_snippet);
	rules_problem_render(problem, buf);
}

static void describe(const struct rules *rules, size_t size, struct buf *buf)
{
	for (size_t i = 0; i < rules_n_problems(rules); i++)
		check_problem(rules_problem_at(rules, i), size, buf);
	for (size_t i = 0; i < rules_count(rules); i++)
		buf_printf(buf, "%s: %s\n", rules_at(rules, i)->name,
			   rules_at(rules, i)->condition);
}

static bool get_nothing(const struct field_source *source, const struct field_ref *ref,
			struct value *out)
{
	(void)source;
	(void)ref;
	(void)out;
	return false;
}

static void count_match(const struct rule *rule, void *arg)
{
	size_t *n = arg;

	*n += strlen(rule->name);
}

static void match(struct rules *rules)
{
	struct arena *scratch = arena_new(4096, (size_t)16 << 20);
	const struct field_source source = { .get = get_nothing, .scratch = scratch };
	size_t n = 0;

	if (!scratch)
		abort();
	if (rules_match(rules, &source, count_match, &n) && rules_n_errors(rules))
		abort();
	arena_free(scratch);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct rules *rules = load(data, size);
	struct rules *again = load(data, size);
	struct buf first;
	struct buf second;

	buf_init(&first, (size_t)64 << 20);
	buf_init(&second, (size_t)64 << 20);
	describe(rules, size, &first);
	describe(again, size, &second);
	if (first.len != second.len || memcmp(first.data, second.data, first.len) != 0)
		abort();
	match(rules);
	buf_done(&first);
	buf_done(&second);
	rules_free(rules);
	rules_free(again);
	return 0;
}

/* Now and then begin anew with a seed, so that no folder of them is needed. */
size_t LLVMFuzzerCustomMutator(uint8_t *data, size_t size, size_t max_size, unsigned int seed)
{
	const char *text = seeds[seed / SEED_EVERY % (sizeof(seeds) / sizeof(seeds[0]))];

	if ((size <= 1 || seed % SEED_EVERY == 0) && strlen(text) <= max_size) {
		size = strlen(text);
		memcpy(data, text, size);
	} else if (size < max_size / 2 && seed % SEED_EVERY == 1 && strlen(text) < max_size / 2) {
		memcpy(data + size, text, strlen(text));
		size += strlen(text);
	}
	return LLVMFuzzerMutate(data, size, max_size);
}
