/* SPDX-License-Identifier: ISC */
/*
 * tally: the account of a load: what was sent, and what became of it.  Once
 * all is over, sent = echoed + lost, whatever happened.
 */
#ifndef ECHOC_TALLY_H
#define ECHOC_TALLY_H

#include <stdint.h>

#include "client/core/fault.h"

/* Messages of one phase. */
struct tally {
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
void tally_add(struct tally *, const struct tally *);
void tally_add_connects(struct connects *, const struct connects *);

/* All kinds together, and all but time-outs. */
uint64_t tally_faults(const uint64_t faults[FAULT_KINDS]);
uint64_t tally_errors(const struct tally *);

/* The kind that is most frequent, FAULT_NONE when there is none. */
enum fault tally_most(const uint64_t faults[FAULT_KINDS]);

#endif
