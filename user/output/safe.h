/* SPDX-License-Identifier: Apache-2.0 */
#ifndef OUTPUT_SAFE_H
#define OUTPUT_SAFE_H

/*
 * Untrusted bytes made printable.  File names, arguments and variables may hold
 * any byte, and whoever chose them may want to forge a line, to drive the
 * reader's terminal, or to break the parser behind us.
 *
 * What is shown can be read back: each byte that is not part of valid UTF-8, and
 * NUL (which would end the string for every reader written in C), becomes the
 * four characters `\xNN`, two lower-case hexadecimal digits.  A backslash that is
 * really there stays as it is, so that ordinary text is not disfigured, except in
 * front of `x` and two hexadecimal digits, where it becomes `\x5c`.  So every
 * `\xNN` in the result is an escape, and replacing each by its byte gives the
 * original.
 *
 * Dangerous are beyond these: control characters (C0, DEL, C1), line separators
 * U+2028/2029, characters that change the direction of text or have no width
 * (U+061C, U+200B-200F, U+202A-202E, U+2060-206F, U+FEFF, U+FFF9-FFFB) and tags
 * (U+E0000-E007F).
 */
#include <stddef.h>

#include "base/buf.h"

/* For a terminal: every byte of a dangerous character becomes `\xNN` too. */
void safe_add(struct buf *buf, const char *s, size_t len);

/*
 * The same, but at most `max_bytes` are appended: a longer text is cut between
 * characters and ends in `...[N bytes cut]`, N counting bytes of `s`.  A max_bytes
 * too small for this mark (40) gives the mark alone.
 */
void safe_add_max(struct buf *buf, const char *s, size_t len, size_t max_bytes);

/*
 * The inside of a JSON string, cut likewise: `"` and `\` escaped as JSON wants it,
 * dangerous characters as `\n` or `\uNNNN`, which JSON parsers turn back.
 */
void safe_add_json(struct buf *buf, const char *s, size_t len, size_t max_bytes);

#endif /* OUTPUT_SAFE_H */
