// SPDX-License-Identifier: Apache-2.0

/* Loading what is needed, counting what is sent, and the order of it all.  Root. */
#include "watch.h"

#include <fcntl.h>
#include <limits.h>
#include <mntent.h>
#include <poll.h>
#include <sys/stat.h>
#include <sys/syscall.h>

#include <bpf/libbpf.h>

#include "bpfwatch/calls.h"
#include "sensor/sensor_impl.h"

#include "bw.skel.h"

#define N_OPENS  2000
#define N_BURSTS 40
#define OPENS    10

/* Whether this sensor has loaded the program; another one may run on the host. */
static bool is_loaded(const struct watch *w, const char *name)
{
	const struct bpf_program *prog = bpf_object__find_program_by_name(w->sensor->skel->obj,
									  name);

	assert_non_null(prog);
	return bpf_program__fd(prog) >= 0;
}

static void only_what_is_asked_for_is_loaded(void **state)
{
	static const struct {
		uint16_t call; /* the only one wanted */
		const char *name; /* its program */
	} rows[] = {
		{ BW_CALL_OPENAT, "on_open" },      { BW_CALL_CONNECT, "on_connect" },
		{ BW_CALL_SETUID, "on_cred" },      { BW_CALL_CHDIR, "on_chdir" },
		{ BW_CALL_EXECVE, "on_exec_fail" }, { BW_CALL_MKDIR, "on_call" },
	};

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool calls[BW_CALL_MAX] = { [BW_CALL_NONE] = false };
		struct watch *w;

		calls[rows[i].call] = true;
		w = watch_open(calls);
		assert_true(is_loaded(w, "on_exec"));
		assert_true(is_loaded(w, "on_sys_exit"));
		for (size_t k = 0; k < sizeof(rows) / sizeof(*rows); k++)
			assert_int_equal(is_loaded(w, rows[k].name), k == i);
		watch_close(w);
	}
}

static void no_call_wanted_means_no_hook_on_calls(void **state)
{
	const bool calls[BW_CALL_MAX] = { false };
	struct watch *w = watch_open(calls);

	(void)state;
	assert_true(is_loaded(w, "on_exec"));
	assert_true(is_loaded(w, "on_fork"));
	assert_false(is_loaded(w, "on_sys_exit"));
	watch_close(w);
}

static void only_the_hooks_that_are_asked_for_are_loaded(void **state)
{
	static const struct {
		uint16_t call; /* the only one wanted */
		bool names;
		bool connections;
		bool packets;
		bool ring;
	} rows[] = {
		{ BW_CALL_COMM_CHANGE, true, false, false, false },
		{ BW_CALL_CONNECT, false, true, false, true },
		{ BW_CALL_SENDTO, false, false, true, true },
		{ BW_CALL_OPENAT, false, false, false, true },
		{ BW_CALL_OPEN, false, false, false, false },
		{ BW_CALL_MKDIR, false, false, false, false },
	};
	enum sensor_hook_state hooks[SENSOR_HOOK_MAX];

	(void)state;
	assert_int_equal(sensor_hooks(hooks), 0);
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		bool calls[BW_CALL_MAX] = { [BW_CALL_NONE] = false };
		struct watch *w;

		calls[rows[i].call] = true;
		w = watch_open(calls);
		assert_int_equal(is_loaded(w, "on_rename"), rows[i].names);
		assert_int_equal(is_loaded(w, "on_tcp_state"), rows[i].connections);
		assert_int_equal(is_loaded(w, "on_packet"), rows[i].packets);
		assert_int_equal(is_loaded(w, "on_ring_submit") ||
					 is_loaded(w, "on_ring_submit_sqe"),
				 rows[i].ring);
		assert_int_equal(is_loaded(w, "on_ring_complete"),
				 rows[i].ring && hooks[SENSOR_HOOK_URING] == SENSOR_HOOK_LIVE);
		watch_close(w);
	}
}

static void each_hook_says_what_its_kernel_lacks(void **state)
{
	enum sensor_hook_state hooks[SENSOR_HOOK_MAX];

	(void)state;
	assert_int_equal(sensor_hooks(hooks), 0);
	/* Nothing would have been loaded without. */
	assert_int_equal(hooks[SENSOR_HOOK_LIFE], SENSOR_HOOK_LIVE);
	assert_int_equal(hooks[SENSOR_HOOK_CGROUPS], SENSOR_HOOK_LIVE);
	assert_int_equal(hooks[SENSOR_HOOK_CALLS], SENSOR_HOOK_LIVE);
	for (int hook = 0; hook < SENSOR_HOOK_MAX; hook++) {
		assert_true(*sensor_hook_name(hook));
		assert_true(*sensor_hook_note(hook, SENSOR_HOOK_MISSING));
		assert_string_equal(sensor_hook_note(hook, SENSOR_HOOK_LIVE), "");
		if (hooks[hook] == SENSOR_HOOK_FALLBACK)
			assert_true(*sensor_hook_note(hook, SENSOR_HOOK_FALLBACK));
	}
}

