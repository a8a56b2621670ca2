// SPDX-License-Identifier: Apache-2.0
#include "output/alert.h"

#include <locale.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <time.h>

#include <cmocka.h>

#include <cjson/cJSON.h>

#include "fake_source.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define SCRATCH_BYTES (1U << 20)
#define BUF_MAX       (1U << 20)
#define TIME_NS       1470327477881782397U /* 2016-08-04T16:17:57.881782397Z */

/* An alert of a template over fields, and the buffer that its line goes to. */
struct fixture {
	struct fake_source fake;
	struct template *tmpl;
	struct alert alert;
	struct buf buf;
};

static const char *const tags[] = { "T1059", "container" };

static void fixture_init(struct fixture *f, const char *text, const struct fake_field *fields)
{
	struct diag diag;

	memset(f, 0, sizeof(*f));
	diag_init(&diag);
	fake_source_init(&f->fake, fields, SCRATCH_BYTES);
	if (template_compile(text, &diag, &f->tmpl))
		fail_msg("%s", diag.text);
	f->alert = (struct alert){
		.time_ns = TIME_NS,
		.rule = "Shell in container",
		.priority = "Warning",
		.source = "syscall",
		.hostname = "web-1",
		.tags = tags,
		.n_tags = ARRAY_SIZE(tags),
		.tmpl = f->tmpl,
		.fields = &f->fake.source,
	};
	buf_init(&f->buf, BUF_MAX);
}

static void fixture_done(struct fixture *f)
{
	buf_done(&f->buf);
	template_free(f->tmpl);
	fake_source_done(&f->fake);
}

/* One line, ended by a newline, that parses; the caller deletes it. */
static cJSON *parse_line(const struct fixture *f)
{
	const char *end = NULL;
	cJSON *root;

	assert_false(f->buf.failed);
	assert_true(f->buf.len > 1 && f->buf.len <= ALERT_LINE_MAX);
	assert_int_equal(f->buf.len, strlen(f->buf.data));
	assert_ptr_equal(strchr(f->buf.data, '\n'), f->buf.data + f->buf.len - 1);
	root = cJSON_ParseWithOpts(f->buf.data, &end, 0);
	assert_non_null(root);
	assert_ptr_equal(end, f->buf.data + f->buf.len - 1);
	return root;
}

static const char *str(const cJSON *object, const char *key)
{
	const cJSON *item = cJSON_GetObjectItemCaseSensitive(object, key);
	const char *value = cJSON_GetStringValue(item);

	if (!value)
		fail_msg("no string '%s'", key);
	return value;
}

static const struct value types[] = { FAKE_STR("file"), FAKE_STR("a\"b") };
static const struct value ancestors[] = { FAKE_STR("bash"), FAKE_STR("sshd") };

static const struct fake_field plain[] = {
	{ "proc.name", FAKE_STR("sh") },
	{ "proc.aname", FAKE_LIST(ancestors) },
	{ "proc.pid", FAKE_INT(INT64_MIN) },
	{ "evt.num", FAKE_UINT(UINT64_MAX) },
	{ "evt.rawres", FAKE_INT(-13) },
	{ "evt.time", FAKE_STR("16:17:57.881782397") },
	{ "evt.buffer", FAKE_BYTES("a\0\xff z") },
	{ "fd.types", FAKE_LIST(types) },
	{ "fd.dev", FAKE_INT(0x1f) },
	{ "fd.mode", FAKE_UINT(0644) },
	{ "fd.sip", { .kind = VALUE_IP, .ip = { .family = AF_INET, .addr = { 10, 0, 0, 1 } } } },
	{ "fd.cip", { .kind = VALUE_IP, .ip = { .family = AF_INET6, .addr = { [15] = 1 } } } },
	{ "fd.port", FAKE_UINT(80) },
	{ "proc.is_exe_writable", FAKE_BOOL(true) },
	{ "container.id", FAKE_STR("host") },
	{ NULL, { .kind = VALUE_NULL } },
};

