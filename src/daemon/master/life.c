/* SPDX-License-Identifier: ISC */
#include "daemon/master/life.h"

#include <limits.h>
#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/clock.h"
#include "daemon/listen/announce.h"
#include "daemon/log/log.h"
#include "daemon/master/daemonize.h"
#include "daemon/pool/terminate.h"

/* How the service is now. */
static struct service_facts
facts(const struct master *m)
{
	struct pool_census census;

	pool_census(&m->pool, m->current.number, &census);
	return (struct service_facts){ .generation = m->current.number,
		.workers = m->pool.count,
		.busy = census.busy,
		.max = (unsigned)m->current.config.workers_max,
		.full = m->autoscale.full.on,
		.lame_duck = life_is_lame_duck(m),
		.failing = m->service.watchdog.failures > 0 };
}

int64_t
life_tell(struct master *m, int64_t now_ms)
{
	bool serving = m->phase == PHASE_RUN && !m->autoscale.full.on;
	struct watchdog *w = &m->service.watchdog;
	struct service_facts now;
	int64_t next;

	if (m->current.number == 0 || !service_is_heard(&m->service))
		return INT64_MAX;
	next = watchdog_step(w, &m->service.notify, &m->current, serving,
	    now_ms);
	if (watchdog_take(w))
		gather_probe(&m->gather, w->good, w->why.text, w->us);
	now = facts(m);
	return clock_earlier(next, service_step(&m->service, &now, now_ms));
}

/* It begins to drain in `lame_ms`; or it stops now, with -1. */
static void
tell_stop(struct master *m, int64_t lame_ms, int64_t now_ms)
{
	const struct service_facts now = facts(m);
	int64_t drain_ms = m->current.config.timeout.drain_ms;
	int64_t ms = lame_ms == -1 ? 0 :
	    drain_ms > 0	   ? lame_ms + drain_ms :
				     INT64_MAX;

	service_stops(&m->service, ms, &now, now_ms);
}

void
life_reload(struct master *m, int64_t now_ms)
{
	const struct service_facts now = facts(m);

	if (m->phase == PHASE_RUN && m->reload.step == RELOAD_NONE)
		service_reload_begins(&m->service, &now, now_ms);
	reload_begin(&m->reload);
}

/*
 * What has become of a reload is one sentence, and everybody who wants to know
 * gets it here.
 */
static void __attribute__((format(printf, 4, 5)))
conclude(struct master *m, int status, int64_t now_ms, const char *fmt, ...)
{
	const struct service_facts now = facts(m);
	const bool good = status == EX_OK;
	char sentence[SNAPSHOT_SENTENCE];
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	log_write(good ? LEVEL_NOTICE : LEVEL_ERR, "%s", sentence);
	gather_reload(&m->gather, good, sentence);
	service_reload_ends(&m->service, good ? NULL : sentence, &now, now_ms);
	control_tell(&m->control, EVENT_RELOAD, status, sentence, false);
}

/* End the reload that is under way, and say that we stop. */
static void
begin_stop(struct master *m, const char *how, int64_t now_ms)
{
	reload_abandon(&m->reload, now_ms);
	log_notice("stopping %s workers=%u", how, m->pool.count);
	control_tell(&m->control, EVENT_RELOAD, EX_TEMPFAIL,
	    "reload abandoned: stopping", true);
	m->phase = PHASE_STOP;
	pool_let_go(&m->pool);
	store_stop(&m->store, &m->service.notify, &m->current.listeners);
}

void
life_stop_now(struct master *m, int64_t now_ms)
{
	if (m->phase != PHASE_STOP)
		begin_stop(m, "now", now_ms);
	else
		log_notice("stopping now workers=%u", m->pool.count);
	tell_stop(m, -1, now_ms);
	drain_end(&m->drain, &m->current);
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
	/* Each worker that becomes busy wakes us, so that we see when all are. */
	scoreboard_thresholds(&m->pool.board, UINT_MAX, UINT_MAX);
}

bool
life_is_lame_duck(const struct master *m)
{
	return m->phase == PHASE_RUN && m->lame_ms != 0;
}

void
life_stop_gracefully(struct master *m, int64_t now_ms)
{
	int64_t ms = m->current.config.timeout.lame_duck_ms;

	if (m->phase != PHASE_RUN) {
		life_stop_now(m, now_ms);
	} else if (ms == 0 || life_is_lame_duck(m)) {
		stop_gracefully(m, now_ms);
	} else {
		m->lame_ms = now_ms;
		log_notice("lame duck seconds=%.3f", (double)ms / 1000);
		tell_stop(m, ms, now_ms);
	}
}

/* For how much longer it is one. */
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
	if (!life_is_lame_duck(m))
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
	/* Before it is said that the service is up: a crash costs no client. */
	store_renew(&m->store);
	(void)life_store(m, now_ms);
	control_settle(&m->control, &m->current.config.control, false);
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
	struct service_facts now;
	struct pool_census census;

	pool_census(&m->pool, m->current.number, &census);
	if (!start) {
		conclude(m, EX_OK, now_ms,
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
	now = facts(m);
	service_ready(&m->service, &now, now_ms);
}

void
life_ready(struct master *m, int64_t now_ms)
{
	bool start = m->phase == PHASE_START, wanted = true;

	if (start)
		log_notice("started version=%s", PACKAGE_VERSION);
	commit(m, now_ms);
	if (start)
		wanted = announce(m);
	say_ready(m, start, now_ms);
	/* Its time is another one now. */
	if (life_is_lame_duck(m))
		tell_stop(m, lame_duck_ms(m, now_ms), now_ms);
	if (!wanted)
		stop_gracefully(m, now_ms);
}

/* A start that fails is the end; a reload that fails changes nothing. */
void
life_failed(struct master *m, int64_t now_ms)
{
	struct reload *r = &m->reload;

	if (m->phase == PHASE_START) {
		m->phase = PHASE_STOP;
		m->status = r->status;
		m->err = r->err;
		service_failed(&m->service, r->err.text, now_ms);
		pool_let_go(&m->pool);
		terminate_now(&m->pool, now_ms);
		/* The caller of master_run() tells standard error. */
		if (m->logger.pid != 0 &&
		    m->logger.settings.log.to == LOG_TO_SYSLOG)
			log_err("start failed: %s", r->err.text);
	} else {
		conclude(m, r->status, now_ms,
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
	};

	gather_snapshot(&m->gather, &view, now_ms, snapshot);
}
