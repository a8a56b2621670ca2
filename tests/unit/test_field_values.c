// SPDX-License-Identifier: Apache-2.0
#include "event_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

static void exec_fills_the_process(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "evt.type", "execve" }, { "syscall.type", "execve" }, { "evt.num", "7" },
	      { "evt.res", "SUCCESS" }, { "evt.rawres", "0" }, { "evt.failed", "false" },
	      { "evt.dir", "<" }, { "evt.category", "process" }, { "evt.source", "syscall" },
	      { "evt.hostname", "web1" }, { "evt.rawtime", "1700000100000000005" },
	      { "evt.time.iso8601", "2023-11-14T22:15:00.000000005+0000" },
	      { "evt.type.is.execve", "1" }, { "evt.type.is.open", "0" },
	      { "evt.is_open_read", "false" }, { "evt.is_open_write", "false" },
	      { "evt.is_open_exec", "false" }, { "evt.abi", "native" }, { "evt.cpu", NULL },
	      { "proc.name", "sh" }, { "proc.exe", "/bin/sh" }, { "proc.exepath", "/usr/bin/dash" },
	      { "proc.args", "-c id; uname -a" }, { "proc.args[1]", "id; uname -a" },
	      { "proc.args[2]", NULL }, { "proc.cmdline", "sh -c id; uname -a" },
	      { "proc.exeline", "/bin/sh -c id; uname -a" }, { "proc.cmdnargs", "2" },
	      { "proc.cmdlenargs", "14" }, { "proc.env[HOME]", "/var/www" },
	      { "proc.env[HOM]", "" }, { "proc.env", "HOME=/var/www LD_PRELOAD=/tmp/x.so" },
	      { "proc.cwd", "/var/www/" }, { "proc.pid", "300" }, { "proc.ppid", "200" },
	      { "proc.vpid", "12" }, { "proc.tty", "0" }, { "proc.is_exe_upper_layer", "true" },
	      { "proc.is_exe_lower_layer", "false" }, { "proc.is_exe_writable", "true" },
	      { "proc.is_exe_from_memfd", "false" }, { "proc.is_exe_setuid", "true" },
	      { "proc.exe_ino", "77" }, { "proc.exe_dev", "8:1" }, { "proc.exe_mode", "4755" },
	      { "proc.exe_fs", "overlay" }, { "proc.exe_ino.ctime", "1700000080000000000" },
	      { "proc.exe_ino.ctime_duration_proc_start", "10000000000" },
	      { "proc.exe_ino.mtime", NULL }, { "proc.duration", "10000000005" },
	      { "proc.pid.ts", "1700000090000000000" }, { "proc.is_vpgid_leader", "true" },
	      { "proc.is_sid_leader", "false" }, { "proc.interp", NULL }, { "fd.name", NULL },
	      { "fd.num", NULL }, { "fd.ip", NULL }, { "fd.typechar", NULL });
}

static void ancestors_are_reached(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "proc.pname", "nginx" }, { "proc.pcmdline", "nginx" },
	      { "proc.pexepath", "/usr/sbin/nginx" }, { "proc.aname", "nginx containerd-shim" },
	      { "proc.aname[0]", "sh" }, { "proc.aname[2]", "containerd-shim" },
	      { "proc.aname[3]", NULL }, { "proc.aname[4000000000]", NULL },
	      { "proc.apid", "200 100" }, { "proc.pvpid", "1" },
	      { "proc.ancestry", "sh<nginx<containerd-shim" }, { "proc.sname", "nginx" },
	      { "proc.aenv[HOME]", NULL }, { "proc.loginshellid", "300" });
	fixture->shell.parent = NULL;
	CHECK(fixture, { "proc.pname", NULL }, { "proc.ppid", "200" }, { "proc.aname", NULL },
	      { "proc.sname", "sh" });
}

static void standard_descriptors_are_told(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "proc.stdin.type", "ipv4" }, { "proc.stdout.type", "pipe" },
	      { "proc.stderr.type", NULL }, { "proc.stdin.name", "10.0.0.2:40000->1.2.3.4:4444" },
	      { "proc.stdout.name", NULL }, { "proc.stdio.rip", "1.2.3.4" },
	      { "proc.stdio.rnet", "1.2.3.4" }, { "proc.stdio.rport", "4444" },
	      { "proc.stdio.lport", "40000" });
}

