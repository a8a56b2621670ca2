/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_DANGER_H
#define CONTAINER_DANGER_H

/* What lets a container reach its host. */
#include "base/buf.h"
#include "container/container.h"

/*
 * Append what is dangerous about the container as words joined by commas: privileged, host_pid,
 * host_network, host_ipc, runtime_socket, mount:PATH, cap:NAME, no_seccomp, writable_rootfs.
 * What is not known is not named.
 */
void danger_add(const struct container *info, struct buf *buf);

#endif /* CONTAINER_DANGER_H */
