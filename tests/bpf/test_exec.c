// SPDX-License-Identifier: Apache-2.0

/* Birth, execution and end of processes, as the programs report them.  Root. */
#include "watch.h"

#include <fcntl.h>
#include <limits.h>
#include <linux/capability.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/xattr.h>

#define NOBODY 65534

static char dir[] = "/tmp/bw-exec.XXXXXX";

static int run_fd(int fd, const char *name)
{
	const char *const argv[] = { name, NULL };
	const char *const envp[] = { NULL };

	(void)syscall(SYS_execveat, fd, "", argv, envp, AT_EMPTY_PATH);
	return 127;
}

static int copy_file(const char *from, int to)
{
	char buf[65536];
	int fd = open(from, O_RDONLY | O_CLOEXEC);
	ssize_t n;

	while ((n = read(fd, buf, sizeof(buf))) > 0) {
		if (write(to, buf, (size_t)n) != n)
			return -1;
	}
	return close(fd);
}

/* A copy of /bin/true at `name` below the test's directory. */
static const char *copy_true(const char *name, mode_t mode, char *path, size_t size)
{
	int fd;

	(void)snprintf(path, size, "%s/%s", dir, name);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	assert_true(fd >= 0);
	assert_int_equal(copy_file("/bin/true", fd), 0);
	assert_int_equal(fchmod(fd, mode), 0);
	assert_int_equal(close(fd), 0);
	return path;
}

static void exec_is_reported_with_path_arguments_and_parent(void **state)
{
	const char *const argv[] = { "/bin/true", "one", "two words", NULL };
	char real[PATH_MAX];
	struct watch *w = *state;
	const struct bw_exec *rec;
	struct stat st;
	char cwd[PATH_MAX];

	assert_non_null(realpath("/bin/true", real));
	assert_int_equal(stat(real, &st), 0);
	assert_non_null(getcwd(cwd, sizeof(cwd)));
	assert_int_equal(watch_deed(w, watch_exec, argv), 0);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_string_equal(watch_str(rec, rec->path), real);
	assert_string_equal(watch_str(rec, rec->filename), "/bin/true");
	assert_string_equal(watch_str(rec, rec->cwd), cwd);
	assert_int_equal(rec->argv.len, sizeof("/bin/true\0one\0two words") - 1);
	assert_memory_equal(watch_str(rec, rec->argv), "/bin/true\0one\0two words", rec->argv.len);
	assert_int_equal(rec->arg_bytes, sizeof("/bin/true\0one\0two words"));
	assert_true(rec->env.len > 0);
	assert_int_equal(rec->hdr.tgid, w->pid);
	assert_int_equal(rec->hdr.parent_tgid, getpid());
	assert_string_equal(rec->hdr.comm, "true");
	assert_int_equal(rec->hdr.call, BW_CALL_EXECVE);
	assert_int_equal(rec->hdr.sid, getsid(0));
	assert_int_equal(rec->pgid, getpgid(0));
	assert_int_equal(rec->hdr.ns_differs, 0);
	assert_int_equal(rec->exe.ino, st.st_ino);
	assert_int_equal(rec->exe.mode, st.st_mode);
	assert_int_equal(rec->exe.mtime_ns / 1000000000U, st.st_mtim.tv_sec);
	assert_int_equal(rec->exe.flags & (BW_FILE_MEMFD | BW_FILE_DELETED), 0);
	assert_int_equal(rec->hdr.flags, 0);
	assert_int_equal(rec->secureexec, 0);
}

static void script_is_reported_with_its_interpreter(void **state)
{
	char path[PATH_MAX];
	const char *const argv[] = { path, NULL };
	struct watch *w = *state;
	const struct bw_exec *rec;
	char sh[PATH_MAX];
	int fd;

	(void)snprintf(path, sizeof(path), "%s/script", dir);
	fd = open(path, O_WRONLY | O_CREAT | O_CLOEXEC, 0700);
	assert_int_equal(write(fd, "#!/bin/sh\nexit 3\n", 17), 17);
	assert_int_equal(close(fd), 0);
	assert_non_null(realpath("/bin/sh", sh));
	assert_int_equal(WEXITSTATUS(watch_deed(w, watch_exec, argv)), 3);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_string_equal(watch_str(rec, rec->filename), path);
	assert_string_equal(watch_str(rec, rec->interp), "/bin/sh");
	assert_string_equal(watch_str(rec, rec->path), sh);
}

