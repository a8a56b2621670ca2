/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_EXPR_H
#define FIELDS_EXPR_H

/*
 * A field or a transformer around fields, "proc.aname[2]", "toupper(b64(x.y))":
 * the part of the language that conditions and outputs share.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "fields/field.h"

struct expr;

/* offset counts bytes in the text given to expr_parse(). */
struct expr_error {
	uint32_t offset;
	char text[256];
};

/*
 * Parse the longest field or transformer that begins at text[*pos]; on success
 * *pos is behind it.  Syntax alone: names of fields are not looked up yet.
 *
 * Returns 0; -ENOENT if neither begins there (*pos unchanged); -EINVAL with error
 * for one that begins and is malformed; -ENOMEM.
 */
int expr_parse(struct arena *arena, const char *text, size_t len, size_t *pos,
	       struct expr_error *error, struct expr **out);

/*
 * The same for outputs: parse the longest part of text[*pos] that is a KNOWN field
 * or transformer, and resolve it.  "proc.name." is a field and a full stop,
 * "proc.names" a field and an "s".
 *
 * Returns 0; -ENOENT if none begins there (error->text is empty then) or names
 * what is unknown; -EINVAL for wrong syntax or types; -ENOMEM.
 */
int expr_parse_known(struct arena *arena, const char *text, size_t len, size_t *pos,
		     struct expr_error *error, struct expr **out);

/*
 * A string in single or double quotes at text[*pos], escapes resolved; *out is a
 * VALUE_STR, which may hold NULs ("\x00").  Results as those of expr_parse().
 */
int expr_parse_quoted(struct arena *arena, const char *text, size_t len, size_t *pos,
		      struct expr_error *error, struct value *out);

/*
 * Look up fields, check arguments and types.  Returns 0; -ENOENT when a field is
 * unknown or its argument wrong; -EINVAL for a type that the transformer does not
 * take.  error holds Falco's words.
 */
int expr_resolve(struct expr *expr, struct expr_error *error);

/* The plain field, or NULL for a transformer.  After expr_resolve(). */
const struct field_ref *expr_field(const struct expr *expr);

/* As written, without blanks around: the key under which output_fields shows it. */
const char *expr_text(const struct expr *expr);

/* Type and list-ness of the result.  After expr_resolve(). */
enum field_type expr_type(const struct expr *expr);
bool expr_is_list(const struct expr *expr);

/* Call `visit` for each field that the expression reads. */
void expr_visit_fields(const struct expr *expr,
		       void (*visit)(const struct field_ref *ref, void *arg), void *arg);

/*
 * Value for the source's event; false: null, or a transformer that failed, also for
 * want of space in source->scratch.
 */
bool expr_eval(const struct expr *expr, const struct field_source *source, struct value *out);

#endif /* FIELDS_EXPR_H */
