// SPDX-License-Identifier: Apache-2.0
#include "event/text.h"

#include <stdbool.h>
#include <string.h>

#include "event/text_fields.h"

#define STRS_MAX 12

struct placed_str {
	const struct text_field *field;
	struct bw_str str;
};

static void add_key(struct buf *buf, const struct text_group *group, const struct text_field *field)
{
	buf_printf(buf, " %s%s=", group->prefix, field->key);
}

/* A number, address or comm that is not what it would be by default. */
static void add_fixed(struct buf *buf, const void *rec, const struct text_group *group,
		      const struct text_field *field)
{
	static const struct bw_addr no_addr;
	const char *at = (const char *)rec + group->offset + field->offset;
	bool always = group->offset + field->offset == offsetof(struct bw_hdr, time_ns);
	char comm[BW_COMM_LEN];
	uint64_t value;

	if (field->kind == TEXT_ADDR) {
		if (!memcmp(at, &no_addr, sizeof(no_addr)))
			return;
		add_key(buf, group, field);
		text_add_addr(buf, (const struct bw_addr *)at);
	} else if (field->kind == TEXT_COMM) {
		text_default_comm(rec, comm);
		if (!memcmp(at, comm, sizeof(comm)))
			return;
		add_key(buf, group, field);
		text_add_word(buf, at, strnlen(at, BW_COMM_LEN));
	} else {
		value = text_load(at, field);
		if (!always && value == text_default(rec, group->offset, field))
			return;
		add_key(buf, group, field);
		text_add_number(buf, field, value);
	}
}

static void add_list(struct buf *buf, const char *s, size_t len)
{
	const char *end = s + len;
	const char *nul;

	buf_add_char(buf, '[');
	for (;;) {
		nul = memchr(s, '\0', (size_t)(end - s));
		text_add_word(buf, s, (size_t)((nul ? nul : end) - s));
		if (!nul)
			break;
		buf_add_char(buf, ',');
		s = nul + 1;
	}
	buf_add_char(buf, ']');
}

/* Strings in the order of their bytes: the parser lays them out as they come. */
static void add_strs(struct buf *buf, const struct record *rec, const struct text_group *group)
{
	struct placed_str strs[STRS_MAX];
	size_t n = 0;
	size_t at;

	for (const struct text_field *field = group->fields; field->key; field++) {
		struct bw_str str;

		if ((field->kind != TEXT_STR && field->kind != TEXT_LIST) || n == STRS_MAX)
			continue;
		memcpy(&str, (const char *)rec->hdr + field->offset, sizeof(str));
		for (at = n++; at && strs[at - 1].str.off > str.off; at--)
			strs[at] = strs[at - 1];
		strs[at].field = field;
		strs[at].str = str;
	}
	for (at = 0; at < n; at++) {
		const struct text_field *field = strs[at].field;
		struct record_str view = record_str(rec, strs[at].str);

		if (!strs[at].str.off && !field->text && !field->same_as)
			continue;
		add_key(buf, group, field);
		if (!strs[at].str.off)
			buf_add_char(buf, '-');
		else if (field->kind == TEXT_LIST)
			add_list(buf, view.s, view.len);
		else
			text_add_word(buf, view.s, view.len);
	}
}

void text_add_record(struct buf *buf, const struct record *rec)
{
	const struct text_type *type = text_type_of(rec->hdr->type);

	if (!type)
		return;
	buf_add_str(buf, type->name);
	for (const struct text_group *group = type->groups; group->prefix; group++) {
		for (const struct text_field *field = group->fields; field->key; field++) {
			if (field->kind != TEXT_STR && field->kind != TEXT_LIST)
				add_fixed(buf, rec->hdr, group, field);
		}
		add_strs(buf, rec, group);
	}
	buf_add_char(buf, '\n');
}
