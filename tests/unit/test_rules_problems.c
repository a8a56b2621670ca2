// SPDX-License-Identifier: Apache-2.0
/* Every code that loading can give, with its place and words. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/buf.h"

#define R_HEAD "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n" /* 4 lines */
#define GOOD_RULE \
	"- rule: good\n  desc: d\n  output: o\n  priority: INFO\n  condition: evt.type=open\n"
#define EX GOOD_RULE "  exceptions:\n"

struct bad {
	const char *yaml;
	enum rules_code code;
	uint32_t line;
	uint32_t column;
	const char *message;
};

static const struct bad errors[] = {
	/* YAML */
	{ "- rule: [a", RULES_ERR_YAML_PARSE, 1, 11, "did not find expected ',' or ']'" },
	{ "- a: b\n  c: *x\n", RULES_ERR_YAML_PARSE, 2, 6, "anchor is not defined: x" },
	{ "- &a [*a]\n", RULES_ERR_YAML_PARSE, 1, 7, "alias to what it stands in" },
	{ "- a: \"\\0\"\n", RULES_ERR_YAML_PARSE, 1, 6, "NUL" },
	{ "- a: \xff\n", RULES_ERR_YAML_PARSE, 1, 6, "invalid UTF-8" },
	{ "- a: \xc3\xa4\xed\xa0\x80\n", RULES_ERR_YAML_PARSE, 1, 7, "invalid UTF-8" },
	{ "just text", RULES_ERR_YAML_VALIDATE, 1, 1, "Rules content is not yaml" },
	{ "a: b", RULES_ERR_YAML_VALIDATE, 1, 1, "not yaml array of objects" },
	{ "- text\n", RULES_ERR_YAML_VALIDATE, 1, 3, "Unexpected element type." },
	/* Scalars */
	{ "- list:\n  items: []\n", RULES_ERR_YAML_VALIDATE, 1, 3,
	  "Mapping for key 'list' is empty" },
	{ "- list: [a]\n  items: []\n", RULES_ERR_YAML_VALIDATE, 1, 9,
	  "Value is not a scalar value" },
	{ "- list: ''\n  items: []\n", RULES_ERR_YAML_VALIDATE, 1, 9, "Value must be non-empty" },
	{ "- list: a\n", RULES_ERR_YAML_VALIDATE, 1, 3, "Item has no mapping for key 'items'" },
	{ "- list: a\n  items: b\n", RULES_ERR_YAML_VALIDATE, 2, 10, "Value is not a sequence" },
	{ "- list: a\n  items: [b, [c]]\n", RULES_ERR_YAML_VALIDATE, 2, 14,
	  "sequence value is not scalar" },
	{ "- list: a\n  items: []\n  append: perhaps\n", RULES_ERR_YAML_VALIDATE, 3, 11,
	  "Can't decode YAML scalar value" },
	{ "- list: a\n  items: []\n  append: tRUE\n", RULES_ERR_YAML_VALIDATE, 3, 11,
	  "Can't decode YAML scalar value" },
	/* Versions */
	{ "- required_engine_version: abc\n", RULES_ERR_YAML_VALIDATE, 1, 3,
	  "Unable to parse engine version 'abc' as a semver string. Expected \"x.y.z\" semver "
	  "format." },
	{ "- required_engine_version: 99\n", RULES_ERR_VALIDATE, 1, 3,
	  "Rules require engine version 0.99.0, but engine version is 0.63.0" },
	{ "- required_engine_version: 1.0.0\n", RULES_ERR_VALIDATE, 1, 3, "engine version 1.0.0" },
	{ "- required_plugin_versions: x\n", RULES_ERR_YAML_VALIDATE, 1, 29, "must be a sequence" },
	{ "- required_plugin_versions:\n  - name: foo\n", RULES_ERR_YAML_VALIDATE, 2, 5,
	  "Item has no mapping for key 'version'" },
	{ "- required_plugin_versions:\n  - name: foo\n    version: abc\n", RULES_ERR_VALIDATE, 2,
	  5, "Invalid required version 'abc' for plugin 'foo'" },
	{ "- required_plugin_versions:\n  - {name: a, version: 1.0.0, alternatives: [{name: a, "
	  "version: 2.0.0}]}\n",
	  RULES_ERR_VALIDATE, 2, 5, "multiple alternative version requirements" },
	{ "- required_plugin_versions:\n  - {name: foo, version: 1.0.0}\n", RULES_ERR_VALIDATE, 2,
	  5, "Plugin requirement not satisfied, must load one of: foo (>= 1.0.0)" },
	{ "- required_plugin_versions:\n  - {name: container, version: 0.5.0}\n",
	  RULES_ERR_VALIDATE, 2, 5, "must load one of: container (>= 0.5.0)" },
	/* Lists and macros */
	{ "- list: a\n  items: [b]\n  append: true\n", RULES_ERR_VALIDATE, 1, 3,
	  "List uses 'append' or 'override.items: append' but no list by that name already exists" },
	{ "- list: a\n  items: [b]\n  override: {items: append}\n", RULES_ERR_VALIDATE, 1, 3,
	  "List uses 'append'" },
	{ "- list: a\n  items: [b]\n  override: {items: both}\n", RULES_ERR_YAML_VALIDATE, 3, 21,
	  "Invalid override operation for key 'items': 'both'. Allowed values are: append replace" },
	{ "- list: a\n  items: []\n- list: a\n  items: [b]\n  append: true\n  override: {items: "
	  "append}\n",
	  RULES_ERR_YAML_VALIDATE, 3, 3,
	  "Keys 'override' and 'append: true' cannot be used together" },
	{ "- macro: m\n", RULES_ERR_YAML_VALIDATE, 1, 3,
	  "Item has no mapping for key 'condition'" },
	{ "- macro: m\n  condition: a.b = c\n  append: true\n", RULES_ERR_VALIDATE, 1, 3,
	  "Macro uses 'append' or 'override.condition: append' but no macro by that name" },
	{ "- macro: m\n  condition: proc.name = (\n", RULES_ERR_COMPILE_CONDITION, 2, 26, "" },
	{ "- macro: m\n  condition: m\n", RULES_ERR_VALIDATE, 2, 14,
	  "Undefined macro 'm' used in filter." },
	{ "- macro: m\n  condition: n\n- macro: n\n  condition: proc.name=a\n", RULES_ERR_VALIDATE,
	  2, 14, "Undefined macro 'n' used in filter." },
	{ "- macro: m\n  condition: proc.name=a\n- macro: m\n  condition: proc.pid=1 or m\n",
	  RULES_ERR_VALIDATE, 4, 28, "reference loop in macro 'm'" },
	{ "- macro: m\n  condition: proc.pid=1\n- macro: n\n  condition: m\n- macro: m\n"
	  "  condition: n\n",
	  RULES_ERR_VALIDATE, 4, 14, "reference loop in macro 'm'" },
	/* Rules */
	{ R_HEAD, RULES_ERR_YAML_VALIDATE, 1, 3, "Item has no mapping for key 'condition'" },
	{ "- rule: r\n", RULES_ERR_YAML_VALIDATE, 1, 3, "Item has no mapping for key 'enabled'" },
	{ "- rule: r\n  enabled: false\n", RULES_ERR_VALIDATE, 1, 3,
	  "Rule has 'enabled' key but no rule by that name already exists" },
	{ "- rule: r\n  condition: a.b=c\n  output: o\n  desc: d\n  priority: LOUD\n",
	  RULES_ERR_YAML_VALIDATE, 5, 13, "Invalid priority" },
	{ GOOD_RULE "- rule: good\n  desc: d\n  output: o\n  priority: INFO\n  condition: a.b=c\n"
		    "  source: k8s_audit\n",
	  RULES_ERR_VALIDATE, 6, 3, "Rule has been re-defined with a different source" },
	{ "- rule: r\n  condition: and a.b=c\n  append: true\n", RULES_ERR_VALIDATE, 1, 3,
	  "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists" },
	{ GOOD_RULE "- rule: good\n  append: true\n", RULES_ERR_VALIDATE, 6, 3,
	  "Appended rule must have exceptions or condition property" },
	{ GOOD_RULE "- rule: good\n  priority: INFO\n  override: {priority: append}\n",
	  RULES_ERR_YAML_VALIDATE, 8, 14,
	  "Key 'priority' cannot be appended to, use 'replace' instead" },
	{ GOOD_RULE "- rule: good\n  source: x\n  override: {source: replace}\n",
	  RULES_ERR_YAML_VALIDATE, 8, 14, "Key 'source' cannot be replaced" },
	{ GOOD_RULE "- rule: good\n  enabled: no\n  override: {enabled: maybe}\n",
	  RULES_ERR_YAML_VALIDATE, 8, 23,
	  "Invalid override operation for key 'enabled': 'maybe'. Allowed values are: replace " },
	{ GOOD_RULE "- rule: good\n  override: {desc: append}\n", RULES_ERR_YAML_VALIDATE, 6, 3,
	  "An append override for 'desc' was specified but 'desc' is not defined" },
	{ GOOD_RULE "- rule: good\n  desc: x\n  output: y\n  override: {desc: append}\n",
	  RULES_ERR_YAML_VALIDATE, 8, 11,
	  "Unexpected key 'output': no corresponding entry under 'override' is defined." },
	{ "- rule: r\n  desc: x\n  override: {desc: replace}\n", RULES_ERR_VALIDATE, 1, 3,
	  "An 'override.<key>: replace' to a rule was requested but no rule by that name" },
	{ GOOD_RULE "- rule: good\n  append: yes\n  desc: x\n  override: {desc: append}\n",
	  RULES_ERR_YAML_VALIDATE, 6, 3, "cannot be used together" },
	/* Exceptions */
	{ EX "  - fields: proc.name\n", RULES_ERR_YAML_VALIDATE, 7, 5,
	  "Item has no mapping for key 'name'" },
	{ EX "  - name: e\n", RULES_ERR_YAML_VALIDATE, 7, 5,
	  "Item has no mapping for key 'fields'" },
	{ EX "  - name: e\n    fields: [proc.name]\n    comps: [=, in]\n", RULES_ERR_VALIDATE, 7, 5,
	  "Fields and comps lists must have equal length" },
	{ EX "  - name: e\n    fields: proc.name\n    comps: '='\n", RULES_ERR_VALIDATE, 7, 5,
	  "When fields is a single value, comps must be one of (in, pmatch, intersects) or a "
	  "modifier operator (e.g. startswith oneof)" },
	{ EX "  - name: e\n    fields: [proc.name]\n    comps: [like]\n", RULES_ERR_VALIDATE, 7, 5,
	  "'like' is not a supported comparison operator" },
	{ EX "  - name: e\n    fields: [proc.nome]\n", RULES_ERR_VALIDATE, 7, 5,
	  "'proc.nome' is not a supported filter field" },
	{ EX "  - name: e\n    fields: [proc.name]\n    values: x\n", RULES_ERR_YAML_VALIDATE, 9,
	  13, "Rule exception values must be a sequence" },
	{ EX "  - name: e\n    fields: [proc.name]\n    values: [[a, b]]\n", RULES_ERR_VALIDATE, 7,
	  5, "Fields and values lists must have equal length" },
	{ EX "  - name: e\n    fields: proc.name\n    values: [[a, b]]\n", RULES_ERR_VALIDATE, 7, 5,
	  "Expected values array to contain a list of strings" },
	{ EX "  - name: e\n    fields: [proc.name]\n- rule: good\n  exceptions:\n  - name: e\n"
	     "    fields: [proc.name]\n    values: [[a]]\n  override: {exceptions: append}\n",
	  RULES_ERR_VALIDATE, 11, 5,
	  "Can not append exception fields to existing exception, only values" },
	{ EX "  - name: e\n    fields: [proc.name]\n- rule: good\n  exceptions:\n  - name: f\n"
	     "    values: [[a]]\n  override: {exceptions: append}\n",
	  RULES_ERR_VALIDATE, 11, 5, "must have fields property" },
	{ EX "  - name: e\n    fields: [proc.name]\n- rule: good\n  exceptions:\n  - name: e\n"
	     "    comps: [in]\n    values: [[a]]\n  override: {exceptions: append}\n",
	  RULES_ERR_VALIDATE, 11, 5,
	  "Can not append exception comps to existing exception, only values" },
	{ EX "  - name: e\n    fields: [proc.name]\n- rule: good\n  exceptions:\n  - name: f\n"
	     "    fields: [proc.name]\n  override: {exceptions: append}\n",
	  RULES_ERR_VALIDATE, 11, 5,
	  "Rule exception must have values property with a list of values" },
	{ EX "  - name: e\n    fields: proc.name\n    comps: [in]\n", RULES_ERR_VALIDATE, 7, 5,
	  "Fields and comps must both be strings" },
	{ EX "  - name: e\n    fields: []\n", RULES_ERR_VALIDATE, 7, 5,
	  "Rule exception item must have fields property with a list of fields" },
	{ EX "  - x\n", RULES_ERR_YAML_VALIDATE, 7, 5, "Rule exception must be a mapping" },
	{ GOOD_RULE "  exceptions: 7\n", RULES_ERR_YAML_VALIDATE, 6, 15,
	  "Rule exceptions must be a sequence" },
	/* What override and append may not do, the rest */
	{ GOOD_RULE "- rule: good\n  source: x\n  desc: e\n  override: {desc: replace}\n",
	  RULES_ERR_VALIDATE, 6, 3, "Rule has been re-defined with a different source" },
	{ "- rule: r\n  desc: x\n  override: {desc: append}\n", RULES_ERR_VALIDATE, 1, 3,
	  "Rule uses 'append' or 'override.<key>: append' but no rule by that name already exists" },
	{ GOOD_RULE "- rule: good\n  override: {tags: replace}\n", RULES_ERR_YAML_VALIDATE, 6, 3,
	  "An replace override for 'tags' was specified but 'tags' is not defined" },
	{ GOOD_RULE "- rule: good\n  condition: x\n  override: {condition: both}\n",
	  RULES_ERR_YAML_VALIDATE, 8, 25,
	  "Invalid override operation for key 'condition': 'both'. Allowed values are: append "
	  "replace " },
	{ "- macro: m\n  condition: evt.num=0\n  override: {condition: append}\n",
	  RULES_ERR_VALIDATE, 1, 3,
	  "Macro uses 'append' or 'override.condition: append' but no macro by that name already "
	  "exists" },
	{ GOOD_RULE "  tags: x\n", RULES_ERR_YAML_VALIDATE, 6, 9, "Value is not a sequence" },
	{ GOOD_RULE "  tags: [[x]]\n", RULES_ERR_YAML_VALIDATE, 6, 10,
	  "sequence value is not scalar" },
	{ GOOD_RULE "  capture_duration: x\n", RULES_ERR_YAML_VALIDATE, 6, 21,
	  "Can't decode YAML scalar value" },
	{ GOOD_RULE "  warn_evttypes: maybe\n", RULES_ERR_YAML_VALIDATE, 6, 18,
	  "Can't decode YAML scalar value" },
	{ R_HEAD "  condition: ''\n", RULES_ERR_YAML_VALIDATE, 5, 14, "Value must be non-empty" },
	{ R_HEAD "  condition: [a]\n", RULES_ERR_YAML_VALIDATE, 5, 14,
	  "Value is not a scalar value" },
	{ R_HEAD "  condition:\n", RULES_ERR_YAML_VALIDATE, 1, 3,
	  "Mapping for key 'condition' is empty" },
	/* Conditions; the rest is in test_rules_conditions.c */
	{ R_HEAD "  condition: >\n    evt.type = open and\n    nothing\n", RULES_ERR_VALIDATE, 7, 5,
	  "Undefined macro 'nothing' used in filter." },
	{ R_HEAD "  condition: |\n    evt.type = open and\n\n      nothing\n", RULES_ERR_VALIDATE,
	  8, 7, "Undefined macro 'nothing'" },
	{ R_HEAD "  condition: evt.type = open\n    and  nothing\n", RULES_ERR_VALIDATE, 6, 10,
	  "Undefined macro 'nothing'" },
	{ R_HEAD "  condition: \"evt.type = \\\"open\\\" and nothing\"\n", RULES_ERR_VALIDATE, 5,
	  39, "Undefined macro 'nothing'" },
	{ R_HEAD "  condition: 'evt.type = ''open'' and nothing'\n", RULES_ERR_VALIDATE, 5, 39,
	  "Undefined macro 'nothing'" },
	{ "- list: l\n  items: [a, b, c]\n" R_HEAD "  condition: proc.name in (l, l) and nothing\n",
	  RULES_ERR_VALIDATE, 7, 38, "Undefined macro 'nothing'" },
	{ GOOD_RULE "- rule: good\n  condition: and nothing\n  override: {condition: append}\n",
	  RULES_ERR_VALIDATE, 7, 18, "Undefined macro 'nothing'" },
	{ R_HEAD "  condition: proc.nome = x\n", RULES_ERR_COMPILE_CONDITION, 5, 14,
	  "nonexistent" },
	{ R_HEAD "  condition: evt.type = opeen\n", RULES_ERR_COMPILE_CONDITION, 5, 25,
	  "unknown event type" },
	{ R_HEAD "  condition: proc.pid = abc\n", RULES_ERR_COMPILE_CONDITION, 5, 25, "numeric" },
	{ "- macro: m\n  condition: proc.pid=1 and proc.nome = x\n" R_HEAD
	  "  condition: evt.type=open and m\n",
	  RULES_ERR_COMPILE_CONDITION, 2, 29, "nonexistent field" },
	{ R_HEAD "  enabled: false\n  condition: proc.nome = x\n", RULES_ERR_COMPILE_CONDITION, 6,
	  14, "nonexistent field" },
};

