// SPDX-License-Identifier: Apache-2.0

/*
 * usage: deed [fails ERRNO] DEED ARGS... [-- [fails ERRNO] DEED ARGS...]...
 *
 * Does what the live tests want to see, one deed after the other, by raw system calls where the C
 * library would choose another call.  Prints nothing; the exit status is 0 if every deed had its
 * effect, or failed with the errno that `fails` names; else the number of the deed, and 100 for
 * bad usage.  Static, so that it runs in a container that holds nothing else.
 */
#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <linux/capability.h>
#include <linux/openat2.h>
#include <netinet/in.h>
#include <sched.h>
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>
#include <sys/ioctl.h>
#include <sys/mman.h>
#include <sys/prctl.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/un.h>
#include <sys/wait.h>
#include <sys/xattr.h>
#include <unistd.h>

#define DEED_ARGS_MAX  64
#define COPY_BYTES     65536
#define EXIT_USAGE     100
#define HANDLE_BYTES   128
#define LOOPBACK_WAITS 1

/* set*id with 32-bit ids: i386 has older calls under the plain names. */
#ifdef SYS_setuid32
#define ID_CALL(name) SYS_##name##32
#else
#define ID_CALL(name) SYS_##name
#endif

struct deed {
	const char *name;
	int min_args;
	int (*run)(int argc, char **argv); /* 0 or -errno */
};

static int result(long ret)
{
	return ret < 0 ? -errno : 0;
}

static int close_result(long fd)
{
	int err = result(fd);

	if (fd >= 0)
		(void)close((int)fd);
	return err;
}

static long number(const char *text)
{
	return strtol(text, NULL, 0);
}

/* r, w, rw; c creates, t truncates, p is O_PATH. */
static int open_flags(const char *mode)
{
	int flags = O_RDONLY;

	if (strchr(mode, 'w'))
		flags = strchr(mode, 'r') ? O_RDWR : O_WRONLY;
	if (strchr(mode, 'c'))
		flags |= O_CREAT;
	if (strchr(mode, 't'))
		flags |= O_TRUNC;
	if (strchr(mode, 'p'))
		flags |= O_PATH;
	return flags;
}

static int deed_mark(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return 0;
}

static int deed_open(int argc, char **argv)
{
	(void)argc;
#ifdef SYS_open
	return close_result(syscall(SYS_open, argv[0], open_flags(argv[1]), 0644));
#else
	return close_result(syscall(SYS_openat, AT_FDCWD, argv[0], open_flags(argv[1]), 0644));
#endif
}

static int deed_openat(int argc, char **argv)
{
	(void)argc;
	return close_result(syscall(SYS_openat, AT_FDCWD, argv[0], open_flags(argv[1]), 0644));
}

static int deed_openat2(int argc, char **argv)
{
	struct open_how how = { .flags = (uint64_t)open_flags(argv[1]) };

	(void)argc;
	if (how.flags & O_CREAT)
		how.mode = 0644;
	return close_result(syscall(SYS_openat2, AT_FDCWD, argv[0], &how, sizeof(how)));
}

static int deed_openat_dirfd(int argc, char **argv)
{
	int dir = open(argv[0], O_DIRECTORY | O_PATH);
	int err;

	(void)argc;
	if (dir < 0)
		return -errno;
	err = close_result(syscall(SYS_openat, dir, argv[1], open_flags(argv[2]), 0644));
	(void)close(dir);
	return err;
}

static int deed_creat(int argc, char **argv)
{
	(void)argc;
#ifdef SYS_creat
	return close_result(syscall(SYS_creat, argv[0], 0644));
#else
	return close_result(
		syscall(SYS_openat, AT_FDCWD, argv[0], O_CREAT | O_WRONLY | O_TRUNC, 0644));
#endif
}

static int deed_open_by_handle(int argc, char **argv)
{
	union {
		struct file_handle head;
		char room[sizeof(struct file_handle) + HANDLE_BYTES];
	} handle = { .head.handle_bytes = HANDLE_BYTES };
	int mount_id;
	int dir;
	int err;

	(void)argc;
	if (name_to_handle_at(AT_FDCWD, argv[0], &handle.head, &mount_id, 0))
		return -errno;
	dir = open(argv[1], O_RDONLY | O_DIRECTORY);
	if (dir < 0)
		return -errno;
	err = close_result(open_by_handle_at(dir, &handle.head, open_flags(argv[2])));
	(void)close(dir);
	return err;
}

