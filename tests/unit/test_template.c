// SPDX-License-Identifier: Apache-2.0
#include "output/template.h"

#include <errno.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "fake_source.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define SCRATCH_BYTES (1U << 16)

static const struct value types[] = { FAKE_STR("file"), FAKE_STR("ipv4") };
static const struct value ancestors[] = { FAKE_STR("bash"), FAKE_STR("sshd") };

static const struct fake_field fields[] = {
	{ "proc.name", FAKE_STR("curl") },
	{ "proc.aname[2]", FAKE_STR("sshd") },
	{ "proc.aname", FAKE_LIST(ancestors) },
	{ "proc.env[HOME]", FAKE_STR("/root") },
	{ "proc.pid", FAKE_INT(-7) },
	{ "evt.num", FAKE_UINT(UINT64_MAX) },
	{ "evt.arg[flags]", FAKE_STR("O_RDONLY") },
	{ "evt.buffer", FAKE_BYTES("a\0\xff z") },
	{ "fd.name", FAKE_STR("/tmp/\n\x1b[31m%proc.name") },
	{ "fd.types", FAKE_LIST(types) },
	{ "fd.sip", { .kind = VALUE_IP, .ip = { .family = AF_INET, .addr = { 10, 0, 0, 1 } } } },
	{ "fd.ip", FAKE_STR("10.0.0.1") },
	{ "proc.is_exe_writable", FAKE_BOOL(true) },
	{ NULL, { .kind = VALUE_NULL } },
};

static struct template *compile(const char *text)
{
	struct template *tmpl = NULL;
	struct diag diag;

	diag_init(&diag);
	if (template_compile(text, &diag, &tmpl))
		fail_msg("'%s': %s", text, diag.text);
	return tmpl;
}

static void tokens_are_rendered_as_the_table_says(void **state)
{
	static const struct {
		const char *text;
		const char *output;
	} cases[] = {
		{ "", "" },
		{ "plain text", "plain text" },
		{ "%proc.name", "curl" },
		{ "a %proc.name b", "a curl b" },
		{ "%proc.name%proc.name", "curlcurl" },
		{ "%proc.name.", "curl." },
		{ "%proc.names", "curls" },
		{ "(proc=%proc.name)", "(proc=curl)" },
		{ "%proc.name[x]", "curl[x]" },
		{ "[%10proc.name]", "[curl      ]" },
		{ "[%2proc.name]", "[cu]" },
		{ "[%4proc.name]", "[curl]" },
		{ "[%0proc.name]", "[curl]" },
		{ "[%10user.name]", "[<NA>      ]" },
		{ "[%2user.name]", "[<N]" },
		{ "%proc.aname[2] %proc.aname[3]", "sshd <NA>" },
		{ "%proc.aname", "bash sshd" },
		{ "%proc.env[HOME]", "/root" },
		{ "%proc.env['HOME']", "/root" },
		{ "%evt.arg.flags %evt.arg[flags]", "O_RDONLY O_RDONLY" },
		{ "%proc.pid %evt.num", "-7 18446744073709551615" },
		{ "%evt.buffer", "a.. z" },
		{ "%fd.types", "(file,ipv4)" },
		{ "%fd.sip", "10.0.0.1" },
		{ "%fd.ip", "<NA>" },
		{ "%proc.is_exe_writable", "true" },
		{ "%user.name", "<NA>" },
		{ "%toupper(proc.name)", "CURL" },
		{ "%toupper(proc.name)[1]", "CURL[1]" },
		{ "[%6toupper(proc.name)]", "[CURL  ]" },
		{ "%toupper(fd.types)", "(FILE,IPV4)" },
		{ "%len(fd.types)", "2" },
		{ "%toupper(user.name)", "<NA>" },
		{ "%join(\", \", (proc.name, \"x\"))!", "curl, x!" },
		/* Values are no templates; their bytes are for others to make safe. */
		{ "%fd.name", "/tmp/\n\x1b[31m%proc.name" },
	};
	struct fake_source fake;
	struct buf buf;

	(void)state;
	fake_source_init(&fake, fields, SCRATCH_BYTES);
	buf_init(&buf, 4096);
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct template *tmpl = compile(cases[i].text);

		buf_reset(&buf);
		template_render(tmpl, &fake.source, &buf);
		if (strcmp(buf.data, cases[i].output) != 0)
			fail_msg("'%s' gives '%s'", cases[i].text, buf.data);
		template_free(tmpl);
	}
	buf_done(&buf);
	fake_source_done(&fake);
}