static const struct bad warnings[] = {
	{ "- thing: x\n", RULES_WARN_UNKNOWN_ITEM, 1, 3, "Unknown top level item" },
	{ GOOD_RULE "  color: red\n", RULES_WARN_UNKNOWN_KEY, 6, 3,
	  "Unknown key 'color'. The key will be ignored." },
	{ "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: ka.x=1\n  source: "
	  "k8s_audit\n",
	  RULES_WARN_UNKNOWN_SOURCE, 1, 3, "Unknown source k8s_audit, skipping" },
	{ GOOD_RULE "- list: a\n  items: []\n- list: a\n  items: [b]\n  append: true\n",
	  RULES_WARN_DEPRECATED_ITEM, 8, 3,
	  "'append' key is deprecated. Add an 'append' entry (e.g. 'condition: append') under "
	  "'override' instead." },
	{ GOOD_RULE "- macro: a\n  condition: evt.num=0\n- macro: a\n  condition: or evt.num=0\n"
		    "  append: true\n",
	  RULES_WARN_DEPRECATED_ITEM, 8, 3, "'append' key is deprecated." },
	{ GOOD_RULE "- list: a\n  items: [b]\n  condition: x\n", RULES_WARN_UNKNOWN_KEY, 8, 3,
	  "Unknown key 'condition'. The key will be ignored." },
	{ GOOD_RULE "- macro: a\n  condition: evt.num=0\n  items: [x]\n", RULES_WARN_UNKNOWN_KEY, 8,
	  3, "Unknown key 'items'. The key will be ignored." },
	{ GOOD_RULE "- rule: g2\n  desc: d\n  output: o %evt.latency.human\n  priority: INFO\n"
		    "  condition: evt.type=open\n",
	  RULES_WARN_DEPRECATED_ITEM, 8, 11, "deprecated field 'evt.latency.human'" },
	{ GOOD_RULE "- rule: g2\n  desc: d\n  output: o %evt.latency.ns\n  priority: INFO\n"
		    "  condition: evt.type=open\n",
	  RULES_WARN_DEPRECATED_ITEM, 8, 11, "deprecated field 'evt.latency.ns'" },
	{ GOOD_RULE "- rule: g2\n  desc: d\n  output: o %evt.wait_latency\n  priority: INFO\n"
		    "  condition: evt.type=open\n",
	  RULES_WARN_DEPRECATED_ITEM, 8, 11, "deprecated field 'evt.wait_latency'" },
	{ "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n  condition: x.y=1\n  source: "
	  "s\n- rule: r\n  condition: and nothing\n  override: {condition: append}\n",
	  RULES_WARN_UNKNOWN_SOURCE, 1, 3, "Unknown source s, skipping" },
	{ R_HEAD "  condition: jevt.value[/x] = \"<NA>\"\n  skip-if-unknown-filter: true\n",
	  RULES_WARN_UNSAFE_NA_CHECK, 5, 14, "comparing a field value with <NA> is unsafe" },
	{ R_HEAD "  condition: ka.x in (\"<NA>\")\n  skip-if-unknown-filter: true\n",
	  RULES_WARN_UNSAFE_NA_CHECK, 5, 14, "comparing a field value with <NA> is unsafe" },
	{ GOOD_RULE "- list: a\n  items: [b]\n", RULES_WARN_UNUSED_LIST, 6, 3,
	  "List not referred to by any other" },
	{ GOOD_RULE "- macro: a\n  condition: proc.nome=x\n", RULES_WARN_UNUSED_MACRO, 6, 3,
	  "Macro not referred to by any other rule/macro" },
	{ GOOD_RULE "- list: 'a b'\n  items: [b]\n", RULES_WARN_INVALID_LIST_NAME, 6, 3,
	  "List has an invalid name" },
	{ GOOD_RULE "- macro: a-b\n  condition: proc.pid=1\n", RULES_WARN_INVALID_MACRO_NAME, 6, 3,
	  "Macro has an invalid name" },
	{ GOOD_RULE "- rule: good\n  append: true\n  condition: and proc.pid=1\n",
	  RULES_WARN_DEPRECATED_ITEM, 6, 3, "'append' key is deprecated" },
	{ GOOD_RULE "- rule: good\n  enabled: off\n", RULES_WARN_DEPRECATED_ITEM, 6, 3,
	  "standalone 'enabled' key" },
	{ "- rule: r\n  desc: d\n  output: o %container.info\n  priority: INFO\n  condition: "
	  "evt.type=open\n",
	  RULES_WARN_DEPRECATED_ITEM, 3, 11, "%container.info" },
	{ "- rule: r\n  desc: d\n  output: o %evt.dir\n  priority: INFO\n  condition: "
	  "evt.type=open\n",
	  RULES_WARN_DEPRECATED_ITEM, 3, 11,
	  "usage of deprecated field 'evt.dir' has been detected in the rule output" },
	{ GOOD_RULE "- rule: good\n  exceptions:\n  - name: e\n    fields: proc.name\n"
		    "  override: {exceptions: replace}\n",
	  RULES_WARN_APPEND_NO_VALUES, 8, 5, "no values" },
	{ EX "  - name: e\n    fields: [proc.name]\n  - name: e\n    fields: [proc.name]\n",
	  RULES_WARN_EXCEPTION_NAME_NOT_UNIQUE, 9, 5, "Multiple definitions of exception 'e'" },
	{ R_HEAD "  condition: proc.name = cat\n", RULES_WARN_NO_EVTTYPE, 1, 3,
	  "Rule matches too many evt.type values." },
	{ R_HEAD
	  "  condition: evt.type=open and\n    proc.nome=x\n  skip-if-unknown-filter: true\n",
	  RULES_WARN_UNKNOWN_FILTER, 6, 5, "nonexistent field" },
	{ EX "  - {name: e, fields: [proc.nome]}\n  skip-if-unknown-filter: true\n",
	  RULES_WARN_UNKNOWN_FILTER, 7, 5, "'proc.nome' is not a supported filter field" },
	{ R_HEAD "  condition: evt.type=open and evt.dir = <\n", RULES_WARN_DEPRECATED_ITEM, 5, 32,
	  "evt.dir" },
	{ R_HEAD "  condition: evt.type=open and proc.name=proc.pname\n",
	  RULES_WARN_COMPILE_CONDITION, 5, 42, "" },
};

