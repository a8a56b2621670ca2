// SPDX-License-Identifier: Apache-2.0
/* The executable of the process and what its exec found: from the exec's record. */
#include <inttypes.h>
#include <stdio.h>
#include <sys/socket.h>
#include <sys/stat.h>

#include "fields/family.h"
#include "fields/names.h"

/* NULL: no exec seen, a kernel thread for instance. */
static const struct bw_exec *exec_of(const struct event_view *view)
{
	return view->proc->image ? view->proc->image->rec.exec : NULL;
}

static bool flag(const struct event_view *view, struct value *out, uint32_t bit)
{
	const struct bw_exec *exec = exec_of(view);

	return value_bool(out, exec && (exec->exe.flags & bit));
}

static bool get_is_writable(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_WRITABLE);
}

static bool get_is_upper(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_UPPER);
}

static bool get_is_lower(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_LOWER);
}

static bool get_is_memfd(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_MEMFD);
}

static bool get_is_deleted(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_DELETED);
}

static bool get_is_rdonly(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_RDONLY);
}

static bool get_is_unreachable(const struct event_view *view, const struct field_ref *ref,
			       struct value *out)
{
	(void)ref;
	return flag(view, out, BW_FILE_UNREACHABLE);
}

static bool get_is_setuid(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return value_bool(out, exec && (exec->exe.mode & S_ISUID));
}

/* Without group execute the bit means mandatory locking, and exec ignores it. */
static bool get_is_setgid(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const uint32_t bits = S_ISGID | S_IXGRP;
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return value_bool(out, exec && (exec->exe.mode & bits) == bits);
}

static bool get_secureexec(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return value_bool(out, exec && exec->secureexec);
}

static bool get_ino(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && exec->exe.ino && value_int(out, (int64_t)exec->exe.ino);
}

static bool get_ctime(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && exec->exe.ctime_ns && value_uint(out, exec->exe.ctime_ns);
}

static bool get_mtime(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && exec->exe.mtime_ns && value_uint(out, exec->exe.mtime_ns);
}

static bool get_ctime_to_start(const struct event_view *view, const struct field_ref *ref,
			       struct value *out)
{
	uint64_t start = view->proc->start_ns + view->host->epoch_offset_ns;
	struct value ctime;

	if (!get_ctime(view, ref, &ctime) || start <= ctime.u)
		return false;
	return value_uint(out, start - ctime.u);
}

/* A container's own pid namespace is as old as the container, but for milliseconds. */
static bool get_pidns_start(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	uint64_t start = view->container->start_ns;

	(void)ref;
	return start && (view->rec->hdr->ns_differs & BW_NS_PID) &&
	       value_uint(out, start + view->host->epoch_offset_ns);
}

static bool get_pidns_to_ctime(const struct event_view *view, const struct field_ref *ref,
			       struct value *out)
{
	struct value start;
	struct value ctime;

	if (!get_pidns_start(view, ref, &start) || !get_ctime(view, ref, &ctime))
		return false;
	return ctime.u > start.u && value_uint(out, ctime.u - start.u);
}

static bool value_stdio_type(const struct event_view *view, struct value *out, unsigned int fd)
{
	const struct bw_exec *exec = exec_of(view);

	return exec && value_str(out, names_stdio(&exec->stdio[fd]));
}

static bool get_stdin_type(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return value_stdio_type(view, out, 0);
}

static bool get_stdout_type(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return value_stdio_type(view, out, 1);
}

static bool get_stderr_type(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return value_stdio_type(view, out, 2);
}

/* The record has the ends of one socket: a shell has the same on all of its descriptors. */
static bool value_stdio_name(const struct event_view *view, struct value *out, unsigned int fd)
{
	const struct bw_exec *exec = exec_of(view);

	if (!exec || (exec->stdio[fd].family != AF_INET && exec->stdio[fd].family != AF_INET6))
		return false;
	return value_str(out, names_tuple(view->scratch, &exec->std_local, &exec->std_remote));
}

