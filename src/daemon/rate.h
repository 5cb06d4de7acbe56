/* SPDX-License-Identifier: ISC */
/*
 * rate: limits how often something may happen, with one number as its state
 * (the generic cell rate algorithm, ITU-T I.371 annex A).
 *
 * This number is the time at which the next event would be due if events came
 * at equal intervals.  An event may be early by as much as a burst takes.
 */
#ifndef ECHOD_RATE_H
#define ECHOD_RATE_H

#include <stdint.h>

/*
 * The time from which on an event may pass.  All times are in the same unit,
 * which may be any.
 */
static inline int64_t
rate_open(int64_t due, int64_t interval, int64_t burst)
{
	return due - interval * (burst - 1);
}

/* The new `due` if an event at `now` may pass; -1 if it may not. */
static inline int64_t
rate_pass(int64_t due, int64_t now, int64_t interval, int64_t burst)
{
	if (due < now)
		due = now;
	return now < rate_open(due, interval, burst) ? -1 : due + interval;
}

#endif