static struct rules *load(const char *yaml)
{
	const struct rules_file file = { "a.yaml", yaml, strlen(yaml) };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = rules_load(&file, 1, &config);

	assert_non_null(rules);
	return rules;
}

static void dump(const struct rules *rules, const char *yaml)
{
	struct buf buf;

	buf_init(&buf, 1 << 20);
	for (size_t i = 0; i < rules_n_problems(rules); i++)
		rules_problem_render(rules_problem_at(rules, i), &buf);
	print_error("for\n%sthere is\n%s", yaml, buf.data);
	buf_done(&buf);
}

/* Of a line and column in ASCII text, both from 1. */
static size_t offset_of(const char *yaml, uint32_t line, uint32_t column)
{
	const char *at = yaml;

	for (; line > 1 && at; line--)
		at = strchr(at, '\n') + 1;
	return (size_t)(at - yaml) + column - 1;
}

static bool is_ascii(const char *text)
{
	while (*text > 0)
		text++;
	return !*text;
}

/* Places of files agree with themselves, in the report's marks, too, which count from 0. */
static bool is_placed(const struct rules_problem *problem, const char *yaml)
{
	if (!is_ascii(yaml))
		return true;
	for (uint32_t i = 0; i < problem->n_locations; i++) {
		const struct rules_location *at = &problem->locations[i];

		if (strcmp(at->item_type, "condition expression") != 0 &&
		    at->offset != offset_of(yaml, at->line + 1, at->column + 1))
			return false;
	}
	return problem->place.offset == offset_of(yaml, problem->place.line, problem->place.column);
}

