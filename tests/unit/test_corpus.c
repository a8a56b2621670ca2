// SPDX-License-Identifier: Apache-2.0
#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cjson/cJSON.h>
#include <cmocka.h>

#include "corpus.h"
#include "rules/cond.h"
#include "rules/twins.h"

/* The first two have to be there. */
static const char *const rule_files[] = {
	"falco-rules/falco_rules.yaml",
	"falco-rules/falco-incubating_rules.yaml",
	"falco-rules/falco-sandbox_rules.yaml",
	"falco-rules/falco-deprecated_rules.yaml",
};

static const char *const captures[] = { "curl_google", "test_ipv6_client" };

#define N_FILES        (sizeof(rule_files) / sizeof(rule_files[0]))
#define N_FILES_NEEDED 2
#define N_CAPTURES     (sizeof(captures) / sizeof(captures[0]))

struct world {
	struct corpus_rules rules[N_FILES];
	struct corpus_events events[N_CAPTURES];
	struct arena *scratch;
	struct cond_set *set;
	bool is_widened; /* as rules are, if not --twins off */
	struct arena *widened;
	struct twins twins;
	char *expected; /* lines of eval/expected.jsonl */
	unsigned int n_same;
	unsigned int n_excused;
	unsigned int n_meant; /* true with twins alone */
	unsigned int n_undefined;
	unsigned int n_wrong;
};

/* Verdicts that the lines of JSON cannot reproduce. */
static const struct {
	const char *condition;
	const char *why;
} excused[] = {
	{ "len(evt.buffer) > 0", "an empty buffer is printed with what was there before" },
};

/* Twins are true of what is meant, which is more than Falco's letter. */
static const struct {
	const char *condition;
	const char *type; /* of the events that are meant as well */
	const char *why;
} meant[] = {
	{ "dup", "fcntl",
	  "Falco delivers every fcntl, and these duplicate nothing; here such are no events" },
};

static int set_up(void **state)
{
	struct world *w = calloc(1, sizeof(*w));

	if (!w)
		return -1;
	*state = w;
	w->scratch = arena_new(1 << 16, (size_t)64 << 20);
	w->set = cond_set_new();
	w->widened = arena_new(1 << 16, (size_t)64 << 20);
	w->expected = corpus_read("eval/expected.jsonl");
	for (size_t i = 0; i < N_FILES; i++)
		if (!corpus_load_rules(rule_files[i], &w->rules[i]) && i < N_FILES_NEEDED)
			return -1;
	for (size_t i = 0; i < N_CAPTURES; i++)
		if (!corpus_load_events(captures[i], &w->events[i]))
			return -1;
	return w->scratch && w->set && w->widened && w->expected ? 0 : -1;
}

static int set_up_widened(void **state)
{
	int ret = set_up(state);

	if (ret == 0)
		((struct world *)*state)->is_widened = true;
	return ret;
}

static int tear_down(void **state)
{
	struct world *w = *state;

	cond_set_free(w->set);
	for (size_t i = 0; i < N_FILES; i++)
		corpus_free_rules(&w->rules[i]);
	for (size_t i = 0; i < N_CAPTURES; i++)
		corpus_free_events(&w->events[i]);
	arena_free(w->scratch);
	arena_free(w->widened);
	free(w->expected);
	free(w);
	return 0;
}

static const char *excuse(const char *condition)
{
	for (size_t i = 0; i < sizeof(excused) / sizeof(excused[0]); i++)
		if (strcmp(excused[i].condition, condition) == 0)
			return excused[i].why;
	return NULL;
}

static bool is_meant(const char *condition, uint32_t event_type)
{
	for (size_t i = 0; i < sizeof(meant) / sizeof(meant[0]); i++)
		if (strcmp(meant[i].condition, condition) == 0 &&
		    strcmp(meant[i].type, event_type_name(event_type)) == 0)
			return true;
	return false;
}

static int compile_node(struct world *w, const struct cond_node *node, struct cond_error *error,
			const struct cond **out)
{
	if (w->is_widened)
		node = twins_widen(&w->twins, w->widened, node);
	assert_non_null(node);
	return cond_compile(w->set, node, error, out);
}

/* -ENOENT with an "Undefined macro": one of a file that the corpus does not have. */
static int compile(struct world *w, const char *text, const struct cond **out)
{
	struct cond_node *node = NULL;
	struct cond_error error = { 0 };
	int ret = -ENOENT;

	for (size_t i = 0; i < N_FILES && ret == -ENOENT; i++)
		ret = corpus_parse(&w->rules[i], text, &error, &node);
	if (ret == -ENOENT) {
		w->n_undefined++;
		return ret;
	}
	if (ret == 0)
		ret = compile_node(w, node, &error, out);
	if (ret < 0)
		fail_msg("%s: %u: %s", text, error.offset, error.text);
	return ret;
}

