// SPDX-License-Identifier: Apache-2.0
/* The other names of a file count where a rule asserts its path, and nowhere else. */
#include "rules/rules.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_source.h"

/* An open of /etc/shadow through /tmp/link by a program that was executed through a link, too. */
static const struct value names[] = { FAKE_STR("/tmp/link"), FAKE_STR("/var/tmp/link") };
static const struct value directories[] = { FAKE_STR("/tmp") };
static const struct value files[] = { FAKE_STR("link") };
static const struct value programs[] = { FAKE_STR("/tmp/sh"), FAKE_STR("/bin/dash") };
static const struct fake_field event[] = {
	{ "fd.name", FAKE_STR("/etc/shadow") },
	{ "fd.name.alias", FAKE_LIST(names) },
	{ "fd.directory", FAKE_STR("/etc") },
	{ "fd.directory.alias", FAKE_LIST(directories) },
	{ "fd.filename", FAKE_STR("shadow") },
	{ "fd.filename.alias", FAKE_LIST(files) },
	{ "fs.path.name", FAKE_STR("/etc/shadow") },
	{ "fs.path.name.alias", FAKE_LIST(names) },
	{ "fs.path.source", FAKE_STR("/etc/shadow") },
	{ "fs.path.source.alias", FAKE_LIST(names) },
	{ "fs.path.target", FAKE_STR("/etc/shadow") },
	{ "fs.path.target.alias", FAKE_LIST(names) },
	{ "proc.exepath", FAKE_STR("/usr/bin/dash") },
	{ "proc.exepath.alias", FAKE_LIST(programs) },
	{ "proc.pexepath", FAKE_STR("/usr/bin/dash") },
	{ "proc.pexepath.alias", FAKE_LIST(programs) },
	{ "evt.arg[path]", FAKE_STR("/etc/shadow") },
	{ "evt.arg.alias[path]", FAKE_LIST(names) },
	{ "evt.arg[flags]", FAKE_STR("O_RDONLY") },
	{ "evt.arg.alias[flags]", FAKE_LIST(names) },
	{ "proc.name", FAKE_STR("sh") },
	{ "proc.cwd", FAKE_STR("/tmp/") },
	{ NULL, { .kind = VALUE_NULL } },
};

static const char macros[] = "- macro: link\n  condition: fd.name = /tmp/link\n"
			     "- macro: not_link\n  condition: not fd.name = /tmp/link\n"
			     "- macro: outer\n  condition: (link and proc.name = sh)\n"
			     "- list: links\n  items: [/a, /tmp/link]\n";

