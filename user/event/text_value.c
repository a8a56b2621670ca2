// SPDX-License-Identifier: Apache-2.0
#include "event/text_fields.h"

#include <arpa/inet.h>
#include <ctype.h>
#include <errno.h>
#include <inttypes.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/caps.h"

#define NS_PER_S   UINT64_C(1000000000)
#define NS_DIGITS  9
#define WORD_MAX   128 /* longest number, symbol or address */
#define RAW_PREFIX "raw:"

#define CAPS_ALL_NAME "all"

/* Copy a word so that it ends in a NUL. */
static int take_word(const char *word, size_t len, char *out, struct diag *diag)
{
	if (!len || len >= WORD_MAX) {
		diag_set(diag, len ? "value is too long" : "value is missing");
		return -EINVAL;
	}
	memcpy(out, word, len);
	out[len] = '\0';
	return 0;
}

/* Decimal, 0x… or 0…, with an optional minus. */
static bool scan_plain(const char *word, uint64_t *out, bool *ret_negative)
{
	unsigned long long value;
	bool negative = *word == '-';
	char *end;

	if (!isdigit((unsigned char)word[negative]))
		return false;
	errno = 0;
	value = strtoull(word + negative, &end, 0);
	if (errno || *end || (negative && value > (unsigned long long)INT64_MAX + 1))
		return false;
	*out = negative ? -(uint64_t)value : value;
	*ret_negative = negative;
	return true;
}

/* Does the number fit the field, as signed or as unsigned? */
static bool fits(const struct text_field *field, uint64_t value, bool negative)
{
	unsigned int bits = field->size * 8U;

	if (bits >= 64)
		return true;
	if (negative)
		return (int64_t)value >= -(INT64_C(1) << (bits - 1));
	if (field->kind == TEXT_INT)
		return value < 1ULL << (bits - 1);
	return value < 1ULL << bits;
}

static const struct text_symbol *find_symbol(const struct text_symbol *symbols, const char *word)
{
	for (; symbols && symbols->name; symbols++) {
		if (!strcmp(symbols->name, word))
			return symbols;
	}
	return NULL;
}

/* The bits that a word names: a capability's, or those of a symbol. */
static bool scan_bits(const char *word, const struct text_field *field, uint64_t *out)
{
	const struct text_symbol *symbol = find_symbol(field->symbols, word);
	unsigned int cap;

	if (symbol)
		*out = symbol->value;
	else if (field->kind == TEXT_CAPS && !strcmp(word, CAPS_ALL_NAME))
		*out = TEXT_CAPS_ALL;
	else if (field->kind == TEXT_CAPS && caps_lookup(word, &cap))
		*out = 1ULL << cap;
	else
		return false;
	return true;
}

static bool scan_flags(char *word, const struct text_field *field, uint64_t *out)
{
	uint64_t value;
	char *save;
	bool negative;

	*out = 0;
	for (char *part = strtok_r(word, "|", &save); part; part = strtok_r(NULL, "|", &save)) {
		if (!scan_bits(part, field, &value) &&
		    (!scan_plain(part, &value, &negative) || negative))
			return false;
		*out |= value;
	}
	return true;
}

/* Seconds with up to nine decimals. */
static bool scan_time(const char *word, uint64_t *out)
{
	uint64_t fraction = 0;
	unsigned long long seconds;
	unsigned int digits = 0;
	char *end;

	if (!isdigit((unsigned char)*word))
		return false;
	errno = 0;
	seconds = strtoull(word, &end, 10);
	if (errno)
		return false;
	if (*end == '.') {
		for (end++; isdigit((unsigned char)*end) && digits < NS_DIGITS; end++, digits++)
			fraction = fraction * 10 + (uint64_t)(*end - '0');
		for (; digits < NS_DIGITS; digits++)
			fraction *= 10;
	}
	if (*end || seconds > (UINT64_MAX - fraction) / NS_PER_S)
		return false;
	*out = seconds * NS_PER_S + fraction;
	return true;
}

static bool scan_ret(const char *word, const struct text_symbol *symbols, uint64_t *out)
{
	const struct text_symbol *symbol = find_symbol(symbols, word + (*word == '-'));
	bool negative;

	if (symbol) {
		*out = -symbol->value;
		return true;
	}
	return scan_plain(word, out, &negative);
}

static bool scan_enum(const char *word, const struct text_field *field, uint64_t *out)
{
	const struct text_symbol *symbol = find_symbol(field->symbols, word);
	bool negative;

	if (symbol) {
		*out = symbol->value;
		return true;
	}
	return field->kind != TEXT_NAME && scan_plain(word, out, &negative) &&
	       fits(field, *out, negative);
}

int text_scan_number(const char *word, size_t len, const struct text_field *field, uint64_t *out,
		     struct diag *diag)
{
	char text[WORD_MAX];
	char parts[WORD_MAX * 16];
	uint64_t value = 0;
	bool ok = false;

