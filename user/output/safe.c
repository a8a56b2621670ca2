// SPDX-License-Identifier: Apache-2.0
#include "output/safe.h"

#include <stdbool.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#define ESCAPED_MAX 20 /* bytes of one escaped character: five of each of four, or two \uNNNN */
#define MARKER_MAX  40 /* bytes of the mark for what was cut */

struct range {
	uint32_t first;
	uint32_t last;
};

/* Beyond ASCII, in order. */
static const struct range dangerous[] = {
	{ 0x80, 0x9f },     { 0x61c, 0x61c },   { 0x200b, 0x200f }, { 0x2028, 0x202e },
	{ 0x2060, 0x206f }, { 0xfeff, 0xfeff }, { 0xfff9, 0xfffb }, { 0xe0000, 0xe007f },
};

static bool is_dangerous(uint32_t c)
{
	if (c < 0x80)
		return c < 0x20 || c == 0x7f;
	for (size_t i = 0; i < sizeof(dangerous) / sizeof(dangerous[0]); i++) {
		if (c >= dangerous[i].first && c <= dangerous[i].last)
			return true;
	}
	return false;
}

/* Bytes of the character that begins at s, its code point in *out; 0: invalid UTF-8. */
static size_t decode(const uint8_t *s, size_t len, uint32_t *out)
{
	/* By length: what the first byte of a character looks like, and the least code point. */
	static const struct {
		uint8_t mask;
		uint8_t lead;
		uint32_t least;
	} forms[] = { { 0x80, 0x00, 0 },
		      { 0xe0, 0xc0, 0x80 },
		      { 0xf0, 0xe0, 0x800 },
		      { 0xf8, 0xf0, 0x10000 } };
	uint32_t c;
	size_t n = 0;

	while (n < 4 && (s[0] & forms[n].mask) != forms[n].lead)
		n++;
	if (n == 4 || n >= len)
		return 0;
	c = s[0] & (uint8_t)~forms[n].mask;
	for (size_t i = 1; i <= n; i++) {
		if ((s[i] & 0xc0) != 0x80)
			return 0;
		c = c << 6 | (s[i] & 0x3f);
	}
	if (c < forms[n].least || c > 0x10ffff || (c >= 0xd800 && c <= 0xdfff))
		return 0;
	*out = c;
	return n + 1;
}

static bool is_hex(uint8_t c)
{
	return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

/* Would the text at s be taken for one of our escapes? */
static bool looks_escaped(const uint8_t *s, size_t len)
{
	return len >= 4 && s[0] == '\\' && s[1] == 'x' && is_hex(s[2]) && is_hex(s[3]);
}

static int put_bytes(char *to, const char *prefix, const uint8_t *s, size_t n)
{
	int len = 0;

	for (size_t i = 0; i < n; i++)
		len += snprintf(to + len, (size_t)(ESCAPED_MAX + 1 - len), "%sx%02x", prefix, s[i]);
	return len;
}

static int put_json(char *to, uint32_t c)
{
	static const char plain[] = "\b\f\n\r\t";
	const char *hit = c < 0x80 ? strchr(plain, (int)c) : NULL;

	if (hit)
		return snprintf(to, ESCAPED_MAX + 1, "\\%c", "bfnrt"[hit - plain]);
	if (c < 0x10000)
		return snprintf(to, ESCAPED_MAX + 1, "\\u%04x", c);
	c -= 0x10000;
	return snprintf(to, ESCAPED_MAX + 1, "\\u%04x\\u%04x", 0xd800 | c >> 10,
			0xdc00 | (c & 0x3ff));
}

/*
 * How the character at s is to be shown, in `to` with *ret_len bytes (0: as it
 * is).  Returns how many bytes of s it has.
 */
static size_t escape(const uint8_t *s, size_t len, bool json, char *to, int *ret_len)
{
	const char *backslash = json ? "\\\\" : "\\";
	uint32_t c = 0;
	size_t n = decode(s, len, &c);

	*ret_len = 0;
	if (!n || !c || looks_escaped(s, len)) {
		*ret_len = put_bytes(to, backslash, s, 1);
		return 1;
	}
	if (is_dangerous(c))
		*ret_len = json ? put_json(to, c) : put_bytes(to, backslash, s, n);
	else if (json && (c == '"' || c == '\\'))
		*ret_len = snprintf(to, ESCAPED_MAX + 1, "\\%c", (char)c);
	return n;
}

/* Appends escaped text while it fits in `max` bytes; returns how many bytes of s did. */
static size_t add_escaped(struct buf *buf, const char *s, size_t len, bool json, size_t max)
{
	const uint8_t *bytes = (const uint8_t *)s;
	char to[ESCAPED_MAX + 1];
	size_t plain = 0; /* where the text begins that needs no escape and is not added yet */
	size_t used = 0;
	size_t at = 0;

	while (at < len) {
		int n_to = 0;
		const size_t n = escape(bytes + at, len - at, json, to, &n_to);
		const size_t n_out = n_to ? (size_t)n_to : n;

		if (n_out > max - used)
			break;
		used += n_out;
		if (n_to) {
			buf_add(buf, s + plain, at - plain);
			buf_add(buf, to, n_out);
			plain = at + n;
		}
		at += n;
	}
	buf_add(buf, s + plain, at - plain);
	return at;
}

static void add_cut(struct buf *buf, const char *s, size_t len, bool json, size_t max)
{
	const size_t start = buf->len;
	char marker[MARKER_MAX + 1];
	size_t used = add_escaped(buf, s, len, json, max);

	if (used == len)
		return;
	buf_truncate(buf, start);
	used = add_escaped(buf, s, len, json, max > MARKER_MAX ? max - MARKER_MAX : 0);
	(void)snprintf(marker, sizeof(marker), "...[%zu bytes cut]", len - used);
	buf_add_str(buf, marker);
}

void safe_add(struct buf *buf, const char *s, size_t len)
{
	(void)add_escaped(buf, s, len, false, SIZE_MAX);
}

void safe_add_max(struct buf *buf, const char *s, size_t len, size_t max_bytes)
{
	add_cut(buf, s, len, false, max_bytes);
}

void safe_add_json(struct buf *buf, const char *s, size_t len, size_t max_bytes)
{
	add_cut(buf, s, len, true, max_bytes);
}
