// SPDX-License-Identifier: Apache-2.0
#include "event/text.h"

#include <ctype.h>
#include <errno.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "event/text_fields.h"

#define FIRST_TIME_NS 10000000000000ULL /* later than any default start time */
#define TIME_STEP_NS  1000000ULL
#define KEYS_MAX      400 /* bytes of a message that names the keys */

struct parser {
	const char *line;
	const char *at;
	struct diag *diag;
	unsigned char *rec; /* its bytes so far; strings are appended */
	size_t size;
	size_t len;
	const struct text_type *type;
	bool given[TEXT_GROUPS_MAX][TEXT_FIELDS_MAX];
};

/* The error is at `where`, unless an earlier one was noted. */
static int fail_at(const struct parser *parser, const char *where)
{
	if (parser->diag && !parser->diag->text[0])
		parser->diag->column = (uint32_t)(where - parser->line) + 1;
	return -EINVAL;
}

static void skip_blanks(struct parser *parser)
{
	while (*parser->at == ' ' || *parser->at == '\t' || *parser->at == '\r')
		parser->at++;
}

static int add_byte(struct parser *parser, char c, const char *where)
{
	if (parser->len >= parser->size) {
		(void)fail_at(parser, where);
		diag_set(parser->diag, "record is longer than %zu bytes", parser->size);
		return -EINVAL;
	}
	parser->rec[parser->len++] = (unsigned char)c;
	return 0;
}

/* What follows a backslash; moves on. */
static int scan_escape(struct parser *parser, char *out)
{
	static const char from[] = "ntr\"'\\";
	static const char to[] = "\n\t\r\"'\\";
	const char *start = parser->at - 1;
	char c = *parser->at;
	const char *known = c ? strchr(from, c) : NULL;
	char hex[3] = "";

	if (known) {
		*out = to[known - from];
		parser->at++;
		return 0;
	}
	if (c == 'x' && isxdigit((unsigned char)parser->at[1]) &&
	    isxdigit((unsigned char)parser->at[2])) {
		memcpy(hex, parser->at + 1, 2);
		*out = (char)strtoul(hex, NULL, 16);
		parser->at += 3;
		return 0;
	}
	(void)fail_at(parser, start);
	diag_set(parser->diag, "unknown escape '\\%c': want \\n \\t \\r \\\" \\' \\\\ or \\xHH",
		 isprint((unsigned char)c) ? c : '?');
	return -EINVAL;
}

/* "…" with escapes or '…' without, appended to the record. */
static int scan_quoted(struct parser *parser)
{
	const char *start = parser->at;
	char quote = *parser->at++;
	int err;

	while (*parser->at != quote) {
		char c = *parser->at;

		if (!c) {
			(void)fail_at(parser, start);
			diag_set(parser->diag, "quote is not closed");
			return -EINVAL;
		}
		parser->at++;
		if (c == '\\' && quote == '"') {
			err = scan_escape(parser, &c);
			if (err)
				return err;
		}
		err = add_byte(parser, c, start);
		if (err)
			return err;
	}
	parser->at++;
	return 0;
}

/* One string up to a blank, or in a list up to a comma or its end. */
static int scan_string(struct parser *parser, const char *stop)
{
	int err = 0;

	if (*parser->at == '"' || *parser->at == '\'')
		return scan_quoted(parser);
	while (!err && *parser->at && !strchr(stop, *parser->at)) {
		err = add_byte(parser, *parser->at, parser->at);
		parser->at++;
	}
	return err;
}

static int scan_list(struct parser *parser)
{
	const char *start = parser->at++;
	int err;

	for (;;) {
		skip_blanks(parser);
		err = scan_string(parser, " \t\r,]");
		if (err)
			return err;
		skip_blanks(parser);
		if (*parser->at == ']')
			break;
		if (*parser->at != ',') {
			(void)fail_at(parser, *parser->at ? parser->at : start);
			diag_set(parser->diag, "want ',' or ']' in the list");
			return -EINVAL;
		}
		parser->at++;
		err = add_byte(parser, '\0', start);
		if (err)
			return err;
	}
	parser->at++;
	return 0;
}

