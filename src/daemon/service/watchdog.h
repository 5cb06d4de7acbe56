/* SPDX-License-Identifier: ISC */
/*
 * watchdog: tells a service manager that the event loop runs, and tries whether
 * a client would be served (the self-probe).
 *
 * The manager ends echod if it is told nothing for WATCHDOG_USEC.  A self-probe
 * that fails is only reported, because to end the service does not help a
 * machine that is overloaded; unless the operator wants it (setting
 * `watchdog`).
 */
#ifndef ECHOD_WATCHDOG_H
#define ECHOD_WATCHDOG_H

#include <stdbool.h>
#include <stdint.h>

#include "common/errbuf.h"
#include "daemon/service/probe.h"

struct notify;

struct watchdog {
	int64_t half_ms; /* half of the period; 0: nobody watches */
	int64_t next_ms; /* when to tell it again */
	struct probe probe;
	unsigned turn;	   /* which listener is the next */
	char listener[80]; /* the one of the last self-probe */
	/* The last self-probe with an outcome. */
	bool fresh; /* watchdog_take() has not been called */
	bool good;
	int64_t us; /* it has taken so long */
	/* How many have failed since the last good one, and since when. */
	unsigned failures;
	int64_t since_ms;
	struct errbuf why; /* a sentence; "" while they are good */
	bool unable;	   /* none can be made, as the log says */
};

/*
 * Begin; the period is in the environment (environment.h).  `waiter` is the
 * epoll of the master, which has to call watchdog_step() after each event.
 */
void watchdog_open(struct watchdog *, int waiter);

/*
 * Do what is due; `serving` is false while no client can expect to be served.
 * Returns the clock_ms() to be called again at; INT64_MAX: nobody watches.
 */
int64_t watchdog_step(struct watchdog *, struct notify *,
    const struct generation *, bool serving, int64_t now_ms);

/* Whether there is a new outcome since the last call, in w->good and so on. */
bool watchdog_take(struct watchdog *w);

#endif
