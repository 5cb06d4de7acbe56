/* SPDX-License-Identifier: ISC */
/*
 * admission: whether a client that has connected is served: by its address, by
 * how many connections its network has, and how fast these come.
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

/* A refusal is counted, and in the log. */
enum admission admission_ask(const struct config *, struct sources *,
    unsigned worker, const struct addr *peer);

/* The connection that was to be served is over. */
void admission_over(const struct config *, struct sources *, unsigned worker);

#endif