static size_t word_len(const char *at)
{
	return strcspn(at, " \t\r");
}

/* Note where a string of the record lies, `start` bytes from its beginning. */
static int close_str(struct parser *parser, const struct text_field *field, size_t start,
		     const char *where)
{
	struct bw_str str = { (uint16_t)start, (uint16_t)(parser->len - start) };
	int err = add_byte(parser, '\0', where);

	if (!err)
		memcpy(parser->rec + field->offset, &str, sizeof(str));
	return err;
}

static int scan_str_field(struct parser *parser, const struct text_field *field)
{
	const char *where = parser->at;
	size_t start = parser->len;
	int err;

	if (word_len(where) == 1 && *where == '-') { /* not read */
		parser->at++;
		return 0;
	}
	if (field->kind == TEXT_LIST && *where == '[')
		err = scan_list(parser);
	else
		err = scan_string(parser, " \t\r");
	return err ? err : close_str(parser, field, start, where);
}

static int scan_comm(struct parser *parser, unsigned char *at)
{
	const char *where = parser->at;
	size_t start = parser->len;
	size_t len;
	int err = scan_string(parser, " \t\r");

	if (err)
		return err;
	len = parser->len - start;
	if (len >= BW_COMM_LEN) {
		(void)fail_at(parser, where);
		diag_set(parser->diag, "comm is longer than %d bytes", BW_COMM_LEN - 1);
		return -EINVAL;
	}
	memset(at, 0, BW_COMM_LEN);
	memcpy(at, parser->rec + start, len);
	parser->len = start; /* it was only lent */
	return 0;
}

static int scan_value(struct parser *parser, const struct text_group *group,
		      const struct text_field *field)
{
	unsigned char *at = parser->rec + group->offset + field->offset;
	const char *where = parser->at;
	size_t len = word_len(where);
	uint64_t value;
	int err;

	if (field->kind == TEXT_STR || field->kind == TEXT_LIST)
		return scan_str_field(parser, field);
	if (field->kind == TEXT_COMM)
		return scan_comm(parser, at);
	(void)fail_at(parser, where); /* for what the scanners say */
	parser->at += len;
	if (field->kind == TEXT_ADDR)
		return text_scan_addr(where, len, (struct bw_addr *)at, parser->diag);
	err = text_scan_number(where, len, field, &value, parser->diag);
	if (!err)
		text_store(at, field, value);
	return err;
}

static void fail_unknown_key(struct parser *parser, const char *key, size_t len)
{
	struct buf keys;

	buf_init(&keys, KEYS_MAX);
	/* The type's own keys first: those of the header are the longer list. */
	for (unsigned int i = 1; i < TEXT_GROUPS_MAX && parser->type->groups[i].prefix; i++) {
		const struct text_group *group = &parser->type->groups[i];

		if (*group->prefix)
			buf_printf(&keys, " %s*", group->prefix);
		for (const struct text_field *field = group->fields; field->key && !*group->prefix;
		     field++)
			buf_printf(&keys, " %s", field->key);
	}
	for (const struct text_field *field = parser->type->groups[0].fields; field->key; field++)
		buf_printf(&keys, " %s", field->key);
	(void)fail_at(parser, key);
	diag_set(parser->diag, "unknown key '%.*s' of '%s'; it has%s", (int)(len < 64 ? len : 64),
		 key, parser->type->name, keys.data);
	buf_done(&keys);
}

static void fail_unknown_type(struct parser *parser, const char *name, size_t len)
{
	struct buf names;

	buf_init(&names, KEYS_MAX);
	text_add_type_names(&names);
	(void)fail_at(parser, name);
	diag_set(parser->diag, "unknown event '%.*s'; there are%s", (int)(len < 64 ? len : 64),
		 name, names.data);
	buf_done(&names);
}

/* Find the field of a key; false if there is none. */
static bool find_key(const struct text_type *type, const char *key, size_t len, size_t *ret_group,
		     size_t *ret_field)
{
	for (size_t i = 0; i < TEXT_GROUPS_MAX && type->groups[i].prefix; i++) {
		const struct text_group *group = &type->groups[i];
		size_t prefix = strlen(group->prefix);

		if (len <= prefix || memcmp(key, group->prefix, prefix) != 0)
			continue;
		for (size_t j = 0; group->fields[j].key; j++) {
			const char *name = group->fields[j].key;

			if (strlen(name) == len - prefix &&
			    !memcmp(name, key + prefix, len - prefix)) {
				*ret_group = i;
				*ret_field = j;
				return true;
			}
		}
	}
	return false;
}

