/* SPDX-License-Identifier: ISC */
/*
 * outcome: what is told of a connection that has ended.
 */
#ifndef ECHOD_OUTCOME_H
#define ECHOD_OUTCOME_H

#include <stdint.h>

#include "daemon/worker/echo.h"

struct addr;
struct worker_listener;

/* Its line of the log; it has lasted so long. */
void outcome_tell(const struct worker_listener *, const struct addr *peer,
    const struct echo *, enum echo_end, int64_t ms);

#endif
