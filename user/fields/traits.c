// SPDX-License-Identifier: Apache-2.0
#include "fields/traits.h"

#include <string.h>

#include "fields/fd.h"

enum category {
	OTHER = 0, /* and every call that Falco knows by name alone */
	FILES,
	NET,
	IPC,
	MEMORY,
	PROCESS,
	SYSTEM,
	SIGNAL,
	IO, /* by the kind of the descriptor */
};

static const char *const category_names[] = {
	[OTHER] = "other",   [FILES] = "file",      [NET] = "net",       [IPC] = "IPC",
	[MEMORY] = "memory", [PROCESS] = "process", [SYSTEM] = "system", [SIGNAL] = "signal",
};

static const uint8_t categories[BW_CALL_MAX] = {
	[BW_CALL_DUP] = IO,
	[BW_CALL_DUP2] = IO,
	[BW_CALL_DUP3] = IO,
	[BW_CALL_FCNTL] = IO,
	[BW_CALL_SOCKET] = NET,
	[BW_CALL_SOCKETPAIR] = IPC,
	[BW_CALL_BIND] = NET,
	[BW_CALL_LISTEN] = NET,
	[BW_CALL_ACCEPT] = NET,
	[BW_CALL_ACCEPT4] = NET,
	[BW_CALL_SENDTO] = IO,
	[BW_CALL_SENDMSG] = IO,
	[BW_CALL_SENDMMSG] = IO,
	[BW_CALL_RECVFROM] = IO,
	[BW_CALL_RECVMSG] = IO,
	[BW_CALL_RECVMMSG] = IO,
	[BW_CALL_SHUTDOWN] = NET,
	[BW_CALL_SETSOCKOPT] = NET,
	[BW_CALL_MKDIR] = FILES,
	[BW_CALL_MKDIRAT] = FILES,
	[BW_CALL_RMDIR] = FILES,
	[BW_CALL_UNLINK] = FILES,
	[BW_CALL_UNLINKAT] = FILES,
	[BW_CALL_RENAME] = FILES,
	[BW_CALL_RENAMEAT] = FILES,
	[BW_CALL_RENAMEAT2] = FILES,
	[BW_CALL_LINK] = FILES,
	[BW_CALL_LINKAT] = FILES,
	[BW_CALL_SYMLINK] = FILES,
	[BW_CALL_SYMLINKAT] = FILES,
	[BW_CALL_CHMOD] = FILES,
	[BW_CALL_FCHMOD] = FILES,
	[BW_CALL_FCHMODAT] = FILES,
	[BW_CALL_CHOWN] = FILES,
	[BW_CALL_FCHOWN] = FILES,
	[BW_CALL_LCHOWN] = FILES,
	[BW_CALL_FCHOWNAT] = FILES,
	[BW_CALL_MOUNT] = FILES,
	[BW_CALL_UMOUNT] = FILES,
	[BW_CALL_UMOUNT2] = FILES,
	[BW_CALL_FSCONFIG] = SYSTEM,
	[BW_CALL_CHROOT] = PROCESS,
	[BW_CALL_SETNS] = PROCESS,
	[BW_CALL_UNSHARE] = PROCESS,
	[BW_CALL_PTRACE] = PROCESS,
	[BW_CALL_PROCESS_VM_READV] = IPC,
	[BW_CALL_PROCESS_VM_WRITEV] = IPC,
	[BW_CALL_PIDFD_OPEN] = PROCESS,
	[BW_CALL_PIDFD_GETFD] = PROCESS,
	[BW_CALL_KILL] = SIGNAL,
	[BW_CALL_TKILL] = SIGNAL,
	[BW_CALL_TGKILL] = SIGNAL,
	[BW_CALL_PRCTL] = PROCESS,
	[BW_CALL_SETSID] = PROCESS,
	[BW_CALL_SETPGID] = PROCESS,
	[BW_CALL_MEMFD_CREATE] = MEMORY,
	[BW_CALL_MMAP] = MEMORY,
	[BW_CALL_MPROTECT] = MEMORY,
	[BW_CALL_USERFAULTFD] = FILES,
	[BW_CALL_IO_URING_SETUP] = IO,
	[BW_CALL_IO_URING_ENTER] = IO,
	[BW_CALL_IO_URING_REGISTER] = IO,
};