/* The key before a '='; moves behind it. */
static int scan_key(struct parser *parser, const char **ret_key, size_t *ret_len)
{
	const char *key = parser->at;
	size_t len = strcspn(key, "= \t\r");

	if (key[len] != '=' || !len) {
		len = word_len(key);
		(void)fail_at(parser, key);
		diag_set(parser->diag, "'%.*s' is not KEY=VALUE", (int)(len < 64 ? len : 64), key);
		return -EINVAL;
	}
	parser->at += len + 1;
	*ret_key = key;
	*ret_len = len;
	return 0;
}

static int scan_field(struct parser *parser)
{
	const struct text_group *group;
	const char *key;
	size_t group_no;
	size_t field_no;
	size_t len;
	int err = scan_key(parser, &key, &len);

	if (err)
		return err;
	if (!find_key(parser->type, key, len, &group_no, &field_no)) {
		fail_unknown_key(parser, key, len);
		return -EINVAL;
	}
	if (parser->given[group_no][field_no]) {
		(void)fail_at(parser, key);
		diag_set(parser->diag, "'%.*s' is given twice", (int)len, key);
		return -EINVAL;
	}
	parser->given[group_no][field_no] = true;
	group = &parser->type->groups[group_no];
	err = scan_value(parser, group, &group->fields[field_no]);
	if (!err && *parser->at && !strchr(" \t\r", *parser->at)) {
		(void)fail_at(parser, parser->at);
		diag_set(parser->diag, "want a blank after the value of '%.*s'", (int)len, key);
		err = -EINVAL;
	}
	return err;
}

/* Literal, or a copy of another string of the record. */
static int fill_str(struct parser *parser, const struct text_field *field)
{
	size_t start = parser->len;
	struct bw_str like = { 0, 0 };
	int err = 0;

	if (field->same_as)
		memcpy(&like, parser->rec + field->same_as, sizeof(like));
	if (!like.off && !field->text)
		return 0;
	for (size_t i = 0; i < like.len && !err; i++)
		err = add_byte(parser, (char)parser->rec[like.off + i], parser->line);
	for (const char *s = field->text; s && *s && !err; s++)
		err = add_byte(parser, *s, parser->line);
	return err ? err : close_str(parser, field, start, parser->line);
}

static void fill_fixed(struct parser *parser, const struct text_group *group,
		       const struct text_field *field)
{
	unsigned char *at = parser->rec + group->offset + field->offset;

	if (field->kind == TEXT_COMM)
		text_default_comm(parser->rec, (char *)at);
	else if (field->kind != TEXT_ADDR) /* none: zeros */
		text_store(at, field, text_default(parser->rec, group->offset, field));
}

static void fill_group(struct parser *parser, size_t no)
{
	const struct text_group *group = &parser->type->groups[no];

	for (size_t i = 0; group->fields[i].key; i++) {
		const struct text_field *field = &group->fields[i];

		if (!parser->given[no][i] && field->kind != TEXT_STR && field->kind != TEXT_LIST)
			fill_fixed(parser, group, field);
	}
}

static int fill_strs(struct parser *parser, size_t no)
{
	const struct text_field *fields = parser->type->groups[no].fields;
	int err = 0;

	for (size_t i = 0; fields[i].key && !err; i++) {
		if (!parser->given[no][i] &&
		    (fields[i].kind == TEXT_STR || fields[i].kind == TEXT_LIST))
			err = fill_str(parser, &fields[i]);
	}
	return err;
}

/* Defaults of all that was not given: strings first, for numbers are made from them. */
static int fill_defaults(struct parser *parser)
{
	const struct text_group *groups = parser->type->groups;
	int err = 0;

	for (size_t i = 0; i < TEXT_GROUPS_MAX && groups[i].prefix && !err; i++)
		err = fill_strs(parser, i);
	for (size_t i = 0; i < TEXT_GROUPS_MAX && groups[i].prefix && !err; i++)
		fill_group(parser, i);
	return err;
}

