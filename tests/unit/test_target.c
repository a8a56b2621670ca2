// SPDX-License-Identifier: Apache-2.0

/* Whom a call aims at: text lines in, the process found out. */
#include "engine/target.h"

#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "event/text.h"

#define MAX_PROCS 1024

static struct procs *procs;
static struct target_agent agent;
static struct capture_host host; /* of the lines: its time counts on, 1 ms a line */

static int start(void **state)
{
	(void)state;
	memset(&host, 0, sizeof(host));
	memset(&agent, 0, sizeof(agent));
	procs = procs_new(MAX_PROCS);
	return procs ? 0 : -1;
}

static int stop(void **state)
{
	(void)state;
	procs_free(procs);
	return 0;
}

/* Apply a line; the tgid that it aims at, or 0. */
static uint32_t aims_at(const char *line)
{
	static _Alignas(8) unsigned char data[BW_RECORD_MAX];
	const struct proc *proc;
	struct record rec;
	struct diag diag;
	size_t len = 0;

	diag_init(&diag);
	if (text_parse_line(line, &host, data, sizeof(data), &len, &diag))
		fail_msg("%s: column %u: %s", line, diag.column, diag.text);
	assert_int_equal(record_parse(data, len, &rec), 0);
	if (rec.hdr->type == BW_EVENT_AGENT) {
		target_learn_agent(&agent, &rec);
		return 0;
	}
	assert_non_null(procs_apply(procs, &rec));
	proc = target_find(&agent, procs, &rec);
	return proc ? proc->tgid : 0;
}

/* Two containers, 11 and 12, each with a process 7; the first has a namespace of its own within. */
static void two_containers(void)
{
	(void)aims_at("proc tgid=1 path=/sbin/init");
	(void)aims_at("proc tgid=7 path=/usr/bin/daemon");
	(void)aims_at("proc tgid=50 path=/srv/a ns=PID pid_ns=11 vtgid=1");
	(void)aims_at("proc tgid=51 parent=50 path=/srv/a ns=PID pid_ns=11 vtgid=7");
	(void)aims_at("proc tgid=60 path=/srv/b ns=PID pid_ns=12 vtgid=1");
	(void)aims_at("proc tgid=61 parent=60 path=/srv/b ns=PID pid_ns=12 vtgid=7");
	(void)aims_at("proc tgid=70 parent=50 path=/srv/c ns=PID pid_ns=13 vtgid=1");
	(void)aims_at("proc tgid=71 parent=70 path=/srv/c ns=PID pid_ns=13 vtgid=8");
}

static void each_call_has_its_argument(void **state)
{
	static const char *const calls[] = {
		"kill arg0=51 arg1=9",
		"tkill arg0=51 arg1=9",
		"tgkill arg0=51 arg1=50 arg2=9",
		"rt_sigqueueinfo arg0=51 arg1=9",
		"rt_tgsigqueueinfo arg0=51 arg1=50 arg2=9",
		"ptrace arg0=16 arg1=51",
		"process_vm_readv arg0=51 arg1=50",
		"process_vm_writev arg0=51 arg1=50",
		"pidfd_open arg0=51 arg1=50",
		"setpgid arg0=51 arg1=50",
		"perf_event_open arg0=50 arg1=51",
	};
	char line[128];

	(void)state;
	two_containers();
	for (size_t i = 0; i < sizeof(calls) / sizeof(calls[0]); i++) {
		(void)snprintf(line, sizeof(line), "call tgid=90 call=%s", calls[i]);
		if (aims_at(line) != 51)
			fail_msg("%s aims at %u", line, aims_at(line));
	}
	assert_int_equal(aims_at("call tgid=90 call=dup2 arg0=51 arg1=51"), 0);
	assert_int_equal(aims_at("call tgid=90 call=bpf arg0=14 arg1=51"), 0);
}

static void another_argument_may_make_the_pid_something_else(void **state)
{
	(void)state;
	two_containers();
	/* PTRACE_TRACEME, as a long; PERF_FLAG_PID_CGROUP, alone and beside PERF_FLAG_FD_CLOEXEC. */
	assert_int_equal(aims_at("call tgid=90 call=ptrace arg0=0 arg1=51"), 0);
	assert_int_equal(aims_at("call tgid=90 call=ptrace arg0=0x100000000 arg1=51 ret=-1"), 51);
	assert_int_equal(aims_at("call tgid=90 call=ptrace arg0=0x4206 arg1=51"), 51);
	assert_int_equal(aims_at("call tgid=90 call=perf_event_open arg1=51 arg4=4"), 0);
	assert_int_equal(aims_at("call tgid=90 call=perf_event_open arg1=51 arg4=12"), 0);
	assert_int_equal(aims_at("call tgid=90 call=perf_event_open arg1=51 arg4=8"), 51);
}

