/* SPDX-License-Identifier: ISC */
/*
 * loss: connections that fail, break, time out or end: what is lost with them.
 */
#ifndef ECHOC_LOSS_H
#define ECHOC_LOSS_H

#include <stdint.h>

#include "client/core/fault.h"

struct connection;
struct group;

/* Count what was in flight as lost, and connect again if the phase lets it. */
void loss_handle(struct group *, struct connection *, enum fault, int64_t now);

/* Look for time-outs, and for connections that may try again. */
void loss_check(struct group *, int64_t now);

/* Count what has not begun as not sent, and shut down what is open. */
void loss_finish(struct group *, int64_t now);

/* Close all connections; what is still in flight is lost. */
void loss_close(struct group *, int64_t now);

#endif
