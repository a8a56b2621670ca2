// SPDX-License-Identifier: Apache-2.0
#include "sample_record.h"

#include <string.h>

#define SAMPLE_STRS_MAX 11

static const struct {
	uint16_t type;
	uint16_t fixed_bytes;
	uint16_t strs[SAMPLE_STRS_MAX]; /* ended by 0 */
} layouts[] = {
	{ BW_EVENT_FORK, sizeof(struct bw_fork), { 0 } },
	{ BW_EVENT_EXEC,
	  sizeof(struct bw_exec),
	  { offsetof(struct bw_exec, path), offsetof(struct bw_exec, filename),
	    offsetof(struct bw_exec, interp), offsetof(struct bw_exec, cwd),
	    offsetof(struct bw_exec, argv), offsetof(struct bw_exec, env),
	    offsetof(struct bw_exec, argv_tail), offsetof(struct bw_exec, env_tail),
	    offsetof(struct bw_exec, root) } },
	{ BW_EVENT_EXEC_FAIL,
	  sizeof(struct bw_exec_fail),
	  { offsetof(struct bw_exec_fail, filename), offsetof(struct bw_exec_fail, argv) } },
	{ BW_EVENT_EXIT, sizeof(struct bw_exit), { 0 } },
	{ BW_EVENT_CRED, sizeof(struct bw_cred_change), { 0 } },
	{ BW_EVENT_CHDIR, sizeof(struct bw_chdir), { offsetof(struct bw_chdir, cwd) } },
	{ BW_EVENT_CGROUP, sizeof(struct bw_cgroup), { offsetof(struct bw_cgroup, path) } },
	{ BW_EVENT_OPEN,
	  sizeof(struct bw_open),
	  { offsetof(struct bw_open, path), offsetof(struct bw_open, given),
	    offsetof(struct bw_open, base), offsetof(struct bw_open, root) } },
	{ BW_EVENT_CONNECT,
	  sizeof(struct bw_connect),
	  { offsetof(struct bw_connect, path), offsetof(struct bw_connect, given) } },
	{ BW_EVENT_COMM, sizeof(struct bw_comm), { 0 } },
	{ BW_EVENT_CALL,
	  sizeof(struct bw_syscall),
	  { offsetof(struct bw_syscall, fd.path), offsetof(struct bw_syscall, text[0]),
	    offsetof(struct bw_syscall, text[1]), offsetof(struct bw_syscall, text[2]),
	    offsetof(struct bw_syscall, text[3]), offsetof(struct bw_syscall, text[4]),
	    offsetof(struct bw_syscall, text[5]), offsetof(struct bw_syscall, base[0]),
	    offsetof(struct bw_syscall, base[1]), offsetof(struct bw_syscall, root) } },
	{ BW_EVENT_PROC,
	  sizeof(struct bw_exec),
	  { offsetof(struct bw_exec, path), offsetof(struct bw_exec, filename),
	    offsetof(struct bw_exec, interp), offsetof(struct bw_exec, cwd),
	    offsetof(struct bw_exec, argv), offsetof(struct bw_exec, env),
	    offsetof(struct bw_exec, argv_tail), offsetof(struct bw_exec, env_tail),
	    offsetof(struct bw_exec, root) } },
	{ BW_EVENT_CONTAINER, sizeof(struct bw_container), { offsetof(struct bw_container, json) } },
	{ BW_EVENT_LOSS, sizeof(struct bw_loss), { 0 } },
	{ BW_EVENT_DOMAIN,
	  sizeof(struct bw_domain),
	  { offsetof(struct bw_domain, name), offsetof(struct bw_domain, addrs) } },
	{ BW_EVENT_AGENT,
	  sizeof(struct bw_agent),
	  { offsetof(struct bw_agent, programs), offsetof(struct bw_agent, maps),
	    offsetof(struct bw_agent, links) } },
	{ BW_EVENT_FINDING, sizeof(struct bw_finding), { offsetof(struct bw_finding, object) } },
};

#define N_LAYOUTS (sizeof(layouts) / sizeof(layouts[0]))

const uint16_t sample_types[] = {
	BW_EVENT_FORK,    BW_EVENT_EXEC,   BW_EVENT_EXEC_FAIL, BW_EVENT_EXIT,    BW_EVENT_CRED,
	BW_EVENT_CHDIR,   BW_EVENT_CGROUP, BW_EVENT_OPEN,      BW_EVENT_CONNECT, BW_EVENT_COMM,
	BW_EVENT_CALL,    BW_EVENT_PROC,   BW_EVENT_CONTAINER, BW_EVENT_LOSS,    BW_EVENT_AGENT,
	BW_EVENT_FINDING, BW_EVENT_DOMAIN, BW_EVENT_NONE,
};

static size_t layout_index(uint16_t type)
{
	size_t i = 0;

	while (i < N_LAYOUTS - 1 && layouts[i].type != type)
		i++;
	return i;
}

struct bw_hdr *sample_begin(struct sample *sample, uint16_t type)
{
	struct bw_hdr *hdr = (struct bw_hdr *)sample->data;

	memset(sample, 0, sizeof(*sample));
	sample->len = layouts[layout_index(type)].fixed_bytes;
	hdr->size = (uint32_t)sample->len;
	hdr->type = type;
	hdr->time_ns = 5000000000;
	hdr->cgroup_v2 = 1;
	hdr->start_ns = 4000000000;
	hdr->parent_start_ns = 1000000000;
	hdr->tgid = 100;
	hdr->tid = 100;
	hdr->vtgid = 100;
	hdr->parent_tgid = 1;
	hdr->loginuid = (uint32_t)-1;
	memcpy(hdr->comm, "sample", sizeof("sample"));
	if (type == BW_EVENT_CGROUP)
		((struct bw_cgroup *)sample->data)->op = BW_CGROUP_MKDIR;
	if (type == BW_EVENT_FINDING)
		((struct bw_finding *)sample->data)->kind = BW_FINDING_RING_MOVED;
	return hdr;
}

void sample_add_str(struct sample *sample, size_t member, const void *str, size_t len)
{
	struct bw_str at = { (uint16_t)sample->len, (uint16_t)len };

	memcpy(sample->data + member, &at, sizeof(at));
	memcpy(sample->data + sample->len, str, len);
	sample->data[sample->len + len] = '\0';
	sample->len += len + 1;
	((struct bw_hdr *)sample->data)->size = (uint32_t)sample->len;
}

struct bw_hdr *sample_fill(struct sample *sample, uint16_t type)
{
	size_t at = layout_index(type);
	struct bw_hdr *hdr = sample_begin(sample, type);
	char text[32] = "/some/where/0";

	/* Every byte of the fixed part differs from its neighbour and from zero. */
	for (size_t i = sizeof(*hdr); i < layouts[at].fixed_bytes; i++)
		sample->data[i] = (unsigned char)(i * 7 % 250 + 1);
	for (size_t i = 0; layouts[at].strs[i]; i++) {
		text[strlen("/some/where/")] = (char)('a' + i);
		sample_add_str(sample, layouts[at].strs[i], text, strlen(text));
	}
	if (type == BW_EVENT_CGROUP)
		((struct bw_cgroup *)sample->data)->op = BW_CGROUP_ATTACH;
	if (type == BW_EVENT_FINDING)
		((struct bw_finding *)sample->data)->kind = BW_FINDING_BLIND;
	if (type == BW_EVENT_COMM)
		((struct bw_comm *)sample->data)->old[BW_COMM_LEN - 1] = '\0';
	return hdr;
}
