// SPDX-License-Identifier: Apache-2.0
#include "fields/symbols.h"

#include <fcntl.h>
#include <linux/keyctl.h>
#include <linux/reboot.h>
#include <sched.h>
#include <stdbool.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "bpfwatch/event.h"
#include "fields/scratch.h"

#define TEXT_MAX 1024 /* more than all names of the longest table */

/* The next row of a flag that is set; its bits are taken from *rest.  NULL: no more. */
static const struct symbol *next_flag(const struct symbol *row, uint64_t *rest, bool is_zero)
{
	for (; row->name; row++) {
		if ((*rest & row->value) != row->value || (row->value == 0) != is_zero)
			continue;
		*rest &= ~row->value;
		return row;
	}
	return NULL;
}

/* What becomes of bits and values that have no row. */
static bool keeps_others(const struct symbol *table)
{
	while (table->name)
		table++;
	return table->number == SYMBOLS_KEEP;
}

const char *symbols_flags(struct arena *scratch, const struct symbol *table, uint64_t value)
{
	struct scratch_text text;
	const struct symbol *row = table;
	const char *sep = "";
	uint64_t rest = value;

	scratch_init(&text, scratch, TEXT_MAX);
	scratch_add(&text, "");
	while ((row = next_flag(row, &rest, value == 0))) {
		scratch_add(&text, sep);
		scratch_add(&text, row->name);
		sep = "|";
		row++;
	}
	return scratch_end(&text);
}

uint64_t symbols_flags_number(const struct symbol *table, uint64_t value)
{
	const struct symbol *row = table;
	uint64_t rest = value;
	uint64_t number = 0;

	while ((row = next_flag(row, &rest, value == 0))) {
		number |= row->number;
		row++;
	}
	return keeps_others(table) ? number | rest : number;
}

/* The first row of a value, else the one of all others; NULL: neither. */
static const struct symbol *enum_row(const struct symbol *table, uint64_t value)
{
	for (; table->name; table++) {
		if (table->value == value || table->value == SYMBOL_OTHER)
			return table;
	}
	return NULL;
}

const char *symbols_enum(struct arena *scratch, const struct symbol *table, uint64_t value)
{
	const struct symbol *row = enum_row(table, value);
	struct scratch_text text;
	const char *sep = "";

	scratch_init(&text, scratch, TEXT_MAX);
	scratch_add(&text, "");
	if (row)
		value = row->value;
	for (; row && row->name; row++) {
		if (row->value != value)
			continue;
		scratch_add(&text, sep);
		scratch_add(&text, row->name);
		sep = "|";
	}
	return scratch_end(&text);
}

uint64_t symbols_enum_number(const struct symbol *table, uint64_t value)
{
	const struct symbol *row = enum_row(table, value);

	return row ? row->number : value;
}

/* clang-format off */
#define S(name) { #name, (uint64_t)(name), (uint64_t)(name) }
#define N(name, value) { #name, value, value } /* newer than some headers, or of one architecture */
#define P(name, value, number) { #name, (uint64_t)(value), number } /* Falco has another number */
#define OURS(name, value) { #name, value, 0 } /* Falco does not see it */
#define OTHER(name) { #name, SYMBOL_OTHER, 0 }
#define END { NULL, 0, SYMBOLS_KEEP }
#define END_DROP { NULL, 0, SYMBOLS_DROP }