static int exec_memfd(const void *arg)
{
	int fd = memfd_create("hidden", MFD_CLOEXEC);

	if (fd < 0 || copy_file("/bin/true", fd))
		return 1;
	return run_fd(fd, arg);
}

static void exec_of_a_memfd_is_marked(void **state)
{
	struct watch *w = *state;
	const struct bw_exec *rec;

	assert_int_equal(watch_deed(w, exec_memfd, "sshd"), 0);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_string_equal(watch_str(rec, rec->path), "memfd:hidden");
	assert_true(rec->exe.flags & BW_FILE_MEMFD);
	assert_string_equal(watch_str(rec, rec->argv), "sshd");
	assert_int_equal(rec->hdr.call, BW_CALL_EXECVEAT);
}

static int exec_unlinked(const void *arg)
{
	int fd = open(arg, O_RDONLY | O_CLOEXEC);

	if (fd < 0 || unlink(arg))
		return 1;
	return run_fd(fd, arg);
}

static void exec_of_a_deleted_file_is_marked_and_keeps_its_path(void **state)
{
	char path[PATH_MAX];
	struct watch *w = *state;
	const struct bw_exec *rec;

	copy_true("gone", 0700, path, sizeof(path));
	assert_int_equal(watch_deed(w, exec_unlinked, path), 0);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_string_equal(watch_str(rec, rec->path), path);
	assert_int_equal(rec->exe.flags & (BW_FILE_DELETED | BW_FILE_MEMFD), BW_FILE_DELETED);
}

static void file_that_is_only_called_memfd_is_not_marked(void **state)
{
	char path[PATH_MAX];
	const char *const argv[] = { path, NULL };
	struct watch *w = *state;
	const struct bw_exec *rec;

	copy_true("memfd:x", 0700, path, sizeof(path));
	assert_int_equal(watch_deed(w, watch_exec, argv), 0);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_int_equal(rec->exe.flags & BW_FILE_MEMFD, 0);
	assert_true(rec->exe.flags & BW_FILE_WRITABLE);
}

static void long_arguments_are_cut_and_marked(void **state)
{
	static char big[20000];
	const char *const argv[] = { "/bin/true", big, "end", NULL };
	struct watch *w = *state;
	const struct bw_exec *rec;

	memset(big, 'a', sizeof(big) - 1);
	assert_int_equal(watch_deed(w, watch_exec, argv), 0);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_true(rec->hdr.flags & BW_F_TRUNC);
	assert_int_equal(rec->argv.len, BW_STR_MAX - 1);
	assert_int_equal(rec->arg_bytes, sizeof("/bin/true") + sizeof(big) + sizeof("end"));
	assert_int_equal(rec->argv_tail.len, BW_STR_MAX - 2);
	assert_memory_equal(watch_str(rec, rec->argv_tail) + rec->argv_tail.len - 5, "a\0end", 5);
}

static int exec_with_environment(const void *arg)
{
	const char *const argv[] = { "/bin/true", NULL };
	const char *const envp[] = { arg, "OF_THE_END=/x", NULL };

	(void)syscall(SYS_execve, argv[0], argv, envp);
	return 127;
}

