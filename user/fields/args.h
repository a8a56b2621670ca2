/* SPDX-License-Identifier: Apache-2.0 */
#ifndef FIELDS_ARGS_H
#define FIELDS_ARGS_H

/* Arguments of events, as evt.arg names them.  Private to fields/. */
#include "fields/view.h"

enum arg_form {
	ARG_SIGNED,
	ARG_UNSIGNED,
	ARG_HEX,
	ARG_OCTAL,
	ARG_TEXT,
	ARG_BYTES, /* strings, each with a NUL behind it */
};

/* One argument's value; text is set for ARG_TEXT and ARG_BYTES, n for the others. */
struct arg_value {
	enum arg_form form;
	uint32_t len;
	int64_t n;
	const char *text;
	const char *resolved; /* names for the number, the path made absolute; NULL: none */
};

/* False: the event's record does not have it. */
typedef bool arg_get_fn(const struct event_view *view, struct arg_value *out);

/* How to read an argument of a struct bw_syscall. */
enum arg_kind {
	KIND_NONE = 0, /* by `get` */
	KIND_NAME, /* the call's own name */
	KIND_RES, /* the result */
	KIND_RES_FD, /* the result, which is a descriptor */
	KIND_FD, /* the descriptor that the record describes */
	KIND_OTHER_FD, /* a number of a descriptor, no more */
	KIND_DIRFD, /* of the path that follows */
	KIND_PATH,
	KIND_STR,
	KIND_DATA,
	KIND_INT, /* 32 bits */
	KIND_UINT, /* 32 bits */
	KIND_LONG, /* 64 bits */
	KIND_ULONG, /* 64 bits */
	KIND_HEX, /* 64 bits */
	KIND_HEX32,
	KIND_FLAGS, /* symbols */
	KIND_MODE, /* permissions: symbols, the number in octal */
	KIND_ENUM, /* symbols, of one each; 32 bits */
	KIND_LONG_ENUM, /* 64 bits */
	KIND_SOCK_FLAGS, /* of the type of a socket */
	KIND_PID, /* of a process or thread that the call is about */
	KIND_SIGNAL,
	KIND_DATA_BYTES, /* of the whole buffer */
	KIND_TUPLE, /* of the socket */
	KIND_ADDR, /* of the socket: local where it was bound, else remote */
	KIND_NODE_MODE, /* likewise, of a file that is made: without a type it is a regular one */
	KIND_DEV, /* a device as the kernel numbers it: major << 20 | minor */
	/* What they are, another argument decides. */
	KIND_SOCKOPT,
	KIND_SOCKOPT_VALUE,
	KIND_PTRACE_DATA,
	KIND_PRCTL_TEXT,
	KIND_PRCTL_INT,
	KIND_CONFIG_BYTES,
	KIND_CONFIG_TEXT,
};

struct symbol;

struct arg {
	const char *name;
	arg_get_fn *get; /* NULL with KIND_NONE: never known, but counted by Falco's numbers */
	uint16_t call; /* enum bw_call, with a kind */
	uint8_t kind;
	uint8_t index; /* of the call's argument */
	uint8_t path; /* KIND_PATH, KIND_DIRFD: how many paths stand before */
	const struct symbol *symbols;
};

/* Whether any event has a value of it. */
static inline bool arg_is_known(const struct arg *arg)
{
	return arg->get || arg->kind;
}

/* False: the event's record does not have it. */
bool arg_read(const struct event_view *view, const struct arg *arg, struct arg_value *out);

/* The arguments of the event, in Falco's order. */
const struct arg *args_of(const struct event_view *view, size_t *ret_n);

/* The same for all events that a call gives. */
const struct arg *args_of_call(uint16_t call, size_t *ret_n);

/* The path of an open, made absolute; NULL: not known, or scratch is full. */
const char *args_open_path(const struct event_view *view);

/*
 * The n-th path that a BW_EVENT_CALL names, made absolute or as the caller wrote it;
 * what is linked or mounted counts as one.  NULL: there is none, or scratch is full.
 */
const char *args_call_path(const struct event_view *view, unsigned int n, bool is_raw);

/* The same, if the call takes a directory for it. */
const char *args_call_abspath(const struct event_view *view, unsigned int n);

/* The value of evt.arg; ref has its argument. */
bool args_value(const struct event_view *view, const struct field_ref *ref, struct value *out);

/* The one that ref names; NULL: there is none of that name or number. */
const struct arg *args_find(const struct arg *args, size_t n, const struct field_ref *ref);

/*
 * Check the argument of fields that take only some texts, and give evt.rawarg the
 * field of the right type.  Returns 0, or -EINVAL; *ret_reason is set then for
 * evt.arg and evt.rawarg, which name no argument of any event.
 */
int args_resolve(struct field_ref *ref, const char **ret_reason);

/* Type of the argument that some event of Falco's has by this name; false: none has. */
bool arg_type(const char *name, size_t len, enum field_type *out);

#endif /* FIELDS_ARGS_H */