const struct symbol symbols_families[] = {
	N(AF_NFC, 39), N(AF_ALG, 38), N(AF_CAIF, 37), N(AF_IEEE802154, 36), N(AF_PHONET, 35),
	N(AF_ISDN, 34), N(AF_RXRPC, 33), N(AF_IUCV, 32), N(AF_BLUETOOTH, 31), N(AF_TIPC, 30),
	N(AF_CAN, 29), N(AF_LLC, 26), N(AF_WANPIPE, 25), N(AF_PPPOX, 24), N(AF_IRDA, 23),
	N(AF_SNA, 22), N(AF_RDS, 21), N(AF_ATMSVC, 20), N(AF_ECONET, 19), N(AF_ASH, 18),
	N(AF_PACKET, 17), N(AF_ROUTE, 16), N(AF_NETLINK, 16), N(AF_KEY, 15), N(AF_SECURITY, 14),
	N(AF_NETBEUI, 13), N(AF_DECnet, 12), N(AF_ROSE, 11), N(AF_INET6, 10), N(AF_X25, 9),
	N(AF_ATMPVC, 8), N(AF_BRIDGE, 7), N(AF_NETROM, 6), N(AF_APPLETALK, 5), N(AF_IPX, 4),
	N(AF_AX25, 3), N(AF_INET, 2), N(AF_LOCAL, 1), N(AF_UNIX, 1), N(AF_UNSPEC, 0),
	N(AF_VSOCK, 40), N(AF_KCM, 41), N(AF_QIPCRTR, 42), N(AF_SMC, 43), N(AF_XDP, 44),
	N(AF_MCTP, 45), END,
};

const struct symbol symbols_shutdown[] = { S(SHUT_RDWR), S(SHUT_WR), S(SHUT_RD), END };

const struct symbol symbols_sockopt_levels[] = {
	S(SOL_SOCKET), P(SOL_TCP, 6, 2), OTHER(UNKNOWN), END,
};

/* Of SOL_SOCKET, by the numbers that x86 and arm64 share. */
const struct symbol symbols_sockopts[] = {
	P(SO_COOKIE, 57, 53), P(SO_MEMINFO, 55, 52), P(SO_PEERGROUPS, 59, 51), N(SO_ATTACH_BPF, 50),
	N(SO_INCOMING_CPU, 49), N(SO_BPF_EXTENSIONS, 48), N(SO_MAX_PACING_RATE, 47),
	N(SO_BUSY_POLL, 46), N(SO_SELECT_ERR_QUEUE, 45), N(SO_LOCK_FILTER, 44), N(SO_NOFCS, 43),
	N(SO_PEEK_OFF, 42), N(SO_WIFI_STATUS, 41), N(SO_RXQ_OVFL, 40), N(SO_DOMAIN, 39),
	N(SO_PROTOCOL, 38), N(SO_TIMESTAMPING, 37), N(SO_MARK, 36), N(SO_TIMESTAMPNS, 35),
	N(SO_PASSSEC, 34), N(SO_PEERSEC, 31), N(SO_ACCEPTCONN, 30), N(SO_TIMESTAMP, 29),
	N(SO_PEERNAME, 28), N(SO_DETACH_FILTER, 27), N(SO_ATTACH_FILTER, 26),
	N(SO_BINDTODEVICE, 25), N(SO_SECURITY_ENCRYPTION_NETWORK, 24),
	N(SO_SECURITY_ENCRYPTION_TRANSPORT, 23), N(SO_SECURITY_AUTHENTICATION, 22),
	N(SO_SNDTIMEO, 21), N(SO_RCVTIMEO, 20), N(SO_SNDLOWAT, 19), N(SO_RCVLOWAT, 18),
	N(SO_PEERCRED, 17), N(SO_PASSCRED, 16), N(SO_REUSEPORT, 15), N(SO_BSDCOMPAT, 14),
	N(SO_LINGER, 13), N(SO_PRIORITY, 12), N(SO_NO_CHECK, 11), N(SO_OOBINLINE, 10),
	N(SO_KEEPALIVE, 9), N(SO_RCVBUFFORCE, 33), N(SO_SNDBUFFORCE, 32), N(SO_RCVBUF, 8),
	N(SO_SNDBUF, 7), N(SO_BROADCAST, 6), N(SO_DONTROUTE, 5), N(SO_ERROR, 4), N(SO_TYPE, 3),
	N(SO_REUSEADDR, 2), N(SO_DEBUG, 1), OTHER(UNKNOWN), END,
};

const struct symbol symbols_new_fd[] = {
	P(O_NONBLOCK, O_NONBLOCK, 1 << 6), P(O_CLOEXEC, O_CLOEXEC, 1 << 12), N(O_NONE, 0), END_DROP,
};

const struct symbol symbols_userfaultfd[] = {
	S(O_NONBLOCK), S(O_CLOEXEC), N(UFFD_USER_MODE_ONLY, 1), N(O_NONE, 0), END,
};

