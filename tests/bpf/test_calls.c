// SPDX-License-Identifier: Apache-2.0

/* Every call that gives a struct bw_syscall, as the generic program reports it.  Root. */
#include "watch.h"

#include <arpa/inet.h>
#include <fcntl.h>
#include <limits.h>
#include <linux/audit.h>
#include <linux/filter.h>
#include <linux/mount.h>
#include <linux/seccomp.h>
#include <sched.h>
#include <sys/eventfd.h>
#include <sys/mman.h>
#include <sys/mount.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>

#include "bpfwatch/calls.h"

/* Younger than the headers of some machines. */
enum { NR_FCHMODAT2 = 452, NR_SETXATTRAT = 463, NR_OPEN_TREE_ATTR = 467 };

/* Older than some architectures, which lack them. */
enum { NO_CALL = -1 };
#ifndef SYS_mkdir
enum {
	SYS_mkdir = NO_CALL,
	SYS_rmdir = NO_CALL,
	SYS_mknod = NO_CALL,
	SYS_rename = NO_CALL,
	SYS_link = NO_CALL,
	SYS_unlink = NO_CALL,
	SYS_symlink = NO_CALL,
	SYS_chmod = NO_CALL,
	SYS_chown = NO_CALL,
	SYS_lchown = NO_CALL,
};
#endif
#ifndef SYS_iopl
enum { SYS_iopl = NO_CALL, SYS_ioperm = NO_CALL };
#endif

#ifdef SYS_dup2
#define CALL_OF_DUP2 BW_CALL_DUP2
#else
#define CALL_OF_DUP2 BW_CALL_DUP3
#endif

#define NOT_CHECKED 0x7ead /* as the result of a call: any */
#define BAD_ADDRESS ((void *)8)

static char dir[] = "/tmp/bw-calls.XXXXXX";

/* A system call made directly, in a child whose working directory is `dir`. */
struct deed { /* NOLINT(clang-analyzer-optin.performance.Padding) */
	const char *name;
	uint16_t call; /* enum bw_call */
	long nr;
	unsigned long args[BW_ARGS_MAX];
	const char *text[BW_ARGS_MAX]; /* what has to be told of each; NULL: nothing */
	long ret; /* the result, or NOT_CHECKED */
	const char *base; /* where the first path starts: below `dir`; NULL: it is absolute */
	uint16_t flags; /* of the header */
	const char *fd_path; /* ends so; NULL: no descriptor */
};

#define A(x)    ((unsigned long)(x))
#define DIR_FD  190 /* `dir`/sub */
#define FILE_FD 191 /* `dir`/file */
#define NO_FD   177 /* not open */
#define FREE_FD 200 /* not open, nor is what follows */

/* What later deeds build upon, where the call does not exist. */
static int do_without(const struct deed *d)
{
	/* NOLINTBEGIN(performance-no-int-to-ptr) */
	const char *first = (const char *)d->args[0];
	const char *second = (const char *)d->args[1];
	/* NOLINTEND(performance-no-int-to-ptr) */

	switch (d->call) {
	case BW_CALL_MKDIR:
		return mkdir(first, d->args[1]);
	case BW_CALL_RMDIR:
		return rmdir(first);
	case BW_CALL_MKNOD:
		return mknod(first, d->args[1], d->args[2]);
	case BW_CALL_RENAME:
		return rename(first, second);
	case BW_CALL_LINK:
		return link(first, second);
	case BW_CALL_UNLINK:
		return unlink(first);
	case BW_CALL_SYMLINK:
		return symlink(first, second);
	default:
		return 0;
	}
}

static int do_call(const void *arg)
{
	const struct deed *d = arg;
	long ret;

	if (chdir(dir))
		return 99;
	/* A page that nobody has touched cannot be read when the call fails before it looks there. */
	for (int i = 0; i < BW_ARGS_MAX; i++) {
		if (d->text[i])
			/* NOLINTNEXTLINE(performance-no-int-to-ptr) */
			(void)*(volatile const char *)d->args[i];
	}
	if (d->nr == NO_CALL)
		return do_without(d);
	ret = syscall(d->nr, d->args[0], d->args[1], d->args[2], d->args[3], d->args[4],
		      d->args[5]);
	return ret < 0 ? errno : 0;
}

/* The record of the call that has to be the only one of its kind. */
static const struct bw_syscall *only_call(const struct watch *w, uint16_t call)
{
	const struct bw_syscall *found = NULL;

	for (size_t i = 0; i < w->n; i++) {
		if (w->records[i]->type != BW_EVENT_CALL || w->records[i]->call != call)
			continue;
		assert_null(found);
		found = (const struct bw_syscall *)w->records[i];
	}
	return found;
}

static bool ends_with(const char *text, const char *end)
{
	size_t len = strlen(text);

	return len >= strlen(end) && strcmp(text + len - strlen(end), end) == 0;
}

static void check_deed(struct watch *w, const struct deed *d)
{
	int status = watch_deed(w, do_call, d);
	const struct bw_syscall *rec = only_call(w, d->call);
	char base[PATH_MAX];

	if (d->nr == NO_CALL) {
		assert_int_equal(WEXITSTATUS(status), 0);
		return;
	}
	if (!rec) {
		fail_msg("%s: no record", d->name);
		return; /* for the analyzer */
	}
	assert_int_not_equal(WEXITSTATUS(status), 99);
	if (d->ret != NOT_CHECKED && rec->hdr.ret != d->ret)
		fail_msg("%s: returns %lld, not %ld", d->name, (long long)rec->hdr.ret, d->ret);
	if (rec->hdr.flags != d->flags)
		fail_msg("%s: flags %#x, not %#x", d->name, rec->hdr.flags, d->flags);
	assert_int_equal(rec->hdr.abi, BW_ABI_NATIVE);
	for (int i = 0; i < BW_ARGS_MAX; i++) {
		const char *want = d->text[i] ? d->text[i] : "";

		if (rec->args[i] != d->args[i])
			fail_msg("%s: argument %d is %#llx", d->name, i,
				 (unsigned long long)rec->args[i]);
		if (strcmp(watch_str(rec, rec->text[i]), want) != 0)
			fail_msg("%s: text %d is '%s'", d->name, i, watch_str(rec, rec->text[i]));
	}
	if (d->base)
		(void)snprintf(base, sizeof(base), "%s%s", dir, d->base);
	if (strcmp(watch_str(rec, rec->base[0]), d->base ? base : "") != 0)
		fail_msg("%s: base is '%s'", d->name, watch_str(rec, rec->base[0]));
	if (!d->fd_path && rec->fd.file.mode)
		fail_msg("%s: has descriptor %d", d->name, rec->fd.num);
	if (d->fd_path && !ends_with(watch_str(rec, rec->fd.path), d->fd_path))
		fail_msg("%s: descriptor is '%s'", d->name, watch_str(rec, rec->fd.path));
}

