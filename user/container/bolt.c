// SPDX-License-Identifier: Apache-2.0
#include "container/bolt.h"

#include <errno.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#define META_MAGIC    0xED0CDAEDU
#define META_VERSION  2U
#define META_SUM_LEN  56 /* what the checksum covers */
#define PAGE_HEAD     16
#define ELEMENT       16 /* of a branch and of a leaf */
#define BUCKET_HEAD   16 /* root page, sequence; an inline bucket's page follows */
#define DEPTH_MAX     32
#define EACH_MAX      4096
#define TRIES_MAX     4
#define PAGE_SIZE_MIN 512U
#define PAGE_SIZE_MAX 65536U

enum { PAGE_BRANCH = 1, PAGE_LEAF = 2 };
enum { LEAF_BUCKET = 1 };

/* Two of them; the valid one with the higher transaction counts. */
struct meta {
	uint32_t page_size;
	uint64_t root;
	uint64_t n_pages;
	uint64_t txid;
};

/* A page with those that overflow from it, or an inline one in a value. */
struct page {
	const char *data;
	size_t len;
	char *owned; /* NULL: lies in another */
	uint16_t flags;
	uint16_t count;
};

struct item {
	const char *key;
	size_t key_len;
	const char *value;
	size_t len;
	bool is_bucket;
};

/* One read under way. */
struct reader {
	int fd;
	struct meta meta;
	int n_left; /* pages that it may still read */
};

