// SPDX-License-Identifier: Apache-2.0
#include <arpa/inet.h>
#include <errno.h>
#include <setjmp.h>
#include <stdalign.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "engine/engine.h"
#include "event/text.h"
#include "fields/domains.h"

static int tell(struct domains *domains, const char *line)
{
	alignas(8) static char bytes[BW_RECORD_MAX];
	struct capture_host host = { 0 };
	struct record rec;
	struct diag diag;
	size_t len = 0;

	diag_init(&diag);
	assert_int_equal(text_parse_line(line, &host, bytes, sizeof(bytes), &len, &diag), 0);
	assert_int_equal(record_parse(bytes, len, &rec), 0);
	return domains_apply(domains, &rec);
}

/* `want`: the names, each with a blank behind it. */
static void check(const struct domains *domains, const char *address, const char *want)
{
	struct arena *arena = arena_new(4096, 65536);
	struct value_ip ip = { .family = strchr(address, ':') ? AF_INET6 : AF_INET };
	struct value value;
	char got[512] = "";

	assert_non_null(arena);
	assert_int_equal(inet_pton(ip.family, address, ip.addr), 1);
	assert_true(domains_of(domains, &ip, arena, &value));
	assert_int_equal(value.kind, VALUE_LIST);
	for (uint32_t i = 0; i < value.len; i++) {
		const size_t len = strlen(got);

		(void)snprintf(got + len, sizeof(got) - len, "%s ", value.list[i].str);
	}
	assert_string_equal(got, want);
	arena_free(arena);
}

static void names_are_found_by_address(void **state)
{
	struct domains *domains = domains_new();

	(void)state;
	assert_non_null(domains);
	check(domains, "192.0.2.1", "");
	assert_int_equal(tell(domains, "domain name=z addrs=[192.0.2.3,192.0.2.1,192.0.2.1]"), 0);
	assert_int_equal(tell(domains, "domain name=a addrs=[192.0.2.2,192.0.2.3]"), 0);
	assert_int_equal(tell(domains, "domain name=six addrs=[2001:db8::1]"), 0);
	check(domains, "192.0.2.1", "z ");
	check(domains, "192.0.2.2", "a ");
	check(domains, "192.0.2.3", "z a ");
	check(domains, "192.0.2.4", "");
	check(domains, "2001:db8::1", "six ");
	check(domains, "2001:db8::2", "");
	domains_free(domains);
}

static void what_is_told_later_replaces_what_was_told(void **state)
{
	struct domains *domains = domains_new();

	(void)state;
	assert_int_equal(tell(domains, "domain name=a addrs=[192.0.2.1]"), 0);
	assert_int_equal(tell(domains, "domain name=b addrs=[192.0.2.1]"), 0);
	assert_int_equal(tell(domains, "domain name=a addrs=[192.0.2.2]"), 0);
	check(domains, "192.0.2.1", "b ");
	check(domains, "192.0.2.2", "a ");
	assert_int_equal(tell(domains, "domain name=a"), 0);
	check(domains, "192.0.2.2", "");
	domains_free(domains);
}

static void what_is_no_address_is_told(void **state)
{
	struct domains *domains = domains_new();

	(void)state;
	assert_int_equal(tell(domains, "domain name=a addrs=[192.0.2.1,\"\",nonsense,192.0.2.2]"),
			 -EBADMSG);
	check(domains, "192.0.2.1", "a ");
	check(domains, "192.0.2.2", "a ");
	domains_free(domains);
}

/* domain name=NAME addrs=[N addresses from 10.0.0.0 + first on] */
static int tell_many(struct domains *domains, const char *name, uint32_t first, uint32_t n)
{
	static char line[BW_RECORD_MAX];
	size_t len = (size_t)snprintf(line, sizeof(line), "domain name=%s addrs=[", name);

	for (uint32_t i = first; i < first + n; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s10.%u.%u.%u",
					i > first ? "," : "", i >> 16, i >> 8 & 255, i & 255);
	(void)snprintf(line + len, sizeof(line) - len, "]");
	return tell(domains, line);
}

static void a_name_keeps_what_it_is_told_again(void **state)
{
	struct domains *domains = domains_new();

	(void)state;
	for (uint32_t round = 0; round < 3; round++) {
		assert_int_equal(tell_many(domains, "a", 0, 200), 0);
		assert_int_equal(tell_many(domains, "b", 100, 200), 0);
		/* In any order, and each more than once. */
		assert_int_equal(tell(domains, "domain name=c addrs=[10.0.0.150,10.0.0.7,"
					       "10.0.0.150,10.0.0.7,::1,10.0.0.7]"),
				 0);
		check(domains, "10.0.0.7", "a c ");
		check(domains, "10.0.0.99", "a ");
		check(domains, "10.0.0.150", "a b c ");
		check(domains, "10.0.0.250", "b ");
		check(domains, "::1", "c ");
		/* The first told stays in front when it is told again. */
		assert_int_equal(tell_many(domains, "a", 150, 1), 0);
		check(domains, "10.0.0.150", "a b c ");
		check(domains, "10.0.0.7", "c ");
		check(domains, "10.0.0.149", "b ");
	}
	domains_free(domains);
}

static void addresses_too_many_for_a_name_are_told(void **state)
{
	struct domains *domains = domains_new();

	(void)state;
	assert_int_equal(tell_many(domains, "a", 0, BW_DOMAIN_ADDRS_MAX), 0);
	assert_int_equal(tell_many(domains, "b", 0, BW_DOMAIN_ADDRS_MAX + 1), -ENOSPC);
	check(domains, "10.0.0.255", "a b ");
	check(domains, "10.0.1.0", "");
	domains_free(domains);
}

