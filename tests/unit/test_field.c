// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <string.h>
#include <sys/socket.h>

#include "fields/events.h"
#include "fields/field.h"
#include "fields/filled.h"

static int resolve(const char *name, const char *arg, struct field_ref *out)
{
	const char *reason = NULL;
	int err = field_resolve(name, strlen(name), arg, arg ? strlen(arg) : 0, out, &reason);

	if (err)
		assert_non_null(reason);
	return err;
}

static void table_is_sound(void **state)
{
	const struct field *field;
	size_t n = 0;

	(void)state;
	for (; (field = field_at(n)) != NULL; n++) {
		bool takes_arg = field->flags & (FIELD_ARG_ALLOWED | FIELD_ARG_REQUIRED);

		if (field_lookup(field->name, strlen(field->name)) != field)
			fail_msg("%s is there twice", field->name);
		if (!field->get != !!(field->flags & FIELD_UNFILLED))
			fail_msg("%s: getter and FIELD_UNFILLED disagree", field->name);
		if (takes_arg != !!(field->flags & (FIELD_ARG_INDEX | FIELD_ARG_KEY)))
			fail_msg("%s: kind of argument is missing", field->name);
		assert_true(strlen(field->description) > 3);
	}
	assert_true(n > 200);
}

static void lookup_is_exact(void **state)
{
	(void)state;
	assert_non_null(field_lookup("proc.name", 9));
	assert_null(field_lookup("proc.nam", 8));
	assert_null(field_lookup("proc.names", 10));
	assert_null(field_lookup("evt.arg.flags", 13));
	assert_null(field_lookup("", 0));
}

static void resolve_takes_arguments_as_the_flags_say(void **state)
{
	static const struct {
		const char *name;
		const char *arg;
		int err;
	} cases[] = {
		{ "proc.name", NULL, 0 },
		{ "proc.name", "1", -EINVAL },
		{ "proc.nonsense", NULL, -ENOENT },
		{ "proc.aname", NULL, 0 },
		{ "proc.aname", "2", 0 },
		{ "proc.aname", "two", -EINVAL },
		{ "proc.aname", "", -EINVAL },
		{ "proc.aname", "-1", -EINVAL },
		{ "proc.aname", "4294967296", -EINVAL },
		{ "proc.env", "HOME", 0 },
		{ "proc.env", "", -EINVAL },
		{ "evt.arg", NULL, -EINVAL },
		{ "evt.arg", "0", 0 },
		{ "evt.arg", "flags", 0 },
		{ "evt.arg", "nonsense", -EINVAL },
		{ "evt.arg.flags", NULL, 0 },
		{ "evt.arg.nonsense", NULL, -EINVAL },
		{ "evt.arg.", NULL, -EINVAL },
		{ "evt.arg.flags", "0", -ENOENT },
		{ "evt.rawarg.res", NULL, 0 },
		{ "evt.rawarg.nonsense", NULL, -EINVAL },
		{ "proc.aname.2", NULL, -ENOENT },
		{ "container.mount.dest", NULL, -EINVAL },
		{ "container.mount.dest", "/proc*", 0 },
		{ "container.mount.dest", "0", 0 },
		{ "k8s.pod.label", "app.kubernetes.io/name", 0 },
		{ "k8s.pod.label.app.kubernetes.io/name", NULL, 0 },
		{ "evt.type.is.open", NULL, 0 },
		{ "evt.type.is.1", NULL, 0 },
		{ "evt.type.is.nonsense", NULL, -EINVAL },
		{ "evt.type.is", NULL, -EINVAL },
		{ "evt.abspath", NULL, 0 },
		{ "evt.abspath.src", NULL, 0 },
		{ "evt.abspath.dst", NULL, 0 },
		{ "evt.abspath.foo", NULL, -EINVAL },
		{ "evt.around", "1404996934793590564", 0 },
		{ "evt.around", "soon", -EINVAL },
		{ "evt.around", NULL, -EINVAL },
		{ "fd.types", "0", 0 },
		{ "fd.types", "file", -EINVAL },
		{ "", NULL, -ENOENT },
		{ ".", NULL, -ENOENT },
	};
	struct field_ref ref;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (resolve(cases[i].name, cases[i].arg, &ref) != cases[i].err)
			fail_msg("%s[%s]", cases[i].name, cases[i].arg ? cases[i].arg : "");
	}
}

