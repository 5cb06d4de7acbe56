/* SPDX-License-Identifier: ISC */
/*
 * pool: the master's table of workers: enters them, counts them, and takes note
 * of their ends.  The table is in memory of the master alone, so that no worker
 * can change the pid or the deadlines by which it is ended.
 */
#ifndef ECHOD_POOL_H
#define ECHOD_POOL_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/forker/forkers.h"
#include "daemon/pool/ledger.h"
#include "daemon/scoreboard.h"
#include "daemon/sources.h"

struct errbuf;

enum {
	/* At most so many requests are under way at once, so that signals are
	 * read in between. */
	POOL_BATCH = 32,
	/* A worker that is not ready after this time is cut off.  A reload that
	 * waits for it gives up earlier (READY_MS). */
	POOL_START_MS = 15000,
};

struct pool_worker {
	pid_t pid;	/* 0: there is no process (yet) */
	bool requested; /* a forker has been asked for it */
	unsigned generation;
	bool leaving;	 /* told to finish */
	bool drainer;	 /* forked for one client of a drained listener */
	bool frozen;	 /* stopped by SIGSTOP: counts as absent */
	int64_t born_ms; /* when it was requested */
	/* Deadlines of terminate.h, by clock_ms(); 0: none. */
	int64_t settle_ms; /* to be ready, or to leave after TERM */
	int64_t quit_ms;   /* to be cut off */
	int64_t kill_ms;   /* to be killed */
	unsigned kills;	   /* how often it was killed */
};

struct pool {
	struct scoreboard board;
	struct account *accounts;   /* one for each slot */
	struct pool_worker *worker; /* one for each slot */
	struct sources sources;
	unsigned used;	    /* entries from here on are free */
	unsigned count;	    /* workers alive or requested */
	unsigned requested; /* how many of `count` are only requested */
	uint64_t born;	    /* workers that there have ever been */
	struct forkers forkers;
	int lifeline[2]; /* [1] is open in the master alone */
	int wake[2];	 /* a pipe; workers write to [1] to wake the master */
	struct ledger ledger;
	uint64_t served; /* by workers that have ended */
	uint64_t exited[SNAPSHOT_EXITS];
};

/* Workers by state. */
struct pool_census {
	unsigned starting, idle, busy; /* of one generation, and not leaving */
	unsigned paused;	       /* of the idle ones: accept has failed */
	unsigned leaving;	       /* of any generation */
};

/* How a worker ended. */
struct pool_end {
	unsigned generation;
	int status;	 /* its exit status, 0 when a signal ended it */
	bool unexpected; /* it was not told to leave, and failed */
	bool early;	 /* unexpected, and it was never ready */
	bool served;	 /* it had at least one client */
	bool wake_lost;	 /* it may have left a client that had woken it */
};

/*
 * Make the table and all that workers share.  `waiter` is the master's epoll.
 * -1 with the reason in err.
 */
int pool_open(struct pool *, int waiter, struct errbuf *);

/*
 * A worker has written to the wake pipe: empty it.  The master alone has the
 * read end, so no worker can make this wait.
 */
void pool_woken(struct pool *);

/*
 * Take the lowest free entry for a worker that is requested, and that is to be
 * ready POOL_START_MS from now.  Returns its number, which is that of its slot;
 * -1 with EAGAIN: there is none.
 */
int pool_request(struct pool *, unsigned generation, int64_t now_ms);

/*
 * A requested worker has been born, with this pid; or, if it is -1, will never
 * be, and its entry is free again.
 */
void pool_answer(struct pool *, unsigned i, pid_t);

/* The entry of a worker; pool->used if there is none with this pid. */
unsigned pool_find(const struct pool *, pid_t);

/* This worker counts as leaving, and no longer as idle. */
void pool_mark_leaving(struct pool *, unsigned i);

void pool_census(const struct pool *, unsigned generation,
    struct pool_census *);

/* Whether we may signal our workers; root without CAP_KILL may not. */
bool pool_may_signal(const struct pool *);

/* Close the lifeline: a worker that waits for a client leaves. */
void pool_let_go(struct pool *);

/*
 * Whether no worker can take another client from listeners that this generation
 * does not have, because each worker of other generations and each drainer is
 * busy or gone.
 */
bool pool_settled_beside(const struct pool *, unsigned generation);

/* How a child has ended: "signal=SIGKILL core=no", "status=71". */
void pool_end_text(int wait_status, char *buf, size_t size);

/* While there is no worker: set all counts of past workers to 0. */
void pool_forget(struct pool *);

/* A child has been stopped or continued.  False if it is no worker. */
bool pool_frozen(struct pool *, pid_t, bool frozen);

/*
 * A child has ended.  False if it was no worker; else log its end if it did not
 * leave in order, free its entry, and fill *end.
 */
bool pool_reaped(struct pool *, pid_t, int wait_status, int64_t now_ms,
    struct pool_end *);

#endif
