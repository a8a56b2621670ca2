/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_INFO_H
#define CONTAINER_INFO_H

/* Makes and fills a struct container, and turns it to JSON and back. */
#include <stdbool.h>
#include <stddef.h>

#include "container/container.h"

#define INFO_STR_MAX    4096 /* longer values are left unknown */
#define INFO_MOUNTS_MAX 128
#define INFO_LABELS_MAX 128
#define INFO_PASSWD_MAX 16384 /* what is left of /etc/passwd, whole lines */

/*
 * Owned by caller; NULL when out of memory.  Its short id is the first 12 digits
 * of a 64-digit hexadecimal id, else the whole full_id.
 */
struct container *info_new(enum container_kind kind, const char *full_id, const char *type);
void info_free(struct container *info);

/* Replace a string member; NULL, empty, too long or no memory leave it unknown. */
void info_set(char **member, const char *value);

/* Set image, image_repository, image_tag and image_digest. */
void info_set_image(struct container *info, const char *image);

/* Beyond the cap, and without memory, nothing is added. */
void info_add_mount(struct container *info, const struct container_mount *mount);
void info_add_label(struct container *info, const char *key, const char *value);
void info_add_pod_label(struct container *info, const char *key, const char *value);
void info_drop_mounts(struct container *info);
void info_drop_labels(struct container *info);
void info_drop_pod_labels(struct container *info);

/* The kernel's word of its first process; tells whether it is privileged where no runtime said so. */
void info_set_facts(struct container *info, const struct container_facts *facts);

/* Takes `text`, which is heap memory, and cuts it behind its last whole line. */
void info_take_passwd(struct container *info, char *text);

/* Owned by caller (free()); NULL when out of memory. */
char *info_to_json(const struct container *info);

/* Owned by caller; NULL if it is not what info_to_json() writes, or out of memory. */
struct container *info_from_json(const char *text, size_t len);

#endif /* CONTAINER_INFO_H */