const struct symbol symbols_clone[] = {
	P(CLONE_FILES, CLONE_FILES, 1 << 0), P(CLONE_FS, CLONE_FS, 1 << 1),
	P(CLONE_IO, CLONE_IO, 1 << 2), P(CLONE_NEWIPC, CLONE_NEWIPC, 1 << 3),
	P(CLONE_NEWNET, CLONE_NEWNET, 1 << 4), P(CLONE_NEWNS, CLONE_NEWNS, 1 << 5),
	P(CLONE_NEWPID, CLONE_NEWPID, 1 << 6), P(CLONE_NEWUTS, CLONE_NEWUTS, 1 << 7),
	P(CLONE_PARENT, CLONE_PARENT, 1 << 8),
	P(CLONE_PARENT_SETTID, CLONE_PARENT_SETTID, 1 << 9),
	P(CLONE_PTRACE, CLONE_PTRACE, 1 << 10), P(CLONE_SIGHAND, CLONE_SIGHAND, 1 << 11),
	P(CLONE_SYSVSEM, CLONE_SYSVSEM, 1 << 12), P(CLONE_THREAD, CLONE_THREAD, 1 << 13),
	P(CLONE_UNTRACED, CLONE_UNTRACED, 1 << 14), P(CLONE_VM, CLONE_VM, 1 << 15),
	P(CLONE_NEWUSER, CLONE_NEWUSER, 1 << 20),
	P(CLONE_CHILD_CLEARTID, CLONE_CHILD_CLEARTID, 1 << 23),
	P(CLONE_CHILD_SETTID, CLONE_CHILD_SETTID, 1 << 24),
	P(CLONE_SETTLS, CLONE_SETTLS, 1 << 25), P(CLONE_VFORK, CLONE_VFORK, 1 << 27),
	P(CLONE_NEWCGROUP, CLONE_NEWCGROUP, 1 << 28), OURS(CLONE_NEWTIME, 0x80), END_DROP,
};

const struct symbol symbols_ptrace[] = {
	P(PTRACE_SINGLEBLOCK, 33, 38), P(PTRACE_SYSEMU_SINGLESTEP, 32, 37),
	P(PTRACE_SYSEMU, 31, 36), P(PTRACE_ARCH_PRCTL, 30, 35),
	P(PTRACE_SET_THREAD_AREA, 26, 34), P(PTRACE_GET_THREAD_AREA, 25, 33),
	P(PTRACE_OLDSETOPTIONS, 21, 32), P(PTRACE_SETFPXREGS, 19, 31),
	P(PTRACE_GETFPXREGS, 18, 30), P(PTRACE_SETFPREGS, 15, 29), P(PTRACE_GETFPREGS, 14, 28),
	P(PTRACE_SETREGS, 13, 27), P(PTRACE_GETREGS, 12, 26), P(PTRACE_SETSIGMASK, 0x420b, 25),
	P(PTRACE_GETSIGMASK, 0x420a, 24), P(PTRACE_PEEKSIGINFO, 0x4209, 23),
	P(PTRACE_LISTEN, 0x4208, 22), P(PTRACE_INTERRUPT, 0x4207, 21),
	P(PTRACE_SEIZE, 0x4206, 20), P(PTRACE_SETREGSET, 0x4205, 19),
	P(PTRACE_GETREGSET, 0x4204, 18), P(PTRACE_SETSIGINFO, 0x4203, 17),
	P(PTRACE_GETSIGINFO, 0x4202, 16), P(PTRACE_GETEVENTMSG, 0x4201, 15),
	P(PTRACE_SETOPTIONS, 0x4200, 14), P(PTRACE_SYSCALL, 24, 13), P(PTRACE_DETACH, 17, 12),
	P(PTRACE_ATTACH, 16, 11), P(PTRACE_SINGLESTEP, 9, 10), P(PTRACE_KILL, 8, 9),
	P(PTRACE_CONT, 7, 8), P(PTRACE_POKEUSR, 6, 7), P(PTRACE_POKEDATA, 5, 6),
	P(PTRACE_POKETEXT, 4, 5), P(PTRACE_PEEKUSR, 3, 4), P(PTRACE_PEEKDATA, 2, 3),
	P(PTRACE_PEEKTEXT, 1, 2), P(PTRACE_TRACEME, 0, 1), OTHER(PTRACE_UNKNOWN), END,
};

