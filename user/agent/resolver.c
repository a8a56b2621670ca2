// SPDX-License-Identifier: Apache-2.0
#include "agent/resolver.h"

#include <arpa/inet.h>
#include <errno.h>
#include <stdalign.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "base/log.h"
#include "base/names.h"
#include "bpfwatch/event.h"

#define ARENA_BLOCK_BYTES ((size_t)16 << 10)
#define ARENA_BYTES_MAX   ((size_t)64 << 20)
#define NS_PER_MINUTE     (60ULL * 1000000000)
#define NAME_BYTES_MAX    256 /* of a constant, with its NUL */
#define RECORD_BYTES_MAX \
	(sizeof(struct bw_domain) + NAME_BYTES_MAX + (size_t)RESOLVER_ADDRS_MAX * INET6_ADDRSTRLEN)

struct address {
	char text[INET6_ADDRSTRLEN];
	uint64_t seen_ns;
};

struct name {
	const char *text; /* of the rules */
	const struct rule *rule; /* the first that asks for it */
	void *query; /* under way; NULL: none */
	uint64_t asked_ns;
	uint64_t next_ns;
	uint64_t delay_ns;
	uint64_t expires_ns; /* the first of its addresses */
	uint64_t overdue_ns; /* when all of them were found to have expired; 0: they have not */
	bool is_local; /* it can be expected to be answered at once */
	bool is_late; /* the query has no slot any more */
	bool is_changed; /* since it was told */
	bool is_heard_of;
	bool is_missed; /* it was complained of */
	uint32_t n_addrs;
	struct address *addrs;
	struct name *next;
};

struct resolver {
	struct resolver_config config;
	struct arena *arena; /* names */
	struct names by_text;
	struct name *names; /* in the order of the rules */
	struct name **tail;
	struct name *turn; /* who is asked first when there is a slot; NULL: the first name */
	uint32_t n_queries;
	uint32_t n_late; /* of them */
	uint32_t n_changed; /* names to be told */
	uint32_t n_complaints;
	bool is_stuck; /* it was complained of */
	uint64_t next_ns; /* nothing is due before */
	struct resolver_stats stats;
	bool no_memory; /* while names were collected */
	alignas(8) char record[RECORD_BYTES_MAX + sizeof(uint64_t)];
};

static void add_name(const struct rule *rule, const char *text, void *arg)
{
	unsigned char addr[sizeof(struct in6_addr)];
	struct resolver *resolver = arg;
	struct name *name;

	if (names_get(&resolver->by_text, text, strlen(text)))
		return;
	name = arena_alloc(resolver->arena, sizeof(*name));
	if (!name || names_put(&resolver->by_text, resolver->arena, text, strlen(text), name)) {
		resolver->no_memory = true;
		return;
	}
	name->text = text;
	name->rule = rule;
	name->delay_ns = RESOLVER_DELAY_NS;
	name->expires_ns = UINT64_MAX;
	name->is_local = inet_pton(AF_INET, text, addr) == 1 ||
			 inet_pton(AF_INET6, text, addr) == 1;
	*resolver->tail = name;
	resolver->tail = &name->next;
	resolver->stats.n_names++;
}

static void mark_local(const char *text, void *arg)
{
	struct resolver *resolver = arg;
	struct name *name = names_get(&resolver->by_text, text, strlen(text));

	if (name)
		name->is_local = true;
}

int resolver_new(const struct resolver_config *config, struct resolver **out)
{
	struct resolver *resolver = calloc(1, sizeof(*resolver));
	int err = 0;

	if (!resolver)
		return -ENOMEM;
	resolver->config = *config;
	resolver->tail = &resolver->names;
	resolver->arena = arena_new(ARENA_BLOCK_BYTES, ARENA_BYTES_MAX);
	if (resolver->arena && config->rules)
		err = rules_visit_domains(config->rules, add_name, resolver);
	if (err || resolver->no_memory || !resolver->arena) {
		resolver_free(resolver);
		return -ENOMEM;
	}
	if (resolver->names)
		config->lookup->visit_local(mark_local, resolver, config->lookup_ctx);
	*out = resolver;
	return 0;
}

