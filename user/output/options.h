/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_OPTIONS_H
#define OUTPUT_OPTIONS_H

/* What Falco's configuration says about alerts; all zero is Falco's default. */
#include <stdbool.h>
#include <stddef.h>

#include "fields/field.h"

/* A key that is added to output_fields. */
struct output_extra {
	const char *name;
	const char *format; /* a text with %fields; NULL: the value of the field called `name` */
};

/* An entry of append_output, for the rules that satisfy all its conditions. */
struct output_append {
	const char *source; /* NULL: any */
	const char *rule; /* whole name; NULL: any */
	const char *const *tags; /* the rule has all of them */
	size_t n_tags;
	const char *text; /* added to the output; NULL: nothing */
	const struct output_extra *extras;
	size_t n_extras;
	bool suggested; /* also what this program suggests: container, pod, static fields */
};

/* All strings and arrays are borrowed. */
struct output_options {
	const struct output_append *appends; /* in the order in which they are applied */
	size_t n_appends;
	const struct field_static *statics;
	size_t n_statics;
	bool no_output; /* leave out the JSON properties `output`, `tags`, `output_fields` */
	bool no_tags;
	bool no_fields;
	bool message; /* add the JSON property `message` */
	bool iso_time; /* 2016-08-04T16:17:57.881782397+0000 in outputs */
	bool base64_bytes; /* byte buffers as base64 */
};

#endif /* OUTPUT_OPTIONS_H */
