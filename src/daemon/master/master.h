/* SPDX-License-Identifier: ISC */
/*
 * master: the event loop of the master process.
 */
#ifndef ECHOD_MASTER_H
#define ECHOD_MASTER_H

#include "daemon/master/life.h"

struct listener_set;
struct options;
struct predecessor;

/*
 * Start, serve, stop.  `adopted` are listeners that come from outside, which
 * this function owns from now on.  The predecessor has been taken
 * (predecessor_take()), or there is none.  `notify` is the descriptor of
 * daemonize_start(), or -1; m->notify becomes -1 when the start has been
 * reported to it.
 *
 * Returns the exit status.  If the start failed, the reason is in m->err, and
 * the caller has to report it.
 */
int master_run(struct master *, const struct options *,
    const struct listener_set *adopted, struct predecessor *, int notify);

#endif
