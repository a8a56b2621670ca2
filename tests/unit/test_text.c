// SPDX-License-Identifier: Apache-2.0
#include "event/text.h"

#include <arpa/inet.h>
#include <errno.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>

#include <cmocka.h>

#include "sample_record.h"

#define ALL_CAPS 0x1ffffffffffULL

static struct sample sample;
static _Alignas(8) unsigned char parsed[BW_RECORD_MAX];
static struct capture_host host;
static struct record rec;

static int reset(void **state)
{
	(void)state;
	capture_host_done(&host);
	memset(&host, 0, sizeof(host));
	return 0;
}

/* Parse a line that is good, and check the record as the engine would. */
static const struct bw_hdr *parse(const char *line)
{
	struct diag diag;
	size_t len = 0;

	diag_init(&diag);
	if (text_parse_line(line, &host, parsed, sizeof(parsed), &len, &diag))
		fail_msg("%s: column %u: %s", line, diag.column, diag.text);
	assert_int_equal(record_parse(parsed, len, &rec), 0);
	return rec.hdr;
}

static void assert_str(struct bw_str str, const char *want, size_t len)
{
	struct record_str got = record_str(&rec, str);

	assert_int_equal(got.len, len);
	assert_memory_equal(got.s, want, len);
}

/* Records have no pads in the text, and some only a few header members. */
static void clear_unwritten(void)
{
	struct bw_hdr *hdr = (struct bw_hdr *)sample.data;

	switch (hdr->type) {
	case BW_EVENT_EXIT:
		((struct bw_exit *)sample.data)->pad0 = 0;
		break;
	case BW_EVENT_CRED:
		((struct bw_cred_change *)sample.data)->pad0 = 0;
		break;
	case BW_EVENT_CHDIR:
		((struct bw_chdir *)sample.data)->pad0 = 0;
		break;
	case BW_EVENT_EXEC:
	case BW_EVENT_PROC:
		((struct bw_exec *)sample.data)->pad0 = 0;
		break;
	case BW_EVENT_CONNECT:
		((struct bw_connect *)sample.data)->pad0 = 0;
		((struct bw_connect *)sample.data)->pad1 = 0;
		break;
	case BW_EVENT_AGENT:
		((struct bw_agent *)sample.data)->pad0 = 0;
		/* fall through */
	case BW_EVENT_FINDING:
		hdr->flags = 0;
		memset(&hdr->cgroup_v2, 0,
		       offsetof(struct bw_hdr, tgid) - offsetof(struct bw_hdr, cgroup_v2));
		memset(&hdr->tid, 0, sizeof(*hdr) - offsetof(struct bw_hdr, tid));
		break;
	case BW_EVENT_CONTAINER:
		((struct bw_container *)sample.data)->pad0 = 0;
		/* fall through */
	case BW_EVENT_LOSS:
	case BW_EVENT_DOMAIN:
		hdr->flags = 0;
		memset(&hdr->cgroup_v2, 0, sizeof(*hdr) - offsetof(struct bw_hdr, cgroup_v2));
		break;
	default:
		break;
	}
}

/* Print the sample, parse it, compare all bytes. */
static void assert_comes_back(void)
{
	struct record before;
	struct diag diag;
	struct buf text;
	size_t len = 0;

	clear_unwritten();
	assert_int_equal(record_parse(sample.data, sample.len, &before), 0);
	buf_init(&text, 1U << 20);
	text_add_record(&text, &before);
	assert_false(text.failed);
	assert_int_equal(text.data[text.len - 1], '\n');
	buf_truncate(&text, text.len - 1);
	assert_null(strchr(text.data, '\n'));
	diag_init(&diag);
	if (text_parse_line(text.data, &host, parsed, sizeof(parsed), &len, &diag))
		fail_msg("%s: column %u: %s", text.data, diag.column, diag.text);
	assert_int_equal(len, sample.len);
	for (size_t i = 0; i < len; i++) {
		if (parsed[i] != sample.data[i])
			fail_msg("byte %zu of %s", i, text.data);
	}
	buf_done(&text);
}

