// SPDX-License-Identifier: Apache-2.0
/* The event itself: number, time, type, result. */
#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <string.h>
#include <time.h>

#include "fields/args.h"
#include "fields/events.h"
#include "fields/family.h"
#include "fields/field_io.h"
#include "fields/names.h"
#include "fields/traits.h"

#define NS_PER_S UINT64_C(1000000000)

static const struct bw_hdr *hdr(const struct event_view *view)
{
	return view->rec->hdr;
}

static uint64_t epoch_ns(const struct event_view *view)
{
	return hdr(view)->time_ns + view->host->epoch_offset_ns;
}

static bool get_num(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_uint(out, view->num);
}

enum time_part {
	TIME_DATE = 1, /* before the time of day */
	TIME_NS = 2, /* behind it */
	TIME_ISO8601 = 4, /* both */
};

/* In UTC: a replay elsewhere, or after a change of the zone, gives the same bytes. */
static bool print_time(const struct event_view *view, struct value *out, unsigned int parts)
{
	uint64_t ns = epoch_ns(view);
	time_t seconds = (time_t)(ns / NS_PER_S);
	bool is_iso = parts & TIME_ISO8601;
	char text[64];
	size_t len = 0;
	struct tm tm;

	if (!gmtime_r(&seconds, &tm))
		return false;
	if (is_iso)
		len = strftime(text, sizeof(text), "%Y-%m-%dT", &tm);
	else if (parts & TIME_DATE)
		len = strftime(text, sizeof(text), "%Y-%m-%d ", &tm);
	len += strftime(text + len, sizeof(text) - len, "%H:%M:%S", &tm);
	if (parts & (TIME_NS | TIME_ISO8601))
		(void)snprintf(text + len, sizeof(text) - len, ".%09u%s",
			       (unsigned int)(ns % NS_PER_S), is_iso ? "+0000" : "");
	return value_str(out, arena_strdup(view->scratch, text));
}

static bool get_time(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return print_time(view, out, TIME_NS);
}

static bool get_time_s(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return print_time(view, out, 0);
}

static bool get_time_iso8601(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)ref;
	return print_time(view, out, TIME_ISO8601);
}

static bool get_datetime(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return print_time(view, out, TIME_DATE | TIME_NS);
}

static bool get_datetime_s(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return print_time(view, out, TIME_DATE);
}

static bool get_rawtime(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return value_uint(out, epoch_ns(view));
}

static bool get_rawtime_s(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	(void)ref;
	return value_uint(out, epoch_ns(view) / NS_PER_S);
}

static bool get_rawtime_ns(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return value_uint(out, epoch_ns(view) % NS_PER_S);
}

static bool get_source(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)view;
	(void)ref;
	return value_str(out, "syscall");
}

static bool get_hostname(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return value_str(out, view->host->hostname);
}

/* In Falco the exit of a process is no exit of a call. */
static bool is_call(const struct event_view *view)
{
	return hdr(view)->type != BW_EVENT_EXIT;
}

static bool get_dir(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, is_call(view) ? "<" : ">");
}

static bool get_type(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_str(out, event_type_name(view->source.event_type));
}

static bool get_type_is(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	return value_uint(out,
			  event_type_lookup(ref->arg, ref->arg_len) == view->source.event_type);
}

static bool get_syscall_type(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	return is_call(view) && get_type(view, ref, out);
}

static bool get_category(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return value_str(out, traits_category(view));
}

static bool get_res(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	int64_t ret = hdr(view)->ret;
	char digits[24];

	(void)ref;
	if (!is_call(view))
		return false;
	if (ret >= 0)
		return value_str(out, "SUCCESS");
	if (ret > -4096 && names_errno((int)-ret))
		return value_str(out, names_errno((int)-ret));
	(void)snprintf(digits, sizeof(digits), "%lld", (long long)ret);
	return value_str(out, arena_strdup(view->scratch, digits));
}

static bool get_rawres(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return is_call(view) && value_int(out, hdr(view)->ret);
}

static bool get_failed(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return is_call(view) && value_bool(out, hdr(view)->ret < 0);
}

