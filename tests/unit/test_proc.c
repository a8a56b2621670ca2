// SPDX-License-Identifier: Apache-2.0
#include "proc/proc.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "event/text.h"

#define MAX_PROCS 64
#define SECOND_NS 1000000000ULL
#define START(n)  ((n)*1000000ULL) /* what the text form gives tgid n */

static struct procs *procs;
static struct capture_host host; /* of the lines: its time counts on */

static int start(void **state)
{
	(void)state;
	memset(&host, 0, sizeof(host));
	procs = procs_new(MAX_PROCS);
	return procs ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	procs_free(procs);
	return 0;
}

/* Apply an event in text form; the default start time of a tgid is START(tgid). */
static struct proc *apply_to(struct procs *table, const char *line)
{
	static _Alignas(8) unsigned char data[BW_RECORD_MAX];
	struct record rec;
	struct diag diag;
	size_t len = 0;

	diag_init(&diag);
	if (text_parse_line(line, &host, data, sizeof(data), &len, &diag))
		fail_msg("%s: column %u: %s", line, diag.column, diag.text);
	assert_int_equal(record_parse(data, len, &rec), 0);
	return procs_apply(table, &rec);
}

static struct proc *apply(const char *line)
{
	return apply_to(procs, line);
}

static struct proc *find(uint32_t tgid)
{
	return procs_lookup(procs, tgid, START(tgid));
}

static uint32_t ancestor(uint32_t tgid, unsigned int n)
{
	const struct proc *proc = proc_ancestor(find(tgid), n);

	return proc ? proc->tgid : 0;
}

static const char *path_of(const struct proc *proc)
{
	return proc->image ? record_str(&proc->image->rec, proc->image->rec.exec->path).s : "";
}

static struct procs_stats stats(void)
{
	struct procs_stats out;

	procs_read_stats(procs, &out);
	return out;
}

static void fork_inherits_and_exec_replaces(void **state)
{
	struct proc *child;

	(void)state;
	apply("proc tgid=1 path=/sbin/init cwd=/");
	apply("exec tgid=2 path=/bin/sh cwd=/home");
	child = apply("fork tgid=3 parent=2 comm=sh");
	assert_ptr_equal(child->parent, find(2));
	assert_ptr_equal(child->creator, find(2));
	assert_string_equal(path_of(child), "/bin/sh");
	assert_string_equal(child->cwd, "/home");
	assert_int_equal(child->exec_ns, find(2)->exec_ns);
	assert_ptr_equal(child->image, find(2)->image);

	apply("exec tgid=3 parent=2 path=/bin/id cwd=/tmp");
	assert_string_equal(path_of(find(3)), "/bin/id");
	assert_string_equal(find(3)->comm, "id");
	assert_string_equal(find(3)->cwd, "/tmp");
	assert_string_equal(path_of(find(2)), "/bin/sh");
	assert_int_equal(ancestor(3, 2), 1);
	assert_int_equal(ancestor(3, 3), 0);
}

static void chdir_changes_the_directory_of_one(void **state)
{
	(void)state;
	apply("exec tgid=2 path=/bin/sh cwd=/home");
	apply("fork tgid=3 parent=2");
	apply("chdir tgid=3 parent=2 cwd=/etc");
	assert_string_equal(find(3)->cwd, "/etc");
	assert_string_equal(find(2)->cwd, "/home");
}

static void an_unknown_process_gets_an_entry_and_a_count(void **state)
{
	struct proc *proc;

	(void)state;
	apply("proc tgid=5 path=/bin/sh");
	proc = apply("open tgid=7 parent=5 path=/etc/passwd comm=cat uid=1000");
	assert_non_null(proc);
	assert_string_equal(proc->comm, "cat");
	assert_int_equal(proc->last.uid, 1000);
	assert_ptr_equal(proc->parent, find(5));
	assert_null(proc->image);
	assert_string_equal(proc->cwd, "");
	assert_int_equal(stats().n_unknown, 1);

	apply("exec tgid=8 parent=9 path=/bin/a");
	assert_null(find(8)->parent);
	apply("exit tgid=10");
	assert_true(find(10)->exit_ns != 0);
	assert_int_equal(stats().n_unknown, 3);
}

static void forks_and_found_processes_are_not_unknown(void **state)
{
	(void)state;
	apply("fork tgid=3 parent=2");
	apply("proc tgid=4 path=/bin/a");
	assert_int_equal(stats().n_unknown, 0);
	assert_null(find(3)->parent);
}

static void a_record_of_no_process_has_none(void **state)
{
	(void)state;
	assert_null(apply("loss life_sent=3"));
	assert_null(apply("container cgroup_v2=5 json={}"));
	assert_int_equal(stats().n_live, 0);
}

