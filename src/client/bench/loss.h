/* SPDX-License-Identifier: ISC */
/*
 * loss: a connection of a load that breaks or is not made: which account it and
 * what was under way on it belong to, and whether its flow will have another.
 */
#ifndef ECHOC_LOSS_H
#define ECHOC_LOSS_H

#include <stdint.h>

#include "client/core/fault.h"

struct connection;
struct thread;

/*
 * A connection is lost, or was not made.  What was under way is counted as
 * lost by that fault; the flow will connect again if the phase lets it.
 */
void loss_settle(struct thread *, struct connection *, enum fault, int64_t now);

#endif