/* int $0x80 from a program of the native ABI: the call and its numbers are i386's. */
static int deed_int80_open(int argc, char **argv)
{
#if defined(__x86_64__)
	const long nr_open = 5; /* of i386 */
	size_t len = strlen(argv[0]) + 1;
	char *low = mmap(NULL, len, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS | MAP_32BIT,
			 -1, 0);
	long ret;

	(void)argc;
	if (low == MAP_FAILED)
		return -errno;
	memcpy(low, argv[0], len);
	__asm__ volatile("int $0x80"
			 : "=a"(ret)
			 : "a"(nr_open), "b"(low), "c"((long)open_flags(argv[1])), "d"(0644L)
			 : "memory", "r8", "r9", "r10", "r11");
	(void)munmap(low, len);
	if (ret >= 0)
		(void)close((int)ret);
	return ret < 0 ? (int)ret : 0;
#else
	(void)argc;
	(void)argv;
	return -ENOSYS;
#endif
}

static int make_address(const char *ip, const char *port, struct sockaddr_storage *out,
			socklen_t *ret_len)
{
	struct sockaddr_in *in4 = (struct sockaddr_in *)out;
	struct sockaddr_in6 *in6 = (struct sockaddr_in6 *)out;

	memset(out, 0, sizeof(*out));
	if (inet_pton(AF_INET, ip, &in4->sin_addr) == 1) {
		in4->sin_family = AF_INET;
		in4->sin_port = htons((uint16_t)number(port));
		*ret_len = sizeof(*in4);
		return 0;
	}
	if (inet_pton(AF_INET6, ip, &in6->sin6_addr) == 1) {
		in6->sin6_family = AF_INET6;
		in6->sin6_port = htons((uint16_t)number(port));
		*ret_len = sizeof(*in6);
		return 0;
	}
	return -EINVAL;
}

static int connect_inet(char **argv, int type)
{
	struct sockaddr_storage address;
	socklen_t len;
	int err = make_address(argv[0], argv[1], &address, &len);
	int fd;

	if (err)
		return err;
	fd = socket(address.ss_family, type, 0);
	if (fd < 0)
		return -errno;
	err = result(connect(fd, (struct sockaddr *)&address, len));
	(void)close(fd);
	return err;
}

static int deed_connect(int argc, char **argv)
{
	(void)argc;
	return connect_inet(argv, SOCK_STREAM);
}

static int deed_connect_udp(int argc, char **argv)
{
	(void)argc;
	return connect_inet(argv, SOCK_DGRAM);
}

static int deed_connect_nonblock(int argc, char **argv)
{
	(void)argc;
	return connect_inet(argv, SOCK_STREAM | SOCK_NONBLOCK);
}

/* A path; an abstract name starts with @. */
static int deed_connect_unix(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(argv[0]);
	int fd;
	int err;

	(void)argc;
	if (len >= sizeof(address.sun_path))
		return -EINVAL;
	memcpy(address.sun_path, argv[0], len);
	if (argv[0][0] == '@')
		address.sun_path[0] = '\0';
	fd = socket(AF_UNIX, SOCK_STREAM, 0);
	if (fd < 0)
		return -errno;
	err = result(connect(fd, (struct sockaddr *)&address,
			     (socklen_t)(offsetof(struct sockaddr_un, sun_path) + len)));
	(void)close(fd);
	return err;
}

/* Leave a listening socket file behind, for others to connect to. */
static int deed_listen_unix(int argc, char **argv)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	size_t len = strlen(argv[0]);
	int fd;
	int err;

	(void)argc;
	if (len >= sizeof(address.sun_path))
		return -EINVAL;
	memcpy(address.sun_path, argv[0], len);
	fd = socket(AF_UNIX, SOCK_STREAM, 0); /* stays open until exit */
	if (fd < 0)
		return -errno;
	err = result(bind(fd, (struct sockaddr *)&address, sizeof(address)));
	if (!err)
		err = result(listen(fd, 1));
	return err;
}

static int deed_setuid(int argc, char **argv)
{
	(void)argc;
	return result(syscall(ID_CALL(setuid), number(argv[0])));
}

static int deed_setgid(int argc, char **argv)
{
	(void)argc;
	return result(syscall(ID_CALL(setgid), number(argv[0])));
}

static int deed_setreuid(int argc, char **argv)
{
	(void)argc;
	return result(syscall(ID_CALL(setreuid), number(argv[0]), number(argv[1])));
}

static int deed_setresuid(int argc, char **argv)
{
	(void)argc;
	return result(
		syscall(ID_CALL(setresuid), number(argv[0]), number(argv[1]), number(argv[2])));
}

