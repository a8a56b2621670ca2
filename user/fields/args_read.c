// SPDX-License-Identifier: Apache-2.0
/* How the value of an argument is read from a struct bw_syscall, by its kind. */
#include <fcntl.h>
#include <signal.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fields/args_impl.h"
#include "fields/fd.h"
#include "fields/names.h"
#include "fields/symbols.h"

#define MOUNT_MAGIC      0xc0ed0000U /* that mount(2) may carry in its upper half */
#define MOUNT_MAGIC_MASK 0xffff0000U

static const struct bw_syscall *call_of(const struct event_view *view)
{
	return view->rec->syscall;
}

uint64_t arg_raw(const struct event_view *view, const struct arg *arg)
{
	/* A result that Falco has as a plain number is the only one that is no argument. */
	if (arg->index >= BW_ARGS_MAX)
		return (uint64_t)call_of(view)->hdr.ret;
	return call_of(view)->args[arg->index];
}

struct record_str arg_raw_text(const struct event_view *view, const struct arg *arg)
{
	return record_str(view->rec, call_of(view)->text[arg->index]);
}

/* How the record's descriptor shows, if it is that of this number. */
static const char *shown(const struct event_view *view, int32_t num)
{
	struct fd_view fd;

	return fd_view(view, &fd) && fd.num == num && num >= 0 ? fd_shown(view, &fd) : NULL;
}

/* Of a call that duplicates one the record has the old number; it is the same file. */
static bool read_res_fd(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	struct fd_view fd;

	(void)arg;
	if (view->rec->hdr->ret < 0 || !fd_view(view, &fd))
		return arg_res(view, out);
	return arg_number(out, ARG_SIGNED, view->rec->hdr->ret, fd_shown(view, &fd));
}

static bool read_fd(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	int32_t num = arg->index < BW_ARGS_MAX ? (int32_t)arg_raw(view, arg) :
						 call_of(view)->fd.num;

	return arg_number(out, ARG_SIGNED, num, shown(view, num));
}

static const char *base_of(const struct event_view *view, const struct arg *arg)
{
	if (arg->path >= BW_BASES_MAX)
		return "";
	return record_str(view->rec, call_of(view)->base[arg->path]).s;
}

static bool read_dirfd(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	int32_t num = (int32_t)arg_raw(view, arg);
	const char *resolved = shown(view, num);

	if (num == AT_FDCWD)
		resolved = "AT_FDCWD";
	else if (!resolved && base_of(view, arg)[0])
		resolved = names_concat(view->scratch, "<d>", base_of(view, arg), "");
	return arg_number(out, ARG_SIGNED, num, resolved);
}

/* With no path (AT_EMPTY_PATH) it is the file that the directory's descriptor stands for. */
static const char *full_path(const struct event_view *view, const struct arg *arg)
{
	const char *given = arg_raw_text(view, arg).s;
	struct fd_view fd;

	if (given[0])
		return names_path(view->scratch, base_of(view, arg), given);
	return fd_view(view, &fd) && !(call_of(view)->fd.flags & BW_FD_RESULT) ? fd.path : "";
}

static bool read_path(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	return arg_text(out, arg_raw_text(view, arg), full_path(view, arg));
}

static bool read_str(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	return call_of(view)->text[arg->index].off && arg_text(out, arg_raw_text(view, arg), NULL);
}

bool arg_read_data(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	return arg_bytes(out, arg_raw_text(view, arg));
}

static uint64_t flags_of(const struct event_view *view, const struct arg *arg)
{
	uint64_t flags = arg_raw(view, arg);

	if (arg->symbols == symbols_mount && (flags & MOUNT_MAGIC_MASK) == MOUNT_MAGIC)
		flags &= ~(uint64_t)MOUNT_MAGIC_MASK;
	return (uint32_t)flags;
}

