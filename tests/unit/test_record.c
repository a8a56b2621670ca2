// SPDX-License-Identifier: Apache-2.0
#include "event/record.h"

#include <errno.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "sample_record.h"

static struct sample sample; /* too big for the stack of a test */

static int parse(void)
{
	struct record rec;

	return record_parse(sample.data, sample.len, &rec);
}

static void every_type_parses(void **state)
{
	struct record rec;

	(void)state;
	for (const uint16_t *type = sample_types; *type; type++) {
		sample_fill(&sample, *type);
		assert_int_equal(record_parse(sample.data, sample.len, &rec), 0);
		assert_int_equal(rec.hdr->type, *type);
		assert_ptr_equal(rec.exec, sample.data);
		assert_non_null(record_type_name(*type));
	}
}

static void every_type_without_strings_parses(void **state)
{
	(void)state;
	for (const uint16_t *type = sample_types; *type; type++) {
		sample_begin(&sample, *type);
		assert_int_equal(parse(), 0);
	}
}

static void every_shorter_length_is_refused(void **state)
{
	struct record rec;

	(void)state;
	for (const uint16_t *type = sample_types; *type; type++) {
		sample_fill(&sample, *type);
		for (size_t len = 0; len < sample.len; len++) {
			/* The size of the header agrees, so that the layout has to tell. */
			((struct bw_hdr *)sample.data)->size = (uint32_t)len;
			assert_int_equal(record_parse(sample.data, len, &rec), -EBADMSG);
		}
	}
}

static void a_string_is_returned_with_its_length(void **state)
{
	static const char argv[] = "sh\0-c\0id";
	struct record_str str;
	struct record rec;

	(void)state;
	sample_begin(&sample, BW_EVENT_EXEC);
	sample_add_str(&sample, offsetof(struct bw_exec, argv), argv, sizeof(argv) - 1);
	assert_int_equal(record_parse(sample.data, sample.len, &rec), 0);
	str = record_str(&rec, rec.exec->argv);
	assert_int_equal(str.len, sizeof(argv) - 1);
	assert_memory_equal(str.s, argv, sizeof(argv));
}

static void an_unread_string_is_empty(void **state)
{
	struct record_str str;
	struct record rec;

	(void)state;
	sample_begin(&sample, BW_EVENT_OPEN);
	assert_int_equal(record_parse(sample.data, sample.len, &rec), 0);
	str = record_str(&rec, rec.open->path);
	assert_string_equal(str.s, "");
	assert_int_equal(str.len, 0);
}

static void set_path(uint16_t off, uint16_t len)
{
	struct bw_open *open_rec = (struct bw_open *)sample.data;

	open_rec->path.off = off;
	open_rec->path.len = len;
}

