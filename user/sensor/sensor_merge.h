/* SPDX-License-Identifier: Apache-2.0 */
#ifndef SENSOR_SENSOR_MERGE_H
#define SENSOR_SENSOR_MERGE_H

/*
 * One order for two rings.  A life record is committed to its ring before the
 * task that it concerns goes on, so when a record of activity has been read, all
 * life records it depends on are in the life ring.  They are drained into a
 * bounded queue and handed out first, as far as they are not younger.
 */
#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

struct merge;

typedef void merge_cb(const void *data, size_t len, void *arg);

/* Where records come from. */
struct merge_source {
	/* Calls merge_life() for each record there is, until that returns an error. */
	int (*drain_life)(void *arg);
	/* Calls merge_activity() likewise. */
	int (*drain_activity)(void *arg);
	/* True if all life that was in the ring before the last drain has been given. */
	bool (*life_done)(void *arg);
	/* Give those who are still writing to the life ring the processor. */
	void (*pause)(void *arg);
	/* True if all activity that was in the ring before the last drain has been given. */
	bool (*activity_done)(void *arg);
	/* The clock of records. */
	uint64_t (*now)(void *arg);
	void *arg;
};

/*
 * Hand records to `cb`.  The queue holds `queue_bytes`, at least twice
 * BW_RECORD_MAX.  Returns NULL when out of memory; owned by caller.
 */
struct merge *merge_new(size_t queue_bytes, const struct merge_source *source, merge_cb *cb,
			void *arg);

/* NULL is allowed. */
void merge_free(struct merge *merge);

/* One round: at most `max_records` of activity.  Returns the number handed out or -errno. */
int merge_run(struct merge *merge, unsigned int max_records);

/* Takes a record.  Returns 0; -ENOBUFS when it took it but has no room for another. */
int merge_life(struct merge *merge, const void *data, size_t len);

/* Takes a record.  Returns 0; -ENOBUFS when it took it and wants no more this round. */
int merge_activity(struct merge *merge, const void *data, size_t len);

#endif /* SENSOR_SENSOR_MERGE_H */
