// SPDX-License-Identifier: Apache-2.0
#include "event/capture.h"

#include <errno.h>
#include <fcntl.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/file.h"
#include "event/record.h"
#include "sample_record.h"

#define PATH_BYTES 64

static struct sample sample;
static char dir[PATH_BYTES];
static char path[2 * PATH_BYTES];

static char passwd_text[] = "root:x:0:0::/root:/bin/sh\n";
static char group_text[] = "root:x:0:\n";

static struct capture_host host = {
	.hostname = "web1",
	.release = "6.18.0",
	.machine = "x86_64",
	.agent_version = "0.1.0",
	.epoch_offset_ns = 1700000000000000000,
	.n_cpus = 2,
	.cgroup_v1_hierarchy = 4,
	.passwd = passwd_text,
	.group = group_text,
};

static int make_dir(void **state)
{
	(void)state;
	(void)snprintf(dir, sizeof(dir), "/tmp/test_capture.XXXXXX");
	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	return 0;
}

static int remove_dir(void **state)
{
	(void)state;
	(void)unlink(path);
	return rmdir(dir);
}

/* One record of each type. */
static size_t write_samples(struct capture_writer *writer)
{
	size_t n = 0;

	for (const uint16_t *type = sample_types; *type; type++) {
		sample_fill(&sample, *type);
		assert_int_equal(capture_write(writer, sample.data, sample.len), 0);
		n++;
	}
	return n;
}

static void write_file(void)
{
	struct capture_writer *writer;

	assert_int_equal(capture_create(path, &host, &writer), 0);
	write_samples(writer);
	assert_int_equal(capture_close(writer), 0);
}

static void write_bytes(const char *data, size_t len)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);

	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, data, len), 0);
	assert_int_equal(close(fd), 0);
}

static size_t count_records(struct capture_reader *reader)
{
	const void *data;
	size_t len;
	size_t n = 0;
	int ret;

	while ((ret = capture_next(reader, &data, &len)) == 1)
		n++;
	assert_int_equal(ret, 0);
	return n;
}

static void records_come_back_byte_for_byte(void **state)
{
	struct capture_reader *reader;
	const void *data;
	size_t len;

	(void)state;
	write_file();
	assert_int_equal(capture_open(path, NULL, &reader), 0);
	assert_true(capture_is_complete(reader));
	for (const uint16_t *type = sample_types; *type; type++) {
		sample_fill(&sample, *type);
		assert_int_equal(capture_next(reader, &data, &len), 1);
		assert_int_equal((uintptr_t)data % 8, 0);
		assert_int_equal(len, sample.len);
		assert_memory_equal(data, sample.data, len);
	}
	assert_int_equal(capture_next(reader, &data, &len), 0);
	assert_int_equal(capture_next(reader, &data, &len), 0);
	capture_reader_free(reader);
}

static void the_host_comes_back(void **state)
{
	struct capture_reader *reader;
	const struct capture_host *got;

	(void)state;
	write_file();
	assert_int_equal(capture_open(path, NULL, &reader), 0);
	got = capture_host(reader);
	assert_string_equal(got->hostname, host.hostname);
	assert_string_equal(got->release, host.release);
	assert_string_equal(got->machine, host.machine);
	assert_string_equal(got->agent_version, host.agent_version);
	assert_int_equal(got->epoch_offset_ns, host.epoch_offset_ns);
	assert_int_equal(got->n_cpus, host.n_cpus);
	assert_int_equal(got->cgroup_v1_hierarchy, host.cgroup_v1_hierarchy);
	assert_string_equal(got->passwd, host.passwd);
	assert_string_equal(got->group, host.group);
	capture_reader_free(reader);
}

static void a_host_without_accounts_comes_back_without(void **state)
{
	struct capture_host bare = { .hostname = "h" };
	struct capture_writer *writer;
	struct capture_reader *reader;

	(void)state;
	assert_int_equal(capture_create(path, &bare, &writer), 0);
	assert_int_equal(capture_close(writer), 0);
	assert_int_equal(capture_open(path, NULL, &reader), 0);
	assert_null(capture_host(reader)->passwd);
	assert_null(capture_host(reader)->group);
	assert_string_equal(capture_host(reader)->release, "");
	assert_int_equal(count_records(reader), 0);
	assert_true(capture_is_complete(reader));
	capture_reader_free(reader);
}

static void accounts_are_bounded(void **state)
{
	struct capture_host big = host;
	struct capture_writer *writer;
	struct capture_reader *reader;

	(void)state;
	big.passwd = malloc(CAPTURE_ACCOUNTS_MAX + 2);
	assert_non_null(big.passwd);
	memset(big.passwd, 'p', CAPTURE_ACCOUNTS_MAX + 1);
	big.passwd[CAPTURE_ACCOUNTS_MAX + 1] = '\0';
	assert_int_equal(capture_create(path, &big, &writer), -EFBIG);

	big.passwd[CAPTURE_ACCOUNTS_MAX] = '\0';
	assert_int_equal(capture_create(path, &big, &writer), 0);
	assert_int_equal(capture_close(writer), 0);
	assert_int_equal(capture_open(path, NULL, &reader), 0);
	assert_string_equal(capture_host(reader)->passwd, big.passwd);
	capture_reader_free(reader);
	free(big.passwd);
}

