/* SPDX-License-Identifier: ISC */
/*
 * loss: connections that are not made, break or time out: what is counted as
 * lost with them, and when they connect again; and the end of all of them.
 */
#ifndef ECHOC_LOSS_H
#define ECHOC_LOSS_H

#include <stdint.h>

#include "client/core/fault.h"

struct connection;
struct group;

/*
 * A connection is lost, or was not made.  What was in flight is lost by that
 * fault; the connection is made again if the phase lets it.
 */
void loss_handle(struct group *, struct connection *, enum fault, int64_t now);

/* Look for time-outs, and for connections that may try again. */
void loss_check(struct group *, int64_t now);

/* Count what has not begun as not sent, and shut down what is open. */
void loss_finish(struct group *, int64_t now);

/* Close all connections; what is still in flight is lost. */
void loss_close(struct group *, int64_t now);

#endif