static bool read_flags(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	uint64_t flags = flags_of(view, arg);

	return arg_number(out, ARG_UNSIGNED, (int64_t)symbols_flags_number(arg->symbols, flags),
			  symbols_flags(view->scratch, arg->symbols, flags));
}

static bool read_mode(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	uint64_t mode = arg_raw(view, arg) & 07777;

	if (arg->kind == KIND_NODE_MODE) {
		uint64_t type = arg_raw(view, arg) & S_IFMT;

		mode |= type ? type : S_IFREG;
	}
	return arg_number(out, ARG_OCTAL, (int64_t)mode,
			  symbols_flags(view->scratch, arg->symbols, mode));
}

bool arg_read_enum(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	uint64_t raw = arg_raw(view, arg);
	uint64_t value = arg->kind == KIND_LONG_ENUM ? raw : (uint32_t)raw;

	return arg_number(out, ARG_UNSIGNED, (int64_t)symbols_enum_number(arg->symbols, value),
			  symbols_enum(view->scratch, arg->symbols, value));
}

static bool read_sock_flags(const struct event_view *view, const struct arg *arg,
			    struct arg_value *out)
{
	uint64_t type = arg_raw(view, arg);
	uint64_t flags = 0;

	flags |= (type & SOCK_NONBLOCK) ? O_NONBLOCK : 0;
	flags |= (type & SOCK_CLOEXEC) ? O_CLOEXEC : 0;
	return arg_number(out, ARG_UNSIGNED, (int64_t)symbols_flags_number(symbols_new_fd, flags),
			  symbols_flags(view->scratch, symbols_new_fd, flags));
}

static bool read_pid(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	int32_t pid = (int32_t)arg_raw(view, arg);

	return arg_number(out, ARG_SIGNED, pid, pid > 0 ? arg_pid_name(view, (uint32_t)pid) : NULL);
}

bool arg_read_signal(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	int32_t sig = (int32_t)arg_raw(view, arg);
	const char *name = sig > 0 ? sigabbrev_np(sig) : NULL;

	return arg_number(out, ARG_SIGNED, sig,
			  name ? names_concat(view->scratch, "SIG", name, "") : NULL);
}

static bool read_tuple(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	struct fd_view fd;
	const char *tuple;

	(void)arg;
	tuple = fd_view(view, &fd) ? fd_tuple(view, &fd) : NULL;
	return tuple ? arg_string(out, tuple) : arg_empty(out);
}

/* "192.0.2.1:80", or the path of a unix socket. */
static bool read_addr(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	struct fd_view fd;
	const struct bw_addr *addr;
	const char *text;

	(void)arg;
	if (!fd_view(view, &fd) || !fd.local)
		return arg_empty(out);
	if (fd.family == AF_UNIX)
		return arg_string(out, fd.path);
	addr = fd.is_server ? fd.local : fd.remote;
	text = names_tuple(view->scratch, addr, addr);
	text = text ? strstr(text, "->") : NULL;
	return text ? arg_string(out, text + strlen("->")) : arg_empty(out);
}

/* As stat(2) and mknod(2) write it, to what the kernel has. */
static bool read_dev(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	uint32_t dev = (uint32_t)arg_raw(view, arg);

	return arg_number(out, ARG_UNSIGNED,
			  (dev & 0xfff00) << 12 | (dev >> 12 & 0xfff00) | (dev & 0xff), NULL);
}

/* What needs no more than the number. */
static bool read_number(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	uint64_t n = arg_raw(view, arg);

	switch (arg->kind) {
	case KIND_INT:
	case KIND_OTHER_FD:
		return arg_number(out, ARG_SIGNED, (int32_t)n, NULL);
	case KIND_UINT:
		return arg_number(out, ARG_UNSIGNED, (uint32_t)n, NULL);
	case KIND_LONG:
		return arg_number(out, ARG_SIGNED, (int64_t)n, NULL);
	case KIND_HEX:
		return arg_number(out, ARG_HEX, (int64_t)n, NULL);
	case KIND_HEX32:
		return arg_number(out, ARG_HEX, (uint32_t)n, NULL);
	default:
		return arg_number(out, ARG_UNSIGNED, (int64_t)n, NULL);
	}
}

