/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_EVENT_H
#define BPFWATCH_EVENT_H

/*
 * Record format shared by bpf/ and user/; both sides compile this file.
 *
 * A record is one fixed struct, then its strings: NUL-terminated, back to
 * back, each located by a struct bw_str of the fixed part.  Offsets count from
 * the first byte of the record.  Integers are host order, times nanoseconds of
 * CLOCK_BOOTTIME, ids those of the initial user namespace, pids those of the
 * initial pid namespace unless the name starts with v.
 *
 * Fixed-width types only; no packed attribute (it makes clang store byte by
 * byte); every hole has a name, which -Wpadded enforces below.
 */
#include <linux/types.h>

/* Bumped by any change of layout or meaning; recorded in capture files. */
#define BW_WIRE_VERSION 3

#define BW_COMM_LEN   16 /* kernel's TASK_COMM_LEN */
#define BW_STR_MAX    4096 /* longest string, NUL included (PATH_MAX) */
#define BW_RECORD_MAX 65536 /* longest record; a power of two */
#define BW_STDIO_MAX  3 /* descriptors 0, 1 and 2 */
#define BW_ARGS_MAX   6 /* arguments of a system call */
#define BW_BASES_MAX  2 /* relative paths of one call */

#pragma GCC diagnostic push
#pragma GCC diagnostic error "-Wpadded"

/* Two rings, so that a flood of the second never costs an event of the first. */
enum bw_lane {
	BW_LANE_LIFE = 0, /* process life, credentials, cgroups: rare, not to be lost */
	BW_LANE_ACTIVITY = 1, /* files, network */
	BW_LANE_MAX,
};

/* Numbers are never reused. */
enum bw_event_type {
	BW_EVENT_NONE = 0, /* never sent */

	/*
	 * Life lane.  But what anybody may do a million times a second without
	 * any effect goes with activity: EXEC_FAIL, CHDIR, and CRED when nothing
	 * changed.
	 */
	BW_EVENT_FORK = 1, /* struct bw_fork; the header describes the child */
	BW_EVENT_EXEC = 2, /* struct bw_exec; the new image is in place */
	BW_EVENT_EXEC_FAIL = 3, /* struct bw_exec_fail */
	BW_EVENT_EXIT = 4, /* struct bw_exit; the last thread is gone */
	BW_EVENT_CRED = 5, /* struct bw_cred_change */
	BW_EVENT_CHDIR = 6, /* struct bw_chdir */
	BW_EVENT_CGROUP = 7, /* struct bw_cgroup */
	BW_EVENT_COMM = 8, /* struct bw_comm; activity lane: anybody may do it at any rate */

	/* Activity lane. */
	BW_EVENT_OPEN = 16, /* struct bw_open */
	BW_EVENT_CONNECT = 17, /* struct bw_connect; a connection begun, whatever the call */
	BW_EVENT_CALL = 18, /* struct bw_syscall; every call without a type of its own */

	/* Both lanes. */
	BW_EVENT_CANARY = 32, /* struct bw_canary; ends in the sensor, so nobody else sees one */

	/*
	 * Made in user space, so that a capture holds all that a replay needs; but
	 * for the first, of no process.
	 */
	BW_EVENT_PROC = 64, /* struct bw_exec: a process that was there before us */
	BW_EVENT_CONTAINER = 65, /* struct bw_container */
	BW_EVENT_LOSS = 66, /* struct bw_loss */
	BW_EVENT_AGENT = 67, /* struct bw_agent */
	BW_EVENT_FINDING = 68, /* struct bw_finding */
	BW_EVENT_DOMAIN = 69, /* struct bw_domain */
	BW_EVENT_MAX,
};

