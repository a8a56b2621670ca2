// SPDX-License-Identifier: Apache-2.0

/* Containers of all kinds of runtimes, and what their first process shows of them. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>

#include "base/buf.h"
#include "container/caps.h"
#include "container/danger.h"
#include "container_fixture.h"

#define LXC_TGID  400
#define NS_INODE  0xf0000001U /* as cf_ask() asks for */
#define CAP_ADMIN (1ULL << 21)

static const struct dir own2 = { 0, CG2, 1, "/c1" };

/* The new process `tgid`, in the pid namespace `ns` if that is not 0. */
static void fork_in_ns(union record *r, uint32_t tgid, uint32_t creator, uint32_t ns)
{
	cf_head(r, BW_EVENT_FORK, tgid);
	r->hdr.parent_tgid = creator;
	r->fork.creator_tgid = creator;
	r->fork.creator_start_ns = creator * 10ULL;
	r->hdr.vtgid = ns ? 1 : tgid;
	r->hdr.pid_ns = ns;
	r->hdr.ns_differs = ns ? BW_NS_PID | BW_NS_MNT : 0;
}

static void send_fork(struct fixture *f, uint32_t tgid, uint32_t creator, uint32_t ns)
{
	union record r;

	fork_in_ns(&r, tgid, creator, ns);
	cf_send(f, &r);
}

/* A program of root's, executed by `tgid` which is in `cgroup`. */
static void exec_file(struct fixture *f, uint32_t tgid, const char *path, uint32_t flags,
		      uint64_t cgroup)
{
	size_t at = offsetof(struct bw_exec, tail);
	union record r;

	cf_head(&r, BW_EVENT_EXEC, tgid);
	r.hdr.cgroup_v2 = cgroup;
	r.hdr.ns_differs = cgroup > 1 ? BW_NS_PID | BW_NS_MNT : 0;
	r.hdr.mnt_ns = cgroup > 1 ? 77 : 1;
	r.hdr.seccomp = 2;
	r.exec.after.cap_bset = CAPS_DEFAULT | CAP_ADMIN;
	r.exec.exe.mode = S_IFREG | 0755;
	r.exec.exe.flags = flags;
	r.exec.exe.ino = flags ? 1000 + tgid : 5;
	r.exec.path = cf_add(&r, &at, path, strlen(path));
	r.exec.argv = cf_add(&r, &at, path, strlen(path));
	cf_send(f, &r);
}

static bool is_runtime(const struct containers *c, uint32_t tgid)
{
	union record r;

	cf_head(&r, BW_EVENT_OPEN, tgid);
	return containers_is_runtime(c, &r.hdr);
}

static void put_cmdline(const struct fixture *f, uint32_t pid, const char *argv, size_t len)
{
	char path[64];
	char text[64];

	(void)snprintf(path, sizeof(path), "/proc/%u/cmdline", pid);
	cf_put_bytes(f, path, argv, len);
	(void)snprintf(path, sizeof(path), "/proc/%u/stat", pid);
	(void)snprintf(text, sizeof(text), "%u (x) S 1 1 1", pid);
	cf_put(f, path, text);
}

static void put_ns(const struct fixture *f, uint32_t pid, uint32_t ns)
{
	char path[64];
	char text[32];

	(void)snprintf(path, sizeof(path), "/proc/%u/ns/keep", pid);
	cf_put(f, path, "");
	(void)snprintf(path, sizeof(path), "/proc/%u/ns/pid", pid);
	(void)snprintf(text, sizeof(text), "pid:[%u]", ns);
	cf_put_link(f, path, text);
}