static bool is_it(const struct rules_problem *problem, const struct bad *bad, bool is_error)
{
	return problem->code == bad->code && problem->is_error == is_error &&
	       problem->place.line == bad->line && problem->place.column == bad->column &&
	       strstr(problem->message, bad->message) && is_placed(problem, bad->yaml);
}

static void the_first_error_is_that_of_falco_at_its_place(void **state)
{
	unsigned int n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		struct rules *rules = load(errors[i].yaml);
		const struct rules_problem *first = NULL;

		for (size_t k = 0; k < rules_n_problems(rules) && !first; k++)
			if (rules_problem_at(rules, k)->is_error)
				first = rules_problem_at(rules, k);
		if (!first || !is_it(first, &errors[i], true)) {
			dump(rules, errors[i].yaml);
			print_error("but wanted %u:%u %s\n", errors[i].line, errors[i].column,
				    errors[i].message);
			n_bad++;
		}
		rules_free(rules);
	}
	assert_int_equal(n_bad, 0);
}

static void a_warning_does_not_fail_the_load(void **state)
{
	unsigned int n_bad = 0;

	(void)state;
	for (size_t i = 0; i < sizeof(warnings) / sizeof(warnings[0]); i++) {
		struct rules *rules = load(warnings[i].yaml);
		bool found = false;

		for (size_t k = 0; k < rules_n_problems(rules); k++)
			found = found || is_it(rules_problem_at(rules, k), &warnings[i], false);
		if (!found || rules_n_errors(rules)) {
			dump(rules, warnings[i].yaml);
			print_error("but wanted %u:%u %s\n", warnings[i].line, warnings[i].column,
				    warnings[i].message);
			n_bad++;
		}
		rules_free(rules);
	}
	assert_int_equal(n_bad, 0);
}

