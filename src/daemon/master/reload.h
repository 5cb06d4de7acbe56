/* SPDX-License-Identifier: ISC */
/*
 * reload: a new generation as a transaction.  Load, open, fork, wait until
 * ready: all of that may fail and leaves everything as it was.  Then commit:
 * from there on there is no way back, and nothing that would need one.  The
 * start is the first one, with nothing old.
 */
#ifndef ECHOD_RELOAD_H
#define ECHOD_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "daemon/master/listener.h"
#include "daemon/master/loader.h"
#include "daemon/master/pool.h"

struct master;

enum reload_step {
	RELOAD_NONE,
	RELOAD_LOADING,	 /* the loader is at work */
	RELOAD_READYING, /* the new workers are getting ready */
};

struct reload {
	enum reload_step step;
	bool again;	/* another HUP came meanwhile */
	unsigned tried; /* number of the last generation */
	int64_t started_ms;
	int64_t deadline_ms; /* for the workers */
	struct loader loader;
	/* The new world, beside the old one until the commit. */
	struct generation next;
	struct config *config;
	struct listener_set listeners;
};

/* Begin; during another reload: once more afterwards. */
void reload_begin(struct master *);

/*
 * Go on as far as possible without waiting.  Returns the clock_ms() of its
 * next deadline, INT64_MAX when there is none.
 */
int64_t reload_step(struct master *, int64_t now_ms);

/* A worker has ended: is that the end of the reload too? */
void reload_lost_worker(struct master *, const struct pool_end *);

/* Leave everything as it was, without a word. */
void reload_abandon(struct master *);

#endif
