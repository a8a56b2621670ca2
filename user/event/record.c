// SPDX-License-Identifier: Apache-2.0
#include "event/record.h"

#include <errno.h>
#include <stdbool.h>
#include <string.h>

#define RECORD_STRS_MAX 10 /* of BW_EVENT_CALL */

/* What record_parse() has to know of a type. */
struct record_type {
	const char *name;
	uint16_t fixed_bytes;
	uint16_t n_strs;
	uint16_t strs[RECORD_STRS_MAX]; /* offsets of the struct bw_str members */
};

#define STR_AT(type, member) offsetof(struct type, member)

/* clang-format off */
static const struct record_type types[BW_EVENT_MAX] = {
	[BW_EVENT_FORK] = { "fork", sizeof(struct bw_fork), 0, { 0 } },
	[BW_EVENT_EXEC] = { "exec", sizeof(struct bw_exec), 9, {
		STR_AT(bw_exec, path), STR_AT(bw_exec, filename), STR_AT(bw_exec, interp),
		STR_AT(bw_exec, cwd), STR_AT(bw_exec, argv), STR_AT(bw_exec, env),
		STR_AT(bw_exec, argv_tail), STR_AT(bw_exec, env_tail), STR_AT(bw_exec, root) } },
	[BW_EVENT_EXEC_FAIL] = { "exec_fail", sizeof(struct bw_exec_fail), 2, {
		STR_AT(bw_exec_fail, filename), STR_AT(bw_exec_fail, argv) } },
	[BW_EVENT_EXIT] = { "exit", sizeof(struct bw_exit), 0, { 0 } },
	[BW_EVENT_CRED] = { "cred", sizeof(struct bw_cred_change), 0, { 0 } },
	[BW_EVENT_CHDIR] = { "chdir", sizeof(struct bw_chdir), 1, { STR_AT(bw_chdir, cwd) } },
	[BW_EVENT_CGROUP] = { "cgroup", sizeof(struct bw_cgroup), 1, {
		STR_AT(bw_cgroup, path) } },
	[BW_EVENT_OPEN] = { "open", sizeof(struct bw_open), 4, {
		STR_AT(bw_open, path), STR_AT(bw_open, given), STR_AT(bw_open, base),
		STR_AT(bw_open, root) } },
	[BW_EVENT_CONNECT] = { "connect", sizeof(struct bw_connect), 2, {
		STR_AT(bw_connect, path), STR_AT(bw_connect, given) } },
	[BW_EVENT_COMM] = { "comm", sizeof(struct bw_comm), 0, { 0 } },
	[BW_EVENT_CALL] = { "call", sizeof(struct bw_syscall), 10, {
		STR_AT(bw_syscall, fd.path), STR_AT(bw_syscall, text[0]),
		STR_AT(bw_syscall, text[1]), STR_AT(bw_syscall, text[2]),
		STR_AT(bw_syscall, text[3]), STR_AT(bw_syscall, text[4]),
		STR_AT(bw_syscall, text[5]), STR_AT(bw_syscall, base[0]),
		STR_AT(bw_syscall, base[1]), STR_AT(bw_syscall, root) } },
	[BW_EVENT_PROC] = { "proc", sizeof(struct bw_exec), 9, {
		STR_AT(bw_exec, path), STR_AT(bw_exec, filename), STR_AT(bw_exec, interp),
		STR_AT(bw_exec, cwd), STR_AT(bw_exec, argv), STR_AT(bw_exec, env),
		STR_AT(bw_exec, argv_tail), STR_AT(bw_exec, env_tail), STR_AT(bw_exec, root) } },
	[BW_EVENT_CONTAINER] = { "container", sizeof(struct bw_container), 1, {
		STR_AT(bw_container, json) } },
	[BW_EVENT_LOSS] = { "loss", sizeof(struct bw_loss), 0, { 0 } },
	[BW_EVENT_DOMAIN] = { "domain", sizeof(struct bw_domain), 2, {
		STR_AT(bw_domain, name), STR_AT(bw_domain, addrs) } },
	[BW_EVENT_AGENT] = { "agent", sizeof(struct bw_agent), 3, {
		STR_AT(bw_agent, programs), STR_AT(bw_agent, maps), STR_AT(bw_agent, links) } },
	[BW_EVENT_FINDING] = { "finding", sizeof(struct bw_finding), 1, {
		STR_AT(bw_finding, object) } },
};
/* clang-format on */

static const struct record_type *record_type(uint16_t type)
{
	return type < BW_EVENT_MAX && types[type].name ? &types[type] : NULL;
}

/* {0, 0} was not read; all others end in a NUL inside the tail. */
static bool str_is_valid(const char *data, size_t len, size_t fixed_bytes, struct bw_str str)
{
	size_t end = (size_t)str.off + str.len;

	if (!str.off)
		return !str.len;
	return str.off >= fixed_bytes && end < len && !data[end];
}

/* What readers use as an index or as a C string without asking again. */
static bool fields_are_valid(const struct bw_hdr *hdr)
{
	const struct bw_cgroup *cgroup = (const void *)hdr;
	const struct bw_comm *comm = (const void *)hdr;
	const struct bw_finding *finding = (const void *)hdr;

	if (hdr->call >= BW_CALL_MAX || hdr->abi > BW_ABI_IO_URING)
		return false;
	if (!memchr(hdr->comm, '\0', sizeof(hdr->comm)))
		return false;
	if (hdr->type == BW_EVENT_COMM)
		return memchr(comm->old, '\0', sizeof(comm->old));
	if (hdr->type == BW_EVENT_CGROUP)
		return cgroup->op >= BW_CGROUP_MKDIR && cgroup->op <= BW_CGROUP_RENAME;
	if (hdr->type == BW_EVENT_FINDING)
		return finding->kind > BW_FINDING_NONE && finding->kind < BW_FINDING_MAX;
	return true;
}

int record_parse(const void *data, size_t len, struct record *out)
{
	const struct bw_hdr *hdr = data;
	const struct record_type *type;
	struct bw_str str;

	if (len < sizeof(*hdr) || len > BW_RECORD_MAX || hdr->size != len)
		return -EBADMSG;
	type = record_type(hdr->type);
	if (!type)
		return -ENOMSG;
	if (len < type->fixed_bytes || !fields_are_valid(hdr))
		return -EBADMSG;
	for (unsigned int i = 0; i < type->n_strs; i++) {
		memcpy(&str, (const char *)data + type->strs[i], sizeof(str));
		if (!str_is_valid(data, len, type->fixed_bytes, str))
			return -EBADMSG;
	}
	out->hdr = hdr;
	out->exec = data; /* one pointer under all the names of the union */
	return 0;
}

struct record_str record_str(const struct record *rec, struct bw_str str)
{
	struct record_str view = { "", 0 };

	if (str.off) {
		view.s = (const char *)rec->hdr + str.off;
		view.len = str.len;
	}
	return view;
}

const char *record_type_name(uint16_t type)
{
	const struct record_type *known = record_type(type);

	return known ? known->name : NULL;
}