static void a_json_line_has_the_shape_of_falco(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "Shell %proc.name by %user.name (%evt.num)", plain);
	alert_add_json(&f.alert, &f.buf);
	assert_string_equal(
		f.buf.data,
		"{\"hostname\":\"web-1\",\"output\":\"16:17:57.881782397: Warning Shell sh by "
		"<NA> (18446744073709551615)\",\"output_fields\":{\"evt.num\":"
		"18446744073709551615,\"evt.time\":1470327477881782397,\"proc.name\":\"sh\","
		"\"user.name\":null},\"priority\":\"Warning\",\"rule\":\"Shell in container\","
		"\"source\":\"syscall\",\"tags\":[\"T1059\",\"container\"],"
		"\"time\":\"2016-08-04T16:17:57.881782397Z\"}\n");
	fixture_done(&f);
}

static void our_own_keys_stand_where_the_alphabet_wants_them(void **state)
{
	struct fixture f;
	cJSON *root;
	const char *last = "";
	unsigned int n = 0;

	(void)state;
	fixture_init(&f, "x", plain);
	f.alert.ancestry = "sh<bash<sshd";
	f.alert.container_resolution = "no state file";
	alert_add_json(&f.alert, &f.buf);
	root = parse_line(&f);
	for (const cJSON *item = root->child; item; item = item->next) {
		assert_true(strcmp(last, item->string) < 0);
		last = item->string;
		n++;
	}
	assert_int_equal(n, 10);
	assert_string_equal(str(root, "ancestry"), "sh<bash<sshd");
	assert_string_equal(str(root, "container_resolution"), "no state file");
	cJSON_Delete(root);
	fixture_done(&f);
}

static void output_fields_keep_types_and_order(void **state)
{
	static const char text[] =
		"%proc.pid %evt.num %evt.rawres %evt.time %evt.buffer %fd.types %fd.dev %fd.mode "
		"%fd.sip %fd.cip %fd.port %proc.is_exe_writable %proc.aname %toupper(proc.name)";
	static const char expected[] =
		"\"output_fields\":{\"evt.buffer\":\"a.. z\",\"evt.num\":18446744073709551615,"
		"\"evt.rawres\":-13,\"evt.time\":1470327477881782397,\"fd.cip\":\"::1\","
		"\"fd.dev\":\"1F\",\"fd.mode\":\"644\",\"fd.port\":null,\"fd.sip\":\"10.0.0.1\","
		"\"fd.types\":[\"file\",\"a\\\"b\"],\"proc.aname\":\"bash sshd\","
		"\"proc.is_exe_writable\":true,\"proc.pid\":-9223372036854775808},";
	struct fixture f;

	(void)state;
	fixture_init(&f, text, plain);
	alert_add_json(&f.alert, &f.buf);
	cJSON_Delete(parse_line(&f));
	if (!strstr(f.buf.data, expected))
		fail_msg("%s", f.buf.data);
	fixture_done(&f);
}