const struct symbol symbols_bpf[] = {
	N(BPF_MAP_CREATE, 0), N(BPF_MAP_LOOKUP_ELEM, 1), N(BPF_MAP_UPDATE_ELEM, 2),
	N(BPF_MAP_DELETE_ELEM, 3), N(BPF_MAP_GET_NEXT_KEY, 4), N(BPF_PROG_LOAD, 5),
	N(BPF_OBJ_PIN, 6), N(BPF_OBJ_GET, 7), N(BPF_PROG_ATTACH, 8), N(BPF_PROG_DETACH, 9),
	N(BPF_PROG_TEST_RUN, 10), N(BPF_PROG_RUN, 10), N(BPF_PROG_GET_NEXT_ID, 11),
	N(BPF_MAP_GET_NEXT_ID, 12), N(BPF_PROG_GET_FD_BY_ID, 13), N(BPF_MAP_GET_FD_BY_ID, 14),
	N(BPF_OBJ_GET_INFO_BY_FD, 15), N(BPF_PROG_QUERY, 16), N(BPF_RAW_TRACEPOINT_OPEN, 17),
	N(BPF_BTF_LOAD, 18), N(BPF_BTF_GET_FD_BY_ID, 19), N(BPF_TASK_FD_QUERY, 20),
	N(BPF_MAP_LOOKUP_AND_DELETE_ELEM, 21), N(BPF_MAP_FREEZE, 22), N(BPF_BTF_GET_NEXT_ID, 23),
	N(BPF_MAP_LOOKUP_BATCH, 24), N(BPF_MAP_LOOKUP_AND_DELETE_BATCH, 25),
	N(BPF_MAP_UPDATE_BATCH, 26), N(BPF_MAP_DELETE_BATCH, 27), N(BPF_LINK_CREATE, 28),
	N(BPF_LINK_UPDATE, 29), N(BPF_LINK_GET_FD_BY_ID, 30), N(BPF_LINK_GET_NEXT_ID, 31),
	N(BPF_ENABLE_STATS, 32), N(BPF_ITER_CREATE, 33), N(BPF_LINK_DETACH, 34),
	N(BPF_PROG_BIND_MAP, 35), N(BPF_TOKEN_CREATE, 36), END,
};

const struct symbol symbols_resolve[] = {
	P(RESOLVE_BENEATH, 0x08, 1 << 0), P(RESOLVE_IN_ROOT, 0x10, 1 << 1),
	P(RESOLVE_NO_MAGICLINKS, 0x02, 1 << 2), P(RESOLVE_NO_SYMLINKS, 0x04, 1 << 3),
	P(RESOLVE_NO_XDEV, 0x01, 1 << 4), P(RESOLVE_CACHED, 0x20, 1 << 5), END_DROP,
};

const struct symbol symbols_creat_layer[] = {
	P(FD_UPPER_LAYER_CREAT, BW_FILE_UPPER, 1), P(FD_LOWER_LAYER_CREAT, BW_FILE_LOWER, 2),
	END_DROP,
};

#define MODE_BITS                                                                              \
	S(S_IXOTH), S(S_IWOTH), S(S_IROTH), S(S_IXGRP), S(S_IWGRP), S(S_IRGRP), S(S_IXUSR),    \
		S(S_IWUSR), S(S_IRUSR), S(S_ISVTX), S(S_ISGID), S(S_ISUID)

const struct symbol symbols_mode[] = { MODE_BITS, END };

/* The largest types first: a socket has the bits of a file and of a device. */
const struct symbol symbols_mknod_mode[] = {
	MODE_BITS, S(S_IFSOCK), S(S_IFREG), S(S_IFBLK), S(S_IFCHR), S(S_IFIFO), END,
};

