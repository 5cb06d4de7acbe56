/* SPDX-License-Identifier: ISC */
/*
 * life: the steps of the master's life: it starts, serves, puts a new generation
 * in force, and stops.
 */
#ifndef ECHOD_LIFE_H
#define ECHOD_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/master/state.h"

/* Begin a reload, or note that there is to be one after the present one. */
void life_reload(struct master *, int64_t now_ms);

/*
 * A reload has brought up the next generation: put it in force.  The first one
 * is the start, which is reported; in an upgrade the old master is told first, and
 * this is to be called again when it has yielded.
 */
void life_ready(struct master *, int64_t now_ms);

/*
 * A reload has failed, and the reason is in m->reload: a start that fails is the
 * end; a reload that fails changes nothing.
 */
void life_failed(struct master *, int64_t now_ms);

/* The state of the service, which is made for each call. */
void life_snapshot(struct master *, int64_t now_ms, struct snapshot *);

/*
 * This master is the one that has the service, and says so again, whatever the
 * next one has said; or the next one has it for good, and this one leaves, without
 * a change to listeners that are not its own any more.
 */
void life_resume(struct master *, int64_t now_ms);
void life_retire(struct master *);

/*
 * Stop: clients are served to their end, within timeouts.drain; or each ends
 * cleanly now.  To be told again to stop gracefully means the next step: for
 * timeouts.lame_duck everything goes on, then clients are served to their end,
 * then each ends now.
 */
void life_stop_gracefully(struct master *, int64_t now_ms);
void life_stop_now(struct master *, int64_t now_ms);

/*
 * Have the service manager store the listeners in force, if that is still to be
 * done.  Returns as store_step().
 */
int64_t life_store(struct master *, int64_t now_ms);

/* Stop when that time is over.  Returns the clock_ms() of that, or INT64_MAX. */
int64_t life_step(struct master *, int64_t now_ms);

#endif
