/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_CAPS_H
#define CONTAINER_CAPS_H

/* Capabilities as runtimes write them. */
#include <stdint.h>

#include <cjson/cJSON.h>

/* What Docker and podman leave a container by default; containerd's and CRI-O's are subsets. */
#define CAPS_DEFAULT 0xa80425fbULL

/* Bits of an array of names such as "CAP_CHOWN"; names that are not known are left out. */
uint64_t caps_from_names(const cJSON *names);

#endif /* CONTAINER_CAPS_H */
