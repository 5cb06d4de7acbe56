/* SPDX-License-Identifier: ISC */
/*
 * master: the event loop.
 */
#ifndef ECHOD_MASTER_H
#define ECHOD_MASTER_H

#include "daemon/master/life.h"

struct listener_set;
struct options;
struct predecessor;

/*
 * Start, serve, stop.  `adopted` are listeners that come from outside, for the
 * start to take; it owns them.  The predecessor has been met, or there is none.
 * `notify` is from daemonize_start(), or -1; it is -1
 * again in m->notify once the start has been reported.  Returns the exit
 * status; when the start failed, the reason is in m->err for the caller to say.
 */
int master_run(struct master *, const struct options *,
    const struct listener_set *adopted, struct predecessor *, int notify);

#endif