static void a_number_is_the_callers(void **state)
{
	(void)state;
	two_containers();
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=7"), 7);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=61"), 61);
	assert_int_equal(aims_at("call tgid=50 ns=PID pid_ns=11 vtgid=1 call=kill arg0=7"), 51);
	assert_int_equal(aims_at("call tgid=60 ns=PID pid_ns=12 vtgid=1 call=kill arg0=7"), 61);
	/* That of the host, for which its own namespace has no number. */
	assert_int_equal(aims_at("call tgid=50 ns=PID pid_ns=11 vtgid=1 call=kill arg0=61"), 0);
	/* 71 has some number in 11, which no record tells; 8 is that of 13. */
	assert_int_equal(aims_at("call tgid=50 ns=PID pid_ns=11 vtgid=1 call=kill arg0=8"), 0);
	assert_int_equal(aims_at("call tgid=70 ns=PID pid_ns=13 vtgid=1 call=kill arg0=8"), 71);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=71"), 71);
}

static void what_cannot_be_told_is_not_guessed(void **state)
{
	(void)state;
	two_containers();
	/* A namespace without a number; one that says it is the host's, and its tgids differ. */
	assert_int_equal(aims_at("call tgid=50 ns=PID vtgid=1 call=kill arg0=7"), 0);
	assert_int_equal(aims_at("call tgid=91 vtgid=2 call=kill arg0=7"), 0);
	/* Groups, itself, nobody. */
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=0"), 0);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=-1"), 0);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=-7"), 0);
	assert_int_equal(aims_at("call tgid=7 call=kill arg0=7"), 0);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=4711"), 0);
	/* A process without a number, as a forged capture may have it, comes and goes. */
	(void)aims_at("proc tgid=0 path=/x");
	(void)aims_at("exit tgid=0 time=20000");
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=0"), 0);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=7 ret=-3"), 0);
	/* A 32-bit caller's -1, and what stands beside a pid in its register. */
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=0xffffffff"), 0);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=0x100000007"), 7);
}

static void a_victim_counts_until_it_is_forgotten_that_it_died(void **state)
{
	(void)state;
	two_containers();
	(void)aims_at("exit tgid=61 ns=PID pid_ns=12 vtgid=7 time=20000");
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=61 arg1=9 time=20000.1"), 61);
	assert_int_equal(aims_at("call tgid=60 ns=PID pid_ns=12 vtgid=1 call=kill arg0=7"), 61);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=61 arg1=9 time=20000.3"), 0);
}

static void a_number_that_changed_hands_is_nobodys_for_a_while(void **state)
{
	(void)state;
	two_containers();
	(void)aims_at("exit tgid=61 ns=PID pid_ns=12 vtgid=7 time=20000");
	(void)aims_at(
		"fork tgid=62 parent=60 start=20000.05 ns=PID pid_ns=12 vtgid=7 time=20000.05");
	assert_int_equal(
		aims_at("call tgid=60 ns=PID pid_ns=12 vtgid=1 call=kill arg0=7 time=20000.1"), 0);
	assert_int_equal(
		aims_at("call tgid=60 ns=PID pid_ns=12 vtgid=1 call=kill arg0=7 time=20000.4"), 62);
	/* Told late, of a time before the second had begun. */
	assert_int_equal(
		aims_at("call tgid=60 ns=PID pid_ns=12 vtgid=1 call=kill arg0=7 time=20000.01"),
		61);
}

static void the_dead_of_a_former_namespace_stay_there(void **state)
{
	(void)state;
	two_containers();
	/* Its processes ended and nobody told of 61; another namespace got the inode. */
	(void)aims_at("exit tgid=60 ns=PID pid_ns=12 vtgid=1 time=20000");
	(void)aims_at("fork tgid=80 start=20001 ns=PID pid_ns=12 vtgid=1 time=20001");
	assert_int_equal(
		aims_at("call tgid=80 start=20001 ns=PID pid_ns=12 vtgid=1 call=kill arg0=7"), 0);
	(void)aims_at("fork tgid=81 parent=80 start=20002 ns=PID pid_ns=12 vtgid=7 time=20002");
	assert_int_equal(
		aims_at("call tgid=80 start=20001 ns=PID pid_ns=12 vtgid=1 call=kill arg0=7 time=20003"),
		81);
}

/* As clone3 with set_tid makes them, in a namespace of one's own. */
static void a_number_used_again_and_again_is_the_last_ones(void **state)
{
	char line[128];

	(void)state;
	two_containers();
	for (int i = 0; i < 300; i++) {
		(void)snprintf(line, sizeof(line),
			       "fork tgid=%d parent=60 start=%d ns=PID pid_ns=12 vtgid=9 time=%d",
			       1000 + i, 20000 + i, 20000 + i);
		(void)aims_at(line);
		/* Nobody tells of the end of some. */
		(void)snprintf(line, sizeof(line),
			       "exit tgid=%d parent=60 start=%d ns=PID pid_ns=12 vtgid=9 time=%d.5",
			       1000 + i, 20000 + i, 20000 + i);
		if (i % 3 && i != 299)
			(void)aims_at(line);
	}
	assert_int_equal(
		aims_at("call tgid=60 ns=PID pid_ns=12 vtgid=1 call=kill arg0=9 time=20400"), 1299);
	assert_int_equal(aims_at("call tgid=90 call=kill arg0=1299"), 1299);
	/* Told late. */
	assert_int_equal(
		aims_at("call tgid=60 ns=PID pid_ns=12 vtgid=1 call=kill arg0=9 time=20298.4"),
		1298);
	assert_int_equal(
		aims_at("call tgid=60 ns=PID pid_ns=12 vtgid=1 call=kill arg0=9 time=20280.4"), 0);
}

