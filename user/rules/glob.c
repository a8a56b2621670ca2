// SPDX-License-Identifier: Apache-2.0
#include <stdint.h>
#include <string.h>

#include "rules/pattern.h"

/* The longest class name that fnmatch() of glibc reads. */
#define CLASS_NAME_MAX 2048

/* A pattern that is read from left to right; NUL behind its end, as fnmatch() sees it. */
struct cursor {
	const unsigned char *s;
	size_t len;
	size_t pos;
	bool fold;
};

enum bracket {
	BRACKET_MATCH,
	BRACKET_MISMATCH,
	BRACKET_LITERAL, /* never closed: an ordinary character */
};

static unsigned char at(const struct cursor *c, size_t pos)
{
	return pos < c->len ? c->s[pos] : '\0';
}

static unsigned char fold_char(const struct cursor *c, unsigned char ch)
{
	return c->fold && ch >= 'A' && ch <= 'Z' ? (unsigned char)(ch + ('a' - 'A')) : ch;
}

/* The classes of the C locale.  *ret_known tells whether there is one of the name. */
static bool in_class(const unsigned char *name, size_t len, unsigned char ch, bool *ret_known)
{
	const bool lower = ch >= 'a' && ch <= 'z';
	const bool upper = ch >= 'A' && ch <= 'Z';
	const bool digit = ch >= '0' && ch <= '9';
	const bool graph = ch > ' ' && ch < 0x7f;
	const bool hex = digit || (ch >= 'a' && ch <= 'f') || (ch >= 'A' && ch <= 'F');
	const struct {
		const char *name;
		bool is_in;
	} classes[] = {
		{ "alpha", lower || upper },
		{ "digit", digit },
		{ "alnum", lower || upper || digit },
		{ "lower", lower },
		{ "upper", upper },
		{ "space", ch == ' ' || (ch >= '\t' && ch <= '\r') },
		{ "blank", ch == ' ' || ch == '\t' },
		{ "punct", graph && !lower && !upper && !digit },
		{ "graph", graph },
		{ "print", graph || ch == ' ' },
		{ "cntrl", ch < ' ' || ch == 0x7f },
		{ "xdigit", hex },
	};

	for (size_t i = 0; i < sizeof(classes) / sizeof(classes[0]); i++) {
		if (strlen(classes[i].name) != len || memcmp(classes[i].name, name, len) != 0)
			continue;
		*ret_known = true;
		return classes[i].is_in;
	}
	*ret_known = false;
	return false;
}

/*
 * Position behind the ":]" that ends the class name whose ':' is at `pos`; 0 when
 * what stands there cannot be a class name.
 */
static size_t class_end(const struct cursor *c, size_t pos)
{
	for (size_t i = pos + 1; i - pos <= CLASS_NAME_MAX; i++) {
		if (at(c, i) == ':' && at(c, i + 1) == ']')
			return i + 2;
		if (at(c, i) < 'a' || at(c, i) >= 'z')
			return 0;
	}
	return 0;
}

/* Likewise for "[=x=]" and "[.x.]", of one character in the C locale; pos is at the '=' or '.'. */
static size_t symbol_end(const struct cursor *c, size_t pos)
{
	if (at(c, pos + 1) && at(c, pos + 2) == at(c, pos) && at(c, pos + 3) == ']')
		return pos + 4;
	return 0;
}

/* "[.xyz.]", of any length, as it is skipped; 0 when it does not end. */
static size_t collating_end(const struct cursor *c, size_t pos)
{
	for (pos++; at(c, pos); pos++)
		if (at(c, pos) == '.' && at(c, pos + 1) == ']')
			return pos + 2;
	return 0;
}

/* What follows '[' in a bracket that is skipped; false where fnmatch() gives up. */
static bool skip_symbol(struct cursor *c)
{
	size_t end;

	switch (at(c, c->pos)) {
	case ':':
		end = class_end(c, c->pos);
		if (end)
			c->pos = end;
		return true;
	case '=':
		end = symbol_end(c, c->pos);
		break;
	case '.':
		end = collating_end(c, c->pos);
		break;
	default:
		return true;
	}
	if (end)
		c->pos = end;
	return end != 0;
}

/* Behind a match: to the ']' that closes the bracket. */
static enum bracket skip_bracket(struct cursor *c)
{
	unsigned char ch;

	do {
		ch = at(c, c->pos);
		if (!ch)
			return BRACKET_LITERAL;
		c->pos++;
		if (ch == '\\') {
			if (!at(c, c->pos))
				return BRACKET_MISMATCH;
			c->pos++;
		} else if (ch == '[' && !skip_symbol(c)) {
			return BRACKET_MISMATCH;
		}
	} while (ch != ']');
	return BRACKET_MATCH;
}