static void lxc_is_named_by_its_monitor_and_described_by_its_config(void **state)
{
	const struct dir monitor = { 0, 50, 1, "/lxc.monitor.web" };
	const struct dir payload = { 0, 51, 1, "/lxc.payload.web" };
	const struct dir attach = { 0, 52, 51, "/lxc.payload.web/.lxc" };
	static const char title[] = "[lxc monitor] /srv/my lxc web";
	struct fixture *f = *state;
	const struct container *info;

	put_cmdline(f, LXC_TGID, title, sizeof(title));
	cf_put(f, "/srv/my lxc/web/config",
	       "# lxc.rootfs.path = dir:/no\n"
	       "lxc.rootfs.path = dir:/srv/my lxc/web/rootfs\n"
	       " lxc.mount.entry=/var/data srv none bind,ro,create=dir 0 0\n"
	       "lxc.mount.entry = proc proc proc nosuid 0 0\n"
	       "lxc.mount.entry = broken\n"
	       "lxc.cgroup2.memory.max = 64M\n"
	       "lxc.no_new_privs = 1\n");
	cf_put(f, "/srv/my lxc/web/rootfs/etc/passwd", "web:x:5:5::/:/bin/sh\n");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &monitor, LXC_TGID, 1);
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &payload, LXC_TGID, 1);
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &attach, 999, 1);
	assert_int_equal(cf_ask(f->live, 50, 1, 0)->kind, CONTAINER_HOST);
	info = cf_ask(f->live, 51, 1, BW_NS_PID);
	assert_string_equal(info->full_id, "web");
	assert_string_equal(info->type, "lxc");
	assert_false(info->is_partial);
	assert_int_equal(info->n_mounts, 1);
	assert_string_equal(info->mounts[0].source, "/var/data");
	assert_string_equal(info->mounts[0].dest, "/srv");
	assert_false(info->mounts[0].rdwr);
	assert_int_equal(info->memory_limit, 64 << 20);
	assert_int_equal(info->facts.no_new_privs, 1);
	assert_string_equal(info->passwd, "web:x:5:5::/:/bin/sh\n");
	assert_string_equal(cf_ask(f->live, 52, 1, 0)->full_id, "web");
	assert_string_equal(cf_ask(f->replay, 51, 1, 0)->mounts[0].source, "/var/data");
	assert_int_equal(cf_ask(f->replay, 51, 1, 0)->memory_limit, 64 << 20);
}

static void nspawn_keeps_one_cgroup_for_itself(void **state)
{
	const struct dir payload = { 0, 60, 1, "/machine/payload" };
	const struct dir supervisor = { 0, 61, 1, "/machine/supervisor" };
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/srv/tree/etc/passwd", "n:x:5:5::/:/bin/sh\n");
	cf_send_exec(f, 410, 50, "systemd-nspawn|-q|-E|A=b|-D|/srv/tree/|/bin/sh|-M|no", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &payload, 410, 1);
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &supervisor, 410, 1);
	info = cf_ask(f->live, 60, 1, 0);
	assert_string_equal(info->full_id, "tree");
	assert_string_equal(info->type, "systemd-nspawn");
	assert_string_equal(info->passwd, "n:x:5:5::/:/bin/sh\n");
	assert_false(info->is_partial);
	assert_int_equal(cf_ask(f->live, 61, 1, 0)->kind, CONTAINER_HOST);

	cf_send_exec(f, 411, 50, "/usr/bin/systemd-nspawn|--machine=m1|--directory=/srv/tree", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &(struct dir){ 0, 62, 1, "/payload" }, 411, 1);
	assert_string_equal(cf_ask(f->live, 62, 1, 0)->full_id, "m1");
}

/* The container that systemd-nspawn makes with these arguments, "|" between them. */
static const struct container *start_nspawn(struct fixture *f, const char *args)
{
	const struct dir payload = { 0, 60, 1, "/machine/payload" };
	char argv[4096];
	char *p;

	(void)snprintf(argv, sizeof(argv), "systemd-nspawn|-D|/srv/tree|%s", args);
	cf_send_exec(f, 410, 50, argv, "/");
	for (p = argv; *p; p++) {
		if (*p == '|')
			*p = '\0';
	}
	put_cmdline(f, 410, argv, (size_t)(p - argv) + 1);
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &payload, 410, 1);
	return cf_ask(f->replay, 60, 1, 0);
}

