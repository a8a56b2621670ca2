// SPDX-License-Identifier: Apache-2.0
/* Alerts as Falco's configuration wants them. */
#include "output/alert.h"

#include <errno.h>
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

#define TIME_NS 1470327477881782397U /* 2016-08-04T16:17:57.881782397Z */

static const struct fake_field fields[] = {
	{ "proc.name", FAKE_STR("sh\n\"x\"") },
	{ "proc.pid", FAKE_INT(7) },
	{ "evt.buffer", FAKE_BYTES("ab\0\xff") },
	{ NULL, { .kind = VALUE_NULL } },
};

static const char *const tags[] = { "T1059" };

struct fixture {
	struct fake_source fake;
	struct template *tmpl;
	struct extras extras;
	struct alert alert;
	struct buf buf;
};

/* As the engine compiles a rule's output. */
static void fixture_init(struct fixture *f, const char *output,
			 const struct output_options *options)
{
	const struct extras_rule rule = { "Shell", "syscall", tags, 1 };
	struct buf text;
	struct diag diag;

	memset(f, 0, sizeof(*f));
	diag_init(&diag);
	fake_source_init(&f->fake, fields, 65536);
	buf_init(&text, 65536);
	buf_add_str(&text, output);
	extras_add_text(options, &rule, &text);
	assert_int_equal(template_compile(text.data, &diag, &f->tmpl), 0);
	if (options && options->base64_bytes)
		template_use_base64(f->tmpl);
	buf_done(&text);
	if (extras_compile(options, &rule, &diag, &f->extras))
		fail_msg("%s", diag.text);
	f->alert = (struct alert){
		.time_ns = TIME_NS,
		.rule = rule.name,
		.priority = "Warning",
		.source = rule.source,
		.hostname = "web-1",
		.tags = tags,
		.n_tags = 1,
		.tmpl = f->tmpl,
		.fields = &f->fake.source,
		.options = options,
		.extras = &f->extras,
	};
	buf_init(&f->buf, 1 << 20);
}

static void fixture_done(struct fixture *f)
{
	buf_done(&f->buf);
	extras_done(&f->extras);
	template_free(f->tmpl);
	fake_source_done(&f->fake);
}

static void assert_json(const char *output, const struct output_options *options,
			const char *expected)
{
	struct fixture f;

	fixture_init(&f, output, options);
	alert_add_json(&f.alert, &f.buf);
	assert_string_equal(f.buf.data, expected);
	fixture_done(&f);
}

static void assert_text(const char *output, const struct output_options *options,
			const char *expected)
{
	struct fixture f;

	fixture_init(&f, output, options);
	alert_add_falco(&f.alert, &f.buf);
	assert_string_equal(f.buf.data, expected);
	fixture_done(&f);
}

#define HEAD "{\"hostname\":\"web-1\","
#define TAIL "\"priority\":\"Warning\",\"rule\":\"Shell\",\"source\":\"syscall\","
#define TAGS "\"tags\":[\"T1059\"],"
#define TIME "\"time\":\"2016-08-04T16:17:57.881782397Z\"}\n"

static void properties_are_left_out_and_added(void **state)
{
	static const struct output_options none = { .no_output = true,
						    .no_fields = true,
						    .no_tags = true };
	static const struct output_options message = { .message = true, .no_output = true };

	(void)state;
	assert_json("pid %proc.pid", &none, HEAD TAIL TIME);
	assert_json("pid %proc.pid", &message,
		    HEAD "\"message\":\"pid 7\",\"output_fields\":{\"evt.time\":"
			 "1470327477881782397,\"proc.pid\":7}," TAIL TAGS TIME);
}

static void iso_time_changes_output_and_its_field(void **state)
{
	static const struct output_options iso = { .iso_time = true };

	(void)state;
	assert_json("x", &iso,
		    HEAD
		    "\"output\":\"2016-08-04T16:17:57.881782397+0000: Warning x\","
		    "\"output_fields\":{\"evt.time.iso8601\":1470327477881782397}," TAIL TAGS TIME);
	assert_text("x", &iso, "2016-08-04T16:17:57.881782397+0000: Warning x\n");
}

static void falcos_text_line_is_escaped_as_json_is(void **state)
{
	static const struct output_options plain = { .n_appends = 0 };

	(void)state;
	assert_int_equal(setenv("TZ", "UTC", 1), 0);
	tzset();
	assert_text("%proc.name!", &plain, "16:17:57.881782397: Warning sh\\n\\\"x\\\"!\n");
}