static bool expects(const cJSON *nums, uint32_t num)
{
	const cJSON *item;

	cJSON_ArrayForEach(item, nums)
	{
		if ((uint32_t)item->valuedouble == num)
			return true;
	}
	return false;
}

/* As Falco has it, and widened no more than is meant. */
static bool is_right(struct world *w, const char *condition, const struct cond *cond,
		     const struct field_source *source, bool want)
{
	const bool written = cond_eval_written(w->set, cond, source);
	const bool widened = cond_eval(w->set, cond, source);

	if (widened != written) {
		if (!is_meant(condition, source->event_type))
			return false;
		w->n_meant++;
	}
	return written == want;
}

/* The number of the first event for which the verdicts differ; 0 for none. */
static uint32_t first_difference(struct world *w, const char *condition,
				 const struct corpus_events *events, const struct cond *cond,
				 const cJSON *nums)
{
	const cJSON *next = nums->child; /* in the order of the events */

	for (size_t i = 0; i < events->n_events; i++) {
		const struct corpus_event *event = &events->events[i];
		const struct field_source source = json_event_source(event->event, w->scratch);
		bool want = next && (uint32_t)next->valuedouble == event->num;

		arena_reset(w->scratch);
		cond_set_begin(w->set);
		if (!is_right(w, condition, cond, &source, want))
			return event->num;
		if (want)
			next = next->next;
	}
	return next ? (uint32_t)next->valuedouble : 0;
}

static void check_line(struct world *w, const cJSON *line)
{
	const char *condition = cJSON_GetObjectItem(line, "condition")->valuestring;
	const char *capture = cJSON_GetObjectItem(line, "capture")->valuestring;
	const cJSON *nums = cJSON_GetObjectItem(line, "expect");
	const size_t which = strcmp(capture, captures[0]) == 0 ? 0 : 1;
	const struct cond *cond = NULL;
	uint32_t num;

	if (compile(w, condition, &cond) < 0)
		return;
	num = first_difference(w, condition, &w->events[which], cond, nums);
	if (num == 0) {
		w->n_same++;
	} else if (excuse(condition)) {
		w->n_excused++;
	} else {
		w->n_wrong++;
		print_message("# %s, event %u: in falco it is %s: %.200s\n", capture, num,
			      expects(nums, num) ? "true" : "false", condition);
	}
}

static void conditions_are_true_for_the_events_for_which_falco_finds_them_true(void **state)
{
	struct world *w = *state;
	char *line, *end;
	cJSON *json;

	for (line = w->expected; (end = strchr(line, '\n')) != NULL; line = end + 1) {
		json = cJSON_ParseWithLength(line, (size_t)(end - line));
		assert_non_null(json);
		check_line(w, json);
		cJSON_Delete(json);
	}
	print_message("# %u conditions agree, %u excused, %u differ; %u name macros that the "
		      "corpus does not have; %u verdicts by twins\n",
		      w->n_same, w->n_excused, w->n_wrong, w->n_undefined, w->n_meant);
	assert_int_equal(w->n_wrong, 0);
	assert_int_equal(w->n_meant > 0, w->is_widened);
	assert_true(w->n_same > 500);
}

static void every_upstream_rule_and_macro_compiles(void **state)
{
	struct world *w = *state;
	unsigned int n = 0;

	for (size_t f = 0; f < N_FILES; f++) {
		for (size_t i = 0; i < w->rules[f].n_items; i++) {
			const struct corpus_item *item = &w->rules[f].items[i];
			struct cond_node *node = NULL;
			const struct cond *cond = NULL;
			struct cond_error error = { 0 };

			if (strcmp(item->kind, "list") == 0)
				continue;
			if (corpus_parse(&w->rules[f], item->text, &error, &node) < 0 ||
			    cond_compile(w->set, node, &error, &cond) < 0)
				fail_msg("%s '%s': %s", item->kind, item->name, error.text);
			n++;
		}
	}
	assert_true(n > 150);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(
			conditions_are_true_for_the_events_for_which_falco_finds_them_true, set_up,
			tear_down),
		{ "widened_they_are_true_for_the_same_events_as_they_are_written",
		  conditions_are_true_for_the_events_for_which_falco_finds_them_true,
		  set_up_widened, tear_down, NULL },
		cmocka_unit_test_setup_teardown(every_upstream_rule_and_macro_compiles, set_up,
						tear_down),
	};

	if (!corpus_dir()) {
		(void)printf("# SKIP no corpus: set BPFWATCH_CORPUS to its folder\n");
		return 77;
	}
	return cmocka_run_group_tests(tests, NULL, NULL);
}
