/* SPDX-License-Identifier: ISC */
/*
 * throttle: decides whether one more line of a class is written, or left out
 * and counted.
 *
 * These are pure functions: the state of a class is a number, so that it can be
 * in memory that processes share.  A worker can write anything there; so any
 * number is a valid state, and the rule holds again after `burst` times
 * `every_ms`.
 */
#ifndef ECHOD_THROTTLE_H
#define ECHOD_THROTTLE_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

/* So many lines at once, and then one every so many milliseconds. */
struct throttle_rule {
	unsigned burst;
	int64_t every_ms;
};

struct throttle_step {
	uint64_t state; /* the next one */
	bool write;	/* else it is left out */
	/* How many lines were left out since the last one that was written;
	 * with this one, if it is left out. */
	uint32_t left_out;
};

/* The state of a class begins as 0. */
struct throttle_step throttle_line(uint64_t state, const struct throttle_rule *,
    int64_t now_ms);

/*
 * When to write a line that only tells how many were left out: INT64_MAX if
 * none was, now_ms or less if it is time.
 */
int64_t throttle_due(uint64_t state, const struct throttle_rule *,
    int64_t now_ms);

/* Write that line now, whether or not it is time, if lines were left out. */
struct throttle_step throttle_rest(uint64_t state, const struct throttle_rule *,
    int64_t now_ms);

/* Take one of these two steps on a state that other processes change, too. */
struct throttle_step throttle_take(_Atomic uint64_t *state,
    const struct throttle_rule *, int64_t now_ms,
    struct throttle_step (
	*step)(uint64_t, const struct throttle_rule *, int64_t));

#endif
