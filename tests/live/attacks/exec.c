// SPDX-License-Identifier: Apache-2.0

/*
 * Programs that run under another name, from nowhere, or with arguments that nobody keeps.
 */
#include "attacks.h"

#include <fcntl.h>
#include <pthread.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define LONG_ARG_BYTES (100 * 1024)
#define MANY_ARGS      3000
#define ENV_VARS       60
#define ENV_VAR_BYTES  1024

extern char **environ;

static int exec_at(int fd, char *const argv[])
{
	return (int)syscall(SYS_execveat, fd, "", argv, environ, AT_EMPTY_PATH);
}

/* A memory file with this program in it. */
static int memfd_self(const char *name)
{
	int fd = memfd_create(name, MFD_CLOEXEC);
	char path[64];
	int err;

	if (fd < 0)
		return failure();
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	err = copy_self(path, 0700);
	return err ? err : fd;
}

/* exec_memfd MARK NAME */
static int exec_memfd(int argc, char **argv)
{
	int fd = memfd_self(argv[1]);
	pid_t pid;

	(void)argc;
	if (fd < 0)
		return fd;
	pid = fork();
	if (pid == 0) {
		(void)exec_at(fd, payload_argv(argv[0]));
		_exit(1);
	}
	return payload_ended(pid);
}

static int exec_procfd(int argc, char **argv)
{
	int fd = memfd_self(argv[1]);
	char path[64];
	pid_t pid;

	(void)argc;
	if (fd < 0)
		return fd;
	(void)snprintf(path, sizeof(path), "/proc/self/fd/%d", fd);
	pid = fork();
	if (pid == 0) {
		(void)execv(path, payload_argv(argv[0]));
		_exit(1);
	}
	return payload_ended(pid);
}

/* exec_plain MARK PROGRAM ARGS...: the twin of many; ends with whatever status. */
static int exec_plain(int argc, char **argv)
{
	pid_t pid = fork();
	int status;

	(void)argc;
	if (pid == 0) {
		(void)execv(argv[1], argv + 1);
		_exit(127);
	}
	status = wait_status(pid);
	return status == 0 || status == PAYLOAD_EXIT ? 0 : -ECHILD;
}

/* exec_ldso MARK PROGRAM: a dynamic program that nobody may execute, by its loader. */
static int exec_ldso(int argc, char **argv)
{
	static const char *const loaders[] = { "/lib64/ld-linux-x86-64.so.2",
					       "/lib/ld-linux-aarch64.so.1", NULL };
	const char *loader = NULL;
	char *args[4] = { NULL, argv[1], argv[0], NULL };
	int status;
	pid_t pid;

	(void)argc;
	for (size_t i = 0; loaders[i] && !loader; i++) {
		if (access(loaders[i], X_OK) == 0)
			loader = loaders[i];
	}
	if (!loader)
		return skip("no dynamic loader here");
	args[0] = (char *)(uintptr_t)loader;
	pid = fork();
	if (pid == 0) {
		(void)execv(loader, args);
		_exit(127);
	}
	status = wait_status(pid);
	return status == 0 ? 0 : -ECHILD;
}

/* exec_shebang MARK SCRIPT: its interpreter is this program. */
static int exec_shebang(int argc, char **argv)
{
	char text[4200];
	char *args[] = { argv[1], argv[0], NULL };
	pid_t pid;
	int err;

	(void)argc;
	(void)snprintf(text, sizeof(text), "#!%s payload\n", self_path());
	err = write_file(argv[1], text);
	if (err || chmod(argv[1], 0755))
		return err ? err : -errno;
	pid = fork();
	if (pid == 0) {
		(void)execv(argv[1], args);
		_exit(1);
	}
	err = payload_ended(pid);
	(void)unlink(argv[1]);
	return err;
}

/* exec_unlinked MARK PATH */
static int exec_unlinked(int argc, char **argv)
{
	int err = copy_self(argv[1], 0755);
	int fd = open(argv[1], O_PATH | O_CLOEXEC);
	pid_t pid;

	(void)argc;
	if (err || fd < 0 || unlink(argv[1]))
		return err ? err : -errno;
	pid = fork();
	if (pid == 0) {
		(void)exec_at(fd, payload_argv(argv[0]));
		_exit(1);
	}
	return payload_ended(pid);
}

static int exec_execveat_fd(int argc, char **argv)
{
	int fd = open(self_path(), O_PATH | O_CLOEXEC);
	pid_t pid;

	(void)argc;
	if (fd < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		(void)exec_at(fd, payload_argv(argv[0]));
		_exit(1);
	}
	return payload_ended(pid);
}

static void *exec_here(void *mark)
{
	(void)execv(self_path(), payload_argv(mark));
	return NULL;
}

