// SPDX-License-Identifier: Apache-2.0
#include "agent/check_json.h"

#include <string.h>

#include "agent/json_out.h"

static cJSON *location_item(const struct rules_location *location)
{
	cJSON *item = cJSON_CreateObject();
	cJSON *position = cJSON_CreateObject();

	json_out_put(item, "item_name", json_out_str(location->item_name));
	json_out_put(item, "item_type", json_out_str(location->item_type));
	json_out_put(position, "column", cJSON_CreateNumber(location->column));
	json_out_put(position, "line", cJSON_CreateNumber(location->line));
	json_out_put(position, "name", json_out_str(location->name));
	json_out_put(position, "offset", cJSON_CreateNumber((double)location->offset));
	json_out_put(item, "position", position);
	return item;
}

static cJSON *problem_item(const struct rules_problem *problem)
{
	cJSON *item = cJSON_CreateObject();
	cJSON *context = cJSON_CreateObject();
	cJSON *array = cJSON_CreateArray();

	for (uint32_t i = 0; i < problem->n_locations; i++)
		json_out_add(array, location_item(&problem->locations[i]));
	json_out_put(context, "locations", array);
	json_out_put(context, "snippet", json_out_str(problem->report_snippet));
	json_out_put(item, "code", json_out_str(rules_code_name(problem->code)));
	json_out_put(item, "codedesc", json_out_str(rules_code_desc(problem->code)));
	json_out_put(item, "context", context);
	json_out_put(item, "message", json_out_str(problem->message));
	return item;
}

static cJSON *problems_item(const struct rules *rules, const char *path, bool errors, size_t *ret_n)
{
	cJSON *array = cJSON_CreateArray();

	*ret_n = 0;
	for (size_t i = 0; i < rules_n_problems(rules); i++) {
		const struct rules_problem *problem = rules_problem_at(rules, i);

		if (problem->is_error != errors || strcmp(problem->locations[0].name, path) != 0)
			continue;
		json_out_add(array, problem_item(problem));
		++*ret_n;
	}
	return array;
}

static void add_violation(const char *message, void *arg)
{
	json_out_add(arg, json_out_str(message));
}

static cJSON *result_item(const struct rules *rules, const char *path)
{
	cJSON *item = cJSON_CreateObject();
	cJSON *violations = cJSON_CreateArray();
	const int schema = rules_check_schema(rules, path, add_violation, violations);
	size_t n_errors;
	size_t n_warnings;
	cJSON *errors = problems_item(rules, path, true, &n_errors);

	json_out_put(item, "errors", errors);
	json_out_put(item, "name", json_out_str(path));
	json_out_put(item, "schema_valid",
		     json_out_str(schema < 0 ? "none" :
				  schema     ? "ok" :
					       "failed"));
	json_out_put(item, "schema_warnings", violations);
	json_out_put(item, "successful", cJSON_CreateBool(n_errors == 0));
	json_out_put(item, "warnings", problems_item(rules, path, false, &n_warnings));
	return item;
}

int check_json_print(const struct rules *rules, const char *const *paths, size_t n_paths)
{
	cJSON *root = cJSON_CreateObject();
	cJSON *results = cJSON_CreateArray();

	for (size_t i = 0; i < n_paths; i++)
		json_out_add(results, result_item(rules, paths[i]));
	json_out_put(root, "falco_load_results", results);
	return json_out_print(root);
}
