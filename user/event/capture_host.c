// SPDX-License-Identifier: Apache-2.0
#include "event/capture_format.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include <zlib.h>

enum item_kind {
	ITEM_CHARS, /* char array of `size` bytes */
	ITEM_U32,
	ITEM_U64,
	ITEM_TEXT, /* char *, owned */
};

/* Tags are never reused. */
static const struct item_desc {
	uint32_t tag;
	enum item_kind kind;
	size_t offset;
	size_t size; /* longest value that is allowed, plus one for strings */
	const char *name;
} items[] = {
	{ 1, ITEM_CHARS, offsetof(struct capture_host, hostname), CAPTURE_HOSTNAME_MAX,
	  "host name" },
	{ 2, ITEM_CHARS, offsetof(struct capture_host, release), CAPTURE_RELEASE_MAX,
	  "kernel release" },
	{ 3, ITEM_CHARS, offsetof(struct capture_host, machine), CAPTURE_MACHINE_MAX, "machine" },
	{ 4, ITEM_CHARS, offsetof(struct capture_host, agent_version), CAPTURE_VERSION_MAX,
	  "agent version" },
	{ 5, ITEM_U64, offsetof(struct capture_host, epoch_offset_ns), sizeof(uint64_t),
	  "epoch offset" },
	{ 6, ITEM_U32, offsetof(struct capture_host, n_cpus), sizeof(uint32_t), "CPU count" },
	{ 7, ITEM_U32, offsetof(struct capture_host, cgroup_v1_hierarchy), sizeof(uint32_t),
	  "cgroup v1 hierarchy" },
	{ 8, ITEM_TEXT, offsetof(struct capture_host, passwd), CAPTURE_ACCOUNTS_MAX + 1, "passwd" },
	{ 9, ITEM_TEXT, offsetof(struct capture_host, group), CAPTURE_ACCOUNTS_MAX + 1, "group" },
};

#define N_ITEMS (sizeof(items) / sizeof(items[0]))

uint32_t capture_crc(const void *data, size_t bytes)
{
	return (uint32_t)crc32(0, data, (uInt)bytes);
}

uint32_t capture_frame_crc(uint32_t len, const void *content, size_t bytes)
{
	uLong crc = crc32(0, (const Bytef *)&len, sizeof(len));

	return (uint32_t)crc32(crc, content, (uInt)bytes);
}

static void add_item(struct buf *out, uint32_t tag, const void *value, size_t len)
{
	static const char zeros[CAPTURE_ALIGN];
	struct capture_item item = { tag, (uint32_t)len };

	buf_add(out, &item, sizeof(item));
	buf_add(out, value, len);
	buf_add(out, zeros, capture_padded(len) - len);
}

int capture_host_encode(const struct capture_host *host, struct buf *out)
{
	for (size_t i = 0; i < N_ITEMS; i++) {
		const struct item_desc *item = &items[i];
		const char *value = (const char *)host + item->offset;
		size_t len = item->size;

		if (item->kind == ITEM_TEXT) {
			const char *const *slot = (const void *)value;
			const char *text = *slot;

			if (!text)
				continue;
			value = text;
		}
		if (item->kind == ITEM_TEXT || item->kind == ITEM_CHARS)
			len = strnlen(value, item->size);
		if (len == item->size && item->kind == ITEM_TEXT)
			return -EFBIG;
		add_item(out, item->tag, value, len);
	}
	return out->failed ? -ENOMEM : 0;
}

static const struct item_desc *find_item(uint32_t tag)
{
	for (size_t i = 0; i < N_ITEMS; i++) {
		if (items[i].tag == tag)
			return &items[i];
	}
	return NULL;
}

/* Strings are shorter than `size` and hold no NUL, integers are `size` long. */
static bool value_fits(const struct item_desc *item, const char *value, size_t len)
{
	if (item->kind == ITEM_U32 || item->kind == ITEM_U64)
		return len == item->size;
	return len < item->size && !memchr(value, '\0', len);
}

static int set_item(const struct item_desc *item, const char *value, size_t len,
		    struct capture_host *host)
{
	char *at = (char *)host + item->offset;
	char *text;

	if (item->kind != ITEM_TEXT) {
		memcpy(at, value, len);
		return 0;
	}
	text = strndup(value, len);
	if (!text)
		return -ENOMEM;
	free(*(char **)at); /* the item may occur twice */
	*(char **)at = text;
	return 0;
}

int capture_host_decode(const char *data, size_t bytes, struct capture_host *host,
			struct diag *diag)
{
	const struct item_desc *desc;
	struct capture_item item;
	size_t at = 0;
	int err;

	while (at < bytes) {
		if (bytes - at < sizeof(item))
			goto damaged;
		memcpy(&item, data + at, sizeof(item));
		if (capture_padded(item.len) > bytes - at - sizeof(item))
			goto damaged;
		desc = find_item(item.tag);
		if (desc) {
			const char *value = data + at + sizeof(item);

			if (!value_fits(desc, value, item.len))
				goto damaged;
			err = set_item(desc, value, item.len, host);
			if (err)
				return err;
		}
		at += sizeof(item) + capture_padded(item.len);
	}
	return 0;

damaged:
	diag->offset = at;
	return -EBADMSG;
}

void capture_host_done(struct capture_host *host)
{
	free(host->passwd);
	free(host->group);
	host->passwd = NULL;
	host->group = NULL;
}
