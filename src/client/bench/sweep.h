/* SPDX-License-Identifier: ISC */
/*
 * sweep: looks over all connections of a loop now and then: for time-outs,
 * for those that may try again, and to end them all.
 */
#ifndef ECHOC_SWEEP_H
#define ECHOC_SWEEP_H

#include <stdint.h>

struct thread;

/* Look for time-outs, and for flows that may try again. */
void sweep_timeouts(struct thread *, int64_t now);

/*
 * Closed loop: forget what was put and has not begun.  It was never sent, and
 * nobody waits for it.
 */
void sweep_forget(struct thread *);

/* Say on every open connection that nothing more will come. */
void sweep_finish(struct thread *, int64_t now);

/*
 * Close all.  What is still under way is lost; who has not heard the server's
 * end is counted.
 */
void sweep_close(struct thread *, int64_t now);

#endif
