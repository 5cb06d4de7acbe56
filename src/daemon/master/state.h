/* SPDX-License-Identifier: ISC */
/*
 * state: what the master is made of.
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
	PHASE_PROBATION, /* another master has the service, and may die soon */
	PHASE_STOP,	 /* waiting for the last workers */
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
	struct upgrade upgrade;		 /* by the next master */
	struct predecessor *predecessor; /* the master before */
	int64_t probation_ms;		 /* the next master must live so long */
	int64_t lame_ms; /* a lame duck since then; 0: it is none */
	/* Calls that fail, of which the log is told once; see master.c. */
	struct trouble {
		bool wait, signals, reap;
	} said;
	int64_t reap_ms; /* waitpid has failed: try again then; 0: it has not */
	int status;	 /* what the process will exit with */
	struct errbuf err; /* why the start failed */
};

/*
 * A lame duck serves as ever, but is about to stop: whoever sends clients here
 * has timeouts.lame_duck to learn of it.
 */
static inline bool
state_is_lame_duck(const struct master *m)
{
	return m->phase == PHASE_RUN && m->lame_ms != 0;
}

#endif
