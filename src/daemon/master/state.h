/* SPDX-License-Identifier: ISC */
/*
 * state: the data of the master.  Each part belongs to a module, which says
 * what it is for; here is how they make one master.
 */
#ifndef ECHOD_STATE_H
#define ECHOD_STATE_H

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
#include "daemon/upgrade/predecessor.h"
#include "daemon/upgrade/upgrade.h"

enum phase {
	PHASE_START, /* the first load; nothing is served yet */
	PHASE_RUN,
	PHASE_PROBATION, /* the next master serves; may be taken back */
	PHASE_STOP,	 /* the last workers are awaited */
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
	struct reload reload;	   /* has the next one */
	struct drain drain;
	struct watch watch; /* looks after the listeners in force */
	struct logger logger;
	struct service service;
	struct store store; /* where the service manager keeps listeners */
	struct control control;
	struct gather gather;
	struct reporter reporter;
	struct upgrade upgrade;		 /* to the next master */
	struct predecessor *predecessor; /* the master before */
	int64_t probation_ms;		 /* end of the probation */
	int64_t lame_ms;		 /* a lame duck since then; 0: no */
	/* Calls of the event loop that fail now, which the log has been told
	 * once (log_trouble()). */
	struct trouble {
		bool wait, signals, reap;
	} said;
	int64_t reap_ms;   /* waitid(2) failed: try again then; 0: no */
	int status;	   /* what the process will exit with */
	struct errbuf err; /* why the start failed */
};

/*
 * A lame duck has been told to stop, but serves new clients for
 * timeouts.lame_duck, so that load balancers have time to learn that it is
 * about to stop.
 */
static inline bool
state_is_lame_duck(const struct master *m)
{
	return m->phase == PHASE_RUN && m->lame_ms != 0;
}

#endif
