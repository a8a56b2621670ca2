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
	char got[256] = "";

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
		cmocka_unit_test(there_is_an_end_to_names),
		cmocka_unit_test(full_scratch_is_told),
	};

	return cmocka_run_group_tests_name("fields/domains", tests, NULL, NULL);
}
