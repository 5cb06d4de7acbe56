/* SPDX-License-Identifier: ISC */
/*
 * life: the transitions in the life of the service: a start or a reload has
 * succeeded or failed, an upgrade has moved the service to another master or
 * back, a stop begins.
 */
#ifndef ECHOD_LIFE_H
#define ECHOD_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/master/state.h"

/* Begin a reload, or note that there is to be one after the present one. */
void life_reload(struct master *, int64_t now_ms);

/*
 * A reload has brought up the next generation: put it in force.  If it is the
 * first one, the start is reported as done.  In an upgrade, the first call only
 * tells the old master that this one is ready; call it again when the old one
 * has yielded.
 */
void life_ready(struct master *, int64_t now_ms);

/*
 * A reload has failed for the reason in m->reload.  If it was the start, the
 * master stops; else the generation in force stays as it is.
 */
void life_failed(struct master *, int64_t now_ms);

/* Describe the state of the service at this moment. */
void life_snapshot(struct master *, int64_t now_ms, struct snapshot *);

/*
 * After an upgrade has failed or has been undone: this master has the service,
 * and tells the service manager so, whatever the next master has told it.
 */
void life_resume(struct master *, int64_t now_ms);

/*
 * The next master has the service for good: begin to end this one, without a
 * change to the listeners that both have.
 */
void life_retire(struct master *);

/*
 * Stop.  A graceful stop has three steps: the master is a lame duck for
 * timeouts.lame_duck; then clients are served to their end, for timeouts.drain
 * at most; then the connections that are left end cleanly.  Each further call
 * goes to the next step at once.  A stop now begins with the last one.
 */
void life_stop_gracefully(struct master *, int64_t now_ms);
void life_stop_now(struct master *, int64_t now_ms);

/*
 * If the service manager does not store the listeners in force yet, ask it to.
 * Returns what store_step() returns.
 */
int64_t life_store(struct master *, int64_t now_ms);

/*
 * Go to the next step of a stop when the time of a lame duck is over.  Returns
 * the clock_ms() of that, or INT64_MAX.
 */
int64_t life_step(struct master *, int64_t now_ms);

#endif
