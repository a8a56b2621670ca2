// SPDX-License-Identifier: Apache-2.0
#include "container/query.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/log.h"
#include "container/json.h"

#define SOCKETS_MAX 8
#define ID_MAX      128
#define REPLY_MAX   ((size_t)4 << 20)
#define READ_BYTES  65536
#define READS_MAX   8 /* in a row, before others have their turn */
#define REQUEST_MAX 512

/* What is asked about a container, in this order. */
enum question { ASK_CONTAINER, ASK_IMAGE };

struct query {
	char *sockets; /* each ended by a NUL */
	const char *socket[SOCKETS_MAX];
	size_t n_sockets;
	char waiting[QUERY_WAITING_MAX][ID_MAX]; /* a ring; the first is the one under way */
	size_t first;
	size_t n_waiting;
	int epoll_fd;
	/* The one under way. */
	int fd; /* -1: not connected */
	size_t at_socket;
	enum question question;
	uint64_t since_ns; /* 0: not begun */
	struct buf reply;
	cJSON *container; /* the answer to the first question */
	struct query_stats stats;
};

static void split(struct query *query)
{
	char *rest = query->sockets;
	char *path;

	while ((path = strsep(&rest, ",")) && query->n_sockets < SOCKETS_MAX) {
		if (*path)
			query->socket[query->n_sockets++] = path;
	}
}

struct query *query_new(const char *sockets)
{
	struct query *query = calloc(1, sizeof(*query));

	if (!query)
		return NULL;
	query->fd = -1;
	buf_init(&query->reply, REPLY_MAX);
	query->epoll_fd = epoll_create1(EPOLL_CLOEXEC); /* without one the caller's clock will do */
	query->sockets = strdup(sockets);
	if (!query->sockets) {
		query_free(query);
		return NULL;
	}
	split(query);
	return query;
}

static void disconnect(struct query *query)
{
	if (query->fd >= 0)
		(void)close(query->fd); /* nothing of ours is lost */
	query->fd = -1;
	buf_reset(&query->reply);
}

void query_free(struct query *query)
{
	if (!query)
		return;
	disconnect(query);
	if (query->epoll_fd >= 0)
		(void)close(query->epoll_fd);
	cJSON_Delete(query->container);
	buf_done(&query->reply);
	free(query->sockets);
	free(query);
}

int query_fd(const struct query *query)
{
	return query->epoll_fd;
}

void query_ask(struct query *query, const char *full_id)
{
	size_t at = (query->first + query->n_waiting) % QUERY_WAITING_MAX;
	size_t len = strlen(full_id);

	/* Also what could be anything else than a part of a path in the request. */
	if (!len || len >= ID_MAX || strspn(full_id, "0123456789abcdef") != len)
		return;
	if (query->n_waiting == QUERY_WAITING_MAX) {
		query->stats.n_dropped++;
		return;
	}
	memcpy(query->waiting[at], full_id, len + 1);
	query->n_waiting++;
	query->stats.n_asked++;
}

/* Whoever may put a socket in the place of root's could say what it likes. */
static bool is_roots(int fd)
{
	struct ucred peer;
	socklen_t len = sizeof(peer);

	return !getsockopt(fd, SOL_SOCKET, SO_PEERCRED, &peer, &len) &&
	       (peer.uid == 0 || peer.uid == geteuid());
}

static int connect_to(const char *path)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int err = 0;
	int fd;

	if (strlen(path) >= sizeof(address.sun_path))
		return -ENAMETOOLONG;
	memcpy(address.sun_path, path, strlen(path) + 1);
	fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
	if (fd < 0)
		return -errno;
	if (connect(fd, (const struct sockaddr *)&address, sizeof(address)))
		err = -errno;
	else if (!is_roots(fd))
		err = -EPERM;
	if (!err)
		return fd;
	(void)close(fd);
	return err;
}

/* A request is shorter than any socket's buffer: it goes out at once or not at all. */
static int send_request(struct query *query)
{
	const char *image = json_str(query->container, "Image");
	const char *id = query->waiting[query->first];
	char request[REQUEST_MAX];
	ssize_t n;
	int len;

	if (query->question == ASK_CONTAINER)
		len = snprintf(request, sizeof(request), "GET /containers/%s/json HTTP/1.0\r\n\r\n",
			       id);
	else
		len = snprintf(request, sizeof(request), "GET /images/%s/json HTTP/1.0\r\n\r\n",
			       image);
	if (len < 0 || (size_t)len >= sizeof(request))
		return -ENAMETOOLONG;
	n = send(query->fd, request, (size_t)len, MSG_NOSIGNAL);
	if (n < 0)
		return -errno;
	return n == len ? 0 : -EIO;
}