static void every_type_comes_back_byte_for_byte(void **state)
{
	(void)state;
	for (const uint16_t *type = sample_types; *type; type++) {
		sample_fill(&sample, *type);
		assert_comes_back();
		sample_begin(&sample, *type);
		assert_comes_back();
	}
}

/* A fixed generator: the same records in each run. */
static uint32_t next_random(uint32_t *state)
{
	*state = *state * 1664525U + 1013904223U;
	return *state >> 8;
}

static void random_values_come_back_byte_for_byte(void **state)
{
	uint32_t seed = 1;

	(void)state;
	for (unsigned int round = 0; round < 300; round++) {
		for (const uint16_t *type = sample_types; *type; type++) {
			struct bw_hdr *hdr;
			size_t fixed;

			hdr = sample_begin(&sample, *type);
			fixed = sample.len;
			sample_fill(&sample, *type);
			/* Past the strings' places nothing is changed, else offsets break. */
			for (size_t i = offsetof(struct bw_hdr, time_ns);
			     i < offsetof(struct bw_hdr, call); i++) {
				if (next_random(&seed) % 3 == 0)
					sample.data[i] = (unsigned char)next_random(&seed);
			}
			for (size_t i = sizeof(*hdr); i < fixed && fixed - i > 48; i++) {
				if (next_random(&seed) % 3 == 0)
					sample.data[i] = (unsigned char)(next_random(&seed) % 3);
			}
			if (*type == BW_EVENT_CGROUP)
				((struct bw_cgroup *)sample.data)->op = BW_CGROUP_RMDIR;
			hdr->flags = (uint16_t)(next_random(&seed) % 32);
			hdr->call = (uint16_t)(next_random(&seed) % BW_CALL_MAX);
			assert_comes_back();
		}
	}
}

static void every_byte_of_a_string_comes_back(void **state)
{
	char bytes[256];

	(void)state;
	for (size_t i = 0; i < sizeof(bytes); i++)
		bytes[i] = (char)i;
	sample_begin(&sample, BW_EVENT_EXEC);
	sample_add_str(&sample, offsetof(struct bw_exec, argv), bytes, sizeof(bytes));
	sample_add_str(&sample, offsetof(struct bw_exec, cwd), "", 0);
	sample_add_str(&sample, offsetof(struct bw_exec, filename), "-", 1);
	sample_add_str(&sample, offsetof(struct bw_exec, path), bytes, sizeof(bytes));
	assert_comes_back();
}

static void every_address_comes_back(void **state)
{
	static const char *const addrs[] = {
		"-",
		"10.0.0.1:443",
		"0.0.0.0:0",
		"[::1]:443",
		"[fe80::1%3]:65535",
		"[::ffff:10.0.0.1]:80",
		"raw:0102030405060708090a0b0c0d0e0f101112131415161718",
	};
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(addrs) / sizeof(addrs[0]); i++) {
		(void)snprintf(line, sizeof(line), "connect remote=%s", addrs[i]);
		parse(line);
		memcpy(sample.data, parsed, rec.hdr->size);
		sample.len = rec.hdr->size;
		assert_comes_back();
	}
}

static void a_short_exec_has_what_a_process_has(void **state)
{
	const struct bw_hdr *hdr = parse("exec tgid=200 path=/usr/bin/id");

	(void)state;
	assert_int_equal(hdr->type, BW_EVENT_EXEC);
	assert_int_equal(hdr->tid, 200);
	assert_int_equal(hdr->vtgid, 200);
	assert_int_equal(hdr->start_ns, 200000000);
	assert_int_equal(hdr->parent_tgid, 1);
	assert_int_equal(hdr->parent_start_ns, 1000000);
	assert_int_equal(hdr->cgroup_v2, 1);
	assert_int_equal(hdr->loginuid, UINT32_MAX);
	assert_int_equal(hdr->cap_effective, ALL_CAPS);
	assert_int_equal(hdr->call, BW_CALL_EXECVE);
	assert_string_equal(hdr->comm, "id");
	assert_str(rec.exec->path, "/usr/bin/id", 11);
	assert_str(rec.exec->filename, "/usr/bin/id", 11);
	assert_str(rec.exec->argv, "/usr/bin/id", 11);
	assert_str(rec.exec->cwd, "/", 1);
	assert_int_equal(rec.exec->interp.off, 0);
	assert_int_equal(rec.exec->arg_bytes, 12);
	assert_int_equal(rec.exec->exe.mode, 0100755);
	assert_memory_equal(&rec.exec->before, &rec.exec->after, sizeof(struct bw_cred));
	assert_int_equal(rec.exec->after.cap_bset, ALL_CAPS);
}

