/* SPDX-License-Identifier: Apache-2.0 */
#ifndef AGENT_LOOKUP_H
#define AGENT_LOOKUP_H

/* Looking up one host name without waiting for the answer. */
#include <arpa/inet.h>
#include <stdbool.h>
#include <stdint.h>

#define LOOKUP_ADDRS_MAX 64 /* of one answer; more are cut */

struct lookup_answer {
	const char *reason; /* why it is not known; NULL: it is.  Static. */
	uint32_t n_addrs;
	bool is_cut;
	char addrs[LOOKUP_ADDRS_MAX][INET6_ADDRSTRLEN];
};

typedef void lookup_name_fn(const char *name, void *arg);

/* Who looks up: the system, or a test.  None of these waits. */
struct lookup_ops {
	/* Names that the host itself answers for, as far as is known: a hint. */
	void (*visit_local)(lookup_name_fn *visit, void *arg, void *ctx);
	/* Returns a query, which one of the next two ends, or NULL. */
	void *(*begin)(const char *name, void *ctx);
	/* False: there is no answer yet. */
	bool (*finish)(void *query, struct lookup_answer *out, void *ctx);
	void (*abandon)(void *query, void *ctx);
};

/*
 * `ctx` is NULL, or the path of a hosts(5) to take for that of the system in visit_local().
 * getaddrinfo_a(3): /etc/hosts, DNS and what else nsswitch.conf(5) names, in threads of the C
 * library.  They are of our process, whose deeds the sensor leaves out.
 */
extern const struct lookup_ops lookup_system;

#endif /* AGENT_LOOKUP_H */
