// SPDX-License-Identifier: Apache-2.0

/* What a daemon answers, and what it should not be able to do by answering. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/un.h>
#include <unistd.h>

#include "container/query.h"
#include "container_fixture.h"

#define HEX_B  "bbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbbb"
#define BEEF   "sha256:beefbeef"
#define OK     "HTTP/1.0 200 OK\r\nContent-Type: application/json\r\n\r\n"
#define SECOND 1000000000ULL

static const struct dir own2 = { 0, CG2, 1, "/c1" };

static int listen_at(const struct fixture *f, const char *name)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };
	int fd = socket(AF_UNIX, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);

	assert_true(fd >= 0);
	(void)snprintf(address.sun_path, sizeof(address.sun_path), "%s/%s", f->root, name);
	assert_int_equal(bind(fd, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(fd, 4), 0);
	return fd;
}

/* Whoever has come; the request must be for `path`. */
static int accept_for(int listener, const char *path)
{
	char want[256];
	char got[512];
	int fd = accept(listener, NULL, NULL);
	ssize_t n;

	assert_true(fd >= 0);
	n = recv(fd, got, sizeof(got) - 1, 0);
	assert_true(n > 0);
	got[n] = '\0';
	(void)snprintf(want, sizeof(want), "GET %s HTTP/1.0\r\n\r\n", path);
	assert_string_equal(got, want);
	return fd;
}

static void say(int fd, const char *text)
{
	assert_int_equal(send(fd, text, strlen(text), MSG_NOSIGNAL), strlen(text));
}

static void reply(int listener, const char *path, const char *text)
{
	int fd = accept_for(listener, path);

	say(fd, text);
	assert_int_equal(close(fd), 0);
}

/* A container of docker whose image has no digest on disk, and who listens to questions about it. */
static int start(struct fixture *f)
{
	static char sockets[256];
	int listener = listen_at(f, "sock");

	(void)snprintf(sockets, sizeof(sockets), ",%s/none,%s/sock,", f->root, f->root);
	cf_start(f, sockets);
	cf_put(f, "/run/t/moby/" HEX64 "/config.json",
	       "{\"mounts\":[{\"destination\":\"/etc/hosts\",\"type\":\"bind\",\"source\":"
	       "\"/data/containers/" HEX64 "/hosts\"}]}");
	cf_put(f, "/data/containers/" HEX64 "/config.v2.json",
	       "{\"ID\":\"" HEX64 "\",\"Name\":\"/web\",\"Image\":\"" BEEF
	       "\",\"Config\":{\"Image\":\"team/app:1\",\"Labels\":{\"a\":\"disk\"}}}");
	cf_put(f, "/data/containers/" HEX64 "/hostconfig.json", "{}");
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|moby|-id|" HEX64,
		     "/run/t/moby/" HEX64);
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/run/t/moby/" HEX64 "|" HEX64,
		     "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->image_id, "beefbeef");
	assert_null(cf_ask(f->live, CG2, 1, 0)->image_digest);
	containers_query(f->live, SECOND);
	return listener;
}

static uint64_t n_answered(const struct fixture *f)
{
	struct containers_stats stats;

	containers_read_stats(f->live, &stats);
	assert_int_equal(stats.n_asked, 1);
	return stats.n_answered;
}

static void what_the_daemon_knows_more_is_added(void **state)
{
	struct fixture *f = *state;
	int listener = start(f);
	const struct container *info;

	assert_true(containers_query_fd(f->live) >= 0);
	reply(listener, "/containers/" HEX64 "/json",
	      OK "{\"Id\":\"" HEX64 "\",\"Name\":\"/other\",\"Image\":\"" BEEF
		 "\",\"Config\":{\"Labels\":{\"a\":\"daemon\"}},\"NetworkSettings\":{\"Networks\":"
		 "{\"bridge\":{\"IPAddress\":\"172.17.0.2\"}}}}");
	containers_query(f->live, SECOND);
	reply(listener, "/images/" BEEF "/json",
	      OK "{\"RepoDigests\":[\"mirror/app@sha256:aa\",7,\"team/app@sha256:cc\"]}");
	containers_query(f->live, SECOND);
	info = cf_ask(f->replay, CG2, 1, 0);
	assert_string_equal(info->image_digest, "sha256:cc");
	assert_string_equal(info->ip, "172.17.0.2");
	/* What is known from files stays. */
	assert_string_equal(info->name, "web");
	assert_string_equal(info->labels[0].value, "disk");
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->image_digest, "sha256:cc");
	assert_int_equal(n_answered(f), 1);
	/* Nobody is asked twice. */
	containers_query(f->live, 2 * SECOND);
	assert_true(accept(listener, NULL, NULL) < 0);
	assert_int_equal(close(listener), 0);
}

