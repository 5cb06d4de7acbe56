/* SPDX-License-Identifier: ISC */
#include "daemon/master/succession.h"

#include <limits.h>
#include <sysexits.h>
#include <unistd.h>

#include "common/clock.h"
#include "daemon/log/class.h"
#include "daemon/log/log.h"
#include "daemon/master/life.h"
#include "daemon/master/tell.h"
#include "daemon/pool/terminate.h"

/* Why an upgrade is refused now; NULL: it is not. */
static const char *
obstacle(const struct master *m)
{
	if (m->phase == PHASE_STOP || state_is_lame_duck(m))
		return "stopping";
	if (m->phase == PHASE_PROBATION)
		return "the new echod has the service already";
	if (m->upgrade.step != UPGRADE_NONE)
		return "an upgrade is under way";
	if (m->predecessor->state != PREDECESSOR_NONE)
		return "the echod before this one has not left yet";
	if (m->reload.step != RELOAD_NONE || m->reload.again)
		return "a reload is under way";
	if (getpid() == 1)
		return "echod is process 1, with which its container ends: "
		       "replace the container";
	return NULL;
}

/*
 * The listeners to hand over: those in force, and those of socket units that no
 * generation serves now.
 */
static void
gather(const struct master *m, struct listener_set *all)
{
	const struct listener_set *aside = &m->reload.adopted;

	*all = m->current.listeners;
	for (unsigned i = 0; i < aside->count; i++)
		if (all->count < CONFIG_ADDRESSES)
			all->item[all->count++] = aside->item[i];
}

int
succession_begin(struct master *m, int64_t now_ms, struct errbuf *err)
{
	const char *why = obstacle(m);
	/* Too large for a small stack. */
	static struct handover handover;

	if (why != NULL) {
		(void)class_log(CLASS_UPGRADE_REFUSED, LEVEL_NOTICE,
		    "upgrade refused: %s", why);
		return errbuf_set(err, "upgrade refused: %s", why);
	}
	handover = (struct handover){ .version = PACKAGE_VERSION,
		.pid = getpid(),
		.pidfile = m->pidfile.fd,
		.endpoints = m->reporter.now };
	gather(m, &handover.listeners);
	if (upgrade_start(&m->upgrade, &handover, now_ms, err) == -1) {
		errbuf_prefix(err, "upgrade failed, nothing has changed: ");
		tell_outcome(m, EVENT_UPGRADE, EX_OSERR, now_ms, "%s",
		    err->text);
		return -1;
	}
	log_notice("upgrade pid=%ld", (long)m->upgrade.pid);
	return 0;
}

/*
 * The new master has the service; our workers serve their clients to the end.
 * Our listeners stay open until this master ends, as it may have to take the
 * service back.  They are not hidden or drained, because the new master has the
 * same sockets.
 */
static void
yield(struct master *m, int64_t now_ms)
{
	const struct upgrade *u = &m->upgrade;

	m->phase = PHASE_PROBATION;
	m->probation_ms = now_ms + m->current.config.timeout.probation_ms;
	terminate_generations(&m->pool, 0, UINT_MAX,
	    m->current.config.timeout.drain_ms, now_ms);
	scoreboard_thresholds(&m->pool.board, 0, UINT_MAX);
	reporter_yield(&m->reporter);
	tell_outcome(m, EVENT_UPGRADE, EX_OK, now_ms,
	    "upgrade done pid=%ld version=%s seconds=%.3f", (long)u->pid,
	    u->version, (double)(now_ms - u->started_ms) / 1000);
	if (m->reload.again) {
		upgrade_pass_reload(u);
		control_tell(&m->control, EVENT_RELOAD, EX_TEMPFAIL,
		    "reload passed on to the new echod", true);
	}
	m->reload.again = false;
}

/*
 * The new master may have set other options on the listeners, and had the
 * service manager store another set of them.  Set ours again, and store ours
 * again.
 */
static void
renew_listeners(struct master *m)
{
	/* Too large for a small stack. */
	static struct listener_set again;

	again = m->current.listeners;
	for (unsigned i = 0; i < again.count; i++) {
		again.item[i].kept = true;
		again.item[i].stored = false;
	}
	listener_set_commit(&m->current.listeners, &again, &m->current.config);
	store_renew(&m->store);
}

static void
take_back(struct master *m, int64_t now_ms)
{
	life_resume(m, now_ms);
	renew_listeners(m);
	control_settle(&m->control, &m->current.config.control, true);
	reporter_resume(&m->reporter, now_ms);
	autoscale_renew(&m->autoscale);
	watch_arm(&m->watch, &m->current, now_ms);
	tell_outcome(m, EVENT_UPGRADE, EX_OSERR, now_ms,
	    "upgrade undone, the old echod has the service again: %s",
	    m->upgrade.err.text);
}

static void
keep(struct master *m, int64_t now_ms)
{
	life_resume(m, now_ms);
	tell_outcome(m, EVENT_UPGRADE, EX_OSERR, now_ms,
	    "upgrade failed, nothing has changed: %s", m->upgrade.err.text);
}

static void
hear_successor(struct master *m, int64_t now_ms)
{
	/* Too large for a small stack. */
	static struct snapshot snapshot;

	switch (upgrade_step(&m->upgrade, now_ms)) {
	case UPGRADE_PENDING:
		break;
	case UPGRADE_READY:
		life_snapshot(m, now_ms, &snapshot);
		/* The service manager listens to the main process alone: name
		 * the next one while this master is still the main process. */
		service_yields(&m->service, m->upgrade.pid, now_ms);
		upgrade_yield(&m->upgrade, &snapshot);
		break;
	case UPGRADE_DONE:
		yield(m, now_ms);
		break;
	case UPGRADE_FAILED:
		keep(m, now_ms);
		break;
	case UPGRADE_UNDONE:
		take_back(m, now_ms);
		break;
	}
}

/*
 * Whether this master has nothing left to do after an upgrade: its last client
 * has left, and it will not have to take the service back.
 */
static bool
is_over(const struct master *m, int64_t now_ms)
{
	return m->phase == PHASE_PROBATION && m->pool.count == 0 &&
	    m->drain.listeners.count == 0 &&
	    (now_ms >= m->probation_ms || m->upgrade.leaving ||
		m->upgrade.step == UPGRADE_NONE);
}

int64_t
succession_step(struct master *m, int64_t now_ms)
{
	struct predecessor *p = m->predecessor;
	bool yielded = predecessor_step(p);
	int64_t next;

	if (p->counted)
		gather_continue(&m->gather, &p->before);
	p->counted = false;
	if (yielded && m->phase == PHASE_START)
		life_ready(m, now_ms);
	/* A master that stops has told the other one already. */
	if (m->phase == PHASE_STOP)
		return INT64_MAX;
	hear_successor(m, now_ms);
	/* The new master has been told to stop, and that means the service:
	 * close our listeners as well, for a client that finds one would wait
	 * for nobody. */
	if (m->phase == PHASE_PROBATION && m->upgrade.leaving)
		listener_set_close(&m->current.listeners);
	if (is_over(m, now_ms))
		life_retire(m);
	next = upgrade_deadline(&m->upgrade);
	if (m->phase == PHASE_PROBATION && now_ms < m->probation_ms)
		next = clock_earlier(next, m->probation_ms);
	return next;
}
