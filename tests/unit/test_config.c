// SPDX-License-Identifier: Apache-2.0
#include "config/config.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

static char dir[] = "/tmp/bpfwatch-config-XXXXXX";

static int set_up(void **state)
{
	(void)state;
	return mkdtemp(dir) ? 0 : -1;
}

static int tear_down(void **state)
{
	static const char *const names[] = { "a.yaml", "b.yaml" };
	char path[64];

	(void)state;
	for (size_t i = 0; i < sizeof(names) / sizeof(names[0]); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	return rmdir(dir);
}

/* The path is good until the next call. */
static const char *put_file(const char *name, const char *text)
{
	static char path[64];
	FILE *file;

	(void)snprintf(path, sizeof(path), "%s/%s", dir, name);
	file = fopen(path, "we");
	assert_non_null(file);
	assert_int_equal(fwrite(text, 1, strlen(text), file), strlen(text));
	assert_int_equal(fclose(file), 0);
	return path;
}

static struct config *load(const char *path, const char *const *overrides, size_t n)
{
	struct config *config = NULL;
	struct diag diag;

	diag_init(&diag);
	if (config_load(path, overrides, n, &diag, &config))
		fail_msg("%s:%u:%u: %s", diag.file, diag.line, diag.column, diag.text);
	return config;
}

#define LOAD(...)                                        \
	load(NULL, (const char *const[]){ __VA_ARGS__ }, \
	     sizeof((const char *const[]){ __VA_ARGS__ }) / sizeof(const char *))

static void without_anything_all_is_falcos_default(void **state)
{
	struct config *config = load(NULL, NULL, 0);

	(void)state;
	assert_int_equal(config->priority, PRIORITY_DEBUG);
	assert_false(config->match_all || config->json_output || config->no_stdout);
	assert_false(config->query_runtimes);
	assert_false(config->output.no_output || config->output.no_tags ||
		     config->output.no_fields || config->output.message);
	assert_int_equal(config->output.n_appends, 0);
	assert_null(config->file);
	config_free(config);
}

static void overrides_set_what_they_name(void **state)
{
	struct config *config =
		LOAD("query_runtimes=true", "json_output=true", "json_include_tags_property=false",
		     "json_include_message_property=yes", "priority=warning", "rule_matching=all",
		     "time_format_iso_8601=true", "buffer_format_base64=on",
		     "stdout_output.enabled=false", "file_output.enabled=true",
		     "file_output.filename=/x", "file_output.keep_alive=true");

	(void)state;
	assert_true(config->json_output && config->match_all && config->no_stdout);
	assert_true(config->query_runtimes);
	assert_true(config->output.no_tags && config->output.message && config->output.iso_time);
	assert_true(config->output.base64_bytes && !config->output.no_output);
	assert_int_equal(config->priority, PRIORITY_WARNING);
	assert_string_equal(config->file, "/x");
	assert_true(config->file_keep_open);
	config_free(config);
}

static void keys_lead_into_lists_and_maps(void **state)
{
	struct config *config = LOAD(
		"rules_files[]=a", "rules_files[]=b", "rules_files[0]=c",
		"append_output[]={extra_fields: [proc.name, {who: me}], suggested_output: true}",
		"append_output[0].match.tags=[x, y]", "append_output[0].extra_output=text",
		"static_fields.env=prod", "rules[]={disable: {tag: net}}",
		"rules[]={enable: {rule: 'N*'}}");
	const struct output_append *append = config->output.appends;

	(void)state;
	assert_int_equal(config->n_rules_files, 2);
	assert_string_equal(config->rules_files[0], "c");
	assert_string_equal(config->rules_files[1], "b");
	assert_int_equal(config->output.n_appends, 1);
	assert_true(append->suggested);
	assert_string_equal(append->text, "text");
	assert_int_equal(append->n_tags, 2);
	assert_string_equal(append->tags[1], "y");
	assert_int_equal(append->n_extras, 2);
	assert_string_equal(append->extras[0].name, "proc.name");
	assert_null(append->extras[0].format);
	assert_string_equal(append->extras[1].name, "who");
	assert_string_equal(append->extras[1].format, "me");
	assert_string_equal(config->output.statics[0].name, "env");
	assert_string_equal(config->output.statics[0].value, "prod");
	assert_int_equal(config->n_selectors, 2);
	assert_true(config->selectors[0].is_tag && !config->selectors[0].enable);
	assert_true(!config->selectors[1].is_tag && config->selectors[1].enable);
	assert_string_equal(config->selectors[1].pattern, "N*");
	config_free(config);
}

static void a_file_comes_before_its_overrides(void **state)
{
	static const char *const overrides[] = { "priority=error" };
	struct config *config = load(put_file("a.yaml", "priority: debug\njson_output: true\n"),
				     overrides, 1);

	(void)state;
	assert_true(config->json_output);
	assert_int_equal(config->priority, PRIORITY_ERROR);
	config_free(config);
}

static void included_files_append_override_or_add(void **state)
{
	static const struct {
		const char *strategy;
		size_t n_files;
		const char *first;
		bool json;
	} cases[] = {
		{ "append", 2, "one", true },
		{ "override", 1, "two", true },
		{ "add-only", 1, "one", false },
	};
	char text[256];

	(void)state;
	(void)put_file("b.yaml", "rules_files: [two]\njson_output: true\n");
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config *config;

		(void)snprintf(text, sizeof(text),
			       "rules_files: [one]\njson_output: false\n"
			       "config_files: [{path: %s/b.yaml, strategy: %s}]\n",
			       dir, cases[i].strategy);
		config = load(put_file("a.yaml", text), NULL, 0);
		assert_int_equal(config->n_rules_files, cases[i].n_files);
		assert_string_equal(config->rules_files[0], cases[i].first);
		assert_int_equal(config->json_output, cases[i].json);
		config_free(config);
	}
}

