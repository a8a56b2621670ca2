/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_CHECK_JSON_H
#define AGENT_CHECK_JSON_H

/* What is wrong with rule files, in the shape of Falco's -V with json_output. */
#include <stddef.h>

#include "rules/rules.h"

/* {"falco_load_results":[…]} with a result for each path.  Returns an exit code, after a message. */
int check_json_print(const struct rules *rules, const char *const *paths, size_t n_paths);

#endif /* AGENT_CHECK_JSON_H */
