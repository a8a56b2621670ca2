// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <linux/net.h>
#include <string.h>

#include "sensor/sensor_numbers.h"

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))

struct call_row {
	uint16_t call;
	uint8_t slot;
	uint8_t flags;
	int nr[BW_ABIS_MAX];
};

/* A call that has two numbers in an ABI has two rows. */
static const struct call_row rows[] = {
	{ BW_CALL_FORK, BW_SLOT_NONE, 0, { NR_FORK, NR32_FORK } },
	{ BW_CALL_VFORK, BW_SLOT_NONE, 0, { NR_VFORK, NR32_VFORK } },
	{ BW_CALL_CLONE, BW_SLOT_NONE, 0, { __NR_clone, NR32_CLONE } },
	{ BW_CALL_CLONE3, BW_SLOT_NONE, 0, { __NR_clone3, NR32_CLONE3 } },
	{ BW_CALL_EXECVE, BW_SLOT_EXEC_FAIL, BW_CALL_F_FAILURES, { __NR_execve, NR32_EXECVE } },
	{ BW_CALL_EXECVEAT,
	  BW_SLOT_EXEC_FAIL,
	  BW_CALL_F_FAILURES,
	  { __NR_execveat, NR32_EXECVEAT } },
	{ BW_CALL_OPEN, BW_SLOT_OPEN, 0, { NR_OPEN, NR32_OPEN } },
	{ BW_CALL_OPENAT, BW_SLOT_OPEN, 0, { __NR_openat, NR32_OPENAT } },
	{ BW_CALL_OPENAT2, BW_SLOT_OPEN, 0, { __NR_openat2, NR32_OPENAT2 } },
	{ BW_CALL_CREAT, BW_SLOT_OPEN, 0, { NR_CREAT, NR32_CREAT } },
	{ BW_CALL_OPEN_BY_HANDLE_AT,
	  BW_SLOT_OPEN,
	  0,
	  { __NR_open_by_handle_at, NR32_OPEN_BY_HANDLE_AT } },
	{ BW_CALL_CONNECT, BW_SLOT_CONNECT, 0, { __NR_connect, NR32_CONNECT } },
	{ BW_CALL_SETUID, BW_SLOT_CRED, 0, { __NR_setuid, NR32_SETUID } },
	{ BW_CALL_SETUID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETUID16 } },
	{ BW_CALL_SETGID, BW_SLOT_CRED, 0, { __NR_setgid, NR32_SETGID } },
	{ BW_CALL_SETGID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETGID16 } },
	{ BW_CALL_SETREUID, BW_SLOT_CRED, 0, { __NR_setreuid, NR32_SETREUID } },
	{ BW_CALL_SETREUID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETREUID16 } },
	{ BW_CALL_SETREGID, BW_SLOT_CRED, 0, { __NR_setregid, NR32_SETREGID } },
	{ BW_CALL_SETREGID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETREGID16 } },
	{ BW_CALL_SETRESUID, BW_SLOT_CRED, 0, { __NR_setresuid, NR32_SETRESUID } },
	{ BW_CALL_SETRESUID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETRESUID16 } },
	{ BW_CALL_SETRESGID, BW_SLOT_CRED, 0, { __NR_setresgid, NR32_SETRESGID } },
	{ BW_CALL_SETRESGID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETRESGID16 } },
	{ BW_CALL_SETFSUID, BW_SLOT_CRED, 0, { __NR_setfsuid, NR32_SETFSUID } },
	{ BW_CALL_SETFSUID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETFSUID16 } },
	{ BW_CALL_SETFSGID, BW_SLOT_CRED, 0, { __NR_setfsgid, NR32_SETFSGID } },
	{ BW_CALL_SETFSGID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETFSGID16 } },
	{ BW_CALL_SETGROUPS, BW_SLOT_CRED, 0, { __NR_setgroups, NR32_SETGROUPS } },
	{ BW_CALL_SETGROUPS, BW_SLOT_CRED, 0, { NO_NR, NR32_SETGROUPS16 } },
	{ BW_CALL_CAPSET, BW_SLOT_CRED, 0, { __NR_capset, NR32_CAPSET } },
	{ BW_CALL_CHDIR, BW_SLOT_CHDIR, 0, { __NR_chdir, NR32_CHDIR } },
	{ BW_CALL_FCHDIR, BW_SLOT_CHDIR, 0, { __NR_fchdir, NR32_FCHDIR } },
	{ BW_CALL_DUP, BW_SLOT_CALL, 0, { __NR_dup, NR32_DUP } },
	{ BW_CALL_DUP2, BW_SLOT_CALL, 0, { NR_DUP2, NR32_DUP2 } },
	{ BW_CALL_DUP3, BW_SLOT_CALL, 0, { __NR_dup3, NR32_DUP3 } },
	{ BW_CALL_FCNTL, BW_SLOT_CALL, 0, { __NR_fcntl, NR32_FCNTL } },
	{ BW_CALL_FCNTL, BW_SLOT_CALL, 0, { NO_NR, NR32_FCNTL64 } },
	{ BW_CALL_SOCKET, BW_SLOT_CALL, 0, { __NR_socket, NR32_SOCKET } },
	{ BW_CALL_SOCKETPAIR, BW_SLOT_CALL, 0, { __NR_socketpair, NR32_SOCKETPAIR } },
	{ BW_CALL_BIND, BW_SLOT_CALL, 0, { __NR_bind, NR32_BIND } },
	{ BW_CALL_LISTEN, BW_SLOT_CALL, 0, { __NR_listen, NR32_LISTEN } },
	{ BW_CALL_ACCEPT, BW_SLOT_CALL, 0, { __NR_accept, NR32_ACCEPT } },
	{ BW_CALL_ACCEPT4, BW_SLOT_CALL, 0, { __NR_accept4, NR32_ACCEPT4 } },
	{ BW_CALL_SENDTO, BW_SLOT_CALL, 0, { __NR_sendto, NR32_SENDTO } },
	{ BW_CALL_SENDTO, BW_SLOT_CALL, BW_CALL_F_SHORT, { NO_NR, NR32_SEND } },
	{ BW_CALL_SENDMSG, BW_SLOT_CALL, 0, { __NR_sendmsg, NR32_SENDMSG } },
	{ BW_CALL_SENDMMSG, BW_SLOT_CALL, 0, { __NR_sendmmsg, NR32_SENDMMSG } },
	{ BW_CALL_RECVFROM, BW_SLOT_CALL, 0, { __NR_recvfrom, NR32_RECVFROM } },
	{ BW_CALL_RECVFROM, BW_SLOT_CALL, BW_CALL_F_SHORT, { NO_NR, NR32_RECV } },
	{ BW_CALL_RECVMSG, BW_SLOT_CALL, 0, { __NR_recvmsg, NR32_RECVMSG } },
	{ BW_CALL_RECVMMSG, BW_SLOT_CALL, 0, { __NR_recvmmsg, NR32_RECVMMSG } },
	{ BW_CALL_RECVMMSG, BW_SLOT_CALL, 0, { NO_NR, NR32_RECVMMSG_TIME64 } },
	{ BW_CALL_SHUTDOWN, BW_SLOT_CALL, 0, { __NR_shutdown, NR32_SHUTDOWN } },
	{ BW_CALL_SETSOCKOPT, BW_SLOT_CALL, 0, { __NR_setsockopt, NR32_SETSOCKOPT } },
	{ BW_CALL_MKDIR, BW_SLOT_CALL, 0, { NR_MKDIR, NR32_MKDIR } },
	{ BW_CALL_MKDIRAT, BW_SLOT_CALL, 0, { __NR_mkdirat, NR32_MKDIRAT } },
	{ BW_CALL_RMDIR, BW_SLOT_CALL, 0, { NR_RMDIR, NR32_RMDIR } },
	{ BW_CALL_UNLINK, BW_SLOT_CALL, 0, { NR_UNLINK, NR32_UNLINK } },
	{ BW_CALL_UNLINKAT, BW_SLOT_CALL, 0, { __NR_unlinkat, NR32_UNLINKAT } },
	{ BW_CALL_RENAME, BW_SLOT_CALL, 0, { NR_RENAME, NR32_RENAME } },
	{ BW_CALL_RENAMEAT, BW_SLOT_CALL, 0, { __NR_renameat, NR32_RENAMEAT } },
	{ BW_CALL_RENAMEAT2, BW_SLOT_CALL, 0, { __NR_renameat2, NR32_RENAMEAT2 } },
	{ BW_CALL_LINK, BW_SLOT_CALL, 0, { NR_LINK, NR32_LINK } },
	{ BW_CALL_LINKAT, BW_SLOT_CALL, 0, { __NR_linkat, NR32_LINKAT } },
	{ BW_CALL_SYMLINK, BW_SLOT_CALL, 0, { NR_SYMLINK, NR32_SYMLINK } },
	{ BW_CALL_SYMLINKAT, BW_SLOT_CALL, 0, { __NR_symlinkat, NR32_SYMLINKAT } },
	{ BW_CALL_CHMOD, BW_SLOT_CALL, 0, { NR_CHMOD, NR32_CHMOD } },
	{ BW_CALL_FCHMOD, BW_SLOT_CALL, 0, { __NR_fchmod, NR32_FCHMOD } },
	{ BW_CALL_FCHMODAT, BW_SLOT_CALL, 0, { __NR_fchmodat, NR32_FCHMODAT } },
	{ BW_CALL_FCHMODAT2, BW_SLOT_CALL, 0, { NR_FCHMODAT2, NR32_FCHMODAT2 } },
	{ BW_CALL_CHOWN, BW_SLOT_CALL, 0, { NR_CHOWN, NR32_CHOWN } },
	{ BW_CALL_CHOWN, BW_SLOT_CALL, BW_CALL_F_ID16, { NO_NR, NR32_CHOWN16 } },
	{ BW_CALL_FCHOWN, BW_SLOT_CALL, 0, { __NR_fchown, NR32_FCHOWN } },
	{ BW_CALL_FCHOWN, BW_SLOT_CALL, BW_CALL_F_ID16, { NO_NR, NR32_FCHOWN16 } },
	{ BW_CALL_LCHOWN, BW_SLOT_CALL, 0, { NR_LCHOWN, NR32_LCHOWN } },
	{ BW_CALL_LCHOWN, BW_SLOT_CALL, BW_CALL_F_ID16, { NO_NR, NR32_LCHOWN16 } },
	{ BW_CALL_FCHOWNAT, BW_SLOT_CALL, 0, { __NR_fchownat, NR32_FCHOWNAT } },
	{ BW_CALL_TRUNCATE, BW_SLOT_CALL, 0, { __NR_truncate, NR32_TRUNCATE } },
	{ BW_CALL_TRUNCATE, BW_SLOT_CALL, BW_CALL_F_WIDE, { NO_NR, NR32_TRUNCATE64 } },
	{ BW_CALL_FTRUNCATE, BW_SLOT_CALL, 0, { __NR_ftruncate, NR32_FTRUNCATE } },
	{ BW_CALL_FTRUNCATE, BW_SLOT_CALL, BW_CALL_F_WIDE, { NO_NR, NR32_FTRUNCATE64 } },
	{ BW_CALL_MKNOD, BW_SLOT_CALL, 0, { NR_MKNOD, NR32_MKNOD } },
	{ BW_CALL_MKNODAT, BW_SLOT_CALL, 0, { __NR_mknodat, NR32_MKNODAT } },
	{ BW_CALL_SETXATTR, BW_SLOT_CALL, 0, { __NR_setxattr, NR32_SETXATTR } },
	{ BW_CALL_LSETXATTR, BW_SLOT_CALL, 0, { __NR_lsetxattr, NR32_LSETXATTR } },
	{ BW_CALL_FSETXATTR, BW_SLOT_CALL, 0, { __NR_fsetxattr, NR32_FSETXATTR } },
	{ BW_CALL_SETXATTRAT, BW_SLOT_CALL, 0, { NR_SETXATTRAT, NR32_SETXATTRAT } },
	{ BW_CALL_UTIMENSAT, BW_SLOT_CALL, 0, { __NR_utimensat, NR32_UTIMENSAT } },
	{ BW_CALL_UTIMENSAT, BW_SLOT_CALL, 0, { NO_NR, NR32_UTIMENSAT_TIME64 } },
	{ BW_CALL_MOUNT, BW_SLOT_CALL, 0, { __NR_mount, NR32_MOUNT } },
	{ BW_CALL_UMOUNT, BW_SLOT_CALL, 0, { NO_NR, NR32_UMOUNT } },
	{ BW_CALL_UMOUNT2, BW_SLOT_CALL, 0, { __NR_umount2, NR32_UMOUNT2 } },
	{ BW_CALL_OPEN_TREE, BW_SLOT_CALL, 0, { __NR_open_tree, NR32_OPEN_TREE } },
	{ BW_CALL_MOVE_MOUNT, BW_SLOT_CALL, 0, { __NR_move_mount, NR32_MOVE_MOUNT } },
	{ BW_CALL_FSOPEN, BW_SLOT_CALL, 0, { __NR_fsopen, NR32_FSOPEN } },
	{ BW_CALL_FSCONFIG, BW_SLOT_CALL, 0, { __NR_fsconfig, NR32_FSCONFIG } },
	{ BW_CALL_FSMOUNT, BW_SLOT_CALL, 0, { __NR_fsmount, NR32_FSMOUNT } },
	{ BW_CALL_FSPICK, BW_SLOT_CALL, 0, { __NR_fspick, NR32_FSPICK } },
	{ BW_CALL_MOUNT_SETATTR, BW_SLOT_CALL, 0, { __NR_mount_setattr, NR32_MOUNT_SETATTR } },
	{ BW_CALL_OPEN_TREE_ATTR, BW_SLOT_CALL, 0, { NR_OPEN_TREE_ATTR, NR32_OPEN_TREE_ATTR } },
	{ BW_CALL_CHROOT, BW_SLOT_CALL, 0, { __NR_chroot, NR32_CHROOT } },
	{ BW_CALL_PIVOT_ROOT, BW_SLOT_CALL, 0, { __NR_pivot_root, NR32_PIVOT_ROOT } },
	{ BW_CALL_SETNS, BW_SLOT_CALL, 0, { __NR_setns, NR32_SETNS } },
	{ BW_CALL_UNSHARE, BW_SLOT_CALL, 0, { __NR_unshare, NR32_UNSHARE } },
	{ BW_CALL_PTRACE, BW_SLOT_CALL, 0, { __NR_ptrace, NR32_PTRACE } },
	{ BW_CALL_PROCESS_VM_READV,
	  BW_SLOT_CALL,
	  0,
	  { __NR_process_vm_readv, NR32_PROCESS_VM_READV } },
	{ BW_CALL_PROCESS_VM_WRITEV,
	  BW_SLOT_CALL,
	  0,
	  { __NR_process_vm_writev, NR32_PROCESS_VM_WRITEV } },
	{ BW_CALL_PIDFD_OPEN, BW_SLOT_CALL, 0, { __NR_pidfd_open, NR32_PIDFD_OPEN } },
	{ BW_CALL_PIDFD_GETFD, BW_SLOT_CALL, 0, { __NR_pidfd_getfd, NR32_PIDFD_GETFD } },
	{ BW_CALL_KILL, BW_SLOT_CALL, 0, { __NR_kill, NR32_KILL } },
	{ BW_CALL_TKILL, BW_SLOT_CALL, 0, { __NR_tkill, NR32_TKILL } },
	{ BW_CALL_TGKILL, BW_SLOT_CALL, 0, { __NR_tgkill, NR32_TGKILL } },
	{ BW_CALL_RT_SIGQUEUEINFO, BW_SLOT_CALL, 0, { __NR_rt_sigqueueinfo, NR32_RT_SIGQUEUEINFO } },
	{ BW_CALL_RT_TGSIGQUEUEINFO,
	  BW_SLOT_CALL,
	  0,
	  { __NR_rt_tgsigqueueinfo, NR32_RT_TGSIGQUEUEINFO } },
	{ BW_CALL_PIDFD_SEND_SIGNAL,
	  BW_SLOT_CALL,
	  0,
	  { __NR_pidfd_send_signal, NR32_PIDFD_SEND_SIGNAL } },
	{ BW_CALL_PRCTL, BW_SLOT_CALL, 0, { __NR_prctl, NR32_PRCTL } },
	{ BW_CALL_SECCOMP, BW_SLOT_CALL, 0, { __NR_seccomp, NR32_SECCOMP } },
	{ BW_CALL_SETSID, BW_SLOT_CALL, 0, { __NR_setsid, NR32_SETSID } },
	{ BW_CALL_SETPGID, BW_SLOT_CALL, 0, { __NR_setpgid, NR32_SETPGID } },
	{ BW_CALL_PERSONALITY, BW_SLOT_CALL, 0, { __NR_personality, NR32_PERSONALITY } },
	{ BW_CALL_KEYCTL, BW_SLOT_CALL, 0, { __NR_keyctl, NR32_KEYCTL } },
	{ BW_CALL_ADD_KEY, BW_SLOT_CALL, 0, { __NR_add_key, NR32_ADD_KEY } },
	{ BW_CALL_REQUEST_KEY, BW_SLOT_CALL, 0, { __NR_request_key, NR32_REQUEST_KEY } },
	{ BW_CALL_MEMFD_CREATE, BW_SLOT_CALL, 0, { __NR_memfd_create, NR32_MEMFD_CREATE } },
	{ BW_CALL_MEMFD_SECRET, BW_SLOT_CALL, 0, { __NR_memfd_secret, NR32_MEMFD_SECRET } },
	{ BW_CALL_MMAP, BW_SLOT_CALL, 0, { __NR_mmap, NR32_MMAP2 } },
	{ BW_CALL_MMAP, BW_SLOT_CALL, BW_CALL_F_MEMORY, { NO_NR, NR32_MMAP } },
	{ BW_CALL_MPROTECT, BW_SLOT_CALL, 0, { __NR_mprotect, NR32_MPROTECT } },
	{ BW_CALL_PKEY_MPROTECT, BW_SLOT_CALL, 0, { __NR_pkey_mprotect, NR32_PKEY_MPROTECT } },
	{ BW_CALL_USERFAULTFD, BW_SLOT_CALL, 0, { __NR_userfaultfd, NR32_USERFAULTFD } },
	{ BW_CALL_BPF, BW_SLOT_CALL, 0, { __NR_bpf, NR32_BPF } },
	{ BW_CALL_PERF_EVENT_OPEN, BW_SLOT_CALL, 0, { __NR_perf_event_open, NR32_PERF_EVENT_OPEN } },
	{ BW_CALL_IO_URING_SETUP, BW_SLOT_CALL, 0, { __NR_io_uring_setup, NR32_IO_URING_SETUP } },
	{ BW_CALL_IO_URING_ENTER, BW_SLOT_CALL, 0, { __NR_io_uring_enter, NR32_IO_URING_ENTER } },
	{ BW_CALL_IO_URING_REGISTER,
	  BW_SLOT_CALL,
	  0,
	  { __NR_io_uring_register, NR32_IO_URING_REGISTER } },
	{ BW_CALL_IO_SUBMIT, BW_SLOT_CALL, 0, { __NR_io_submit, NR32_IO_SUBMIT } },
	{ BW_CALL_INIT_MODULE, BW_SLOT_CALL, 0, { __NR_init_module, NR32_INIT_MODULE } },
	{ BW_CALL_FINIT_MODULE, BW_SLOT_CALL, 0, { __NR_finit_module, NR32_FINIT_MODULE } },
	{ BW_CALL_DELETE_MODULE, BW_SLOT_CALL, 0, { __NR_delete_module, NR32_DELETE_MODULE } },
	{ BW_CALL_KEXEC_LOAD, BW_SLOT_CALL, 0, { __NR_kexec_load, NR32_KEXEC_LOAD } },
	{ BW_CALL_KEXEC_FILE_LOAD, BW_SLOT_CALL, 0, { __NR_kexec_file_load, NR32_KEXEC_FILE_LOAD } },
	{ BW_CALL_REBOOT, BW_SLOT_CALL, 0, { __NR_reboot, NR32_REBOOT } },
	{ BW_CALL_ACCT, BW_SLOT_CALL, 0, { __NR_acct, NR32_ACCT } },
	{ BW_CALL_SETHOSTNAME, BW_SLOT_CALL, 0, { __NR_sethostname, NR32_SETHOSTNAME } },
	{ BW_CALL_SETDOMAINNAME, BW_SLOT_CALL, 0, { __NR_setdomainname, NR32_SETDOMAINNAME } },
	{ BW_CALL_IOPL, BW_SLOT_CALL, 0, { NR_IOPL, NR32_IOPL } },
	{ BW_CALL_IOPERM, BW_SLOT_CALL, 0, { NR_IOPERM, NR32_IOPERM } },
	{ BW_CALL_NAME_TO_HANDLE_AT,
	  BW_SLOT_CALL,
	  0,
	  { __NR_name_to_handle_at, NR32_NAME_TO_HANDLE_AT } },
	{ BW_CALL_FANOTIFY_INIT, BW_SLOT_CALL, 0, { __NR_fanotify_init, NR32_FANOTIFY_INIT } },
	{ BW_CALL_RECVFROM, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_RECVFROM, NO_NR } },
	{ BW_CALL_SENDMSG, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_SENDMSG, NO_NR } },
	{ BW_CALL_RECVMSG, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_RECVMSG, NO_NR } },
	{ BW_CALL_EXECVE,
	  BW_SLOT_EXEC_FAIL,
	  BW_CALL_F_FAILURES | BW_CALL_F_NARROW,
	  { NRX32_EXECVE, NO_NR } },
	{ BW_CALL_PTRACE, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_PTRACE, NO_NR } },
	{ BW_CALL_RT_SIGQUEUEINFO,
	  BW_SLOT_CALL,
	  BW_CALL_F_NARROW,
	  { NRX32_RT_SIGQUEUEINFO, NO_NR } },
	{ BW_CALL_KEXEC_LOAD, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_KEXEC_LOAD, NO_NR } },
	{ BW_CALL_RT_TGSIGQUEUEINFO,
	  BW_SLOT_CALL,
	  BW_CALL_F_NARROW,
	  { NRX32_RT_TGSIGQUEUEINFO, NO_NR } },
	{ BW_CALL_RECVMMSG, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_RECVMMSG, NO_NR } },
	{ BW_CALL_SENDMMSG, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_SENDMMSG, NO_NR } },
	{ BW_CALL_PROCESS_VM_READV,
	  BW_SLOT_CALL,
	  BW_CALL_F_NARROW,
	  { NRX32_PROCESS_VM_READV, NO_NR } },
	{ BW_CALL_PROCESS_VM_WRITEV,
	  BW_SLOT_CALL,
	  BW_CALL_F_NARROW,
	  { NRX32_PROCESS_VM_WRITEV, NO_NR } },
	{ BW_CALL_SETSOCKOPT, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_SETSOCKOPT, NO_NR } },
	{ BW_CALL_IO_SUBMIT, BW_SLOT_CALL, BW_CALL_F_NARROW, { NRX32_IO_SUBMIT, NO_NR } },
	{ BW_CALL_EXECVEAT,
	  BW_SLOT_EXEC_FAIL,
	  BW_CALL_F_FAILURES | BW_CALL_F_NARROW,
	  { NRX32_EXECVEAT, NO_NR } },
};

