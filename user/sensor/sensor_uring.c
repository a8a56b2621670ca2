// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_impl.h"

#include <linux/io_uring.h>
#include <string.h>

/* Newer than the headers of some build machines; include/uapi/linux/io_uring.h. */
enum {
	RING_OP_SEND_ZC = 47,
	RING_OP_SENDMSG_ZC = 48,
	RING_OP_FTRUNCATE = 55,
	RING_OP_BIND = 56,
	RING_OP_LISTEN = 57,
};

struct op_row {
	uint8_t op;
	uint8_t slot;
	uint16_t call;
};

/* The system call that does the same as an operation. */
static const struct op_row rows[] = {
	{ IORING_OP_OPENAT, BW_SLOT_OPEN, BW_CALL_OPENAT },
	{ IORING_OP_OPENAT2, BW_SLOT_OPEN, BW_CALL_OPENAT2 },
	{ IORING_OP_CONNECT, BW_SLOT_CONNECT, BW_CALL_CONNECT },
	{ IORING_OP_UNLINKAT, BW_SLOT_CALL, BW_CALL_UNLINKAT },
	{ IORING_OP_RENAMEAT, BW_SLOT_CALL, BW_CALL_RENAMEAT2 }, /* it has flags */
	{ IORING_OP_MKDIRAT, BW_SLOT_CALL, BW_CALL_MKDIRAT },
	{ IORING_OP_SYMLINKAT, BW_SLOT_CALL, BW_CALL_SYMLINKAT },
	{ IORING_OP_LINKAT, BW_SLOT_CALL, BW_CALL_LINKAT },
	{ IORING_OP_SETXATTR, BW_SLOT_CALL, BW_CALL_SETXATTR },
	{ IORING_OP_FSETXATTR, BW_SLOT_CALL, BW_CALL_FSETXATTR },
	{ IORING_OP_SOCKET, BW_SLOT_CALL, BW_CALL_SOCKET },
	{ IORING_OP_ACCEPT, BW_SLOT_CALL, BW_CALL_ACCEPT4 },
	{ IORING_OP_SENDMSG, BW_SLOT_CALL, BW_CALL_SENDMSG },
	{ IORING_OP_SEND, BW_SLOT_CALL, BW_CALL_SENDTO },
	{ RING_OP_SENDMSG_ZC, BW_SLOT_CALL, BW_CALL_SENDMSG },
	{ RING_OP_SEND_ZC, BW_SLOT_CALL, BW_CALL_SENDTO },
	{ IORING_OP_RECVMSG, BW_SLOT_CALL, BW_CALL_RECVMSG },
	{ IORING_OP_RECV, BW_SLOT_CALL, BW_CALL_RECVFROM },
	{ RING_OP_FTRUNCATE, BW_SLOT_CALL, BW_CALL_FTRUNCATE },
	{ RING_OP_BIND, BW_SLOT_CALL, BW_CALL_BIND },
	{ RING_OP_LISTEN, BW_SLOT_CALL, BW_CALL_LISTEN },
};

bool sensor_uring_fill(const bool wanted[BW_CALL_MAX], struct bw_call_entry out[BW_RING_OPS_MAX])
{
	bool any = false;

	memset(out, 0, BW_RING_OPS_MAX * sizeof(*out));
	for (size_t i = 0; i < sizeof(rows) / sizeof(*rows); i++) {
		const struct op_row *row = &rows[i];
		/* A message may begin a connection (MSG_FASTOPEN). */
		bool begins = wanted[BW_CALL_CONNECT] &&
			      (row->call == BW_CALL_SENDTO || row->call == BW_CALL_SENDMSG);

		if (!wanted[row->call] && !begins)
			continue;
		out[row->op].call = row->call;
		out[row->op].slot = wanted[row->call] ? row->slot : BW_SLOT_NONE;
		any = true;
	}
	return any;
}