static void errors_have_the_words_of_falco(void **state)
{
	static const struct {
		const char *text;
		const char *error;
	} cases[] = {
		{ "100%", "invalid formatting syntax: formatting cannot end with a %" },
		{ "%proc.name %", "invalid formatting syntax: formatting cannot end with a %" },
		{ "%12", "invalid formatting syntax: formatting cannot end with a number" },
		{ "%proc.nonesuch", "unknown filter: proc.nonesuch" },
		{ "x %foo.bar y", "unknown filter: foo.bar" },
		{ "(%foo.bar)", "unknown filter: foo.bar" },
		{ "%5foo.bar", "unknown filter: foo.bar" },
		{ "%%proc.name", "unknown filter: " },
		{ "50% of it", "unknown filter: " },
		{ "%proc", "unknown filter: proc" },
		{ "%tolower(x.y)", "unknown filter: tolower(x.y" },
		{ "%evt.arg", "unknown filter: the field requires an argument but none provided: "
			      "evt.arg" },
		{ "%tolower(proc.pid)",
		  "invalid formatting syntax: transformer 'tolower' does not take "
		  "'proc.pid', of type INT64" },
		{ "%tolower(proc.name",
		  "invalid formatting syntax: expected a ')' token closing the transformer" },
		{ "%4097proc.name",
		  "invalid formatting syntax: width beyond 4096 in '4097proc.name'" },
		{ "%99999999999999999999999proc.name",
		  "invalid formatting syntax: width beyond 4096 in "
		  "'99999999999999999999999proc.name'" },
	};

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(cases); i++) {
		struct template *tmpl = NULL;
		struct diag diag;

		diag_init(&diag);
		assert_int_equal(template_compile(cases[i].text, &diag, &tmpl), -EINVAL);
		assert_string_equal(diag.text, cases[i].error);
		assert_null(tmpl);
	}
}

static void the_text_is_copied(void **state)
{
	char text[] = "%proc.name is %proc.pid";
	struct template *tmpl = compile(text);
	struct fake_source fake;
	const char *key = NULL;
	struct buf buf;

	(void)state;
	memset(text, 'x', sizeof(text) - 1);
	fake_source_init(&fake, fields, SCRATCH_BYTES);
	buf_init(&buf, 4096);
	template_render(tmpl, &fake.source, &buf);
	assert_string_equal(buf.data, "curl is -7");
	assert_non_null(template_field_at(tmpl, 0, &key));
	assert_string_equal(key, "proc.name");
	buf_done(&buf);
	fake_source_done(&fake);
	template_free(tmpl);
}

static void plain_fields_are_listed_once_and_in_order(void **state)
{
	static const char *const keys[] = { "evt.arg.flags", "fd.name", "proc.aname[2]",
					    "proc.aname[3]", "proc.name" };
	struct template *tmpl = compile("%proc.name %10proc.name. %toupper(user.name) %fd.name "
					"%proc.aname[3]%proc.aname[2] %evt.arg.flags");
	const char *key = NULL;

	(void)state;
	for (size_t i = 0; i < ARRAY_SIZE(keys); i++) {
		assert_non_null(template_field_at(tmpl, i, &key));
		assert_string_equal(key, keys[i]);
	}
	assert_null(template_field_at(tmpl, ARRAY_SIZE(keys), &key));
	template_free(tmpl);
}

static void a_full_buffer_is_told(void **state)
{
	struct template *tmpl = compile("%100proc.name %proc.name");
	struct fake_source fake;
	struct buf buf;

	(void)state;
	fake_source_init(&fake, fields, SCRATCH_BYTES);
	buf_init(&buf, 50);
	template_render(tmpl, &fake.source, &buf);
	assert_true(buf.failed);
	assert_true(buf.len < 50);
	buf_done(&buf);
	fake_source_done(&fake);
	template_free(tmpl);
}

static void a_text_has_a_longest_length(void **state)
{
	static char text[64 * 1024 + 2];
	struct template *tmpl = NULL;
	struct diag diag;

	(void)state;
	for (size_t i = 0; i < sizeof(text) - 2; i++)
		text[i] = "%fd.ip%fd.port "[i % 15];
	/* Where a 4370th repetition would begin. */
	text[sizeof(text) - 3] = 'x';
	tmpl = compile(text);
	template_free(tmpl);
	tmpl = NULL;
	text[sizeof(text) - 2] = 'x';
	diag_init(&diag);
	assert_int_equal(template_compile(text, &diag, &tmpl), -EINVAL);
	assert_string_equal(diag.text, "invalid formatting syntax: longer than 65536 bytes");
	assert_null(tmpl);
	template_free(NULL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(tokens_are_rendered_as_the_table_says),
		cmocka_unit_test(errors_have_the_words_of_falco),
		cmocka_unit_test(the_text_is_copied),
		cmocka_unit_test(plain_fields_are_listed_once_and_in_order),
		cmocka_unit_test(a_full_buffer_is_told),
		cmocka_unit_test(a_text_has_a_longest_length),
	};

	return cmocka_run_group_tests_name("template", tests, NULL, NULL);
}
