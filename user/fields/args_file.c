// SPDX-License-Identifier: Apache-2.0
/* Arguments of the records that have a type of their own: opens, connects, chdir. */
#include <fcntl.h>
#include <string.h>
#include <sys/socket.h>

#include "fields/args_impl.h"
#include "fields/fd.h"
#include "fields/names.h"
#include "fields/symbols.h"

static const struct bw_hdr *hdr(const struct event_view *view)
{
	return view->rec->hdr;
}

static bool get_open_fd(const struct event_view *view, struct arg_value *out)
{
	const struct bw_open *open = view->rec->open;
	const char *type = "<f>";

	if (hdr(view)->ret < 0)
		return arg_res(view, out);
	if (open->file.flags & BW_FILE_MEMFD)
		type = "<m>";
	else if ((open->file.mode & 0170000) == 0040000)
		type = "<d>";
	return arg_number(out, ARG_SIGNED, hdr(view)->ret,
			  names_concat(view->scratch, type, record_str(view->rec, open->path).s,
				       ""));
}

static bool get_open_dirfd(const struct event_view *view, struct arg_value *out)
{
	int32_t dirfd = view->rec->open->dirfd;

	return arg_number(out, ARG_SIGNED, dirfd, dirfd == AT_FDCWD ? "AT_FDCWD" : NULL);
}

/* Where the directory is not in the record, it is the kernel's path. */
const char *args_open_path(const struct event_view *view)
{
	const struct bw_open *open = view->rec->open;
	const char *given = record_str(view->rec, open->given).s;
	const char *path = record_str(view->rec, open->path).s;

	if (given[0] != '/' && hdr(view)->ret >= 0)
		return path[0] ? path : NULL;
	return given[0] ? names_path(view->scratch, record_str(view->rec, open->base).s, given) :
			  NULL;
}

static bool get_open_name(const struct event_view *view, struct arg_value *out)
{
	return arg_text(out, record_str(view->rec, view->rec->open->given), args_open_path(view));
}

static bool get_open_path(const struct event_view *view, struct arg_value *out)
{
	return hdr(view)->ret >= 0 &&
	       arg_text(out, record_str(view->rec, view->rec->open->path), NULL);
}

static bool get_open_flags(const struct event_view *view, struct arg_value *out)
{
	uint32_t bits = names_open_bits(view);

	return arg_number(out, ARG_UNSIGNED, bits, names_open_flags(view->scratch, bits));
}

static bool get_open_mode(const struct event_view *view, struct arg_value *out)
{
	return arg_number(out, ARG_OCTAL, view->rec->open->mode, NULL);
}

static bool get_open_resolve(const struct event_view *view, struct arg_value *out)
{
	uint64_t flags = view->rec->open->resolve;

	return arg_number(out, ARG_UNSIGNED, (int64_t)symbols_flags_number(symbols_resolve, flags),
			  symbols_flags(view->scratch, symbols_resolve, flags));
}

/* The layer of the file, which has bits among the flags of the other calls. */
static bool get_creat_flags(const struct event_view *view, struct arg_value *out)
{
	uint64_t flags = view->rec->open->file.flags;

	return arg_number(out, ARG_UNSIGNED,
			  (int64_t)symbols_flags_number(symbols_creat_layer, flags),
			  symbols_flags(view->scratch, symbols_creat_layer, flags));
}

/* 0, not missing, when there is no file. */
static bool get_open_dev(const struct event_view *view, struct arg_value *out)
{
	uint32_t dev = hdr(view)->ret >= 0 ? view->rec->open->file.dev : 0;

	return arg_number(out, ARG_HEX, dev, NULL);
}

static bool get_open_ino(const struct event_view *view, struct arg_value *out)
{
	uint64_t ino = hdr(view)->ret >= 0 ? view->rec->open->file.ino : 0;

	return arg_number(out, ARG_UNSIGNED, (int64_t)ino, NULL);
}

/* Path of a unix socket as the kernel has it, else as given. */
static const char *unix_path(const struct event_view *view)
{
	const char *path = record_str(view->rec, view->rec->connect->path).s;

	return path[0] ? path : record_str(view->rec, view->rec->connect->given).s;
}

static const char *connect_tuple(const struct event_view *view)
{
	const struct bw_connect *connect = view->rec->connect;

	if (connect->family == AF_UNIX)
		return names_concat(view->scratch, "->", unix_path(view), "");
	return names_tuple(view->scratch, &connect->local, &connect->remote);
}