static void exec_arguments_are_falcos(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "evt.arg.res", "0" }, { "evt.arg[0]", "0" }, { "evt.arg[1]", "/bin/sh" },
	      { "evt.arg.args", "-c.id; uname -a." }, { "evt.rawarg.args", "-c.id; uname -a." },
	      { "evt.arg.pid", "sh" }, { "evt.rawarg.pid", "300" }, { "evt.arg.ptid", "nginx" },
	      { "evt.arg.flags", "EXE_WRITABLE|EXE_UPPER_LAYER" }, { "evt.rawarg.flags", "3" },
	      { "evt.arg.fdlimit", "<NA>" }, { "evt.arg.filename", "/bin/sh" },
	      { "evt.arg.trusted_exepath", "/usr/bin/dash" }, { "evt.arg.uid", "www-data" },
	      { "evt.arg.loginuid", "<NONE>" }, { "evt.arg.name", NULL }, { "evt.arg[99]", NULL });
}

/* A connection that sendto began, and an open in a chroot that io_uring has yet to do. */
static void own_fields_tell_how_it_was_done(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_CONNECT, BW_CALL_SENDTO, "sh");
	event->hdr.ret = -EINPROGRESS;
	event->connect.family = AF_INET;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.type", "connect" }, { "evt.call", "sendto" },
	      { "evt.pending", "false" }, { "evt.root", NULL });

	fixture_begin(event, BW_EVENT_OPEN, BW_CALL_OPENAT, "sh");
	event->hdr.flags = BW_F_CLAIM | BW_F_PENDING | BW_F_CHROOT;
	event->hdr.abi = BW_ABI_IO_URING;
	event->open.given = fixture_add(event, "/x");
	event->open.root = fixture_add(event, "/srv/jail");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.type", "openat" }, { "evt.call", "openat" },
	      { "evt.pending", "true" }, { "evt.abi", "io_uring" }, { "evt.root", "/srv/jail" },
	      { "fd.name", "/x" }, { "fd.typechar", "f" });
}

static void failed_exec_shows_caller_and_claim(void **state)
{
	static const char argv[] = "su\0-";
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_EXEC_FAIL, BW_CALL_EXECVE, "sh");
	event->hdr.ret = -EACCES;
	event->hdr.flags = BW_F_CLAIM;
	event->exec_fail.dirfd = AT_FDCWD;
	event->exec_fail.filename = fixture_add(event, "../../bin//su");
	event->exec_fail.argv = fixture_add_bytes(event, argv, sizeof(argv) - 1);
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.type", "execve" }, { "evt.res", "EACCES" }, { "evt.rawres", "-13" },
	      { "evt.failed", "true" }, { "evt.claimed", "true" }, { "evt.arg.res", "EACCES" },
	      { "evt.arg.exe", "su" }, { "evt.arg.args", "-." }, { "evt.arg.filename", "/bin/su" },
	      { "proc.name", "sh" }, { "proc.exepath", "/usr/bin/dash" },
	      { "evt.count.error.other", "1" }, { "evt.count.error.file", NULL });
}

static void fill_open(struct fixture_event *event)
{
	fixture_begin(event, BW_EVENT_OPEN, BW_CALL_OPENAT, "sh");
	event->hdr.ret = 3;
	event->open.dirfd = AT_FDCWD;
	event->open.flags = O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC;
	event->open.mode = 0755;
	event->open.file.mode = S_IFREG | 0755;
	event->open.file.ino = 9;
	event->open.file.dev = (8U << 20) | 1;
	event->open.file.nlink = 1;
	event->open.file.fs_magic = 0xdeadbeef;
	event->open.file.flags = BW_FILE_CREATED | BW_FILE_UPPER;
	event->open.path = fixture_add(event, "/usr/bin/tool");
	event->open.given = fixture_add(event, "..//bin/tool");
}