static int open_many(const void *arg)
{
	const int *count = arg;

	for (int i = 0; i < *count; i++) {
		int fd = open("/dev/null", O_RDONLY | O_CLOEXEC);

		if (fd < 0 || close(fd))
			return 1;
	}
	return 0;
}

static void only_the_wanted_calls_are_told(void **state)
{
	bool calls[BW_CALL_MAX] = { false };
	static const int count = 5;
	struct watch *w;

	(void)state;
	calls[BW_CALL_CONNECT] = true;
	w = watch_open(calls);
	assert_int_equal(watch_deed(w, open_many, &count), 0);
	assert_int_equal(watch_count(w, BW_EVENT_OPEN), 0);
	watch_close(w);
}

static int set_twice(const void *arg)
{
	(void)arg;
	return syscall(SYS_setresgid, 1, 1, 1) || syscall(SYS_setuid, 2);
}

static void credentials_are_followed_through_calls_that_nobody_wants(void **state)
{
	bool calls[BW_CALL_MAX] = { false };
	const struct bw_cred_change *rec;
	struct watch *w;

	(void)state;
	calls[BW_CALL_SETUID] = true;
	w = watch_open(calls);
	assert_int_equal(watch_deed(w, set_twice, NULL), 0);
	assert_int_equal(watch_count(w, BW_EVENT_CRED), 1);
	rec = watch_find(w, BW_EVENT_CRED, 0);
	assert_int_equal(rec->before.egid, 1);
	assert_int_equal(rec->before.euid, 0);
	assert_int_equal(rec->after.euid, 2);
	watch_close(w);
}

static void each_open_is_sent_or_counted_as_lost(void **state)
{
	static const int count = N_OPENS;
	struct watch *w = *state;
	uint64_t before[BW_STAT_MAX];
	uint64_t after[BW_STAT_MAX];
	size_t got;

	assert_int_equal(sensor_read_stats(w->sensor, before), 0);
	assert_int_equal(watch_deed(w, open_many, &count), 0);
	assert_int_equal(sensor_read_stats(w->sensor, after), 0);
	got = watch_count(w, BW_EVENT_OPEN);
	if (after[BW_STAT_ACTIVITY_LOST] == before[BW_STAT_ACTIVITY_LOST])
		assert_int_equal(got, N_OPENS);
	assert_true(got <= after[BW_STAT_ACTIVITY_SENT] - before[BW_STAT_ACTIVITY_SENT]);
	assert_true(got + after[BW_STAT_ACTIVITY_LOST] - before[BW_STAT_ACTIVITY_LOST] >= N_OPENS);
}

static void flood_of_activity_costs_no_life(void **state)
{
	/* Far more than a ring holds, and nobody drains meanwhile. */
	static const int count = 60000;
	struct watch *w = *state;
	uint64_t before[BW_STAT_MAX];
	uint64_t after[BW_STAT_MAX];
	int status;
	pid_t pid;

	watch_clear(w);
	assert_int_equal(sensor_read_stats(w->sensor, before), 0);
	pid = fork();
	if (pid == 0)
		_exit(open_many(&count));
	w->pid = (uint32_t)pid;
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_int_equal(status, 0);
	watch_until_exit(w);
	assert_int_equal(sensor_read_stats(w->sensor, after), 0);
	assert_true(after[BW_STAT_ACTIVITY_LOST] > before[BW_STAT_ACTIVITY_LOST]);
	assert_non_null(watch_find(w, BW_EVENT_FORK, 0));
	assert_true(watch_count(w, BW_EVENT_OPEN) + after[BW_STAT_ACTIVITY_LOST] -
			    before[BW_STAT_ACTIVITY_LOST] >=
		    (size_t)count);
}

static void full_ring_makes_the_descriptor_readable(void **state)
{
	static const int count = 20000;
	struct watch *w = *state;
	struct pollfd pfd = { .fd = sensor_fd(w->sensor), .events = POLLIN };
	int status;
	pid_t pid;

	watch_clear(w);
	while (sensor_drain(w->sensor, UINT32_MAX) > 0)
		;
	pid = fork();
	if (pid == 0)
		_exit(open_many(&count));
	assert_int_equal(poll(&pfd, 1, 10000), 1);
	assert_int_equal(waitpid(pid, &status, 0), pid);
	assert_true(sensor_drain(w->sensor, UINT32_MAX) > 0);
}

