/* SPDX-License-Identifier: ISC */
/*
 * answer: what the master says to the callers of the control socket, and does
 * for them.
 */
#ifndef ECHOD_ANSWER_H
#define ECHOD_ANSWER_H

#include <stdint.h>

struct master;

/* Do what has been asked.  Returns when to come back, by clock_ms(). */
int64_t answer_step(struct master *, int64_t now_ms);

/* The master ends, which is the answer to all who wait for that. */
void answer_end(struct master *);

#endif
