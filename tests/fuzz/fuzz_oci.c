// SPDX-License-Identifier: Apache-2.0

/*
 * The files of container runtimes.  The first byte tells the engine; files follow, each ended by
 * a byte 0x1e: the bundle's config.json, then what the engine keeps beside it.  Whatever they
 * hold, the id stays that of the claim, and what was learnt survives a capture.  Other letters
 * stand for a command line, for JSON of a capture, and for the answer of a daemon.
 */
#include <fcntl.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/file.h"
#include "container/danger.h"
#include "container/engine.h"
#include "container/info.h"
#include "container/runtime.h"
#include "container/state.h"

#define ID        "0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
#define SEPARATOR 0x1e
#define STORE     "/st/overlay-containers/" ID "/userdata"
#define STORE_SQL "/sq/overlay-containers/" ID "/userdata"
#define N_FILES   3

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* What an engine reads, in the order of the input's files. */
static const struct {
	char letter;
	enum engine engine;
	bool is_crio;
	const char *type;
	const char *bundle;
	const char *files[N_FILES];
} kinds[] = {
	{ 'n',
	  ENGINE_NONE,
	  false,
	  "runc",
	  "/b",
	  { "/b/config.json", "/run/runc/x/state.json", NULL } },
	{ 'l', ENGINE_NONE, false, "lxc", "/b", { "/b/config", NULL, NULL } },
	{ 'c',
	  ENGINE_CONTAINERD,
	  false,
	  NULL,
	  "/b",
	  { "/b/config.json", "/root/io.containerd.metadata.v1.bolt/meta.db", NULL } },
	{ 'k',
	  ENGINE_CRI,
	  false,
	  NULL,
	  "/b",
	  { "/b/config.json", "/root/io.containerd.metadata.v1.bolt/meta.db", NULL } },
	{ 'd',
	  ENGINE_DOCKER,
	  false,
	  NULL,
	  "/b",
	  { "/b/config.json", "/data/containers/" ID "/config.v2.json",
	    "/data/image/overlay2/repositories.json" } },
	{ 'p',
	  ENGINE_CONMON,
	  false,
	  NULL,
	  STORE,
	  { STORE "/config.json", "/st/overlay-containers/containers.json",
	    "/st/libpod/bolt_state.db" } },
	{ 's',
	  ENGINE_CONMON,
	  false,
	  NULL,
	  STORE_SQL,
	  { STORE_SQL "/config.json", "/sq/overlay-containers/containers.json", "/sq/db.sql" } },
	{ 'o',
	  ENGINE_CONMON,
	  true,
	  NULL,
	  STORE,
	  { STORE "/config.json", "/st/overlay-containers/s/userdata/config.json", NULL } },
};

static char root[64];

static void make_parents(char *path)
{
	for (char *slash = strchr(path + 1, '/'); slash; slash = strchr(slash + 1, '/')) {
		*slash = '\0';
		(void)mkdir(path, 0755);
		*slash = '/';
	}
}

static void put(const char *name, const void *data, size_t len)
{
	char path[512];
	int fd;

	(void)snprintf(path, sizeof(path), "%s%s", root, name);
	make_parents(path);
	fd = open(path, O_WRONLY | O_CREAT | O_TRUNC | O_CLOEXEC, 0644);
	if (fd < 0 || file_write_all(fd, data, len))
		abort();
	(void)close(fd);
}

static void remove_root(void)
{
	char command[128];

	(void)snprintf(command, sizeof(command), "rm -rf '%s'", root);
	if (system(command))
		(void)fputs("the directory of the files is left behind\n", stderr);
}

static void start(void)
{
	char path[512];

	(void)snprintf(root, sizeof(root), "/tmp/bw-fuzz-oci.XXXXXX");
	if (!mkdtemp(root))
		abort();
	(void)atexit(remove_root);
	put("/b/keep", "", 0);
	(void)snprintf(path, sizeof(path), "%s/b/work", root);
	if (symlink("/root/io.containerd.runtime.v2.task/default/" ID, path))
		abort();
}

/* What is in a capture is what there was. */
static void check_info(struct container *info)
{
	char *json = info_to_json(info);
	struct container *back = json ? info_from_json(json, strlen(json)) : NULL;
	char *again = back ? info_to_json(back) : NULL;
	struct buf buf;

	if (strcmp(info->full_id, ID) != 0)
		abort();
	if (!json || !again || strcmp(json, again) != 0)
		abort();
	buf_init(&buf, 1U << 20);
	danger_add(info, &buf);
	buf_done(&buf);
	free(json);
	free(again);
	info_free(back);
}

static void describe(size_t kind, const uint8_t *data, size_t size)
{
	struct claim claim = {
		.engine = kinds[kind].engine,
		.id = ID,
		.type = kinds[kind].type,
		.bundle = kinds[kind].bundle,
		.namespace = "default",
		.is_crio = kinds[kind].is_crio,
	};
	struct container *info;
	struct runtime found;
	uint64_t n_failed;
	bool whole;

	for (size_t i = 0; i < N_FILES && kinds[kind].files[i]; i++) {
		const uint8_t *end = i + 1 < N_FILES && kinds[kind].files[i + 1] ?
					     memchr(data, SEPARATOR, size) :
					     NULL;
		size_t len = end ? (size_t)(end - data) : size;

		put(kinds[kind].files[i], data, len);
		data += end ? len + 1 : len;
		size -= end ? len + 1 : len;
	}
	info = engine_describe(root, &claim, &n_failed, &whole);
	if (!info)
		abort();
	check_info(info);
	info_free(info);
	if (kinds[kind].letter == 'n' && !state_find(root, "/x", &found) && !*found.id)
		abort();
}

/* What a daemon answers about a container that has no files, and about its image behind a separator. */
static void answer(const char *text, size_t size)
{
	const char *end = memchr(text, SEPARATOR, size);
	size_t len = end ? (size_t)(end - text) : size;
	cJSON *container = cJSON_ParseWithLength(text, len);
	cJSON *image = end ? cJSON_ParseWithLength(end + 1, size - len - 1) : NULL;
	struct container *info = info_new(CONTAINER_KNOWN, ID, "docker");

	if (info) {
		info->is_partial = true;
		(void)engine_take_answer(info, container, image);
		check_info(info);
	}
	info_free(info);
	cJSON_Delete(container);
	cJSON_Delete(image);
}

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct runtime runtime;
	struct container *info;
	char *copy;

	if (!root[0])
		start();
	if (!size)
		return 0;
	copy = malloc(size);
	if (!copy)
		return 0;
	memcpy(copy, data + 1, size - 1);
	if (*data == 'r')
		(void)runtime_parse(copy, size - 1, "/cwd", &runtime);
	if (*data == 'i') {
		info = info_from_json(copy, size - 1);
		info_free(info);
	}
	if (*data == 'a')
		answer(copy, size - 1);
	free(copy);
	for (size_t i = 0; i < sizeof(kinds) / sizeof(kinds[0]); i++) {
		if (*data == (uint8_t)kinds[i].letter)
			describe(i, data + 1, size - 1);
	}
	return 0;
}
