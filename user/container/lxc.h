/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_LXC_H
#define CONTAINER_LXC_H

/* What the text of an LXC container's `config` tells of it. */
#include "container/container.h"

#define LXC_CONFIG_MAX ((size_t)1 << 20)

/* Root, mounts, limits.  Lines that are not understood, and files it includes, are passed over. */
void lxc_apply(struct container *info, char *text);

#endif /* CONTAINER_LXC_H */