/* setfsuid has no result: ask again. */
static int deed_setfsuid(int argc, char **argv)
{
	(void)argc;
	(void)syscall(ID_CALL(setfsuid), number(argv[0]));
	return syscall(ID_CALL(setfsuid), -1) == number(argv[0]) ? 0 : -EPERM;
}

static int deed_setgroups(int argc, char **argv)
{
	gid_t groups[DEED_ARGS_MAX];

	for (int i = 0; i < argc; i++)
		groups[i] = (gid_t)number(argv[i]);
	return result(syscall(ID_CALL(setgroups), argc, groups));
}

static int deed_keepcaps(int argc, char **argv)
{
	(void)argc;
	(void)argv;
	return result(prctl(PR_SET_KEEPCAPS, 1, 0, 0, 0));
}

/* capset CAP...: what is permitted stays; only these are effective. */
static int deed_capset(int argc, char **argv)
{
	struct __user_cap_header_struct head = { .version = _LINUX_CAPABILITY_VERSION_3 };
	struct __user_cap_data_struct data[_LINUX_CAPABILITY_U32S_3];

	if (syscall(SYS_capget, &head, data))
		return -errno;
	for (size_t i = 0; i < _LINUX_CAPABILITY_U32S_3; i++)
		data[i].effective = 0;
	for (int i = 0; i < argc; i++) {
		long cap = number(argv[i]);

		data[CAP_TO_INDEX(cap)].effective |= CAP_TO_MASK(cap);
	}
	return result(syscall(SYS_capset, &head, data));
}

/* filecaps PATH CAP: give the file one capability, permitted and effective. */
static int deed_filecaps(int argc, char **argv)
{
	struct vfs_cap_data data = { .magic_etc = VFS_CAP_REVISION_2 | VFS_CAP_FLAGS_EFFECTIVE };
	long cap = number(argv[1]);

	(void)argc;
	data.data[CAP_TO_INDEX(cap)].permitted = CAP_TO_MASK(cap);
	return result(setxattr(argv[0], "security.capability", &data, sizeof(data), 0));
}

/* newuserns UID: become root of a new user namespace in which 0 is UID outside. */
static int deed_newuserns(int argc, char **argv)
{
	char map[64] = "0 ";
	int fd;
	int err;

	(void)argc;
	if (strlen(argv[0]) > 10)
		return -EINVAL;
	/* After a set*id /proc/self belongs to root, which the map needs not to be. */
	if (prctl(PR_SET_DUMPABLE, 1, 0, 0, 0) || unshare(CLONE_NEWUSER))
		return -errno;
	memcpy(map + 2, argv[0], strlen(argv[0]));
	memcpy(map + 2 + strlen(argv[0]), " 1", 3);
	fd = open("/proc/self/uid_map", O_WRONLY);
	if (fd < 0)
		return -errno;
	err = write(fd, map, strlen(map)) == (ssize_t)strlen(map) ? 0 : -errno;
	(void)close(fd);
	return err;
}

static int deed_comm(int argc, char **argv)
{
	(void)argc;
	return result(prctl(PR_SET_NAME, argv[0], 0, 0, 0));
}

static int deed_chdir(int argc, char **argv)
{
	(void)argc;
	return result(chdir(argv[0]));
}

static int wait_child(pid_t pid)
{
	int status;

	if (pid < 0)
		return -errno;
	while (waitpid(pid, &status, 0) < 0) {
		if (errno != EINTR)
			return -errno;
	}
	return WIFEXITED(status) && WEXITSTATUS(status) == 0 ? 0 : -ECHILD;
}

/* The rest of the words is a command; it replaces this program. */
static int deed_exec(int argc, char **argv)
{
	(void)argc;
	(void)execv(argv[0], argv);
	return -errno;
}

/* execas PATH ARGV...: the caller chooses argv[0]. */
static int deed_execas(int argc, char **argv)
{
	(void)argc;
	(void)execv(argv[0], argv + 1);
	return -errno;
}

static int deed_spawn(int argc, char **argv)
{
	pid_t pid = fork();

	(void)argc;
	if (pid == 0) {
		(void)execv(argv[0], argv);
		_exit(127);
	}
	return wait_child(pid);
}

