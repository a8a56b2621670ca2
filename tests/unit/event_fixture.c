// SPDX-License-Identifier: Apache-2.0
#include "event_fixture.h"

#include <netinet/in.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "event/text.h"
#include "fields/domains.h"

struct bw_str fixture_add_bytes(struct fixture_event *sample, const char *s, size_t len)
{
	struct bw_str str = { .off = sample->used, .len = (uint16_t)len };

	assert_true(sample->used + len + 1 <= sizeof(sample->bytes));
	memcpy(sample->bytes + sample->used, s, len);
	sample->bytes[sample->used + len] = '\0';
	sample->used = (uint16_t)(sample->used + len + 1);
	return str;
}

struct bw_str fixture_add(struct fixture_event *sample, const char *s)
{
	return fixture_add_bytes(sample, s, strlen(s));
}

void fixture_begin(struct fixture_event *sample, uint16_t type, uint16_t call, const char *comm)
{
	memset(sample, 0, sizeof(*sample));
	sample->used = sizeof(struct bw_exec);
	sample->hdr.size = sizeof(sample->bytes);
	sample->hdr.type = type;
	sample->hdr.call = call;
	sample->hdr.time_ns = UINT64_C(100000000005);
	sample->hdr.tgid = 300;
	sample->hdr.tid = 300;
	sample->hdr.vtgid = 12;
	sample->hdr.parent_tgid = 200;
	sample->hdr.sid = 200;
	sample->hdr.loginuid = UINT32_MAX;
	sample->hdr.ns_differs = BW_NS_MNT | BW_NS_PID;
	sample->hdr.uid = sample->hdr.euid = 33;
	sample->hdr.gid = sample->hdr.egid = 33;
	(void)snprintf(sample->hdr.comm, sizeof(sample->hdr.comm), "%s", comm);
}

static void proc_init(struct proc *proc, uint32_t tgid, const char *comm, struct proc *parent)
{
	proc->tgid = tgid;
	proc->start_ns = UINT64_C(90000000000);
	proc->parent = parent;
	proc->last.sid = 200;
	proc->last.vtgid = tgid - 199;
	(void)snprintf(proc->comm, sizeof(proc->comm), "%s", comm);
}

static void image_init(struct proc *proc, struct proc_image *image, struct fixture_event *sample)
{
	image->refs = 1;
	image->rec.hdr = &sample->hdr;
	image->rec.exec = &sample->exec;
	proc->image = image;
}

static void fill_shell(struct fixture_event *sample)
{
	static const char argv[] = "/bin/sh\0-c\0id; uname -a";
	static const char env[] = "HOME=/var/www\0LD_PRELOAD=/tmp/x.so";

	fixture_begin(sample, BW_EVENT_EXEC, BW_CALL_EXECVE, "sh");
	sample->exec.path = fixture_add(sample, "/usr/bin/dash");
	sample->exec.filename = fixture_add(sample, "/bin/sh");
	sample->exec.cwd = fixture_add(sample, "/var/www");
	sample->exec.argv = fixture_add_bytes(sample, argv, sizeof(argv) - 1);
	sample->exec.env = fixture_add_bytes(sample, env, sizeof(env) - 1);
	sample->exec.env_bytes = sizeof(env);
	sample->exec.pgid = 300;
	sample->exec.vpgid = 12;
	sample->exec.exe.ino = 77;
	sample->exec.exe.dev = (8U << 20) | 1;
	sample->exec.exe.mode = S_IFREG | S_ISUID | 0755;
	sample->exec.exe.fs_magic = 0x794c7630;
	sample->exec.exe.ctime_ns = UINT64_C(1700000080000000000);
	sample->exec.exe.flags = BW_FILE_UPPER | BW_FILE_WRITABLE;
	sample->exec.stdio[0] = (struct bw_stdio){ S_IFSOCK, AF_INET, IPPROTO_TCP };
	sample->exec.stdio[1] = (struct bw_stdio){ S_IFIFO, 0, 0 };
	sample->exec.std_local = (struct bw_addr){ { 10, 0, 0, 2 }, 40000, AF_INET, 0 };
	sample->exec.std_remote = (struct bw_addr){ { 1, 2, 3, 4 }, 4444, AF_INET, 0 };
	sample->exec.before = (struct bw_cred){ .uid = 33, .euid = 33, .suid = 33 };
	sample->exec.after = (struct bw_cred){ .uid = 33, .euid = 33, .suid = 33 };
}

