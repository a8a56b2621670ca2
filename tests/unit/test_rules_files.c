// SPDX-License-Identifier: Apache-2.0
/* Which files a path on the command line stands for, and what cannot be read. */
#include "rules/rules.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#define N_FOUND 4

static char dir[] = "/tmp/test_rules_files.XXXXXX";
static const char *const made[] = { "b.yaml", "a.yml", "c.yaml", ".yaml", "d.txt", "z.yaml" };

static const char *in_dir(const char *name)
{
	static char path[4][256];
	static unsigned int turn;

	turn = (turn + 1) % 4;
	(void)snprintf(path[turn], sizeof(path[turn]), "%s/%s", dir, name);
	return path[turn];
}

static int make_dir(void **state)
{
	(void)state;
	if (!mkdtemp(dir))
		return -1;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++) {
		FILE *file = fopen(in_dir(made[i]), "we");

		if (!file)
			return -1;
		(void)fputs("- list: a\n  items: [b]\n", file);
		(void)fclose(file);
	}
	return mkdir(in_dir("sub.yaml"), 0700) || mkdir(in_dir("empty"), 0700) ||
	       mkfifo(in_dir("fifo"), 0600);
}

static int remove_dir(void **state)
{
	(void)state;
	for (size_t i = 0; i < sizeof(made) / sizeof(made[0]); i++)
		(void)unlink(in_dir(made[i]));
	(void)unlink(in_dir("fifo"));
	(void)rmdir(in_dir("sub.yaml"));
	(void)rmdir(in_dir("empty"));
	return rmdir(dir);
}

static void free_paths(char **paths, size_t n)
{
	for (size_t i = 0; i < n; i++)
		free(paths[i]);
	free(paths);
}

static void a_directory_gives_its_rule_files_in_name_order(void **state)
{
	char **paths = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(rules_find_files(in_dir("c.yaml"), &paths, &n), 0);
	assert_int_equal(rules_find_files(dir, &paths, &n), 0);
	assert_int_equal(n, 1 + N_FOUND);
	assert_string_equal(paths[0], in_dir("c.yaml"));
	assert_string_equal(paths[1], in_dir("a.yml"));
	assert_string_equal(paths[2], in_dir("b.yaml"));
	assert_string_equal(paths[3], in_dir("c.yaml"));
	assert_string_equal(paths[4], in_dir("z.yaml"));
	free_paths(paths, n);
}

static void what_names_no_rule_file_is_refused(void **state)
{
	char **paths = NULL;
	size_t n = 0;

	(void)state;
	assert_int_equal(rules_find_files(in_dir("nothing"), &paths, &n), -ENOENT);
	assert_int_equal(rules_find_files(in_dir("empty"), &paths, &n), -ENODATA);
	assert_int_equal(rules_find_files(in_dir("fifo"), &paths, &n), -EINVAL);
	assert_int_equal(rules_find_files("/dev/null", &paths, &n), -EINVAL);
	assert_null(paths);
	assert_int_equal(n, 0);
}

static void a_file_that_cannot_be_read_is_one_error(void **state)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	static const char more[] = "- macro: m\n  condition: gone\n- rule: r\n  enabled: true\n";
	const struct {
		const char *name;
		const char *message;
	} bad[] = { { "nothing", "No such file" },
		    { "fifo", "not a regular file" },
		    { "empty", "Is a directory" } };

	(void)state;
	for (size_t i = 0; i < sizeof(bad) / sizeof(bad[0]); i++) {
		const struct rules_file files[] = { { in_dir(bad[i].name), NULL, 0 },
						    { "more.yaml", more, strlen(more) } };
		struct rules *rules = rules_load(files, 2, &config);
		const struct rules_problem *problem;

		assert_non_null(rules);
		/* What the missing file might have defined is not missed again. */
		assert_int_equal(rules_n_errors(rules), 1);
		problem = rules_problem_at(rules, 0);
		assert_int_equal(problem->code, RULES_ERR_FILE_READ);
		assert_non_null(strstr(problem->message, bad[i].message));
		assert_string_equal(problem->place.file, files[0].path);
		rules_free(rules);
	}
}

static void a_file_is_read_by_its_path(void **state)
{
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };
	const struct rules_file file = { in_dir("a.yml"), NULL, 0 };
	struct rules *rules = rules_load(&file, 1, &config);

	(void)state;
	assert_non_null(rules);
	assert_int_equal(rules_n_errors(rules), 0);
	assert_int_equal(rules_n_problems(rules), 1); /* the list is not used */
	rules_free(rules);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(a_directory_gives_its_rule_files_in_name_order),
		cmocka_unit_test(what_names_no_rule_file_is_refused),
		cmocka_unit_test(a_file_that_cannot_be_read_is_one_error),
		cmocka_unit_test(a_file_is_read_by_its_path),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
