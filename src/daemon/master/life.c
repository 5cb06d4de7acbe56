/* SPDX-License-Identifier: ISC */
#include "daemon/master/life.h"

#include <limits.h>
#include <sysexits.h>

#include "daemon/listen/announce.h"
#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/master/daemonize.h"
#include "daemon/master/tell.h"
#include "daemon/pool/terminate.h"

void
life_reload(struct master *m, int64_t now_ms)
{
	/* In an upgrade, the master that has the service at its end does the
	 * reload.  A new master that only waits to take it has loaded its first
	 * configuration, and reloads when it has taken it. */
	if (m->phase == PHASE_PROBATION)
		upgrade_pass_reload(&m->upgrade);
	if (m->phase == PHASE_PROBATION)
		return;
	if (m->upgrade.step != UPGRADE_NONE ||
	    (m->phase == PHASE_START && m->reload.step == RELOAD_NONE)) {
		m->reload.again = true;
		return;
	}
	if (m->phase == PHASE_RUN && m->reload.step == RELOAD_NONE)
		tell_reload_begins(m, now_ms);
	reload_begin(&m->reload);
}

void
life_resume(struct master *m, int64_t now_ms)
{
	m->phase = PHASE_RUN;
	pidfile_restore(&m->pidfile);
	tell_return(m, now_ms);
}

void
life_retire(struct master *m)
{
	upgrade_release(&m->upgrade);
	m->phase = PHASE_STOP;
	pool_let_go(&m->pool);
}

/*
 * A stop ends an upgrade that is not done, by killing the next master; and
 * tells the master before, which may still wait for its clients, that it will
 * not have to take the service back.
 */
static void
end_upgrade(struct master *m, int64_t now_ms)
{
	bool taking = m->upgrade.step == UPGRADE_TAKING;

	upgrade_abandon(&m->upgrade);
	if (taking)
		life_resume(m, now_ms);
	predecessor_leaving(m->predecessor);
}

/*
 * Abandon a reload and an upgrade that are under way, and tell everybody that
 * this master stops.
 */
static void
begin_stop(struct master *m, const char *how, int64_t now_ms)
{
	reload_abandon(&m->reload, now_ms);
	end_upgrade(m, now_ms);
	log_notice("stopping %s workers=%u", how, m->pool.count);
	control_tell(&m->control, EVENT_RELOAD, EX_TEMPFAIL,
	    "reload abandoned: stopping", true);
	control_tell(&m->control, EVENT_UPGRADE, EX_TEMPFAIL,
	    "upgrade abandoned: stopping", true);
	if (m->phase == PHASE_PROBATION) {
		life_retire(m);
		return;
	}
	m->phase = PHASE_STOP;
	pool_let_go(&m->pool);
	store_stop(&m->store, &m->service.notify, &m->current.listeners);
}

void
life_stop_now(struct master *m, int64_t now_ms)
{
	static struct generation none;

	if (m->phase != PHASE_STOP)
		begin_stop(m, "now", now_ms);
	else
		log_notice("stopping now workers=%u", m->pool.count);
	tell_stop(m, -1, now_ms);
	/* The listeners of a service that the next master has are not ours to
	 * drain. */
	drain_end(&m->drain,
	    m->upgrade.step == UPGRADE_TAKEN ? &none : &m->current);
	terminate_now(&m->pool, now_ms);
}

static void
stop_gracefully(struct master *m, int64_t now_ms)
{
	begin_stop(m, "gracefully", now_ms);
	tell_stop(m, 0, now_ms);
	drain_stop(&m->drain, &m->pool, &m->current, now_ms);
	terminate_generations(&m->pool, 0, UINT_MAX,
	    m->current.config.timeout.drain_ms, now_ms);
	/* Each worker that becomes busy wakes the master, so that drain_step()
	 * sees when none of them takes clients any more. */
	scoreboard_thresholds(&m->pool.board, UINT_MAX, UINT_MAX);
}

void
life_stop_gracefully(struct master *m, int64_t now_ms)
{
	int64_t ms = m->current.config.timeout.lame_duck_ms;

	if (m->phase == PHASE_PROBATION) {
		/* In a probation the workers drain already. */
		begin_stop(m, "gracefully", now_ms);
	} else if (m->phase != PHASE_RUN) {
		life_stop_now(m, now_ms);
	} else if (ms == 0 || state_is_lame_duck(m)) {
		stop_gracefully(m, now_ms);
	} else {
		end_upgrade(m, now_ms);
		m->lame_ms = now_ms;
		log_notice("lame duck seconds=%.3f", (double)ms / 1000);
		tell_stop(m, ms, now_ms);
	}
}

/* For how much longer the master is a lame duck. */
static int64_t
lame_duck_ms(const struct master *m, int64_t now_ms)
{
	int64_t left = m->lame_ms + m->current.config.timeout.lame_duck_ms -
	    now_ms;

	return left > 0 ? left : 0;
}

int64_t
life_step(struct master *m, int64_t now_ms)
{
	if (!state_is_lame_duck(m))
		return INT64_MAX;
	if (lame_duck_ms(m, now_ms) > 0)
		return now_ms + lame_duck_ms(m, now_ms);
	stop_gracefully(m, now_ms);
	return INT64_MAX;
}

int64_t
life_store(struct master *m, int64_t now_ms)
{
	return store_step(&m->store, &m->service.notify, &m->current.listeners,
	    now_ms);
}

