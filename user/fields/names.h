/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_NAMES_H
#define FIELDS_NAMES_H

/* Texts for the numbers of records: errors, capabilities, file systems, flags, paths. */
#include <stdint.h>

#include "fields/value.h"
#include "fields/view.h"

/* "EROFS"; NULL for no error's number. */
const char *names_errno(int err);

/* "CAP_CHOWN CAP_KILL", in bit order; "" for none.  NULL: scratch is full. */
const char *names_caps(struct arena *scratch, uint64_t caps);

/* "overlay"; a magic number that is not known as hexadecimal.  NULL: scratch is full. */
const char *names_fs(struct arena *scratch, uint32_t magic);

/*
 * O_* of an open in Falco's own numbers and, by names_open_flags(), its words.
 * The record has the native numbers, which differ between machines.
 */
uint32_t names_open_bits(const struct event_view *view);
const char *names_open_flags(struct arena *scratch, uint32_t bits);

/* "ipv4", "unix" …; NULL for families without a name. */
const char *names_family(uint16_t family);

/* What a standard descriptor is, in the words of fd.type; NULL: closed, or without a name. */
const char *names_stdio(const struct bw_stdio *stdio);

/* "10.0.0.1:4711->10.0.0.2:80"; NULL: no address, or scratch is full. */
const char *names_tuple(struct arena *scratch, const struct bw_addr *from,
			const struct bw_addr *to);

/* The address, IPv4 where it is mapped into IPv6; false if there is none. */
bool names_address(const struct bw_addr *addr, struct value_ip *out);

/*
 * An absolute path without "//", "." and "..": `path` if it begins with a slash,
 * else below `base`; as it is if `base` is "".  "" stays "".  NULL: scratch is full.
 */
const char *names_path(struct arena *scratch, const char *base, const char *path);

/* `a`, `b` and `c` in one string.  NULL: scratch is full. */
const char *names_concat(struct arena *scratch, const char *a, const char *b, const char *c);

#endif /* FIELDS_NAMES_H */