/* Fork twice; the grandchild runs the command when its parent is gone. */
static int deed_orphan(int argc, char **argv)
{
	char failed = 1;
	pid_t parent;
	pid_t pid;
	int fds[2];

	if (pipe2(fds, O_CLOEXEC))
		return -errno;
	pid = fork();
	if (pid != 0) {
		int err = wait_child(pid);

		/* The grandchild is not ours to wait for: it tells. */
		(void)close(fds[1]);
		if (read(fds[0], &failed, 1) != 1)
			failed = 1;
		(void)close(fds[0]);
		return err ? err : -failed;
	}
	parent = getpid();
	pid = fork();
	if (pid != 0)
		_exit(pid < 0);
	while (getppid() == parent)
		(void)sched_yield();
	failed = deed_spawn(argc, argv) != 0;
	_exit(write(fds[1], &failed, 1) != 1);
}

static int copy_all(int from, int to)
{
	char *buf = malloc(COPY_BYTES);
	ssize_t n = -1;

	while (buf && (n = read(from, buf, COPY_BYTES)) > 0) {
		if (write(to, buf, (size_t)n) != n) {
			n = -1;
			break;
		}
	}
	free(buf);
	return n == 0 ? 0 : -EIO;
}

/* memfd NAME PATH ARGV...: run a copy of PATH from memory. */
static int deed_memfd(int argc, char **argv)
{
	int fd = memfd_create(argv[0], MFD_CLOEXEC);
	int from = open(argv[1], O_RDONLY | O_CLOEXEC);
	pid_t pid;
	int err;

	(void)argc;
	if (fd < 0 || from < 0)
		return -errno;
	err = copy_all(from, fd);
	if (err)
		return err;
	pid = fork();
	if (pid == 0) {
		(void)syscall(SYS_execveat, fd, "", argv + 2, environ, AT_EMPTY_PATH);
		_exit(127);
	}
	return wait_child(pid);
}

static int deed_copy(int argc, char **argv)
{
	int from = open(argv[0], O_RDONLY | O_CLOEXEC);
	int to = open(argv[1], O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0600);
	int err;

	(void)argc;
	if (from < 0 || to < 0)
		return -errno;
	err = copy_all(from, to);
	if (!err)
		err = result(fchmod(to, (mode_t)number(argv[2])));
	(void)close(from);
	(void)close(to);
	return err;
}

/* Both ends of a TCP connection over the loopback interface. */
static int connect_loopback(int *ret_here, int *ret_there)
{
	struct sockaddr_in address = {
		.sin_family = AF_INET,
		.sin_addr.s_addr = htonl(INADDR_LOOPBACK),
	};
	socklen_t len = sizeof(address);
	int listener = socket(AF_INET, SOCK_STREAM, 0);
	int err = 0;

	*ret_here = socket(AF_INET, SOCK_STREAM, 0);
	*ret_there = -1;
	if (listener < 0 || *ret_here < 0 ||
	    bind(listener, (struct sockaddr *)&address, sizeof(address)) ||
	    listen(listener, LOOPBACK_WAITS) ||
	    getsockname(listener, (struct sockaddr *)&address, &len) ||
	    connect(*ret_here, (struct sockaddr *)&address, len))
		err = -errno;
	if (!err)
		*ret_there = accept(listener, NULL, NULL);
	(void)close(listener);
	return *ret_there < 0 && !err ? -errno : err;
}

/* socket-stdin PATH ARGS...: run it with a TCP connection as descriptors 0 and 1. */
static int deed_socket_stdin(int argc, char **argv)
{
	int here;
	int there;
	int err = connect_loopback(&here, &there);
	pid_t pid;

	(void)argc;
	if (err)
		return err;
	pid = fork();
	if (pid == 0) {
		(void)close(here);
		if (dup2(there, 0) < 0 || dup2(there, 1) < 0)
			_exit(127);
		(void)execv(argv[0], argv);
		_exit(127);
	}
	(void)close(there);
	(void)shutdown(here, SHUT_WR); /* whoever reads sees the end */
	err = wait_child(pid);
	(void)close(here);
	return err;
}

/* pipe-stdin PATH ARGS...: the harmless twin. */
static int deed_pipe_stdin(int argc, char **argv)
{
	int fds[2];
	pid_t pid;

	(void)argc;
	if (pipe(fds))
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (dup2(fds[0], 0) < 0)
			_exit(127);
		(void)close(fds[1]);
		(void)execv(argv[0], argv);
		_exit(127);
	}
	(void)close(fds[0]);
	(void)close(fds[1]);
	return wait_child(pid);
}

/* pty PATH ARGS...: run it in a session of its own with a terminal. */
static int deed_pty(int argc, char **argv)
{
	int master = posix_openpt(O_RDWR | O_NOCTTY);
	int slave;
	pid_t pid;

	(void)argc;
	if (master < 0 || grantpt(master) || unlockpt(master))
		return -errno;
	slave = ioctl(master, TIOCGPTPEER, O_RDWR | O_NOCTTY);
	if (slave < 0)
		return -errno;
	pid = fork();
	if (pid == 0) {
		if (setsid() < 0 || ioctl(slave, TIOCSCTTY, 0) < 0)
			_exit(127);
		(void)execv(argv[0], argv);
		_exit(127);
	}
	return wait_child(pid);
}

