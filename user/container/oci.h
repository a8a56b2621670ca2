/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_OCI_H
#define CONTAINER_OCI_H

/* What an OCI bundle's config.json tells of a container, whatever the engine. */
#include <stddef.h>

#include <cjson/cJSON.h>

#include "container/container.h"

#define OCI_CONFIG_MAX ((size_t)16 << 20)

/* Mounts, user, root, privileged as far as it can be guessed, annotations as labels. */
void oci_apply(struct container *info, const cJSON *config);

/* The value of an annotation; NULL if absent.  Users can set annotations. */
const char *oci_annotation(const cJSON *config, const char *key);

/* Where a bind mount to `dest` comes from; NULL if there is none. */
const char *oci_mount_source(const cJSON *config, const char *dest);

#endif /* CONTAINER_OCI_H */