static void resolve_keeps_the_argument(void **state)
{
	struct field_ref ref;

	(void)state;
	assert_int_equal(resolve("evt.arg.flags", NULL, &ref), 0);
	assert_string_equal(ref.field->name, "evt.arg");
	assert_int_equal(ref.arg_len, 5);
	assert_memory_equal(ref.arg, "flags", 5);
	assert_false(ref.has_index);
	assert_int_equal(resolve("proc.aname", "12", &ref), 0);
	assert_true(ref.has_index);
	assert_int_equal(ref.index, 12);
}

static void rawarg_has_the_type_of_its_argument(void **state)
{
	static const struct {
		const char *name;
		enum field_type type;
	} cases[] = {
		{ "evt.rawarg.res", FIELD_INT64 },
		{ "evt.rawarg.flags", FIELD_UINT32 },
		{ "evt.rawarg.name", FIELD_STRING },
		{ "evt.rawarg.args", FIELD_BYTES },
		{ "evt.rawarg.ino", FIELD_UINT64 },
		{ "evt.rawarg.aux", FIELD_INT32 },
		{ "evt.rawarg.nativeID", FIELD_UINT16 },
		{ "evt.rawarg.addr", FIELD_STRING },
		{ "evt.rawarg.how", FIELD_UINT8 },
		{ "evt.rawarg.sem_op_0", FIELD_INT16 },
		{ "evt.rawarg.interval", FIELD_RELTIME },
		{ "evt.rawarg.exe_ino_ctime", FIELD_ABSTIME },
		{ "evt.rawarg.backlog", FIELD_INT32 },
		{ "evt.rawarg.request", FIELD_UINT64 },
	};
	struct field_ref ref;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(resolve(cases[i].name, NULL, &ref), 0);
		assert_int_equal(ref.field->type, cases[i].type);
		assert_string_equal(ref.field->name, "evt.rawarg");
	}
}

static void upstream_rules_find_their_fields(void **state)
{
	static const struct {
		const char *name;
		enum field_type type;
	} cases[] = {
		{ "container.id", FIELD_STRING },
		{ "container.privileged", FIELD_BOOL },
		{ "container.start_ts", FIELD_ABSTIME },
		{ "container.mounts", FIELD_STRING },
		{ "evt.arg.domain", FIELD_STRING },
		{ "evt.arg.linkpath", FIELD_STRING },
		{ "evt.arg.request", FIELD_STRING },
		{ "evt.arg.cmd", FIELD_STRING },
		{ "evt.buffer", FIELD_BYTES },
		{ "evt.num", FIELD_UINT64 },
		{ "evt.rawres", FIELD_INT64 },
		{ "fd.cip", FIELD_IPADDR },
		{ "fd.snet", FIELD_IPNET },
		{ "fd.sport", FIELD_PORT },
		{ "fd.num", FIELD_INT64 },
		{ "group.gid", FIELD_UINT32 },
		{ "k8s.ns.name", FIELD_STRING },
		{ "proc.duration", FIELD_RELTIME },
		{ "proc.tty", FIELD_UINT32 },
		{ "proc.vpid", FIELD_INT64 },
		{ "thread.cap_effective", FIELD_STRING },
		{ "user.loginuid", FIELD_INT64 },
	};
	struct field_ref ref;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		if (resolve(cases[i].name, NULL, &ref) != 0 || ref.field->type != cases[i].type)
			fail_msg("%s", cases[i].name);
	}
}

static void fields_are_filled_as_far_as_events_are_seen(void **state)
{
	static const struct {
		const char *name;
		const char *arg;
		bool is_filled;
	} cases[] = {
		{ "proc.name", NULL, true },
		{ "evt.buffer", NULL, true },
		{ "evt.cpu", NULL, false },
		{ "fd.types", NULL, false },
		{ "fd.types", "2", true },
		{ "fd.types", "3", false },
		{ "evt.arg.flags", NULL, true },
		{ "evt.arg.target", NULL, true },
		{ "evt.arg", "0", true },
		{ "evt.arg", "99", false },
		{ "evt.arg.vm_size", NULL, true }, /* the text <NA> */
		{ "evt.rawarg.vm_size", NULL, false },
		{ "evt.rawarg.res", NULL, true },
	};
	struct field_ref ref;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		assert_int_equal(resolve(cases[i].name, cases[i].arg, &ref), 0);
		if (field_is_filled(&ref) != cases[i].is_filled)
			fail_msg("%s", cases[i].name);
	}
}