static bool get_false(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)view;
	(void)ref;
	return value_bool(out, false);
}

static bool get_one(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)view;
	(void)ref;
	return value_uint(out, 1);
}

static bool get_zero(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)view;
	(void)ref;
	return value_uint(out, 0);
}

static bool get_exit_count(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	return is_call(view) && get_one(view, ref, out);
}

/* Null for what has no result. */
static bool get_count_error(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return is_call(view) && value_uint(out, hdr(view)->ret < 0);
}

static bool get_count_error_file(const struct event_view *view, const struct field_ref *ref,
				 struct value *out)
{
	return traits_error(view) == TRAITS_FILE && get_count_error(view, ref, out);
}

static bool get_count_error_net(const struct event_view *view, const struct field_ref *ref,
				struct value *out)
{
	return traits_error(view) == TRAITS_NET && get_count_error(view, ref, out);
}

static bool is_on_memory(const struct event_view *view)
{
	const char *category = traits_category(view);

	return category && strcmp(category, "memory") == 0;
}

static bool get_count_error_memory(const struct event_view *view, const struct field_ref *ref,
				   struct value *out)
{
	return is_on_memory(view) && get_count_error(view, ref, out);
}

static bool get_count_error_other(const struct event_view *view, const struct field_ref *ref,
				  struct value *out)
{
	return traits_error(view) == TRAITS_OTHER && !is_on_memory(view) &&
	       get_count_error(view, ref, out);
}

static bool get_latency_text(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	(void)view;
	(void)ref;
	return value_str(out, "0ns");
}

/* NULL for all but the open family. */
static const struct bw_open *open_of(const struct event_view *view)
{
	return hdr(view)->type == BW_EVENT_OPEN ? view->rec->open : NULL;
}

static bool get_is_open_read(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	const struct bw_open *open = open_of(view);

	(void)ref;
	return value_bool(out, open && hdr(view)->call != BW_CALL_CREAT &&
				       (open->flags & O_ACCMODE) != O_WRONLY);
}

/* Falco leaves creat out, which is an open to write by another name. */
static bool get_is_open_write(const struct event_view *view, const struct field_ref *ref,
			      struct value *out)
{
	const struct bw_open *open = open_of(view);

	(void)ref;
	return value_bool(out, open && (hdr(view)->call == BW_CALL_CREAT ||
					(open->flags & O_ACCMODE) != O_RDONLY));
}

#define TMPFILE_BIT 020000000U /* of O_TMPFILE, on every machine */

static bool get_is_open_exec(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	const struct bw_open *open = open_of(view);

	(void)ref;
	return value_bool(out, open && (open->mode & 0111) &&
				       (hdr(view)->call == BW_CALL_CREAT ||
					(open->flags & (O_CREAT | TMPFILE_BIT))));
}

static bool get_is_open_create(const struct event_view *view, const struct field_ref *ref,
			       struct value *out)
{
	const struct bw_open *open = open_of(view);

	(void)ref;
	return value_bool(out, open && ((open->file.flags & BW_FILE_CREATED) ||
					((open->flags & TMPFILE_BIT) && hdr(view)->ret >= 0)));
}

/* .dst is the second of two paths; with one path it is the same. */
static const char *call_abspath(const struct event_view *view, const struct field_ref *ref)
{
	bool is_dst = ref->arg_len == 3 && memcmp(ref->arg, "dst", 3) == 0;
	const char *path = is_dst ? args_call_abspath(view, 1) : NULL;

	return path ? path : args_call_abspath(view, 0);
}

static bool get_abspath(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	const struct bw_open *open = open_of(view);
	uint16_t call = hdr(view)->call;

	if (hdr(view)->type == BW_EVENT_CALL)
		return value_str(out, call_abspath(view, ref));
	if (!open || call == BW_CALL_OPEN || call == BW_CALL_CREAT)
		return false;
	return value_str(out, args_open_path(view));
}