static void replies_come_in_pieces(void **state)
{
	struct fixture *f = *state;
	int listener = start(f);
	int fd = accept_for(listener, "/containers/" HEX64 "/json");

	say(fd, "HTTP/1.0 20");
	containers_query(f->live, SECOND);
	say(fd, "0 OK\r\n\r");
	containers_query(f->live, SECOND);
	say(fd, "\n{\"Id\":\"" HEX64 "\",\"NetworkSettings\":{\"Networks\":{\"b\":{\"IPAddr");
	containers_query(f->live, SECOND);
	say(fd, "ess\":\"172.17.0.3\"}}}}");
	assert_int_equal(close(fd), 0);
	containers_query(f->live, SECOND);
	/* It names no image to ask for. */
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->ip, "172.17.0.3");
	assert_int_equal(close(listener), 0);
}

static void silence_has_its_limit(void **state)
{
	struct fixture *f = *state;
	int listener = start(f);
	int fd = accept_for(listener, "/containers/" HEX64 "/json");

	say(fd, "HTTP/1.0 200 OK\r\n");
	containers_query(f->live, SECOND + QUERY_LIMIT_NS - 1);
	assert_int_equal(recv(fd, &(char){ 0 }, 1, MSG_DONTWAIT), -1); /* still there */
	containers_query(f->live, SECOND + QUERY_LIMIT_NS);
	assert_int_equal(recv(fd, &(char){ 0 }, 1, MSG_DONTWAIT), 0);
	assert_int_equal(n_answered(f), 0);
	assert_null(cf_ask(f->live, CG2, 1, 0)->image_digest);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(listener), 0);
}

static void without_its_image_the_container_counts(void **state)
{
	struct fixture *f = *state;
	int listener = start(f);

	reply(listener, "/containers/" HEX64 "/json",
	      OK "{\"Id\":\"" HEX64 "\",\"Image\":\"" BEEF "\",\"NetworkSettings\":{\"Networks\":"
		 "{\"b\":{\"IPAddress\":\"172.17.0.4\"}}}}");
	containers_query(f->live, SECOND);
	reply(listener, "/images/" BEEF "/json", "HTTP/1.1 404 Not Found\r\n\r\n{}");
	containers_query(f->live, SECOND);
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->ip, "172.17.0.4");
	assert_int_equal(n_answered(f), 1);
	assert_int_equal(close(listener), 0);
}

static void broken_replies_tell_nothing(void **state)
{
	static const char *const broken[] = {
		"",
		"\r\n\r\n",
		"200 OK\r\n\r\n{\"Id\":\"" HEX64 "\"}",
		"HTTP/1.1 500 Oh\r\n\r\n{\"Id\":\"" HEX64 "\"}",
		"HTTP/1.0 200 OK\r\n{\"Id\":\"" HEX64 "\"}",
		OK "{\"Id\":\"" HEX64,
		OK "{\"Id\":\"" HEX_B "\",\"Config\":{\"Image\":\"evil\"}}",
		OK "{\"Config\":{\"Image\":\"evil\"}}",
		OK "[[[[",
		OK "\x01\x02",
	};
	struct fixture *f = *state;

	for (size_t i = 0; i < sizeof(broken) / sizeof(broken[0]); i++) {
		int listener = start(f);
		uint32_t n_records = f->n_records;

		reply(listener, "/containers/" HEX64 "/json", broken[i]);
		containers_query(f->live, SECOND);
		assert_int_equal(n_answered(f), 0);
		assert_int_equal(f->n_records, n_records);
		assert_string_equal(cf_ask(f->live, CG2, 1, 0)->image, "team/app:1");
		assert_int_equal(close(listener), 0);
		assert_int_equal(cf_teardown(state), 0);
		assert_int_equal(cf_setup(state), 0);
		f = *state;
	}
}

static void values_are_checked_like_those_of_files(void **state)
{
	struct fixture *f = *state;
	int listener = start(f);

	reply(listener, "/containers/" HEX64 "/json",
	      OK "{\"Id\":\"" HEX64 "\",\"Image\":\"sha256:../../etc\",\"NetworkSettings\":"
		 "{\"Networks\":{\"b\":{\"IPAddress\":\"10.0.0.1\\u001b[31m\"}}},\"Config\":7}");
	containers_query(f->live, SECOND);
	assert_null(cf_ask(f->live, CG2, 1, 0)->ip);
	/* No request is made of what it said. */
	assert_true(accept(listener, NULL, NULL) < 0);
	assert_int_equal(close(listener), 0);
}

static void endless_reply_is_cut_off(void **state)
{
	static char much[65536];
	struct fixture *f = *state;
	int listener = start(f);
	int fd = accept_for(listener, "/containers/" HEX64 "/json");
	ssize_t n = 0;

	memset(much, ' ', sizeof(much));
	say(fd, OK);
	for (int i = 0; i < 1000 && n >= 0; i++) {
		n = send(fd, much, sizeof(much), MSG_NOSIGNAL | MSG_DONTWAIT);
		containers_query(f->live, SECOND);
	}
	assert_int_equal(n, -1);
	assert_int_equal(n_answered(f), 0);
	assert_int_equal(close(fd), 0);
	assert_int_equal(close(listener), 0);
}

