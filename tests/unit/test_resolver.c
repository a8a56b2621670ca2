// SPDX-License-Identifier: Apache-2.0
/* Host names of rules: when they are asked for, and what is told of the answers. */
#include "agent/resolver.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/log.h"
#include "bpfwatch/event.h"
#include "event/text.h"

#define S UINT64_C(1000000000)

/* A resolver whose answers the test writes down. */
struct world {
	struct rules *rules;
	struct resolver *resolver;
	const char *addrs; /* of every name, each with a blank behind it */
	const char *reason; /* or why there are none */
	const char *silent; /* no answer comes for names that begin so */
	const char *local; /* a name that the host knows */
	bool refuse; /* no look-up can be begun */
	char asked[4096]; /* names, each with a blank behind it */
	char told[8192]; /* records as text */
	unsigned int n_begun;
	unsigned int n_abandoned;
	unsigned int n_under_way;
	unsigned int n_at_once; /* the most that were */
};

static void add(char *text, size_t size, const char *a, const char *b)
{
	const size_t len = strlen(text);

	assert_true((size_t)snprintf(text + len, size - len, "%s%s", a, b) < size - len);
}

static void *begin(const char *name, void *ctx)
{
	struct world *w = ctx;

	if (w->refuse)
		return NULL;
	add(w->asked, sizeof(w->asked), name, " ");
	w->n_begun++;
	if (++w->n_under_way > w->n_at_once)
		w->n_at_once = w->n_under_way;
	return strdup(name);
}

static bool finish(void *query, struct lookup_answer *out, void *ctx)
{
	struct world *w = ctx;
	const char *at = w->addrs;
	size_t len;

	if (w->silent && strncmp(w->silent, query, strlen(w->silent)) == 0)
		return false;
	free(query);
	w->n_under_way--;
	out->reason = w->reason;
	out->is_cut = false;
	out->n_addrs = 0;
	while (!w->reason && at && *at) {
		len = strcspn(at, " ");
		assert_true(len < INET6_ADDRSTRLEN && out->n_addrs < LOOKUP_ADDRS_MAX);
		memcpy(out->addrs[out->n_addrs], at, len);
		out->addrs[out->n_addrs++][len] = '\0';
		at += len;
		at += *at == ' ';
	}
	return true;
}

static void abandon(void *query, void *ctx)
{
	struct world *w = ctx;

	w->n_abandoned++;
	free(query);
}

static void visit_local(lookup_name_fn *visit, void *arg, void *ctx)
{
	struct world *w = ctx;

	if (w->local)
		visit(w->local, arg);
}

static const struct lookup_ops fake_lookup = { visit_local, begin, finish, abandon };

static void on_record(const void *data, size_t len, void *arg)
{
	struct world *w = arg;
	struct record rec;
	struct buf text;

	assert_int_equal(record_parse(data, len, &rec), 0);
	assert_int_equal(rec.hdr->type, BW_EVENT_DOMAIN);
	buf_init(&text, 65536);
	text_add_record(&text, &rec);
	add(w->told, sizeof(w->told), text.data, "");
	buf_done(&text);
}

static void set_up_local(struct world *w, const char *yaml, const char *local)
{
	const struct rules_file file = { "a.yaml", yaml, strlen(yaml) };
	const struct rules_config rules = { .min_priority = PRIORITY_NOTICE };
	struct resolver_config config = {
		.lookup = &fake_lookup,
		.lookup_ctx = w,
		.on_record = on_record,
		.arg = w,
	};

	memset(w, 0, sizeof(*w));
	w->local = local;
	w->rules = rules_load(&file, 1, &rules);
	assert_non_null(w->rules);
	assert_int_equal(rules_n_errors(w->rules), 0);
	config.rules = w->rules;
	assert_int_equal(resolver_new(&config, &w->resolver), 0);
}

static void set_up(struct world *w, const char *yaml)
{
	set_up_local(w, yaml, NULL);
}

