/* SPDX-License-Identifier: ISC */
/*
 * watch: looks at the listeners in force: when a client comes, and then once a
 * second until no client waits any more.  So the master sees clients that wait
 * in vain, whatever the workers pretend; and an idle service costs nothing.
 *
 * A look also mends a listener that a worker has closed or changed, as it can
 * because all processes have the same socket.
 */
#ifndef ECHOD_WATCH_H
#define ECHOD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct generation;

enum { WATCH_EVENT = -1 }; /* events of listeners have this as their data.fd */

struct watch {
	int waiter;	 /* the master's epoll */
	bool noticed;	 /* set by the caller: such an event has come */
	bool broken;	 /* a listener is closed, as the log says */
	int64_t look_ms; /* time of the next look; 0: at an event */
};

/*
 * This generation is in force now: wait for events of its listeners, and note
 * their options, to see later whether these have been changed.
 */
void watch_arm(struct watch *, struct generation *, int64_t now_ms);

/* Whether it is time to look. */
bool watch_due(const struct watch *, int64_t now_ms);

/* Look at the listeners.  Returns how many clients wait. */
unsigned watch_look(struct watch *, struct generation *, int64_t now_ms);

/* When to look again, by clock_ms(); INT64_MAX: at the next event. */
int64_t watch_deadline(const struct watch *);

#endif