static int burst(const void *arg)
{
	(void)arg;
	for (int i = 0; i < N_BURSTS; i++) {
		static const int count = OPENS;
		const char *const argv[] = { "/bin/cat", "/dev/null", NULL };
		pid_t pid = fork();

		if (pid == 0) {
			(void)open_many(&count);
			_exit(watch_exec(argv));
		}
		if (waitpid(pid, NULL, 0) != pid)
			return 1;
	}
	return 0;
}

/* For each process of the burst: birth, its opens, exec, more opens, end. */
static void life_of_a_process_comes_before_what_it_did(void **state)
{
	struct watch *w = *state;
	size_t n_children = 0;

	assert_int_equal(watch_deed(w, burst, NULL), 0);
	for (size_t i = 0; i < w->n; i++) {
		const struct bw_hdr *birth = w->records[i];
		bool exec = false;
		bool exit = false;
		size_t opens = 0;

		if (birth->type != BW_EVENT_FORK || birth->parent_tgid != w->pid)
			continue;
		n_children++;
		for (size_t k = 0; k < w->n; k++) {
			const struct bw_hdr *hdr = w->records[k];

			if (hdr->tgid != birth->tgid || hdr->start_ns != birth->start_ns)
				continue;
			assert_true(k >= i); /* nothing before the birth */
			assert_false(exit); /* nor after the end */
			if (hdr->type == BW_EVENT_OPEN) {
				/* The image that opened is the one that was told last. */
				assert_string_equal(hdr->comm, exec ? "cat" : "test_sensor");
				opens++;
			}
			exec = exec || hdr->type == BW_EVENT_EXEC;
			exit = hdr->type == BW_EVENT_EXIT;
		}
		assert_true(exec && exit && opens > OPENS);
	}
	assert_int_equal(n_children, N_BURSTS);
}

static int change_dir(const void *arg)
{
	int fd = open("/usr/../usr/lib", O_PATH | O_DIRECTORY | O_CLOEXEC);

	(void)arg;
	return chdir("/proc/self/root/usr") || fchdir(fd) || chdir("/nonexistent") == 0;
}

static void working_directory_is_told_when_it_changes(void **state)
{
	struct watch *w = *state;
	const struct bw_chdir *rec;

	assert_int_equal(watch_deed(w, change_dir, NULL), 0);
	assert_int_equal(watch_count(w, BW_EVENT_CHDIR), 2);
	rec = watch_find(w, BW_EVENT_CHDIR, 0);
	assert_int_equal(rec->hdr.call, BW_CALL_CHDIR);
	assert_string_equal(watch_str(rec, rec->cwd), "/usr");
	rec = watch_find(w, BW_EVENT_CHDIR, 1);
	assert_int_equal(rec->hdr.call, BW_CALL_FCHDIR);
	assert_string_equal(watch_str(rec, rec->cwd), "/usr/lib");
}

/* Where the unified hierarchy is mounted; returns false if nowhere. */
static bool unified_mount(char *out, size_t size)
{
	FILE *mounts = setmntent("/proc/self/mounts", "r");
	const struct mntent *entry;
	bool found = false;

	while (mounts && !found && (entry = getmntent(mounts))) {
		found = strcmp(entry->mnt_type, "cgroup2") == 0;
		if (found)
			(void)snprintf(out, size, "%s", entry->mnt_dir);
	}
	if (mounts)
		(void)endmntent(mounts);
	return found;
}

static int use_cgroup(const void *arg)
{
	char procs[PATH_MAX + 16];
	int fd;

	(void)snprintf(procs, sizeof(procs), "%s/cgroup.procs", (const char *)arg);
	if (mkdir(arg, 0755))
		return 1;
	fd = open(procs, O_WRONLY | O_CLOEXEC);
	return fd < 0 || write(fd, "0", 1) != 1;
}

static int remove_cgroup(const void *arg)
{
	return rmdir(arg) != 0;
}