static void a_string_out_of_place_is_refused(void **state)
{
	static const struct {
		uint16_t off;
		uint16_t len;
		int err;
	} rows[] = {
		{ sizeof(struct bw_open), 4, 0 },
		{ sizeof(struct bw_open), 3, -EBADMSG }, /* no NUL there */
		{ sizeof(struct bw_open), 5, -EBADMSG }, /* NUL would lie behind the end */
		{ sizeof(struct bw_open) + 5, 0, -EBADMSG },
		{ sizeof(struct bw_open) - 1, 5, -EBADMSG }, /* begins in the fixed part */
		{ 1, 0, -EBADMSG },
		{ 0, 1, -EBADMSG },
		{ 0, 0xffff, -EBADMSG },
		{ 0xffff, 0xffff, -EBADMSG },
		{ 0xffff, 0, -EBADMSG },
		{ 0, 0, 0 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		sample_begin(&sample, BW_EVENT_OPEN);
		sample_add_str(&sample, offsetof(struct bw_open, path), "/etc", 4);
		set_path(rows[i].off, rows[i].len);
		assert_int_equal(parse(), rows[i].err);
	}
}

static void the_last_string_of_every_type_is_checked(void **state)
{
	(void)state;
	for (const uint16_t *type = sample_types; *type; type++) {
		size_t bare;

		sample_begin(&sample, *type);
		bare = sample.len;
		sample_fill(&sample, *type);
		if (sample.len == bare)
			continue; /* has no strings */
		sample.data[sample.len - 1] = 'x';
		assert_int_equal(parse(), -EBADMSG);
	}
}

static void a_size_that_differs_is_refused(void **state)
{
	struct bw_hdr *hdr = sample_begin(&sample, BW_EVENT_FORK);

	(void)state;
	hdr->size++;
	assert_int_equal(parse(), -EBADMSG);
	hdr->size -= 2;
	assert_int_equal(parse(), -EBADMSG);
}

static void a_longer_tail_is_allowed(void **state)
{
	struct bw_hdr *hdr = sample_begin(&sample, BW_EVENT_EXIT);

	(void)state;
	sample.len += 64;
	hdr->size += 64;
	assert_int_equal(parse(), 0);
}

static void a_record_over_the_limit_is_refused(void **state)
{
	static _Alignas(8) unsigned char big[BW_RECORD_MAX + 8];
	struct bw_hdr *hdr = (struct bw_hdr *)big;
	struct record rec;

	(void)state;
	sample_begin(&sample, BW_EVENT_EXIT);
	memcpy(big, sample.data, sample.len);
	hdr->size = BW_RECORD_MAX;
	assert_int_equal(record_parse(big, BW_RECORD_MAX, &rec), 0);
	hdr->size = BW_RECORD_MAX + 1;
	assert_int_equal(record_parse(big, BW_RECORD_MAX + 1, &rec), -EBADMSG);
}

static void an_unknown_type_is_told_apart(void **state)
{
	static const uint16_t unknown[] = { 0, 9, 15, 19, 63, BW_EVENT_MAX, 0xffff };

	(void)state;
	for (size_t i = 0; i < sizeof(unknown) / sizeof(unknown[0]); i++) {
		sample_begin(&sample, BW_EVENT_FORK)->type = unknown[i];
		assert_int_equal(parse(), -ENOMSG);
		assert_null(record_type_name(unknown[i]));
	}
}

static void values_used_as_an_index_are_checked(void **state)
{
	struct bw_hdr *hdr;

	(void)state;
	hdr = sample_begin(&sample, BW_EVENT_FORK);
	hdr->call = BW_CALL_MAX - 1;
	hdr->abi = BW_ABI_IO_URING;
	assert_int_equal(parse(), 0);
	hdr->call = BW_CALL_MAX;
	assert_int_equal(parse(), -EBADMSG);
	hdr->call = 0;
	hdr->abi = BW_ABI_IO_URING + 1;
	assert_int_equal(parse(), -EBADMSG);

	sample_begin(&sample, BW_EVENT_CGROUP);
	((struct bw_cgroup *)sample.data)->op = 0;
	assert_int_equal(parse(), -EBADMSG);
	((struct bw_cgroup *)sample.data)->op = BW_CGROUP_RENAME + 1;
	assert_int_equal(parse(), -EBADMSG);
}

static void an_unterminated_comm_is_refused(void **state)
{
	struct bw_hdr *hdr = sample_begin(&sample, BW_EVENT_FORK);

	(void)state;
	memset(hdr->comm, 'c', sizeof(hdr->comm));
	assert_int_equal(parse(), -EBADMSG);
	hdr->comm[BW_COMM_LEN - 1] = '\0';
	assert_int_equal(parse(), 0);
}

static void a_refused_record_leaves_the_view_alone(void **state)
{
	struct record rec = { 0 };

	(void)state;
	sample_begin(&sample, BW_EVENT_FORK)->size = 1;
	assert_int_equal(record_parse(sample.data, sample.len, &rec), -EBADMSG);
	assert_null(rec.hdr);
	assert_null(rec.fork);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(every_type_parses),
		cmocka_unit_test(every_type_without_strings_parses),
		cmocka_unit_test(every_shorter_length_is_refused),
		cmocka_unit_test(a_string_is_returned_with_its_length),
		cmocka_unit_test(an_unread_string_is_empty),
		cmocka_unit_test(a_string_out_of_place_is_refused),
		cmocka_unit_test(the_last_string_of_every_type_is_checked),
		cmocka_unit_test(a_size_that_differs_is_refused),
		cmocka_unit_test(a_longer_tail_is_allowed),
		cmocka_unit_test(a_record_over_the_limit_is_refused),
		cmocka_unit_test(an_unknown_type_is_told_apart),
		cmocka_unit_test(values_used_as_an_index_are_checked),
		cmocka_unit_test(an_unterminated_comm_is_refused),
		cmocka_unit_test(a_refused_record_leaves_the_view_alone),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
