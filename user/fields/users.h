/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_USERS_H
#define FIELDS_USERS_H

/* Names of user and group ids, as seen by the event's process.  Private to fields/. */
#include "fields/view.h"

/* A line of passwd(5); pieces of it are not terminated. */
struct user {
	const char *name;
	const char *home;
	const char *shell;
	uint32_t name_len;
	uint32_t home_len;
	uint32_t shell_len;
};

/* What the host's passwd says of uid; false if it does not. */
bool users_host_user(const struct users *users, uint32_t uid, struct user *out);

/*
 * The same for the event's process: of the container's passwd inside of one.  Ids
 * of another user namespace are not those that the file speaks of.
 */
bool users_user(const struct event_view *view, uint32_t uid, struct user *out);

/* Name of the group in scratch, NULL if unknown; of a container's groups nothing is known. */
const char *users_group(const struct event_view *view, uint32_t gid);

/* Name of the user as text: "root" for 0 and "<NA>" when unknown, as Falco has it. */
const char *users_name(const struct event_view *view, uint32_t uid);

#endif /* FIELDS_USERS_H */
