// SPDX-License-Identifier: Apache-2.0
#include "engine/engine.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "base/arena.h"
#include "engine/finding.h"
#include "engine/target.h"
#include "event/record.h"
#include "fields/domains.h"
#include "fields/events.h"
#include "fields/view.h"
#include "output/extras.h"
#include "output/template.h"

#define PROCS_MAX           262144 /* Falco's thread table has the same default */
#define SCRATCH_BLOCK_BYTES (64UL * 1024)
#define SCRATCH_MAX_BYTES   (8UL * 1024 * 1024)
#define OUTPUT_MAX_BYTES    (64UL * 1024)
#define EXPIRE_EVERY_NS     1000000000ULL

struct engine {
	struct engine_config config;
	struct procs *procs;
	struct containers *containers;
	struct users *users;
	struct domains *domains;
	struct arena *scratch;
	struct template **templates; /* by rule index, with what is appended */
	struct extras *extras; /* by rule index */
	struct template **briefs; /* by rule index, the output alone */
	uint64_t *n_alerts_of; /* by rule index */
	uint64_t expired_ns; /* record time of the last clean-up */
	struct target_agent agent;
	struct findings findings;
	struct engine_stats stats;
	struct event_view view; /* of the event in hand */
};

/* A static.NAME that the configuration does not define is an unknown field. */
static int check_statics(const struct output_options *options, const struct template *tmpl,
			 struct diag *diag)
{
	const struct field_ref *ref;
	const char *key;

	for (size_t i = 0; (ref = template_field_at(tmpl, i, &key)) != NULL; i++) {
		if (field_is_known(ref, options ? options->statics : NULL,
				   options ? options->n_statics : 0))
			continue;
		diag_set(diag, "unknown filter: %s", key);
		return -EINVAL;
	}
	return 0;
}

static int compile_text(const struct engine *engine, const struct rule *rule, bool with_appended,
			struct diag *diag, struct template **out)
{
	const struct output_options *options = engine->config.output;
	const struct extras_rule asker = { rule->name, rule->source, rule->tags, rule->n_tags };
	struct buf text;
	int err;

	buf_init(&text, OUTPUT_MAX_BYTES);
	buf_add_str(&text, rule->output);
	if (with_appended)
		extras_add_text(options, &asker, &text);
	if (text.failed) {
		diag_set(diag, "the output is longer than %lu bytes", OUTPUT_MAX_BYTES);
		err = -EINVAL;
	} else {
		err = template_compile(text.data, diag, out);
	}
	buf_done(&text);
	if (!err)
		err = check_statics(options, *out, diag);
	if (!err && options && options->base64_bytes)
		template_use_base64(*out);
	return err;
}

static int compile_output(struct engine *engine, const struct rule *rule)
{
	const struct extras_rule asker = { rule->name, rule->source, rule->tags, rule->n_tags };
	struct rules *rules = engine->config.rules;
	struct diag diag;
	int err;

	diag_init(&diag);
	err = compile_text(engine, rule, true, &diag, &engine->templates[rule->index]);
	if (!err)
		err = compile_text(engine, rule, false, &diag, &engine->briefs[rule->index]);
	if (!err)
		err = extras_compile(engine->config.output, &asker, &diag,
				     &engine->extras[rule->index]);
	if (err != -EINVAL)
		return err;
	if (rule->skip_unknown) {
		rules_add_problem(rules, RULES_WARN_UNKNOWN_FILTER, rule, diag.text);
		rules_drop(rules, rule);
		return 0;
	}
	rules_add_problem(rules, RULES_ERR_COMPILE_OUTPUT, rule, diag.text);
	return 0;
}

/* For its errors alone. */
static int check_refused(const struct engine *engine, const struct rule *rule)
{
	struct template *tmpl = NULL;
	struct diag diag;
	int err;

	diag_init(&diag);
	err = compile_text(engine, rule, true, &diag, &tmpl);
	template_free(tmpl);
	if (err != -EINVAL)
		return err;
	rules_add_problem(engine->config.rules, RULES_ERR_COMPILE_OUTPUT, rule, diag.text);
	return 0;
}