static void check_deeds(struct watch *w, const struct deed *deeds, size_t n)
{
	for (size_t i = 0; i < n; i++)
		check_deed(w, &deeds[i]);
}

#define DEED(c, number) .name = #c, .call = BW_CALL_##c, .nr = (number)
#define AT              A((unsigned int)AT_FDCWD)

static void calls_on_paths_tell_them_and_where_they_start(void **state)
{
	static const uint16_t claim = BW_F_CLAIM;
	/* clang-format off */
	const struct deed deeds[] = {
		{ DEED(MKDIR, SYS_mkdir), { A("d"), 0755 }, { "d" }, 0, "", claim, NULL },
		{ DEED(RMDIR, SYS_rmdir), { A("d") }, { "d" }, 0, "", claim, NULL },
		{ DEED(MKDIRAT, SYS_mkdirat), { DIR_FD, A("d"), 0755 }, { NULL, "d" }, 0,
		  "/sub", claim, NULL },
		{ DEED(UNLINKAT, SYS_unlinkat), { DIR_FD, A("d"), AT_REMOVEDIR }, { NULL, "d" },
		  0, "/sub", claim, NULL },
		{ DEED(MKNOD, SYS_mknod), { A("p"), S_IFIFO | 0600, 0 }, { "p" }, 0, "", claim,
		  NULL },
		{ DEED(MKNODAT, SYS_mknodat), { AT, A("q"), S_IFIFO | 0600, 0 }, { NULL, "q" },
		  0, "", claim, NULL },
		{ DEED(RENAME, SYS_rename), { A("p"), A("sub/r") }, { "p", "sub/r" }, 0, "",
		  claim, NULL },
		{ DEED(RENAMEAT, SYS_renameat), { DIR_FD, A("r"), DIR_FD, A("s") }, { NULL, "r",
		  NULL, "s" }, 0, "/sub", claim, NULL },
		{ DEED(RENAMEAT2, SYS_renameat2), { DIR_FD, A("s"), AT, A("t"), 1 }, { NULL,
		  "s", NULL, "t" }, 0, "/sub", claim, NULL },
		{ DEED(LINK, SYS_link), { A("t"), A("u") }, { "t", "u" }, 0, "", claim, NULL },
		{ DEED(LINKAT, SYS_linkat), { AT, A("t"), DIR_FD, A("u"), 0 }, { NULL, "t",
		  NULL, "u" }, 0, "", claim, NULL },
		{ DEED(UNLINK, SYS_unlink), { A("u") }, { "u" }, 0, "", claim, NULL },
		{ DEED(SYMLINK, SYS_symlink), { A("/etc/x"), A("l") }, { "/etc/x", "l" }, 0, "",
		  claim, NULL },
		{ DEED(SYMLINKAT, SYS_symlinkat), { A("to"), DIR_FD, A("m") }, { "to", NULL, "m"
		  }, 0, "/sub", claim, NULL },
		{ DEED(CHMOD, SYS_chmod), { A("file"), 04755 }, { "file" }, 0, "", claim, NULL
		  },
		{ DEED(FCHMODAT, SYS_fchmodat), { AT, A("file"), 0644 }, { NULL, "file" }, 0,
		  "", claim, NULL },
		{ DEED(CHOWN, SYS_chown), { A("file"), 1, 2 }, { "file" }, 0, "", claim, NULL },
		{ DEED(LCHOWN, SYS_lchown), { A("l"), 1, 2 }, { "l" }, 0, "", claim, NULL },
		{ DEED(FCHOWNAT, SYS_fchownat), { FILE_FD, A(""), 0, 0, AT_EMPTY_PATH }, { NULL
		  }, 0, NULL, 0, "/file" },
		{ DEED(TRUNCATE, SYS_truncate), { A("file"), 5000000000 }, { "file" }, 0, "",
		  claim, NULL },
		{ DEED(SETXATTR, SYS_setxattr), { A("file"), A("trusted.a"), A("value"), 3, 0 },
		  { "file", "trusted.a", "val" }, NOT_CHECKED, "", claim, NULL },
		{ DEED(LSETXATTR, SYS_lsetxattr), { A("nofile"), A("trusted.a"), A("v"), 1, 0 },
		  { "nofile", "trusted.a", "v" }, -ENOENT, "", claim, NULL },
		{ DEED(UTIMENSAT, SYS_utimensat), { DIR_FD, 0, 0, 0 }, { NULL }, 0, NULL, 0,
		  "/sub" },
		{ DEED(ACCT, SYS_acct), { A("/nodir/acct") }, { "/nodir/acct" }, -ENOENT, NULL,
		  claim, NULL },
		{ DEED(CHROOT, SYS_chroot), { A("/nodir") }, { "/nodir" }, -ENOENT, NULL, claim,
		  NULL },
		{ DEED(PIVOT_ROOT, SYS_pivot_root), { A("/nodir"), A("old") }, { "/nodir", "old"
		  }, -ENOENT, NULL, claim, NULL },
		{ DEED(OPEN_TREE, SYS_open_tree), { DIR_FD, A("none"), 0 }, { NULL, "none" }, -ENOENT,
		  "/sub", claim, NULL },
		{ DEED(OPEN_TREE, SYS_open_tree), { DIR_FD, A("../file"), 0 }, { NULL, "../file" },
		  NOT_CHECKED, "/sub", 0, "/file" },
		{ DEED(MOVE_MOUNT, SYS_move_mount), { AT, A("none"), DIR_FD, A("x"), 0 },
		  { NULL, "none", NULL, "x" }, NOT_CHECKED, "", claim, NULL },
		{ DEED(FSPICK, SYS_fspick), { AT, A("none"), 0 }, { NULL, "none" }, -ENOENT, "",
		  claim, NULL },
		{ DEED(MOUNT_SETATTR, SYS_mount_setattr), { AT, A("none"), 0, A("attr"), 4 },
		  { NULL, "none", NULL, "attr" }, NOT_CHECKED, "", claim, NULL },
		{ DEED(NAME_TO_HANDLE_AT, SYS_name_to_handle_at), { DIR_FD, A("none"),
		  A(BAD_ADDRESS), A(BAD_ADDRESS), 0 }, { NULL, "none" }, NOT_CHECKED, "/sub",
		  claim, NULL },
	};
	/* clang-format on */

	check_deeds(*state, deeds, sizeof(deeds) / sizeof(*deeds));
}