/* By a thread that is not the first: the process keeps its id, the thread loses its own. */
static int exec_thread(int argc, char **argv)
{
	pid_t pid = fork();

	(void)argc;
	if (pid == 0) {
		pthread_t thread;

		if (pthread_create(&thread, NULL, exec_here, argv[0]) == 0)
			(void)pthread_join(thread, NULL);
		_exit(1);
	}
	return payload_ended(pid);
}

/* exec_longargs MARK LAST: what matters stands behind 100 KiB of padding. */
static int exec_longargs(int argc, char **argv)
{
	char *padding = malloc(LONG_ARG_BYTES + 1);
	char what[] = "payload";
	char name[] = "attacks";
	char *args[] = { name, what, argv[0], padding, argv[1], NULL };
	pid_t pid;
	int err;

	(void)argc;
	if (!padding)
		return -ENOMEM;
	memset(padding, 'x', LONG_ARG_BYTES);
	padding[LONG_ARG_BYTES] = '\0';
	pid = fork();
	if (pid == 0) {
		(void)execv(self_path(), args);
		_exit(1);
	}
	err = payload_ended(pid);
	free(padding);
	return err;
}

/* exec_manyargs MARK LAST */
static int exec_manyargs(int argc, char **argv)
{
	static char *args[MANY_ARGS + 5];
	static char filler[] = "filler";
	size_t n = 0;
	pid_t pid;

	(void)argc;
	for (char **from = payload_argv(argv[0]); *from; from++)
		args[n++] = *from;
	while (n < MANY_ARGS)
		args[n++] = filler;
	args[n] = argv[1];
	pid = fork();
	if (pid == 0) {
		(void)execv(self_path(), args);
		_exit(1);
	}
	return payload_ended(pid);
}

/* exec_longenv MARK VARIABLE: the last of an environment of 60 KiB. */
static int exec_longenv(int argc, char **argv)
{
	static char padding[ENV_VARS][ENV_VAR_BYTES];
	static char *env[ENV_VARS + 2];
	pid_t pid;

	(void)argc;
	for (size_t i = 0; i < ENV_VARS; i++) {
		int len = snprintf(padding[i], ENV_VAR_BYTES, "PADDING_%zu=", i);

		memset(padding[i] + len, 'y', (size_t)(ENV_VAR_BYTES - 1 - len));
		env[i] = padding[i];
	}
	env[ENV_VARS] = argv[1];
	pid = fork();
	if (pid == 0) {
		(void)execve(self_path(), payload_argv(argv[0]), env);
		_exit(1);
	}
	return payload_ended(pid);
}

/* exec_env MARK VARIABLE: the same without padding. */
static int exec_env(int argc, char **argv)
{
	char *env[] = { argv[1], NULL };
	pid_t pid = fork();

	(void)argc;
	if (pid == 0) {
		(void)execve(self_path(), payload_argv(argv[0]), env);
		_exit(1);
	}
	return payload_ended(pid);
}

/* exec_argv0 MARK NAME: another program by its own account. */
static int exec_argv0(int argc, char **argv)
{
	char *args[] = { argv[1], NULL, NULL, NULL };
	pid_t pid = fork();

	(void)argc;
	if (pid == 0) {
		args[1] = payload_argv(argv[0])[1];
		args[2] = argv[0];
		(void)execv(self_path(), args);
		_exit(1);
	}
	return payload_ended(pid);
}

/* exec_symlink_name MARK LINK: run under the name of a link. */
static int exec_symlink_name(int argc, char **argv)
{
	pid_t pid;
	int err;

	(void)argc;
	(void)unlink(argv[1]);
	if (symlink(self_path(), argv[1]))
		return -errno;
	pid = fork();
	if (pid == 0) {
		(void)execv(argv[1], payload_argv(argv[0]));
		_exit(1);
	}
	err = payload_ended(pid);
	(void)unlink(argv[1]);
	return err;
}

/* exec_copy MARK PATH: a copy that was just made. */
static int exec_copy(int argc, char **argv)
{
	int err = copy_self(argv[1], 0755);
	pid_t pid;

	(void)argc;
	if (err)
		return err;
	pid = fork();
	if (pid == 0) {
		(void)execv(argv[1], payload_argv(argv[0]));
		_exit(1);
	}
	err = payload_ended(pid);
	(void)unlink(argv[1]);
	return err;
}

