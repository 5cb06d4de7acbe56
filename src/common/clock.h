/* SPDX-License-Identifier: ISC */
/*
 * clock: the time that timers use.
 *
 * Monotonic milliseconds, so that nobody who sets the wall clock ends a
 * connection or a worker.  Not for text: a log line's date is the sink's.
 */
#ifndef ECHOD_CLOCK_H
#define ECHOD_CLOCK_H

#include <stdint.h>
#include <time.h>

/* Milliseconds since an arbitrary start (clock_gettime(2), CLOCK_MONOTONIC). */
static inline int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

#endif