static void lists_and_quotes_are_read(void **state)
{
	(void)state;
	parse("exec path=/bin/sh argv=[\"sh\", -c , 'a \"b\" \\n', \"x\\ty\\x00z\\\\\", ] "
	      "env=[A=1,B=2] cwd=\"/tmp/a b\" comm='my sh'");
	assert_str(rec.exec->argv, "sh\0-c\0a \"b\" \\n\0x\ty\0z\\\0", 22);
	assert_str(rec.exec->env, "A=1\0B=2", 7);
	assert_str(rec.exec->cwd, "/tmp/a b", 8);
	assert_string_equal(rec.hdr->comm, "my sh");
}

static void symbols_are_read(void **state)
{
	const struct bw_hdr *hdr;

	(void)state;
	hdr = parse("open path=/etc/shadow ret=-EACCES flags=O_WRONLY|O_CREAT|0x8000 mode=0600 "
		    "abi=io_uring call=openat2 cap_effective=CAP_SYS_ADMIN|CAP_BPF ns=MNT|PID "
		    "file.flags=LOWER|RDONLY");
	assert_int_equal(hdr->ret, -EACCES);
	assert_int_equal(hdr->abi, BW_ABI_IO_URING);
	assert_int_equal(hdr->call, BW_CALL_OPENAT2);
	assert_int_equal(hdr->cap_effective, 1ULL << 21 | 1ULL << 39);
	assert_int_equal(hdr->ns_differs, BW_NS_MNT | BW_NS_PID);
	assert_int_equal(hdr->flags, BW_F_CLAIM);
	assert_int_equal(rec.open->flags, O_WRONLY | O_CREAT | 0x8000);
	assert_int_equal(rec.open->mode, 0600);
	assert_int_equal(rec.open->dirfd, AT_FDCWD);
	assert_int_equal(rec.open->file.flags, BW_FILE_LOWER | BW_FILE_RDONLY);
	assert_int_equal(parse("open ret=EACCES")->ret, -EACCES);
	assert_int_equal(parse("open ret=7")->ret, 7);
}

/* "all" are those that have a name; a kernel may have more. */
static void capabilities_are_named_or_all(void **state)
{
	static const struct {
		uint64_t caps;
		const char *text;
	} rows[] = {
		{ ALL_CAPS, "cap_effective=all" },
		{ ALL_CAPS | 1ULL << 41, "cap_effective=all|0x20000000000" },
		{ 1ULL << 41 | 1, "cap_effective=CAP_CHOWN|0x20000000000" },
		{ 1ULL << 40, "cap_effective=CAP_CHECKPOINT_RESTORE" },
		{ 0, "cap_effective=0" },
	};
	struct buf text;
	char line[128];

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		(void)snprintf(line, sizeof(line), "exit cap_permitted=2 %s", rows[i].text);
		assert_int_equal(parse(line)->cap_effective, rows[i].caps);
		buf_init(&text, 4096);
		text_add_record(&text, &rec);
		if (!strstr(text.data, rows[i].text))
			fail_msg("%s in %s", rows[i].text, text.data);
		buf_done(&text);
	}
}

static void a_connect_takes_its_family_from_the_address(void **state)
{
	(void)state;
	parse("connect remote=[2001:db8::1]:443");
	assert_int_equal(rec.connect->family, AF_INET6);
	assert_int_equal(rec.connect->protocol, IPPROTO_TCP);
	assert_int_equal(rec.connect->remote.port, 443);
	parse("connect remote=10.1.2.3:53 sock_type=SOCK_DGRAM");
	assert_int_equal(rec.connect->family, AF_INET);
	assert_int_equal(rec.connect->protocol, IPPROTO_UDP);
	assert_memory_equal(rec.connect->remote.addr, "\x0a\1\2\3", 4);
	parse("connect path=/run/docker.sock");
	assert_int_equal(rec.connect->family, AF_UNIX);
	assert_str(rec.connect->given, "/run/docker.sock", 16);
}

