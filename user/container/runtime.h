/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_RUNTIME_H
#define CONTAINER_RUNTIME_H

/* What a process of a container runtime is about, from its command line. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#define RUNTIME_STR_MAX 1024 /* longer ids, names and paths are taken as unknown */

enum runtime_role {
	RUNTIME_NONE, /* no runtime, or one that makes no container now */
	RUNTIME_LOW, /* makes cgroup and namespaces: runc, crun …, LXC's monitor, systemd-nspawn */
	RUNTIME_SHIM, /* containerd's, lives as long as its containers */
	RUNTIME_CONMON, /* podman's and CRI-O's */
};

/* Empty strings are unknown. */
struct runtime {
	enum runtime_role role;
	char type[32]; /* name of a low runtime: "runc", "crun" …, "lxc", "systemd-nspawn" */
	char id[RUNTIME_STR_MAX];
	/* Absolute, as the process sees it; of LXC the configuration's directory, of nspawn the root. */
	char bundle[RUNTIME_STR_MAX];
	char namespace[RUNTIME_STR_MAX]; /* containerd's */
	char name[RUNTIME_STR_MAX]; /* podman's */
	bool is_crio; /* conmon that works for CRI-O */
	bool is_exec; /* conmon of an exec into the container: its bundle is not known */
};

/* A process as /proc shows it. */
struct runtime_proc {
	struct runtime runtime;
	uint32_t parent_tgid;
	/* As the host numbers it; 0: root alone, really and in effect, or it cannot be read. */
	uint32_t uid;
};

/*
 * Tell from argv (`len` bytes, separated by NUL) and the working directory.
 * *out is always filled; returns whether its role is not RUNTIME_NONE.
 */
bool runtime_parse(const char *argv, size_t len, const char *cwd, struct runtime *out);

/* Is the file at `path` by its name a program that starts, enters or supervises containers? */
bool runtime_is_program(const char *path);

/* From <root>/proc/PID/{stat,status,cmdline,cwd}.  Returns 0 or -errno. */
int runtime_read(const char *root, uint32_t tgid, struct runtime_proc *out);

/* Inode number of the process's pid namespace; 0: unknown. */
uint32_t runtime_read_pid_ns(const char *root, uint32_t tgid);

/* Is it the first process of its pid namespace? */
bool runtime_is_init(const char *root, uint32_t tgid);

#endif /* CONTAINER_RUNTIME_H */
