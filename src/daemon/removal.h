/* SPDX-License-Identifier: ISC */
/*
 * removal: listeners that a reload has taken out of the configuration.  The
 * old workers let go of them one after the other, so the master keeps them
 * until nobody else takes clients from them, and has those served who wait
 * then.  What it closes at last has an empty queue, unless clients come faster
 * than they can be served; then the log says how many are left.
 */
#ifndef ECHOD_REMOVAL_H
#define ECHOD_REMOVAL_H

#include <stdint.h>

#include "daemon/listener.h"

struct master;

struct removal {
	struct listener_set listeners; /* our own descriptors; 0: none */
	int64_t close_ms;	       /* whoever waits: closed by then */
};

/* All sockets there are, for a next set to keep: those in force and these. */
void removal_all(const struct master *, struct listener_set *all);

/*
 * At the commit of a reload, before the old workers are told to leave: note
 * what the next set does not have, and have those served who wait there.  What
 * it has taken back is its own again.
 */
void removal_begin(struct master *, const struct listener_set *next,
    int64_t now_ms);

/* Returns the clock_ms() to be called again at, or INT64_MAX. */
int64_t removal_step(struct master *, int64_t now_ms);

/* Close them now; who waits is served if a worker can be forked for it. */
void removal_end(struct master *);

#endif