static void evt_time_is_there_whatever_the_other_fields(void **state)
{
	static const struct {
		const char *text;
		const char *fields;
	} cases[] = {
		{ "x", "{\"evt.time\":1470327477881782397}" },
		{ "%container.id", "{\"container.id\":\"host\",\"evt.time\":1470327477881782397}" },
		{ "%proc.name", "{\"evt.time\":1470327477881782397,\"proc.name\":\"sh\"}" },
		{ "%evt.time", "{\"evt.time\":1470327477881782397}" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct fixture f;

		fixture_init(&f, cases[i].text, plain);
		alert_add_json(&f.alert, &f.buf);
		cJSON_Delete(parse_line(&f));
		if (!strstr(f.buf.data, cases[i].fields))
			fail_msg("%s", f.buf.data);
		fixture_done(&f);
	}
}

static void times_are_utc_in_every_time_zone(void **state)
{
	struct fixture f;
	cJSON *root;

	(void)state;
	assert_int_equal(setenv("TZ", "XXX-05:30", 1), 0);
	tzset();
	fixture_init(&f, "x", plain);
	f.alert.time_ns = 7;
	alert_add_json(&f.alert, &f.buf);
	root = parse_line(&f);
	assert_string_equal(str(root, "time"), "1970-01-01T00:00:00.000000007Z");
	assert_string_equal(str(root, "output"), "00:00:00.000000007: Warning x");
	cJSON_Delete(root);
	buf_reset(&f.buf);
	alert_add_text(&f.alert, &(struct alert_text_options){ .utc = false }, &f.buf);
	assert_string_equal(f.buf.data, "05:30:00.000000007 WARNING Shell in container: x\n");
	buf_reset(&f.buf);
	alert_add_text(&f.alert, &(struct alert_text_options){ .utc = true }, &f.buf);
	assert_string_equal(f.buf.data, "00:00:00.000000007 WARNING Shell in container: x\n");
	f.alert.time_ns = UINT64_MAX;
	buf_reset(&f.buf);
	alert_add_json(&f.alert, &f.buf);
	root = parse_line(&f);
	assert_string_equal(str(root, "time"), "2554-07-21T23:34:33.709551615Z");
	cJSON_Delete(root);
	fixture_done(&f);
	assert_int_equal(unsetenv("TZ"), 0);
	tzset();
}

struct nasty {
	const char *bytes;
	size_t len;
	const char *json; /* between the quotes */
	const char *text; /* on the terminal */
};

#define NASTY(bytes, json, text)                           \
	{                                                  \
		(bytes), sizeof(bytes) - 1, (json), (text) \
	}

static const struct nasty nasties[] = {
	NASTY("", "", ""),
	NASTY("plain /path", "plain /path", "plain /path"),
	NASTY("a\nb", "a\\nb", "a\\x0ab"),
	NASTY("\r\t\b\f", "\\r\\t\\b\\f", "\\x0d\\x09\\x08\\x0c"),
	NASTY("\x1b[31mred", "\\u001b[31mred", "\\x1b[31mred"),
	NASTY("\x01\x1f\x7f", "\\u0001\\u001f\\u007f", "\\x01\\x1f\\x7f"),
	NASTY("a\0b", "a\\\\x00b", "a\\x00b"),
	NASTY("\"}{\"", "\\\"}{\\\"", "\"}{\""),
	NASTY("C:\\dir", "C:\\\\dir", "C:\\dir"),
	NASTY("\\", "\\\\", "\\"),
	NASTY("\\x4", "\\\\x4", "\\x4"),
	NASTY("\\x41", "\\\\x5cx41", "\\x5cx41"),
	NASTY("\\xfF", "\\\\x5cxfF", "\\x5cxfF"),
	NASTY("\\\\x41", "\\\\\\\\x5cx41", "\\\\x5cx41"),
	NASTY("\\x4\xff", "\\\\x4\\\\xff", "\\x4\\xff"),
	NASTY("caf\xc3\xa9", "caf\xc3\xa9", "caf\xc3\xa9"),
	NASTY("\xe2\x82\xac\xf0\x9f\x98\x80", "\xe2\x82\xac\xf0\x9f\x98\x80",
	      "\xe2\x82\xac\xf0\x9f\x98\x80"),
	NASTY("\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf", "\xf4\x8f\xbf\xbf"),
	/* C1, line separators, direction, no width, tags. */
	NASTY("\xc2\x9b"
	      "31m",
	      "\\u009b31m", "\\xc2\\x9b31m"),
	NASTY("\xc2\x80\xc2\xa0", "\\u0080\xc2\xa0", "\\xc2\\x80\xc2\xa0"),
	NASTY("\xe2\x80\xa8\xe2\x80\xa9", "\\u2028\\u2029", "\\xe2\\x80\\xa8\\xe2\\x80\\xa9"),
	/* Closed again, for clang-tidy looks after our own sources too. */
	NASTY("\xe2\x80\xaa"
	      "exe.\xe2\x80\xae"
	      "txt\xe2\x80\xac\xe2\x80\xac",
	      "\\u202aexe.\\u202etxt\\u202c\\u202c",
	      "\\xe2\\x80\\xaaexe.\\xe2\\x80\\xaetxt\\xe2\\x80\\xac\\xe2\\x80\\xac"),
	NASTY("\xe2\x81\xa6\xe2\x81\xa9", "\\u2066\\u2069", "\\xe2\\x81\\xa6\\xe2\\x81\\xa9"),
	NASTY("\xd8\x9c\xe2\x80\x8b", "\\u061c\\u200b", "\\xd8\\x9c\\xe2\\x80\\x8b"),
	NASTY("\xef\xbb\xbf", "\\ufeff", "\\xef\\xbb\\xbf"),
	NASTY("\xf3\xa0\x81\x81", "\\udb40\\udc41", "\\xf3\\xa0\\x81\\x81"),
	/* Lone continuation, cut short, overlong, surrogates, beyond the end, never valid. */
	NASTY("\x80", "\\\\x80", "\\x80"),
	NASTY("\xbf"
	      "a",
	      "\\\\xbfa", "\\xbfa"),
	NASTY("\xc3", "\\\\xc3", "\\xc3"),
	NASTY("\xc3(", "\\\\xc3(", "\\xc3("),
	NASTY("\xe2\x82", "\\\\xe2\\\\x82", "\\xe2\\x82"),
	NASTY("\xe2\x82(", "\\\\xe2\\\\x82(", "\\xe2\\x82("),
	NASTY("\xf0\x9f\x98", "\\\\xf0\\\\x9f\\\\x98", "\\xf0\\x9f\\x98"),
	NASTY("\xc0\xaf", "\\\\xc0\\\\xaf", "\\xc0\\xaf"),
	NASTY("\xc1\xbf", "\\\\xc1\\\\xbf", "\\xc1\\xbf"),
	NASTY("\xe0\x80\xaf", "\\\\xe0\\\\x80\\\\xaf", "\\xe0\\x80\\xaf"),
	NASTY("\xf0\x80\x80\xaf", "\\\\xf0\\\\x80\\\\x80\\\\xaf", "\\xf0\\x80\\x80\\xaf"),
	NASTY("\xed\xa0\x80", "\\\\xed\\\\xa0\\\\x80", "\\xed\\xa0\\x80"),
	NASTY("\xed\xbf\xbf", "\\\\xed\\\\xbf\\\\xbf", "\\xed\\xbf\\xbf"),
	NASTY("\xf4\x90\x80\x80", "\\\\xf4\\\\x90\\\\x80\\\\x80", "\\xf4\\x90\\x80\\x80"),
	NASTY("\xf8\x88\x80\x80\x80", "\\\\xf8\\\\x88\\\\x80\\\\x80\\\\x80",
	      "\\xf8\\x88\\x80\\x80\\x80"),
	NASTY("\xfe\xff", "\\\\xfe\\\\xff", "\\xfe\\xff"),
};

static void nasty_bytes_are_escaped_as_the_table_says(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, BUF_MAX);
	for (size_t i = 0; i < ARRAY_SIZE(nasties); i++) {
		/* An exact copy, so that a read behind its end is seen. */
		char *bytes = malloc(nasties[i].len ? nasties[i].len : 1);

		assert_non_null(bytes);
		memcpy(bytes, nasties[i].bytes, nasties[i].len);
		buf_reset(&buf);
		safe_add_json(&buf, bytes, nasties[i].len, BUF_MAX);
		assert_string_equal(buf.data, nasties[i].json);
		buf_reset(&buf);
		safe_add(&buf, bytes, nasties[i].len);
		assert_string_equal(buf.data, nasties[i].text);
		free(bytes);
	}
	buf_done(&buf);
}

