/* SPDX-License-Identifier: ISC */
/*
 * pool: the master's table of workers: enter, count, reap.  It is in memory of
 * the master alone: a worker cannot change what is needed to end it.
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
	/* Requests that are on their way, and forks between two looks at the
	 * signals, at most. */
	POOL_BATCH = 32,
	/* A worker that is not ready by then is cut off; a reload that waits
	 * for it gives up earlier (READY_MS). */
	POOL_START_MS = 15000,
};

struct pool_worker {
	pid_t pid;	/* 0: there is no process, or not yet */
	bool requested; /* a forker is to make it; else, without a pid, free */
	unsigned generation;
	bool leaving;	 /* told to finish */
	bool drainer;	 /* forked for one client of a drained listener */
	bool frozen;	 /* stopped by SIGSTOP: counts as absent */
	int64_t born_ms; /* it was requested then */
	/* Deadlines by clock_ms(), 0: none; see terminate.h. */
	int64_t settle_ms; /* it is ready, or serves, or has left */
	int64_t quit_ms;   /* it is cut off */
	int64_t kill_ms;   /* it is killed */
	unsigned kills;	   /* how often it was */
};

struct pool {
	struct scoreboard board;
	struct account *accounts;   /* parallel to the slots, as this: */
	struct pool_worker *worker; /* parallel to the slots */
	struct sources sources;
	unsigned used;	    /* entries from here on are free */
	unsigned count;	    /* workers alive or requested */
	unsigned requested; /* of them */
	uint64_t born;	    /* workers that there have ever been */
	struct forkers forkers;
	int lifeline[2]; /* only the master has [1] */
	int wake[2];	 /* a pipe; workers write to [1] to wake the master */
	struct ledger ledger;
	uint64_t served; /* connections of workers that have ended */
	uint64_t exited[SNAPSHOT_EXITS];
};

/* Workers by state. */
struct pool_census {
	unsigned starting, idle, busy; /* of one generation, not leaving */
	unsigned paused;	       /* of the idle ones: accept has failed */
	unsigned leaving;	       /* of any */
};

/* How a worker ended. */
struct pool_end {
	unsigned generation;
	int status;	 /* its exit status, 0 when a signal ended it */
	bool unexpected; /* not told to leave, and not in order */
	bool early;	 /* unexpected, and it was never ready */
	bool served;	 /* it had at least one client */
	bool wake_lost;	 /* a client may have woken it, which it did not take */
};

/* The epoll is that of the master.  -1 with the reason in err. */
int pool_open(struct pool *, int waiter, struct errbuf *);

/*
 * A worker has written to the wake pipe: make room in it.  The read end is the
 * master's alone, so that no worker can make this wait.
 */
void pool_woken(struct pool *);

/*
 * Take the lowest free entry for a worker that is requested, and that is to be
 * ready POOL_START_MS from now.  Returns its number, which is that of its slot;
 * -1 with EAGAIN: there is none.
 */
int pool_request(struct pool *, unsigned generation, int64_t now_ms);

/* It is there; or, with -1, it will not come, and the entry is free. */
void pool_answer(struct pool *, unsigned i, pid_t);

/* The entry of a child; pool->used if it is no worker. */
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
 * Whether no worker takes clients from listeners that this generation does not
 * have: each worker of another one, and each drainer, is busy or gone.
 */
bool pool_settled_beside(const struct pool *, unsigned generation);

/* How a child has ended: "signal=SIGKILL core=no", "status=71". */
void pool_end_text(int wait_status, char *buf, size_t size);

/* While there is no worker: those that there were have never been. */
void pool_forget(struct pool *);

/* A child has been stopped or continued.  False when it was no worker. */
bool pool_frozen(struct pool *, pid_t, bool frozen);

/*
 * A child has ended.  False when it was no worker; else its end is logged,
 * its entry freed, and *end filled.
 */
bool pool_reaped(struct pool *, pid_t, int wait_status, int64_t now_ms,
    struct pool_end *);

#endif