static void every_code_has_a_name_and_a_text(void **state)
{
	(void)state;
	for (int code = 0; code < RULES_CODE_MAX; code++) {
		assert_memory_equal(rules_code_name((enum rules_code)code), "LOAD_", 5);
		assert_true(strlen(rules_code_text((enum rules_code)code)) > 5);
	}
	assert_string_equal(rules_code_name(RULES_ERR_YAML_VALIDATE), "LOAD_ERR_YAML_VALIDATE");
	assert_string_equal(rules_code_name(RULES_WARN_NO_EVTTYPE), "LOAD_NO_EVTTYPE");
}

static void all_errors_of_all_files_are_told_once(void **state)
{
	static const char one[] = "- macro: m\n  condition: (\n- list: l\n" GOOD_RULE;
	static const char two[] = "- rule: a\n  enabled: true\n" R_HEAD
				  "  condition: m and nothing\n";
	const struct rules_file files[] = { { "1.yaml", one, strlen(one) },
					    { "2.yaml", two, strlen(two) } };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules = rules_load(files, 2, &config);

	(void)state;
	assert_non_null(rules);
	/* The list, the macro, the missing rule; what uses a broken macro is not blamed. */
	assert_int_equal(rules_n_errors(rules), 3);
	assert_string_equal(rules_problem_at(rules, 0)->place.file, "1.yaml");
	rules_free(rules);
}

