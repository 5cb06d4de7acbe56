/* SPDX-License-Identifier: ISC */
/*
 * job: what a worker is born with.
 */
#ifndef ECHOD_JOB_H
#define ECHOD_JOB_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "config/config.h"

struct account;
struct scoreboard;
struct sources;

struct worker_listener {
	int fd;		  /* non-blocking */
	const char *text; /* the address, for the log */
	unsigned number;  /* in the account; see ledger.h */
};

/* What a worker is born with; all of it the master's. */
struct worker_job {
	unsigned slot;
	bool drainer; /* take one connection that waits, if any, and leave */
	pid_t master;
	uint64_t max_connections; /* then it leaves; 0: no bound */
	const struct config *config;
	struct scoreboard *board;
	struct account *accounts; /* a row for each slot */
	struct sources *sources;
	int lifeline; /* read end; EOF: the master is gone */
	int wake;     /* write end of the pipe that wakes the master */
	unsigned listener_count;
	struct worker_listener listener[CONFIG_ADDRESSES];
};

#endif