static int hex(char c)
{
	static const char digits[] = "0123456789abcdef";
	const char *hit = c ? strchr(digits, c) : NULL;

	return hit ? (int)(hit - digits) : -1;
}

/* What safe.h tells a reader to do. */
static size_t read_back(const char *s, char *to)
{
	size_t n = 0;

	while (*s) {
		if (s[0] == '\\' && s[1] == 'x' && hex(s[2]) >= 0 && hex(s[3]) >= 0) {
			to[n++] = (char)(hex(s[2]) * 16 + hex(s[3]));
			s += 4;
		} else {
			to[n++] = *s++;
		}
	}
	return n;
}

static void assert_reads_back(const char *shown, const struct nasty *nasty)
{
	char bytes[256];

	assert_true(strlen(shown) < sizeof(bytes));
	assert_int_equal(read_back(shown, bytes), nasty->len);
	assert_memory_equal(bytes, nasty->bytes, nasty->len);
}

/* Valid UTF-8 in which a terminal finds nothing to obey. */
static void assert_harmless(const char *line, size_t len)
{
	/* main() has set a UTF-8 locale. */
	assert_int_not_equal(mbstowcs(NULL, line, 0), (size_t)-1);
	for (size_t i = 0; i < len; i++) {
		unsigned char c = (unsigned char)line[i];

		if (c < 0x20 || c == 0x7f)
			fail_msg("byte %02x at %zu of '%s'", c, i, line);
		if (c == 0xc2 && (unsigned char)line[i + 1] < 0xa0)
			fail_msg("C1 at %zu of '%s'", i, line);
	}
}