/* First arguments of socketcall(2), the one number that i386 has for many calls. */
static const struct {
	uint16_t call;
	uint8_t which;
	uint8_t flags;
} socketcalls[] = {
	{ BW_CALL_SOCKET, SYS_SOCKET, 0 },
	{ BW_CALL_BIND, SYS_BIND, 0 },
	{ BW_CALL_CONNECT, SYS_CONNECT, 0 },
	{ BW_CALL_LISTEN, SYS_LISTEN, 0 },
	{ BW_CALL_ACCEPT, SYS_ACCEPT, 0 },
	{ BW_CALL_SOCKETPAIR, SYS_SOCKETPAIR, 0 },
	{ BW_CALL_SENDTO, SYS_SEND, BW_CALL_F_SHORT },
	{ BW_CALL_RECVFROM, SYS_RECV, BW_CALL_F_SHORT },
	{ BW_CALL_SENDTO, SYS_SENDTO, 0 },
	{ BW_CALL_RECVFROM, SYS_RECVFROM, 0 },
	{ BW_CALL_SHUTDOWN, SYS_SHUTDOWN, 0 },
	{ BW_CALL_SETSOCKOPT, SYS_SETSOCKOPT, 0 },
	{ BW_CALL_SENDMSG, SYS_SENDMSG, 0 },
	{ BW_CALL_RECVMSG, SYS_RECVMSG, 0 },
	{ BW_CALL_ACCEPT4, SYS_ACCEPT4, 0 },
	{ BW_CALL_RECVMMSG, SYS_RECVMMSG, 0 },
	{ BW_CALL_SENDMMSG, SYS_SENDMMSG, 0 },
};

