/* SPDX-License-Identifier: ISC */
/*
 * race: a connection to whichever address of a target answers.  Makes no
 * socket itself, and waits only in race_run(): what has to be polled and when
 * is asked of it, so that it fits into the loop of another.
 */
#ifndef ECHOC_RACE_H
#define ECHOC_RACE_H

#include <poll.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/net/dial.h"
#include "client/net/target.h"

struct failure;
struct options;

struct race {
	struct addr address[TARGET_ADDRESSES]; /* in the order of trying */
	int64_t begun[TARGET_ADDRESSES];
	int fd[TARGET_ADDRESSES]; /* of those that were tried; -1: failed */
	unsigned count, tried, running;
	int error;     /* errno of the last that failed */
	int64_t delay; /* what one has for itself before the next begins */
	int64_t next;  /* when that is, clock_ns() */
	bool in_turn;  /* it has to end then */
	bool nagle;
	struct origin from;
};

/*
 * The families take turns (RFC 8305 section 4), but `first` goes before all
 * others; NULL: none does.  Nothing is begun yet.
 */
void race_init(struct race *, const struct target *, const struct addr *first,
    const struct origin *, const struct options *);

/*
 * Begin what is to begin now: the next address when one has failed or after
 * --happy-eyeballs-delay, beside the ones before (RFC 8305 section 5); with a
 * delay of 0 one after the other.
 */
void race_step(struct race *, int64_t now);

/* When that will be the next time, INT64_MAX if only poll(2) can tell. */
int64_t race_next(const struct race *);

/* What to poll(2) for; returns how many, TARGET_ADDRESSES at most. */
unsigned race_poll(const struct race *, struct pollfd *);

/*
 * Look at what poll(2) has found, in the order of race_poll.  Returns the
 * winner, or -1 as long as there is none.
 */
int race_look(struct race *, const struct pollfd *);

/* Whether all have failed; the reason is in `error`. */
bool race_is_lost(const struct race *);

/* Take the winner's socket, and close the others. */
void race_take(struct race *, int winner, struct dialled *);

/* Close all of them. */
void race_end(struct race *);

/*
 * Connect to one of the target's addresses and wait for that, for -W at most.
 * Returns -1 with OUTCOME_CONNECT, OUTCOME_LIMIT, OUTCOME_USAGE or
 * OUTCOME_INTERRUPTED.
 */
int race_run(const struct target *, const struct options *, struct dialled *,
    struct failure *);

#endif
