/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_JSON_H
#define CONTAINER_JSON_H

/* Members of a JSON object by type; what has another type is not there. */
#include <stdbool.h>

#include <cjson/cJSON.h>

/* Borrowed from `obj`, which may be NULL; NULL if absent or no string. */
char *json_str(const cJSON *obj, const char *key);

/* NULL unless it is one. */
const cJSON *json_object(const cJSON *obj, const char *key);
const cJSON *json_array(const cJSON *obj, const char *key);

/* First item of an array or object, which links to the next; NULL if empty or NULL. */
const cJSON *json_first(const cJSON *list);

/* Present and true. */
bool json_true(const cJSON *obj, const char *key);

/* An array of strings has `value`. */
bool json_array_has(const cJSON *array, const char *value);

#endif /* CONTAINER_JSON_H */
