// SPDX-License-Identifier: Apache-2.0
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
#include <sys/stat.h>
#include <unistd.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/diag.h"
#include "base/file.h"

static void arena_gives_zeroed_aligned_memory_after_reset(void **state)
{
	struct arena *arena = arena_new(256, 4096);
	unsigned char *p;

	(void)state;
	for (int round = 0; round < 3; round++) {
		for (size_t size = 1; size <= 64; size++) {
			p = arena_alloc(arena, size);
			assert_non_null(p);
			assert_int_equal((uintptr_t)p % _Alignof(max_align_t), 0);
			for (size_t i = 0; i < size; i++)
				assert_int_equal(p[i], 0);
			memset(p, 0xff, size);
		}
		arena_reset(arena);
	}
	assert_in_range(arena_bytes(arena), 1, 4096);
	arena_free(arena);
}

static void arena_refuses_what_passes_its_cap(void **state)
{
	struct arena *arena = arena_new(64, 256);

	(void)state;
	assert_null(arena_alloc(arena, 257));
	assert_null(arena_alloc(arena, SIZE_MAX));
	assert_true(arena_was_full(arena));
	arena_reset(arena);
	assert_non_null(arena_alloc(arena, 200));
	assert_false(arena_was_full(arena));
	assert_null(arena_alloc(arena, 64));
	assert_true(arena_was_full(arena));
	arena_reset(arena);
	assert_false(arena_was_full(arena));
	assert_non_null(arena_alloc(arena, 200));
	arena_free(arena);
	arena_free(NULL);
}

static void arena_copies_strings_with_their_end(void **state)
{
	struct arena *arena = arena_new(64, 4096);

	(void)state;
	assert_string_equal(arena_strndup(arena, "abcdef", 3), "abc");
	assert_string_equal(arena_strdup(arena, ""), "");
	arena_free(arena);
}

static void buf_grows_and_stays_terminated(void **state)
{
	struct buf buf;
	char *text;

	(void)state;
	buf_init(&buf, 4096);
	assert_string_equal(buf.data, "");
	for (int i = 0; i < 500; i++)
		buf_add_char(&buf, 'x');
	buf_printf(&buf, "-%d-", 42);
	assert_int_equal(buf.len, 504);
	assert_string_equal(buf.data + 500, "-42-");
	buf_truncate(&buf, 2);
	assert_string_equal(buf.data, "xx");
	text = buf_steal(&buf);
	assert_string_equal(text, "xx");
	assert_string_equal(buf.data, "");
	free(text);
	buf_done(&buf);
}

static void buf_fails_at_its_cap_and_keeps_what_it_has(void **state)
{
	struct buf buf;

	(void)state;
	buf_init(&buf, 8);
	buf_add_str(&buf, "1234567");
	assert_false(buf.failed);
	buf_add_char(&buf, '8');
	assert_true(buf.failed);
	buf_add(&buf, "x", SIZE_MAX);
	assert_string_equal(buf.data, "1234567");
	assert_null(buf_steal(&buf));
	buf_reset(&buf);
	buf_add_str(&buf, "ok");
	assert_string_equal(buf.data, "ok");
	buf_done(&buf);
}

static void diag_keeps_the_first_error(void **state)
{
	char text[128];
	struct diag diag;

	(void)state;
	diag_init(&diag);
	diag_set_place(&diag, "a.yaml", 3, 7);
	diag_set(&diag, "first %d", 1);
	diag_set_place(&diag, "b.yaml", 4, 8);
	diag_set(&diag, "second");
	diag_set(NULL, "nobody listens");
	assert_string_equal(diag_to_string(&diag, text, sizeof(text)), "a.yaml:3:7: first 1");
}

static void file_read_honours_its_cap_and_refuses_what_is_no_file(void **state)
{
	char dir[] = "/tmp/test-base.XXXXXX";
	char *data;
	size_t len;
	int fd;
	int dirfd;

	(void)state;
	assert_non_null(mkdtemp(dir));
	dirfd = open(dir, O_DIRECTORY | O_CLOEXEC);
	fd = openat(dirfd, "ten", O_CREAT | O_WRONLY, 0600);
	assert_int_equal(file_write_all(fd, "0123456789", 10), 0);
	close(fd);
	assert_int_equal(mkfifoat(dirfd, "fifo", 0600), 0);

	assert_int_equal(file_read(dirfd, "ten", 10, &data, &len), 0);
	assert_int_equal(len, 10);
	assert_string_equal(data, "0123456789");
	free(data);
	assert_int_equal(file_read(dirfd, "ten", 9, &data, &len), -EFBIG);
	assert_int_equal(file_read(dirfd, "fifo", 9, &data, &len), -EINVAL);
	assert_int_equal(file_read(dirfd, ".", 9, &data, &len), -EISDIR);
	assert_int_equal(file_read(dirfd, "none", 9, &data, &len), -ENOENT);
	/* /proc files have size 0 until they are read. */
	assert_int_equal(file_read(AT_FDCWD, "/proc/self/status", 1 << 20, &data, &len), 0);
	assert_true(len > 0);
	free(data);
	assert_int_equal(file_read(AT_FDCWD, "/proc/self/status", 16, &data, &len), -EFBIG);

	assert_int_equal(unlinkat(dirfd, "ten", 0), 0);
	assert_int_equal(unlinkat(dirfd, "fifo", 0), 0);
	close(dirfd);
	assert_int_equal(rmdir(dir), 0);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(arena_gives_zeroed_aligned_memory_after_reset),
		cmocka_unit_test(arena_refuses_what_passes_its_cap),
		cmocka_unit_test(arena_copies_strings_with_their_end),
		cmocka_unit_test(buf_grows_and_stays_terminated),
		cmocka_unit_test(buf_fails_at_its_cap_and_keeps_what_it_has),
		cmocka_unit_test(diag_keeps_the_first_error),
		cmocka_unit_test(file_read_honours_its_cap_and_refuses_what_is_no_file),
	};

	return cmocka_run_group_tests_name("base", tests, NULL, NULL);
}