static void open_names_the_file(void **state)
{
	struct fixture *fixture = *state;

	fill_open(&fixture->event);
	fixture_use(fixture, &fixture->event);
	CHECK(fixture, { "evt.type", "openat" }, { "evt.is_open_write", "true" },
	      { "evt.is_open_read", "false" }, { "evt.is_open_exec", "true" },
	      { "evt.is_open_create", "true" }, { "fd.num", "3" }, { "fd.name", "/usr/bin/tool" },
	      { "fd.nameraw", "../bin/tool" }, { "fd.directory", "/usr/bin" },
	      { "fd.filename", "tool" }, { "fd.type", "file" }, { "fd.typechar", "f" },
	      { "fd.connected", "false" }, { "fd.name_changed", "true" }, { "fd.l4proto", "<NA>" },
	      { "fd.sockfamily", NULL }, { "fd.cip", NULL }, { "fd.ip", "()" },
	      { "fd.dev", "800001" }, { "fd.dev.major", "8" }, { "fd.dev.minor", "1" },
	      { "fd.ino", "9" }, { "fd.is_upper_layer", "true" }, { "fd.fs", "0xdeadbeef" },
	      { "fd.mode", "755" }, { "fd.containername", "0123456789ab:/usr/bin/tool" },
	      { "fs.path.name", "/usr/bin/tool" }, { "evt.arg.fd", "<f>/usr/bin/tool" },
	      { "evt.arg.dirfd", "AT_FDCWD" }, { "evt.arg.name", "/usr/bin/tool" },
	      { "evt.arg.flags", "O_TRUNC|O_CREAT|O_WRONLY|O_CLOEXEC|O_F_CREATED|FD_UPPER_LAYER" },
	      { "evt.arg.mode", "0755" }, { "evt.rawarg.mode", "493" }, { "evt.rawarg.fd", "3" },
	      { "evt.rawarg.name", "..//bin/tool" },
	      { "evt.args", "fd=3(<f>/usr/bin/tool) dirfd=-100(AT_FDCWD) "
			    "name=..//bin/tool(/usr/bin/tool) "
			    "flags=53510(O_TRUNC|O_CREAT|O_WRONLY|O_CLOEXEC|O_F_CREATED|"
			    "FD_UPPER_LAYER) mode=0755 dev=800001 ino=9" });
}

static void flags_of_openat2_and_creat_are_falcos(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_open(event);
	event->hdr.call = BW_CALL_OPENAT2;
	event->open.resolve = 0x08 | 0x01; /* RESOLVE_BENEATH, RESOLVE_NO_XDEV */
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.arg.resolve", "RESOLVE_BENEATH|RESOLVE_NO_XDEV" },
	      { "evt.rawarg.resolve", "17" });
	event->hdr.call = BW_CALL_CREAT;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.arg.creat_flags", "FD_UPPER_LAYER_CREAT" },
	      { "evt.rawarg.creat_flags", "1" });
}

static void failed_open_names_what_was_claimed(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_open(event);
	event->hdr.ret = -EROFS;
	event->open.file = (struct bw_file){ 0 };
	event->open.given = fixture_add(event, "./x/.././y");
	event->open.base = fixture_add(event, "/etc");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.res", "EROFS" }, { "evt.is_open_write", "true" }, { "fd.num", "-1" },
	      { "fd.name", "/etc/y" }, { "fd.directory", "/etc" }, { "fd.filename", NULL },
	      { "fd.type", NULL }, { "fd.typechar", "o" }, { "fd.l4proto", NULL },
	      { "fd.name_changed", NULL }, { "fd.ip", NULL }, { "fd.ino", NULL },
	      { "evt.arg.fd", "EROFS" }, { "evt.arg.name", "/etc/y" }, { "evt.arg.ino", "0" },
	      { "evt.count.error.file", "1" });
	event->open.base = (struct bw_str){ 0 };
	CHECK(fixture, { "fd.name", "./x/.././y" });
	event->open.given = fixture_add(event, "/../..//a/b/../..");
	CHECK(fixture, { "fd.name", "/" }, { "fd.directory", "/" });
}

static void names_that_were_not_read_name_nothing(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_open(event);
	event->hdr.ret = -EFAULT;
	event->open.given = (struct bw_str){ 0 };
	event->open.base = fixture_add(event, "/etc");
	fixture_use(fixture, event);
	CHECK(fixture, { "fd.name", "" }, { "fd.nameraw", "" }, { "evt.arg.name", "" });

	fixture_begin(event, BW_EVENT_EXEC_FAIL, BW_CALL_EXECVE, "sh");
	event->hdr.ret = -EFAULT;
	event->exec_fail.dirfd = AT_FDCWD;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.arg.filename", "" });
}

