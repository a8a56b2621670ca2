/* SPDX-License-Identifier: Apache-2.0 */
#ifndef EVENT_RECORD_H
#define EVENT_RECORD_H

/* Checks a raw record once and gives a typed view of it; nobody else touches raw bytes. */
#include <stddef.h>
#include <stdint.h>

#include "bpfwatch/event.h"

/* A string of a record: NUL-terminated, but may hold NULs inside (argv, env). */
struct record_str {
	const char *s; /* never NULL: "" when it was not read */
	uint32_t len;
};

/*
 * View of one record; borrowed from its bytes.  Which member of the union is
 * valid follows from hdr->type.
 */
struct record {
	const struct bw_hdr *hdr;
	union {
		const struct bw_fork *fork;
		const struct bw_exec *exec; /* also BW_EVENT_PROC */
		const struct bw_exec_fail *exec_fail;
		const struct bw_exit *exit;
		const struct bw_cred_change *cred;
		const struct bw_chdir *chdir;
		const struct bw_cgroup *cgroup;
		const struct bw_open *open;
		const struct bw_connect *connect;
		const struct bw_comm *comm;
		const struct bw_syscall *syscall;
		const struct bw_container *container;
		const struct bw_loss *loss;
		const struct bw_domain *domain;
		const struct bw_agent *agent;
		const struct bw_finding *finding;
	};
};

/*
 * Check `len` bytes at `data` (8-byte aligned): size, type, every string inside
 * the tail and terminated.  On success *out views them.
 *
 * Returns 0, -EBADMSG for a malformed record, -ENOMSG for an unknown type.
 */
int record_parse(const void *data, size_t len, struct record *out);

/* The bytes that `str`, a member of the record's fixed part, locates. */
struct record_str record_str(const struct record *rec, struct bw_str str);

/* "exec", "open" …; NULL for an unknown type. */
const char *record_type_name(uint16_t type);

/* "openat": the name of an enum bw_call; NULL for an unknown one. */
const char *record_call_name(uint16_t call);

#endif /* EVENT_RECORD_H */
