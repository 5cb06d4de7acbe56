/* SPDX-License-Identifier: ISC */
/*
 * worker: the life of a worker from fork to exit: confine itself, wait,
 * accept, serve, account.
 *
 * It decides nothing about the pool.  It writes its slot of the scoreboard
 * and lines to the log, and it rings when too few or too many are idle.
 */
#ifndef ECHOD_WORKER_H
#define ECHOD_WORKER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

struct config;
struct listener_set;
struct scoreboard;

/* What a worker is born with; all of it the master's. */
struct worker_job {
	unsigned slot;
	bool leaving; /* take one connection that waits, if any */
	pid_t master;
	const struct config *config;
	const struct listener_set *listeners;
	struct scoreboard *board;
	int lifeline; /* read end; EOF: the master is gone */
	int wake;     /* eventfd that wakes the master */
};

/*
 * Never returns.  Exit status: 0 left in order, 77 could not drop its
 * privileges, 71 another failure of the system (sysexits.h).
 */
_Noreturn void worker_main(const struct worker_job *);

#endif