static void tear_down(struct world *w)
{
	resolver_free(w->resolver);
	rules_free(w->rules);
}

#define RULE_AT(name, priority, condition)                                     \
	"- rule: " name "\n  desc: d\n  output: o\n  priority: " priority "\n" \
	"  condition: evt.type = connect and " condition "\n"
#define RULE(name, condition) RULE_AT(name, "ERROR", condition)
#define ONE                   RULE("r", "fd.sip.name = a.example")

static struct resolver_stats stats_of(const struct world *w)
{
	struct resolver_stats stats;

	resolver_read_stats(w->resolver, &stats);
	return stats;
}

static void names_of_active_rules_are_asked_for_once(void **state)
{
	struct world w;

	(void)state;
	set_up(&w,
	       "- macro: m\n  condition: (fd.rip.name in (b.example, a.example))\n"
	       "- list: l\n  items: [c.example, 192.0.2.7]\n" ONE RULE(
		       "s", "m and not fd.cip.name in (l)") RULE("t",
								 "fd.lip.name != d.example or m")
		       RULE("u", "fd.sip.name contains sub or fd.sip.name exists or proc.name = x") RULE(
			       "v", "fd.sip.name = \"\"")
			       RULE("w", "fd.sip.name = off.example") "  enabled: false\n" RULE_AT(
				       "x", "DEBUG", "fd.sip.name = low.example"));
	resolver_step(w.resolver, 1 * S);
	assert_string_equal(w.asked, "a.example b.example c.example 192.0.2.7 d.example ");
	assert_int_equal(stats_of(&w).n_names, 5);
	tear_down(&w);
}

static void rules_without_names_ask_for_nothing(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, RULE("r", "fd.sip = 192.0.2.1"));
	assert_false(resolver_is_waiting(w.resolver));
	resolver_step(w.resolver, 1 * S);
	assert_int_equal(w.n_begun, 0);
	tear_down(&w);
}

static void what_changed_is_told(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, ONE);
	w.addrs = "192.0.2.1 2001:db8::1";
	assert_true(resolver_is_waiting(w.resolver));
	resolver_step(w.resolver, 1 * S);
	resolver_step(w.resolver, 1 * S + 1);
	assert_false(resolver_is_waiting(w.resolver));
	assert_string_equal(
		w.told, "domain time=1.000000001 name=a.example addrs=[192.0.2.1,2001:db8::1]\n");
	/* The same again: not a word. */
	w.told[0] = '\0';
	resolver_step(w.resolver, 12 * S);
	resolver_step(w.resolver, 12 * S + 1);
	assert_int_equal(w.n_begun, 2);
	assert_string_equal(w.told, "");
	/* One of many at a time: what was seen within the hour counts. */
	w.addrs = "192.0.2.2";
	resolver_step(w.resolver, 100 * S);
	resolver_step(w.resolver, 100 * S + 1);
	assert_string_equal(w.told, "domain time=100.000000001 name=a.example "
				    "addrs=[192.0.2.1,2001:db8::1,192.0.2.2]\n");
	w.told[0] = '\0';
	resolver_step(w.resolver, 3700 * S);
	resolver_step(w.resolver, 3700 * S + 1);
	assert_string_equal(w.told, "domain time=3700 name=a.example addrs=[192.0.2.2]\n");
	tear_down(&w);
}

/* When is the name asked for next, if it is looked at every second?  Seconds from `from`. */
static uint64_t next_after(struct world *w, uint64_t from)
{
	const unsigned int n = w->n_begun;
	uint64_t now = from;

	while (w->n_begun == n && now < from + 1000)
		resolver_step(w->resolver, ++now * S);
	return now - from;
}

