/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_DIAG_H
#define BASE_DIAG_H

/* What a user must fix: one message with its place. */
#include <stdint.h>

#define DIAG_TEXT_MAX 512
#define DIAG_FILE_MAX 256

/* line and column count from 1; 0: no such place.  offset counts bytes from 0. */
struct diag {
	char file[DIAG_FILE_MAX];
	uint32_t line;
	uint32_t column;
	uint64_t offset;
	char text[DIAG_TEXT_MAX];
};

/* Clears all. */
void diag_init(struct diag *diag);

/* First error wins: does nothing when a text is already there.  NULL is allowed. */
void diag_set(struct diag *diag, const char *fmt, ...) __attribute__((format(printf, 2, 3)));

/* Set the place, unless a text is already there. */
void diag_set_place(struct diag *diag, const char *file, uint32_t line, uint32_t column);

/* "file:line:column: text", as far as they are known; returns buf. */
const char *diag_to_string(const struct diag *diag, char *buf, uint32_t size);

#endif /* BASE_DIAG_H */