static void long_environment_keeps_its_end(void **state)
{
	static char big[5000];
	const struct bw_exec *rec;

	memset(big, 'b', sizeof(big) - 1);
	assert_int_equal(watch_deed(*state, exec_with_environment, big), 0);
	rec = watch_find(*state, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_int_equal(rec->env_bytes, sizeof(big) + sizeof("OF_THE_END=/x"));
	/* Nothing is missing between the two. */
	assert_int_equal(rec->env.len, BW_STR_MAX - 1);
	assert_int_equal(rec->env_tail.len + 1, rec->env_bytes - rec->env.len);
	assert_string_equal(watch_str(rec, rec->env_tail) + rec->env_tail.len - 13,
			    "OF_THE_END=/x");
}

static int exec_in_chroot(const void *arg)
{
	const char *const argv[] = { "/bin/true", NULL };

	if (chroot(arg) || chdir("/"))
		return 1;
	return watch_exec(argv);
}

static void exec_below_another_root_tells_it(void **state)
{
	const struct bw_exec *rec;

	/* Where /bin is a link to /usr/bin, all that a program needs is below /usr. */
	assert_int_equal(watch_deed(*state, exec_in_chroot, "/usr"), 0);
	rec = watch_find(*state, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.flags, BW_F_CHROOT);
	assert_string_equal(watch_str(rec, rec->root), "/usr");
	assert_string_equal(watch_str(rec, rec->path), "/bin/true");
}

struct births {
	unsigned long long args[8]; /* struct clone_args of clone3 */
};

static int do_births(const void *arg)
{
	struct births births = { { CLONE_FILES, 0, 0, 0, SIGCHLD } };
	pid_t pids[3];

	(void)arg;
	/* CLONE_CLEAR_SIGHAND is for clone3 alone: clone takes 32 bits. */
	pids[0] = (pid_t)syscall(SYS_clone, 0x100000000L | CLONE_FS | SIGCHLD, 0, 0, 0, 0);
	if (pids[0] == 0)
		_exit(0);
	pids[1] = (pid_t)syscall(SYS_clone3, &births, sizeof(births));
	if (pids[1] == 0)
		_exit(0);
	pids[2] = vfork(); /* NOLINT: the call itself is tested */
	if (pids[2] == 0)
		_exit(0); /* NOLINT */
	return waitpid(pids[0], NULL, 0) < 0 || waitpid(pids[1], NULL, 0) < 0 ||
	       waitpid(pids[2], NULL, 0) < 0;
}

static void birth_tells_call_and_flags(void **state)
{
	static const struct {
		uint16_t call;
		uint64_t flags;
	} rows[] = {
		{ BW_CALL_CLONE, CLONE_FS | SIGCHLD },
		{ BW_CALL_CLONE3, CLONE_FILES },
#ifdef SYS_vfork
		{ BW_CALL_VFORK, CLONE_VM | CLONE_VFORK },
#else /* made of another */
		{ BW_CALL_CLONE, CLONE_VM | CLONE_VFORK | SIGCHLD },
#endif
	};
	struct watch *w = *state;

	assert_int_equal(watch_deed(w, do_births, NULL), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		/* The first is the birth of the child that does the deed. */
		const struct bw_fork *rec = watch_find(w, BW_EVENT_FORK, i + 1);

		assert_non_null(rec);
		assert_int_equal(rec->hdr.call, rows[i].call);
		assert_int_equal(rec->clone_flags, rows[i].flags);
		assert_int_equal(rec->creator_tgid, w->pid);
	}
}

static int exec_as_nobody(const void *arg)
{
	const char *const argv[] = { arg, NULL };

	if (setgid(NOBODY) || setuid(NOBODY))
		return 1;
	return watch_exec(argv);
}

static void exec_of_a_setuid_file_tells_ids_before_and_after(void **state)
{
	char path[PATH_MAX];
	struct watch *w = *state;
	const struct bw_exec *rec;

	copy_true("suid", 04755, path, sizeof(path));
	assert_int_equal(watch_deed(w, exec_as_nobody, path), 0);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.flags & BW_F_NO_BEFORE, 0);
	assert_int_equal(rec->before.euid, NOBODY);
	assert_int_equal(rec->before.cap_effective, 0);
	assert_int_equal(rec->after.euid, 0);
	assert_int_equal(rec->after.uid, NOBODY);
	assert_true(rec->after.cap_effective != 0);
	assert_int_equal(rec->secureexec, 1);
	assert_int_equal(rec->hdr.euid, 0);
}

/* The record after an exec that says what it gained. */
static const struct bw_cred_change *gain(const struct watch *w)
{
	const struct bw_exec *exec = watch_find(w, BW_EVENT_EXEC, 0);

	for (size_t i = 0; i < w->n; i++) {
		if (w->records[i]->call != BW_CALL_CRED_CHANGE)
			continue;
		assert_int_equal(w->records[i]->type, BW_EVENT_CRED);
		assert_non_null(exec);
		assert_true(exec->hdr.time_ns <= w->records[i]->time_ns);
		return (const struct bw_cred_change *)w->records[i];
	}
	return NULL;
}

