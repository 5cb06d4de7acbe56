/* SPDX-License-Identifier: ISC */
/*
 * forkers: the master's side of the forkers: starts one for each generation,
 * asks it for workers, reads its answers, and kills it when the generation
 * needs no more workers.  None of this waits.  A forker may have been taken
 * over like a worker, so the caller has to check its answers.
 */
#ifndef ECHOD_FORKERS_H
#define ECHOD_FORKERS_H

#include <stdbool.h>
#include <sys/types.h>

#include "daemon/forker/forker.h"

struct worker_job;

/*
 * One of the generation in force, one of the next, and some that have been
 * killed and not been reaped yet.
 */
enum { FORKERS = 8 };

struct forker {
	pid_t pid; /* 0: this entry is free */
	unsigned generation;
	int fd;	    /* its link; -1: it has been retired */
	bool ready; /* it is confined, and can clone workers */
};

struct forkers {
	struct forker item[FORKERS];
	int waiter; /* epoll, in which the links are while they are open */
};

void forkers_init(struct forkers *, int waiter);

/* The forker of this generation; NULL: there is none. */
struct forker *forkers_find(struct forkers *, unsigned generation);

/*
 * Start a forker for workers with this job.  -1 with errno; EAGAIN also if too
 * many killed ones have not been reaped.
 */
int forkers_start(struct forkers *, unsigned generation, struct worker_job *);

/*
 * Ask for a worker.  -1 with errno; EAGAIN: there are too many requests.  A
 * request to a forker that has died is no error: its end is about to be reaped.
 */
int forkers_request(const struct forker *, const struct forker_request *);

/*
 * Read the next answer, with its sender.  False if there is none now; then
 * *lost is true if there can be none any more.
 */
bool forkers_hear(const struct forker *, struct forker_answer *, pid_t *sender,
    bool *lost);

/*
 * Let nobody send answers any more: a worker that has not told its birth leaves
 * then.  What has been sent can still be read.
 */
void forkers_silence(const struct forker *);

/* After that: close the link, and kill the process. */
void forkers_retire(const struct forkers *, struct forker *);

/* The forker has been reaped: free its entry. */
void forkers_reaped(const struct forkers *, struct forker *);

/* The forker with this pid, retired or not; NULL: there is none. */
struct forker *forkers_by_pid(struct forkers *, pid_t);

/* How many forkers there are beside that of this generation (0: of any). */
unsigned forkers_beside(const struct forkers *, unsigned generation);

#endif
