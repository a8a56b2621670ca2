/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_EXTRAS_H
#define OUTPUT_EXTRAS_H

/* What append_output adds to one rule, compiled. */
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"
#include "output/options.h"
#include "output/template.h"

/* The rule that asks. */
struct extras_rule {
	const char *name;
	const char *source;
	const char *const *tags;
	size_t n_tags;
};

/* A key of output_fields beyond those of the template. */
struct extra {
	const char *name; /* borrowed from the options */
	struct template *tmpl;
	bool is_raw; /* the one field's value, not its text */
};

/* Sorted by name, each once. */
struct extras {
	struct extra *at;
	size_t n;
};

/* Append to an output what the options add to it; without options, what is suggested. */
void extras_add_text(const struct output_options *options, const struct extras_rule *rule,
		     struct buf *buf);

/* Returns 0, -EINVAL with diag, -ENOMEM.  *out ends with extras_done(), also on failure. */
int extras_compile(const struct output_options *options, const struct extras_rule *rule,
		   struct diag *diag, struct extras *out);
void extras_done(struct extras *extras);

#endif /* OUTPUT_EXTRAS_H */
