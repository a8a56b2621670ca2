// SPDX-License-Identifier: Apache-2.0
/* Which calls rules ask the sensor for, and what they cannot see. */
#include "agent/plan.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

static struct rules *load(const char *condition)
{
	char yaml[4096];
	struct rules_file file = { .path = "a.yaml", .text = yaml };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	struct rules *rules;

	file.len = (size_t)snprintf(yaml, sizeof(yaml),
				    "- rule: r\n  desc: d\n  output: o\n  priority: INFO\n"
				    "  condition: %s\n",
				    condition);
	rules = rules_load(&file, 1, &config);
	assert_non_null(rules);
	if (rules_n_errors(rules))
		fail_msg("%s: %s", condition, rules_problem_at(rules, 0)->message);
	return rules;
}

static void plan(const char *condition, bool calls[BW_CALL_MAX])
{
	struct sensor_config config = { .cb = NULL };
	struct rules *rules = load(condition);

	plan_sensor(rules, NULL, &config);
	memcpy(calls, config.calls, sizeof(config.calls));
	rules_free(rules);
}

static bool any_at_exit(const bool calls[BW_CALL_MAX])
{
	for (enum bw_call call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++)
		if (calls[call] && sensor_hook_serves(SENSOR_HOOK_CALLS, call))
			return true;
	return false;
}

static void execs_that_fail_alone_need_the_hook_on_calls(void **state)
{
	static const struct {
		const char *condition;
		bool hook;
	} cases[] = {
		{ "evt.type in (execve, execveat) and evt.res = SUCCESS", false },
		{ "evt.type = execve and evt.rawres >= 0", false },
		{ "evt.type = execve and evt.rawres = 0", false },
		{ "evt.type = execve and evt.failed = false", false },
		{ "evt.type = execve and (evt.res = SUCCESS and proc.name = x)", false },
		{ "(evt.type = execve and evt.res = SUCCESS) or evt.type = clone and evt.res = "
		  "SUCCESS",
		  false },
		{ "evt.type = procexit", false },
		{ "evt.type in (clone, clone3, fork, vfork)", false },
		{ "evt.type = execve", true },
		{ "evt.type = execve and evt.res != SUCCESS", true },
		{ "evt.type = execve and evt.rawres >= -1", true },
		{ "evt.type = execve and evt.rawres = -13", true },
		{ "evt.type = execve and evt.rawres < 0", true },
		{ "evt.type = execve and not evt.res = SUCCESS", true },
		{ "evt.type = execve and evt.failed = true", true },
		{ "evt.type = execve and (evt.res = SUCCESS or proc.name = x)", true },
		{ "evt.type = open and evt.res = SUCCESS", true },
	};
	bool calls[BW_CALL_MAX];

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(*cases); i++) {
		plan(cases[i].condition, calls);
		if (any_at_exit(calls) != cases[i].hook)
			fail_msg("%s: hook %d", cases[i].condition, !cases[i].hook);
	}
}

static void a_hook_on_calls_keeps_the_working_directory(void **state)
{
	bool calls[BW_CALL_MAX];

	(void)state;
	plan("evt.type = bpf", calls);
	assert_true(calls[BW_CALL_BPF]);
	assert_true(calls[BW_CALL_CHDIR]);
	assert_false(calls[BW_CALL_CONNECT]);
	plan("evt.type = procexit", calls);
	assert_false(calls[BW_CALL_CHDIR]);
}

static void names_are_followed_where_a_rule_reads_them(void **state)
{
	bool calls[BW_CALL_MAX];

	(void)state;
	plan("evt.type = procexit and proc.aname[2] = x", calls);
	assert_true(calls[BW_CALL_COMM_CHANGE]);
	plan("evt.type = procexit and proc.pid = 1", calls);
	assert_false(calls[BW_CALL_COMM_CHANGE]);
}