	/* All capabilities by name are longer than any other word. */
	if (field->kind == TEXT_FLAGS || field->kind == TEXT_CAPS) {
		if (len && len < sizeof(parts)) {
			memcpy(parts, word, len);
			parts[len] = '\0';
			ok = scan_flags(parts, field, &value) && fits(field, value, false);
		}
	} else {
		int err = take_word(word, len, text, diag);

		if (err)
			return err;
		if (field->kind == TEXT_TIME)
			ok = scan_time(text, &value);
		else if (field->kind == TEXT_RET)
			ok = scan_ret(text, field->symbols, &value);
		else
			ok = scan_enum(text, field, &value);
	}
	if (!ok) {
		diag_set(diag, "'%.*s' is no value for '%s'",
			 (int)(len < WORD_MAX ? len : WORD_MAX), word, field->key);
		return -EINVAL;
	}
	*out = value;
	return 0;
}

static bool scan_port(const char *text, uint16_t *out)
{
	uint64_t value;
	bool negative;

	if (!scan_plain(text, &value, &negative) || negative || value > UINT16_MAX)
		return false;
	*out = (uint16_t)value;
	return true;
}

/* "[ADDRESS%SCOPE]:PORT", the scope a number and optional. */
static bool scan_addr6(char *text, struct bw_addr *out)
{
	char *close_at = strchr(text, ']');
	char *scope_at;
	uint64_t scope = 0;
	bool negative;

	if (!close_at || close_at[1] != ':')
		return false;
	*close_at = '\0';
	scope_at = strchr(text, '%');
	if (scope_at) {
		*scope_at++ = '\0';
		if (!scan_plain(scope_at, &scope, &negative) || scope > UINT32_MAX)
			return false;
	}
	out->family = AF_INET6;
	out->scope = (uint32_t)scope;
	return inet_pton(AF_INET6, text + 1, out->addr) == 1 && scan_port(close_at + 2, &out->port);
}

static bool scan_raw(const char *text, struct bw_addr *out)
{
	unsigned char *at = (unsigned char *)out;
	char byte[3] = "";

	if (strlen(text) != 2 * sizeof(*out))
		return false;
	for (size_t i = 0; i < sizeof(*out); i++) {
		memcpy(byte, text + 2 * i, 2);
		if (!isxdigit((unsigned char)byte[0]) || !isxdigit((unsigned char)byte[1]))
			return false;
		at[i] = (unsigned char)strtoul(byte, NULL, 16);
	}
	return true;
}

int text_scan_addr(const char *word, size_t len, struct bw_addr *out, struct diag *diag)
{
	struct bw_addr addr = { 0 };
	char text[WORD_MAX];
	char *colon;
	bool ok;
	int err = take_word(word, len, text, diag);

	if (err)
		return err;
	colon = strrchr(text, ':');
	if (!strcmp(text, "-")) {
		ok = true;
	} else if (!strncmp(text, RAW_PREFIX, strlen(RAW_PREFIX))) {
		ok = scan_raw(text + strlen(RAW_PREFIX), &addr);
	} else if (*text == '[') {
		ok = scan_addr6(text, &addr);
	} else if (colon) {
		*colon = '\0';
		addr.family = AF_INET;
		ok = inet_pton(AF_INET, text, addr.addr) == 1 && scan_port(colon + 1, &addr.port);
	} else {
		ok = false;
	}
	if (!ok) {
		diag_set(diag, "'%.*s' is no address: want 192.0.2.1:443 or [2001:db8::1]:443",
			 (int)len, word);
		return -EINVAL;
	}
	*out = addr;
	return 0;
}

static void add_flags(struct buf *buf, const struct text_symbol *symbols, uint64_t value)
{
	const char *sep = "";

	for (; symbols && symbols->name && value; symbols++) {
		if (!symbols->value || (value & symbols->mask) != symbols->value)
			continue;
		buf_printf(buf, "%s%s", sep, symbols->name);
		value &= ~symbols->mask;
		sep = "|";
	}
	if (value || !*sep)
		buf_printf(buf, "%s%s%" PRIx64, sep, value ? "0x" : "", value);
}

static void add_caps(struct buf *buf, uint64_t value)
{
	const char *sep = "";
	const char *name;

	if ((value & TEXT_CAPS_ALL) == TEXT_CAPS_ALL) {
		buf_add_str(buf, CAPS_ALL_NAME);
		value &= ~TEXT_CAPS_ALL;
		sep = "|";
	}
	for (unsigned int i = 0; (name = caps_name(i)); i++) {
		if (!(value >> i & 1))
			continue;
		buf_printf(buf, "%s%s", sep, name);
		value &= ~(1ULL << i);
		sep = "|";
	}
	if (value || !*sep)
		buf_printf(buf, "%s%s%" PRIx64, sep, value ? "0x" : "", value);
}

