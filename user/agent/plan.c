// SPDX-License-Identifier: Apache-2.0
#include "agent/plan.h"

#include <string.h>

#include "fields/events.h"

#define WHY_BYTES_MAX   (16UL * 1024)
#define NAMED_TYPES_MAX 64 /* a rule for more was written without naming each */

/* Fields that follow the names of processes. */
static const char *const name_fields[] = {
	"proc.name", "proc.pname", "proc.aname", "proc.sname", "proc.vpgid.name", "proc.pgid.name",
};

/* The calls behind every event type that there is. */
static void every_call(bool calls[BW_CALL_MAX])
{
	for (uint32_t i = 0; i < event_type_count(); i++)
		(void)event_type_calls(i, calls);
}

void plan_rule_calls(const struct rules *rules, size_t i, bool calls[BW_CALL_MAX])
{
	const struct rule *rule = rules_at(rules, i);

	memset(calls, 0, BW_CALL_MAX * sizeof(*calls));
	for (uint32_t type = 0; type < event_type_count(); type++) {
		if (rule->event_types[type / 64] >> type % 64 & 1)
			(void)event_type_calls(type, calls);
	}
	if (!rules_may_match_failed(rules, i)) {
		calls[BW_CALL_EXECVE] = false;
		calls[BW_CALL_EXECVEAT] = false;
	}
}

/* The calls behind every event type that a rule can be reached by. */
static void wanted_calls(const struct rules *rules, bool wanted[BW_CALL_MAX])
{
	bool calls[BW_CALL_MAX];

	memset(wanted, 0, BW_CALL_MAX * sizeof(*wanted));
	if (!rules)
		every_call(wanted);
	for (size_t i = 0; rules && i < rules_count(rules); i++) {
		if (!rules_is_active(rules, rules_at(rules, i)))
			continue;
		plan_rule_calls(rules, i, calls);
		for (enum bw_call call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++)
			wanted[call] |= calls[call];
	}
}

static bool uses_field(const struct rules *rules, const struct engine *engine, const char *name)
{
	return !rules || rules_use_field(rules, name) ||
	       (engine && engine_uses_field(engine, name));
}

static bool uses_names(const struct rules *rules, const struct engine *engine)
{
	for (size_t i = 0; i < sizeof(name_fields) / sizeof(*name_fields); i++) {
		if (uses_field(rules, engine, name_fields[i]))
			return true;
	}
	return false;
}

void plan_sensor(const struct rules *rules, const struct engine *engine,
		 struct sensor_config *config)
{
	bool any = false;

	wanted_calls(rules, config->calls);
	for (enum bw_call call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++)
		any = any || (config->calls[call] && sensor_hook_serves(SENSOR_HOOK_CALLS, call));
	/* Rare, and they keep proc.cwd true; but not worth a system call hook of their own. */
	if (any) {
		config->calls[BW_CALL_CHDIR] = true;
		config->calls[BW_CALL_FCHDIR] = true;
	}
	/* Costs nothing but when a thread renames itself. */
	if (uses_names(rules, engine))
		config->calls[BW_CALL_COMM_CHANGE] = true;
	config->want_env = uses_field(rules, engine, "proc.env");
}

/* Is the call seen at all with these hooks?  What is no system call comes from the life hooks. */
static bool is_seen(enum bw_call call, const enum sensor_hook_state hooks[SENSOR_HOOK_MAX])
{
	if (sensor_hook_serves(SENSOR_HOOK_NAMES, call))
		return hooks[SENSOR_HOOK_NAMES] != SENSOR_HOOK_MISSING;
	if (sensor_hook_serves(SENSOR_HOOK_CALLS, call) && call != BW_CALL_EXECVE &&
	    call != BW_CALL_EXECVEAT)
		return hooks[SENSOR_HOOK_CALLS] != SENSOR_HOOK_MISSING;
	return hooks[SENSOR_HOOK_LIFE] != SENSOR_HOOK_MISSING;
}

static bool serves_any(enum sensor_hook hook, const bool calls[BW_CALL_MAX])
{
	for (enum bw_call call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++) {
		if (calls[call] && sensor_hook_serves(hook, call))
			return true;
	}
	return false;
}

static void add_reason(struct buf *why, const char *text)
{
	if (why->len)
		buf_add_str(why, "; ");
	buf_add_str(why, text);
}

/* Types that a rule names and that never come.  Returns whether there are any. */
static bool add_undelivered(const struct rule *rule, struct buf *why)
{
	uint32_t n_types = 0;
	uint32_t n_missing = 0;

	for (uint32_t i = 0; i < event_type_count(); i++)
		n_types += rule->event_types[i / 64] >> i % 64 & 1;
	if (n_types > NAMED_TYPES_MAX)
		return false;
	for (uint32_t i = 0; i < event_type_count(); i++) {
		if (!(rule->event_types[i / 64] >> i % 64 & 1) || event_type_is_delivered(i))
			continue;
		if (n_missing++ == 0)
			add_reason(why, "events that are not delivered: ");
		else
			buf_add_str(why, ", ");
		buf_add_str(why, event_type_name(i));
	}
	return n_missing > 0;
}

static bool sees_any(const struct rule *rule, const enum sensor_hook_state hooks[SENSOR_HOOK_MAX])
{
	bool calls[BW_CALL_MAX] = { false };

	for (uint32_t type = 0; type < event_type_count(); type++) {
		if (rule->event_types[type / 64] >> type % 64 & 1)
			(void)event_type_calls(type, calls);
	}
	for (enum bw_call call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++) {
		if (calls[call] && is_seen(call, hooks))
			return true;
	}
	return false;
}

enum plan_sight plan_sight(const struct rules *rules, size_t i,
			   const enum sensor_hook_state hooks[SENSOR_HOOK_MAX], struct buf *why)
{
	enum plan_sight sight = PLAN_SEES;
	bool calls[BW_CALL_MAX];

	if (rules_never_fire(rules, i, why))
		return PLAN_BLIND;
	plan_rule_calls(rules, i, calls);
	for (enum sensor_hook hook = 0; hook < SENSOR_HOOK_MAX; hook++) {
		if (hooks[hook] == SENSOR_HOOK_LIVE || !serves_any(hook, calls))
			continue;
		add_reason(why, sensor_hook_note(hook, hooks[hook]));
		sight = PLAN_PARTLY;
	}
	if (!sees_any(rules_at(rules, i), hooks))
		return PLAN_BLIND;
	return add_undelivered(rules_at(rules, i), why) ? PLAN_PARTLY : sight;
}

void plan_summarize(const struct rules *rules, const enum sensor_hook_state hooks[SENSOR_HOOK_MAX],
		    struct plan_summary *out)
{
	struct buf why;

	memset(out, 0, sizeof(*out));
	buf_init(&why, WHY_BYTES_MAX);
	for (size_t i = 0; i < rules_count(rules); i++) {
		bool calls[BW_CALL_MAX];
		enum plan_sight sight;

		if (!rules_is_active(rules, rules_at(rules, i)))
			continue;
		buf_reset(&why);
		sight = plan_sight(rules, i, hooks, &why);
		out->n_active++;
		out->n_blind += sight == PLAN_BLIND;
		out->n_partly += sight == PLAN_PARTLY;
		plan_rule_calls(rules, i, calls);
		for (enum sensor_hook hook = 0; hook < SENSOR_HOOK_MAX; hook++)
			out->hook[hook] |= hooks[hook] != SENSOR_HOOK_LIVE &&
					   serves_any(hook, calls);
	}
	buf_done(&why);
}
