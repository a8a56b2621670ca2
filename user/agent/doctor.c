// SPDX-License-Identifier: Apache-2.0

/* bpfwatch doctor: what this host, and the rules on it, can see. */
#include "agent/doctor.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "agent/json_out.h"
#include "agent/live.h"
#include "agent/options.h"
#include "agent/plan.h"
#include "agent/ruleset.h"
#include "base/buf.h"
#include "base/log.h"
#include "output/safe.h"

#define TEXT_BLOCK_BYTES (64UL * 1024)
#define TEXT_BYTES_MAX   (16UL << 20)
#define NOTE_BYTES_MAX   (16UL * 1024)
#define RULES_SHOWN_MAX  4 /* of those that ask for a program */

static const char *const state_names[DOCTOR_STATES] = { "well", "degraded", "broken" };

void doctor_add(struct doctor *doctor, enum doctor_state state, const char *topic, const char *name,
		const char *value, const char *note)
{
	struct doctor_finding *finding = &doctor->findings[doctor->n];

	if (state > doctor->worst)
		doctor->worst = state;
	if (doctor->n == DOCTOR_FINDINGS_MAX)
		return;
	finding->topic = topic;
	finding->state = state;
	finding->name = arena_strndup(doctor->arena, name, strlen(name));
	finding->value = arena_strndup(doctor->arena, value, strlen(value));
	finding->note = arena_strndup(doctor->arena, note, strlen(note));
	if (finding->name && finding->value && finding->note)
		doctor->n++;
}

/* ---- programs ---- */

struct program_walk {
	struct doctor *doctor;
	const struct rules *rules; /* NULL: everything is asked for */
	const struct sensor_config *config;
	bool loaded;
};

static bool asks_for(const struct rules *rules, size_t i, const struct sensor_program *program)
{
	bool calls[BW_CALL_MAX];

	plan_rule_calls(rules, i, calls);
	for (enum bw_call call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++) {
		if (calls[call] && sensor_program_serves(program->name, call))
			return true;
	}
	return false;
}

static bool serves_calls(const struct sensor_program *program)
{
	for (enum bw_call call = BW_CALL_NONE + 1; call < BW_CALL_MAX; call++) {
		if (sensor_program_serves(program->name, call))
			return true;
	}
	return false;
}

static void add_askers(const struct program_walk *walk, const struct sensor_program *program,
		       struct buf *note)
{
	size_t n = 0;

	for (size_t i = 0; i < rules_count(walk->rules); i++) {
		const struct rule *rule = rules_at(walk->rules, i);

		if (!rules_is_active(walk->rules, rule) || !asks_for(walk->rules, i, program))
			continue;
		if (n < RULES_SHOWN_MAX)
			buf_printf(note, "%s%s", n ? ", " : "for ", rule->name);
		n++;
	}
	if (n > RULES_SHOWN_MAX)
		buf_printf(note, " and %zu more", n - RULES_SHOWN_MAX);
	if (!n)
		buf_add_str(note, "to keep what the rules read of processes true");
}

static void on_program(const struct sensor_program *program, void *arg)
{
	const struct program_walk *walk = arg;
	char value[32] = "planned";
	struct buf note;

	buf_init(&note, NOTE_BYTES_MAX);
	if (!serves_calls(program))
		buf_add_str(&note, "always: processes and containers");
	else if (!walk->rules)
		buf_add_str(&note, "without rules everything is asked for");
	else
		add_askers(walk, program, &note);
	if (walk->loaded && program->n_verified)
		(void)snprintf(value, sizeof(value), "%" PRIu32, program->n_verified);
	else if (walk->loaded)
		(void)snprintf(value, sizeof(value), "loads");
	doctor_add(walk->doctor, DOCTOR_WELL, "program", program->name, value, note.data);
	buf_done(&note);
}

static void look_at_programs(struct doctor *doctor, const struct rules *rules, bool may_load)
{
	struct sensor_config config = {
		.life_ring_bytes = LIFE_RING_BYTES,
		.activity_ring_bytes = ACTIVITY_RING_BYTES,
	};
	struct program_walk walk = { doctor, rules, &config, may_load };
	struct diag diag;
	int err;

	diag_init(&diag);
	plan_sensor(rules, NULL, &config);
	err = sensor_probe_programs(&config, may_load, &diag, on_program, &walk);
	if (err)
		doctor_add(doctor, DOCTOR_BROKEN, "program", "all", "refused",
			   diag.text[0] ? diag.text : strerror(-err));
}