static void nasty_values_read_back_from_a_line(void **state)
{
	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(nasties); i++) {
		const struct nasty *nasty = &nasties[i];
		const struct fake_field fields[] = {
			{ "fd.name",
			  { .kind = VALUE_STR, .len = (uint32_t)nasty->len, .str = nasty->bytes } },
			{ NULL, { .kind = VALUE_NULL } },
		};
		const cJSON *output_fields;
		struct fixture f;
		cJSON *root;

		fixture_init(&f, "%fd.name", fields);
		alert_add_json(&f.alert, &f.buf);
		assert_harmless(f.buf.data, f.buf.len - 1);
		root = parse_line(&f);
		output_fields = cJSON_GetObjectItemCaseSensitive(root, "output_fields");
		assert_reads_back(str(output_fields, "fd.name"), nasty);
		assert_reads_back(str(root, "output") + strlen("16:17:57.881782397: Warning "),
				  nasty);
		cJSON_Delete(root);
		fixture_done(&f);
	}
}

static void nasty_names_are_made_safe_too(void **state)
{
	static const char *const bad_tags[] = { "t\n\x80" };
	struct fixture f;
	cJSON *root;

	(void)state;
	fixture_init(&f, "a\n%proc.env[\x1b\x80\xe2\x80\xae\xe2\x80\xac]", plain);
	f.alert.rule = "r\n\x80";
	f.alert.hostname = "h\x1b\x80";
	f.alert.ancestry = "s\x1b<\xffh";
	f.alert.container_resolution = "\x9b";
	f.alert.tags = bad_tags;
	f.alert.n_tags = 1;
	alert_add_json(&f.alert, &f.buf);
	assert_harmless(f.buf.data, f.buf.len - 1);
	root = parse_line(&f);
	assert_string_equal(str(root, "rule"), "r\n\\x80");
	assert_string_equal(str(root, "ancestry"), "s\x1b<\\xffh");
	cJSON_Delete(root);
	buf_reset(&f.buf);
	alert_add_text(&f.alert, &(struct alert_text_options){ .utc = true }, &f.buf);
	assert_harmless(f.buf.data, f.buf.len - 1);
	fixture_done(&f);
}

static void any_byte_in_any_place_is_harmless(void **state)
{
	uint32_t seed = 1;
	struct buf buf;

	(void)state;
	buf_init(&buf, BUF_MAX);
	for (int round = 0; round < 20000; round++) {
		char bytes[24];
		char back[24 * 5];
		size_t len = (size_t)round % sizeof(bytes);

		for (size_t i = 0; i < len; i++) {
			seed = seed * 1664525U + 1013904223U;
			/* Much of what matters is there often. */
			bytes[i] = (seed >> 24) % 3 ? (char)(seed >> 16) :
						      "\\x4\xe2\x80\xf0"[(seed >> 16) % 6];
		}
		buf_reset(&buf);
		safe_add(&buf, bytes, len);
		assert_harmless(buf.data, buf.len);
		assert_int_equal(read_back(buf.data, back), len);
		assert_memory_equal(back, bytes, len);
	}
	buf_done(&buf);
}

static void long_values_are_cut_with_a_mark(void **state)
{
	static char value[64 * 1024];
	const struct fake_field fields[] = {
		{ "fd.name", { .kind = VALUE_STR, .len = sizeof(value) - 1, .str = value } },
		{ NULL, { .kind = VALUE_NULL } },
	};
	static const char fillers[] = { 'a', '\n', '\x80', '"' };

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(fillers); i++) {
		const cJSON *output_fields;
		struct fixture f;
		cJSON *root;

		memset(value, fillers[i], sizeof(value) - 1);
		fixture_init(&f, "%fd.name %fd.name", fields);
		alert_add_json(&f.alert, &f.buf);
		root = parse_line(&f);
		output_fields = cJSON_GetObjectItemCaseSensitive(root, "output_fields");
		assert_true(strlen(str(output_fields, "fd.name")) <= ALERT_VALUE_MAX);
		assert_non_null(strstr(str(output_fields, "fd.name"), " bytes cut]"));
		assert_true(strlen(str(root, "output")) <= ALERT_OUTPUT_MAX);
		assert_non_null(strstr(str(root, "output"), " bytes cut]"));
		cJSON_Delete(root);
		fixture_done(&f);
	}
}