/* What the caller did, whatever its ABI.  Index of the attach plan. */
enum bw_call {
	BW_CALL_NONE = 0,
	BW_CALL_FORK,
	BW_CALL_VFORK,
	BW_CALL_CLONE,
	BW_CALL_CLONE3,
	BW_CALL_EXECVE,
	BW_CALL_EXECVEAT,
	BW_CALL_EXIT,
	BW_CALL_OPEN,
	BW_CALL_OPENAT,
	BW_CALL_OPENAT2,
	BW_CALL_CREAT,
	BW_CALL_OPEN_BY_HANDLE_AT,
	BW_CALL_CONNECT,
	BW_CALL_SETUID,
	BW_CALL_SETGID,
	BW_CALL_SETREUID,
	BW_CALL_SETREGID,
	BW_CALL_SETRESUID,
	BW_CALL_SETRESGID,
	BW_CALL_SETFSUID,
	BW_CALL_SETFSGID,
	BW_CALL_SETGROUPS,
	BW_CALL_CAPSET,
	BW_CALL_CHDIR,
	BW_CALL_FCHDIR,

	/* Not calls: what the kernel did without one that explains it. */
	BW_CALL_CRED_CHANGE,
	BW_CALL_COMM_CHANGE,

	/* Those that give a struct bw_syscall. */
	BW_CALL_DUP,
	BW_CALL_DUP2,
	BW_CALL_DUP3,
	BW_CALL_FCNTL,
	BW_CALL_SOCKET,
	BW_CALL_SOCKETPAIR,
	BW_CALL_BIND,
	BW_CALL_LISTEN,
	BW_CALL_ACCEPT,
	BW_CALL_ACCEPT4,
	BW_CALL_SENDTO,
	BW_CALL_SENDMSG,
	BW_CALL_SENDMMSG,
	BW_CALL_RECVFROM,
	BW_CALL_RECVMSG,
	BW_CALL_RECVMMSG,
	BW_CALL_SHUTDOWN,
	BW_CALL_SETSOCKOPT,
	BW_CALL_MKDIR,
	BW_CALL_MKDIRAT,
	BW_CALL_RMDIR,
	BW_CALL_UNLINK,
	BW_CALL_UNLINKAT,
	BW_CALL_RENAME,
	BW_CALL_RENAMEAT,
	BW_CALL_RENAMEAT2,
	BW_CALL_LINK,
	BW_CALL_LINKAT,
	BW_CALL_SYMLINK,
	BW_CALL_SYMLINKAT,
	BW_CALL_CHMOD,
	BW_CALL_FCHMOD,
	BW_CALL_FCHMODAT,
	BW_CALL_FCHMODAT2,
	BW_CALL_CHOWN,
	BW_CALL_FCHOWN,
	BW_CALL_LCHOWN,
	BW_CALL_FCHOWNAT,
	BW_CALL_TRUNCATE,
	BW_CALL_FTRUNCATE,
	BW_CALL_MKNOD,
	BW_CALL_MKNODAT,
	BW_CALL_SETXATTR,
	BW_CALL_LSETXATTR,
	BW_CALL_FSETXATTR,
	BW_CALL_SETXATTRAT,
	BW_CALL_UTIMENSAT,
	BW_CALL_MOUNT,
	BW_CALL_UMOUNT,
	BW_CALL_UMOUNT2,
	BW_CALL_OPEN_TREE,
	BW_CALL_MOVE_MOUNT,
	BW_CALL_FSOPEN,
	BW_CALL_FSCONFIG,
	BW_CALL_FSMOUNT,
	BW_CALL_FSPICK,
	BW_CALL_MOUNT_SETATTR,
	BW_CALL_OPEN_TREE_ATTR,
	BW_CALL_CHROOT,
	BW_CALL_PIVOT_ROOT,
	BW_CALL_SETNS,
	BW_CALL_UNSHARE,
	BW_CALL_PTRACE,
	BW_CALL_PROCESS_VM_READV,
	BW_CALL_PROCESS_VM_WRITEV,
	BW_CALL_PIDFD_OPEN,
	BW_CALL_PIDFD_GETFD,
	BW_CALL_KILL,
	BW_CALL_TKILL,
	BW_CALL_TGKILL,
	BW_CALL_RT_SIGQUEUEINFO,
	BW_CALL_RT_TGSIGQUEUEINFO,
	BW_CALL_PIDFD_SEND_SIGNAL,
	BW_CALL_PRCTL,
	BW_CALL_SECCOMP,
	BW_CALL_SETSID,
	BW_CALL_SETPGID,
	BW_CALL_PERSONALITY,
	BW_CALL_KEYCTL,
	BW_CALL_ADD_KEY,
	BW_CALL_REQUEST_KEY,
	BW_CALL_MEMFD_CREATE,
	BW_CALL_MEMFD_SECRET,
	BW_CALL_MMAP,
	BW_CALL_MPROTECT,
	BW_CALL_PKEY_MPROTECT,
	BW_CALL_USERFAULTFD,
	BW_CALL_BPF,
	BW_CALL_PERF_EVENT_OPEN,
	BW_CALL_IO_URING_SETUP,
	BW_CALL_IO_URING_ENTER,
	BW_CALL_IO_URING_REGISTER,
	BW_CALL_IO_SUBMIT,
	BW_CALL_INIT_MODULE,
	BW_CALL_FINIT_MODULE,
	BW_CALL_DELETE_MODULE,
	BW_CALL_KEXEC_LOAD,
	BW_CALL_KEXEC_FILE_LOAD,
	BW_CALL_REBOOT,
	BW_CALL_ACCT,
	BW_CALL_SETHOSTNAME,
	BW_CALL_SETDOMAINNAME,
	BW_CALL_IOPL,
	BW_CALL_IOPERM,
	BW_CALL_NAME_TO_HANDLE_AT,
	BW_CALL_FANOTIFY_INIT,
	BW_CALL_MAX,
};

