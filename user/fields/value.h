/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_VALUE_H
#define FIELDS_VALUE_H

/* One value of a field, as rules compare it and outputs print it. */
#include <stdbool.h>
#include <stdint.h>

enum value_kind {
	VALUE_NULL = 0, /* the event has no such field */
	VALUE_STR, /* text or path */
	VALUE_BYTES, /* byte buffer: may hold NULs */
	VALUE_INT,
	VALUE_UINT,
	VALUE_BOOL,
	VALUE_IP,
	VALUE_LIST,
};

struct value_ip {
	uint8_t family; /* AF_INET or AF_INET6 */
	uint8_t addr[16]; /* network order */
};

/* Strings and lists are borrowed from the event or its scratch arena. */
struct value {
	enum value_kind kind;
	uint32_t len; /* bytes of str, items of list */
	union {
		const char *str; /* NUL-terminated behind len bytes */
		int64_t i;
		uint64_t u;
		bool b;
		struct value_ip ip;
		const struct value *list;
	};
};

#endif /* FIELDS_VALUE_H */
