// SPDX-License-Identifier: Apache-2.0
#include "agent/ps.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "agent/json_out.h"
#include "base/buf.h"
#include "base/clock.h"
#include "base/log.h"
#include "container/container.h"
#include "container/danger.h"
#include "output/safe.h"
#include "sensor/sensor.h"

#define CELL_MAX   ((size_t)4096)
#define NS_PER_S   1000000000ULL
#define COLUMN_GAP 2

enum { COL_ID, COL_TYPE, COL_NAME, COL_IMAGE, COL_POD, COL_PID, COL_USER, COL_DANGERS, COL_MAX };

static const char *const titles[COL_MAX] = { "ID",  "TYPE", "NAME", "IMAGE",
					     "POD", "PID",  "USER", "DANGERS" };

struct row {
	const struct container *info; /* borrowed from the registry */
	uint32_t pid;
};

struct rows {
	struct row *at;
	size_t n;
	bool failed;
};

/* Without a process there is a cgroup that somebody forgot, and no container. */
static void collect(const struct container *info, uint32_t pid, void *arg)
{
	struct rows *rows = arg;
	struct row *more;

	if (!pid || info->kind != CONTAINER_KNOWN)
		return;
	more = realloc(rows->at, (rows->n + 1) * sizeof(*more));
	if (!more) {
		rows->failed = true;
		return;
	}
	rows->at = more;
	more[rows->n++] = (struct row){ info, pid };
}

static int compare_text(const char *a, const char *b)
{
	return strcmp(a ? a : "", b ? b : "");
}

static int compare_rows(const void *left, const void *right)
{
	const struct row *a = left;
	const struct row *b = right;
	int order = compare_text(a->info->type, b->info->type);

	if (!order)
		order = compare_text(a->info->name, b->info->name);
	return order ? order : compare_text(a->info->full_id, b->info->full_id);
}

static void add_pod(const struct container *info, struct buf *buf)
{
	if (!info->pod_name)
		return;
	if (info->pod_ns) {
		buf_add_str(buf, info->pod_ns);
		buf_add_char(buf, '/');
	}
	buf_add_str(buf, info->pod_name);
	if (info->is_sandbox)
		buf_add_str(buf, " (sandbox)");
}

static void add_raw_cell(const struct row *row, int column, struct buf *buf)
{
	const struct container *info = row->info;
	const char *const texts[COL_MAX] = {
		[COL_ID] = info->id,       [COL_TYPE] = info->type, [COL_NAME] = info->name,
		[COL_IMAGE] = info->image, [COL_USER] = info->user,
	};

	if (column == COL_PID)
		buf_printf(buf, "%u", row->pid);
	else if (column == COL_POD)
		add_pod(info, buf);
	else if (column == COL_DANGERS)
		danger_add(info, buf);
	else if (texts[column])
		buf_add_str(buf, texts[column]);
	if (!buf->len)
		buf_add_char(buf, '-');
}

/* Whatever a container calls itself: no line is forged, no terminal driven. */
static char *make_cell(const struct row *row, int column)
{
	struct buf raw;
	struct buf safe;

	buf_init(&raw, CELL_MAX);
	buf_init(&safe, CELL_MAX * 4);
	add_raw_cell(row, column, &raw);
	safe_add(&safe, raw.data, raw.len);
	buf_done(&raw);
	return buf_steal(&safe);
}

static void print_line(char *const *cells, const size_t *widths)
{
	for (int i = 0; i < COL_MAX; i++) {
		const char *text = cells[i] ? cells[i] : "?";

		if (i == COL_MAX - 1)
			printf("%s\n", text);
		else
			printf("%-*s", (int)(widths[i] + COLUMN_GAP), text);
	}
}

static int print_table(const struct rows *rows)
{
	char **cells = calloc((rows->n + 1) * COL_MAX, sizeof(*cells));
	size_t widths[COL_MAX] = { 0 };
	size_t i;

	if (!cells) {
		log_error("out of memory");
		return EXIT_NO_OUTPUT;
	}
	for (i = 0; i < (rows->n + 1) * COL_MAX; i++) {
		int column = (int)(i % COL_MAX);
		size_t len;

		cells[i] = i < COL_MAX ? strdup(titles[column]) :
					 make_cell(&rows->at[i / COL_MAX - 1], column);
		len = cells[i] ? strlen(cells[i]) : 0;
		if (len > widths[column])
			widths[column] = len;
	}
	for (i = 0; i <= rows->n; i++)
		print_line(cells + i * COL_MAX, widths);
	for (i = 0; i < (rows->n + 1) * COL_MAX; i++)
		free(cells[i]);
	free(cells);
	return EXIT_FINE;
}

static void put_str(cJSON *object, const char *key, const char *text)
{
	if (text)
		json_out_put(object, key, json_out_str(text));
}

