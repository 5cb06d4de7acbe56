/* SPDX-License-Identifier: ISC */
/*
 * job: all that the master gives a worker to work with.
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
	unsigned number;  /* its number in accounts (ledger.h) */
};

/*
 * The pointers lead to memory of the master, of which a worker has a copy, or
 * which it shares.
 */
struct worker_job {
	unsigned slot;
	bool drainer; /* it takes one client from a queue, if any, and leaves */
	pid_t master;
	uint64_t max_connections; /* it leaves after so many; 0: no bound */
	const struct config *config;
	struct scoreboard *board;
	struct account *accounts; /* a row for each slot */
	struct sources *sources;
	int lifeline; /* read end; its end of file: no master */
	int wake;     /* write end of the pipe that wakes the master */
	unsigned listener_count;
	struct worker_listener listener[CONFIG_ADDRESSES];
};

#endif