static void delays_grow_until_something_changes(void **state)
{
	static const uint64_t delays[] = { 20, 40, 80, 160, 320, 320 };
	uint64_t now = 1;
	struct world w;

	(void)state;
	set_up(&w, ONE);
	w.addrs = "192.0.2.1";
	resolver_step(w.resolver, now * S);
	/* The answer is taken by the next look, a second later. */
	now += next_after(&w, now);
	assert_int_equal(now, 1 + 1 + 10);
	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		assert_int_equal(next_after(&w, now), 1 + delays[i]);
		now += 1 + delays[i];
	}
	w.addrs = "192.0.2.9";
	assert_int_equal(next_after(&w, now), 1 + 10);
	tear_down(&w);
}

static void a_failure_is_counted_and_asked_again(void **state)
{
	static const uint64_t delays[] = { 10, 20, 40, 80 };
	uint64_t now = 1;
	struct world w;

	(void)state;
	set_up(&w, ONE);
	w.reason = "Name or service not known";
	resolver_step(w.resolver, now * S);
	for (size_t i = 0; i < sizeof(delays) / sizeof(delays[0]); i++) {
		assert_int_equal(next_after(&w, now), 1 + delays[i]);
		now += 1 + delays[i];
		assert_int_equal(stats_of(&w).n_failed, i + 1);
		assert_int_equal(stats_of(&w).n_unknown, 1);
		assert_false(resolver_is_waiting(w.resolver));
	}
	assert_string_equal(w.told, "");
	w.reason = NULL;
	w.addrs = "192.0.2.1";
	resolver_step(w.resolver, ++now * S);
	assert_non_null(strstr(w.told, "addrs=[192.0.2.1]"));
	assert_int_equal(stats_of(&w).n_unknown, 0);
	/* A later failure takes nothing away. */
	w.told[0] = '\0';
	w.reason = "Temporary failure in name resolution";
	now += next_after(&w, now);
	resolver_step(w.resolver, ++now * S);
	assert_string_equal(w.told, "");
	assert_int_equal(stats_of(&w).n_unknown, 0);
	tear_down(&w);
}

static void a_look_up_that_cannot_begin_is_a_failure(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, ONE);
	w.refuse = true;
	resolver_step(w.resolver, 1 * S);
	assert_int_equal(stats_of(&w).n_failed, 1);
	w.refuse = false;
	resolver_step(w.resolver, 11 * S);
	assert_int_equal(w.n_begun, 1);
	tear_down(&w);
}

static void silence_holds_up_nobody_else(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, RULE("r", "fd.sip.name in (a.example, b.example)"));
	w.silent = "a.example";
	w.addrs = "192.0.2.1";
	resolver_step(w.resolver, 1 * S);
	resolver_step(w.resolver, 2 * S);
	assert_string_equal(w.told, "domain time=2 name=b.example addrs=[192.0.2.1]\n");
	assert_true(resolver_is_waiting(w.resolver));
	resolver_step(w.resolver, 6 * S);
	assert_false(resolver_is_waiting(w.resolver));
	/* It is not asked a second time, and its answer is still welcome. */
	resolver_step(w.resolver, 100 * S);
	assert_string_equal(w.asked, "a.example b.example b.example ");
	w.silent = NULL;
	resolver_step(w.resolver, 101 * S);
	assert_non_null(strstr(w.told, "domain time=101 name=a.example addrs=[192.0.2.1]\n"));
	tear_down(&w);
}

/* A rule with n0, n1 … and, behind them, `last`. */
static void set_up_many(struct world *w, int n, const char *last, const char *local)
{
	char yaml[4096] = "- list: l\n  items: [n0";
	size_t len = strlen(yaml);

	for (int i = 1; i < n; i++)
		len += (size_t)snprintf(yaml + len, sizeof(yaml) - len, ", n%d", i);
	(void)snprintf(yaml + len, sizeof(yaml) - len, ", %s]\n%s", last,
		       RULE("r", "fd.sip.name in (l)"));
	set_up_local(w, yaml, local);
}