static void open_modes_are_read_and_write(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_open(event);
	event->open.flags = O_RDWR | 0200000; /* O_DIRECTORY of x86 */
	event->open.mode = 0;
	event->open.file.mode = S_IFDIR | 0755;
	event->open.file.flags = 0;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.is_open_write", "true" }, { "evt.is_open_read", "true" },
	      { "evt.is_open_exec", "false" }, { "evt.arg.flags", "O_DIRECTORY|O_RDWR" },
	      { "evt.arg.mode", "0" }, { "fd.type", "directory" }, { "fd.typechar", "d" },
	      { "fd.directory", "/usr/bin/tool" }, { "fd.filename", NULL });
	(void)snprintf(fixture->host.machine, sizeof(fixture->host.machine), "%s", "aarch64");
	CHECK(fixture, { "evt.arg.flags", "O_DIRECT|O_RDWR" });
	event->hdr.call = BW_CALL_CREAT;
	event->open.flags = 0;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.type", "creat" }, { "evt.is_open_write", "true" },
	      { "evt.is_open_read", "false" }, { "evt.arg.flags", NULL });
}

static void fill_connect(struct fixture_event *event)
{
	fixture_begin(event, BW_EVENT_CONNECT, BW_CALL_CONNECT, "sh");
	event->hdr.ret = -EINPROGRESS;
	event->connect.family = AF_INET;
	event->connect.sock_type = SOCK_STREAM;
	event->connect.protocol = IPPROTO_TCP;
	event->connect.fd = 5;
	event->connect.local = (struct bw_addr){ { 10, 0, 0, 2 }, 40000, AF_INET, 0 };
	event->connect.remote = (struct bw_addr){ { 1, 2, 3, 4 }, 443, AF_INET, 0 };
}

static void connect_has_both_ends(void **state)
{
	struct fixture *fixture = *state;

	fill_connect(&fixture->event);
	fixture_use(fixture, &fixture->event);
	CHECK(fixture, { "evt.type", "connect" }, { "evt.res", "EINPROGRESS" },
	      { "fd.name", "10.0.0.2:40000->1.2.3.4:443" }, { "fd.num", "5" },
	      { "fd.type", "ipv4" }, { "fd.typechar", "4" }, { "fd.cip", "10.0.0.2" },
	      { "fd.sip", "1.2.3.4" }, { "fd.rip", "1.2.3.4" }, { "fd.lport", "40000" },
	      { "fd.sport", "443" }, { "fd.ip", "(10.0.0.2,1.2.3.4)" }, { "fd.snet", "1.2.3.4" },
	      { "fd.port", "(40000,443)" }, { "fd.rproto", "443" }, { "fd.l4proto", "tcp" },
	      { "fd.sockfamily", "ip" }, { "fd.connected", "true" }, { "fd.is_server", "false" },
	      { "fd.directory", NULL }, { "fd.filename", NULL }, { "fd.nameraw", "" },
	      { "fd.socktype", "stream" }, { "fd.sip.name", "<NA>" },
	      { "evt.arg.fd", "<4t>10.0.0.2:40000->1.2.3.4:443" },
	      { "evt.arg.tuple", "10.0.0.2:40000->1.2.3.4:443" },
	      { "evt.arg.addr", "1.2.3.4:443" });
}

