// SPDX-License-Identifier: Apache-2.0
#include "agent/lookup.h"

#include <fcntl.h>
#include <netdb.h>
#include <stdlib.h>
#include <string.h>

#include "base/cleanup.h"
#include "base/file.h"

#define HOSTS           "/etc/hosts"
#define HOSTS_BYTES_MAX ((size_t)16 << 20)
#define BLANKS          " \t\r\f\v"

struct query {
	struct gaicb request;
	struct addrinfo hints;
	char name[]; /* a thread may read it when the rules are gone */
};

/* hosts(5): an address, then names; `#` begins a comment. */
static void visit_line(char *line, lookup_name_fn *visit, void *arg)
{
	char *rest;
	char *word;

	line[strcspn(line, "#")] = '\0';
	word = strtok_r(line, BLANKS, &rest);
	while (word) {
		word = strtok_r(NULL, BLANKS, &rest);
		if (word)
			visit(word, arg);
	}
}

/* nsswitch.conf(5) may say otherwise: whoever uses this asks getaddrinfo() all the same. */
static void visit_local(lookup_name_fn *visit, void *arg, void *ctx)
{
	cleanup_free char *text = NULL;
	char *line;
	char *rest;
	size_t len;

	if (file_read(AT_FDCWD, ctx ? ctx : HOSTS, HOSTS_BYTES_MAX, &text, &len))
		return;
	rest = text;
	while ((line = strsep(&rest, "\n")))
		visit_line(line, visit, arg);
}

static void *begin(const char *name, void *ctx)
{
	struct query *query = calloc(1, sizeof(*query) + strlen(name) + 1);
	struct gaicb *list[1];

	(void)ctx;
	if (!query)
		return NULL;
	memcpy(query->name, name, strlen(name) + 1);
	query->hints.ai_family = AF_UNSPEC;
	query->hints.ai_socktype = SOCK_STREAM; /* each address once */
	query->request.ar_name = query->name;
	query->request.ar_request = &query->hints;
	list[0] = &query->request;
	if (getaddrinfo_a(GAI_NOWAIT, list, 1, NULL)) {
		free(query);
		return NULL;
	}
	return query;
}

/* IPv4 in the clothes of IPv6 is IPv4, as in events. */
static bool print_addr(const struct addrinfo *info, char out[INET6_ADDRSTRLEN])
{
	const struct sockaddr_in6 *v6 = (const void *)info->ai_addr;
	const struct sockaddr_in *v4 = (const void *)info->ai_addr;

	if (info->ai_family == AF_INET)
		return inet_ntop(AF_INET, &v4->sin_addr, out, INET6_ADDRSTRLEN);
	if (info->ai_family != AF_INET6)
		return false;
	if (IN6_IS_ADDR_V4MAPPED(&v6->sin6_addr))
		return inet_ntop(AF_INET, &v6->sin6_addr.s6_addr[12], out, INET6_ADDRSTRLEN);
	return inet_ntop(AF_INET6, &v6->sin6_addr, out, INET6_ADDRSTRLEN);
}

static void take_addrs(const struct addrinfo *info, struct lookup_answer *out)
{
	for (; info; info = info->ai_next) {
		if (out->n_addrs == LOOKUP_ADDRS_MAX) {
			out->is_cut = true;
			return;
		}
		out->n_addrs += print_addr(info, out->addrs[out->n_addrs]);
	}
}

static bool finish(void *begun, struct lookup_answer *out, void *ctx)
{
	struct query *query = begun;
	int err = gai_error(&query->request);

	(void)ctx;
	if (err == EAI_INPROGRESS)
		return false;
	out->reason = err ? gai_strerror(err) : NULL;
	out->n_addrs = 0;
	out->is_cut = false;
	if (!err) {
		take_addrs(query->request.ar_result, out);
		freeaddrinfo(query->request.ar_result);
	}
	free(query);
	return true;
}

static void abandon(void *begun, void *ctx)
{
	struct query *query = begun;
	struct lookup_answer unused;

	(void)ctx;
	switch (gai_cancel(&query->request)) {
	case EAI_NOTCANCELED:
		/* A thread is at it and will write here: the end of the process frees it. */
		return;
	case EAI_CANCELED:
		/* Nobody began, and gai_error() goes on to call it under way. */
		free(query);
		return;
	default:
		(void)finish(query, &unused, NULL);
	}
}

const struct lookup_ops lookup_system = { visit_local, begin, finish, abandon };