enum bw_abi {
	BW_ABI_NATIVE = 0,
	BW_ABI_COMPAT32 = 1, /* i386 on x86-64, arm on arm64 */
	BW_ABI_IO_URING = 2,
};

/* Where a string lies.  len excludes the NUL; {0, 0} if it was not read. */
struct bw_str {
	__u16 off;
	__u16 len;
};

/* bw_hdr.flags */
#define BW_F_TRUNC     (1U << 0) /* a string was cut at its limit */
#define BW_F_CLAIM     (1U << 1) /* path or address is the caller's word, not the kernel's */
#define BW_F_READ_FAIL (1U << 2) /* a string could not be read */
#define BW_F_NO_BEFORE (1U << 3) /* credentials before the event are not known */
#define BW_F_PENDING   (1U << 4) /* taken before its end: ret is 0 and tells nothing */
#define BW_F_CHROOT    (1U << 5) /* the task's root is not that of its mount namespace */

/* bw_hdr.ns_differs: namespaces of the task that are not the host's */
#define BW_NS_MNT    (1U << 0)
#define BW_NS_PID    (1U << 1)
#define BW_NS_NET    (1U << 2)
#define BW_NS_USER   (1U << 3)
#define BW_NS_IPC    (1U << 4)
#define BW_NS_UTS    (1U << 5)
#define BW_NS_CGROUP (1U << 6)

/*
 * A process is (tgid, start_ns): pids are reused, start times are not.
 * start_ns is group_leader->start_boottime.
 */