/* exec_badargs MARK: what a reader of alerts could take for lines of their own. */
static int exec_badargs(int argc, char **argv)
{
	static char newline[] = "a\n{\"rule\":\"forged\",\"priority\":\"Emergency\"}\nb";
	static char ansi[] = "\033[2J\033[31mred\033[0m";
	static char invalid[] = "\xff\xfe\xc0\xaf\xed\xa0\x80 \xf8\x88\x80\x80\x80";
	static char quotes[] = "\"},{\"x\":\"\\u0000\\";
	char *args[] = { NULL, NULL, argv[0], newline, ansi, invalid, quotes, NULL };
	pid_t pid = fork();

	(void)argc;
	if (pid == 0) {
		args[0] = payload_argv(argv[0])[0];
		args[1] = payload_argv(argv[0])[1];
		(void)execv(self_path(), args);
		_exit(1);
	}
	return payload_ended(pid);
}

/* exec_refused MARK PATH: the file may not be executed. */
static int exec_refused(int argc, char **argv)
{
	int err = copy_self(argv[1], 0644);
	pid_t pid;
	int status;

	(void)argc;
	if (err)
		return err;
	pid = fork();
	if (pid == 0) {
		(void)execv(argv[1], payload_argv(argv[0]));
		_exit(errno);
	}
	status = wait_status(pid);
	(void)unlink(argv[1]);
	return status == EACCES ? 0 : -ECHILD;
}

/* Machine code: int f(void) { return PAYLOAD_EXIT; } */
#if defined(__x86_64__)
static const unsigned char code[] = { 0xb8, PAYLOAD_EXIT, 0, 0, 0, 0xc3 };
#elif defined(__aarch64__)
static const unsigned char code[] = { 0x40, 0x05, 0x80, 0x52, 0xc0, 0x03, 0x5f, 0xd6 };
#endif

static int call_code(void *at)
{
	int (*function)(void);

	__builtin___clear_cache((char *)at, (char *)at + sizeof(code));
	memcpy(&function, &at, sizeof(function));
	return function() == PAYLOAD_EXIT ? 0 : -EFAULT;
}

/* mmap_exec MARK FILE [read]: code from a file that was just written, with no exec at all. */
static int mmap_exec(int argc, char **argv)
{
	int fd = open(argv[1], O_RDWR | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	void *at;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, code, sizeof(code)) != sizeof(code))
		return -EIO;
	at = mmap(NULL, 4096, argc > 2 ? PROT_READ : PROT_READ | PROT_EXEC, MAP_PRIVATE, fd, 0);
	if (at == MAP_FAILED)
		return errno == EPERM ? skip("mounted noexec") : -errno;
	if (argc == 2)
		err = call_code(at);
	(void)munmap(at, 4096);
	(void)close(fd);
	(void)unlink(argv[1]);
	return err;
}

static int mmap_exec_memfd(int argc, char **argv)
{
	int fd = memfd_create(argv[1], MFD_CLOEXEC);
	void *at;

	(void)argc;
	if (fd < 0 || write(fd, code, sizeof(code)) != sizeof(code))
		return -errno;
	at = mmap(NULL, 4096, PROT_READ | PROT_EXEC, MAP_SHARED, fd, 0);
	return at == MAP_FAILED ? -errno : call_code(at);
}

/* mprotect_exec MARK [read]: written first, executable then. */
static int mprotect_exec(int argc, char **argv)
{
	void *at = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

	(void)argv;
	if (at == MAP_FAILED)
		return -errno;
	memcpy(at, code, sizeof(code));
	if (mprotect(at, 4096, argc > 1 ? PROT_READ : PROT_READ | PROT_EXEC))
		return -errno;
	return argc > 1 ? 0 : call_code(at);
}

const struct attack exec_attacks[] = {
	{ "exec_memfd", 1, exec_memfd },
	{ "exec_procfd", 1, exec_procfd },
	{ "exec_plain", 1, exec_plain },
	{ "exec_ldso", 1, exec_ldso },
	{ "exec_shebang", 1, exec_shebang },
	{ "exec_unlinked", 1, exec_unlinked },
	{ "exec_execveat_fd", 0, exec_execveat_fd },
	{ "exec_thread", 0, exec_thread },
	{ "exec_longargs", 1, exec_longargs },
	{ "exec_manyargs", 1, exec_manyargs },
	{ "exec_longenv", 1, exec_longenv },
	{ "exec_env", 1, exec_env },
	{ "exec_argv0", 1, exec_argv0 },
	{ "exec_symlink_name", 1, exec_symlink_name },
	{ "exec_copy", 1, exec_copy },
	{ "exec_badargs", 0, exec_badargs },
	{ "exec_refused", 1, exec_refused },
	{ "mmap_exec", 1, mmap_exec },
	{ "mmap_exec_memfd", 1, mmap_exec_memfd },
	{ "mprotect_exec", 0, mprotect_exec },
	{ NULL, 0, NULL },
};
