// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <string.h>

#include "fields/users.h"

#define PASSWD                              \
	"root:x:0:0:root:/root:/bin/bash\n" \
	"# a comment\n"                     \
	"\n"                                \
	"broken:x:abc:0::/:/bin/sh\n"       \
	"toor:x:0:0::/:/bin/sh\n"           \
	"+:::::\n"                          \
	"big:x:4294967296:0::/:/bin/sh\n"   \
	"ann:x:1000:1000:,,,:/home/ann:/bin/zsh"

#define GROUP "root:x:0:\nstaff:x:50:ann,bob\n"

struct fixture {
	struct arena *arena;
	struct users *users;
	struct bw_hdr hdr;
	struct record rec;
	struct container container;
	struct event_view view;
};

static int setup(void **state)
{
	static struct fixture fixture;

	memset(&fixture, 0, sizeof(fixture));
	fixture.arena = arena_new(4096, 1 << 20);
	fixture.users = users_new(PASSWD, GROUP);
	fixture.rec.hdr = &fixture.hdr;
	fixture.view.rec = &fixture.rec;
	fixture.view.container = &fixture.container;
	fixture.view.users = fixture.users;
	fixture.view.scratch = fixture.arena;
	*state = &fixture;
	return fixture.arena && fixture.users ? 0 : -1;
}

static int teardown(void **state)
{
	struct fixture *fixture = *state;

	users_free(fixture->users);
	arena_free(fixture->arena);
	return 0;
}

static void host_names_come_from_the_first_good_line(void **state)
{
	struct fixture *fixture = *state;
	struct user user;

	assert_string_equal(users_name(&fixture->view, 0), "root");
	assert_string_equal(users_name(&fixture->view, 1000), "ann");
	assert_string_equal(users_name(&fixture->view, 7), "<NA>");
	assert_true(users_host_user(fixture->users, 1000, &user));
	assert_int_equal(user.home_len, strlen("/home/ann"));
	assert_memory_equal(user.home, "/home/ann", user.home_len);
	assert_int_equal(user.shell_len, strlen("/bin/zsh"));
	assert_memory_equal(user.shell, "/bin/zsh", user.shell_len);
}

static void groups_have_names(void **state)
{
	struct fixture *fixture = *state;

	assert_string_equal(users_group(&fixture->view, 50), "staff");
	assert_null(users_group(&fixture->view, 51));
}

static void containers_have_their_own_names(void **state)
{
	struct fixture *fixture = *state;
	char passwd[] = "www:x:1000:1000::/:/bin/sh\n";

	fixture->container.kind = CONTAINER_KNOWN;
	assert_string_equal(users_name(&fixture->view, 1000), "<NA>");
	assert_string_equal(users_name(&fixture->view, 0), "root");
	fixture->container.passwd = passwd;
	assert_string_equal(users_name(&fixture->view, 1000), "www");
	assert_null(users_group(&fixture->view, 50));
}

static void ids_of_another_user_namespace_have_no_names(void **state)
{
	struct fixture *fixture = *state;
	char passwd[] = "www:x:1000:1000::/:/bin/sh\n";

	fixture->container.kind = CONTAINER_KNOWN;
	fixture->container.passwd = passwd;
	fixture->hdr.ns_differs = BW_NS_USER;
	assert_string_equal(users_name(&fixture->view, 1000), "<NA>");
}

static void no_files_mean_no_names(void **state)
{
	struct fixture *fixture = *state;
	struct users *none = users_new(NULL, NULL);
	struct user user;

	assert_non_null(none);
	fixture->view.users = none;
	assert_string_equal(users_name(&fixture->view, 0), "root");
	assert_string_equal(users_name(&fixture->view, 1000), "<NA>");
	assert_false(users_host_user(NULL, 0, &user));
	fixture->view.users = fixture->users;
	users_free(none);
	users_free(NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(host_names_come_from_the_first_good_line, setup,
						teardown),
		cmocka_unit_test_setup_teardown(groups_have_names, setup, teardown),
		cmocka_unit_test_setup_teardown(containers_have_their_own_names, setup, teardown),
		cmocka_unit_test_setup_teardown(ids_of_another_user_namespace_have_no_names, setup,
						teardown),
		cmocka_unit_test_setup_teardown(no_files_mean_no_names, setup, teardown),
	};

	return cmocka_run_group_tests_name("fields/users", tests, NULL, NULL);
}
