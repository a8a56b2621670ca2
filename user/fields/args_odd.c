// SPDX-License-Identifier: Apache-2.0
/* Arguments of which another argument of the same call tells what they are. */
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/ptrace.h>
#include <sys/socket.h>
#include <sys/time.h>

#include "fields/args_impl.h"
#include "fields/symbols.h"

#define NS_PER_S  UINT64_C(1000000000)
#define NS_PER_US UINT64_C(1000)

static uint32_t other(const struct event_view *view, unsigned int index)
{
	return (uint32_t)view->rec->syscall->args[index];
}

/* Only the options of the socket itself have names. */
bool arg_read_sockopt(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	if (other(view, 1) != SOL_SOCKET)
		return arg_number(out, ARG_UNSIGNED, 0, "UNKNOWN");
	return arg_read_enum(view, arg, out);
}

enum option_form {
	OPTION_NUMBER, /* 32 bits */
	OPTION_WIDE,
	OPTION_TIME,
	OPTION_BYTES,
};

/* Of options of SOL_SOCKET.  Falco has the name of a device as a number, too. */
static enum option_form form_of(uint32_t option)
{
	switch (option) {
	case SO_RCVTIMEO:
	case SO_SNDTIMEO:
		return OPTION_TIME;
	case SO_COOKIE:
		return OPTION_WIDE;
	case SO_LINGER:
	case SO_PEERCRED:
	case SO_BINDTODEVICE:
	case SO_ATTACH_FILTER:
	case SO_PEERNAME:
	case SO_PEERSEC:
	case SO_ATTACH_BPF:
	case SO_MEMINFO:
	case SO_PEERGROUPS:
		return OPTION_BYTES;
	default:
		return symbols_enum_number(symbols_sockopts, option) ? OPTION_NUMBER : OPTION_BYTES;
	}
}

/* struct timeval of 64 or 32 bits each; false: it is neither. */
static bool read_time(const struct event_view *view, struct record_str bytes, struct arg_value *out)
{
	int64_t wide[2];
	int32_t narrow[2];
	char text[40];
	uint64_t ns;

	if (bytes.len >= sizeof(wide)) {
		memcpy(wide, bytes.s, sizeof(wide));
	} else if (bytes.len >= sizeof(narrow)) {
		memcpy(narrow, bytes.s, sizeof(narrow));
		wide[0] = narrow[0];
		wide[1] = narrow[1];
	} else {
		return false;
	}
	ns = (uint64_t)wide[0] * NS_PER_S + (uint64_t)wide[1] * NS_PER_US;
	(void)snprintf(text, sizeof(text), "%gs", (double)ns / (double)NS_PER_S);
	return arg_number(out, ARG_UNSIGNED, (int64_t)ns, arena_strdup(view->scratch, text));
}

bool arg_read_sockopt_value(const struct event_view *view, const struct arg *arg,
			    struct arg_value *out)
{
	struct record_str bytes = arg_raw_text(view, arg);
	enum option_form form = OPTION_BYTES;
	uint64_t wide;
	uint32_t n;

	if (other(view, 1) == SOL_SOCKET)
		form = form_of(other(view, 2));
	if (form == OPTION_TIME && read_time(view, bytes, out))
		return true;
	if (form == OPTION_WIDE && bytes.len >= sizeof(wide)) {
		memcpy(&wide, bytes.s, sizeof(wide));
		return arg_number(out, ARG_UNSIGNED, (int64_t)wide, NULL);
	}
	if (form == OPTION_NUMBER && bytes.len >= sizeof(n)) {
		memcpy(&n, bytes.s, sizeof(n));
		return arg_number(out, ARG_UNSIGNED, n, NULL);
	}
	return arg_read_data(view, arg, out);
}

/* A signal for a tracee that goes on; what was peeked lies in memory that is not read. */
bool arg_read_ptrace_data(const struct event_view *view, const struct arg *arg,
			  struct arg_value *out)
{
	switch (other(view, 0)) {
	case PTRACE_CONT:
	case PTRACE_SINGLESTEP:
	case PTRACE_DETACH:
	case PTRACE_SYSCALL:
		return arg_read_signal(view, arg, out);
	case PTRACE_PEEKTEXT:
	case PTRACE_PEEKDATA:
	case PTRACE_PEEKUSER:
		return false;
	default:
		return arg_number(out, ARG_HEX, (int64_t)arg_raw(view, arg), NULL);
	}
}

static bool is_of_name(const struct event_view *view)
{
	uint32_t option = other(view, 0);

	return option == PR_SET_NAME || option == PR_GET_NAME;
}

/* If it succeeded, the thread has the name that was set or asked for. */
bool arg_read_prctl_text(const struct event_view *view, const struct arg *arg,
			 struct arg_value *out)
{
	(void)arg;
	return is_of_name(view) && view->rec->hdr->ret >= 0 &&
	       arg_string(out, view->rec->hdr->comm);
}

/* PR_GET_CHILD_SUBREAPER writes to memory that is not read. */
bool arg_read_prctl_int(const struct event_view *view, const struct arg *arg, struct arg_value *out)
{
	return !is_of_name(view) && other(view, 0) != PR_GET_CHILD_SUBREAPER &&
	       arg_number(out, ARG_SIGNED, (int64_t)arg_raw(view, arg), NULL);
}

/* enum fsconfig_command, which <sys/mount.h> has from glibc 2.36 on only */
enum {
	CONFIG_STRING = 1,
	CONFIG_BINARY = 2,
	CONFIG_PATH = 3,
	CONFIG_PATH_EMPTY = 4,
};

/* Up to the first NUL: it was read as a string. */
bool arg_read_config_bytes(const struct event_view *view, const struct arg *arg,
			   struct arg_value *out)
{
	return other(view, 1) == CONFIG_BINARY ? arg_read_data(view, arg, out) : arg_empty(out);
}

bool arg_read_config_text(const struct event_view *view, const struct arg *arg,
			  struct arg_value *out)
{
	uint32_t command = other(view, 1);

	if (command != CONFIG_STRING && command != CONFIG_PATH && command != CONFIG_PATH_EMPTY)
		return false;
	return view->rec->syscall->text[arg->index].off &&
	       arg_text(out, arg_raw_text(view, arg), NULL);
}
