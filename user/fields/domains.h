/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_DOMAINS_H
#define FIELDS_DOMAINS_H

/*
 * Host names by address, for fd.sip.name and its kin.  Nothing is looked up here: who looks
 * names up tells it by BW_EVENT_DOMAIN records, so that a replay knows what the live run knew.
 */
#include "base/arena.h"
#include "event/record.h"
#include "fields/value.h"

struct domains;

/* Owned by caller; NULL: out of memory. */
struct domains *domains_new(void);
void domains_free(struct domains *domains);

/*
 * The record's name stands for the record's addresses from now on.  Returns 0, -EBADMSG if one
 * of them is no address (the others count) or the name is longer than any, -ENOSPC for a name too
 * many or an address (those before it count), or -ENOMEM: nothing changed.
 */
int domains_apply(struct domains *domains, const struct record *rec);

/*
 * The names of the address, those told first in front, as a list in scratch, which is empty
 * if there are none.  False: scratch is full.
 */
bool domains_of(const struct domains *domains, const struct value_ip *ip, struct arena *scratch,
		struct value *out);

#endif /* FIELDS_DOMAINS_H */