static void a_reused_pid_is_another_process(void **state)
{
	struct proc *first;
	struct proc *second;

	(void)state;
	first = apply("exec tgid=9 start=1 path=/bin/a");
	second = apply("exec tgid=9 start=2 path=/bin/b");
	assert_ptr_not_equal(first, second);
	/* The exit of the first was lost, but the kernel gave its pid away. */
	assert_int_equal(first->exit_ns, 2 * SECOND_NS);
	assert_int_equal(second->exit_ns, 0);
	assert_ptr_equal(procs_lookup(procs, 9, 1 * SECOND_NS), first);
	assert_ptr_equal(procs_lookup(procs, 9, 2 * SECOND_NS), second);
	assert_null(procs_lookup(procs, 9, 3 * SECOND_NS));
	assert_int_equal(stats().n_live, 1);
	assert_int_equal(stats().n_dead_kept, 1);
}

static void a_late_event_of_a_reused_pid_does_not_revive(void **state)
{
	struct proc *late;

	(void)state;
	apply("exec tgid=9 start=2 path=/bin/b");
	late = apply("open tgid=9 start=1 path=/etc/passwd");
	assert_true(late->exit_ns != 0);
	assert_int_equal(procs_lookup(procs, 9, 2 * SECOND_NS)->exit_ns, 0);
}

static void threads_belong_to_their_process(void **state)
{
	(void)state;
	apply("exec tgid=20 path=/bin/a");
	assert_ptr_equal(apply("open tgid=20 tid=21 path=/x"), find(20));
	assert_ptr_equal(apply("exec tgid=20 tid=20 path=/bin/b"), find(20));
	assert_string_equal(path_of(find(20)), "/bin/b");
	assert_int_equal(stats().n_live, 1);
}

static void a_double_fork_hides_no_ancestor(void **state)
{
	(void)state;
	apply("proc tgid=1 path=/sbin/init");
	apply("exec tgid=10 path=/usr/sbin/nginx");
	apply("fork tgid=11 parent=10");
	apply("fork tgid=12 parent=11");
	apply("exit tgid=11 parent=10");
	assert_int_equal(ancestor(12, 1), 11);
	/* The kernel has given it to init, as its next header tells. */
	apply("exec tgid=12 parent=1 path=/bin/sh");
	assert_int_equal(find(12)->parent->tgid, 1);
	assert_int_equal(ancestor(12, 1), 11);
	assert_int_equal(ancestor(12, 2), 10);
	assert_int_equal(ancestor(12, 3), 1);
	procs_expire(procs, 1000000 * SECOND_NS);
	assert_int_equal(ancestor(12, 2), 10);
	assert_non_null(find(11));
}

static void a_found_process_keeps_its_first_parent(void **state)
{
	(void)state;
	apply("proc tgid=1 path=/sbin/init");
	apply("proc tgid=10 path=/bin/a");
	apply("proc tgid=11 parent=10 path=/bin/b");
	apply("exit tgid=10");
	apply("open tgid=11 parent=1 path=/x");
	assert_int_equal(ancestor(11, 1), 10);
}

static void a_clone_into_the_same_parent_follows_the_kernel(void **state)
{
	(void)state;
	apply("proc tgid=5 path=/bin/a");
	apply("exec tgid=6 parent=5 path=/bin/b");
	apply("fork tgid=7 parent=5 creator=6");
	assert_int_equal(find(7)->creator->tgid, 6);
	assert_int_equal(ancestor(7, 1), 5);
	assert_string_equal(path_of(find(7)), "/bin/b");
	apply("exit tgid=6 parent=5");
	apply("open tgid=7 parent=5 path=/x");
	assert_int_equal(ancestor(7, 1), 5);
}

static void found_parents_may_come_after_their_children(void **state)
{
	char line[128];

	(void)state;
	apply("proc tgid=1 path=/sbin/init");
	for (unsigned int i = 10; i < 30; i++) {
		(void)snprintf(line, sizeof(line),
			       "proc tgid=%u start=0.2 parent=%u parent_start=0.1 path=/bin/a", i,
			       i + 80);
		apply(line);
	}
	for (unsigned int i = 90; i < 110; i++) {
		(void)snprintf(line, sizeof(line), "proc tgid=%u start=0.1 path=/bin/b", i);
		apply(line);
	}
	apply("open tgid=1 path=/x");
	for (unsigned int i = 10; i < 30; i++) {
		const struct proc *proc = procs_lookup(procs, i, START(200));

		assert_non_null(proc_ancestor(proc, 1));
		assert_int_equal(proc_ancestor(proc, 1)->tgid, i + 80);
		assert_int_equal(proc_ancestor(proc, 2)->tgid, 1);
	}
}

