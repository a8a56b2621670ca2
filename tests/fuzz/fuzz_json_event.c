// SPDX-License-Identifier: Apache-2.0

/* Lines of JSON as events: no line may crash a condition that reads all kinds of fields. */
#include <stdint.h>
#include <stdlib.h>

#include "eval/json_event.h"
#include "rules/rules.h"

static const char condition[] =
	"proc.name in (a, b) or fd.ip = 1.2.3.4 or fd.port > 5 or fd.net = 10.0.0.0/8 or "
	"proc.aname startswith x or proc.pid < 7 or evt.arg.flags contains O_ or "
	"fd.types intersects (file) or proc.is_exe_writable = true or len(proc.args) > 3 or "
	"proc.env[HOME] regex '.*a' or fd.mode = 7 or evt.buffer contains y";

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static const struct rules_config config = { .min_priority = PRIORITY_DEBUG,
						    .condition = condition };
	static struct rules *rules;
	static struct arena *scratch;
	struct json_event *event = NULL;
	struct field_source source;
	struct diag diag;
	struct buf buf;

	if (!rules)
		rules = rules_load(NULL, 0, &config);
	if (!scratch)
		scratch = arena_new(4096, 1 << 20);
	if (!rules || !scratch || rules_n_errors(rules))
		abort();
	diag_init(&diag);
	if (json_event_parse((const char *)data, size, &diag, &event))
		return 0;
	source = json_event_source(event, scratch);
	(void)rules_eval(rules, rules_at(rules, 0), &source);
	buf_init(&buf, 65536);
	rules_explain(rules, rules_at(rules, 0), &source, &buf);
	buf_done(&buf);
	json_event_free(event);
	arena_reset(scratch);
	return 0;
}
