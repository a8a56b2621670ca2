/* SPDX-License-Identifier: (GPL-2.0-only OR BSD-2-Clause) */
#ifndef BPFWATCH_RECORD_BPF_H
#define BPFWATCH_RECORD_BPF_H

/* Building one record in this processor's scratch memory and sending it. */
#include "task.bpf.h"

/* One record under construction. */
struct build {
	struct scratch *scratch;
	struct bw_hdr *hdr;
	__u64 owner;
	__u32 slot;
};

/*
 * In scratch.bpf.c: that of a processor's entries, the first being `first`, which nobody
 * else is using.
 */
int scratch_take(__u32 first);

static __always_inline __u32 scratch_slot(void)
{
	return scratch_take(SCRATCH_FIRST_CPU + bpf_get_smp_processor_id() * BW_SCRATCH_BANKS);
}

enum str_from { STR_FROM_KERNEL, STR_FROM_USER };

/* Start a record in scratch entry `slot`, which describes `task`.  NULL: no memory. */
static __always_inline struct bw_hdr *record_begin_in(struct build *b, __u32 slot, __u16 type,
						      struct task_struct *task)
{
	struct scratch *scratch = bpf_map_lookup_elem(&bw_scratch, &slot);

	if (!scratch)
		return NULL;
	b->slot = slot;
	b->scratch = scratch;
	b->owner = bpf_get_current_pid_tgid();
	b->hdr = (struct bw_hdr *)scratch->record;
	scratch->owner = b->owner;
	header_fill(b->hdr, type, task);
	return b->hdr;
}

/* For a global function: go on with the record of its caller. */
static __always_inline void record_resume(struct build *b, __u32 slot, struct scratch *scratch)
{
	b->slot = slot;
	b->scratch = scratch;
	b->owner = scratch->owner;
	b->hdr = (struct bw_hdr *)scratch->record;
}

/*
 * Start a record of `type` with `fixed` bytes before its strings, all zero but the header.
 * A macro, because memset needs the constant.
 */
#define record_begin(b, type, rec, task)                                           \
	({                                                                         \
		(rec) = (void *)record_begin_in(b, scratch_slot(), type, task);    \
		if (rec) {                                                         \
			__builtin_memset((void *)(rec) + sizeof(struct bw_hdr), 0, \
					 sizeof(*(rec)) - sizeof(struct bw_hdr));  \
			(rec)->hdr.size = sizeof(*(rec));                          \
		}                                                                  \
		(rec);                                                             \
	})

static __always_inline void str_failed(struct bw_hdr *hdr)
{
	hdr->flags |= BW_F_READ_FAIL;
	stat_inc(BW_STAT_READ_FAILED);
}

/* Append `len` bytes of kernel memory and a NUL. */
static __always_inline void record_add_bytes(struct build *b, struct bw_str *str, const void *src,
					     __u32 len)
{
	struct bw_hdr *hdr = b->hdr;
	__u32 off = hdr->size & (BW_RECORD_MAX - 1); /* bound for the verifier */
	char *dst = (char *)hdr + off;

	len &= BW_STR_MAX - 1; /* bound for the verifier */
	if (bpf_probe_read_kernel(dst, len, src)) {
		str_failed(hdr);
		return;
	}
	dst[len] = '\0';
	str->off = off;
	str->len = len;
	hdr->size = off + len + 1;
}

/* Append the string at src with at most `max` bytes, NUL included; on failure *str stays {0, 0}. */
static __always_inline void record_add_str_max(struct build *b, struct bw_str *str, const void *src,
					       enum str_from from, __u32 max)
{
	struct bw_hdr *hdr = b->hdr;
	__u32 off = hdr->size & (BW_RECORD_MAX - 1); /* bound for the verifier */
	char *dst = (char *)hdr + off;
	long len;

	if (from == STR_FROM_USER)
		len = bpf_probe_read_user_str(dst, max, src);
	else
		len = bpf_probe_read_kernel_str(dst, max, src);
	if (len == 0) { /* what older kernels (6.1) say of an empty string in user memory */
		dst[0] = '\0';
		len = 1;
	}
	if (len < 0 || len > BW_STR_MAX) {
		str_failed(hdr);
		return;
	}
	/* Cannot tell an exact fit from a cut; PATH_MAX forbids the fit for paths. */
	if (len == BW_STR_MAX)
		hdr->flags |= BW_F_TRUNC;
	str->off = off;
	str->len = len - 1;
	hdr->size = off + len;
}

