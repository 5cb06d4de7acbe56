/* SPDX-License-Identifier: ISC */
/*
 * counts: what a load has counted; in the end sent = echoed + lost.  One thread
 * raises its counts; others may read and add them meanwhile.
 */
#ifndef ECHOC_COUNTS_H
#define ECHOC_COUNTS_H

#include <stdbool.h>
#include <stdint.h>

#include "client/core/fault.h"
#include "client/core/histogram.h"
#include "client/net/mismatch.h"

struct message;

/* The part of a load to which a message belongs; kept in struct message. */
enum part {
	PART_TRIAL,  /* the first message of each connection, before the load */
	PART_WARMUP, /* all that is sent outside of the window */
	PART_WINDOW, /* what is measured */
};

/* Messages of one part. */
struct message_counts {
	uint64_t sent, echoed;
	uint64_t bytes_sent, bytes_echoed; /* of these messages */
	uint64_t not_sent;		   /* due, but they were never sent */
	uint64_t lost[FAULT_KINDS];
};

/* Connections, in the whole run. */
struct connect_counts {
	uint64_t wanted;	      /* before the load */
	uint64_t established;	      /* of `wanted`, with their first echo */
	uint64_t failed[FAULT_KINDS]; /* of `wanted` */
	uint64_t again;		      /* made while the load ran */
	uint64_t within;	      /* of `again`, in the window */
	uint64_t again_failed[FAULT_KINDS];
	uint64_t broken[FAULT_KINDS]; /* ended while the load ran */
	uint64_t unclosed;	      /* the server did not close after us */
};

/* Begins as all zeros; memory that is not touched costs nothing. */
struct counts {
	struct message_counts trial, warmup, window;
	struct connect_counts connects;
	uint64_t completed, completed_bytes; /* echoes within the window */
	uint64_t verified; /* bytes that were equal, in all parts */
	uint64_t mismatches;
	uint64_t skipped;     /* due, and the thread did not get to them */
	int64_t last_outcome; /* of a measured message, clock_ns() */
	double
	    busy; /* the thread's processor time over the window; -1: unknown */
	struct mismatch mismatch;	    /* the first one */
	struct histogram response, connect; /* of echoes, of handshakes */
	struct histogram service, lag;	    /* in an open loop only */
};

/* Raise a counter that others read; it costs no more than an addition. */
static inline void
counts_raise(uint64_t *counter, uint64_t n)
{
	__atomic_store_n(counter,
	    __atomic_load_n(counter, __ATOMIC_RELAXED) + n, __ATOMIC_RELAXED);
}

static inline uint64_t
counts_read(const uint64_t *counter)
{
	return __atomic_load_n(counter, __ATOMIC_RELAXED);
}

/* A message is sent, then echoed (`within` the window) or lost; or not sent. */
void counts_sent(struct counts *, const struct message *);
void counts_echoed(struct counts *, const struct message *, bool within,
    int64_t now);
void counts_lost(struct counts *, const struct message *, enum fault,
    int64_t now);
void counts_not_sent(struct counts *, const struct message *, int64_t now);

/* Add what another has counted: all of it, or one kind. */
void counts_add(struct counts *, const struct counts *);
void counts_add_messages(struct message_counts *,
    const struct message_counts *);
void counts_add_connects(struct connect_counts *,
    const struct connect_counts *);

/* Messages that have no echo: lost or never sent. */
uint64_t counts_failed(const struct message_counts *);

/* All kinds together, and all but time-outs. */
uint64_t counts_faults(const uint64_t faults[FAULT_KINDS]);
uint64_t counts_errors(const struct message_counts *);

/* The kind that is most frequent, FAULT_NONE when there is none. */
enum fault counts_most(const uint64_t faults[FAULT_KINDS]);

#endif
