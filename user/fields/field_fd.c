// SPDX-License-Identifier: Apache-2.0
/* What the event's descriptor is, and the paths that a call names. */
#include <inttypes.h>
#include <netinet/in.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fields/args.h"
#include "fields/domains.h"
#include "fields/family.h"
#include "fields/fd.h"
#include "fields/names.h"

/* The file behind the event's descriptor; NULL if there is none. */
static const struct bw_file *file_of(const struct event_view *view)
{
	struct fd_view fd;

	return fd_view(view, &fd) && !fd.local ? fd.file : NULL;
}

static const char *text(const struct event_view *view, struct bw_str str)
{
	return record_str(view->rec, str).s;
}

static bool get_num(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && value_int(out, fd.num);
}

static bool get_type(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && value_str(out, fd_type(&fd));
}

static bool get_typechar(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	struct fd_view fd;
	char *letter;

	(void)ref;
	if (!fd_view(view, &fd))
		return false;
	letter = arena_strdup(view->scratch, "o");
	if (!letter)
		return false;
	*letter = fd_typechar(&fd);
	return value_str(out, letter);
}

static bool get_name(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && value_str(out, fd_name(view, &fd));
}

static bool get_directory(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && value_str(out, fd_directory(view, &fd, fd.path));
}

static bool get_filename(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && value_str(out, fd_filename(&fd, fd.path));
}

enum end {
	END_LOCAL,
	END_REMOTE,
	END_CLIENT,
	END_SERVER,
};

/* One end of the event's socket; NULL: no socket. */
static const struct bw_addr *end_of(const struct event_view *view, enum end end)
{
	struct fd_view fd;

	if (!fd_view(view, &fd) || !fd.local)
		return NULL;
	if (end == END_CLIENT)
		end = fd.is_server ? END_REMOTE : END_LOCAL;
	if (end == END_SERVER)
		end = fd.is_server ? END_LOCAL : END_REMOTE;
	return end == END_LOCAL ? fd.local : fd.remote;
}

static bool value_address(struct value *out, const struct bw_addr *addr)
{
	if (!addr || !names_address(addr, &out->ip))
		return false;
	out->kind = VALUE_IP;
	return true;
}

static bool value_port(struct value *out, const struct bw_addr *addr)
{
	if (!addr || (addr->family != AF_INET && addr->family != AF_INET6))
		return false;
	return value_uint(out, addr->port);
}

static bool port_text(const struct event_view *view, struct value *out, const struct bw_addr *addr)
{
	struct value port;
	char digits[8];

	if (!value_port(&port, addr))
		return false;
	(void)snprintf(digits, sizeof(digits), "%" PRIu64, port.u);
	return value_str(out, arena_strdup(view->scratch, digits));
}

static bool value_names(const struct event_view *view, struct value *out,
			const struct bw_addr *addr)
{
	struct value_ip ip;

	return addr && names_address(addr, &ip) &&
	       domains_of(view->domains, &ip, view->scratch, out);
}

/* Address, its names, port, and the port as text, of one end. */
#define END_GETTERS(prefix, end)                                                                   \
	static bool get_##prefix##ip(const struct event_view *view, const struct field_ref *ref,   \
				     struct value *out)                                            \
	{                                                                                          \
		(void)ref;                                                                         \
		return value_address(out, end_of(view, end));                                      \
	}                                                                                          \
	static bool get_##prefix##ip_name(const struct event_view *view,                           \
					  const struct field_ref *ref, struct value *out)          \
	{                                                                                          \
		(void)ref;                                                                         \
		return value_names(view, out, end_of(view, end));                                  \
	}                                                                                          \
	static bool get_##prefix##port(const struct event_view *view, const struct field_ref *ref, \
				       struct value *out)                                          \
	{                                                                                          \
		(void)ref;                                                                         \
		return value_port(out, end_of(view, end));                                         \
	}                                                                                          \
	static bool get_##prefix##proto(const struct event_view *view,                             \
					const struct field_ref *ref, struct value *out)            \
	{                                                                                          \
		(void)ref;                                                                         \
		return port_text(view, out, end_of(view, end));                                    \
	}

END_GETTERS(l, END_LOCAL)
END_GETTERS(r, END_REMOTE)
END_GETTERS(c, END_CLIENT)
END_GETTERS(s, END_SERVER)

