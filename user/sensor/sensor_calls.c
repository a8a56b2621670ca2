// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <string.h>
#include <sys/syscall.h>

#define ARRAY_SIZE(a) (sizeof(a) / sizeof((a)[0]))
#define NO_NR         (-1)

/* Numbers that only some architectures have. */
#ifdef __NR_open
enum { NR_OPEN = __NR_open, NR_CREAT = __NR_creat, NR_FORK = __NR_fork, NR_VFORK = __NR_vfork };
#else
enum { NR_OPEN = NO_NR, NR_CREAT = NO_NR, NR_FORK = NO_NR, NR_VFORK = NO_NR };
#endif

/*
 * Numbers of the 32-bit ABI, for which a 64-bit build has no header: i386 on
 * x86-64 (arch/x86/entry/syscalls/syscall_32.tbl), arm EABI on arm64
 * (arch/arm/tools/syscall.tbl).  They agree but for a few.  Another architecture
 * does not compile until it has its own.
 */
#if defined(__x86_64__)
enum {
	NR32_SOCKETCALL = 102,
	NR32_OPENAT = 295,
	NR32_OPEN_BY_HANDLE_AT = 342,
	NR32_EXECVEAT = 358,
	NR32_CONNECT = 362,
};
#elif defined(__aarch64__)
enum {
	NR32_SOCKETCALL = NO_NR,
	NR32_CONNECT = 283,
	NR32_OPENAT = 322,
	NR32_OPEN_BY_HANDLE_AT = 371,
	NR32_EXECVEAT = 387,
};
#endif

enum {
	NR32_FORK = 2,
	NR32_OPEN = 5,
	NR32_CREAT = 8,
	NR32_EXECVE = 11,
	NR32_CHDIR = 12,
	NR32_SETUID16 = 23,
	NR32_SETGID16 = 46,
	NR32_SETREUID16 = 70,
	NR32_SETREGID16 = 71,
	NR32_SETGROUPS16 = 81,
	NR32_CLONE = 120,
	NR32_FCHDIR = 133,
	NR32_SETFSUID16 = 138,
	NR32_SETFSGID16 = 139,
	NR32_SETRESUID16 = 164,
	NR32_SETRESGID16 = 170,
	NR32_CAPSET = 185,
	NR32_VFORK = 190,
	NR32_SETREUID = 203,
	NR32_SETREGID = 204,
	NR32_SETGROUPS = 206,
	NR32_SETRESUID = 208,
	NR32_SETRESGID = 210,
	NR32_SETUID = 213,
	NR32_SETGID = 214,
	NR32_SETFSUID = 215,
	NR32_SETFSGID = 216,
	NR32_CLONE3 = 435,
	NR32_OPENAT2 = 437,
};

struct call_row {
	uint16_t call;
	uint8_t slot;
	uint8_t flags;
	int nr[BW_ABIS_MAX];
};

