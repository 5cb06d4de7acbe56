/* SPDX-License-Identifier: ISC */
/*
 * tell: what has become of the service, for whoever is interested: the log, the
 * service manager, callers of the control socket, the counters.
 */
#ifndef ECHOD_TELL_H
#define ECHOD_TELL_H

#include <stdint.h>

#include "daemon/control/caller.h"

struct master;

/*
 * Tell the service manager what has changed.  Returns the clock_ms() to be
 * called again at, INT64_MAX: only at events.
 */
int64_t tell_step(struct master *, int64_t now_ms);

/* The service is up; or it is this master again that speaks for it. */
void tell_ready(struct master *, int64_t now_ms);
void tell_return(struct master *, int64_t now_ms);

/* It begins to drain in `lame_ms`; or it stops now, with -1. */
void tell_stop(struct master *, int64_t lame_ms, int64_t now_ms);

void tell_reload_begins(struct master *, int64_t now_ms);

/*
 * What has become of a reload or an upgrade, with a status of sysexits.h: one
 * sentence, of printf(3) format, and everybody gets it here.
 */
void tell_outcome(struct master *, enum caller_event, int status,
    int64_t now_ms, const char *fmt, ...)
    __attribute__((format(printf, 5, 6)));

#endif
