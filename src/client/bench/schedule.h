/* SPDX-License-Identifier: ISC */
/*
 * schedule: when messages are due in an open loop: message i at i / rate,
 * computed from i each time, so that rounding errors do not add up.  Thread k
 * of T sends k, k + T, k + 2T, ..., so that none sends a burst.
 */
#ifndef ECHOC_SCHEDULE_H
#define ECHOC_SCHEDULE_H

#include <stdint.h>

struct schedule {
	int64_t start; /* clock_ns() of message 0 */
	uint64_t rate; /* messages per second, of all threads together */
	uint64_t next; /* the message that this thread has to send next */
	uint64_t step; /* how many threads there are */
};

/* The largest rate for which nothing overflows. */
#define SCHEDULE_MAX_RATE UINT64_C(1000000000)

void schedule_init(struct schedule *, int64_t start, uint64_t rate,
    unsigned thread, unsigned threads);

/* When the next message is due, in the time of clock_ns(). */
int64_t schedule_due(const struct schedule *);

/* Skip what this thread should send before `end`; returns how many. */
uint64_t schedule_skip(struct schedule *, int64_t end);

/* How many messages of all threads are due in [start, start + ns). */
uint64_t schedule_count(uint64_t rate, int64_t ns);

#endif