static void a_snapshot_does_not_undo_a_newer_exec(void **state)
{
	(void)state;
	apply("exec tgid=5 time=20 path=/bin/new");
	apply("proc tgid=5 time=19 path=/bin/old");
	assert_string_equal(path_of(find(5)), "/bin/new");
	assert_int_equal(find(5)->exec_ns, 20 * SECOND_NS);
	apply("proc tgid=6 time=19 path=/bin/old");
	assert_string_equal(path_of(find(6)), "/bin/old");
	assert_int_equal(find(6)->exec_ns, 0);
	apply("proc tgid=6 time=21 path=/bin/newer");
	assert_string_equal(path_of(find(6)), "/bin/newer");
}

static void lanes_may_overtake_each_other(void **state)
{
	(void)state;
	apply("exec tgid=5 time=20 path=/bin/sh");
	apply("open tgid=6 parent=5 time=22 path=/x comm=late uid=7");
	apply("fork tgid=6 parent=5 time=21 comm=sh");
	assert_string_equal(find(6)->comm, "late");
	assert_int_equal(find(6)->last.uid, 7);
	assert_string_equal(path_of(find(6)), "/bin/sh");
	assert_ptr_equal(find(6)->creator, find(5));
	apply("exit tgid=6 parent=5 time=24");
	apply("open tgid=6 parent=5 time=23 path=/y");
	assert_int_equal(find(6)->exit_ns, 24 * SECOND_NS);
}

static void the_dead_stay_for_late_events_and_no_longer(void **state)
{
	(void)state;
	apply("exec tgid=5 path=/bin/a");
	apply("exit tgid=5 time=20000");
	procs_expire(procs, 20000 * SECOND_NS + PROC_LATE_EVENTS_NS - 1);
	assert_non_null(find(5));
	procs_expire(procs, 20000 * SECOND_NS + PROC_LATE_EVENTS_NS);
	assert_null(find(5));
	assert_int_equal(stats().n_dead_kept, 0);
}

static void links_to_a_younger_process_are_refused(void **state)
{
	(void)state;
	apply("exec tgid=5 parent=6 path=/bin/a");
	apply("exec tgid=6 parent=5 path=/bin/b");
	apply("open tgid=5 parent=6 path=/x");
	apply("open tgid=7 parent=7 path=/x");
	apply("fork tgid=8 parent=8 creator=8");
	assert_null(find(5)->parent);
	assert_int_equal(ancestor(6, 1), 5);
	assert_null(find(7)->parent);
	assert_null(find(8)->creator);
}

static void a_full_table_drops_the_dead_first(void **state)
{
	char line[64];

	(void)state;
	apply("exec tgid=1 path=/sbin/init");
	apply("exec tgid=2 path=/bin/quiet");
	apply("exec tgid=3 path=/bin/dead");
	apply("exit tgid=3");
	for (unsigned int i = 10; i < 10 + MAX_PROCS - 3; i++) {
		(void)snprintf(line, sizeof(line), "fork tgid=%u parent=1", i);
		apply(line);
	}
	assert_int_equal(stats().n_evicted, 0);
	apply("fork tgid=200 parent=1");
	assert_null(find(3));
	assert_int_equal(stats().n_evicted, 1);
	/* No dead ones are left: of those without children, the least recently seen goes. */
	apply("fork tgid=201 parent=1");
	assert_null(find(2));
	assert_non_null(find(1));
	apply("open tgid=10 parent=1 path=/x");
	apply("fork tgid=202 parent=1");
	assert_non_null(find(10));
	assert_null(find(11));
	assert_int_equal(stats().n_live, MAX_PROCS);
	assert_int_equal(stats().n_evicted, 3);
}

static void a_dropped_ancestor_leaves_no_hole(void **state)
{
	char line[64];

	(void)state;
	apply("exec tgid=1 path=/sbin/init");
	for (unsigned int i = 2; i < 10 * MAX_PROCS; i++) {
		(void)snprintf(line, sizeof(line), "fork tgid=%u parent=%u", i, i - 1);
		apply(line);
		if (i > 2) {
			(void)snprintf(line, sizeof(line), "exit tgid=%u parent=%u", i - 1, i - 2);
			apply(line);
		}
	}
	assert_int_equal(ancestor(10 * MAX_PROCS - 1, MAX_PROCS - 1), 1);
}

static void big_images_count_against_a_budget(void **state)
{
	static char line[BW_RECORD_MAX + 128];
	struct procs_stats after;

	(void)state;
	for (unsigned int i = 1; i <= MAX_PROCS; i++) {
		(void)snprintf(line, sizeof(line), "exec tgid=%u path=/a argv=", i);
		memset(line + strlen(line), 'x', 30000);
		apply(line);
		memset(line, 0, sizeof(line));
	}
	after = stats();
	assert_true(after.n_live <= (1U << 20) / 30000);
	assert_true(after.n_evicted > 0);
	assert_non_null(find(MAX_PROCS));
}

