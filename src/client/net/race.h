/* SPDX-License-Identifier: ISC */
/*
 * race: connects to whichever address of a target answers first (Happy Eyeballs,
 * RFC 8305).  Only race_run() waits; the other functions tell what to poll and
 * until when, for a caller with an event loop of its own.
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
	int fd[TARGET_ADDRESSES]; /* of the addresses tried; -1: failed */
	unsigned count, tried, running;
	int error;     /* errno of the last attempt that failed */
	int64_t delay; /* from the begin of an attempt to that of the next */
	int64_t next;  /* clock_ns() of the begin of the next attempt */
	bool in_turn;  /* an attempt ends before the next one begins */
	bool nagle;
	struct origin from;
};

/* Order the addresses: alternate the families, after `first` (may be NULL). */
void race_init(struct race *, const struct target *, const struct addr *first,
    const struct origin *, const struct options *);

/*
 * Begin the attempts that are due: when another has failed, or after
 * --happy-eyeballs-delay (section 5); with 0 one after the other.
 */
void race_step(struct race *, int64_t now);

/* When race_step() has to be called; INT64_MAX: after poll(2) only. */
int64_t race_next(const struct race *);

/* What to poll(2) for; returns how many entries, TARGET_ADDRESSES at most. */
unsigned race_poll(const struct race *, struct pollfd *);

/* After poll(2): returns the attempt that has connected, or -1. */
int race_look(struct race *, const struct pollfd *);

/* Whether all attempts have failed; `error` has the reason. */
bool race_is_lost(const struct race *);

/* Describe the connection that was made, and close the other sockets. */
void race_take(struct race *, int winner, struct dialled *);

/* Close all sockets. */
void race_end(struct race *);

/*
 * Connect to one of the addresses within -W.  Returns -1 with OUTCOME_CONNECT,
 * OUTCOME_LIMIT, OUTCOME_USAGE or OUTCOME_INTERRUPTED.
 */
int race_run(const struct target *, const struct options *, struct dialled *,
    struct failure *);

#endif
