/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_FD_H
#define FIELDS_FD_H

/* What the event's descriptor stands for, whatever its record.  Private to fields/. */
#include "fields/view.h"

struct fd_view {
	int64_t num; /* -1: none */
	const struct bw_file *file; /* NULL: no file is known, as of an open that failed */
	const struct bw_addr *local; /* NULL: no socket */
	const struct bw_addr *remote;
	const char *path; /* from the kernel; of a unix socket that of its peer; "" unknown */
	const char *given; /* as the caller wrote it; "" unknown */
	uint16_t family; /* AF_* of a socket, else 0 */
	uint16_t sock_type;
	uint16_t protocol;
	bool is_claim; /* an open that failed: `path` is what the caller said */
	bool is_pending; /* an open that was told before its end: the same */
	bool is_server;
	bool is_bound; /* listens or was bound just now: it has no peer */
	bool is_connected;
	bool is_changed; /* by this event */
};

/* False: the event has no descriptor. */
bool fd_view(const struct event_view *view, struct fd_view *out);

/* In the words of fd.type and the letter of fd.typechar; NULL and 'o' if it is not known. */
const char *fd_type(const struct fd_view *fd);
char fd_typechar(const struct fd_view *fd);

/* fd.name: a path, or both ends of a socket; "" if there is none.  NULL: scratch is full. */
const char *fd_name(const struct event_view *view, const struct fd_view *fd);

/* Of `path`, a name of the file: the file itself if it is a directory.  NULL: it has none. */
const char *fd_directory(const struct event_view *view, const struct fd_view *fd, const char *path);

/* Last component of `path`, a name of the file.  NULL: it is no regular file. */
const char *fd_filename(const struct fd_view *fd, const char *path);

/* The ends of a socket, client first; NULL: there are none, or scratch is full. */
const char *fd_tuple(const struct event_view *view, const struct fd_view *fd);

/* "<4t>10.0.0.1:4711->10.0.0.2:80": as evt.arg shows a descriptor.  NULL: scratch is full. */
const char *fd_shown(const struct event_view *view, const struct fd_view *fd);

#endif /* FIELDS_FD_H */
