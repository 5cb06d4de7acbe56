/* SPDX-License-Identifier: ISC */
#include "daemon/master/tell.h"

#include <stdarg.h>
#include <stdio.h>
#include <sysexits.h>

#include "common/clock.h"
#include "daemon/log/log.h"
#include "daemon/master/state.h"

/* What the service manager is told of the state of the service. */
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
		.lame_duck = state_is_lame_duck(m),
		.failing = m->service.watchdog.failures > 0 };
}

int64_t
tell_step(struct master *m, int64_t now_ms)
{
	bool serving = m->phase == PHASE_RUN && !m->autoscale.full.on;
	struct watchdog *w = &m->service.watchdog;
	struct service_facts now;
	int64_t next = INT64_MAX;

	if (!service_is_heard(&m->service))
		return INT64_MAX;
	/* The sign of life is the watchdog's.  Another master that has the
	 * service gives it instead of this one, and the manager does not expect
	 * it before the start is over. */
	if (!m->service.silent && m->current.number != 0)
		next = watchdog_step(w, &m->service.notify, &m->current,
		    serving, now_ms);
	if (watchdog_take(w))
		gather_probe(&m->gather, w->good, w->why.text, w->us);
	now = facts(m);
	return clock_earlier(next, service_step(&m->service, &now, now_ms));
}

void
tell_ready(struct master *m, int64_t now_ms)
{
	const struct service_facts now = facts(m);

	service_ready(&m->service, &now, now_ms);
}

void
tell_return(struct master *m, int64_t now_ms)
{
	const struct service_facts now = facts(m);

	if (m->service.silent)
		service_returns(&m->service, &now, now_ms);
}

void
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
tell_reload_begins(struct master *m, int64_t now_ms)
{
	const struct service_facts now = facts(m);

	service_reload_begins(&m->service, &now, now_ms);
}

void
tell_outcome(struct master *m, enum caller_event event, int status,
    int64_t now_ms, const char *fmt, ...)
{
	const struct service_facts now = facts(m);
	const bool good = status == EX_OK;
	char sentence[SNAPSHOT_SENTENCE];
	const char *failure = good ? NULL : sentence;
	va_list ap;

	va_start(ap, fmt);
	vsnprintf(sentence, sizeof(sentence), fmt, ap);
	va_end(ap);
	log_write(good ? LEVEL_NOTICE : LEVEL_ERR, "%s", sentence);
	if (event == EVENT_UPGRADE) {
		gather_upgrade(&m->gather, good, sentence);
		service_upgrade_ends(&m->service, failure, &now, now_ms);
	} else {
		gather_reload(&m->gather, good, sentence);
		service_reload_ends(&m->service, failure, &now, now_ms);
	}
	control_tell(&m->control, event, status, sentence, false);
}