void resolver_free(struct resolver *resolver)
{
	if (!resolver)
		return;
	for (struct name *name = resolver->names; name; name = name->next) {
		if (name->query)
			resolver->config.lookup->abandon(name->query, resolver->config.lookup_ctx);
		free(name->addrs);
	}
	arena_free(resolver->arena);
	free(resolver);
}

/* All that the name stands for, as the engine has to know it from now on. */
static void tell(struct resolver *resolver, const struct name *name, uint64_t now_ns)
{
	struct bw_domain *rec = (struct bw_domain *)(void *)resolver->record;
	size_t len = offsetof(struct bw_domain, tail);
	size_t text_len = strlen(name->text);

	memset(resolver->record, 0, sizeof(resolver->record));
	rec->hdr.type = BW_EVENT_DOMAIN;
	rec->hdr.time_ns = now_ns;
	rec->name = (struct bw_str){ (uint16_t)len, (uint16_t)text_len };
	memcpy(resolver->record + len, name->text, text_len);
	len += text_len + 1;
	if (name->n_addrs)
		rec->addrs.off = (uint16_t)len;
	for (uint32_t i = 0; i < name->n_addrs; i++) {
		text_len = strlen(name->addrs[i].text);
		memcpy(resolver->record + len, name->addrs[i].text, text_len);
		len += text_len + 1;
	}
	if (name->n_addrs)
		rec->addrs.len = (uint16_t)(len - rec->addrs.off - 1);
	len = (len + sizeof(uint64_t) - 1) / sizeof(uint64_t) * sizeof(uint64_t);
	rec->hdr.size = (uint32_t)len;
	resolver->config.on_record(resolver->record, len, resolver->config.arg);
}

static struct address *find(const struct name *name, const char *text)
{
	for (uint32_t i = 0; i < name->n_addrs; i++)
		if (strcmp(name->addrs[i].text, text) == 0)
			return &name->addrs[i];
	return NULL;
}

static void mark_changed(struct resolver *resolver, struct name *name)
{
	resolver->n_changed += !name->is_changed;
	name->is_changed = true;
}

static void add_address(struct resolver *resolver, struct name *name, const char *text,
			uint64_t now_ns)
{
	struct address *at;

	if (name->n_addrs == RESOLVER_ADDRS_MAX) {
		at = name->addrs;
		for (uint32_t i = 1; i < name->n_addrs; i++)
			if (name->addrs[i].seen_ns < at->seen_ns)
				at = &name->addrs[i];
		resolver->stats.n_cut++;
	} else {
		at = reallocarray(name->addrs, name->n_addrs + 1, sizeof(*at));
		if (!at) {
			resolver->stats.n_no_memory++;
			return;
		}
		name->addrs = at;
		at += name->n_addrs++;
	}
	memcpy(at->text, text, strlen(text) + 1);
	at->seen_ns = now_ns;
	mark_changed(resolver, name);
}

static void warn_expired(const struct resolver *resolver, const struct name *name)
{
	if (resolver->stats.n_expired > RESOLVER_WARN_MAX)
		return;
	log_warn("the addresses of '%s' of rule '%s' do not count any more: they are older than "
		 "%llu minutes, and no look-up renews them",
		 name->text, name->rule->name, RESOLVER_KEEP_NS / NS_PER_MINUTE);
	if (resolver->stats.n_expired == RESOLVER_WARN_MAX)
		log_warn("other names whose addresses ran out are counted at the end");
}

/*
 * An answer has one address or more, so that the last one runs out only when there were no
 * answers.  To go on with old addresses is no safer than to go without: one blinds
 * `not fd.sip.name in (trusted)`, the other `fd.sip.name in (hostile)`.
 */