static void second_path_has_a_start_of_its_own(void **state)
{
	const struct deed deed = { DEED(RENAMEAT, SYS_renameat), { DIR_FD, A("no"), AT, A("no") } };
	char base[PATH_MAX];
	const struct bw_syscall *rec;

	(void)watch_deed(*state, do_call, &deed);
	rec = only_call(*state, BW_CALL_RENAMEAT);
	assert_non_null(rec);
	assert_string_equal(watch_str(rec, rec->base[1]), dir);
	(void)snprintf(base, sizeof(base), "%s/sub", dir);
	assert_string_equal(watch_str(rec, rec->base[0]), base);
}

static void calls_on_descriptors_tell_their_files(void **state)
{
	/* clang-format off */
	const struct deed deeds[] = {
		{ DEED(DUP, SYS_dup), { FILE_FD }, { NULL }, NOT_CHECKED, NULL, 0, "/file" },
		{ DEED(DUP3, SYS_dup3), { FILE_FD, 160, 0 }, { NULL }, 160, NULL, 0, "/file" },
		{ DEED(FCNTL, SYS_fcntl), { FILE_FD, F_DUPFD, FREE_FD }, { NULL }, FREE_FD, NULL, 0,
		  "/file" },
		{ DEED(FCNTL, SYS_fcntl), { FILE_FD, F_DUPFD_CLOEXEC, FREE_FD }, { NULL }, FREE_FD, NULL,
		  0, "/file" },
		{ DEED(DUP, SYS_dup), { NO_FD }, { NULL }, -EBADF, NULL, 0, NULL },
		{ DEED(FCHMOD, SYS_fchmod), { FILE_FD, 0600 }, { NULL }, 0, NULL, 0, "/file" },
		{ DEED(FCHOWN, SYS_fchown), { FILE_FD, 0, 0 }, { NULL }, 0, NULL, 0, "/file" },
		{ DEED(FTRUNCATE, SYS_ftruncate), { FILE_FD, 10 }, { NULL }, 0, NULL, 0, "/file"
		  },
		{ DEED(FSETXATTR, SYS_fsetxattr), { FILE_FD, A("trusted.b"), A("xyz"), 3, 0 }, {
		  NULL, "trusted.b", "xyz" }, NOT_CHECKED, NULL, 0, "/file" },
		{ DEED(SETNS, SYS_setns), { FILE_FD, CLONE_NEWNET }, { NULL }, -EINVAL, NULL, 0,
		  "/file" },
		{ DEED(FINIT_MODULE, SYS_finit_module), { NO_FD, A("a=b"), 0 }, { NULL, "a=b" },
		  NOT_CHECKED, NULL, 0, NULL },
		{ DEED(FSCONFIG, SYS_fsconfig), { FILE_FD, FSCONFIG_SET_STRING, A("key"),
		  A("val"), 0 }, { NULL, NULL, "key", "val" }, -EINVAL, NULL, 0, "/file" },
		{ DEED(MEMFD_CREATE, SYS_memfd_create), { A("name"), 0 }, { "name" },
		  NOT_CHECKED, NULL, 0, "memfd:name" },
		{ DEED(MEMFD_CREATE, SYS_memfd_create), { A("name"), 0x8000 }, { "name" },
		  -EINVAL, NULL, 0, NULL },
		{ DEED(MMAP, SYS_mmap), { 0, 4096, PROT_READ | PROT_EXEC, MAP_PRIVATE, FILE_FD,
		  0 }, { NULL }, NOT_CHECKED, NULL, 0, "/file" },
		{ DEED(FSMOUNT, SYS_fsmount), { FILE_FD, 0, 0 }, { NULL }, -EINVAL, NULL, 0, "/file" },
		{ DEED(KEXEC_FILE_LOAD, SYS_kexec_file_load), { FILE_FD, 1, 4, A("cmd"), 0xff00 },
		  { NULL, NULL, NULL, "cmd" }, NOT_CHECKED, NULL, 0, "/file" },
		{ DEED(IO_URING_ENTER, SYS_io_uring_enter), { FILE_FD, 1, 2, 0x8000, 0, 0 },
		  { NULL }, NOT_CHECKED, NULL, 0, "/file" },
		{ DEED(IO_URING_REGISTER, SYS_io_uring_register), { FILE_FD, 0, 0, 0 }, { NULL },
		  NOT_CHECKED, NULL, 0, "/file" },
		{ DEED(PIDFD_GETFD, SYS_pidfd_getfd), { FILE_FD, 1, 0 }, { NULL }, -EBADF, NULL,
		  0, "/file" },
		{ DEED(PIDFD_SEND_SIGNAL, SYS_pidfd_send_signal), { FILE_FD, 0, 0, 0 }, { NULL
		  }, -EBADF, NULL, 0, "/file" },
	};
	/* clang-format on */

	check_deeds(*state, deeds, sizeof(deeds) / sizeof(*deeds));
}

