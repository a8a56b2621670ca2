/* SPDX-License-Identifier: Apache-2.0 */
#ifndef BASE_CAPS_H
#define BASE_CAPS_H

/* Capabilities by name. */

/* "CAP_CHOWN" for 0 and so on; NULL for a number without a name, which none behind it has. */
const char *caps_name(unsigned int number);

#endif /* BASE_CAPS_H */
