// SPDX-License-Identifier: Apache-2.0

/*
 * usage: attacks CASE MARK [ARGS...] | attacks --list
 *
 * Does what an attacker does, harmlessly: to files that the test made, on loopback, in namespaces
 * of its own.  The exit status is 0 if it had its effect, 77 if this machine cannot do it (the
 * reason goes to standard error), 1 if it had none (errno too), and 100 for bad usage.
 *
 * With another target the same case is the harmless twin of the attack.
 */
#include "attacks.h"

#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/wait.h>
#include <unistd.h>

#define EXIT_USAGE 100
#define COPY_BYTES 65536

/* What an exec attack starts: nothing but proof that it ran. */
static int attack_payload(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return PAYLOAD_EXIT;
}

static const struct attack payload[] = { { "payload", 0, attack_payload }, { NULL, 0, NULL } };

static const struct attack *const tables[] = {
	payload,        compat_attacks,  uring_attacks,  exec_attacks, path_attacks,
	change_attacks, toctou_attacks,  cred_attacks,   net_attacks,  escape_attacks,
	inject_attacks, lineage_attacks, borrow_attacks,
};

const char *self_path(void)
{
	static char path[4096];
	ssize_t len;

	if (!path[0]) {
		len = readlink("/proc/self/exe", path, sizeof(path) - 1);
		path[len > 0 ? len : 0] = '\0';
	}
	return path;
}

int skip(const char *why)
{
	(void)fprintf(stderr, "%s\n", why);
	return SKIPPED;
}

int failure(void)
{
	if (errno == ENOSYS || errno == EOPNOTSUPP || errno == EPROTONOSUPPORT ||
	    errno == EAFNOSUPPORT)
		return skip(strerror(errno));
	return -errno;
}

int is_file(int fd, const char *path)
{
	struct stat opened;
	struct stat wanted;
	int err = 0;

	if (fd < 0)
		return -errno;
	if (fstat(fd, &opened) || stat(path, &wanted))
		err = -errno;
	else if (opened.st_dev != wanted.st_dev || opened.st_ino != wanted.st_ino)
		err = -EBADF;
	(void)close(fd);
	return err;
}

int open_plain(const char *path)
{
	return is_file((int)syscall(SYS_openat, AT_FDCWD, path, O_RDONLY, 0), path);
}

int copy_self(const char *to, mode_t mode)
{
	static char block[COPY_BYTES];
	int in = open(self_path(), O_RDONLY | O_CLOEXEC);
	int out = open(to, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0700);
	ssize_t len = 0;
	int err = in < 0 || out < 0 ? -errno : 0;

	while (!err && (len = read(in, block, sizeof(block))) > 0) {
		if (write(out, block, (size_t)len) != len)
			err = -EIO;
	}
	if (!err && (len < 0 || fchmod(out, mode)))
		err = -errno;
	(void)close(in);
	(void)close(out);
	return err;
}

int write_file(const char *path, const char *text)
{
	int fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	int err = 0;

	if (fd < 0)
		return -errno;
	if (write(fd, text, strlen(text)) != (ssize_t)strlen(text))
		err = -errno;
	(void)close(fd);
	return err;
}

int wait_status(pid_t pid)
{
	int status;

	if (pid < 0 || waitpid(pid, &status, __WALL) < 0)
		return -errno;
	return WIFEXITED(status) ? WEXITSTATUS(status) : -EINTR;
}

int in_child(int (*run)(int argc, char **argv), int argc, char **argv)
{
	pid_t pid = fork();
	int status;

	if (pid == 0)
		_exit(abs(run(argc, argv)));
	status = wait_status(pid);
	return status == SKIPPED || status < 0 ? status : -status;
}

int payload_ended(pid_t pid)
{
	int status = wait_status(pid);

	if (status < 0 || status == SKIPPED)
		return status;
	return status == PAYLOAD_EXIT ? 0 : -ECHILD;
}

char **payload_argv(const char *mark)
{
	static char name[] = "attacks";
	static char what[] = "payload";
	static char *argv[4] = { name, what };

	argv[2] = (char *)(uintptr_t)mark;
	return argv;
}

static const struct attack *find(const char *name)
{
	for (size_t i = 0; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct attack *a = tables[i]; a->name; a++) {
			if (strcmp(a->name, name) == 0)
				return a;
		}
	}
	return NULL;
}

static void list(void)
{
	for (size_t i = 1; i < sizeof(tables) / sizeof(tables[0]); i++) {
		for (const struct attack *a = tables[i]; a->name; a++)
			(void)puts(a->name);
	}
}

int main(int argc, char **argv)
{
	const struct attack *attack = argc > 1 ? find(argv[1]) : NULL;
	int ret;

	if (argc == 2 && strcmp(argv[1], "--list") == 0) {
		list();
		return 0;
	}
	if (!attack || argc < 3 + attack->min_args)
		return EXIT_USAGE;
	ret = attack->run(argc - 2, argv + 2);
	if (ret < 0) {
		(void)fprintf(stderr, "%s: %s\n", attack->name, strerror(-ret));
		return 1;
	}
	return ret;
}