static void put_state(cJSON *object, const char *key, int8_t state)
{
	if (state >= 0)
		json_out_put(object, key, cJSON_CreateBool(state));
}

static cJSON *make_dangers(const struct container *info)
{
	cJSON *list = cJSON_CreateArray();
	char *save = NULL;
	struct buf buf;
	char *word;
	char *text;

	buf_init(&buf, CELL_MAX * 4);
	danger_add(info, &buf);
	text = buf_steal(&buf);
	for (word = text ? strtok_r(text, ",", &save) : NULL; word;
	     word = strtok_r(NULL, ",", &save))
		json_out_add(list, json_out_str(word));
	free(text);
	return list;
}

static cJSON *make_labels(const struct container_label *labels, uint32_t n)
{
	cJSON *object = cJSON_CreateObject();

	for (uint32_t i = 0; i < n; i++)
		json_out_put(object, labels[i].key, json_out_str(labels[i].value));
	return object;
}

static cJSON *make_mounts(const struct container *info)
{
	cJSON *list = cJSON_CreateArray();

	for (uint32_t i = 0; i < info->n_mounts; i++) {
		cJSON *item = cJSON_CreateObject();

		put_str(item, "source", info->mounts[i].source);
		put_str(item, "dest", info->mounts[i].dest);
		put_str(item, "mode", info->mounts[i].mode);
		json_out_put(item, "rdwr", cJSON_CreateBool(info->mounts[i].rdwr));
		json_out_add(list, item);
	}
	return list;
}

static cJSON *make_object(const struct row *row, uint64_t epoch_offset_ns)
{
	const struct container *info = row->info;
	cJSON *object = cJSON_CreateObject();

	put_str(object, "id", info->id);
	put_str(object, "full_id", info->full_id);
	put_str(object, "type", info->type);
	put_str(object, "name", info->name);
	put_str(object, "image", info->image);
	put_str(object, "image_id", info->image_id);
	put_str(object, "image_digest", info->image_digest);
	put_str(object, "pod_name", info->pod_name);
	put_str(object, "pod_namespace", info->pod_ns);
	put_str(object, "pod_uid", info->pod_uid);
	put_str(object, "pod_ip", info->pod_ip);
	put_str(object, "ip", info->ip ? info->ip : info->pod_ip);
	put_str(object, "bundle", info->bundle);
	put_str(object, "user", info->user);
	json_out_put(object, "pid", cJSON_CreateNumber(row->pid));
	if (info->start_ns) {
		uint64_t seconds = (info->start_ns + epoch_offset_ns) / NS_PER_S;

		json_out_put(object, "started", cJSON_CreateNumber((double)seconds));
	}
	put_state(object, "sandbox", info->is_sandbox);
	put_state(object, "rootless", info->is_rootless);
	put_state(object, "partial", info->is_partial);
	put_state(object, "privileged", info->privileged);
	put_state(object, "readonly_rootfs", info->rootfs_readonly);
	put_state(object, "no_new_privs", info->facts.no_new_privs);
	json_out_put(object, "labels", make_labels(info->labels, info->n_labels));
	json_out_put(object, "mounts", make_mounts(info));
	json_out_put(object, "dangers", make_dangers(info));
	return object;
}

static int print_json(const struct rows *rows)
{
	uint64_t epoch_offset_ns = clock_epoch_offset_ns();
	cJSON *root = cJSON_CreateObject();
	cJSON *list = cJSON_CreateArray();

	for (size_t i = 0; i < rows->n; i++)
		json_out_add(list, make_object(&rows->at[i], epoch_offset_ns));
	json_out_put(root, "containers", list);
	return json_out_print(root);
}

static int print_rows(struct rows *rows, const struct options *options)
{
	if (rows->failed) {
		log_error("out of memory");
		return EXIT_NO_OUTPUT;
	}
	if (rows->n)
		qsort(rows->at, rows->n, sizeof(*rows->at), compare_rows);
	return options->json ? print_json(rows) : print_table(rows);
}

int ps_run(const struct options *options)
{
	struct containers_config config = { .live = true, .root = "" };
	struct containers *containers;
	struct rows rows = { NULL, 0, false };
	int code;
	int err;

	if (options->n_args) {
		log_error("ps takes no argument '%s'", options->args[0]);
		return EXIT_BAD_USAGE;
	}
	if (geteuid() != 0)
		log_warn(
			"not root: containers that cannot be looked into are missing or incomplete");
	config.cgroup_v1_hierarchy = sensor_host_v1_hierarchy();
	containers = containers_new(&config);
	if (!containers) {
		log_error("out of memory");
		return EXIT_NO_OUTPUT;
	}
	err = containers_scan(containers);
	if (err)
		log_warn("cannot look at all cgroups: %s; containers may be missing",
			 strerror(-err));
	containers_each(containers, collect, &rows);
	code = print_rows(&rows, options);
	free(rows.at);
	containers_free(containers);
	return code;
}
