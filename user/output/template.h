/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_TEMPLATE_H
#define OUTPUT_TEMPLATE_H

/* Output texts with %fields. */
#include <stdbool.h>
#include <stddef.h>

#include "base/buf.h"
#include "base/diag.h"
#include "fields/field.h"

struct template;

/*
 * Compile the text; it is copied.  Returns 0, -ENOMEM, or -EINVAL with Falco's
 * words in diag ("unknown filter: …").
 */
int template_compile(const char *text, struct diag *diag, struct template **out);
void template_free(struct template *tmpl);

/* Byte buffers as base64 from now on, not with dots for what cannot be printed. */
void template_use_base64(struct template *tmpl);

/* Append as base64 (RFC 4648, padded). */
void template_add_base64(struct buf *buf, const char *data, size_t len);

/* Append the text with each token's value; untrusted bytes as they are. */
void template_render(const struct template *tmpl, const struct field_source *source,
		     struct buf *buf);

/*
 * The i-th distinct plain field token and its key in output_fields
 * ("proc.aname[2]"); NULL behind the last.
 */
const struct field_ref *template_field_at(const struct template *tmpl, size_t i,
					  const char **ret_key);

/* Does a token read the field (by name, without argument), perhaps inside a transformer? */
bool template_reads(const struct template *tmpl, const char *name);

#endif /* OUTPUT_TEMPLATE_H */