/* A call that has two numbers in the 32-bit ABI has two rows. */
static const struct call_row rows[] = {
	{ BW_CALL_FORK, BW_SLOT_NONE, 0, { NR_FORK, NR32_FORK } },
	{ BW_CALL_VFORK, BW_SLOT_NONE, 0, { NR_VFORK, NR32_VFORK } },
	{ BW_CALL_CLONE, BW_SLOT_NONE, 0, { __NR_clone, NR32_CLONE } },
	{ BW_CALL_CLONE3, BW_SLOT_NONE, 0, { __NR_clone3, NR32_CLONE3 } },
	{ BW_CALL_EXECVE, BW_SLOT_EXEC_FAIL, BW_CALL_F_FAILURES, { __NR_execve, NR32_EXECVE } },
	{ BW_CALL_EXECVEAT,
	  BW_SLOT_EXEC_FAIL,
	  BW_CALL_F_FAILURES,
	  { __NR_execveat, NR32_EXECVEAT } },
	{ BW_CALL_OPEN, BW_SLOT_OPEN, 0, { NR_OPEN, NR32_OPEN } },
	{ BW_CALL_OPENAT, BW_SLOT_OPEN, 0, { __NR_openat, NR32_OPENAT } },
	{ BW_CALL_OPENAT2, BW_SLOT_OPEN, 0, { __NR_openat2, NR32_OPENAT2 } },
	{ BW_CALL_CREAT, BW_SLOT_OPEN, 0, { NR_CREAT, NR32_CREAT } },
	{ BW_CALL_OPEN_BY_HANDLE_AT,
	  BW_SLOT_OPEN,
	  0,
	  { __NR_open_by_handle_at, NR32_OPEN_BY_HANDLE_AT } },
	{ BW_CALL_CONNECT, BW_SLOT_CONNECT, 0, { __NR_connect, NR32_CONNECT } },
	{ BW_CALL_CONNECT, BW_SLOT_CONNECT, BW_CALL_F_SOCKET, { NO_NR, NR32_SOCKETCALL } },
	{ BW_CALL_SETUID, BW_SLOT_CRED, 0, { __NR_setuid, NR32_SETUID } },
	{ BW_CALL_SETUID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETUID16 } },
	{ BW_CALL_SETGID, BW_SLOT_CRED, 0, { __NR_setgid, NR32_SETGID } },
	{ BW_CALL_SETGID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETGID16 } },
	{ BW_CALL_SETREUID, BW_SLOT_CRED, 0, { __NR_setreuid, NR32_SETREUID } },
	{ BW_CALL_SETREUID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETREUID16 } },
	{ BW_CALL_SETREGID, BW_SLOT_CRED, 0, { __NR_setregid, NR32_SETREGID } },
	{ BW_CALL_SETREGID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETREGID16 } },
	{ BW_CALL_SETRESUID, BW_SLOT_CRED, 0, { __NR_setresuid, NR32_SETRESUID } },
	{ BW_CALL_SETRESUID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETRESUID16 } },
	{ BW_CALL_SETRESGID, BW_SLOT_CRED, 0, { __NR_setresgid, NR32_SETRESGID } },
	{ BW_CALL_SETRESGID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETRESGID16 } },
	{ BW_CALL_SETFSUID, BW_SLOT_CRED, 0, { __NR_setfsuid, NR32_SETFSUID } },
	{ BW_CALL_SETFSUID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETFSUID16 } },
	{ BW_CALL_SETFSGID, BW_SLOT_CRED, 0, { __NR_setfsgid, NR32_SETFSGID } },
	{ BW_CALL_SETFSGID, BW_SLOT_CRED, BW_CALL_F_ID16, { NO_NR, NR32_SETFSGID16 } },
	{ BW_CALL_SETGROUPS, BW_SLOT_CRED, 0, { __NR_setgroups, NR32_SETGROUPS } },
	{ BW_CALL_SETGROUPS, BW_SLOT_CRED, 0, { NO_NR, NR32_SETGROUPS16 } },
	{ BW_CALL_CAPSET, BW_SLOT_CRED, 0, { __NR_capset, NR32_CAPSET } },
	{ BW_CALL_CHDIR, BW_SLOT_CHDIR, 0, { __NR_chdir, NR32_CHDIR } },
	{ BW_CALL_FCHDIR, BW_SLOT_CHDIR, 0, { __NR_fchdir, NR32_FCHDIR } },
};

void sensor_calls_slots(const bool wanted[BW_CALL_MAX], bool ret_needed[BW_SLOT_MAX])
{
	memset(ret_needed, 0, BW_SLOT_MAX * sizeof(*ret_needed));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		if (wanted[rows[i].call] && rows[i].slot != BW_SLOT_NONE)
			ret_needed[rows[i].slot] = true;
	}
}

void sensor_calls_fill(const bool wanted[BW_CALL_MAX], struct bw_number *out)
{
	bool needed[BW_SLOT_MAX];

	sensor_calls_slots(wanted, needed);
	memset(out, 0, BW_NR_MAX * sizeof(*out));
	for (size_t i = 0; i < ARRAY_SIZE(rows); i++) {
		const struct call_row *row = &rows[i];
		struct bw_call_entry entry = {
			.call = row->call,
			.slot = row->slot,
			.flags = row->flags,
		};

		if (!wanted[row->call]) {
			/* Credentials have to be followed through every call of the family. */
			if (row->slot == BW_SLOT_CRED && needed[BW_SLOT_CRED])
				entry.flags |= BW_CALL_F_QUIET;
			else
				entry.slot = BW_SLOT_NONE;
		}
		for (int abi = 0; abi < BW_ABIS_MAX; abi++) {
			if (row->nr[abi] >= 0 && row->nr[abi] < BW_NR_MAX)
				out[row->nr[abi]].abi[abi] = entry;
		}
	}
}
