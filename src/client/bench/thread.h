/* SPDX-License-Identifier: ISC */
/*
 * thread: a thread of a load with its share of the connections: one epoll loop
 * from the first handshake to the last echo.  It counts for itself; others
 * read the counters while it runs, and add them up when it is done.
 */
#ifndef ECHOC_THREAD_H
#define ECHOC_THREAD_H

#include <pthread.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/bench/connection.h"
#include "client/bench/counts.h"
#include "client/bench/schedule.h"
#include "client/core/histogram.h"
#include "client/net/mismatch.h"

struct message_log;
struct plan;

/* What bench.c tells all loops.  All times are those of clock_ns(). */
struct control {
	_Atomic int64_t start;	  /* of the warm-up; 0: not yet */
	_Atomic int64_t window;	  /* of what is measured */
	_Atomic int64_t end;	  /* nothing is sent from then on */
	_Atomic bool abandon;	  /* leave, whatever is under way */
	_Atomic int64_t left;	  /* with -n: messages that nobody has taken */
	_Atomic unsigned loading; /* loops with messages under way, -n */
	_Atomic unsigned handshakes; /* under way */
	_Atomic int64_t next_slot;   /* for a handshake, by --connect-rate */
	_Atomic uint64_t streams;    /* numbers for patterns */
	_Atomic unsigned ready;	     /* loops whose connections are made */
	_Atomic unsigned able;	     /* of these, those that have some */
	_Atomic unsigned settled;    /* loops whose messages all have an end */
	_Atomic unsigned done;	     /* loops that have left */
	int changed;		     /* eventfd for ready and done */
};

enum phase {
	PHASE_CONNECT, /* until each flow has had its first echo */
	PHASE_READY,   /* until the others have as well */
	PHASE_LOAD,
	PHASE_DRAIN, /* nothing new; what is under way may come */
	PHASE_CLOSE, /* the server may say its end */
	PHASE_OVER,
};

struct thread {
	/* set by the owner before the start */
	const struct plan *plan;
	struct control *control;
	unsigned number; /* of this thread, from 0 */
	unsigned connection_count;
	struct message_log *log; /* NULL: none */
	pthread_t thread;
	bool started;

	/* what was counted; for others to read */
	struct counts window, before; /* measured; the warm-up */
	struct counts greetings; /* each is its connection's, in connects */
	struct connects connects;
	uint64_t completed; /* echoes that came within the window */
	uint64_t completed_bytes;
	uint64_t verified; /* bytes that were compared and equal, all phases */
	uint64_t mismatches;
	uint64_t skipped; /* due, and the thread did not get to them */
	struct histogram *response, *service; /* service: open loop only */
	struct histogram *connect, *lag;      /* lag: open loop only */

	/* after the end */
	struct mismatch mismatch;
	int64_t last_outcome; /* of a measured message, clock_ns() */
	double busy; /* processor time over time, of the window; -1: ? */

	/* loop.c, handshake.c, traffic.c and sweep.c only */
	enum phase phase;
	int64_t window_at, end_at; /* of the control, looked up each turn */
	int epoll, wake;
	struct connection *flows;
	struct connection **turn; /* those that can be used, in their order */
	unsigned turns, next_turn;
	unsigned share; /* which of the `able`, if it has turns */
	struct connection *first_waiting, **last_waiting; /* for a handshake */
	int64_t slot; /* of the next handshake by that rate; 0: none yet */
	struct schedule due_times;
	unsigned unready;   /* flows whose first echo is awaited */
	unsigned sockets;   /* flows that have one */
	uint64_t under_way; /* messages put and neither echoed nor lost */
	uint64_t size_state;
	int64_t next_scan, phase_ends;
	int64_t last_open; /* when a flow was known to be of use, in the load */
	bool refused;	   /* the last connection could not be made */
	bool loading;	   /* it is one of the control's */
	int64_t turned;	   /* the clock, at the begin of this turn */
	int64_t window_began, cpu_began;
	unsigned char *buffer;
};

/* The account of a message: of the window, or of what was before it. */
static inline struct counts *
thread_tally(struct thread *l, const struct connection *f,
    const struct message *m)
{
	if (f->state == CONNECTION_TRIAL)
		return &l->greetings;
	return m->measured ? &l->window : &l->before;
}

/*
 * Take memory and descriptors, `connection_count` connections, the first of which
 * has the number `first`.  Returns -1 with errno.
 */
int thread_init(struct thread *, uint32_t first);

/* Run it in a thread.  Returns -1 with errno. */
int thread_start(struct thread *);

/* Make it look at the control again. */
void thread_wake(struct thread *);

/* Wait for the thread, if there is one. */
void thread_join(struct thread *);
void thread_free(struct thread *);

#endif