static void the_mark_counts_what_was_cut(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, BUF_MAX);
	safe_add_max(&buf, "0123456789012345678901234567890123456789012345678901234567890123", 64,
		     64);
	assert_int_equal(buf.len, 64);
	buf_reset(&buf);
	safe_add_max(&buf, "01234567890123456789012345678901234567890123456789012345678901234", 65,
		     64);
	assert_string_equal(buf.data, "012345678901234567890123...[41 bytes cut]");
	/* Not inside a character. */
	buf_reset(&buf);
	safe_add_max(&buf,
		     "01234567890123456789012\xc3\xa9"
		     "5678901234567890123456789012345678901234567890",
		     71, 64);
	assert_string_equal(buf.data, "01234567890123456789012...[48 bytes cut]");
	buf_reset(&buf);
	safe_add_json(&buf, "abc", 3, 0);
	assert_string_equal(buf.data, "...[3 bytes cut]");
	buf_done(&buf);
}

static void many_long_values_share_the_line(void **state)
{
	static char value[16000];
	static const char text[] = "%proc.name %proc.exe %proc.exepath %proc.cmdline %proc.args "
				   "%proc.pname %proc.pcmdline %fd.name %proc.cwd %user.name";
	static const char *const names[] = { "proc.name",     "proc.exe",  "proc.exepath",
					     "proc.cmdline",  "proc.args", "proc.pname",
					     "proc.pcmdline", "fd.name",   "proc.cwd",
					     "user.name" };
	struct fake_field fields[ARRAY_SIZE(names) + 1];
	const cJSON *output_fields;
	struct fixture f;
	cJSON *root;

	(void)state;
	memset(value, 'v', sizeof(value) - 1);
	memset(fields, 0, sizeof(fields));
	for (size_t i = 0; i < ARRAY_SIZE(names); i++) {
		fields[i].name = names[i];
		fields[i].value.kind = VALUE_STR;
		fields[i].value.len = sizeof(value) - 1;
		fields[i].value.str = value;
	}
	fixture_init(&f, text, fields);
	alert_add_json(&f.alert, &f.buf);
	root = parse_line(&f);
	output_fields = cJSON_GetObjectItemCaseSensitive(root, "output_fields");
	assert_int_equal(cJSON_GetArraySize(output_fields), ARRAY_SIZE(names) + 1);
	for (size_t i = 0; i < ARRAY_SIZE(names); i++)
		assert_int_equal(str(output_fields, names[i])[0], 'v');
	cJSON_Delete(root);
	fixture_done(&f);
}

static void a_line_that_cannot_be_short_enough_says_so(void **state)
{
	static const char *many_tags[4096];
	struct fixture f;
	cJSON *root;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(many_tags); i++)
		many_tags[i] = "a tag of twenty byte";
	fixture_init(&f, "%proc.name", plain);
	f.alert.tags = many_tags;
	f.alert.n_tags = ARRAY_SIZE(many_tags);
	alert_add_json(&f.alert, &f.buf);
	root = parse_line(&f);
	assert_string_equal(str(root, "output"),
			    "16:17:57.881782397: alert without its details: the line would be too "
			    "long");
	assert_string_equal(str(root, "rule"), "Shell in container");
	cJSON_Delete(root);
	fixture_done(&f);
}

/* cJSON's hooks take no argument. */
static unsigned int allocs_left;

static void *failing_malloc(size_t size)
{
	if (!allocs_left)
		return NULL;
	allocs_left--;
	return malloc(size);
}

