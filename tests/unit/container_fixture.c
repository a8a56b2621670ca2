// SPDX-License-Identifier: Apache-2.0
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "container_fixture.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"

void cf_put_bytes(const struct fixture *f, const char *path, const void *data, size_t len)
{
	char full[4096];
	char *slash;
	int fd;

	(void)snprintf(full, sizeof(full), "%s%s", f->root, path);
	for (slash = strchr(full + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(full, 0755);
		*slash = '/';
	}
	fd = open(full, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	assert_true(fd >= 0);
	assert_int_equal(file_write_all(fd, data, len), 0);
	assert_int_equal(close(fd), 0);
}

void cf_put(const struct fixture *f, const char *path, const char *text)
{
	cf_put_bytes(f, path, text, strlen(text));
}

void cf_put_link(const struct fixture *f, const char *path, const char *to)
{
	char full[4096];

	(void)snprintf(full, sizeof(full), "%s%s", f->root, path);
	assert_int_equal(symlink(to, full), 0);
}

#define HOST_NS   1
#define BOLT_PAGE 65536U
#define BOLT_HEAD 16U /* of a page, of an element, and of a bucket */

static void put32(unsigned char *p, uint32_t v)
{
	memcpy(p, &v, sizeof(v));
}

static void put64(unsigned char *p, uint64_t v)
{
	memcpy(p, &v, sizeof(v));
}

/* The n-th of those below `way`, which ends in a slash, with what it is called there; false: no more. */
static bool next_below(const struct cf_pair *pairs, size_t n, const char *way, size_t *at,
		       char *name)
{
	size_t len = strlen(way);
	size_t i;

	for (; *at < n; ++*at) {
		const char *rest = pairs[*at].way + len;
		size_t name_len;
		bool seen = false;

		if (strncmp(pairs[*at].way, way, len) != 0)
			continue;
		name_len = strcspn(rest, "/");
		for (i = 0; i < *at; i++)
			seen = seen || !strncmp(pairs[i].way, pairs[*at].way, len + name_len + 1);
		if (seen)
			continue;
		memcpy(name, rest, name_len);
		name[name_len] = '\0';
		return true;
	}
	return false;
}

/* A leaf whose buckets lie in it; returns its length.  `page` is zero. */
static size_t put_leaf(unsigned char *page, const struct cf_pair *pairs, size_t n, const char *way)
{
	uint16_t flags = 2;
	uint16_t count = 0;
	char below[512];
	char name[256];
	size_t at = 0;
	size_t pos;
	size_t len;
	uint16_t i = 0;

	for (; next_below(pairs, n, way, &at, name); at++)
		count++;
	memcpy(page + 8, &flags, sizeof(flags));
	memcpy(page + 10, &count, sizeof(count));
	pos = BOLT_HEAD + (size_t)count * BOLT_HEAD;
	for (at = 0; next_below(pairs, n, way, &at, name); at++) {
		unsigned char *element = page + BOLT_HEAD + (size_t)i++ * BOLT_HEAD;
		const size_t name_len = strlen(name);
		unsigned char *value = page + pos + name_len;
		bool is_bucket = pairs[at].way[strlen(way) + name_len] == '/';

		(void)snprintf((char *)page + pos, name_len + 1, "%s", name);
		(void)snprintf(below, sizeof(below), "%s%s/", way, name);
		if (is_bucket)
			len = BOLT_HEAD + put_leaf(value + BOLT_HEAD, pairs, n, below);
		else
			len = pairs[at].len;
		if (!is_bucket)
			memcpy(value, pairs[at].value, len);
		put32(element, is_bucket);
		put32(element + 4, (uint32_t)(page + pos - element));
		put32(element + 8, (uint32_t)name_len);
		put32(element + 12, (uint32_t)len);
		pos += name_len + len;
		assert_true(pos < BOLT_PAGE);
	}
	return pos;
}

void cf_put_bolt(const struct fixture *f, const char *path, const struct cf_pair *pairs, size_t n)
{
	unsigned char *file = calloc(3, BOLT_PAGE);
	unsigned char *meta = file + BOLT_HEAD;
	uint64_t hash = 0xcbf29ce484222325ULL;

	assert_non_null(file);
	put32(meta, 0xED0CDAED);
	put32(meta + 4, 2);
	put32(meta + 8, BOLT_PAGE);
	put64(meta + 16, 2);
	put64(meta + 40, 3);
	put64(meta + 48, 1);
	for (int i = 0; i < 56; i++)
		hash = (hash ^ meta[i]) * 0x100000001b3ULL;
	put64(meta + 56, hash);
	put64(file + (size_t)2 * BOLT_PAGE, 2);
	(void)put_leaf(file + (size_t)2 * BOLT_PAGE, pairs, n, "");
	cf_put_bytes(f, path, file, (size_t)3 * BOLT_PAGE);
	free(file);
}

static void cf_on_bind(const void *data, size_t len, void *arg)
{
	struct fixture *f = arg;
	const struct bw_hdr *hdr = data;

	assert_int_equal(hdr->size, len);
	assert_true(len <= BW_RECORD_MAX);
	assert_int_equal(len % 8, 0);
	f->n_records++;
	containers_apply(f->replay, hdr);
}

void cf_start(struct fixture *f, const char *sockets)
{
	const struct containers_config config = { .live = true,
						  .root = f->root,
						  .cgroup_v1_hierarchy = V1_HIERARCHY,
						  .sockets = sockets,
						  .on_bind = cf_on_bind,
						  .arg = f };

	containers_free(f->live);
	f->live = containers_new(&config);
	assert_non_null(f->live);
}

int cf_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));

	(void)snprintf(f->root, sizeof(f->root), "/tmp/bw-container.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	cf_put(f, "/etc/keep", "");
	f->replay =
		containers_new(&(struct containers_config){ .cgroup_v1_hierarchy = V1_HIERARCHY });
	cf_start(f, NULL);
	assert_non_null(f->replay);
	*state = f;
	return 0;
}