static bool get_stdin_name(const struct event_view *view, const struct field_ref *ref,
			   struct value *out)
{
	(void)ref;
	return value_stdio_name(view, out, 0);
}

static bool get_stdout_name(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return value_stdio_name(view, out, 1);
}

static bool get_stderr_name(const struct event_view *view, const struct field_ref *ref,
			    struct value *out)
{
	(void)ref;
	return value_stdio_name(view, out, 2);
}

static bool get_std_lip(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	if (!exec || !names_address(&exec->std_local, &out->ip))
		return false;
	out->kind = VALUE_IP;
	return true;
}

static bool get_std_rip(const struct event_view *view, const struct field_ref *ref,
			struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	if (!exec || !names_address(&exec->std_remote, &out->ip))
		return false;
	out->kind = VALUE_IP;
	return true;
}

static bool get_std_lport(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && exec->std_local.family && value_uint(out, exec->std_local.port);
}

static bool get_std_rport(const struct event_view *view, const struct field_ref *ref,
			  struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && exec->std_remote.family && value_uint(out, exec->std_remote.port);
}

static bool get_fs(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && exec->exe.fs_magic &&
	       value_str(out, names_fs(view->scratch, exec->exe.fs_magic));
}

static bool get_dev(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view);
	char text[32];

	(void)ref;
	if (!exec || !exec->exe.dev)
		return false;
	(void)snprintf(text, sizeof(text), "%u:%u", exec->exe.dev >> 20,
		       exec->exe.dev & ((1U << 20) - 1));
	return value_str(out, arena_strdup(view->scratch, text));
}

static bool get_mode(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && exec->exe.mode && value_uint(out, exec->exe.mode & 07777);
}

/* A mode of 0 tells that the inode was not read. */
static bool get_owner(const struct event_view *view, const struct field_ref *ref, struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && exec->exe.mode && value_uint(out, exec->exe.uid);
}

/* Null for a string that was not read. */
static bool value_record_str(const struct event_view *view, struct value *out, struct bw_str str)
{
	struct record_str text = record_str(&view->proc->image->rec, str);

	return text.len > 0 && value_strn(out, text.s, text.len);
}

static bool get_interp(const struct event_view *view, const struct field_ref *ref,
		       struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && value_record_str(view, out, exec->interp);
}

static bool get_filename(const struct event_view *view, const struct field_ref *ref,
			 struct value *out)
{
	const struct bw_exec *exec = exec_of(view);

	(void)ref;
	return exec && value_record_str(view, out, exec->filename);
}