static void exec_that_gains_is_followed_by_a_change_of_credentials(void **state)
{
	static const struct vfs_cap_data caps = {
		.magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE,
		.data[0].permitted = 1U << CAP_NET_RAW,
	};
	char path[PATH_MAX];
	const struct bw_cred_change *rec;

	copy_true("suid2", 04755, path, sizeof(path));
	assert_int_equal(watch_deed(*state, exec_as_nobody, path), 0);
	rec = gain(*state);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.ret, 0);
	assert_int_equal(rec->before.euid, NOBODY);
	assert_int_equal(rec->after.euid, 0);

	copy_true("caps", 0755, path, sizeof(path));
	if (setxattr(path, "security.capability", &caps, XATTR_CAPS_SZ_2, 0)) {
		watch_skip("no file capabilities here");
	} else {
		assert_int_equal(watch_deed(*state, exec_as_nobody, path), 0);
		rec = gain(*state);
		assert_non_null(rec);
		assert_int_equal(rec->before.cap_permitted, 0);
		assert_int_equal(rec->after.cap_permitted, 1U << CAP_NET_RAW);
		assert_int_equal(rec->after.euid, NOBODY);
	}

	copy_true("plain", 0755, path, sizeof(path));
	assert_int_equal(watch_deed(*state, exec_as_nobody, path), 0);
	assert_null(gain(*state));
}

static void *exec_in_thread(void *arg)
{
	const char *const argv[] = { "/bin/true", NULL };

	(void)syscall(SYS_setresuid, -1, NOBODY, -1); /* of this thread alone */
	(void)watch_exec(argv);
	return arg;
}

static int exec_from_thread(const void *arg)
{
	pthread_t thread;

	(void)arg;
	if (pthread_create(&thread, NULL, exec_in_thread, NULL))
		return 1;
	(void)pause();
	return 1;
}

static void exec_by_another_thread_keeps_the_process(void **state)
{
	struct watch *w = *state;
	const struct bw_exec *rec;
	const struct bw_fork *birth;

	assert_int_equal(watch_deed(w, exec_from_thread, NULL), 0);
	rec = watch_find(w, BW_EVENT_EXEC, 0);
	birth = watch_find(w, BW_EVENT_FORK, 0);
	assert_non_null(rec);
	assert_non_null(birth);
	assert_int_equal(rec->hdr.tgid, w->pid);
	assert_int_equal(rec->hdr.tid, w->pid);
	assert_int_equal(rec->hdr.start_ns, birth->hdr.start_ns);
	assert_int_equal(rec->hdr.flags & BW_F_NO_BEFORE, 0);
	assert_int_equal(rec->before.euid, NOBODY);
	assert_int_equal(rec->after.euid, NOBODY);
	assert_int_equal(watch_count(w, BW_EVENT_FORK), 1);
	assert_int_equal(watch_count(w, BW_EVENT_EXIT), 1);
}

static void failed_exec_is_reported_as_a_claim(void **state)
{
	/* On the stack, which is in memory: nothing faults them in for a refused call. */
	char words[] = "/nonexistent/tool\0-x\0y";
	const char *const argv[] = { words, words + 18, words + 21, NULL };
	struct watch *w = *state;
	const struct bw_exec_fail *rec;

	assert_int_equal(WEXITSTATUS(watch_deed(w, watch_exec, argv)), 127);
	rec = watch_find(w, BW_EVENT_EXEC_FAIL, 0);
	assert_non_null(rec);
	assert_int_equal(rec->hdr.ret, -ENOENT);
	assert_true(rec->hdr.flags & BW_F_CLAIM);
	assert_string_equal(watch_str(rec, rec->filename), argv[0]);
	assert_int_equal(rec->argv.len, sizeof(words) - 1);
	assert_memory_equal(watch_str(rec, rec->argv), words, sizeof(words));
	assert_null(watch_find(w, BW_EVENT_EXEC, 0));
}

static int die(const void *arg)
{
	(void)arg;
	(void)raise(SIGKILL);
	return 0;
}

static int leave(const void *arg)
{
	return *(const int *)arg;
}

