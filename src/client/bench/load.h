/* SPDX-License-Identifier: ISC */
/*
 * load: what the threads of a load share; times are those of clock_ns().
 */
#ifndef ECHOC_LOAD_H
#define ECHOC_LOAD_H

#include <stdatomic.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/bench/plan.h"

struct load {
	const struct plan *plan;
	_Atomic int64_t start;	     /* of the warm-up; 0: not yet */
	_Atomic int64_t window;	     /* begin of what is measured */
	_Atomic int64_t end;	     /* nothing is sent from then on */
	_Atomic bool abandon;	     /* leave, whatever is in flight */
	_Atomic int64_t left;	     /* -n: messages that no thread has taken */
	_Atomic unsigned loading;    /* -n: threads with messages in flight */
	_Atomic unsigned handshakes; /* begun and not over */
	_Atomic int64_t next_slot;   /* of a handshake, by --connect-rate */
	_Atomic uint64_t streams;    /* numbers for patterns */
	_Atomic unsigned
	    ready; /* threads whose connections are made or failed */
	_Atomic unsigned able;	   /* of these, threads that made some */
	_Atomic unsigned finished; /* threads whose messages have an end */
	_Atomic unsigned done;	   /* threads that have left */
	int changed; /* an eventfd, written when ready, finished or done is */
};

/* Whether a measured message may go: with -n there are only so many. */
static inline bool
load_take(struct load *load)
{
	if (load->plan->opt->messages == 0 ||
	    atomic_fetch_sub_explicit(&load->left, 1, memory_order_relaxed) > 0)
		return true;
	atomic_fetch_add_explicit(&load->left, 1, memory_order_relaxed);
	return false;
}

/* With -n: let other connections send so many of what load_take gave. */
static inline void
load_give_back(struct load *load, int64_t messages)
{
	if (load->plan->opt->messages > 0)
		atomic_fetch_add_explicit(&load->left, messages,
		    memory_order_relaxed);
}

/* Whether there may be more to take. */
static inline bool
load_has_more(const struct load *load)
{
	return load->plan->opt->messages == 0 ||
	    atomic_load_explicit(&load->left, memory_order_relaxed) > 0;
}

#endif