static void set_time(struct parser *parser, struct capture_host *host)
{
	struct bw_hdr *hdr = (struct bw_hdr *)parser->rec;

	if (!parser->given[0][0]) /* time comes first in every type */
		hdr->time_ns = host && host->text_time_ns ? host->text_time_ns + TIME_STEP_NS :
							    FIRST_TIME_NS;
	if (host)
		host->text_time_ns = hdr->time_ns;
}

static int parse_record(struct parser *parser)
{
	struct bw_hdr *hdr = (struct bw_hdr *)parser->rec;
	int err = 0;

	if (parser->type->fixed_bytes > parser->size) {
		diag_set(parser->diag, "record is longer than %zu bytes", parser->size);
		return -EINVAL;
	}
	memset(parser->rec, 0, parser->type->fixed_bytes);
	parser->len = parser->type->fixed_bytes;
	hdr->type = parser->type->type;
	for (skip_blanks(parser); *parser->at && !err; skip_blanks(parser))
		err = scan_field(parser);
	if (!err)
		err = fill_defaults(parser);
	hdr->size = (uint32_t)parser->len;
	return err;
}

static int set_chars(const struct parser *parser, struct bw_str str, char *out, size_t size)
{
	if (!str.off)
		return 0;
	if (str.len >= size) {
		diag_set(parser->diag, "a string is longer than %zu bytes", size - 1);
		return -EINVAL;
	}
	memcpy(out, parser->rec + str.off, str.len + 1U);
	return 0;
}

static int set_text(const struct parser *parser, struct bw_str str, char **out)
{
	char *copy;

	if (!str.off)
		return 0;
	copy = strndup((const char *)parser->rec + str.off, str.len);
	if (!copy) {
		diag_set(parser->diag, "out of memory");
		return -EINVAL;
	}
	free(*out);
	*out = copy;
	return 0;
}

/* What the line does not name stays as it is. */
static int set_host(const struct parser *parser, struct capture_host *host)
{
	const struct text_host *line = (const struct text_host *)parser->rec;
	int err;

	if (!host)
		return 0;
	if (line->epoch_offset_ns)
		host->epoch_offset_ns = line->epoch_offset_ns;
	if (line->n_cpus)
		host->n_cpus = line->n_cpus;
	if (line->cgroup_v1_hierarchy)
		host->cgroup_v1_hierarchy = line->cgroup_v1_hierarchy;
	err = set_chars(parser, line->hostname, host->hostname, sizeof(host->hostname));
	if (!err)
		err = set_chars(parser, line->release, host->release, sizeof(host->release));
	if (!err)
		err = set_chars(parser, line->machine, host->machine, sizeof(host->machine));
	if (!err)
		err = set_chars(parser, line->agent_version, host->agent_version,
				sizeof(host->agent_version));
	if (!err)
		err = set_text(parser, line->passwd, &host->passwd);
	if (!err)
		err = set_text(parser, line->group, &host->group);
	return err;
}

int text_parse_line(const char *line, struct capture_host *host, void *out, size_t size,
		    size_t *ret_len, struct diag *diag)
{
	struct parser parser = {
		.line = line,
		.at = line,
		.diag = diag,
		.rec = out,
		.size = size < BW_RECORD_MAX ? size : BW_RECORD_MAX,
	};
	const char *name;
	size_t len;
	int err;

	skip_blanks(&parser);
	name = parser.at;
	if (!*name || *name == '#') {
		*ret_len = 0;
		return 0;
	}
	len = word_len(name);
	parser.at += len;
	parser.type = text_find_type(name, len);
	if (!parser.type) {
		fail_unknown_type(&parser, name, len);
		return -EINVAL;
	}
	err = parse_record(&parser);
	if (err)
		return err;
	if (parser.type->type == BW_EVENT_NONE) {
		err = set_host(&parser, host);
		parser.len = 0; /* no record */
	} else {
		set_time(&parser, host);
	}
	if (!err)
		*ret_len = parser.len;
	return err;
}