/* One end of a range or a single character; what a symbol or a backslash stands for. */
static bool bracket_char(struct cursor *c, unsigned char *out)
{
	size_t end;

	*out = at(c, c->pos++);
	if (*out == '\\') {
		*out = at(c, c->pos);
		if (!*out)
			return false;
		c->pos++;
	} else if (*out == '[' && at(c, c->pos) == '.') {
		end = symbol_end(c, c->pos);
		if (!end)
			return false;
		*out = at(c, c->pos + 1);
		c->pos = end;
	}
	return true;
}

enum item {
	ITEM_HIT,
	ITEM_MISS,
	ITEM_BROKEN, /* the whole pattern matches nothing */
};

/* A character or a range at the cursor. */
static enum item range_item(struct cursor *c, unsigned char ch)
{
	unsigned char first, last;

	if (!bracket_char(c, &first))
		return ITEM_BROKEN;
	first = fold_char(c, first);
	if (at(c, c->pos) != '-' || at(c, c->pos + 1) == ']')
		return first == ch ? ITEM_HIT : ITEM_MISS;
	if (!at(c, c->pos + 1))
		return first == ch ? ITEM_HIT : ITEM_BROKEN;
	c->pos++;
	if (!bracket_char(c, &last) || !last)
		return ITEM_BROKEN;
	last = fold_char(c, last);
	return ch >= first && ch <= last ? ITEM_HIT : ITEM_MISS;
}

static enum item bracket_item(struct cursor *c, unsigned char raw)
{
	const unsigned char ch = fold_char(c, raw);
	size_t end = 0;
	bool known = false;
	bool is_in;

	if (at(c, c->pos) == '[' && at(c, c->pos + 1) == ':')
		end = class_end(c, c->pos + 1);
	if (end) {
		is_in = in_class(c->s + c->pos + 2, end - c->pos - 4, raw, &known);
		c->pos = end;
		if (!known)
			return ITEM_BROKEN;
		return is_in ? ITEM_HIT : ITEM_MISS;
	}
	if (at(c, c->pos) == '[' && at(c, c->pos + 1) == '=')
		end = symbol_end(c, c->pos + 1);
	if (end) {
		is_in = fold_char(c, at(c, c->pos + 2)) == ch;
		c->pos = end;
		return is_in ? ITEM_HIT : ITEM_MISS;
	}
	return range_item(c, ch);
}

/* c->pos is behind the '['; on a match it moves behind the ']'. */
static enum bracket match_bracket(struct cursor *c, unsigned char raw)
{
	bool negated = at(c, c->pos) == '!' || at(c, c->pos) == '^';
	enum item item = ITEM_MISS;
	enum bracket rest;
	bool first = true;

	if (negated)
		c->pos++;
	for (; first || at(c, c->pos) != ']'; first = false) {
		if (!at(c, c->pos))
			return BRACKET_LITERAL;
		item = bracket_item(c, raw);
		if (item != ITEM_MISS)
			break;
	}
	if (item == ITEM_BROKEN)
		return BRACKET_MISMATCH;
	if (item == ITEM_HIT) {
		rest = skip_bracket(c);
		return rest == BRACKET_MATCH && negated ? BRACKET_MISMATCH : rest;
	}
	c->pos++;
	return negated ? BRACKET_MATCH : BRACKET_MISMATCH;
}

/* One element of the pattern that is no star, against one character; moves behind it. */
static bool match_one(struct cursor *c, unsigned char raw)
{
	const unsigned char ch = fold_char(c, raw);
	size_t start = c->pos;
	unsigned char p = at(c, c->pos++);

	if (p == '?')
		return true;
	if (p == '[') {
		switch (match_bracket(c, raw)) {
		case BRACKET_MATCH:
			return true;
		case BRACKET_MISMATCH:
			return false;
		case BRACKET_LITERAL:
			break;
		}
		c->pos = start + 1;
	} else if (p == '\\') {
		if (c->pos >= c->len)
			return false;
		p = at(c, c->pos++);
	}
	return fold_char(c, p) == ch;
}

bool glob_match(struct text pattern, struct text text, bool fold)
{
	struct cursor c = { (const unsigned char *)pattern.s, pattern.len, 0, fold };
	const unsigned char *s = (const unsigned char *)text.s;
	size_t star = SIZE_MAX; /* behind the last star passed */
	size_t retry = 0; /* where the text behind that star was tried to begin */
	size_t i = 0;

	while (i < text.len || c.pos < c.len) {
		if (c.pos < c.len && c.s[c.pos] == '*') {
			star = ++c.pos;
			retry = i;
			continue;
		}
		if (i < text.len && c.pos < c.len && match_one(&c, s[i])) {
			i++;
			continue;
		}
		if (star == SIZE_MAX || retry >= text.len)
			return false;
		c.pos = star;
		i = ++retry;
	}
	return true;
}
