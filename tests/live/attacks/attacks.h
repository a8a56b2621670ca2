/* SPDX-License-Identifier: Apache-2.0 */
#ifndef LIVE_ATTACKS_H
#define LIVE_ATTACKS_H

/*
 * Attack programs for the live tests: one function a case, in tables by theme.
 *
 * A case gets the arguments behind its name; argv[0] is the marker of the test, what
 * follows says to what it is done (a file, an address).  It checks its own effect.
 */
#include <errno.h>
#include <stddef.h>
#include <stdint.h>
#include <sys/types.h>

#define SKIPPED      77 /* this machine cannot do it; the reason went to standard error */
#define PAYLOAD_EXIT 42 /* what a program that was started by an attack ends with */

struct attack {
	const char *name;
	int min_args; /* behind the marker */
	int (*run)(int argc, char **argv); /* 0, SKIPPED or -errno */
};

extern const struct attack compat_attacks[];
extern const struct attack uring_attacks[];
extern const struct attack exec_attacks[];
extern const struct attack path_attacks[];
extern const struct attack change_attacks[];
extern const struct attack toctou_attacks[];
extern const struct attack cred_attacks[];
extern const struct attack net_attacks[];
extern const struct attack escape_attacks[];
extern const struct attack inject_attacks[];
extern const struct attack lineage_attacks[];
extern const struct attack borrow_attacks[];

/* Own executable; static storage. */
const char *self_path(void);

/* Prints why and returns SKIPPED. */
int skip(const char *why);

/* -errno, or SKIPPED where errno says that the kernel does not have the call. */
int failure(void);

/* Is fd the file that path leads to?  Closes fd.  0 or -errno; -EBADF if it is another. */
int is_file(int fd, const char *path);

/* 0 or -errno.  The copy of this program gets the mode. */
int copy_self(const char *to, mode_t mode);
int write_file(const char *path, const char *text);

/* Hand a descriptor through a socket; receive_fd() returns it or -1. */
int send_fd(int to, int fd);
int receive_fd(int from);

/* Waits for it: its exit status, or -EINTR if a signal ended it. */
int wait_status(pid_t pid);

/* Forks, and runs the function in the child: what it returned. */
int in_child(int (*run)(int argc, char **argv), int argc, char **argv);

/* As in_child for a program: 0 if it ended as a payload does. */
int payload_ended(pid_t pid);

/* Arguments of a payload with this marker; static storage. */
char **payload_argv(const char *mark);

/* Opens (for reading, by openat) and checks. */
int open_plain(const char *path);

#endif /* LIVE_ATTACKS_H */