static void an_alert_survives_want_of_memory(void **state)
{
	cJSON_Hooks hooks = { .malloc_fn = failing_malloc, .free_fn = free };
	bool whole = false;
	unsigned int n_short = 0;
	struct fixture f;

	(void)state;
	fixture_init(&f, "%proc.name %fd.types %proc.pid %fd.sip %fd.mode %user.name", plain);
	f.alert.rule = "a \"quoted\" rule";
	f.alert.ancestry = "sh<bash";
	f.alert.container_resolution = "why";
	for (unsigned int n = 0; !whole; n++) {
		cJSON *root;

		assert_true(n < 1000);
		buf_reset(&f.buf);
		allocs_left = n;
		cJSON_InitHooks(&hooks);
		alert_add_json(&f.alert, &f.buf);
		cJSON_InitHooks(NULL);
		root = parse_line(&f);
		assert_string_equal(str(root, "rule"), f.alert.rule);
		assert_string_equal(str(root, "time"), "2016-08-04T16:17:57.881782397Z");
		whole = cJSON_HasObjectItem(root, "ancestry");
		if (!whole) {
			assert_non_null(strstr(str(root, "output"), "out of memory"));
			n_short++;
		}
		cJSON_Delete(root);
	}
	assert_true(n_short > 10);
	fixture_done(&f);
}

static void a_full_buffer_gets_no_part_of_a_line(void **state)
{
	struct fixture f;

	(void)state;
	fixture_init(&f, "%proc.name", plain);
	for (size_t max = 2; max < 900; max++) {
		struct buf buf;

		buf_init(&buf, max);
		buf_add_char(&buf, 'x');
		alert_add_json(&f.alert, &buf);
		assert_true(buf.failed ? strcmp(buf.data, "x") == 0 :
					 buf.data[buf.len - 1] == '\n');
		buf_reset(&buf);
		buf_add_char(&buf, 'x');
		alert_add_text(&f.alert, &(struct alert_text_options){ .color = true }, &buf);
		assert_true(buf.failed ? strcmp(buf.data, "x") == 0 :
					 buf.data[buf.len - 1] == '\n');
		buf_done(&buf);
	}
	fixture_done(&f);
}

static void text_shows_container_and_ancestry(void **state)
{
	static const struct {
		struct value id;
		struct value name;
		const char *resolution;
		const char *ancestry;
		const char *line; /* behind the rule */
	} cases[] = {
		{ FAKE_STR("host"), FAKE_STR("host"), NULL, NULL, "sh\n" },
		{ FAKE_STR("host"), FAKE_STR("host"), NULL, "sh<bash<sshd", "sh (sh<bash<sshd)\n" },
		{ FAKE_STR("3ad7b26ded6d"), FAKE_STR("web"), NULL, "sh<runc",
		  "[web 3ad7b26ded6d] sh (sh<runc)\n" },
		{ FAKE_STR("abc"), { .kind = VALUE_NULL }, NULL, NULL, "[abc] sh\n" },
		{ FAKE_STR("abc"),
		  { .kind = VALUE_NULL },
		  "no state file",
		  NULL,
		  "[abc; no state file] sh\n" },
		{ { .kind = VALUE_NULL },
		  { .kind = VALUE_NULL },
		  "unknown cgroup",
		  NULL,
		  "[container unknown cgroup] sh\n" },
		{ { .kind = VALUE_NULL }, { .kind = VALUE_NULL }, NULL, NULL, "sh\n" },
		{ FAKE_STR("box-1"), FAKE_STR("box-1"), NULL, NULL, "[box-1] sh\n" },
		{ FAKE_STR("a\x1b"), FAKE_STR("w\nb"), NULL, "s\nh",
		  "[w\\x0ab a\\x1b] sh (s\\x0ah)\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct fake_field fields[] = {
			{ "container.id", cases[i].id },
			{ "container.name", cases[i].name },
			{ "proc.name", FAKE_STR("sh") },
			{ NULL, { .kind = VALUE_NULL } },
		};
		static const char head[] = "16:17:57.881782397 WARNING Shell in container: ";
		struct fixture f;

		fixture_init(&f, "%proc.name", fields);
		f.alert.ancestry = cases[i].ancestry;
		f.alert.container_resolution = cases[i].resolution;
		alert_add_text(&f.alert, &(struct alert_text_options){ .utc = true }, &f.buf);
		assert_memory_equal(f.buf.data, head, sizeof(head) - 1);
		assert_string_equal(f.buf.data + sizeof(head) - 1, cases[i].line);
		fixture_done(&f);
	}
}