static void variables_of_the_environment_are_put_in(void **state)
{
	struct config *config;

	(void)state;
	assert_int_equal(setenv("BW_TEST_NAME", "value", 1), 0);
	assert_int_equal(unsetenv("BW_TEST_NONE"), 0);
	config = LOAD("static_fields={a: 'x${BW_TEST_NAME}y', b: '$${BW_TEST_NAME}', "
		      "c: '${BW_TEST_NONE}', d: '${BW_TEST_NAME', e: '$BW_TEST_NAME'}");
	assert_string_equal(config->output.statics[0].value, "xvaluey");
	assert_string_equal(config->output.statics[1].value, "${BW_TEST_NAME}");
	assert_string_equal(config->output.statics[2].value, "");
	assert_string_equal(config->output.statics[3].value, "${BW_TEST_NAME");
	assert_string_equal(config->output.statics[4].value, "$BW_TEST_NAME");
	config_free(config);
}

static void keys_without_meaning_are_named_once(void **state)
{
	struct config *config = LOAD("webserver.enabled=true", "json_output=true",
				     "webserver.listen_port=1", "log_level=info");

	(void)state;
	assert_int_equal(config->n_ignored, 2);
	assert_string_equal(config->ignored[0], "webserver");
	assert_string_equal(config->ignored[1], "log_level");
	config_free(config);
}

static void a_capture_instead_of_the_kernel_is_understood(void **state)
{
	struct config *config = LOAD("engine.kind=replay",
				     "engine.replay.capture_file=/tmp/x.events");

	(void)state;
	assert_string_equal(config->replay_file, "/tmp/x.events");
	config_free(config);
	config = LOAD("engine.kind=modern_ebpf", "engine.modern_ebpf.buf_size_preset=4");
	assert_null(config->replay_file);
	config_free(config);
}

static void wrong_values_are_refused_with_their_reason(void **state)
{
	static const struct {
		const char *override;
		const char *text;
	} cases[] = {
		{ "json_output=perhaps", "expected true or false" },
		{ "json_output=[]", "expected a text" },
		{ "priority=loud", "not a priority" },
		{ "rule_matching=some", "first or all" },
		{ "rules=x", "rules is a list" },
		{ "rules[]={disable: {}}", "rule, tag" },
		{ "rules[]={disable: {rule: a, tag: b}}", "rule, tag" },
		{ "append_output=1", "append_output is a list" },
		{ "append_output[]=1", "is a map" },
		{ "append_output[].extra_fields=[{a: b, c: d}]", "one name" },
		{ "static_fields=[]", "static_fields is a map" },
		{ "file_output.enabled=true", "needs a filename" },
		{ "engine.kind=replay", "capture_file" },
		{ "json_output", "expected key=value" },
		{ "json_output=", "expected a value" },
		{ "=1", "no key" },
		{ "a..b=1", "empty" },
		{ "a.=1", "expected" },
		{ "a[x]=1", "index" },
		{ "a[99999]=1", "index" },
		{ "a[0=1", "index" },
		{ "a[0]b=1", "expected" },
		{ "rules_files[3]=x", "beyond the end" },
		{ "static_fields=[{", "" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct config *config = NULL;
		struct diag diag;

		diag_init(&diag);
		if (config_load(NULL, &cases[i].override, 1, &diag, &config) != -EINVAL)
			fail_msg("%s is not refused", cases[i].override);
		if (!diag.text[0] || !strstr(diag.text, cases[i].text))
			fail_msg("%s: '%s'", cases[i].override, diag.text);
	}
}

static void errors_of_a_file_have_their_place(void **state)
{
	const char *path = put_file("a.yaml", "json_output: true\npriority: loud\n");
	struct config *config = NULL;
	struct diag diag;

	(void)state;
	diag_init(&diag);
	assert_int_equal(config_load(path, NULL, 0, &diag, &config), -EINVAL);
	assert_string_equal(diag.file, path);
	assert_int_equal(diag.line, 2);
	assert_int_equal(diag.column, 11);
	diag_init(&diag);
	assert_int_equal(config_load("/nonexistent/falco.yaml", NULL, 0, &diag, &config), -ENOENT);
	assert_non_null(strstr(diag.text, "cannot read"));
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(without_anything_all_is_falcos_default),
		cmocka_unit_test(overrides_set_what_they_name),
		cmocka_unit_test(keys_lead_into_lists_and_maps),
		cmocka_unit_test(a_file_comes_before_its_overrides),
		cmocka_unit_test(included_files_append_override_or_add),
		cmocka_unit_test(variables_of_the_environment_are_put_in),
		cmocka_unit_test(keys_without_meaning_are_named_once),
		cmocka_unit_test(a_capture_instead_of_the_kernel_is_understood),
		cmocka_unit_test(wrong_values_are_refused_with_their_reason),
		cmocka_unit_test(errors_of_a_file_have_their_place),
	};

	return cmocka_run_group_tests(tests, set_up, tear_down);
}
