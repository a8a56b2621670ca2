// SPDX-License-Identifier: Apache-2.0
#include "container/pattern.h"

#include <ctype.h>
#include <string.h>

#define HEX_ID_LEN 64 /* of docker, containerd, CRI-O and podman */

enum id_shape { ID_HEX, ID_NAME };

/* Shapes of one component, of cgroupfs and systemd drivers.  The first that fits wins. */
static const struct {
	const char *before;
	const char *after;
	enum id_shape shape;
	const char *type;
} shapes[] = {
	{ "docker-", ".scope", ID_HEX, "docker" },
	{ "cri-containerd-", ".scope", ID_HEX, "containerd" },
	{ "nerdctl-", ".scope", ID_HEX, "containerd" },
	{ "crio-", ".scope", ID_HEX, "cri-o" },
	{ "crio-", "", ID_HEX, "cri-o" },
	{ "libpod-payload-", ".scope", ID_HEX, "podman" },
	{ "libpod-payload-", "", ID_HEX, "podman" },
	{ "libpod-", ".scope", ID_HEX, "podman" },
	{ "libpod-", "", ID_HEX, "podman" },
	{ "lxc.payload.", "", ID_NAME, "lxc" },
};

#define N_SHAPES (sizeof(shapes) / sizeof(shapes[0]))

static bool is_hex_id(const char *s, size_t len)
{
	size_t i;

	if (len != HEX_ID_LEN)
		return false;
	for (i = 0; i < len; i++) {
		if (!isxdigit((unsigned char)s[i]))
			return false;
	}
	return true;
}

static void set_id(struct pattern *out, const char *id, size_t len, const char *type)
{
	memcpy(out->id, id, len);
	out->id[len] = '\0';
	out->type = type;
}

static bool fits(const char *part, size_t len, size_t i, struct pattern *out)
{
	size_t before = strlen(shapes[i].before);
	size_t after = strlen(shapes[i].after);
	size_t id_len;

	if (len <= before + after || strncmp(part, shapes[i].before, before) != 0 ||
	    strncmp(part + len - after, shapes[i].after, after) != 0)
		return false;
	id_len = len - before - after;
	if (id_len >= PATTERN_ID_MAX ||
	    (shapes[i].shape == ID_HEX && !is_hex_id(part + before, id_len)))
		return false;
	set_id(out, part + before, id_len, shapes[i].type);
	return true;
}

static bool is_parent(const char *path, const char *part, const char *name)
{
	size_t len = strlen(name);

	return (size_t)(part - path) > len && part[-1] == '/' &&
	       !strncmp(part - 1 - len, name, len) &&
	       ((size_t)(part - path) == len + 1 || part[-2 - (ptrdiff_t)len] == '/');
}

/* A bare id, or behind "….slice:cri-containerd:". */
static bool fits_bare(const char *path, const char *part, size_t len, struct pattern *out)
{
	const char *colon = memrchr(part, ':', len);
	const char *id = colon ? colon + 1 : part;
	size_t id_len = len - (size_t)(id - part);

	if (!is_hex_id(id, id_len))
		return false;
	/* Podman makes a directory for a pod, under the pod's id. */
	if (is_parent(path, part, "libpod_parent"))
		return false;
	set_id(out, id, id_len, is_parent(path, part, "docker") ? "docker" : NULL);
	if (colon)
		out->type = "containerd";
	return true;
}

bool pattern_find(const char *path, struct pattern *out)
{
	const char *part = path;
	size_t len;
	size_t i;

	while (*part) {
		len = strcspn(part, "/");
		for (i = 0; i < N_SHAPES; i++) {
			if (fits(part, len, i, out))
				return true;
		}
		if (fits_bare(path, part, len, out))
			return true;
		part += len;
		part += strspn(part, "/");
	}
	return false;
}

bool pattern_is_helper(const char *path)
{
	static const char *const helpers[] = { "libpod-conmon-", "crio-conmon-", "lxc.monitor." };
	const char *slash = strrchr(path, '/');
	const char *name = slash ? slash + 1 : path;
	size_t i;

	for (i = 0; i < sizeof(helpers) / sizeof(helpers[0]); i++) {
		if (!strncmp(name, helpers[i], strlen(helpers[i])))
			return true;
	}
	/* Where LXC's monitor goes when it removes the others. */
	return !strcmp(name, "lxc.pivot");
}
