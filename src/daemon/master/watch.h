/* SPDX-License-Identifier: ISC */
/*
 * watch: when the master looks at the listeners in force: when a client comes,
 * and then once a second until none waits any more.  So clients that wait in
 * vain are seen, whatever the workers say; and an idle service costs nothing.
 *
 * A look also mends what a worker may have done to a listener.
 */
#ifndef ECHOD_WATCH_H
#define ECHOD_WATCH_H

#include <stdbool.h>
#include <stdint.h>

struct generation;

enum { WATCH_EVENT = -1 }; /* events of listeners have this as their data.fd */

struct watch {
	int waiter;	 /* the master's epoll */
	bool noticed;	 /* set this when an event has come */
	bool broken;	 /* a listener does not listen, and the log says so */
	int64_t look_ms; /* look again then; 0: at the next event */
};

/* Wait for events of the listeners of a generation that comes in force. */
void watch_arm(struct watch *, struct generation *, int64_t now_ms);

/* Whether it is time to look. */
bool watch_due(const struct watch *, int64_t now_ms);

/* Look at the listeners.  Returns how many clients wait. */
unsigned watch_look(struct watch *, struct generation *, int64_t now_ms);

/* When to look again, by clock_ms(); INT64_MAX: at the next event. */
int64_t watch_deadline(const struct watch *);

#endif