struct bw_hdr {
	__u32 size; /* of the whole record, tail included */
	__u16 type; /* enum bw_event_type */
	__u16 flags; /* BW_F_* */
	__u64 time_ns;
	__u64 cgroup_v2; /* kernfs id in the unified hierarchy; 1 is its root */
	__u64 cgroup_v1; /* kernfs id in the v1 hierarchy chosen at start; 0: none */
	__u64 start_ns;
	__u64 parent_start_ns;
	__u32 tgid;
	__u32 tid;
	__u32 parent_tgid; /* real_parent's */
	__u32 vtgid; /* tgid in the task's own pid namespace */
	__u32 uid;
	__u32 gid;
	__u32 euid;
	__u32 egid;
	__u32 loginuid; /* audit login uid; (__u32)-1 if unset */
	__u32 ns_differs; /* BW_NS_* */
	__u32 mnt_ns; /* inode number of the mount namespace */
	__u32 pid_ns; /* inode number of the pid namespace */
	__u32 sid; /* session */
	__u32 tty; /* controlling terminal's device number as in /proc/PID/stat; 0: none */
	__u64 cap_permitted; /* bit n is capability n */
	__u64 cap_effective;
	__s64 ret; /* result of the call: a value, or -errno */
	__u16 call; /* enum bw_call */
	__u16 abi; /* enum bw_abi */
	__u32 seccomp; /* task->seccomp.mode */
	char comm[BW_COMM_LEN];
};

/* All credentials of a task (struct cred). */
struct bw_cred {
	__u32 uid;
	__u32 gid;
	__u32 euid;
	__u32 egid;
	__u32 suid;
	__u32 sgid;
	__u32 fsuid;
	__u32 fsgid;
	__u64 cap_inheritable;
	__u64 cap_permitted;
	__u64 cap_effective;
	__u64 cap_bset;
	__u64 cap_ambient;
	__u32 securebits;
	__u32 user_ns; /* inode number */
};

/* bw_file.flags */
#define BW_FILE_MEMFD       (1U << 0) /* anonymous memory file */
#define BW_FILE_DELETED     (1U << 1) /* its name is gone */
#define BW_FILE_UPPER       (1U << 2) /* on overlayfs, in the writable layer */
#define BW_FILE_LOWER       (1U << 3) /* on overlayfs, from the image */
#define BW_FILE_RDONLY      (1U << 4) /* its mount or file system is read-only */
#define BW_FILE_UNREACHABLE (1U << 5) /* not below the task's root: path is from its mount's root */
#define BW_FILE_WRITABLE    (1U << 6) /* exec: the task may write its own image */
#define BW_FILE_CREATED     (1U << 7) /* open: made by this call (FMODE_CREATED) */
#define BW_FILE_TRUNC       (1U << 8) /* path is longer than BW_STR_MAX: "/..." stands for its middle */

/* A file by its kernel objects: file, inode, super block. */
struct bw_file {
	__u64 ino;
	__u64 ctime_ns; /* epoch */
	__u64 mtime_ns; /* epoch */
	__u32 dev; /* (major << 20) | minor, as the kernel keeps it */
	__u32 mode; /* i_mode: type and permissions */
	__u32 uid;
	__u32 gid;
	__u32 nlink;
	__u32 fs_magic; /* s_magic */
	__u32 flags; /* BW_FILE_* */
	__u32 open_flags; /* file->f_flags: O_* of the native ABI */
};

/*
 * One end of a socket.  AF_VSOCK: the cid is in the first four bytes of addr, the
 * port, which has 32 bits there, in scope.  AF_PACKET, a frame without IP: its
 * destination is in the first six, port is its type, scope the interface.
 */
struct bw_addr {
	__u8 addr[16]; /* network order; AF_INET uses the first four */
	__u16 port; /* host order */
	__u16 family; /* AF_* ; 0: no address */
	__u32 scope; /* IPv6 interface index */
};

/* What stands behind a standard descriptor at exec. */
struct bw_stdio {
	__u32 mode; /* i_mode; 0: closed */
	__u16 family; /* socket: AF_* */
	__u16 protocol; /* socket: IPPROTO_* */
};

/* bw_fd.flags */
#define BW_FD_SOCKET  (1U << 0) /* the socket's members are set */
#define BW_FD_CHANGED (1U << 1) /* its peer is another than at the last event of this socket */
#define BW_FD_RESULT  (1U << 2) /* the call made it */

