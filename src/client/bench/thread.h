/* SPDX-License-Identifier: ISC */
/*
 * thread: a thread of a load: its epoll loop and its phases.
 */
#ifndef ECHOC_THREAD_H
#define ECHOC_THREAD_H

#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>

#include "client/bench/group.h"

struct thread {
	struct group group;
	pthread_t thread;
	bool started;
	int wake; /* an eventfd */
	int64_t phase_ends, next_check;
	int64_t looked; /* the clock before the last wait */
	int64_t measured_from,
	    cpu_before; /* of the window in this thread; 0: no */
	bool loading;	/* it is counted in the load's `loading` */
};

/* Returns -1 with errno; thread_free is to be called also then. */
int thread_init(struct thread *, uint32_t first, uint64_t seed);

/* Run it in a thread.  Returns -1 with errno. */
int thread_start(struct thread *);

/* Make it look at the load again. */
void thread_wake(struct thread *);

/* Wait for the thread, if there is one. */
void thread_join(struct thread *);
void thread_free(struct thread *);

#endif
