// SPDX-License-Identifier: Apache-2.0
#include "event/text_fields.h"

#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <sys/socket.h>

/* clang-format off */
#define ENUM(name) { #name, name, 0 }
#define FLAG(name) { #name, name, name }
#define BIT(prefix, name) { #name, prefix##name, prefix##name }
#define END { NULL, 0, 0 }

const struct text_symbol text_abis[] = {
	{ "native", BW_ABI_NATIVE, 0 }, { "compat32", BW_ABI_COMPAT32, 0 },
	{ "io_uring", BW_ABI_IO_URING, 0 }, END,
};

/* What the calls of our events return; others are written as numbers. */
const struct text_symbol text_errnos[] = {
	ENUM(EPERM), ENUM(ENOENT), ENUM(EINTR), ENUM(EIO), ENUM(ENXIO), ENUM(E2BIG),
	ENUM(ENOEXEC), ENUM(EBADF), ENUM(EAGAIN), ENUM(ENOMEM), ENUM(EACCES), ENUM(EFAULT),
	ENUM(EBUSY), ENUM(EEXIST), ENUM(EXDEV), ENUM(ENODEV), ENUM(ENOTDIR), ENUM(EISDIR),
	ENUM(EINVAL), ENUM(ENFILE), ENUM(EMFILE), ENUM(ENOTTY), ENUM(ETXTBSY), ENUM(EFBIG),
	ENUM(ENOSPC), ENUM(ESPIPE), ENUM(EROFS), ENUM(EMLINK), ENUM(EPIPE), ENUM(ENAMETOOLONG),
	ENUM(ENOSYS), ENUM(ELOOP), ENUM(EOVERFLOW), ENUM(ELIBBAD), ENUM(EUSERS), ENUM(ENOTSOCK),
	ENUM(EDESTADDRREQ), ENUM(EMSGSIZE), ENUM(EPROTOTYPE), ENUM(EPROTONOSUPPORT),
	ENUM(EOPNOTSUPP), ENUM(EAFNOSUPPORT), ENUM(EADDRINUSE), ENUM(EADDRNOTAVAIL),
	ENUM(ENETDOWN), ENUM(ENETUNREACH), ENUM(ECONNABORTED), ENUM(ECONNRESET), ENUM(ENOBUFS),
	ENUM(EISCONN), ENUM(ENOTCONN), ENUM(ETIMEDOUT), ENUM(ECONNREFUSED), ENUM(EHOSTDOWN),
	ENUM(EHOSTUNREACH), ENUM(EALREADY), ENUM(EINPROGRESS), ENUM(ESTALE), ENUM(EDQUOT), END,
};

/* Flags that contain others stand before them. */
const struct text_symbol text_open_flags[] = {
	{ "O_WRONLY", O_WRONLY, O_ACCMODE }, { "O_RDWR", O_RDWR, O_ACCMODE },
	{ "O_RDONLY", O_RDONLY, 0 }, FLAG(O_TMPFILE), FLAG(O_SYNC), FLAG(O_DSYNC), FLAG(O_CREAT),
	FLAG(O_EXCL), FLAG(O_NOCTTY), FLAG(O_TRUNC), FLAG(O_APPEND), FLAG(O_NONBLOCK),
	FLAG(O_ASYNC), FLAG(O_DIRECT), FLAG(O_DIRECTORY), FLAG(O_NOFOLLOW), FLAG(O_NOATIME),
	FLAG(O_CLOEXEC), FLAG(O_PATH), END,
};

const struct text_symbol text_file_flags[] = {
	BIT(BW_FILE_, MEMFD), BIT(BW_FILE_, DELETED), BIT(BW_FILE_, UPPER), BIT(BW_FILE_, LOWER),
	BIT(BW_FILE_, RDONLY), BIT(BW_FILE_, UNREACHABLE), BIT(BW_FILE_, WRITABLE),
	BIT(BW_FILE_, CREATED), BIT(BW_FILE_, TRUNC), END,
};

const struct text_symbol text_record_flags[] = {
	BIT(BW_F_, TRUNC), BIT(BW_F_, CLAIM), BIT(BW_F_, READ_FAIL), BIT(BW_F_, NO_BEFORE),
	BIT(BW_F_, PENDING), BIT(BW_F_, CHROOT), END,
};

const struct text_symbol text_fd_flags[] = {
	BIT(BW_FD_, SOCKET), BIT(BW_FD_, CHANGED), BIT(BW_FD_, RESULT), END,
};

const struct text_symbol text_namespaces[] = {
	BIT(BW_NS_, MNT), BIT(BW_NS_, PID), BIT(BW_NS_, NET), BIT(BW_NS_, USER), BIT(BW_NS_, IPC),
	BIT(BW_NS_, UTS), BIT(BW_NS_, CGROUP), END,
};

const struct text_symbol text_families[] = {
	ENUM(AF_UNIX), ENUM(AF_INET), ENUM(AF_INET6), ENUM(AF_NETLINK), ENUM(AF_PACKET),
	ENUM(AF_VSOCK), END,
};

const struct text_symbol text_sock_types[] = {
	ENUM(SOCK_STREAM), ENUM(SOCK_DGRAM), ENUM(SOCK_RAW), ENUM(SOCK_SEQPACKET), END,
};

const struct text_symbol text_protocols[] = {
	ENUM(IPPROTO_ICMP), ENUM(IPPROTO_TCP), ENUM(IPPROTO_UDP), ENUM(IPPROTO_ICMPV6),
	ENUM(IPPROTO_SCTP), END,
};

const struct text_symbol text_findings[] = {
	{ "ring_moved", BW_FINDING_RING_MOVED, 0 }, { "ring_overrun", BW_FINDING_RING_OVERRUN, 0 },
	{ "object", BW_FINDING_OBJECT, 0 }, { "blind", BW_FINDING_BLIND, 0 }, END,
};

const struct text_symbol text_cgroup_ops[] = {
	{ "mkdir", BW_CGROUP_MKDIR, 0 }, { "rmdir", BW_CGROUP_RMDIR, 0 },
	{ "attach", BW_CGROUP_ATTACH, 0 }, { "rename", BW_CGROUP_RENAME, 0 }, END,
};