static void exit_tells_how_it_ended(void **state)
{
	struct watch *w = *state;
	const struct bw_exit *rec;
	int code = 42;

	(void)watch_deed(w, leave, &code);
	rec = watch_find(w, BW_EVENT_EXIT, 0);
	assert_int_equal(WEXITSTATUS(rec->code), code);
	assert_int_equal(watch_count(w, BW_EVENT_EXIT), 1);

	(void)watch_deed(w, die, NULL);
	rec = watch_find(w, BW_EVENT_EXIT, 0);
	assert_int_equal(WTERMSIG(rec->code), SIGKILL);
}

static int fork_once(const void *arg)
{
	pid_t pid = fork();

	(void)arg;
	if (pid == 0)
		_exit(0);
	return waitpid(pid, NULL, 0) == pid ? 0 : 1;
}

static void fork_tells_child_parent_and_creator(void **state)
{
	struct watch *w = *state;
	const struct bw_fork *self;
	const struct bw_fork *child;

	assert_int_equal(watch_deed(w, fork_once, NULL), 0);
	self = watch_find(w, BW_EVENT_FORK, 0);
	child = watch_find(w, BW_EVENT_FORK, 1);
	assert_non_null(self);
	assert_non_null(child);
	assert_int_equal(self->hdr.tgid, w->pid);
	assert_int_equal(self->creator_tgid, getpid());
	assert_int_equal(child->hdr.parent_tgid, w->pid);
	assert_int_equal(child->hdr.parent_start_ns, self->hdr.start_ns);
	assert_true(child->hdr.start_ns >= self->hdr.start_ns);
	assert_int_equal(child->creator_tgid, w->pid);
	assert_int_equal(child->creator_start_ns, self->hdr.start_ns);
	assert_int_equal(child->hdr.call, BW_CALL_CLONE);
	assert_int_equal(watch_count(w, BW_EVENT_EXIT), 2);
}

static void snapshot_tells_of_ourselves(void **state)
{
	struct watch *w = *state;
	const struct bw_exec *rec;
	char exe[PATH_MAX] = "";

	watch_clear(w);
	w->pid = (uint32_t)getpid();
	assert_true(sensor_snapshot(w->sensor) > 1);
	rec = watch_find(w, BW_EVENT_PROC, 0);
	assert_non_null(rec);
	assert_true(readlink("/proc/self/exe", exe, sizeof(exe) - 1) > 0);
	assert_string_equal(watch_str(rec, rec->path), exe);
	assert_true(rec->argv.len > 0);
	assert_int_equal(rec->argv.len + 1, rec->arg_bytes);
	assert_int_equal(rec->hdr.parent_tgid, getppid());
}

static int setup(void **state)
{
	if (!mkdtemp(dir) || chmod(dir, 0755))
		return -1;
	return watch_setup(state);
}

static int teardown(void **state)
{
	static const char *const names[] = { "script", "gone", "memfd:x", "suid",
					     "suid2",  "caps", "plain" };
	char path[PATH_MAX];

	for (size_t i = 0; i < sizeof(names) / sizeof(*names); i++) {
		(void)snprintf(path, sizeof(path), "%s/%s", dir, names[i]);
		(void)unlink(path);
	}
	(void)rmdir(dir);
	return watch_teardown(state);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(exec_is_reported_with_path_arguments_and_parent),
		cmocka_unit_test(script_is_reported_with_its_interpreter),
		cmocka_unit_test(exec_of_a_memfd_is_marked),
		cmocka_unit_test(exec_of_a_deleted_file_is_marked_and_keeps_its_path),
		cmocka_unit_test(file_that_is_only_called_memfd_is_not_marked),
		cmocka_unit_test(long_arguments_are_cut_and_marked),
		cmocka_unit_test(long_environment_keeps_its_end),
		cmocka_unit_test(exec_below_another_root_tells_it),
		cmocka_unit_test(birth_tells_call_and_flags),
		cmocka_unit_test(exec_of_a_setuid_file_tells_ids_before_and_after),
		cmocka_unit_test(exec_that_gains_is_followed_by_a_change_of_credentials),
		cmocka_unit_test(exec_by_another_thread_keeps_the_process),
		cmocka_unit_test(failed_exec_is_reported_as_a_claim),
		cmocka_unit_test(exit_tells_how_it_ended),
		cmocka_unit_test(fork_tells_child_parent_and_creator),
		cmocka_unit_test(snapshot_tells_of_ourselves),
	};

	return cmocka_run_group_tests(tests, setup, teardown);
}