static const struct field fields[] = {
	{ "proc.is_exe_writable", FIELD_BOOL, 0, "The task may write its own executable.",
	  get_is_writable },
	{ "proc.is_exe_upper_layer", FIELD_BOOL, 0,
	  "Executable is in an overlay's writable layer: not from the image.", get_is_upper },
	{ "proc.is_exe_lower_layer", FIELD_BOOL, 0,
	  "Executable is in an overlay's lower layer: from the image.", get_is_lower },
	{ "proc.is_exe_from_memfd", FIELD_BOOL, 0, "Executable is an anonymous memory file.",
	  get_is_memfd },
	{ "proc.exe_ino", FIELD_INT64, 0, "Inode number of the executable.", get_ino },
	{ "proc.exe_ino.ctime", FIELD_ABSTIME, 0, "Last change of the executable's inode.",
	  get_ctime },
	{ "proc.exe_ino.mtime", FIELD_ABSTIME, 0, "Last change of the executable's content.",
	  get_mtime },
	{ "proc.exe_ino.ctime_duration_proc_start", FIELD_ABSTIME, 0,
	  "Time between proc.exe_ino.ctime and the start of the process, if that is later.",
	  get_ctime_to_start },
	{ "proc.exe_ino.ctime_duration_pidns_start", FIELD_ABSTIME, 0,
	  "Time between proc.pidns_init_start_ts and proc.exe_ino.ctime, if that is later.",
	  get_pidns_to_ctime },
	{ "proc.pidns_init_start_ts", FIELD_UINT64, 0,
	  "Start of the pid namespace; known of containers that have their own.", get_pidns_start },
	{ "proc.stdin.type", FIELD_STRING, 0,
	  "What descriptor 0 was at exec: file, directory, pipe, ipv4, ipv6, unix …",
	  get_stdin_type },
	{ "proc.stdout.type", FIELD_STRING, 0, "The same of descriptor 1.", get_stdout_type },
	{ "proc.stderr.type", FIELD_STRING, 0, "The same of descriptor 2.", get_stderr_type },
	{ "proc.stdin.name", FIELD_STRING, 0, "Both ends of the inet socket on descriptor 0.",
	  get_stdin_name },
	{ "proc.stdout.name", FIELD_STRING, 0, "The same of descriptor 1.", get_stdout_name },
	{ "proc.stderr.name", FIELD_STRING, 0, "The same of descriptor 2.", get_stderr_name },
	{ "proc.stdio.lip", FIELD_IPADDR, FIELD_OWN,
	  "Local address of the first inet socket among descriptors 0 to 2 at exec.", get_std_lip },
	{ "proc.stdio.rip", FIELD_IPADDR, FIELD_OWN, "Remote address of it.", get_std_rip },
	{ "proc.stdio.rnet", FIELD_IPNET,
	  FIELD_OWN | FIELD_FILTER_ONLY | FIELD_NO_RHS | FIELD_NO_TRANSFORMER,
	  "Remote address of it, to compare with networks.", get_std_rip },
	{ "proc.stdio.lport", FIELD_PORT, FIELD_OWN, "Local port of it.", get_std_lport },
	{ "proc.stdio.rport", FIELD_PORT, FIELD_OWN, "Remote port of it.", get_std_rport },
	{ "proc.is_exe_deleted", FIELD_BOOL, FIELD_OWN, "The executable's name was gone at exec.",
	  get_is_deleted },
	{ "proc.is_exe_setuid", FIELD_BOOL, FIELD_OWN, "Executable has the set-user-id bit.",
	  get_is_setuid },
	{ "proc.is_exe_setgid", FIELD_BOOL, FIELD_OWN,
	  "Executable has the set-group-id bit and may be executed by its group.", get_is_setgid },
	{ "proc.is_exe_rdonly", FIELD_BOOL, FIELD_OWN, "Executable is on a read-only mount.",
	  get_is_rdonly },
	{ "proc.is_exe_unreachable", FIELD_BOOL, FIELD_OWN,
	  "Executable is not below the task's root: the path is that in its mount.",
	  get_is_unreachable },
	{ "proc.exe_fs", FIELD_STRING, FIELD_OWN,
	  "File system of the executable: overlay, tmpfs, ext4 …", get_fs },
	{ "proc.exe_dev", FIELD_STRING, FIELD_OWN, "Device of the executable, major:minor.",
	  get_dev },
	{ "proc.exe_mode", FIELD_UINT32, FIELD_OWN | FIELD_OCTAL, "Permissions of the executable.",
	  get_mode },
	{ "proc.exe_uid", FIELD_UINT32, FIELD_OWN, "Owner of the executable.", get_owner },
	{ "proc.interp", FIELD_STRING, FIELD_OWN,
	  "Interpreter that runs the script or binary, if it is not the file itself.", get_interp },
	{ "proc.filename", FIELD_STRING, FIELD_OWN, "The executable's name as given to exec.",
	  get_filename },
	{ "proc.secureexec", FIELD_BOOL, FIELD_OWN, "Exec gained ids or capabilities (AT_SECURE).",
	  get_secureexec },
};

const struct field_family field_family_exe = FIELD_FAMILY(fields);
