/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_ALIASES_H
#define FIELDS_ALIASES_H

/*
 * Other names of the file behind a path: the one that the caller gave, and those that
 * every system has.  The latter are told by the text alone: they are what a rule may
 * call the file, not links that were seen.  Private to fields/.
 */
#include "fields/view.h"

#define ALIASES_MAX 16 /* of one path; what is more is left out */

struct aliases {
	struct arena *scratch;
	const char *name; /* that the others stand for; not one of them itself */
	uint32_t pid; /* whose /proc/self it is, in its own pid namespace; 0: not known */
	char own[24]; /* "/proc/PID", once it was needed */
	uint32_t n;
	const char *at[ALIASES_MAX];
};

/* Add one more name; "", NULL, and what is there already change nothing. */
void aliases_add(struct aliases *aliases, const char *name);

/*
 * Add what `name` and all that was added are called through merged /usr (/bin, /sbin,
 * /lib, /lib32, /lib64, /libx32), /var/run, /var/lock, /proc/self, /proc/thread-self
 * and the directories of threads in /proc.
 */
void aliases_spread(struct aliases *aliases);

/* The names as a list, each behind `prefix`; false: there are none, or scratch is full. */
bool aliases_value(const struct aliases *aliases, const char *prefix, struct value *out);

/* Fields that have an alias field of their own. */
enum alias_of {
	ALIAS_OF_NAME,
	ALIAS_OF_DIRECTORY,
	ALIAS_OF_FILENAME,
	ALIAS_OF_PATH,
	ALIAS_OF_SOURCE,
	ALIAS_OF_TARGET,
	ALIAS_OF_EXEPATH,
	ALIAS_OF_PEXEPATH,
	ALIAS_OF_MAX,
};

/* The same of evt.arg.alias.NAME. */
struct alias_arg {
	const char *name; /* borrowed from a rule */
	uint32_t len;
	struct value list; /* VALUE_NULL: none */
	const struct alias_arg *next;
};

/* What was found out for this event: many rules ask the same. */
struct alias_memo {
	bool known[ALIAS_OF_MAX];
	struct value lists[ALIAS_OF_MAX]; /* VALUE_NULL: none */
	const struct alias_arg *args; /* those that the event has: a few */
};

#endif /* FIELDS_ALIASES_H */