static void other_calls_tell_arguments_and_result(void **state)
{
	/* clang-format off */
	const struct deed deeds[] = {
		{ DEED(MOUNT, SYS_mount), { A("src"), A("/nodir"), A("tmpfs"), 1, A("size=1k")
		  }, { "src", "/nodir", "tmpfs", NULL, "size=1k" }, -ENOENT, NULL, BW_F_CLAIM,
		  NULL },
		{ DEED(UMOUNT2, SYS_umount2), { A("nomount"), MNT_DETACH }, { "nomount" },
		  -ENOENT, "", BW_F_CLAIM, NULL },
		{ DEED(UNSHARE, SYS_unshare), { CLONE_FS }, { NULL }, 0, NULL, 0, NULL },
		{ DEED(PTRACE, SYS_ptrace), { PTRACE_PEEKDATA, 1, 2, 3 }, { NULL }, NOT_CHECKED,
		  NULL, 0, NULL },
		{ DEED(KILL, SYS_kill), { 0x7ffffffe, 0 }, { NULL }, -ESRCH, NULL, 0, NULL },
		{ DEED(TKILL, SYS_tkill), { 0x7ffffffe, 0 }, { NULL }, -ESRCH, NULL, 0, NULL },
		{ DEED(TGKILL, SYS_tgkill), { 0x7ffffffe, 0x7ffffffe, 0 }, { NULL }, -ESRCH,
		  NULL, 0, NULL },
		{ DEED(PRCTL, SYS_prctl), { PR_SET_DUMPABLE, 0, 0, 0, 0 }, { NULL }, 0, NULL, 0,
		  NULL },
		{ DEED(SETPGID, SYS_setpgid), { 0, 0 }, { NULL }, 0, NULL, 0, NULL },
		{ DEED(SETSID, SYS_setsid), { 0 }, { NULL }, NOT_CHECKED, NULL, 0, NULL },
		{ DEED(PERSONALITY, SYS_personality), { 0xffffffff }, { NULL }, 0, NULL, 0, NULL
		  },
		{ DEED(ADD_KEY, SYS_add_key), { A("nokey"), A("desc"), A("secret"), 6, 0 }, {
		  "nokey", "desc" }, NOT_CHECKED, NULL, 0, NULL },
		{ DEED(REQUEST_KEY, SYS_request_key), { A("nokey"), A("desc"), A("info"), 0 }, {
		  "nokey", "desc", "info" }, NOT_CHECKED, NULL, 0, NULL },
		{ DEED(MPROTECT, SYS_mprotect), { 0, 4096, PROT_EXEC }, { NULL }, -ENOMEM, NULL,
		  0, NULL },
		{ DEED(BPF, SYS_bpf), { 9999, A("attributes"), 10 }, { NULL, "attributes" },
		  NOT_CHECKED, NULL, 0, NULL },
		{ DEED(INIT_MODULE, SYS_init_module), { A("image"), 5, A("p=1") }, { "image",
		  NULL, "p=1" }, NOT_CHECKED, NULL, 0, NULL },
		{ DEED(DELETE_MODULE, SYS_delete_module), { A("nomodule"), 0 }, { "nomodule" },
		  NOT_CHECKED, NULL, 0, NULL },
		{ DEED(KEXEC_LOAD, SYS_kexec_load), { 0, 99, 0, 0 }, { NULL }, NOT_CHECKED,
		  NULL, 0, NULL },
		{ DEED(REBOOT, SYS_reboot), { 1, 2, 3, 4 }, { NULL }, -EINVAL, NULL, 0, NULL },
		{ DEED(SETHOSTNAME, SYS_sethostname), { A(BAD_ADDRESS), 4 }, { NULL }, -EFAULT, NULL,
		  BW_F_READ_FAIL, NULL },
		{ DEED(SETDOMAINNAME, SYS_setdomainname), { A(BAD_ADDRESS), 4 }, { NULL }, -EFAULT,
		  NULL, BW_F_READ_FAIL, NULL },
		{ DEED(PKEY_MPROTECT, SYS_pkey_mprotect), { 0, 4096, PROT_EXEC, A(-1) }, { NULL },
		  NOT_CHECKED, NULL, 0, NULL },
		{ DEED(RT_SIGQUEUEINFO, SYS_rt_sigqueueinfo), { 1, 0, A(BAD_ADDRESS) }, { NULL },
		  -EFAULT, NULL, 0, NULL },
		{ DEED(RT_TGSIGQUEUEINFO, SYS_rt_tgsigqueueinfo), { 1, 1, 0, A(BAD_ADDRESS) },
		  { NULL }, -EFAULT, NULL, 0, NULL },
		{ DEED(KEYCTL, SYS_keyctl), { 999, 1, 2, 3, 4 }, { NULL }, NOT_CHECKED, NULL, 0,
		  NULL },
		{ DEED(PERF_EVENT_OPEN, SYS_perf_event_open), { A(BAD_ADDRESS), 0, 0, A(-1), 0 },
		  { NULL }, NOT_CHECKED, NULL, 0, NULL },
		{ DEED(USERFAULTFD, SYS_userfaultfd), { 0xff }, { NULL }, NOT_CHECKED, NULL, 0,
		  NULL },
		{ DEED(MEMFD_SECRET, SYS_memfd_secret), { 0xff }, { NULL }, NOT_CHECKED, NULL, 0,
		  NULL },
		{ DEED(IOPERM, SYS_ioperm), { 0, 0, 1 }, { NULL }, NOT_CHECKED, NULL, 0, NULL },
		{ DEED(PROCESS_VM_READV, SYS_process_vm_readv), { 1, 2, 3, 4, 5, 6 }, { NULL },
		  -EINVAL, NULL, 0, NULL },
		{ DEED(PIDFD_OPEN, SYS_pidfd_open), { 0x7ffffffe, 0 }, { NULL }, -ESRCH, NULL, 0,
		  NULL },
		{ DEED(IO_SUBMIT, SYS_io_submit), { 0, 0, 0 }, { NULL }, -EINVAL, NULL, 0, NULL },
		{ DEED(FANOTIFY_INIT, SYS_fanotify_init), { 0xffffff, 0 }, { NULL }, NOT_CHECKED,
		  NULL, 0, NULL },
		{ DEED(IOPL, SYS_iopl), { 9 }, { NULL }, NOT_CHECKED, NULL, 0, NULL },
		{ DEED(FSOPEN, SYS_fsopen), { A("nofs"), 0 }, { "nofs" }, -ENODEV, NULL, 0, NULL
		  },
		{ DEED(IO_URING_SETUP, SYS_io_uring_setup), { 0, 0 }, { NULL }, NOT_CHECKED,
		  NULL, 0, NULL },
		{ DEED(PROCESS_VM_WRITEV, SYS_process_vm_writev), { 1, 2, 3, 4, 5, 6 }, { NULL
		  }, -EINVAL, NULL, 0, NULL },
		{ DEED(SECCOMP, SYS_seccomp), { 99, 1, 2 }, { NULL }, -EINVAL, NULL, 0, NULL },
	};
	/* clang-format on */

	check_deeds(*state, deeds, sizeof(deeds) / sizeof(*deeds));
}

