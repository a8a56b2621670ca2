/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CAPS_H
#define BASE_CAPS_H

/* Capabilities by name. */
#include <stdbool.h>

/* "CAP_CHOWN" for 0 and so on; NULL for a number without a name, which none behind it has. */
const char *caps_name(unsigned int number);

/* The number of a name, as "CAP_CHOWN"; false: there is no such capability. */
bool caps_lookup(const char *name, unsigned int *out);

#endif /* BASE_CAPS_H */