static int compile_outputs(struct engine *engine)
{
	struct rules *rules = engine->config.rules;
	size_t n = rules ? rules_count(rules) : 0;
	int err;

	engine->templates = calloc(n + 1, sizeof(struct template *));
	engine->briefs = calloc(n + 1, sizeof(struct template *));
	engine->extras = calloc(n + 1, sizeof(*engine->extras));
	engine->n_alerts_of = calloc(n + 1, sizeof(uint64_t));
	if (!engine->templates || !engine->briefs || !engine->extras || !engine->n_alerts_of)
		return -ENOMEM;
	for (size_t i = 0; i < n; i++) {
		err = compile_output(engine, rules_at(rules, i));
		if (err)
			return err;
	}
	for (size_t i = 0; rules && rules_refused_at(rules, i); i++) {
		err = check_refused(engine, rules_refused_at(rules, i));
		if (err)
			return err;
	}
	return rules && rules_n_errors(rules) ? -EINVAL : 0;
}

static void on_bind(const void *data, size_t len, void *arg)
{
	struct engine *engine = arg;

	if (engine->config.tap)
		engine->config.tap(data, len, engine->config.arg);
}

int engine_new(const struct engine_config *config, struct engine **out)
{
	struct containers_config containers = {
		.live = config->live,
		.root = "",
		.cgroup_v1_hierarchy = config->host->cgroup_v1_hierarchy,
		.on_bind = on_bind,
		.sockets = config->runtime_sockets,
	};
	struct engine *engine = calloc(1, sizeof(*engine));
	int err;

	if (!engine)
		return -ENOMEM;
	engine->config = *config;
	containers.arg = engine;
	engine->procs = procs_new(PROCS_MAX);
	engine->containers = containers_new(&containers);
	engine->users = users_new(config->host->passwd, config->host->group);
	engine->domains = domains_new();
	engine->scratch = arena_new(SCRATCH_BLOCK_BYTES, SCRATCH_MAX_BYTES);
	err = findings_init(&engine->findings);
	if (!engine->procs || !engine->containers || !engine->users || !engine->domains ||
	    !engine->scratch)
		err = -ENOMEM;
	if (!err)
		err = compile_outputs(engine);
	if (err) {
		engine_free(engine);
		return err;
	}
	*out = engine;
	return 0;
}

static void free_templates(const struct engine *engine, struct template **templates)
{
	size_t n = templates && engine->config.rules ? rules_count(engine->config.rules) : 0;

	for (size_t i = 0; i < n; i++)
		template_free(templates[i]);
	free(templates);
}

static void free_extras(const struct engine *engine)
{
	size_t n = engine->extras && engine->config.rules ? rules_count(engine->config.rules) : 0;

	for (size_t i = 0; i < n; i++)
		extras_done(&engine->extras[i]);
	free(engine->extras);
}

void engine_free(struct engine *engine)
{
	if (!engine)
		return;
	free_templates(engine, engine->templates);
	free_templates(engine, engine->briefs);
	free_extras(engine);
	free(engine->n_alerts_of);
	findings_done(&engine->findings);
	arena_free(engine->scratch);
	domains_free(engine->domains);
	users_free(engine->users);
	containers_free(engine->containers);
	procs_free(engine->procs);
	free(engine);
}

int engine_scan(struct engine *engine)
{
	return containers_scan(engine->containers);
}

void engine_query(struct engine *engine, uint64_t now_ns)
{
	containers_query(engine->containers, now_ns);
}

int engine_query_fd(const struct engine *engine)
{
	return containers_query_fd(engine->containers);
}

