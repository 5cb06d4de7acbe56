/* SPDX-License-Identifier: ISC */
/*
 * life: what the master is made of, and the steps of its life: it starts, serves,
 * puts a new generation in force, and stops.
 */
#ifndef ECHOD_LIFE_H
#define ECHOD_LIFE_H

#include <stdbool.h>
#include <stdint.h>

#include "common/errbuf.h"
#include "daemon/control/control.h"
#include "daemon/listen/store.h"
#include "daemon/log/logger.h"
#include "daemon/pool/autoscale.h"
#include "daemon/master/drain.h"
#include "daemon/pool/generation.h"
#include "daemon/master/pidfile.h"
#include "daemon/pool/pool.h"
#include "daemon/master/reload.h"
#include "daemon/reporter/reporter.h"
#include "daemon/master/watch.h"
#include "daemon/service/service.h"
#include "daemon/report/gather.h"

enum phase {
	PHASE_START, /* the first load; nothing is served yet */
	PHASE_RUN,
	PHASE_STOP, /* waiting for the last workers */
};

struct master {
	enum phase phase;
	int waiter;  /* epoll over signals, the wake pipe and the loader */
	int signals; /* signalfd */
	int notify;  /* for daemonize_report(), -1: foreground */
	struct pidfile pidfile;
	struct pool pool;
	struct autoscale autoscale;
	struct generation current; /* in force; number 0: not yet */
	struct reload reload;	   /* has the one to come */
	struct drain drain;
	struct watch watch; /* over the listeners in force */
	struct logger logger;
	struct service service;
	struct store store; /* of the service manager, for our listeners */
	struct control control;
	struct gather gather;
	struct reporter reporter;
	int64_t lame_ms; /* a lame duck since then; 0: it is none */
	/* Calls that fail, of which the log is told once; see master.c. */
	struct trouble {
		bool wait, signals, reap;
	} said;
	int64_t reap_ms; /* waitpid has failed: try again then; 0: it has not */
	int status;	 /* what the process will exit with */
	struct errbuf err; /* why the start failed */
};

/* Begin a reload, or note that there is to be one after the present one. */
void life_reload(struct master *, int64_t now_ms);

/*
 * A reload has brought up the next generation: put it in force.  The first one
 * is the start, which is reported.
 */
void life_ready(struct master *, int64_t now_ms);

/*
 * A reload has failed, and the reason is in m->reload: a start that fails is the
 * end; a reload that fails changes nothing.
 */
void life_failed(struct master *, int64_t now_ms);

/* The state of the service, which is made for each call. */
void life_snapshot(struct master *, int64_t now_ms, struct snapshot *);

/*
 * Stop: clients are served to their end, within timeouts.drain; or each ends
 * cleanly now.  To be told again to stop gracefully means the next step: for
 * timeouts.lame_duck everything goes on, then clients are served to their end,
 * then each ends now.
 */
void life_stop_gracefully(struct master *, int64_t now_ms);
void life_stop_now(struct master *, int64_t now_ms);

/*
 * Have the service manager store the listeners in force, if that is still to be
 * done.  Returns as store_step().
 */
int64_t life_store(struct master *, int64_t now_ms);

/*
 * Tell the service manager what has changed.  Returns the clock_ms() to be
 * called again at, INT64_MAX: only at events.
 */
int64_t life_tell(struct master *, int64_t now_ms);

/*
 * A lame duck serves as ever, but is about to stop: whoever sends clients here
 * has timeouts.lame_duck to learn of it.
 */
bool life_is_lame_duck(const struct master *);

/* Stop when that time is over.  Returns the clock_ms() of that, or INT64_MAX. */
int64_t life_step(struct master *, int64_t now_ms);

#endif
