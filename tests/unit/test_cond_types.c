// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "base/arena.h"
#include "base/buf.h"
#include "rules/cond.h"

struct world {
	struct arena *arena;
	struct cond_error error;
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	w->arena = arena_new(1 << 16, (size_t)64 << 20);
	*state = w;
	return w->arena ? 0 : -1;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	arena_free(w->arena);
	free(w);
	return 0;
}

struct types_case {
	const char *text;
	const char *names; /* sorted as the table; "*" all */
};

static void event_types_follow_from_the_checks(void **state)
{
	static const struct types_case cases[] = {
		{ "evt.type = open", "open" },
		{ "syscall.type = open", "open" },
		{ "evt.type in (open, openat)", "open openat" },
		{ "evt.type in (open, openat) and proc.name = x", "open openat" },
		{ "evt.type = open or evt.type = connect", "open connect" },
		{ "evt.type = open or proc.name = x", "*" },
		{ "evt.type = open and evt.type = connect", "" },
		{ "evt.type in (open, connect) and not evt.type = open", "connect" },
		{ "evt.type in (open, connect) and evt.type != open", "connect" },
		{ "not (evt.type != open and evt.type != connect)", "open connect" },
		{ "not (not evt.type = open)", "open" },
		{ "not (not evt.type = open or proc.name = x)", "open" },
		{ "not (proc.name = x)", "*" },
		{ "not proc.name = x and evt.type = open", "open" },
		{ "evt.type exists", "*" },
		{ "not evt.type exists", "" },
		{ "evt.type = open and evt.num = 0", "" },
		{ "evt.type = open and evt.num > 0", "open" },
		{ "evt.type = open or evt.num = 0", "open" },
		{ "evt.type = open and not evt.num = 0", "open" },
		{ "evt.type = open and not evt.num > 0", "" },
		{ "evt.num < 1 or evt.type = open", "open" },
		{ "evt.num < 5 and evt.type = open", "open" },
		{ "evt.num in (0, 1)", "" },
		{ "proc.name = open", "*" },
	};
	struct world *w = *state;
	uint64_t types[EVENT_TYPE_MAX / 64];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const bool all = strcmp(cases[i].names, "*") == 0;
		struct cond_node *node = NULL;

		assert_int_equal(cond_parse(w->arena, cases[i].text, strlen(cases[i].text),
					    &w->error, &node),
				 0);
		memset(types, 0xff, sizeof(types));
		cond_event_types(node, types);
		for (uint32_t t = 0; t < EVENT_TYPE_MAX; t++) {
			const char *name = event_type_name(t);
			const bool is_set = types[t / 64] >> (t % 64) & 1;
			char list[64];
			char word[64];
			bool want = all;

			if (!name) {
				assert_false(is_set);
				continue;
			}
			(void)snprintf(list, sizeof(list), " %s ", cases[i].names);
			(void)snprintf(word, sizeof(word), " %s ", name);
			want = want || strstr(list, word);
			if (is_set != want)
				fail_msg("'%s': %s", cases[i].text, name);
		}
	}
}

static void note_warning(const struct cond_warning *warning, void *arg)
{
	struct buf *buf = arg;

	buf_printf(buf, "%d@%u:%.12s;", warning->code, warning->offset, warning->message);
}

static void suspicious_conditions_get_warnings(void **state)
{
	static const struct {
		const char *text;
		enum rules_code code; /* RULES_CODE_MAX: none */
		uint32_t offset;
	} cases[] = {
		{ "proc.name = curl", RULES_CODE_MAX, 0 },
		{ "proc.name = val(proc.pname)", RULES_CODE_MAX, 0 },
		{ "proc.name = proc.pname", RULES_WARN_COMPILE_CONDITION, 12 },
		{ "proc.name in (x, proc.aname[2])", RULES_WARN_COMPILE_CONDITION, 17 },
		{ "proc.name = \" proc.pname \"", RULES_WARN_COMPILE_CONDITION, 12 },
		{ "proc.name = proc.nosuch", RULES_CODE_MAX, 0 },
		{ "proc.name = \"toupper(x)\"", RULES_WARN_COMPILE_CONDITION, 12 },
		{ "proc.name = \"val(x)\"", RULES_WARN_COMPILE_CONDITION, 12 },
		{ "proc.name = \"call(x)\"", RULES_CODE_MAX, 0 },
		{ "proc.name regex curl", RULES_WARN_COMPILE_CONDITION, 16 },
		{ "proc.name regex .*curl.*", RULES_WARN_COMPILE_CONDITION, 16 },
		{ "proc.name regex ^curl$", RULES_WARN_COMPILE_CONDITION, 16 },
		{ "proc.name regex c.rl", RULES_CODE_MAX, 0 },
		{ "proc.name regex \"cu(rl)?\"", RULES_CODE_MAX, 0 },
		{ "evt.dir = <", RULES_WARN_DEPRECATED_ITEM, 0 },
		{ "jevt.value[/x] = \"<NA>\"", RULES_WARN_UNSAFE_NA_CHECK, 0 },
		{ "ka.x != \"<NA>\"", RULES_WARN_UNSAFE_NA_CHECK, 0 },
		{ "proc.name = \"<NA>\"", RULES_CODE_MAX, 0 },
	};
	struct world *w = *state;
	char want[32];

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct cond_node *node = NULL;
		struct buf buf;

		assert_int_equal(cond_parse(w->arena, cases[i].text, strlen(cases[i].text),
					    &w->error, &node),
				 0);
		buf_init(&buf, 4096);
		cond_visit_warnings(node, note_warning, &buf);
		want[0] = '\0';
		if (cases[i].code != RULES_CODE_MAX)
			(void)snprintf(want, sizeof(want), "%d@%u:", cases[i].code,
				       cases[i].offset);
		if (strncmp(buf.data, want, strlen(want)) != 0 || (!*want && buf.len))
			fail_msg("'%s': %s", cases[i].text, buf.data);
		buf_done(&buf);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(event_types_follow_from_the_checks, set_up,
						tear_down),
		cmocka_unit_test_setup_teardown(suspicious_conditions_get_warnings, set_up,
						tear_down),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
