/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_PLACE_H
#define BASE_PLACE_H

/* Where something stands in a file that a user wrote. */
#include <stdint.h>

/* line and column count from 1, 0: the file as a whole; offset counts bytes from 0. */
struct place {
	const char *file;
	uint32_t line;
	uint32_t column;
	uint64_t offset;
};

#endif /* BASE_PLACE_H */
