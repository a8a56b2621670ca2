// SPDX-License-Identifier: Apache-2.0

/* What Falco prints about itself, its plugins and its schemas. */
#include <stdio.h>
#include <string.h>

#include "agent/falco.h"
#include "agent/json_out.h"
#include "base/log.h"

/* Falco's plugin for containers is part of this program. */
#define PLUGIN_NAME    "container"
#define PLUGIN_VERSION "0.4.0"

typedef const char *key_at_fn(size_t i, const char **ret_type);

/* Scalars of YAML that are not quoted may be anything to a validator. */
static cJSON *type_item(const char *type)
{
	static const char *const scalars[] = { "string", "number", "boolean" };
	cJSON *array;

	if (strcmp(type, "array") == 0 || strcmp(type, "object") == 0)
		return json_out_str(type);
	array = cJSON_CreateArray();
	for (size_t i = 0; i < sizeof(scalars) / sizeof(scalars[0]); i++)
		json_out_add(array, json_out_str(scalars[i]));
	return array;
}

static cJSON *object_item(key_at_fn *key_at, bool is_closed)
{
	cJSON *object = cJSON_CreateObject();
	cJSON *properties = cJSON_CreateObject();
	const char *type = "";
	const char *key;

	for (size_t i = 0; (key = key_at(i, &type)); i++) {
		cJSON *property = cJSON_CreateObject();

		json_out_put(property, "type", type_item(type));
		json_out_put(properties, key, property);
	}
	json_out_put(object, "type", json_out_str("object"));
	json_out_put(object, "additionalProperties", cJSON_CreateBool(!is_closed));
	json_out_put(object, "properties", properties);
	return object;
}

static int print_schema(cJSON *root)
{
	json_out_put(root, "$schema", json_out_str("http://json-schema.org/draft-06/schema#"));
	return json_out_print(root);
}

int falco_print_config_schema(void)
{
	return print_schema(object_item(config_key_at, false));
}

int falco_print_rule_schema(void)
{
	cJSON *root = cJSON_CreateObject();

	json_out_put(root, "type", json_out_str("array"));
	json_out_put(root, "items", object_item(rules_schema_key_at, true));
	return print_schema(root);
}

static void print_plugin(void)
{
	printf("Name: " PLUGIN_NAME "\n"
	       "Description: fields of containers and pods; part of bpfwatch\n"
	       "Version: " PLUGIN_VERSION "\n"
	       "Capabilities:\n"
	       "  - Field Extraction\n\n");
}

int falco_print_plugins(void)
{
	printf("1 Plugins Loaded:\n\n");
	print_plugin();
	return EXIT_FINE;
}

int falco_print_plugin(const char *name)
{
	if (strcmp(name, PLUGIN_NAME) != 0) {
		log_error("there is no plugin '%s'", name);
		return EXIT_BAD_USAGE;
	}
	print_plugin();
	printf("Init config schema type: Not available\n");
	return EXIT_FINE;
}
