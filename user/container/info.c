// SPDX-License-Identifier: Apache-2.0
#include "container/info.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#define HEX_ID_LEN   64
#define SHORT_ID_LEN 12

/* As linux/capability.h numbers them: together only a privileged container has them. */
#define CAP_SYS_MODULE_BIT (1ULL << 16)
#define CAP_SYS_RAWIO_BIT  (1ULL << 17)
#define CAP_SYS_ADMIN_BIT  (1ULL << 21)

/*
 * The first 12 digits of a long hexadecimal id, as every engine shows it; a name
 * that somebody chose (runc, crun, LXC) as a whole.  Nobody but the host is "host".
 */
static void set_id(struct container *info)
{
	const char *id = info->full_id;

	if (strlen(id) == HEX_ID_LEN && strspn(id, "0123456789abcdef") == HEX_ID_LEN)
		(void)snprintf(info->id, sizeof(info->id), "%.*s", SHORT_ID_LEN, id);
	else if (info->kind != CONTAINER_HOST && strcmp(id, "host") == 0)
		(void)snprintf(info->id, sizeof(info->id), "(host)");
	else
		(void)snprintf(info->id, sizeof(info->id), "%s", id);
}

struct container *info_new(enum container_kind kind, const char *full_id, const char *type)
{
	struct container *info = calloc(1, sizeof(*info));

	if (!info)
		return NULL;
	info->kind = kind;
	info->privileged = -1;
	info->rootfs_readonly = -1;
	info->facts.seccomp = -1;
	info->facts.no_new_privs = -1;
	info_set(&info->full_id, full_id);
	info_set(&info->type, type);
	if (!info->full_id) {
		info_free(info);
		return NULL;
	}
	set_id(info);
	return info;
}

void info_drop_mounts(struct container *info)
{
	uint32_t i;

	for (i = 0; i < info->n_mounts; i++) {
		free(info->mounts[i].source);
		free(info->mounts[i].dest);
		free(info->mounts[i].mode);
		free(info->mounts[i].propagation);
	}
	free(info->mounts);
	info->mounts = NULL;
	info->n_mounts = 0;
}

static void drop_pairs(struct container_label **list, uint32_t *n)
{
	uint32_t i;

	for (i = 0; i < *n; i++) {
		free((*list)[i].key);
		free((*list)[i].value);
	}
	free(*list);
	*list = NULL;
	*n = 0;
}

void info_drop_labels(struct container *info)
{
	drop_pairs(&info->labels, &info->n_labels);
}

void info_drop_pod_labels(struct container *info)
{
	drop_pairs(&info->pod_labels, &info->n_pod_labels);
}

void info_free(struct container *info)
{
	if (!info)
		return;
	info_drop_mounts(info);
	info_drop_labels(info);
	info_drop_pod_labels(info);
	free(info->full_id);
	free(info->name);
	free(info->type);
	free(info->bundle);
	free(info->image);
	free(info->image_repository);
	free(info->image_tag);
	free(info->image_id);
	free(info->image_digest);
	free(info->pod_name);
	free(info->pod_ns);
	free(info->pod_uid);
	free(info->pod_sandbox_id);
	free(info->pod_ip);
	free(info->ip);
	free(info->cni_json);
	free(info->k8s_container_name);
	free(info->user);
	free(info->rootfs);
	free(info->passwd);
	free(info);
}

void info_set(char **member, const char *value)
{
	free(*member);
	*member = NULL;
	if (value && *value && strnlen(value, INFO_STR_MAX) < INFO_STR_MAX)
		*member = strdup(value);
}

/*
 * registry:port/repository:tag@digest.  A colon starts a tag only behind the
 * last slash; a bare "sha256:…" is an id, not a repository.
 */
void info_set_image(struct container *info, const char *image)
{
	char *copy;
	char *digest;
	char *slash;
	char *tag;

	info_set(&info->image, image);
	if (!info->image)
		return;
	if (!strncmp(image, "sha256:", strlen("sha256:"))) {
		info_set(&info->image_id, image + strlen("sha256:"));
		return;
	}
	copy = strdup(image);
	if (!copy)
		return;
	digest = strchr(copy, '@');
	if (digest) {
		*digest++ = '\0';
		info_set(&info->image_digest, digest);
	}
	slash = strrchr(copy, '/');
	tag = strrchr(slash ? slash : copy, ':');
	if (tag) {
		*tag++ = '\0';
		info_set(&info->image_tag, tag);
	}
	info_set(&info->image_repository, copy);
	free(copy);
}

void info_add_mount(struct container *info, const struct container_mount *mount)
{
	struct container_mount *more;
	struct container_mount *new;

	if (info->n_mounts >= INFO_MOUNTS_MAX)
		return;
	more = realloc(info->mounts, (info->n_mounts + 1) * sizeof(*more));
	if (!more)
		return;
	info->mounts = more;
	new = &more[info->n_mounts++];
	memset(new, 0, sizeof(*new));
	info_set(&new->source, mount->source);
	info_set(&new->dest, mount->dest);
	info_set(&new->mode, mount->mode);
	info_set(&new->propagation, mount->propagation);
	new->rdwr = mount->rdwr;
}

static void add_pair(struct container_label **list, uint32_t *n, const char *key, const char *value)
{
	struct container_label *more;
	struct container_label *new;

	if (*n >= INFO_LABELS_MAX || !key || !*key || !value)
		return;
	if (strnlen(key, INFO_STR_MAX) == INFO_STR_MAX ||
	    strnlen(value, INFO_STR_MAX) == INFO_STR_MAX)
		return;
	more = realloc(*list, (*n + 1) * sizeof(*more));
	if (!more)
		return;
	*list = more;
	new = &more[*n];
	new->key = strdup(key);
	new->value = strdup(value);
	if (!new->key || !new->value) {
		free(new->key);
		free(new->value);
		return;
	}
	++*n;
}

void info_add_label(struct container *info, const char *key, const char *value)
{
	add_pair(&info->labels, &info->n_labels, key, value);
}

void info_add_pod_label(struct container *info, const char *key, const char *value)
{
	add_pair(&info->pod_labels, &info->n_pod_labels, key, value);
}

void info_set_facts(struct container *info, const struct container_facts *facts)
{
	const uint64_t strong = CAP_SYS_MODULE_BIT | CAP_SYS_RAWIO_BIT | CAP_SYS_ADMIN_BIT;
	int8_t no_new_privs = info->facts.no_new_privs;

	info->facts = *facts;
	if (facts->no_new_privs < 0)
		info->facts.no_new_privs = no_new_privs;
	if (info->privileged < 0 && facts->has_caps && facts->seccomp >= 0)
		info->privileged = (facts->caps & strong) == strong && facts->seccomp == 0;
}

void info_take_passwd(struct container *info, char *text)
{
	size_t len = strlen(text);

	if (len > INFO_PASSWD_MAX)
		len = INFO_PASSWD_MAX;
	if (text[len]) {
		while (len && text[len - 1] != '\n')
			len--;
		text[len] = '\0';
	}
	free(info->passwd);
	info->passwd = text;
}