static bool read_data_bytes(const struct event_view *view, const struct arg *arg,
			    struct arg_value *out)
{
	(void)arg;
	return arg_number(out, ARG_UNSIGNED, call_of(view)->data_bytes, NULL);
}

static bool read_res(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	(void)arg;
	return arg_res(view, out);
}

static bool read_name(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	(void)arg;
	return arg_string(out, record_call_name(view->rec->hdr->call));
}

bool arg_read(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	static arg_read_fn *const readers[] = {
		[KIND_NAME] = read_name,
		[KIND_RES] = read_res,
		[KIND_RES_FD] = read_res_fd,
		[KIND_FD] = read_fd,
		[KIND_DIRFD] = read_dirfd,
		[KIND_PATH] = read_path,
		[KIND_STR] = read_str,
		[KIND_DATA] = arg_read_data,
		[KIND_FLAGS] = read_flags,
		[KIND_MODE] = read_mode,
		[KIND_ENUM] = arg_read_enum,
		[KIND_LONG_ENUM] = arg_read_enum,
		[KIND_SOCK_FLAGS] = read_sock_flags,
		[KIND_PID] = read_pid,
		[KIND_SIGNAL] = arg_read_signal,
		[KIND_DATA_BYTES] = read_data_bytes,
		[KIND_TUPLE] = read_tuple,
		[KIND_ADDR] = read_addr,
		[KIND_NODE_MODE] = read_mode,
		[KIND_DEV] = read_dev,
		[KIND_SOCKOPT] = arg_read_sockopt,
		[KIND_SOCKOPT_VALUE] = arg_read_sockopt_value,
		[KIND_PTRACE_DATA] = arg_read_ptrace_data,
		[KIND_PRCTL_TEXT] = arg_read_prctl_text,
		[KIND_PRCTL_INT] = arg_read_prctl_int,
		[KIND_CONFIG_BYTES] = arg_read_config_bytes,
		[KIND_CONFIG_TEXT] = arg_read_config_text,
	};

	if (arg->get)
		return arg->get(view, out);
	if (arg->kind == KIND_NONE)
		return false;
	if (arg->kind < sizeof(readers) / sizeof(readers[0]) && readers[arg->kind])
		return readers[arg->kind](view, arg, out);
	return read_number(view, arg, out);
}

/* What mount and symlink take from somewhere else is a text, not a path of the caller's. */
static bool is_source(const struct arg *arg)
{
	return arg->kind == KIND_STR && arg->index == 0 &&
	       (arg->call == BW_CALL_MOUNT || arg->call == BW_CALL_SYMLINK ||
		arg->call == BW_CALL_SYMLINKAT);
}

static const struct arg *nth_path(const struct event_view *view, unsigned int n)
{
	const struct arg_list list = args_call_list(view->rec->hdr->call);
	const struct arg *end = list.args + list.n;

	for (const struct arg *arg = list.args; arg < end; arg++) {
		if ((arg->kind == KIND_PATH || is_source(arg)) && n-- == 0)
			return arg;
	}
	return NULL;
}

const char *args_call_path(const struct event_view *view, unsigned int n, bool is_raw)
{
	const struct arg *arg = nth_path(view, n);

	if (!arg)
		return NULL;
	return is_raw || arg->kind == KIND_STR ? arg_raw_text(view, arg).s : full_path(view, arg);
}

const char *args_call_abspath(const struct event_view *view, unsigned int n)
{
	struct arg_list list = args_call_list(view->rec->hdr->call);

	for (size_t i = 0; i + 1 < list.n; i++) {
		if (list.args[i].kind == KIND_DIRFD && n-- == 0)
			return full_path(view, &list.args[i + 1]);
	}
	return NULL;
}