static void connect_has_the_names_of_its_ends(void **state)
{
	struct fixture *fixture = *state;

	fixture_tell(fixture, "domain name=api.example addrs=[192.0.2.9,1.2.3.4,2001:db8::1]");
	fixture_tell(fixture, "domain name=www.example addrs=[1.2.3.4]");
	fixture_tell(fixture, "domain name=me.example addrs=[10.0.0.2]");
	fill_connect(&fixture->event);
	fixture_use(fixture, &fixture->event);
	CHECK(fixture, { "fd.sip.name", "api.example" }, { "fd.rip.name", "api.example" },
	      { "fd.cip.name", "me.example" }, { "fd.lip.name", "me.example" });
	/* What was told before counts no longer. */
	fixture_tell(fixture, "domain name=api.example addrs=[2001:db8::1]");
	fixture_tell(fixture, "domain name=me.example");
	CHECK(fixture, { "fd.sip.name", "www.example" }, { "fd.cip.name", "<NA>" });
	fixture->event.connect.remote =
		(struct bw_addr){ { 0x20, 1, 0xd, 0xb8, [15] = 1 }, 443, AF_INET6, 0 };
	CHECK(fixture, { "fd.sip.name", "api.example" });
	fixture->event.connect.remote =
		(struct bw_addr){ { [10] = 0xff, 0xff, 1, 2, 3, 4 }, 443, AF_INET6, 0 };
	CHECK(fixture, { "fd.sip.name", "www.example" });
	fixture->event.connect.remote.family = AF_UNIX;
	CHECK(fixture, { "fd.sip.name", NULL });
}

static void connect_maps_and_refuses(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_connect(event);
	event->hdr.ret = -ECONNREFUSED;
	event->connect.family = AF_INET6;
	event->connect.sock_type = SOCK_DGRAM;
	event->connect.protocol = IPPROTO_UDP;
	event->connect.remote.family = AF_INET6;
	memset(event->connect.remote.addr, 0, sizeof(event->connect.remote.addr));
	event->connect.remote.addr[15] = 1;
	event->connect.local.family = 0;
	fixture_use(fixture, event);
	CHECK(fixture, { "fd.type", "ipv6" }, { "fd.sip", "::1" }, { "fd.cip", NULL },
	      { "fd.cport", NULL }, { "fd.l4proto", "udp" }, { "fd.connected", "false" },
	      { "fd.ip", "(::1)" }, { "fd.name", "0.0.0.0:40000->::1:443" });
	event->connect.remote.addr[10] = 0xff;
	event->connect.remote.addr[11] = 0xff;
	CHECK(fixture, { "fd.type", "ipv4" }, { "fd.sip", "0.0.0.1" }, { "fd.typechar", "4" });
	event->connect.remote.family = 0;
	CHECK(fixture, { "evt.arg.tuple", "NULL" }, { "evt.arg.addr", "NULL" });
}

static void connect_to_unix_sockets_has_a_path(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fill_connect(event);
	event->connect.family = AF_UNIX;
	event->connect.local = event->connect.remote = (struct bw_addr){ 0 };
	event->connect.path = fixture_add(event, "/run/docker.sock");
	event->connect.given = fixture_add(event, "docker.sock");
	fixture_use(fixture, event);
	CHECK(fixture, { "fd.name", "->/run/docker.sock" }, { "fd.type", "unix" },
	      { "fd.typechar", "u" }, { "fd.sockfamily", "unix" }, { "fd.l4proto", "<NA>" },
	      { "fd.sip", NULL }, { "fd.sport", NULL }, { "fd.ip", "()" },
	      { "evt.arg.fd", "<u>->/run/docker.sock" });
	event->connect.path = (struct bw_str){ 0 };
	event->connect.given = fixture_add(event, "@abstract");
	CHECK(fixture, { "fd.name", "->@abstract" });
}

