/* SPDX-License-Identifier: ISC */
/*
 * counts: the account of a load: what was sent, and what became of it.  Once
 * all is over, sent = echoed + lost, whatever happened.
 */
#ifndef ECHOC_COUNTS_H
#define ECHOC_COUNTS_H

#include <stdint.h>

#include "client/core/fault.h"

/* Messages of one phase. */
struct counts {
	uint64_t sent, echoed;
	uint64_t bytes_sent, bytes_echoed; /* of those messages */
	uint64_t not_sent; /* due, but there was no room to keep them */
	uint64_t lost[FAULT_KINDS];
};

/* Connections, in the whole run. */
struct connects {
	uint64_t wanted;	      /* before the load */
	uint64_t established;	      /* of those, with their first echo */
	uint64_t failed[FAULT_KINDS]; /* of those */
	uint64_t again;		      /* made while the load ran */
	uint64_t within;	      /* of those, in the window */
	uint64_t again_failed[FAULT_KINDS];
	uint64_t broken[FAULT_KINDS]; /* ended while the load ran */
	uint64_t unclosed;	      /* not ended by the server after ours */
};

/* Add another thread's; it may still be counting. */
void counts_add(struct counts *, const struct counts *);
void counts_add_connects(struct connects *, const struct connects *);

/* All kinds together, and all but time-outs. */
uint64_t counts_faults(const uint64_t faults[FAULT_KINDS]);
uint64_t counts_errors(const struct counts *);

/* The kind that is most frequent, FAULT_NONE when there is none. */
enum fault counts_most(const uint64_t faults[FAULT_KINDS]);

#endif