static void names_without_answers_give_their_slots_back(void **state)
{
	struct world w;

	(void)state;
	set_up_many(&w, RESOLVER_AT_ONCE, "z.example", NULL);
	w.silent = "n";
	w.addrs = "192.0.2.1";
	for (uint64_t now = 1; now < 6; now++)
		resolver_step(w.resolver, now * S);
	assert_int_equal(w.n_begun, RESOLVER_AT_ONCE);
	resolver_step(w.resolver, 6 * S);
	resolver_step(w.resolver, 7 * S);
	assert_string_equal(w.told, "domain time=7 name=z.example addrs=[192.0.2.1]\n");
	assert_false(resolver_is_waiting(w.resolver));
	/* Their answers are welcome when they come, and they are asked again. */
	w.silent = NULL;
	resolver_step(w.resolver, 8 * S);
	assert_non_null(strstr(w.told, "domain time=8 name=n0 addrs=[192.0.2.1]\n"));
	assert_int_equal(stats_of(&w).n_unknown, 0);
	for (uint64_t now = 9; now < 30; now++)
		resolver_step(w.resolver, now * S);
	assert_true(w.n_begun >= 2 * (RESOLVER_AT_ONCE + 1));
	tear_down(&w);
}

static void local_names_need_no_slot(void **state)
{
	struct world w;

	(void)state;
	set_up_many(&w, 50, "z.example", "z.example");
	w.silent = "n";
	w.addrs = "192.0.2.1";
	resolver_step(w.resolver, 1 * S);
	resolver_step(w.resolver, 1 * S + 1);
	assert_string_equal(w.told, "domain time=1.000000001 name=z.example addrs=[192.0.2.1]\n");
	for (uint64_t now = 2; now < 100; now++)
		resolver_step(w.resolver, now * S);
	assert_int_equal(w.n_under_way, RESOLVER_OUT_MAX);
	w.addrs = "192.0.2.2";
	for (uint64_t now = 100; now < 200; now++)
		resolver_step(w.resolver, now * S);
	assert_non_null(strstr(w.told, "name=z.example addrs=[192.0.2.1,192.0.2.2]\n"));
	assert_in_range(w.n_at_once, RESOLVER_OUT_MAX, RESOLVER_THREADS);
	/* One that ends makes room for another. */
	w.silent = "n1";
	resolver_step(w.resolver, 200 * S);
	assert_int_equal(stats_of(&w).n_names - stats_of(&w).n_unknown,
			 1 + RESOLVER_OUT_MAX - 7 /* n1, n10 … n15 */);
	assert_non_null(strstr(w.asked, "n16 "));
	tear_down(&w);
}

static void names_are_asked_by_turns(void **state)
{
	const int n_names = 41;
	struct world w;
	char name[16];

	(void)state;
	set_up_many(&w, n_names - 1, "z.example", NULL);
	w.reason = "Temporary failure in name resolution";
	/* Failures take as long as it takes that those who failed are due again. */
	for (uint64_t now = 1; w.n_begun < (unsigned int)n_names; now++) {
		w.silent = now % 12 ? "" : NULL;
		resolver_step(w.resolver, now * S);
		assert_true(now < 1000);
	}
	for (int i = 0; i < n_names - 1; i++) {
		(void)snprintf(name, sizeof(name), "n%d ", i);
		assert_non_null(strstr(w.asked, name));
	}
	tear_down(&w);
}

