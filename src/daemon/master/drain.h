/* SPDX-License-Identifier: ISC */
/*
 * drain: listeners on their way out, because of a reload or a stop.
 *
 * New clients do not find a drained listener (listener_set_hide()).  It is kept
 * until no worker takes clients from it any more, the kernel holds back no
 * client that has connected, and each that waits has a worker: a close would
 * reset them.
 *
 * What is a socket unit's is never drained nor hidden: that would outlive us in
 * the copy that the service manager has.
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
	int64_t held_ms;   /* until then the kernel may hold back a client */
	int64_t close_ms;  /* all are closed by then */
	int64_t finish_ms; /* of a stop: clients are served until then; or 0 */
	bool stopping;
};

/* All our sockets, of which a reload may keep some: those of `now`, and ours. */
void drain_all(const struct drain *, const struct generation *now,
    struct listener_set *all);

/*
 * At a commit, before the old workers are told to leave: drain the listeners
 * that `next` does not have, whether `now` had them or they were adopted.  Those
 * of a socket unit are `adopted` then, for a reload may want them again.
 */
void drain_begin(struct drain *, struct pool *, const struct generation *now,
    struct listener_set *adopted, const struct generation *next,
    int64_t now_ms);

/* A reload has failed: drain what it had opened, which may have clients. */
void drain_abandon(struct drain *, struct pool *, const struct generation *now,
    struct generation *next, int64_t now_ms);

/*
 * At a stop, before the workers are told to leave: drain all listeners but those
 * of a socket unit, which keeps the clients that wait for the next start.
 */
void drain_stop(struct drain *, struct pool *, struct generation *now,
    int64_t now_ms);

/* Returns the clock_ms() to be called again at, or INT64_MAX. */
int64_t drain_step(struct drain *, struct pool *, const struct generation *now,
    int64_t now_ms);

/* Stop now: close all listeners; clients that wait are counted and reset. */
void drain_end(struct drain *, struct generation *now);

#endif
