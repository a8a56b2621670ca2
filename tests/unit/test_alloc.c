// SPDX-License-Identifier: Apache-2.0

/*
 * Memory that runs out at the n-th allocation, for every n: nothing is leaked, used
 * after its end, or told to have worked.  The Makefile links it with --wrap.
 */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <sys/stat.h>
#include <sys/un.h>
#include <unistd.h>

#include <sqlite3.h>

#include "agent/resolver.h"
#include "base/arena.h"
#include "base/buf.h"
#include "container/info.h"
#include "container/place.h"
#include "container/query.h"
#include "container/sqlite.h"
#include "engine/engine.h"
#include "event/capture_format.h"
#include "event/text.h"
#include "event_fixture.h"
#include "fields/domains.h"
#include "fields/view.h"
#include "output/template.h"
#include "rules/rules.h"
#include "sample_record.h"

#define N_MAX 100000

/* The linker's names. NOLINTBEGIN(readability-identifier-naming) */
void *__real_malloc(size_t size);
void *__real_calloc(size_t n, size_t size);
void *__real_realloc(void *ptr, size_t size);
void *__real_reallocarray(void *ptr, size_t n, size_t size);
char *__real_strdup(const char *s);
char *__real_strndup(const char *s, size_t len);
void *__wrap_malloc(size_t size);
void *__wrap_calloc(size_t n, size_t size);
void *__wrap_realloc(void *ptr, size_t size);
void *__wrap_reallocarray(void *ptr, size_t n, size_t size);
char *__wrap_strdup(const char *s);
char *__wrap_strndup(const char *s, size_t len);

static unsigned int countdown; /* 0: none fails */
static unsigned int n_taken;

static bool is_refused(void)
{
	n_taken++;
	return countdown && --countdown == 0;
}

void *__wrap_malloc(size_t size)
{
	return is_refused() ? NULL : __real_malloc(size);
}

void *__wrap_calloc(size_t n, size_t size)
{
	return is_refused() ? NULL : __real_calloc(n, size);
}

void *__wrap_realloc(void *ptr, size_t size)
{
	return is_refused() ? NULL : __real_realloc(ptr, size);
}

void *__wrap_reallocarray(void *ptr, size_t n, size_t size)
{
	return is_refused() ? NULL : __real_reallocarray(ptr, n, size);
}

char *__wrap_strdup(const char *s)
{
	return is_refused() ? NULL : __real_strdup(s);
}

char *__wrap_strndup(const char *s, size_t len)
{
	return is_refused() ? NULL : __real_strndup(s, len);
}

/* NOLINTEND(readability-identifier-naming) */

/* The deed returns whether it was whole; that must follow from no allocation failing alone. */
static void fail_each(bool (*deed)(void))
{
	for (unsigned int n = 1; n < N_MAX; n++) {
		bool was_refused;
		bool is_whole;

		countdown = n;
		is_whole = deed();
		was_refused = !countdown;
		countdown = 0;
		if (!was_refused) {
			assert_true(is_whole);
			assert_true(n > 1); /* the wrappers are in */
			return;
		}
		assert_false(is_whole);
	}
	fail_msg("no end after %d allocations", N_MAX);
}

static bool fill_arena_and_buf(void)
{
	struct arena *arena = arena_new(64, 4096);
	struct buf buf;
	bool is_whole;
	char *text;

	buf_init(&buf, 4096);
	for (int i = 0; i < 100; i++)
		buf_add_str(&buf, "twelve bytes");
	is_whole = arena && arena_strdup(arena, "one") && arena_alloc(arena, 500) && !buf.failed;
	text = buf_steal(&buf);
	is_whole = is_whole && text && strlen(text) == 1200;
	free(text);
	arena_free(arena);
	return is_whole;
}

static bool code_host(void)
{
	static char passwd[] = "root:x:0:0:root:/root:/bin/sh\n";
	static char group[] = "root:x:0:\n";
	struct capture_host host = { .hostname = "web1" };
	struct capture_host back = { .hostname = "" };
	struct diag diag;
	struct buf buf;
	bool is_whole;

	diag_init(&diag);
	host.passwd = passwd;
	host.group = group;
	buf_init(&buf, CAPTURE_ITEMS_MAX);
	is_whole = !capture_host_encode(&host, &buf) &&
		   !capture_host_decode(buf.data, buf.len, &back, &diag);
	capture_host_done(&back);
	buf_done(&buf);
	return is_whole;
}