int fixture_setup(void **state)
{
	static char passwd[] = "www-data:x:33:33::/var/www:/usr/sbin/nologin\n";
	static char cwd[] = "/var/www";
	struct fixture *fixture = calloc(1, sizeof(*fixture));

	if (!fixture)
		return -1;
	fixture->arena = arena_new(4096, 1 << 20);
	fill_shell(&fixture->shell_exec);
	fixture_begin(&fixture->nginx_exec, BW_EVENT_EXEC, BW_CALL_EXECVE, "nginx");
	fixture->nginx_exec.exec.path = fixture_add(&fixture->nginx_exec, "/usr/sbin/nginx");
	fixture->nginx_exec.exec.argv = fixture_add(&fixture->nginx_exec, "nginx");
	proc_init(&fixture->shim, 100, "containerd-shim", NULL);
	proc_init(&fixture->nginx, 200, "nginx", &fixture->shim);
	proc_init(&fixture->shell, 300, "sh", &fixture->nginx);
	fixture->shim.last.sid = 100;
	image_init(&fixture->nginx, &fixture->nginx_image, &fixture->nginx_exec);
	image_init(&fixture->shell, &fixture->shell_image, &fixture->shell_exec);
	fixture->shell.cwd = cwd;
	fixture->host.epoch_offset_ns = UINT64_C(1700000000000000000);
	(void)snprintf(fixture->host.hostname, sizeof(fixture->host.hostname), "%s", "web1");
	(void)snprintf(fixture->host.machine, sizeof(fixture->host.machine), "%s", "x86_64");
	fixture->container.passwd = passwd;
	fixture->container.kind = CONTAINER_KNOWN;
	(void)snprintf(fixture->container.id, sizeof(fixture->container.id), "%s", "0123456789ab");
	fixture->view.rec = &fixture->rec;
	fixture->view.proc = &fixture->shell;
	fixture->view.container = &fixture->container;
	fixture->view.host = &fixture->host;
	fixture->domains = domains_new();
	fixture->view.domains = fixture->domains;
	fixture->view.num = 7;
	fixture->view.scratch = fixture->arena;
	*state = fixture;
	return fixture->arena && fixture->domains ? 0 : -1;
}

int fixture_teardown(void **state)
{
	struct fixture *fixture = *state;

	arena_free(fixture->arena);
	domains_free(fixture->domains);
	free(fixture);
	return 0;
}

void fixture_tell(struct fixture *fixture, const char *line)
{
	_Alignas(8) static char bytes[BW_RECORD_MAX];
	struct capture_host host = { 0 };
	struct record rec;
	struct diag diag;
	size_t len = 0;

	diag_init(&diag);
	if (text_parse_line(line, &host, bytes, sizeof(bytes), &len, &diag))
		fail_msg("%s: %s", line, diag.text);
	assert_int_equal(record_parse(bytes, len, &rec), 0);
	assert_int_equal(domains_apply(fixture->domains, &rec), 0);
}

void fixture_use(struct fixture *fixture, const struct fixture_event *sample)
{
	fixture->rec.hdr = &sample->hdr;
	fixture->rec.exec = &sample->exec;
	view_init(&fixture->view);
}

void fixture_check(struct fixture *fixture, const struct expected *expected)
{
	const char *bracket = strchr(expected->field, '[');
	size_t len = bracket ? (size_t)(bracket - expected->field) : strlen(expected->field);
	const char *arg = bracket ? bracket + 1 : NULL;
	size_t arg_len = arg ? strlen(arg) - 1 : 0;
	struct value value = { 0 };
	struct field_ref ref;
	const char *reason;
	struct buf buf;
	bool is_known;

	if (field_resolve(expected->field, len, arg, arg_len, &ref, &reason) != 0)
		fail_msg("%s: %s", expected->field, reason);
	is_known = fixture->view.source.get(&fixture->view.source, &ref, &value);
	buf_init(&buf, 1 << 16);
	if (is_known) {
		struct field shown = *ref.field;

		shown.flags &= ~FIELD_FILTER_ONLY;
		field_render(&shown, &value, &buf);
	}
	if (is_known != !!expected->text ||
	    (expected->text && strcmp(buf.data, expected->text) != 0))
		fail_msg("%s is '%s', not '%s'", expected->field, is_known ? buf.data : "null",
			 expected->text ? expected->text : "null");
	buf_done(&buf);
}
