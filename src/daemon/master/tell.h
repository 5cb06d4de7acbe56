/* SPDX-License-Identifier: ISC */
/*
 * tell: tells everybody what becomes of the service: the log, the service
 * manager, callers of the control socket, and the counters.
 */
#ifndef ECHOD_TELL_H
#define ECHOD_TELL_H

#include <stdint.h>

#include "daemon/control/caller.h"

struct master;

/*
 * Tell the service manager what has changed since the last call.  Returns the
 * clock_ms() to call this again at, INT64_MAX: only at events.
 */
int64_t tell_step(struct master *, int64_t now_ms);

/*
 * The service is up for the first time; or this master has it again after an
 * upgrade, and speaks for it.
 */
void tell_ready(struct master *, int64_t now_ms);
void tell_return(struct master *, int64_t now_ms);

/*
 * The service stops: it begins to drain in `lame_ms`; -1: connections end now.
 */
void tell_stop(struct master *, int64_t lame_ms, int64_t now_ms);

void tell_reload_begins(struct master *, int64_t now_ms);

/*
 * A reload or an upgrade is over.  The sentence, of printf(3) format, says how
 * it ended: it is the same one for the log, the service manager and the
 * callers.  The status is one of sysexits.h.
 */
void tell_outcome(struct master *, enum caller_event, int status,
    int64_t now_ms, const char *fmt, ...) __attribute__((format(printf, 5, 6)));

#endif
