/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVAL_JSON_EVENT_H
#define EVAL_JSON_EVENT_H

/*
 * An event written as a JSON object of field values, as a source of fields: what
 * `output_fields` of an alert holds is enough to ask conditions about it.
 */
#include <stddef.h>

#include "base/arena.h"
#include "base/diag.h"
#include "fields/field.h"

struct json_event;

/*
 * Keys are fields as outputs name them ("proc.aname[2]", "evt.arg.flags"); a key
 * `output_fields` with an object stands for that object, so that whole alerts serve.
 * Values are of the field's type, or texts of them; null is null, and so is a
 * number that 64 bits do not hold.
 *
 * What Falco has for filters alone and never prints is derived: fd.ip, fd.net, fd.port
 * and fd.proto from both ends of the socket, fd.cnet and its like from the
 * addresses, ancestors without index (proc.aname) from those with one, evt.rawtime
 * from the evt.time that every alert has.
 *
 * Returns 0; -EINVAL with diag->text for what is no JSON object; -ENOMEM.
 */
int json_event_parse(const char *text, size_t len, struct diag *diag, struct json_event **out);
void json_event_free(struct json_event *event);

/* Valid as long as the event; values that need memory take it from `scratch`. */
struct field_source json_event_source(const struct json_event *event, struct arena *scratch);

#endif /* EVAL_JSON_EVENT_H */