static void sight_of(const char *condition, const enum sensor_hook_state hooks[SENSOR_HOOK_MAX],
		     enum plan_sight want, const char *word)
{
	struct rules *rules = load(condition);
	enum plan_sight sight;
	struct buf why;

	buf_init(&why, 4096);
	sight = plan_sight(rules, 0, hooks, &why);
	if (sight != want || !strstr(why.data, word) || (!*word && why.len))
		fail_msg("%s: %d, %s", condition, sight, why.data);
	buf_done(&why);
	rules_free(rules);
}

static void a_rule_sees_what_the_hooks_show(void **state)
{
	enum sensor_hook_state hooks[SENSOR_HOOK_MAX];

	(void)state;
	for (enum sensor_hook hook = 0; hook < SENSOR_HOOK_MAX; hook++)
		hooks[hook] = SENSOR_HOOK_LIVE;
	sight_of("evt.type = openat", hooks, PLAN_SEES, "");
	sight_of("evt.type = getpid", hooks, PLAN_BLIND, "getpid");
	sight_of("evt.type in (chroot, getpid)", hooks, PLAN_PARTLY, "getpid");
	sight_of("evt.type != getpid and proc.name = x", hooks, PLAN_SEES, "");

	hooks[SENSOR_HOOK_URING] = SENSOR_HOOK_MISSING;
	sight_of("evt.type = openat", hooks, PLAN_PARTLY, "io_uring");
	sight_of("evt.type = setuid", hooks, PLAN_SEES, "");
	sight_of("evt.type = execve", hooks, PLAN_SEES, "");

	hooks[SENSOR_HOOK_NAMES] = SENSOR_HOOK_MISSING;
	sight_of("evt.type = comm_change", hooks, PLAN_BLIND, "old name");
	sight_of("evt.type in (comm_change, setuid)", hooks, PLAN_PARTLY, "old name");

	hooks[SENSOR_HOOK_CALLS] = SENSOR_HOOK_MISSING;
	sight_of("evt.type = setuid", hooks, PLAN_BLIND, "system call");
	sight_of("evt.type in (setuid, execve)", hooks, PLAN_PARTLY, "system call");
	sight_of("evt.type = execve and evt.res = SUCCESS", hooks, PLAN_SEES, "");
}

static void a_summary_counts_active_rules(void **state)
{
	enum sensor_hook_state hooks[SENSOR_HOOK_MAX];
	struct plan_summary sight;
	struct rules *rules = load("evt.type = openat\n  enabled: true\n"
				   "- rule: s\n  desc: d\n  output: o\n  priority: INFO\n"
				   "  condition: evt.type = getpid\n"
				   "- rule: t\n  desc: d\n  output: o\n  priority: INFO\n"
				   "  condition: evt.type = getpid\n  enabled: false");

	(void)state;
	for (enum sensor_hook hook = 0; hook < SENSOR_HOOK_MAX; hook++)
		hooks[hook] = SENSOR_HOOK_LIVE;
	hooks[SENSOR_HOOK_URING] = SENSOR_HOOK_FALLBACK;
	hooks[SENSOR_HOOK_PACKETS] = SENSOR_HOOK_MISSING;
	plan_summarize(rules, hooks, &sight);
	assert_int_equal(sight.n_active, 2);
	assert_int_equal(sight.n_blind, 1);
	assert_int_equal(sight.n_partly, 1);
	assert_true(sight.hook[SENSOR_HOOK_URING]);
	assert_false(sight.hook[SENSOR_HOOK_PACKETS]); /* nobody asks */
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(execs_that_fail_alone_need_the_hook_on_calls),
		cmocka_unit_test(a_hook_on_calls_keeps_the_working_directory),
		cmocka_unit_test(names_are_followed_where_a_rule_reads_them),
		cmocka_unit_test(a_rule_sees_what_the_hooks_show),
		cmocka_unit_test(a_summary_counts_active_rules),
	};

	cmocka_set_message_output(CM_OUTPUT_TAP);
	return cmocka_run_group_tests(tests, NULL, NULL);
}