const struct symbol symbols_unlinkat[] = { S(AT_REMOVEDIR), END_DROP };
const struct symbol symbols_linkat[] = {
	S(AT_SYMLINK_FOLLOW), N(AT_EMPTY_PATH, 0x1000), END_DROP,
};
/* Falco has the first by the name alone: it looks at the bit of AT_SYMLINK_FOLLOW. */
const struct symbol symbols_at[] = {
	S(AT_SYMLINK_NOFOLLOW), N(AT_EMPTY_PATH, 0x1000), S(AT_SYMLINK_FOLLOW), END,
};
const struct symbol symbols_renameat2[] = {
	N(RENAME_NOREPLACE, 1), N(RENAME_EXCHANGE, 2), N(RENAME_WHITEOUT, 4), END,
};

const struct symbol symbols_prot[] = {
	S(PROT_READ), S(PROT_WRITE), S(PROT_EXEC), N(PROT_SEM, 8),
	P(PROT_GROWSDOWN, PROT_GROWSDOWN, 1 << 4), P(PROT_GROWSUP, PROT_GROWSUP, 1 << 5),
	S(PROT_NONE), END_DROP,
};

const struct symbol symbols_mmap[] = {
	S(MAP_SHARED), S(MAP_PRIVATE), P(MAP_FIXED, MAP_FIXED, 1 << 2),
	P(MAP_ANONYMOUS, MAP_ANONYMOUS, 1 << 3), P(MAP_32BIT, 0x40, 1 << 4),
	P(MAP_NORESERVE, MAP_NORESERVE, 1 << 6), P(MAP_POPULATE, MAP_POPULATE, 1 << 7),
	P(MAP_NONBLOCK, MAP_NONBLOCK, 1 << 8), P(MAP_GROWSDOWN, MAP_GROWSDOWN, 1 << 9),
	P(MAP_DENYWRITE, MAP_DENYWRITE, 1 << 10), P(MAP_EXECUTABLE, MAP_EXECUTABLE, 1 << 11),
	P(MAP_LOCKED, MAP_LOCKED, 1 << 14), OURS(MAP_FIXED_NOREPLACE, 0x100000), END_DROP,
};

const struct symbol symbols_prctl[] = {
	S(PR_GET_DUMPABLE), S(PR_SET_DUMPABLE), S(PR_GET_KEEPCAPS), S(PR_SET_KEEPCAPS),
	S(PR_SET_NAME), S(PR_GET_NAME), S(PR_GET_SECCOMP), S(PR_SET_SECCOMP), S(PR_CAPBSET_READ),
	S(PR_CAPBSET_DROP), S(PR_GET_SECUREBITS), S(PR_SET_SECUREBITS), S(PR_MCE_KILL),
	S(PR_SET_MM), S(PR_SET_CHILD_SUBREAPER), S(PR_GET_CHILD_SUBREAPER),
	S(PR_SET_NO_NEW_PRIVS), S(PR_GET_NO_NEW_PRIVS), S(PR_GET_TID_ADDRESS),
	S(PR_SET_THP_DISABLE), S(PR_GET_THP_DISABLE), S(PR_CAP_AMBIENT), S(PR_SET_PDEATHSIG),
	S(PR_GET_PDEATHSIG), S(PR_SET_PTRACER), S(PR_SET_SPECULATION_CTRL),
	S(PR_GET_SPECULATION_CTRL), S(PR_SET_TIMERSLACK), S(PR_GET_TIMERSLACK), END,
};

const struct symbol symbols_mount[] = {
	N(RDONLY, MS_RDONLY), N(NOSUID, MS_NOSUID), N(NODEV, MS_NODEV), N(NOEXEC, MS_NOEXEC),
	N(SYNCHRONOUS, MS_SYNCHRONOUS), N(REMOUNT, MS_REMOUNT), N(MANDLOCK, MS_MANDLOCK),
	N(DIRSYNC, MS_DIRSYNC), N(NOATIME, MS_NOATIME), N(NODIRATIME, MS_NODIRATIME),
	N(BIND, MS_BIND), N(MOVE, MS_MOVE), N(REC, MS_REC), N(SILENT, MS_SILENT),
	N(POSIXACL, MS_POSIXACL), N(UNBINDABLE, MS_UNBINDABLE), N(PRIVATE, MS_PRIVATE),
	N(SLAVE, MS_SLAVE), N(SHARED, MS_SHARED), N(RELATIME, MS_RELATIME),
	N(KERNMOUNT, MS_KERNMOUNT), N(I_VERSION, MS_I_VERSION), N(STRICTATIME, MS_STRICTATIME),
	N(LAZYTIME, MS_LAZYTIME), N(NOSEC, 1 << 28), N(BORN, 1 << 29), N(ACTIVE, 1 << 30),
	N(NOUSER, 1U << 31), END,
};