static int deed_burst_opens(int argc, char **argv)
{
	long n = number(argv[0]);

	(void)argc;
	for (long i = 0; i < n; i++) {
		int err = close_result(syscall(SYS_openat, AT_FDCWD, argv[1], O_RDONLY, 0));

		if (err)
			return err;
	}
	return 0;
}

static int deed_burst_execs(int argc, char **argv)
{
	long n = number(argv[0]);

	for (long i = 0; i < n; i++) {
		int err = deed_spawn(argc - 1, argv + 1);

		if (err)
			return err;
	}
	return 0;
}

static const struct deed deeds[] = {
	{ "mark", 1, deed_mark },
	{ "open", 2, deed_open },
	{ "openat", 2, deed_openat },
	{ "openat2", 2, deed_openat2 },
	{ "openat-dirfd", 3, deed_openat_dirfd },
	{ "creat", 1, deed_creat },
	{ "open-by-handle", 3, deed_open_by_handle },
	{ "int80-open", 2, deed_int80_open },
	{ "connect", 2, deed_connect },
	{ "connect-udp", 2, deed_connect_udp },
	{ "connect-nonblock", 2, deed_connect_nonblock },
	{ "connect-unix", 1, deed_connect_unix },
	{ "listen-unix", 1, deed_listen_unix },
	{ "setuid", 1, deed_setuid },
	{ "setgid", 1, deed_setgid },
	{ "setreuid", 2, deed_setreuid },
	{ "setresuid", 3, deed_setresuid },
	{ "setfsuid", 1, deed_setfsuid },
	{ "setgroups", 0, deed_setgroups },
	{ "keepcaps", 0, deed_keepcaps },
	{ "capset", 0, deed_capset },
	{ "filecaps", 2, deed_filecaps },
	{ "newuserns", 1, deed_newuserns },
	{ "comm", 1, deed_comm },
	{ "chdir", 1, deed_chdir },
	{ "exec", 1, deed_exec },
	{ "execas", 2, deed_execas },
	{ "spawn", 1, deed_spawn },
	{ "orphan", 1, deed_orphan },
	{ "memfd", 3, deed_memfd },
	{ "copy", 3, deed_copy },
	{ "socket-stdin", 1, deed_socket_stdin },
	{ "pipe-stdin", 1, deed_pipe_stdin },
	{ "pty", 1, deed_pty },
	{ "burst-opens", 2, deed_burst_opens },
	{ "burst-execs", 2, deed_burst_execs },
};

static const struct {
	const char *name;
	int value;
} errors[] = {
	{ "EPERM", EPERM },
	{ "EACCES", EACCES },
	{ "ENOENT", ENOENT },
	{ "EROFS", EROFS },
	{ "ECONNREFUSED", ECONNREFUSED },
	{ "EINPROGRESS", EINPROGRESS },
	{ "ENOEXEC", ENOEXEC },
	{ "ENETUNREACH", ENETUNREACH },
};

static int error_value(const char *name)
{
	for (size_t i = 0; i < sizeof(errors) / sizeof(errors[0]); i++) {
		if (strcmp(errors[i].name, name) == 0)
			return errors[i].value;
	}
	return -1;
}

/* One deed; returns false when it did not do what was asked. */
static bool run(int argc, char **argv)
{
	int expected = 0;

	if (argc > 2 && strcmp(argv[0], "fails") == 0) {
		expected = -error_value(argv[1]);
		argc -= 2;
		argv += 2;
	}
	for (size_t i = 0; i < sizeof(deeds) / sizeof(deeds[0]); i++) {
		if (argc > deeds[i].min_args && strcmp(argv[0], deeds[i].name) == 0)
			return deeds[i].run(argc - 1, argv + 1) == expected;
	}
	_exit(EXIT_USAGE);
}

int main(int argc, char **argv)
{
	int n_deeds = 0;
	int first = 1;

	while (first < argc) {
		int end = first;

		while (end < argc && strcmp(argv[end], "--") != 0)
			end++;
		argv[end] = NULL; /* argv[argc] is NULL already */
		n_deeds++;
		if (!run(end - first, argv + first))
			return n_deeds;
		first = end + 1;
	}
	return n_deeds ? 0 : EXIT_USAGE;
}
