// SPDX-License-Identifier: Apache-2.0
#include "fields/fd.h"

#include <errno.h>
#include <linux/magic.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <stdio.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fields/names.h"

#define PIDFS_MAGIC    0x50494446 /* pid file descriptors, from Linux 6.9 on */
#define EPHEMERAL_PORT 32768 /* the lowest that the kernel gives out by default */

static const char *text(const struct event_view *view, struct bw_str str)
{
	return record_str(view->rec, str).s;
}

static void from_open(const struct event_view *view, struct fd_view *out)
{
	const struct bw_open *open = view->rec->open;
	/* An operation of io_uring may be told before there is a file. */
	bool is_open = open->hdr.ret >= 0 && open->file.mode;

	out->num = open->hdr.ret >= 0 ? open->hdr.ret : -1;
	out->given = text(view, open->given);
	out->is_claim = !is_open;
	out->is_pending = open->hdr.flags & BW_F_PENDING && !is_open;
	out->file = is_open ? &open->file : NULL;
	out->is_changed = true;
	out->path = is_open ? text(view, open->path) :
			      names_path(view->scratch, text(view, open->base), out->given);
	if (!out->path)
		out->path = "";
}

/* Multipath TCP is TCP to everybody but the kernel. */
static uint16_t transport(uint16_t protocol)
{
	return protocol == IPPROTO_MPTCP ? IPPROTO_TCP : protocol;
}

static void from_connect(const struct event_view *view, struct fd_view *out)
{
	const struct bw_connect *connect = view->rec->connect;

	out->num = connect->fd;
	out->local = &connect->local;
	out->remote = &connect->remote;
	out->family = connect->family;
	out->sock_type = connect->sock_type;
	out->protocol = transport(connect->protocol);
	out->is_connected = connect->hdr.ret >= 0 || connect->hdr.ret == -EINPROGRESS;
	out->is_changed = out->is_connected;
	out->path = text(view, connect->path);
	out->given = text(view, connect->given);
	if (!*out->path)
		out->path = out->given;
}

/*
 * Who of a socket's ends is the server.  Only accept tells for sure; a datagram that
 * came from a port of those given out to clients, to one that is not, is a request.
 * What is sent never makes a server: the choice of a port must hide no destination.
 */
static bool is_server(const struct bw_syscall *call)
{
	const struct bw_fd *fd = &call->fd;

	switch (call->hdr.call) {
	case BW_CALL_ACCEPT:
	case BW_CALL_ACCEPT4:
	case BW_CALL_BIND:
	case BW_CALL_LISTEN:
		return true;
	case BW_CALL_RECVFROM:
	case BW_CALL_RECVMSG:
	case BW_CALL_RECVMMSG:
		return fd->remote.family && fd->local.port < EPHEMERAL_PORT &&
		       fd->remote.port >= EPHEMERAL_PORT;
	default:
		return fd->sock_state == TCP_LISTEN;
	}
}

static bool is_accepted(const struct bw_hdr *hdr)
{
	return (hdr->call == BW_CALL_ACCEPT || hdr->call == BW_CALL_ACCEPT4) && hdr->ret >= 0;
}

/* The path that the caller gave for its own end or its peer's. */
static const char *given_path(const struct event_view *view)
{
	const struct bw_syscall *call = view->rec->syscall;

	switch (call->hdr.call) {
	case BW_CALL_BIND:
		return text(view, call->text[1]);
	case BW_CALL_SENDTO:
	case BW_CALL_RECVFROM:
		return text(view, call->text[4]);
	default:
		return "";
	}
}

static bool from_call(const struct event_view *view, struct fd_view *out)
{
	const struct bw_syscall *call = view->rec->syscall;
	const struct bw_fd *fd = &call->fd;

	if (fd->num < 0 && !fd->file.mode)
		return false;
	out->num = fd->num;
	out->file = fd->file.mode ? &fd->file : NULL;
	out->path = text(view, fd->path);
	out->is_changed = fd->flags & (BW_FD_CHANGED | BW_FD_RESULT);
	if (!(fd->flags & BW_FD_SOCKET)) {
		out->given = out->path;
		return true;
	}
	out->local = &fd->local;
	out->remote = &fd->remote;
	out->family = fd->family;
	out->sock_type = fd->sock_type;
	out->protocol = transport(fd->protocol);
	/* The socket itself knows no peer of single datagrams, and no name that was refused. */
	if (fd->family == AF_UNIX && !*out->path)
		out->path = given_path(view);
	out->is_server = is_server(call);
	out->is_bound = out->is_server && !fd->remote.family;
	out->is_connected = is_accepted(&call->hdr) || fd->sock_state == TCP_ESTABLISHED ||
			    fd->sock_state == TCP_SYN_SENT || fd->sock_state == TCP_SYN_RECV;
	return true;
}

bool fd_view(const struct event_view *view, struct fd_view *out)
{
	*out = (struct fd_view){ .num = -1, .path = "", .given = "" };
	switch (view->rec->hdr->type) {
	case BW_EVENT_OPEN:
		from_open(view, out);
		return true;
	case BW_EVENT_CONNECT:
		from_connect(view, out);
		return true;
	case BW_EVENT_CALL:
		return from_call(view, out);
	default:
		return false;
	}
}

/* Files without a name in any file system, by what the kernel calls them. */
static const struct {
	const char *part;
	const char *type;
} anonymous[] = {
	{ "[eventpoll]", "eventpoll" },
	{ "[eventfd]", "event" },
	{ "[signalfd]", "signalfd" },
	{ "inotify", "inotify" },
	{ "[timerfd]", "timerfd" },
	{ "bpf", "bpf" },
	{ "btf", "bpf" },
	{ "[userfaultfd]", "userfaultfd" },
	{ "[io_uring]", "io_uring" },
	{ "[pidfd]", "pidfd" },
};