static void calls_younger_than_the_kernel_fail_visibly(void **state)
{
	/* clang-format off */
	const struct deed deeds[] = {
		{ DEED(FCHMODAT2, NR_FCHMODAT2), { AT, A("none"), 0, 0 }, { NULL, "none" },
		  NOT_CHECKED, "", BW_F_CLAIM, NULL },
		{ DEED(SETXATTRAT, NR_SETXATTRAT), { AT, A("none"), 0, A("user.a"), 0, 0 }, {
		  NULL, "none", NULL, "user.a" }, NOT_CHECKED, "", BW_F_CLAIM, NULL },
		{ DEED(OPEN_TREE_ATTR, NR_OPEN_TREE_ATTR), { AT, A("none"), 0, 0, 0 }, { NULL,
		  "none" }, NOT_CHECKED, "", BW_F_CLAIM, NULL },
	};
	/* clang-format on */

	check_deeds(*state, deeds, sizeof(deeds) / sizeof(*deeds));
}

static int do_filtered(const void *arg)
{
	void *page = mmap(NULL, 4096, PROT_READ, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)arg;
	return fcntl(0, F_GETFD) < 0 || mprotect(page, 4096, PROT_READ | PROT_WRITE) ||
	       fcntl(0, F_SETFL, 0) < 0;
}

static void calls_that_pass_no_filter_make_no_event(void **state)
{
	const struct watch *w = *state;

	(void)watch_deed(*state, do_filtered, NULL);
	assert_null(only_call(w, BW_CALL_FCNTL));
	assert_null(only_call(w, BW_CALL_MPROTECT));
	assert_null(only_call(w, BW_CALL_MMAP));
}

static void unreadable_path_is_flagged(void **state)
{
	const struct deed deed = { DEED(MKDIRAT, SYS_mkdirat),
				   { AT, A(BAD_ADDRESS), 0 },
				   .ret = -EFAULT,
				   .flags = BW_F_CLAIM | BW_F_READ_FAIL };

	check_deed(*state, &deed);
}

static void x32_bit_does_not_hide_a_call(void **state)
{
#if defined(__x86_64__)
	/* clang-format off */
	const struct deed deeds[] = {
		{ DEED(MKDIR, 0x40000000 | SYS_mkdir), { A("x32"), 0755 }, { "x32" },
		  NOT_CHECKED, "", BW_F_CLAIM, NULL },
		{ DEED(PTRACE, 0x40000000 | 521), { PTRACE_PEEKDATA, 1, 2, 3 }, { NULL },
		  NOT_CHECKED, NULL, 0, NULL },
	};
	/* clang-format on */

	check_deeds(*state, deeds, sizeof(deeds) / sizeof(*deeds));
#else
	(void)state;
	watch_skip("x32 is of x86-64 only");
#endif
}

static int do_denied(const void *arg)
{
	struct sock_filter code[] = {
		BPF_STMT(BPF_LD | BPF_W | BPF_ABS, offsetof(struct seccomp_data, nr)),
		BPF_JUMP(BPF_JMP | BPF_JEQ | BPF_K, SYS_unshare, 0, 1),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ERRNO | EPERM),
		BPF_STMT(BPF_RET | BPF_K, SECCOMP_RET_ALLOW),
	};
	const struct sock_fprog prog = { sizeof(code) / sizeof(*code), code };

	(void)arg;
	if (prctl(PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) || prctl(PR_SET_SECCOMP, 2, &prog))
		return 99;
	return unshare(CLONE_NEWUSER) == 0 || errno != EPERM;
}

static void call_that_seccomp_denied_is_told(void **state)
{
	const struct bw_syscall *rec;

	assert_int_equal(watch_deed(*state, do_denied, NULL), 0);
	rec = only_call(*state, BW_CALL_UNSHARE);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.ret, -EPERM);
	assert_int_equal(rec->args[0], CLONE_NEWUSER);
	assert_int_equal(rec->hdr.seccomp, 2);
}

/* Sockets: one child does all, so that each record can be looked at. */
struct ports {
	uint16_t tcp;
	uint16_t udp;
};

static int do_sockets(const void *arg)
{
	struct ports *ports = *(struct ports *const *)arg;
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int client = socket(AF_INET, SOCK_STREAM, 0);
	int server;

	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(listener, (struct sockaddr *)&addr, sizeof(addr)) || listen(listener, 3) ||
	    getsockname(listener, (struct sockaddr *)&addr, &len))
		return 1;
	ports->tcp = ntohs(addr.sin_port);
	if (connect(client, (struct sockaddr *)&addr, sizeof(addr)))
		return 2;
	server = accept4(listener, NULL, NULL, SOCK_CLOEXEC);
	return server < 0 || send(client, "hello", 5, 0) != 5 || dup2(client, 0) < 0 ||
	       shutdown(server, SHUT_WR);
}

static void assert_end(const struct bw_addr *addr, uint16_t port)
{
	assert_int_equal(addr->family, AF_INET);
	assert_int_equal(addr->port, port);
	assert_int_equal(addr->addr[0], 127);
}