static bool get_connect_tuple(const struct event_view *view, struct arg_value *out)
{
	const char *tuple = connect_tuple(view);

	return tuple ? arg_string(out, tuple) : arg_empty(out);
}

static bool get_connect_fd(const struct event_view *view, struct arg_value *out)
{
	const struct bw_connect *connect = view->rec->connect;
	const char *tuple = connect_tuple(view);
	const char *type = "<4";
	struct value_ip ip;

	if (connect->family == AF_UNIX)
		type = "<u>";
	else if (!names_address(&connect->remote, &ip))
		return arg_number(out, ARG_SIGNED, connect->fd, NULL);
	else if (ip.family == AF_INET6)
		type = connect->sock_type == SOCK_DGRAM ? "<6u>" : "<6t>";
	else
		type = connect->sock_type == SOCK_DGRAM ? "<4u>" : "<4t>";
	return arg_number(out, ARG_SIGNED, connect->fd,
			  names_concat(view->scratch, type, tuple ? tuple : "", ""));
}

static bool get_connect_addr(const struct event_view *view, struct arg_value *out)
{
	const struct bw_addr none = { 0 };
	const char *text;

	if (view->rec->connect->family == AF_UNIX)
		return arg_string(out, unix_path(view));
	text = names_tuple(view->scratch, &none, &view->rec->connect->remote);
	text = text ? strstr(text, "->") : NULL;
	return text ? arg_string(out, text + strlen("->")) : arg_empty(out);
}

static bool get_chdir_path(const struct event_view *view, struct arg_value *out)
{
	return arg_text(out, record_str(view->rec, view->rec->chdir->cwd), NULL);
}

static const struct arg open_args[] = {
	ARG("fd", get_open_fd),     ARG("name", get_open_name), ARG("flags", get_open_flags),
	ARG("mode", get_open_mode), ARG("dev", get_open_dev),   ARG("ino", get_open_ino),
};

static const struct arg openat_args[] = {
	ARG("fd", get_open_fd),       ARG("dirfd", get_open_dirfd), ARG("name", get_open_name),
	ARG("flags", get_open_flags), ARG("mode", get_open_mode),   ARG("dev", get_open_dev),
	ARG("ino", get_open_ino),
};

static const struct arg openat2_args[] = {
	ARG("fd", get_open_fd),     ARG("dirfd", get_open_dirfd),
	ARG("name", get_open_name), ARG("flags", get_open_flags),
	ARG("mode", get_open_mode), ARG("resolve", get_open_resolve),
	ARG("dev", get_open_dev),   ARG("ino", get_open_ino),
};

static const struct arg creat_args[] = {
	ARG("fd", get_open_fd),   ARG("name", get_open_name), ARG("mode", get_open_mode),
	ARG("dev", get_open_dev), ARG("ino", get_open_ino),   ARG("creat_flags", get_creat_flags),
};

static const struct arg handle_args[] = {
	ARG("fd", get_open_fd),     ARG("mountfd", get_open_dirfd), ARG("flags", get_open_flags),
	ARG("path", get_open_path), ARG("dev", get_open_dev),       ARG("ino", get_open_ino),
};

static const struct arg connect_args[] = {
	ARG("res", arg_res),
	ARG("tuple", get_connect_tuple),
	ARG("fd", get_connect_fd),
	ARG("addr", get_connect_addr),
};

static const struct arg chdir_args[] = { ARG("res", arg_res), ARG("path", get_chdir_path) };
static const struct arg fchdir_args[] = { ARG("res", arg_res), ARG("fd", NULL) };

struct arg_list args_file_list(uint16_t type, uint16_t call)
{
	static const struct arg_list none = { NULL, 0 };
	static const struct arg_list openat = ARG_LIST(openat_args);
	static const struct arg_list connect = ARG_LIST(connect_args);
	static const struct arg_list chdir = ARG_LIST(chdir_args);
	static const struct arg_list lists[BW_CALL_MAX] = {
		[BW_CALL_OPEN] = ARG_LIST(open_args),
		[BW_CALL_OPENAT2] = ARG_LIST(openat2_args),
		[BW_CALL_CREAT] = ARG_LIST(creat_args),
		[BW_CALL_OPEN_BY_HANDLE_AT] = ARG_LIST(handle_args),
		[BW_CALL_FCHDIR] = ARG_LIST(fchdir_args),
	};

	switch (type) {
	case BW_EVENT_CONNECT:
		return connect;
	case BW_EVENT_OPEN:
		return lists[call].args ? lists[call] : openat;
	case BW_EVENT_CHDIR:
		return lists[call].args ? lists[call] : chdir;
	default:
		return none;
	}
}
