/* SPDX-License-Identifier: ISC */
/*
 * status: tells the log how the server is: workers by state, listeners with
 * their queues, totals.  Reads; changes nothing.
 */
#ifndef ECHOD_STATUS_H
#define ECHOD_STATUS_H

#include <stdint.h>

struct master;

/* A few lines at level notice, each beginning with "status". */
void status_report(const struct master *, int64_t now_ms);

#endif