static const struct {
	const char *condition;
	bool widened;
	bool literal;
} conditions[] = {
	/* The file's own name is what it was. */
	{ "fd.name = /etc/shadow", true, true },
	{ "fd.name != /etc/shadow", false, false },
	{ "not fd.name startswith /etc", false, false },

	/* Asserted. */
	{ "fd.name = /tmp/link", true, false },
	{ "fd.name == /var/tmp/link", true, false },
	{ "fd.name in (links)", true, false },
	{ "fd.name startswith /tmp/", true, false },
	{ "fd.name endswith /link", true, false },
	{ "fd.name contains mp/li", true, false },
	{ "fd.name icontains MP/LI", true, false },
	{ "fd.name glob /tmp/*", true, false },
	{ "fd.name iglob /TMP/*", true, false },
	{ "fd.name pmatch (/tmp)", true, false },
	{ "fd.name regex '/tmp/l.*'", true, false },
	{ "fd.name startswith anyof (/x, /tmp)", true, false },
	{ "fd.name startswith val(proc.cwd)", true, false },
	{ "fd.directory = /tmp", true, false },
	{ "fd.filename = link", true, false },
	{ "fs.path.name = /tmp/link", true, false },
	{ "fs.path.source = /tmp/link", true, false },
	{ "fs.path.target = /tmp/link", true, false },
	{ "proc.exepath startswith /tmp/", true, false },
	{ "proc.exepath = /bin/dash", true, false },
	{ "proc.pexepath in (/bin/dash)", true, false },
	{ "evt.arg.path = /tmp/link", true, false },
	{ "evt.arg[path] = /tmp/link", true, false },
	{ "fd.name contains allof (tmp, link)", true, false },
	{ "fd.name = /tmp/other", false, false },
	{ "fd.name = /etc/shadow and fd.name = /tmp/link", true, false },

	/* Each comparison finds its own name. */
	{ "fd.directory = /tmp and fd.filename = shadow", true, false },
	{ "fd.name = /tmp/shadow", false, false },
	{ "fd.name = /tmp/link or fd.name = /etc/shadow", true, true },
	{ "fd.name = /tmp/link and (proc.name = x or proc.name = sh)", true, false },
	/* It says of the other constants that they are not in the name. */
	{ "fd.name contains oneof (tmp, var)", false, false },
	{ "fd.name contains oneof (tmp, shadow)", true, true },

	/* A text or a mode is no path. */
	{ "evt.arg.flags = /tmp/link", false, false },
	{ "proc.name = /tmp/link", false, false },
	{ "basename(fd.name) = link", false, false },
	{ "fd.name exists", true, true },

	/* Denied: a link must not buy an exemption. */
	{ "not fd.name = /tmp/link", true, true },
	{ "not fd.name startswith /tmp", true, true },
	{ "not fd.name in (links)", true, true },
	{ "not (proc.name = sh and fd.name = /tmp/link)", true, true },
	{ "not proc.exepath startswith /tmp", true, true },
	{ "not evt.arg.path = /tmp/link", true, true },
	{ "fd.name != /tmp/link", true, true },
	{ "not fd.name != /tmp/link", false, false },

	/* Denied twice is asserted. */
	{ "not (not fd.name = /tmp/link)", true, false },
	{ "not (not fd.name = /tmp/link or proc.name = x)", true, false },
	{ "not (proc.name = x or not (fd.directory = /tmp))", true, false },

	/* Macros mean what they do where they stand. */
	{ "link", true, false },
	{ "not link", true, true },
	{ "outer", true, false },
	{ "not outer", true, true },
	{ "not_link", true, true },
	{ "not not_link", true, false },
	{ "link and not link", true, false },

	/* One's own word for it. */
	{ "fd.name.alias = /tmp/link", true, true },
	{ "not fd.name.alias = /tmp/link", false, false },
	{ "fd.name.alias in (/tmp/link)", true, true },
	{ "fd.name.alias exists", true, true },
	{ "evt.arg.alias.path = /tmp/link", true, true },
};

static struct rules *load(const char *condition, bool literal)
{
	const struct rules_file file = { "a.yaml", macros, strlen(macros) };
	const struct rules_config config = {
		.min_priority = PRIORITY_DEBUG,
		.condition = condition,
		.literal = literal,
	};
	struct rules *rules = rules_load(&file, 1, &config);

	assert_non_null(rules);
	if (rules_n_errors(rules))
		fail_msg("%s: %s", condition, rules_problem_at(rules, 0)->message);
	return rules;
}

static bool verdict(const char *condition, bool literal)
{
	struct rules *rules = load(condition, literal);
	struct fake_source fake;
	bool result;

	fake_source_init(&fake, event, 65536);
	result = rules_eval(rules, rules_at(rules, 0), &fake.source);
	fake_source_done(&fake);
	rules_free(rules);
	return result;
}

static void other_names_count_where_a_path_is_asserted(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
		if (verdict(conditions[i].condition, false) != conditions[i].widened)
			fail_msg("%s: not %d", conditions[i].condition, conditions[i].widened);
		if (verdict(conditions[i].condition, true) != conditions[i].literal)
			fail_msg("%s: not %d by the letter", conditions[i].condition,
				 conditions[i].literal);
	}
}

static void note(const struct rule *rule, void *arg)
{
	struct buf *seen = arg;

	buf_add_str(seen, rule->name);
}

