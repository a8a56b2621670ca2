/* SPDX-License-Identifier: Apache-2.0 */
#ifndef CONTAINER_QUERY_H
#define CONTAINER_QUERY_H

/*
 * Asks daemons that speak Docker's API (docker, podman) about containers, one after the other, and
 * waits for nothing: what is under way goes on when query_step() is called.
 *
 * HTTP/1.0 by hand: the peer is a local daemon of root's, which answers a line with a body and
 * closes.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include <cjson/cJSON.h>

#define QUERY_WAITING_MAX 256 /* containers that are to be asked about */
#define QUERY_LIMIT_NS    2000000000ULL /* for all about one container at one socket */

struct query;

struct query_stats {
	uint64_t n_asked; /* containers */
	uint64_t n_answered;
	uint64_t n_failed; /* nobody knew it, in time or in a form that could be read */
	uint64_t n_dropped; /* too many were waiting */
};

/* `sockets` are paths with commas between them.  NULL when out of memory. */
struct query *query_new(const char *sockets);
void query_free(struct query *query);

/* An epoll descriptor that can be read when query_step() has something to do; -1 if there is none. */
int query_fd(const struct query *query);

/* Put a container in the queue. */
void query_ask(struct query *query, const char *full_id);

/*
 * What the daemon says of a container, and of its image (NULL: it does not say); borrowed during
 * the call.
 */
typedef void (*query_fn)(const char *full_id, const cJSON *container, const cJSON *image,
			 void *arg);

/* Go on as far as it goes without waiting; `now_ns` is boot time. */
void query_step(struct query *query, uint64_t now_ns, query_fn fn, void *arg);

void query_read_stats(const struct query *query, struct query_stats *out);

#endif /* CONTAINER_QUERY_H */
