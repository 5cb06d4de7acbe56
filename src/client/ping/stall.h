/* SPDX-License-Identifier: ISC */
/*
 * stall: notices by the clock that this client itself stood still: it was
 * stopped, suspended, got no processor, or had to wait for the reader of its
 * output.  What is measured then says nothing about the server.
 */
#ifndef ECHOC_STALL_H
#define ECHOC_STALL_H

#include <stdint.h>

#include "common/clock.h"

/* Who has not looked at the clock for so long stood still. */
#define STALL_STILL (200 * CLOCK_MS)

/* To notice that, it sleeps no longer than this while it waits for an answer. */
#define STALL_NAP (50 * CLOCK_MS)

/* All by clock_ns(). */
struct stall {
	int64_t asked; /* when the system was last asked for what is there */
	int64_t told;  /* when the system has answered */
	int64_t still; /* when this client last went on after a standstill */
	int64_t late;  /* how old the last answer may be; 0: it is fresh */
};

void stall_begin(struct stall *);

/* Set `asked` before ppoll(2), and call this after it was to end by `until`. */
void stall_told(struct stall *, int64_t until);

/* How late a probe is that was due then, if a standstill is the reason; else 0. */
int64_t stall_late(struct stall *, int64_t due);

#endif