const struct symbol symbols_umount[] = {
	N(FORCE, MNT_FORCE), N(DETACH, MNT_DETACH), N(EXPIRE, MNT_EXPIRE),
	N(NOFOLLOW, UMOUNT_NOFOLLOW), END_DROP,
};

const struct symbol symbols_fsconfig[] = {
	N(FSCONFIG_SET_FLAG, 0), N(FSCONFIG_SET_STRING, 1), N(FSCONFIG_SET_BINARY, 2),
	N(FSCONFIG_SET_PATH, 3), N(FSCONFIG_SET_PATH_EMPTY, 4), N(FSCONFIG_SET_FD, 5),
	N(FSCONFIG_CMD_CREATE, 6), N(FSCONFIG_CMD_RECONFIGURE, 7),
	N(FSCONFIG_CMD_CREATE_EXCL, 8), END,
};

const struct symbol symbols_open_tree[] = {
	N(OPEN_TREE_CLONE, 1), N(OPEN_TREE_CLOEXEC, O_CLOEXEC), N(AT_EMPTY_PATH, 0x1000),
	N(AT_NO_AUTOMOUNT, 0x800), N(AT_RECURSIVE, 0x8000), S(AT_SYMLINK_NOFOLLOW), END,
};

const struct symbol symbols_move_mount[] = {
	N(MOVE_MOUNT_F_SYMLINKS, 0x1), N(MOVE_MOUNT_F_AUTOMOUNTS, 0x2),
	N(MOVE_MOUNT_F_EMPTY_PATH, 0x4), N(MOVE_MOUNT_T_SYMLINKS, 0x10),
	N(MOVE_MOUNT_T_AUTOMOUNTS, 0x20), N(MOVE_MOUNT_T_EMPTY_PATH, 0x40),
	N(MOVE_MOUNT_SET_GROUP, 0x100), N(MOVE_MOUNT_BENEATH, 0x200), END,
};

const struct symbol symbols_mount_attr[] = {
	N(MOUNT_ATTR_RDONLY, 0x1), N(MOUNT_ATTR_NOSUID, 0x2), N(MOUNT_ATTR_NODEV, 0x4),
	N(MOUNT_ATTR_NOEXEC, 0x8), N(MOUNT_ATTR_NOATIME, 0x10), N(MOUNT_ATTR_STRICTATIME, 0x20),
	N(MOUNT_ATTR_NODIRATIME, 0x80), N(MOUNT_ATTR_IDMAP, 0x100000),
	N(MOUNT_ATTR_NOSYMFOLLOW, 0x200000), END,
};

const struct symbol symbols_xattr[] = { N(XATTR_CREATE, 1), N(XATTR_REPLACE, 2), END };

const struct symbol symbols_memfd[] = {
	N(MFD_CLOEXEC, 0x1), N(MFD_ALLOW_SEALING, 0x2), N(MFD_HUGETLB, 0x4),
	OURS(MFD_NOEXEC_SEAL, 0x8), OURS(MFD_EXEC, 0x10), END_DROP,
};

const struct symbol symbols_finit[] = {
	N(MODULE_INIT_IGNORE_MODVERSIONS, 1), N(MODULE_INIT_IGNORE_VERMAGIC, 2),
	N(MODULE_INIT_COMPRESSED_FILE, 4), END_DROP,
};

const struct symbol symbols_delete_module[] = {
	P(O_NONBLOCK, O_NONBLOCK, 2), P(O_TRUNC, O_TRUNC, 1), END_DROP,
};