static void *shared(size_t size)
{
	void *p = mmap(NULL, size, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

	assert_ptr_not_equal(p, MAP_FAILED);
	return p;
}

static const struct bw_syscall *socket_call(const struct watch *w, uint16_t call)
{
	const struct bw_syscall *rec = only_call(w, call);

	assert_non_null(rec);
	assert_true(rec->fd.flags & BW_FD_SOCKET);
	return rec;
}

static void calls_on_sockets_tell_both_ends(void **state)
{
	struct ports *ports = shared(sizeof(*ports));
	const struct watch *w = *state;
	const struct bw_syscall *rec;

	assert_int_equal(watch_deed(*state, do_sockets, &ports), 0);
	rec = socket_call(w, BW_CALL_LISTEN);
	assert_end(&rec->fd.local, ports->tcp);
	assert_int_equal(rec->args[1], 3);
	rec = socket_call(w, BW_CALL_BIND);
	assert_end(&rec->fd.local, ports->tcp);
	assert_int_equal(rec->hdr.flags, 0);
	rec = socket_call(w, BW_CALL_ACCEPT4);
	assert_end(&rec->fd.local, ports->tcp);
	assert_int_equal(rec->fd.remote.family, AF_INET);
	assert_true(rec->fd.remote.port != 0);
	assert_true(rec->fd.flags & BW_FD_RESULT);
	assert_int_equal(rec->fd.num, rec->hdr.ret);
	rec = socket_call(w, BW_CALL_SENDTO);
	assert_end(&rec->fd.remote, ports->tcp);
	assert_string_equal(watch_str(rec, rec->text[1]), "hello");
	assert_int_equal(rec->data_bytes, 5);
	assert_int_equal(rec->fd.sock_type, SOCK_STREAM);
	assert_int_equal(rec->fd.protocol, IPPROTO_TCP);
	rec = socket_call(w, CALL_OF_DUP2);
	assert_end(&rec->fd.remote, ports->tcp);
	assert_int_equal(rec->hdr.ret, 0);
	rec = socket_call(w, BW_CALL_SHUTDOWN);
	assert_end(&rec->fd.local, ports->tcp);
	assert_int_equal(munmap(ports, sizeof(*ports)), 0);
}

static int do_datagrams(const void *arg)
{
	struct ports *ports = *(struct ports *const *)arg;
	struct sockaddr_in addr = { .sin_family = AF_INET };
	socklen_t len = sizeof(addr);
	char big[1000];
	struct iovec iov = { big, sizeof(big) };
	struct msghdr msg = { .msg_name = &addr, .msg_iov = &iov, .msg_iovlen = 1 };
	struct mmsghdr many = { .msg_hdr = msg };
	int server = socket(AF_INET, SOCK_DGRAM, 0);
	int client = socket(AF_INET, SOCK_DGRAM, 0);

	memset(big, 'x', sizeof(big));
	addr.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
	if (bind(server, (struct sockaddr *)&addr, sizeof(addr)) ||
	    getsockname(server, (struct sockaddr *)&addr, &len))
		return 1;
	ports->udp = ntohs(addr.sin_port);
	msg.msg_namelen = len;
	many.msg_hdr = msg;
	if (sendmsg(client, &msg, 0) != sizeof(big) || sendmmsg(client, &many, 1, 0) != 1)
		return 2;
	if (recvfrom(server, big, 300, 0, (struct sockaddr *)&addr, &len) != 300)
		return 3;
	msg.msg_namelen = sizeof(addr);
	return recvmsg(server, &msg, 0) != sizeof(big) ||
	       recvmmsg(server, &many, 1, MSG_DONTWAIT, NULL) != -1;
}

static void messages_tell_peer_and_head(void **state)
{
	struct ports *ports = shared(sizeof(*ports));
	const struct watch *w = *state;
	const struct bw_syscall *rec;

	assert_int_equal(watch_deed(*state, do_datagrams, &ports), 0);
	rec = socket_call(w, BW_CALL_SENDMSG);
	assert_end(&rec->fd.remote, ports->udp);
	assert_int_equal(rec->text[1].len, BW_DATA_MAX);
	assert_int_equal(rec->data_bytes, 1000);
	rec = socket_call(w, BW_CALL_SENDMMSG);
	assert_end(&rec->fd.remote, ports->udp);
	assert_int_equal(rec->hdr.ret, 1);
	assert_int_equal(rec->data_bytes, 1000);
	rec = socket_call(w, BW_CALL_RECVFROM);
	assert_int_equal(rec->fd.remote.family, AF_INET);
	assert_true(rec->fd.remote.port != ports->udp);
	assert_int_equal(rec->data_bytes, 300);
	assert_int_equal(rec->text[1].len, BW_DATA_MAX);
	rec = socket_call(w, BW_CALL_RECVMSG);
	assert_int_equal(rec->data_bytes, 1000);
	assert_true(rec->fd.remote.port != 0);
	rec = socket_call(w, BW_CALL_RECVMMSG);
	assert_int_equal(rec->hdr.ret, -EAGAIN);
	assert_int_equal(rec->text[1].len, 0);
	assert_end(&rec->fd.local, ports->udp);
	assert_int_equal(munmap(ports, sizeof(*ports)), 0);
}

static int do_unix(const void *arg)
{
	struct sockaddr_un addr = { .sun_family = AF_UNIX };
	const socklen_t abstract = offsetof(struct sockaddr_un, sun_path) + 8;
	int pair[2];
	int fd = socket(AF_UNIX, SOCK_DGRAM, 0);
	int other = socket(AF_UNIX, SOCK_DGRAM, 0);

	(void)arg;
	if (chdir(dir))
		return 99;
	(void)snprintf(addr.sun_path, sizeof(addr.sun_path), "./sock");
	if (socketpair(AF_UNIX, SOCK_STREAM, 0, pair) ||
	    bind(fd, (struct sockaddr *)&addr, sizeof(addr)) ||
	    sendto(other, "abc", 3, 0, (struct sockaddr *)&addr, sizeof(addr)) != 3 ||
	    unlink("sock"))
		return 1;
	memcpy(addr.sun_path, "\0bwcalls", 8);
	return bind(other, (struct sockaddr *)&addr, abstract) ||
	       setsockopt(other, SOL_SOCKET, SO_RCVBUF, "\x01\x02\x03\x04", 4);
}

static void unix_sockets_tell_their_names(void **state)
{
	const struct watch *w = *state;
	const struct bw_syscall *rec = NULL;
	char path[PATH_MAX];
	size_t n = 0;

	assert_int_equal(watch_deed(*state, do_unix, NULL), 0);
	(void)snprintf(path, sizeof(path), "%s/sock", dir);
	for (size_t i = 0; i < w->n; i++) {
		if (w->records[i]->type != BW_EVENT_CALL || w->records[i]->call != BW_CALL_BIND)
			continue;
		rec = (const struct bw_syscall *)w->records[i];
		assert_string_equal(watch_str(rec, rec->fd.path), n ? "@bwcalls" : path);
		assert_string_equal(watch_str(rec, rec->text[1]), n ? "@bwcalls" : "./sock");
		n++;
	}
	assert_int_equal(n, 2);
	rec = socket_call(w, BW_CALL_SENDTO);
	assert_string_equal(watch_str(rec, rec->text[4]), "./sock");
	assert_string_equal(watch_str(rec, rec->text[1]), "abc");
	rec = socket_call(w, BW_CALL_SOCKETPAIR);
	assert_int_equal(rec->fd.family, AF_UNIX);
	assert_true(rec->fd.num >= 0);
	rec = socket_call(w, BW_CALL_SETSOCKOPT);
	assert_string_equal(watch_str(rec, rec->fd.path), "@bwcalls");
	assert_string_equal(watch_str(rec, rec->text[3]), "\x01\x02\x03\x04");
}

static int do_refused(const void *arg)
{
	struct sockaddr_in addr = { .sin_family = AF_INET, .sin_port = htons(7) };
	int fd = socket(AF_INET, SOCK_STREAM, 0);

	(void)arg;
	/* An address of nobody here (TEST-NET-1). */
	(void)inet_pton(AF_INET, "192.0.2.1", &addr.sin_addr);
	return accept(fd, NULL, NULL) >= 0 ||
	       bind(fd, (struct sockaddr *)&addr, sizeof(addr)) == 0 ||
	       socket(AF_INET, SOCK_STREAM, 250) >= 0;
}

static void refused_calls_on_sockets_tell_the_claim(void **state)
{
	const struct watch *w = *state;
	const struct bw_syscall *rec;

	assert_int_equal(watch_deed(*state, do_refused, NULL), 0);
	rec = socket_call(w, BW_CALL_BIND);
	assert_int_equal(rec->hdr.ret, -EADDRNOTAVAIL);
	assert_int_equal(rec->hdr.flags, BW_F_CLAIM);
	assert_int_equal(rec->fd.local.port, 7);
	assert_int_equal(rec->fd.local.addr[0], 192);
	rec = socket_call(w, BW_CALL_ACCEPT);
	assert_int_equal(rec->hdr.ret, -EINVAL);
	assert_false(rec->fd.flags & BW_FD_RESULT);
}

#if defined(__x86_64__)
/* Memory of the deeds below that a 32-bit pointer reaches. */
struct low {
	uint32_t args[6];
	uint32_t iov[2];
	uint32_t msg[7];
	char text[8];
	char path[PATH_MAX];
	int pair[2];
};

static long int80(uint32_t nr, uint32_t a, uint32_t b, uint32_t c, uint32_t d)
{
	long ret;

	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr), "b"(a), "c"(b), "d"(c), "S"(d)
			 : "memory", "r8", "r9", "r10", "r11");
	return (int32_t)ret;
}