static const char *file_type(const struct fd_view *fd)
{
	const struct bw_file *file = fd->file;

	if (file->flags & BW_FILE_MEMFD)
		return "memfd";
	if (file->fs_magic == PIDFS_MAGIC)
		return "pidfd";
	if (file->fs_magic == ANON_INODE_FS_MAGIC) {
		for (size_t i = 0; i < sizeof(anonymous) / sizeof(anonymous[0]); i++) {
			if (strstr(fd->path, anonymous[i].part))
				return anonymous[i].type;
		}
		return NULL;
	}
	if (S_ISFIFO(file->mode))
		return "pipe";
	return S_ISDIR(file->mode) ? "directory" : "file";
}

/* IPv4 mapped into an IPv6 socket is IPv4. */
static const char *socket_type(const struct fd_view *fd)
{
	struct value_ip ip;

	if (names_address(fd->remote, &ip) || names_address(fd->local, &ip))
		return names_family(fd->family == AF_INET6 || fd->family == AF_INET ? ip.family :
										      fd->family);
	return names_family(fd->family);
}

const char *fd_type(const struct fd_view *fd)
{
	if (fd->local)
		return socket_type(fd);
	if (fd->is_pending)
		return "file"; /* as likely as not, and rules ask for it */
	return fd->file ? file_type(fd) : NULL;
}

char fd_typechar(const struct fd_view *fd)
{
	static const struct {
		const char *type;
		char typechar;
	} chars[] = {
		{ "file", 'f' },     { "directory", 'd' },   { "memfd", 'm' },
		{ "ipv4", '4' },     { "ipv6", '6' },        { "unix", 'u' },
		{ "netlink", 'n' },  { "pipe", 'p' },        { "event", 'e' },
		{ "signalfd", 's' }, { "inotify", 'i' },     { "timerfd", 't' },
		{ "bpf", 'b' },      { "userfaultfd", 'u' }, { "io_uring", 'r' },
		{ "pidfd", 'P' },    { "eventpoll", 'l' },
	};
	const char *type = fd_type(fd);

	for (size_t i = 0; type && i < sizeof(chars) / sizeof(chars[0]); i++) {
		if (strcmp(type, chars[i].type) == 0)
			return chars[i].typechar;
	}
	return 'o';
}

static bool is_inet(const struct fd_view *fd)
{
	return fd->family == AF_INET || fd->family == AF_INET6;
}

/* Some sockets have a family there before they have a peer. */
static bool is_unset(const struct bw_addr *addr)
{
	static const struct bw_addr none;

	return !addr->port && memcmp(addr->addr, none.addr, sizeof(addr->addr)) == 0;
}

const char *fd_tuple(const struct event_view *view, const struct fd_view *fd)
{
	if (!fd->local)
		return NULL;
	if (fd->family == AF_UNIX)
		return names_concat(view->scratch, fd->is_bound ? "" : "->", fd->path, "");
	if (fd->is_bound && is_inet(fd)) {
		const char *tuple = names_tuple(view->scratch, fd->local, fd->local);
		const char *arrow = tuple ? strstr(tuple, "->") : NULL;

		return arrow ? arrow + strlen("->") : NULL;
	}
	if (fd->is_server)
		return names_tuple(view->scratch, fd->remote, fd->local);
	return names_tuple(view->scratch, fd->local, fd->remote);
}

const char *fd_name(const struct event_view *view, const struct fd_view *fd)
{
	const char *tuple;

	if (!fd->local)
		return fd->path;
	/* A socket that is neither bound nor connected has no name yet. */
	if (is_inet(fd) && !fd->local->port && is_unset(fd->remote))
		return "";
	if (fd->family == AF_UNIX && !fd->path[0] && !fd->is_connected)
		return "";
	tuple = fd_tuple(view, fd);
	return tuple ? tuple : "";
}

/* Not pipes, nor what has no file system. */
static bool has_directory(const struct bw_file *file)
{
	return S_ISDIR(file->mode) || S_ISREG(file->mode) || S_ISCHR(file->mode) ||
	       S_ISBLK(file->mode);
}

const char *fd_directory(const struct event_view *view, const struct fd_view *fd, const char *path)
{
	const char *slash;

	if (fd->local || !(fd->is_claim || (fd->file && has_directory(fd->file))))
		return NULL;
	if (fd->file && S_ISDIR(fd->file->mode))
		return path;
	slash = strrchr(path, '/');
	if (!slash || slash == path)
		return "/";
	return arena_strndup(view->scratch, path, (size_t)(slash - path));
}

const char *fd_filename(const struct fd_view *fd, const char *path)
{
	const char *slash;

	if (fd->local || !fd->file || !S_ISREG(fd->file->mode))
		return NULL;
	slash = strrchr(path, '/');
	return slash ? slash + 1 : path;
}

const char *fd_shown(const struct event_view *view, const struct fd_view *fd)
{
	char prefix[8];
	char typechar = fd_typechar(fd);
	const char *suffix = "";

	if (typechar == '4' || typechar == '6')
		suffix = fd->sock_type == SOCK_DGRAM ? "u" : "t";
	(void)snprintf(prefix, sizeof(prefix), "<%c%s>", typechar, suffix);
	return names_concat(view->scratch, prefix, fd_name(view, fd), "");
}