int cf_teardown(void **state)
{
	struct fixture *f = *state;
	char command[128];

	containers_free(f->live);
	containers_free(f->replay);
	(void)snprintf(command, sizeof(command), "rm -rf '%s'", f->root);
	assert_int_equal(system(command), 0); /* NOLINT(cert-env33-c): our own directory */
	free(f);
	return 0;
}

static void put_process(const struct fixture *f, uint32_t pid, uint32_t parent, uint32_t ns)
{
	char path[64];
	char text[64];

	(void)snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	(void)snprintf(text, sizeof(text), "%u (x) S %u 1 1", pid, parent);
	cf_put(f, path, text);
	(void)snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	cf_put_bytes(f, path, "sh", sizeof("sh"));
	(void)snprintf(path, sizeof(path), "/proc/%u/ns/keep", pid);
	cf_put(f, path, "");
	(void)snprintf(path, sizeof(path), "/proc/%u/ns/pid", pid);
	(void)snprintf(text, sizeof(text), "pid:[%u]", ns);
	cf_put_link(f, path, text);
}

void cf_put_poser(const struct fixture *f, const struct cf_poser *poser)
{
	char argv[512];
	char path[128];
	char text[64];
	char *p;

	(void)snprintf(path, sizeof(path), "%s/proc/2", f->root);
	if (access(path, F_OK))
		put_process(f, 2, 0, HOST_NS);
	put_process(f, poser->pid, 1, HOST_NS);
	put_process(f, poser->pid + 1, poser->pid, poser->ns);
	(void)snprintf(argv, sizeof(argv), "%s", poser->argv);
	for (p = argv; *p; p++) {
		if (*p == '|')
			*p = '\0';
	}
	(void)snprintf(path, sizeof(path), "/proc/%u/cmdline", poser->pid);
	cf_put_bytes(f, path, argv, strlen(poser->argv) + 1);
	(void)snprintf(path, sizeof(path), "/proc/%u/status", poser->pid);
	(void)snprintf(text, sizeof(text), "Name:\tconmon\nUid:\t%s\n", poser->uids);
	cf_put(f, path, text);
}

static uint64_t clock_ns = 1000;

uint64_t cf_now_ns(void)
{
	return clock_ns;
}

void cf_head(union record *r, uint16_t type, uint32_t tgid)
{
	memset(r, 0, sizeof(*r));
	clock_ns += 1000;
	r->hdr.type = type;
	r->hdr.time_ns = clock_ns;
	r->hdr.tgid = tgid;
	r->hdr.start_ns = tgid * 10ULL;
	r->hdr.cgroup_v2 = 1;
	r->hdr.cgroup_v1 = 1;
}

struct bw_str cf_add(union record *r, size_t *at, const char *s, size_t len)
{
	struct bw_str str = { .off = (uint16_t)*at, .len = (uint16_t)len };

	memcpy(r->bytes + *at, s, len);
	*at += len + 1;
	return str;
}

void cf_send(struct fixture *f, const union record *r)
{
	containers_apply(f->live, &r->hdr);
	containers_apply(f->replay, &r->hdr);
}

/* argv is written with "|" between arguments. */
void cf_send_exec(struct fixture *f, uint32_t tgid, uint32_t parent, const char *argv,
		  const char *cwd)
{
	size_t at = offsetof(struct bw_exec, tail);
	union record r;
	char *p;

	cf_head(&r, BW_EVENT_EXEC, tgid);
	r.hdr.parent_tgid = parent;
	r.exec.argv = cf_add(&r, &at, argv, strlen(argv));
	for (p = r.bytes + r.exec.argv.off; *p; p++) {
		if (*p == '|')
			*p = '\0';
	}
	r.exec.cwd = cf_add(&r, &at, cwd, strlen(cwd));
	cf_send(f, &r);
}

void cf_send_cgroup(struct fixture *f, uint32_t op, const struct dir *dir, uint32_t tgid,
		    uint64_t in_v2)
{
	size_t at = offsetof(struct bw_cgroup, tail);
	union record r;

	cf_head(&r, BW_EVENT_CGROUP, tgid);
	r.hdr.cgroup_v2 = in_v2;
	r.cgroup.op = op;
	r.cgroup.hierarchy = dir->hierarchy;
	r.cgroup.id = dir->id;
	r.cgroup.parent_id = dir->parent;
	r.cgroup.path = cf_add(&r, &at, dir->path, strlen(dir->path));
	cf_send(f, &r);
}

const struct container *cf_ask(struct containers *c, uint64_t v2, uint64_t v1, uint32_t ns)
{
	union record r;

	cf_head(&r, BW_EVENT_OPEN, 777);
	r.hdr.cgroup_v2 = v2;
	r.hdr.cgroup_v1 = v1;
	r.hdr.ns_differs = ns;
	r.hdr.pid_ns = 0xf0000001;
	return containers_lookup(c, &r.hdr);
}

const struct container *cf_ask_poser(struct containers *c, const struct cf_poser *poser)
{
	union record r;

	cf_head(&r, BW_EVENT_OPEN, poser->pid + 1);
	r.hdr.parent_tgid = poser->pid;
	r.hdr.ns_differs = BW_NS_PID;
	r.hdr.pid_ns = poser->ns;
	return containers_lookup(c, &r.hdr);
}