/* Of records that have a type of their own. */
static const char *const type_categories[BW_EVENT_MAX] = {
	[BW_EVENT_FORK] = "process", [BW_EVENT_EXEC] = "process", [BW_EVENT_EXEC_FAIL] = "process",
	[BW_EVENT_EXIT] = "process", [BW_EVENT_CRED] = "user",    [BW_EVENT_CHDIR] = "file",
	[BW_EVENT_OPEN] = "file",    [BW_EVENT_CONNECT] = "net",
};

enum traits_io traits_io_of_call(uint16_t call)
{
	switch (call) {
	case BW_CALL_RECVFROM:
	case BW_CALL_RECVMSG:
	case BW_CALL_RECVMMSG:
	case BW_CALL_FINIT_MODULE:
		return TRAITS_READS;
	case BW_CALL_SENDTO:
	case BW_CALL_SENDMSG:
	case BW_CALL_SENDMMSG:
		return TRAITS_WRITES;
	default:
		return TRAITS_NO_IO;
	}
}

bool traits_has_buffer(uint16_t call)
{
	return traits_io_of_call(call) != TRAITS_NO_IO && call != BW_CALL_FINIT_MODULE;
}

/* What the event's descriptor is, in the words of fd.type; NULL: none, or not known. */
static const char *descriptor_type(const struct event_view *view)
{
	struct fd_view fd;

	return fd_view(view, &fd) ? fd_type(&fd) : NULL;
}

static bool is_one_of(const char *type, const char *const *types)
{
	for (; type && *types; types++) {
		if (strcmp(type, *types) == 0)
			return true;
	}
	return false;
}

static const char *const files[] = { "file", "directory", NULL };
static const char *const inet[] = { "ipv4", "ipv6", NULL };
static const char *const ipc[] = { "pipe",    "unix",        "event", "signalfd",
				   "inotify", "userfaultfd", NULL };

static const char *io_category(const struct event_view *view)
{
	const char *type = descriptor_type(view);

	if (is_one_of(type, files))
		return "file";
	if (is_one_of(type, inet))
		return "net";
	return is_one_of(type, ipc) ? "ipc" : "unknown";
}

const char *traits_category(const struct event_view *view)
{
	const struct bw_hdr *hdr = view->rec->hdr;
	uint8_t category;

	if (hdr->call == BW_CALL_CAPSET)
		return "process";
	if (hdr->type != BW_EVENT_CALL)
		return hdr->type < BW_EVENT_MAX ? type_categories[hdr->type] : NULL;
	category = hdr->call < BW_CALL_MAX ? categories[hdr->call] : OTHER;
	return category == IO ? io_category(view) : category_names[category];
}

/* Of what has no descriptor, only an accept that failed was meant for a socket. */
static enum traits_error error_of_call(const struct event_view *view)
{
	const char *type = descriptor_type(view);
	uint16_t call = view->rec->hdr->call;

	if (is_one_of(type, files))
		return TRAITS_FILE;
	if (is_one_of(type, inet) || (type && strcmp(type, "unix") == 0))
		return TRAITS_NET;
	if (!type && (call == BW_CALL_ACCEPT || call == BW_CALL_ACCEPT4))
		return TRAITS_NET;
	return TRAITS_OTHER;
}

enum traits_error traits_error(const struct event_view *view)
{
	const struct bw_hdr *hdr = view->rec->hdr;

	switch (hdr->type) {
	case BW_EVENT_OPEN:
		return TRAITS_FILE;
	case BW_EVENT_CONNECT:
		return TRAITS_NET;
	case BW_EVENT_CALL:
		return error_of_call(view);
	default:
		return hdr->call == BW_CALL_FCHDIR ? TRAITS_FILE : TRAITS_OTHER;
	}
}