static void a_file_in_proc_is_its_process(void **state)
{
	(void)state;
	two_containers();
	assert_int_equal(aims_at("open tgid=90 path=/proc/51/mem file.fs=0x9fa0"), 51);
	assert_int_equal(aims_at("open tgid=90 path=/proc/51/task/51/mem file.fs=0x9fa0"), 51);
	assert_int_equal(aims_at("open tgid=90 path=/proc/51 file.fs=0x9fa0"), 0);
	assert_int_equal(aims_at("open tgid=90 path=/proc/sys/kernel/x file.fs=0x9fa0"), 0);
	assert_int_equal(aims_at("open tgid=90 path=/proc/51/mem"), 0);
	assert_int_equal(aims_at("open tgid=90 path=/srv/proc/51/mem file.fs=0x9fa0"), 0);
	assert_int_equal(aims_at("open tgid=90 path=/proc/51/mem file.fs=0x9fa0 ns=MNT"), 0);
	assert_int_equal(
		aims_at("open tgid=50 ns=PID pid_ns=11 vtgid=1 path=/proc/7/mem file.fs=0x9fa0"),
		0);
}

static void a_pidfd_is_its_process_wherever_it_came_from(void **state)
{
	(void)state;
	two_containers();
	assert_int_equal(aims_at("call tgid=90 call=pidfd_send_signal arg0=3 fd.pidfd_tgid=51"),
			 51);
	assert_int_equal(
		aims_at("call tgid=50 ns=PID pid_ns=11 vtgid=1 call=pidfd_getfd arg0=7 fd.pidfd_tgid=61"),
		61);
	assert_int_equal(aims_at("call tgid=90 call=pidfd_send_signal arg0=51"), 0);
}

static void bpf_aims_at_the_agent_by_its_objects(void **state)
{
	(void)state;
	two_containers();
	(void)aims_at("agent tgid=7 programs=\"3 4\" maps=\"258 6\" links=9");
	assert_int_equal(aims_at("call tgid=90 call=bpf arg0=14 text1=\"\\x02\\x01\\x00\\x00\""),
			 7);
	assert_int_equal(aims_at("call tgid=90 call=bpf arg0=14 text1=\"\\x03\\x00\\x00\\x00\""),
			 0);
	assert_int_equal(aims_at("call tgid=90 call=bpf arg0=13 text1=\"\\x03\\x00\\x00\\x00\""),
			 7);
	assert_int_equal(aims_at("call tgid=90 call=bpf arg0=30 text1=\"\\x09\\x00\\x00\\x00\""),
			 7);
	assert_int_equal(aims_at("call tgid=90 call=bpf arg0=30 text1=\"\\x0a\\x00\\x00\\x00\""),
			 0);
	assert_int_equal(aims_at("call tgid=90 call=bpf arg0=30 text1=\"\\x09\""), 0);
	/* An int for the kernel: what stands above it in the register hides nothing. */
	assert_int_equal(
		aims_at("call tgid=90 call=bpf arg0=0x10000000d text1=\"\\x03\\x00\\x00\\x00\""),
		7);
	assert_int_equal(aims_at("call tgid=90 call=bpf arg0=1 text1=\"\\x03\\x00\\x00\\x00\""), 0);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_setup_teardown(each_call_has_its_argument, start, stop),
		cmocka_unit_test_setup_teardown(another_argument_may_make_the_pid_something_else,
						start, stop),
		cmocka_unit_test_setup_teardown(a_number_is_the_callers, start, stop),
		cmocka_unit_test_setup_teardown(what_cannot_be_told_is_not_guessed, start, stop),
		cmocka_unit_test_setup_teardown(a_victim_counts_until_it_is_forgotten_that_it_died,
						start, stop),
		cmocka_unit_test_setup_teardown(a_number_that_changed_hands_is_nobodys_for_a_while,
						start, stop),
		cmocka_unit_test_setup_teardown(the_dead_of_a_former_namespace_stay_there, start,
						stop),
		cmocka_unit_test_setup_teardown(a_number_used_again_and_again_is_the_last_ones,
						start, stop),
		cmocka_unit_test_setup_teardown(a_file_in_proc_is_its_process, start, stop),
		cmocka_unit_test_setup_teardown(a_pidfd_is_its_process_wherever_it_came_from, start,
						stop),
		cmocka_unit_test_setup_teardown(bpf_aims_at_the_agent_by_its_objects, start, stop),
	};

	return cmocka_run_group_tests_name("engine/target", tests, NULL, NULL);
}
