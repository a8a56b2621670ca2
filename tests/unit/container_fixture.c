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

int cf_setup(void **state)
{
	struct fixture *f = calloc(1, sizeof(*f));
	struct containers_config config = { .root = f->root,
					    .cgroup_v1_hierarchy = V1_HIERARCHY,
					    .on_bind = cf_on_bind,
					    .arg = f };

	(void)snprintf(f->root, sizeof(f->root), "/tmp/bw-container.XXXXXX");
	assert_non_null(mkdtemp(f->root));
	cf_put(f, "/etc/keep", "");
	f->replay =
		containers_new(&(struct containers_config){ .cgroup_v1_hierarchy = V1_HIERARCHY });
	config.live = true;
	f->live = containers_new(&config);
	assert_non_null(f->live);
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