static int do_calls32(const void *arg)
{
	struct low *low = mmap(NULL, sizeof(*low), PROT_READ | PROT_WRITE,
			       MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT, -1, 0);

	(void)arg;
	if (low == MAP_FAILED)
		return 1;
#define P(x) ((uint32_t)(uintptr_t)(x))
	(void)snprintf(low->path, sizeof(low->path), "%s/file", dir);
	if (int80(193, P(low->path), 1, 2, 0)) /* truncate64 */
		return 2;
	if (int80(182, P(low->path), 0xffff, 7, 0)) /* chown16 */
		return 3;
	memcpy(low->args, (uint32_t[]){ AF_UNIX, SOCK_DGRAM, 0, P(low->pair) }, 16);
	if (int80(102, 8, P(low->args), 0, 0)) /* socketpair */
		return 4;
	memcpy(low->text, "message", 8);
	memcpy(low->iov, (uint32_t[]){ P(low->text), 7 }, sizeof(low->iov));
	memcpy(low->msg, (uint32_t[]){ 0, 0, P(low->iov), 1, 0, 0, 0 }, sizeof(low->msg));
	memcpy(low->args, (uint32_t[]){ (uint32_t)low->pair[0], P(low->msg), 0 }, 12);
	if (int80(102, 16, P(low->args), 0, 0) != 7) /* sendmsg */
		return 5;
	memcpy(low->args, (uint32_t[]){ (uint32_t)low->pair[0], P(low->text), 3, 0, 9, 9 }, 24);
	if (int80(102, 9, P(low->args), 0, 0) != 3) /* send */
		return 6;
	memcpy(low->args, (uint32_t[]){ 0, 4096, PROT_EXEC, MAP_PRIVATE | MAP_ANONYMOUS, 0, 0 },
	       sizeof(low->args));
	return int80(90, P(low->args), 0, 0, 0) == 0 ? 7 : 0; /* the old mmap */
#undef P
}