static void nspawn_mounts_are_on_its_command_line(void **state)
{
	static const struct {
		const char *source;
		const char *dest;
		const char *mode;
		bool rdwr;
	} want[] = {
		{ "/etc", "/etc", "rbind,rw", true },
		{ "/var/data", "/srv", "rbind,ro", false },
		{ "+/lib", "/lib", "rbind,rw", true },
		{ "", "/empty", "rbind,rw", true },
		{ "/a:b\\", "/c", "norbind,idmap,bind,rw", true },
		{ "/bell\a", "/x", "rbind,rw", true },
	};
	const struct container *info = start_nspawn(
		*state,
		"--bind=/etc|--bind-ro|/var/data:/srv|--bind=+/lib|--bind=:/empty|--bind="
		"/a\\:b\\\\:/c:norbind,idmap|--bind=/bell\a:/x|-E|--bind=/no|--bind=|--bind=:|"
		"--bindings=/no|/bin/sh|--bind=/no");

	assert_int_equal(info->n_mounts, sizeof(want) / sizeof(want[0]));
	for (uint32_t i = 0; i < info->n_mounts; i++) {
		const struct container_mount *mount = &info->mounts[i];

		assert_string_equal(mount->source ? mount->source : "", want[i].source);
		assert_string_equal(mount->dest, want[i].dest);
		assert_string_equal(mount->mode, want[i].mode);
		assert_int_equal(mount->rdwr, want[i].rdwr);
	}
}

static void nspawn_mounts_are_in_its_settings_too(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/etc/systemd/nspawn/m1.nspawn",
	       "[Exec]\nBind=/no\n[Files]\nBind=/a:/b\r\nBindReadOnly=/c\nBind=\nBind\n=\n"
	       "#Bind=/no\n[Network]\nBind=/no");
	info = start_nspawn(f, "-M|m1");
	assert_int_equal(info->n_mounts, 2);
	assert_string_equal(info->mounts[0].dest, "/b");
	assert_false(info->mounts[1].rdwr);
}

static void nspawn_settings_are_left_out_if_told_so(void **state)
{
	struct fixture *f = *state;

	cf_put(f, "/etc/systemd/nspawn/m1.nspawn", "[Files]\nBind=/a");
	assert_int_equal(start_nspawn(f, "-M|m1|--settings=no")->n_mounts, 0);
}

static void nspawn_machine_is_looked_for_by_its_name(void **state)
{
	struct fixture *f = *state;

	cf_put(f, "/etc/passwd", "host:x:0:0::/:/bin/sh\n");
	cf_put(f, "/var/lib/machines/m2/etc/passwd", "m2:x:0:0::/:/bin/sh\n");
	cf_send_exec(f, 410, 50, "systemd-nspawn|--boot|--settings=override|--machine=m2", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &(struct dir){ 0, 60, 1, "/machine/payload" }, 410, 1);
	assert_string_equal(cf_ask(f->live, 60, 1, 0)->passwd, "m2:x:0:0::/:/bin/sh\n");
}

static void broken_nspawn_arguments_are_no_mounts(void **state)
{
	char args[3000] = "--bind=/";

	memset(args + strlen(args), 'x', 2000);
	(void)snprintf(args + strlen(args), 64, "|--bind-ro=/ok\\|--bind");
	assert_int_equal(start_nspawn(*state, args)->n_mounts, 1);
	assert_string_equal(cf_ask(((struct fixture *)*state)->live, 60, 1, 0)->mounts[0].source,
			    "/ok\\");
}

