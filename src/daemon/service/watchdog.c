/* SPDX-License-Identifier: ISC */
#include "daemon/service/watchdog.h"

#include <stdio.h>

#include "common/clock.h"
#include "daemon/environment.h"
#include "daemon/log/log.h"
#include "daemon/pool/generation.h"
#include "daemon/service/notify.h"

enum {
	PROBE_MS = 10000, /* for an echo, or half of a shorter period */
	STRICT = 2,	  /* failures in a row that end a strict service */
};

void
watchdog_open(struct watchdog *w, int waiter)
{
	int64_t us = environment()->watchdog_us;

	*w = (struct watchdog){ 0 };
	probe_open(&w->probe, waiter);
	if (us > 0)
		w->half_ms = us < 2000 ? 1 : us / 2000;
}

static void
take_failure(struct watchdog *w, struct notify *notify, bool strict,
    int64_t now_ms)
{
	errbuf_set(&w->why, "self-probe failed listener=%s: %s", w->listener,
	    w->probe.why.text);
	if (w->failures++ == 0) {
		w->since_ms = now_ms;
		log_warning("self-probe failed listener=%s: %s", w->listener,
		    w->probe.why.text);
	}
	if (!strict || w->failures != STRICT)
		return;
	log_err("self-probe failed again listener=%s: %s, watchdog triggered",
	    w->listener, w->probe.why.text);
	notify_send(notify, NOTIFY_STATE, now_ms, "WATCHDOG=trigger");
}

static void
take_success(struct watchdog *w, int64_t now_ms)
{
	if (w->failures > 0)
		log_notice("self-probe succeeds again failures=%u seconds=%.1f",
		    w->failures, (double)(now_ms - w->since_ms) / 1000);
	w->failures = 0;
	w->why.text[0] = '\0';
	w->unable = false;
}

static void
judge(struct watchdog *w, enum probe_outcome outcome, bool serving,
    struct notify *notify, bool strict, int64_t now_ms)
{
	/* While the service is not `serving`, a failure means nothing, even if
	 * the probe began before. */
	if (outcome == PROBE_PENDING || (outcome != PROBE_GOOD && !serving))
		return;
	if (outcome == PROBE_UNABLE) {
		if (!w->unable)
			log_notice("no self-probe of %s: %s", w->listener,
			    w->probe.why.text);
		w->unable = true;
		return;
	}
	w->us = (clock_ns() - w->probe.began_ns) / 1000;
	w->good = outcome == PROBE_GOOD;
	w->fresh = true;
	if (w->good)
		take_success(w, now_ms);
	else
		take_failure(w, notify, strict, now_ms);
}

static enum probe_outcome
begin(struct watchdog *w, const struct generation *gen, int64_t now_ms)
{
	const struct listener *l =
	    &gen->listeners.item[w->turn++ % gen->listeners.count];

	snprintf(w->listener, sizeof(w->listener), "%s", l->text);
	return probe_begin(&w->probe, gen, l,
	    clock_earlier(w->half_ms, PROBE_MS), now_ms);
}

int64_t
watchdog_step(struct watchdog *w, struct notify *notify,
    const struct generation *gen, bool serving, int64_t now_ms)
{
	bool strict = gen->config.watchdog == WATCHDOG_STRICT;
	bool probes = gen->config.watchdog != WATCHDOG_PLAIN && serving &&
	    gen->listeners.count > 0;

	if (w->half_ms == 0)
		return INT64_MAX;
	if (w->probe.fd != -1)
		judge(w, probe_step(&w->probe, now_ms), serving, notify, strict,
		    now_ms);
	if (now_ms >= w->next_ms) {
		notify_send(notify, NOTIFY_ALIVE, now_ms, "WATCHDOG=1");
		w->next_ms = now_ms + w->half_ms;
		if (probes && w->probe.fd == -1)
			judge(w, begin(w, gen, now_ms), serving, notify, strict,
			    now_ms);
	}
	return w->probe.fd != -1 ?
	    clock_earlier(w->next_ms, w->probe.deadline_ms) :
	    w->next_ms;
}

bool
watchdog_take(struct watchdog *w)
{
	bool fresh = w->fresh;

	w->fresh = false;
	return fresh;
}