/* The file is in the byte order of its host, which is ours. */
static uint16_t get16(const char *p)
{
	uint16_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint32_t get32(const char *p)
{
	uint32_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static uint64_t get64(const char *p)
{
	uint64_t v;

	memcpy(&v, p, sizeof(v));
	return v;
}

static int read_at(int fd, char *buf, size_t len, uint64_t off)
{
	size_t done = 0;
	ssize_t n;

	while (done < len) {
		n = pread(fd, buf + done, len - done, (off_t)(off + done));
		if (n < 0 && errno == EINTR)
			continue;
		if (n < 0)
			return -errno;
		if (n == 0)
			return -EBADMSG;
		done += (size_t)n;
	}
	return 0;
}

/* FNV-1a, as the file has it. */
static uint64_t checksum(const char *p, size_t len)
{
	uint64_t hash = 0xcbf29ce484222325ULL;

	while (len--) {
		hash ^= (unsigned char)*p++;
		hash *= 0x100000001b3ULL;
	}
	return hash;
}

static bool parse_meta(const char *p, struct meta *out)
{
	if (get32(p) != META_MAGIC || get32(p + 4) != META_VERSION ||
	    get64(p + META_SUM_LEN) != checksum(p, META_SUM_LEN))
		return false;
	out->page_size = get32(p + 8);
	out->root = get64(p + 16);
	out->n_pages = get64(p + 40);
	out->txid = get64(p + 48);
	return out->page_size >= PAGE_SIZE_MIN && out->page_size <= PAGE_SIZE_MAX &&
	       (out->page_size & (out->page_size - 1)) == 0;
}

/* Where the second one lies depends on the page size, which may be known from itself alone. */
static int read_meta(int fd, struct meta *out)
{
	char buf[META_SUM_LEN + sizeof(uint64_t)];
	uint32_t size = (uint32_t)sysconf(_SC_PAGESIZE);
	struct meta second;
	bool found = false;

	if (!read_at(fd, buf, sizeof(buf), PAGE_HEAD))
		found = parse_meta(buf, out);
	if (found)
		size = out->page_size;
	if (!read_at(fd, buf, sizeof(buf), (uint64_t)size + PAGE_HEAD) &&
	    parse_meta(buf, &second) && (!found || second.txid > out->txid)) {
		*out = second;
		found = true;
	}
	return found ? 0 : -EBADMSG;
}

static int parse_page(struct page *page)
{
	if (page->len < PAGE_HEAD)
		return -EBADMSG;
	page->flags = get16(page->data + 8);
	page->count = get16(page->data + 10);
	if ((page->flags != PAGE_BRANCH && page->flags != PAGE_LEAF) ||
	    PAGE_HEAD + (size_t)page->count * ELEMENT > page->len)
		return -EBADMSG;
	return 0;
}

static void page_done(struct page *page)
{
	free(page->owned);
	page->owned = NULL;
}

static int read_page(struct reader *r, uint64_t id, struct page *out)
{
	char head[PAGE_HEAD];
	uint64_t n_pages;
	int err;

	memset(out, 0, sizeof(*out));
	if (r->n_left-- <= 0 || id >= r->meta.n_pages || id > INT64_MAX / PAGE_SIZE_MAX)
		return -EBADMSG;
	err = read_at(r->fd, head, sizeof(head), id * r->meta.page_size);
	if (err)
		return err;
	n_pages = 1 + (uint64_t)get32(head + 12);
	if (get64(head) != id || n_pages > BOLT_VALUE_MAX / r->meta.page_size)
		return -EBADMSG;
	out->len = n_pages * r->meta.page_size;
	out->owned = malloc(out->len);
	if (!out->owned)
		return -ENOMEM;
	out->data = out->owned;
	err = read_at(r->fd, out->owned, out->len, id * r->meta.page_size);
	if (!err)
		err = parse_page(out);
	if (err)
		page_done(out);
	return err;
}

/* The i-th element of a page, which has as many.  For a branch the value is the page's number. */
static int read_item(const struct page *page, unsigned int i, struct item *out)
{
	size_t at = PAGE_HEAD + (size_t)i * ELEMENT;
	const char *p = page->data + at;
	uint64_t pos = at;

	if (page->flags == PAGE_BRANCH) {
		pos += get32(p);
		out->key_len = get32(p + 4);
		out->value = p + 8;
		out->len = sizeof(uint64_t);
		out->is_bucket = false;
	} else {
		pos += get32(p + 4);
		out->key_len = get32(p + 8);
		out->len = get32(p + 12);
		out->is_bucket = (get32(p) & LEAF_BUCKET) != 0;
	}
	if (pos > page->len || out->key_len > page->len - pos)
		return -EBADMSG;
	out->key = page->data + pos;
	if (page->flags == PAGE_BRANCH)
		return 0;
	if (out->len > page->len - pos - out->key_len)
		return -EBADMSG;
	out->value = out->key + out->key_len;
	return 0;
}

static int compare(const struct item *item, const char *key)
{
	size_t len = strlen(key);
	int order = memcmp(item->key, key, item->key_len < len ? item->key_len : len);

	if (order)
		return order;
	return item->key_len < len ? -1 : item->key_len > len;
}

/* In a leaf the key itself; in a branch the last that is not above it. */
static int search_page(const struct page *page, const char *key, struct item *out)
{
	bool found = false;
	struct item item;
	unsigned int i;
	int order;
	int err;

	for (i = 0; i < page->count; i++) {
		err = read_item(page, i, &item);
		if (err)
			return err;
		order = compare(&item, key);
		if (page->flags == PAGE_BRANCH ? (order <= 0 || i == 0) : order == 0) {
			*out = item;
			found = true;
		}
	}
	return found ? 0 : -ENOENT;
}

/* Go down from *page, which is replaced, to the leaf that has the key. */
static int find_key(struct reader *r, struct page *page, const char *key, struct item *out)
{
	struct page next;
	int depth;
	int err;

	for (depth = 0; depth < DEPTH_MAX; depth++) {
		err = search_page(page, key, out);
		if (err || page->flags == PAGE_LEAF)
			return err;
		err = read_page(r, get64(out->value), &next);
		if (err)
			return err;
		page_done(page);
		*page = next;
	}
	return -EBADMSG;
}

/* From a bucket's value in *page to its first page, which replaces *page; an inline one stays in it. */
static int enter_bucket(struct reader *r, struct page *page, const struct item *item)
{
	struct page next = { 0 };
	uint64_t root;
	int err;

	if (!item->is_bucket)
		return -ENOENT;
	if (item->len < BUCKET_HEAD)
		return -EBADMSG;
	root = get64(item->value);
	if (root) {
		err = read_page(r, root, &next);
		if (err)
			return err;
		page_done(page);
		*page = next;
		return 0;
	}
	page->data = item->value + BUCKET_HEAD;
	page->len = item->len - BUCKET_HEAD;
	return parse_page(page);
}

/* *page is the first of the bucket that the keys lead to; the caller's, also after an error. */
static int walk(struct reader *r, const char *const *keys, size_t n, struct page *page)
{
	struct item item;
	size_t i;
	int err = read_page(r, r->meta.root, page);

	for (i = 0; !err && i < n; i++) {
		err = find_key(r, page, keys[i], &item);
		if (!err)
			err = enter_bucket(r, page, &item);
	}
	return err;
}

static int get_once(struct reader *r, const struct bolt_path *path, char **out, size_t *ret_len)
{
	struct page page = { 0 };
	struct item item = { 0 };
	char *copy = NULL;
	int err = walk(r, path->keys, path->n - 1, &page);

	if (!err)
		err = find_key(r, &page, path->keys[path->n - 1], &item);
	if (!err && item.is_bucket)
		err = -ENOENT;
	if (!err) {
		copy = malloc(item.len + 1);
		if (!copy)
			err = -ENOMEM;
	}
	if (!err) {
		memcpy(copy, item.value, item.len);
		copy[item.len] = '\0';
		*out = copy;
		*ret_len = item.len;
	}
	page_done(&page);
	return err;
}

/* Open a try; returns 0 or -errno. */
static int begin(struct reader *r, int fd)
{
	r->fd = fd;
	r->n_left = EACH_MAX;
	return read_meta(fd, &r->meta);
}

/* Nothing was committed meanwhile, so that no page that was read can have been written over. */
static bool is_latest(const struct reader *r)
{
	struct meta now;

	return !read_meta(r->fd, &now) && now.txid == r->meta.txid;
}

int bolt_get(int fd, const struct bolt_path *path, char **out, size_t *ret_len)
{
	struct reader r;
	char *value = NULL;
	size_t len = 0;
	int tries;
	int err;

	for (tries = 0; tries < TRIES_MAX; tries++) {
		err = begin(&r, fd);
		if (err)
			return err;
		err = get_once(&r, path, &value, &len);
		if (is_latest(&r)) {
			if (!err) {
				*out = value;
				*ret_len = len;
			}
			return err;
		}
		free(value);
		value = NULL;
	}
	return -EAGAIN;
}

static int each_page(struct reader *r, const struct page *page, int depth, bolt_fn fn, void *arg);

static int each_child(struct reader *r, uint64_t id, int depth, bolt_fn fn, void *arg)
{
	struct page page;
	int err = read_page(r, id, &page);

	if (!err)
		err = each_page(r, &page, depth + 1, fn, arg);
	page_done(&page);
	return err;
}

static int each_page(struct reader *r, const struct page *page, int depth, bolt_fn fn, void *arg)
{
	struct item item;
	unsigned int i;
	int err = depth > DEPTH_MAX ? -EBADMSG : 0;

	for (i = 0; !err && i < page->count; i++) {
		err = read_item(page, i, &item);
		if (err)
			break;
		if (page->flags == PAGE_BRANCH)
			err = each_child(r, get64(item.value), depth, fn, arg);
		else if (!item.is_bucket)
			fn(item.key, item.key_len, item.value, item.len, arg);
	}
	return err;
}

int bolt_each(int fd, const struct bolt_path *path, bolt_fn fn, void *arg)
{
	struct page page = { 0 };
	struct reader r;
	int err = begin(&r, fd);

	if (err)
		return err;
	err = walk(&r, path->keys, path->n, &page);
	if (!err)
		err = each_page(&r, &page, 0, fn, arg);
	page_done(&page);
	if (!is_latest(&r))
		err = -EAGAIN;
	return err;
}