/* Neither by failures nor by silence. */
static void nothing_counts_for_longer_than_an_hour(void **state)
{
	/* The last look-up of all takes a second, or the time that one has. */
	static const struct {
		const char *silent;
		uint64_t last;
		const char *told;
	} rows[] = {
		{ NULL, 3603, "domain time=3603 name=a.example\n" },
		{ "a", 3607, "domain time=3607 name=a.example\n" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t now = 1;
		struct world w;

		set_up(&w, ONE);
		w.addrs = "192.0.2.1";
		resolver_step(w.resolver, now++ * S);
		resolver_step(w.resolver, now++ * S);
		w.told[0] = '\0';
		w.reason = "Temporary failure in name resolution";
		w.silent = rows[i].silent;
		for (; now < rows[i].last; now++)
			resolver_step(w.resolver, now * S);
		assert_string_equal(w.told, "");
		assert_int_equal(stats_of(&w).n_expired, 0);
		resolver_step(w.resolver, now++ * S);
		assert_string_equal(w.told, rows[i].told);
		assert_int_equal(stats_of(&w).n_expired, 1);
		assert_int_equal(stats_of(&w).n_unknown, 1);
		w.reason = NULL;
		w.silent = NULL;
		w.told[0] = '\0';
		for (; now < 4000; now++)
			resolver_step(w.resolver, now * S);
		assert_non_null(strstr(w.told, "name=a.example addrs=[192.0.2.1]\n"));
		assert_int_equal(stats_of(&w).n_unknown, 0);
		tear_down(&w);
	}
}

/* Asleep for three hours; what is known then is `addrs`, or why it is not, or silence. */
static void after_a_sleep_a_name_is_asked_for_before_it_counts_for_nothing(void **state)
{
	static const struct {
		const char *addrs;
		const char *reason;
		const char *silent;
		const char *told;
		uint64_t n_expired;
	} rows[] = {
		{ "192.0.2.1", NULL, NULL, "", 0 },
		{ "192.0.2.2", NULL, NULL, "domain time=10801 name=a.example addrs=[192.0.2.2]\n",
		  0 },
		{ NULL, "Temporary failure in name resolution", NULL,
		  "domain time=10801 name=a.example\n", 1 },
		{ NULL, NULL, "a", "domain time=10805 name=a.example\n", 1 },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		uint64_t now = 1;
		struct world w;

		set_up(&w, ONE);
		w.addrs = "192.0.2.1";
		for (; now < 2000; now++)
			resolver_step(w.resolver, now * S);
		w.told[0] = '\0';
		w.n_begun = 0;
		w.addrs = rows[i].addrs;
		w.reason = rows[i].reason;
		w.silent = rows[i].silent;
		resolver_step(w.resolver, 10800 * S);
		assert_int_equal(w.n_begun, 1);
		assert_string_equal(w.told, "");
		for (now = 10801; now < 10806; now++)
			resolver_step(w.resolver, now * S);
		assert_string_equal(w.told, rows[i].told);
		assert_int_equal(stats_of(&w).n_expired, rows[i].n_expired);
		tear_down(&w);
	}
}

/* One begun before the sleep has not had its time when the machine wakes up. */
static void a_look_up_that_slept_does_not_count_against_a_name(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, ONE);
	w.addrs = "192.0.2.1";
	resolver_step(w.resolver, 1 * S);
	resolver_step(w.resolver, 2 * S);
	w.silent = "a";
	resolver_step(w.resolver, 12 * S);
	assert_int_equal(w.n_begun, 2);
	w.told[0] = '\0';
	resolver_step(w.resolver, 10800 * S);
	/* It fails, as it would for want of a network: another one is begun at once. */
	w.silent = NULL;
	w.reason = "Temporary failure in name resolution";
	resolver_step(w.resolver, 10801 * S);
	assert_int_equal(w.n_begun, 3);
	assert_string_equal(w.told, "");
	w.reason = NULL;
	resolver_step(w.resolver, 10802 * S);
	assert_string_equal(w.told, "");
	assert_int_equal(stats_of(&w).n_expired, 0);
	assert_int_equal(stats_of(&w).n_unknown, 0);
	tear_down(&w);
}

/* However long the delays had become. */
static void a_name_without_addresses_is_asked_for_often_again(void **state)
{
	uint64_t now = 1;
	struct world w;

	(void)state;
	set_up(&w, ONE);
	w.addrs = "192.0.2.1";
	resolver_step(w.resolver, now++ * S);
	resolver_step(w.resolver, now++ * S);
	w.reason = "Temporary failure in name resolution";
	for (; stats_of(&w).n_expired == 0; now++) {
		assert_true(now < 4000);
		resolver_step(w.resolver, now * S);
	}
	assert_int_equal(next_after(&w, now - 1), 10);
	tear_down(&w);
}