static void buffers_are_base64_where_wanted(void **state)
{
	static const struct output_options base64 = { .base64_bytes = true, .no_output = true };

	(void)state;
	assert_text("%evt.buffer", &base64, "16:17:57.881782397: Warning YWIA/w==\n");
	assert_json("%evt.buffer", &base64,
		    HEAD "\"output_fields\":{\"evt.buffer\":\"YWIA/w==\",\"evt.time\":"
			 "1470327477881782397}," TAIL TAGS TIME);
}

static void base64_pads(void **state)
{
	static const char *const cases[][2] = {
		{ "", "" },        { "f", "Zg==" },        { "fo", "Zm8=" },
		{ "foo", "Zm9v" }, { "foob", "Zm9vYg==" }, { "foobar", "Zm9vYmFy" },
	};
	struct buf buf;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		buf_init(&buf, 64);
		template_add_base64(&buf, cases[i][0], strlen(cases[i][0]));
		assert_string_equal(buf.data, cases[i][1]);
		buf_done(&buf);
	}
}

static const char *const both_tags[] = { "T1059", "other" };

static void what_is_appended_depends_on_the_rule(void **state)
{
	static const struct output_append appends[] = {
		{ .text = "one" },
		{ .text = "no", .rule = "Other" },
		{ .text = "no", .source = "k8s_audit" },
		{ .text = "no", .tags = both_tags, .n_tags = 2 },
		{ .text = "two", .rule = "Shell", .source = "syscall", .tags = tags, .n_tags = 1 },
	};
	static const struct output_options options = { .appends = appends, .n_appends = 5 };

	(void)state;
	assert_text("x", &options, "16:17:57.881782397: Warning x one two\n");
}

static void extra_fields_are_sorted_in_and_win(void **state)
{
	static const struct output_extra extras[] = {
		{ "who", "me %proc.pid" },
		{ "proc.pid", NULL },
		{ "a", "first" },
		{ "proc.name", "another name" },
	};
	static const struct output_append append = { .extras = extras, .n_extras = 4 };
	static const struct output_options options = { .appends = &append,
						       .n_appends = 1,
						       .no_output = true };

	(void)state;
	assert_json(
		"%proc.name", &options,
		HEAD
		"\"output_fields\":{\"a\":\"first\",\"evt.time\":1470327477881782397,"
		"\"proc.name\":\"another name\",\"proc.pid\":7,\"who\":\"me 7\"}," TAIL TAGS TIME);
}

static void an_extra_field_has_to_be_known(void **state)
{
	static const char *const names[] = { "no.such", "proc.name and more", "" };
	const struct extras_rule rule = { "Shell", "syscall", tags, 1 };

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		const struct output_extra extra = { names[i], NULL };
		const struct output_append append = { .extras = &extra, .n_extras = 1 };
		const struct output_options options = { .appends = &append, .n_appends = 1 };
		struct extras out;
		struct diag diag;

		diag_init(&diag);
		assert_int_equal(extras_compile(&options, &rule, &diag, &out), -EINVAL);
		assert_true(diag.text[0]);
		extras_done(&out);
	}
}

static void what_is_suggested_names_static_fields(void **state)
{
	static const struct field_static statics[] = { { "env", "prod" } };
	static const struct output_append append = { .suggested = true };
	static const struct output_options options = {
		.appends = &append, .n_appends = 1, .statics = statics, .n_statics = 1
	};
	const struct extras_rule rule = { "Shell", "syscall", tags, 1 };
	struct buf text;

	(void)state;
	buf_init(&text, 4096);
	extras_add_text(&options, &rule, &text);
	assert_non_null(strstr(text.data, " container_id=%container.id "));
	assert_non_null(strstr(text.data, " static_env=%static.env"));
	buf_done(&text);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(properties_are_left_out_and_added),
		cmocka_unit_test(iso_time_changes_output_and_its_field),
		cmocka_unit_test(falcos_text_line_is_escaped_as_json_is),
		cmocka_unit_test(buffers_are_base64_where_wanted),
		cmocka_unit_test(base64_pads),
		cmocka_unit_test(what_is_appended_depends_on_the_rule),
		cmocka_unit_test(extra_fields_are_sorted_in_and_win),
		cmocka_unit_test(an_extra_field_has_to_be_known),
		cmocka_unit_test(what_is_suggested_names_static_fields),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
