/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_VIEW_H
#define FIELDS_VIEW_H

/* One event with all that its fields are read from. */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "container/container.h"
#include "event/capture.h"
#include "event/record.h"
#include "fields/field.h"
#include "proc/proc.h"

struct users; /* names of user and group ids; fields/users.h */
struct domains; /* names of addresses; fields/domains.h */
struct alias_memo; /* fields/aliases.h */

/* Whom the call aims at. */
struct event_target {
	const struct proc *proc; /* NULL: nobody, or it is not known whom */
	const char *container_id; /* as container.id has it; in scratch */
	bool is_agent;
};

struct event_view {
	const struct record *rec;
	const struct proc *proc; /* never NULL; of the child for fork */
	const struct container *container; /* never NULL */
	struct event_target target;
	bool is_runtime; /* containers_is_runtime() */
	const struct capture_host *host;
	struct users *users;
	const struct domains *domains;
	uint64_t num; /* 1 for the first event */
	struct arena *scratch; /* reset after the event */
	const struct field_static *statics; /* borrowed */
	size_t n_statics;
	/* Set by view_init(). */
	struct alias_memo *aliases; /* in scratch; NULL: it is full */
	struct field_source source;
};

/* Make view->source read from the view's other members, which the caller has set. */
void view_init(struct event_view *view);

/* What container.id says of a container. */
const char *view_container_id(const struct container *container);

/* The text of the n-th ancestor chain, "sh<bash<sshd", for people; in scratch. */
const char *view_ancestry(const struct event_view *view);

/* Tables of names from the text of passwd and group files (NULL allowed); NULL: out of memory. */
struct users *users_new(const char *passwd, const char *group);
void users_free(struct users *users);

#endif /* FIELDS_VIEW_H */