static void cgroup_is_told_from_birth_to_end(void **state)
{
	struct watch *w = *state;
	const struct bw_cgroup *rec;
	const struct bw_exit *end;
	char mount[PATH_MAX - 64];
	char path[PATH_MAX];
	struct stat st;

	if (!unified_mount(mount, sizeof(mount))) {
		watch_skip("no cgroup2 mount");
		return;
	}
	(void)snprintf(path, sizeof(path), "%s/bpfwatch-test-%d", mount, getpid());
	assert_int_equal(watch_deed(w, use_cgroup, path), 0);
	assert_int_equal(stat(path, &st), 0);

	rec = watch_find(w, BW_EVENT_CGROUP, 0);
	assert_non_null(rec);
	assert_int_equal(rec->op, BW_CGROUP_MKDIR);
	assert_int_equal(rec->hierarchy, 0);
	assert_int_equal(rec->id, st.st_ino);
	assert_string_equal(strrchr(watch_str(rec, rec->path), '/'), strrchr(path, '/'));
	rec = watch_find(w, BW_EVENT_CGROUP, 1);
	assert_non_null(rec);
	assert_int_equal(rec->op, BW_CGROUP_ATTACH);
	assert_int_equal(rec->id, st.st_ino);
	assert_int_equal(rec->hdr.tgid, w->pid);
	end = watch_find(w, BW_EVENT_EXIT, 0);
	assert_int_equal(end->hdr.cgroup_v2, st.st_ino);

	assert_int_equal(watch_deed(w, remove_cgroup, path), 0);
	rec = watch_find(w, BW_EVENT_CGROUP, 0);
	assert_non_null(rec);
	assert_int_equal(rec->op, BW_CGROUP_RMDIR);
	assert_int_equal(rec->id, st.st_ino);
}

static void bad_ring_size_is_refused_with_a_reason(void **state)
{
	static const size_t sizes[] = { 0, 1000, 4097, 12288 };
	struct sensor *sensor = NULL;

	(void)state;
	for (size_t i = 0; i < sizeof(sizes) / sizeof(*sizes); i++) {
		struct sensor_config config = {
			.life_ring_bytes = WATCH_RING_BYTES,
			.activity_ring_bytes = sizes[i],
			.cb = watch_on_record,
		};
		struct diag diag;

		diag_init(&diag);
		assert_int_equal(sensor_open(&config, &diag, &sensor), -EINVAL);
		assert_non_null(strstr(diag.text, "ring"));
		assert_null(sensor);
	}
	sensor_close(NULL);
}

static int open_without_rights(const void *arg)
{
	struct sensor_config config = {
		.life_ring_bytes = WATCH_RING_BYTES,
		.activity_ring_bytes = WATCH_RING_BYTES,
		.cb = watch_on_record,
	};
	struct sensor *sensor = NULL;
	struct diag diag;

	(void)arg;
	diag_init(&diag);
	if (setgid(65534) || setuid(65534))
		return 1;
	if (sensor_open(&config, &diag, &sensor) != -EPERM)
		return 2;
	return strstr(diag.text, "root") ? 0 : 3;
}

static void missing_rights_are_named(void **state)
{
	assert_int_equal(watch_deed(*state, open_without_rights, NULL), 0);
}

/* Nobody can be made to be preempted in a program: the first is taken away instead. */
static void second_set_takes_what_the_first_was_skipped_for(void **state)
{
	static const bool calls[BW_CALL_MAX] = { [BW_CALL_OPENAT] = true };
	static const int count = OPENS;
	struct watch *w = watch_open(calls);
	struct bw_skel *skel = w->sensor->skel;

	(void)state;
	if (!w->sensor->second)
		assert_int_equal(sensor_second_load(w->sensor), 0);
	assert_int_equal(watch_deed(w, open_many, &count), 0);
	assert_int_equal(watch_count(w, BW_EVENT_OPEN), OPENS);
	assert_int_equal(bpf_link__destroy(skel->links.on_sys_exit), 0);
	skel->links.on_sys_exit = NULL;
	assert_int_equal(watch_deed(w, open_many, &count), 0);
	assert_int_equal(watch_count(w, BW_EVENT_OPEN), OPENS);
	watch_close(w);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test(only_what_is_asked_for_is_loaded),
		cmocka_unit_test(no_call_wanted_means_no_hook_on_calls),
		cmocka_unit_test(only_the_hooks_that_are_asked_for_are_loaded),
		cmocka_unit_test(each_hook_says_what_its_kernel_lacks),
		cmocka_unit_test(only_the_wanted_calls_are_told),
		cmocka_unit_test(credentials_are_followed_through_calls_that_nobody_wants),
		cmocka_unit_test(bad_ring_size_is_refused_with_a_reason),
		cmocka_unit_test(second_set_takes_what_the_first_was_skipped_for),
	};
	const struct CMUnitTest watching[] = {
		cmocka_unit_test(each_open_is_sent_or_counted_as_lost),
		cmocka_unit_test(flood_of_activity_costs_no_life),
		cmocka_unit_test(full_ring_makes_the_descriptor_readable),
		cmocka_unit_test(life_of_a_process_comes_before_what_it_did),
		cmocka_unit_test(working_directory_is_told_when_it_changes),
		cmocka_unit_test(cgroup_is_told_from_birth_to_end),
		cmocka_unit_test(missing_rights_are_named),
	};
	int failed = cmocka_run_group_tests_name("loading", tests, NULL, NULL);

	return failed +
	       cmocka_run_group_tests_name("watching", watching, watch_setup, watch_teardown);
}