/* What a descriptor stands for, from the descriptor table at the exit of the call. */
struct bw_fd {
	struct bw_file file; /* mode 0: there is no such descriptor */
	struct bw_addr local;
	struct bw_addr remote; /* of the packet sent, where that is not the socket's own */
	__u16 family; /* AF_* */
	__u16 sock_type; /* SOCK_* */
	__u16 protocol; /* IPPROTO_* */
	__u16 sock_state; /* TCP_* */
	__s32 num; /* -1: none */
	__u32 flags; /* BW_FD_* */
	struct bw_str path; /* canonical; of a unix socket, where it or its peer is bound */
	__u32 pidfd_tgid; /* pidfd_send_signal, pidfd_getfd: whom the pidfd stands for; 0: not known */
};

/* A new process.  Its credentials, cgroups and namespaces are in the header. */
struct bw_fork {
	struct bw_hdr hdr; /* the child */
	__u64 creator_start_ns; /* who called clone: differs from the parent with CLONE_PARENT */
	__u64 clone_flags; /* CLONE_*; as passed */
	__u32 creator_tgid;
	__u32 creator_tid;
	char tail[];
};

/*
 * A successful exec, or (BW_EVENT_PROC) a process found at start.
 * argv and env are the strings as they lie on the new stack, separated by NUL;
 * arg_bytes and env_bytes tell how much there was.
 */
struct bw_exec {
	struct bw_hdr hdr;
	struct bw_file exe;
	struct bw_cred before;
	struct bw_cred after;
	struct bw_stdio stdio[BW_STDIO_MAX];
	struct bw_addr std_local; /* of the first inet socket among them */
	struct bw_addr std_remote;
	__u32 pgid; /* process group */
	__u32 vsid;
	__u32 vpgid;
	__u32 arg_bytes;
	__u32 env_bytes;
	__u32 secureexec; /* AT_SECURE: ids or capabilities were gained */
	struct bw_str path; /* of the file executed, from its dentry */
	struct bw_str filename; /* as given (bprm->filename) */
	struct bw_str interp; /* bprm->interp if it differs: the script's interpreter */
	struct bw_str cwd;
	struct bw_str argv; /* from the start; BW_F_TRUNC tells that there is more */
	struct bw_str env; /* empty unless a rule asks for it */
	struct bw_str argv_tail; /* the end of what argv could not hold; may begin within a string */
	struct bw_str env_tail;
	struct bw_str root; /* with BW_F_CHROOT: the task's root in its mount namespace */
	__u32 pad0;
	char tail[];
};

/* An exec that was refused.  Strings are the caller's claim. */
struct bw_exec_fail {
	struct bw_hdr hdr;
	__s32 dirfd;
	__u32 at_flags;
	struct bw_str filename;
	struct bw_str argv; /* as far as it could be read; NUL separated */
	char tail[];
};

struct bw_exit {
	struct bw_hdr hdr;
	__u32 code; /* as in wait(2) */
	__u32 pad0;
	char tail[];
};

/*
 * set*id, setgroups, capset; credentials of the calling thread.  Call
 * BW_CALL_CRED_CHANGE: they are not what they were when last seen, and no call
 * was there to change them.
 */
struct bw_cred_change {
	struct bw_hdr hdr; /* ids after the call */
	struct bw_cred before;
	struct bw_cred after;
	__u32 args[3]; /* as passed; setgroups: the count */
	__u32 pad0;
	char tail[];
};

struct bw_chdir {
	struct bw_hdr hdr;
	struct bw_str cwd; /* the new one, from its dentry */
	__u32 pad0;
	char tail[];
};

/* A thread changed its name other than by an exec; the header has the new one. */
struct bw_comm {
	struct bw_hdr hdr;
	char old[BW_COMM_LEN];
	char tail[];
};

enum bw_cgroup_op {
	BW_CGROUP_MKDIR = 1,
	BW_CGROUP_RMDIR = 2,
	BW_CGROUP_ATTACH = 3, /* the header describes the task that was moved */
	BW_CGROUP_RENAME = 4,
};

