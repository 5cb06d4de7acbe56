/* SPDX-License-Identifier: ISC */
/*
 * status: the report for USR1.
 */
#ifndef ECHOD_STATUS_H
#define ECHOD_STATUS_H

#include <stdint.h>

struct generation;
struct pool;

/* Log workers by state, the longest connection, listeners and totals. */
void status_report(const struct pool *, const struct generation *,
    int64_t started_ms, int64_t now_ms);

#endif
