/* SPDX-License-Identifier: ISC */
/*
 * reload: brings up the next generation beside the one in force: load the
 * configuration, open listeners, fork workers, and wait until these are ready.
 * If a step fails, the generation in force stays as it is.  The start is the
 * first reload.
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
	RELOAD_PENDING, /* it is under way, or there is none */
	RELOAD_READY,	/* `next` can be put in force */
	RELOAD_FAILED,	/* see status and err; then call reload_abandon() */
};

struct reload {
	/* What the master sets before the first reload. */
	const struct options *options;
	const struct generation *current; /* number 0: this is the start */
	struct pidfile *pidfile;
	struct pool *pool;
	struct drain *drain;
	struct logger *logger;
	struct reporter *reporter;
	int waiter;	 /* epoll, for the loader's pipe */
	bool background; /* echod is a daemon: standard error may be closed */
	/* Listeners that come from outside and are not in force.  The start and
	 * each reload may take some of them. */
	struct listener_set adopted;
	/* In an upgrade: one worker has to prove itself before others meet
	 * clients. */
	bool prove;
	struct proof proof;

	enum reload_step step;
	bool again;	   /* another is to follow this one */
	unsigned tried;	   /* the last generation's number */
	unsigned launched; /* its workers so far */
	int64_t started_ms;
	int64_t deadline_ms; /* for the workers */
	int64_t renew_ms;    /* no reload_renew() until then */
	struct loader loader;
	struct generation next;
	int status; /* why it failed: of sysexits.h, and: */
	struct errbuf err;
};

/*
 * Begin a reload.  If one is under way, note that another is to follow it: the
 * files may have changed since they were read.
 */
void reload_begin(struct reload *);

/*
 * If the workers in force write into a log queue that is closed (logger.h),
 * begin a reload with the same configuration, so that new workers take their
 * place; once in RENEW_MS at most.  Returns the clock_ms() to call this again
 * at, INT64_MAX: only at events.
 */
int64_t reload_renew(struct reload *, int64_t now_ms);

/*
 * Go on as far as possible without waiting.  After RELOAD_READY the reload is
 * over, and the caller owns what is in `next`.
 */
enum reload_outcome reload_step(struct reload *, int64_t now_ms);

/* The clock_ms() to call reload_step() again at, INT64_MAX: only at events. */
int64_t reload_deadline(const struct reload *);

/*
 * A worker has ended.  If it belonged to the next generation and was not ready,
 * the reload fails.
 */
void reload_lost_worker(struct reload *, const struct pool_end *);

/* The same for requested workers that will never be born. */
void reload_lost_birth(struct reload *, const struct spawn_failure *);

/* If a reload is under way, undo what it has done so far. */
void reload_abandon(struct reload *, int64_t now_ms);

#endif
