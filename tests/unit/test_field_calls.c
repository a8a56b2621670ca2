// SPDX-License-Identifier: Apache-2.0
/*
 * The arguments of every BW_EVENT_CALL, as evt.args shows them.  The names, their order
 * and the numbers are those of Falco's event table; for calls that it knows by name
 * alone those behind ID and nativeID are ours.
 */
#include "event_fixture.h"

#include <errno.h>
#include <fcntl.h>
#include <linux/bpf.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sched.h>
#include <signal.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "event/record.h"
#include "fields/args.h"

/* What stands behind the descriptor that a call is about. */
enum descriptor {
	NO_DESCRIPTOR = 0,
	A_FILE,
	A_MADE_FILE,
	A_MEMFD,
	A_PIDFD,
	A_TCP_SOCKET,
	AN_UDP_SOCKET,
	A_UNIX_SOCKET,
	A_LISTENER,
	AN_ACCEPTED_SOCKET,
	A_MADE_SOCKET,
	A_MADE_INET_SOCKET,
	AN_UNNAMED_SOCKET,
};

#define ADDRESS(a, b, c, d, port)                \
	{                                        \
		{ a, b, c, d }, port, AF_INET, 0 \
	}
/* In the lower half of a register, as who wants to mislead us may call. */
#define BESIDE(n) (UINT64_C(0x100000000) | (uint32_t)(n))
#define HERE      ADDRESS(10, 0, 0, 2, 40000)

static const struct {
	struct bw_fd fd;
	const char *path;
} descriptors[] = {
	[NO_DESCRIPTOR] = { { .num = -1 }, NULL },
	[A_FILE] = { { .file.mode = S_IFREG }, "/etc/passwd" },
	[A_MADE_FILE] = { { .file.mode = S_IFREG, .flags = BW_FD_RESULT }, "/made" },
	[A_MEMFD] = { { .file.mode = S_IFREG, .file.flags = BW_FILE_MEMFD, .flags = BW_FD_RESULT },
		      "/memfd:code" },
	[A_PIDFD] = { { .file.mode = S_IFREG, .file.fs_magic = 0x50494446 }, "" },
	[A_TCP_SOCKET] = { { .file.mode = S_IFSOCK,
			     .family = AF_INET,
			     .sock_type = SOCK_STREAM,
			     .protocol = IPPROTO_TCP,
			     .sock_state = TCP_ESTABLISHED,
			     .flags = BW_FD_SOCKET,
			     .local = HERE,
			     .remote = ADDRESS(1, 2, 3, 4, 443) },
			   NULL },
	[AN_UDP_SOCKET] = { { .file.mode = S_IFSOCK,
			      .family = AF_INET,
			      .sock_type = SOCK_DGRAM,
			      .protocol = IPPROTO_UDP,
			      .flags = BW_FD_SOCKET,
			      .local = HERE,
			      .remote = ADDRESS(9, 9, 9, 9, 53) },
			    NULL },
	[A_UNIX_SOCKET] = { { .file.mode = S_IFSOCK,
			      .family = AF_UNIX,
			      .sock_type = SOCK_DGRAM,
			      .flags = BW_FD_SOCKET },
			    "/run/systemd/journal/dev-log" },
	[A_LISTENER] = { { .file.mode = S_IFSOCK,
			   .family = AF_INET,
			   .sock_type = SOCK_STREAM,
			   .protocol = IPPROTO_TCP,
			   .sock_state = TCP_LISTEN,
			   .flags = BW_FD_SOCKET,
			   .local = ADDRESS(0, 0, 0, 0, 80) },
			 NULL },
	[AN_ACCEPTED_SOCKET] = { { .file.mode = S_IFSOCK,
				   .family = AF_INET,
				   .sock_type = SOCK_STREAM,
				   .protocol = IPPROTO_TCP,
				   .sock_state = TCP_ESTABLISHED,
				   .flags = BW_FD_SOCKET | BW_FD_RESULT,
				   .local = ADDRESS(10, 0, 0, 2, 80),
				   .remote = ADDRESS(1, 2, 3, 4, 50000) },
				 NULL },
	[A_MADE_INET_SOCKET] = { { .file.mode = S_IFSOCK,
				   .family = AF_INET,
				   .sock_type = SOCK_DGRAM,
				   .protocol = IPPROTO_UDP,
				   .flags = BW_FD_SOCKET | BW_FD_RESULT,
				   .local = ADDRESS(0, 0, 0, 0, 0),
				   .remote = ADDRESS(0, 0, 0, 0, 0) },
				 NULL },
	[AN_UNNAMED_SOCKET] = { { .file.mode = S_IFSOCK,
				  .family = AF_UNIX,
				  .sock_type = SOCK_DGRAM,
				  .flags = BW_FD_SOCKET },
				NULL },
	[A_MADE_SOCKET] = { { .file.mode = S_IFSOCK,
			      .family = AF_UNIX,
			      .sock_type = SOCK_STREAM,
			      .flags = BW_FD_SOCKET | BW_FD_RESULT },
			    NULL },
};

struct call_case {
	int64_t ret;
	const char *expected;
	uint64_t args[BW_ARGS_MAX];
	const char *text[BW_ARGS_MAX]; /* NULL: not read */
	const char *base[BW_BASES_MAX];
	enum descriptor fd;
	int32_t num; /* of the descriptor */
	uint32_t data_bytes;
	uint16_t call;
	uint16_t text_len; /* of the text with NULs in it; 0: none has */
};