static void only_so_many_nspawn_mounts_are_kept(void **state)
{
	char args[4000] = "-q";

	for (int i = 0; i < 300; i++)
		(void)snprintf(args + strlen(args), 16, "|--bind=/%d", i);
	assert_int_equal(start_nspawn(*state, args)->n_mounts, 128);
}

static void rootless_container_is_known_by_the_fork_of_its_runtime(void **state)
{
	struct fixture *f = *state;
	const struct container *info;
	union record r;

	cf_put(f, "/b/config.json", "{\"process\":{\"user\":{\"uid\":0}},\"linux\":{}}");
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|--bundle|/b|r1", "/");
	send_fork(f, 500, RUNC_TGID, NS_INODE);
	info = cf_ask(f->live, 1, 1, BW_NS_PID);
	assert_int_equal(info->kind, CONTAINER_UNKNOWN); /* by somebody whom nobody knows yet */

	/* Its first process is asked about. */
	fork_in_ns(&r, 500, RUNC_TGID, NS_INODE);
	info = containers_lookup(f->live, &r.hdr);
	assert_string_equal(info->full_id, "r1");
	assert_ptr_equal(cf_ask(f->live, 1, 1, BW_NS_PID), info);
	assert_string_equal(cf_ask(f->replay, 1, 1, BW_NS_PID)->full_id, "r1");

	/* The number is another's when the first process has ended. */
	cf_head(&r, BW_EVENT_EXIT, 500);
	r.hdr.vtgid = 1;
	r.hdr.pid_ns = NS_INODE;
	r.hdr.ns_differs = BW_NS_PID;
	cf_send(f, &r);
	assert_string_equal(cf_ask(f->live, 1, 1, BW_NS_PID)->full_id, "r1"); /* late events */
	send_fork(f, 501, 50, NS_INODE);
	assert_int_equal(cf_ask(f->live, 1, 1, BW_NS_PID)->kind, CONTAINER_UNKNOWN);
	assert_int_equal(cf_ask(f->replay, 1, 1, BW_NS_PID)->kind, CONTAINER_UNKNOWN);
}

static void set_up_is_never_an_unknown_container(void **state)
{
	struct fixture *f = *state;
	union record r;

	/* crun: its child is in the new namespace before it is in the new cgroup. */
	cf_put(f, "/b/config.json", "{}");
	cf_send_exec(f, RUNC_TGID, 50, "crun|run|--bundle|/b|c1", "/");
	fork_in_ns(&r, 500, RUNC_TGID, NS_INODE);
	cf_send(f, &r);
	assert_string_equal(containers_lookup(f->live, &r.hdr)->full_id, "c1");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	assert_ptr_equal(cf_ask(f->live, CG2, 1, 0), containers_lookup(f->live, &r.hdr));
}

static void who_enters_namespaces_alone_is_in_the_container(void **state)
{
	struct fixture *f = *state;
	union record r;

	cf_put(f, "/b/config.json", "{}");
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|--bundle|/b|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	fork_in_ns(&r, 500, RUNC_TGID, NS_INODE);
	r.hdr.cgroup_v2 = CG2;
	cf_send(f, &r);
	/* nsenter stays in a cgroup of the host. */
	assert_string_equal(cf_ask(f->live, 1, 1, BW_NS_PID)->full_id, "c1");
	assert_string_equal(cf_ask(f->replay, 1, 1, BW_NS_PID)->full_id, "c1");
}