/* The header describes the task that did it, but for ATTACH. */
struct bw_cgroup {
	struct bw_hdr hdr;
	__u64 id; /* kernfs id */
	__u64 parent_id;
	__u32 hierarchy; /* 0: unified, else the number of the v1 hierarchy */
	__u32 op; /* enum bw_cgroup_op */
	__u32 level;
	struct bw_str path; /* from the hierarchy's root, host's view */
	char tail[];
};

/*
 * An open that succeeded (file and path from the descriptor table) or failed
 * (BW_F_CLAIM: only given and base).
 */
struct bw_open {
	struct bw_hdr hdr; /* ret is the descriptor or -errno */
	struct bw_file file;
	__u32 flags; /* O_* as asked for, of the native ABI */
	__u32 mode; /* as asked for */
	__u32 resolve; /* openat2 */
	__s32 dirfd;
	struct bw_str path; /* canonical, below the task's root */
	struct bw_str given; /* as the caller wrote it */
	struct bw_str base; /* directory that given is relative to, if it is and the open failed */
	struct bw_str root; /* with BW_F_CHROOT: the task's root in its mount namespace */
	char tail[];
};

/*
 * Call BW_CALL_CONNECT: connect(2), or its io_uring operation.  Another call
 * (sendto with MSG_FASTOPEN): it began a TCP connection, as seen at its SYN.
 */
struct bw_connect {
	struct bw_hdr hdr;
	struct bw_addr local;
	struct bw_addr remote;
	__u16 family; /* AF_* of the socket */
	__u16 sock_type; /* SOCK_* */
	__u16 protocol; /* IPPROTO_* */
	__u16 pad0;
	__s32 fd;
	struct bw_str path; /* unix: canonical path of the peer's socket file */
	struct bw_str given; /* unix: sun_path; an abstract name starts with @ */
	__u32 pad1;
	char tail[];
};

/*
 * Any other call, at its exit.  What the arguments are, tells a table (struct
 * bw_decode in calls.h), so a new call needs no layout of its own.
 */
struct bw_syscall {
	struct bw_hdr hdr;
	__u64 args[BW_ARGS_MAX]; /* as passed */
	struct bw_fd fd; /* of the first BW_ARG_FD, or of the result */
	struct bw_str
		text[BW_ARGS_MAX]; /* what the argument points to: a string, or the head of a buffer */
	struct bw_str base[BW_BASES_MAX]; /* where the first and second path start, if relative */
	struct bw_str root; /* with BW_F_CHROOT: the task's root in its mount namespace */
	__u32 data_bytes; /* of the whole buffer */
	char tail[];
};

/*
 * What the agent knew of a container when it first saw it, as JSON (see
 * user/container/).  Sent before the first event that needs it.
 */
struct bw_container {
	struct bw_hdr hdr; /* type, size, time only */
	__u64 cgroup_v2; /* 0: none */
	__u64 cgroup_v1;
	struct bw_str json;
	__u32 pad0;
	char tail[];
};

/*
 * The addresses that a host name, which rules compare with, stands for from now on; in place
 * of those told before.
 */
struct bw_domain {
	struct bw_hdr hdr; /* type, size, time only */
	struct bw_str name;
	struct bw_str addrs; /* as text, separated by NUL; empty: it stands for none */
	char tail[];
};

#define BW_DOMAIN_ADDRS_MAX 256 /* addresses of a bw_domain; readers leave out what is more */

/* Why a record was not delivered or not whole; index of the bw_stats map. */
enum bw_stat {
	BW_STAT_LIFE_SENT = 0,
	BW_STAT_LIFE_LOST, /* ring full */
	BW_STAT_ACTIVITY_SENT,
	BW_STAT_ACTIVITY_LOST, /* ring full */
	BW_STAT_READ_FAILED, /* a string could not be read */
	BW_STAT_TRUNCATED, /* records with a string that was cut */
	BW_STAT_CRED_FULL, /* credentials of a task could not be remembered */
	BW_STAT_OVERSIZE, /* a record did not fit BW_RECORD_MAX */
	BW_STAT_URING_FULL, /* io_uring operations told before their end: too many under way */
	BW_STAT_SKIPPED, /* runs that the kernel left out; it counts them itself, not in the map */
	BW_STAT_MAX,
};