/* What the two getters give, as a list; events with a descriptor but no address: an empty one. */
static bool get_ends(const struct event_view *view, const struct field_ref *ref, struct value *out,
		     field_get_fn *local, field_get_fn *remote)
{
	struct fd_view fd;
	struct value *ends;
	uint32_t n = 0;

	if (!fd_view(view, &fd) || (!fd.local && !fd.file))
		return false;
	ends = arena_alloc(view->scratch, 2 * sizeof(*ends));
	if (!ends)
		return false;
	n += local(view, ref, &ends[n]);
	n += remote(view, ref, &ends[n]);
	out->kind = VALUE_LIST;
	out->list = ends;
	out->len = n;
	return true;
}

static bool get_ip(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	return get_ends(view, ref, out, get_lip, get_rip);
}

static bool get_port(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	return get_ends(view, ref, out, get_lport, get_rport);
}

static const char *l4proto(const struct fd_view *fd)
{
	if (fd->family != AF_INET && fd->family != AF_INET6)
		return "<NA>";
	switch (fd->protocol) {
	case IPPROTO_TCP:
		return "tcp";
	case IPPROTO_UDP:
		return "udp";
	case IPPROTO_ICMP:
	case IPPROTO_ICMPV6:
		return "icmp";
	case IPPROTO_RAW:
		return "raw";
	default:
		return fd->sock_type == SOCK_RAW ? "raw" : "<NA>";
	}
}

static bool get_l4proto(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	struct fd_view fd;

	(void)ref;
	if (!fd_view(view, &fd))
		return false;
	if (fd.local)
		return value_str(out, l4proto(&fd));
	/* Falco's text, not null, for all that is no socket. */
	return fd.file && value_str(out, "<NA>");
}

static bool get_sockfamily(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	struct fd_view fd;

	(void)ref;
	if (!fd_view(view, &fd))
		return false;
	if (fd.family == AF_UNIX)
		return value_str(out, "unix");
	return (fd.family == AF_INET || fd.family == AF_INET6) && value_str(out, "ip");
}

static bool get_socktype(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	static const char *const names[] = {
		[SOCK_STREAM] = "stream",
		[SOCK_DGRAM] = "dgram",
		[SOCK_RAW] = "raw",
		[SOCK_SEQPACKET] = "seqpacket",
	};
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && fd.local && fd.sock_type < sizeof(names) / sizeof(names[0]) &&
	       value_str(out, names[fd.sock_type]);
}

static bool get_is_server(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && (fd.local || fd.file) && value_bool(out, fd.is_server);
}

static bool get_connected(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && (fd.local || fd.file) && value_bool(out, fd.is_connected);
}

static bool get_name_changed(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	struct fd_view fd;

	(void)ref;
	return fd_view(view, &fd) && (fd.local || fd.file) && value_bool(out, fd.is_changed);
}

static bool get_uid(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct value num;
	char digits[32];

	if (!get_num(view, ref, &num))
		return false;
	(void)snprintf(digits, sizeof(digits), "%" PRIu32 "%" PRId64, view->rec->hdr->tid, num.i);
	return value_str(out, arena_strdup(view->scratch, digits));
}

static bool with_container(const struct event_view *view, const struct field_ref *ref,
			   struct value *out, field_get_fn *get)
{
	struct value name;

	if (!get(view, ref, &name))
		return false;
	return value_str(out, names_concat(view->scratch, view->container->id, ":", name.str));
}

static bool get_containername(const struct event_view *view, const struct field_ref *ref,
			      struct value *out)
{
	return with_container(view, ref, out, get_name);
}

static bool get_containerdirectory(const struct event_view *view, const struct field_ref *ref,
				   struct value *out)
{
	return with_container(view, ref, out, get_directory);
}

/* Without double slashes, which Falco removes too. */
static bool get_nameraw(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	struct fd_view fd;
	const char *given;
	char *copy;
	size_t len = 0;

	(void)ref;
	if (!fd_view(view, &fd))
		return false;
	given = fd.local ? "" : fd.given;
	copy = arena_strdup(view->scratch, given);
	if (!copy)
		return false;
	for (; *given; given++) {
		if (*given != '/' || len == 0 || copy[len - 1] != '/')
			copy[len++] = *given;
	}
	copy[len] = '\0';
	return value_strn(out, copy, len);
}