static bool is_filled_for(const struct field_ref *ref, const char *type)
{
	uint64_t types[EVENT_TYPE_MAX / 64];
	uint32_t index = event_type_lookup(type, strlen(type));

	field_filled_types(ref, types);
	return types[index / 64] >> (index % 64) & 1;
}

static void arguments_are_filled_for_the_events_that_have_them(void **state)
{
	struct field_ref ref;

	(void)state;
	assert_int_equal(resolve("evt.arg.path", NULL, &ref), 0);
	assert_true(is_filled_for(&ref, "chdir"));
	assert_true(is_filled_for(&ref, "open_by_handle_at"));
	assert_false(is_filled_for(&ref, "openat"));
	assert_true(is_filled_for(&ref, "read")); /* not delivered: not known */
}

static void types_have_falcos_names(void **state)
{
	(void)state;
	for (unsigned int i = 0; i < FIELD_TYPE_MAX; i++)
		assert_non_null(field_type_name((enum field_type)i));
	assert_string_equal(field_type_name(FIELD_STRING), "CHARBUF");
	assert_string_equal(field_type_name(FIELD_IPNET), "IPNET");
	assert_string_equal(field_type_name(FIELD_DOUBLE), "DOUBLE");
	assert_string_equal(field_type_name(FIELD_TYPE_MAX), "UNKNOWN");
}

static void render_prints_as_outputs_show(void **state)
{
	static const struct value items[] = {
		{ .kind = VALUE_STR, .str = "sshd", .len = 4 },
		{ .kind = VALUE_STR, .str = "init", .len = 4 },
	};
	static const struct {
		uint32_t flags;
		struct value value;
		const char *text;
	} cases[] = {
		{ 0, { .kind = VALUE_NULL }, "<NA>" },
		{ 0, { .kind = VALUE_STR, .str = "a b", .len = 3 }, "a b" },
		{ 0, { .kind = VALUE_STR, .str = "", .len = 0 }, "" },
		{ 0, { .kind = VALUE_BYTES, .str = "a\0\x7f\xff~", .len = 5 }, "a...~" },
		{ 0, { .kind = VALUE_INT, .i = -1 }, "-1" },
		{ 0, { .kind = VALUE_UINT, .u = UINT64_MAX }, "18446744073709551615" },
		{ FIELD_OCTAL, { .kind = VALUE_UINT, .u = 04755 }, "4755" },
		{ FIELD_HEX, { .kind = VALUE_INT, .i = 0xfd01 }, "FD01" },
		{ 0, { .kind = VALUE_BOOL, .b = true }, "true" },
		{ 0, { .kind = VALUE_BOOL, .b = false }, "false" },
		{ 0, { .kind = VALUE_IP, .ip = { AF_INET, { 10, 0, 0, 1 } } }, "10.0.0.1" },
		{ 0, { .kind = VALUE_IP, .ip = { AF_INET6, { [15] = 1 } } }, "::1" },
		{ 0, { .kind = VALUE_LIST, .list = items, .len = 2 }, "(sshd,init)" },
		{ 0, { .kind = VALUE_LIST, .list = items, .len = 0 }, "()" },
		{ FIELD_MATCH_ANY, { .kind = VALUE_LIST, .list = items, .len = 2 }, "sshd init" },
		{ FIELD_FILTER_ONLY, { .kind = VALUE_UINT, .u = 80 }, "<NA>" },
	};
	struct buf buf;

	(void)state;
	buf_init(&buf, 4096);
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		const struct field field = { .name = "x", .flags = cases[i].flags };

		buf_reset(&buf);
		field_render(&field, &cases[i].value, &buf);
		assert_string_equal(buf.data, cases[i].text);
	}
	buf_done(&buf);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(table_is_sound),
		cmocka_unit_test(lookup_is_exact),
		cmocka_unit_test(resolve_takes_arguments_as_the_flags_say),
		cmocka_unit_test(resolve_keeps_the_argument),
		cmocka_unit_test(rawarg_has_the_type_of_its_argument),
		cmocka_unit_test(upstream_rules_find_their_fields),
		cmocka_unit_test(fields_are_filled_as_far_as_events_are_seen),
		cmocka_unit_test(arguments_are_filled_for_the_events_that_have_them),
		cmocka_unit_test(types_have_falcos_names),
		cmocka_unit_test(render_prints_as_outputs_show),
	};

	return cmocka_run_group_tests_name("fields/field", tests, NULL, NULL);
}
