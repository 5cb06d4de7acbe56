/* SPDX-License-Identifier: ISC */
/*
 * schedule: when messages are due in an open loop.
 *
 * Message i is due i / rate after the start, computed from i each time so that
 * no error adds up.  Thread k of T has the messages k, k + T, k + 2T, ..., so
 * that threads take turns and none sends a burst.
 */
#ifndef ECHOC_SCHEDULE_H
#define ECHOC_SCHEDULE_H

#include <stdint.h>

struct schedule {
	int64_t start; /* clock_ns() of message 0 */
	uint64_t rate; /* messages a second, of all threads together */
	uint64_t next; /* the message that this thread has to send next */
	uint64_t step; /* how many threads there are */
};

/* The largest rate for which nothing overflows. */
#define SCHEDULE_MAX_RATE UINT64_C(1000000000)

void schedule_init(struct schedule *, int64_t start, uint64_t rate,
    unsigned thread, unsigned threads);

/* When the next message is due, in the time of clock_ns(). */
int64_t schedule_due(const struct schedule *);

/* That one has been taken. */
void schedule_advance(struct schedule *);

/*
 * How many messages this thread has not taken that are due before `end`; they
 * are taken with that.
 */
uint64_t schedule_skip(struct schedule *, int64_t end);

/* How many messages of all threads are due in [start, start + ns). */
uint64_t schedule_count(uint64_t rate, int64_t ns);

#endif