/* All threads are taken by others that hang: they do not count for ever for want of a turn. */
static void a_name_that_gets_no_turn_loses_its_addresses_too(void **state)
{
	uint64_t now = 1;
	struct world w;

	(void)state;
	set_up_many(&w, RESOLVER_OUT_MAX, "z.example", NULL);
	w.addrs = "192.0.2.1";
	for (; stats_of(&w).n_unknown > 0; now++) {
		assert_true(now < 20);
		resolver_step(w.resolver, now * S);
	}
	w.silent = "n";
	for (; w.n_under_way < RESOLVER_OUT_MAX; now++) {
		assert_true(now < 100);
		resolver_step(w.resolver, now * S);
	}
	w.told[0] = '\0';
	/* Those that hang go with the hour; nothing has been begun yet for the one that waits. */
	for (; now < 3600 + 100; now++)
		resolver_step(w.resolver, now * S);
	assert_int_equal(stats_of(&w).n_unknown, RESOLVER_OUT_MAX);
	assert_null(strstr(w.told, "name=z.example"));
	for (; now < 3600 + 100 + RESOLVER_DELAY_MAX / S; now++)
		resolver_step(w.resolver, now * S);
	assert_non_null(strstr(w.told, "name=z.example\n"));
	assert_int_equal(w.n_under_way, RESOLVER_OUT_MAX);
	tear_down(&w);
}

static void what_a_look_learns_is_told_by_the_next_step(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, ONE);
	w.addrs = "192.0.2.1";
	resolver_look(w.resolver, 1 * S);
	resolver_look(w.resolver, 2 * S);
	assert_false(resolver_is_waiting(w.resolver));
	assert_string_equal(w.told, "");
	resolver_step(w.resolver, 3 * S);
	resolver_step(w.resolver, 4 * S);
	assert_string_equal(w.told, "domain time=3 name=a.example addrs=[192.0.2.1]\n");
	tear_down(&w);
}

static void few_look_ups_are_under_way_at_once(void **state)
{
	struct world w;

	(void)state;
	set_up_many(&w, 49, "z.example", NULL);
	w.addrs = "192.0.2.1";
	for (uint64_t i = 1; i < 50 && resolver_is_waiting(w.resolver); i++)
		resolver_step(w.resolver, S + i);
	assert_false(resolver_is_waiting(w.resolver));
	assert_int_equal(w.n_begun, 50);
	assert_int_equal(w.n_at_once, RESOLVER_AT_ONCE);
	tear_down(&w);
}

static void what_is_under_way_at_the_end_is_abandoned(void **state)
{
	struct world w;

	(void)state;
	set_up(&w, ONE);
	resolver_step(w.resolver, 1 * S);
	tear_down(&w);
	assert_int_equal(w.n_abandoned, 1);
}

static void names_with_many_addresses_keep_the_latest(void **state)
{
	char addrs[2048];
	uint64_t now = 1;
	struct world w;

	(void)state;
	set_up(&w, ONE);
	resolver_step(w.resolver, now * S);
	for (int round = 0; round < 10; round++) {
		addrs[0] = '\0';
		for (int i = 0; i < LOOKUP_ADDRS_MAX; i++)
			(void)snprintf(addrs + strlen(addrs), sizeof(addrs) - strlen(addrs),
				       "10.0.%d.%d ", round, i);
		w.addrs = addrs;
		w.told[0] = '\0';
		now += next_after(&w, now);
	}
	assert_null(strstr(w.told, "10.0.5."));
	for (int round = 6; round < 10; round++) {
		(void)snprintf(addrs, sizeof(addrs), "10.0.%d.63", round);
		assert_non_null(strstr(w.told, addrs));
	}
	assert_int_equal(stats_of(&w).n_cut, 6 * LOOKUP_ADDRS_MAX);
	tear_down(&w);
}