static void credentials_before_follow_from_the_uid(void **state)
{
	(void)state;
	parse("cred uid=0 before.uid=1000");
	assert_int_equal(rec.cred->after.euid, 0);
	assert_int_equal(rec.cred->after.cap_effective, ALL_CAPS);
	assert_int_equal(rec.cred->before.euid, 1000);
	assert_int_equal(rec.cred->before.suid, 1000);
	assert_int_equal(rec.cred->before.cap_effective, 0);
}

static void time_counts_on(void **state)
{
	uint64_t first = parse("exit")->time_ns;

	(void)state;
	assert_int_equal(parse("exit")->time_ns, first + 1000000);
	assert_int_equal(parse("exit time=20000.5")->time_ns, 20000500000000);
	assert_int_equal(parse("exit")->time_ns, 20000501000000);
}

static void a_host_line_fills_the_host(void **state)
{
	size_t len = 1;

	(void)state;
	assert_int_equal(text_parse_line("host hostname=web1 epoch=1700000000 n_cpus=4 "
					 "passwd=\"root:x:0:0::/:/bin/sh\\n\"",
					 &host, parsed, sizeof(parsed), &len, NULL),
			 0);
	assert_int_equal(len, 0);
	assert_string_equal(host.hostname, "web1");
	assert_int_equal(host.epoch_offset_ns, 1700000000000000000);
	assert_int_equal(host.n_cpus, 4);
	assert_string_equal(host.passwd, "root:x:0:0::/:/bin/sh\n");
	assert_int_equal(text_parse_line("host release=6.1 passwd=x", &host, parsed, sizeof(parsed),
					 &len, NULL),
			 0);
	assert_string_equal(host.hostname, "web1");
	assert_string_equal(host.passwd, "x");
}

static void a_container_holds_json(void **state)
{
	static const char json[] = "{\"id\":\"abc\",\"name\":\"web\"}";

	(void)state;
	parse("container cgroup_v2=77 json='{\"id\":\"abc\",\"name\":\"web\"}'");
	assert_int_equal(rec.container->cgroup_v2, 77);
	assert_str(rec.container->json, json, sizeof(json) - 1);
}

static void blank_lines_and_comments_are_no_records(void **state)
{
	static const char *const lines[] = { "", "  ", "# exec", "\t# x", "\r" };
	size_t len;

	(void)state;
	for (size_t i = 0; i < sizeof(lines) / sizeof(lines[0]); i++) {
		len = 1;
		assert_int_equal(
			text_parse_line(lines[i], &host, parsed, sizeof(parsed), &len, NULL), 0);
		assert_int_equal(len, 0);
	}
}

