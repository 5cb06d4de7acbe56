/* SPDX-License-Identifier: ISC */
/*
 * master: the event loop.
 */
#ifndef ECHOD_MASTER_H
#define ECHOD_MASTER_H

#include "daemon/master/life.h"

struct options;

/*
 * Start, serve, stop.  `notify` is from daemonize_start(), or -1; it is -1
 * again in m->notify once the start has been reported.  Returns the exit
 * status; when the start failed, the reason is in m->err for the caller to say.
 */
int master_run(struct master *, const struct options *, int notify);

#endif