/* Counters since start, taken when they changed. */
struct bw_loss {
	struct bw_hdr hdr; /* type, size, time only */
	__u64 stat[BW_STAT_MAX];
	char tail[];
};

/*
 * Who watches, so that what is done to it can be told: the agent's process, by the
 * header's tgid, and the ids of its BPF objects, in decimal with blanks between them.
 */
struct bw_agent {
	struct bw_hdr hdr; /* type, size, time, tgid only */
	struct bw_str programs;
	struct bw_str maps;
	struct bw_str links;
	__u32 pad0;
	char tail[];
};

/* A sign that the way from a call to the reader is open. */
struct bw_canary {
	struct bw_hdr hdr; /* type, size, time only */
	__u64 number; /* which of them */
};

/* What is wrong with the sensor itself. */
enum bw_finding_kind {
	BW_FINDING_NONE = 0,
	BW_FINDING_RING_MOVED, /* our position in a ring was written by somebody */
	BW_FINDING_RING_OVERRUN, /* records of a ring were written over; count is bytes */
	BW_FINDING_OBJECT, /* a program, map or link is no longer what we made */
	BW_FINDING_BLIND, /* canaries do not arrive; count is how many */
	BW_FINDING_MAX,
};

struct bw_finding {
	struct bw_hdr hdr; /* type, size, time, tgid (the agent's) only */
	__u64 count;
	__u64 since_ns; /* 0: just now */
	__u32 kind; /* enum bw_finding_kind */
	struct bw_str object; /* ring, program, map or link */
	char tail[];
};

#pragma GCC diagnostic pop

_Static_assert(sizeof(struct bw_hdr) == 152, "wire layout of bw_hdr");
_Static_assert(sizeof(struct bw_cred) == 80, "wire layout of bw_cred");
_Static_assert(sizeof(struct bw_file) == 56, "wire layout of bw_file");
_Static_assert(sizeof(struct bw_addr) == 24, "wire layout of bw_addr");
_Static_assert(sizeof(struct bw_fork) == 176, "wire layout of bw_fork");
_Static_assert(sizeof(struct bw_exec) == 504, "wire layout of bw_exec");
_Static_assert(sizeof(struct bw_exec_fail) == 168, "wire layout of bw_exec_fail");
_Static_assert(sizeof(struct bw_exit) == 160, "wire layout of bw_exit");
_Static_assert(sizeof(struct bw_cred_change) == 328, "wire layout of bw_cred_change");
_Static_assert(sizeof(struct bw_chdir) == 160, "wire layout of bw_chdir");
_Static_assert(sizeof(struct bw_cgroup) == 184, "wire layout of bw_cgroup");
_Static_assert(sizeof(struct bw_open) == 240, "wire layout of bw_open");
_Static_assert(sizeof(struct bw_connect) == 224, "wire layout of bw_connect");
_Static_assert(sizeof(struct bw_fd) == 128, "wire layout of bw_fd");
_Static_assert(sizeof(struct bw_comm) == 168, "wire layout of bw_comm");
_Static_assert(sizeof(struct bw_syscall) == 368, "wire layout of bw_syscall");
_Static_assert(sizeof(struct bw_container) == 176, "wire layout of bw_container");
_Static_assert(sizeof(struct bw_domain) == 160, "wire layout of bw_domain");
_Static_assert(sizeof(struct bw_agent) == 168, "wire layout of bw_agent");
_Static_assert(sizeof(struct bw_canary) == 160, "wire layout of bw_canary");
_Static_assert(sizeof(struct bw_finding) == 176, "wire layout of bw_finding");

#endif /* BPFWATCH_EVENT_H */