static bool keep_processes(void)
{
	static const uint16_t types[] = { BW_EVENT_PROC, BW_EVENT_FORK, BW_EVENT_EXEC,
					  BW_EVENT_CHDIR, BW_EVENT_EXIT };
	struct procs *procs = procs_new(4);
	bool is_whole = procs;
	static struct sample sample;
	struct record rec;

	for (uint32_t i = 0; procs && i < 3 * sizeof(types) / sizeof(types[0]); i++) {
		sample_fill(&sample, types[i % (sizeof(types) / sizeof(types[0]))])->tgid = i / 2;
		assert_int_equal(record_parse(sample.data, sample.len, &rec), 0);
		if (!procs_apply(procs, &rec))
			is_whole = false;
	}
	procs_free(procs);
	return is_whole;
}

static bool know_users(void)
{
	struct users *users = users_new("root:x:0:0::/root:/bin/sh\n", "root:x:0:\n");

	users_free(users);
	return users;
}

static bool compile_template(void)
{
	struct template *tmpl = NULL;
	struct diag diag;
	bool is_whole;

	diag_init(&diag);
	is_whole = !template_compile("%proc.name %toupper(proc.name) %proc.aname[2]", &diag, &tmpl);
	assert_int_equal(is_whole, tmpl != NULL);
	template_free(tmpl);
	return is_whole;
}

static void ignore_alert(const struct alert *alert, void *arg)
{
	(void)alert;
	(void)arg;
}

/* The tables alone: rules are loaded elsewhere. */
static bool make_engine(void)
{
	const struct capture_host host = { .hostname = "web1" };
	const struct engine_config config = { .host = &host, .on_alert = ignore_alert };
	struct engine *engine = NULL;
	int err = engine_new(&config, &engine);

	assert_true(!err || err == -ENOMEM);
	assert_int_equal(!err, engine != NULL);
	engine_free(engine);
	return !err;
}

/* What a registry says of a container after all that can happen to it; NULL without memory. */
static char *tell_container(const char *root)
{
	const struct containers_config config = { .live = true, .root = root };
	struct containers *containers = containers_new(&config);
	struct containers_stats stats;
	const struct container *info;
	static struct sample sample;
	struct bw_hdr *hdr;
	char *text = NULL;

	if (!containers)
		return NULL;
	for (int type = BW_EVENT_FORK; type <= BW_EVENT_CGROUP; type++) {
		hdr = sample_fill(&sample, (uint16_t)type);
		hdr->pid_ns = 77;
		hdr->vtgid = 1;
		hdr->ns_differs = BW_NS_PID;
		containers_apply(containers, hdr);
		info = containers_lookup(containers, hdr);
	}
	(void)containers_scan(containers);
	containers_read_stats(containers, &stats);
	if (!stats.n_evicted && info->full_id)
		text = __real_strdup(info->full_id);
	containers_free(containers);
	return text;
}

/* A container without memory for all of it says less, but never something else. */
static bool describe_container(void)
{
	static const char json[] =
		"{\"kind\":\"known\",\"full_id\":\"a\",\"name\":\"n\",\"pod_ip\":\"1\",\"ip\":\"2\",\"cni_json\":\"{}\",\"labels\":"
		"[{\"key\":\"k\",\"value\":\"v\"}],\"pod_labels\":[{\"key\":\"k\",\"value\":\"v\"}],"
		"\"mounts\":[{\"source\":\"/s\",\"dest\":\"/d\"}],\"passwd\":\"x\"}";
	struct container *info = info_from_json(json, strlen(json));
	bool is_whole = info && info->name && info->pod_ip && info->ip && info->cni_json &&
			info->n_labels == 1 && info->n_pod_labels == 1 && info->n_mounts == 1 &&
			info->mounts[0].source && info->mounts[0].dest && info->passwd;

	if (info)
		assert_string_equal(info->full_id, "a");
	info_free(info);
	return is_whole;
}

static char directory[] = "/tmp/bw-alloc.XXXXXX";

static void path_in(const char *name, char *out, size_t size)
{
	(void)snprintf(out, size, "%s/%s", directory, name);
}

static bool read_database(void)
{
	const struct sqlite_query query = { "SELECT v FROM t WHERE k = ?", "a" };
	char *value = NULL;
	int place = place_open(directory, 0);
	int err;

	assert_true(place >= 0);
	err = sqlite_get(place, "/db", SQLITE_FILE_MAX, &query, &value);
	assert_int_equal(close(place), 0);
	if (!err)
		assert_string_equal(value, "x");
	else
		assert_null(value);
	free(value);
	return !err;
}

static int listener;

static void count_answer(const char *full_id, const cJSON *container, const cJSON *image, void *arg)
{
	int *n = arg;

	assert_string_equal(full_id, "ab");
	assert_non_null(container);
	assert_null(image);
	++*n;
}

