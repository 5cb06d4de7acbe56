/* SPDX-License-Identifier: ISC */
/*
 * drain: listeners that are on their way out, because a reload has taken them
 * out of the configuration, or has opened them and failed, or because of a
 * stop.  New clients do not find them (listener_set_hide()).  Workers let go of
 * them one after the other, so the master keeps them until no worker takes
 * clients from them, the kernel holds back no client that has connected, and all
 * that wait have a worker.  What it closes at last has an empty queue, unless there is no
 * room for so many in time; then the log says how many are left.
 */
#ifndef ECHOD_DRAIN_H
#define ECHOD_DRAIN_H

#include <stdint.h>

#include "daemon/master/listener.h"

struct config;
struct master;

struct drain {
	struct listener_set listeners; /* our own descriptors; 0: none */
	int64_t held_ms;	       /* nobody is held back later */
	int64_t close_ms;	       /* whoever waits: closed by then */
	int64_t finish_ms;	       /* of a stop: nobody is served longer */
};

/* All sockets there are, for a next set to keep: those in force and these. */
void drain_all(const struct master *, struct listener_set *all);

/*
 * At the commit of a reload, before the old workers are told to leave: note
 * what the next set does not have, and have those served who wait there.  What
 * it has taken back is its own again.
 */
void drain_begin(struct master *, const struct listener_set *next,
    int64_t now_ms);

/*
 * A reload has failed: what it opened, as `config` said, may have clients
 * already.  Empties `next`.
 */
void drain_abandon(struct master *, struct listener_set *next,
    const struct config *, int64_t now_ms);

/* At a stop, before the workers are told to leave: all there are. */
void drain_stop(struct master *, int64_t now_ms);

/* Returns the clock_ms() to be called again at, or INT64_MAX. */
int64_t drain_step(struct master *, int64_t now_ms);

/* Close all that are left; clients that wait are counted and reset. */
void drain_end(struct master *);

#endif