/* Returns 0, -EAGAIN to be tried again, or -errno. */
static int begin(struct query *query)
{
	struct epoll_event event = { .events = EPOLLIN };
	int fd = connect_to(query->socket[query->at_socket]);
	int err;

	if (fd < 0)
		return fd;
	query->fd = fd;
	err = send_request(query);
	if (err) {
		disconnect(query);
		return err;
	}
	if (query->epoll_fd >= 0)
		(void)epoll_ctl(query->epoll_fd, EPOLL_CTL_ADD, fd, &event); /* it may be late */
	return 0;
}

/* Returns 1 at the end of the reply, -EAGAIN while there is more to come, or -errno. */
static int read_reply(struct query *query)
{
	char bytes[READ_BYTES];
	ssize_t n;
	int i;

	for (i = 0; i < READS_MAX; i++) {
		n = recv(query->fd, bytes, sizeof(bytes), 0);
		if (n == 0)
			return 1;
		if (n < 0)
			return -errno;
		buf_add(&query->reply, bytes, (size_t)n);
		if (query->reply.failed)
			return -EFBIG;
	}
	return -EAGAIN;
}

/* "HTTP/1.0 200 OK", other lines, an empty one, JSON.  Owned by the caller; NULL: it is not that. */
static cJSON *parse_reply(const struct buf *reply)
{
	const char *body = strstr(reply->data, "\r\n\r\n");
	const char *code = strchr(reply->data, ' ');

	if (!body || !code || strncmp(reply->data, "HTTP/1.", strlen("HTTP/1.")) != 0 ||
	    strncmp(code, " 200", strlen(" 200")) != 0)
		return NULL;
	return cJSON_Parse(body + strlen("\r\n\r\n"));
}

/* "sha256:" and digits: it becomes a part of a request. */
static bool is_digest(const char *text)
{
	const char *prefix = "sha256:";

	return text && !strncmp(text, prefix, strlen(prefix)) && text[strlen(prefix)] &&
	       strspn(text + strlen(prefix), "0123456789abcdef") == strlen(text + strlen(prefix)) &&
	       strlen(text) < ID_MAX;
}

/* The container that was asked about, not one whose id begins like it. */
static bool is_of(const cJSON *container, const char *full_id)
{
	const char *id = json_str(container, "Id");

	return id && !strcmp(id, full_id);
}

static void next_container(struct query *query)
{
	disconnect(query);
	cJSON_Delete(query->container);
	query->container = NULL;
	query->at_socket = 0;
	query->question = ASK_CONTAINER;
	query->since_ns = 0;
	query->first = (query->first + 1) % QUERY_WAITING_MAX;
	query->n_waiting--;
}

/* That socket did not do; the next one may. */
static void next_socket(struct query *query, int err)
{
	log_debug("'%s' tells nothing of container '%s': %s", query->socket[query->at_socket],
		  query->waiting[query->first], strerror(-err));
	disconnect(query);
	query->since_ns = 0;
	if (++query->at_socket < query->n_sockets)
		return;
	query->stats.n_failed++;
	next_container(query);
}

static void finish(struct query *query, const cJSON *image, query_fn fn, void *arg)
{
	query->stats.n_answered++;
	fn(query->waiting[query->first], query->container, image, arg);
	next_container(query);
}

static void take_reply(struct query *query, query_fn fn, void *arg)
{
	cJSON *json = parse_reply(&query->reply);

	if (query->question == ASK_IMAGE) {
		finish(query, json, fn, arg);
		cJSON_Delete(json);
		return;
	}
	if (!is_of(json, query->waiting[query->first])) {
		cJSON_Delete(json);
		next_socket(query, -EBADMSG);
		return;
	}
	disconnect(query);
	query->container = json;
	query->question = ASK_IMAGE;
	if (!is_digest(json_str(json, "Image")))
		finish(query, NULL, fn, arg);
}

/* The first answer counts without the second. */
static void fail(struct query *query, int err, query_fn fn, void *arg)
{
	if (query->question == ASK_IMAGE)
		finish(query, NULL, fn, arg);
	else
		next_socket(query, err);
}

/* Returns whether it makes sense to go on at once. */
static bool step(struct query *query, uint64_t now_ns, query_fn fn, void *arg)
{
	int err;

	if (!query->since_ns)
		query->since_ns = now_ns;
	err = query->fd < 0 ? begin(query) : read_reply(query);
	if (err == 1)
		take_reply(query, fn, arg);
	else if (err == -EAGAIN && now_ns - query->since_ns >= QUERY_LIMIT_NS)
		fail(query, -ETIMEDOUT, fn, arg);
	else if (err && err != -EAGAIN && err != -EINTR)
		fail(query, err, fn, arg);
	else
		return !err;
	return true;
}

void query_step(struct query *query, uint64_t now_ns, query_fn fn, void *arg)
{
	int left = READS_MAX;

	while (query->n_waiting && query->n_sockets && left-- > 0 && step(query, now_ns, fn, arg))
		;
}

void query_read_stats(const struct query *query, struct query_stats *out)
{
	*out = query->stats;
}