static void add_time(struct buf *buf, uint64_t value)
{
	buf_printf(buf, "%" PRIu64 ".%09" PRIu64, value / NS_PER_S, value % NS_PER_S);
	while (buf->len && buf->data[buf->len - 1] == '0')
		buf_truncate(buf, buf->len - 1);
	if (buf->len && buf->data[buf->len - 1] == '.')
		buf_truncate(buf, buf->len - 1);
}

static const struct text_symbol *symbol_of(const struct text_symbol *symbols, uint64_t value)
{
	for (; symbols && symbols->name; symbols++) {
		if (symbols->value == value)
			return symbols;
	}
	return NULL;
}

void text_add_number(struct buf *buf, const struct text_field *field, uint64_t value)
{
	const struct text_symbol *symbol;

	switch (field->kind) {
	case TEXT_FLAGS:
		add_flags(buf, field->symbols, value);
		return;
	case TEXT_CAPS:
		add_caps(buf, value);
		return;
	case TEXT_TIME:
		add_time(buf, value);
		return;
	case TEXT_OCTAL:
		buf_printf(buf, "0%" PRIo64, value);
		return;
	case TEXT_HEX:
		buf_printf(buf, "0x%" PRIx64, value);
		return;
	case TEXT_RET:
		symbol = (int64_t)value < 0 ? symbol_of(field->symbols, -value) : NULL;
		if (symbol)
			buf_printf(buf, "-%s", symbol->name);
		else
			buf_printf(buf, "%" PRId64, (int64_t)value);
		return;
	case TEXT_INT:
		buf_printf(buf, "%" PRId64, (int64_t)value);
		return;
	default:
		symbol = symbol_of(field->symbols, value);
		if (symbol)
			buf_add_str(buf, symbol->name);
		else if (field->size == sizeof(uint32_t) && value == UINT32_MAX)
			buf_add_str(buf, "-1"); /* an id that is not set */
		else
			buf_printf(buf, "%" PRIu64, value);
	}
}

void text_add_addr(struct buf *buf, const struct bw_addr *addr)
{
	const unsigned char *bytes = (const unsigned char *)addr;
	char text[INET6_ADDRSTRLEN] = "";
	size_t start = buf->len;
	struct bw_addr back;

	if (addr->family == AF_INET && inet_ntop(AF_INET, addr->addr, text, sizeof(text)))
		buf_printf(buf, "%s:%u", text, addr->port);
	else if (addr->family == AF_INET6 && inet_ntop(AF_INET6, addr->addr, text, sizeof(text)))
		buf_printf(buf, addr->scope ? "[%s%%%u]:%u" : "[%s%.0u]:%u", text, addr->scope,
			   addr->port);
	else
		buf_add_char(buf, '-');
	/* Bytes that this form has no place for. */
	if (buf->failed || (!text_scan_addr(buf->data + start, buf->len - start, &back, NULL) &&
			    !memcmp(&back, addr, sizeof(back))))
		return;
	buf_truncate(buf, start);
	buf_add_str(buf, RAW_PREFIX);
	for (size_t i = 0; i < sizeof(*addr); i++)
		buf_printf(buf, "%02x", bytes[i]);
}

static bool is_bare(char c)
{
	return isalnum((unsigned char)c) || (c && strchr("/._-+:=@%,~^*?<>{}()!$&;|#", c));
}

/* Quotes and backslashes as they are: JSON stays readable. */
static bool fits_single_quotes(const char *s, size_t len)
{
	bool worth_it = false;

	for (size_t i = 0; i < len; i++) {
		if (s[i] == '\'' || !isprint((unsigned char)s[i]))
			return false;
		worth_it |= s[i] == '"' || s[i] == '\\';
	}
	return worth_it;
}

static void add_escaped(struct buf *buf, const char *s, size_t len)
{
	static const char from[] = "\n\t\r\"\\";
	static const char to[] = "ntr\"\\";
	const char *at;

	buf_add_char(buf, '"');
	for (size_t i = 0; i < len; i++) {
		at = s[i] ? strchr(from, s[i]) : NULL;
		if (at)
			buf_printf(buf, "\\%c", to[at - from]);
		else if (isprint((unsigned char)s[i]))
			buf_add_char(buf, s[i]);
		else
			buf_printf(buf, "\\x%02x", (unsigned char)s[i]);
	}
	buf_add_char(buf, '"');
}

void text_add_word(struct buf *buf, const char *s, size_t len)
{
	bool bare = len && !(len == 1 && *s == '-');

	for (size_t i = 0; i < len && bare; i++)
		bare = is_bare(s[i]);
	if (bare) {
		buf_add(buf, s, len);
	} else if (fits_single_quotes(s, len)) {
		buf_add_char(buf, '\'');
		buf_add(buf, s, len);
		buf_add_char(buf, '\'');
	} else {
		add_escaped(buf, s, len);
	}
}