/* Where the task's root is, if that is not the root of its mount namespace. */
static bool get_root(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_hdr *hdr = view->rec->hdr;
	struct bw_str root;

	(void)ref;
	if (hdr->type == BW_EVENT_OPEN)
		root = view->rec->open->root;
	else if (hdr->type == BW_EVENT_CALL)
		root = view->rec->syscall->root;
	else
		return false;
	return (hdr->flags & BW_F_CHROOT) && value_str(out, text(view, root));
}

/* The n-th path that the call names, absolute or as written; NULL: none. */
static const char *path_of(const struct event_view *view, unsigned int n, bool is_raw)
{
	if (view->rec->hdr->type == BW_EVENT_CALL)
		return args_call_path(view, n, is_raw);
	if (view->rec->hdr->type != BW_EVENT_OPEN || n > 0)
		return NULL;
	return is_raw ? text(view, view->rec->open->given) : NULL;
}

static bool has_two_paths(const struct event_view *view)
{
	return path_of(view, 1, true) != NULL;
}

static bool get_path_name(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	if (view->rec->hdr->type == BW_EVENT_OPEN)
		return get_name(view, ref, out);
	return !has_two_paths(view) && value_str(out, path_of(view, 0, false));
}

static bool get_path_nameraw(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return !has_two_paths(view) && value_str(out, path_of(view, 0, true));
}

static bool get_path_source(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return has_two_paths(view) && value_str(out, path_of(view, 0, false));
}

static bool get_path_sourceraw(const struct event_view *view, const struct field_ref *ref,
			       struct value *out)
{
	(void)ref;
	return has_two_paths(view) && value_str(out, path_of(view, 0, true));
}

static bool get_path_target(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return value_str(out, path_of(view, 1, false));
}

static bool get_path_targetraw(const struct event_view *view, const struct field_ref *ref,
			       struct value *out)
{
	(void)ref;
	return value_str(out, path_of(view, 1, true));
}

static bool get_dev(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_int(out, file->dev);
}

static bool get_dev_major(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_int(out, file->dev >> 20);
}

static bool get_dev_minor(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_int(out, file->dev & ((1U << 20) - 1));
}

static bool get_ino(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_int(out, (int64_t)file->ino);
}

static bool flag(const struct event_view *view, struct value *out, uint32_t bit)
{
	const struct bw_file *file = file_of(view);

	return file && value_bool(out, (file->flags & bit) != 0);
}

static bool get_is_upper(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_UPPER);
}

static bool get_is_lower(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_LOWER);
}

static bool get_is_rdonly(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_RDONLY);
}

static bool get_is_deleted(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_DELETED);
}

static bool get_is_unreachable(const struct event_view *view, const struct field_ref *ref,
			       struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_UNREACHABLE);
}

static bool get_fs(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_str(out, names_fs(view->scratch, file->fs_magic));
}

static bool get_mode(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_uint(out, file->mode & 07777);
}

static bool get_owner_uid(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_uint(out, file->uid);
}

static bool get_owner_gid(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_uint(out, file->gid);
}

static bool get_nlink(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_file *file = file_of(view);

	(void)ref;
	return file && value_uint(out, file->nlink);
}

/* Of one descriptor that exec found open; a list of one, as in Falco. */
static bool get_types(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct proc_image *image = view->proc->image;
	struct value *item;

	if (!ref->has_index || ref->index >= BW_STDIO_MAX || !image)
		return false;
	item = arena_alloc(view->scratch, sizeof(*item));
	if (!item || !value_str(item, names_stdio(&image->rec.exec->stdio[ref->index])))
		return false;
	*out = (struct value){ .kind = VALUE_LIST, .len = 1, .list = item };
	return true;
}

#define NET   (FIELD_FILTER_ONLY | FIELD_NO_RHS | FIELD_NO_TRANSFORMER)
#define NAMES (FIELD_MATCH_NAMES | FIELD_NO_RHS | FIELD_NO_TRANSFORMER)