static bool ask_daemon(void)
{
	static const char reply[] = "HTTP/1.0 200 OK\r\n\r\n{\"Id\":\"ab\"}";
	struct query *query;
	char request[64];
	char path[64];
	int n = 0;
	int fd;

	path_in("sock", path, sizeof(path));
	query = query_new(path);
	if (!query)
		return false;
	query_ask(query, "ab");
	query_step(query, 1, count_answer, &n);
	fd = accept(listener, NULL, NULL);
	assert_true(fd >= 0);
	assert_true(recv(fd, request, sizeof(request), 0) > 0);
	assert_int_equal(send(fd, reply, strlen(reply), 0), strlen(reply));
	assert_int_equal(close(fd), 0);
	query_step(query, 1, count_answer, &n);
	query_free(query);
	return n == 1;
}

static void parse_domain(const char *line, char bytes[BW_RECORD_MAX], struct record *out)
{
	struct capture_host host = { .hostname = "" };
	struct diag diag;
	size_t len = 0;

	diag_init(&diag);
	assert_int_equal(text_parse_line(line, &host, bytes, BW_RECORD_MAX, &len, &diag), 0);
	assert_int_equal(record_parse(bytes, len, out), 0);
}

static _Alignas(8) char domain_bytes[3][BW_RECORD_MAX];
static struct record domain_records[3];

static bool keep_domains(void)
{
	struct domains *domains = domains_new();
	bool is_whole = domains;

	for (size_t i = 0; domains && i < sizeof(domain_records) / sizeof(domain_records[0]); i++) {
		int err = domains_apply(domains, &domain_records[i]);

		assert_true(!err || err == -ENOMEM);
		is_whole = is_whole && !err;
	}
	domains_free(domains);
	return is_whole;
}

static struct rules *named; /* with one host name */

static void visit_none(lookup_name_fn *visit, void *arg, void *ctx)
{
	(void)visit;
	(void)arg;
	(void)ctx;
}

static void *begin_lookup(const char *name, void *ctx)
{
	(void)name;
	return ctx;
}

static bool finish_lookup(void *query, struct lookup_answer *out, void *ctx)
{
	(void)query;
	(void)ctx;
	*out = (struct lookup_answer){ .n_addrs = 2, .addrs = { "192.0.2.1", "192.0.2.2" } };
	return true;
}

static void abandon_lookup(void *query, void *ctx)
{
	(void)query;
	(void)ctx;
}

static void count_addrs(const void *data, size_t len, void *arg)
{
	uint32_t *n = arg;
	struct record rec;

	assert_int_equal(record_parse(data, len, &rec), 0);
	*n = 0;
	for (size_t at = 0; at < rec.domain->addrs.len; at++)
		*n += !record_str(&rec, rec.domain->addrs).s[at];
	*n += rec.domain->addrs.len > 0;
}

/* What is left out is counted. */
static bool resolve_name(void)
{
	static const struct lookup_ops lookup = { visit_none, begin_lookup, finish_lookup,
						  abandon_lookup };
	uint32_t n_addrs = 0;
	struct resolver_config config = {
		.rules = named,
		.lookup = &lookup,
		.lookup_ctx = &n_addrs,
		.on_record = count_addrs,
		.arg = &n_addrs,
	};
	struct resolver_stats stats;
	struct resolver *resolver;

	if (resolver_new(&config, &resolver))
		return false;
	resolver_step(resolver, 1);
	resolver_step(resolver, 2);
	resolver_read_stats(resolver, &stats);
	assert_int_equal(stats.n_names, 1);
	assert_int_equal(n_addrs + stats.n_no_memory, 2);
	resolver_free(resolver);
	return !stats.n_no_memory;
}

static void base_survives(void **state)
{
	(void)state;
	fail_each(fill_arena_and_buf);
}

static void host_of_a_capture_survives(void **state)
{
	(void)state;
	fail_each(code_host);
}

static void process_table_survives(void **state)
{
	(void)state;
	fail_each(keep_processes);
}

static void users_survive(void **state)
{
	(void)state;
	fail_each(know_users);
}

static void template_survives(void **state)
{
	(void)state;
	fail_each(compile_template);
}

static void host_names_survive(void **state)
{
	(void)state;
	parse_domain("domain name=a addrs=[192.0.2.1,::1]", domain_bytes[0], &domain_records[0]);
	parse_domain("domain name=b addrs=[192.0.2.1]", domain_bytes[1], &domain_records[1]);
	parse_domain("domain name=a addrs=[192.0.2.2]", domain_bytes[2], &domain_records[2]);
	fail_each(keep_domains);
}

static void resolver_survives(void **state)
{
	static const char yaml[] = "- {rule: a, desc: d, output: o, priority: INFO, condition: "
				   "'evt.type = connect and fd.sip.name = a.example'}\n";
	const struct rules_file file = { "a.yaml", yaml, sizeof(yaml) - 1 };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG };

	(void)state;
	named = rules_load(&file, 1, &config);
	assert_non_null(named);
	assert_int_equal(rules_n_errors(named), 0);
	fail_each(resolve_name);
	rules_free(named);
}

