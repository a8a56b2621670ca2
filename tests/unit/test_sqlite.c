// SPDX-License-Identifier: Apache-2.0

/* Podman's newer database, built by the schema that it publishes. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <sqlite3.h>

#include "base/clock.h"
#include "base/file.h"
#include "container/place.h"
#include "container/sqlite.h"
#include "container_fixture.h"

#define S_NS   1000000000ULL
#define QUERY  "SELECT JSON FROM ContainerConfig WHERE ID = ?"
#define LONGER "B||B||B||B||B||B||B||B < B||B||B||B||B||B||B||B"
#define POD    "89abcdef0123456789abcdef0123456789abcdef0123456789abcdef01234567"
#define STORE  "/st/overlay-containers/" HEX64 "/userdata"

static const char schema[] =
	"CREATE TABLE IDNamespace(ID TEXT PRIMARY KEY NOT NULL);"
	"CREATE TABLE ContainerConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT UNIQUE NOT NULL, PodID TEXT,"
	" JSON TEXT NOT NULL,"
	" FOREIGN KEY (ID) REFERENCES IDNamespace(ID) DEFERRABLE INITIALLY DEFERRED,"
	" FOREIGN KEY (ID) REFERENCES ContainerState(ID) DEFERRABLE INITIALLY DEFERRED,"
	" FOREIGN KEY (PodID) REFERENCES PodConfig(ID));"
	"CREATE TABLE ContainerState(ID TEXT PRIMARY KEY NOT NULL, State INTEGER NOT NULL,"
	" ExitCode INTEGER, JSON TEXT NOT NULL,"
	" FOREIGN KEY (ID) REFERENCES ContainerConfig(ID) DEFERRABLE INITIALLY DEFERRED,"
	" CHECK (ExitCode BETWEEN -1 AND 255));"
	"CREATE TABLE PodConfig(ID TEXT PRIMARY KEY NOT NULL, Name TEXT UNIQUE NOT NULL, JSON TEXT NOT NULL,"
	" FOREIGN KEY (ID) REFERENCES IDNamespace(ID) DEFERRABLE INITIALLY DEFERRED);";

static void path_of(const struct fixture *f, const char *name, char *out, size_t size)
{
	(void)snprintf(out, size, "%s%s", f->root, name);
}

static sqlite3 *open_db(const struct fixture *f, const char *name)
{
	char path[128];
	sqlite3 *db;

	cf_put(f, name, "");
	path_of(f, name, path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	return db;
}

static void run(sqlite3 *db, const char *sql)
{
	char *why = NULL;

	if (sqlite3_exec(db, sql, NULL, NULL, &why) != SQLITE_OK)
		fail_msg("%s", why);
}

/* As podman stores them: JSON as a blob in a column of text. */
static void make_db(const struct fixture *f, const char *name, const char *more)
{
	sqlite3 *db = open_db(f, name);

	run(db, schema);
	run(db, "INSERT INTO ContainerConfig VALUES ('a', 'web', NULL, CAST('{\"n\":1}' AS BLOB))");
	run(db, "INSERT INTO ContainerConfig VALUES ('t', 'txt', NULL, 'text')");
	run(db, more);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static int get(const struct fixture *f, const char *name, size_t max_bytes, const char *id,
	       char **out)
{
	const struct sqlite_query query = { QUERY, id };
	int place = place_open(f->root, 0);
	int err;

	assert_true(place >= 0);
	*out = NULL;
	err = sqlite_get(place, name, max_bytes, &query, out);
	assert_int_equal(close(place), 0);
	return err;
}

static void check_error(const struct fixture *f, const char *name, int want)
{
	char *value;

	assert_int_equal(get(f, name, SQLITE_FILE_MAX, "a", &value), want);
	assert_null(value);
}

static void check_value(const struct fixture *f, const char *name, const char *id, const char *want)
{
	char *value;

	assert_int_equal(get(f, name, SQLITE_FILE_MAX, id, &value), 0);
	assert_string_equal(value, want);
	free(value);
}

static void values_are_found_by_their_key(void **state)
{
	struct fixture *f = *state;
	char *value;

	make_db(f, "/db.sql", "");
	check_value(f, "/db.sql", "a", "{\"n\":1}");
	check_value(f, "/db.sql", "t", "text");
	assert_int_equal(get(f, "/db.sql", SQLITE_FILE_MAX, "b", &value), -ENOENT);
	assert_int_equal(get(f, "/db.sql", SQLITE_FILE_MAX, "' OR 1 --", &value), -ENOENT);
	check_error(f, "/no.sql", -ENOENT);
	make_db(f, "/wal.sql", "PRAGMA journal_mode = WAL");
	check_value(f, "/wal.sql", "a", "{\"n\":1}");
}

static void owner_is_not_kept_from_writing(void **state)
{
	struct fixture *f = *state;
	sqlite3 *db;
	char *value;

	make_db(f, "/db.sql", "");
	db = open_db(f, "/own.sql");
	run(db, schema);
	run(db, "INSERT INTO ContainerConfig VALUES ('a', 'web', NULL, 'old')");
	run(db, "BEGIN EXCLUSIVE");
	check_value(f, "/own.sql", "a", "old");
	run(db, "UPDATE ContainerConfig SET JSON = 'new'");
	/* With its journal there, who knows what is written already. */
	check_error(f, "/own.sql", -EAGAIN);
	assert_int_equal(get(f, "/own.sql", 0, "a", &value), -EAGAIN);
	run(db, "COMMIT");
	check_value(f, "/own.sql", "a", "new");
	run(db, "PRAGMA journal_mode = WAL; UPDATE ContainerConfig SET JSON = 'newer'");
	check_error(f, "/own.sql", -EAGAIN);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	check_value(f, "/own.sql", "a", "newer");
}

static void what_is_no_database_is_told(void **state)
{
	struct fixture *f = *state;
	char path[128];
	char *value;

	cf_put(f, "/empty.sql", "");
	check_error(f, "/empty.sql", -EBADMSG);
	cf_put(f, "/text.sql",
	       "SQLite format 3, it says, but nothing of that is true: this is a text of more than a "
	       "hundred bytes and no more.\x01\x02");
	check_error(f, "/text.sql", -EBADMSG);
	make_db(f, "/db.sql", "DROP TABLE ContainerConfig");
	check_error(f, "/db.sql", -EBADMSG);
	cf_put_link(f, "/link.sql", "/db.sql");
	check_error(f, "/link.sql", -ELOOP);
	check_error(f, "/etc", -EINVAL);
	cf_put(f, "/huge.sql", "");
	path_of(f, "/huge.sql", path, sizeof(path));
	assert_int_equal(truncate(path, (off_t)1 << 40), 0);
	check_error(f, "/huge.sql", -EFBIG);
	make_db(f, "/large.sql", "");
	assert_int_equal(get(f, "/large.sql", 4096, "a", &value), -EFBIG);
}

static void hostile_schemas_come_to_an_end(void **state)
{
	struct fixture *f = *state;

	make_db(f, "/view.sql",
		"DROP TABLE ContainerConfig; CREATE VIEW ContainerConfig(ID, JSON) AS WITH RECURSIVE"
		" n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n) SELECT x, x FROM n");
	check_error(f, "/view.sql", -EBADMSG);
	make_db(f, "/column.sql",
		"DROP TABLE ContainerConfig; CREATE TABLE ContainerConfig(ID TEXT, JSON TEXT AS"
		" (printf('%.*c', 5000000, 'x')));"
		"INSERT INTO ContainerConfig(ID) VALUES ('a')");
	check_error(f, "/column.sql", -EBADMSG);
	make_db(f, "/null.sql",
		"DROP TABLE ContainerConfig; CREATE TABLE ContainerConfig(ID, JSON);"
		"INSERT INTO ContainerConfig(ID) VALUES ('a')");
	check_error(f, "/null.sql", -ENOENT);
	make_db(f, "/value.sql", "UPDATE ContainerConfig SET JSON = zeroblob(5 << 20)");
	check_error(f, "/value.sql", -EFBIG);
	/* Without an index each row is looked at. */
	make_db(f, "/rows.sql",
		"DROP TABLE ContainerConfig; CREATE TABLE ContainerConfig(ID, JSON);"
		"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 500000)"
		" INSERT INTO ContainerConfig SELECT x, x FROM n");
	check_error(f, "/rows.sql", -EBADMSG);
}

/* One operation of the library's machine, or one that is done again and again, must not hold us. */
static void long_operations_come_to_an_end(void **state)
{
	static const char *const columns[] = {
		"instr(hex(zeroblob(1900000)), hex(zeroblob(900000)) || '1')",
		"CASE WHEN 'a' LIKE '%a%a%a%' THEN 'x' END",
		"json('[1]')",
	};
	struct fixture *f = *state;
	uint64_t start_ns;
	char sql[512];

	for (size_t i = 0; i < sizeof(columns) / sizeof(columns[0]); i++) {
		(void)snprintf(sql, sizeof(sql),
			       "DROP TABLE ContainerConfig; CREATE TABLE ContainerConfig(ID TEXT);"
			       "INSERT INTO ContainerConfig VALUES ('a');"
			       "ALTER TABLE ContainerConfig ADD COLUMN JSON TEXT AS (%s)",
			       columns[i]);
		make_db(f, "/call.sql", sql);
		start_ns = clock_boot_ns();
		check_error(f, "/call.sql", -EBADMSG);
		assert_true(clock_boot_ns() - start_ns < 5 * S_NS);
	}
	make_db(f, "/copies.sql",
		"DROP TABLE ContainerConfig; CREATE TABLE ContainerConfig(B TEXT, JSON TEXT);"
		"WITH RECURSIVE n(x) AS (SELECT 1 UNION ALL SELECT x + 1 FROM n LIMIT 60)"
		" INSERT INTO ContainerConfig SELECT printf('%.*c', 500000, 'x'), 'y' FROM n;"
		"ALTER TABLE ContainerConfig ADD COLUMN ID TEXT AS (CASE WHEN " LONGER
		" THEN 1 WHEN " LONGER " THEN 2 WHEN " LONGER " THEN 3 WHEN " LONGER
		" THEN 4 WHEN " LONGER " THEN 5 WHEN " LONGER " THEN 6 WHEN " LONGER
		" THEN 7 WHEN " LONGER " THEN 8 WHEN " LONGER " THEN 9 END)");
	start_ns = clock_boot_ns();
	check_error(f, "/copies.sql", -EBADMSG);
	assert_true(clock_boot_ns() - start_ns < 5 * S_NS);
}

/* Whatever of it is there or wrong, an answer comes, and a value has its end. */
static void broken_files_do_no_harm(void **state)
{
	struct fixture *f = *state;
	char path[128];
	char *value;
	char *data;
	size_t len;
	int err;

	make_db(f, "/db.sql", "");
	path_of(f, "/db.sql", path, sizeof(path));
	assert_int_equal(file_read(AT_FDCWD, path, 1 << 20, &data, &len), 0);
	for (size_t cut = 0; cut < len; cut += 397) {
		cf_put_bytes(f, "/cut.sql", data, cut);
		err = get(f, "/cut.sql", SQLITE_FILE_MAX, "a", &value);
		assert_true(err ? value == NULL : strlen(value) > 0);
		free(value);
	}
	for (size_t at = 0; at < len; at += at < 4096 ? 17 : 211) {
		data[at] = (char)~data[at];
		cf_put_bytes(f, "/bad.sql", data, len);
		data[at] = (char)~data[at];
		err = get(f, "/bad.sql", SQLITE_FILE_MAX, "a", &value);
		assert_true(err ? value == NULL : value != NULL);
		free(value);
	}
	free(data);
}

static void start_podman(struct fixture *f)
{
	const struct dir own2 = { 0, CG2, 1, "/c1" };

	cf_put(f, STORE "/config.json", "{}");
	cf_put(f, "/st/overlay-containers/containers.json", "[]");
	cf_put(f, "/st/overlay-images/images.json",
	       "[{\"id\":\"beef\",\"digest\":\"sha256:cafe\"}]");
	cf_send_exec(f, SHIM_TGID, 1, "conmon|-c|" HEX64 "|-b|" STORE, "/");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|" STORE "|" HEX64, "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
}

static const char rows[] =
	"INSERT INTO ContainerConfig VALUES ('" HEX64 "', 'web', '" POD "', CAST('{\"id\":\"" HEX64
	"\",\"name\":\"web\",\"pod\":\"" POD "\",\"netNsCtr\":\"a\",\"rootfsImageID\":\"beef\","
	"\"rootfsImageName\":\"q.io/w:2\",\"labels\":{\"team\":\"red\",\"bell\":\"\\u0007\"}}' AS BLOB));"
	"INSERT INTO PodConfig VALUES ('" POD "', 'shop', CAST('{\"name\":\"shop\"}' AS BLOB));"
	"INSERT INTO ContainerState VALUES ('a', 3, 0, CAST('{\"networkStatus\":{\"podman\":"
	"{\"interfaces\":{\"eth0\":{\"subnets\":[{\"ipnet\":\"10.88.0.7/16\"}]}}}}}' AS BLOB));";

static void make_podman_db(const struct fixture *f, const char *name)
{
	sqlite3 *db = open_db(f, name);

	run(db, schema);
	run(db, rows);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
}

static void podman_container_has_labels_pod_and_address(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	make_podman_db(f, "/st/db.sql");
	start_podman(f);
	info = cf_ask(f->replay, CG2, 1, 0);
	assert_string_equal(info->type, "podman");
	assert_string_equal(info->name, "web");
	assert_string_equal(info->image_repository, "q.io/w");
	assert_string_equal(info->image_digest, "sha256:cafe");
	assert_int_equal(info->n_labels, 2);
	assert_string_equal(info->labels[0].key, "team");
	assert_string_equal(info->labels[1].value, "\a");
	assert_string_equal(info->pod_name, "shop");
	assert_string_equal(info->pod_uid, POD);
	assert_string_equal(info->ip, "10.88.0.7");
}

static void database_of_before_is_passed_over(void **state)
{
	const struct cf_pair pairs[] = { { "ctr/other/config", "{}", 2 } };
	struct fixture *f = *state;

	cf_put_bolt(f, "/st/libpod/bolt_state.db", pairs, 1);
	make_db(f, "/st/db.sql", "");
	make_podman_db(f, "/st/libpod/db.sql");
	start_podman(f);
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->name, "web");
}

static void database_that_is_being_written_is_waited_for(void **state)
{
	struct fixture *f = *state;
	struct containers_stats stats;
	char path[128];

	make_podman_db(f, "/st/db.sql");
	cf_put(f, "/st/db.sql-journal", "somebody writes");
	start_podman(f);
	assert_true(cf_ask(f->replay, CG2, 1, 0)->is_partial);
	path_of(f, "/st/db.sql-journal", path, sizeof(path));
	assert_int_equal(unlink(path), 0);
	assert_int_equal(cf_ask(f->live, CG2, 1, 0)->n_labels, 2);
	assert_false(cf_ask(f->replay, CG2, 1, 0)->is_partial);
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_waited, 1);
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, cf_setup, cf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(values_are_found_by_their_key),
		SENTENCE(owner_is_not_kept_from_writing),
		SENTENCE(what_is_no_database_is_told),
		SENTENCE(hostile_schemas_come_to_an_end),
		SENTENCE(long_operations_come_to_an_end),
		SENTENCE(broken_files_do_no_harm),
		SENTENCE(podman_container_has_labels_pod_and_address),
		SENTENCE(database_of_before_is_passed_over),
		SENTENCE(database_that_is_being_written_is_waited_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