static const struct field fields[] = {
	{ "fd.num", FIELD_INT64, 0, "Descriptor; -1 of an open that failed.", get_num },
	{ "fd.type", FIELD_STRING, 0,
	  "file, directory, ipv4, ipv6, unix, pipe, memfd, netlink, event, eventpoll, bpf …",
	  get_type },
	{ "fd.typechar", FIELD_STRING, 0,
	  "f, d, 4, 6, u, p, m, n, e, s, l, i, t, b, r, P; o for all else.", get_typechar },
	{ "fd.name", FIELD_STRING, 0,
	  "Path from the kernel (of a failed open: as claimed), or client->server of a socket.",
	  get_name },
	{ "fd.directory", FIELD_STRING, 0, "Directory of fd.name.", get_directory },
	{ "fd.filename", FIELD_STRING, 0, "Last component of fd.name.", get_filename },
	{ "fd.ip", FIELD_IPADDR, NET | FIELD_MATCH_ENDS, "Address of either end.", get_ip },
	{ "fd.cip", FIELD_IPADDR, 0, "Address of the client.", get_cip },
	{ "fd.sip", FIELD_IPADDR, 0, "Address of the server.", get_sip },
	{ "fd.lip", FIELD_IPADDR, 0, "Local address.", get_lip },
	{ "fd.rip", FIELD_IPADDR, 0, "Remote address.", get_rip },
	{ "fd.port", FIELD_PORT, NET | FIELD_MATCH_ENDS, "Port of either end.", get_port },
	{ "fd.cport", FIELD_PORT, 0, "Port of the client.", get_cport },
	{ "fd.sport", FIELD_PORT, 0, "Port of the server.", get_sport },
	{ "fd.lport", FIELD_PORT, 0, "Local port.", get_lport },
	{ "fd.rport", FIELD_PORT, 0, "Remote port.", get_rport },
	{ "fd.l4proto", FIELD_STRING, 0, "tcp, udp, icmp, raw, or the text <NA>.", get_l4proto },
	{ "fd.sockfamily", FIELD_STRING, 0, "ip or unix.", get_sockfamily },
	{ "fd.is_server", FIELD_BOOL, 0,
	  "The process is the server: of accept, bind, listen, and of requests received.",
	  get_is_server },
	{ "fd.uid", FIELD_STRING, 0, "Thread id and descriptor.", get_uid },
	{ "fd.containername", FIELD_STRING, 0, "container.id:fd.name.", get_containername },
	{ "fd.containerdirectory", FIELD_STRING, 0, "container.id:fd.directory.",
	  get_containerdirectory },
	{ "fd.proto", FIELD_PORT, NET | FIELD_MATCH_ENDS, "Port of either end.", get_port },
	{ "fd.cproto", FIELD_STRING, 0, "As text: the client's port.", get_cproto },
	{ "fd.sproto", FIELD_STRING, 0, "As text: the server's port.", get_sproto },
	{ "fd.lproto", FIELD_STRING, 0, "As text: the local port.", get_lproto },
	{ "fd.rproto", FIELD_STRING, 0, "As text: the remote port.", get_rproto },
	{ "fd.net", FIELD_IPNET, NET | FIELD_MATCH_ENDS | FIELD_NET_FIRST,
	  "Either address is in the network.", get_ip },
	{ "fd.cnet", FIELD_IPNET, NET, "The client's address is in the network.", get_cip },
	{ "fd.snet", FIELD_IPNET, NET, "The server's address is in the network.", get_sip },
	{ "fd.lnet", FIELD_IPNET, NET, "The local address is in the network.", get_lip },
	{ "fd.rnet", FIELD_IPNET, NET, "The remote address is in the network.", get_rip },
	{ "fd.connected", FIELD_BOOL, 0, "Socket is connected, or about to be.", get_connected },
	{ "fd.name_changed", FIELD_BOOL, 0, "This event gave the descriptor its name.",
	  get_name_changed },
	{ "fd.cip.name", FIELD_STRING, NAMES,
	  "Host name of the client; of names that rules compare with it.", get_cip_name },
	{ "fd.sip.name", FIELD_STRING, NAMES,
	  "Host name of the server; of names that rules compare with it.", get_sip_name },
	{ "fd.lip.name", FIELD_STRING, NAMES,
	  "Host name of the local end; of names that rules compare with it.", get_lip_name },
	{ "fd.rip.name", FIELD_STRING, NAMES,
	  "Host name of the remote end; of names that rules compare with it.", get_rip_name },
	{ "fd.dev", FIELD_INT32, FIELD_HEX, "Device of the file, as the kernel keeps it.",
	  get_dev },
	{ "fd.dev.major", FIELD_INT32, 0, "Major number of the device.", get_dev_major },
	{ "fd.dev.minor", FIELD_INT32, 0, "Minor number of the device.", get_dev_minor },
	{ "fd.ino", FIELD_INT64, 0, "Inode number.", get_ino },
	{ "fd.nameraw", FIELD_STRING, 0, "Path as the caller wrote it, double slashes removed.",
	  get_nameraw },
	{ "fd.types", FIELD_STRING, FIELD_LIST | FIELD_ARG_ALLOWED | FIELD_ARG_INDEX | FIELD_NO_RHS,
	  "Type of descriptor 0, 1 or 2 at exec: fd.types[0]; null for all descriptors together.",
	  get_types },
	{ "fd.is_upper_layer", FIELD_BOOL, 0, "File is in an overlay's writable layer.",
	  get_is_upper },
	{ "fd.is_lower_layer", FIELD_BOOL, 0, "File is in an overlay's lower layer.",
	  get_is_lower },
	{ "fd.fs", FIELD_STRING, FIELD_OWN, "File system: overlay, tmpfs, proc, ext4 …", get_fs },
	{ "fd.is_rdonly", FIELD_BOOL, FIELD_OWN, "Mount or file system is read-only.",
	  get_is_rdonly },
	{ "fd.is_deleted", FIELD_BOOL, FIELD_OWN, "The file's name is gone.", get_is_deleted },
	{ "fd.is_unreachable", FIELD_BOOL, FIELD_OWN,
	  "File is not below the task's root: the path is that in its mount.", get_is_unreachable },
	{ "fd.mode", FIELD_UINT32, FIELD_OWN | FIELD_OCTAL, "Permissions of the file.", get_mode },
	{ "fd.owner.uid", FIELD_UINT32, FIELD_OWN, "Owner of the file.", get_owner_uid },
	{ "fd.owner.gid", FIELD_UINT32, FIELD_OWN, "Group of the file.", get_owner_gid },
	{ "fd.nlink", FIELD_UINT32, FIELD_OWN, "Names that the file has.", get_nlink },
	{ "fd.root", FIELD_STRING, FIELD_OWN,
	  "Where the root is that fd.name starts from, if the task is in a chroot.", get_root },
	{ "fd.socktype", FIELD_STRING, FIELD_OWN, "stream, dgram, raw, seqpacket.", get_socktype },
	{ "fs.path.name", FIELD_STRING, 0, "Path that the call works on.", get_path_name },
	{ "fs.path.nameraw", FIELD_STRING, 0, "The same as the caller wrote it.",
	  get_path_nameraw },
	{ "fs.path.source", FIELD_STRING, 0,
	  "First of two paths: what is renamed, linked, mounted.", get_path_source },
	{ "fs.path.sourceraw", FIELD_STRING, 0, "The same as the caller wrote it.",
	  get_path_sourceraw },
	{ "fs.path.target", FIELD_STRING, 0, "Second of two paths.", get_path_target },
	{ "fs.path.targetraw", FIELD_STRING, 0, "The same as the caller wrote it.",
	  get_path_targetraw },
	{ "fdlist.nums", FIELD_STRING, FIELD_UNFILLED, "Descriptors polled.", NULL },
	{ "fdlist.names", FIELD_STRING, FIELD_UNFILLED, "Their names.", NULL },
	{ "fdlist.cips", FIELD_STRING, FIELD_UNFILLED, "Their clients' addresses.", NULL },
	{ "fdlist.sips", FIELD_STRING, FIELD_UNFILLED, "Their servers' addresses.", NULL },
	{ "fdlist.cports", FIELD_STRING, FIELD_UNFILLED, "Their clients' ports.", NULL },
	{ "fdlist.sports", FIELD_STRING, FIELD_UNFILLED, "Their servers' ports.", NULL },
};

const struct field_family field_family_fd = FIELD_FAMILY(fields);