static bool get_abi(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	static const char *const names[] = {
		[BW_ABI_NATIVE] = "native",
		[BW_ABI_COMPAT32] = "compat32",
		[BW_ABI_IO_URING] = "io_uring",
	};
	uint16_t abi = hdr(view)->abi;

	(void)ref;
	return abi < sizeof(names) / sizeof(names[0]) && value_str(out, names[abi]);
}

static bool get_call(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return hdr(view)->call != BW_CALL_NONE && value_str(out, record_call_name(hdr(view)->call));
}

static bool get_pending(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return value_bool(out, hdr(view)->flags & BW_F_PENDING);
}

/* Only records that name files say where the root of a chroot is. */
static bool get_root(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct bw_str root = { 0, 0 };

	(void)ref;
	if (hdr(view)->type == BW_EVENT_OPEN)
		root = view->rec->open->root;
	else if (hdr(view)->type == BW_EVENT_EXEC)
		root = view->rec->exec->root;
	else if (hdr(view)->type == BW_EVENT_CALL)
		root = view->rec->syscall->root;
	return root.len && value_str(out, record_str(view->rec, root).s);
}

static bool get_truncated(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	(void)ref;
	return value_bool(out, hdr(view)->flags & BW_F_TRUNC);
}

static bool get_claimed(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	(void)ref;
	return value_bool(out, hdr(view)->flags & BW_F_CLAIM);
}

static bool get_read_failed(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return value_bool(out, hdr(view)->flags & BW_F_READ_FAIL);
}

