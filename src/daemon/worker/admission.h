/* SPDX-License-Identifier: ISC */
/*
 * admission: decides whether a client that has connected is served: by its
 * address (`access`), by the number of connections that its network has, and by
 * the rate at which these come.
 */
#ifndef ECHOD_ADMISSION_H
#define ECHOD_ADMISSION_H

#include <stdbool.h>
#include <stdint.h>

struct addr;
struct config;
struct sources;

/* What this worker has to do after the answer. */
enum admission {
	ADMISSION_SERVE,
	ADMISSION_REFUSE,      /* close it at once */
	ADMISSION_REFUSE_WAKE, /* and wake the master, which writes a line */
};

/*
 * Decide.  A refusal is counted for the log, which tells of many in one line.
 */
enum admission admission_ask(const struct config *, struct sources *,
    unsigned worker, const struct addr *peer);

/* The connection that was to be served is over. */
void admission_over(const struct config *, struct sources *, unsigned worker);

#endif