/* clang-format off */
static const struct call_case cases[] = {
	{ .call = BW_CALL_DUP, .ret = 5, .args = { 3 }, .fd = A_FILE, .num = 3,
	  .expected = "res=5(<f>/etc/passwd) oldfd=3(<f>/etc/passwd)" },
	{ .call = BW_CALL_DUP, .ret = -EBADF, .args = { 9 },
	  .expected = "res=-9(EBADF) oldfd=9" },
	{ .call = BW_CALL_DUP2, .args = { 7, 0 }, .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0(<4t>10.0.0.2:40000->1.2.3.4:443) "
	              "oldfd=7(<4t>10.0.0.2:40000->1.2.3.4:443) newfd=0" },
	{ .call = BW_CALL_DUP3, .ret = 5, .args = { 3, 5, O_CLOEXEC }, .fd = A_FILE, .num = 3,
	  .expected = "res=5(<f>/etc/passwd) oldfd=3(<f>/etc/passwd) newfd=5 "
	              "flags=4096(O_CLOEXEC)" },
	{ .call = BW_CALL_DUP3, .ret = -EINVAL, .args = { 3, 3, 0 }, .fd = A_FILE, .num = 3,
	  .expected = "res=-22(EINVAL) oldfd=3(<f>/etc/passwd) newfd=3 flags=0(O_NONE)" },
	{ .call = BW_CALL_FCNTL, .ret = 10, .args = { 3, F_DUPFD_CLOEXEC, 10 }, .fd = A_FILE,
	  .num = 3,
	  .expected = "res=10(<f>/etc/passwd) fd=3(<f>/etc/passwd) cmd=26(F_DUPFD_CLOEXEC)" },
	{ .call = BW_CALL_FCNTL, .ret = 10, .args = { 3, F_DUPFD, 10 }, .fd = A_FILE, .num = 3,
	  .expected = "res=10(<f>/etc/passwd) fd=3(<f>/etc/passwd) cmd=1(F_DUPFD)" },
	{ .call = BW_CALL_SOCKET, .ret = 4,
	  .args = { AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0 },
	  .fd = A_MADE_SOCKET, .num = 4,
	  .expected = "fd=4(<u>) domain=1(AF_LOCAL|AF_UNIX) type=526337 proto=0 "
	              "flags=4160(O_NONBLOCK|O_CLOEXEC)" },
	{ .call = BW_CALL_SOCKET, .ret = 4, .args = { AF_INET, SOCK_DGRAM, 0 },
	  .fd = A_MADE_INET_SOCKET, .num = 4,
	  .expected = "fd=4(<4u>) domain=2(AF_INET) type=2 proto=0 flags=0(O_NONE)" },
	{ .call = BW_CALL_SOCKET, .ret = -EPERM,
	  .args = { BESIDE(AF_PACKET), BESIDE(SOCK_RAW), BESIDE(768) },
	  .expected = "fd=-1(EPERM) domain=17(AF_PACKET) type=3 proto=768 flags=0(O_NONE)" },
	{ .call = BW_CALL_SOCKET, .ret = -EPERM, .args = { AF_PACKET, SOCK_RAW, 768 },
	  .expected = "fd=-1(EPERM) domain=17(AF_PACKET) type=3 proto=768 flags=0(O_NONE)" },
	{ .call = BW_CALL_SOCKET, .ret = 4, .args = { AF_NETLINK, SOCK_RAW, 0 },
	  .expected = "fd=4 domain=16(AF_ROUTE|AF_NETLINK) type=3 proto=0 flags=0(O_NONE)" },
	{ .call = BW_CALL_SOCKETPAIR, .args = { AF_UNIX, SOCK_DGRAM, 0, 0x7f00 },
	  .fd = A_MADE_SOCKET, .num = 4,
	  .expected = "res=0 fd1=4(<u>) fd2=<NA> source=<NA> peer=<NA> "
	              "domain=1(AF_LOCAL|AF_UNIX) type=2 proto=0" },
	{ .call = BW_CALL_BIND, .args = { 7, 0x7f00, 16 }, .fd = A_LISTENER, .num = 7,
	  .expected = "res=0 addr=0.0.0.0:80 fd=7(<4t>0.0.0.0:80)" },
	{ .call = BW_CALL_BIND, .ret = -EADDRINUSE, .args = { 7, 0x7f00, 110 },
	  .text = { [1] = "/run/x" }, .fd = AN_UNNAMED_SOCKET, .num = 7,
	  .expected = "res=-98(EADDRINUSE) addr=/run/x fd=7(<u>/run/x)" },
	{ .call = BW_CALL_LISTEN, .args = { 7, 128 }, .fd = A_LISTENER, .num = 7,
	  .expected = "res=0 fd=7(<4t>0.0.0.0:80) backlog=128" },
	{ .call = BW_CALL_ACCEPT, .ret = 8, .args = { 7, 0, 0 }, .fd = AN_ACCEPTED_SOCKET,
	  .num = 8,
	  .expected = "fd=8(<4t>1.2.3.4:50000->10.0.0.2:80) tuple=1.2.3.4:50000->10.0.0.2:80 "
	              "queuepct=<NA> queuelen=<NA> queuemax=<NA>" },
	{ .call = BW_CALL_ACCEPT, .ret = -EAGAIN, .args = { 7, 0, 0 }, .fd = A_LISTENER,
	  .num = 7,
	  .expected = "fd=-11(EAGAIN) tuple=0.0.0.0:80 queuepct=<NA> queuelen=<NA> queuemax=<NA>" },
	{ .call = BW_CALL_ACCEPT4, .ret = 8, .args = { 7, 0, 0, SOCK_CLOEXEC },
	  .fd = AN_ACCEPTED_SOCKET, .num = 8,
	  .expected = "fd=8(<4t>1.2.3.4:50000->10.0.0.2:80) tuple=1.2.3.4:50000->10.0.0.2:80 "
	              "queuepct=<NA> queuelen=<NA> queuemax=<NA> flags=80000" },
	{ .call = BW_CALL_SENDTO, .ret = 5, .args = { 7, 0x7f00, 5, 0, 0, 0 },
	  .text = { [1] = "hello" }, .fd = A_TCP_SOCKET, .num = 7, .data_bytes = 5,
	  .expected = "res=5 data=hello fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) size=5 "
	              "tuple=10.0.0.2:40000->1.2.3.4:443" },
	{ .call = BW_CALL_SENDTO, .ret = -ECONNREFUSED, .args = { 7, 0x7f00, 4, 0, 0, 0 },
	  .text = { [1] = "a\n\"\xff" }, .fd = AN_UDP_SOCKET, .num = 7, .data_bytes = 4,
	  .expected = "res=-111(ECONNREFUSED) data=a.\". fd=7(<4u>10.0.0.2:40000->9.9.9.9:53) "
	              "size=4 tuple=10.0.0.2:40000->9.9.9.9:53" },
	{ .call = BW_CALL_SENDTO, .ret = 2, .args = { 7, 0x7f00, 2, 0, 0x7f10, 110 },
	  .text = { [1] = "hi", [4] = "/dev/log" }, .fd = AN_UNNAMED_SOCKET, .num = 7,
	  .data_bytes = 2,
	  .expected = "res=2 data=hi fd=7(<u>->/dev/log) size=2 tuple=->/dev/log" },
	{ .call = BW_CALL_SENDMSG, .ret = 5, .args = { 7, 0x7f00, 0 }, .text = { [1] = "<5>hi" },
	  .fd = A_UNIX_SOCKET, .num = 7, .data_bytes = 5,
	  .expected = "res=5 data=<5>hi fd=7(<u>->/run/systemd/journal/dev-log) size=5 "
	              "tuple=->/run/systemd/journal/dev-log" },
	{ .call = BW_CALL_SENDMMSG, .ret = 2, .args = { 7, 0x7f00, 3, 0 },
	  .text = { [1] = "one" }, .fd = AN_UDP_SOCKET, .num = 7, .data_bytes = 3,
	  .expected = "res=2 fd=7(<4u>10.0.0.2:40000->9.9.9.9:53) size=3 data=one "
	              "tuple=10.0.0.2:40000->9.9.9.9:53" },
	{ .call = BW_CALL_RECVFROM, .ret = 3, .args = { 7, 0x7f00, 512, 0, 0, 0 },
	  .text = { [1] = "GET" }, .fd = A_TCP_SOCKET, .num = 7, .data_bytes = 3,
	  .expected = "res=3 data=GET tuple=10.0.0.2:40000->1.2.3.4:443 "
	              "fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) size=512" },
	{ .call = BW_CALL_RECVFROM, .ret = -EAGAIN, .args = { 7, 0x7f00, 512, 0, 0, 0 },
	  .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=-11(EAGAIN) data=NULL tuple=10.0.0.2:40000->1.2.3.4:443 "
	              "fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) size=512" },
	{ .call = BW_CALL_RECVMSG, .ret = 3, .args = { 7, 0x7f00, 0 }, .text = { [1] = "GET" },
	  .fd = A_TCP_SOCKET, .num = 7, .data_bytes = 3,
	  .expected = "res=3 size=3 data=GET tuple=10.0.0.2:40000->1.2.3.4:443 msgcontrol=<NA> "
	              "fd=7(<4t>10.0.0.2:40000->1.2.3.4:443)" },
	{ .call = BW_CALL_RECVMSG, .ret = -ENOTCONN, .args = { 7, 0x7f00, 0 },
	  .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=-107(ENOTCONN) size=0 data=NULL tuple=10.0.0.2:40000->1.2.3.4:443 "
	              "msgcontrol=<NA> fd=7(<4t>10.0.0.2:40000->1.2.3.4:443)" },
	{ .call = BW_CALL_RECVMMSG, .ret = 1, .args = { 7, 0x7f00, 8, 0, 0 },
	  .text = { [1] = "one" }, .fd = AN_UDP_SOCKET, .num = 7, .data_bytes = 3,
	  .expected = "res=1 fd=7(<4u>10.0.0.2:40000->9.9.9.9:53) size=3 data=one "
	              "tuple=10.0.0.2:40000->9.9.9.9:53 msgcontrol=<NA>" },
	{ .call = BW_CALL_SHUTDOWN, .args = { 7, 2 }, .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0 fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) how=2(SHUT_RDWR)" },
	{ .call = BW_CALL_SETSOCKOPT, .args = { 7, SOL_SOCKET, SO_REUSEADDR, 0x7f00, 4 },
	  .text = { [3] = "\x01\x00\x00\x00" }, .text_len = 4, .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0 fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) level=1(SOL_SOCKET) "
	              "optname=2(SO_REUSEADDR) val=1 optlen=4" },
	{ .call = BW_CALL_SETSOCKOPT, .args = { 7, SOL_SOCKET, SO_COOKIE, 0x7f00, 8 },
	  .text = { [3] = "\x02\x00\x00\x00\x00\x00\x00\x00" }, .text_len = 8,
	  .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0 fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) level=1(SOL_SOCKET) "
	              "optname=53(SO_COOKIE) val=2 optlen=8" },
	{ .call = BW_CALL_SETSOCKOPT, .args = { 7, SOL_SOCKET, SO_RCVTIMEO, 0x7f00, 16 },
	  .text = { [3] = "\x01\x00\x00\x00\x00\x00\x00\x00\x20\xa1\x07\x00\x00\x00\x00\x00" },
	  .text_len = 16, .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0 fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) level=1(SOL_SOCKET) "
	              "optname=20(SO_RCVTIMEO) val=1500000000(1.5s) optlen=16" },
	{ .call = BW_CALL_SETSOCKOPT, .args = { 7, SOL_SOCKET, SO_SNDTIMEO, 0x7f00, 8 },
	  .text = { [3] = "\x02\x00\x00\x00\x00\x00\x00\x00" }, .text_len = 8,
	  .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0 fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) level=1(SOL_SOCKET) "
	              "optname=21(SO_SNDTIMEO) val=2000000000(2s) optlen=8" },
	{ .call = BW_CALL_SETSOCKOPT, .args = { 7, SOL_SOCKET, SO_BINDTODEVICE, 0x7f00, 5 },
	  .text = { [3] = "eth0" }, .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0 fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) level=1(SOL_SOCKET) "
	              "optname=25(SO_BINDTODEVICE) val=eth0 optlen=5" },
	{ .call = BW_CALL_SETSOCKOPT, .args = { 7, SOL_SOCKET, SO_PEERGROUPS, 0x7f00, 2 },
	  .text = { [3] = "ab" }, .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0 fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) level=1(SOL_SOCKET) "
	              "optname=51(SO_PEERGROUPS) val=ab optlen=2" },
	{ .call = BW_CALL_SETSOCKOPT, .args = { 7, IPPROTO_TCP, 1, 0x7f00, 4 },
	  .text = { [3] = "\x01\x00\x00\x00" }, .text_len = 4, .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=0 fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) level=2(SOL_TCP) "
	              "optname=0(UNKNOWN) val=.... optlen=4" },
	{ .call = BW_CALL_SETSOCKOPT, .ret = -ENOPROTOOPT, .args = { 7, SOL_IPV6, 1, 0x7f00, 0 },
	  .fd = A_TCP_SOCKET, .num = 7,
	  .expected = "res=-92(ENOPROTOOPT) fd=7(<4t>10.0.0.2:40000->1.2.3.4:443) "
	              "level=0(UNKNOWN) optname=0(UNKNOWN) val=NULL optlen=0" },
	{ .call = BW_CALL_MKDIR, .args = { 0x7f00, 0755 }, .text = { [0] = "d" },
	  .base = { [0] = "/tmp" },
	  .expected = "res=0 path=d(/tmp/d) mode=1ED" },
	{ .call = BW_CALL_MKDIRAT, .ret = -EEXIST, .args = { (uint64_t)AT_FDCWD, 0x7f00, 0700 },
	  .text = { [1] = "/tmp/d" },
	  .expected = "res=-17(EEXIST) dirfd=-100(AT_FDCWD) path=/tmp/d mode=1C0" },
	{ .call = BW_CALL_RMDIR, .args = { 0x7f00 }, .text = { [0] = "d" },
	  .base = { [0] = "/tmp" },
	  .expected = "res=0 path=d(/tmp/d)" },
	{ .call = BW_CALL_UNLINK, .ret = -ENOENT, .args = { 0x7f00 }, .text = { [0] = "../x" },
	  .base = { [0] = "/tmp/d" },
	  .expected = "res=-2(ENOENT) path=../x(/tmp/x)" },
	{ .call = BW_CALL_UNLINKAT, .args = { 4, 0x7f00, AT_REMOVEDIR }, .text = { [1] = "x" },
	  .base = { [0] = "/srv" },
	  .expected = "res=0 dirfd=4(<d>/srv) name=x(/srv/x) flags=512(AT_REMOVEDIR)" },
	{ .call = BW_CALL_RENAME, .args = { 0x7f00, 0x7f10 }, .text = { [0] = "a", [1] = "/b" },
	  .base = { [0] = "/tmp" },
	  .expected = "res=0 oldpath=a(/tmp/a) newpath=/b" },
	{ .call = BW_CALL_RENAMEAT, .args = { (uint64_t)AT_FDCWD, 0x7f00, 5, 0x7f10 },
	  .text = { [1] = "a", [3] = "b" }, .base = { [0] = "/tmp", [1] = "/srv" },
	  .expected = "res=0 olddirfd=-100(AT_FDCWD) oldpath=a(/tmp/a) newdirfd=5(<d>/srv) "
	              "newpath=b(/srv/b)" },
	{ .call = BW_CALL_RENAMEAT2, .ret = -EINVAL,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, (uint64_t)AT_FDCWD, 0x7f10, 0x8 | 1 },
	  .text = { [1] = "/a", [3] = "/b" },
	  .expected = "res=-22(EINVAL) olddirfd=-100(AT_FDCWD) oldpath=/a "
	              "newdirfd=-100(AT_FDCWD) newpath=/b flags=9(RENAME_NOREPLACE)" },
	{ .call = BW_CALL_LINK, .args = { 0x7f00, 0x7f10 },
	  .text = { [0] = "/etc/shadow", [1] = "s" }, .base = { [1] = "/tmp" },
	  .expected = "res=0 oldpath=/etc/shadow newpath=s(/tmp/s)" },
	{ .call = BW_CALL_LINKAT,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, (uint64_t)AT_FDCWD, 0x7f10, AT_SYMLINK_FOLLOW },
	  .text = { [1] = "/etc/shadow", [3] = "s" }, .base = { [1] = "/tmp" },
	  .expected = "res=0 olddir=-100(AT_FDCWD) oldpath=/etc/shadow newdir=-100(AT_FDCWD) "
	              "newpath=s(/tmp/s) flags=1024(AT_SYMLINK_FOLLOW)" },
	{ .call = BW_CALL_LINKAT, .ret = -ENOENT,
	  .args = { 3, 0x7f00, (uint64_t)AT_FDCWD, 0x7f10, AT_EMPTY_PATH },
	  .text = { [1] = "", [3] = "/tmp/s" }, .fd = A_FILE, .num = 3,
	  .expected = "res=-2(ENOENT) olddir=3(<f>/etc/passwd) oldpath=(/etc/passwd) "
	              "newdir=-100(AT_FDCWD) newpath=/tmp/s flags=4096(AT_EMPTY_PATH)" },
	{ .call = BW_CALL_SYMLINK, .args = { 0x7f00, 0x7f10 },
	  .text = { [0] = "/etc/shadow", [1] = "s" }, .base = { [0] = "/tmp" },
	  .expected = "res=0 target=/etc/shadow linkpath=s(/tmp/s)" },
	{ .call = BW_CALL_SYMLINKAT, .args = { 0x7f00, 4, 0x7f10 },
	  .text = { [0] = "x", [2] = "s" }, .base = { [0] = "/tmp" },
	  .expected = "res=0 target=x linkdirfd=4(<d>/tmp) linkpath=s(/tmp/s)" },
	{ .call = BW_CALL_CHMOD, .args = { 0x7f00, 04755 }, .text = { [0] = "tool" },
	  .base = { [0] = "/usr/bin" },
	  .expected = "res=0 filename=tool(/usr/bin/tool) "
	              "mode=04755(S_IXOTH|S_IROTH|S_IXGRP|S_IRGRP|S_IXUSR|S_IWUSR|S_IRUSR|"
	              "S_ISUID)" },
	{ .call = BW_CALL_CHMOD, .ret = -EPERM, .args = { 0x7f00, 0100001 },
	  .text = { [0] = "/x" },
	  .expected = "res=-1(EPERM) filename=/x mode=01(S_IXOTH)" },
	{ .call = BW_CALL_FCHMOD, .args = { 3, 0 }, .fd = A_FILE, .num = 3,
	  .expected = "res=0 fd=3(<f>/etc/passwd) mode=0" },
	{ .call = BW_CALL_FCHMODAT, .args = { (uint64_t)AT_FDCWD, 0x7f00, 01777 },
	  .text = { [1] = "/tmp" },
	  .expected = "res=0 dirfd=-100(AT_FDCWD) filename=/tmp "
	              "mode=01777(S_IXOTH|S_IWOTH|S_IROTH|S_IXGRP|S_IWGRP|S_IRGRP|S_IXUSR|"
	              "S_IWUSR|S_IRUSR|S_ISVTX)" },
	{ .call = BW_CALL_FCHMODAT2,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, 0644, AT_SYMLINK_NOFOLLOW },
	  .text = { [1] = "/x" },
	  .expected = "ID=fchmodat2 nativeID=<NA> res=0 dirfd=-100(AT_FDCWD) filename=/x "
	              "mode=0644(S_IROTH|S_IRGRP|S_IWUSR|S_IRUSR) flags=256(AT_SYMLINK_NOFOLLOW)" },
	{ .call = BW_CALL_CHOWN, .args = { 0x7f00, 33, 0 }, .text = { [0] = "/x" },
	  .expected = "res=0 path=/x uid=33 gid=0" },
	{ .call = BW_CALL_FCHOWN, .args = { 3, 0, 4294967295 }, .fd = A_FILE, .num = 3,
	  .expected = "res=0 fd=3(<f>/etc/passwd) uid=0 gid=4294967295" },
	{ .call = BW_CALL_LCHOWN, .ret = -EPERM, .args = { 0x7f00, 0, 0 }, .text = { [0] = "x" },
	  .base = { [0] = "/tmp" },
	  .expected = "res=-1(EPERM) path=x(/tmp/x) uid=0 gid=0" },
	{ .call = BW_CALL_FCHOWNAT,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, 33, 33, AT_SYMLINK_NOFOLLOW },
	  .text = { [1] = "/x" },
	  .expected = "res=0 dirfd=-100(AT_FDCWD) pathname=/x uid=33 gid=33 "
	              "flags=256(AT_SYMLINK_NOFOLLOW)" },
	{ .call = BW_CALL_TRUNCATE, .args = { 0x7f00, 4096 }, .text = { [0] = "/x" },
	  .expected = "ID=truncate nativeID=<NA> res=0 path=/x length=4096" },
	{ .call = BW_CALL_FTRUNCATE, .args = { 3, 0 }, .fd = A_FILE, .num = 3,
	  .expected = "ID=ftruncate nativeID=<NA> res=0 fd=3(<f>/etc/passwd) length=0" },
	{ .call = BW_CALL_MKNOD, .args = { 0x7f00, S_IFBLK | 0600, 0x801 },
	  .text = { [0] = "/dev/x" },
	  .expected = "res=0 path=/dev/x mode=060600(S_IWUSR|S_IRUSR|S_IFBLK) dev=8388609" },
	{ .call = BW_CALL_MKNOD, .args = { 0x7f00, 0644, 0 }, .text = { [0] = "/x" },
	  .expected = "res=0 path=/x mode=0100644(S_IROTH|S_IRGRP|S_IWUSR|S_IRUSR|S_IFREG) dev=0" },
	{ .call = BW_CALL_MKNODAT, .ret = -EPERM,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, S_IFCHR | 0666, 0x10010345 },
	  .text = { [1] = "null" }, .base = { [0] = "/dev" },
	  .expected = "res=-1(EPERM) dirfd=-100(AT_FDCWD) path=null(/dev/null) "
	              "mode=020666(S_IWOTH|S_IROTH|S_IWGRP|S_IRGRP|S_IWUSR|S_IRUSR|S_IFCHR) "
	              "dev=271646789" },
	{ .call = BW_CALL_SETXATTR, .args = { 0x7f00, 0x7f10, 0x7f20, 3, 1 },
	  .text = { [0] = "/x", [1] = "security.capability", [2] = "abc" },
	  .expected = "ID=setxattr nativeID=<NA> res=0 path=/x name=security.capability "
	              "value=abc size=3 flags=1(XATTR_CREATE)" },
	{ .call = BW_CALL_LSETXATTR, .args = { 0x7f00, 0x7f10, 0x7f20, 3, 2 },
	  .text = { [0] = "/x", [1] = "user.a", [2] = "abc" },
	  .expected = "ID=lsetxattr nativeID=<NA> res=0 path=/x name=user.a value=abc size=3 "
	              "flags=2(XATTR_REPLACE)" },
	{ .call = BW_CALL_FSETXATTR, .ret = -ENOTSUP, .args = { 3, 0x7f10, 0x7f20, 3, 0 },
	  .text = { [1] = "user.a", [2] = "abc" }, .fd = A_FILE, .num = 3,
	  .expected = "ID=fsetxattr nativeID=<NA> res=-95(EOPNOTSUPP) fd=3(<f>/etc/passwd) "
	              "name=user.a value=abc size=3 flags=0" },
	{ .call = BW_CALL_SETXATTRAT,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, AT_SYMLINK_NOFOLLOW, 0x7f10, 0x7f20, 16 },
	  .text = { [1] = "/x", [3] = "user.a" },
	  .expected = "ID=setxattrat nativeID=<NA> res=0 dirfd=-100(AT_FDCWD) path=/x "
	              "at_flags=256(AT_SYMLINK_NOFOLLOW) name=user.a" },
	{ .call = BW_CALL_UTIMENSAT, .args = { 3, 0, 0x7f10, 0 }, .fd = A_FILE, .num = 3,
	  .expected = "ID=utimensat nativeID=<NA> res=0 dirfd=3(<f>/etc/passwd) "
	              "path=(/etc/passwd) flags=0" },
	{ .call = BW_CALL_MOUNT,
	  .args = { 0x7f00, 0x7f10, 0x7f20, 0xc0ed0000 | MS_RDONLY | MS_BIND, 0x7f30 },
	  .text = { [0] = "/dev/sda1", [1] = "mnt", [2] = "ext4", [4] = "ro" },
	  .base = { [0] = "/" },
	  .expected = "res=0 dev=/dev/sda1 dir=mnt(/mnt) type=ext4 flags=4097(RDONLY|BIND) "
	              "options=ro" },
	{ .call = BW_CALL_MOUNT, .ret = -EPERM, .args = { 0, 0x7f10, 0, MS_REMOUNT, 0 },
	  .text = { [1] = "/mnt" },
	  .expected = "res=-1(EPERM) dev=<NA> dir=/mnt type=<NA> flags=32(REMOUNT) options=<NA>" },
	{ .call = BW_CALL_UMOUNT, .args = { 0x7f00 }, .text = { [0] = "/mnt" },
	  .expected = "res=0 name=/mnt" },
	{ .call = BW_CALL_UMOUNT2, .args = { 0x7f00, MNT_DETACH | 8 }, .text = { [0] = "mnt" },
	  .base = { [0] = "/" },
	  .expected = "res=0 name=mnt(/mnt) flags=10(DETACH|NOFOLLOW)" },
	{ .call = BW_CALL_OPEN_TREE, .ret = 5, .args = { (uint64_t)AT_FDCWD, 0x7f00, 1 },
	  .text = { [1] = "/srv" }, .fd = A_MADE_FILE, .num = 5,
	  .expected = "ID=open_tree nativeID=<NA> fd=5(<f>/made) dirfd=-100(AT_FDCWD) path=/srv "
	              "flags=1(OPEN_TREE_CLONE)" },
	{ .call = BW_CALL_MOVE_MOUNT, .args = { 5, 0x7f00, (uint64_t)AT_FDCWD, 0x7f10, 4 },
	  .text = { [1] = "", [3] = "/mnt" },
	  .expected = "ID=move_mount nativeID=<NA> res=0 olddirfd=5 oldpath= "
	              "newdirfd=-100(AT_FDCWD) newpath=/mnt flags=4(MOVE_MOUNT_F_EMPTY_PATH)" },
	{ .call = BW_CALL_FSOPEN, .ret = 5, .args = { 0x7f00, 1 }, .text = { [0] = "tmpfs" },
	  .fd = A_MADE_FILE, .num = 5,
	  .expected = "ID=fsopen nativeID=<NA> fd=5(<f>/made) type=tmpfs flags=1" },
	{ .call = BW_CALL_FSCONFIG, .args = { 5, 1, 0x7f00, 0x7f10, 0 },
	  .text = { [2] = "source", [3] = "/dev/sda1" }, .fd = A_FILE, .num = 5,
	  .expected = "res=0 fd=5(<f>/etc/passwd) cmd=1(FSCONFIG_SET_STRING) key=source "
	              "value_bytebuf=NULL value_charbuf=/dev/sda1 aux=0" },
	{ .call = BW_CALL_FSCONFIG, .args = { 5, 2, 0x7f00, 0x7f10, 3 },
	  .text = { [2] = "key", [3] = "abc" }, .fd = A_FILE, .num = 5,
	  .expected = "res=0 fd=5(<f>/etc/passwd) cmd=2(FSCONFIG_SET_BINARY) key=key "
	              "value_bytebuf=abc value_charbuf=<NA> aux=3" },
	{ .call = BW_CALL_FSCONFIG, .ret = -EINVAL, .args = { 5, 6, 0, 0, 0 }, .fd = A_FILE,
	  .num = 5,
	  .expected = "res=-22(EINVAL) fd=5(<f>/etc/passwd) cmd=6(FSCONFIG_CMD_CREATE) key=<NA> "
	              "value_bytebuf=NULL value_charbuf=<NA> aux=0" },
	{ .call = BW_CALL_FSMOUNT, .ret = 6, .args = { 5, 1, 4 }, .fd = A_MADE_FILE, .num = 6,
	  .expected = "ID=fsmount nativeID=<NA> fd=6(<f>/made) fs_fd=5 flags=1 "
	              "attr_flags=4(MOUNT_ATTR_NODEV)" },
	{ .call = BW_CALL_FSPICK, .ret = 5, .args = { (uint64_t)AT_FDCWD, 0x7f00, 0 },
	  .text = { [1] = "/mnt" }, .fd = A_MADE_FILE, .num = 5,
	  .expected = "ID=fspick nativeID=<NA> fd=5(<f>/made) dirfd=-100(AT_FDCWD) path=/mnt "
	              "flags=0" },
	{ .call = BW_CALL_MOUNT_SETATTR,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, 0x8000, 0x7f10, 32 },
	  .text = { [1] = "/mnt", [3] = "x" },
	  .expected = "ID=mount_setattr nativeID=<NA> res=0 dirfd=-100(AT_FDCWD) path=/mnt "
	              "flags=32768(AT_RECURSIVE)" },
	{ .call = BW_CALL_OPEN_TREE_ATTR, .ret = 5,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, 1, 0x7f10, 32 }, .text = { [1] = "/mnt" },
	  .fd = A_MADE_FILE, .num = 5,
	  .expected = "ID=open_tree_attr nativeID=<NA> fd=5(<f>/made) dirfd=-100(AT_FDCWD) "
	              "path=/mnt flags=1(OPEN_TREE_CLONE)" },
	{ .call = BW_CALL_CHROOT, .args = { 0x7f00 }, .text = { [0] = "jail" },
	  .base = { [0] = "/srv" },
	  .expected = "res=0 path=jail(/srv/jail)" },
	{ .call = BW_CALL_PIVOT_ROOT, .args = { 0x7f00, 0x7f10 },
	  .text = { [0] = ".", [1] = "old" }, .base = { [0] = "/new", [1] = "/new" },
	  .expected = "ID=pivot_root nativeID=<NA> res=0 newpath=.(/new) oldpath=old(/new/old)" },
	{ .call = BW_CALL_SETNS, .args = { 3, CLONE_NEWNET }, .fd = A_FILE, .num = 3,
	  .expected = "res=0 fd=3(<f>/etc/passwd) nstype=16(CLONE_NEWNET)" },
	{ .call = BW_CALL_SETNS, .ret = -EPERM, .args = { 3, 0 }, .fd = A_FILE, .num = 3,
	  .expected = "res=-1(EPERM) fd=3(<f>/etc/passwd) nstype=0" },
	{ .call = BW_CALL_UNSHARE, .args = { CLONE_NEWUSER | CLONE_NEWNS },
	  .expected = "res=0 flags=1048608(CLONE_NEWNS|CLONE_NEWUSER)" },
	{ .call = BW_CALL_UNSHARE, .args = { 0x80 },
	  .expected = "res=0 flags=0(CLONE_NEWTIME)" },
	{ .call = BW_CALL_PTRACE, .args = { PTRACE_ATTACH, 200, 0, 0 },
	  .expected = "res=0 addr=0 data=0 request=11(PTRACE_ATTACH) pid=200(nginx)" },
	{ .call = BW_CALL_PTRACE, .args = { PTRACE_POKEDATA, 200, 0x7fff0010, 0xcafe },
	  .expected = "res=0 addr=7FFF0010 data=CAFE request=6(PTRACE_POKEDATA) pid=200(nginx)" },
	{ .call = BW_CALL_PTRACE, .args = { PTRACE_DETACH, 200, 0, 19 },
	  .expected = "res=0 addr=0 data=19(SIGSTOP) request=12(PTRACE_DETACH) pid=200(nginx)" },
	{ .call = BW_CALL_PTRACE, .ret = 7, .args = { PTRACE_PEEKDATA, 200, 0x10, 0x7f00 },
	  .expected = "res=7 addr=10 data=<NA> request=3(PTRACE_PEEKDATA) pid=200(nginx)" },
	{ .call = BW_CALL_PTRACE, .ret = -ESRCH, .args = { 12345, 4242, 0, 0 },
	  .expected = "res=-3(ESRCH) addr=0 data=0 request=0(PTRACE_UNKNOWN) pid=4242" },
	/* A long: no request, whatever its lower half looks like. */
	{ .call = BW_CALL_PTRACE, .ret = -ESRCH, .args = { BESIDE(PTRACE_ATTACH), BESIDE(200), 0, 0 },
	  .expected = "res=-3(ESRCH) addr=0 data=0 request=0(PTRACE_UNKNOWN) pid=200(nginx)" },
	{ .call = BW_CALL_PROCESS_VM_READV, .ret = 8, .args = { 200, 0x7f00, 1, 0x7f10, 1, 0 },
	  .expected = "res=8 pid=200(nginx) data=<NA>" },
	{ .call = BW_CALL_PROCESS_VM_WRITEV, .ret = -EPERM,
	  .args = { 200, 0x7f00, 1, 0x7f10, 1, 0 },
	  .expected = "res=-1 pid=200(nginx) data=<NA>" },
	{ .call = BW_CALL_PIDFD_OPEN, .ret = 5, .args = { 200, O_NONBLOCK }, .fd = A_PIDFD,
	  .num = 5,
	  .expected = "fd=5(<P>) pid=200(nginx) flags=1(PIDFD_NONBLOCK)" },
	{ .call = BW_CALL_PIDFD_OPEN, .ret = -EINVAL, .args = { (uint64_t)-1, O_EXCL },
	  .expected = "fd=-22(EINVAL) pid=-1 flags=0(PIDFD_THREAD)" },
	{ .call = BW_CALL_PIDFD_GETFD, .ret = 6, .args = { 5, 3, 0 }, .fd = A_MADE_FILE,
	  .num = 6,
	  .expected = "fd=6(<f>/made) pid_fd=5 target_fd=3 flags=0" },
	{ .call = BW_CALL_PIDFD_GETFD, .ret = -EPERM, .args = { 5, 3, 0 },
	  .expected = "fd=-1(EPERM) pid_fd=5 target_fd=3 flags=0" },
	{ .call = BW_CALL_KILL, .args = { 200, 9 },
	  .expected = "res=0 pid=200(nginx) sig=9(SIGKILL)" },
	{ .call = BW_CALL_KILL, .ret = -ESRCH, .args = { (uint64_t)-1, 0 },
	  .expected = "res=-3(ESRCH) pid=-1 sig=0" },
	{ .call = BW_CALL_KILL, .args = { BESIDE(200), BESIDE(9) },
	  .expected = "res=0 pid=200(nginx) sig=9(SIGKILL)" },
	{ .call = BW_CALL_TKILL, .args = { 300, SIGTERM },
	  .expected = "res=0 tid=300(sh) sig=15(SIGTERM)" },
	{ .call = BW_CALL_TGKILL, .args = { 200, 201, SIGSTOP },
	  .expected = "res=0 pid=200(nginx) tid=201 sig=19(SIGSTOP)" },
	{ .call = BW_CALL_RT_SIGQUEUEINFO, .args = { 200, 10, 0x7f00 },
	  .expected = "ID=rt_sigqueueinfo nativeID=<NA> res=0 pid=200(nginx) sig=10(SIGUSR1)" },
	{ .call = BW_CALL_RT_TGSIGQUEUEINFO, .args = { 200, 200, 10, 0x7f00 },
	  .expected = "ID=rt_tgsigqueueinfo nativeID=<NA> res=0 pid=200(nginx) tid=200(nginx) "
	              "sig=10(SIGUSR1)" },
	{ .call = BW_CALL_PIDFD_SEND_SIGNAL, .args = { 5, 9, 0, 0 }, .fd = A_PIDFD, .num = 5,
	  .expected = "ID=pidfd_send_signal nativeID=<NA> res=0 pid_fd=5(<P>) sig=9(SIGKILL) "
	              "flags=0" },
	{ .call = BW_CALL_PRCTL, .args = { PR_SET_NAME, 0x7f00, 0, 0, 0 },
	  .expected = "res=0 option=15(PR_SET_NAME) arg2_str=sh arg2_int=<NA>" },
	{ .call = BW_CALL_PRCTL, .args = { PR_SET_KEEPCAPS, 1, 0, 0, 0 },
	  .expected = "res=0 option=8(PR_SET_KEEPCAPS) arg2_str=<NA> arg2_int=1" },
	{ .call = BW_CALL_PRCTL, .ret = -EFAULT, .args = { PR_SET_NAME, 1, 0, 0, 0 },
	  .expected = "res=-14(EFAULT) option=15(PR_SET_NAME) arg2_str=<NA> arg2_int=<NA>" },
	{ .call = BW_CALL_PRCTL, .args = { PR_GET_CHILD_SUBREAPER, 0x7f00, 0, 0, 0 },
	  .expected = "res=0 option=37(PR_GET_CHILD_SUBREAPER) arg2_str=<NA> arg2_int=<NA>" },
	{ .call = BW_CALL_PRCTL, .args = { BESIDE(PR_SET_KEEPCAPS), 1, 0, 0, 0 },
	  .expected = "res=0 option=8(PR_SET_KEEPCAPS) arg2_str=<NA> arg2_int=1" },
	{ .call = BW_CALL_SECCOMP, .args = { 1, 0x21, 0x7f00 },
	  .expected = "res=0 op=1 flags=21" },
	{ .call = BW_CALL_SECCOMP, .args = { BESIDE(1), BESIDE(0x21), 0x7f00 },
	  .expected = "res=0 op=1 flags=21" },
	{ .call = BW_CALL_SETSID, .ret = 300,
	  .expected = "res=300(sh)" },
	{ .call = BW_CALL_SETSID, .ret = -EPERM,
	  .expected = "res=-1" },
	{ .call = BW_CALL_SETPGID, .args = { 0, 200 },
	  .expected = "res=0 pid=0 pgid=200(nginx)" },
	{ .call = BW_CALL_PERSONALITY, .args = { 0x40000 },
	  .expected = "ID=personality nativeID=<NA> res=0 persona=40000" },
	{ .call = BW_CALL_KEYCTL, .ret = 5, .args = { 1, 0, 0, 0, 0 },
	  .expected = "ID=keyctl nativeID=<NA> res=5 cmd=1(KEYCTL_JOIN_SESSION_KEYRING) "
	              "arg2_int=0" },
	{ .call = BW_CALL_ADD_KEY, .ret = 77,
	  .args = { 0x7f00, 0x7f10, 0x7f20, 4, (uint64_t)-3 },
	  .text = { [0] = "user", [1] = "mykey" },
	  .expected = "ID=add_key nativeID=<NA> res=77 type=user desc=mykey keyring=-3" },
	{ .call = BW_CALL_REQUEST_KEY, .ret = -ENOKEY,
	  .args = { 0x7f00, 0x7f10, 0, (uint64_t)-4 }, .text = { [0] = "user", [1] = "mykey" },
	  .expected = "ID=request_key nativeID=<NA> res=-126(ENOKEY) type=user desc=mykey "
	              "info=<NA> keyring=-4" },
	{ .call = BW_CALL_MEMFD_CREATE, .ret = 5, .args = { 0x7f00, 1 | 8 },
	  .text = { [0] = "code" }, .fd = A_MEMFD, .num = 5,
	  .expected = "fd=5(<m>/memfd:code) name=code flags=1(MFD_CLOEXEC|MFD_NOEXEC_SEAL)" },
	{ .call = BW_CALL_MEMFD_SECRET, .ret = 5, .args = { O_CLOEXEC }, .fd = A_MADE_FILE,
	  .num = 5,
	  .expected = "ID=memfd_secret nativeID=<NA> fd=5(<f>/made) flags=4096(O_CLOEXEC)" },
	{ .call = BW_CALL_MMAP, .ret = 0x7f1200000000,
	  .args = { 0, 8192, PROT_READ | PROT_EXEC, MAP_PRIVATE | MAP_DENYWRITE, 3, 4096 },
	  .fd = A_FILE, .num = 3,
	  .expected = "res=139715286138880 vm_size=<NA> vm_rss=<NA> vm_swap=<NA> addr=0 "
	              "length=8192 prot=5(PROT_READ|PROT_EXEC) "
	              "flags=1026(MAP_PRIVATE|MAP_DENYWRITE) fd=3(<f>/etc/passwd) offset=4096" },
	{ .call = BW_CALL_MMAP, .ret = -ENOMEM,
	  .args = { 0, 4096, PROT_WRITE | PROT_EXEC, MAP_PRIVATE | MAP_ANON | MAP_FIXED, (uint64_t)-1, 0 },
	  .expected = "res=-12(ENOMEM) vm_size=<NA> vm_rss=<NA> vm_swap=<NA> addr=0 length=4096 "
	              "prot=6(PROT_WRITE|PROT_EXEC) "
	              "flags=14(MAP_PRIVATE|MAP_FIXED|MAP_ANONYMOUS) fd=-1 offset=0" },
	{ .call = BW_CALL_MPROTECT, .args = { 0x7f1200000000, 4096, PROT_EXEC },
	  .expected = "res=0 addr=7F1200000000 length=4096 prot=4(PROT_EXEC)" },
	{ .call = BW_CALL_MPROTECT, .ret = -EACCES,
	  .args = { 0x1000, 4096, PROT_EXEC | PROT_GROWSDOWN },
	  .expected = "res=-13(EACCES) addr=1000 length=4096 prot=20(PROT_EXEC|PROT_GROWSDOWN)" },
	{ .call = BW_CALL_PKEY_MPROTECT, .args = { 0x1000, 4096, PROT_EXEC, 1 },
	  .expected = "ID=pkey_mprotect nativeID=<NA> res=0 addr=1000 length=4096 "
	              "prot=4(PROT_EXEC) pkey=1" },
	{ .call = BW_CALL_USERFAULTFD, .ret = 5, .args = { O_CLOEXEC | 1 }, .fd = A_MADE_FILE,
	  .num = 5,
	  .expected = "res=5 flags=524289(O_CLOEXEC|UFFD_USER_MODE_ONLY)" },
	{ .call = BW_CALL_USERFAULTFD, .ret = -EPERM, .args = { 0 },
	  .expected = "res=-1(EPERM) flags=0(O_NONE)" },
	{ .call = BW_CALL_BPF, .ret = 5, .args = { BPF_PROG_LOAD, 0x7f00, 120 },
	  .expected = "fd=5 cmd=5(BPF_PROG_LOAD)" },
	{ .call = BW_CALL_BPF, .ret = 5, .args = { BESIDE(BPF_MAP_GET_FD_BY_ID), 0x7f00, 16 },
	  .expected = "fd=5 cmd=14(BPF_MAP_GET_FD_BY_ID)" },
	{ .call = BW_CALL_BPF, .ret = -EPERM, .args = { BPF_OBJ_GET, 0x7f00, 16 },
	  .expected = "fd=-1(EPERM) cmd=7(BPF_OBJ_GET)" },
	{ .call = BW_CALL_PERF_EVENT_OPEN, .ret = 5,
	  .args = { 0x7f00, (uint64_t)-1, 0, (uint64_t)-1, 8 }, .fd = A_MADE_FILE, .num = 5,
	  .expected = "ID=perf_event_open nativeID=<NA> fd=5(<f>/made) pid=-1 cpu=0 group_fd=-1 "
	              "flags=8" },
	{ .call = BW_CALL_PERF_EVENT_OPEN, .ret = -EINVAL,
	  .args = { 0x7f00, BESIDE(200), BESIDE(0), (uint64_t)-1, BESIDE(8) },
	  .expected = "ID=perf_event_open nativeID=<NA> fd=-22(EINVAL) pid=200(nginx) cpu=0 "
	              "group_fd=-1 flags=100000008" },
	{ .call = BW_CALL_IO_URING_SETUP, .ret = 5, .args = { 8, 0x7f00 }, .fd = A_MADE_FILE,
	  .num = 5,
	  .expected = "res=5 entries=8 sq_entries=<NA> cq_entries=<NA> flags=<NA> "
	              "sq_thread_cpu=<NA> sq_thread_idle=<NA> features=<NA>" },
	{ .call = BW_CALL_IO_URING_ENTER, .ret = 1, .args = { 5, 1, 0, 1, 0, 0 }, .fd = A_FILE,
	  .num = 5,
	  .expected = "res=1 fd=5(<f>/etc/passwd) to_submit=1 min_complete=0 "
	              "flags=1(IORING_ENTER_GETEVENTS) sig=<NA>" },
	{ .call = BW_CALL_IO_URING_REGISTER, .args = { 5, 2, 0x7f00, 1 }, .fd = A_FILE, .num = 5,
	  .expected = "res=0 fd=5(<f>/etc/passwd) opcode=2(IORING_REGISTER_FILES) arg=7F00 "
	              "nr_args=1" },
	{ .call = BW_CALL_IO_SUBMIT, .ret = 1, .args = { 0x7f00, 1, 0x7f10 },
	  .expected = "ID=io_submit nativeID=<NA> res=1 nr_args=1" },
	{ .call = BW_CALL_INIT_MODULE, .args = { 0x7f00, 3000, 0x7f10 },
	  .text = { [0] = "\x7f" "ELF", [2] = "debug=1" }, .data_bytes = 3000,
	  .expected = "res=0 img=.ELF length=3000 uargs=debug=1" },
	{ .call = BW_CALL_FINIT_MODULE, .ret = -EPERM, .args = { 3, 0x7f10, 2 | 4 },
	  .text = { [1] = "" }, .fd = A_FILE, .num = 3,
	  .expected = "res=-1(EPERM) fd=3(<f>/etc/passwd) uargs= "
	              "flags=6(MODULE_INIT_IGNORE_VERMAGIC|MODULE_INIT_COMPRESSED_FILE)" },
	{ .call = BW_CALL_DELETE_MODULE, .args = { 0x7f00, O_NONBLOCK | O_TRUNC },
	  .text = { [0] = "dummy" },
	  .expected = "res=0 name=dummy flags=3(O_NONBLOCK|O_TRUNC)" },
	{ .call = BW_CALL_KEXEC_LOAD, .ret = -EPERM, .args = { 0x1000, 2, 0x7f00, 0 },
	  .expected = "ID=kexec_load nativeID=<NA> res=-1(EPERM) entry=1000 nr_segments=2 flags=0" },
	{ .call = BW_CALL_KEXEC_FILE_LOAD, .args = { 3, 4, 5, 0x7f00, 4 },
	  .text = { [3] = "quiet" }, .fd = A_FILE, .num = 3,
	  .expected = "ID=kexec_file_load nativeID=<NA> res=0 fd=3(<f>/etc/passwd) initrd_fd=4 "
	              "cmdline=quiet flags=4(KEXEC_FILE_NO_INITRAMFS)" },
	{ .call = BW_CALL_REBOOT, .args = { 0xfee1dead, 0x28121969, 0x4321fedc, 0 },
	  .expected = "ID=reboot nativeID=<NA> res=0 cmd=1126301404(LINUX_REBOOT_CMD_POWER_OFF)" },
	{ .call = BW_CALL_ACCT, .args = { 0x7f00 }, .text = { [0] = "/var/log/pacct" },
	  .expected = "ID=acct nativeID=<NA> res=0 path=/var/log/pacct" },
	{ .call = BW_CALL_SETHOSTNAME, .args = { 0x7f00, 3 }, .text = { [0] = "web" },
	  .data_bytes = 3,
	  .expected = "ID=sethostname nativeID=<NA> res=0 name=web" },
	{ .call = BW_CALL_SETDOMAINNAME, .args = { 0x7f00, 5 }, .text = { [0] = "local" },
	  .data_bytes = 5,
	  .expected = "ID=setdomainname nativeID=<NA> res=0 name=local" },
	{ .call = BW_CALL_IOPL, .ret = -EPERM, .args = { 3 },
	  .expected = "ID=iopl nativeID=<NA> res=-1(EPERM) level=3" },
	{ .call = BW_CALL_IOPERM, .args = { 0x60, 5, 1 },
	  .expected = "ID=ioperm nativeID=<NA> res=0 from=96 num=5 turn_on=1" },
	{ .call = BW_CALL_NAME_TO_HANDLE_AT,
	  .args = { (uint64_t)AT_FDCWD, 0x7f00, 0x7f10, 0x7f20, 0 }, .text = { [1] = "/x" },
	  .expected = "ID=name_to_handle_at nativeID=<NA> res=0 dirfd=-100(AT_FDCWD) path=/x "
	              "flags=0" },
	{ .call = BW_CALL_FANOTIFY_INIT, .ret = 5, .args = { 0x10, 0 }, .fd = A_MADE_FILE,
	  .num = 5,
	  .expected = "ID=fanotify_init nativeID=<NA> fd=5(<f>/made) flags=10 event_f_flags=0" },
};
/* clang-format on */