static void drop_old_addresses(struct resolver *resolver, struct name *name, uint64_t now_ns)
{
	const uint32_t n_before = name->n_addrs;
	uint32_t n = 0;

	name->overdue_ns = 0;
	name->expires_ns = UINT64_MAX;
	for (uint32_t i = 0; i < n_before; i++) {
		const uint64_t end_ns = name->addrs[i].seen_ns + RESOLVER_KEEP_NS;

		if (now_ns >= end_ns)
			continue;
		name->addrs[n++] = name->addrs[i];
		if (end_ns < name->expires_ns)
			name->expires_ns = end_ns;
	}
	name->n_addrs = n;
	if (n < n_before)
		mark_changed(resolver, name);
	if (n_before && !n) {
		name->delay_ns = RESOLVER_DELAY_NS;
		name->next_ns = now_ns + name->delay_ns;
		resolver->stats.n_expired++;
		warn_expired(resolver, name);
	}
}

static bool have_all_expired(const struct name *name, uint64_t now_ns)
{
	for (uint32_t i = 0; i < name->n_addrs; i++)
		if (now_ns < name->addrs[i].seen_ns + RESOLVER_KEEP_NS)
			return false;
	return true;
}

/* Of a name that is overdue: has it been asked for in vain?  If it waits for its turn, not without end. */
static bool is_given_up(const struct name *name, uint64_t now_ns)
{
	if (name->asked_ns >= name->overdue_ns)
		return !name->query || now_ns - name->asked_ns >= RESOLVER_LATE_NS;
	return now_ns - name->overdue_ns >= (name->query ? RESOLVER_LATE_NS : RESOLVER_DELAY_MAX);
}

static void check_ages(struct resolver *resolver, struct name *name, uint64_t now_ns)
{
	if (now_ns < name->expires_ns)
		return;
	if (!have_all_expired(name, now_ns)) {
		drop_old_addresses(resolver, name, now_ns);
		return;
	}
	if (!name->overdue_ns)
		name->overdue_ns = now_ns;
	if (is_given_up(name, now_ns))
		drop_old_addresses(resolver, name, now_ns);
	else if (name->asked_ns < name->overdue_ns)
		name->next_ns = now_ns;
}

static void take_addresses(struct resolver *resolver, struct name *name,
			   const struct lookup_answer *answer, uint64_t now_ns)
{
	for (uint32_t i = 0; i < answer->n_addrs; i++) {
		struct address *known = find(name, answer->addrs[i]);

		if (known)
			known->seen_ns = now_ns;
		else
			add_address(resolver, name, answer->addrs[i], now_ns);
	}
	drop_old_addresses(resolver, name, now_ns);
	resolver->stats.n_cut += answer->is_cut;
}

/* Once for each name, and not without end. */
static void complain(struct resolver *resolver, struct name *name, const char *reason)
{
	name->is_heard_of = true;
	if (name->is_missed)
		return;
	name->is_missed = true;
	if (++resolver->n_complaints > RESOLVER_WARN_MAX)
		return;
	log_warn("cannot look up '%s' of rule '%s': %s; asked again from time to time", name->text,
		 name->rule->name, reason);
	if (resolver->n_complaints == RESOLVER_WARN_MAX)
		log_warn("other names that cannot be looked up are counted at the end");
}

static void slow_down(struct name *name)
{
	name->delay_ns *= 2;
	if (name->delay_ns > RESOLVER_DELAY_MAX)
		name->delay_ns = RESOLVER_DELAY_MAX;
}

static void fail(struct resolver *resolver, struct name *name, const char *reason)
{
	resolver->stats.n_failed++;
	complain(resolver, name, reason);
	slow_down(name);
}

/* Those behind it must not wait for what may never come. */
static void be_late(struct resolver *resolver, struct name *name)
{
	name->is_late = true;
	resolver->n_late++;
	complain(resolver, name, "no answer yet");
}

static void end_query(struct resolver *resolver, struct name *name)
{
	name->query = NULL;
	resolver->n_queries--;
	resolver->n_late -= name->is_late;
	name->is_late = false;
}

