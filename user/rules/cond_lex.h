/* SPDX-License-Identifier: Apache-2.0 */
#ifndef RULES_COND_LEX_H
#define RULES_COND_LEX_H

/* Tokens of the condition language.  A token that is not there leaves the cursor alone. */
#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "rules/cond_tree.h"

/* Far beyond any real condition; keeps offsets in 32 bits. */
#define COND_TEXT_MAX (64 << 20)

struct lexer {
	const char *text;
	size_t len;
	size_t pos;
	size_t last_pos; /* the token before the cursor, for messages */
	size_t last_end;
};

/* Skips blanks; were there any? */
bool lex_blank(struct lexer *lex);

bool lex_text(struct lexer *lex, const char *token);

/* "not" with blanks behind it. */
bool lex_not(struct lexer *lex);

/* COND_OP_MAX: no operator. */
enum cond_op lex_operator(struct lexer *lex);

/* COND_PLAIN: no modifier, or a word that is meant as a string. */
enum cond_modifier lex_modifier(struct lexer *lex);

/* Names and numbers are copied into the arena; text is NULL when that is full. */
bool lex_identifier(struct lexer *lex, struct arena *arena, struct cond_const *out);
bool lex_number(struct lexer *lex, struct arena *arena, struct cond_const *out);

/*
 * A quoted or bare string, unescaped.  Returns 0; -ENOENT if there is none;
 * -EINVAL with a reason for a bad escape, at which pos stands then, while last_end is
 * the string's; -ENOMEM.
 */
int lex_string(struct lexer *lex, struct arena *arena, struct cond_const *out,
	       const char **ret_reason);

/* Does a field name (a word, a dot, a word) or a call (a word, a parenthesis) begin here? */
bool lex_at_field(const struct lexer *lex);
bool lex_at_call(const struct lexer *lex);

/* The last token for an error message; short. */
const char *lex_last(const struct lexer *lex);
size_t lex_last_len(const struct lexer *lex);

#endif /* RULES_COND_LEX_H */