static void container_whose_files_are_gone_is_described_by_the_daemon(void **state)
{
	static char sockets[128];
	struct fixture *f = *state;
	const struct container *info;
	int listener = listen_at(f, "sock");

	(void)snprintf(sockets, sizeof(sockets), "%s/sock", f->root);
	cf_start(f, sockets);
	cf_send_exec(f, SHIM_TGID, 1, "containerd-shim-runc-v2|-namespace|moby|-id|" HEX64, "/");
	cf_send_exec(f, RUNC_TGID, SHIM_TGID, "runc|create|--bundle|/gone|" HEX64, "/");
	cf_send_cgroup(f, BW_CGROUP_MKDIR, &own2, RUNC_TGID, 1);
	assert_true(cf_ask(f->live, CG2, 1, 0)->is_partial);
	containers_query(f->live, SECOND);
	reply(listener, "/containers/" HEX64 "/json",
	      OK
	      "{\"Id\":\"" HEX64 "\",\"Name\":\"/web\",\"Config\":{\"Image\":\"q.io/w:2\",\"User\":"
	      "\"app\"},\"HostConfig\":{\"Privileged\":true,\"ReadonlyRootfs\":false},"
	      "\"Mounts\":[{\"Source\":\"/a\",\"Destination\":\"/b\",\"Mode\":\"z\",\"RW\":true}]}");
	containers_query(f->live, SECOND);
	info = cf_ask(f->replay, CG2, 1, 0);
	assert_false(info->is_partial);
	assert_string_equal(info->name, "web");
	assert_string_equal(info->image_tag, "2");
	assert_string_equal(info->user, "app");
	assert_int_equal(info->privileged, 1);
	assert_int_equal(info->rootfs_readonly, 0);
	assert_string_equal(info->mounts[0].source, "/a");
	assert_int_equal(close(listener), 0);
}

/* A user's container may have any id, also after the question. */
static void answer_goes_to_whom_was_asked_about(void **state)
{
	const struct cf_poser poser = { 300, "1000\t1000\t1000\t1000",
					"conmon|-c|" HEX64 "|-b|/evil", 77 };
	struct fixture *f = *state;
	int listener = start(f);

	cf_put_poser(f, &poser);
	cf_put(f, "/evil/config.json", "{}");
	assert_true(cf_ask_poser(f->live, &poser)->is_rootless);
	reply(listener, "/containers/" HEX64 "/json",
	      OK "{\"Id\":\"" HEX64 "\",\"NetworkSettings\":{\"Networks\":"
		 "{\"b\":{\"IPAddress\":\"172.17.0.4\"}}}}");
	containers_query(f->live, SECOND);
	assert_string_equal(cf_ask(f->live, CG2, 1, 0)->ip, "172.17.0.4");
	assert_string_equal(cf_ask(f->replay, CG2, 1, 0)->ip, "172.17.0.4");
	assert_string_equal(cf_ask_poser(f->live, &poser)->full_id, HEX64);
	assert_null(cf_ask_poser(f->live, &poser)->ip);
	assert_int_equal(close(listener), 0);
}

static void nobody_is_asked_unless_told_so(void **state)
{
	struct fixture *f = *state;

	assert_int_equal(containers_query_fd(f->live), -1);
	containers_query(f->live, SECOND);
}

static void never(const char *full_id, const cJSON *container, const cJSON *image, void *arg)
{
	(void)container;
	(void)image;
	(void)arg;
	fail_msg("an answer about %s", full_id);
}

static void only_so_many_wait_and_only_ids_are_asked_for(void **state)
{
	struct query *query = query_new("/nobody/there");
	struct query_stats stats;
	char id[16];

	(void)state;
	assert_non_null(query);
	query_ask(query, "");
	query_ask(query, "../images");
	query_ask(query, "a b");
	query_ask(query, HEX64 HEX64 HEX64);
	for (int i = 0; i < QUERY_WAITING_MAX + 5; i++) {
		(void)snprintf(id, sizeof(id), "%x", i);
		query_ask(query, id);
	}
	query_read_stats(query, &stats);
	assert_int_equal(stats.n_asked, QUERY_WAITING_MAX);
	assert_int_equal(stats.n_dropped, 5);
	for (int i = 0; i < QUERY_WAITING_MAX; i++)
		query_step(query, SECOND, never, NULL);
	query_read_stats(query, &stats);
	assert_int_equal(stats.n_failed, QUERY_WAITING_MAX);
	query_free(query);
	query_free(NULL);
}

#define SENTENCE(name) cmocka_unit_test_setup_teardown(name, cf_setup, cf_teardown)

int main(void)
{
	const struct CMUnitTest tests[] = {
		SENTENCE(what_the_daemon_knows_more_is_added),
		SENTENCE(replies_come_in_pieces),
		SENTENCE(silence_has_its_limit),
		SENTENCE(without_its_image_the_container_counts),
		SENTENCE(broken_replies_tell_nothing),
		SENTENCE(values_are_checked_like_those_of_files),
		SENTENCE(endless_reply_is_cut_off),
		SENTENCE(container_whose_files_are_gone_is_described_by_the_daemon),
		SENTENCE(answer_goes_to_whom_was_asked_about),
		SENTENCE(nobody_is_asked_unless_told_so),
		SENTENCE(only_so_many_wait_and_only_ids_are_asked_for),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