#define N_CASES (sizeof(cases) / sizeof(cases[0]))

static void fill_call(struct fixture_event *event, const struct call_case *given)
{
	fixture_begin(event, BW_EVENT_CALL, given->call, "sh");
	event->hdr.ret = given->ret;
	memcpy(event->syscall.args, given->args, sizeof(given->args));
	event->syscall.data_bytes = given->data_bytes;
	event->syscall.fd = descriptors[given->fd].fd;
	if (given->fd != NO_DESCRIPTOR)
		event->syscall.fd.num = given->num;
	if (descriptors[given->fd].path)
		event->syscall.fd.path = fixture_add(event, descriptors[given->fd].path);
	for (size_t i = 0; i < BW_ARGS_MAX; i++) {
		size_t len = given->text_len;

		if (given->text[i])
			event->syscall.text[i] = fixture_add_bytes(
				event, given->text[i], len ? len : strlen(given->text[i]));
	}
	for (size_t i = 0; i < BW_BASES_MAX; i++) {
		if (given->base[i])
			event->syscall.base[i] = fixture_add(event, given->base[i]);
	}
}

static void arguments_are_falcos(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < N_CASES; i++) {
		fill_call(&fixture->event, &cases[i]);
		fixture_use(fixture, &fixture->event);
		fixture_check(fixture, &(struct expected){ "evt.args", cases[i].expected });
		fixture_check(fixture,
			      &(struct expected){ "evt.type", record_call_name(cases[i].call) });
		arena_reset(fixture->arena);
	}
}

