/* SPDX-License-Identifier: ISC */
/*
 * throttle: whether one more line of a class is written, or left out and
 * counted.  Pure: what is known of a class is a number, which is given and
 * returned, so that it can stand in memory that processes share.
 *
 * Such memory is hearsay: any number is a valid state, from which a class
 * finds back to its rule within `burst` times `every_ms`.
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
	/* How many were left out: before a line that is written, or with this
	 * one. */
	uint32_t left_out;
};

/* The state of a class begins as 0. */
struct throttle_step throttle_line(uint64_t state, const struct throttle_rule *,
    int64_t now_ms);

/*
 * When a line may be written that only says how many were left out:
 * INT64_MAX when none was, now_ms or less when it is time.
 */
int64_t throttle_due(uint64_t state, const struct throttle_rule *,
    int64_t now_ms);

/* That line is written now, whether or not it is time; if there is any. */
struct throttle_step throttle_rest(uint64_t state, const struct throttle_rule *,
    int64_t now_ms);

/* One of these two steps, on a state that others change at the same time. */
struct throttle_step throttle_take(_Atomic uint64_t *state,
    const struct throttle_rule *, int64_t now_ms,
    struct throttle_step (
	*step)(uint64_t, const struct throttle_rule *, int64_t));

#endif