static void rootless_supervisor_is_found_and_a_forged_one_is_not(void **state)
{
	static const char conmon[] = "conmon\0-c\0idx\0-n\0web\0-b\0/b";
	static const char forged[] = "conmon\0-c\0victim\0-n\0db\0-b\0/b";
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/b/config.json", "{}");
	put_ns(f, 2, 1);
	put_cmdline(f, 600, conmon, sizeof(conmon));
	cf_put(f, "/proc/600/status", "Name:\tconmon\nUid:\t1000\t1000\t1000\t1000\n");
	put_ns(f, 600, 1);
	put_cmdline(f, 777, "sh", 3);
	cf_put(f, "/proc/777/stat", "777 (sh) S 600 1 1");
	put_ns(f, 777, NS_INODE);
	info = cf_ask(f->live, 1, 1, BW_NS_PID);
	assert_string_equal(info->full_id, "idx");
	assert_string_equal(info->name, "web");
	assert_true(info->is_rootless);
	assert_true(cf_ask(f->replay, 1, 1, BW_NS_PID)->is_rootless);

	/* In the container somebody runs what calls itself conmon, and makes another namespace. */
	put_cmdline(f, 601, forged, sizeof(forged));
	cf_put(f, "/proc/601/stat", "601 (conmon) S 777 1 1");
	put_ns(f, 601, NS_INODE);
	put_cmdline(f, 602, "sh", 3);
	cf_put(f, "/proc/602/stat", "602 (sh) S 601 1 1");
	put_ns(f, 602, NS_INODE + 1);
	{
		union record r;

		cf_head(&r, BW_EVENT_OPEN, 602);
		r.hdr.ns_differs = BW_NS_PID;
		r.hdr.pid_ns = NS_INODE + 1;
		assert_string_equal(containers_lookup(f->live, &r.hdr)->full_id, "idx");
	}
}

static void runtime_is_what_runs_its_file_until_it_runs_another(void **state)
{
	struct fixture *f = *state;

	exec_file(f, RUNC_TGID, "/usr/sbin/runc", 0, 1);
	assert_true(is_runtime(f->live, RUNC_TGID));
	assert_true(is_runtime(f->replay, RUNC_TGID));
	send_fork(f, 500, RUNC_TGID, 0);
	exec_file(f, 500, "memfd:runc_cloned:/proc/self/exe", BW_FILE_MEMFD, 1);
	assert_true(is_runtime(f->live, 500));
	send_fork(f, 501, 500, NS_INODE);
	assert_true(is_runtime(f->live, 501));
	exec_file(f, 501, "/bin/true", BW_FILE_LOWER, CG2);
	assert_false(is_runtime(f->live, 501));
	assert_true(is_runtime(f->live, 500));
	/* The workload is runc itself, once it is in the mounts of the container. */
	send_fork(f, 502, 500, NS_INODE);
	exec_file(f, 502, "memfd:runc_cloned:/proc/self/exe", BW_FILE_MEMFD, CG2);
	assert_false(is_runtime(f->live, 502));
}

static void a_name_makes_no_runtime(void **state)
{
	struct fixture *f = *state;
	size_t at = offsetof(struct bw_exec, tail);
	union record r;

	exec_file(f, 500, "memfd:crun_cloned:/proc/self/exe", BW_FILE_MEMFD, 1);
	assert_false(is_runtime(f->live, 500));
	/* Root's file, but in a container. */
	exec_file(f, 501, "/usr/bin/runc", 0, CG2);
	assert_false(is_runtime(f->live, 501));
	/* Anybody's file. */
	cf_head(&r, BW_EVENT_EXEC, 502);
	r.exec.exe.mode = S_IFREG | 0777;
	r.exec.path = cf_add(&r, &at, "/tmp/runc", strlen("/tmp/runc"));
	cf_send(f, &r);
	assert_false(is_runtime(f->live, 502));
	r.exec.exe.mode = S_IFREG | 0755;
	r.exec.exe.uid = 1000;
	cf_send(f, &r);
	assert_false(is_runtime(f->live, 502));
	/* What ended is no longer anything. */
	exec_file(f, 503, "/usr/bin/conmon", 0, 1);
	assert_true(is_runtime(f->live, 503));
	cf_head(&r, BW_EVENT_EXIT, 503);
	cf_send(f, &r);
	assert_false(is_runtime(f->live, 503));
}

static char *dangers_of(const struct container *info)
{
	struct buf buf;

	buf_init(&buf, 4096);
	danger_add(info, &buf);
	return buf_steal(&buf);
}

