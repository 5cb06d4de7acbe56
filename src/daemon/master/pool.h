/* SPDX-License-Identifier: ISC */
/*
 * pool: the master's table of workers: fork, reap, count.
 *
 * How many there should be is not decided here (autoscale.c, policy.c), nor who
 * is to go (terminate.c).  Pids
 * and deadlines live in a private table: nothing that the master needs in
 * order to end a worker is writable by that worker.  Signals go only to
 * children that have not been reaped.
 */
#ifndef ECHOD_POOL_H
#define ECHOD_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/scoreboard.h"

struct config;
struct errbuf;
struct listener_set;

/* What a generation of workers is forked from; belongs to the caller. */
struct generation {
	unsigned number; /* 1 is the first; 0: none */
	const struct config *config;
	const struct listener_set *listeners;
};

struct pool_worker {
	pid_t pid; /* 0: this entry is free */
	unsigned generation;
	bool leaving;	   /* told to finish */
	bool drainer;	   /* forked for one client that waits */
	bool frozen;	   /* stopped by SIGSTOP: as good as not there */
	int64_t settle_ms; /* when it must be serving or gone, 0: never */
	int64_t quit_ms;   /* when to cut it off, 0: never */
	int64_t kill_ms;   /* when to give up on it, 0: never */
};

/* Of the workers that are no more. */
struct pool_totals {
	uint64_t connections;
	uint64_t bytes_in;
	uint64_t bytes_out;
	uint64_t died; /* not in order */
};

struct pool {
	struct scoreboard board;
	struct pool_worker *worker; /* parallel to the slots */
	unsigned used;		    /* entries from here on are free */
	unsigned count;		    /* workers alive */
	unsigned leaving;	    /* of these */
	int lifeline[2];	    /* nobody but the master has [1] */
	int wake;		    /* eventfd; workers ring it */
	struct pool_totals gone;
};

/* Workers by what they do, as far as it is known. */
struct pool_census {
	unsigned starting, idle, busy; /* of one generation, not leaving */
	unsigned leaving;	       /* of any */
};

/* How a worker ended. */
struct pool_end {
	unsigned generation;
	bool unexpected; /* it was not told to leave, and not in order */
	bool early;	 /* unexpected, and it was never ready */
	bool served;	 /* it had at least one client */
	int status;	 /* its exit status, 0 when a signal ended it */
};

int pool_open(struct pool *, struct errbuf *);

/* The demand has been heard: make the eventfd unreadable again. */
void pool_heard(struct pool *);

/*
 * Fork one worker; with `leaving` one that takes a single connection that
 * waits, and leaves.  Returns 0, or -1 with errno.
 */
int pool_spawn(struct pool *, const struct generation *, bool leaving);

void pool_census(const struct pool *, unsigned generation,
    struct pool_census *);

/* Whether we may signal our workers; root without CAP_KILL may not. */
bool pool_may_signal(const struct pool *);

/* The end is near: who waits for a client leaves, signal or not. */
void pool_let_go(struct pool *);

/* Whether everyone alive has a client (and takes no other, when leaving). */
bool pool_settled(const struct pool *);

/*
 * Whether nobody takes clients from listeners that the generation does not
 * have: no worker of another one, and no drainer.
 */
bool pool_settled_beside(const struct pool *, unsigned generation);

/*
 * A child has been stopped or continued; it serves nobody meanwhile.  False
 * when it was no worker.
 */
bool pool_frozen(struct pool *, pid_t, bool frozen);

/*
 * A child has ended.  False when it was no worker; else it is logged,
 * forgotten, and described in *end.
 */
bool pool_reaped(struct pool *, pid_t, int wait_status, struct pool_end *);

#endif