static void text_shows_the_pod(void **state)
{
	static const struct {
		struct value ns;
		struct value pod;
		const char *line; /* behind the rule */
	} cases[] = {
		{ FAKE_STR("shop"), FAKE_STR("web-1"),
		  ": [nginx 3ad7b26ded6d pod shop/web-1] sh\n" },
		{ { .kind = VALUE_NULL },
		  FAKE_STR("w\n"),
		  ": [nginx 3ad7b26ded6d pod w\\x0a] sh\n" },
		{ FAKE_STR("shop"), { .kind = VALUE_NULL }, ": [nginx 3ad7b26ded6d] sh\n" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		const struct fake_field fields[] = {
			{ "container.id", FAKE_STR("3ad7b26ded6d") },
			{ "container.name", FAKE_STR("nginx") },
			{ "k8s.ns.name", cases[i].ns },
			{ "k8s.pod.name", cases[i].pod },
			{ "proc.name", FAKE_STR("sh") },
			{ NULL, { .kind = VALUE_NULL } },
		};
		struct fixture f;

		fixture_init(&f, "%proc.name", fields);
		alert_add_text(&f.alert, &(struct alert_text_options){ .utc = true }, &f.buf);
		assert_non_null(strstr(f.buf.data, cases[i].line));
		fixture_done(&f);
	}
}

static void colour_surrounds_priority_and_rule_alone(void **state)
{
	static const struct {
		const char *priority;
		const char *line;
	} cases[] = {
		{ "Emergency", " \x1b[1;31mEMERGENCY r\x1b[0m: \\x1b[0m\n" },
		{ "Critical", " \x1b[1;31mCRITICAL r\x1b[0m: \\x1b[0m\n" },
		{ "Error", " \x1b[31mERROR r\x1b[0m: \\x1b[0m\n" },
		{ "Warning", " \x1b[33mWARNING r\x1b[0m: \\x1b[0m\n" },
		{ "Notice", " \x1b[36mNOTICE r\x1b[0m: \\x1b[0m\n" },
		{ "Informational", " \x1b[32mINFORMATIONAL r\x1b[0m: \\x1b[0m\n" },
		{ "Debug", " DEBUG r: \\x1b[0m\n" },
	};
	static const struct fake_field fields[] = {
		{ "fd.name", FAKE_STR("\x1b[0m") },
		{ NULL, { .kind = VALUE_NULL } },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct alert_text_options options = { .color = true, .utc = true };
		struct fixture f;

		fixture_init(&f, "%fd.name", fields);
		f.alert.rule = "r";
		f.alert.priority = cases[i].priority;
		alert_add_text(&f.alert, &options, &f.buf);
		assert_string_equal(f.buf.data + strlen("16:17:57.881782397"), cases[i].line);
		buf_reset(&f.buf);
		options.color = false;
		alert_add_text(&f.alert, &options, &f.buf);
		assert_harmless(f.buf.data, f.buf.len - 1);
		fixture_done(&f);
	}
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_json_line_has_the_shape_of_falco),
		cmocka_unit_test(our_own_keys_stand_where_the_alphabet_wants_them),
		cmocka_unit_test(output_fields_keep_types_and_order),
		cmocka_unit_test(evt_time_is_there_whatever_the_other_fields),
		cmocka_unit_test(times_are_utc_in_every_time_zone),
		cmocka_unit_test(nasty_bytes_are_escaped_as_the_table_says),
		cmocka_unit_test(nasty_values_read_back_from_a_line),
		cmocka_unit_test(nasty_names_are_made_safe_too),
		cmocka_unit_test(any_byte_in_any_place_is_harmless),
		cmocka_unit_test(long_values_are_cut_with_a_mark),
		cmocka_unit_test(the_mark_counts_what_was_cut),
		cmocka_unit_test(many_long_values_share_the_line),
		cmocka_unit_test(a_line_that_cannot_be_short_enough_says_so),
		cmocka_unit_test(an_alert_survives_want_of_memory),
		cmocka_unit_test(a_full_buffer_gets_no_part_of_a_line),
		cmocka_unit_test(text_shows_container_and_ancestry),
		cmocka_unit_test(text_shows_the_pod),
		cmocka_unit_test(text_shows_the_pod),
		cmocka_unit_test(colour_surrounds_priority_and_rule_alone),
	};

	if (!setlocale(LC_CTYPE, "C.UTF-8"))
		return EXIT_FAILURE;
	return cmocka_run_group_tests_name("alert", tests, NULL, NULL);
}
