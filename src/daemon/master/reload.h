/* SPDX-License-Identifier: ISC */
/*
 * reload: brings up the next generation beside the one in force: load, open,
 * fork, wait until its workers are ready.  Each step may fail, and leaves what
 * is in force as it is.  The start is the first reload.
 */
#ifndef ECHOD_RELOAD_H
#define ECHOD_RELOAD_H

#include <stdbool.h>
#include <stdint.h>

#include "common/errbuf.h"
#include "daemon/pool/generation.h"
#include "daemon/master/loader.h"
#include "daemon/upgrade/proof.h"

struct drain;
struct logger;
struct options;
struct pidfile;
struct pool;
struct pool_end;
struct reporter;
struct spawn_failure;

enum reload_step {
	RELOAD_NONE,
	RELOAD_LOADING,	 /* the loader is at work */
	RELOAD_PROVING,	 /* the first worker of an upgrade proves itself */
	RELOAD_READYING, /* the new workers are getting ready */
};

enum reload_outcome {
	RELOAD_PENDING, /* not yet known, or there is no reload */
	RELOAD_READY,	/* `next` can be put in force */
	RELOAD_FAILED,	/* see status and err; then call reload_abandon() */
};

struct reload {
	/* Of the master; to be set before the first reload. */
	const struct options *options;
	const struct generation *current; /* number 0: this is the start */
	struct pidfile *pidfile;
	struct pool *pool;
	struct drain *drain;
	struct logger *logger;
	struct reporter *reporter;
	int waiter;	 /* epoll, for the loader's pipe */
	bool background; /* standard error may be given up */
	/* Listeners from outside that are not in force, of which the start and
	 * each reload may take some. */
	struct listener_set adopted;
	/* Of an upgrade: a worker proves itself before others meet clients. */
	bool prove;
	struct proof proof;

	enum reload_step step;
	bool again;	   /* another HUP came meanwhile */
	unsigned tried;	   /* number of the last generation */
	unsigned launched; /* its workers so far */
	int64_t started_ms;
	int64_t deadline_ms; /* for the workers */
	int64_t renew_ms;    /* no reload_renew() before */
	struct loader loader;
	struct generation next;
	int status; /* why it failed: of sysexits.h, */
	struct errbuf err;
};

/* Begin; during another reload: note that there is to be one afterwards. */
void reload_begin(struct reload *);

/*
 * If the workers in force write into a log that is closed (logger.h), begin a
 * reload with the configuration in force, once in some seconds at most.  Returns
 * the clock_ms() to call it again at, INT64_MAX: only at events.
 */
int64_t reload_renew(struct reload *, int64_t now_ms);

/*
 * Go on as far as possible without waiting.  After RELOAD_READY there is no
 * reload any more, and the caller owns what `next` has.
 */
enum reload_outcome reload_step(struct reload *, int64_t now_ms);

/* The clock_ms() to call reload_step() again at, INT64_MAX: only at events. */
int64_t reload_deadline(const struct reload *);

/* A worker has ended: the reload fails if it was a new one, not ready yet. */
void reload_lost_worker(struct reload *, const struct pool_end *);

/* The same for workers that will not come. */
void reload_lost_birth(struct reload *, const struct spawn_failure *);

/* Undo what has been done so far, if there is a reload. */
void reload_abandon(struct reload *, int64_t now_ms);

#endif