static void first_process_shows_what_confines_the_container(void **state)
{
	struct fixture *f = *state;
	const struct container *info;
	char *dangers;

	cf_put(f, "/b/config.json",
	       "{\"process\":{\"noNewPrivileges\":true,\"capabilities\":{\"bounding\":[\"CAP_CHOWN\","
	       "\"CAP_NO_SUCH\",7]}},\"linux\":{\"seccomp\":{},\"resources\":{\"memory\":"
	       "{\"limit\":1048576},\"pids\":{\"limit\":50}}},\"root\":{\"path\":\"r\"},"
	       "\"mounts\":[{\"destination\":\"/d\",\"source\":\"/var/run/docker.sock\",\"type\":"
	       "\"bind\"},{\"destination\":\"/h\",\"source\":\"/etc\",\"type\":\"bind\"},"
	       "{\"destination\":\"/etc/hosts\",\"source\":\"/etc/hosts\",\"type\":\"bind\"}]}");
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|--bundle|/b|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->live, CG2, 1, 0);
	assert_false(info->facts.is_seen);
	assert_int_equal(info->facts.caps, 1);
	assert_int_equal(info->facts.seccomp, 2);
	assert_int_equal(info->facts.no_new_privs, 1);
	assert_int_equal(info->memory_limit, 1048576);
	assert_int_equal(info->pids_limit, 50);
	exec_file(f, 501, "/bin/true", BW_FILE_LOWER, CG2);
	/* A later one does not change it. */
	exec_file(f, 502, "/bin/sh", BW_FILE_LOWER, CG2);
	for (int i = 0; i < 2; i++) {
		info = cf_ask(i ? f->replay : f->live, CG2, 1, 0);
		assert_true(info->facts.is_seen);
		assert_int_equal(info->facts.caps, CAPS_DEFAULT | CAP_ADMIN);
		assert_int_equal(info->facts.no_new_privs, 1);
		assert_int_equal(info->facts.ns_host & (BW_NS_PID | BW_NS_NET), BW_NS_NET);
		dangers = dangers_of(info);
		assert_string_equal(dangers,
				    "host_network,host_ipc,runtime_socket,mount:/etc,cap:SYS_ADMIN,"
				    "writable_rootfs");
		free(dangers);
	}
}

static void docker_image_digest_comes_from_the_store(void **state)
{
	struct fixture *f = *state;

	cf_put(f, "/run/t/moby/" HEX64 "/config.json",
	       "{\"mounts\":[{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":"
	       "\"/data/containers/" HEX64 "/hosts\"}]}");
	cf_put(f, "/data/containers/" HEX64 "/config.v2.json",
	       "{\"ID\":\"" HEX64 "\",\"Driver\":\"overlay2\",\"Image\":\"sha256:beef\","
	       "\"Config\":{\"Image\":\"docker.io/team/app:1\"}}");
	cf_put(f, "/data/image/overlay2/repositories.json",
	       "{\"Repositories\":{\"team/app\":{\"team/app:1\":\"sha256:beef\","
	       "\"team/app@sha256:0ld\":\"sha256:dead\",\"team/app@sha256:cafe\":\"sha256:beef\"}}}");
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|moby|-id|" HEX64,
		     "/run/t/moby/" HEX64);
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/run/t/moby/" HEX64 "|" HEX64,
		     "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->image_digest, "sha256:cafe");
}

