/* SPDX-License-Identifier: ISC */
/*
 * master: the event loop and the phases: start, run, stop.
 */
#ifndef ECHOD_MASTER_H
#define ECHOD_MASTER_H

#include <stdbool.h>
#include <stdint.h>

#include "common/errbuf.h"
#include "daemon/log/logger.h"
#include "daemon/pool/autoscale.h"
#include "daemon/master/drain.h"
#include "daemon/pool/generation.h"
#include "daemon/master/pidfile.h"
#include "daemon/pool/pool.h"
#include "daemon/master/reload.h"
#include "daemon/master/watch.h"

struct options;

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
	int64_t started_ms;
	/* Calls that fail, of which the log is told once; see master.c. */
	struct trouble {
		bool wait, signals, reap;
	} said;
	int64_t reap_ms; /* waitpid has failed: try again then; 0: it has not */
	int status;	 /* what the process will exit with */
	struct errbuf err; /* why the start failed */
};

/*
 * Start, serve, stop.  `notify` is from daemonize_start(), or -1; it is -1
 * again in m->notify once the start has been reported.  Returns the exit
 * status; when the start failed, the reason is in m->err for the caller to say.
 */
int master_run(struct master *, const struct options *, int notify);

#endif