/* A capture of somebody else's must neither take all memory nor all time. */
static void there_is_an_end_to_addresses(void **state)
{
	struct domains *domains = domains_new();
	char name[16];
	int err = 0;
	uint32_t n;

	(void)state;
	for (n = 0; !err && n < 10000; n++) {
		(void)snprintf(name, sizeof(name), "n%u", n);
		err = tell_many(domains, name, n * BW_DOMAIN_ADDRS_MAX, BW_DOMAIN_ADDRS_MAX);
	}
	assert_int_equal(err, -ENOSPC);
	check(domains, "10.0.0.0", "n0 ");
	/* Room is given back, to the address. */
	assert_int_equal(tell_many(domains, "n0", 0, BW_DOMAIN_ADDRS_MAX - 1), 0);
	assert_int_equal(tell(domains, "domain name=x addrs=[192.0.2.2,192.0.2.1]"), -ENOSPC);
	check(domains, "192.0.2.1", "x ");
	check(domains, "192.0.2.2", "");
	assert_int_equal(tell(domains, "domain name=n1"), 0);
	assert_int_equal(tell(domains, "domain name=x addrs=[192.0.2.2,192.0.2.1]"), 0);
	check(domains, "192.0.2.2", "x ");
	domains_free(domains);
}

static void a_name_longer_than_any_is_told(void **state)
{
	struct domains *domains = domains_new();
	char line[512] = "domain addrs=[192.0.2.1] name=";
	const size_t len = strlen(line);

	(void)state;
	memset(line + len, 'a', 255);
	assert_int_equal(tell(domains, line), 0);
	memset(line + len, 'b', 256);
	assert_int_equal(tell(domains, line), -EBADMSG);
	memset(line + len, 'a', 255);
	line[len + 255] = ' ';
	line[len + 256] = '\0';
	memmove(line, line + len, 257);
	check(domains, "192.0.2.1", line);
	domains_free(domains);
}

static void feed_text(struct engine *engine, const char *line)
{
	alignas(8) static char bytes[BW_RECORD_MAX];
	struct capture_host host = { 0 };
	struct diag diag;
	size_t len = 0;

	diag_init(&diag);
	assert_int_equal(text_parse_line(line, &host, bytes, sizeof(bytes), &len, &diag), 0);
	engine_feed(engine, bytes, len);
}

static void what_is_left_out_is_counted_as_that(void **state)
{
	const struct capture_host host = { .hostname = "web1" };
	const struct engine_config config = { .host = &host };
	struct engine_stats stats;
	struct engine *engine;
	char line[8192] = "domain name=a addrs=[";
	size_t len = strlen(line);

	(void)state;
	assert_int_equal(engine_new(&config, &engine), 0);
	for (int i = 0; i <= BW_DOMAIN_ADDRS_MAX; i++)
		len += (size_t)snprintf(line + len, sizeof(line) - len, "%s::%x", i ? "," : "", i);
	(void)snprintf(line + len, sizeof(line) - len, "]");
	feed_text(engine, "domain name=b addrs=[192.0.2.1]");
	feed_text(engine, line);
	engine_read_stats(engine, &stats);
	assert_int_equal(stats.n_names_cut, 1);
	assert_int_equal(stats.n_no_memory, 0);
	assert_int_equal(stats.n_bad, 0);
	engine_free(engine);
}

/* A capture of somebody else's must not take all memory. */
static void there_is_an_end_to_names(void **state)
{
	struct domains *domains = domains_new();
	char line[64];
	int err = 0;
	int n;

	(void)state;
	for (n = 0; !err && n < 100000; n++) {
		(void)snprintf(line, sizeof(line), "domain name=n%d addrs=[192.0.2.1]", n);
		err = tell(domains, line);
	}
	assert_int_equal(err, -ENOSPC);
	/* Those that are there can still change. */
	assert_int_equal(tell(domains, "domain name=n7 addrs=[192.0.2.2]"), 0);
	check(domains, "192.0.2.2", "n7 ");
	domains_free(domains);
}

static void full_scratch_is_told(void **state)
{
	struct domains *domains = domains_new();
	struct arena *arena = arena_new(16, 16);
	struct value_ip ip = { .family = AF_INET, .addr = { 192, 0, 2, 1 } };
	struct value value;

	(void)state;
	assert_int_equal(tell(domains, "domain name=a addrs=[192.0.2.1]"), 0);
	assert_non_null(arena);
	while (arena_alloc(arena, 1))
		;
	assert_false(domains_of(domains, &ip, arena, &value));
	arena_free(arena);
	domains_free(domains);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_are_found_by_address),
		cmocka_unit_test(what_is_told_later_replaces_what_was_told),
		cmocka_unit_test(what_is_no_address_is_told),
		cmocka_unit_test(a_name_keeps_what_it_is_told_again),
		cmocka_unit_test(addresses_too_many_for_a_name_are_told),
		cmocka_unit_test(there_is_an_end_to_addresses),
		cmocka_unit_test(a_name_longer_than_any_is_told),
		cmocka_unit_test(what_is_left_out_is_counted_as_that),
		cmocka_unit_test(there_is_an_end_to_names),
		cmocka_unit_test(full_scratch_is_told),
	};

	return cmocka_run_group_tests_name("fields/domains", tests, NULL, NULL);
}