static void engine_survives(void **state)
{
	(void)state;
	fail_each(make_engine);
}

static void containers_survive(void **state)
{
	bool was_refused = true;
	char *told = tell_container("/nonexistent");
	char *text;

	(void)state;
	assert_non_null(told);
	for (unsigned int n = 1; was_refused; n++) {
		countdown = n;
		text = tell_container("/nonexistent");
		was_refused = !countdown;
		countdown = 0;
		/* Less may be known, but nothing else, and it is not called the host. */
		if (text)
			assert_string_equal(text, told);
		assert_true(n < N_MAX);
		free(text);
	}
	free(told);
	fail_each(describe_container);
}

static void ignore_match(const struct rule *rule, void *arg)
{
	(void)rule;
	(void)arg;
}

/* Other names of files are made in the event's scratch, of which the first event takes the most. */
static void an_event_takes_no_memory(void **state)
{
	static const char yaml[] =
		"- {rule: a, desc: d, output: o, priority: INFO, condition: 'fd.name = /tmp/x and "
		"fd.directory in (/tmp, /x) and fd.filename = x'}\n"
		"- {rule: b, desc: d, output: o, priority: INFO, condition: 'proc.exepath = /opt "
		"or evt.arg.name pmatch (/opt) or fd.name = /proc/self/x'}\n";
	const struct rules_file file = { "a.yaml", yaml, sizeof(yaml) - 1 };
	const struct rules_config config = { .min_priority = PRIORITY_DEBUG, .match_all = true };
	struct rules *rules = rules_load(&file, 1, &config);
	struct fixture *fixture = *state;
	struct fixture_event *event = &fixture->event;

	assert_non_null(rules);
	assert_int_equal(rules_n_errors(rules), 0);
	fixture_begin(event, BW_EVENT_OPEN, BW_CALL_OPEN, "sh");
	event->hdr.ret = 3;
	event->open.dirfd = AT_FDCWD;
	event->open.file.mode = S_IFREG | 0644;
	event->open.path = fixture_add(event, "/usr/bin/y");
	event->open.given = fixture_add(event, "../../tmp/x");
	for (unsigned int i = 0; i < 1000; i++) {
		if (i == 1)
			n_taken = 0;
		fixture_use(fixture, event);
		assert_int_equal(rules_match(rules, &fixture->view.source, ignore_match, NULL), 1);
		arena_reset(fixture->arena);
	}
	assert_int_equal(n_taken, 0);
	rules_free(rules);
}

static void database_survives(void **state)
{
	char path[64];
	sqlite3 *db;

	(void)state;
	path_in("db", path, sizeof(path));
	assert_int_equal(sqlite3_open(path, &db), SQLITE_OK);
	assert_int_equal(sqlite3_exec(db, "CREATE TABLE t(k, v); INSERT INTO t VALUES('a', 'x')",
				      NULL, NULL, NULL),
			 SQLITE_OK);
	assert_int_equal(sqlite3_close(db), SQLITE_OK);
	fail_each(read_database);
}

static void query_survives(void **state)
{
	struct sockaddr_un address = { .sun_family = AF_UNIX };

	(void)state;
	path_in("sock", address.sun_path, sizeof(address.sun_path));
	listener = socket(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0);
	assert_true(listener >= 0);
	assert_int_equal(bind(listener, (const struct sockaddr *)&address, sizeof(address)), 0);
	assert_int_equal(listen(listener, 1), 0);
	fail_each(ask_daemon);
	assert_int_equal(close(listener), 0);
}

static int make_directory(void **state)
{
	(void)state;
	return mkdtemp(directory) ? 0 : -1;
}

static int remove_directory(void **state)
{
	char path[64];

	(void)state;
	path_in("db", path, sizeof(path));
	(void)unlink(path); /* what is left makes rmdir() fail */
	path_in("sock", path, sizeof(path));
	(void)unlink(path);
	return rmdir(directory);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(base_survives),
		cmocka_unit_test(host_of_a_capture_survives),
		cmocka_unit_test(process_table_survives),
		cmocka_unit_test(users_survive),
		cmocka_unit_test(template_survives),
		cmocka_unit_test(host_names_survive),
		cmocka_unit_test(resolver_survives),
		cmocka_unit_test(engine_survives),
		cmocka_unit_test(containers_survive),
		FIXTURE_TEST(an_event_takes_no_memory),
		cmocka_unit_test(database_survives),
		cmocka_unit_test(query_survives),
	};

	return cmocka_run_group_tests_name("alloc", tests, make_directory, remove_directory);
}
