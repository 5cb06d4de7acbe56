/* SPDX-License-Identifier: ISC */
/*
 * service: tells a service manager about the service as a whole: that it is
 * ready, reloads or stops, and in which state it is.
 */
#ifndef ECHOD_SERVICE_H
#define ECHOD_SERVICE_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "daemon/service/notify.h"
#include "daemon/service/watchdog.h"

enum {
	/* The time of a stop after the drain time-out: workers are cut off, and
	 * killed twice if they do not end, and the logger ends. */
	SERVICE_STOP_MS = 15000,
	SERVICE_OUTCOME = 640, /* room for the sentence about a reload */
};

/* The state of the service. */
struct service_facts {
	unsigned generation; /* in force */
	unsigned workers;    /* of all generations */
	unsigned busy, max;  /* of the one in force */
	bool full;	     /* clients wait because of max */
	bool lame_duck;	     /* it serves, and is about to stop */
	bool failing;	     /* the last self-probe has failed */
};

struct service {
	struct notify notify;
	struct watchdog watchdog;
	bool background; /* the main process is not the one started */
	int ready_fd;	 /* gets a newline; 0: there is none */
	bool starting, reloading, stopping;
	bool silent; /* another echod speaks for the service */
	char
	    failure[SERVICE_OUTCOME]; /* of the last reload or upgrade, or "" */
	/* The facts of the last status, and when it was sent. */
	struct service_facts told;
	int64_t told_ms;
	/* When the start, reload or stop is over that the manager waits for,
	 * INT64_MAX: unknown; and when to ask for more time again. */
	int64_t over_ms, extend_ms;
};

/*
 * Begin.  The address of the manager is in the environment (environment.h).
 * `ready_fd`, unless it is 0, gets a newline when the start has succeeded, and
 * is closed then, as s6 and others expect.  `waiter` is the master's epoll.
 */
void service_open(struct service *, int waiter, bool background, int ready_fd);

/* Whether there is a service manager to tell. */
bool service_is_heard(const struct service *);

/* The start has succeeded; or it has failed for this reason. */
void service_ready(struct service *, const struct service_facts *,
    int64_t now_ms);
void service_failed(struct service *, const char *reason, int64_t now_ms);

/*
 * A reload begins; or it ends, with a sentence why it has failed, NULL: it has
 * succeeded.
 */
void service_reload_begins(struct service *, const struct service_facts *,
    int64_t now_ms);
void service_reload_ends(struct service *, const char *failure,
    const struct service_facts *, int64_t now_ms);

/*
 * Another process is the main process of the service from now on, and speaks
 * for it; or this one is, again.
 */
void service_yields(struct service *, pid_t, int64_t now_ms);
void service_returns(struct service *, const struct service_facts *,
    int64_t now_ms);

/*
 * An upgrade has ended, with a sentence why it has failed, NULL: it has
 * succeeded.
 */
void service_upgrade_ends(struct service *, const char *failure,
    const struct service_facts *, int64_t now_ms);

/*
 * A stop begins, or its end has changed.  It takes drain_ms (INT64_MAX:
 * unknown) and SERVICE_STOP_MS at most.
 */
void service_stops(struct service *, int64_t drain_ms,
    const struct service_facts *, int64_t now_ms);

/*
 * Tell what has changed, at most once a second.  Returns the clock_ms() to call
 * this again at, INT64_MAX: only when something changes.
 */
int64_t service_step(struct service *, const struct service_facts *,
    int64_t now_ms);

#endif
