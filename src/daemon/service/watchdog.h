/* SPDX-License-Identifier: ISC */
/*
 * watchdog: shows a service manager that the event loop goes round, and tries
 * whether a client would be served.
 *
 * The first is what the manager acts on, after WATCHDOG_USEC without a sign.
 * The second is reported: a machine that is overloaded is not helped by the end
 * of the service, unless the operator says so (setting `watchdog`).
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
	int64_t next_ms; /* when the next sign is due */
	struct probe probe;
	unsigned turn;	   /* of which listener, each in its turn */
	char listener[80]; /* the one that was tried last */
	/* The last one with an outcome. */
	bool fresh; /* nobody has taken it yet: watchdog_take() */
	bool good;
	int64_t us; /* it has taken so long */
	/* How many have failed since one was good. */
	unsigned failures;
	int64_t since_ms;
	struct errbuf why; /* a sentence; "" while they are good */
	bool unable;	   /* the log says that none can be made */
};

/*
 * Who watches is in the environment (environment.h).  The epoll is that of the
 * master, which is to call watchdog_step() after each of its events.
 */
void watchdog_open(struct watchdog *, int waiter);

/*
 * Do what is due; `serving` is false while no client can expect to be served.
 * Returns the clock_ms() to be called again at; INT64_MAX: nobody watches.
 */
int64_t watchdog_step(struct watchdog *, struct notify *,
    const struct generation *, bool serving, int64_t now_ms);

/* Whether there is an outcome, w->good and so on, that was not taken before. */
bool watchdog_take(struct watchdog *w);

#endif
