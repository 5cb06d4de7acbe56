/* SPDX-License-Identifier: ISC */
/*
 * store: has the service manager keep copies of our listeners (FDSTORE=1 of
 * sd_notify(3)).  If the master dies, no client in a queue is lost, and none is
 * refused until the next echod is there, which is given these listeners
 * (inherited.h).
 *
 * A manager before systemd 254 does not say whether it has a store, and drops
 * what it does not keep.  There the store is certain only when a listener has
 * come back from it.
 */
#ifndef ECHOD_STORE_H
#define ECHOD_STORE_H

#include <stdbool.h>
#include <stdint.h>

struct listener_set;
struct notify;

/* All have this name, which is how they are known when they come back. */
#define STORE_NAME "echod-listener"

struct store {
	bool certain;	/* the manager certainly has a store */
	bool due;	/* its content is to be changed */
	unsigned room;	/* so many fit; 0: there is no store */
	unsigned count; /* so many have been stored */
	int64_t retry_ms;
};

/*
 * Begin.  The connection to the manager has to be open.  `adopted` has the
 * listeners that came from the store, if any.
 */
void store_open(struct store *, const struct notify *,
    const struct listener_set *adopted);

/*
 * Note that the store has to hold those listeners in force that are ours, and
 * no others.  store_step() does it, as soon as the manager has room for
 * messages.
 */
void store_renew(struct store *);

/*
 * Bring the store up to date.  Returns the clock_ms() to call this again at,
 * INT64_MAX: it is done.
 */
int64_t store_step(struct store *, struct notify *, struct listener_set *,
    int64_t now_ms);

/*
 * At a stop: unless it is certain that the manager has a store, ask it to
 * forget our listeners, which are drained and closed then as if nobody had a
 * copy.
 */
void store_stop(struct store *, struct notify *, struct listener_set *);

#endif
