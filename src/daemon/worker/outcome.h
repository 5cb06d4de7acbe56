/* SPDX-License-Identifier: ISC */
/*
 * outcome: what is told of a connection: when it begins, and when it has ended.
 */
#ifndef ECHOD_OUTCOME_H
#define ECHOD_OUTCOME_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "daemon/worker/echo.h"

struct account;
struct addr;
struct net_path;
struct worker_listener;

/* The story of the tutorial, at level debug: it comes, sends and closes. */
void outcome_met(const struct addr *peer);
void outcome_received(const struct echo *, size_t n);
void outcome_left(const struct addr *peer);

/* Count it, before the client can see its end. */
void outcome_count(struct account *, const struct echo *, enum echo_end,
    int64_t ms);

/*
 * Whether the client has left without a byte.  That is what probes do, which
 * only want to know that somebody listens, and they come for ever.
 */
bool outcome_is_empty(const struct echo *, enum echo_end);

/*
 * What is to be told of its path, as long as its descriptor is open.  False:
 * nothing is known, or there will be no line that could tell it.
 */
bool outcome_look(const struct echo *, enum echo_end, struct net_path *);

/*
 * Its line of the log, at level debug if empty; it has lasted so long.  A path
 * of NULL is unknown.
 */
void outcome_tell(const struct worker_listener *, const struct addr *peer,
    const struct echo *, enum echo_end, int64_t ms, const struct net_path *);

#endif
