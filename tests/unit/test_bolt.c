// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "container/bolt.h"

#define PAGE    512U
#define N_PAGES 8

/*
 * Page 2: root, a leaf with the bucket "v1" (root at page 3).  Page 3: a branch over the leaves
 * 4 and 5.  4: "a" (inline bucket: x=1), "b"; 5: "m", a value that overflows into 6; "z".
 */
struct image {
	_Alignas(8) unsigned char bytes[PAGE * N_PAGES];
};

static void put16(unsigned char *p, uint16_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put32(unsigned char *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put64(unsigned char *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put_meta(struct image *image, unsigned int page, uint64_t txid)
{
	unsigned char *p = image->bytes + (size_t)page * PAGE + 16;
	uint64_t hash = 0xcbf29ce484222325ULL;

	put32(p, 0xED0CDAED);
	put32(p + 4, 2);
	put32(p + 8, PAGE);
	put64(p + 16, 2);
	put64(p + 40, N_PAGES);
	put64(p + 48, txid);
	for (int i = 0; i < 56; i++)
		hash = (hash ^ p[i]) * 0x100000001b3ULL;
	put64(p + 56, hash);
}

static void put_head(unsigned char *p, uint64_t id, uint16_t flags, uint16_t count)
{
	put64(p, id);
	put16(p + 8, flags);
	put16(p + 10, count);
}

struct leaf {
	const char *key;
	const void *value;
	size_t len;
	uint32_t flags;
};

static void put_leaf(unsigned char *page, const struct leaf *items, uint16_t n)
{
	size_t at = 16 + n * 16U;

	for (uint16_t i = 0; i < n; i++) {
		unsigned char *element = page + 16 + (size_t)i * 16;
		size_t key_len = strlen(items[i].key);

		put32(element, items[i].flags);
		put32(element + 4, (uint32_t)(page + at - element));
		put32(element + 8, (uint32_t)key_len);
		put32(element + 12, (uint32_t)items[i].len);
		memcpy(page + at, items[i].key, key_len);
		memcpy(page + at + key_len, items[i].value, items[i].len);
		at += key_len + items[i].len;
	}
}

static unsigned char *page_of(struct image *image, unsigned int page)
{
	return image->bytes + (size_t)page * PAGE;
}

static void make_image(struct image *image)
{
	static unsigned char inline_bucket[64];
	static unsigned char bucket[16];
	static char big[700];
	const struct leaf x = { "x", "1", 1, 0 };
	unsigned char *branch = page_of(image, 3);

	memset(image, 0, sizeof(*image));
	put_meta(image, 0, 7);
	put_meta(image, 1, 6);
	put64(bucket, 3);
	put_head(page_of(image, 2), 2, 2, 1);
	put_leaf(page_of(image, 2), &(struct leaf){ "v1", bucket, sizeof(bucket), 1 }, 1);
	put_head(branch, 3, 1, 2);
	for (size_t i = 0; i < 2; i++) {
		put32(branch + 16 + i * 16, (uint32_t)(64 - i * 16 + i));
		put32(branch + 20 + i * 16, 1);
		put64(branch + 24 + i * 16, 4 + i);
		branch[16 + 64 + i] = i ? 'm' : 'a';
	}
	memset(inline_bucket, 0, sizeof(inline_bucket));
	put_head(inline_bucket + 16, 0, 2, 1);
	put_leaf(inline_bucket + 16, &x, 1);
	put_head(page_of(image, 4), 4, 2, 2);
	put_leaf(page_of(image, 4),
		 (const struct leaf[]){ { "a", inline_bucket, 16 + 16 + 16 + 2, 1 },
					{ "b", "bee", 3, 0 } },
		 2);
	memset(big, 'M', sizeof(big));
	put_head(page_of(image, 5), 5, 2, 2);
	put32(page_of(image, 5) + 12, 1);
	put_leaf(page_of(image, 5),
		 (const struct leaf[]){ { "m", big, sizeof(big), 0 }, { "z", "", 0, 0 } }, 2);
}

static int open_image(const struct image *image, size_t len)
{
	FILE *file = tmpfile();
	int fd;

	assert_non_null(file);
	assert_int_equal(fwrite(image->bytes, 1, len, file), len);
	assert_int_equal(fflush(file), 0);
	fd = dup(fileno(file));
	assert_true(fd >= 0);
	(void)fclose(file);
	return fd;
}

static int get(int fd, const char *a, const char *b, const char *c, char **out, size_t *len)
{
	const char *const keys[] = { a, b, c };
	const struct bolt_path path = { keys, c ? 3 : 2 };

	*out = NULL;
	return bolt_get(fd, &path, out, len);
}

static void finds_values_through_branches_and_inline_buckets(void **state)
{
	struct image image;
	char *value;
	size_t len;
	int fd;

	(void)state;
	make_image(&image);
	fd = open_image(&image, sizeof(image));
	assert_int_equal(get(fd, "v1", "b", NULL, &value, &len), 0);
	assert_string_equal(value, "bee");
	free(value);
	assert_int_equal(get(fd, "v1", "a", "x", &value, &len), 0);
	assert_string_equal(value, "1");
	free(value);
	assert_int_equal(get(fd, "v1", "m", NULL, &value, &len), 0);
	assert_int_equal(len, 700);
	assert_int_equal(value[699], 'M');
	free(value);
	assert_int_equal(get(fd, "v1", "z", NULL, &value, &len), 0);
	assert_int_equal(len, 0);
	free(value);
	assert_int_equal(get(fd, "v1", "no", NULL, &value, &len), -ENOENT);
	assert_int_equal(get(fd, "v1", "a", NULL, &value, &len), -ENOENT); /* a bucket */
	assert_int_equal(get(fd, "v1", "b", "x", &value, &len), -ENOENT); /* no bucket */
	assert_int_equal(get(fd, "v2", "b", NULL, &value, &len), -ENOENT);
	assert_int_equal(close(fd), 0);
}

static void count_one(const char *key, size_t key_len, const char *value, size_t len, void *arg)
{
	char *seen = arg;

	(void)value;
	(void)len;
	assert_int_equal(key_len, 1);
	strncat(seen, key, 1);
}

static void each_key_comes_in_order(void **state)
{
	const char *const keys[] = { "v1" };
	const struct bolt_path path = { keys, 1 };
	struct image image;
	char seen[16] = "";
	int fd;

	(void)state;
	make_image(&image);
	fd = open_image(&image, sizeof(image));
	assert_int_equal(bolt_each(fd, &path, count_one, seen), 0);
	assert_string_equal(seen, "bmz");
	assert_int_equal(close(fd), 0);
}

static void the_later_meta_that_is_whole_counts(void **state)
{
	struct image image;
	char *value;
	size_t len;
	int fd;

	(void)state;
	make_image(&image);
	page_of(&image, 0)[20]++; /* its checksum is wrong */
	fd = open_image(&image, sizeof(image));
	/* The page size of the second is that of the system, so it is not found at 512. */
	assert_int_equal(get(fd, "v1", "b", NULL, &value, &len), -EBADMSG);
	assert_int_equal(close(fd), 0);
	make_image(&image);
	put_meta(&image, 1, 8);
	put64(page_of(&image, 1) + 32, 99); /* a root that is not there, and the sum is wrong */
	fd = open_image(&image, sizeof(image));
	assert_int_equal(get(fd, "v1", "b", NULL, &value, &len), 0);
	free(value);
	assert_int_equal(close(fd), 0);
}

/* Every byte changed, and every length: an error or some value, but no crash. */
static void damaged_files_are_refused(void **state)
{
	struct image image;
	struct image bad;
	char *value;
	size_t len;
	int fd;

	(void)state;
	make_image(&image);
	for (size_t i = 2 * (size_t)PAGE; i < sizeof(image); i += 3) {
		bad = image;
		bad.bytes[i] ^= 0xff;
		fd = open_image(&bad, sizeof(bad));
		if (!get(fd, "v1", "m", NULL, &value, &len))
			free(value);
		if (!get(fd, "v1", "a", "x", &value, &len))
			free(value);
		assert_int_equal(close(fd), 0);
	}
	for (size_t i = 0; i < sizeof(image); i += 64) {
		fd = open_image(&image, i);
		if (i < 4 * (size_t)PAGE)
			assert_int_not_equal(get(fd, "v1", "b", NULL, &value, &len), 0);
		assert_int_equal(close(fd), 0);
	}
}

static void a_branch_that_leads_to_itself_ends(void **state)
{
	struct image image;
	char *value;
	size_t len;
	int fd;

	(void)state;
	make_image(&image);
	put64(page_of(&image, 3) + 24, 3);
	fd = open_image(&image, sizeof(image));
	assert_int_equal(get(fd, "v1", "a", "x", &value, &len), -EBADMSG);
	assert_int_equal(close(fd), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(finds_values_through_branches_and_inline_buckets),
		cmocka_unit_test(each_key_comes_in_order),
		cmocka_unit_test(the_later_meta_that_is_whole_counts),
		cmocka_unit_test(damaged_files_are_refused),
		cmocka_unit_test(a_branch_that_leads_to_itself_ends),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