static void credentials_tell_what_was_gained(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_CRED, BW_CALL_SETRESUID, "sh");
	event->hdr.euid = 0;
	event->hdr.cap_effective = event->hdr.cap_permitted = (1U << 7) | (1U << 21);
	event->cred.args[0] = UINT32_MAX;
	event->cred.args[1] = 0;
	event->cred.args[2] = 33;
	event->cred.before =
		(struct bw_cred){ .uid = 33, .euid = 33, .suid = 34, .cap_permitted = 1U << 7 };
	event->cred.after = (struct bw_cred){ .uid = 33,
					      .euid = 0,
					      .suid = 33,
					      .cap_permitted = (1U << 7) | (1U << 21),
					      .user_ns = 4026531837 };
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.type", "setresuid" }, { "evt.category", "user" }, { "user.uid", "0" },
	      { "user.name", "root" }, { "user.loginuid", "-1" }, { "user.loginname", "<NA>" },
	      { "group.name", "<NA>" }, { "cred.uid", "33" }, { "cred.euid", "0" },
	      { "cred.suid", "33" }, { "cred.before.euid", "33" }, { "cred.before.suid", "34" },
	      { "cred.gained_root", "true" }, { "cred.gained_caps", "CAP_SYS_ADMIN" },
	      { "cred.host_user_ns", "true" }, { "cred.user_ns", "4026531837" },
	      { "thread.cap_effective", "CAP_SETUID CAP_SYS_ADMIN" },
	      { "thread.cap_inheritable", "" }, { "evt.arg.ruid", "<NONE>" },
	      { "evt.rawarg.ruid", "4294967295" }, { "evt.arg.euid", "root" },
	      { "evt.arg.suid", "www-data" });
	event->cred.before.suid = 0;
	CHECK(fixture, { "cred.gained_root", "false" });
	event->hdr.flags = BW_F_NO_BEFORE;
	CHECK(fixture, { "cred.gained_root", "false" }, { "cred.gained_caps", NULL },
	      { "cred.before.uid", NULL }, { "cred.suid", "33" });
}

static void other_events_have_their_arguments(void **state)
{
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	fixture_begin(event, BW_EVENT_EXIT, BW_CALL_EXIT, "sh");
	event->exit.code = 9;
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.type", "procexit" }, { "evt.res", NULL }, { "evt.rawres", NULL },
	      { "evt.failed", NULL }, { "syscall.type", NULL },
	      { "evt.args", "status=9 ret=0 sig=9(SIGKILL) core=0 reaper_tid=<NA>" });
	fixture_begin(event, BW_EVENT_CRED, BW_CALL_SETREGID, "sh");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.args", "res=0 rgid=0(root) egid=0(root)" });
	fixture_begin(event, BW_EVENT_CHDIR, BW_CALL_CHDIR, "sh");
	event->chdir.cwd = fixture_add(event, "/tmp");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.args", "res=0 path=/tmp" });
	fixture_begin(event, BW_EVENT_FORK, BW_CALL_CLONE, "sh");
	fixture_use(fixture, event);
	CHECK(fixture, { "evt.type", "clone" }, { "evt.arg.vpid", "12" }, { "evt.arg.flags", "0" },
	      { "cred.suid", NULL }, { "cred.euid", "33" });
}

static void process_without_exec_has_empty_texts(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	fixture->shell.image = NULL;
	fixture->shell.cwd = NULL;
	CHECK(fixture, { "proc.exe", "" }, { "proc.exepath", "" }, { "proc.args", "" },
	      { "proc.cmdline", "sh" }, { "proc.cwd", "" }, { "proc.env", NULL },
	      { "proc.env[HOME]", NULL }, { "proc.is_exe_upper_layer", "false" },
	      { "proc.exe_ino", NULL }, { "proc.stdin.type", NULL }, { "proc.pgid", NULL },
	      { "proc.secureexec", "false" }, { "proc.filename", NULL });
}