static void crio_pod_is_read_from_its_sandbox(void **state)
{
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/st/app/userdata/config.json",
	       "{\"annotations\":{\"io.kubernetes.cri-o.ContainerType\":\"container\","
	       "\"io.kubernetes.container.name\":\"web\",\"io.kubernetes.cri-o.SandboxID\":\"pause\","
	       "\"io.kubernetes.cri-o.ImageName\":\"q.io/w:2\",\"io.kubernetes.cri-o.ImageRef\":"
	       "\"q.io/w@sha256:aa\",\"io.kubernetes.cri-o.Labels\":\"{\\\"l\\\":\\\"1\\\"}\"}}");
	cf_put(f, "/st/pause/userdata/config.json",
	       "{\"annotations\":{\"io.kubernetes.cri-o.Labels\":\"{\\\"app\\\":\\\"w\\\"}\","
	       "\"io.kubernetes.cri-o.IP.0\":\"10.0.0.7\"}}");
	cf_send_exec(f, SHIM_TGID, 1,
		     "conmon|-c|app|-b|/st/app/userdata|--exit-dir|/var/run/crio/exits", "/");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/st/app/userdata|app", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->replay, CG2, 1, 0);
	assert_string_equal(info->type, "cri-o");
	assert_string_equal(info->name, "web");
	assert_string_equal(info->image_repository, "q.io/w");
	assert_string_equal(info->image_digest, "sha256:aa");
	assert_int_equal(info->n_labels, 1);
	assert_string_equal(info->labels[0].key, "l");
	assert_int_equal(info->n_pod_labels, 1);
	assert_string_equal(info->pod_labels[0].value, "w");
	assert_string_equal(info->pod_ip, "10.0.0.7");
}

static void late_bundle_is_waited_for_once(void **state)
{
	struct containers_stats stats;
	struct fixture *f = *state;
	const struct container *info;

	cf_put(f, "/b/config.json", "{\"process\":");
	cf_send_exec(f, RUNC_TGID, 50, "runc|run|--bundle|/b|c1", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	info = cf_ask(f->live, CG2, 1, 0);
	assert_string_equal(info->full_id, "c1");
	assert_true(info->is_partial);
	assert_true(cf_ask(f->replay, CG2, 1, 0)->is_partial);
	(void)cf_ask(f->live, CG2, 1, 0);
	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_waited, 1);
	assert_int_equal(stats.n_read_failed, 1);

	cf_send_exec(f, 101, 50, "runc|run|--bundle|/b2|c2", "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &(struct dir){ 0, 7, 1, "/c2" }, 101, 1);
	cf_put(f, "/b2/config.json", "{\"root\":{\"path\":\"/r\",\"readonly\":true}}");
	info = cf_ask(f->live, 7, 1, 0);
	assert_false(info->is_partial);
	assert_int_equal(info->rootfs_readonly, 1);
	assert_int_equal(cf_ask(f->replay, 7, 1, 0)->rootfs_readonly, 1);
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, cf_setup, cf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(lxc_is_named_by_its_monitor_and_described_by_its_config),
		SENTENCE(nspawn_keeps_one_cgroup_for_itself),
		SENTENCE(nspawn_mounts_are_on_its_command_line),
		SENTENCE(nspawn_mounts_are_in_its_settings_too),
		SENTENCE(nspawn_settings_are_left_out_if_told_so),
		SENTENCE(nspawn_machine_is_looked_for_by_its_name),
		SENTENCE(broken_nspawn_arguments_are_no_mounts),
		SENTENCE(only_so_many_nspawn_mounts_are_kept),
		SENTENCE(rootless_container_is_known_by_the_fork_of_its_runtime),
		SENTENCE(set_up_is_never_an_unknown_container),
		SENTENCE(who_enters_namespaces_alone_is_in_the_container),
		SENTENCE(rootless_supervisor_is_found_and_a_forged_one_is_not),
		SENTENCE(runtime_is_what_runs_its_file_until_it_runs_another),
		SENTENCE(a_name_makes_no_runtime),
		SENTENCE(first_process_shows_what_confines_the_container),
		SENTENCE(docker_image_digest_comes_from_the_store),
		SENTENCE(crio_pod_is_read_from_its_sandbox),
		SENTENCE(late_bundle_is_waited_for_once),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
