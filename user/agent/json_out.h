/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_JSON_OUT_H
#define AGENT_JSON_OUT_H

/* JSON for programs that ask.  NULL, for want of memory, is allowed everywhere: it is left out. */
#include <stdbool.h>

#include <cjson/cJSON.h>

/* A string of any bytes, made valid as output/safe.h has it. */
cJSON *json_out_str(const char *text);

/* Put the item, which is taken over, into the object or behind the array's last. */
void json_out_put(cJSON *object, const char *key, cJSON *value);
void json_out_add(cJSON *array, cJSON *item);

/*
 * What rule files hold, on standard output: nothing of it reaches a terminal raw, ends
 * of lines and tabs are blanks.
 */
void json_out_text(const char *text);

/* One line on standard output; the root is taken over.  Returns an exit code, after a message. */
int json_out_print(cJSON *root);

#endif /* AGENT_JSON_OUT_H */
