/* SPDX-License-Identifier: ISC */
/*
 * outcome: what is told of a connection that has ended.
 */
#ifndef ECHOD_OUTCOME_H
#define ECHOD_OUTCOME_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/worker/echo.h"

struct account;
struct addr;
struct worker_listener;

/* Count it, before the client can see its end. */
void outcome_count(struct account *, const struct echo *, enum echo_end,
    int64_t ms);

/*
 * Whether the client has left without a byte.  That is what probes do, which
 * only want to know that somebody listens, and they come for ever.
 */
bool outcome_is_empty(const struct echo *, enum echo_end);

/* Its line of the log, at level debug if empty; it has lasted so long. */
void outcome_tell(const struct worker_listener *, const struct addr *peer,
    const struct echo *, enum echo_end, int64_t ms);

#endif