/* Of A, which has the condition, and of two that match: who answers by default? */
static void answers(const char *condition, struct buf *out)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct fake_source fake;
	struct rules *rules;
	char yaml[2048];
	struct rules_file file = { "a.yaml", yaml, 0 };

	file.len = (size_t)snprintf(
		yaml, sizeof(yaml),
		"%s- {rule: A, desc: d, output: o, priority: INFO, condition: \"%s\"}\n"
		"- {rule: B, desc: d, output: o, priority: INFO, condition: proc.name = sh}\n"
		"- {rule: C, desc: d, output: o, priority: INFO, condition: proc.name = sh}\n",
		macros, condition);
	rules = rules_load(&file, 1, &config);
	assert_non_null(rules);
	fake_source_init(&fake, event, 65536);
	(void)rules_match(rules, &fake.source, note, out);
	fake_source_done(&fake);
	rules_free(rules);
}

/* The caller chooses the link, but not which rule answers. */
static void a_match_by_another_name_does_not_end_the_search(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(conditions) / sizeof(*conditions); i++) {
		const char *want = conditions[i].widened ? "AB" : "B";
		struct buf seen;

		if (conditions[i].literal)
			want = "A";
		buf_init(&seen, 64);
		answers(conditions[i].condition, &seen);
		if (strcmp(seen.data, want) != 0)
			fail_msg("%s: %s", conditions[i].condition, seen.data);
		buf_done(&seen);
	}
}

/* Counts who asks for other names. */
struct counting {
	struct field_source source;
	const struct fake_source *fake;
	unsigned int *n_asked;
};

static bool count(const struct field_source *source, const struct field_ref *ref, struct value *out)
{
	const struct counting *counting = source->ctx;

	*counting->n_asked += strstr(ref->field->name, ".alias") != NULL;
	return counting->fake->source.get(&counting->fake->source, ref, out);
}

static void other_names_are_asked_for_only_where_they_decide(void **state)
{
	static const struct {
		const char *condition;
		unsigned int n_asked;
	} cases[] = {
		{ "fd.name = /etc/shadow", 0 },
		{ "fd.name = /tmp/link", 1 },
		{ "not fd.name = /tmp/link", 0 },
		{ "proc.name = x and fd.name = /tmp/link", 0 },
		{ "fd.name = /tmp/link and not fd.name = /tmp/x and (link or link)", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		struct rules *rules = load(cases[i].condition, false);
		struct fake_source fake;
		unsigned int n_asked = 0;
		struct counting counting = { .fake = &fake, .n_asked = &n_asked };

		fake_source_init(&fake, event, 65536);
		counting.source = fake.source;
		counting.source.get = count;
		counting.source.ctx = &counting;
		(void)rules_eval(rules, rules_at(rules, 0), &counting.source);
		if (n_asked != cases[i].n_asked)
			fail_msg("%s: asked %u times", cases[i].condition, n_asked);
		fake_source_done(&fake);
		rules_free(rules);
	}
}

static void an_explanation_shows_the_names_that_were_compared(void **state)
{
	struct rules *rules = load("link and not fd.name = /x and proc.name = sh", false);
	struct fake_source fake;
	struct buf buf;

	(void)state;
	fake_source_init(&fake, event, 65536);
	buf_init(&buf, 4096);
	rules_explain(rules, rules_at(rules, 0), &fake.source, &buf);
	assert_string_equal(buf.data,
			    "  true   and\n"
			    "  true     link\n"
			    "  true       fd.name = /tmp/link  [fd.name: \"/etc/shadow\", "
			    "fd.name.alias: (\"/tmp/link\", \"/var/tmp/link\")]\n"
			    "  true     not\n"
			    "  false      fd.name = /x  [fd.name: \"/etc/shadow\"]\n"
			    "  true     proc.name = sh  [proc.name: \"sh\"]\n");
	buf_reset(&buf);
	rules_render_condition(rules, rules_at(rules, 0), &buf);
	assert_string_equal(buf.data,
			    "(fd.name = /tmp/link and not fd.name = /x and proc.name = sh)");
	buf_done(&buf);
	fake_source_done(&fake);
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(other_names_count_where_a_path_is_asserted),
		cmocka_unit_test(a_match_by_another_name_does_not_end_the_search),
		cmocka_unit_test(other_names_are_asked_for_only_where_they_decide),
		cmocka_unit_test(an_explanation_shows_the_names_that_were_compared),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