/* For readers of alerts: why a container's metadata is missing; NULL where it is not. */
static const char *resolution_of(const struct container *container)
{
	if (container->kind == CONTAINER_UNKNOWN)
		return "unresolved";
	return container->is_partial ? "partial" : NULL;
}

static void on_match(const struct rule *rule, void *arg)
{
	struct engine *engine = arg;
	const struct event_view *view = &engine->view;
	const struct capture_host *host = engine->config.host;
	struct alert alert = {
		.time_ns = view->rec->hdr->time_ns + host->epoch_offset_ns,
		.rule = rule->name,
		.priority = priority_name(rule->priority),
		.source = rule->source,
		.hostname = host->hostname,
		.tags = rule->tags,
		.n_tags = rule->n_tags,
		.tmpl = engine->templates[rule->index],
		.brief = engine->briefs[rule->index],
		.fields = &view->source,
		.options = engine->config.output,
		.extras = &engine->extras[rule->index],
		.ancestry = view_ancestry(view),
		.container_resolution = resolution_of(view->container),
	};

	if (!alert.tmpl)
		return;
	engine->stats.n_alerts++;
	engine->n_alerts_of[rule->index]++;
	engine->config.on_alert(&alert, engine->config.arg);
}

/* Time passes by the records alone, so that a replay forgets when the live run did. */
static void expire(struct engine *engine, uint64_t now_ns)
{
	if (now_ns < engine->expired_ns + EXPIRE_EVERY_NS)
		return;
	engine->expired_ns = now_ns;
	procs_expire(engine->procs, now_ns);
	containers_expire(engine->containers, now_ns);
}

/* Looked up before the tap, as the event's own container is: see engine_feed(). */
static struct event_target aim(struct engine *engine, const struct record *rec)
{
	struct event_target target = {
		.proc = target_find(&engine->agent, engine->procs, rec),
	};
	struct bw_hdr hdr;

	if (!target.proc)
		return target;
	hdr = target.proc->last;
	hdr.time_ns = rec->hdr->time_ns;
	/* The next look-up may change what this one gives. */
	target.container_id = arena_strdup(
		engine->scratch, view_container_id(containers_lookup(engine->containers, &hdr)));
	target.is_agent = target.proc->tgid == engine->agent.tgid;
	return target;
}

static void judge(struct engine *engine, const struct record *rec, const struct proc *proc,
		  const struct container *container, struct event_target target)
{
	engine->view = (struct event_view){
		.rec = rec,
		.proc = proc,
		.container = container,
		.target = target,
		.is_runtime = containers_is_runtime(engine->containers, rec->hdr),
		.host = engine->config.host,
		.users = engine->users,
		.domains = engine->domains,
		.num = engine->stats.n_events,
		.scratch = engine->scratch,
		.statics = engine->config.output ? engine->config.output->statics : NULL,
		.n_statics = engine->config.output ? engine->config.output->n_statics : 0,
	};
	view_init(&engine->view);
	rules_match(engine->config.rules, &engine->view.source, on_match, engine);
	engine->stats.n_cut += arena_was_full(engine->scratch);
	arena_reset(engine->scratch);
}

/* Of the host: the agent's own process tells nothing of what was done to it. */
static void report(struct engine *engine, const struct record *rec)
{
	static const struct proc nobody; /* these alerts read nothing of it */
	const struct capture_host *host = engine->config.host;
	const struct proc *proc = target_agent_proc(&engine->agent, engine->procs,
						    rec->hdr->time_ns);
	struct alert alert = {
		.time_ns = rec->hdr->time_ns + host->epoch_offset_ns,
		.hostname = host->hostname,
		.fields = &engine->view.source,
		.options = engine->config.output,
	};

	engine->view = (struct event_view){
		.rec = rec,
		.proc = proc ? proc : &nobody,
		.container = containers_lookup(engine->containers, rec->hdr),
		.host = host,
		.users = engine->users,
		.domains = engine->domains,
		.num = engine->stats.n_events,
		.scratch = engine->scratch,
	};
	view_init(&engine->view);
	findings_describe(&engine->findings, rec->finding->kind, &alert);
	engine->stats.n_alerts++;
	engine->config.on_alert(&alert, engine->config.arg);
	arena_reset(engine->scratch);
}

