/* SPDX-License-Identifier: ISC */
/*
 * rate: how many events there may be in a time, with one number for a state
 * (the generic cell rate algorithm, ITU-T I.371 annex A).
 *
 * That number is when the next event would be due if they came at equal
 * intervals.  An event may be early by as much as a burst takes.
 */
#ifndef ECHOD_RATE_H
#define ECHOD_RATE_H

#include <stdint.h>

/* From when on an event is let pass.  The times are in any one unit. */
static inline int64_t
rate_open(int64_t due, int64_t interval, int64_t burst)
{
	return due - interval * (burst - 1);
}

/* The new `due` when an event that comes now passes; -1 when it does not. */
static inline int64_t
rate_pass(int64_t due, int64_t now, int64_t interval, int64_t burst)
{
	if (due < now)
		due = now;
	return now < rate_open(due, interval, burst) ? -1 : due + interval;
}

#endif