static void collect(struct resolver *resolver, struct name *name, uint64_t now_ns)
{
	const struct resolver_config *config = &resolver->config;
	struct lookup_answer answer;

	if (!config->lookup->finish(name->query, &answer, config->lookup_ctx)) {
		if (!name->is_late && now_ns - name->asked_ns >= RESOLVER_LATE_NS)
			be_late(resolver, name);
		return;
	}
	end_query(resolver, name);
	if (answer.reason || !answer.n_addrs) {
		name->next_ns = now_ns + name->delay_ns;
		fail(resolver, name, answer.reason ? answer.reason : "it has no address");
		return;
	}
	name->is_heard_of = true;
	take_addresses(resolver, name, &answer, now_ns);
	if (name->is_changed)
		name->delay_ns = RESOLVER_DELAY_NS;
	else
		slow_down(name);
	name->next_ns = now_ns + name->delay_ns;
}

static void ask(struct resolver *resolver, struct name *name, uint64_t now_ns)
{
	const struct resolver_config *config = &resolver->config;

	name->asked_ns = now_ns;
	name->query = config->lookup->begin(name->text, config->lookup_ctx);
	if (name->query) {
		resolver->n_queries++;
		return;
	}
	name->next_ns = now_ns + name->delay_ns;
	fail(resolver, name, "out of memory or threads");
}

/* Local names end soon, and find threads that others leave to them. */
static bool has_slot(struct resolver *resolver, const struct name *name)
{
	if (name->is_local)
		return resolver->n_queries < RESOLVER_THREADS;
	if (resolver->n_queries >= RESOLVER_OUT_MAX && !resolver->is_stuck) {
		resolver->is_stuck = true;
		log_warn("%u look-ups of host names got no answer; others wait until one of them "
			 "ends",
			 resolver->n_late);
	}
	return resolver->n_queries < RESOLVER_OUT_MAX &&
	       resolver->n_queries - resolver->n_late < RESOLVER_AT_ONCE;
}

/* By turns: those in front do not come twice while others wait for their first time. */
static void ask_those_due(struct resolver *resolver, uint64_t now_ns)
{
	struct name *name = resolver->turn ? resolver->turn : resolver->names;
	struct name *refused = NULL;

	for (uint64_t i = 0; name && i < resolver->stats.n_names; i++) {
		if (!name->query && now_ns >= name->next_ns) {
			if (has_slot(resolver, name))
				ask(resolver, name, now_ns);
			else if (!refused)
				refused = name;
		}
		name = name->next ? name->next : resolver->names;
	}
	resolver->turn = refused;
}

void resolver_look(struct resolver *resolver, uint64_t now_ns)
{
	if (!resolver->n_queries && now_ns < resolver->next_ns)
		return;
	for (struct name *name = resolver->names; name; name = name->next) {
		if (name->query)
			collect(resolver, name, now_ns);
		check_ages(resolver, name, now_ns);
	}
	ask_those_due(resolver, now_ns);
	resolver->next_ns = UINT64_MAX;
	for (const struct name *name = resolver->names; name; name = name->next) {
		if (!name->query && name->next_ns < resolver->next_ns)
			resolver->next_ns = name->next_ns;
		if (name->expires_ns < resolver->next_ns)
			resolver->next_ns = name->expires_ns;
	}
}

void resolver_step(struct resolver *resolver, uint64_t now_ns)
{
	resolver_look(resolver, now_ns);
	if (!resolver->n_changed)
		return;
	for (struct name *name = resolver->names; name; name = name->next) {
		if (!name->is_changed)
			continue;
		name->is_changed = false;
		resolver->n_changed--;
		tell(resolver, name, now_ns);
	}
}

bool resolver_is_waiting(const struct resolver *resolver)
{
	for (const struct name *name = resolver->names; name; name = name->next)
		if (!name->is_heard_of)
			return true;
	return false;
}

void resolver_read_stats(const struct resolver *resolver, struct resolver_stats *out)
{
	*out = resolver->stats;
	out->n_unknown = 0;
	for (const struct name *name = resolver->names; name; name = name->next)
		out->n_unknown += name->n_addrs == 0;
}