/* Retire the generation in force, then put the next one into its place. */
static void
commit(struct master *m, int64_t now_ms)
{
	struct generation *next = &m->reload.next;
	const struct config *config = &next->config;

	reporter_commit(&m->reporter, config, now_ms);
	drain_begin(&m->drain, &m->pool, &m->current, &m->reload.adopted, next,
	    now_ms);
	if (m->current.number != 0) {
		terminate_generations(&m->pool, 0, next->number - 1,
		    config->timeout.drain_ms, now_ms);
		terminate_excess(&m->pool, (unsigned)config->workers_max,
		    now_ms);
	}
	m->current.number = next->number;
	m->current.queue = next->queue;
	m->current.config = next->config;
	listener_set_commit(&m->current.listeners, &next->listeners,
	    &m->current.config);
	next->number = 0;
	logger_configure(&m->logger, &m->current.config);
	log_limit((enum log_level)m->current.config.log.level);
	autoscale_renew(&m->autoscale);
	announce_listeners(&m->current.listeners, &m->current.config);
	watch_arm(&m->watch, &m->current, now_ms);
	/* The listeners are stored before the service manager hears that the
	 * service is up, so that a crash from then on costs no client. */
	store_renew(&m->store);
	(void)life_store(m, now_ms);
	/* In an upgrade the control socket of the old master is replaced in one
	 * step, so that a caller always finds one. */
	control_settle(&m->control, &m->current.config.control,
	    m->phase == PHASE_START && m->predecessor->gave.pid != 0);
}

/*
 * The service is up for the first time: report the start.  False when the
 * process that started echod in the background has ended.
 */
static bool
announce(struct master *m)
{
	int notify = m->notify;

	m->phase = PHASE_RUN;
	if (notify == -1)
		return true;
	m->notify = -1;
	daemonize_detach(m->logger.keeps_stderr);
	if (daemonize_report(notify, EX_OK, NULL) == 0)
		return true;
	log_warning("the process that started echod did not wait");
	return false;
}

static void
say_ready(struct master *m, bool start, int64_t now_ms)
{
	const double seconds = (double)(now_ms - m->reload.started_ms) / 1000;
	struct pool_census census;

	pool_census(&m->pool, m->current.number, &census);
	if (!start) {
		tell_outcome(m, EVENT_RELOAD, EX_OK, now_ms,
		    "reload done generation=%u listeners=%u workers=%u "
		    "seconds=%.3f",
		    m->current.number, m->current.listeners.count,
		    m->pool.count - census.leaving, seconds);
		return;
	}
	log_notice("ready generation=%u listeners=%u workers=%u seconds=%.3f",
	    m->current.number, m->current.listeners.count,
	    m->pool.count - census.leaving, seconds);
	gather_ready(&m->gather);
	tell_ready(m, now_ms);
}

void
life_ready(struct master *m, int64_t now_ms)
{
	bool start = m->phase == PHASE_START, wanted = true;

	if (start && m->predecessor->state == PREDECESSOR_SERVES &&
	    !m->predecessor->yielded) {
		predecessor_ready(m->predecessor);
		return;
	}
	if (start && m->pidfile.handed &&
	    pidfile_write(&m->pidfile, &m->reload.err) == -1) {
		m->reload.status = EX_OSERR;
		life_failed(m, now_ms);
		return;
	}
	if (start)
		log_notice("started version=%s", PACKAGE_VERSION);
	commit(m, now_ms);
	if (start)
		wanted = announce(m);
	say_ready(m, start, now_ms);
	if (start)
		predecessor_committed(m->predecessor);
	/* The reload may have changed timeouts.lame_duck, and so the time of
	 * the stop that the service manager was told. */
	if (state_is_lame_duck(m))
		tell_stop(m, lame_duck_ms(m, now_ms), now_ms);
	if (!wanted)
		stop_gracefully(m, now_ms);
}

void
life_failed(struct master *m, int64_t now_ms)
{
	struct reload *r = &m->reload;

	if (m->phase == PHASE_START) {
		m->phase = PHASE_STOP;
		m->status = r->status;
		m->err = r->err;
		if (!predecessor_waits(m->predecessor))
			service_failed(&m->service, r->err.text, now_ms);
		pool_let_go(&m->pool);
		terminate_now(&m->pool, now_ms);
		/* The caller of master_run() has the reason told on standard
		 * error, or in an upgrade by the old master: so only a log that
		 * goes elsewhere needs a line here. */
		if (m->logger.pid != 0 && !predecessor_waits(m->predecessor) &&
		    m->logger.settings.log.to == LOG_TO_SYSLOG)
			log_err("start failed: %s", r->err.text);
	} else {
		tell_outcome(m, EVENT_RELOAD, r->status, now_ms,
		    "reload failed, nothing has changed: %s", r->err.text);
	}
	reload_abandon(r, now_ms);
}

static enum snapshot_state
state(const struct master *m)
{
	if (m->phase == PHASE_STOP)
		return SNAPSHOT_STOPPING;
	if (m->phase == PHASE_START)
		return SNAPSHOT_STARTING;
	if (m->lame_ms != 0)
		return SNAPSHOT_LAME_DUCK;
	return m->reload.step != RELOAD_NONE ? SNAPSHOT_RELOADING :
					       SNAPSHOT_SERVING;
}

void
life_snapshot(struct master *m, int64_t now_ms, struct snapshot *snapshot)
{
	const struct gather_view view = {
		.state = state(m),
		.pool = &m->pool,
		.autoscale = &m->autoscale,
		.current = &m->current,
		.draining = &m->drain.listeners,
		.logger = &m->logger,
		.reporter = m->reporter.pid,
	};

	gather_snapshot(&m->gather, &view, now_ms, snapshot);
}
