// SPDX-License-Identifier: Apache-2.0
#include "rules/rules.h"

#include <dirent.h>
#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/cleanup.h"

#define FILES_MAX 10000 /* of one directory */

struct paths {
	char **at;
	size_t n;
};

static void paths_free(struct paths *paths)
{
	for (size_t i = 0; i < paths->n; i++)
		free(paths->at[i]);
	free(paths->at);
}

/* Takes the path over, also on failure. */
static int paths_add(struct paths *paths, char *path)
{
	char **at = realloc(paths->at, (paths->n + 1) * sizeof(*at));

	if (!at || !path) {
		if (at)
			paths->at = at;
		free(path);
		return -ENOMEM;
	}
	paths->at = at;
	paths->at[paths->n++] = path;
	return 0;
}

static bool is_rule_file_name(const char *name)
{
	const char *dot = strrchr(name, '.');

	return dot && dot != name && (strcmp(dot, ".yaml") == 0 || strcmp(dot, ".yml") == 0);
}

static int compare_path(const void *a, const void *b)
{
	return strcmp(*(const char *const *)a, *(const char *const *)b);
}

static int add_entry(struct paths *paths, const char *dir, const char *name)
{
	size_t len = strlen(dir);
	struct stat st;
	char *path;

	if (!is_rule_file_name(name))
		return 0;
	if (asprintf(&path, "%s%s%s", dir, len && dir[len - 1] == '/' ? "" : "/", name) < 0)
		return -ENOMEM;
	/* What cannot be looked at stays, to be told when it cannot be read. */
	if (stat(path, &st) == 0 && S_ISDIR(st.st_mode)) {
		free(path);
		return 0;
	}
	return paths->n < FILES_MAX ? paths_add(paths, path) : (free(path), -E2BIG);
}

static int read_directory(DIR *dir, const char *path, struct paths *paths)
{
	const struct dirent *entry;
	int err = 0;

	while (!err) {
		errno = 0;
		entry = readdir(dir);
		if (!entry)
			break;
		err = add_entry(paths, path, entry->d_name);
	}
	return err ? err : -errno;
}

static int find_in_directory(const char *path, struct paths *paths)
{
	DIR *dir = opendir(path);
	int err;

	if (!dir)
		return -errno;
	err = read_directory(dir, path, paths);
	(void)closedir(dir); /* read-only: nothing to lose */
	if (!err && !paths->n)
		err = -ENODATA;
	if (!err)
		qsort(paths->at, paths->n, sizeof(*paths->at), compare_path);
	return err;
}

static int find(const char *path, struct paths *paths)
{
	struct stat st;

	if (stat(path, &st))
		return -errno;
	if (S_ISDIR(st.st_mode))
		return find_in_directory(path, paths);
	if (!S_ISREG(st.st_mode))
		return -EINVAL;
	return paths_add(paths, strdup(path));
}

int rules_find_files(const char *path, char ***paths, size_t *n_paths)
{
	struct paths found = { 0 };
	char **all;
	int err;

	err = find(path, &found);
	if (err) {
		paths_free(&found);
		return err;
	}
	all = realloc(*paths, (*n_paths + found.n) * sizeof(*all));
	if (!all) {
		paths_free(&found);
		return -ENOMEM;
	}
	*paths = all;
	for (size_t i = 0; i < found.n; i++)
		all[(*n_paths)++] = found.at[i];
	free(found.at);
	return 0;
}