void sensor_calls_slots(const bool wanted[BW_CALL_MAX], bool ret_needed[BW_SLOT_MAX])
{
	bool any = false;

	memset(ret_needed, 0, BW_SLOT_MAX * sizeof(*ret_needed));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (wanted[rows[i].call] && rows[i].slot != BW_SLOT_NONE)
			ret_needed[rows[i].slot] = true;
	}
	/* To tell of a change without a call, those with one have to be known. */
	if (wanted[BW_CALL_CRED_CHANGE])
		ret_needed[BW_SLOT_CRED] = true;
	for (int slot = BW_SLOT_NONE + 1; slot < BW_SLOT_MAX; slot++)
		any = any || ret_needed[slot];
	ret_needed[BW_SLOT_CANARY] = any;
}

/* Calls that may change credentials: these are followed, asked for or not. */
static bool changes_creds(const struct call_row *row)
{
	return row->slot == BW_SLOT_CRED || row->call == BW_CALL_UNSHARE ||
	       row->call == BW_CALL_SETNS;
}

static struct bw_call_entry entry_of(const struct call_row *row, const bool wanted[BW_CALL_MAX],
				     const bool needed[BW_SLOT_MAX])
{
	struct bw_call_entry entry = {
		.call = row->call,
		.slot = row->slot,
		.flags = row->flags,
	};

	if (wanted[row->call])
		return entry;
	entry.slot = BW_SLOT_NONE;
	if (needed[BW_SLOT_CRED] && changes_creds(row)) {
		entry.slot = BW_SLOT_CRED;
		entry.flags |= BW_CALL_F_QUIET;
	}
	return entry;
}

