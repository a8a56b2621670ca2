// SPDX-License-Identifier: Apache-2.0
#include "fields/field_io.h"

#include <string.h>

#include "fields/args.h"
#include "fields/family.h"
#include "fields/fd.h"
#include "fields/traits.h"

/* Only events of calls read and write; a connection that sendto began does not. */
static enum traits_io io_of(const struct event_view *view)
{
	return view->rec->hdr->type == BW_EVENT_CALL ? traits_io_of_call(view->rec->hdr->call) :
						       TRAITS_NO_IO;
}

bool field_io_is_io(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_bool(out, io_of(view) != TRAITS_NO_IO);
}

bool field_io_is_read(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	(void)ref;
	return value_bool(out, io_of(view) == TRAITS_READS);
}

bool field_io_is_write(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	(void)ref;
	return value_bool(out, io_of(view) == TRAITS_WRITES);
}

/* Falco's words are these, whatever its description says. */
bool field_io_dir(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	enum traits_io io = io_of(view);

	(void)ref;
	return io != TRAITS_NO_IO && value_str(out, io == TRAITS_READS ? "read" : "write");
}

/* /dev/log is a link to the socket of systemd's journal, which has the name it was bound to. */
bool field_io_is_syslog(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	struct fd_view fd;
	const char *name = NULL;

	(void)ref;
	if (io_of(view) == TRAITS_WRITES && fd_view(view, &fd))
		name = fd_name(view, &fd);
	return value_bool(out, name && (strstr(name, "/dev/log") ||
					strstr(name, "/run/systemd/journal/dev-log")));
}

/* The argument "data" of what reads and writes. */
bool field_io_buffer(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	struct field_ref data = { .arg = "data", .arg_len = strlen("data") };
	struct arg_value value = { 0 };
	const struct arg *args;
	size_t n;

	(void)ref;
	if (view->rec->hdr->type != BW_EVENT_CALL || !traits_has_buffer(view->rec->hdr->call))
		return false;
	args = args_of(view, &n);
	if (!arg_read(view, args_find(args, n, &data), &value))
		return false;
	value_strn(out, value.text, value.len);
	out->kind = VALUE_BYTES;
	return true;
}

/* Bytes moved; of many messages those of the first, whose data evt.buffer has. */
bool field_io_buflen(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	uint16_t call = view->rec->hdr->call;
	struct fd_view fd;

	(void)ref;
	if (view->rec->hdr->type != BW_EVENT_CALL || !traits_has_buffer(call) ||
	    view->rec->hdr->ret < 0 || !fd_view(view, &fd))
		return false;
	if (call == BW_CALL_SENDMMSG || call == BW_CALL_RECVMMSG)
		return value_uint(out, view->rec->syscall->data_bytes);
	return value_uint(out, (uint64_t)view->rec->hdr->ret);
}

bool field_io_buflen_in(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	return io_of(view) == TRAITS_READS && field_io_buflen(view, ref, out);
}

bool field_io_buflen_out(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	return io_of(view) == TRAITS_WRITES && field_io_buflen(view, ref, out);
}

static bool is_on_net(const struct event_view *view)
{
	const char *category = traits_category(view);

	return category && strcmp(category, "net") == 0;
}

bool field_io_buflen_net(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	return is_on_net(view) && field_io_buflen(view, ref, out);
}

bool field_io_buflen_net_in(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	return is_on_net(view) && field_io_buflen_in(view, ref, out);
}

bool field_io_buflen_net_out(const struct event_view *view, const struct field_ref *ref,
			     struct value *out)
{
	return is_on_net(view) && field_io_buflen_out(view, ref, out);
}
