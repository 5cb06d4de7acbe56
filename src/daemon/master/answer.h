/* SPDX-License-Identifier: ISC */
/*
 * answer: carries out what callers of the control socket ask of the master, and
 * answers them.
 */
#ifndef ECHOD_ANSWER_H
#define ECHOD_ANSWER_H

#include <stdint.h>

struct master;

/*
 * Carry out one request, if there is any.  Returns the clock_ms() at which to
 * call this again.
 */
int64_t answer_step(struct master *, int64_t now_ms);

/*
 * The last thing that the master does: tell the callers that wait for its end
 * that it has ended, with its exit status, and close all connections.
 */
void answer_end(struct master *);

#endif