void sensor_calls_fill(const bool wanted[BW_CALL_MAX], struct bw_number *out)
{
	/* Any call: what it is, tells bw_socketcalls. */
	const struct bw_call_entry socketcall = {
		.call = BW_CALL_SOCKET,
		.flags = BW_CALL_F_SOCKET,
	};
	const struct bw_call_entry canary = { .call = BW_CALL_CANARY, .slot = BW_SLOT_CANARY };
	bool needed[BW_SLOT_MAX];

	sensor_calls_slots(wanted, needed);
	memset(out, 0, BW_NR_MAX * sizeof(*out));
	if (needed[BW_SLOT_CANARY])
		out[SENSOR_CANARY_NR].abi[BW_ABI_NATIVE] = canary;
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct bw_call_entry entry = entry_of(&rows[i], wanted, needed);

		for (int abi = 0; abi < BW_ABIS_MAX; abi++) {
			if (rows[i].nr[abi] >= 0 && rows[i].nr[abi] < BW_NR_MAX)
				out[rows[i].nr[abi]].abi[abi] = entry;
		}
	}
	if (NR32_SOCKETCALL != NO_NR)
		out[NR32_SOCKETCALL].abi[BW_ABI_COMPAT32] = socketcall;
}

void sensor_calls_fill_socketcalls(const bool wanted[BW_CALL_MAX], struct bw_call_entry *out)
{
	bool needed[BW_SLOT_MAX];

	sensor_calls_slots(wanted, needed);
	memset(out, 0, BW_SOCKETCALLS_MAX * sizeof(*out));
	for (size_t i = 0; i < ARRAY_SIZE(socketcalls); i++) {
		const struct call_row *row = rows;

		while (row->call != socketcalls[i].call)
			row++;
		out[socketcalls[i].which] = entry_of(row, wanted, needed);
		out[socketcalls[i].which].flags |= BW_CALL_F_SOCKET | socketcalls[i].flags;
	}
}