static const struct field fields[] = {
	{ "evt.num", FIELD_UINT64, 0, "Number of the event, from 1.", get_num },
	{ "evt.time", FIELD_STRING, 0, "Time of day in UTC, HH:MM:SS and nanoseconds.", get_time },
	{ "evt.time.s", FIELD_STRING, 0, "Time of day in UTC, in whole seconds.", get_time_s },
	{ "evt.time.iso8601", FIELD_STRING, 0, "Date and time in ISO 8601, with nanoseconds, UTC.",
	  get_time_iso8601 },
	{ "evt.datetime", FIELD_STRING, 0, "Date and time in UTC, with nanoseconds.",
	  get_datetime },
	{ "evt.datetime.s", FIELD_STRING, 0, "Date and time in UTC, in whole seconds.",
	  get_datetime_s },
	{ "evt.rawtime", FIELD_ABSTIME, 0, "Nanoseconds since the epoch.", get_rawtime },
	{ "evt.rawtime.s", FIELD_ABSTIME, 0, "Whole seconds since the epoch.", get_rawtime_s },
	{ "evt.rawtime.ns", FIELD_ABSTIME, 0, "Nanoseconds of the second.", get_rawtime_ns },
	{ "evt.reltime", FIELD_RELTIME, FIELD_UNFILLED, "Time since the first event.", NULL },
	{ "evt.reltime.s", FIELD_RELTIME, FIELD_UNFILLED, "Whole seconds of evt.reltime.", NULL },
	{ "evt.reltime.ns", FIELD_RELTIME, FIELD_UNFILLED, "Nanoseconds of evt.reltime.", NULL },
	{ "evt.pluginname", FIELD_STRING, FIELD_UNFILLED, "Plugin of the event.", NULL },
	{ "evt.plugininfo", FIELD_STRING, FIELD_UNFILLED, "The plugin's summary.", NULL },
	{ "evt.source", FIELD_STRING, 0, "Source of the event: syscall.", get_source },
	{ "evt.is_async", FIELD_BOOL, FIELD_ALWAYS_FALSE,
	  "Event was made outside the stream: never here.", get_false },
	{ "evt.asynctype", FIELD_STRING, FIELD_UNFILLED, "Type of such an event.", NULL },
	{ "evt.hostname", FIELD_STRING, 0, "Name of the host.", get_hostname },
	{ "evt.latency", FIELD_RELTIME, FIELD_DEPRECATED,
	  "Always 0: calls are seen when they return.", get_zero },
	{ "evt.latency.s", FIELD_RELTIME, FIELD_DEPRECATED,
	  "Always 0: calls are seen when they return.", get_zero },
	{ "evt.latency.ns", FIELD_RELTIME, FIELD_DEPRECATED,
	  "Always 0: calls are seen when they return.", get_zero },
	{ "evt.latency.quantized", FIELD_UINT64, FIELD_DEPRECATED,
	  "Always 0: calls are seen when they return.", get_zero },
	{ "evt.latency.human", FIELD_STRING, FIELD_DEPRECATED, "Always 0ns.", get_latency_text },
	{ "evt.deltatime", FIELD_RELTIME, FIELD_UNFILLED, "Time since the event before.", NULL },
	{ "evt.deltatime.s", FIELD_RELTIME, FIELD_UNFILLED, "Whole seconds of it.", NULL },
	{ "evt.deltatime.ns", FIELD_RELTIME, FIELD_UNFILLED, "Nanoseconds of it.", NULL },
	{ "evt.outputtime", FIELD_STRING, 0, "As evt.time.", get_time },
	{ "evt.dir", FIELD_STRING, FIELD_DEPRECATED,
	  "<: events are exits of calls; > for procexit.", get_dir },
	{ "evt.type", FIELD_STRING, 0, "Name of the event, such as openat.", get_type },
	{ "evt.type.is", FIELD_UINT32, FIELD_ARG_REQUIRED | FIELD_ARG_KEY | FIELD_ARG_DOT,
	  "1 for events of the named type, else 0.", get_type_is },
	{ "syscall.type", FIELD_STRING, 0, "Name of the system call; null for procexit.",
	  get_syscall_type },
	{ "evt.category", FIELD_STRING, 0,
	  "file, net, process, memory and so on, by Falco's table.", get_category },
	{ "evt.cpu", FIELD_INT16, FIELD_UNFILLED, "Number of the CPU.", NULL },
	{ "evt.buffer", FIELD_BYTES, 0, "Data sent or received, its first 256 bytes.",
	  field_io_buffer },
	{ "evt.buflen", FIELD_UINT64, 0, "How many bytes were sent or received.", field_io_buflen },
	{ "evt.res", FIELD_STRING, 0, "SUCCESS or the name of the error, such as EROFS.", get_res },
	{ "evt.rawres", FIELD_INT64, 0, "Result of the call: a value, or -errno.", get_rawres },
	{ "evt.failed", FIELD_BOOL, 0, "The call failed.", get_failed },
	{ "evt.is_io", FIELD_BOOL, 0, "Event reads or writes: sends, receives.", field_io_is_io },
	{ "evt.is_io_read", FIELD_BOOL, 0, "Event reads: recvfrom and its like, finit_module.",
	  field_io_is_read },
	{ "evt.is_io_write", FIELD_BOOL, 0, "Event writes: sendto and its like.",
	  field_io_is_write },
	{ "evt.io_dir", FIELD_STRING, 0, "read or write; null for others.", field_io_dir },
	{ "evt.is_wait", FIELD_BOOL, FIELD_ALWAYS_FALSE, "Event waits: none here does.",
	  get_false },
	{ "evt.wait_latency", FIELD_RELTIME, FIELD_DEPRECATED,
	  "Always 0: calls are seen when they return.", get_zero },
	{ "evt.is_syslog", FIELD_BOOL, 0, "Event sends to /dev/log.", field_io_is_syslog },
	{ "evt.count", FIELD_UINT32, 0, "Always 1.", get_one },
	{ "evt.count.error", FIELD_UINT32, 0, "1 if the call failed.", get_count_error },
	{ "evt.count.error.file", FIELD_UINT32, 0, "1 if a call on a file failed.",
	  get_count_error_file },
	{ "evt.count.error.net", FIELD_UINT32, 0, "1 if a call on a socket failed.",
	  get_count_error_net },
	{ "evt.count.error.memory", FIELD_UINT32, 0, "1 if a call on memory failed.",
	  get_count_error_memory },
	{ "evt.count.error.other", FIELD_UINT32, 0, "1 if another call failed.",
	  get_count_error_other },
	{ "evt.count.exit", FIELD_UINT32, 0, "1 for exits of calls, null for procexit.",
	  get_exit_count },
	{ "evt.count.procinfo", FIELD_UINT32, 0,
	  "1 for events that count processes: none here does.", get_zero },
	{ "evt.count.threadinfo", FIELD_UINT32, 0,
	  "1 for events that count threads: none here does.", get_zero },
	{ "evt.around", FIELD_UINT64,
	  FIELD_UNFILLED | FIELD_FILTER_ONLY | FIELD_ARG_REQUIRED | FIELD_ARG_KEY | FIELD_NO_RHS |
		  FIELD_NO_TRANSFORMER,
	  "Event is near a time.", NULL },
	{ "evt.abspath", FIELD_STRING, FIELD_ARG_ALLOWED | FIELD_ARG_KEY | FIELD_ARG_DOT,
	  "Path of calls that take a directory, also as .src or .dst.", get_abspath },
	{ "evt.buflen.in", FIELD_UINT64, 0, "The same of what was received.", field_io_buflen_in },
	{ "evt.buflen.out", FIELD_UINT64, 0, "The same of what was sent.", field_io_buflen_out },
	{ "evt.buflen.file", FIELD_UINT64, FIELD_UNFILLED, "The same of files alone.", NULL },
	{ "evt.buflen.file.in", FIELD_UINT64, FIELD_UNFILLED, "Read from a file.", NULL },
	{ "evt.buflen.file.out", FIELD_UINT64, FIELD_UNFILLED, "Written to a file.", NULL },
	{ "evt.buflen.net", FIELD_UINT64, 0, "The same of IPv4 and IPv6 sockets alone.",
	  field_io_buflen_net },
	{ "evt.buflen.net.in", FIELD_UINT64, 0, "Received from such a socket.",
	  field_io_buflen_net_in },
	{ "evt.buflen.net.out", FIELD_UINT64, 0, "Sent by such a socket.",
	  field_io_buflen_net_out },
	{ "evt.is_open_read", FIELD_BOOL, 0, "open family: opened to read.", get_is_open_read },
	{ "evt.is_open_write", FIELD_BOOL, 0, "open family: opened to write.", get_is_open_write },
	{ "evt.is_open_exec", FIELD_BOOL, 0, "open family: makes a file that may be executed.",
	  get_is_open_exec },
	{ "evt.is_open_create", FIELD_BOOL, 0, "open family: the file was made by this call.",
	  get_is_open_create },
	{ "evt.infra.docker.name", FIELD_STRING, FIELD_UNFILLED, "Name of a Docker event.", NULL },
	{ "evt.infra.docker.container.id", FIELD_STRING, FIELD_UNFILLED, "Container of it.", NULL },
	{ "evt.infra.docker.container.name", FIELD_STRING, FIELD_UNFILLED, "Its name.", NULL },
	{ "evt.infra.docker.container.image", FIELD_STRING, FIELD_UNFILLED, "Its image.", NULL },
	{ "evt.abi", FIELD_STRING, FIELD_OWN,
	  "How the call was made: native, compat32 (32-bit call) or io_uring.", get_abi },
	{ "evt.call", FIELD_STRING, FIELD_OWN,
	  "The system call that was made, where evt.type names the deed: a connect by sendto.",
	  get_call },
	{ "evt.pending", FIELD_BOOL, FIELD_OWN,
	  "Told before its end, as some io_uring operations are: evt.res tells nothing.",
	  get_pending },
	{ "evt.root", FIELD_STRING, FIELD_OWN,
	  "In a chroot: where its root is in the mount namespace; null elsewhere.", get_root },
	{ "evt.truncated", FIELD_BOOL, FIELD_OWN, "A string of the event was cut at its limit.",
	  get_truncated },
	{ "evt.claimed", FIELD_BOOL, FIELD_OWN,
	  "Path or address is the caller's word, not read from the kernel: failed calls.",
	  get_claimed },
	{ "evt.read_failed", FIELD_BOOL, FIELD_OWN, "A string of the event could not be read.",
	  get_read_failed },
	{ "util.cnt", FIELD_UINT64, FIELD_UNFILLED, "A counter.", NULL },
};

const struct field_family field_family_evt = FIELD_FAMILY(fields);
