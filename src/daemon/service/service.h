/* SPDX-License-Identifier: ISC */
/*
 * service: what the master tells whoever supervises it about the service as a
 * whole: that it is ready, reloads or stops, and how it is.
 */
#ifndef ECHOD_SERVICE_H
#define ECHOD_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/service/notify.h"
#include "daemon/service/watchdog.h"

enum {
	/* After the drain time-out of a stop: for workers to be cut off, and
	 * killed twice if they do not end, and for the logger. */
	SERVICE_STOP_MS = 15000,
	SERVICE_OUTCOME = 640, /* room for the sentence about a reload */
};

/* How the service is. */
struct service_facts {
	unsigned generation; /* in force */
	unsigned workers;    /* of all generations */
	unsigned busy, max;  /* of the one in force */
	bool full;	     /* clients wait because of max */
	bool lame_duck;	     /* it serves, and is about to stop */
	bool failing;	     /* so the watchdog says */
};

struct service {
	struct notify notify;
	struct watchdog watchdog;
	bool background; /* the manager has to be told the main process */
	int ready_fd;	 /* gets a newline; 0: there is none */
	bool starting, reloading, stopping;
	bool silent; /* another echod speaks for the service */
	char
	    failure[SERVICE_OUTCOME]; /* of the last reload or upgrade, or "" */
	/* The facts of the last status, and when it was sent. */
	struct service_facts told;
	int64_t told_ms;
	/* What the manager waits for is over then, INT64_MAX: nobody knows; and
	 * when to ask for more time again. */
	int64_t over_ms, extend_ms;
};

/*
 * Whom to tell is in the environment (environment.h).  A descriptor other than 0
 * gets a newline when the start has succeeded, and is closed then, as s6 and
 * others expect it.  The epoll is that of the master.
 */
void service_open(struct service *, int waiter, bool background, int ready_fd);

/* Whether there is anybody who wants to know the facts. */
bool service_is_heard(const struct service *);

/* The start has succeeded; or failed, for this reason. */
void service_ready(struct service *, const struct service_facts *,
    int64_t now_ms);
void service_failed(struct service *, const char *reason, int64_t now_ms);

/* A reload begins; and ends, with the sentence that says why, NULL: well. */
void service_reload_begins(struct service *, const struct service_facts *,
    int64_t now_ms);
void service_reload_ends(struct service *, const char *failure,
    const struct service_facts *, int64_t now_ms);

/*
 * The service has another main process from now on, which speaks for it; or it
 * is this process again.
 */
void service_yields(struct service *, pid_t, int64_t now_ms);
void service_returns(struct service *, const struct service_facts *,
    int64_t now_ms);

/* An upgrade has ended, with the sentence that says why, NULL: well. */
void service_upgrade_ends(struct service *, const char *failure,
    const struct service_facts *, int64_t now_ms);

/*
 * A stop begins, or its end is another one now: it takes drain_ms (INT64_MAX: nobody knows
 * how long) and SERVICE_STOP_MS at most.
 */
void service_stops(struct service *, int64_t drain_ms,
    const struct service_facts *, int64_t now_ms);

/*
 * Tell what has changed, a second after the last time at the earliest.  Returns
 * the clock_ms() to be called again at, INT64_MAX: only when something changes.
 */
int64_t service_step(struct service *, const struct service_facts *,
    int64_t now_ms);

#endif