/* ---- rules ---- */

static void look_at_rules(struct doctor *doctor, const struct rules *rules)
{
	enum sensor_hook_state hooks[SENSOR_HOOK_MAX];
	struct buf why;

	if (sensor_hooks(hooks))
		return; /* said already: nothing works here */
	buf_init(&why, NOTE_BYTES_MAX);
	for (size_t i = 0; i < rules_count(rules); i++) {
		enum plan_sight sight;

		if (!rules_is_active(rules, rules_at(rules, i)))
			continue;
		buf_reset(&why);
		sight = plan_sight(rules, i, hooks, &why);
		if (sight == PLAN_SEES)
			continue;
		doctor_add(doctor, DOCTOR_DEGRADED, "rule", rules_at(rules, i)->name,
			   sight == PLAN_BLIND ? "blind" : "partly", why.data);
	}
	buf_done(&why);
}

/* ---- output ---- */

static int print_json(const struct doctor *doctor)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	json_out_put(root, "verdict", json_out_str(state_names[doctor->worst]));
	for (size_t i = 0; i < doctor->n; i++) {
		const struct doctor_finding *finding = &doctor->findings[i];
		cJSON *item = cJSON_CreateObject();

		json_out_put(item, "topic", json_out_str(finding->topic));
		json_out_put(item, "name", json_out_str(finding->name));
		json_out_put(item, "value", json_out_str(finding->value));
		json_out_put(item, "state", json_out_str(state_names[finding->state]));
		json_out_put(item, "note", json_out_str(finding->note));
		json_out_add(array, item);
	}
	json_out_put(root, "findings", array);
	return json_out_print(root);
}

static void print_text(const struct doctor *doctor)
{
	static const char marks[DOCTOR_STATES] = { ' ', '!', 'X' };
	static const char *const verdicts[DOCTOR_STATES] = {
		"all is well",
		"something is not seen here: lines with !",
		"this host cannot be watched: lines with X",
	};
	struct buf name;

	buf_init(&name, NOTE_BYTES_MAX);
	for (size_t i = 0; i < doctor->n; i++) {
		const struct doctor_finding *finding = &doctor->findings[i];

		buf_reset(&name);
		safe_add(&name, finding->name, strlen(finding->name));
		printf("%c %-8s %-26s %-9s", marks[finding->state], finding->topic, name.data,
		       finding->value);
		if (*finding->note) {
			putchar(' ');
			json_out_text(finding->note);
		}
		putchar('\n');
	}
	buf_done(&name);
	printf("%s\n", verdicts[doctor->worst]);
}

static int look(struct doctor *doctor, const struct rules *rules, bool json)
{
	bool may_load = doctor_look_at_host(doctor);

	look_at_programs(doctor, rules, may_load);
	if (rules)
		look_at_rules(doctor, rules);
	if (json && print_json(doctor) != EXIT_FINE)
		return EXIT_NO_OUTPUT;
	if (!json)
		print_text(doctor);
	return (int)doctor->worst;
}

/* Returns EXIT_FINE with *out, NULL if there are none to load; or an exit code after a message. */
static int load_rules(const struct options *options, struct rules **out)
{
	int code;

	*out = NULL;
	if (options->n_args) {
		log_error("doctor takes no argument '%s'; rules are given by --rules",
			  options->args[0]);
		return EXIT_BAD_USAGE;
	}
	if (!options->n_rules)
		return EXIT_FINE;
	code = ruleset_load(options->rules, options->n_rules, &options->rule_config, out);
	if (code != EXIT_FINE)
		return code;
	if (!rules_n_errors(*out))
		return EXIT_FINE;
	ruleset_print_problems(*out, false);
	rules_free(*out);
	*out = NULL;
	return EXIT_BAD_DATA;
}

int doctor_run(const struct options *options)
{
	struct doctor doctor = { .arena = NULL };
	struct rules *rules;
	int code = load_rules(options, &rules);

	if (code != EXIT_FINE)
		return code;
	doctor.arena = arena_new(TEXT_BLOCK_BYTES, TEXT_BYTES_MAX);
	doctor.findings = calloc(DOCTOR_FINDINGS_MAX + 1, sizeof(*doctor.findings));
	if (doctor.arena && doctor.findings) {
		code = look(&doctor, rules, options->json);
	} else {
		log_error("out of memory");
		code = DOCTOR_BROKEN;
	}
	free(doctor.findings);
	arena_free(doctor.arena);
	rules_free(rules);
	return code;
}
