/* SPDX-License-Identifier: ISC */
/*
 * store: has the service manager keep copies of our listeners (FDSTORE=1 of
 * sd_notify(3)), so that no client in a queue is lost when the master dies, and
 * none is refused until the next echod is there, which gets them as inherited.h
 * says.
 *
 * Managers before systemd 254 do not say whether they store anything, and drop
 * what they do not.  Then it is certain only when a listener has come back.
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
	bool certain;	/* it is known that there is one */
	bool due;	/* it has others than it is to have */
	unsigned room;	/* so many fit; 0: there is none */
	unsigned count; /* so many it has */
	int64_t retry_ms;
};

/*
 * Whom to ask must be open.  What has come from the store, if anything, is in
 * this set.
 */
void store_open(struct store *, const struct notify *,
    const struct listener_set *adopted);

/*
 * Have it keep those listeners of the set in force that are ours, and no others.
 * It is done by store_step(), as soon as the manager has room for messages.
 */
void store_renew(struct store *);

/* Returns the clock_ms() to be called again at, INT64_MAX: it is done. */
int64_t store_step(struct store *, struct notify *, struct listener_set *,
    int64_t now_ms);

/*
 * At a stop.  What the next echod will get must be as good as new; so what may
 * be stored, or not, is forgotten, and the listeners are ours alone.
 */
void store_stop(struct store *, struct notify *, struct listener_set *);

#endif
