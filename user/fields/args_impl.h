/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_ARGS_IMPL_H
#define FIELDS_ARGS_IMPL_H

/* What the files that fill arguments share.  Private to args*.c. */
#include "fields/args.h"

struct arg_list {
	const struct arg *args;
	size_t n;
};

#define ARG(name_, get_)                       \
	{                                      \
		.name = (name_), .get = (get_) \
	}

#define ARG_LIST(table)                                   \
	{                                                 \
		(table), sizeof(table) / sizeof(*(table)) \
	}

/* The arguments of a call by its record; {NULL, 0}: they are another file's. */
struct arg_list args_exec_list(uint16_t type);
struct arg_list args_file_list(uint16_t type, uint16_t call);
struct arg_list args_call_list(uint16_t call);

/* Fill *out and return true: what a getter ends with. */
bool arg_number(struct arg_value *out, enum arg_form form, int64_t n, const char *resolved);
bool arg_text(struct arg_value *out, struct record_str text, const char *resolved);
bool arg_bytes(struct arg_value *out, struct record_str text);
bool arg_string(struct arg_value *out, const char *s);
bool arg_empty(struct arg_value *out);
bool arg_user(const struct event_view *view, struct arg_value *out, uint32_t uid);
bool arg_group(const struct event_view *view, struct arg_value *out, uint32_t gid);
bool arg_caps(const struct event_view *view, struct arg_value *out, uint64_t caps);
bool arg_res(const struct event_view *view, struct arg_value *out);

/* Of the process that the event is of; its image if it has one. */
bool arg_cap_inheritable(const struct event_view *view, struct arg_value *out);
bool arg_cap_permitted(const struct event_view *view, struct arg_value *out);
bool arg_cap_effective(const struct event_view *view, struct arg_value *out);

/* What struct bw_syscall has of an argument: its number, and what that points to. */
uint64_t arg_raw(const struct event_view *view, const struct arg *arg);
struct record_str arg_raw_text(const struct event_view *view, const struct arg *arg);

/* How an argument of a struct bw_syscall is read, by its kind. */
typedef bool arg_read_fn(const struct event_view *view, const struct arg *arg,
			 struct arg_value *out);
arg_read_fn arg_read_data;
arg_read_fn arg_read_enum;
arg_read_fn arg_read_signal;

/* Those that another argument decides about: args_odd.c. */
arg_read_fn arg_read_sockopt;
arg_read_fn arg_read_sockopt_value;
arg_read_fn arg_read_ptrace_data;
arg_read_fn arg_read_prctl_text;
arg_read_fn arg_read_prctl_int;
arg_read_fn arg_read_config_bytes;
arg_read_fn arg_read_config_text;

/* Name of the process that Falco would look up by the pid; NULL: not known. */
const char *arg_pid_name(const struct event_view *view, uint32_t pid);

#endif /* FIELDS_ARGS_IMPL_H */
