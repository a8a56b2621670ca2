/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_NSPAWN_H
#define CONTAINER_NSPAWN_H

/* What systemd-nspawn's command line tells of its container: there is no file of it. */
#include "container/cmdline.h"
#include "container/container.h"
#include "container/runtime.h"

#define NSPAWN_ARGV_MAX 65536

/* Name and root, from what stands behind the program's name. */
void nspawn_parse(struct cmdline *args, const char *cwd, struct runtime *out);

/* Mounts, from all of argv: `len` bytes, separated by NUL. */
void nspawn_apply(struct container *info, const char *argv, size_t len);

#endif /* CONTAINER_NSPAWN_H */
