/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_NSPAWN_H
#define CONTAINER_NSPAWN_H

/* What systemd-nspawn's command line, and settings if there are some, tell of its container. */
#include "container/cmdline.h"
#include "container/container.h"
#include "container/runtime.h"

#define NSPAWN_ARGV_MAX     65536
#define NSPAWN_SETTINGS_MAX ((size_t)1 << 20)

/* Name and root, from what stands behind the program's name. */
void nspawn_parse(struct cmdline *args, const char *cwd, struct runtime *out);

/*
 * Mounts, from all of argv: `len` bytes, separated by NUL.  Returns whether it reads a file of
 * settings, too.
 */
bool nspawn_apply(struct container *info, const char *argv, size_t len);

/* Mounts, from the text of <machine>.nspawn. */
void nspawn_apply_settings(struct container *info, char *text);

#endif /* CONTAINER_NSPAWN_H */
