/* SPDX-License-Identifier: ISC */
/*
 * forkers: the master's side of the forkers: one a generation is started, asked
 * for workers, heard, and killed when the generation needs no more of them.
 *
 * None of this waits.  A forker may have been taken over like a worker, so what
 * it says is checked by the caller.
 */
#ifndef ECHOD_FORKERS_H
#define ECHOD_FORKERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "daemon/forker/forker.h"

struct worker_job;

/* One in force, one of a reload, and those that have been killed just now. */
enum { FORKERS = 8 };

struct forker {
	pid_t pid; /* 0: this entry is free */
	unsigned generation;
	int fd;	    /* its link; -1: it has been retired */
	bool ready; /* it has been confined */
};

struct forkers {
	struct forker item[FORKERS];
	int waiter; /* epoll, in which the links are while they are open */
};

void forkers_init(struct forkers *, int waiter);

/* The one that makes workers of this generation; NULL: there is none. */
struct forker *forkers_find(struct forkers *, unsigned generation);

/*
 * Fork one for the workers of this job.  -1 with errno; EAGAIN also when too
 * many are about to end.
 */
int forkers_start(struct forkers *, unsigned generation, struct worker_job *);

/*
 * Ask for a worker.  -1 with errno; EAGAIN: there are too many requests.  A
 * forker that has died has got the request, and its end will be reaped.
 */
int forkers_request(const struct forker *, const struct forker_request *);

/*
 * The next answer, with its sender.  False when there is none now; *lost then
 * tells whether there can be none any more.
 */
bool forkers_hear(const struct forker *, struct forker_answer *, pid_t *sender,
    bool *lost);

/*
 * Nobody can send any more, so a worker that has not answered leaves; what has
 * been sent can still be heard.
 */
void forkers_silence(const struct forker *);

/* After that: close the link, and kill the process. */
void forkers_retire(const struct forkers *, struct forker *);

/* Its end has been reaped: its entry is free. */
void forkers_reaped(const struct forkers *, struct forker *);

/* The forker with this pid, retired or not; NULL: it is none. */
struct forker *forkers_by_pid(struct forkers *, pid_t);

/* How many there are, but for the one of this generation (0: all). */
unsigned forkers_beside(const struct forkers *, unsigned generation);

#endif