static void collect_word(const char *name, void *arg)
{
	char *text = arg;

	add(text, 256, name, " ");
}

static void the_system_reads_the_names_of_hosts(void **state)
{
	static const char hosts[] = "# 192.0.2.1 comment.example\n"
				    "127.0.0.1\tlocalhost\n\n"
				    " 2001:db8::1 six.example  s # more.example\r\n"
				    "192.0.2.1\n"
				    "192.0.2.2 last.example";
	char path[] = "/tmp/bw-hosts.XXXXXX";
	char names[256] = "";
	const int fd = mkstemp(path);

	(void)state;
	assert_true(fd >= 0);
	assert_int_equal(write(fd, hosts, strlen(hosts)), strlen(hosts));
	assert_int_equal(close(fd), 0);
	lookup_system.visit_local(collect_word, names, path);
	assert_int_equal(unlink(path), 0);
	assert_string_equal(names, "localhost six.example s last.example ");
	lookup_system.visit_local(collect_word, names, path);
	assert_string_equal(names, "localhost six.example s last.example ");
}

/* The real one, for what needs no name server. */
static void the_system_reads_addresses_and_refuses_nonsense(void **state)
{
	static const struct {
		const char *name;
		const char *addr; /* NULL: not known */
	} cases[] = {
		{ "192.0.2.7", "192.0.2.7" },
		{ "2001:db8::7", "2001:db8::7" },
		{ "::ffff:192.0.2.7", "192.0.2.7" },
		{ "no such name", NULL },
	};
	struct lookup_answer answer;
	void *query;

	(void)state;
	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		query = lookup_system.begin(cases[i].name, NULL);
		assert_non_null(query);
		while (!lookup_system.finish(query, &answer, NULL))
			;
		assert_int_equal(!answer.reason, !!cases[i].addr);
		if (!cases[i].addr)
			continue;
		assert_int_equal(answer.n_addrs, 1);
		assert_string_equal(answer.addrs[0], cases[i].addr);
	}
	query = lookup_system.begin("192.0.2.7", NULL);
	assert_non_null(query);
	lookup_system.abandon(query, NULL);
}

int main(void)
{
	static const struct CMUnitTest tests[] = {
		cmocka_unit_test(names_of_active_rules_are_asked_for_once),
		cmocka_unit_test(rules_without_names_ask_for_nothing),
		cmocka_unit_test(what_changed_is_told),
		cmocka_unit_test(delays_grow_until_something_changes),
		cmocka_unit_test(a_failure_is_counted_and_asked_again),
		cmocka_unit_test(a_look_up_that_cannot_begin_is_a_failure),
		cmocka_unit_test(silence_holds_up_nobody_else),
		cmocka_unit_test(names_without_answers_give_their_slots_back),
		cmocka_unit_test(local_names_need_no_slot),
		cmocka_unit_test(names_are_asked_by_turns),
		cmocka_unit_test(nothing_counts_for_longer_than_an_hour),
		cmocka_unit_test(after_a_sleep_a_name_is_asked_for_before_it_counts_for_nothing),
		cmocka_unit_test(a_look_up_that_slept_does_not_count_against_a_name),
		cmocka_unit_test(a_name_without_addresses_is_asked_for_often_again),
		cmocka_unit_test(a_name_that_gets_no_turn_loses_its_addresses_too),
		cmocka_unit_test(what_a_look_learns_is_told_by_the_next_step),
		cmocka_unit_test(few_look_ups_are_under_way_at_once),
		cmocka_unit_test(what_is_under_way_at_the_end_is_abandoned),
		cmocka_unit_test(names_with_many_addresses_keep_the_latest),
		cmocka_unit_test(the_system_reads_the_names_of_hosts),
		cmocka_unit_test(the_system_reads_addresses_and_refuses_nonsense),
	};

	log_set_level(LOG_LEVEL_ERROR);
	return cmocka_run_group_tests_name("agent/resolver", tests, NULL, NULL);
}
