/* SPDX-License-Identifier: ISC */
/*
 * status: writes the report for USR1: a snapshot as lines of the log.
 */
#ifndef ECHOD_STATUS_H
#define ECHOD_STATUS_H

struct snapshot;

/* Log workers by state, the longest connection, listeners and totals. */
void status_report(const struct snapshot *);

#endif