static bool is_of_process(const struct bw_hdr *hdr)
{
	return hdr->type < BW_EVENT_CONTAINER;
}

static void learn_domain(struct engine *engine, const struct record *rec)
{
	int err = domains_apply(engine->domains, rec);

	if (err == -EBADMSG)
		engine->stats.n_bad++;
	else if (err)
		engine->stats.n_names_cut++;
}

/* What a record tells about the host, before anybody is asked about an event. */
static const struct proc *learn(struct engine *engine, const struct record *rec)
{
	switch (rec->hdr->type) {
	case BW_EVENT_LOSS:
		memcpy(engine->stats.loss, rec->loss->stat, sizeof(engine->stats.loss));
		return NULL;
	case BW_EVENT_CONTAINER:
		containers_apply(engine->containers, rec->hdr);
		return NULL;
	case BW_EVENT_DOMAIN:
		learn_domain(engine, rec);
		return NULL;
	case BW_EVENT_AGENT:
		target_learn_agent(&engine->agent, rec);
		return NULL;
	case BW_EVENT_FINDING:
		engine->stats.n_findings++;
		return NULL;
	default:
		containers_apply(engine->containers, rec->hdr);
		return procs_apply(engine->procs, rec);
	}
}

void engine_feed(struct engine *engine, const void *data, size_t len)
{
	struct event_target target = { 0 };
	const struct container *container;
	const struct proc *proc;
	struct record rec;
	bool is_event;
	int err;

	engine->stats.n_records++;
	err = record_parse(data, len, &rec);
	if (err == -ENOMSG)
		engine->stats.n_unknown++;
	else if (err)
		engine->stats.n_bad++;
	if (err)
		return;
	expire(engine, rec.hdr->time_ns);
	proc = learn(engine, &rec);
	if (!proc && is_of_process(rec.hdr))
		engine->stats.n_no_memory++;
	is_event = proc && event_type_of(rec.hdr) != EVENT_TYPE_NONE;
	/* Looked up before the tap: a capture holds the container before its first event. */
	if (is_event)
		target = aim(engine, &rec);
	container = is_event ? containers_lookup(engine->containers, rec.hdr) : NULL;
	if (engine->config.tap)
		engine->config.tap(data, len, engine->config.arg);
	if (rec.hdr->type == BW_EVENT_FINDING && engine->config.rules)
		report(engine, &rec);
	if (!is_event)
		return;
	engine->stats.n_events++;
	if (engine->config.rules)
		judge(engine, &rec, proc, container, target);
	else
		arena_reset(engine->scratch);
}

void engine_read_stats(const struct engine *engine, struct engine_stats *out)
{
	*out = engine->stats;
	procs_read_stats(engine->procs, &out->procs);
	containers_read_stats(engine->containers, &out->containers);
}

uint64_t engine_alerts_of(const struct engine *engine, const struct rule *rule)
{
	return engine->n_alerts_of[rule->index];
}

static bool template_uses(const struct template *tmpl, const char *name)
{
	return tmpl && template_reads(tmpl, name);
}

bool engine_uses_field(const struct engine *engine, const char *name)
{
	const struct rules *rules = engine->config.rules;

	if (!rules)
		return true;
	if (rules_use_field(rules, name))
		return true;
	for (size_t i = 0; i < rules_count(rules); i++) {
		if (template_uses(engine->templates[i], name))
			return true;
		for (size_t k = 0; k < engine->extras[i].n; k++)
			if (template_uses(engine->extras[i].at[k].tmpl, name))
				return true;
	}
	return false;
}
