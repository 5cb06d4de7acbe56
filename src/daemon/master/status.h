/* SPDX-License-Identifier: ISC */
/*
 * status: the report for USR1: workers by state, the longest connection,
 * listeners with their queues, totals.  Reads; changes nothing.
 */
#ifndef ECHOD_STATUS_H
#define ECHOD_STATUS_H

#include <stdint.h>

struct generation;
struct pool;

/*
 * A few lines at level notice, each beginning with "status", about the
 * generation in force.  Times are of clock_ms().
 */
void status_report(const struct pool *, const struct generation *,
    int64_t started_ms, int64_t now_ms);

#endif