const struct symbol symbols_fcntl[] = { P(F_DUPFD_CLOEXEC, 1030, 26), P(F_DUPFD, F_DUPFD, 1), END };

const struct symbol symbols_pidfd_open[] = {
	P(PIDFD_NONBLOCK, O_NONBLOCK, 1), OURS(PIDFD_THREAD, O_EXCL), END_DROP,
};

const struct symbol symbols_keyctl[] = {
	S(KEYCTL_GET_KEYRING_ID), S(KEYCTL_JOIN_SESSION_KEYRING), S(KEYCTL_UPDATE),
	S(KEYCTL_REVOKE), S(KEYCTL_CHOWN), S(KEYCTL_SETPERM), S(KEYCTL_DESCRIBE), S(KEYCTL_CLEAR),
	S(KEYCTL_LINK), S(KEYCTL_UNLINK), S(KEYCTL_SEARCH), S(KEYCTL_READ), S(KEYCTL_INSTANTIATE),
	S(KEYCTL_NEGATE), S(KEYCTL_SET_REQKEY_KEYRING), S(KEYCTL_SET_TIMEOUT),
	S(KEYCTL_ASSUME_AUTHORITY), S(KEYCTL_GET_SECURITY), S(KEYCTL_SESSION_TO_PARENT),
	S(KEYCTL_REJECT), S(KEYCTL_INSTANTIATE_IOV), S(KEYCTL_INVALIDATE),
	S(KEYCTL_GET_PERSISTENT), END,
};

const struct symbol symbols_kexec_file[] = {
	N(KEXEC_FILE_UNLOAD, 1), N(KEXEC_FILE_ON_CRASH, 2), N(KEXEC_FILE_NO_INITRAMFS, 4), END,
};

const struct symbol symbols_reboot[] = {
	S(LINUX_REBOOT_CMD_RESTART), S(LINUX_REBOOT_CMD_HALT), S(LINUX_REBOOT_CMD_CAD_ON),
	S(LINUX_REBOOT_CMD_CAD_OFF), S(LINUX_REBOOT_CMD_POWER_OFF), S(LINUX_REBOOT_CMD_RESTART2),
	S(LINUX_REBOOT_CMD_SW_SUSPEND), S(LINUX_REBOOT_CMD_KEXEC), END,
};

const struct symbol symbols_uring_enter[] = {
	N(IORING_ENTER_GETEVENTS, 1), N(IORING_ENTER_SQ_WAKEUP, 2), N(IORING_ENTER_SQ_WAIT, 4),
	N(IORING_ENTER_EXT_ARG, 8), END_DROP,
};

const struct symbol symbols_uring_register[] = {
	N(IORING_REGISTER_BUFFERS, 0), N(IORING_UNREGISTER_BUFFERS, 1),
	N(IORING_REGISTER_FILES, 2), N(IORING_UNREGISTER_FILES, 3), N(IORING_REGISTER_EVENTFD, 4),
	N(IORING_UNREGISTER_EVENTFD, 5), N(IORING_REGISTER_FILES_UPDATE, 6),
	N(IORING_REGISTER_EVENTFD_ASYNC, 7), N(IORING_REGISTER_PROBE, 8),
	N(IORING_REGISTER_PERSONALITY, 9), N(IORING_UNREGISTER_PERSONALITY, 10),
	N(IORING_REGISTER_RESTRICTIONS, 11), N(IORING_REGISTER_ENABLE_RINGS, 12),
	N(IORING_REGISTER_FILES2, 13), N(IORING_REGISTER_FILES_UPDATE2, 14),
	N(IORING_REGISTER_BUFFERS2, 15), N(IORING_REGISTER_BUFFERS_UPDATE, 16),
	N(IORING_REGISTER_IOWQ_AFF, 17), N(IORING_UNREGISTER_IOWQ_AFF, 18),
	N(IORING_REGISTER_IOWQ_MAX_WORKERS, 19), N(IORING_REGISTER_RING_FDS, 20),
	N(IORING_UNREGISTER_RING_FDS, 21), END,
};
