/* SPDX-License-Identifier: ISC */
/*
 * drain: closes listeners that a reload or a stop has taken out of service,
 * without a loss to the clients that have found them already.
 *
 * New clients do not find a drained listener (listener_set_hide()).  It stays
 * open until no worker takes clients from it, the kernel holds back no client
 * (in a handshake, or for TCP_DEFER_ACCEPT), and there is a worker for each
 * client in its queue: a close would reset these clients.
 *
 * A listener of a socket unit is never drained or hidden.  It is the same
 * socket as the service manager's copy, so that it would stay hidden after the
 * end of echod.
 */
#ifndef ECHOD_DRAIN_H
#define ECHOD_DRAIN_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/listen/listener.h"

struct generation;
struct pool;

struct drain {
	struct listener_set listeners; /* the drained ones; owns them */
	int64_t held_ms;   /* until then the kernel may hold back clients */
	int64_t close_ms;  /* all are closed by then */
	int64_t finish_ms; /* at a stop: clients are cut off then; 0: never */
	bool stopping;
};

/*
 * All listeners that a reload may keep: those of `now`, and the drained ones.
 */
void drain_all(const struct drain *, const struct generation *now,
    struct listener_set *all);

/*
 * At a commit, before the old workers are told to leave: drain the listeners
 * that `next` does not have, whether they are in `now` or in `adopted`.  Those
 * of a socket unit are put into `adopted` instead, for a later reload may list
 * them.
 */
void drain_begin(struct drain *, struct pool *, const struct generation *now,
    struct listener_set *adopted, const struct generation *next,
    int64_t now_ms);

/*
 * A reload has failed: drain the listeners that it had opened, in whose queues
 * there may be clients.
 */
void drain_abandon(struct drain *, struct pool *, const struct generation *now,
    struct generation *next, int64_t now_ms);

/*
 * At a stop, before the workers are told to leave: drain all listeners but
 * those of a socket unit.  Clients in the queue of such a unit wait for the
 * next start.
 */
void drain_stop(struct drain *, struct pool *, struct generation *now,
    int64_t now_ms);

/* Returns the clock_ms() to be called again at, or INT64_MAX. */
int64_t drain_step(struct drain *, struct pool *, const struct generation *now,
    int64_t now_ms);

/*
 * Stop now: close all listeners.  The kernel resets the clients in their
 * queues, unless the service manager has a copy of the listener; the log tells
 * the number of either.
 */
void drain_end(struct drain *, struct generation *now);

#endif