static void an_error_names_column_and_word(void **state)
{
	static const struct {
		const char *line;
		uint32_t column;
		const char *text;
	} rows[] = {
		{ "  exek tgid=1", 3, "unknown event 'exek'; there are host fork exec" },
		{ "exec tgid", 6, "'tgid' is not KEY=VALUE" },
		{ "exec =1", 6, "'=1' is not KEY=VALUE" },
		{ "exec tgid=1 tgid=2", 13, "'tgid' is given twice" },
		{ "exec tgid=x", 11, "'x' is no value for 'tgid'" },
		{ "exec tgid=", 11, "value is missing" },
		{ "exec tgid=4294967296", 11, "'4294967296' is no value" },
		{ "open dirfd=2147483648", 12, "is no value for 'dirfd'" },
		{ "exec call=oopen", 11, "'oopen' is no value for 'call'" },
		{ "exec call=25", 11, "'25' is no value for 'call'" },
		{ "exec abi=-1", 10, "'-1' is no value for 'abi'" },
		{ "cgroup op=0", 11, "'0' is no value for 'op'" },
		{ "open flags=O_WRONLY|O_FOO", 12, "no value for 'flags'" },
		{ "exit cap_effective=CAP_FOO", 20, "no value for 'cap_effective'" },
		{ "open flags=all", 12, "no value for 'flags'" },
		{ "exit time=1.0000000001", 11, "no value for 'time'" },
		{ "open ret=-EFOO", 10, "'-EFOO' is no value for 'ret'" },
		{ "exit foo=1", 6, "unknown key 'foo' of 'exit'; it has code time tgid" },
		{ "exec exe.foo=1", 6, "exe.*" },
		{ "exec path=\"/bin", 11, "quote is not closed" },
		{ "exec path=\"a\\qb\"", 13, "unknown escape '\\q'" },
		{ "exec path=\"a\\x4\"", 13, "unknown escape '\\x'" },
		{ "exec path=\"a\"b", 14, "want a blank after the value of 'path'" },
		{ "exec argv=[a b]", 14, "want ',' or ']'" },
		{ "exec argv=[a,b", 11, "want ',' or ']'" },
		{ "exec comm=0123456789abcdef", 11, "comm is longer than 15" },
		{ "connect remote=1.2.3:80", 16, "'1.2.3:80' is no address" },
		{ "connect remote=1.2.3.4", 16, "is no address" },
		{ "connect remote=[::1]", 16, "is no address" },
		{ "connect remote=1.2.3.4:65536", 16, "is no address" },
	};
	struct diag diag;
	size_t len = 1;

	(void)state;
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		diag_init(&diag);
		diag.line = 7;
		assert_int_equal(text_parse_line(rows[i].line, &host, parsed, sizeof(parsed), &len,
						 &diag),
				 -EINVAL);
		if (!strstr(diag.text, rows[i].text) || diag.column != rows[i].column)
			fail_msg("%s: column %u: %s", rows[i].line, diag.column, diag.text);
		assert_int_equal(diag.line, 7);
		assert_int_equal(len, 1);
	}
}

static void a_record_that_is_too_long_is_refused(void **state)
{
	static char line[BW_RECORD_MAX + 64];
	struct diag diag;
	size_t len;

	(void)state;
	(void)snprintf(line, sizeof(line), "chdir cwd=");
	memset(line + strlen(line), 'x', BW_RECORD_MAX);
	diag_init(&diag);
	assert_int_equal(text_parse_line(line, &host, parsed, sizeof(parsed), &len, &diag),
			 -EINVAL);
	assert_non_null(strstr(diag.text, "longer than"));
	assert_int_equal(text_parse_line("exec", &host, parsed, 100, &len, NULL), -EINVAL);
}

int main(void)
{
	const struct CMUnitTest tests[] = {
		cmocka_unit_test_teardown(every_type_comes_back_byte_for_byte, reset),
		cmocka_unit_test_teardown(random_values_come_back_byte_for_byte, reset),
		cmocka_unit_test_teardown(every_byte_of_a_string_comes_back, reset),
		cmocka_unit_test_teardown(every_address_comes_back, reset),
		cmocka_unit_test_teardown(a_short_exec_has_what_a_process_has, reset),
		cmocka_unit_test_teardown(lists_and_quotes_are_read, reset),
		cmocka_unit_test_teardown(symbols_are_read, reset),
		cmocka_unit_test_teardown(capabilities_are_named_or_all, reset),
		cmocka_unit_test_teardown(a_connect_takes_its_family_from_the_address, reset),
		cmocka_unit_test_teardown(credentials_before_follow_from_the_uid, reset),
		cmocka_unit_test_teardown(time_counts_on, reset),
		cmocka_unit_test_teardown(a_host_line_fills_the_host, reset),
		cmocka_unit_test_teardown(a_container_holds_json, reset),
		cmocka_unit_test_teardown(blank_lines_and_comments_are_no_records, reset),
		cmocka_unit_test_teardown(an_error_names_column_and_word, reset),
		cmocka_unit_test_teardown(a_record_that_is_too_long_is_refused, reset),
	};

	return cmocka_run_group_tests(tests, NULL, NULL);
}
