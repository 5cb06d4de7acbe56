/* SPDX-License-Identifier: ISC */
/*
 * clock: the monotonic clock of all timers and measurements.
 *
 * Setting the wall clock must not end a connection or change a measurement.
 * Dates for people come from the wall clock, where they are written.
 */
#ifndef ECHOD_CLOCK_H
#define ECHOD_CLOCK_H

#include <stdint.h>
#include <time.h>

#define CLOCK_MS INT64_C(1000000) /* both in nanoseconds */
#define CLOCK_SECOND INT64_C(1000000000)

/* Milliseconds since an arbitrary start (clock_gettime(2), CLOCK_MONOTONIC). */
static inline int64_t
clock_ms(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000 + now.tv_nsec / 1000000;
}

/* The same in nanoseconds. */
static inline int64_t
clock_ns(void)
{
	struct timespec now;

	clock_gettime(CLOCK_MONOTONIC, &now);
	return (int64_t)now.tv_sec * 1000000000 + now.tv_nsec;
}

/* The earlier of two times. */
static inline int64_t
clock_earlier(int64_t a, int64_t b)
{
	return a < b ? a : b;
}

#endif