static void containers_are_told(void **state)
{
	struct fixture *fixture = *state;
	struct container *container = &fixture->container;

	fixture->mounts[0] = (struct container_mount){ (char[]){ "/proc" },
						       (char[]){ "/host/proc" }, (char[]){ "ro" },
						       false, NULL };
	fixture->mounts[1] = (struct container_mount){ (char[]){ "/srv" }, (char[]){ "/data" },
						       (char[]){ "" }, true, (char[]){ "rslave" } };
	fixture->labels[0] = (struct container_label){ (char[]){ "app" }, (char[]){ "web" } };
	fixture->labels[1] = (struct container_label){ (char[]){ "io.kubernetes.pod.name" },
						       (char[]){ "p" } };
	container->mounts = fixture->mounts;
	container->n_mounts = 2;
	container->labels = fixture->labels;
	container->n_labels = 2;
	container->start_ns = UINT64_C(90000000000);
	container->privileged = 1;
	container->rootfs_readonly = -1;
	container->image_repository = (char[]){ "docker.io/library/nginx" };
	container->pod_sandbox_id = (char[]){ "abcdef0123456789" };
	fixture_use(fixture, &fixture->shell_exec);
	CHECK(fixture, { "container.id", "0123456789ab" }, { "container.resolution", "known" },
	      { "container.image.repository", "docker.io/library/nginx" },
	      { "container.image.tag", NULL }, { "container.privileged", "true" },
	      { "container.readonly_rootfs", NULL }, { "container.name", NULL },
	      { "container.mounts", "/proc:/host/proc:ro:false:,/srv:/data::true:rslave" },
	      { "container.mount.dest[/proc*]", "/host/proc" },
	      { "container.mount.dest[1]", "/data" }, { "container.mount.dest[/etc]", NULL },
	      { "container.mount.source[/data]", "/srv" }, { "container.mount.rdwr[/srv]", "true" },
	      { "container.mount[2]", NULL }, { "container.label[app]", "web" },
	      { "container.label[ap]", NULL }, { "container.labels", "app:web" },
	      { "k8s.pod.label[app]", NULL }, { "k8s.pod.sandbox_id", "abcdef012345" },
	      { "container.host_network", "true" }, { "container.host_pid", "false" },
	      { "container.start_ts", "1700000090000000000" },
	      { "proc.pidns_init_start_ts", "1700000090000000000" },
	      { "proc.exe_ino.ctime_duration_pidns_start", NULL },
	      { "container.duration", "10000000005" }, { "k8s.rc.name", NULL },
	      { "user.name", "www-data" }, { "user.homedir", "/var/www" },
	      { "user.shell", "/usr/sbin/nologin" });
	container->start_ns = UINT64_C(70000000000);
	CHECK(fixture, { "proc.exe_ino.ctime_duration_pidns_start", "10000000000" });
}

static void host_and_unknown_are_told_apart(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	fixture->container = (struct container){ .kind = CONTAINER_UNKNOWN, .privileged = -1 };
	CHECK(fixture, { "container.id", "unknown" }, { "container.name", NULL },
	      { "container.resolution", "unknown" }, { "container.privileged", NULL },
	      { "container.mounts", NULL });
	fixture->container.kind = CONTAINER_HOST;
	CHECK(fixture, { "container.id", "host" }, { "container.name", "host" },
	      { "container.privileged", NULL }, { "container.host_pid", NULL },
	      { "container.resolution", "host" }, { "user.name", "<NA>" },
	      { "container.start_ts", NULL });
}

static void full_scratch_gives_null(void **state)
{
	struct fixture *fixture = *state;

	fixture_use(fixture, &fixture->shell_exec);
	arena_free(fixture->arena);
	fixture->arena = arena_new(8, 8);
	fixture->view.scratch = fixture->arena;
	fixture->view.source.scratch = fixture->arena;
	CHECK(fixture, { "proc.cmdline", NULL }, { "proc.aname", NULL },
	      { "evt.time.iso8601", NULL }, { "proc.name", "sh" });
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FIXTURE_TEST(own_fields_tell_how_it_was_done),
		FIXTURE_TEST(exec_fills_the_process),
		FIXTURE_TEST(ancestors_are_reached),
		FIXTURE_TEST(standard_descriptors_are_told),
		FIXTURE_TEST(exec_arguments_are_falcos),
		FIXTURE_TEST(failed_exec_shows_caller_and_claim),
		FIXTURE_TEST(open_names_the_file),
		FIXTURE_TEST(flags_of_openat2_and_creat_are_falcos),
		FIXTURE_TEST(failed_open_names_what_was_claimed),
		FIXTURE_TEST(names_that_were_not_read_name_nothing),
		FIXTURE_TEST(open_modes_are_read_and_write),
		FIXTURE_TEST(connect_has_both_ends),
		FIXTURE_TEST(connect_has_the_names_of_its_ends),
		FIXTURE_TEST(connect_maps_and_refuses),
		FIXTURE_TEST(connect_to_unix_sockets_has_a_path),
		FIXTURE_TEST(credentials_tell_what_was_gained),
		FIXTURE_TEST(other_events_have_their_arguments),
		FIXTURE_TEST(process_without_exec_has_empty_texts),
		FIXTURE_TEST(containers_are_told),
		FIXTURE_TEST(host_and_unknown_are_told_apart),
		FIXTURE_TEST(full_scratch_gives_null),
	};

	return cmocka_run_group_tests_name("fields/values", tests, NULL, NULL);
}