static void more_than_any_buffer_comes_back(void **state)
{
	struct capture_writer *writer;
	struct capture_reader *reader;
	const void *data;
	size_t len;
	uint32_t n = 0;

	(void)state;
	sample_begin(&sample, BW_EVENT_EXIT);
	assert_int_equal(capture_create(path, &host, &writer), 0);
	/* Lengths of all remainders by 8, up to the longest. */
	for (len = BW_RECORD_MAX; len > BW_RECORD_MAX - 100; len--) {
		((struct bw_hdr *)sample.data)->tgid = (uint32_t)len;
		assert_int_equal(capture_write(writer, sample.data, len), 0);
	}
	assert_int_equal(capture_close(writer), 0);
	assert_int_equal(capture_open(path, NULL, &reader), 0);
	while (capture_next(reader, &data, &len) == 1) {
		assert_int_equal(len, BW_RECORD_MAX - n);
		assert_int_equal(((const struct bw_hdr *)data)->tgid, len);
		n++;
	}
	assert_int_equal(n, 100);
	capture_reader_free(reader);
}

static void a_file_of_others_is_not_readable_by_others(void **state)
{
	struct stat st;

	(void)state;
	write_file();
	assert_int_equal(stat(path, &st), 0);
	assert_int_equal(st.st_mode & 0777, 0600);
}

/* Offsets at which records and the end mark begin, the file's end last. */
static size_t boundaries(const char *data, size_t len, size_t *out)
{
	uint32_t items;
	uint32_t size;
	size_t n = 0;
	size_t at;

	memcpy(&items, data + 20, sizeof(items));
	for (at = 32 + items; at < len; n++) {
		out[n] = at;
		memcpy(&size, data + at, sizeof(size));
		at += 8 + (size == UINT32_MAX ? 8 : (size + 7) / 8 * 8);
	}
	out[n] = len;
	return n + 1;
}

static void a_cut_is_accepted_between_records_alone(void **state)
{
	struct capture_reader *reader;
	struct diag diag;
	size_t edges[32] = { 0 };
	size_t n_edges;
	size_t at = 0;
	size_t len;
	char *data;

	(void)state;
	write_file();
	assert_int_equal(file_read(AT_FDCWD, path, 1U << 20, &data, &len), 0);
	n_edges = boundaries(data, len, edges);
	for (size_t cut = 0; cut < len; cut++) {
		write_bytes(data, cut);
		diag_init(&diag);
		if (cut == edges[at]) {
			assert_int_equal(capture_open(path, &diag, &reader), 0);
			assert_false(capture_is_complete(reader));
			assert_int_equal(count_records(reader), at);
			capture_reader_free(reader);
			at++;
			continue;
		}
		assert_int_equal(capture_open(path, &diag, &reader), -EBADMSG);
		assert_true(diag.text[0]);
		assert_string_equal(diag.file, path);
		/* The offset named is where the file can be cut to save the rest. */
		if (at)
			assert_int_equal(diag.offset, edges[at - 1]);
	}
	assert_int_equal(at, n_edges - 1);
	free(data);
}

static void every_changed_byte_is_refused(void **state)
{
	struct capture_reader *reader;
	struct diag diag;
	size_t len;
	char *data;

	(void)state;
	write_file();
	assert_int_equal(file_read(AT_FDCWD, path, 1U << 20, &data, &len), 0);
	for (size_t at = 0; at < len; at++) {
		for (unsigned int bit = 0; bit < 8; bit += 7) {
			data[at] ^= (char)(1U << bit);
			write_bytes(data, len);
			diag_init(&diag);
			assert_int_equal(capture_open(path, &diag, &reader), -EBADMSG);
			assert_true(diag.offset <= at);
			data[at] ^= (char)(1U << bit);
		}
	}
	free(data);
}

static void more_behind_the_end_is_refused(void **state)
{
	struct capture_reader *reader;
	struct diag diag;
	size_t len;
	char *data;

	(void)state;
	write_file();
	assert_int_equal(file_read(AT_FDCWD, path, 1U << 20, &data, &len), 0);
	write_bytes(data, len + 1); /* file_read() puts a NUL there */
	diag_init(&diag);
	assert_int_equal(capture_open(path, &diag, &reader), -EBADMSG);
	assert_int_equal(diag.offset, len);
	free(data);
}

static void a_missing_record_is_noticed_by_the_count(void **state)
{
	struct capture_reader *reader;
	size_t edges[32] = { 0 };
	size_t len;
	char *data;

	(void)state;
	write_file();
	assert_int_equal(file_read(AT_FDCWD, path, 1U << 20, &data, &len), 0);
	boundaries(data, len, edges);
	memmove(data + edges[3], data + edges[4], len - edges[4]);
	write_bytes(data, len - (edges[4] - edges[3]));
	assert_int_equal(capture_open(path, NULL, &reader), -EBADMSG);
	free(data);
}