/* A new call needs a row here. */
static void every_call_has_a_case(void **state)
{
	size_t n_args;

	(void)state;
	for (unsigned int call = BW_CALL_DUP; call < BW_CALL_MAX; call++) {
		bool is_there = false;

		for (size_t i = 0; i < N_CASES; i++)
			is_there = is_there || cases[i].call == call;
		if (!is_there)
			fail_msg("no case for %s", record_call_name((uint16_t)call));
		if (!args_of_call((uint16_t)call, &n_args))
			fail_msg("no arguments of %s", record_call_name((uint16_t)call));
	}
}

static bool has_plain_result(uint16_t call)
{
	return call == BW_CALL_SETSID || call == BW_CALL_PROCESS_VM_READV ||
	       call == BW_CALL_PROCESS_VM_WRITEV;
}

/* Whatever the result is when a call succeeds, refused it is an error by its name. */
static void results_of_refused_calls_are_errors(void **state)
{
	struct fixture *fixture = *state;

	for (size_t i = 0; i < N_CASES; i++) {
		struct call_case refused = cases[i];
		size_t n_args;
		const struct arg *args = args_of_call(refused.call, &n_args);
		bool is_generic = strcmp(args[0].name, "ID") == 0;
		struct expected result = { is_generic ? "evt.arg[2]" : "evt.arg[0]", "EPERM" };

		if (has_plain_result(refused.call))
			result.text = "-1";
		refused.ret = -EPERM;
		if (descriptors[refused.fd].fd.flags & BW_FD_RESULT)
			refused.fd = NO_DESCRIPTOR;
		fill_call(&fixture->event, &refused);
		fixture_use(fixture, &fixture->event);
		fixture_check(fixture, &result);
		CHECK(fixture, { "evt.res", "EPERM" }, { "evt.rawres", "-1" },
		      { "evt.failed", "true" }, { "evt.count.error", "1" });
		arena_reset(fixture->arena);
	}
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		FIXTURE_TEST(arguments_are_falcos),
		FIXTURE_TEST(every_call_has_a_case),
		FIXTURE_TEST(results_of_refused_calls_are_errors),
	};

	return cmocka_run_group_tests_name("fields/calls", tests, NULL, NULL);
}