static void render_points_at_the_column(void **state)
{
	struct rules *rules = load("- rule: r\n  desc: d\n  output: o\n  priority: INFO\n"
				   "  condition: \"\xc3\xa4.b\" # \x1b\n");
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	rules_free(rules);
	rules = load("- list: a\n  \xc3\xa4\xc3\xa4: {x: \xc3\xb6, \"y\" : z}\n  items: x\n");
	assert_int_equal(rules_n_errors(rules), 1);
	rules_problem_render(rules_problem_at(rules, 1), &buf);
	assert_string_equal(buf.data,
			    "a.yaml:3:10: error: Value is not a sequence [LOAD_ERR_YAML_VALIDATE]\n"
			    "  in list 'a'\n"
			    "      items: x\n"
			    "             ^\n");
	buf_done(&buf);
	rules_free(rules);
}

static void render_keeps_terminals_safe_and_tabs_aligned(void **state)
{
	const struct rules_problem problem = {
		.is_error = false,
		.code = RULES_WARN_UNKNOWN_KEY,
		.place = { .file = "a\x1b.yaml", .line = 1, .column = 4 },
		.item_kind = "rule",
		.item_name = "\x1b[31m",
		.message = "bad\nkey \xc2\x9b",
		.snippet = "\tx\x1b\xc3\xa4y\xff!",
		.snippet_column = 7,
	};
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	rules_problem_render(&problem, &buf);
	assert_string_equal(buf.data, "a?.yaml:1:4: warning: bad key ? [LOAD_UNKNOWN_KEY]\n"
				      "  in rule '?[31m'\n"
				      "    \tx?\xc3\xa4y?!\n"
				      "    \t     ^\n");
	buf_done(&buf);
}

static void long_lines_are_cut_around_the_caret(void **state)
{
	char yaml[2000];
	struct rules *rules;
	const struct rules_problem *problem;

	(void)state;
	(void)snprintf(yaml, sizeof(yaml), "- {list: a, x: '%0*d', items: here, y: '%0*d'}\n", 600,
		       0, 600, 0);
	rules = load(yaml);
	for (size_t i = 0; i < rules_n_problems(rules); i++) {
		problem = rules_problem_at(rules, i);
		assert_true(strlen(problem->snippet) < 200);
		if (problem->is_error)
			assert_memory_equal(problem->snippet + problem->snippet_column, "here", 4);
	}
	assert_int_equal(rules_n_errors(rules), 1);
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(the_first_error_is_that_of_falco_at_its_place),
		cmocka_unit_test(a_warning_does_not_fail_the_load),
		cmocka_unit_test(every_code_has_a_name_and_a_text),
		cmocka_unit_test(all_errors_of_all_files_are_told_once),
		cmocka_unit_test(render_points_at_the_column),
		cmocka_unit_test(render_keeps_terminals_safe_and_tabs_aligned),
		cmocka_unit_test(long_lines_are_cut_around_the_caret),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