static void other_files_are_refused_by_name(void **state)
{
	static const struct {
		const char *bytes;
		size_t len;
		const char *text;
	} rows[] = {
		{ "", 0, "not a bpfwatch capture" },
		{ "hello\n", 6, "not a bpfwatch capture" },
		{ "BWCAP\r\n\x1a", 8, "header is cut off" },
		{ "BWCAP\r\n\x1a\1\2\3\4\1\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32,
		  "other byte order" },
		{ "BWCAP\r\n\x1a\4\3\2\1\2\0\0\0\1\0\0\0\0\0\0\0\0\0\0\0\0\0\0\0", 32,
		  "another version of the capture format" },
	};
	struct capture_reader *reader;
	struct diag diag;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		write_bytes(rows[i].bytes, rows[i].len);
		diag_init(&diag);
		assert_int_equal(capture_open(path, &diag, &reader), -EBADMSG);
		assert_non_null(strstr(diag.text, rows[i].text));
	}
}

static void what_is_no_file_is_refused(void **state)
{
	struct capture_reader *reader;

	(void)state;
	assert_int_equal(capture_open("/nonexistent/file", NULL, &reader), -ENOENT);
	assert_int_equal(capture_open("/tmp", NULL, &reader), -EISDIR);
	assert_int_equal(capture_open("/dev/zero", NULL, &reader), -ESPIPE);
}

static void a_full_disk_is_reported_and_stays_reported(void **state)
{
	struct capture_writer *writer;

	(void)state;
	assert_int_equal(capture_create("/dev/full", &host, &writer), -ENOSPC);
	assert_int_equal(capture_create("/nonexistent/file", &host, &writer), -ENOENT);
}

/* The file size limit stands in for a disk that fills in the middle of a record. */
static void a_disk_that_fills_leaves_whole_records_and_no_end(void **state)
{
	struct rlimit before;
	struct rlimit tight;
	struct capture_writer *writer;
	struct capture_reader *reader;
	size_t n;

	(void)state;
	assert_int_equal(getrlimit(RLIMIT_FSIZE, &before), 0);
	assert_int_equal(capture_create(path, &host, &writer), 0);
	n = write_samples(writer);
	assert_int_equal(capture_flush(writer), 0);
	write_samples(writer);
	tight = before;
	tight.rlim_cur = 5000;
	(void)signal(SIGXFSZ, SIG_IGN);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &tight), 0);
	assert_int_equal(capture_flush(writer), -EFBIG);
	assert_int_equal(setrlimit(RLIMIT_FSIZE, &before), 0);

	sample_fill(&sample, BW_EVENT_OPEN);
	assert_int_equal(capture_write(writer, sample.data, sample.len), -EFBIG);
	assert_int_equal(capture_close(writer), -EFBIG);
	assert_int_equal(capture_open(path, NULL, &reader), 0);
	assert_false(capture_is_complete(reader));
	assert_int_equal(count_records(reader), n);
	capture_reader_free(reader);
}

static void an_oversized_record_is_refused(void **state)
{
	struct capture_writer *writer;

	(void)state;
	assert_int_equal(capture_create(path, &host, &writer), 0);
	assert_int_equal(capture_write(writer, sample.data, BW_RECORD_MAX + 1), -EMSGSIZE);
	assert_int_equal(capture_close(writer), -EMSGSIZE);
}

static void a_file_that_changes_while_read_is_refused(void **state)
{
	struct capture_reader *reader;
	const void *data;
	size_t len;

	(void)state;
	write_file();
	assert_int_equal(capture_open(path, NULL, &reader), 0);
	assert_int_equal(truncate(path, 100), 0);
	assert_int_equal(capture_next(reader, &data, &len), -EBADMSG);
	capture_reader_free(reader);
}

static void freeing_nothing_is_allowed(void **state)
{
	(void)state;
	capture_reader_free(NULL);
	assert_int_equal(capture_close(NULL), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(records_come_back_byte_for_byte),
		cmocka_unit_test(the_host_comes_back),
		cmocka_unit_test(a_host_without_accounts_comes_back_without),
		cmocka_unit_test(accounts_are_bounded),
		cmocka_unit_test(more_than_any_buffer_comes_back),
		cmocka_unit_test(a_file_of_others_is_not_readable_by_others),
		cmocka_unit_test(a_cut_is_accepted_between_records_alone),
		cmocka_unit_test(every_changed_byte_is_refused),
		cmocka_unit_test(more_behind_the_end_is_refused),
		cmocka_unit_test(a_missing_record_is_noticed_by_the_count),
		cmocka_unit_test(other_files_are_refused_by_name),
		cmocka_unit_test(what_is_no_file_is_refused),
		cmocka_unit_test(a_full_disk_is_reported_and_stays_reported),
		cmocka_unit_test(a_disk_that_fills_leaves_whole_records_and_no_end),
		cmocka_unit_test(an_oversized_record_is_refused),
		cmocka_unit_test(a_file_that_changes_while_read_is_refused),
		cmocka_unit_test(freeing_nothing_is_allowed),
	};

	return cmocka_run_group_tests(tests, make_dir, remove_dir);
}
