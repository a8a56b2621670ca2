// SPDX-License-Identifier: Apache-2.0
#include "sensor/sensor_merge.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>

#include "bpfwatch/event.h"

#define RECORD_ALIGN 8
/*
 * A record that is being written holds up all behind it.  Its writer may have been preempted
 * (kernels since 7.0 allow that, and hypervisors), so it is waited for, but not for ever.
 */
#define WRITER_WAIT_NS 50000000ULL

/*
 * A ring of life records, back to back, each rounded up to RECORD_ALIGN.  Where
 * one does not fit before the end, `wrap` remembers where the data ends and it
 * goes to the start.
 */
struct queue {
	char *data;
	size_t size;
	size_t head; /* the oldest record */
	size_t tail; /* behind the youngest */
	size_t wrap; /* where the data ends before it goes on at 0; 0: it does not */
	size_t n_records;
};

struct merge {
	struct queue queue;
	struct merge_source source;
	merge_cb *cb;
	void *arg;
	uint64_t drained_ns; /* the life ring was empty some time after this */
	unsigned int n_activity;
	unsigned int max_activity;
	int n_out;
	int err;
};

static size_t rounded(size_t len)
{
	return (len + RECORD_ALIGN - 1) & ~(size_t)(RECORD_ALIGN - 1);
}

/* Whether any record fits, wherever the gap lies. */
static bool queue_has_room(const struct queue *q)
{
	if (q->wrap)
		return q->head - q->tail >= BW_RECORD_MAX;
	return q->size - q->tail >= BW_RECORD_MAX || q->head >= BW_RECORD_MAX;
}

/* The queue has room, see above. */
static void queue_push(struct queue *q, const void *data, size_t len)
{
	if (!q->wrap && q->size - q->tail < rounded(len)) {
		q->wrap = q->tail;
		q->tail = 0;
	}
	memcpy(q->data + q->tail, data, len);
	q->tail += rounded(len);
	q->n_records++;
}

static const struct bw_hdr *queue_head(const struct queue *q)
{
	return q->n_records ? (const void *)(q->data + q->head) : NULL;
}

static void queue_pop(struct queue *q)
{
	q->head += rounded(queue_head(q)->size);
	q->n_records--;
	if (q->n_records == 0) {
		q->head = 0;
		q->tail = 0;
		q->wrap = 0;
	} else if (q->wrap && q->head == q->wrap) {
		q->head = 0;
		q->wrap = 0;
	}
}

struct merge *merge_new(size_t queue_bytes, const struct merge_source *source, merge_cb *cb,
			void *arg)
{
	struct merge *merge = calloc(1, sizeof(*merge));

	if (!merge)
		return NULL;
	merge->queue.data = malloc(queue_bytes);
	if (!merge->queue.data) {
		free(merge);
		return NULL;
	}
	merge->queue.size = queue_bytes;
	merge->source = *source;
	merge->cb = cb;
	merge->arg = arg;
	return merge;
}

void merge_free(struct merge *merge)
{
	if (!merge)
		return;
	free(merge->queue.data);
	free(merge);
}

/* Hand out queued records up to `time_ns`. */
static void flush_life(struct merge *merge, uint64_t time_ns)
{
	const struct bw_hdr *hdr = queue_head(&merge->queue);

	while (hdr && hdr->time_ns <= time_ns) {
		merge->cb(hdr, hdr->size, merge->arg);
		merge->n_out++;
		queue_pop(&merge->queue);
		hdr = queue_head(&merge->queue);
	}
}

/*
 * Hand out all life up to `time_ns`, which has passed.  With a full queue the
 * ring is drained in turns; if the queue stays full of younger records, all
 * older ones are out, since the ring is in order.
 */
static int catch_up(struct merge *merge, uint64_t time_ns)
{
	uint64_t until_ns = 0;

	while (merge->drained_ns < time_ns) {
		uint64_t now = merge->source.now(merge->source.arg);
		int err;

		if (!until_ns)
			until_ns = now + WRITER_WAIT_NS;
		if (!queue_has_room(&merge->queue)) {
			flush_life(merge, time_ns);
			if (!queue_has_room(&merge->queue))
				return 0;
		}
		err = merge->source.drain_life(merge->source.arg);
		if (err)
			return err;
		if (!queue_has_room(&merge->queue))
			continue;
		if (merge->source.life_done(merge->source.arg) || now >= until_ns)
			merge->drained_ns = now;
		else
			merge->source.pause(merge->source.arg);
	}
	flush_life(merge, time_ns);
	return 0;
}

int merge_life(struct merge *merge, const void *data, size_t len)
{
	if (len >= sizeof(struct bw_hdr) && len <= BW_RECORD_MAX &&
	    ((const struct bw_hdr *)data)->size == len)
		queue_push(&merge->queue, data, len);
	return queue_has_room(&merge->queue) ? 0 : -ENOBUFS;
}

int merge_activity(struct merge *merge, const void *data, size_t len)
{
	if (len < sizeof(struct bw_hdr))
		return 0;
	merge->err = catch_up(merge, ((const struct bw_hdr *)data)->time_ns);
	merge->cb(data, len, merge->arg);
	merge->n_out++;
	merge->n_activity++;
	return merge->err || merge->n_activity >= merge->max_activity ? -ENOBUFS : 0;
}

int merge_run(struct merge *merge, unsigned int max_records)
{
	uint64_t before = merge->source.now(merge->source.arg);
	int err;

	merge->n_activity = 0;
	merge->max_activity = max_records;
	merge->n_out = 0;
	merge->err = 0;
	err = merge->source.drain_activity(merge->source.arg);
	if (!err)
		err = merge->err;
	/* What came since `before` may have activity before it: next round. */
	if (!err && merge->source.activity_done(merge->source.arg))
		err = catch_up(merge, before);
	return err ? err : merge->n_out;
}
