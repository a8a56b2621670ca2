// SPDX-License-Identifier: Apache-2.0
#include "container/sqlite.h"

#include <errno.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/cleanup.h"
#include "base/clock.h"
#include "base/file.h"
#include "container/place.h"

#define VALUE_MAX   (4 << 20)
#define TRIES_MAX   3
#define STEP_OPS    100 /* of the library's machine, between two questions whether to go on */
#define STEPS_MAX   100 /* the schema and a row by its key take some hundreds of operations */
#define TIME_MAX_NS 50000000ULL /* one operation may copy a whole value */
#define SQL_MAX     1024
#define COLUMNS_MAX 64

/* In the head of the file. */
#define HEAD_LEN     100
#define WRITE_FORMAT 18 /* 1: rollback journal, 2: write-ahead log */
#define READ_FORMAT  19
#define COUNTER      24 /* counts transactions */
#define COUNTER_LEN  4

struct image {
	char *data;
	size_t len;
};

/* Does the file beside the database hold something?  Whoever writes leaves what is to be undone there. */
static bool is_beside(int place, const char *path, const char *suffix)
{
	cleanup_close int fd = -1;
	char name[PLACE_PATH_MAX];
	struct stat st;

	if (snprintf(name, sizeof(name), "%s%s", path, suffix) >= (int)sizeof(name))
		return true;
	fd = place_open_file(place, name, PLACE_NOFOLLOW);
	return fd >= 0 && !fstat(fd, &st) && st.st_size > 0;
}

static int read_head(int fd, char *head)
{
	ssize_t n = pread(fd, head, HEAD_LEN, 0);

	if (n < 0)
		return -errno;
	return n == HEAD_LEN ? 0 : -EBADMSG;
}

static bool is_being_written(int place, const char *path)
{
	return is_beside(place, path, "-journal") || is_beside(place, path, "-wal");
}

static int read_once(int place, const char *path, size_t max_bytes, struct image *out)
{
	cleanup_close int fd = place_open_file(place, path, PLACE_NOFOLLOW);
	char before[HEAD_LEN];
	char after[HEAD_LEN];
	struct stat st;
	int err;

	if (fd < 0)
		return fd;
	if (fstat(fd, &st))
		return -errno;
	/* Before all of it is read for nothing. */
	if (is_being_written(place, path))
		return -EAGAIN;
	if ((uintmax_t)st.st_size > max_bytes)
		return -EFBIG;
	err = read_head(fd, before);
	if (!err)
		err = file_read_fd(fd, max_bytes, &out->data, &out->len);
	if (err)
		return err;
	err = read_head(fd, after);
	/* With a journal, pages change between its making and its end, which counts up. */
	if (!err && (out->len < HEAD_LEN || is_being_written(place, path) ||
		     memcmp(before + COUNTER, after + COUNTER, COUNTER_LEN) != 0))
		err = -EAGAIN;
	if (err) {
		free(out->data);
		out->data = NULL;
	}
	return err;
}

/* What was committed last, as a whole. */
static int read_image(int place, const char *path, size_t max_bytes, struct image *out)
{
	int err = -EAGAIN;
	int tries;

	for (tries = 0; tries < TRIES_MAX && err == -EAGAIN; tries++)
		err = read_once(place, path, max_bytes, out);
	/* Without a log that format is the other; in memory the library knows no log. */
	if (!err && out->data && out->data[WRITE_FORMAT] == 2 && out->data[READ_FORMAT] == 2) {
		out->data[WRITE_FORMAT] = 1;
		out->data[READ_FORMAT] = 1;
	}
	return err;
}

struct limit {
	int steps;
	uint64_t until_ns;
};

static int give_up(void *arg)
{
	struct limit *limit = arg;

	return --limit->steps < 0 || clock_boot_ns() > limit->until_ns;
}

/* What could run or grow without end is off: the schema, too, is somebody else's. */
static void confine(sqlite3 *db, struct limit *limit)
{
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_DEFENSIVE, 1, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_TRUSTED_SCHEMA, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_TRIGGER, 0, NULL);
	(void)sqlite3_db_config(db, SQLITE_DBCONFIG_ENABLE_VIEW, 0, NULL);
	(void)sqlite3_limit(db, SQLITE_LIMIT_LENGTH, VALUE_MAX);
	(void)sqlite3_limit(db, SQLITE_LIMIT_SQL_LENGTH, SQL_MAX);
	(void)sqlite3_limit(db, SQLITE_LIMIT_COLUMN, COLUMNS_MAX);
	/* A call is one operation, however long it takes: none with arguments. */
	(void)sqlite3_limit(db, SQLITE_LIMIT_FUNCTION_ARG, 0);
	sqlite3_progress_handler(db, STEP_OPS, give_up, limit);
}

static int error_of(int code)
{
	return code == SQLITE_NOMEM ? -ENOMEM : code == SQLITE_TOOBIG ? -EFBIG : -EBADMSG;
}

/* Podman's values are blobs, whatever the column is declared to be. */
static int take_value(sqlite3_stmt *stmt, char **out)
{
	const void *value = sqlite3_column_blob(stmt, 0);
	size_t len = (size_t)sqlite3_column_bytes(stmt, 0);
	char *copy;

	if (!value || !len)
		return -ENOENT;
	copy = malloc(len + 1);
	if (!copy)
		return -ENOMEM;
	memcpy(copy, value, len);
	copy[len] = '\0';
	*out = copy;
	return 0;
}

static int ask(sqlite3 *db, const struct sqlite_query *query, char **out)
{
	sqlite3_stmt *stmt = NULL;
	int code = sqlite3_prepare_v2(db, query->sql, -1, &stmt, NULL);
	int err;

	if (code == SQLITE_OK)
		code = sqlite3_bind_text(stmt, 1, query->key, -1, SQLITE_STATIC);
	if (code == SQLITE_OK)
		code = sqlite3_step(stmt);
	if (code == SQLITE_ROW)
		err = take_value(stmt, out);
	else
		err = code == SQLITE_DONE ? -ENOENT : error_of(code);
	(void)sqlite3_finalize(stmt); /* tells the same once more */
	return err;
}

int sqlite_get(int place, const char *path, size_t max_bytes, const struct sqlite_query *query,
	       char **out)
{
	struct image image = { NULL, 0 };
	int err = read_image(place, path, max_bytes, &image);
	struct limit limit = { .steps = STEPS_MAX };
	sqlite3 *db = NULL;
	int code;

	if (err)
		return err;
	code = sqlite3_open_v2(":memory:", &db, SQLITE_OPEN_READWRITE | SQLITE_OPEN_NOMUTEX, NULL);
	if (code == SQLITE_OK) {
		limit.until_ns = clock_boot_ns() + TIME_MAX_NS;
		confine(db, &limit);
		code = sqlite3_deserialize(db, "main", (unsigned char *)image.data,
					   (sqlite3_int64)image.len, (sqlite3_int64)image.len,
					   SQLITE_DESERIALIZE_READONLY);
	}
	err = code == SQLITE_OK ? ask(db, query, out) : error_of(code);
	(void)sqlite3_close(db); /* no statement is left */
	free(image.data);
	return err;
}