static void a_long_chain_is_freed_without_recursion(void **state)
{
	struct procs *deep = procs_new(20000);
	char line[64];

	(void)state;
	assert_non_null(deep);
	for (unsigned int i = 2; i < 10000; i++) {
		(void)snprintf(line, sizeof(line), "fork tgid=%u parent=%u", i, i - 1);
		apply_to(deep, line);
		(void)snprintf(line, sizeof(line), "exit tgid=%u parent=%u", i - 1, i - 2);
		apply_to(deep, line);
	}
	assert_int_equal(proc_ancestor(procs_lookup(deep, 9999, START(9999)), 9998)->tgid, 1);
	apply_to(deep, "exit tgid=9999 parent=9998");
	procs_expire(deep, UINT64_MAX);
	assert_null(procs_lookup(deep, 1, START(1)));
	procs_free(deep);
}

/* Records made by hand: a million lines of text take too long. */
static void a_million_short_lives_stay_bounded(void **state)
{
	static struct bw_fork fork_rec;
	static struct bw_exec exec_rec;
	static struct bw_exit exit_rec;
	struct bw_hdr hdr = { .parent_tgid = 1, .parent_start_ns = 1, .comm = "x" };
	struct procs_stats now;
	struct record rec;

	(void)state;
	for (uint32_t i = 1; i <= 1000000; i++) {
		hdr.tgid = i % 30000 + 2;
		hdr.start_ns = i * 1000ULL;
		hdr.time_ns = hdr.start_ns + 1;
		fork_rec.hdr = exec_rec.hdr = exit_rec.hdr = hdr;
		fork_rec.hdr.type = BW_EVENT_FORK;
		fork_rec.hdr.size = sizeof(fork_rec);
		exec_rec.hdr.type = BW_EVENT_EXEC;
		exec_rec.hdr.size = sizeof(exec_rec);
		exit_rec.hdr.type = BW_EVENT_EXIT;
		exit_rec.hdr.size = sizeof(exit_rec);
		assert_int_equal(record_parse(&fork_rec, sizeof(fork_rec), &rec), 0);
		assert_non_null(procs_apply(procs, &rec));
		assert_int_equal(record_parse(&exec_rec, sizeof(exec_rec), &rec), 0);
		assert_non_null(procs_apply(procs, &rec));
		if (i % 7) {
			assert_int_equal(record_parse(&exit_rec, sizeof(exit_rec), &rec), 0);
			assert_non_null(procs_apply(procs, &rec));
		}
		procs_read_stats(procs, &now);
		if (now.n_live + now.n_dead_kept > MAX_PROCS)
			fail_msg("%u: %lu entries", i, now.n_live + now.n_dead_kept);
	}
	assert_int_equal(now.n_live + now.n_dead_kept + now.n_evicted, 1000000);
}

static void an_empty_table_can_be_freed(void **state)
{
	struct procs *tiny = procs_new(0);

	(void)state;
	assert_non_null(tiny);
	assert_non_null(apply_to(tiny, "exec tgid=5 path=/bin/a"));
	assert_non_null(apply_to(tiny, "fork tgid=6 parent=5"));
	procs_free(tiny);
	procs_free(NULL);
	assert_null(proc_ancestor(NULL, 0));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, start, stop)

int main(void)
{
	const struct CMUnitTest tests[] = {
		TEST(fork_inherits_and_exec_replaces),
		TEST(chdir_changes_the_directory_of_one),
		TEST(an_unknown_process_gets_an_entry_and_a_count),
		TEST(forks_and_found_processes_are_not_unknown),
		TEST(a_record_of_no_process_has_none),
		TEST(a_reused_pid_is_another_process),
		TEST(a_late_event_of_a_reused_pid_does_not_revive),
		TEST(threads_belong_to_their_process),
		TEST(a_double_fork_hides_no_ancestor),
		TEST(a_found_process_keeps_its_first_parent),
		TEST(a_clone_into_the_same_parent_follows_the_kernel),
		TEST(found_parents_may_come_after_their_children),
		TEST(a_snapshot_does_not_undo_a_newer_exec),
		TEST(lanes_may_overtake_each_other),
		TEST(the_dead_stay_for_late_events_and_no_longer),
		TEST(links_to_a_younger_process_are_refused),
		TEST(a_full_table_drops_the_dead_first),
		TEST(a_dropped_ancestor_leaves_no_hole),
		TEST(big_images_count_against_a_budget),
		TEST(a_long_chain_is_freed_without_recursion),
		TEST(a_million_short_lives_stay_bounded),
		TEST(an_empty_table_can_be_freed),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