static __always_inline void record_add_str(struct build *b, struct bw_str *str, const void *src,
					   enum str_from from)
{
	record_add_str_max(b, str, src, from, BW_STR_MAX);
}

/* Append at most BW_STR_MAX - 1 bytes of user memory as they lie there, NULs included. */
static __always_inline void record_add_chunk(struct build *b, struct bw_str *str,
					     unsigned long start, __u32 len)
{
	struct bw_hdr *hdr = b->hdr;
	__u32 off = hdr->size & (BW_RECORD_MAX - 1); /* bound for the verifier */
	char *dst = (char *)hdr + off;
	__u32 last;

	len &= BW_STR_MAX - 1; /* bound for the verifier */
	if (bpf_probe_read_user(dst, len, (void *)start)) {
		str_failed(hdr);
		return;
	}
	dst[len] = '\0';
	str->off = off;
	/* The last string's own NUL is not counted. */
	last = (off + len - 1) & (BW_RECORD_MAX - 1); /* bound for the verifier; not len - 1 */
	str->len = len && ((char *)hdr)[last] == '\0' ? len - 1 : len;
	hdr->size = off + len + 1;
}

/*
 * Append user memory [start, end): what does not fit `str` loses its middle, its end
 * goes to `tail` (NULL: is not kept).  Returns the bytes there were.
 */
static __always_inline __u32 record_add_user(struct build *b, struct bw_str *str,
					     struct bw_str *tail, unsigned long start,
					     unsigned long end)
{
	unsigned long bytes = end - start;
	unsigned long rest;

	if (end <= start)
		return 0;
	if (bytes <= BW_STR_MAX - 1) {
		record_add_chunk(b, str, start, bytes);
		return bytes;
	}
	b->hdr->flags |= BW_F_TRUNC;
	record_add_chunk(b, str, start, BW_STR_MAX - 1);
	if (!tail)
		return bytes;
	rest = bytes - (BW_STR_MAX - 1);
	if (rest > BW_STR_MAX - 1)
		rest = BW_STR_MAX - 1;
	record_add_chunk(b, tail, end - rest, rest);
	return bytes;
}

/*
 * Never a wake-up for each record: it costs a hundred times what the record
 * does.  The reader is woken when the filling passes a quarter of the ring; its
 * timer takes care of the rest.
 */
static __always_inline __u64 ring_flags(void *ring, enum bw_lane lane, __u32 size)
{
	__u64 before = bpf_ringbuf_query(ring, BPF_RB_AVAIL_DATA);
	__u64 after = before + size + BPF_RINGBUF_HDR_SZ;
	__u32 quarter = ring_quarter[lane];

	if (quarter && before / quarter != after / quarter)
		return BPF_RB_FORCE_WAKEUP;
	return BPF_RB_NO_WAKEUP;
}

static __always_inline void record_send(struct build *b, enum bw_lane lane)
{
	struct bw_hdr *hdr = b->hdr;
	__u32 size = hdr->size;
	bool life = lane == BW_LANE_LIFE;
	void *ring = life ? (void *)&bw_life : (void *)&bw_activity;
	long err;

	if (size > BW_RECORD_MAX) {
		stat_inc(BW_STAT_OVERSIZE);
		stat_inc(life ? BW_STAT_LIFE_LOST : BW_STAT_ACTIVITY_LOST);
		b->scratch->owner = 0;
		return;
	}
	/*
	 * Where tasks are preempted in these programs and all banks were taken, another task
	 * may have taken this one, and the record is lost.  Take the other's ownership too,
	 * since both have written.
	 */
	err = b->scratch->owner != b->owner;
	if (!err) {
		if (hdr->flags & BW_F_TRUNC)
			stat_inc(BW_STAT_TRUNCATED);
		err = bpf_ringbuf_output(ring, hdr, size, ring_flags(ring, lane, size));
	}
	b->scratch->owner = 0;
	if (err)
		stat_inc(life ? BW_STAT_LIFE_LOST : BW_STAT_ACTIVITY_LOST);
	else
		stat_inc(life ? BW_STAT_LIFE_SENT : BW_STAT_ACTIVITY_SENT);
}

#endif /* BPFWATCH_RECORD_BPF_H */