static void calls_of_the_32_bit_abi_are_the_same_events(void **state)
{
	int status = watch_deed(*state, do_calls32, NULL);
	const struct watch *w = *state;
	const struct bw_syscall *rec;

	if (WIFSIGNALED(status)) {
		watch_skip("this kernel runs no 32-bit calls");
		return;
	}
	assert_int_equal(status, 0);
	rec = only_call(w, BW_CALL_TRUNCATE);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.abi, BW_ABI_COMPAT32);
	assert_int_equal(rec->args[1], (2ULL << 32) + 1);
	rec = only_call(w, BW_CALL_CHOWN);
	assert_non_null(rec);
	assert_int_equal(rec->args[1], (uint32_t)-1);
	assert_int_equal(rec->args[2], 7);
	assert_true(ends_with(watch_str(rec, rec->text[0]), "/file"));
	rec = socket_call(w, BW_CALL_SOCKETPAIR);
	assert_int_equal(rec->args[1], SOCK_DGRAM);
	assert_int_equal(rec->fd.family, AF_UNIX);
	rec = socket_call(w, BW_CALL_SENDMSG);
	assert_int_equal(rec->hdr.abi, BW_ABI_COMPAT32);
	assert_string_equal(watch_str(rec, rec->text[1]), "message");
	rec = socket_call(w, BW_CALL_SENDTO);
	assert_string_equal(watch_str(rec, rec->text[1]), "mes");
	assert_int_equal(rec->args[2], 3);
	assert_int_equal(rec->args[4], 0);
	rec = only_call(w, BW_CALL_MMAP);
	assert_non_null(rec);
	assert_int_equal(rec->args[1], 4096);
	assert_int_equal(rec->args[2], PROT_EXEC);
}
#endif

static int setup(void **state)
{
	char path[PATH_MAX];
	int fd;

	if (!mkdtemp(dir))
		return -1;
	(void)snprintf(path, sizeof(path), "%s/sub", dir);
	assert_int_equal(mkdir(path, 0755), 0);
	fd = open(path, O_RDONLY | O_DIRECTORY);
	assert_int_equal(dup2(fd, DIR_FD), DIR_FD);
	assert_int_equal(close(fd), 0);
	(void)snprintf(path, sizeof(path), "%s/file", dir);
	fd = open(path, O_CREAT | O_RDWR, 0644);
	assert_int_equal(dup2(fd, FILE_FD), FILE_FD);
	assert_int_equal(close(fd), 0);
	return watch_setup(state);
}

static int open_in_proc(pid_t pid, const char *name)
{
	char path[PATH_MAX];

	(void)snprintf(path, sizeof(path), "/proc/%d%s", pid, name);
	return open(path, O_RDONLY);
}

/*
 * By a pidfd of the test: asks whether it is there, takes its standard error; asks by its directory
 * in proc; then by no pidfd.
 */
static int aim_by_descriptor(const void *arg)
{
	const pid_t pid = *(const pid_t *)arg;
	int fd = (int)syscall(SYS_pidfd_open, pid, 0);
	int event_fd = eventfd(0, 0);

	return fd < 0 || syscall(SYS_pidfd_send_signal, fd, 0, NULL, 0) ||
	       syscall(SYS_pidfd_getfd, fd, STDERR_FILENO, 0) < 0 ||
	       syscall(SYS_pidfd_send_signal, open_in_proc(pid, ""), 0, NULL, 0) ||
	       syscall(SYS_pidfd_send_signal, open_in_proc(pid, "/fd"), 0, NULL, 0) == 0 ||
	       syscall(SYS_pidfd_send_signal, open_in_proc(pid, "/stat"), 0, NULL, 0) == 0 ||
	       syscall(SYS_pidfd_send_signal, event_fd, 0, NULL, 0) == 0 ||
	       syscall(SYS_pidfd_send_signal, NO_FD, 0, NULL, 0) == 0;
}

static void pidfds_tell_whose_they_are(void **state)
{
	static const struct {
		uint16_t call;
		bool is_ours;
	} want[] = {
		{ BW_CALL_PIDFD_OPEN, false },        { BW_CALL_PIDFD_SEND_SIGNAL, true },
		{ BW_CALL_PIDFD_GETFD, true },        { BW_CALL_PIDFD_SEND_SIGNAL, true },
		{ BW_CALL_PIDFD_SEND_SIGNAL, false }, { BW_CALL_PIDFD_SEND_SIGNAL, false },
		{ BW_CALL_PIDFD_SEND_SIGNAL, false }, { BW_CALL_PIDFD_SEND_SIGNAL, false },
	};
	const size_t n_want = sizeof(want) / sizeof(*want);
	const pid_t self = getpid();
	struct watch *w = *state;
	size_t n = 0;

	assert_int_equal(watch_deed(w, aim_by_descriptor, &self), 0);
	for (size_t i = 0; i < w->n; i++) {
		const struct bw_syscall *rec = (const void *)w->records[i];

		if (rec->hdr.type != BW_EVENT_CALL || n == n_want || rec->hdr.call != want[n].call)
			continue;
		assert_int_equal(rec->fd.pidfd_tgid, want[n].is_ours ? self : 0);
		n++;
	}
	assert_int_equal(n, n_want);
}

static int teardown(void **state)
{
	static const char *const left[] = { "sub/u", "sub/s", "sub/m", "t",     "q",
					    "l",     "file",  "x32",   "sub/d", "sub" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(left) / sizeof(*left); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, left[i]);
		(void)remove(path);
	}
	(void)remove(dir);
	return watch_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(calls_on_paths_tell_them_and_where_they_start),
		cmocka_unit_test(second_path_has_a_start_of_its_own),
		cmocka_unit_test(calls_on_descriptors_tell_their_files),
		cmocka_unit_test(other_calls_tell_arguments_and_result),
		cmocka_unit_test(calls_younger_than_the_kernel_fail_visibly),
		cmocka_unit_test(calls_that_pass_no_filter_make_no_event),
		cmocka_unit_test(unreadable_path_is_flagged),
		cmocka_unit_test(x32_bit_does_not_hide_a_call),
		cmocka_unit_test(call_that_seccomp_denied_is_told),
		cmocka_unit_test(pidfds_tell_whose_they_are),
		cmocka_unit_test(calls_on_sockets_tell_both_ends),
		cmocka_unit_test(messages_tell_peer_and_head),
		cmocka_unit_test(unix_sockets_tell_their_names),
		cmocka_unit_test(refused_calls_on_sockets_tell_the_claim),
#if defined(__x86_64__)
		cmocka_unit_test(calls_of_the_32_bit_abi_are_the_same_events),
#endif
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
